"""Terms: the numbers that a company decides, each with its unit and its source.

A family of terms is one frozen dataclass beside the function that uses it. The defaults stand in the code; a
company's own values are dated overrides, so a report of last March is computed with last March's policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Any, ClassVar, TypeVar

from solvent.base.problem import PolicyError

FAMILIES: dict[str, type[Terms]] = {}
"""Every family of terms that has been imported, by its key in policy files."""
LARGEST = 2**53
"""No number of a policy is farther from zero: up to here every whole one is exact."""
CENTURY = {"days": 36_525, "weeks": 5_218, "months": 1_200, "years": 100}
"""The most of a term whose name ends on a span of time, unless it says another."""
LONGEST = 500
"""Characters of a word in a policy."""


@dataclass(frozen=True)
class Bounds:
    """What values a term takes. choices: the words it may be; rising: a list goes up from value to value.

    form: ``day`` (2026-03-10) or ``country`` (CN) for words that are one; least and most: empty where nothing bounds.
    """

    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    form: str = ""
    rising: bool = False


def term(
    default: Any,
    *,
    unit: str,
    source: str,
    least: float | None = 0,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    form: str = "",
    rising: bool = False,
) -> Any:
    """One decided number: what it is by default, in which unit, on whose word, and which values it takes.

    ``unit`` and ``source`` must say something; ``source`` names a requirement id, a formula number, or our own choice.
    The rest are its :class:`Bounds`: a number is not negative unless it says so, words have no least, and a span of
    time is at most a century.
    """
    sample = default[0] if isinstance(default, tuple) else default
    number = isinstance(sample, (int, float)) and not isinstance(sample, bool)
    bounds = Bounds(least if number else None, most, choices, form, rising)
    return field(default=default, metadata={"unit": unit, "source": source, "bounds": bounds})


class Terms:
    """Base of every family of terms. ``key`` is its name in policy files, ``measures.aging``."""

    key: ClassVar[str]

    def __init_subclass__(cls, *, key: str) -> None:
        cls.key = key
        FAMILIES[key] = cls


T = TypeVar("T", bound=Terms)
Override = tuple[date, Mapping[str, Any]]


def terms_of(kind: type[Terms]) -> dict[str, Field[Any]]:
    """The terms of one family by name, each a dataclass field with ``default`` and ``metadata``."""
    return {f.name: f for f in fields(kind)}  # type: ignore[arg-type]


def bounds_of(kind: type[Terms], name: str) -> Bounds:
    """What values one term of a family takes."""
    return _bounds(terms_of(kind)[name])


def _bounds(told: Field[Any]) -> Bounds:
    bounds: Bounds = told.metadata["bounds"]
    most = CENTURY.get(told.name.rpartition("_")[2])
    return bounds if most is None or bounds.most is not None else replace(bounds, most=most)


@dataclass(frozen=True)
class Policy:
    """What the company had decided on ``as_of``: dated overrides on the defaults in the code."""

    as_of: date
    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse, by name, a family or a term that does not exist, a value of another kind or out of its bounds."""
        for key, entries in self.overrides.items():
            if key not in FAMILIES:
                raise PolicyError("policy.family_unknown", key, known=", ".join(sorted(FAMILIES)))
            known = terms_of(FAMILIES[key])
            for _, values in entries:
                for name, value in values.items():
                    _fits(f"{key}.{name}", known, name, value)

    def terms(self, kind: type[T]) -> T:
        """The terms of one family as they stood on ``as_of``; later entries win term by term."""
        chosen: dict[str, Any] = {}
        for since, values in sorted(self.overrides.get(kind.key, ()), key=lambda entry: entry[0]):
            if since <= self.as_of:
                chosen |= {name: _as_default(terms_of(kind)[name].default, value) for name, value in values.items()}
        return kind(**chosen)


def _fits(place: str, known: Mapping[str, Field[Any]], name: str, value: Any) -> None:
    if name not in known:
        raise PolicyError("policy.term_unknown", place, known=", ".join(known))
    default = known[name].default
    assert default is not MISSING, f"{place} has no default"
    if isinstance(default, tuple):
        inner = type(default[0])
        good = isinstance(value, (list, tuple)) and all(_alike(inner, item) for item in value) and len(value) > 0
    else:
        good = _alike(type(default), value)
    if not good:
        wanted = f"{type(default[0]).__name__}, …" if isinstance(default, tuple) else type(default).__name__
        raise PolicyError("policy.value_kind", place, value=str(value), wanted=wanted)
    _within(place, _bounds(known[name]), value)


def _within(place: str, bounds: Bounds, value: Any) -> None:
    """Refuse what is out of bounds; ``value`` is of the right kind."""
    for one in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(one, str):
            _word(place, bounds, one)
        elif not isinstance(one, bool):
            if not isfinite(one) or (bounds.least is not None and one < bounds.least):
                raise PolicyError("policy.least", place, value=str(one), least=f"{bounds.least or 0:g}")
            most = LARGEST if bounds.most is None else bounds.most
            if abs(one) > LARGEST or one > most:
                raise PolicyError("policy.most", place, value=str(one), most=f"{most:g}")
    if bounds.rising and any(low >= high for low, high in pairwise(value)):
        raise PolicyError("policy.rising", place, value=", ".join(map(str, value)))


def _word(place: str, bounds: Bounds, word: str) -> None:
    if bounds.choices and word not in bounds.choices:
        raise PolicyError("policy.choice", place, value=word, known=", ".join(bounds.choices))
    if bounds.form == "day" and _no_day(word):
        raise PolicyError("policy.day", place, value=word)
    if bounds.form == "country" and not re.fullmatch("[A-Z]{2}", word):
        raise PolicyError("policy.country", place, value=word)
    if len(word) > LONGEST or not word.isprintable():
        raise PolicyError("policy.word", place, value=word[:40])


def _no_day(word: str) -> bool:
    """True where ``word`` is no day of the calendar, written 2026-03-10."""
    try:
        date.fromisoformat(word)
    except ValueError:
        return True
    return not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word)


def _alike(kind: type, value: Any) -> bool:
    """True where ``value`` is of ``kind``; a whole number does for a float, a yes/no for nothing else."""
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _as_default(default: Any, value: Any) -> Any:
    """The value in the very type of the default, so that 20 in a file is 20.0 in a report."""
    if isinstance(default, tuple):
        return tuple(type(default[0])(item) for item in value)
    return type(default)(value)
