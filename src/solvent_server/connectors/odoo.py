"""Odoo: everything that is owed, out of a live Odoo: JSON-2 where it has that, XML-RPC before, as one original."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

from solvent.base.problem import SolventError
from solvent.intake.erp.odoo.fields import LINE_DOMAINS, LINES, MODELS, SYSTEM, fields_of
from solvent.intake.erp.original import write_original
from solvent.intake.intake import Source
from solvent_server.connectors.wire import AGENT, LiveTerms, RefusalError, Settings, Wire

NAME = "Odoo"
PARTIALS, MOVES, PAYMENTS = "account.partial.reconcile", "account.move", "account.payment"
Row = dict[str, Any]
Domain = list[Any]
Call = Callable[[str, str, Mapping[str, Any]], Any]
_DENIED, _NO_RIGHT = 3, 4
"""Fault codes of Odoo's XML-RPC: the key is not accepted; its user may not."""


def fetch(settings: Settings, secret: str, since: datetime | None = None, *, terms: LiveTerms | None = None) -> Source:
    """One original of a company's customers, journal items, reconciliations and payments.

    Args:
        secret: an API key of a user who may read accounting.
        since: only what changed after this moment (UTC), with all that it touches; None: everything.

    Raises:
        SolventError: the server cannot be reached, refuses, or answers in another form; the code says what to do.
    """
    client = _Client(settings, _speaker(settings, secret, terms or LiveTerms()), terms or LiveTerms())
    asked = {"url": settings.url, "company": client.company, "since": since.strftime(_MOMENT) if since else None}
    return Source(f"{SYSTEM} {settings.host}.json", write_original(SYSTEM, asked, client.everything(since)))


_MOMENT = "%Y-%m-%d %H:%M:%S"


