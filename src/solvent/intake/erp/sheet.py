"""Sheet: one list of records as columns of text, and the records of it that cannot be used, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

from solvent.base.money import UNKNOWN, digits
from solvent.base.problem import Fact
from solvent.intake.sources.amounts import minor_units
from solvent.intake.sources.importer import REFUSED, ROW, SHEET, Records

_TOO_FINE = "intake.cell.amount_decimals"


@dataclass
class Sheet:
    """Records of one list while they are mapped.

    frame: SHEET, ROW, and the fields asked for as String; later columns of other types.
    """

    frame: pl.DataFrame
    refused: list[pl.DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, records: Records, name: str, fields: Sequence[str]) -> Sheet:
        """The list ``name``; what is absent, null, false or no plain value is empty. Texts are trimmed."""
        rows = records.get(name, [])
        rows = rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows
        columns = {
            column: pl.Series(column, [_text(record.get(column)) for record in rows], dtype=pl.String)
            for column in fields
        }
        frame = pl.DataFrame(columns, schema=dict.fromkeys(fields, pl.String)).with_columns(
            pl.lit(name).alias(SHEET), pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)
        )
        return cls(frame)

    def refuse(self, broken: pl.Expr, code: str, column: str = "", facts: Mapping[str, Fact] | None = None) -> None:
        """Take the records out for which ``broken`` is true, each with this reason."""
        self._refuse(self.frame.select(broken.fill_null(False)).to_series(), pl.lit(code), column, facts)

    def money(self, column: str, currency: str, *, as_name: str | None = None) -> None:
        """A column of main units as Int64 minor units of the currency in another column; empty counts as nothing.

        Systems that count in binary fractions hand out 33.330000000000005, and rates leave thirds of a cent: what is
        finer than the currency is rounded half up, as the system itself shows it.
        """
        texts, codes = self.frame[column], self.frame[currency]
        told = minor_units(texts, codes)
        fine = told["bad"] == _TOO_FINE
        if fine.fill_null(False).any():
            pairs = pl.DataFrame({"text": texts, "code": codes}).filter(fine.fill_null(False)).unique()
            rounded = [_rounded(text, code or UNKNOWN) for text, code in pairs.iter_rows()]
            known = pairs.with_columns(pl.Series("to", rounded, dtype=pl.String))
            texts = (
                pl.DataFrame({"text": texts, "code": codes})
                .join(known, on=["text", "code"], how="left", nulls_equal=True, maintain_order="left")
                .select(pl.coalesce("to", "text"))
                .to_series()
            )
            told = minor_units(texts, codes)
        self.frame = self.frame.with_columns(told["value"].fill_null(0).alias(as_name or column))
        self._refuse(told["bad"].is_not_null(), told["bad"], column, None)

    def days(self, *columns: str) -> None:
        """Columns of days, 2026-10-31 with or without a time after it, as Date; what is none is empty."""
        self.frame = self.frame.with_columns(
            pl.col(column).str.head(10).str.to_date("%Y-%m-%d", strict=False) for column in columns
        )

    def numbers(self, *columns: str) -> None:
        """Columns of whole numbers as Int64; what is none is 0."""
        self.frame = self.frame.with_columns(
            pl.col(column).cast(pl.Float64, strict=False).fill_null(0).fill_nan(0).clip(-(2**53), 2**53).cast(pl.Int64)
            for column in columns
        )

    def all_refused(self) -> pl.DataFrame:
        """The refused records, as REFUSED says."""
        return pl.concat([pl.DataFrame(schema=REFUSED), *self.refused])

    def _refuse(
        self, broken: pl.Series, codes: pl.Series | pl.Expr, column: str, facts: Mapping[str, Fact] | None
    ) -> None:
        if not broken.any():
            return
        shown = pl.col(column).cast(pl.String) if column in self.frame.columns else pl.lit(None, dtype=pl.String)
        told = self.frame.select(
            SHEET,
            ROW,
            pl.lit(column).alias("column"),
            shown.alias("value"),
            codes.alias("code"),
            pl.lit(json.dumps(facts or {}, ensure_ascii=False)).alias("facts"),
        )
        self.refused.append(told.filter(broken).cast(pl.Schema(REFUSED)))
        self.frame = self.frame.filter(~broken)


def _text(value: object) -> str | None:
    """A plain value as text. False is how some systems write an empty field."""
    if value is None or value is False or isinstance(value, (dict, list)):
        return None
    text = "1" if value is True else str(value).strip()
    return text.encode("utf-8", "replace").decode("utf-8") or None


def _rounded(text: str, currency: str) -> str | None:
    try:
        return str(Decimal(text).quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP))
    except InvalidOperation:
        return None
