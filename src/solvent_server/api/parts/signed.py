"""Signed: the door of an incoming web-hook: whoever can sign the body as it stands, at this moment, is let in."""

from __future__ import annotations

import time

from django.http import HttpRequest
from ninja.security import APIKeyHeader

from solvent.files.notify.hook import genuine
from solvent_server.api.parts.rate import RATES
from solvent_server.api.parts.trouble import Trouble
from solvent_server.store.connect import hooks
from solvent_server.store.models import Hook

RATE = 600
"""Calls a minute at one hook."""


class HookDoor(APIKeyHeader):
    """``X-Solvent-Signature`` over ``X-Solvent-Timestamp``, a full stop and the body; good for five minutes."""

    param_name = "X-Solvent-Signature"
    action = hooks.COMES_IN
    scope = "signature"

    def authenticate(self, request: HttpRequest, key: str | None) -> Hook:
        """The hook.

        Raises:
            Trouble: it is none of ours, or the signature does not fit; or too often.
        """
        told = request.resolver_match.kwargs
        hook = hooks.incoming(int(told["number"]), str(told["company"])) if int(told["number"]) < 2**63 else None
        if hook is None or not genuine(hooks.secret_of(hook), request.headers, request.body, time.time()):
            raise Trouble("api.signature")
        wait = RATES.wait(-hook.id, RATE)
        if wait:
            raise Trouble("api.rate", retry=wait, rate=RATE, seconds=wait)
        return hook
