"""Wire: one HTTP conversation with one server: TLS verified, no redirects, limits on time and size, patient retries."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term

AGENT = "solvent"
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_LOCAL = ("localhost", "127.0.0.1", "::1")
_PIECE = 1 << 16


@dataclass(frozen=True)
class LiveTerms(Terms, key="server.live"):
    """How a live system is asked."""

    page: int = term(500, unit="records of one answer", source="own choice: a few hundred kilobytes")
    chunk: int = term(50, unit="numbers named in one question", source="own choice: an address stays below 8 kB")
    seconds: float = term(60.0, unit="seconds for one answer, from the first byte to the last", source="own choice")
    tries: int = term(5, unit="times that one question is asked", source="own choice: half a minute of trouble")
    wait_seconds: float = term(1.0, unit="seconds before the second time, doubled each time", source="own choice")
    most_wait_seconds: float = term(60.0, unit="seconds", source="own choice: a server that asks for more is told")
    answer_bytes: int = term(50_000_000, unit="bytes of one answer", source="own choice: a hundred times a page")
    total_bytes: int = term(190_000_000, unit="bytes of all answers", source="what an upload may have, see files.guard")


@dataclass(frozen=True)
class Settings:
    """Where a live system is.

    url: its address, ``https://books.example.com``; plain http only on this machine itself.
    company: the company there, by the name it has there; needed where there are several.
    database: of Odoo, where one address serves several. login: of Odoo before 19, where the key is used as password.
    """

    url: str
    company: str = ""
    database: str = ""
    login: str = ""

    @property
    def host(self) -> str:
        """The host of the address."""
        return urlsplit(self.url).hostname or ""


class RefusalError(Exception):
    """An answer that says no: a status of 400 to 499, or one that the caller wanted to see at once."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


class _Stay(HTTPRedirectHandler):
    """A key sent to one address goes to no other."""

    def redirect_request(self, *told: Any, **named: Any) -> Request | None:
        """Refuse: request, file, code, message, headers, new address."""
        told[1].close()
        raise RefusalError(int(told[2]), str(told[5]).encode("utf-8", "replace"))


@dataclass
class Wire:
    """One conversation. ``system`` is the name that people know the server by, ``ERPNext``."""

    system: str
    url: str
    headers: Mapping[str, str]
    terms: LiveTerms = field(default_factory=LiveTerms)
    sleep: Callable[[float], None] = time.sleep
    taken: int = 0

    def __post_init__(self) -> None:
        """Refuse an address that would carry the key in the open, or is none."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise SolventError("sources.live.not_safe", self.system, url=self.url)
        self._opener = build_opener(_Stay(), HTTPSHandler(context=ssl.create_default_context()))

    def get(self, path: str, query: Mapping[str, str], *, at_once: tuple[int, ...] = ()) -> Any:
        """The JSON answer to a GET."""
        address = f"{self.url.rstrip('/')}{quote(path)}?{urlencode(query, quote_via=quote)}"
        return self._json(Request(address, headers=dict(self.headers)), path, at_once)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer to a POST of JSON."""
        data = json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json; charset=utf-8"}
        request = Request(f"{self.url.rstrip('/')}{quote(path)}", data=data, headers=headers, method="POST")
        return self._json(request, path, ())

    def post_xml(self, path: str, body: bytes) -> bytes:
        """The bytes that answer a POST of XML."""
        headers = {**self.headers, "Content-Type": "text/xml"}
        return self.ask(Request(f"{self.url.rstrip('/')}{path}", data=body, headers=headers, method="POST"), ())

    def _json(self, request: Request, path: str, at_once: tuple[int, ...]) -> Any:
        data = self.ask(request, at_once)
        try:
            return json.loads(data, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise SolventError("sources.live.answer", self.url, system=self.system, about=f"{path}: no JSON") from error

    def ask(self, request: Request, at_once: tuple[int, ...]) -> bytes:
        """The bytes of an answer, asked for again while the server is overloaded, broken or away.

        Raises:
            RefusalError: the server says no (400 to 499 but for the statuses that ask for patience), or ``at_once``.
            SolventError: nothing came of it; the code says why.
        """
        wait, status, about = self.terms.wait_seconds, 0, ""
        for turn in range(self.terms.tries):
            if turn:
                self.sleep(min(wait, self.terms.most_wait_seconds))
                wait = max(wait * 2, self.terms.wait_seconds)
            try:
                return self._once(request)
            except HTTPError as error:
                status, body = error.code, self._rest(error)
                if status in at_once or status not in _RETRIED:
                    raise RefusalError(status, body) from error
                wait = max(wait, _asked_to_wait(error.headers.get("Retry-After")))
            except RefusalError as error:
                raise SolventError(
                    "sources.live.redirected", self.url, system=self.system, to=error.body.decode("utf-8", "replace")
                ) from error
            except (URLError, http.client.HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, ssl.SSLCertVerificationError):
                    raise SolventError(
                        "sources.live.unreachable", self.url, system=self.system, about=reason.verify_message
                    ) from error
                status, about = 0, str(reason) or type(reason).__name__
        if status:
            raise SolventError(
                "sources.live.trouble", self.url, system=self.system, status=status, count=self.terms.tries
            )
        raise SolventError("sources.live.unreachable", self.url, system=self.system, about=about)

    def _once(self, request: Request) -> bytes:
        begun = time.monotonic()
        with self._opener.open(request, timeout=self.terms.seconds) as answer:
            data = self._body(answer, begun)
            told = answer.headers.get("Content-Length")
            if told is not None and told.isdigit() and len(data) < int(told):
                raise http.client.IncompleteRead(data, int(told) - len(data))
            return data

    def _body(self, answer: Any, begun: float) -> bytes:
        """The body, as long as it neither outgrows its size nor its time."""
        pieces: list[bytes] = []
        size = 0
        while piece := answer.read1(_PIECE):
            size += len(piece)
            self.taken += len(piece)
            if size > self.terms.answer_bytes or self.taken > self.terms.total_bytes:
                most = self.terms.answer_bytes if size > self.terms.answer_bytes else self.terms.total_bytes
                raise SolventError("sources.live.too_large", self.url, system=self.system, megabytes=most // 1_000_000)
            if time.monotonic() - begun > self.terms.seconds:
                raise TimeoutError("timed out")
            pieces.append(piece)
        return b"".join(pieces)

    def _rest(self, error: HTTPError) -> bytes:
        try:
            return error.read(_PIECE)
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            error.close()

    def no(self, refusal: RefusalError, name: str) -> SolventError:
        """The error that a refused question comes to, in words for whoever set it up."""
        if refusal.status == 401:
            return SolventError("sources.live.key", self.url, system=self.system)
        if refusal.status == 403:
            return SolventError("sources.live.forbidden", self.url, system=self.system, list=name)
        if refusal.status == 404:
            return SolventError("sources.live.missing", self.url, system=self.system, list=name)
        about = f"{name}: {refusal.status}"
        return SolventError("sources.live.answer", self.url, system=self.system, about=about)


def _asked_to_wait(told: str | None) -> float:
    """The seconds of a Retry-After; a day in it counts as none."""
    return float(told) if told is not None and told.isdigit() else 0.0
