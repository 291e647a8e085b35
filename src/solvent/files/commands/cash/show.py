"""Show: the answers about cash on the screen, in the order in which a treasurer asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from solvent.assessment import Assessment
from solvent.books.books import Books
from solvent.decisions.liquidity.liquidity import Outlook
from solvent.files.commands.cash.band import scale
from solvent.files.commands.cash.names import FLOW, GROUP
from solvent.files.commands.cash.watch import board, health, movements, signs, spending
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent.simulation.company import Company, contributions

WIDE = 110
"""Columns of a screen from which on the weeks are drawn too."""


def show_outlook(assessment: Assessment, screen: Screen, *, whole: bool) -> None:
    """Everything that a morning needs; with ``whole`` the table of weeks kind by kind too."""
    told, company, books = assessment.outlook, assessment.snapshot.company, assessment.snapshot.books
    currency = books.currency
    accounts(told, screen, currency)
    floor(told, screen, currency)
    weeks(told, screen, currency)
    if whole:
        table(told, screen, currency)
    gap(told, company, screen, currency, names_of(books))
    pools(told, screen, currency)
    helped = assessment.with_lines
    if helped is not None:
        screen.line(
            screen.language.say(
                "With free credit lines drawn where needed, the chance to fall under the floor is {chance}.",
                chance=screen.language.share(helped.chance),
            )
        )
    signs(told, screen)
    spending(told, screen, currency)
    movements(told, screen)
    health(told, screen, currency)
    payment = assessment.snapshot.payment
    if payment is not None and payment.scoreboard is not None:
        board(payment.scoreboard, screen)


def names_of(books: Books) -> Mapping[str, str]:
    """What customers and suppliers are called, by id."""
    told = [books.table("customers").select("customer_id", "name")]
    told.append(
        books.table("bills").select(pl.col("supplier_id").alias("customer_id"), pl.col("supplier_name").alias("name"))
    )
    return dict(pl.concat(told).drop_nulls().unique("customer_id", keep="first").collect().iter_rows())


def named(subject: str, names: Mapping[str, str]) -> str:
    """An id with the name behind it, where one is known."""
    return f"{subject}  {names[subject]}" if subject in names else subject


def show_brief(told: Outlook, screen: Screen, currency: str) -> None:
    """What an assessment says of cash; ``solvent outlook`` says all."""
    weeks(told, screen, currency)
    gap(told, None, screen, currency, {})
    signs(told, screen)
    health(told, screen, currency)


def accounts(told: Outlook, screen: Screen, currency: str) -> None:
    """What stands on all accounts, by currency, and how old the figures are."""
    if told.currencies.is_empty():
        return
    language = screen.language
    screen.heading("Cash on all accounts")
    rows = [
        (
            row["currency"],
            language.count(row["accounts"]),
            language.money(row["balance"], row["currency"]),
            language.money(row["in_base"], currency),
            language.count(row["age_days"]) if row["age_days"] is not None else "-",
        )
        for row in told.currencies.iter_rows(named=True)
    ]
    heads = ("currency", "accounts", "balance", language.say("in {currency}", currency=currency), "days old")
    screen.table(heads, rows)


def floor(told: Outlook, screen: Screen, currency: str) -> None:
    """The lines and what they are made of."""
    language, lines = screen.language, told.lines
    screen.heading(language.say("Lines, {currency}", currency=language.currency(currency)))
    rows = []
    for name, figure in (
        ("monthly fixed cost", lines.fixed),
        ("floor", lines.floor),
        ("orange line", lines.orange),
        ("first reserve", lines.reserve),
    ):
        value = None if figure.value is None else round(figure.value)
        rows.append((language.say(name), _base(name, figure.inputs, language), language.money(value, currency)))
    if lines.ring_fenced:
        rows.append((language.say("set apart for expansion"), "", language.money(lines.ring_fenced, currency)))
    screen.table(("line", "base", "amount"), rows, left=2)


def _base(name: str, inputs: Mapping[str, Any], language: Language) -> str:
    """What a line is made of, in a few words."""
    if name == "monthly fixed cost":
        return _flows(inputs, language)
    if inputs.get("monthly_spend") is not None:
        return language.say("{times} times monthly spend", times=language.number(inputs.get("times"), 1))
    if inputs.get("monthly_fixed_cost") is not None:
        return language.say("{times} times monthly fixed cost", times=language.number(inputs.get("times"), 1))
    return ""


def _flows(inputs: Mapping[str, Any], language: Language) -> str:
    told = str(inputs.get("categories", "")).split(", ")
    return language.listed([language.say(FLOW.get(name, name)) for name in told])


def weeks(told: Outlook, screen: Screen, currency: str) -> None:
    """The weeks ahead: receipts, payments, balance with its band, chance under the floor."""
    if told.table is None or told.fan is None:
        return
    language = screen.language
    screen.heading(language.say("Weeks ahead, {currency}", currency=language.currency(currency)))
    line = told.lines.line
    by_week = {
        (row["week"], row["group"]): row for row in told.table.filter(pl.col("kind").is_null()).iter_rows(named=True)
    }
    chance = {} if told.under is None else dict(told.under.select("week", "chance").iter_rows())
    count = max(week for week, _ in by_week) + 1
    closing = [by_week[week, "closing"] for week in range(count)]
    drawn = None
    if screen.width >= WIDE:
        drawn = scale([row["p10"] for row in closing], [row["p90"] for row in closing], line)
    rows = []
    for week, row in enumerate(closing):
        came = sum(by_week[week, group]["mean"] for group in ("receipts", "other_in") if (week, group) in by_week)
        net = by_week[week, "net"]["mean"]
        rows.append(
            (
                language.short_day(row["week_end"]),
                language.brief_money(came, currency),
                language.brief_money(net - came, currency),
                language.brief_money(row["p10"], currency),
                language.brief_money(row["p50"], currency),
                language.brief_money(row["p90"], currency),
                language.share(chance[week]) if week in chance else "-",
                *((drawn.band(row["p10"], row["p50"], row["p90"]),) if drawn is not None else ()),
            )
        )
    heads = ("week to", "in", "out", "10 %", "median", "90 %", "under floor", *(("",) if drawn is not None else ()))
    styles = ("", "green", "red", "", "bold", "", "", "cyan")
    screen.table(heads, rows, bars=drawn is not None, styles=styles)
    if told.fan_months is not None and told.fan_months.height:
        months = [
            (
                language.day(row["month_end"]),
                *(language.brief_money(row[name], currency) for name in ("p05", "p10", "p50", "p90", "p95")),
            )
            for row in told.fan_months.iter_rows(named=True)
        ]
        screen.table(("month end", "5 %", "10 %", "median", "90 %", "95 %"), months)


def table(told: Outlook, screen: Screen, currency: str) -> None:
    """The rolling weeks by the direct method, kind by kind, means."""
    if told.table is None:
        return
    language = screen.language
    screen.heading("Rolling weeks by the direct method, means")
    weeks_there = told.table.get_column("week_end").unique(maintain_order=True).to_list()
    cells: dict[tuple[str, str | None], list[str]] = {}
    for row in told.table.iter_rows(named=True):
        cells.setdefault((row["group"], row["kind"]), []).append(language.brief_money(row["mean"], currency))
    step = max((screen.width - 26) // 9, 3)
    for first in range(0, len(weeks_there), step):
        shown = slice(first, first + step)
        rows = []
        for (group, kind), values in cells.items():
            name = language.say(GROUP[group]) if kind is None else "  " + language.say(FLOW[kind])
            rows.append((name, *values[shown]))
        screen.table(("", *(language.short_day(day) for day in weeks_there[shown])), rows)


def gap(told: Outlook, company: Company | None, screen: Screen, currency: str, names: Mapping[str, str]) -> None:
    """Whether, when and how deep cash may fall under its floor, and who makes it."""
    hole, language = told.gap, screen.language
    if hole is None:
        return
    screen.heading("Funding gap")
    if hole.week_end is None:
        screen.line(
            language.say(
                "No week reaches a chance of {alpha} to fall under the floor; in all weeks together it is {chance}.",
                alpha=language.share(hole.alpha),
                chance=language.share(hole.horizon_chance),
            ),
            style="green",
        )
    else:
        screen.line(
            language.say(
                "In the week to {day} cash falls under the floor with a chance of {chance}; then {median} are missing "
                "in the middle of the cases, {deep} in one of twenty.",
                day=language.day(hole.week_end),
                chance=language.share(hole.chance),
                median=language.money(hole.median, currency),
                deep=language.money(hole.deep, currency),
            ),
            style="bold red",
        )
        screen.line(
            language.say(
                "Over all weeks: chance {chance}, deepest {median} in the middle, {deep} in one of twenty.",
                chance=language.share(hole.horizon_chance),
                median=language.money(hole.worst_median, currency),
                deep=language.money(hole.worst_deep, currency),
            )
        )
    parts = [
        (language.say(FLOW[row["kind"]]), language.money(row["part"], currency), language.share(row["share"]))
        for row in hole.tail.head(5).iter_rows(named=True)
    ]
    screen.table(
        (language.say("what makes the worst 5 % by {day}", day=language.day(hole.tail_day)), "amount", "share"), parts
    )
    moved = [
        (
            language.say(_DRIVER[row["driver"]], days=f"{row['days']:+d}"),
            language.share(row["horizon_chance"]),
            language.money(row["lowest_change"], currency),
        )
        for row in hole.drivers.iter_rows(named=True)
    ]
    if moved:
        screen.table(("what would move it", "chance under the floor", "lowest balance"), moved)
    if company is not None:
        _customers(told, company, screen, currency, names)


_DRIVER = {"dso": "customers pay {days} days later", "dio": "{days} days of stock"}


def _customers(told: Outlook, company: Company, screen: Screen, currency: str, names: Mapping[str, str]) -> None:
    """The customers that make the worst paths."""
    hole, language, paths = told.gap, screen.language, company.paths
    if hole is None or not company.book.names:
        return
    place = min(paths.horizon.bin_of(hole.tail_day), len(paths.horizon) - 1)
    worst = paths.balance[:, place].argsort(kind="stable")[: max(1, round(0.05 * paths.count))]
    tail = np.isin(np.arange(paths.count), worst)
    found = contributions(company, tail, place + 1, most=20).filter(pl.col("customer_id").is_not_null())
    rows = [
        (
            named(row["customer_id"], names),
            language.money(round(row["expected"]), currency),
            language.money(round(row["shortfall"]), currency),
        )
        for row in found.head(5).iter_rows(named=True)
        if row["shortfall"] is not None and row["shortfall"] > 0
    ]
    if rows:
        screen.table(("customers whose money is missing then", "expected", "missing in the worst 5 %"), rows)


_POOL = {
    "reserve": "cash reserve of one month of fixed cost",
    "receivables": "assignable insured receivables",
    "lines": "free committed credit lines",
}


def pools(told: Outlook, screen: Screen, currency: str) -> None:
    """Emergency money in tiers."""
    language, held = screen.language, told.pools
    if held.rows.is_empty():
        return
    screen.heading("Emergency pools")
    rows = [
        (
            language.count(row["tier"]),
            language.say(_POOL.get(row["pool"], row["pool"])),
            language.money(row["gross"], currency),
            language.money(row["net"], currency),
            "-" if row["ready_on"] is None else language.day(row["ready_on"]),
            language.money(row["by_gap"], currency),
        )
        for row in held.rows.iter_rows(named=True)
    ]
    screen.table(("tier", "pool", "gross", "net", "ready", "adds by then"), rows, left=2)
    if held.need_median:
        screen.line(
            language.say(
                "Needed {need}, left open {left}; in one of twenty cases needed {deep}, left open {open}.",
                need=language.money(held.need_median, currency),
                left=language.money(held.left_median, currency),
                deep=language.money(held.need_deep, currency),
                open=language.money(held.left_deep, currency),
            )
        )
