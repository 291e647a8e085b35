"""Layout: the items of a page with their amounts and periods, in one column or in two halves beside each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from solvent.intake.credit.pages import Page, Row
from solvent.intake.credit.periods import Heading, Period, heading_of, period_of
from solvent.intake.credit.words import MEANS, plain_item
from solvent.intake.ledger.cells.currency import currency_of, unit_and_currency
from solvent.intake.ledger.header import is_number

_KINDS = {
    "position": r"资产负债表|财务状况表|balance\s*sheet|financial position",
    "result": (
        r"利润表|损益表|利润及利润分配表|income statement|profit (?:or|and) loss|comprehensive income"
        r"|statement of operations"
    ),
    "left": r"现金流量表|所有者权益变动表|股东权益变动表|cash\s*flows?|changes in equity|附表",
}
"""How statements are called; of those under ``left`` no line is read."""
_LABELS = {
    "项目", "资产", "负债", "负债和所有者权益", "负债及所有者权益", "负债和股东权益", "报表项目", "科目", "item",
    "items", "assets",
}  # fmt: skip
_WHO = re.compile(
    r"^(?:(?:编制|填报|报送)?单位(?:名称)?|公司名称|企业名称|纳税人名称"
    r"|company(?: name)?|entity|name of (?:the )?company)\s*:\s*(.*)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:统一社会信用代码|纳税人识别号|税号|registration (?:no|number)\.?|vat (?:no|number)\.?|tax id)\s*:?"
    r"\s*([0-9A-Za-z]{6,20})?",
    re.IGNORECASE,
)
_MONEY = re.compile(r"^[百千万亿]*元|^人民币|^(?:rmb|cny|usd|eur)", re.IGNORECASE)
_SAYS_MONEY = re.compile(
    r"\b(?:in|expressed|amounts?|figures|currency|unit|rmb|cny|usd|eur|gbp|hkd|jpy|thousands?|millions?|billions?)\b"
    r"|[$€£]|单位|货币|币种",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\b(thousand|million|billion)s?\b", re.IGNORECASE)
_FIRM = re.compile(r"公司$|企业$|\b(?:ltd|limited|inc|gmbh|plc|llc|s\.?a|b\.?v|n\.?v|ag|co)\.?$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """An item with an amount under a heading. title: the period that the page's own title names."""

    sheet: str
    row: int
    item: str
    heading: Heading
    text: str
    title: Period
    kind: str
    unit: int
    typed: bool

    @property
    def word(self) -> str:
        """The item in its plain form."""
        return plain_item(self.item)


@dataclass
class Reading:
    """What was read of a file. left: titles of statements of which no line is read."""

    found: list[Found] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    name: str = ""
    number: str = ""
    currency: str = ""
    preamble: list[str] = field(default_factory=list)


@dataclass
class _Part:
    """The part of a page under one title: a balance sheet, a profit and loss account."""

    kind: str = ""
    title: Period = field(default_factory=Period)
    texts: list[str] = field(default_factory=list)
    heads: dict[int, Heading] = field(default_factory=dict)
    texts_over: dict[int, str] = field(default_factory=dict)
    begun: bool = False
    before: tuple[int, str | None] = (1, None)

    def money(self) -> tuple[int, str | None]:
        """The unit and the currency of its amounts: its own, else those of the part above it on the page."""
        own = _money_of(self.texts)
        return self.before if own == (1, None) else own


def read_pages(found: Sequence[Page]) -> Reading:
    """Every item with an amount, page by page; whose statement it is and in which money, where a page says so."""
    reading = Reading()
    for page in found:
        part = _Part()
        _entitle(part, page.name, reading)
        for row in page.rows:
            filled = [cell for cell in row.cells if cell]
            if _begins(part, filled):
                part = _Part(part.kind, before=part.money())
            if not part.begun:
                _preamble(part, row, reading)
            if _takes_heading(part, row):
                continue
            _items(part, row, page, reading)
        if not reading.currency:
            reading.currency = part.money()[1] or ""
    return reading


def _begins(part: _Part, filled: Sequence[str]) -> bool:
    """True for the title of another statement further down on the same page."""
    return part.begun and len(filled) <= 3 and any(_kind(cell) for cell in filled if not is_number(cell))


def _kind(text: str) -> str:
    if len(text) > 80:
        return ""
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, text, re.IGNORECASE)), "")


def _entitle(part: _Part, text: str, reading: Reading) -> None:
    """What a title says: which statement, and of which period; the first that says it counts."""
    kind = _kind(text)
    if kind and (not part.kind or not part.texts):
        part.kind = kind
        if kind == "left" and text not in reading.left:
            reading.left.append(text)
    told = period_of(text) if len(text) <= 120 else Period()
    old = part.title
    part.title = Period(old.end or told.end, old.months or told.months, old.year or told.year)


