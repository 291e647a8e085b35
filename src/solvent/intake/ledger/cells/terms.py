"""Terms: the due date that a text of payment terms means."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import polars as pl

_AT_ONCE = re.compile(
    r"^(?:none|nil|cod|cia|cash.*|immediate(?:ly)?|due (?:up)?on receipt|due now|at sight|sight|prepa(?:id|yment)|"
    r"(?:payment )?in advance|advance.*|sofort.*|vorkasse|款到发货|先款后货|现结|现付|现款.*|现金.*|货到付款|"
    r"见票即付|即期.*|预付(?!.*\d).*|无(?:账期)?)$"
)
_AFTER_NEXT = re.compile(r"(?:次次月|隔月|下下月)")
_NEXT_DAY = re.compile(r"(?:次月|下个?月|次次月|隔月|下下月)\s*的?\s*(\d{1,2})\s*[日号]")
_DAY_OF_NEXT = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? (?:day )?(?:of )?(?:the )?(?:following|next) month")
_NEXT_MONTH = re.compile(
    r"(?:end of|eo) ?(?:the )?(?:following|next) month|(?:following|next) month(?:'s)? end|ende (?:des )?folgemonats"
    r"|次月底|次月末|次月月底|下个?月底|下个?月末|次月结|次月付清"
)
_MONTH_END = re.compile(r"月结|月底|月末|end of (?:the )?month|month[- ]end|\beom\b|monatsende")
_NET = re.compile(r"(?:\bnet|\bn/|netto)\s*(\d{1,3})\b")
_MONTHS = re.compile(r"^\D*?(\d{1,2})\s*(?:个月|months?|monate?)[^\d]*$")
_DAYS = re.compile(r"^\D*?(?!(?<=[a-z])0)(\d{1,3})(?:\.0+)?\s*(?:days?|d|天|日|tagen?|calendar days)?\b[^\d]*$")
"""A letter with a zero behind it is the key of somebody's table (Z042), and no count of days."""
_MOST = 730


class Rule(NamedTuple):
    """When an invoice is due.

    end: None counts from the day of issue; 0 from the end of its month, 1 from the end of the month after, and so on.
    months, days: so much later.
    """

    end: int | None
    days: int = 0
    months: int = 0


def rule_of(text: str) -> Rule | None:
    """What a text of terms means; None where it is not clear.

    >>> rule_of("30 days"), rule_of("2/10 net 30"), rule_of("月结30天"), rule_of("end of next month")
    (Rule(end=None, days=30, months=0), Rule(end=None, days=30, months=0), Rule(end=0, days=30, months=0), \
Rule(end=1, days=0, months=0))
    >>> rule_of("次月15日"), rule_of("3个月"), rule_of("by agreement")
    (Rule(end=0, days=15, months=0), Rule(end=None, days=0, months=3), None)
    """
    told = unicodedata.normalize("NFKC", text).strip().lower()
    if not told or _AT_ONCE.match(told):
        return Rule(None)
    day = _NEXT_DAY.search(told) or _DAY_OF_NEXT.search(told)
    if day and int(day.group(1)) <= 31:
        return Rule(1 if _AFTER_NEXT.search(told) else 0, int(day.group(1)))
    if _NEXT_MONTH.search(told):
        return Rule(1)
    net, days, months = _NET.search(told), _DAYS.match(told), _MONTHS.match(told)
    count = int(net.group(1)) if net else int(days.group(1)) if days else None
    if _MONTH_END.search(told):
        return Rule(0, 0, int(months.group(1))) if months else Rule(0, count or 0)
    if months:
        return Rule(None, 0, int(months.group(1)))
    return None if count is None or count > _MOST else Rule(None, count)


def due_on(terms: pl.Series, issued_on: pl.Series) -> pl.Series:
    """The day on which an invoice of ``issued_on`` (Date) is due under ``terms`` (String); empty where it is not clear.

    >>> from datetime import date
    >>> issued = pl.Series([date(2016, 1, 22), date(2017, 1, 22), date(2016, 1, 22)])
    >>> due_on(pl.Series(["30 days", "end of following month", "none"]), issued).to_list()
    [datetime.date(2016, 2, 21), datetime.date(2017, 2, 28), datetime.date(2016, 1, 22)]
    """
    texts = terms.unique().drop_nulls().to_list()
    rules = [rule_of(text) for text in texts]
    known = pl.DataFrame(
        {
            "terms": texts,
            "end": [rule.end if rule else None for rule in rules],
            "days": [rule.days if rule else None for rule in rules],
            "months": [rule.months if rule else None for rule in rules],
        },
        schema={"terms": pl.String, "end": pl.Int64, "days": pl.Int64, "months": pl.Int64},
    )
    frame = pl.DataFrame({"terms": terms.cast(pl.String), "issued_on": issued_on}).join(
        known, on="terms", how="left", maintain_order="left"
    )
    issued, end, days = pl.col("issued_on"), pl.col("end"), pl.col("days")
    last = issued.dt.month_start().dt.offset_by(pl.concat_str(end + 1, pl.lit("mo"))).dt.offset_by("-1d")
    start = pl.when(end.is_null()).then(issued).otherwise(last)
    later = start.dt.offset_by(pl.concat_str("months", pl.lit("mo")))
    return frame.select((later + pl.duration(days=days)).cast(pl.Date).alias("due_on")).get_column("due_on")
