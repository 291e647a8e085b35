"""Post: one signed message to one address: looked up once, held against what is allowed, and sent to that very address.

Redirects are not followed, and no more than a little of the answer is read: nobody who receives learns what else this
machine can reach.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from urllib.parse import urlsplit

SECONDS = 10.0
"""For all of it: looking up, connecting, sending, reading."""
MOST = 65_536
"""Bytes of a message, and of an answer that are read."""


@dataclass(frozen=True)
class Sent:
    """What came of it. status: what was answered; None: nothing. error: what kind of trouble there was; else empty."""

    status: int | None
    error: str = ""


def send(
    url: str, headers: Mapping[str, str], body: bytes, *, hosts: Sequence[str], private: bool, seconds: float = SECONDS
) -> Sent:
    """Post a message.

    Args:
        hosts: names to which messages may go at all. private: addresses of this machine and of the inner network may
            be told too, and there plain http.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host not in hosts or parts.scheme not in (("https", "http") if private else ("https",)):
        return Sent(None, "not_allowed")
    if len(body) > MOST:
        return Sent(None, "too_large")
    until = time.monotonic() + seconds
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = _allowed(host, port, private=private)
        if not addresses:
            return Sent(None, "address_not_allowed")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _asked(_connected(parts.scheme, host, addresses, port, until), path, headers, body, until)
    except TimeoutError:
        return Sent(None, "timeout")
    except ssl.SSLError:
        return Sent(None, "tls")
    except (OSError, HTTPException, UnicodeError) as error:
        return Sent(None, type(error).__name__)


def open_address(text: str) -> bool:
    """True for an address of the open network: not of this machine, not of an inner one, not of many at once.

    >>> [open_address(one) for one in ("93.184.216.34", "127.0.0.1", "10.0.0.1", "100.100.100.200", "::ffff:127.0.0.1")]
    [True, False, False, False, False]
    >>> [open_address(one) for one in ("169.254.169.254", "224.0.0.1", "::1", "fe80::1%1", "64:ff9b::7f00:1")]
    [False, False, False, False, False]
    """
    address = ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None and not open_address(str(inner)):
        return False
    return address.is_global and not address.is_multicast and not text.lower().startswith("64:ff9b:")


def _allowed(host: str, port: int, *, private: bool) -> Sequence[str]:
    """The addresses of the host; none where any of them is not allowed."""
    found = [str(told[4][0]) for told in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found if private or all(open_address(one) for one in found) else []


def _connected(scheme: str, host: str, addresses: Sequence[str], port: int, until: float) -> HTTPConnection:
    """A connection to the first of these very addresses that answers, by the host's name."""
    link, plain = HTTPConnection(host, port), _reached(addresses, port, until)
    try:
        secure = ssl.create_default_context() if scheme == "https" else None
        link.sock = plain if secure is None else secure.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
    return link


def _reached(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(until) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(until))


def _asked(link: HTTPConnection, path: str, headers: Mapping[str, str], body: bytes, until: float) -> Sent:
    try:
        link.sock.settimeout(_left(until))
        link.request("POST", path, body=body, headers=dict(headers))
        link.sock.settimeout(_left(until))
        answer = link.getresponse()
        read = 0
        with suppress(TimeoutError, ValueError):  # the status says enough
            while read < MOST:
                if link.sock is not None:
                    link.sock.settimeout(_left(until))
                piece = answer.read1(8_192)
                if not piece:
                    break
                read += len(piece)
        return Sent(answer.status, "redirect" if 300 <= answer.status < 400 else "")
    finally:
        link.close()


def _left(until: float) -> float:
    """Seconds that are left."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
