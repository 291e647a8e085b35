"""Company: what a sample company is made from: its plan, its size, its words, and how busy each day is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from solvent.base.calendar import days_off, month_end, months_before
from solvent.base.draws import single, uniform
from solvent.base.problem import SolventError

CURRENCY = "CNY"
STORIES = ("slow_then_fails", "bust_out", "squeeze", "limit_withdrawn")
"""What later readers of the ledger must find; each can be left out."""

PRICE_RATES = {CURRENCY: 1.0, "USD": 7.1, "EUR": 7.8}
"""At which rates prices abroad are set; the market's own rates move around them."""

WARM_UP_DAYS = 240
"""Orders are made from so many days before the books begin, so that they begin with open items."""
OUTLOOK_DAYS = 125
"""Orders are made so many days beyond the end, for what is bought ahead of them; they are not in the books."""


@dataclass(frozen=True)
class Scale:
    """How large a company is. ``ticket``: what one invoice comes to on average, in yuan."""

    customers: int
    invoices: int
    ticket: int
    articles: int
    suppliers: int
    salespeople: int
    export_share: float


SIZES: Mapping[str, Scale] = {
    "stall": Scale(8, 150, 9_000, 15, 6, 1, 0.3),
    "small": Scale(40, 2_000, 22_000, 60, 14, 3, 0.4),
    "medium": Scale(120, 10_000, 42_000, 200, 36, 6, 0.5),
    "large": Scale(600, 100_000, 60_000, 600, 120, 20, 0.55),
    "group": Scale(2_500, 400_000, 75_000, 1_200, 300, 60, 0.6),
}


@dataclass(frozen=True)
class Plan:
    """The parameters of one sample company: the same plan gives the same bytes.

    A squeeze turns the last two months' operating cash flow negative in every size; it brings cash near the floor from
    ``small`` up, while the cash of a stall, with its few payments, goes its own way.

    Raises:
        SolventError: the size is not one of SIZES, or the years are fewer than one.
    """

    seed: int = 1
    size: str = "medium"
    end_on: date = date(2026, 10, 31)
    years: int = 3
    slow_then_fails: bool = True
    bust_out: bool = True
    squeeze: bool = True
    limit_withdrawn: bool = True

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise SolventError("sample.size_unknown", self.size, known=", ".join(SIZES))
        if self.years < 1:
            raise SolventError("sample.years_too_few", str(self.years), fewest=1)

    @property
    def scale(self) -> Scale:
        return SIZES[self.size]

    @property
    def start_on(self) -> date:
        """First day of the books: the first day of the quarter that the years reach back into."""
        first = months_before(self.end_on, 12 * self.years).replace(day=1)
        return months_before(first, (first.month - 1) % 3)

    @property
    def first_on(self) -> date:
        """First day of orders, before the books begin."""
        return self.start_on - timedelta(days=WARM_UP_DAYS)

    @property
    def past_on(self) -> date:
        """Last day of orders, beyond the end of the books."""
        return self.end_on + timedelta(days=OUTLOOK_DAYS)

    def draw(self, what: str, *keys: str | pl.Expr) -> pl.Expr:
        """A uniform draw in [0, 1) by the plan's seed; a key told as text is a column."""
        return uniform(self.seed, what, *(pl.col(key) if isinstance(key, str) else key for key in keys))

    def one(self, what: str, *keys: int) -> float:
        """The same for one key: ``single`` by the plan's seed."""
        return single(self.seed, what, *(keys or (0,)))


@cache
def words() -> Mapping[str, Any]:
    """The word lists that names are made from."""
    return tomllib.loads(files("solvent.files.sample").joinpath("words.toml").read_text("utf-8"))


def brand(place: int) -> tuple[str, str]:
    """A brand of two characters and its sound; places 0 to 869 are all different.

    >>> brand(0), brand(31)
    (('瑞禾', 'ruihe'), ('恒达', 'hengda'))
    """
    first, second = words()["brand"]["first"], words()["brand"]["second"]
    left, right = first[place % len(first)], second[place % len(second)]
    return left[0] + right[0], left[1] + right[1]


def company_name(plan: Plan) -> tuple[str, str]:
    """What the company is called, in Chinese and in English."""
    own = words()["own"]
    town, trade = (own[key][int(plan.one(f"own.{key}") * len(own[key]))] for key in ("towns", "trades"))
    chinese, sound = brand(int(plan.one("own.brand") * 870))
    form, abroad = ("商行", "Trading") if plan.size == "stall" else ("有限公司", "Co., Ltd.")
    return f"{town[0]}{chinese}{trade[0]}{form}", f"{town[1]} {sound.capitalize()} {trade[1]} {abroad}"


