"""Footer: rows of a table that are no entries: totals, page headings that repeat, rulings, signatures and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

import polars as pl

from solvent.intake.ledger.header import Header, is_day, is_number
from solvent.intake.ledger.reading.raw import ROW, Line, folded

_ALONE = (
    r"合计|小计|总计|累计|共计|总和|总额|汇总|合计金额|合计数|金额合计"
    r"|(?:grand|sub|page|report|overall|final)?-?totals?|grandsum|sum|summe|(?:gesamt|zwischen|end)summe|gesamt"
    r"|(?:sous-?)?total(?:g[ée]n[ée]ral)?|totalgeneral|subtotal"
)
_PERIOD = (
    r"(?:本[页日周月季年期次]|[当上][日月年期]|累计|全部|各页|按\w{1,6}|单据|客户|往来单位|部门)"
    r"(?:合计|小计|总计|累计|共计|发生额及余额)"
)
_CARRIED = r"过次页|承前页|转次页|期末合计"
_PLACE = r"(?:\(?(?:第?\d{1,4}页(?:/?共?\d{1,4}页)?|page\d{1,4}(?:of\d{1,4})?|\d{4}[-/.年]\d{1,2}月?|\d{1,2}月份?)\)?)?"
_FIRM = re.compile(rf"^[*#(\[]*(?:{_PERIOD}|{_CARRIED})[\])]*{_PLACE}:?$")
_TOTAL = re.compile(rf"^[*#(\[]*(?:{_ALONE}|{_PERIOD}|{_CARRIED})[\])]*:?{_PLACE}:?[*#]*$")
_GROUP_TOTAL = re.compile(
    r"(?:\S\s*(?:小计|合计|汇总|总计)|\S[ -]+(?:sub)?total)$"
    r"|^(?:sub)?total (?:for|of) \S|^(?:小计|合计|总计)\s*[:(]\s*\S",
    re.IGNORECASE,
)
_CHINESE_TOTAL = re.compile(r"计|汇总|subtotal|zwischen")
_BESIDE = re.compile(r"^(?:[A-Za-z]{3}|人民币|共?\s*\d+\s*(?:笔|条|张|项|份|户|家|rows?|items?)|[-*/=|]+|[借贷平])$")
_NOTE = re.compile(
    r"^(?:制表|制单|审核|复核|记账|出纳|经办|会计|财务|主管|单位负责|打印|导出|查询|生成|报表|注|备注|说明|附注|页码|操作员|数据来源|以上|免责)"
    r"[^:]{0,8}:|^(?:第\s*\d+\s*页|共\s*\d+\s*[条笔页行]|记录数|总记录|page\s*:?\s*\d|seite\s*:?\s*\d)"
    r"|^\(?\d+ rows?\b|^[*-]*\s*end of (?:report|list|file)|^(?:注|note|notes|remark|disclaimer)\b\s*[:.]"
    r"|^(?:prepared|printed|exported|generated|created|approved|checked|reviewed|erstellt|gedruckt)\b.*(?:by|on|am|von|:)",
    re.IGNORECASE,
)
_STARS = re.compile(r"^\*{1,3}$")
_ACCOUNT = re.compile(r"^(?:account|customer|konto|debitor|kunde|科目|客户)\b", re.IGNORECASE)
_RULING = r"^[-=_*+|~.─━═┄┅┌┐└┘├┤┬┴┼│┃╋╂\s]+$"
_RULED = r"[-=_*+~─━═┄┅]{3}"
_NUMBERED = r"(?i)^(?:第\s*\d+\s*页|page\s*:?\s*\d|seite\s*:?\s*\d|页\s*[码次]\s*[:：])"
_WORDS = ["计", "汇总", "总和", "总额", "次页", "前页", "otal", "OTAL", "umme", "UMME", "esamt", "ESAMT"]
_WORDS += ["um", "UM", "*"]
_DIGITS, _LETTER = re.compile("[0-9]+"), re.compile(r"[^\W\d_]")
_TAIL = 60
_BETWEEN = "\x1f"


def is_ruling(cells: Sequence[str]) -> bool:
    """True for a row that is only a line drawn across the page."""
    return bool(re.match(_RULING, "".join(cells)))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


def parted(rows: pl.DataFrame, header: Header) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The entries, and the footers; rulings and repeats of the header are in neither.

    Args:
        rows: ``_row`` and String columns, one for each field of the header.
    """
    if rows.is_empty():
        return rows, rows
    dropped, headings = _furniture(rows, header)
    rest = _without(rows, pl.concat([dropped, headings]))
    totals = _totals(rest)
    rest = _without(rest, totals)
    apart = set(pl.concat([headings, totals, dropped]).get_column(ROW))
    notes = _notes(rest, len([name for name in header.names if name]), apart)
    entries = _without(rest, notes)
    told = rows.join(pl.concat([headings, totals, notes]), on=ROW, how="semi", maintain_order="left")
    return entries, told


