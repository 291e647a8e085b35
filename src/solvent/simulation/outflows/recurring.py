"""Recurring: the flows that bank history shows: who is paid, in which rhythm, how much, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats, Horizon, Ints
from solvent.simulation.outflows.amounts import DEFAULTS as BY_AMOUNT
from solvent.simulation.outflows.amounts import SALES, Amounts, Foreseen, foresee, ratio_to
from solvent.simulation.outflows.lines import DEFAULTS as BY_LINE
from solvent.simulation.outflows.lines import IN_ONLY, SUPPLIER, UNKNOWN, Lines, Past
from solvent.simulation.outflows.paydays import Paydays, month_number
from solvent.simulation.outflows.rhythm import DEFAULTS as BY_RHYTHM
from solvent.simulation.outflows.rhythm import Rhythm, Rhythms, Seen, assumed, recognise, seen


@dataclass(frozen=True)
class Recurrence(Terms, key="simulation.outflows.recurring"):
    """Which flows are told apart, and which are carried on."""

    apart: int = term(12, unit="counterparties of a category told apart, largest first", source="own choice")
    stems: int = term(6, unit="purposes of one counterparty told apart", source="own choice: several taxes, two loans")
    full_days: int = term(75, unit="days of history under which one payment will do", source="own choice: two months")
    once_will_do: tuple[str, ...] = term(
        ("payroll", "rent", "utilities", "interest", "freight", "other_operating"),
        unit="categories taken for monthly where history is shorter",
        source="own choice: what nearly every company pays monthly",
    )
    with_sales: tuple[str, ...] = term(
        ("freight", "utilities", "tax", "tax_refund", "other_operating", "supplier"),
        unit="categories that may follow sales",
        source="own choice: FORMULAS 4.6 drives cash by sales",
    )
    sales_margin: float = term(
        0.1, unit="by how much less it must err to be told by sales", source="own choice: sales are foreseen themselves"
    )
    not_carried: tuple[str, ...] = term(
        ("loan_drawn", "equity", "disposal"),
        unit="categories that count only where they are planned",
        source="own choice: money that others must first agree to give",
    )
    rhythm_only: tuple[str, ...] = term(
        ("capex", "dividend", "loan_repaid"),
        unit="categories carried on only in a rhythm",
        source="own choice: single decisions do not repeat by themselves",
    )


DEFAULTS = Recurrence()


@dataclass(frozen=True)
class Stream:
    """One recurring flow. kind: of ``paths.FLOWS``. sign: -1 out. key: names its draws. lines: how many it rests on.

    ahead: [times], the days foreseen (ordinals; those not yet seen paid may lie before ``as_of``). chances: [times].
    amount: how much, positive. lag: months after the sales that it follows, where ``amount.way`` is SALES: then its
    level is the share of the sales of ``span`` months. since, last_on: first and last payment. ended: it is over.
    """

    kind: str
    category: str
    counterparty: str
    purpose: str
    sign: int
    key: str
    seen: Seen
    amount: Foreseen
    ahead: Ints
    chances: Floats
    lines: int
    since: date
    last_on: date
    ended: bool
    short: bool = False
    lag: int = 0
    span: int = 1

    @property
    def rhythm(self) -> Rhythm:
        """When it recurs."""
        return self.seen.rhythm

    @property
    def mood(self) -> str:
        """Names the draws of its amounts: payments of one purpose that come several times a month move together."""
        return self.key.split("#")[0]


@dataclass(frozen=True)
class Rest:
    """What is left of a kind without a rhythm: LINE rows, and whether it is carried on."""

    kind: str
    category: str
    rows: pl.DataFrame
    carried: bool


@dataclass(frozen=True)
class Recurring:
    """All that the bank's history shows; frozen."""

    streams: Sequence[Stream]
    rests: Sequence[Rest]
    problems: Sequence[Problem]


