"""Changed: what is different from the assessment before: figures, findings, grades, invoices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store.keeping.assessments import Kept, earlier
from solvent_server.store.keeping.cases import without_cash
from solvent_server.web.alarms.gathered import TIERS, says, titles
from solvent_server.web.cash.told import NONE, Told, together
from solvent_server.web.parts.page import Look
from solvent_server.web.today.held import chance_of, lowest_of

MOST = 5
"""So many of a kind are named; the rest is counted."""
ORDER = "ABCDE"


@dataclass(frozen=True)
class Step:
    """One figure before and now. way: ``up``, ``down`` or empty."""

    name: str
    before: str
    now: str
    way: str


@dataclass(frozen=True)
class Named:
    """Something that is new, gone or other: a text and where it leads."""

    text: str
    to: str
    tier: str = ""


@dataclass(frozen=True)
class Changed:
    """What changed since a day. steps: figures that differ; same: how many do not."""

    since: date
    steps: Sequence[Step]
    same: int
    fresh: Sequence[Named]
    fresh_count: int
    gone_count: int
    grades: Sequence[Named]
    grades_count: int
    issued: int
    settled: int

    @property
    def nothing(self) -> bool:
        """True where everything stands as it did."""
        return not (
            self.steps or self.fresh_count or self.gone_count or self.grades_count or self.issued or self.settled
        )


def changed(look: Look, told: Told, before: Kept | None) -> Changed | None:
    """What changed since an earlier assessment; None: there is none."""
    assert look.kept is not None
    if before is None:
        return None
    cash = look.may("see_cash")
    pairs = [
        (_name(look, key), read(before.report), read(look.kept.report), form(told))
        for key, read, form in FIGURES
        if cash or key not in OF_CASH
    ]
    steps = [_step(*pair) for pair in pairs if _differs(pair[1], pair[2])]
    was, now = (_frame(kept, "findings", FOUND) for kept in (before, look.kept))
    was, now = (was, now) if cash else (without_cash(was), without_cash(now))
    fresh = now.join(was, on=["rule", "subject"], how="anti").sort("tier", descending=True)
    names = _names(look.kept)
    grades = _grades(before, look.kept)
    had, have = (_frame(kept, "items", ("item_id",)) for kept in (before, look.kept))
    return Changed(
        before.as_of,
        steps,
        len(pairs) - len(steps),
        [_finding(row, names, look) for row in fresh.head(MOST).iter_rows(named=True)],
        fresh.height,
        was.join(now, on=["rule", "subject"], how="anti").height,
        [
            Named(
                f"{row['name']}: {row['was'] or NONE} → {row['grade'] or NONE}",
                look.address("customer", row["customer_id"]),
            )
            for row in grades.head(MOST).iter_rows(named=True)
        ],
        grades.height,
        have.join(had, on="item_id", how="anti").height,
        had.join(have, on="item_id", how="anti").height,
    )


def previous(code: str, kept: Kept) -> Kept | None:
    """The newest assessment of an earlier day, else the one made before of the same day."""
    others = [one for one in earlier(code) if one.folder != kept.folder]
    older = [one for one in others if one.as_of < kept.as_of]
    made = [one for one in others if one.as_of == kept.as_of and one.folder.name < kept.folder.name]
    return older[-1] if older else made[-1] if made else None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


Read = Callable[[Mapping[str, Any]], float | None]
Form = Callable[[Told], Callable[[float | None], str]]


def _money(told: Told) -> Callable[[float | None], str]:
    return lambda value: NONE if value is None else told.money(f"{value:.2f}")


FIGURES: Sequence[tuple[str, Read, Form]] = (
    ("cash", lambda report: _number(report["cash"]), _money),
    ("lowest", lowest_of, _money),
    ("chance", chance_of, lambda told: told.share),
    ("open", lambda report: _number(report["open_total"]), _money),
    ("overdue", lambda report: _number(report["overdue_share"]), lambda told: told.share),
    ("dso", lambda report: _number(report["dso"]["simple_90"]), lambda told: told.days),
)
"""Name of each figure, how it is read off a report, how it is told."""


OF_CASH = frozenset({"cash", "lowest", "chance"})
"""Those of whoever may see cash."""
FOUND = ("rule", "subject", "tier", "facts", "about", "owner")
"""Columns of findings."""


def _name(look: Look, key: str) -> str:
    say = look.say
    return {
        "cash": say("Cash now"),
        "lowest": say("Lowest expected cash"),
        "chance": say("Chance of falling under the floor"),
        "open": say("Open receivables"),
        "overdue": say("Overdue share"),
        "dso": say("Days sales outstanding"),
    }[key]


def _differs(before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return before is not now
    return abs(now - before) > 1e-9 * max(abs(now), abs(before), 1.0)


def _step(name: str, before: float | None, now: float | None, form: Callable[[float | None], str]) -> Step:
    way = "" if before is None or now is None else "up" if now > before else "down"
    return Step(name, form(before), form(now), way)


def _frame(kept: Kept, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of a frame; an assessment of an earlier version may not have it, and then nothing is compared."""
    try:
        return kept.frame(name).select(columns).collect()
    except (SolventError, pl.exceptions.PolarsError):
        return pl.DataFrame(schema={column: pl.Int64 if column == "tier" else pl.String for column in columns})


def _grades(before: Kept, now: Kept) -> pl.DataFrame:
    """Customers whose grade is another one, those that fell deepest first."""
    had = _frame(before, "customers", ("customer_id", "grade")).rename({"grade": "was"})
    have = _frame(now, "customers", ("customer_id", "name", "grade"))
    place = {letter: number for number, letter in enumerate(ORDER)}
    told = have.join(had, on="customer_id").filter(pl.col("grade").ne_missing(pl.col("was")))
    fall = pl.col("grade").replace_strict(place, default=None, return_dtype=pl.Int64) - pl.col("was").replace_strict(
        place, default=None, return_dtype=pl.Int64
    )
    return told.sort(fall, "name", descending=[True, False], nulls_last=True)


def _names(kept: Kept) -> Mapping[str, str]:
    return dict(_frame(kept, "customers", ("customer_id", "name")).iter_rows())


def _finding(row: Mapping[str, Any], names: Mapping[str, str], look: Look) -> Named:
    assert look.kept is not None
    title = look.say(titles().get(row["rule"], row["rule"]))
    who = look.say("our own company") if row["about"] == "company" else names.get(row["subject"], row["subject"])
    return Named(
        together(f"{title}: {who}. {says(row, look.language, look.kept.currency)}"),
        f"{look.address('alarms')}?rule={row['rule']}",
        TIERS[row["tier"] - 1],
    )
