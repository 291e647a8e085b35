"""Terms as a page shows them, and what was typed for one as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

from markupsafe import Markup, escape

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Terms, bounds_of, terms_of
from solvent.files.language import Language
from solvent.files.policy_file import families
from solvent_server.store.models import PolicyChange
from solvent_server.store.policy.standing import Held, Key

TOPICS: Mapping[str, str] = {
    "measures": "Figures of receivables and liquidity",
    "credit": "Credit files, grades and limits",
    "limits": "Orders and exposure",
    "warnings": "Alarms",
    "liquidity": "Cash: floor, gap, plans",
    "payment": "When customers pay",
    "simulation": "Simulated months ahead",
    "scenario": "Stress scenarios",
    "intake": "Reading files and matching",
    "files": "Guard of uploads",
    "documents": "Documents",
}
"""The first part of a family's key, and what its families are about, in the order of the page."""
SHARES = ("share", "chance", "quantile")


@dataclass(frozen=True)
class Row:
    """One term as it stands. source: ``own``, ``preset`` or ``default``; pending: what waits, and from when."""

    family: str
    name: str
    value: str
    unit: str
    why: str
    default: str
    source: str
    since: str
    by: str
    pending: Sequence[PolicyChange]


@dataclass(frozen=True)
class Family:
    """One family. title: its own first line; own: how many of its terms the company has decided itself."""

    key: str
    title: Markup
    count: int
    own: int
    pending: int


def title_of(kind: type[Terms]) -> str:
    """What a family is, in its own words."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def coded(text: str) -> Markup:
    """A text whose names stand between two backticks, as a page shows it.

    >>> coded("below ``distress`` & so on")
    Markup('below <code>distress</code> &amp; so on')
    """
    return Markup(re.sub(r"``(.+?)``", r"<code>\1</code>", str(escape(text))))


@cache
def catalogued() -> Mapping[str, type[Terms]]:
    """The families of the library by topic and key; a server's own numbers are no policy of a company."""
    place = {topic: number for number, topic in enumerate(TOPICS)}
    told = {key: kind for key, kind in families().items() if kind.__module__.startswith("solvent.")}
    return dict(sorted(told.items(), key=lambda one: (place.get(one[0].partition(".")[0], 99), one[0])))


def rows(kind: type[Terms], held: Mapping[Key, Held], waiting: Sequence[PolicyChange], language: Language) -> list[Row]:
    """Every term of a family, in its own order."""
    told = []
    for name, term in terms_of(kind).items():
        unit, few = str(term.metadata["unit"]), bounds_of(kind, name).choices
        found = held.get((kind.key, name), Held(term.default, "default"))
        now, own = (
            _said(one, language) if few and isinstance(one, str) else shown(one, unit, language)
            for one in (found.value, term.default)
        )
        told.append(
            Row(
                kind.key, name, now, language.say(unit),
                language.say(str(term.metadata["source"])), own, found.source,
                language.day(found.since) if found.since and found.since.year > 1 else "", found.by,
                [one for one in waiting if (one.family, one.term) == (kind.key, name)],
            )
        )  # fmt: skip
    return told


def shown(value: Any, unit: str, language: Language) -> str:
    """A value as a reader reads it: shares in per cent, lists with commas, nothing rounded."""
    if value is None:
        return language.say("none of its own")
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, str):
        return value or "–"
    if isinstance(value, list | tuple):
        if all(isinstance(one, str) for one in value):
            return language.listed([_said(one, language) for one in value])
        return ", ".join(shown(one, unit, language) for one in value)
    if unit.startswith(SHARES):
        return f"{_exact(100 * float(value))}%"
    return _exact(value)


def _said(code: str, language: Language) -> str:
    """A code of a list in words: ``capital_raised`` is capital raised, 增资."""
    return language.say(code.replace("_", " "))


def _exact(value: float) -> str:
    text = f"{value:.12g}"
    return text if "e" in text or abs(value) < 10_000 else f"{int(value):,}" if float(value).is_integer() else text


def typed_back(value: Any, unit: str) -> str:
    """A value as it stands in the field where another one is typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(typed_back(one, unit) for one in value)
    if isinstance(value, int | float) and unit.startswith(SHARES):
        return f"{100 * value:.12g}%"
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def read(kind: type[Terms], name: str, text: str) -> Any:
    """What was typed, in the kind of the term: ``30%`` is 0.3, a list has commas between.

    Raises:
        SolventError: it cannot be read as such a value.
    """
    default = terms_of(kind)[name].default
    if isinstance(default, tuple):
        parts = [part.strip() for part in re.split(r"[,，、;；\n]", text) if part.strip()]
        return [_one(default[0], part, f"{kind.key}.{name}") for part in parts]
    return _one(default, text.strip(), f"{kind.key}.{name}")


def _one(sample: Any, text: str, place: str) -> Any:
    if isinstance(sample, str):
        return text
    if isinstance(sample, bool):
        found = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower())
        if found is None:
            raise SolventError("settings.value", place, value=text, wanted="yes, no")
        return found
    plain = text.replace("%", "").replace("％", "").replace(" ", "").replace("_", "")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        number = float(plain)
    except ValueError as error:
        raise SolventError("settings.value", place, value=text, wanted="0.25, 25%, 30") from error
    if "%" in text or "％" in text:
        return round(number / 100, 12)
    if isinstance(sample, int):
        if not number.is_integer():
            raise SolventError("settings.value", place, value=text, wanted="30")
        return int(number)
    return number


def allowed(kind: type[Terms], name: str, language: Language) -> tuple[str, Sequence[str]]:
    """What a field says of the values it takes: its bounds in words, and the choices where there are any."""
    term = terms_of(kind)[name]
    limits, unit = bounds_of(kind, name), str(term.metadata["unit"])
    if isinstance(term.default, bool):
        return "", ("yes", "no")
    if limits.choices:
        return "", () if isinstance(term.default, tuple) else limits.choices
    if limits.least is not None and limits.most is not None:
        least, most = shown(limits.least, unit, language), shown(limits.most, unit, language)
        return language.say("from {least} to {most}", least=least, most=most), ()
    if limits.least is None:
        return "", ()
    return language.say("{least} or more", least=shown(limits.least, unit, language)), ()


def wrong(problem: Problem, kind: type[Terms], name: str, language: Language) -> str:
    """What is wrong with a value, its bound told as the field shows it: 100% and not 1."""
    unit, facts = str(terms_of(kind)[name].metadata["unit"]), dict(problem.facts)
    if problem.code in ("policy.least", "policy.most"):
        for fact in {"value", "least", "most"} & set(facts):
            number = float(str(facts[fact]))
            facts[fact] = shown(number, unit, language) if isfinite(number) else str(facts[fact])
    return language.problem(Problem(problem.code, problem.place, facts))


def matching(word: str, kinds: Mapping[str, type[Terms]], language: Language) -> list[tuple[type[Terms], str]]:
    """Terms in whose name, unit, family or family's title a word stands, in either language."""
    wanted, told = word.casefold(), []
    for key, kind in kinds.items():
        title = title_of(kind)
        about = f"{key} {title} {language.say(title)}".casefold()
        for name, term in terms_of(kind).items():
            unit = str(term.metadata["unit"])
            own = f"{key}.{name} {name.replace('_', ' ')} {unit} {language.say(unit)}".casefold()
            if wanted in about or wanted in own:
                told.append((kind, name))
    return told
