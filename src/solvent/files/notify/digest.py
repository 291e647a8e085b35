"""Digest: what one owner is told of a day's cases, as text, as HTML and for machines, in both languages.

Only news is told: cases that are new, back, worse, no longer snoozed, or that have waited too long to be seen. What
comes from the books is text and never becomes markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import polars as pl

from solvent.files.language import SPOKEN, Language
from solvent.files.notify.words import ACTION, MARK, NEWS, OWNER, TIER, figure, named, sentence, subject, title

COLOURS: Mapping[int, str] = {1: "#8a6d00", 2: "#b45309", 3: "#b91c1c"}
"""Dark enough to be read on white; the tier's word stands beside them."""


@dataclass(frozen=True)
class Day:
    """What every digest of a day shares. proposed: customer to the actions proposed for it."""

    as_of: date
    currency: str
    names: Mapping[str, str]
    proposed: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Digest:
    """What one owner is told. cases: their ids; title, text and html: in the languages asked for, one after another.

    body: JSON for machines, the same bytes for the same cases.
    """

    owner: str
    cases: Sequence[str]
    title: str
    text: str
    html: str
    body: bytes


def digests(news: pl.DataFrame, day: Day, languages: Sequence[str]) -> Sequence[Digest]:
    """One digest for each owner that anything is to be told.

    A case that waited too long is told to whom it was escalated as well as to its owner.

    Args:
        news: as ``handling.to_tell`` gives it.
    """
    to: dict[str, list[dict[str, Any]]] = {}
    for row in news.iter_rows(named=True):
        told = [row["owner"]]
        if "escalated" in row["news"] and row["escalated_to"] not in told:
            told.append(row["escalated_to"])
        for owner in told:
            to.setdefault(owner, []).append(row)
    return [_digest(owner, rows, day, [Language(code) for code in languages]) for owner, rows in sorted(to.items())]


def only(digest: Digest, news: pl.DataFrame, least: int, day: Day, languages: Sequence[str]) -> Digest | None:
    """The digest with the cases from a tier on; None where there is none."""
    rows = [row for row in news.filter(pl.col("tier") >= least).iter_rows(named=True) if row["case_id"] in digest.cases]
    return _digest(digest.owner, rows, day, [Language(code) for code in languages]) if rows else None


def _digest(owner: str, rows: Sequence[Mapping[str, Any]], day: Day, languages: Sequence[Language]) -> Digest:
    return Digest(
        owner,
        [row["case_id"] for row in rows],
        " / ".join(_title(owner, rows, day, language) for language in languages),
        "\n\n".join("\n".join(_lines(owner, rows, day, language)) for language in languages) + "\n",
        _page("".join(_section(owner, rows, day, language) for language in languages), languages[0]),
        _body(owner, rows, day),
    )


def _title(owner: str, rows: Sequence[Mapping[str, Any]], day: Day, language: Language) -> str:
    counts = {place: sum(row["tier"] == place for row in rows) for place in (3, 2, 1)}
    told = language.listed([f"{language.count(n)} {language.say(TIER[place])}" for place, n in counts.items() if n])
    return language.say(
        "Solvent, {day}, warnings for {owner}: {counts}",
        day=language.day(day.as_of),
        owner=named(OWNER, owner, language),
        counts=told,
    )


def _lines(owner: str, rows: Sequence[Mapping[str, Any]], day: Day, language: Language) -> Iterator[str]:
    """The text: a block for each case."""
    yield _title(owner, rows, day, language)
    for row in rows:
        yield ""
        yield f"{MARK[row['tier']]} {_head(row, day, language)}"
        yield f"  {sentence(row['rule'], row['facts'], language, day.currency)}"
        for told in _rest(row, day, language):
            yield f"  {told}"


def _section(owner: str, rows: Sequence[Mapping[str, Any]], day: Day, language: Language) -> str:
    """The HTML of one language."""
    parts = [f"<h1>{escape(_title(owner, rows, day, language))}</h1>"]
    for row in rows:
        colour = COLOURS.get(row["tier"], "#333333")
        head = escape(f"{MARK[row['tier']]} {_head(row, day, language)}")
        found = escape(sentence(row["rule"], row["facts"], language, day.currency))
        rest = "".join(f"<li>{escape(told)}</li>" for told in _rest(row, day, language))
        parts.append(f'<h2 style="color:{colour}">{head}</h2><p>{found}</p><ul>{rest}</ul>')
    return f'<section lang="{language.locale.replace("_", "-")}">{"".join(parts)}</section>'


def _page(sections: str, language: Language) -> str:
    style = "body{font-family:sans-serif;max-width:48em}h1{font-size:1.2em}h2{font-size:1em;margin-bottom:0}"
    code = language.locale.replace("_", "-")
    return (
        f'<!doctype html><html lang="{code}"><head><meta charset="utf-8"><style>{style}</style></head>'
        f"<body>{sections}</body></html>"
    )


def _head(row: Mapping[str, Any], day: Day, language: Language) -> str:
    news = language.listed([named(NEWS, what, language) for what in row["news"]])
    who = subject(row["about"], row["subject"], day.names, language)
    return language.say("{tier}, {news}: {who}", tier=language.say(TIER[row["tier"]]), news=news, who=who)


def _rest(row: Mapping[str, Any], day: Day, language: Language) -> Iterator[str]:
    """What to do, what it is held against, since when, on what it rests."""
    advice = sentence(row["rule"], row["facts"], language, day.currency, ".next")
    if advice:
        yield advice
    proposed = day.proposed.get(row["subject"], ()) if row["about"] == "customer" else ()
    if proposed:
        told = language.listed([named(ACTION, action, language) for action in proposed])
        yield language.say("Proposed: {actions}", actions=told)
    yield language.say(
        "{rule}: {value}, line {line}; since {day}",
        rule=title(row["rule"], language),
        value=figure(row["value"], row["unit"], language),
        line=figure(row["line"], row["unit"], language),
        day=language.day(row["opened_on"]),
    )
    if row["evidence"]:
        yield language.say("Rests on: {rows}", rows=", ".join(row["evidence"]))
    yield language.say("Case: {case}", case=row["case_id"])


def _body(owner: str, rows: Sequence[Mapping[str, Any]], day: Day) -> bytes:
    """The message of a web-hook: codes, figures and facts, and the sentences in both languages."""
    spoken = [Language(code) for code in SPOKEN]
    cases = [
        {
            "case_id": row["case_id"],
            "rule": row["rule"],
            "title": {said.code: title(row["rule"], said) for said in spoken},
            "about": row["about"],
            "subject": row["subject"],
            "name": day.names.get(row["subject"]),
            "tier": TIER[row["tier"]],
            "news": row["news"],
            "value": row["value"],
            "line": row["line"],
            "unit": row["unit"],
            "facts": json.loads(row["facts"]),
            "evidence": row["evidence"],
            "opened_on": row["opened_on"].isoformat(),
            "escalated_to": row["escalated_to"],
            "proposed": list(day.proposed.get(row["subject"], ())) if row["about"] == "customer" else [],
            "found": {said.code: sentence(row["rule"], row["facts"], said, day.currency) for said in spoken},
            "next": {said.code: sentence(row["rule"], row["facts"], said, day.currency, ".next") for said in spoken},
        }
        for row in rows
    ]
    told = {"kind": "solvent.warnings", "as_of": day.as_of.isoformat(), "owner": owner, "currency": day.currency}
    return json.dumps({**told, "cases": cases}, ensure_ascii=False, separators=(",", ":")).encode()
