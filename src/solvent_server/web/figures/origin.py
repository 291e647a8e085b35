"""Origin: where a row of the books comes from: its import, the very place in the file, and what it said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.money import UNKNOWN
from solvent.books.books import TABLES
from solvent.intake.sources.places import Place
from solvent_server.store.errands.traced import BY_HAND, KEY_APART, Version, places_of, versions_of
from solvent_server.store.models import Batch
from solvent_server.web.imports.shown import called, meaning, names_of
from solvent_server.web.parts.page import Look, page

CASH_TABLES = frozenset({"bank_accounts", "bank_lines", "balances", "planned_flows", "facilities"})
"""Tables of which only those see anything who may see cash."""
KEPT_SECONDS = 3_600
"""A file that was read again is remembered so long: who looks through a list comes back."""


@dataclass(frozen=True)
class Cell:
    """One cell of a row: under which header it stands in the file, what it means here, what stands there."""

    head: str
    meant: str
    value: str


@dataclass(frozen=True)
class Shown:
    """A place as a page shows it. where: file, sheet and row in words. heads, rows: the table; each row is its number,
    whether it is one of those asked for, its cells. cells: the first of those asked for, cell by cell."""

    kind: str
    where: str
    role: str
    heads: Sequence[str]
    used: Sequence[bool]
    rows: Sequence[tuple[str, bool, Sequence[str]]]
    cells: Sequence[Cell]
    more: int
    several: bool


@dataclass(frozen=True)
class Told:
    """A version as the page tells it. changes: column, what it said before, what it says."""

    number: int
    batch: int
    name: str
    how: str
    by: str
    at: str
    file: bool
    gone: str
    gone_in: int | None
    seen: Sequence[int]
    changes: Sequence[tuple[str, str, str]]
    to: str


@page("see", assessed=False)
def origin(look: Look, table: str) -> HttpResponse:
    """One row of the books, and where it comes from; ``?part=1`` is the place in the file, which takes a moment."""
    asked = look.request.GET
    cells = asked.getlist("key")
    if table not in TABLES or (table in CASH_TABLES and not look.may("see_cash")):
        raise Http404
    if not cells:
        return redirect(look.address("today"))
    key = KEY_APART.join(cells)
    versions = versions_of(look.company, table, key)
    if not versions:
        raise Http404
    chosen = next((one for one in versions if str(one.number) == asked.get("version", "")), versions[0])
    told = {"look": look, "one": chosen, "by_hand": by_hand(chosen.brought),
            "reason": called(look.language, chosen.brought.reason)}  # fmt: skip
    if asked.get("part") and look.request.headers.get("HX-Request"):
        return look.render("figures/place.html", places=_places(look, chosen, table, key), **_rest(told))
    now = _places(look, chosen, table, key) if asked.get("now") else None
    return look.render(
        "figures/origin.html", here="", table=names_of(look.language, table), key=" · ".join(cells),
        says=_says(look, table, chosen.says), stands=chosen.gone_in is None, newest=versions[0].number,
        versions=[_told(look, table, key, one, versions) for one in versions], places=now,
        at_once=bool(asked.get("now")),
        part=_to(look, table, key, version=chosen.number, part=1),
        whole=_to(look, table, key, version=chosen.number, now=1),
        back=_page_of(look, table, cells), may_import=look.may("import"), **_rest(told),
    )  # fmt: skip


def _rest(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in told.items() if name != "look"}


def address(look: Look, table: str, *cells: object) -> str:
    """The address of the page that tells where a row comes from."""
    return _to(look, table, KEY_APART.join(str(cell) for cell in cells))


def by_hand(batch: Batch) -> bool:
    """True where no file brought it: a person or a rule decided it."""
    return batch.kind in BY_HAND or batch.original_id is None


def _to(look: Look, table: str, key: str, **asked: object) -> str:
    told = [*(("key", cell) for cell in key.split(KEY_APART)), *asked.items()]
    return look.address("origin", table) + "?" + urlencode(told)


def _page_of(look: Look, table: str, cells: Sequence[str]) -> str:
    """The page of the thing itself, where it has one."""
    names = {"open_items": "invoice", "receipts": "receipt", "customers": "customer"}
    return look.address(names[table], cells[0]) if table in names else ""


def _says(look: Look, table: str, row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What the books say in the row, less what is empty."""
    return [
        (look.language.words(name), _value(look, table, name, row)) for name, cell in row.items() if cell is not None
    ]


