"""Gathered: a company's alarms as rows: its cases, and findings of the newest assessment that have no case yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from solvent.decisions.warnings.casebook import CASES, CLOSED, OPEN
from solvent.files.language import Language
from solvent.files.notify.words import TIER, sentence, subject
from solvent.files.sentences import SENTENCES
from solvent_server.store import audit, facts
from solvent_server.store.keeping import cases
from solvent_server.store.keeping.assessments import Kept
from solvent_server.store.models import Company
from solvent_server.web.parts.page import Look

TIERS = tuple(TIER[place] for place in (1, 2, 3))
LAYERS: Mapping[str, str] = {
    "base": "own figures",
    "middle": "concentration",
    "top": "partners and markets",
}
CHOSEN = ("rule", "layer", "owner", "state")
"""Columns by which a reader chooses, beside the tier."""
_WORTH = 10.0**15
"""More than anybody owes, in minor units: a worse tier stands before any amount."""


def alarms(look: Look) -> pl.DataFrame:
    """Every case, and a row like a case for each finding that none holds: then nobody has played the day yet. Whoever
    may not see cash sees none that tells of it.

    Returns: the columns of CASES, with ``tier`` as its name in order of gravity, ``place`` the tier as a number,
        ``name`` what the subject is called where it has a name, ``rank`` to sort by (the tier, in it our own company,
        then who owes most), ``stake`` what a customer's failure puts at risk where it is known, else what the case
        says is owed, ``has_case``.
    """
    return _of(look).every


def alive(look: Look) -> pl.DataFrame:
    """Those of ``alarms`` that are not closed."""
    return _of(look).live


def _of(look: Look) -> _Alarms:
    assert look.kept is not None
    return _gathered(look.company, look.kept, audit.head(), cash=look.may("see_cash"))


def summed(look: Look) -> Summed:
    """How those of ``alive`` are counted and what of them can be chosen."""
    return _of(look).summed


class Summed(NamedTuple):
    """counts: tier to how many; unseen: how many nobody has seen; values: what filters offer, by column."""

    counts: Mapping[str, int]
    unseen: int
    values: Mapping[str, Sequence[str]]


class _Alarms(NamedTuple):
    every: pl.DataFrame
    live: pl.DataFrame
    summed: Summed


@lru_cache(maxsize=16)
def _gathered(company: Company, kept: Kept, state: tuple[int, str], *, cash: bool) -> _Alarms:
    """Alarms as they stand after a line of the trail: every write leaves one, so as long as there is no newer one they
    are the same for every reader."""
    every = cases.every(company)
    rows = pl.concat([every.with_columns(pl.lit(True).alias("has_case")), _without(every, kept)])
    owed = pl.when(pl.col("about") == "company").then(_WORTH - 1).otherwise(pl.col("owes_amount").fill_null(0))
    rank = pl.col("tier") * _WORTH + owed.clip(0, _WORTH - 1)
    owing = kept.frame("customers").select(
        pl.lit("customer").alias("about"), pl.col("customer_id").alias("subject"), "exposure"
    )
    told = rows.join(_names(company, kept, rows), on=["about", "subject"], how="left")
    whole = told.join(owing.collect(), on=["about", "subject"], how="left").with_columns(
        pl.coalesce("name", "subject").alias("name"),
        pl.coalesce("exposure", "owes_amount").alias("stake"),
        rank.cast(pl.Float64).alias("rank"),
        pl.col("tier").alias("place"),
        pl.col("tier").clip(1, 3).replace_strict(dict(enumerate(TIERS, 1)), return_dtype=pl.Enum(TIERS)).alias("tier"),
    )
    whole = whole if cash else cases.without_cash(whole)
    live = whole.filter(pl.col("state") != CLOSED)
    counts = dict(live.group_by("tier").len().iter_rows())
    values = {name: live.get_column(name).cast(pl.String).drop_nulls().unique().sort().to_list() for name in CHOSEN}
    return _Alarms(whole, live, Summed(counts, live.filter(pl.col("state") == OPEN).height, values))


def one(every: pl.DataFrame, case_id: str) -> Mapping[str, Any] | None:
    """The alarm of a name; None: there is none."""
    found = every.filter(pl.col("case_id") == case_id)
    return found.row(0, named=True) if found.height else None


def says(row: Mapping[str, Any], language: Language, currency: str, code: str = "") -> str:
    """What was found, beginning with a capital letter; with ``.next`` what to do."""
    told = sentence(row["rule"], row["facts"] or "{}", language, currency, code)
    return told[:1].upper() + told[1:]


def who(row: Mapping[str, Any], language: Language) -> str:
    """Who an alarm is about."""
    if row["about"] == "company":
        return subject(row["about"], row["subject"], {}, language)
    return str(row["name"]).strip() or str(row["subject"])


@cache
def titles() -> Mapping[str, str]:
    """Each rule to what it is called in English."""
    ending = ".title"
    return {
        code.removeprefix("warning.").removesuffix(ending): text
        for code, text in SENTENCES.items()
        if code.startswith("warning.") and code.endswith(ending)
    }


def _without(every: pl.DataFrame, kept: Kept) -> pl.DataFrame:
    """Findings as cases that are about to be opened; none where the cases stand at the assessment's day already."""
    shape = {**CASES, "has_case": pl.Boolean}
    played = every.get_column("advanced_on").max()
    if played is not None and played >= kept.as_of:  # type: ignore[operator]
        return pl.DataFrame(schema=shape)
    live = every.filter(pl.col("state") != CLOSED).lazy()
    found = kept.frame("findings").join(live, on=["rule", "subject"], how="anti").collect()
    day = pl.lit(kept.as_of)
    told = found.with_columns(
        pl.concat_str("rule", pl.lit(":"), "subject", pl.lit(f":{kept.as_of.isoformat()}")).alias("case_id"),
        pl.lit(OPEN).alias("state"),
        pl.col("tier").alias("worst_tier"),
        *(day.alias(name) for name in ("opened_on", "raised_on", "waiting_on", "seen_on", "read_on")),
        pl.lit(value=False).alias("has_case"),
    )
    return told.select(
        (pl.col(name) if name in told.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in shape.items()
    )


def _names(company: Company, kept: Kept, rows: pl.DataFrame) -> pl.DataFrame:
    """about, subject, name: of customers and groups."""
    told = [
        kept.frame("customers")
        .select(pl.lit("customer").alias("about"), pl.col("customer_id").alias("subject"), "name")
        .collect()
    ]
    if "group" in rows.get_column("about"):
        groups = facts.standing("groups", company.pk, {"group_id": pl.String, "name": pl.String})
        told.append(groups.select(pl.lit("group").alias("about"), pl.col("group_id").alias("subject"), "name"))
        told.append(told[0].with_columns(pl.lit("group").alias("about")))
    return pl.concat(told).unique(["about", "subject"], keep="first", maintain_order=True)
