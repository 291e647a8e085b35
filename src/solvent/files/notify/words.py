"""Words: what a warning says, in either language: its sentence with its facts, what to do, and the names of codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.books.books import Books
from solvent.books.customers import OWN
from solvent.files.language import Language
from solvent.files.sentences import SENTENCES
from solvent.files.sentences.documents.names import NAMES

TIER: Mapping[int, str] = {0: "quiet", 1: "yellow", 2: "orange", 3: "red"}
COLOUR: Mapping[int, str] = {0: "dim", 1: "yellow", 2: "dark_orange", 3: "bold red"}
MARK: Mapping[int, str] = {0: "·", 1: "▲", 2: "▲▲", 3: "▲▲▲"}
"""A tier is told by its word and by marks, never by its colour alone."""

LAYER: Mapping[str, str] = {
    "base": "Base layer: our own figures",
    "middle": "Middle layer: concentration",
    "top": "Top layer: partners, industries, economy",
}
STATE: Mapping[str, str] = {
    "open": "not seen yet",
    "acknowledged": "acknowledged",
    "snoozed": "snoozed",
    "closed": "closed",
}
NEWS: Mapping[str, str] = {
    "opened": "new",
    "reopened": "back again",
    "raised": "worse",
    "woken": "no longer snoozed",
    "escalated": "waits too long",
}
OWNER: Mapping[str, str] = {
    "credit": "credit desk",
    "collections": "collections",
    "treasury": "treasury",
    "sales": "sales department",
    "cfo": "chief financial officer",
    "general_manager": "general manager",
}
ACTION: Mapping[str, str] = {
    "lower_limit": "lower the limit",
    "stricter_terms": "stricter terms",
    "hold_supply": "hold supply",
    "collect_first": "collect first",
    "report_to_insurer": "report to the insurer",
    "ask_security": "ask for security",
    "other": "another action",
    "none": "nothing was done",
}
RESULT: Mapping[str, str] = {
    "paid": "it paid",
    "secured": "it gave security",
    "reduced": "what it owes was reduced",
    "accepted": "the risk is accepted",
    "false_alarm": "a false alarm",
    "lost": "money was lost",
    "other": "another result",
    "subsided": "it subsided by itself",
    "no_reading": "nothing was told of it any more",
    "switched_off": "the rule was switched off",
}
HAPPENED: Mapping[str, str] = {
    "opened": "opened",
    "reopened": "is back again",
    "raised": "grew worse",
    "lowered": "calmed down",
    "woken": "is no longer snoozed",
    "escalated": "was escalated",
    "closed": "was closed",
    "trouble": "trouble came",
    "acknowledged": "was seen",
    "snoozed": "was snoozed",
    "assigned": "went to",
    "told": "was told",
    "taken_back": "was taken back",
}
"""What happened to a case."""


@lru_cache(maxsize=20_000)
def sentence(rule: str, facts: str, language: Language, currency: str, code: str = "") -> str:
    """What a finding says. A rule of a package that brings no sentence is told by its name and facts.

    Args:
        facts: as FINDINGS holds them, a JSON object.
        code: what follows the rule's own code: empty for what was found, ``.next`` for what to do.
    """
    known = SENTENCES.get(f"warning.{rule}{code}")
    told = {name: fact(name, value, language, currency) for name, value in json.loads(facts).items()}
    if known is not None:
        return language.say(known).format_map(_Told(told))
    return "" if code else f"{rule}: " + ", ".join(f"{name} {value}" for name, value in told.items())


def title(rule: str, language: Language) -> str:
    """What a rule is called; that of a package without a title by its own name."""
    known = SENTENCES.get(f"warning.{rule}.title")
    return rule if known is None else language.say(known)


def fact(name: str, value: Any, language: Language, currency: str) -> str:
    """One fact in the reader's own form, by the ending of its name.

    >>> from solvent.files.language import Language
    >>> [fact(name, value, Language("en"), "CNY") for name, value in
    ...  (("owed_amount", 123456), ("late_share", 0.25), ("due_on", "2026-03-31"), ("late_days", 17.0), ("count", 3))]
    ['CNY 1,234.56', '25.0%', '31 Mar 2026', '17.0', '3']
    """
    if value is None:
        return "-"
    if name.endswith("_amount"):
        told = language.money(round(value), currency)
        return told if currency == UNKNOWN else f"{currency} {told}"
    if name.endswith("_share"):
        return language.share(float(value))
    if name.endswith("_on"):
        return language.day(date.fromisoformat(str(value)[:10]))
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, int):
        return language.count(value)
    if isinstance(value, float):
        return language.days(value) if name.endswith("_days") else language.number(value)
    if name == "series":  # what an index measures, and of whom
        known, _, of = str(value).partition(" ")
        said = NAMES["series"].get(known)
        return str(value) if said is None else f"{language.say(said)} {of}".strip()
    word = SENTENCES.get(f"warning.word.{value}")
    return str(value) if word is None else language.say(word)


def figure(value: float | None, unit: str, language: Language) -> str:
    """A value or a line in its unit."""
    if value is None:
        return "-"
    if unit == "share":
        return language.share(value)
    if unit in ("level", "points") and value == int(value):
        return language.count(int(value))
    return language.days(value) if unit == "days" else language.number(value)


def names_of(books: Books) -> Mapping[str, str]:
    """What subjects are called: customers and groups by name; whoever has none is told by its id."""
    told: dict[str, str] = {}
    for table, key in (("groups", "group_id"), ("customers", "customer_id")):
        rows = books.table(table).select(key, "name").filter(pl.col("name").is_not_null()).collect()
        told |= dict(rows.iter_rows())
    return told


def subject(about: str, name: str, names: Mapping[str, str], language: Language) -> str:
    """Who a finding is about."""
    if about == "company" or name == OWN:
        return language.say("our own company")
    known = names.get(name) if about in ("customer", "group") else None
    return name if known is None or known == name else f"{known} ({name})"


def tier(place: int, language: Language) -> str:
    """A tier by its marks and its word."""
    return f"{MARK[place]} {language.say(TIER[place])}"


def named(words: Mapping[str, str], code: str | None, language: Language) -> str:
    """The word of a code, or the code itself where there is none."""
    return "" if code is None else language.say(words.get(code, code))


def said(told: str | None, language: Language) -> str:
    """What an entry of a case's history tells: codes of owners, actions and results in words, what a person wrote as
    it is."""
    if not told:
        return "-"
    known = {**HAPPENED, **ACTION, **RESULT, **OWNER}
    return ", ".join(language.say(known.get(part, part)) for part in told.split(", "))


def standing(case: Mapping[str, Any], language: Language) -> str:
    """The state of a case in words, with the end of a snooze or what came of it."""
    told = named(STATE, case["state"], language)
    if case["state"] == "snoozed" and case["snoozed_until"] is not None:
        return f"{told} → {language.day(case['snoozed_until'])}"
    if case["state"] == "closed" and case["result"]:
        return f"{told}: {named(RESULT, case['result'], language)}"
    return told


class _Told(dict[str, str]):
    """Facts of a sentence; one that a finding does not carry shows as a dash, never as a crash."""

    def __missing__(self, key: str) -> str:
        return "-"
