"""Lines: amounts of items as lines of our table: the period of each, wholes before parts, earnings worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from solvent.base.calendar import month_end, months_before
from solvent.books.customers import LINES
from solvent.intake.credit.layout import Found, Reading
from solvent.intake.credit.periods import year_begin
from solvent.intake.credit.sheets import FLOWING
from solvent.intake.credit.words import LOSSES, MEANS, UNSIGNED
from solvent.intake.ledger.cells.amounts import amount_style, amounts

_FLOWS = (*FLOWING, "profit_before_tax", "interest", "finance_result")
_DECIMALS = 4
_BAD = {
    "unreadable": "intake.cell.amount",
    "too_many_decimals": "intake.cell.amount_decimals",
    "too_large": "intake.cell.amount_large",
}
Key = tuple[date, int]
"""Last day and length of a period."""


@dataclass(frozen=True)
class Value:
    """An amount of one item in one period, in ten-thousandths of the main unit."""

    line: str
    how: str
    word: str
    item: str
    period: Key
    amount: int
    sheet: str
    row: int


Amount = tuple[int, Value]
"""An amount in ten-thousandths, and the item that it comes from."""


def values_of(found: Sequence[Found], latest: date) -> tuple[list[Value], list[dict[str, Any]]]:
    """The amounts of known items with their periods, and the cells that are of none, or no amount."""
    texts = pl.Series([one.text for one in found], dtype=pl.String)
    mark = amount_style([texts])
    read = [
        amounts(pl.Series([one.text]), mark=mark, digits=_DECIMALS, unit=one.unit, typed=one.typed).row(0)
        for one in found
    ]
    values, odd = [], []
    for one, (amount, bad, _) in zip(found, read, strict=True):
        line, how = MEANS.get(one.word, ("", ""))
        cell = {"sheet": one.sheet, "row": one.row, "item": one.item, "value": one.text}
        if bad is not None:
            odd.append({**cell, "code": _BAD[bad]})
        elif not how:
            odd.append({**cell, "code": "credit.statement.item_unknown"})
        elif amount is not None:
            value = abs(amount) if line in UNSIGNED else amount
            value = -abs(amount) if one.word in LOSSES else value
            period = _period(one, line, latest)
            values.append(Value(line, how, one.word, one.item, period, value, one.sheet, one.row))
    return values, odd


def _period(one: Found, line: str, latest: date) -> Key:
    """The period that an amount is of, by its heading, the page's title, and the newest day of the file."""
    head, title = one.heading, one.title
    base = title.end or (month_end(date(title.year, latest.month, 1)) if title.year else latest)
    end, months = base, title.months
    if head.role == "own":
        own = head.period
        end = own.end or month_end(date(own.year or base.year, base.month, 1))
        months = own.months if own.end and own.months not in (None, 1) else title.months
    if line not in _FLOWS and line:
        months = 12 if months is None and end.month == 12 else months
        if head.role in ("start", "before"):
            end = year_begin(end, months)
            return end, 12
        return end, _length(end, months)
    if head.role == "to_date":
        return end, end.month
    if head.role == "month":
        return end, 1
    length = _length(end, months)
    if head.role in ("before", "start"):
        return month_end(months_before(end.replace(day=1), 12)), length
    return end, length


def _length(end: date, months: int | None) -> int:
    """The length of a period of which nothing but its end is told: a year, or the part of the calendar year."""
    return months if months is not None and 1 <= months <= 18 else end.month


def lines_of(values: Sequence[Value]) -> Iterator[dict[str, Any]]:
    """One record for each line and day: the whole, else its parts, else a wider item; earnings worked out.

    Of flows of several lengths that end on one day the longest is told, for the table holds one.
    """
    held: dict[tuple[Key, str], list[Value]] = {}
    for value in values:
        if value.line:
            held.setdefault((value.period, value.line), []).append(value)
    chosen = {key: _chosen(several) for key, several in held.items()}
    for period in dict.fromkeys(period for period, _ in held):
        _work_out(chosen, period)
    lengths: dict[date, int] = {}
    for (end, months), line in chosen:
        if line in FLOWING:
            lengths[end] = max(months, lengths.get(end, 0))
    done: set[tuple[date, str]] = set()
    for ((end, months), line), (amount, at) in sorted(chosen.items(), key=lambda entry: -entry[0][0][1]):
        if line in LINES and (end, line) not in done and (line not in FLOWING or months == lengths[end]):
            done.add((end, line))
            yield {
                "sheet": at.sheet, "row": at.row, "item": at.item, "line": line, "period_end": end.isoformat(),
                "months": lengths.get(end, months), "amount": in_main(amount),
            }  # fmt: skip


def in_main(amount: int) -> str:
    """Ten-thousandths as text in main units.

    >>> in_main(12_345_000), in_main(10_000_000)
    ('1234.5', '1000')
    """
    return f"{Decimal(amount).scaleb(-_DECIMALS).normalize():f}"


def _work_out(chosen: dict[tuple[Key, str], Amount], period: Key) -> None:
    """Lines that other items of the period add up to, where they are not told themselves."""

    def told(line: str) -> Amount | None:
        return chosen.get((period, line))

    def put(line: str, *parts: Amount | None) -> None:
        there = [part for part in parts if part is not None]
        if told(line) is None and len(there) == len(parts):
            chosen[period, line] = (sum(amount for amount, _ in there), there[0][1])

    put("ebit", told("profit_before_tax"), told("interest") or told("finance_result"))
    put("total_assets", told("liabilities_and_equity"))
    put("total_assets", told("current_assets"), told("noncurrent_assets"))
    put("total_liabilities", told("current_liabilities"), told("noncurrent_liabilities"))


def _chosen(held: Sequence[Value]) -> Amount:
    """The amount of a line out of all items that mean it, and the item that it comes from."""
    wholes = [value for value in held if value.how.startswith("whole")]
    if wholes:
        best = min(wholes, key=lambda value: value.how)
        return best.amount, best
    parts = {value.how: value for value in reversed(held) if value.how.startswith("part")}
    if parts:
        return sum(value.amount for value in parts.values()), parts[min(parts)]
    return held[0].amount, held[0]


def notes_of(reading: Reading, values: Sequence[Value]) -> Iterator[dict[str, Any]]:
    """Known items without a line, statements of which nothing is read, and items told twice with two amounts."""
    other = list(dict.fromkeys(value.item for value in values if not value.line))
    if other:
        yield {"note": "other", "count": len(other), "items": ", ".join(other[:6])}
    for title in reading.left:
        yield {"note": "left", "items": title}
    seen: dict[tuple[str, Key], Value] = {}
    for value in values:
        first = seen.setdefault((value.word, value.period), value)
        if value.line and first.amount != value.amount:
            both = [in_main(one.amount) for one in (first, value)]
            yield {"note": "twice", "items": value.item, "first": both[0], "second": both[1]}
