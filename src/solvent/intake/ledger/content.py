"""Content: what the cells of a column look like, to tell apart the fields that one header word may mean."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from solvent.intake.ledger.cells.amounts import amount_style, amounts
from solvent.intake.ledger.cells.currency import currencies
from solvent.intake.ledger.cells.dates import dates
from solvent.intake.ledger.cells.plain import yes_no
from solvent.intake.ledger.cells.terms import rule_of
from solvent.intake.ledger.fields import KINDS

_SAMPLE = 400
_FEW = 3
"""Fewer cells than this prove nothing."""
_CLAIMED = ("amount", "debit", "credit", "issued_on", "due_on")
"""Fields that no other can stand in for: a column of them that cannot be read at all is still theirs."""


class Content:
    """Shares of the filled cells of a column that can be read as one thing or another; a cell may be several.

    Each share is worked out when it is first asked for: reading a day is dear, and most headers need no look at all.
    """

    def __init__(self, cells: pl.Series) -> None:
        """Look at the first few hundred filled ones of these cells (String)."""
        self._sample = cells.drop_nulls().head(_SAMPLE)

    @property
    def filled(self) -> int:
        """How many cells were looked at."""
        return self._sample.len()

    @cached_property
    def number(self) -> float:
        """Numbers, or what would be one but for its length."""
        return _share(self._numbers)

    @cached_property
    def money(self) -> float:
        """Numbers with a decimal, a group or a sign of a currency."""
        return _share(self._numbers & self._sample.str.contains(r"[0-9][.,][0-9]|[¥$€£￥元]"))

    @cached_property
    def day(self) -> float:
        """Days, impossible ones too, but not mere counts of days."""
        return _share(self._days)

    @cached_property
    def serial(self) -> float:
        """Numbers of five digits, as Excel counts days."""
        return _share(self._serials)

    @cached_property
    def flag(self) -> float:
        """Yes or no in words."""
        return _share(yes_no(self._sample)["value"].is_not_null() & ~self._numbers)

    @cached_property
    def currency(self) -> float:
        """Codes and names of currencies."""
        return _share(currencies(self._sample)["value"].is_not_null() & ~self._numbers)

    @cached_property
    def terms(self) -> float:
        """Terms of payment in words."""
        known = {text: rule_of(text) is not None for text in self._sample.unique().to_list()}
        return _share(self._sample.replace_strict(known, return_dtype=pl.Boolean) & ~self._numbers & ~self._days)

    @cached_property
    def _figures(self) -> pl.Series:
        """How many digits each cell has: what has none is no number, and a day has three at least."""
        return self._sample.str.count_matches(r"\d")

    @cached_property
    def _numbers(self) -> pl.Series:
        if not (self._figures > 0).any():
            return self._figures > 0
        told = amounts(self._sample, mark=amount_style([self._sample]), digits=4)
        return told["value"].is_not_null() | told["bad"].is_in(["too_many_decimals", "too_large"]).fill_null(False)

    @cached_property
    def _serials(self) -> pl.Series:
        return self._sample.str.contains(r"^[2-7][0-9]{4}(?:\.[0-9]+)?$")

    @cached_property
    def _days(self) -> pl.Series:
        if not (self._figures > 2).any():
            return self._figures > 2
        told = dates(self._sample, order="dmy", typed=False)
        real = told["bad"].is_in(["impossible", "out_of_range"]).fill_null(False)
        return (told["value"].is_not_null() | real) & ~self._serials


def _share(which: pl.Series) -> float:
    return float(which.cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]


def fits(field: str, content: Content, others: frozenset[str]) -> bool:
    """True where a column of this content can be the field.

    Args:
        others: the further fields that the column's header may mean. A header with one meaning is believed more.
    """
    kind = KINDS[field]
    if not content.filled:
        return True
    many = content.filled >= _FEW
    if kind == "amount":
        rival = any(KINDS[other] == "text" for other in others)
        right = content.money >= 0.3 if rival else content.number > 0 or not many or field in _CLAIMED
        return right and content.flag < 0.5 and (content.number >= 0.5 or content.day < 0.5)
    if kind == "date":
        if content.day >= 0.5 or (content.serial >= 0.5 and not others):
            return True
        right = content.day > 0 or not many or field in _CLAIMED
        return right and content.number < 0.5 and content.flag < 0.5 and content.terms < 0.5
    if kind == "state":
        return (content.number < 0.5 or (content.money == 0 and not others)) and content.day < 0.5
    if kind == "currency":
        return content.currency >= 0.5 or (content.number < 0.5 and not others)
    return not others or content.number >= 0.5 or content.day < 0.5
