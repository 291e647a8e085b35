"""Dates: texts of days and moments as dates, exactly. What can be read in two ways is read in the file's one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from solvent.base.calendar import FIRST_YEAR, LAST_YEAR
from solvent.intake.ledger.cells.marks import blank, plain

_MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11,
    "DEC": 12, "MÄR": 3, "MRZ": 3, "MAI": 5, "OKT": 10, "DEZ": 12, "SEPT": 9,
}  # fmt: skip
_DAY_NAMES = (
    r"[ ,]*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?[ ,]*"
    r"|^(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[.,]? +|[ ,]+(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*$"
)
_ZONE = r"(?: *(?:Z|UTC|GMT)?(?:[+-][0-9]{2}:?[0-9]{2})?)"
_TIME = (
    r"(?:[ T]+|[日号])(?P<before>上午|下午|AM|PM)? *(?P<hour>[0-9]{1,2})[:时点](?P<minute>[0-9]{1,2})"
    r"(?:[:分](?P<second>[0-9]{1,2})?(?:[.,][0-9]+)?)?秒? *(?P<after>上午|下午|AM|PM)?" + _ZONE + "$"
)
_AFTERNOON = ("PM", "下午")
_REGULAR = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?$"
_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCH = date(1899, 12, 30)
_PIVOT = 69
_PLACEHOLDERS = ["1900-01-00", "1900-01-01", "1899-12-30", "1899-12-31", "0001-01-01", "9999-12-31", "0000-00-00"]
_CERTAIN = 20
_LAST_YEAR_FORM = r"^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})$"
_SHORT_FORM = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$"


def date_order(cells: Sequence[pl.Series]) -> tuple[str, bool]:
    """The order of day and month where a file writes dates in numbers only and the year is not first with four digits.

    Args:
        cells: the file's date columns.

    Returns:
        "dmy", "mdy" or "ymd" (years of two digits in front), and whether it is certain: some cell can be read in this
        order only, and hardly any speaks against it. Where nothing is ambiguous it is certain too.

    >>> date_order([pl.Series(["1/2/2026", "1/31/2026"])]), date_order([pl.Series(["1/2/2026"])])
    (('mdy', True), ('dmy', False))
    """
    texts = pl.concat(
        [column.cast(pl.String).drop_nulls().unique() for column in cells] or [pl.Series([], dtype=pl.String)]
    )
    frame = _timed(texts.to_frame("text")).select("day")
    long = _three(frame, _LAST_YEAR_FORM)
    short = _three(frame, _SHORT_FORM)
    month_first = _count(long, (pl.col("b") > 12) & (pl.col("a") <= 12))
    day_first = _count(long, (pl.col("a") > 12) & (pl.col("b") <= 12))
    if long.height:
        return _verdict({"dmy": day_first, "mdy": month_first})
    if short.is_empty():
        return "ymd", True
    one_digit = frame.filter(pl.col("day").str.contains(r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]$")).height
    months = pl.col("b") <= 12
    varied_front, varied_back = short.get_column("a").n_unique() > 3, short.get_column("c").n_unique() > 3
    votes = {
        "ymd": one_digit + _count(short, months & (pl.col("a") > 31)) + (varied_back and not varied_front),
        "dmy": _count(short, months & (pl.col("c") > 31) & (pl.col("a") > 12)),
        "mdy": _count(short, (pl.col("b") > 12) & (pl.col("a") <= 12)),
    }
    if varied_front and not varied_back and votes["mdy"] == 0:
        votes["dmy"] += _count(short, months & (pl.col("a") > 12))
    order, certain = _verdict(votes)
    return (order, certain) if any(votes.values()) else ("ymd", False)


def _three(frame: pl.DataFrame, form: str) -> pl.DataFrame:
    """The three numbers of the dates of one form."""
    parts = frame.select(pl.col("day").str.extract_groups(form).alias("parts")).unnest("parts")
    parts.columns = ["a", "b", "c"]
    return parts.drop_nulls().cast(pl.Int64)


def _count(frame: pl.DataFrame, condition: pl.Expr) -> int:
    return frame.filter(condition).height


def _verdict(votes: dict[str, int]) -> tuple[str, bool]:
    best = max(votes, key=lambda order: votes[order])
    against = sum(votes.values()) - votes[best]
    return best, votes[best] > 0 and votes[best] >= _CERTAIN * against


def dates(cells: pl.Series, *, order: str, typed: bool) -> pl.DataFrame:
    """Days.

    Args:
        cells: String.
        order: the file's, from ``date_order``. Dots with the year last are always day, month, year.
        typed: the cells come from a workbook; then a number of five digits is Excel's count of days, as it is in a
            column of nothing else.

    Returns:
        value: Date; null where the cell is empty, holds a placeholder (0000-00-00, 1900-01-01, 9999-12-31) or is bad.
        bad: "unreadable", "impossible" (30 February), "out_of_range" (before 1990 or after 2060), else null.

    >>> dates(pl.Series(["2026年8月1日", "1-Aug-26", "2026-02-30", "2026-08"]), order="dmy", typed=False).rows()
    [(datetime.date(2026, 8, 1), None), (datetime.date(2026, 8, 1), None), (None, 'impossible'), (None, 'unreadable')]
    """
    return _read(cells, order, typed).select("value", "bad")


def moments(cells: pl.Series, *, order: str, typed: bool) -> pl.DataFrame:
    """Moments, as the clock on the wall showed them: a zone is left out.

    Returns:
        value: Datetime("us"); null where the cell has no time of day, or midnight, which is how a program writes none.
        bad: as ``dates``.
    """
    frame = _read(cells, order, typed)
    moment = pl.col("value").cast(pl.Datetime("us")) + pl.duration(seconds="seconds")
    return frame.select(pl.when(pl.col("seconds") > 0).then(moment).alias("value"), "bad")


def _read(cells: pl.Series, order: str, typed: bool) -> pl.DataFrame:
    """``value``, ``seconds`` of the day, ``bad`` for each cell; every different text is read once."""
    texts = cells.cast(pl.String).alias("text").to_frame()
    different = texts.unique().drop_nulls()
    text = pl.col("text")
    regular = different.filter(text.str.contains(_REGULAR)).select(
        "text",
        text.str.head(10).str.to_date("%Y-%m-%d", strict=False).alias("value"),
        text.str.slice(11).str.to_time("%H:%M:%S", strict=False).alias("time"),
    )
    regular = regular.filter(
        pl.col("value").dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        & (pl.col("time").is_not_null() | (text.str.len_bytes() == 10))
    ).select(
        "text",
        "value",
        (pl.col("time").cast(pl.Int64) // 1_000_000_000).fill_null(0).alias("seconds"),
        pl.lit(None, dtype=pl.String).alias("bad"),
    )
    read = regular
    if regular.height < different.height:
        irregular = different.join(regular, on="text", how="anti")
        read = pl.concat([regular, _irregular(irregular, order, typed, regular.is_empty())])
    return texts.join(read, on="text", how="left", maintain_order="left")


def _irregular(different: pl.DataFrame, order: str, typed: bool, alone: bool) -> pl.DataFrame:
    """``text``, ``value``, ``seconds``, ``bad`` for texts of any form; ``alone``: the column has no regular ones."""
    frame = _timed(different)
    day = pl.col("day")
    serial = day.str.contains(_SERIAL)
    counted = typed or (alone and frame.filter(~serial & ~blank(day)).is_empty())
    number = day.cast(pl.Float64, strict=False)
    in_range = serial & pl.lit(counted) & number.is_between(_FIRST_SERIAL, _LAST_SERIAL)
    frame = frame.with_columns(_parts(day, order).alias("parts")).with_columns(
        pl.col("parts").list.join("-").alias("iso"),
        pl.when(in_range).then(number).alias("serial"),
        (blank(day) | day.str.contains(r"^(?:0+|00:00:00)$")).alias("nothing"),
    )
    iso = pl.col("iso")
    written = iso.str.to_date("%Y-%m-%d", strict=False, exact=True)
    whole = pl.col("serial").floor()
    told = pl.when(pl.col("serial").is_not_null()).then(pl.lit(_EPOCH) + pl.duration(days=whole)).otherwise(written)
    part_of_day = ((pl.col("serial") - whole) * 86400).round().cast(pl.Int64)
    nothing = pl.col("nothing") | iso.is_in(_PLACEHOLDERS) | iso.str.contains(r"^0000-|-00-00$")
    frame = frame.with_columns(told.alias("told"), nothing.fill_null(False).alias("nothing"))
    fits = pl.col("told").dt.year().is_between(FIRST_YEAR, LAST_YEAR) & pl.col("clock")
    return frame.select(
        "text",
        pl.when(~pl.col("nothing") & fits).then("told").alias("value"),
        pl.coalesce("seconds", part_of_day, pl.lit(0)).alias("seconds"),
        pl.when("nothing")
        .then(None)
        .when(iso.is_null() & pl.col("serial").is_null())
        .then(pl.lit("unreadable"))
        .when(pl.col("told").is_null() | ~pl.col("clock"))
        .then(pl.lit("impossible"))
        .when(~fits)
        .then(pl.lit("out_of_range"))
        .alias("bad"),
    )


def _timed(frame: pl.DataFrame) -> pl.DataFrame:
    """``text``, plain ``day`` without weekday and time, ``seconds`` of the day (null: no time), ``clock``: it exists.

    Args:
        frame: ``text``.
    """
    text = plain(pl.col("text")).str.strip_chars_start("'").str.replace_all(_DAY_NAMES, " ").str.strip_chars()
    text = text.str.replace(r"^([0-9]{8})([0-9]{2})([0-9]{2})([0-9]{2})?$", "$1 $2:$3:$4")
    text = text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})$", "$1")
    frame = frame.with_columns(text.alias("day"))
    frame = frame.with_columns(pl.col("day").str.extract_groups(_TIME).alias("time")).unnest("time")
    half = pl.coalesce("before", "after")
    hour = pl.col("hour").cast(pl.Int64)
    hour = pl.when(half.is_in(_AFTERNOON) & (hour < 12)).then(hour + 12).otherwise(hour)
    hour = pl.when(half.is_in(["AM", "上午"]) & (hour == 12)).then(0).otherwise(hour)
    minute, second = pl.col("minute").cast(pl.Int64), pl.col("second").cast(pl.Int64).fill_null(0)
    clock = (hour < 24) & (minute < 60) & (second < 60) | hour.is_null()
    day = pl.col("day").str.replace(_TIME, "").str.strip_chars().str.replace_all(r" *([-/.年月日号]) *", "$1")
    return frame.select(
        "text", day.alias("day"), (hour * 3600 + minute * 60 + second).alias("seconds"), clock.alias("clock")
    )


def _parts(day: pl.Expr, order: str) -> pl.Expr:
    """Year, month and day as texts of four, two and two digits; null where the text has no form of a date."""
    year_first = _take(day, r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?$", "ymd")
    year_first = pl.coalesce(year_first, _take(day, r"^((?:19|20)[0-9]{2}|9999)([0-9]{2})([0-9]{2})$", "ymd"))
    year_last = _take(day, _LAST_YEAR_FORM, "dmy" if order == "ymd" else order)
    dotted = _take(day, r"^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})$", "dmy")
    dotted_short = _take(day, r"^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{2})$", "ymd" if order == "ymd" else "dmy")
    last_form = r"^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{2})$"
    short = _take(day, r"^([0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$", "ymd")
    short = short if order == "ymd" else _take(day, last_form, order)
    month = r"([A-ZÄ]{3})[A-Z]*"
    named = pl.coalesce(
        _take(day, rf"^([0-9]{{1,2}})(?:ST|ND|RD|TH)?[-/. ]*{month}[-/., ]*([0-9]{{4}}|[0-9]{{2}})$", "dmy"),
        _take(day, rf"^{month}[-/. ]*([0-9]{{1,2}})(?:ST|ND|RD|TH)?[-/, ]+([0-9]{{4}}|[0-9]{{2}})$", "mdy"),
        _take(day, rf"^([0-9]{{4}})[-/. ]*{month}[-/. ]*([0-9]{{1,2}})$", "ymd"),
        _take(day, r"^([0-9]{1,2})-([0-9]{1,2})月-([0-9]{4}|[0-9]{2})$", "dmy"),
    )
    return pl.coalesce(year_first, year_last, dotted, dotted_short, short, named)


def _take(day: pl.Expr, form: str, order: str) -> pl.Expr:
    """The parts of a form whose three groups come in ``order``, as [year, month, day], or null."""
    group = {part: day.str.extract(form, place) for place, part in enumerate(order, start=1)}
    short = group["y"].cast(pl.Int64, strict=False)
    century = pl.when(short <= _PIVOT).then(pl.lit("20")).otherwise(pl.lit("19"))
    year = pl.when(group["y"].str.len_bytes() == 2).then(century + group["y"]).otherwise(group["y"])
    named = group["m"].replace_strict(_MONTHS, default=None, return_dtype=pl.Int64).cast(pl.String)
    month = pl.when(group["m"].str.contains("^[0-9]+$")).then(group["m"]).otherwise(named)
    parts = pl.concat_list(year, month.str.pad_start(2, "0"), group["d"].str.pad_start(2, "0"))
    return pl.when(year.is_not_null() & month.is_not_null()).then(parts)
