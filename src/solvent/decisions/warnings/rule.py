"""Rule: the shape of a warning rule: what it reads, which lines it draws, and who is to act.

A rule says one number for each subject and where the lines are. Which tier that makes, whether it stays, who was told
and what became of it is the engine's business, the same for all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import polars as pl

from solvent.base.plugs import family
from solvent.base.terms import Terms
from solvent.decisions.warnings.view import View

About = Literal["company", "customer", "group", "country", "region", "industry", "facility"]
Layer = Literal["base", "middle", "top"]
Crossed = Literal["over", "from", "under", "down_to"]
Owner = Literal["credit", "collections", "treasury", "sales", "cfo"]
Proposed = Literal["lower_limit", "stricter_terms", "hold_supply", "collect_first", "report_to_insurer", "ask_security"]


class Tier(IntEnum):
    """How bad it is."""

    NONE = 0
    YELLOW = 1
    ORANGE = 2
    RED = 3


@dataclass(frozen=True)
class Lines:
    """From where each tier begins; None: the rule has no such tier."""

    yellow: float | None = None
    orange: float | None = None
    red: float | None = None


READING: Mapping[str, Any] = {"subject": pl.String, "value": pl.Float64, "evidence": pl.List(pl.String)}
"""What a rule reads, a row for each subject that can be judged, whether it is near a line or not.

subject: the customer's, group's … own id; ``own`` for the company. value: what is held against the lines. evidence:
rows that the value rests on, as ``table:key``, the most telling first, at most ten. Further columns are facts of the
sentence: numbers, text and days; amounts of money end in ``_amount`` (Int64, minor units of the books' currency),
shares in ``_share``, days in ``_on``, durations in ``_days``. A subject of which the books know too little has no row.
"""


@dataclass(frozen=True)
class Rule:
    """One rule. Its file is named as the rule, and gives it as ``RULE``.

    about: what its subjects are. layer: base (our own figures), middle (concentration), top (partners, industry,
    economy); the layers of EW-01 to EW-03. crossed: a line is crossed by a value ``over`` it, ``from`` it on, ``under``
    it, or ``down_to`` it. unit: of value and lines, ``share``, ``days``, ``months``, ``level``, ``times``, ``points``.
    owner: who is to act. terms: its own family, ``warnings.NAME``. lines: out of the terms. read: the readings of one
    day, or None where the books hold nothing that the rule could look at. past: False where it cannot be run over the
    company's own past. proposes: what its finding on a customer calls for from orange on, beside what its tier calls
    for (``warnings.actions``).
    """

    about: About
    layer: Layer
    crossed: Crossed
    unit: str
    owner: Owner
    terms: type[Terms]
    lines: Callable[[Any], Lines]
    read: Callable[[View, Any], pl.DataFrame | None]
    past: bool = True
    proposes: tuple[Proposed, ...] = ()


def rules() -> Mapping[str, Rule]:
    """Every rule by name: those of this house, and those of installed packages (entry points ``solvent.warnings``)."""
    found = family("solvent.decisions.warnings.rules", "solvent.warnings")
    return {name: room.RULE for name, room in found.items()}