def _value(look: Look, table: str, name: str, row: Mapping[str, Any]) -> str:
    cell, column = row[name], TABLES[table].columns[name]
    if cell is None:
        return "–"
    if column.unit == "minor units":
        code = str(row.get("currency") or look.company.currency or UNKNOWN) if name != "booked_amount" else (
            look.company.currency or UNKNOWN)  # fmt: skip
        return f"{look.language.money(cell, code)} {look.language.currency(code)}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return look.language.day(cell)
    if isinstance(cell, bool):
        return look.say("yes") if cell else look.say("no")
    return str(cell)


def _told(look: Look, table: str, key: str, one: Version, every: Sequence[Version]) -> Told:
    brought, before = one.brought, next((other for other in every if other.number == one.number - 1), None)
    changes = [
        (look.language.words(name), _value(look, table, name, before.says), _value(look, table, name, one.says))
        for name in one.says
        if before is not None and before.says[name] != one.says[name] and name != "recorded_on"
    ]
    gone = ""
    if one.gone_in is not None:
        replaced = any(other.batch.id == one.gone_in.id for other in every)
        gone = look.say("corrected by import {batch}" if replaced and one.gone_in.kind != "undo" else
                        "taken back by import {batch}", batch=one.gone_in.id)  # fmt: skip
    return Told(
        one.number + 1, brought.id, brought.name or called(look.language, brought.reason), how(look, brought),
        brought.actor, _moment(brought), not by_hand(brought), gone,
        one.gone_in.id if one.gone_in else None, [seen.id for seen in one.seen], changes,
        _to(look, table, key, version=one.number),
    )  # fmt: skip


def how(look: Look, batch: Batch) -> str:
    """By which way it came in, in words."""
    if batch.name.startswith(("api-", "hook-")):
        return look.say("sent by a program")
    says = {"person": "entered by a person", "match": "matching", "undo": "taken back", "ledger": "ledger file",
            "bank": "bank statement", "einvoice": "electronic invoice", "source": "read from the system"}  # fmt: skip
    return look.say("made by the program") if batch.kind == "ledger" and by_hand(batch) else look.say(says[batch.kind])


def _moment(batch: Batch) -> str:
    return batch.committed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if batch.committed_at else "–"


def _places(look: Look, version: Version, table: str, key: str) -> Sequence[Shown] | None:
    """Where the row stands in its file, remembered for a while; None where the file cannot be read again."""
    if by_hand(version.brought):
        return []
    named = sha256(f"{look.company.pk}/{version.brought.id}/{table}/{key}".encode()).hexdigest()
    held = cache.get(f"place.{named}")
    found: list[Place] | None = held if held is not None else places_of(version.brought, table, key)
    if held is None and found is not None:
        cache.set(f"place.{named}", found, KEPT_SECONDS)
    return None if found is None else [_shown(look, one) for one in found]


def _shown(look: Look, one: Place) -> Shown:
    say, first = look.say, next((row for row in one.rows if row.here), None)
    numbers = [row.number for row in one.rows if row.here]
    word = {"sheet": "row {rows}", "lines": "line {rows}", "entries": "entry {rows}", "invoices": "invoice {rows}",
            "records": "record {rows}"}[one.kind]  # fmt: skip
    listed = ", ".join(str(number) for number in numbers[:5]) + (" …" if one.count > 5 else "")
    where = " › ".join(filter(None, (one.source, one.sheet, say(word, rows=listed) if numbers else "")))
    meant = {text: meaning(look.language, one.role, field) for text, field in one.mapping.items()}
    plain = one.kind in ("entries", "invoices")
    heads = [look.language.words(text) if plain else text for text in one.columns]
    cells = [
        Cell(head, meant.get(text, ""), value)
        for text, head, value in zip(one.columns, heads, first.cells if first else ())
        if value or text in meant
    ]
    return Shown(
        one.kind, where, names_of(look.language, one.role) if one.kind == "sheet" and one.role else "", heads,
        [text in meant or plain for text in one.columns],
        [(str(row.number), row.here, row.cells) for row in one.rows], cells,
        max(one.count - len(numbers), 0), len(numbers) > 1,
    )  # fmt: skip
