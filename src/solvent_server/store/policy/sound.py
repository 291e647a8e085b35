"""Sound: a value for a term is of its kind, within its bounds, and taken by its family; else it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from solvent.base.problem import PolicyError, SolventError
from solvent.base.terms import FAMILIES, Policy, Terms, terms_of
from solvent.files.policy_file import PRESETS, families
from solvent.measures.aging import Aging, bucket_names
from solvent.measures.rolls import Rolls
from solvent_server.store.policy.standing import Key


def sound(family: str, name: str, value: Any) -> Any:
    """The value in the kind of the term's default, lists as lists.

    Raises:
        PolicyError: no such family or term, a value of another kind or out of bounds, or one that the family itself
            refuses.
        SolventError: it does not go together with the terms beside it.
    """
    if not family:
        if value not in (None, *PRESETS):
            raise PolicyError("policy.preset_unknown", str(value), known=", ".join(PRESETS))
        return value
    if family not in FAMILIES:
        families()
    place = f"{family}.{name}"
    Policy(date.max, {family: [(date.min, {name: value})]})  # refuses what it does not know and what is out of bounds
    kind = FAMILIES[family]
    if not kind.__module__.startswith("solvent."):
        raise PolicyError("policy.family_unknown", family, known="")
    try:
        made = Policy(date.max, {family: [(date.min, {name: value})]}).terms(kind)
        _paired(place, kind, name, made)
    except (ValueError, OverflowError) as error:
        raise SolventError("store.policy.refused", place, value=str(value), error=str(error)) from error
    told = getattr(made, name)
    return list(told) if isinstance(told, tuple) else told


def _paired(place: str, kind: type[Terms], name: str, made: Terms) -> None:
    """A list that stands beside another one of its family keeps the length that fits it."""
    value = getattr(made, name)
    if not isinstance(value, tuple):
        return
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
