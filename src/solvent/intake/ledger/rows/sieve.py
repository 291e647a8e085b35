"""Sieve: the cells of a sheet as values, and for every row that cannot be read the first reason why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from solvent.base.money import digits
from solvent.base.problem import Fact, Problem
from solvent.intake.intake import Reading
from solvent.intake.ledger.cells.amounts import amounts
from solvent.intake.ledger.cells.currency import currencies, currency_of
from solvent.intake.ledger.cells.dates import dates, moments
from solvent.intake.ledger.cells.plain import whole, yes_no
from solvent.intake.ledger.fields import plain
from solvent.intake.ledger.grid import Sheet

AMOUNT_CODES = {
    "unreadable": "intake.cell.amount",
    "too_many_decimals": "intake.cell.amount_decimals",
    "too_large": "intake.cell.amount_large",
}
DATE_CODES = {
    "unreadable": "intake.cell.date",
    "impossible": "intake.cell.date_impossible",
    "out_of_range": "intake.cell.date_range",
}
FAULTS = pl.Schema(
    {"_row": pl.Int64, "rank": pl.Int64, "code": pl.String, "column": pl.String, "value": pl.String, "facts": pl.String}
)


@dataclass
class Sieve:
    """One sheet while it is read. Faults reject their row; notes are told and do not."""

    sheet: Sheet
    reading: Reading
    faults: list[pl.DataFrame] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> pl.DataFrame:
        """The sheet's rows."""
        return self.sheet.rows

    def has(self, name: str) -> bool:
        """True where the sheet has a column of this field."""
        return self.reading.header(name) is not None

    def text(self, name: str) -> pl.Series:
        """The cells of a field as they stand; all empty where the sheet has no such column."""
        header = self.reading.header(name)
        return self._absent(name, pl.String()) if header is None else self.rows[header].alias(name)

    def date(self, name: str, *, needed: bool = True) -> pl.Series:
        """Days; an unreadable cell rejects its row where the field is ``needed``, else it is noted and empty."""
        if not self.has(name):
            return self._absent(name, pl.Date())
        told = dates(self.text(name), order=self.reading.date_order, typed=self.sheet.typed)
        self._judge(name, told["bad"], DATE_CODES, needed=needed)
        return told["value"].alias(name)

    def moment(self, name: str) -> pl.Series:
        """Moments, where a cell has a time of day; empty elsewhere. Its day is judged by ``date``."""
        if not self.has(name):
            return self._absent(name, pl.Datetime("us"))
        told = moments(self.text(name), order=self.reading.date_order, typed=self.sheet.typed)
        return told["value"].alias(name)

    def money(self, name: str, currency: pl.Series, *, needed: bool = True) -> pl.Series:
        """Minor units of each row's currency."""
        header = self.reading.header(name)
        if header is None:
            return self._absent(name, pl.Int64())
        cells = self.text(name)
        unit = self.reading.units.get(header, self.reading.unit)
        places = currency.replace_strict(
            {code: digits(code) for code in currency.unique().drop_nulls()}, default=2, return_dtype=pl.Int64
        )
        told = pl.DataFrame({"value": pl.Series([None] * cells.len(), dtype=pl.Int64), "bad": cells.clear(cells.len())})
        rounded = 0
        for count in places.unique().sort():
            here = places == count
            part = amounts(
                cells.set(~here, None), mark=self.reading.mark, digits=count, unit=unit, typed=self.sheet.typed
            )
            told = told.with_columns(
                pl.when(here).then(part["value"]).otherwise("value").alias("value"),
                pl.when(here).then(part["bad"]).otherwise("bad").alias("bad"),
            )
            rounded += int((part["rounded"] & here).sum())
        if rounded:
            self.note("intake.amount_rounded", header, {"count": rounded})
        self._judge(name, told["bad"], AMOUNT_CODES, needed=needed)
        return told["value"].alias(name)

    def currency(self, name: str, default: str | None) -> pl.Series:
        """Currency codes, the default where a cell is empty."""
        if not self.has(name):
            absent = self._absent(name, pl.String())
            return absent.fill_null(default) if default else absent
        cells, given = self.text(name), self.reading.values.get("currency", {})
        if given:
            cells = cells.replace(
                {cell: given[plain(cell)] for cell in cells.unique().drop_nulls() if plain(cell) in given}
            )
        told = currencies(cells)
        self._judge(name, told["bad"], {"unreadable": "intake.cell.currency"}, needed=True)
        return told["value"].fill_null(default).alias(name) if default else told["value"].alias(name)

    def _absent(self, name: str, kind: pl.DataType) -> pl.Series:
        """The cells of a field that the sheet has no column for: all empty."""
        return pl.Series(name, [None] * self.rows.height, dtype=kind)

    def code_beside(self, name: str) -> pl.Series:
        """The currency that stands beside a number in its own cell, ``￥100`` or ``100 USD``; empty where none does."""
        beside = self.text(name).str.replace_all(r"[0-9.,'\s()+\-百千万亿整]", "")
        codes = {text: currency_of(text) if text else None for text in beside.unique().drop_nulls()}
        return beside.replace_strict(codes, default=None, return_dtype=pl.String).alias(name)

    def flag(self, name: str) -> pl.Series:
        """Yes and no; anything else is noted and empty."""
        if not self.has(name):
            return self._absent(name, pl.Boolean())
        told = yes_no(self.text(name))
        self._judge(name, told["bad"], {"unreadable": "intake.cell.yes_no"}, needed=False)
        return told["value"].alias(name)

    def count(self, name: str, *, needed: bool = True) -> pl.Series:
        """Whole numbers."""
        told = whole(self.text(name))
        self._judge(name, told["bad"], {"unreadable": "intake.cell.number"}, needed=needed)
        return told["value"].alias(name)

    def reject(
        self,
        broken: pl.Series,
        code: str,
        name: str = "",
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Reject the rows of a mask; the column and value shown are those of the field ``name``, if any."""
        self._fault(broken, pl.Series([code]).new_from_index(0, self.rows.height), name, facts)

    def note(self, code: str, header: str | None, facts: Mapping[str, Fact]) -> None:
        """Something to know that rejects no row."""
        place = f"{self.reading.place}:{header}" if header else self.reading.place
        self.notes.append(Problem(code, place, dict(facts)))

    def rejected(self) -> pl.DataFrame:
        """One row for each rejected row of the sheet, with its first reason."""
        if not self.faults:
            return pl.DataFrame(schema=FAULTS)
        return pl.concat(self.faults).sort("_row", "rank").unique("_row", keep="first", maintain_order=True)

    def _judge(self, name: str, bad: pl.Series, codes: Mapping[str, str], *, needed: bool) -> None:
        if bad.null_count() == bad.len():
            return
        told = bad.replace_strict(codes, default=next(iter(codes.values())), return_dtype=pl.String)
        if needed:
            self._fault(bad.is_not_null(), told, name, None)
        else:
            first = self.text(name).filter(bad.is_not_null())[0]
            self.note(
                "intake.cell.skipped",
                self.reading.header(name),
                {"count": int(bad.is_not_null().sum()), "value": first},
            )

    def _fault(self, broken: pl.Series, codes: pl.Series, name: str, facts: Mapping[str, Fact] | None) -> None:
        if not broken.any():
            return
        told = pl.DataFrame(
            {
                "_row": self.rows["_row"],
                "rank": pl.Series([len(self.faults)], dtype=pl.Int64).new_from_index(0, self.rows.height),
                "code": codes,
                "column": pl.Series([self.reading.header(name) or ""]).new_from_index(0, self.rows.height),
                "value": self.text(name) if name else self.text("").cast(pl.String),
                "facts": pl.Series([json.dumps(facts or {}, ensure_ascii=False)]).new_from_index(0, self.rows.height),
            }
        )
        self.faults.append(told.filter(broken.fill_null(False)).cast(FAULTS))
