"""Trade: the ageing by whom, days of sales month by month, and how one customer paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from solvent.files.language import Language
from solvent_server.web.charts.chart import Chart, Key, Option, bars, chart, levels, line, month, places, points, told

LATE: Sequence[tuple[str, str]] = (
    ("--yellow", ""), ("--yellow", "stripes"), ("--orange", ""), ("--orange", "back"), ("--red", ""), ("--red", "grid"),
)  # fmt: skip
"""How the buckets of what is past due are filled, the youngest first."""
OTHER: Mapping[str, tuple[str, str]] = {"current": ("--lead", ""), "unapplied": ("--faint", "dots")}


@dataclass(frozen=True)
class Owing:
    """What one row of the ageing owes. amounts: bucket to main units. to: bucket to its address; "" to that of all."""

    name: str
    amounts: Mapping[str, float]
    to: Mapping[str, str]


def ageing(
    caption: str, rows: Sequence[Owing], names: Mapping[str, str], language: Language, currency: str
) -> Chart | None:
    """The ageing of some rows, a bar each, its buckets one after the other; a click on one opens its items.

    Args:
        names: bucket to what it is called, in order.
    """
    if not rows:
        return None
    late = [bucket for bucket in names if bucket not in OTHER]
    fill = {**OTHER, **{bucket: LATE[min(place, len(LATE) - 1)] for place, bucket in enumerate(late)}}
    series = [
        bars(
            bucket,
            [{"value": row.amounts.get(bucket, 0.0), "to": row.to.get(bucket, "")} for row in rows],
            *fill[bucket],
            stack="owed",
            barMaxWidth=22,
        )
        for bucket in names
    ]
    most = max(sum(amount for amount in row.amounts.values() if amount > 0) for row in rows)
    least = min(sum(amount for amount in row.amounts.values() if amount < 0) for row in rows)
    across = levels(least, most, language.brief)
    down = places([row.name for row in rows], downward=True)
    down["axisLabel"] |= {"width": 120, "overflow": "truncate", "interval": 0}
    tips = [_owed(row, names, language) for row in rows]
    to = [row.to.get("", "") for row in rows]
    option = chart(x=across, y=down, series=series, solvent={"tips": tips, "to": to}, pointer="shadow")
    first = rows[0]
    summary = language.say(
        "{name} owes most: {amount} {currency}, of which {share} is past due.",
        name=first.name,
        amount=language.brief(sum(first.amounts.values())),
        currency=language.currency(currency),
        share=language.share(_share(first, late)),
    )
    legend = [Key(f"bar {_key(*fill[bucket])}", name) for bucket, name in names.items()]
    return Chart("ageing", caption, summary, option, legend, 24 if len(rows) > 5 else 16)


def _share(row: Owing, late: Sequence[str]) -> float:
    """The share past due of what is invoiced and open."""
    owed = sum(amount for amount in row.amounts.values() if amount > 0)
    return sum(max(row.amounts.get(bucket, 0.0), 0.0) for bucket in late) / owed if owed else 0.0


def _owed(row: Owing, names: Mapping[str, str], language: Language) -> str:
    parts = [f"{name}  {language.brief(row.amounts[bucket])}" for bucket, name in names.items()
             if row.amounts.get(bucket)]  # fmt: skip
    return told(row.name, *parts)


def _key(colour: str, decal: str) -> str:
    return f"of{colour.removeprefix('-')}{' with-' + decal if decal else ''}"


DAYS: Sequence[tuple[str, str, str, str, str]] = (
    ("simple_days", "DSO, 90 days", "--lead", "solid", "circle"),
    ("countback_days", "Countback DSO", "--orange", "dotted", "triangle"),
    ("best_possible_days", "Best possible DSO", "--green", "dashed", "rect"),
    ("delinquent_days", "Days delinquent", "--red", "mixed", "diamond"),
)
"""Column, what it is called, and how its line is drawn."""


def days(history: Sequence[Mapping[str, Any]], language: Language) -> Chart | None:
    """Days of sales at month ends, the oldest first.

    Args:
        history: rows with month_end as ISO text and the columns of DAYS.
    """
    told_days = [(date.fromisoformat(row["month_end"]), row["simple_days"]) for row in history
                 if row["simple_days"] is not None]  # fmt: skip
    if len(history) < 2 or not told_days:
        return None
    say = language.say
    ends = [date.fromisoformat(row["month_end"]) for row in history]
    known = [one for one in DAYS if any(row[one[0]] is not None for row in history)]
    values = [row[one[0]] for one in known for row in history if row[one[0]] is not None]
    tips = [
        told(language.day(end), *(f"{say(text)}  {language.days(row[column])}" for column, text, *_ in known))
        for end, row in zip(ends, history, strict=True)
    ]
    option = chart(
        x=places([month(end, language) for end in ends], edge=True),
        y=levels(0.0, max(values, default=1.0), lambda value: language.number(value, 0)),
        series=[line(column, [row[column] for row in history], colour, way, symbol=symbol)
                for column, _, colour, way, symbol in known],
        solvent={"tips": tips, "to": []},
    )  # fmt: skip
    (begin, first), (end, last) = told_days[0], told_days[-1]
    summary = say(
        "From {first} days at {begin} to {last} days at {end}.",
        first=language.days(first), last=language.days(last), begin=language.day(begin), end=language.day(end),
    )  # fmt: skip
    legend = [Key(f"line of{colour.removeprefix('-')}{'' if way == 'solid' else ' way-' + way}", say(text))
              for _, text, colour, way, _ in known]  # fmt: skip
    return Chart("days", say("Days of sales, month by month"), summary, option, legend)


@dataclass(frozen=True)
class Paid:
    """One payment, or an open item that is past due. delay_days: days after its due day; to: its address, or empty."""

    item_id: str
    on: date
    due_on: date
    delay_days: int
    amount: str
    open: bool = False
    to: str = ""


def payments(
    paid: Sequence[Paid], means: Mapping[date, float], upto: date, months: int, language: Language
) -> Chart | None:
    """How late a customer paid: each payment a dot, each month's mean a line, what is past due and open a triangle.

    Args:
        means: end of a month to its mean delay by amount. upto: the last day shown; months: so many are shown.
    """
    say, begin = language.say, _number(upto) - months + 1
    shown = [one for one in paid if _at(one.on, begin) >= 0]
    if not shown:
        return None
    settled = [_dot(one, begin, language) for one in shown if not one.open]
    waiting = [_dot(one, begin, language) for one in shown if one.open]
    mean = [
        [round(_number(end) - begin + 0.5, 3), round(value, 2)]
        for end, value in sorted(means.items())
        if _number(end) >= begin
    ]
    lows = [one.delay_days for one in shown] + [value for _, value in mean]
    y = levels(min(0, *lows), max(1, *lows), lambda value: language.number(value, 0))
    ends = [_end(begin + place) for place in range(months)]
    step = max(1, round(months / 6))
    x: Option = {
        "type": "value",
        "min": 0,
        "max": months,
        "interval": step,
        "texts": [month(end, language) for end in ends[::step]] + [""],
        "axisLabel": {"color": "--faint", "hideOverlap": True, "alignMinLabel": "left"},
        "axisLine": {"onZero": False, "lineStyle": {"color": "--rule"}},
        "splitLine": {"show": False},
    }
    option = chart(
        x=x,
        y=y,
        series=[
            line("due", [[0, 0], [months, 0]], "--faint", "dashed", width=1, silent=True, tooltip={"show": False}),
            points("paid", settled, "--lead", "circle", 8, opacity=0.55),
            points("open", waiting, "--red", "triangle", 10),
            line("mean", mean, "--ink", "solid", symbol="rect", tooltip={"show": False}),
        ],
        solvent={"tips": [], "to": []},
        by="item",
    )
    late = sum(one.delay_days > 0 for one in shown if not one.open)
    summary = say(
        "Payments in {months} months: {count}, of them late: {late}; open and past due: {open}.",
        count=language.count(len(settled)), months=months, late=language.count(late), open=language.count(len(waiting)),
    )  # fmt: skip
    legend = [
        Key("dot", say("payment: days after the due day")),
        Key("mean", say("mean of the month, by amount")),
        *([Key("marked", say("open and past due today"))] if waiting else []),
    ]
    return Chart("payments", say("How late it pays"), summary, option, legend)


def _dot(one: Paid, begin: int, language: Language) -> Option:
    say = language.say
    tip = told(
        one.item_id,
        say("due on {day}", day=language.day(one.due_on)),
        say("open on {day}", day=language.day(one.on)) if one.open else say("paid on {day}", day=language.day(one.on)),
        say("{days} days after due", days=language.count(one.delay_days)) if one.delay_days >= 0
        else say("{days} days before due", days=language.count(-one.delay_days)),
        one.amount,
    )  # fmt: skip
    return {"value": [_at(one.on, begin), one.delay_days], "tip": tip, "to": one.to}


def _number(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def _end(number: int) -> date:
    """A day of a month by its number."""
    return date(number // 12, number % 12 + 1, 1)


def _at(day: date, begin: int) -> float:
    """Where a day lies on the axis of months, 31 days to each."""
    return round(_number(day) - begin + (day.day - 1) / 31, 3)


def texts_of(buckets: Sequence[str], language: Language, known: Callable[[str], str]) -> Mapping[str, str]:
    """Bucket to what it is called; ``known`` gives the name of those that are no span of days, else empty text."""
    return {
        bucket: language.say(known(bucket)) if known(bucket) else language.say("{span} days late", span=bucket)
        for bucket in buckets
    }
