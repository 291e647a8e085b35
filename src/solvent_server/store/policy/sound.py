"""Sound: a value for a term is of its kind, within what its unit allows, and taken by its family; else it is refused.

Bounds come from what the term itself says: a share of something is from 0 to 1, a chance too, a number that counts days
or anything else is not negative, edges rise, a word of a named few is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Any

from solvent.base.problem import PolicyError, SolventError
from solvent.base.terms import FAMILIES, Policy, Terms, terms_of
from solvent.files.policy_file import PRESETS, families
from solvent.measures.aging import Aging, bucket_names
from solvent.measures.rolls import Rolls
from solvent_server.store.policy.standing import Key

GRADES = ("A", "B", "C", "D", "E")
CENTURY = {"days": 36_525.0, "weeks": 5_218.0, "months": 1_200.0, "years": 100.0}
"""The most of each unit of time: a hundred years."""
WHOLE = ("chance", "quantile")
TIMES_OVER = 10.0
"""A share that may be more than the whole is at most ten times it."""


@dataclass(frozen=True)
class Bounds:
    """What a term allows. choices: the words it may be, where it names them; then least and most say nothing."""

    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def bounds(family: str, name: str) -> Bounds:
    """What the term's own unit and default say of its values."""
    term = terms_of(FAMILIES[family])[name]
    unit, default = str(term.metadata["unit"]), term.default
    sample = default[0] if isinstance(default, tuple) else default
    if isinstance(sample, str):
        return Bounds(choices=_choices(unit, default))
    if isinstance(sample, bool):
        return Bounds()
    numbers = default if isinstance(default, tuple) else (default,)
    least = 0.0 if min(numbers) >= 0 else None
    first = re.split(r"[ ,;:]", unit)[0]
    if first == "correlation":
        return Bounds(-1.0, 1.0)
    if first in CENTURY:
        return Bounds(least, CENTURY[first])
    if first in WHOLE or (first == "share" and max(numbers) <= 1 and unit.startswith("share of")):
        return Bounds(least, 1.0)
    return Bounds(least, TIMES_OVER if first == "share" else None)


def _choices(unit: str, default: Any) -> tuple[str, ...]:
    """The words that a unit names, or that its kind has; none where any word will do."""
    if unit.startswith("one of "):
        return tuple(re.findall(r"\w+", unit.removeprefix("one of ")))
    if unit.startswith("variant of DSO: "):
        return tuple(re.findall(r"\w+", unit.removeprefix("variant of DSO: ")))
    pair = re.match(r"(\w+) or (\w+)\b", unit)
    if pair and isinstance(default, str) and default in pair.groups():
        return (pair[1], pair[2])
    values = default if isinstance(default, tuple) else (default,)
    return GRADES if "grade" in unit and all(value in GRADES for value in values) else ()


def sound(family: str, name: str, value: Any) -> Any:
    """The value in the kind of the term's default, lists as lists.

    Raises:
        PolicyError: no such family or term, a value of another kind, or one that the family itself refuses.
        SolventError: a value outside of what the term allows.
    """
    if not family:
        if value not in (None, *PRESETS):
            raise PolicyError("policy.preset_unknown", str(value), known=", ".join(PRESETS))
        return value
    if family not in FAMILIES:
        families()
    place = f"{family}.{name}"
    Policy(date.max, {family: [(date.min, {name: value})]})  # refuses what it does not know or cannot read
    kind = FAMILIES[family]
    if not kind.__module__.startswith("solvent."):
        raise PolicyError("policy.family_unknown", family, known="")
    _within(place, family, name, value)
    try:
        made = Policy(date.max, {family: [(date.min, {name: value})]}).terms(kind)
        _paired(place, kind, name, made)
    except (ValueError, OverflowError) as error:
        raise SolventError("store.policy.refused", place, value=str(value), error=str(error)) from error
    told = getattr(made, name)
    return list(told) if isinstance(told, tuple) else told


def _within(place: str, family: str, name: str, value: Any) -> None:
    allowed = bounds(family, name)
    unit = str(terms_of(FAMILIES[family])[name].metadata["unit"])
    for one in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(one, str):
            _word(place, unit, allowed, one)
        elif not isinstance(one, bool):
            if not isfinite(one) or (allowed.least is not None and one < allowed.least):
                raise SolventError("store.policy.least", place, value=str(one), least=f"{allowed.least or 0:g}")
            if allowed.most is not None and one > allowed.most:
                raise SolventError("store.policy.most", place, value=str(one), most=f"{allowed.most:g}")
            if abs(one) > 2**53:
                raise SolventError("store.policy.most", place, value=str(one), most=f"{2**53:g}")


def _word(place: str, unit: str, allowed: Bounds, word: str) -> None:
    if allowed.choices and word not in allowed.choices:
        raise SolventError("store.policy.choice", place, value=word, known=", ".join(allowed.choices))
    if unit.startswith("day") and _no_day(word):
        raise SolventError("store.policy.day", place, value=word)
    if unit.startswith(("country", "ISO 3166")) and not re.fullmatch("[A-Z]{2}", word):
        raise SolventError("store.policy.country", place, value=word)
    if len(word) > 500 or not word.isprintable():
        raise SolventError("store.policy.word", place, value=word[:40])


def _no_day(word: str) -> bool:
    try:
        date.fromisoformat(word)
    except ValueError:
        return True
    return not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word)


def _paired(place: str, kind: type[Terms], name: str, made: Terms) -> None:
    """Edges rise, and a list that stands beside another one of its family keeps the length that fits it."""
    value = getattr(made, name)
    if not isinstance(value, tuple):
        return
    if "edges" in name and any(low >= high for low, high in pairwise(value)):
        raise SolventError("store.policy.rising", place, value=", ".join(map(str, value)))
    stem, _, last = name.rpartition("_")
    other = {"edges": f"{stem}_points", "points": f"{stem}_edges"}.get(last, "")
    if other in terms_of(kind):
        standard: Any = terms_of(kind)[name].default
        wanted = len(standard)
        if len(value) != wanted:
            raise SolventError("store.policy.length", place, count=len(value), wanted=wanted)


def fits(policy: Policy) -> bool:
    """True where terms of different families that must agree do: one loss rate for each bucket of age."""
    buckets = bucket_names(replace(policy.terms(Aging), basis="due"))[:-1]
    return len(policy.terms(Rolls).table) == len(buckets)


PARTNERS: Mapping[Key, Key] = {
    ("measures.aging", "edges"): ("measures.rolls", "table"),
    ("measures.rolls", "table"): ("measures.aging", "edges"),
}
"""Terms that must agree: a change of one that breaks the agreement is approved with one of the other, or not at all."""


def together(family: str, values: dict[str, Any]) -> None:
    """Try all own values of a family at once, as its rooms will read them.

    Raises:
        PolicyError: the family refuses them.
    """
    Policy(date.max, {family: [(date.min, values)]}).terms(FAMILIES[family])
