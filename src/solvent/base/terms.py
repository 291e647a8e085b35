"""Terms: the numbers that a company decides, each with its unit and its source.

A family of terms is one frozen dataclass beside the function that uses it. The defaults stand in the code; a
company's own values are dated overrides, so a report of last March is computed with last March's policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from typing import Any, ClassVar, TypeVar

from solvent.base.problem import PolicyError

FAMILIES: dict[str, type[Terms]] = {}
"""Every family of terms that has been imported, by its key in policy files."""


def term(default: Any, *, unit: str, source: str) -> Any:
    """One decided number: what it is by default, in which unit, and on whose word.

    ``unit`` and ``source`` must say something; ``source`` names a requirement id, a formula number, or our own choice.
    """
    return field(default=default, metadata={"unit": unit, "source": source})


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


@dataclass(frozen=True)
class Policy:
    """What the company had decided on ``as_of``: dated overrides on the defaults in the code."""

    as_of: date
    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse, by name, a family or a term that does not exist, or a value of another kind."""
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
