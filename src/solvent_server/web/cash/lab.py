"""Lab: a what-if asked by sliders and fields, answered on the stored paths; the question stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

import numpy as np

from solvent.base.money import decimal, minor
from solvent.base.problem import SolventError
from solvent.decisions.liquidity.stress.what_if import Difference, PlannedFlow, WhatIf, circumstances
from solvent.files.cash.runs import Run
from solvent.simulation.bending.library import COMBINATIONS, library
from solvent_server.web.cash.fan import Picture, picture
from solvent_server.web.cash.sheets import Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.charts.cash import Weeks, fan
from solvent_server.web.charts.chart import Chart

MOST = {"delay": 60, "sales": 60, "suppliers": 60, "currencies": 50, "fails": 3, "months": 24}
"""How far each slider and count goes."""
LEAST = {"delay": -30}
"""How far those go down that go below nothing: customers may pay earlier, too."""
LARGEST = Decimal(10) ** 13
BANDS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True)
class Question:
    """What is asked. scenario: a name of the library, or empty. delay: days, negative: earlier. sales: per cent less.
    suppliers: days earlier that they want their money. currencies: per cent that they fall. fails: how many of the
    largest debtors. way: ``out`` or ``in``; amount and on: as they were typed. wrong: field to what is wrong with it.
    """

    scenario: str = ""
    delay: int = 0
    sales: int = 0
    suppliers: int = 0
    currencies: int = 0
    fails: int = 0
    way: str = "out"
    amount: str = ""
    on: str = ""
    months: int = 1
    flow: PlannedFlow | None = None
    wrong: Mapping[str, str] | None = None

    @property
    def empty(self) -> bool:
        """True where nothing is asked."""
        sliders = self.delay or self.sales or self.suppliers or self.currencies
        return not (self.scenario or sliders or self.fails or self.flow)


def scenarios() -> Sequence[str]:
    """Names of the library, combinations first."""
    first = [one.name for one in COMBINATIONS]
    return [*first, *(one.name for one in library() if one.name not in first)]


def question(asked: Mapping[str, str], told: Told, as_of: date) -> Question:
    """The question of an address; what it asks in vain is as if it had not asked, a flow half told says what lacks."""
    scenario = asked.get("scenario", "")
    counts = {name: max(min(_whole(asked.get(name, "")), most), LEAST.get(name, 0)) for name, most in MOST.items()}
    amount, on = asked.get("amount", "").strip(), asked.get("on", "").strip()
    way, months = "in" if asked.get("way") == "in" else "out", max(counts["months"], 1)
    flow, wrong = _flow(amount, on, way, months, told=told, as_of=as_of)
    return Question(
        scenario if scenario in scenarios() else "",
        counts["delay"],
        counts["sales"],
        counts["suppliers"],
        counts["currencies"],
        counts["fails"],
        way,
        amount[:20],
        on[:10],
        months,
        flow,
        wrong,
    )


def _flow(
    amount: str, on: str, way: str, months: int, *, told: Told, as_of: date
) -> tuple[PlannedFlow | None, Mapping[str, str]]:
    """The planned flow, and by field what is wrong with it."""
    say = told.language.say
    if not amount:
        return None, {}
    try:
        size = Decimal(amount.replace(",", "").replace("\uff0c", "").replace(" ", ""))
        if not size.is_finite() or not 0 < size <= LARGEST:
            raise InvalidOperation
        money = minor(size, told.currency)
    except (InvalidOperation, SolventError):
        return None, {"amount": say("An amount over nothing, such as 500000")}
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return None, {"on": say("A day is missing, such as {day}", day=as_of.isoformat())}
    return PlannedFlow(day, money if way == "in" else -money, months), {}


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0


def asked_of(one: Question) -> WhatIf:
    """The question as the library takes it: the scenario first, then the sliders."""
    asked = circumstances(
        one.scenario, fails=one.fails, sales_fall=one.sales / 100, rates_fall=one.currencies / 100,
        delay=float(one.delay), supplier_days=float(one.suppliers),
    )  # fmt: skip
    return WhatIf(asked, () if one.flow is None else (one.flow,))


def address(one: Question) -> str:
    """The question as an address asks it, without what it leaves as it is: short enough to be sent to somebody."""
    flow = {"way": one.way, "amount": one.amount, "on": one.on, "months": one.months} if one.amount else {}
    names = ("scenario", "delay", "sales", "suppliers", "currencies", "fails")
    return urlencode({name: getattr(one, name) for name in names if getattr(one, name)} | flow)


def in_words(one: Question, told: Told) -> str:
    """The question in a sentence, as it stands on paper; empty where nothing is asked."""
    say, language = told.language.say, told.language
    said = [told.name("scenario", one.scenario)] if one.scenario else []
    if one.fails:
        said.append(say("largest debtors that pay nothing any more: {customers}", customers=one.fails))
    if one.sales:
        said.append(say("sales fall by {size}", size=language.share(one.sales / 100)))
    if one.currencies:
        said.append(say("foreign currencies lose {share}", share=language.share(one.currencies / 100)))
    if one.delay:
        text = "every customer pays {days} days later" if one.delay > 0 else "every customer pays {days} days earlier"
        said.append(say(text, days=abs(one.delay)))
    if one.suppliers:
        said.append(say("suppliers want their money {days} days earlier", days=one.suppliers))
    if one.flow:
        text = "{amount} come in on {day}" if one.way == "in" else "{amount} go out on {day}"
        amount = language.money(abs(one.flow.amount), told.currency)
        often = say(" and {more} more times, a month apart", more=one.months - 1) if one.months > 1 else ""
        said.append(say(text, amount=amount, day=told.day(one.on)) + often)
    return ("\uff1b" if language.code == "zh" else "; ").join(said)


def glance(made: Difference, told: Told, *, known: bool) -> str:
    """The answer in one line: each figure before and after.

    Args:
        known: False: no balance or no floor is known, and only the end can be told.
    """
    before, after, say, language = made.before, made.after, told.language.say, told.language

    def step(name: str, first: str, second: str) -> str:
        return f"{say(name)} {first}" + ("" if first == second else f" → {second}")

    end = [step("at the end", *(language.brief_money(one.end, told.currency) for one in (before, after)))]
    if not known:
        return end[0]
    parts = [
        step("chance under the floor", *(language.share(one.chance) for one in (before, after))),
        step("lowest", *(language.brief_money(one.lowest, told.currency) for one in (before, after))),
    ]
    return " · ".join(parts + end)


def drawn(run: Run, made: Difference, told: Told) -> tuple[Picture | None, Chart | None]:
    """The cash line after the change, with the median before it: still, and as a chart."""
    ahead, currency, line = run.paths.horizon, run.paths.currency, run.facts.get("floor_minor")
    levels = np.quantile(ahead.at_week_ends(made.paths.balance), BANDS, axis=0)
    unit = float(decimal(10**9, currency)) / 10**9
    bands = {share: [float(value) * unit for value in level] for share, level in zip(BANDS, levels, strict=True)}
    before = [float(value) * unit for value in made.weeks.get_column("before_p50")]
    floor = None if line is None else float(line) * unit
    still = picture(ahead.week_ends, bands, {"floor": floor}, told.language, before)
    chances = [] if floor is None else made.weeks.get_column("after_chance").to_list()
    line = Weeks(ahead.week_ends, bands, {"floor": floor}, chances, other=before)
    return still, fan("lab", told.language.say("Cash, week by week, after the change and its median before"), line,
                      told.language)  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """One figure before and after. better: True, False, or None where it is the same."""

    name: str
    before: str
    after: str
    change: str
    better: bool | None


def beside(made: Difference, told: Told, *, known: bool) -> Sequence[Beside]:
    """The figures that a what-if is judged by, before and after.

    Args:
        known: False: no balance or no floor is known, and only the end can be told.
    """
    before, after, say, language = made.before, made.after, told.language.say, told.language

    def money(name: str, first: int, second: int, *, less: bool = False) -> Beside:
        change = second - first
        better = None if not change else (change < 0) is less
        shown = "" if not change else ("+" if change > 0 else "") + language.money(change, told.currency)
        return Beside(say(name), language.money(first, told.currency), language.money(second, told.currency),
                      shown, better)  # fmt: skip

    end = money("balance at the end, median", before.end, after.end)
    if not known:
        return [end]
    points = (after.chance - before.chance) * 100
    chance = Beside(
        say("chance under the floor"),
        language.share(before.chance),
        language.share(after.chance),
        "" if not points else say("{points} percentage points", points=f"{points:+.1f}"),
        None if not points else points < 0,
    )
    far = date.max
    moved = (after.gap_on or far) != (before.gap_on or far)
    week = Beside(
        say("first week under the floor"),
        say("no week") if before.gap_on is None else told.day(before.gap_on),
        say("no week") if after.gap_on is None else told.day(after.gap_on),
        "" if not moved else say("later") if (after.gap_on or far) > (before.gap_on or far) else say("earlier"),
        None if not moved else (after.gap_on or far) > (before.gap_on or far),
    )
    return [
        chance,
        money("lowest balance, median", before.lowest, after.lowest),
        week,
        money("deepest, one of twenty", before.deep, after.deep, less=True),
        end,
    ]


def weeks(made: Difference, told: Told, *, known: bool) -> Sheet:
    """The weeks before and after."""
    say, language = told.language.say, told.language
    rows = [
        [
            told.day(row["week_end"]),
            language.money(row["before_p50"], told.currency),
            language.money(row["after_p50"], told.currency),
            *((language.share(row["before_chance"]), language.share(row["after_chance"])) if known else ()),
        ]
        for row in made.weeks.iter_rows(named=True)
    ]
    risk = [say("under the floor before"), say("under the floor after")] if known else []
    return sheet(say("Week by week"), [say("week to"), say("median before"), say("median after"), *risk], rows)