def _speaker(settings: Settings, secret: str, terms: LiveTerms) -> Call:
    """How this server is asked: JSON-2, or XML-RPC where it knows no JSON-2 and a login is given."""
    headers = {"Authorization": f"bearer {secret}", "Accept": "application/json", "User-Agent": AGENT}
    if settings.database:
        headers["X-Odoo-Database"] = settings.database
    wire = Wire(NAME, settings.url, headers, terms)

    def call(model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return wire.post(f"/json/2/{model}/{method}", arguments)
        except RefusalError as refusal:
            raise wire.no(refusal, model) from refusal

    if not settings.login:
        return call
    try:
        wire.post("/json/2/res.company/search_count", {"domain": []})
    except RefusalError as refusal:
        if refusal.status == 404:
            return _older(settings, secret, terms)
        raise wire.no(refusal, "res.company") from refusal
    return call


def _older(settings: Settings, secret: str, terms: LiveTerms) -> Call:
    """The same questions over XML-RPC."""
    wire = Wire(NAME, settings.url, {"User-Agent": AGENT}, terms)
    user = _remote(wire, "/xmlrpc/2/common", "authenticate", (settings.database, settings.login, secret, {}), "login")
    if not isinstance(user, int) or isinstance(user, bool):
        raise SolventError("sources.live.key", settings.url, system=NAME)

    def call(model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        told: tuple[Any, ...] = (settings.database, user, secret, model, method, [], dict(arguments))
        return _remote(wire, "/xmlrpc/2/object", "execute_kw", told, model)

    return call


def _remote(wire: Wire, path: str, method: str, arguments: tuple[Any, ...], name: str) -> Any:
    body = xmlrpc.client.dumps(arguments, method, allow_none=True).encode()
    try:
        answer = wire.post_xml(path, body)
        if b"<!DOCTYPE" in answer or b"<!ENTITY" in answer:
            raise ValueError("entities")
        ((told,), _) = xmlrpc.client.loads(answer)
    except RefusalError as refusal:
        raise wire.no(refusal, name) from refusal
    except xmlrpc.client.Fault as fault:
        status = {_DENIED: 401, _NO_RIGHT: 403}.get(fault.faultCode if isinstance(fault.faultCode, int) else 0, 400)
        raise wire.no(RefusalError(status, b""), name) from fault
    except (ExpatError, ValueError, TypeError, xmlrpc.client.Error) as error:
        raise SolventError("sources.live.answer", wire.url, system=NAME, about=f"{name}: no XML-RPC") from error
    return _plain(told)


def _plain(value: Any) -> Any:
    """Floats as the text that they were, so that nothing is counted in binary on the way."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, xmlrpc.client.DateTime) else value


@dataclass
class _Client:
    """The questions, in the fields that this server knows."""

    settings: Settings
    call: Call
    terms: LiveTerms
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    own: Row = field(default_factory=dict)
    company: str = ""

    def __post_init__(self) -> None:
        found = self._all("res.company", [])
        names = [str(row.get("name")) for row in found]
        if self.settings.company:
            found = [row for row in found if row.get("name") == self.settings.company]
        if len(found) != 1:
            raise SolventError(
                "sources.live.company", self.settings.url, system=NAME, companies=", ".join(sorted(names)[:10])
            )
        self.own, self.company = found[0], str(found[0]["name"])

    def everything(self, since: datetime | None) -> dict[str, list[Row]]:
        """Every model. What changed brings with it the other side of each reconciliation, and its entry as a whole."""
        here: Domain = [["company_id", "=", self.own["id"]]]
        if since is None:
            lines = self._all(LINES, [*self._line_domain(), *here])
            moves = self._by_ids(MOVES, {_link(row.get("move_id")) for row in lines})
            partials = self._all(PARTIALS, here)
            payments = self._all(PAYMENTS, here)
        else:
            changed: Domain = [["write_date", ">", since.strftime(_MOMENT)]]
            lines, partials = self._touched([*changed, *here], here)
            moves = self._by_ids(MOVES, {_link(row.get("move_id")) for row in lines})
            payments = self._where(PAYMENTS, "move_id", (row["id"] for row in moves))
        ids = {row["id"] for row in lines}
        partials = [row for row in partials if {_link(row["debit_move_id"]), _link(row["credit_move_id"])} <= ids]
        customers = self._all("res.partner", [*MODELS["res.partner"].domain, *(changed if since else [])])
        return {
            "res.company": [self.own],
            "account.journal": self._all("account.journal", here),
            "res.partner": customers,
            MOVES: moves,
            LINES: lines,
            PARTIALS: partials,
            PAYMENTS: payments,
        }

    def _touched(self, changed: Domain, here: Domain) -> tuple[list[Row], list[Row]]:
        """Lines of changed entries and reconciliations, with every reconciliation of theirs and its other side."""
        moves = {row["id"] for row in self._all(MOVES, changed)}
        moves |= {_link(row.get("move_id")) for row in self._all(LINES, [*self._line_domain(), *changed])}
        moves |= {_link(row.get("move_id")) for row in self._all(PAYMENTS, changed)} - {0}
        sides = {
            _link(row[side]) for row in self._all(PARTIALS, changed) for side in ("debit_move_id", "credit_move_id")
        }
        moves |= {_link(row.get("move_id")) for row in self._where(LINES, "id", sides)}
        lines = self._where(LINES, "move_id", moves, [*self._line_domain(), *here])
        partials = self._reconciled(lines)
        others = {_link(row[side]) for row in partials for side in ("debit_move_id", "credit_move_id")}
        others -= {row["id"] for row in lines}
        more = {_link(row.get("move_id")) for row in self._where(LINES, "id", others)} - moves
        lines += self._where(LINES, "move_id", more, [*self._line_domain(), *here])
        return lines, self._reconciled(lines)

    def _reconciled(self, lines: Sequence[Row]) -> list[Row]:
        ids = [row["id"] for row in lines]
        found = self._where(PARTIALS, "debit_move_id", ids) + self._where(PARTIALS, "credit_move_id", ids)
        return list({row["id"]: row for row in found}.values())

    def _line_domain(self) -> Domain:
        """The lines of customers and suppliers, in the words of this version."""
        newer = "account_type" in self._fields(LINES)
        return list(LINE_DOMAINS[0 if newer else 1])

    def _by_ids(self, model: str, ids: Iterable[int]) -> list[Row]:
        return self._where(model, "id", (number for number in ids if number))

    def _where(self, model: str, name: str, values: Iterable[int], domain: Sequence[Any] = ()) -> list[Row]:
        every = sorted(set(values))
        found: list[Row] = []
        for start in range(0, len(every), self.terms.page):
            found += self._all(model, [*domain, [name, "in", every[start : start + self.terms.page]]])
        return found

    def _all(self, model: str, domain: Domain) -> list[Row]:
        return list(self._pages(model, domain))

    def _pages(self, model: str, domain: Domain) -> Iterator[Row]:
        """Every record, page by page by its number, so that nothing slips between two pages while people work."""
        fields = sorted(self._fields(model))
        last = 0
        while True:
            arguments = {
                "domain": [*domain, ["id", ">", last]],
                "fields": fields,
                "limit": self.terms.page,
                "order": "id",
            }
            rows = self.call(model, "search_read", arguments)
            if not isinstance(rows, list) or not all(isinstance(row, dict) and _is_id(row.get("id")) for row in rows):
                raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=f"{model}: no records")
            if not rows:
                return
            newest = max(row["id"] for row in rows)
            if newest <= last:
                about = f"{model}: the same page again"
                raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=about)
            last = newest
            yield from rows

    def _fields(self, model: str) -> frozenset[str]:
        """Which of the fields we read this server has."""
        if model not in self.known:
            wanted = list(fields_of(model))
            told = self.call(model, "fields_get", {"allfields": wanted, "attributes": ["type"]})
            if not isinstance(told, dict):
                raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=f"{model}: no fields")
            self.known[model] = frozenset(told) & frozenset(wanted)
        return self.known[model] | {"id"}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _link(value: Any) -> int:
    """The number of a link, ``[7, "Lantern"]``; 0 for none."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, int) and not isinstance(first, bool) else 0
