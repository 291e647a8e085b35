"""Told: a document in a reader's language: every code and fact as plain text, ready for any kind of page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel import Locale
from babel.numbers import format_percent

from solvent.base.money import UNKNOWN
from solvent.documents.content import (
    RIGHT,
    Block,
    Document,
    Facts,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Points,
    Table,
    Tone,
    Value,
)
from solvent.files.language import Language
from solvent.files.sentences import SENTENCES
from solvent.files.sentences.documents import TEXTS
from solvent.files.sentences.documents.figures import BASES, COLUMNS, FIGURES
from solvent.files.sentences.documents.names import NAMES

NOTHING = "\u2014"
"""What stands for what nobody knows."""
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Characters that show nothing, or turn the direction of what follows: a name may hold them, a page must not."""
PLAIN = re.compile(r"(?P<whole>-?[\d,]+)(?:\.(?P<after>\d+))?(?P<unit>%?)")
"""A number as pages write it."""
COLOURS: Mapping[str, str] = {"green": "green", "yellow": "yellow", "orange": "orange", "red": "red"}
MANY = 5
"""From more columns on, those that are empty in every row are left out."""


@dataclass(frozen=True)
class Cell:
    """A cell as text; ``colour`` is empty for most, ``right``: it stands under others by its last digit."""

    text: str
    right: bool = False
    colour: str = ""


@dataclass(frozen=True)
class Part:
    """One block as text: ``kind`` is ``heading``, ``paragraph``, ``list``, ``figures`` or ``table``.

    level: of a heading; a list with level 1 is ordered. tone, mark: of a paragraph; the mark says the tone in a word.
    lines: points of a list. figures: name, value, base. heads and rows: of a table, its caption in ``text``.
    """

    kind: str
    text: str = ""
    level: int = 0
    tone: Tone = "plain"
    mark: str = ""
    lines: Sequence[str] = ()
    figures: Sequence[tuple[str, Cell, str]] = ()
    heads: Sequence[Cell] = ()
    rows: Sequence[Sequence[Cell]] = ()


@dataclass(frozen=True)
class Page:
    """A whole document as text."""

    language: Language
    title: str
    day: str
    parts: Sequence[Part]


def told(document: Document, language: Language) -> Page:
    """The document in a language."""
    parts = [_part(block, language) for block in document.blocks]
    day = language.say("As of {day}", day=language.day(document.as_of))
    return Page(language, sentence(document.title, document.facts, language), day, parts)


def sentence(code: str, facts: Facts, language: Language) -> str:
    """What a code says, with its facts filled in."""
    filled = {name: shown(value, language) for name, value in facts.items()}
    return language.say(TEXTS[code], **filled) if TEXTS.get(code) else code


def shown(value: Value, language: Language, *, currency: bool = True) -> str:
    """One fact in the reader's own forms; ``currency`` false: the reader knows the currency already."""
    told, kind = value.value, value.kind
    if told is None or told == "":
        return NOTHING
    if isinstance(told, tuple):
        return " / ".join(shown(replace(value, value=one), language, currency=currency) for one in told)
    if kind == "text":
        return clean(str(told))
    if kind == "word":
        return named(str(told), language)
    if kind == "country":
        return str(Locale.parse(language.locale).territories.get(str(told).upper(), clean(str(told))))
    if kind == "tier":
        return language.say(COLOURS.get(str(told), str(told)))
    if isinstance(told, bool):
        return language.say("yes") if told else language.say("no")
    if isinstance(told, date):
        return language.day(told)
    if isinstance(told, str):
        return clean(told)
    if kind == "money":
        amount = language.money(round(told), value.currency)
        return f"{value.currency} {amount}" if currency and value.currency != UNKNOWN else amount
    return _number(kind, float(told), language)


def _number(kind: str, value: float, language: Language) -> str:
    if kind == "share":
        return str(format_percent(value, format="#,##0.#%", locale=language.locale))
    if kind == "rate":
        return str(format_percent(value, format="#,##0.00##%", locale=language.locale))
    if kind == "count" or value == round(value):
        return language.count(round(value))
    return language.number(value, 1 if kind == "days" else 2)


