"""Columns: which column of a bank's table means what, by its header and by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from solvent.intake.bank.table.layout.direction import direction_share
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.layout.words import meanings, plain
from solvent.intake.ledger.cells.currency import currencies
from solvent.intake.ledger.content import Content
from solvent.intake.ledger.grid import Sheet

DATES = ("booked_on", "traded_on", "value_on")
MONEY = ("out", "in", "amount", "balance", "fee")
MANY = ("memo",)
"""Fields that several columns may be; their texts are joined."""
YEARLESS = r"^[0-9]{1,2}[-/.月][0-9]{1,2}日?$|^(?i:[0-9]{1,2}[- ]?[a-z]{3}|[a-z]{3}[- ]?[0-9]{1,2})$"
"""A day and a month, and the year left to the heading."""
_MARKS = r"^[-/\\*.\s]*$"
_SOME = 0.01
_EITHER = ("iban", "konto", "kontonummer")
"""Headers of accounts that some banks use for ours and some for the other party's."""
_VARIED = 0.3
"""Share of different values from which on a column of accounts is that of the other parties, not ours."""


@dataclass(frozen=True)
class Columns:
    """Field to header texts (several only for ``memo``), and the headers that mean nothing here."""

    of: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...] = ()
    profile: Profile | None = field(default=None, repr=False)

    def one(self, name: str) -> str | None:
        """The header of a field, or None."""
        return next(iter(self.of.get(name, ())), None)

    def has(self, *names: str) -> bool:
        """True where the table has every one of these fields."""
        return all(name in self.of for name in names)

    @property
    def days(self) -> bool:
        """Some column tells when."""
        return any(name in self.of for name in ("booked_on", "traded_on", "value_on"))

    @property
    def money(self) -> bool:
        """Some column tells how much came or went."""
        return any(name in self.of for name in ("out", "in", "amount"))


def columns_of(sheet: Sheet, profiles: Sequence[Profile]) -> Columns:
    """What the columns of a sheet mean. The last profile that fits goes before the words."""
    profile = next((one for one in reversed(profiles) if one.fits(sheet.name, sheet.columns, sheet.rows)), None)
    told = profile.mapping(sheet.columns) if profile else {}
    given = {header: meant for header, meant in told.items() if meant}
    contents = {header: Content(_cells(sheet, header)) for header in sheet.columns}
    choices: dict[str, list[tuple[str, int]]] = {}
    for header in sheet.columns:
        if header in told:
            continue
        meant = meanings(header)
        alone = len(meant) == 1
        choices[header] = [
            (name, rank) for name, rank in meant if _fits(name, _cells(sheet, header), contents[header], alone)
        ]
    of: dict[str, list[str]] = {}
    for header, meant_as in given.items():
        if meant_as in MANY or meant_as not in of:
            of.setdefault(meant_as, []).append(header)
    _assign(of, choices, contents)
    _accounts(of, sheet)
    _sides(of, contents)
    used = {header for headers in of.values() for header in headers}
    order = {header: place for place, header in enumerate(sheet.columns)}
    named = {name: tuple(sorted(headers, key=order.__getitem__)) for name, headers in of.items() if headers}
    return Columns(
        {name: named[name] for name in sorted(named, key=lambda name: order[named[name][0]])},
        tuple(header for header in sheet.columns if header not in used),
        profile,
    )


def _cells(sheet: Sheet, header: str) -> pl.Series:
    """The cells of a column, dashes and slashes that stand for nothing taken as empty."""
    cells = sheet.rows.get_column(header).head(2_000)
    return cells.set(cells.str.contains(_MARKS).fill_null(False), None)


def _fits(name: str, cells: pl.Series, content: Content, alone: bool) -> bool:
    """True where a column of these cells can be the field; ``alone``: its header means nothing else."""
    if not content.filled:
        return alone or name not in ("direction",)
    if name in DATES:
        short = cells.drop_nulls().str.contains(YEARLESS).mean()
        return content.day >= 0.5 or content.serial >= 0.5 or (isinstance(short, float) and short >= 0.5)
    if name in MONEY:
        coded = cells.drop_nulls().str.contains(r"^\S{0,4}\s?-?[0-9][0-9.,]*").mean()
        number = content.number >= 0.5 or (isinstance(coded, float) and coded >= 0.5 and content.day < 0.5)
        return number or (alone and content.day < 0.5)
    if name == "direction":
        return direction_share(cells) >= (_SOME if alone else 0.8)
    if name == "currency":
        sample = cells.drop_nulls().head(200)
        return alone or currencies(sample)["value"].null_count() * 2 < sample.len()
    if name in ("memo", "counterparty"):
        return alone or content.day < 0.5
    return True


def _assign(of: dict[str, list[str]], choices: dict[str, list[tuple[str, int]]], contents: dict[str, Content]) -> None:
    """Give each field its best header: filled before empty, then by rank; the others take what else they may mean."""
    open_ = {header: list(fields) for header, fields in choices.items() if fields}
    while open_:
        wanted: dict[str, list[tuple[bool, int, str]]] = {}
        for header, fields in open_.items():
            name, rank = fields[0]
            wanted.setdefault(name, []).append((not contents[header].filled, rank, header))
        for name, headers in wanted.items():
            if name in MANY:
                of.setdefault(name, []).extend(header for _, _, header in headers)
                for _, _, header in headers:
                    del open_[header]
                continue
            if name not in of:
                of[name] = [min(headers)[2]]
            for _, _, header in headers:
                open_[header] = open_[header][1:]
                if not open_[header] or header in of[name]:
                    del open_[header]
    of.pop("other", None)


def _accounts(of: dict[str, list[str]], sheet: Sheet) -> None:
    """A column of many different accounts is that of the other parties."""
    headers = of.get("account")
    if headers and "counterparty_account" not in of and plain(headers[0]) in _EITHER:
        cells = sheet.rows.get_column(headers[0]).drop_nulls()
        if cells.n_unique() > 1 and cells.n_unique() > _VARIED * cells.len():
            of["counterparty_account"] = of.pop("account")


def _sides(of: dict[str, list[str]], contents: dict[str, Content]) -> None:
    """Either two sides or one amount: whichever has figures; one side with a flag is an amount."""

    def filled(name: str) -> bool:
        return name in of and contents[of[name][0]].filled > 0

    if "amount" in of and ("out" in of or "in" in of):
        both = "out" in of and "in" in of
        if both and (filled("out") or filled("in") or not filled("amount")):
            del of["amount"]
        else:
            of.pop("out", None)
            of.pop("in", None)
    one = [name for name in ("out", "in") if name in of]
    if len(one) == 1 and "amount" not in of and "direction" in of:
        of["amount"] = of.pop(one[0])
