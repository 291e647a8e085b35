"""ERPNext: everything that is owed, out of a live ERPNext over its REST interface, as one original."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from solvent.base.problem import SolventError
from solvent.intake.erp.erpnext.fields import CHILD_FIELDS, DOCTYPES, SYSTEM
from solvent.intake.erp.original import write_original
from solvent.intake.intake import Source
from solvent_server.connectors.wire import AGENT, LiveTerms, RefusalError, Settings, Wire

NAME = "ERPNext"
_DONE = ["docstatus", "in", [1, 2]]
"""Submitted or cancelled: drafts are nobody's debt."""
_PARTY = ["party_type", "in", ["Customer", "Supplier"]]
Row = dict[str, Any]
Filters = list[list[Any]]


def fetch(settings: Settings, secret: str, since: datetime | None = None, *, terms: LiveTerms | None = None) -> Source:
    """One original of a company's customers, invoices, payments and journal entries.

    Args:
        secret: ``api_key:api_secret`` of a user who may read all of these.
        since: only what changed after this moment of the server's clock, with all that it touches; None: everything.

    Raises:
        SolventError: the server cannot be reached, refuses, or answers in another form; the code says what to do.
    """
    headers = {"Authorization": f"token {secret}", "Accept": "application/json", "User-Agent": AGENT}
    client = _Client(Wire(NAME, settings.url, headers, terms or LiveTerms()), settings)
    asked = {"url": settings.url, "company": client.company, "since": since.isoformat(" ") if since else None}
    records = client.everything(since)
    return Source(f"{SYSTEM} {settings.host}.json", write_original(SYSTEM, asked, records))