def named(code: str, language: Language) -> str:
    """What a code of ours is called: by its family, else as the source writes it."""
    family, _, name = code.partition(".")
    found = SENTENCES.get(f"warning.{name}.title") if family == "rule" else NAMES.get(family, {}).get(name)
    return language.say(found) if found else clean(name.replace("_", " "))


def clean(text: str) -> str:
    """Somebody's text without what cannot be seen; line breaks become blanks."""
    return HIDDEN.sub(" ", text).strip()


def _part(block: Block, language: Language) -> Part:
    match block:
        case Heading():
            return Part("heading", sentence(block.code, block.facts, language), block.level)
        case Paragraph():
            text = sentence(block.code, block.facts, language)
            return Part("paragraph", text, tone=block.tone, mark=_mark(block.tone, language))
        case Points():
            lines = [sentence(code, facts, language) for code, facts in block.points]
            return Part("list", level=int(block.ordered), lines=lines)
        case Figures():
            return Part("figures", figures=[_figure(figure, language) for figure in block.figures])
        case Table():
            return _table(block, language)


def _mark(tone: Tone, language: Language) -> str:
    marks = {
        "plain": "",
        "good": language.say("Good:"),
        "watch": language.say("Watch:"),
        "bad": language.say("Act:"),
    }
    return marks[tone]


def _figure(figure: Figure, language: Language) -> tuple[str, Cell, str]:
    facts = {name: shown(value, language) for name, value in figure.facts.items()}
    base = language.say(BASES[figure.base], **facts) if figure.base else ""
    return language.say(FIGURES[figure.code]), _cell(figure.value, language), base


def _table(block: Table, language: Language) -> Part:
    kept = [
        place
        for place in range(len(block.columns))
        if len(block.columns) <= MANY or any(row[place].value is not None for row in block.rows)
    ]
    currencies = {
        cell.currency for row in block.rows for cell in row if cell.kind == "money" and cell.value is not None
    }
    one = len(currencies) == 1
    caption = sentence(block.caption, block.facts, language) if block.caption else ""
    if one and currencies != {UNKNOWN}:
        caption = language.say("{caption} (amounts in {currency})", caption=caption, currency=currencies.pop())
    told = [[row[place] for row in block.rows if row[place].value is not None] for place in range(len(block.columns))]
    right = [place > 0 and all(cell.kind in RIGHT for cell in cells) for place, cells in enumerate(told)]
    heads = [Cell(head_of(block.columns[place], language), right[place]) for place in kept]
    rows = [[_cell(row[place], language, right=right[place], currency=not one) for place in kept] for row in block.rows]
    columns = [
        _aligned([row[at] for row in rows])
        if right[place] and {cell.kind for cell in told[place]} <= {"share", "days", "number"}
        else [row[at] for row in rows]
        for at, place in enumerate(kept)
    ]
    return Part("table", caption, heads=heads, rows=[list(row) for row in zip(*columns)])


def _aligned(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Figures that stand under one another have the same number of decimals.

    >>> [cell.text for cell in _aligned([Cell("2%"), Cell("27.5%"), Cell("-1,000%")])]
    ['2.0%', '27.5%', '-1,000.0%']
    """
    parts = [PLAIN.fullmatch(cell.text) for cell in cells]
    most = max((len(part["after"] or "") for part in parts if part), default=0)
    if not most:
        return cells
    return [
        cell if part is None else replace(cell, text=f"{part['whole']}.{part['after'] or '':0<{most}}{part['unit']}")
        for cell, part in zip(cells, parts)
    ]


def head_of(head: str | Value, language: Language) -> str:
    """What a column is called."""
    return language.say(COLUMNS[head]) if isinstance(head, str) else shown(head, language)


def _cell(value: Value, language: Language, *, right: bool = False, currency: bool = True) -> Cell:
    colour = str(value.value) if value.kind == "tier" and value.value in COLOURS else ""
    return Cell(shown(value, language, currency=currency), right, colour)
