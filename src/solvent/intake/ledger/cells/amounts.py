"""Amounts: texts of money as whole minor units, exactly. Digits stay text until they are minor units: no float."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from babel.core import get_global

from solvent.base.problem import TableError
from solvent.intake.ledger.cells.marks import blank, plain

_SHAPE = {"value": pl.Int64, "bad": pl.String, "rounded": pl.Boolean}
_NAMES = ("人民币", "美元", "美金", "欧元", "港币", "港元", "日元", "英镑", "元", "圆", "RS\\.?")
_CURRENCY = rf"(?:[A-Z]{{0,3}}[¥$€£₩₹฿₽]|[A-Z]{{3}}|{'|'.join(_NAMES)})"
_CELL = (
    r"^'?(?:(?P<lead>[借贷]方?|CR|DR)\.?[ :]*)?(?P<open1>\()? *(?P<sign1>[-+])? *(?P<money1>CUR)? *(?P<open2>\()?"
    r" *(?P<sign2>[-+])? *(?P<number>[0-9][0-9., ']*|[.,][0-9]+)(?P<power>E[-+]?[0-9]{1,3})?"
    r" *(?P<scale>[十百千]?万亿?|[十百千]?亿|[百千])? *(?P<money2>CUR)? *整? *(?P<sign3>-)? *(?P<close>\)*)"
    r" *(?P<tail>CR|DR|[借贷])?\.?$"
).replace("CUR", _CURRENCY)
_NOTHING = rf"^{_CURRENCY}? *-+ *{_CURRENCY}?$"
_SCALES = {
    "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
    "十万亿": 13, "百万亿": 14, "千万亿": 15,
}  # fmt: skip
_CODES = [*get_global("all_currencies"), "RMB", "CNH"]
_LONGEST, _MOST = 15, 18
_FAR = 40


def amount_style(cells: Sequence[pl.Series]) -> str:
    """The decimal mark of a file's amount columns, "." or ",", by evidence over all their cells; "." without any.

    Evidence is a cell that can be read in one way only: 1.234,56, 12,5, 1,234,567. A cell like 1,234 is none.

    >>> amount_style([pl.Series(["1.234,56", "1,234"])]), amount_style([pl.Series(["1,234"])])
    (',', '.')
    """
    votes = {".": 0, ",": 0}
    for column in cells:
        texts = column.cast(pl.String).drop_nulls()
        texts = texts.filter(texts.str.contains(r"[.,．，]"))
        number = plain(pl.col("text")).str.extract(r"([0-9][0-9., ']*[0-9]|[.,][0-9]+)")
        frame = texts.to_frame("text").select(number.alias("number"))
        for mark, other in ((".", ","), (",", ".")):
            d, g = rf"\{mark}", rf"\{other}"
            sure = (
                rf"^[0-9]{{1,3}}(?:[{g} '][0-9]{{2,3}})+{d}[0-9]+$|^[0-9]+{d}(?:[0-9]{{1,2}}|[0-9]{{4,}})$"
                rf"|^(?:0|[0-9]{{4,}})?{d}[0-9]+$|^[0-9]{{1,3}}(?:{g}[0-9]{{3}}){{2,}}$"
            )
            votes[mark] += frame.filter(pl.col("number").str.contains(sure)).height
    return "," if votes[","] > votes["."] else "."


def amounts(cells: pl.Series, *, mark: str, digits: int, unit: int = 1, typed: bool = False) -> pl.DataFrame:
    """Amounts in minor units.

    Args:
        cells: String.
        mark: the decimal mark of the file, "." or ",". A cell that can only be read the other way is read that way.
        digits: decimals of the currency.
        unit: what one of the column is worth, a power of ten: 10000 for 万元. A cell that says 万 itself is meant so,
            and not times the unit.
        typed: the cells were numbers of a workbook. Then what is less than a ten-thousandth of a minor unit, or beyond
            the fifteenth digit, is noise of the binary form, and any other rest is rounded half up and marked.

    Returns:
        value: Int64; null where the cell is empty or bad.
        bad: "unreadable", "too_many_decimals" (a rest that is not zero), "too_large" (over 15 digits), else null.
        rounded: true where a rest was rounded away.

    >>> amounts(pl.Series(["(1,234.5)", "1.5万元", "-", "12.3.4"]), mark=".", digits=2).rows()
    [(-123450, None, False), (1500000, None, False), (None, None, False), (None, 'unreadable', False)]
    """
    shift = digits + _zeros(unit)
    other = "," if mark == "." else "."
    texts = cells.cast(pl.String).alias("text")
    whole = max(min(_LONGEST + digits, _MOST) - shift, 1)
    decimals = rf"(?:\{mark}[0-9]{{1,{digits}}})?" if digits else ""
    grouped = rf"[0-9]{{1,3}}(?:\{other}[0-9]{{3}}){{1,{whole // 3 - 1}}}" if whole >= 6 else "[0-9]"
    fast = texts.str.contains(rf"^-?(?:[0-9]{{1,{whole}}}|{grouped}){decimals}$").fill_null(True)
    quick = texts.to_frame().select(
        pl.when(fast).then(_quick(pl.col("text"), mark, other, shift)).alias("value"),
        pl.lit(None, dtype=pl.String).alias("bad"),
        pl.lit(False).alias("rounded"),
    )
    hard = (~fast).arg_true()
    if hard.is_empty():
        return quick
    slow = _slow(texts.gather(hard), mark, digits, shift, typed)
    return pl.DataFrame([quick.get_column(name).scatter(hard, slow.get_column(name)) for name in _SHAPE])


def _zeros(unit: int) -> int:
    zeros = len(str(unit)) - 1
    if unit != 10**zeros:
        raise TableError("intake.amounts.unit", unit=unit)
    return zeros


def _quick(text: pl.Expr, mark: str, other: str, shift: int) -> pl.Expr:
    """Plain or grouped numbers with no more decimals than the minor unit has."""
    text = text.str.replace_all(other, "", literal=True)
    decimals = (text.str.len_bytes() - text.str.find(mark, literal=True) - 1).fill_null(0).cast(pl.Int64)
    powers = pl.lit(pl.Series([10**zeros for zeros in range(_MOST + 1)], dtype=pl.Int64))
    number = text.str.replace(mark, "", literal=True).cast(pl.Int64, strict=False)
    return number * powers.gather((shift - decimals).clip(0, _MOST))


def _slow(texts: pl.Series, mark: str, digits: int, shift: int, typed: bool) -> pl.DataFrame:
    """Cells of every other form, step by step: the parts of the cell, its digits, then the value."""
    text = pl.col("text")
    frame = texts.to_frame("text").with_columns(plain(text))
    nothing = blank(text) | text.str.contains(_NOTHING)
    frame = frame.select(nothing.alias("nothing"), text.str.extract_groups(_CELL).alias("parts")).unnest("parts")
    frame = frame.with_columns(_canonical(pl.col("number").str.strip_chars(), mark).alias("number"))
    signs = [pl.col(name) == "-" for name in ("sign1", "sign2", "sign3")]
    credit = [pl.col(name) == "CR" for name in ("lead", "tail")]
    opened = pl.sum_horizontal(pl.col("open1", "open2").is_not_null())
    minus = pl.sum_horizontal(*signs, *credit).fill_null(0) + opened
    plus = pl.any_horizontal((pl.col(name) == "+").fill_null(False) for name in ("sign1", "sign2"))
    coded = pl.all_horizontal(
        pl.col(name).is_in(_CODES) | ~pl.col(name).str.contains(r"^[A-Z]{3}$") | pl.col(name).is_null()
        for name in ("money1", "money2")
    )
    closed = pl.col("close").fill_null("").str.len_bytes() == opened
    frame = frame.with_columns(
        (pl.col("number").is_not_null() & closed & (opened <= 1) & coded & (minus + plus <= 1)).alias("readable"),
        (minus == 1).alias("negative"),
        (
            pl.col("power").str.slice(1).cast(pl.Int64, strict=False).fill_null(0)
            + (pl.col("scale").replace_strict(_SCALES, default=None, return_dtype=pl.Int64) + digits).fill_null(shift)
        ).alias("moved"),
    )
    return _valued(frame, digits, typed)


def _canonical(number: pl.Expr, mark: str) -> pl.Expr:
    """Digits with at most one point, or null where the grouping is none.

    Groups of three parted by the other mark, a blank or an apostrophe; by commas also as in India (1,23,456). A cell
    with both marks the other way round, or with groups that only the decimal mark parts, has one reading: it is taken.
    """
    other = "," if mark == "." else "."
    d, g = rf"\{mark}", rf"\{other}"
    regular = (
        rf"^[0-9]+(?:{d}[0-9]*)?$|^{d}[0-9]+$|^[0-9]{{1,3}}(?:{g}[0-9]{{3}})+(?:{d}[0-9]*)?$"
        rf"|^[0-9]{{1,3}}(?: [0-9]{{3}})+(?:{d}[0-9]*)?$|^[0-9]{{1,3}}(?:'[0-9]{{3}})+(?:{d}[0-9]*)?$"
    )
    if other == ",":
        regular += r"|^[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?$"
    contrary = (
        rf"^[0-9]{{1,3}}(?:{d}[0-9]{{3}})+{g}[0-9]*$|^[0-9]{{1,3}}(?:{d}[0-9]{{3}}){{2,}}$"
        rf"|^[0-9]{{1,3}}(?:[ '][0-9]{{3}})+{g}[0-9]{{1,2}}$"
    )
    return (
        pl.when(number.str.contains(regular))
        .then(number.str.replace_all(rf"[ '{g}]", "").str.replace(mark, ".", literal=True))
        .when(number.str.contains(contrary))
        .then(number.str.replace_all(rf"[ '{d}]", "").str.replace(other, ".", literal=True))
    )


def _valued(frame: pl.DataFrame, digits: int, typed: bool) -> pl.DataFrame:
    """The minor units: all digits of a number, cut or filled where its minor unit ends."""
    whole = pl.col("number").str.extract(r"^([0-9]*)", 1)
    rest = pl.col("number").str.extract(r"\.([0-9]*)$", 1).fill_null("")
    frame = frame.with_columns(
        (whole + rest).str.strip_chars_start("0").alias("all"),
        (pl.col("moved") - rest.str.len_bytes().cast(pl.Int64)).clip(-_FAR, _FAR).alias("fill"),
    )
    every, fill = pl.col("all"), pl.col("fill")
    cut = (-fill).clip(lower_bound=0)
    padded = every.str.pad_start(_FAR, "0")
    kept = padded.str.slice(0, padded.str.len_bytes() - cut) + pl.lit("0" * _FAR).str.slice(0, fill.clip(lower_bound=0))
    frame = frame.with_columns(
        kept.str.strip_chars_start("0").alias("kept"),
        padded.str.slice(padded.str.len_bytes() - cut).alias("cut"),
    )
    kept, dropped = pl.col("kept"), pl.col("cut")
    precise = dropped.str.len_bytes().cast(pl.Int64) - (every.str.len_bytes().cast(pl.Int64) - _LONGEST).clip(0, None)
    beyond = (every.str.len_bytes() > _LONGEST) & dropped.str.slice(0, precise.clip(0, None)).str.contains(
        "^(?:0*|9*)$"
    )
    zero = dropped.str.contains("^0*$")
    noise = dropped.str.contains("^(?:0{6}|9{6})") & (every.str.len_bytes() > _LONGEST)
    if typed:
        noise = dropped.str.contains("^(?:0{4}|9{4})") | beyond
    up = dropped.str.contains("^[5-9]").cast(pl.Int64)
    large = kept.str.len_bytes() > min(_LONGEST + digits, _MOST)
    size = pl.when(large).then(None).otherwise(kept).str.pad_start(1, "0").cast(pl.Int64, strict=False) + up
    good = pl.col("readable") & ~pl.col("nothing")
    exact = zero | noise | pl.lit(typed)
    return frame.select(
        pl.when(good & exact).then(pl.when("negative").then(-size).otherwise(size)).alias("value"),
        pl.when("nothing")
        .then(None)
        .when(~pl.col("readable"))
        .then(pl.lit("unreadable"))
        .when(large)
        .then(pl.lit("too_large"))
        .when(~exact)
        .then(pl.lit("too_many_decimals"))
        .alias("bad"),
        (good & pl.lit(typed) & ~zero & ~noise & ~large).fill_null(False).alias("rounded"),
    )
