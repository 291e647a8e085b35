"""Step up: what is sensitive is done only by who has shown within minutes that it is still himself at the keyboard.

Whoever logged in or confirmed his password longer ago is asked to confirm it, and comes back: what he had sent is done
then, unless it holds a secret, which is kept nowhere meanwhile and has to be sent again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from solvent_server.web.parts.page import Look, View

SECRETS = ("secret", "password")
"""Fields that must not be put by, not even in a session."""


def stepped_up(view: View) -> View:
    """A view whose posts are sensitive; it stands under ``page``, so that rights are settled first."""

    @wraps(view)
    def settled(look: Look, *parts: Any, **named: Any) -> HttpResponse:
        request = look.request
        if request.method == "POST" and not confirmed(request):
            if not can_confirm(request):
                return _without_password(look)
            if any(request.POST.get(name) for name in SECRETS):
                messages.info(request, look.say("Confirm that it is you, and then send the form once more."))
                return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': _from(request, look)})}")
            raise ReauthenticationRequired
        return view(look, *parts, **named)

    return settled


def stepped_up_to_read(view: View) -> View:
    """A view that gives something out which is as sensitive to read as it would be to write."""

    @wraps(view)
    def settled(look: Look, *parts: Any, **named: Any) -> HttpResponse:
        if not confirmed(look.request):
            if not can_confirm(look.request):
                return _without_password(look)
            raise ReauthenticationRequired
        return view(look, *parts, **named)

    return settled


def confirmed(request: HttpRequest) -> bool:
    """True where the person logged in or confirmed within the time that settings give."""
    told: list[Mapping[str, Any]] = get_authentication_records(request, request.user)
    newest = max((float(one.get("at", 0.0)) for one in told), default=0.0)
    return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def can_confirm(request: HttpRequest) -> bool:
    """True where there is something by which the person can confirm that it is he: a password, or a second factor."""
    return bool(get_adapter(request).get_reauthentication_methods(request.user))


def _without_password(look: Look) -> HttpResponse:
    """What to do for somebody who has neither, as who was let in by another system."""
    text = (
        "This asks to confirm that it is you, and your account has no password to do so. Ask whoever administers "
        "Solvent for a first password, log in with it, and send the form once more."
    )
    messages.error(look.request, look.say(text))
    return redirect(_from(look.request, look))


def _from(request: HttpRequest, look: Look) -> str:
    """The page on which the form stood, where it is one of ours."""
    told = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(told)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return look.address("settings")
