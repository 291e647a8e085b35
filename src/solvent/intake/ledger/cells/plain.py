"""Plain cells: yes or no, and whole numbers such as days of credit."""

from __future__ import annotations

import polars as pl

from solvent.intake.ledger.cells.marks import blank, plain

_YES = ["Y", "YES", "TRUE", "T", "1", "1.0", "X", "J", "JA", "OUI", "SI", "是", "有", "对", "真", "已"]
_YES += ["√", "✓", "✔", "☑"]
_NO = ["N", "NO", "FALSE", "F", "0", "0.0", "NEIN", "NON", "否", "无", "没有", "不", "假", "未", "×", "✗", "✘", "☐"]
_MOST_DIGITS = 15
_NUMBER = r"^([-+]?[0-9]+)(?:\.0*)?$"
_GROUPED = r"^[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.0*)?$"
_NET = r"(?:^|[ ,;/])N(?:ET)?[ /.:]*([0-9]+)(?: *(?:DAYS?|D|天|日))?$"
_ONE_NUMBER = r"^[^0-9]*([0-9]+)(?:\.0+)?[^0-9]*$"
_OF_DAYS = (
    r"[0-9] *(?:DAYS?|D\b|TAGE?|天|日)"
    r"|(?:NET|月结|账期|信用期|赊销|票到|货到|开票后|收货后|T/T|TT|O/?A|D/A|L/C) *[0-9]"
)
_OTHER_UNITS = r"个月|月内|MONTH|MONAT|WEEK|WOCHE|周|星期|YEAR|JAHR|年|%|折|[0-9] *月"
_AT_ONCE = (
    r"^(?:现结|现付|现款.*|现金.*|即期.*|货到付款|款到发货|预付.*|先款后货|COD|CIA|CASH.*|PREPA.*"
    r"|(?:PAYMENT )?IN ADVANCE|IMMEDIATE.*|DUE (?:UP)?ON RECEIPT|AT SIGHT|SIGHT|SOFORT.*|VORKASSE)$"
)


def yes_no(cells: pl.Series) -> pl.DataFrame:
    """Yes or no.

    Returns:
        value: Boolean; null where the cell is empty or bad. 无 is no; a dash or a slash is empty; X is a mark, so yes.
        bad: "unreadable", else null.

    >>> yes_no(pl.Series(["是", "No", "-", "maybe"])).rows()
    [(True, None), (False, None), (None, None), (None, 'unreadable')]
    """
    text = pl.col("text")
    frame = cells.cast(pl.String).to_frame("text").select(plain(text))
    yes = text.is_in(_YES) | text.str.starts_with("有")
    no = text.is_in(_NO) | text.str.starts_with("无")
    return frame.select(
        pl.when(yes).then(True).when(no).then(False).alias("value"),
        pl.when(text.is_not_null() & ~yes & ~no & ~blank(text)).then(pl.lit("unreadable")).alias("bad"),
    )


def whole(cells: pl.Series) -> pl.DataFrame:
    """Whole numbers, mostly days of credit: 30, "30 days", "N/30", "2/10 net 30", "月结30天" are 30; 现结 is 0.

    Returns:
        value: Int64; null where the cell is empty or bad.
        bad: "unreadable" (also 1.5, "2 months", "30/60/90"), "too_large" (over 15 digits), else null.

    >>> whole(pl.Series(["30天", "2/10 net 30", "1.5"])).rows()
    [(30, None), (30, None), (None, 'unreadable')]
    """
    text = pl.col("text")
    frame = cells.cast(pl.String).to_frame("text").select(plain(text).str.strip_chars_start("'"))
    grouped = pl.when(text.str.contains(_GROUPED)).then(text.str.replace_all(",", "", literal=True))
    days = text.str.contains(_OF_DAYS) & ~text.str.contains(_OTHER_UNITS)
    number = pl.coalesce(
        text.str.extract(_NUMBER),
        grouped.str.extract(_NUMBER),
        text.str.extract(_NET),
        pl.when(days).then(text.str.extract(_ONE_NUMBER)),
        pl.when(text.str.contains(_AT_ONCE)).then(pl.lit("0")),
    )
    digits = number.str.strip_chars_start("+-0").str.len_bytes()
    return frame.select(
        pl.when(digits <= _MOST_DIGITS).then(number).str.strip_prefix("+").cast(pl.Int64, strict=False).alias("value"),
        pl.when(digits > _MOST_DIGITS)
        .then(pl.lit("too_large"))
        .when(text.is_not_null() & number.is_null() & ~blank(text))
        .then(pl.lit("unreadable"))
        .alias("bad"),
    )
