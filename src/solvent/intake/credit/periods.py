"""Periods: which period a title or a column of a statement is about, in Chinese and in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solvent.base.calendar import FIRST_YEAR, LAST_YEAR, month_end, months_before

_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {short: place for place, name in enumerate(_NAMES, start=1) for short in (name, name[:3], name[:4])}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNTS = {"three": 3, "six": 6, "nine": 9, "twelve": 12, "eighteen": 18, "3": 3, "6": 6, "9": 9, "12": 12, "18": 18}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}

ROLES: Mapping[str, tuple[str, ...]] = {
    "now": (
        "期末余额", "期末数", "期末", "期末金额", "年末余额", "年末数", "本期金额", "本期数", "本年金额", "本年数",
        "本期", "本年", "本期发生额", "本年发生额", "本期期末", "currentyear", "currentperiod", "thisyear",
        "thisperiod", "closingbalance", "endingbalance", "endofperiod", "endofyear", "金额", "amount",
    ),
    "start": (
        "年初余额", "年初数", "年初", "期初余额", "期初数", "期初", "期初金额", "上年年末余额", "上年年末",
        "上年末余额", "上年期末余额", "上年末", "openingbalance", "beginningbalance", "beginningofperiod",
        "beginningofyear",
    ),
    "before": (
        "上期金额", "上期数", "上期", "上年金额", "上年数", "上年同期", "上年同期金额", "上年同期数", "去年同期",
        "上期发生额", "上年发生额", "上年同期累计数", "上年同期累计", "上年", "prioryear", "previousyear", "lastyear",
        "priorperiod", "previousperiod", "comparative",
    ),
    "to_date": (
        "本年累计金额", "本年累计数", "本年累计", "累计金额", "本期累计", "yeartodate",
    ),
    "month": (
        "本月金额", "本月数", "本月", "thismonth", "currentmonth",
    ),
    "skip": (
        "行次", "附注", "附注号", "附注编号", "注释", "注释号", "note", "notes", "序号", "增减", "增减额", "增减变动",
        "增减率", "变动", "变动率", "同比", "change", "variance",
    ),
}  # fmt: skip
"""What a column's heading says of its period; ``skip``: it holds no amounts of a period."""
_LONGEST = 200
"""Characters of a title or heading that are looked at."""
_ROLE_OF = {word: role for role, words in ROLES.items() for word in words}


@dataclass(frozen=True)
class Period:
    """What a text says of a period: its last day, its length, or its year alone; None where it does not say."""

    end: date | None = None
    months: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class Heading:
    """What stands over a column: a role of ROLES, or a period of its own (role ``own``)."""

    role: str
    period: Period = Period()


def period_of(text: str) -> Period:
    """The period that a title or heading names.

    >>> period_of("2025年1—6月"), period_of("for the year ended 31 March 2026").months, period_of("2025年度").end
    (Period(end=datetime.date(2025, 6, 30), months=6, year=2025), 12, datetime.date(2025, 12, 31))
    """
    folded = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).lower().split())
    months = _length(folded)
    chinese = _chinese(folded)
    if chinese is not None:
        return Period(chinese.end, chinese.months or months, chinese.year)
    for pattern, order in _DAYS:
        found = pattern.search(folded)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            day = _day(parts["y"], parts["m"], parts.get("d"))
            if day is not None:
                return Period(day, months, day.year)
    lone = re.fullmatch(r"(?:fy|year|ye|截至)?\s*((?:19|20)\d\d)\s*(?:a|e|fy)?", folded)
    return Period(None, months, int(lone.group(1))) if lone else Period(None, months)


def heading_of(text: str) -> Heading | None:
    """What a cell over a column says of its period; None where it says nothing of one.

    >>> heading_of("年初余额").role, heading_of("31 December 2025").period.end, heading_of("固定资产")
    ('start', datetime.date(2025, 12, 31), None)
    """
    bare = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", text[:_LONGEST])).lower()
    role = _ROLE_OF.get(re.sub(r"[\W_]+", "", bare))
    if role is not None:
        return Heading(role)
    if len(bare) > 40:
        return None
    period = period_of(bare.strip())
    return Heading("own", period) if period.end or period.year else None


def year_begin(end: date, months: int | None) -> date:
    """The last day of the year before: what 年初余额 stands for.

    A statement of twelve months begins twelve months before; any other one within the calendar year.
    """
    return month_end(months_before(end.replace(day=1), 12 if months == 12 else end.month))


def _length(folded: str) -> int | None:
    """How many months a title says that it covers."""
    count = re.search(r"\b(three|six|nine|twelve|eighteen|3|6|9|12|18)[ -]months?\b", folded)
    if count:
        return _COUNTS[count.group(1)]
    if re.search(r"\b(?:half[ -]year|interim period)\b|半年度?", folded):
        return 6
    if re.search(r"\bquarter(?:ly)?\b", folded):
        return 3
    return 12 if re.search(r"\b(?:year|years|annual|fiscal year|financial year)\b|年度|年报", folded) else None


def _chinese(folded: str) -> Period | None:
    found = re.search(r"((?:19|20)\d\d)\s*年\s*1\s*月?\s*[-—–~至到]+\s*(\d{1,2})\s*月", folded)
    if found and (day := _day(found.group(1), found.group(2), None)):
        return Period(day, day.month, day.year)
    found = re.search(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", folded)
    if found and (day := _day(*found.groups())):
        return Period(day, None, day.year)
    found = re.search(r"((?:19|20)\d\d)\s*年\s*第?\s*([一二三四1-4])\s*季度?", folded)
    if found and (day := _day(found.group(1), str(3 * _QUARTERS[found.group(2)]), None)):
        return Period(day, 3, day.year)
    found = re.search(r"((?:19|20)\d\d)\s*年\s*(?:上半年|半年)", folded)
    if found and (day := _day(found.group(1), "6", None)):
        return Period(day, 6, day.year)
    found = re.search(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月", folded)
    if found and (day := _day(found.group(1), found.group(2), None)):
        return Period(day, 1, day.year)
    found = re.search(r"((?:19|20)\d\d)\s*(?:年度|年末|年)", folded)
    if found and (day := _day(found.group(1), "12", None)):
        return Period(day, 12, day.year)
    return None


_DAYS = (
    (re.compile(r"\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b"), "ymd"),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[ -]+({_MONTH})\.?,?[ -]+((?:19|20)\d\d)\b"), "dmy"),
    (re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b"), "mdy"),
    (re.compile(r"\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d)\b"), "dmy"),
    (re.compile(rf"\b({_MONTH})\.?[ -]+((?:19|20)\d\d)\b"), "my"),
    (re.compile(r"\b((?:19|20)\d\d)[-/](\d{1,2})\b"), "ym"),
)


def _day(year: str, month: str, day: str | None) -> date | None:
    """The day, or the month's last where none is given; None where there is no such day."""
    try:
        first = date(int(year), _MONTHS.get(month) or int(month), 1)
        if not FIRST_YEAR <= first.year <= LAST_YEAR:
            return None
        return month_end(first) if day is None else first.replace(day=int(day))
    except ValueError:
        return None