GOES_OUT_AS = {
    SUPPLIER: "suppliers_future",
    UNKNOWN: "other_operating",
    "tax_refund": "tax",
    "loan_drawn": "loan_repaid",
    "equity": "dividend",
    "disposal": "capex",
}
"""Kinds of money out of categories that are no kind themselves, or whose money usually comes in."""


def kind_of(category: str, sign: int) -> str:
    """Where money of a category shows on the paths: what comes back of an outflow is other money in."""
    if sign > 0:
        return category if category in IN_ONLY else "other_in"
    return GOES_OUT_AS.get(category, category)


def recurring(
    past: Past,
    horizon: Horizon,
    sales: Mapping[int, float] | None,
    calendar: Paydays,
    terms: Recurrence = DEFAULTS,
    rhythms: Rhythms = BY_RHYTHM,
    amounts: Amounts = BY_AMOUNT,
    lines: Lines = BY_LINE,
) -> Recurring:
    """Take the lines apart into streams with a rhythm, and what is left of each category.

    Args:
        sales: month number to net invoicing of the past; None: not known, or not foreseen.
    """
    finder = _Finder(past, horizon, sales, calendar, terms, rhythms, amounts, lines)
    streams: list[Stream] = []
    rests: list[Rest] = []
    for (category, positive), rows in _ordered(past.lines):
        sign = 1 if positive else -1
        found, left = finder.apart(category, sign, rows)
        streams += found
        if left.height:
            carried = category not in (*terms.not_carried, *terms.rhythm_only)
            rests.append(Rest(kind_of(category, sign), category, left, carried))
    return Recurring(streams, rests, (*_problems(streams, rests), *_season(past, streams)))


def _ordered(lines: pl.DataFrame) -> Iterator[tuple[tuple[str, bool], pl.DataFrame]]:
    parts = lines.with_columns((pl.col("amount") > 0).alias("in")).partition_by("category", "in", as_dict=True)
    for key in sorted(parts):
        yield (str(key[0]), bool(key[1])), parts[key].drop("in")


