"""Cycle: days in stock, to be paid, to pay; what each day is worth, and what our own terms alone would allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent_server.web.cash.fan import spark
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.listing.columns import Cell
from solvent_server.web.parts.page import Look


@dataclass(frozen=True)
class Part:
    """One part of the cycle.

    figure: days as they are read; lines: what stands under it. how: base and formula. trend: of the month ends. to:
    where its rows are. balance, day, allowed, freed: the balance behind it, what a day of it is worth, the days that
    our own terms allow, and the cash that lies between; None where it is not known.
    """

    name: str
    title: str
    figure: str
    lines: Sequence[str]
    how: Sequence[tuple[str, str]]
    trend: str
    to: str
    days: float | None
    balance: float | None
    day: float | None
    allowed: float | None
    freed: float | None


@dataclass(frozen=True)
class _Said:
    """What a part is called: its name, title and the page of its rows; its formula and what own terms allow; months."""

    names: tuple[str, str, str]
    words: tuple[str, str]
    months: Sequence[float | None]


def parts(look: Look, told: Told, agreed: float | None, slow: tuple[float | None, float | None]) -> Sequence[Part]:
    """Stock, sales and payables.

    Args:
        agreed: days that suppliers give us, by what is open with them. slow: value of all stock and of what does not
            move, main units of the books' currency.
    """
    assert look.kept is not None
    say, report = look.say, look.kept.report
    months = report["cash_outlook"]["indicators"] or []
    stock, idle = slow
    days, best = report["dso"]["simple_90"], report["dso"]["best_possible_90"]
    lying, owing = report["stock"]["dio"], report["payables"]["dpo"]
    moving = None if lying is None or not stock or idle is None else lying * (1 - idle / stock)
    in_stock = _Said(
        ("dio", say("Days in stock"), "working_stock"),
        (say("stock over cost of sales, times the days of its period"),
         say("{days} without what has not moved for too long", days=look.language.days(moving))),
        [row["dio_days"] for row in months],
    )  # fmt: skip
    of_sales = _Said(
        ("dso", say("Days of sales"), "receivable_days"),
        (say("open receivables over the sales of 90 days, times 90"),
         say("{days} if everybody paid in time", days=look.language.days(best))),
        [row["dso_days"] for row in months],
    )  # fmt: skip
    payable = _Said(
        ("dpo", say("Days payable"), "working_bills"),
        (say("payables over the bills of a year, times 365"),
         say("{days} agreed with suppliers", days=look.language.days(agreed))),
        [row["dpo_days"] for row in months],
    )  # fmt: skip
    return [
        _part(look, told, in_stock, (lying, stock, moving)),
        _part(look, told, of_sales, (days, _float(report["open_total"]), best)),
        _part(look, told, payable, (owing, _float(report["payables_aging"]["total"]), agreed)),
    ]


def _part(look: Look, told: Told, said: _Said, known: tuple[float | None, float | None, float | None]) -> Part:
    """A part; what own terms allow frees cash where stock and sales take longer, or payables less long, than that.

    Args:
        known: days, the balance behind them, and the days that own terms allow.
    """
    assert look.kept is not None
    say, (name, title, to), (formula, under), months = look.say, said.names, said.words, said.months
    days, balance, allowed = known
    day = balance / days if days and balance is not None else None
    gap = None if days is None or allowed is None else (allowed - days if name == "dpo" else days - allowed)
    freed = None if gap is None or day is None else gap * day
    lines = [under] if allowed is not None else []
    lines.append(say("one day is worth {amount}", amount=told.brief(day)))
    if freed is not None and abs(freed) >= 1:
        amount = told.brief(abs(freed))
        if name == "dpo" and freed < 0:
            lines.append(say("paid late, {amount} of suppliers' money is used beyond terms", amount=amount))
        elif freed > 0:
            lines.append(say("{amount} would be free at that", amount=amount))
    how = [
        (say("Formula"), formula),
        (say("Balance"), f"{told.money(None if balance is None else f'{balance:.2f}')} {told.currency}"),
        (say("One day"), say("balance over days")),
        (say("As of"), look.language.day(look.kept.as_of)),
    ]
    return Part(
        name, title, told.days(days), lines, how, spark(months), look.address(to), days, balance, day, allowed, freed
    )


def cycle(look: Look, told: Told, made: Sequence[Part]) -> Part:
    """The cash conversion cycle of these parts."""
    assert look.kept is not None
    say, report = look.say, look.kept.report
    months = report["cash_outlook"]["indicators"] or []
    days = report["payables"]["ccc"]
    by = {part.name: part for part in made}
    known = all(part.allowed is not None for part in made)
    allowed = by["dio"].allowed + by["dso"].allowed - by["dpo"].allowed if known else None  # type: ignore[operator]
    freed = sum(part.freed for part in made if part.freed is not None and part.freed > 0)
    lines = [say("{stock} in stock, {sales} to be paid, less {payable} to pay", stock=by["dio"].figure,
                 sales=by["dso"].figure, payable=by["dpo"].figure)]  # fmt: skip
    if allowed is not None:
        lines.append(say("{days} if everybody kept to the terms, we too", days=told.days(allowed)))
    if freed >= 1:
        lines.append(say("{amount} could be free in all", amount=told.brief(freed)))
    how = [
        (say("Formula"), say("days in stock and days of sales, less days payable")),
        (say("As of"), look.language.day(look.kept.as_of)),
    ]
    return Part(
        "ccc", say("Cash conversion cycle"), told.days(days), lines, how, spark([row["ccc_days"] for row in months]),
        "#months", days, None, None, allowed, freed,
    )  # fmt: skip


def months_of(look: Look, told: Told) -> Sheet:
    """The cycle at each month end, the newest first: the day, and its four figures."""
    assert look.kept is not None
    say = look.say
    rows = look.kept.report["cash_outlook"]["indicators"] or []
    names = ("dio_days", "dso_days", "dpo_days", "ccc_days")
    made = [[told.day(row["month_end"]), *(told.days(row[name]) for name in names)] for row in reversed(rows)]
    heads = [say("Month end"), say("Days in stock"), say("Days of sales"), say("Days payable"),
             say("Cash conversion cycle")]  # fmt: skip
    return sheet(say("The cycle at month ends"), heads, made)


def variants(look: Look, told: Told) -> Sheet:
    """Every variant of days and turnover under its own name, which opens it: figure, and what it is."""
    rows: list[Row] = [
        [Cell(name, "", to), Cell(figure, "right"), Cell(what, "wrap")] for name, figure, what, to in _every(look, told)
    ]
    made = sheet(
        look.say("Every variant under its own name"),
        [look.say("Measure"), look.say("Reading now"), look.say("What it is")],
        rows,
    )
    return Sheet(made.caption, [*made.heads[:2], (made.heads[2][0], "")], made.rows)


def _every(look: Look, told: Told) -> Sequence[tuple[str, str, str, str]]:
    """Each variant: name, figure, what it is, and the page that opens it."""
    assert look.kept is not None
    say, report = look.say, look.kept.report
    dso, payables, stock = report["dso"], report["payables"], report["stock"]
    number = look.language.number
    bills, suppliers, articles = (look.address(f"working_{name}") for name in ("bills", "suppliers", "stock"))

    def figure(name: str) -> str:
        return look.address("figure", name)

    return [
        (say("DSO, 90 days"), told.days(dso["simple_90"]),
         say("open receivables over the sales of 90 days, times 90"), figure("dso")),
        (say("Countback DSO"), told.days(dso["countback"]),
         say("how many days of the newest sales make up what is open; seasons do not bend it"),
         figure("countback_dso")),
        (say("DSO, one year"), told.days(dso["average_365"]),
         say("mean receivables over the sales of a year, times 365"), figure("average_dso")),
        (say("Best possible DSO"), told.days(dso["best_possible_90"]),
         say("the same with what is not yet due only: what your terms alone cost"), figure("best_possible_dso")),
        (say("Days delinquent"), told.days(report["add"]), say("the difference: what late payment costs"),
         figure("days_delinquent")),
        (say("Turnover of receivables"), NONE if report["turnover"] is None else number(report["turnover"]),
         say("times a year that receivables turn into money"), figure("turnover")),
        (say("DPO on purchases"), told.days(payables["dpo"]), say("payables over the bills of a year, times 365"),
         bills),
        (say("DPO on cost of sales"), told.days(payables["dpo_cogs"]),
         say("payables over cost of sales, times the days of its period"), bills),
        (say("How late we pay"), told.days(payables["own_delay"]),
         say("from due day to payment, by amount, one year"), suppliers),
        (say("Days in stock"), told.days(stock["dio"]), say("stock over cost of sales, times the days of its period"),
         articles),
        (say("Turnover of stock"), NONE if stock["turnover"] is None else number(stock["turnover"]),
         say("times a year that stock is sold"), articles),
    ]  # fmt: skip


def agreed_days(suppliers: pl.DataFrame) -> float | None:
    """Days that suppliers give us, by what is open with them; None where nothing is."""
    known = suppliers.filter(pl.col("terms_days").is_not_null() & (pl.col("worth") > 0))
    if known.is_empty():
        return None
    weight = known.get_column("worth").cast(pl.Float64)
    whole = float(weight.sum())
    return float((known.get_column("terms_days") * weight).sum()) / whole


def _float(told: str | None) -> float | None:
    return None if told is None else float(told)
