"""Content: what a document is made of, in no language: codes and typed facts; ``files.pages`` writes it for people.

No block holds a sentence of ours. A block names a code, and the pages know the sentence of each code in both languages;
what stands in the sentence are facts, each with its kind, so that money, days and shares take the reader's own forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from solvent.base.money import UNKNOWN, decimal

Kind = Literal[
    "text", "word", "money", "day", "days", "share", "rate", "count", "number", "grade", "flag", "tier", "country"
]
Tone = Literal["plain", "good", "watch", "bad"]

RIGHT: tuple[Kind, ...] = ("money", "days", "share", "rate", "count", "number")
"""Kinds that stand under each other by their last digit."""


@dataclass(frozen=True)
class Value:
    """One fact and what it is.

    kind: ``text`` in the source's own words; ``word`` a code of ours, ``family.name``; ``money`` whole minor units of
    ``currency``; ``share`` a part of one, shown as per cent; ``rate`` a share so small that two more digits matter;
    ``days`` a number of days; ``flag`` yes or no; ``grade`` A to E; ``tier`` a colour, told by its word too;
    ``country`` an ISO 3166 code, or whatever the source has instead.
    value: None where nobody knows, which the pages say; several of a kind as a tuple.
    """

    kind: Kind
    value: str | int | float | date | bool | tuple[str, ...] | tuple[float, ...] | None
    currency: str = ""


Facts = Mapping[str, Value]
Row = Sequence[Value]


@dataclass(frozen=True)
class Heading:
    """The beginning of a part; ``level`` 2 for a part, 3 within one."""

    code: str
    facts: Facts = field(default_factory=dict)
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Running text. ``tone`` is told by a sign and a word besides its colour."""

    code: str
    facts: Facts = field(default_factory=dict)
    tone: Tone = "plain"


@dataclass(frozen=True)
class Points:
    """A list: each point is a code with its facts. ``ordered``: the order means something."""

    points: Sequence[tuple[str, Facts]]
    ordered: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure that is to be seen first: what it is, its value, from what, and of which day."""

    code: str
    value: Value
    base: str = ""
    as_of: date | None = None
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """Some figures side by side."""

    figures: Sequence[Figure]


@dataclass(frozen=True)
class Table:
    """Rows under named columns: a code, or a value where a column is that of a day. ``caption`` may be empty."""

    caption: str
    columns: Sequence[str | Value]
    rows: Sequence[Row]
    facts: Facts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A row of another length is a fault of ours."""
        assert all(len(row) == len(self.columns) for row in self.rows), self.caption


Block = Heading | Paragraph | Points | Figures | Table


@dataclass(frozen=True)
class Document:
    """A document: which one it is, its title, whom and which day it is about, and its blocks in order."""

    name: str
    title: str
    facts: Facts
    as_of: date
    blocks: Sequence[Block]


def text(value: str | None) -> Value:
    """Somebody's own words: a name, a note, a number of a document."""
    return Value("text", value)


def word(family: str, name: str | None) -> Value:
    """A code of ours, by its family: ``word("part", "registry")``."""
    return Value("word", None if name is None else f"{family}.{name}")


def money(minor: int | None, currency: str | None) -> Value:
    """An amount in minor units of a currency."""
    return Value("money", minor, currency or UNKNOWN)


def day(value: date | None) -> Value:
    """A day."""
    return Value("day", value)


def days(value: float | None) -> Value:
    """A number of days."""
    return Value("days", value)


def share(value: float | None) -> Value:
    """A part of one."""
    return Value("share", value)


def rate(value: float | None) -> Value:
    """A small part of one, as interest a day."""
    return Value("rate", value)


def count(value: int | None) -> Value:
    """How many."""
    return Value("count", value)


def number(value: float | None) -> Value:
    """A plain figure."""
    return Value("number", value)


def grade(value: str | None) -> Value:
    """A grade from A to E."""
    return Value("grade", value)


def flag(value: bool | None) -> Value:
    """Yes or no."""
    return Value("flag", value)


def country(value: str | None) -> Value:
    """A country."""
    return Value("country", value)


def tier(value: str | None) -> Value:
    """green, yellow, orange or red."""
    return Value("tier", value)


def plain(document: Document) -> dict[str, Any]:
    """The document as plain values for machines; money is decimal text in main units, days are ISO text."""
    return {
        "document": document.name,
        "title": document.title,
        "as_of": document.as_of.isoformat(),
        "facts": _facts(document.facts),
        "blocks": [_block(block) for block in document.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"block": "heading", "code": block.code, "level": block.level, "facts": _facts(block.facts)}
        case Paragraph():
            return {"block": "paragraph", "code": block.code, "tone": block.tone, "facts": _facts(block.facts)}
        case Points():
            points = [{"code": code, "facts": _facts(facts)} for code, facts in block.points]
            return {"block": "points", "ordered": block.ordered, "points": points}
        case Figures():
            return {"block": "figures", "figures": [_figure(figure) for figure in block.figures]}
        case Table():
            rows = [[_value(cell) for cell in row] for row in block.rows]
            heads = [head if isinstance(head, str) else _value(head) for head in block.columns]
            told = {"block": "table", "caption": block.caption, "columns": heads, "rows": rows}
            return told | {"facts": _facts(block.facts)}


def _figure(figure: Figure) -> dict[str, Any]:
    as_of = None if figure.as_of is None else figure.as_of.isoformat()
    told = {"code": figure.code, "value": _value(figure.value), "base": figure.base, "as_of": as_of}
    return told | {"facts": _facts(figure.facts)}


def _facts(facts: Facts) -> dict[str, Any]:
    return {name: _value(value) for name, value in facts.items()}


def _value(value: Value) -> dict[str, Any]:
    told = value.value
    shown: Any = told.isoformat() if isinstance(told, date) else list(told) if isinstance(told, tuple) else told
    if value.kind != "money":
        return {"kind": value.kind, "value": shown}
    amount = str(decimal(told, value.currency)) if isinstance(told, int) else None
    return {"kind": "money", "value": amount, "currency": value.currency}
