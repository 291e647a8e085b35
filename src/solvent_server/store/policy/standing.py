"""Standing: the policy of a company out of its preset and its dated changes, for every day at once.

A day before the first change has the values of the code. A preset counts from its own day on; a term that the company
has decided itself keeps its value under any preset. Every entry tells what holds from its day, so a day of the past is
computed with the policy of that day, whatever was decided later for later days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from django.db.models import Max

from solvent.base.terms import FAMILIES, Override, Policy, terms_of
from solvent.files.policy_file import families, parse
from solvent_server.store import database
from solvent_server.store.models import Company, PolicyChange
from solvent_server.store.models.desk import APPROVED

PRESET = "preset"
"""The term, of no family, by which a company stands on a preset."""
Key = tuple[str, str]
"""Family and term."""


@dataclass(frozen=True)
class Held:
    """What one term is on a day. source: ``default``, ``preset`` or ``own``; since, by, change: of whoever decided."""

    value: Any
    source: str
    since: date | None = None
    by: str = ""
    change: int | None = None


def policy_of(company: Company, as_of: date, known_at: datetime | None = None) -> Policy:
    """The policy of a company as of a day; it answers for every other day too.

    Args:
        known_at: leave out what was decided after this moment; None: all that is decided now.
    """
    return Policy(as_of, overrides(company, known_at))


@database.told()
def approved(company: Company, known_at: datetime | None = None) -> list[PolicyChange]:
    """The changes that count, by the day from which they do; of one day and term the last decided counts."""
    found = PolicyChange.objects.filter(company=company, state=APPROVED)
    if known_at is not None:
        found = found.filter(decided_at__lte=known_at)
    return list(found.order_by("valid_from", "decided_at", "id"))


@database.told()
def last_change(company: Company) -> datetime | None:
    """The moment of the newest approved change; None where there is none."""
    found = PolicyChange.objects.filter(company=company, state=APPROVED).aggregate(Max("decided_at"))
    told: datetime | None = found["decided_at__max"]
    return told


def overrides(company: Company, known_at: datetime | None = None) -> dict[str, list[Override]]:
    """The changes as a policy file has them: for each day on which something changes, what holds from it on."""
    return laid_out(approved(company, known_at))


def laid_out(changes: Sequence[PolicyChange]) -> dict[str, list[Override]]:
    """The same of some changes, which are in the order in which they count."""
    told: dict[str, list[Override]] = {}
    if not changes:
        return told
    own: dict[Key, Any] = {}
    preset, now = "", dict[Key, Any]()
    for day, of_day in groupby(changes, key=lambda change: change.valid_from):
        for change in of_day:
            if not change.family:
                preset = change.value or ""
            elif change.value is None:
                own.pop((change.family, change.term), None)
            elif known(change.family, change.term):
                own[change.family, change.term] = change.value
        then = {**of_preset(preset), **own}
        for key in sorted(set(now) | set(then)):
            value = then.get(key, default(*key))
            if key not in now or now[key] != value:
                _put(told, key, day, value)
        now = then
    return told


def _put(told: dict[str, list[Override]], key: Key, day: date, value: Any) -> None:
    entries = told.setdefault(key[0], [])
    if not entries or entries[-1][0] != day:
        entries.append((day, {}))
    entries[-1] = (day, {**entries[-1][1], key[1]: value})


def held(company: Company, day: date) -> dict[Key, Held]:
    """Every term that is not as the code has it because somebody decided so, on a day."""
    told: dict[Key, Held] = {}
    chosen: PolicyChange | None = None
    for change in approved(company):
        if change.valid_from > day:
            continue
        key = (change.family, change.term)
        if not change.family:
            chosen = change
        elif change.value is None:
            told.pop(key, None)
        elif known(*key):
            told[key] = Held(change.value, "own", change.valid_from, _by(change), change.id)
    if chosen is not None and chosen.value:
        for key, value in of_preset(chosen.value).items():
            told.setdefault(key, Held(value, "preset", chosen.valid_from, _by(chosen), chosen.id))
    return told


def _by(change: PolicyChange) -> str:
    return f"{change.asked_by} + {change.decided_by}"


def preset_of(company: Company, day: date) -> str:
    """The preset that a company stands on; empty: none."""
    found = [change for change in approved(company) if not change.family and change.valid_from <= day]
    return str(found[-1].value or "") if found else ""


@cache
def of_preset(name: str) -> Mapping[Key, Any]:
    """The terms that a preset sets; none for the empty name."""
    if not name:
        return {}
    told = parse(files("solvent.files").joinpath(f"presets/{name}.toml").read_text("utf-8"), name)
    return {
        (key, term): value for key, entries in told.items() for _, values in entries for term, value in values.items()
    }


def known(family: str, term: str) -> bool:
    """True where the code still has such a term; one that it had once is left out, and the page tells so."""
    if family not in FAMILIES:
        families()
    return family in FAMILIES and term in terms_of(FAMILIES[family])


def default(family: str, term: str) -> Any:
    """What the code says."""
    if family not in FAMILIES:
        families()
    value = terms_of(FAMILIES[family])[term].default
    return list(value) if isinstance(value, tuple) else value


def stands(company: Company, family: str, term: str, day: date) -> Any:
    """What one term is on a day, as a policy file has it; of the preset its name."""
    if not family:
        return preset_of(company, day) or None
    found = held(company, day).get((family, term))
    return default(family, term) if found is None else found.value
