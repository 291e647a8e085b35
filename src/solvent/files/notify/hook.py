"""Hook: one signed JSON message to a web address.

The receiver checks ``X-Solvent-Signature``: ``sha256=`` and the HMAC-SHA256, in hexadecimal, of the timestamp of
``X-Solvent-Timestamp``, a full stop and the body, under the shared secret. The same message has the same
``X-Solvent-Delivery``: what came twice is taken once.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from solvent.base.problem import Problem

TIMEOUT = 15.0
WAITS = (1.0, 4.0)
"""Seconds before the second and the third try."""
STALE = 300
"""Seconds after which a signature is no longer good."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body sent at a time.

    >>> signature("secret", "1700000000", b"{}")[:23]
    'sha256=b8569b78799ff9e3'
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """What a receiver asks: does the signature fit the body, and is it fresh?"""
    timestamp = headers.get("X-Solvent-Timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > STALE:
        return False
    return hmac.compare_digest(signature(secret, timestamp, body), headers.get("X-Solvent-Signature", ""))


def post(
    url: str,
    secret: str,
    body: bytes,
    *,
    place: str,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
) -> Problem | None:
    """Send a body; None: it was taken. Tried again where the other side is busy or away; a redirect is not followed.

    Args:
        place: what the target is called in a message of trouble; the address is not told.
    """
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return Problem("notify.hook_address", place)
    for wait in (*WAITS, None):
        said = _once(url, secret, body, clock)
        if said is None:
            return None
        if wait is None or (isinstance(said, int) and said < 500 and said != 429):
            break
        pause(wait)
    if isinstance(said, int):
        return Problem("notify.hook_refused", place, {"status": said})
    return Problem("notify.hook_unreachable", place, {"error": said})


def _once(url: str, secret: str, body: bytes, clock: Callable[[], float]) -> int | str | None:
    """One try: None, the status that is no success, or what kind of trouble there was."""
    timestamp = str(int(clock()))
    request = Request(url, data=body, method="POST")
    request.add_header("Content-Type", "application/json; charset=utf-8")
    request.add_header("User-Agent", "solvent")
    request.add_header("X-Solvent-Timestamp", timestamp)
    request.add_header("X-Solvent-Signature", signature(secret, timestamp, body))
    request.add_header("X-Solvent-Delivery", hashlib.sha256(body).hexdigest()[:32])
    try:
        with build_opener(_Stay).open(request, timeout=TIMEOUT) as answer:
            return None if 200 <= answer.status < 300 else int(answer.status)
    except HTTPError as error:
        error.close()
        return int(error.code)
    except (OSError, HTTPException) as error:
        return type(error).__name__


class _Stay(HTTPRedirectHandler):
    """Signed messages go where they are sent and nowhere else."""

    def redirect_request(  # noqa: PLR0917 (the library's own shape)
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return None
