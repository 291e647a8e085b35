"""Outlook: accounts, the cash line with its lines, the gap and what makes it, and the table of thirteen weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from solvent_server.web.cash.fan import Picture, picture
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
BANDS = {0.05: "p05", 0.10: "p10", 0.25: "p25", 0.50: "p50", 0.75: "p75", 0.90: "p90", 0.95: "p95"}
WEEKS = 13
LARGE = 1e6
"""From such an amount on a table is told in thousands, or ten thousands."""


def accounts(cash: Json, told: Told) -> Sheet:
    """Every account: what stands on it and how old the figure is; an old one says so in a word. The bank's column is
    there where one is known.
    """
    say, marks = told.language.say, []
    banks = any(row["bank"] for row in cash["accounts"])
    rows: list[Row] = []
    for row in cash["accounts"]:
        days = row["age_days"]
        old = say("{days} days old", days=told.language.count(days)) if days else say("of the same day")
        rows.append(
            [
                row["name"] or row["account_id"],
                *([row["bank"] or ""] if banks else []),
                row["currency"],
                told.day(row["told_on"]),
                Cell(f"{old} · {say('too old')}", "bad") if row["stale"] else old,
                told.money(row["balance"], row["currency"]),
                told.money(row["in_base"]),
            ]
        )
        marks.append("bed-yellow" if row["stale"] else "")
    heads = [say("Account"), *([say("Bank")] if banks else []), say("Currency"), say("Balance of"), say("Freshness"),
             say("Balance"), say("in {currency}", currency=told.currency)]  # fmt: skip
    made = sheet(say("Accounts"), heads, rows, left=5 if banks else 4)
    return Sheet(made.caption, made.heads, made.rows, marks)


def lines(cash: Json, told: Told) -> Sheet:
    """The lines that cash is held against, each with what it is made of."""
    say, bundle = told.language.say, cash["lines"]
    names = {"fixed": "monthly fixed cost", "floor": "floor", "orange": "orange line", "reserve": "first reserve"}
    rows: list[Row] = [[say(names[key]), Cell(_base(key, bundle[key], told), "wrap"), told.money(bundle[key]["value"])]
            for key in names]  # fmt: skip
    if bundle["ring_fenced"] and float(bundle["ring_fenced"]):
        rows.append([say("set apart for expansion"), "", told.money(bundle["ring_fenced"])])
    return sheet(say("Lines"), [say("line"), say("base"), say("amount")], rows, left=2)


def _base(key: str, figure: Json, told: Told) -> str:
    """What a line is made of, or that it is not known."""
    say, inputs = told.language.say, figure["inputs"]
    if figure["value"] is None:
        return say("not known: categorised bank lines are missing")
    if key == "fixed":
        kinds = [told.name("flow", code) for code in str(inputs.get("categories", "")).split(", ") if code]
        months = str(inputs.get("months", "")).split(", ")
        return say(
            "mean of {months} months: {kinds}", months=len(months), kinds=told.language.listed(kinds) if kinds else ""
        )
    times = told.language.number(inputs.get("times"), 1)
    if inputs.get("monthly_spend") is not None:
        spend = told.figure(inputs["monthly_spend"], "minor units")
        return f"{say('{times} times monthly spend', times=times)} ({spend})"
    cost = told.figure(inputs.get("monthly_fixed_cost"), "minor units")
    return f"{say('{times} times monthly fixed cost', times=times)} ({cost})"


def drawn(cash: Json, told: Told) -> Picture | None:
    """The cash line as a picture."""
    fan, bundle = cash["fan"] or [], cash["lines"]
    levels = {kind: _number(bundle[kind]["value"]) for kind in ("floor", "orange", "reserve")}
    bands = {share: [float(row[name]) for row in fan] for share, name in BANDS.items()}
    return picture([date.fromisoformat(row["week_end"]) for row in fan], bands, levels, told.language)


def _number(value: str | None) -> float | None:
    return None if value is None else float(value)


def weeks(cash: Json, told: Told) -> Sheet:
    """The figures of the picture: the bands of each week and the chance under the floor."""
    say = told.language.say
    chance = {row["week_end"]: row["chance"] for row in cash["weeks_ahead"] or []}
    hole = cash["gap"]
    alpha = hole["alpha"] if hole else 1.0
    rows: list[Row] = []
    for row in cash["fan"] or []:
        risk = chance.get(row["week_end"])
        over = risk is not None and risk >= alpha
        shown = Cell(told.share(risk) + (" ▲" if over else ""), "right bed-red" if over else "right")
        rows.append([told.day(row["week_end"]), *(told.money(row[name]) for name in BANDS.values()), shown])
    heads = [say("week to"), *(say("median") if share == 0.5 else told.language.share(share) for share in BANDS),
             say("under the floor")]  # fmt: skip
    return sheet(say("The cash line, week by week"), heads, rows)


@dataclass(frozen=True)
class GapTold:
    """The gap in words. bad: there is one. sentences: the first says it, the others explain."""

    bad: bool
    sentences: Sequence[str]


def gap(report: Json, told: Told) -> GapTold | None:
    """Whether, when and how deep cash may fall under its floor."""
    hole, language = report["cash_outlook"]["gap"], told.language
    if hole is None:
        return None
    chance = language.share(hole["horizon_chance"])
    if hole["week_end"] is None:
        alpha = language.share(hole["alpha"])
        text = "No week reaches a chance of {alpha} to fall under the floor; in all weeks together it is {chance}."
        said = [language.say(text, alpha=alpha, chance=chance)]
    else:
        said = [
            language.say(
                "In the week to {day} cash falls under the floor with a chance of {chance}; then {median} are missing "
                "in the middle of the cases, {deep} in one of twenty.",
                day=told.day(hole["week_end"]),
                chance=language.share(hole["chance"]),
                median=told.money(hole["median"]),
                deep=told.money(hole["deep"]),
            ),
            language.say(
                "Over all weeks: chance {chance}, deepest {median} in the middle, {deep} in one of twenty.",
                chance=chance,
                median=told.money(hole["worst_median"]),
                deep=told.money(hole["worst_deep"]),
            ),
        ]
    helped = report["with_lines"]
    if helped is not None:
        text = "With free credit lines drawn where needed, the chance to fall under the floor is {chance}."
        said.append(language.say(text, chance=language.share(helped["chance_under_floor"])))
    return GapTold(hole["week_end"] is not None, said)


def tail(cash: Json, told: Told) -> Sheet | None:
    """What makes the worst twentieth of the paths."""
    hole, say = cash["gap"], told.language.say
    if hole is None or not hole["tail"]:
        return None
    rows = [[told.name("flow", row["kind"]), told.money(row["part"]), told.share(row["share"])]
            for row in hole["tail"][:6]]  # fmt: skip
    head = say("what makes the worst 5 % by {day}", day=told.day(hole["tail_day"]))
    return sheet(say("Drivers"), [head, say("amount"), say("share")], rows)


def drivers(cash: Json, told: Told) -> Sheet | None:
    """What a change in receivable and inventory days does."""
    hole, say = cash["gap"], told.language.say
    if hole is None or not hole["drivers"]:
        return None
    rows = [
        [
            _moved(row, told),
            told.share(row["horizon_chance"]),
            told.money(row["lowest_change"]),
        ]
        for row in hole["drivers"]
    ]
    heads = [say("what would move it"), say("chance under the floor"), say("lowest balance, change")]
    return sheet(say("What would move it"), heads, rows)


def _moved(row: Json, told: Told) -> str:
    """What is changed, and by how much."""
    say, days = told.language.say, row["days"]
    if row["driver"] == "dio":
        return say("{days} days of stock", days=f"{days:+d}")
    if days < 0:
        return say("customers pay {days} days earlier", days=-days)
    return say("customers pay {days} days later", days=days)


def pools(cash: Json, told: Told) -> Sheet | None:
    """Emergency money in tiers."""
    say, held = told.language.say, cash["pools"]
    if not held["rows"]:
        return None
    rows = [
        [
            told.language.count(row["tier"]),
            told.name("pool", row["pool"]),
            told.day(row["ready_on"]),
            told.money(row["gross"]),
            told.money(row["net"]),
            told.money(row["by_gap"]),
        ]
        for row in held["rows"]
    ]
    heads = [say("tier"), say("pool"), say("ready"), say("gross"), say("net"), say("adds by then")]
    return sheet(say("Emergency pools"), heads, rows, left=3)


THOUSANDS: Mapping[str, tuple[int, str, int]] = {
    "en": (1_000, "amounts in thousands of {currency}", 0),
    "zh": (10_000, "amounts in ten thousands of {currency}", 1),
}
"""Language to the unit in which large tables are told there: its size, how it is said, decimals."""


def table(cash: Json, told: Told, week: Callable[[str], str]) -> tuple[Sheet | None, str]:
    """Thirteen weeks by the direct method: a row a group and kind of flow, a column a week, means, all in one unit; and
    that unit in words.

    Args:
        week: the address of what lies behind a week, by its last day.
    """
    cells, ends = _by_kind(cash)
    if not cells:
        return None, ""
    say, rows, marks = told.language.say, [], []
    large = max(abs(float(value)) for values in cells.values() for value in values) >= LARGE
    size, unit, places = THOUSANDS[told.language.code] if large else (1, "amounts in {currency}", 0)

    def shortly(value: str) -> str:
        shown = told.language.number(float(value) / size, places)
        return shown if any(sign in shown for sign in "123456789") else "0"

    for (group, kind), values in cells.items():
        if kind is not None and not any(float(value) for value in values):
            continue
        name = told.name("group", group) if kind is None else told.name("flow", kind)
        shown = [Cell(shortly(value), "right minus" if shortly(value).startswith("-") else "right") for value in values]
        rows.append([Cell(name, "" if kind is None else "under"), *shown])
        marks.append("sum" if kind is None else "")
    heads = [say("week to"), *(told.short(end) for end in ends)]
    made = sheet(say("Thirteen weeks by the direct method"), heads, rows)
    tos = ["", *(week(end) for end in ends)]
    return (
        Sheet(made.caption, made.heads, made.rows, marks, tos),
        say(unit, currency=told.language.currency(told.currency)),
    )


def table_rows(cash: Json, told: Told) -> tuple[list[str], list[list[str]]]:
    """The same table exact, for a spreadsheet: heads and rows."""
    cells, ends = _by_kind(cash)
    say = told.language.say
    rows = [
        [told.name("group", group), "" if kind is None else told.name("flow", kind), *values]
        for (group, kind), values in cells.items()
    ]
    return [say("group of flows"), say("kind"), *ends], rows


def _by_kind(cash: Json) -> tuple[dict[tuple[str, str | None], list[str]], list[str]]:
    """Group and kind to the means of thirteen weeks, and the weeks' ends. A group's sum stands over its kinds."""
    sums: dict[str, list[str]] = {}
    kinds: dict[str, dict[str, list[str]]] = {}
    ends: dict[str, None] = {}
    for row in cash["table"] or []:
        if row["week"] >= WEEKS:
            continue
        ends[row["week_end"]] = None
        if row["kind"] is None:
            sums.setdefault(row["group"], []).append(row["mean"])
        else:
            kinds.setdefault(row["group"], {}).setdefault(row["kind"], []).append(row["mean"])
    told: dict[tuple[str, str | None], list[str]] = {}
    for group, values in sums.items():
        told[group, None] = values
        for kind, parts in kinds.get(group, {}).items():
            told[group, kind] = parts
    return told, list(ends)


def spending(cash: Json, told: Told) -> Sheet | None:
    """Which bills to pay when."""
    say, bills = told.language.say, cash["spending"]["bills"]
    if not bills:
        return None
    rows = [
        [
            told.day(row["pay_on"]),
            row["bill_id"],
            row["supplier_name"] or row["supplier_id"] or "",
            told.day(row["due_on"]),
            Cell(told.sentence(row["reason"]), "wrap"),
            told.money(row["amount"]),
        ]
        for row in bills[:25]
    ]
    heads = [say("pay on"), say("bill"), say("supplier"), say("due"), say("why"), say("amount")]
    return sheet(say("Payments out, planned"), heads, rows, left=5)