def person(place: int) -> str:
    """A person's name; places 0 to 139 are all different."""
    family, given = words()["people"]["family"], words()["people"]["given"]
    return str(family[place % len(family)] + given[place * 3 % len(given)])


def picked(draw: pl.Expr, values: list[Any]) -> pl.Expr:
    """One of the values a row, each as likely."""
    series = pl.Series(values)
    return pl.lit(series).gather((draw * len(values)).floor().cast(pl.UInt32))


def number(column: str, width: int) -> pl.Expr:
    """A whole number as text of a fixed width, with noughts before it."""
    return pl.col(column).cast(pl.String).str.zfill(width)


def busy_days(plan: Plan) -> pl.DataFrame:
    """How much is ordered on each day from ``first_on`` to ``past_on``, at home and from abroad.

    Columns: ``day_on``, ``domestic`` and ``export`` (Float64, running share of the whole, up to exactly 1).
    Seasons: the weeks around the spring festival are quiet, the fairs in spring and autumn bring export orders, the
    autumn brings the sales at home; everything grows from year to year.
    """
    off = days_off("CN", plan.first_on.year, plan.past_on.year)
    festivals = [festival(year) for year in range(plan.first_on.year, plan.past_on.year + 1)]
    home = (0.9, 0.8, 0.95, 0.95, 1.1, 1.05, 0.85, 0.95, 1.15, 1.35, 1.35, 1.05)
    abroad = (0.85, 0.75, 1.0, 1.15, 1.15, 1.05, 1.2, 1.25, 1.1, 1.25, 1.0, 0.8)
    growth = 0.04 + 0.08 * plan.one("own.growth")
    rows = []
    for offset in range((plan.past_on - plan.first_on).days + 1):
        day = plan.first_on + timedelta(days=offset)
        quiet = any(-12 <= (day - eve).days <= 15 for eve in festivals)
        fair = (day.month, day.day) in FAIR_DAYS
        trend = (0.0 if day in off else 1.0) * (0.35 if quiet else 1.0) * (1 + growth) ** (offset / 365)
        rows.append((day, trend * home[day.month - 1], trend * abroad[day.month - 1] * (1.5 if fair else 1.0)))
    frame = pl.DataFrame(rows, schema=["day_on", "domestic", "export"], orient="row")
    running = frame.with_columns(pl.col("domestic", "export").cum_sum())
    return running.with_columns(pl.col("domestic", "export") / pl.col("domestic", "export").last())


FAIR_DAYS = frozenset(
    {(4, day) for day in range(15, 31)} | {(5, day) for day in range(1, 6)} | {(10, day) for day in range(15, 32)}
)
"""Days of the large export fair, and some after it, by month and day."""


def festival(year: int) -> date:
    """First day off of the spring festival: the longest run of days off between 10 January and 10 March."""
    off = days_off("CN", year, year)
    best, run = [date(year, 2, 1)], list[date]()
    for offset in range(60):
        day = date(year, 1, 10) + timedelta(days=offset)
        run = [*run, day] if day in off else []
        best = run if len(run) > len(best) else best
    return best[0]


def on_workday(day: pl.Expr, plan: Plan) -> pl.Expr:
    """The day, or the next working day after it."""
    first, following = _following(plan.first_on.year - 9, plan.past_on.year + 3)
    place = (day - pl.lit(first)).dt.total_days().clip(0, following.len() - 1).cast(pl.UInt32)
    return pl.lit(following).gather(place)


@cache
def _following(first_year: int, last_year: int) -> tuple[date, pl.Series]:
    """The first day, and for it and every day after it the first working day that is not before it."""
    off = days_off("CN", first_year, last_year)
    first = date(first_year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(last_year, 12, 31) - first).days + 1)]
    for place in range(len(days) - 2, -1, -1):
        if days[place] in off:
            days[place] = days[place + 1]
    return first, pl.Series(days, dtype=pl.Date)


def workday(day: date, plan: Plan) -> date:
    """The same for one day."""
    return pl.select(on_workday(pl.lit(day), plan)).item()  # type: ignore[no-any-return]


def months(plan: Plan) -> list[date]:
    """The first day of every month from ``first_on`` to ``past_on``."""
    first, found = plan.first_on.replace(day=1), []
    while first <= plan.past_on:
        found.append(first)
        first = month_end(first) + timedelta(days=1)
    return found