@dataclass
class _Client:
    """The questions, and which optional fields this server turned out not to know."""

    wire: Wire
    settings: Settings
    companies: list[Row] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    company: str = ""

    def __post_init__(self) -> None:
        found = self._list("Company", [])
        names = [str(row["name"]) for row in found]
        if self.settings.company:
            found = [row for row in found if row["name"] == self.settings.company]
        if len(found) != 1:
            raise SolventError(
                "sources.live.company", self.settings.url, system=NAME, companies=", ".join(sorted(names)[:10])
            )
        self.companies, self.company = found, str(found[0]["name"])

    def everything(self, since: datetime | None) -> dict[str, list[Row]]:
        """Every list. What changed brings with it the invoices that it settles, and these all that settles them."""
        changed = [["modified", ">", since.isoformat(" ")]] if since else []
        sales = self._index("Sales Invoice", [_DONE, *changed])
        purchases = self._index("Purchase Invoice", [_DONE, *changed])
        entries = self._index("Payment Entry", [_DONE, _PARTY, *changed])
        journals = self._journals(changed)
        if since:
            self._complete(sales, purchases, entries, journals)
        schedule = self._children("Payment Schedule", "Sales Invoice", sales)
        schedule += self._children("Payment Schedule", "Purchase Invoice", purchases)
        customers = self._list("Customer", changed)
        return {
            "Company": self.companies,
            "Customer": customers,
            "Sales Invoice": _sorted(sales),
            "Purchase Invoice": _sorted(purchases),
            "Payment Schedule": schedule,
            "Payment Entry": _sorted(entries),
            "Payment Entry Reference": self._children("Payment Entry Reference", "Payment Entry", entries),
            "Payment Entry Deduction": self._children("Payment Entry Deduction", "Payment Entry", entries),
            "Journal Entry": _sorted(journals),
            "Journal Entry Account": self._children("Journal Entry Account", "Journal Entry", journals),
        }

    def _journals(self, changed: Filters) -> dict[str, Row]:
        """Journal entries that touch a customer or supplier, by the lines where the server shows them by themselves."""
        try:
            lines = list(self._pages("Journal Entry Account", [_PARTY, _DONE, *changed], parent="Journal Entry"))
        except RefusalError as refusal:
            if refusal.status not in (403, 417):
                raise self.wire.no(refusal, "Journal Entry Account") from refusal
            return self._index("Journal Entry", [_DONE, *changed])
        return self._named("Journal Entry", {str(line["parent"]) for line in lines})

    def _complete(
        self, sales: dict[str, Row], purchases: dict[str, Row], entries: dict[str, Row], journals: dict[str, Row]
    ) -> None:
        """Add the invoices that changed payments name, and every payment that names one of the invoices."""
        references = self._children("Payment Entry Reference", "Payment Entry", entries)
        lines = self._children("Journal Entry Account", "Journal Entry", journals)
        for doctype, invoices in (("Sales Invoice", sales), ("Purchase Invoice", purchases)):
            wanted = {str(row["reference_name"]) for row in references if row["reference_doctype"] == doctype}
            wanted |= {str(row["reference_name"]) for row in lines if row["reference_type"] == doctype}
            wanted |= {str(row["return_against"]) for row in invoices.values() if row.get("return_against")}
            invoices.update(self._named(doctype, wanted - invoices.keys()))
            for part in _chunks(invoices, self.wire.terms.chunk):
                returns = self._index(doctype, [_DONE, ["return_against", "in", part]])
                invoices.update({name: row for name, row in returns.items() if name not in invoices})
            entries.update(self._naming("Payment Entry Reference", "reference_doctype", doctype, invoices, entries))
            journals.update(self._naming("Journal Entry Account", "reference_type", doctype, invoices, journals))

    def _naming(
        self, child: str, kind: str, doctype: str, invoices: Mapping[str, Row], have: Mapping[str, Row]
    ) -> dict[str, Row]:
        """The payments or entries, not yet there, of which a line names one of the invoices."""
        (parent,) = DOCTYPES[child].parents
        found: set[str] = set()
        for part in _chunks(invoices, self.wire.terms.chunk):
            filters: Filters = [[kind, "=", doctype], ["reference_name", "in", part], _DONE]
            try:
                found |= {str(row["parent"]) for row in self._pages(child, filters, parent=parent)}
            except RefusalError as refusal:
                if refusal.status not in (403, 417):
                    raise self.wire.no(refusal, child) from refusal
                crossed = [[child, *told] for told in filters[:2]]
                found |= set(self._index(parent, [_DONE, *crossed]))
        return self._named(parent, found - have.keys())

    def _index(self, doctype: str, filters: Filters) -> dict[str, Row]:
        return {str(row["name"]): row for row in self._list(doctype, filters)}

    def _named(self, doctype: str, names: Iterable[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for part in _chunks(sorted(names), self.wire.terms.chunk):
            found |= self._index(doctype, [_DONE, ["name", "in", part]])
        return found

    def _list(self, doctype: str, filters: Filters) -> list[Row]:
        own = [["company", "=", self.company]] if DOCTYPES[doctype].company and self.company else []
        try:
            return list(self._pages(doctype, [*filters, *own]))
        except RefusalError as refusal:
            raise self.wire.no(refusal, doctype) from refusal

    def _children(self, child: str, parent: str, parents: Mapping[str, Row]) -> list[Row]:
        """The rows of a child table, asked for by themselves, or document by document where the server insists."""
        found: list[Row] = []
        for part in _chunks(sorted(parents), self.wire.terms.chunk):
            filters: Filters = [["parenttype", "=", parent], ["parent", "in", part]]
            try:
                found += self._pages(child, filters, parent=parent)
            except RefusalError as refusal:
                if refusal.status not in (403, 417):
                    raise self.wire.no(refusal, child) from refusal
                found += [row for name in part for row in self._of_document(child, parent, name)]
        key = ("parent", "idx")
        return sorted(found, key=lambda row: tuple(str(row.get(name)).zfill(8) for name in key))

    def _of_document(self, child: str, parent: str, name: str) -> Iterator[Row]:
        try:
            told = self.wire.get(f"/api/resource/{parent}/{name}", {})
        except RefusalError as refusal:
            raise self.wire.no(refusal, parent) from refusal
        document = self._data(told, parent, dict)
        wanted = (*DOCTYPES[child].fields, *DOCTYPES[child].later)
        for row in document.get(CHILD_FIELDS[child]) or []:
            yield {"parent": name, "parenttype": parent, **{key: row[key] for key in wanted if key in row}}

    def _pages(self, doctype: str, filters: Filters, *, parent: str = "") -> Iterator[Row]:
        """Every row of a list, page by page, each once, until a page is empty: servers may give less than asked."""
        seen: set[str] = set()
        start = 0
        while True:
            query = {
                "filters": json.dumps(filters),
                "order_by": "name asc",
                "limit_start": str(start),
                "limit_page_length": str(self.wire.terms.page),
            } | ({"parent": parent} if parent else {})
            rows = self._page(doctype, query)
            if not rows:
                return
            fresh = [row for row in rows if str(row.get("name")) not in seen]
            if not fresh:
                about = f"{doctype}: the same page again"
                raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=about)
            seen |= {str(row.get("name")) for row in fresh}
            yield from fresh
            start += len(rows)

    def _page(self, doctype: str, query: Mapping[str, str]) -> Sequence[Row]:
        """One page. A server that does not know a newer field is asked without it.

        Some versions answer such a question with 500, which may also be passing trouble: it is asked twice.
        """
        known, path = DOCTYPES[doctype], f"/api/resource/{doctype}"
        plain = {**query, "fields": json.dumps(list(known.fields))}
        if not known.later or doctype in self.plain:
            return self._rows(self.wire.get(path, plain), doctype)
        full = {**query, "fields": json.dumps([*known.fields, *known.later])}
        try:
            return self._rows(self.wire.get(path, full, at_once=(500,)), doctype)
        except RefusalError as refusal:
            if refusal.status not in (400, 417, 500):
                raise
        answer = self.wire.get(path, plain)
        try:
            answer = self.wire.get(path, full, at_once=(500,))
        except RefusalError:
            self.plain.add(doctype)
        return self._rows(answer, doctype)

    def _rows(self, told: Any, doctype: str) -> Sequence[Row]:
        rows = self._data(told, doctype, list)
        if not all(isinstance(row, dict) and "name" in row for row in rows):
            raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=f"{doctype}: no records")
        return rows

    def _data(self, told: Any, doctype: str, kind: type) -> Any:
        if not isinstance(told, dict) or not isinstance(told.get("data"), kind):
            raise SolventError("sources.live.answer", self.settings.url, system=NAME, about=f"{doctype}: no data")
        return told["data"]


def _sorted(rows: Mapping[str, Row]) -> list[Row]:
    return [rows[name] for name in sorted(rows)]


def _chunks(names: Iterable[str], size: int) -> Iterator[list[str]]:
    every = list(names)
    for start in range(0, len(every), size):
        yield every[start : start + size]
