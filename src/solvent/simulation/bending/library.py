"""Library: every scenario by name, combinations of them, and those that a company writes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from solvent.base.plugs import family
from solvent.base.problem import SolventError
from solvent.base.terms import Policy, Terms, terms_of
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths

Bend = Callable[[CashPaths, World, Any], CashPaths]


@dataclass(frozen=True)
class Part:
    """One scenario with values of its own in place of the policy's."""

    scenario: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Combined:
    """Several scenarios at once, bent one after the other in this order."""

    name: str
    parts: Sequence[Part]


COMBINATIONS: Sequence[Combined] = (
    Combined("mild", (Part("sales_fall", {"share": 0.10}), Part("all_pay_later", {"days": 15.0}))),
    Combined("moderate", (Part("sales_fall", {"share": 0.25}), Part("all_pay_later", {"days": 30.0}))),
    Combined(
        "severe", (Part("largest_fails"), Part("sales_fall", {"share": 0.40}), Part("all_pay_later", {"days": 30.0}))
    ),
)
"""Mild, moderate, severe (FORMULAS 4.6.8)."""


def scenarios() -> Mapping[str, tuple[type[Terms], Bend]]:
    """Every scenario, those of installed packages too (entry points ``solvent.scenarios``): terms, how it bends."""
    found = family("solvent.simulation.bending.scenarios", "solvent.scenarios")
    return {name: (room.TERMS, room.bend) for name, room in found.items()}


def library() -> Sequence[Combined]:
    """What a stress test runs: every scenario alone, then the combinations."""
    return (*(Combined(name, (Part(name),)) for name in scenarios()), *COMBINATIONS)


def bent(paths: CashPaths, world: World, asked: Combined, policy: Policy) -> CashPaths:
    """The paths under a combination.

    Raises:
        SolventError: a scenario or one of its values is not known, or is of another kind.
    """
    known = scenarios()
    for part in asked.parts:
        if part.scenario not in known:
            raise SolventError("scenario.unknown", asked.name, scenario=part.scenario, known=", ".join(known))
        kind, bend = known[part.scenario]
        paths = bend(paths, world, _terms(kind, part, policy, asked.name))
    return paths


def combined(name: str, told: Mapping[str, Any]) -> Combined:
    """A scenario that a company wrote: ``name`` and a list ``parts``, each with ``scenario`` and its values.

    Raises:
        SolventError: a key is missing or not known, and which would be right.
    """
    parts = told.get("parts")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise SolventError("scenario.no_parts", name)
    wrong = sorted(set(told) - {"name", "parts"})
    if wrong:
        raise SolventError("scenario.key_unknown", name, key=wrong[0], known="name, parts")
    known, made = scenarios(), []
    for part in parts:
        which = part.get("scenario")
        if not isinstance(which, str) or which not in known:
            raise SolventError("scenario.unknown", name, scenario=str(which), known=", ".join(known))
        values = {key: value for key, value in part.items() if key != "scenario"}
        _terms(known[which][0], Part(which, values), None, name)
        made.append(Part(which, values))
    return Combined(str(told.get("name", name)), tuple(made))


def _terms(kind: type[Terms], part: Part, policy: Policy | None, place: str) -> Terms:
    """The terms of one part: defaults, then the policy's, then its own."""
    known = terms_of(kind)
    values: dict[str, Any] = {}
    for key, value in part.values.items():
        if key not in known:
            raise SolventError("scenario.key_unknown", place, key=key, known=", ".join(known))
        default: Any = known[key].default
        whole = isinstance(default, int) and not isinstance(value, int)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or whole or not isfinite(value):
            raise SolventError(
                "scenario.value_kind", place, key=key, value=str(value), unit=known[key].metadata["unit"]
            )
        values[key] = float(value) if isinstance(default, float) else int(value)
    base = kind() if policy is None else policy.terms(kind)
    return kind(**{**{name: getattr(base, name) for name in known}, **values})


scenarios()  # brings every scenario, so that a policy may decide its terms
