"""Outlook: the cash line with its bands and its floor, the gap, and a what-if laid over the paths that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from solvent.base.money import decimal
from solvent.decisions.liquidity.stress.what_if import PlannedFlow, WhatIf, circumstances
from solvent.documents.stress import answers_figures
from solvent.simulation.bending.library import library
from solvent_server.api.customers import kept_of
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.once import MaybeKey, once
from solvent_server.api.parts.shapes import HOME, Amount, Asked, Day, Name, Share, in_minor, of
from solvent_server.api.parts.trouble import Trouble
from solvent_server.store.models import Company

router = Router(tags=["outlook"])
BANDS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95")


class WeekOut(Schema):
    """A week's end: the balance in the middle and its bands, and the chance to be under the floor in the week."""

    week_end: date
    mean: str
    p05: str
    p10: str
    p25: str
    p50: str
    p75: str
    p90: str
    p95: str
    chance: Share | None


class LinesOut(Schema):
    """The lines that cash is held against, main units."""

    fixed: str | None
    floor: str | None
    orange: str | None
    reserve: str | None


class GapOut(Schema):
    """When cash may fall under the floor. week_end: null where no week's chance reaches ``alpha``."""

    line: str | None
    alpha: Share
    week_end: date | None
    chance: Share | None
    median: str | None
    deep: str | None
    horizon_chance: Share | None
    worst_median: str | None
    worst_deep: str | None


class OutlookOut(Schema):
    """The outlook of the newest assessment; amounts in main units of ``currency``."""

    as_of: date
    currency: str
    cash: str | None
    lines: LinesOut
    weeks: list[WeekOut]
    gap: GapOut | None


class FlowIn(Asked):
    """Money on a day, in positive and out negative; again every month where ``months`` is over 1."""

    on: Day
    amount: Amount
    months: Annotated[int, Field(strict=True, ge=1, le=24)] = 1


class WhatIfIn(Asked):
    """Other circumstances and plans. scenario: a name of the library."""

    scenario: Name | None = None
    delay_days: Annotated[int, Field(strict=True, ge=0, le=60)] = Field(0, description="all customers pay later by")
    sales_fall_percent: Annotated[int, Field(strict=True, ge=0, le=60)] = 0
    largest_fail: Annotated[int, Field(strict=True, ge=0, le=3)] = Field(0, description="of the largest debtors")
    flows: list[FlowIn] = Field([], max_length=50)


class AnswersOut(Schema):
    """Figures that a set of paths is judged by."""

    lowest_median: str
    lowest_on: date
    chance_under_floor: Share
    gap_on: date | None
    gap: str
    deepest_one_of_twenty: str
    end_median: str


class WhatIfWeekOut(Schema):
    """A week's end before and after."""

    week_end: date
    before_p50: str
    after_p50: str
    before_chance: Share
    after_chance: Share


class WhatIfOut(Schema):
    """The answer: the same figures of the same draws before and after."""

    currency: str
    before: AnswersOut
    after: AnswersOut
    weeks: list[WhatIfWeekOut]


def outlook_of(company: Company) -> OutlookOut:
    """The cash line of the newest assessment."""
    kept = kept_of(company)
    report = kept.report
    cash: Mapping[str, Any] = report["cash_outlook"]
    chances = {row["week_end"]: row["chance"] for row in cash["weeks_ahead"] or []}
    weeks = [
        WeekOut(week_end=row["week_end"], chance=chances.get(row["week_end"]), **{name: row[name] for name in BANDS})
        for row in cash["fan"] or []
    ]
    lines = {name: cash["lines"][name]["value"] for name in LinesOut.model_fields}
    hole = cash["gap"]
    gap = None if hole is None else GapOut(**{name: hole.get(name) for name in GapOut.model_fields})
    return OutlookOut(
        as_of=kept.as_of, currency=kept.currency, cash=report["cash"], lines=LinesOut(**lines), weeks=weeks, gap=gap
    )


@router.get(HOME + "/outlook", auth=Door("cash"), response=of(OutlookOut), operation_id="read_outlook")
def outlook(request: HttpRequest, company: str) -> OutlookOut:
    """The cash line week by week, the lines it is held against, and the gap."""
    caller: Caller = request.auth
    return outlook_of(caller.company)


@router.post(HOME + "/outlook/what-if", auth=Door("cash"), response=of(WhatIfOut), operation_id="ask_what_if")
@once()
def asked_what_if(request: HttpRequest, company: str, asked: WhatIfIn, key: MaybeKey) -> WhatIfOut:
    """Lay other circumstances over the paths that are kept. Nothing is changed by it."""
    caller: Caller = request.auth
    kept = kept_of(caller.company)
    currency = kept.currency
    made = kept.answer(_question(asked, currency))
    if made is None:
        raise Trouble("api.no_paths")

    def amount(minor: int) -> str:
        return str(decimal(minor, currency))

    weeks = [
        WhatIfWeekOut(**{**row, "before_p50": amount(row["before_p50"]), "after_p50": amount(row["after_p50"])})
        for row in made.weeks.iter_rows(named=True)
    ]
    before, after = (AnswersOut(**answers_figures(one, currency)) for one in (made.before, made.after))
    return WhatIfOut(currency=currency, before=before, after=after, weeks=weeks)


def _question(asked: WhatIfIn, currency: str) -> WhatIf:
    """The question as the library takes it: the scenario first, then the rest.

    Raises:
        Trouble: there is no such scenario.
    """
    known = sorted(one.name for one in library())
    if asked.scenario is not None and asked.scenario not in known:
        raise Trouble("api.scenario", name=asked.scenario, known=", ".join(known))
    other = circumstances(
        asked.scenario or "", fails=asked.largest_fail, sales_fall=asked.sales_fall_percent / 100,
        delay=float(asked.delay_days),
    )  # fmt: skip
    flows = [
        PlannedFlow(one.on, in_minor(one.amount, currency, f"flows/{place}/amount"), one.months)
        for place, one in enumerate(asked.flows)
    ]
    return WhatIf(other, tuple(flows))
