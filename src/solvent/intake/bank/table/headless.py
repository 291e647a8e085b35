"""Headless: tables of movements that have no header, by a profile that fits or by what stands in their columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.bank.table.chain import chain_of
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.layout.words import meanings
from solvent.intake.intake import Source
from solvent.intake.ledger.cells.amounts import amount_style, amounts
from solvent.intake.ledger.cells.dates import dates
from solvent.intake.ledger.content import Content
from solvent.intake.ledger.header import is_day, is_number
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.ledger.reading.raw import Raw, folded
from solvent.intake.ledger.reading.text import text_grid
from solvent.intake.ledger.reading.workbook import kind_of, workbook_grids
from solvent.intake.limits import LIMITS, Refused

_LOOKED = 500
_WIDEST = 14
_NAMES = {"day": "Date", "value": "Value date", "out": "Withdrawals", "in": "Deposits", "amount": "Amount"}
_NAMES |= {"balance": "Balance", "text": "Description", "currency": "Currency"}


@dataclass(frozen=True)
class Named:
    """The first table of a file as a text with a header of ours before it; ``rows``: their numbers in the file."""

    source: Source
    rows: Sequence[int]
    problems: Sequence[Problem] = field(default_factory=tuple)


def header_of(source: Source, profiles: Sequence[Profile]) -> Named | None:
    """The file's first table with a header put before it, or None where it is no table of movements."""
    grid = _grid(source)
    if grid is None or not grid.head:
        return None
    width = max(len(line.cells) for line in grid.head)
    if not 3 <= width <= _WIDEST:
        return None
    body = grid.body(0, width)
    if body.over or body.rows.height < 2:
        return None
    looked = body.rows.head(_LOOKED)
    shape = _shape(looked)
    if shape is None:
        return None
    header, certain = shape
    profile = next(
        (one for one in reversed(profiles) if one.header and _agrees(one, shape[0]) and one.in_text(looked)), None
    )
    if profile is not None:
        names = iter(profile.header)
        header, certain = [next(names) if name else "" for name in header], True
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([cell or "" for cell in row[1:]] for row in body.rows.iter_rows())
    told = () if certain else (Problem("bank.table.columns_assumed", source.name, {"columns": ", ".join(header)}),)
    data = out.getvalue().encode("utf-8", "replace")
    return Named(replace(source, data=b"\xef\xbb\xbf" + data), body.rows["_row"].to_list(), told)


def _grid(source: Source) -> Raw | None:
    """The file's first grid as it stands."""
    try:
        kind = kind_of(source.data)
        if len(source.data) > LIMITS.file_bytes:
            return None
        if kind in ("zip", "compound", "page", "xml"):
            grids, _ = workbook_grids(source.name, source.data, kind, LIMITS)
            return next((grid for grid in grids if grid.head), None)
        if kind != "text":
            return None
        encoding = encoding_of(source.data)
        return text_grid("", source.data, encoding, known=lambda _: False, limits=LIMITS)[0]
    except Refused:
        return None


def _shape(rows: pl.DataFrame) -> tuple[list[str], bool] | None:
    """A header for columns of days, figures and texts, and whether the figures prove it; None: no movements."""
    cells = {name: rows[name] for name in rows.columns[1:]}
    full = {name: column for name, column in cells.items() if column.null_count() < column.len()}
    contents = {name: Content(column) for name, column in full.items()}
    days = [name for name in full if contents[name].day >= 0.8]
    figures = [name for name in full if name not in days and contents[name].number >= 0.8 and contents[name].money > 0]
    texts = [name for name in full if name not in (*days, *figures)]
    if not days or not 1 <= len(figures) <= 3 or not texts or full[days[0]].null_count() > 0.2 * rows.height:
        return None
    first = rows.row(0, named=True)
    if not first[days[0]] or any(first[name] and not is_number(folded(first[name])) for name in figures):
        return None
    if not is_day(folded(first[days[0]])) and not re.match(r"[0-9]{8}$", first[days[0]]):
        return None
    mark = amount_style([full[name] for name in figures])
    values = {name: amounts(full[name], mark=mark, digits=2)["value"] for name in figures}
    order = dates(full[days[0]], order="mdy", typed=False)["value"]
    roles, certain = _roles(values, order)
    if roles is None:
        return None
    named = {days[0]: _NAMES["day"], **dict.fromkeys(days[1:2], _NAMES["value"])}
    named |= {name: _NAMES[role] for name, role in roles.items()}
    for name in texts:
        named[name] = _NAMES["currency"] if contents[name].currency >= 0.9 else _NAMES["text"]
    return [named.get(name, "") for name in cells], certain


def _roles(values: dict[str, pl.Series], day: pl.Series) -> tuple[dict[str, str] | None, bool]:
    """What each column of figures is: the reading whose balances follow from its amounts; None: it can be none."""
    best: tuple[float, dict[str, str] | None] = (0.5, None)
    names = list(values)
    wanted: tuple[str, ...] = {1: ("amount",), 2: ("amount", "balance"), 3: ("out", "in", "balance")}[len(names)]
    if len(names) > 1:
        for order in permutations(names):
            roles = dict(zip(order, wanted, strict=True))
            share = _follows({role: values[name] for name, role in roles.items()}, day)
            if share > best[0]:
                best = share, roles
    if best[1] is not None:
        return best[1], True
    if len(names) == 1:
        only = values[names[0]].drop_nulls()
        mixed = bool((only < 0).any()) and bool((only > 0).any())
        return ({names[0]: "amount"} if mixed else None), True
    first, second = (values[name].is_not_null() & (values[name] != 0) for name in names[:2])
    apart = not bool((first & second).any()) and bool(first.any()) and bool(second.any())
    return (dict(zip(names, ("out", "in", "balance"), strict=False)) if apart else None), False


def _follows(values: dict[str, pl.Series], day: pl.Series) -> float:
    """The share of balances that follow from the amounts."""
    amount = values["amount"] if "amount" in values else values["in"].fill_null(0) - values["out"].fill_null(0)
    if "out" in values and bool(((values["in"] != 0) & (values["out"] != 0)).any()):
        return 0.0
    frame = pl.DataFrame({"booked_on": day, "amount": amount.fill_null(0), "balance": values["balance"]})
    chain = chain_of(frame.with_row_index("row"))
    return 1 - len(chain.breaks) / chain.checked if chain and chain.checked else 0.0


def _agrees(profile: Profile, header: Sequence[str]) -> bool:
    """True where a profile's header is as wide as the rows, and has days and figures where they have them."""
    bare = [name for name in header if name]
    if len(profile.header) != len(bare):
        return False
    return all(_kind(told) == _kind(found) for told, found in zip(profile.header, bare, strict=True))


def _kind(header: str) -> str:
    field_of = {name for name, _ in meanings(header)}
    if field_of & {"booked_on", "traded_on", "value_on"}:
        return "day"
    return "figure" if field_of & {"out", "in", "amount", "balance"} else "text"
