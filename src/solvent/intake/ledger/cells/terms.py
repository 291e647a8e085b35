"""Terms: the due date that a text of payment terms means."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_AT_ONCE = re.compile(
    r"^(none|cod|cash|immediate(ly)?|due on receipt|prepaid|prepayment|sofort.*|款到发货|现结|现款|货到付款|预付.*|无)$"
)
_NEXT_MONTH = re.compile(r"end of (the )?(following|next) month|次月底|次月末|下月底|下月末|ende (des )?folgemonats")
_MONTH_END = re.compile(r"月结|月底|月末|end of month|\beom\b|monatsende")
_NET = re.compile(r"(?:net|n/|netto)\s*(\d{1,3})")
_DAYS = re.compile(r"^\D*?(\d{1,3})\s*(?:days?|d|天|日|tagen?|calendar days)?\b[^\d]*$")
_MOST = 730


def rule_of(text: str) -> tuple[int, int] | None:
    """Terms as (months, days): the last day of the month so many months on, plus days; months -1: from the issue day.

    >>> rule_of("30 days"), rule_of("2/10 net 30"), rule_of("月结30天"), rule_of("next month end")
    ((-1, 30), (-1, 30), (0, 30), (0, 0))
    >>> rule_of("by agreement") is None
    True
    """
    told = unicodedata.normalize("NFKC", text).strip().lower()
    if not told or _AT_ONCE.match(told):
        return (-1, 0)
    if _NEXT_MONTH.search(told):
        return (1, 0)
    net, days = _NET.search(told), _DAYS.match(told)
    count = int(net.group(1)) if net else int(days.group(1)) if days else None
    if _MONTH_END.search(told):
        return (0, count or 0)
    return None if count is None or count > _MOST else (-1, count)


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
            "months": [rule[0] if rule else None for rule in rules],
            "days": [rule[1] if rule else None for rule in rules],
        },
        schema={"terms": pl.String, "months": pl.Int64, "days": pl.Int64},
    )
    frame = pl.DataFrame({"terms": terms.cast(pl.String), "issued_on": issued_on}).join(
        known, on="terms", how="left", maintain_order="left"
    )
    issued, months, days = pl.col("issued_on"), pl.col("months"), pl.col("days")
    last = issued.dt.month_start().dt.offset_by(pl.concat_str(months.clip(0) + 1, pl.lit("mo"))).dt.offset_by("-1d")
    start = pl.when(months < 0).then(issued).otherwise(last)
    return frame.select((start + pl.duration(days=days)).cast(pl.Date).alias("due_on")).get_column("due_on")