def _preamble(part: _Part, row: Row, reading: Reading) -> None:
    """What stands above the items: titles, whose statement, its number, unit and currency."""
    for place, cell in enumerate(row.cells):
        if not cell or is_number(cell):
            continue
        part.texts.append(cell)
        _entitle(part, cell, reading)
        after = next((text for text in row.cells[place + 1 :] if text), "")
        who = _WHO.match(cell)
        if who and not _MONEY.match(who.group(1)):
            reading.name = reading.name or who.group(1).strip() or after
        elif not reading.name and not reading.found and _FIRM.search(cell) and not _kind(cell):
            reading.name = cell
        number = _NUMBER.search(cell)
        if number:
            reading.number = reading.number or (number.group(1) or after.replace(" ", ""))


def _takes_heading(part: _Part, row: Row) -> bool:
    """True for a row of headings over columns; a second one right beneath is read together with the first."""
    heads = {place: head for place, cell in enumerate(row.cells) if cell and (head := heading_of(cell))}
    periods = [head for head in heads.values() if head.role != "skip"]
    plain = [plain_item(cell) for cell in row.cells if cell]
    label = any(word in _LABELS for word in plain)
    items = any(word in MEANS for word in plain if word not in _LABELS)
    amounts = any(is_number(cell) for place, cell in enumerate(row.cells) if cell and place not in heads)
    named = sum(bool(cell) for cell in row.cells) <= len(heads) + 1
    if items or amounts or not periods or not (len(heads) >= 2 or label or (named and not _is_title(row))):
        return False
    texts = {place: row.cells[place] for place in heads}
    if part.heads and not part.begun:
        for place, text in texts.items():
            joined = part.texts_over.get(place, "") + " " + text
            part.heads[place] = heading_of(joined.strip()) or heads[place]
            part.texts_over[place] = joined
    else:
        part.heads, part.texts_over, part.begun = heads, texts, False
    return True


def _is_title(row: Row) -> bool:
    """A lone period in the first column is a title rather than a heading."""
    places = [place for place, cell in enumerate(row.cells) if cell]
    return places[0] == 0 and len(places) == 1


def _items(part: _Part, row: Row, page: Page, reading: Reading) -> None:
    """The amounts of a row, each with the item that stands before it."""
    item, taken = "", set[str]()
    unit, currency = part.money()
    for place, cell in enumerate(row.cells):
        if not cell:
            continue
        if not is_number(cell):
            if not _is_nothing(cell):
                item, taken = cell, set()
            continue
        head = part.heads.get(place)
        named = part.heads or part.kind
        if not item or cell.endswith("%") or not named or (head is None and part.heads):
            continue
        if head is not None and head.role == "skip":
            continue
        part.begun = True
        reading.currency = reading.currency or currency or ""
        heading = head or Heading("now")
        if part.kind == "left" or f"{heading}" in taken:
            continue
        taken.add(f"{heading}")
        reading.found.append(Found(page.name, row.number, item, heading, cell, part.title, part.kind, unit, page.typed))


def _money_of(texts: Sequence[str]) -> tuple[int, str | None]:
    """The unit and the currency that the texts above a table say; in English words too.

    >>> _money_of(["Expressed in US dollars"]), _money_of(["RMB million"]), _money_of(["单位:千元"])
    ((1, 'USD'), (1000000, 'CNY'), (1000, 'CNY'))
    """
    unit, currency = unit_and_currency(texts)
    for text in texts:
        if len(text) <= 60 and _SAYS_MONEY.search(text):
            currency = currency or currency_of(text)
            size = _SIZE.search(text)
            if unit == 1 and size:
                unit = {"thousand": 10**3, "million": 10**6, "billion": 10**9}[size.group(1).lower()]
    return unit, currency


def _is_nothing(cell: str) -> bool:
    return bool(re.fullmatch(r"[-—–/*xX.]*|n/?a", cell, re.IGNORECASE))


def lines_told(found: Sequence[Found]) -> Mapping[str, int]:
    """How often each line of ours, or a helping one, is told."""
    told: dict[str, int] = {}
    for one in found:
        line = MEANS.get(one.word, ("", ""))[0]
        if line:
            told[line] = told.get(line, 0) + 1
    return told


def newest_day(found: Sequence[Found]) -> date | None:
    """The last day that any title or heading names: what a page is about that names none itself."""
    days = [day for one in found for day in (one.title.end, one.heading.period.end) if day]
    years = [year for one in found for year in (one.title.year, one.heading.period.year) if year]
    if days:
        return max(days)
    return date(max(years), 12, 31) if years else None
