"""Grouped: alarms as one line for each they are about, by the money at stake, with all that was found of it inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from solvent.files.notify.words import OWNER, named, standing
from solvent_server.web.alarms.gathered import TIERS, says, titles, who
from solvent_server.web.parts.page import Look
from solvent_server.web.parts.table import Listed, Lister, listed


@dataclass(frozen=True)
class Finding:
    """One alarm within its group, as a reader reads it."""

    tier: str
    title: str
    found: str
    to: str
    since: str
    owner: str
    state: str


@dataclass(frozen=True)
class Group:
    """Everything about one customer, group, country or the company itself.

    tier: the worst. stake: what is at stake, empty where that is no sum of its own. counts: tier to how many, the worst
    first. waiting: how many nobody has seen yet. to: the customer's page.
    """

    tier: str
    who: str
    to: str
    stake: str
    counts: Sequence[tuple[str, str]]
    waiting: str
    findings: Sequence[Finding]


def grouped(look: Look, rows: pl.DataFrame, lister: Lister) -> tuple[Listed, Sequence[Group]]:
    """The page of groups that the address asks for; filters cut findings, and a group without any is not shown."""
    shown: list[pl.DataFrame] = []

    def cut(told: Mapping[str, str], word: str, _: str, place: int, size: int) -> tuple[int, int, pl.DataFrame]:
        kept = rows.lazy().filter(*(pl.col(name).cast(pl.String) == value for name, value in told.items()))
        if word:
            found = [pl.col(name).cast(pl.String).str.to_lowercase().str.contains(word.lower(), literal=True)
                     for name in lister.search]  # fmt: skip
            kept = kept.filter(pl.any_horizontal(found).fill_null(value=False))
        order = (
            kept.group_by("about", "subject")
            .agg(pl.max("stake"), pl.max("rank"))
            .sort(pl.col("about") == "company", "stake", "rank", descending=True, nulls_last=True)
            .with_row_index("at")
            .select("at", "about", "subject")
            .collect()
        )
        place = min(place, max(-(-order.height // size) - 1, 0))
        there = order.slice(place * size, size)
        shown.append(
            kept.join(there.lazy(), on=["about", "subject"]).sort("at", "rank", descending=[False, True]).collect()
        )
        return order.height, place, there

    table = listed(rows.lazy(), lister, look.request, look.language, cut)
    parts = groupby(shown[0].iter_rows(named=True), key=itemgetter("at"))
    return table, [_group(list(part), look) for _, part in parts]


def _group(rows: Sequence[Mapping[str, Any]], look: Look) -> Group:
    language, first = look.language, rows[0]
    assert look.kept is not None
    counts = [(tier, sum(row["tier"] == tier for row in rows)) for tier in reversed(TIERS)]
    stake = max((row["stake"] for row in rows if row["stake"] is not None), default=None)
    waiting = sum(row["state"] == "open" for row in rows)
    return Group(
        first["tier"],
        who(first, language),
        look.address("customer", first["subject"]) if first["about"] == "customer" else "",
        "" if stake is None else language.money(stake, look.kept.currency),
        [(tier, language.count(count)) for tier, count in counts if count],
        language.count(waiting) if waiting else "",
        [_finding(row, look) for row in rows],
    )


def _finding(row: Mapping[str, Any], look: Look) -> Finding:
    assert look.kept is not None
    language = look.language
    return Finding(
        row["tier"],
        language.say(titles().get(row["rule"], row["rule"])),
        says(row, language, look.kept.currency) or row["case_id"],
        look.address("alarm", row["case_id"]),
        language.day(row["opened_on"]),
        named(OWNER, row["escalated_to"] or row["owner"], language),
        standing(row, language),
    )
