"""Content: what the cells of a column look like, to tell apart the fields that one header word may mean."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Content:
    """Shares of the filled cells of a column that can be read as one thing or another; a cell may be several.

    filled: how many cells were looked at. money: numbers with a decimal, a group or a sign of a currency.
    serial: numbers of five digits, as Excel counts days. flag: yes or no in words. terms: terms of payment in words.
    """

    filled: int
    number: float
    money: float
    day: float
    serial: float
    flag: float
    currency: float
    terms: float


def content_of(cells: pl.Series) -> Content:
    """What a column of cells (String) looks like, by its first few hundred filled ones."""
    sample = cells.drop_nulls().head(_SAMPLE)
    if sample.is_empty():
        return Content(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    told = amounts(sample, mark=amount_style([sample]), digits=4)
    number = told["value"].is_not_null() | (told["bad"].is_in(["too_many_decimals", "too_large"])).fill_null(False)
    money = number & sample.str.contains(r"[0-9][.,][0-9]|[¥$€£￥元]")
    days = dates(sample, order="dmy", typed=False)
    serial = sample.str.contains(r"^[2-7][0-9]{4}(?:\.[0-9]+)?$")
    day = (days["value"].is_not_null() | days["bad"].is_in(["impossible", "out_of_range"]).fill_null(False)) & ~serial
    different = {text: rule_of(text) is not None for text in sample.unique().to_list()}
    terms = sample.replace_strict(different, return_dtype=pl.Boolean) & ~number & ~day
    return Content(
        sample.len(),
        *(
            float(one.cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
            for one in (
                number,
                money,
                day,
                serial,
                yes_no(sample)["value"].is_not_null() & ~number,
                currencies(sample)["value"].is_not_null() & ~number,
                terms,
            )
        ),
    )


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
        return right and content.flag < 0.5 and (content.day < 0.5 or content.number >= 0.5)
    if kind == "date":
        if content.day >= 0.5 or (content.serial >= 0.5 and not others):
            return True
        right = content.day > 0 or not many or field in _CLAIMED
        return right and content.number < 0.5 and content.flag < 0.5 and content.terms < 0.5
    if kind == "state":
        return content.day < 0.5 and (content.number < 0.5 or (content.money == 0 and not others))
    if kind == "currency":
        return content.currency >= 0.5 or (content.number < 0.5 and not others)
    return not others or content.day < 0.5 or content.number >= 0.5