@dataclass(frozen=True)
class _Finder:
    past: Past
    horizon: Horizon
    sales: Mapping[int, float] | None
    calendar: Paydays
    terms: Recurrence
    rhythms: Rhythms
    amounts: Amounts
    lines: Lines

    @property
    def seen_to(self) -> int:
        assert self.past.seen_to is not None
        return self.past.seen_to.toordinal()

    @property
    def old(self) -> bool:
        """Whether the bank's data ends so long ago that what was due since is not made up."""
        return self.horizon.as_of.toordinal() - self.seen_to > self.lines.old_days

    def apart(self, category: str, sign: int, rows: pl.DataFrame) -> tuple[list[Stream], pl.DataFrame]:
        """The streams of one category and direction, and the lines that are in none."""
        if category in self.terms.not_carried:
            return [], rows
        found: list[Stream] = []
        pool: list[pl.DataFrame] = []
        whole = category in (SUPPLIER,)
        for who, what, part in [("", "", rows)] if whole else self._parts(rows):
            streams, left = self._streams(category, sign, who, what, part) if who or what or whole else ([], part)
            found += streams
            pool += [left]
        left = pl.concat(pool).sort("day", "line_id") if pool else rows.clear()
        if not whole and left.height:
            streams, left = self._streams(category, sign, "", "", left)
            found += streams
        return found, left

    def _parts(self, rows: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
        """Lines by counterparty, and by purpose where one counterparty has several that come again."""
        sums = rows.group_by("counterparty").agg(pl.col("amount").abs().sum(), pl.len())
        sums = sums.sort(["amount", "counterparty"], descending=[True, False])
        largest = sums.filter(pl.col("counterparty") != "").head(self.terms.apart)["counterparty"].to_list()
        for who in largest:
            part = rows.filter(pl.col("counterparty") == who)
            stems = part.group_by("stem").len().filter(pl.col("len") >= 2).sort("stem")["stem"].to_list()
            several = 2 <= len(stems) <= self.terms.stems
            for stem in stems if several else ():
                yield who, str(stem) or "-", part.filter(pl.col("stem") == stem)
            rest = part.filter(~pl.col("stem").is_in(stems)) if several else part
            if rest.height:
                yield who, "", rest
        yield "", "", rows.filter(~pl.col("counterparty").is_in(largest))

    def _streams(
        self, category: str, sign: int, who: str, what: str, rows: pl.DataFrame
    ) -> tuple[list[Stream], pl.DataFrame]:
        """Several where nearly every month has as many payments; one where they have a rhythm; else none."""
        several: list[tuple[Stream, pl.DataFrame]] = []
        for place, part in enumerate(_by_place(rows)):
            one, rest = self._one(category, sign, who, f"{what}#{place + 1}", part)
            if one is None or one.rhythm.months != 1:
                several = []
                break
            several.append((one, rest))
        if several:
            return [one for one, _ in several], pl.concat([rest for _, rest in several])
        found, left = self._one(category, sign, who, what, rows)
        return ([found], left) if found is not None else ([], rows)

    def _one(
        self, category: str, sign: int, who: str, what: str, rows: pl.DataFrame
    ) -> tuple[Stream | None, pl.DataFrame]:
        daily = rows.group_by("day").agg(pl.col("amount").abs().sum()).sort("day")
        days, paid = daily["day"].to_numpy(), daily["amount"].to_numpy()
        if not len(days):
            return None, rows
        short = self.past.days < self.terms.full_days and len(days) < self.rhythms.times
        told = recognise(days, paid, self.seen_to, self.calendar, self.rhythms)
        if told is None and short and category in self.terms.once_will_do:
            told = seen(assumed(int(days[-1])), days, self.seen_to, self.calendar)
        if told is None or not told.hits.any():
            return None, rows
        made = self._stream(category, sign, who, what, rows, days, paid, told, short)
        taken = np.delete(days, told.strays)
        return made, rows.filter(~pl.col("day").is_in(taken.tolist()))

    def _stream(
        self,
        category: str,
        sign: int,
        who: str,
        what: str,
        rows: pl.DataFrame,
        days: Ints,
        paid: Floats,
        told: Seen,
        short: bool,
    ) -> Stream:
        used = np.flatnonzero(told.hits)
        values = np.where(told.hits, paid[np.clip(told.places, 0, None)], np.nan)
        ended = told.ended(self.rhythms.missed)
        rhythm = told.rhythm
        after = int(told.days[-1]) + 1 if len(told.days) else int(days[-1]) + 1
        ahead = rhythm.days(after, self.horizon.ends[-1].toordinal(), self.calendar)
        ahead = np.empty(0, dtype=np.int64) if ended else ahead
        amount, lag, span = self._amount(category, values[: int(used[-1]) + 1], told, max(len(ahead), 1) + told.run)
        # What was due while the bank told nothing for long was paid then, or nobody knows.
        kept = ahead > (self.horizon.as_of.toordinal() if self.old else 0)
        if amount.way != SALES:
            levels = amount.levels[told.run :]
            levels = levels[kept] if kept.any() else levels[:1]
            amount = Foreseen(levels, amount.way, amount.common, amount.own, amount.error)
        ahead = ahead[kept]
        places = np.delete(days, told.strays)
        return Stream(
            kind_of(category, sign), category, who, what.split("#", maxsplit=1)[0].replace("-", ""), sign,
            "/".join((category, str(sign), who, what, rhythm.name)), told, amount, ahead, chances(told, ahead),
            rows.filter(pl.col("day").is_in(places.tolist())).height,
            date.fromordinal(int(places[0])), date.fromordinal(int(places[-1])), ended, short, lag, span,
        )  # fmt: skip

    def _amount(self, category: str, values: Floats, told: Seen, ahead: int) -> tuple[Foreseen, int, int]:
        """The next amounts, by sales where the past shows that they follow them."""
        plain = foresee(values, told.rhythm.a_year, ahead, self.amounts)
        if self.sales is None or category not in self.terms.with_sales:
            return plain, 0, 1
        span = max(told.rhythm.months, 1)
        days, paid = told.days[: len(values)][~np.isnan(values)], values[~np.isnan(values)]
        by_month: dict[int, float] = {}
        for day, value in zip(days.tolist(), paid.tolist()):
            month = month_number(date.fromordinal(day))
            by_month[month] = by_month.get(month, 0.0) + value
        # The month under way is not whole.
        whole = month_number(date.fromordinal(self.seen_to + 1))
        months = [month for month in sorted(by_month) if month < whole or span > 1]
        if told.rhythm.months not in (1, 3) and told.rhythm.step != 7:
            return plain, 0, 1
        series = np.array([by_month[month] for month in months])
        best: tuple[Foreseen, int] | None = None
        for lag in range(self.amounts.most_lag + 1):
            driver = np.array([_spanned(self.sales, month - lag, span) for month in months])
            tried = ratio_to(series, driver, self.amounts)
            if tried is not None and (best is None or tried.error < best[0].error):
                best = (tried, lag)
        if best is None or not best[0].error < (1.0 - self.terms.sales_margin) * plain.error:
            return plain, 0, 1
        return best[0], best[1], span


def _spanned(sales: Mapping[int, float], month: int, span: int) -> float:
    """The sales of so many months up to one; nan where one is not known."""
    return sum(sales.get(month - back, float("nan")) for back in range(span))


def _by_place(rows: pl.DataFrame) -> Sequence[pl.DataFrame]:
    """Lines by their place within the month, where nearly every month has as many (two to five); else nothing."""
    daily = rows.select("day", (pl.from_epoch(pl.col("day") - date(1970, 1, 1).toordinal(), "d")).alias("on"))
    daily = daily.unique().with_columns(pl.col("on").dt.month_start().alias("month")).sort("day")
    counts = daily.group_by("month").len().sort("month")["len"].to_numpy()
    counts = counts[-24:]
    if len(counts) < 4:
        return ()
    usual = int(np.median(counts))
    if not 2 <= usual <= 5 or (counts == usual).mean() < 0.8:
        return ()
    placed = daily.with_columns(pl.col("day").rank("ordinal").over("month").cast(pl.Int64).alias("place"))
    joined = rows.join(placed.select("day", pl.col("place").clip(1, usual)), on="day", how="left")
    return [joined.filter(pl.col("place") == place).drop("place") for place in range(1, usual + 1)]


def chances(told: Seen, ahead: Ints) -> Floats:
    """[times]: the chance that each will be paid: what was missed before may be missed again, in the same months."""
    hits = told.hits.astype(np.float64)
    last = hits[-max(round(told.rhythm.a_year), 3) * 2 :]
    overall = float(last.mean())
    months = np.array([date.fromordinal(int(day)).month for day in told.days])
    out = np.empty(len(ahead))
    for place, day in enumerate(ahead.tolist()):
        same = hits[months == date.fromordinal(day).month]
        out[place] = (same.sum() + overall) / (len(same) + 1.0)
    return out


def _season(past: Past, streams: Sequence[Stream]) -> Sequence[Problem]:
    """That no season can have shown yet."""
    if not any(not one.ended for one in streams) or past.days >= 360:
        return ()
    return (Problem("outflows.season_unseen", "", {"days": past.days}),)


def _problems(streams: Sequence[Stream], rests: Sequence[Rest]) -> Sequence[Problem]:
    problems = []
    for one in streams:
        if one.ended:
            facts: dict[str, Fact] = {
                "category": one.category or "-", "counterparty": one.counterparty or "-", "rhythm": one.rhythm.name,
                "last_on": one.last_on.isoformat(), "missed": one.seen.run,
            }  # fmt: skip
            problems.append(Problem("outflows.ended", "", facts))
    short = sorted({one.category or "-" for one in streams if one.short})
    if short:
        problems.append(Problem("outflows.assumed_monthly", "", {"categories": ", ".join(short)}))
    left = sorted({rest.category for rest in rests if not rest.carried})
    if left:
        problems.append(Problem("outflows.not_carried", "", {"categories": ", ".join(left)}))
    return problems