def _without(rows: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    return rows if numbers.is_empty() else rows.join(numbers, on=ROW, how="anti", maintain_order="left")


def _cells(row: Sequence[object]) -> list[str]:
    return [folded(str(cell)) if cell is not None else "" for cell in row]


def _numbers(rows: Iterable[int]) -> pl.DataFrame:
    return pl.DataFrame({ROW: list(rows)}, schema={ROW: pl.Int64})


def _furniture(rows: pl.DataFrame, header: Header) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows (``_row``) that only divide, rulings and the header again; and headings that repeat, but for numbers."""

    def key(lines: Sequence[Line]) -> list[str]:
        return [_BETWEEN.join(cell for cell in line.cells if cell) for line in lines]

    columns = rows.columns[1:]
    again = key(header.lines)
    headings = [_DIGITS.sub("0", text) for text in key(header.preamble) if _LETTER.search(text)]
    first = pl.coalesce(columns)
    starts = [text.partition(_BETWEEN)[0] for text in again]
    heads = [text.partition(_BETWEEN)[0] for text in headings]
    suspects = rows.filter(
        first.is_in(starts)
        | first.str.contains(_RULED)
        | first.str.contains(_NUMBERED)
        | (first.str.replace_all(_DIGITS.pattern, "0").is_in(heads) if heads else pl.lit(False))
    ).select(
        ROW,
        pl.concat_str(columns, separator=_BETWEEN, ignore_nulls=True).alias("text"),
        (pl.sum_horizontal(pl.col(columns).is_not_null()) <= 2).alias("short"),
    )
    text = pl.col("text")
    divides = text.is_in(again) | text.str.replace_all(_BETWEEN, "", literal=True).str.contains(_RULING)
    heading = text.str.replace_all(_DIGITS.pattern, "0").is_in(headings)
    heading |= pl.col("short") & text.str.contains(_NUMBERED)
    return suspects.filter(divides).select(ROW), suspects.filter(~divides & heading).select(ROW)


def _totals(rows: pl.DataFrame) -> pl.DataFrame:
    """The total and subtotal rows (``_row``)."""
    columns = pl.col(rows.columns[1:])
    likely = rows.filter(pl.any_horizontal(columns.str.contains_any(_WORDS))).with_columns(
        columns.str.normalize("NFKC").str.replace_all(r"\s+", " ")
    )
    word = columns.str.replace_all(" ", "", literal=True).str.to_lowercase()
    pattern = f"{_TOTAL.pattern}|{_FIRM.pattern}|{_STARS.pattern}"
    suspects = likely.filter(
        pl.any_horizontal(word.str.contains(pattern) | columns.str.contains(f"(?i){_GROUP_TOTAL.pattern}"))
    )
    if suspects.is_empty():
        return suspects.select(ROW)
    sample = rows.head(200).select(pl.exclude(ROW))
    dated = any(is_day(cell) for column in sample.iter_columns() for cell in _cells(column.drop_nulls().to_list()))
    return _numbers(row[0] for row in suspects.iter_rows() if _is_total(_cells(row[1:]), dated))


def _is_total(cells: Sequence[str], dated: bool) -> bool:
    """True for a row that adds others up.

    The word, or SAP's asterisks, stands alone in a cell, with nothing that names an entry: no date, no number or code
    to its left, no text to its right but a currency or a count. A total of a period (本月合计) may carry a date. "ABC
    Total" is one where the table has dates, this row has none, and nothing but numbers stands beside it.
    """
    filled = [cell for cell in cells if cell]
    days = any(is_day(cell) for cell in filled)
    if _STARS.match(filled[0]) and len(filled) > 1 and not days:
        return all(is_number(cell) or _BESIDE.match(cell) or _ACCOUNT.match(cell) for cell in filled[1:])
    for place, cell in enumerate(filled):
        word = _squeezed(cell)
        if _FIRM.match(word) and len(filled) > 1:
            return True
        left, right = filled[:place], filled[place + 1 :]
        if _TOTAL.match(word) and not days:
            grouped = bool(_CHINESE_TOTAL.search(word))
            quiet = all(_BESIDE.match(c) or _TOTAL.match(_squeezed(c)) for c in right if not is_number(c))
            named = all(_BESIDE.match(c) or (grouped and not re.search(r"\d", c)) for c in left)
            if quiet and named:
                return True
        if dated and not days and _GROUP_TOTAL.search(cell) and right and all(is_number(c) for c in (*left, *right)):
            return not left
    return False


def _notes(rows: pl.DataFrame, width: int, others: Set[int]) -> pl.DataFrame:
    """The rows (``_row``) at the end that are signatures or notes: by their first words, or one text after a gap."""
    found: list[int] = []
    tail = list(rows.tail(_TAIL).iter_rows())
    for place in range(len(tail) - 1, -1, -1):
        number, cells = tail[place][0], [cell for cell in _cells(tail[place][1:]) if cell]
        before = tail[place - 1][0] if place else None
        apart = before is not None and (before < number - 1 or number - 1 in others)
        lonely = len(cells) == 1 and width >= 3 and not is_number(cells[0]) and apart
        if not lonely and not _NOTE.match(cells[0]):
            break
        found.append(number)
    return _numbers(found)
