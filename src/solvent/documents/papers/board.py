"""Board: the report for management, monthly or quarterly: cash, receivables, risk, decisions, policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl

from solvent.base.calendar import months_before
from solvent.documents.content import (
    Block,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Points,
    Row,
    Table,
    Value,
    count,
    country,
    day,
    days,
    grade,
    money,
    number,
    share,
    text,
    word,
)
from solvent.documents.papers.kept import Kept, on, part_of, table, total
from solvent.documents.policy_book.changes import Change

Span = Literal["month", "quarter"]
WEEKS, MONTHS, TOP = 13, 6, 10
"""Weeks ahead, months back, and lines of a list that the report shows."""
LATE = ("1-30", "31-60", "61-90", "91-120", "121+")
TRENDS = {
    "region": "paper.board.trend_region",
    "industry": "paper.board.trend_industry",
    "country": "paper.board.trend_country",
}


def board_report(kept: Kept, changes: Sequence[Change] | None = None, span: Span = "month") -> Document:
    """The risk report for management (REQUIREMENTS GO-02).

    Args:
        changes: what the day's books call for in the credit policy; None: they were not looked at.
        span: how far back decisions are told of.
    """
    blocks: list[Block] = [
        *_summary(kept),
        *_cash(kept),
        *_receivables(kept),
        *_risk(kept),
        *_around(kept),
        *_working(kept),
        *_decided(kept, span),
        *_policy(changes),
    ]
    facts = {"company": text(kept.company or None), "day": day(kept.as_of)}
    title = "paper.board.title" if span == "month" else "paper.board.title_quarter"
    return Document("board", title, facts, kept.as_of, tuple(blocks))


def _summary(kept: Kept) -> Iterator[Block]:
    """The figures to be seen first, and in a sentence each what is bad."""
    report = kept.report
    cash, gap = report["cash_outlook"], report["cash_outlook"]["gap"]
    findings = report["warnings"]["findings"]
    yield Heading("paper.board.summary")
    yield Figures(
        [
            Figure("cash_now", kept.money(report["cash"]), "cash_now.base", kept.as_of),
            Figure("gap_chance", share(None if gap is None else gap["horizon_chance"]), "gap_chance.base", kept.as_of),
            Figure("open_total", kept.money(report["open_total"]), "open_total.base", kept.as_of),
            Figure("overdue_share", share(report["overdue_share"]), "overdue_share.base", kept.as_of),
            Figure("dso", days(_round(report["dso"]["simple_90"])), "dso.base", kept.as_of),
            Figure("cycle_days", days(_round(report["payables"]["ccc"])), "cycle_days.base", kept.as_of),
            Figure("provision", kept.money(report["provision"]), "provision.base", kept.as_of),
            Figure("alarms", count(sum(one["tier"] >= 2 for one in findings)), "alarms.base", kept.as_of),
        ]
    )
    floor = cash["lines"]["floor"]["value"]
    if report["cash"] is not None and floor is not None and float(report["cash"]) < float(floor):
        yield Paragraph("paper.board.under_floor", {"floor": kept.money(floor)}, "bad")
    if gap is not None and gap["week_end"] is not None:
        facts = {"day": day(on(gap["week_end"])), "chance": share(gap["chance"]), "amount": kept.money(gap["expected"])}
        yield Paragraph("paper.board.gap", facts, "bad")
    elif gap is not None:
        yield Paragraph("paper.board.no_gap", {"chance": share(gap["alpha"])}, "good")
    flow = report["cash_flow"][-1] if report["cash_flow"] else None
    if flow is not None and flow["negative_months"] > 1:
        yield Paragraph("paper.board.negative_flow", {"count": count(flow["negative_months"])}, "bad")
    last = report["dso_history"][-1] if report["dso_history"] else {}
    rise = last.get("simple_days_rise")
    if rise is not None and rise > 0:
        yield Paragraph("paper.board.dso_up", {"share": share(rise)}, "watch")


def _cash(kept: Kept) -> Iterator[Block]:
    report, cash = kept.report, kept.report["cash_outlook"]
    lines = cash["lines"]
    yield Heading("paper.board.cash")
    yield Figures(
        [
            Figure("cash_now", kept.money(report["cash"]), "cash_now.base", kept.as_of),
            Figure("floor", kept.money(lines["floor"]["value"]), "floor.base", kept.as_of),
            Figure("orange_line", kept.money(lines["orange"]["value"]), "orange_line.base", kept.as_of),
            Figure("monthly_spend", kept.money(report["monthly_spend"]), "monthly_spend.base", kept.as_of),
        ]
    )
    rows: list[Row] = [
        (
            day(on(week["week_end"])),
            kept.money(week["lowest_p50"]),
            kept.money(week["lowest_p05"]),
            share(week["chance"]),
        )
        for week in (cash["weeks_ahead"] or [])[:WEEKS]
    ]
    if not rows:
        yield Paragraph("paper.board.no_paths", tone="watch")
    yield from table("paper.board.weeks", ("week_end", "lowest_median", "lowest_tail", "under_floor"), rows)
    flows: list[Row] = [
        (
            day(on(row["month_end"])),
            *(kept.money(row[name]) for name in ("operating", "investing", "financing", "total")),
        )
        for row in report["cash_flow"][-MONTHS:]
    ]
    yield from table("paper.board.flows", ("month_end", "operating", "investing", "financing", "cash_change"), flows)
    plan = report["crisis_plan"]
    steps: list[Row] = [
        (word("crisis", step["step"]), kept.who(step["subject"]), kept.money(step["gain"]), day(on(step["by_on"])))
        for step in (plan["steps"] if plan else [])[:TOP]
    ]
    if steps:
        facts = {"amount": kept.money(plan["need"]), "day": day(on(plan["day"]))}
        yield Paragraph("paper.board.plan", facts)
    yield from table("paper.board.steps", ("step", "subject", "gain", "by_on"), steps)


def _receivables(kept: Kept) -> Iterator[Block]:
    report = kept.report
    aging, dso = report["aging"], report["dso"]
    yield Heading("paper.board.receivables")
    yield Figures(
        [
            Figure("open_total", kept.money(report["open_total"]), "open_total.base", kept.as_of),
            Figure(
                "overdue_total", kept.money(total([aging.get(one) for one in LATE])), "overdue_total.base", kept.as_of
            ),
            Figure("best_possible", days(_round(dso["best_possible_90"])), "best_possible.base", kept.as_of),
            Figure("countback", days(_round(dso["countback"])), "countback.base", kept.as_of),
        ]
    )
    yield from aging_table(kept)
    history: list[Row] = [
        (day(on(row["month_end"])), days(_round(row["simple_days"])), days(_round(row["countback_days"])),
         kept.money(row["receivables"]))
        for row in report["dso_history"][-MONTHS:]
    ]  # fmt: skip
    yield from table("paper.board.dso", ("month_end", "dso", "countback_days", "receivables"), history)


def aging_table(kept: Kept) -> Sequence[Table]:
    """What is open by age, with shares."""
    aging, whole = kept.report["aging"], kept.report["open_total"]
    rows: list[Row] = [
        (word("bucket", name), kept.money(value), share(part_of(value, whole)))
        for name, value in aging.items()
        if name != "per_customer"
    ]
    rows.append((word("bucket", "total"), kept.money(whole), share(None)))
    return table("paper.ageing", ("bucket", "open_amount", "part_share"), rows)


def _risk(kept: Kept) -> Iterator[Block]:
    """Grades, the largest debtors, and the gravest alarms."""
    credit = kept.report["credit"]
    yield Heading("paper.board.risk")
    if credit is not None:
        grades: list[Row] = [
            (grade(row["grade"]), count(row["customers"]), kept.money(row["exposure"])) for row in credit["by_grade"]
        ]
        yield from table("paper.board.grades", ("grade", "customers", "exposure"), grades)
        yield from debtors(kept, TOP)
        if credit["over_limit"]:
            yield Paragraph("paper.board.over_limit", {"count": count(credit["over_limit"])}, "watch")
    rows, left = kept.alarms(1, 2 * TOP)
    yield from table("paper.board.alarms", ("tier", "rule", "findings_count", "for_example", "owner"), rows)
    if left:
        yield Paragraph("report.more", {"count": count(left)})


def debtors(kept: Kept, most: int) -> Sequence[Table]:
    """The customers with the largest exposure."""
    credit = kept.report["credit"]
    rows: list[Row] = [
        (kept.who(row["customer_id"]), grade(row["grade"]), kept.money(row["exposure"]), kept.money(row["overdue"]),
         kept.money(row["limit"]), share(row["used_share"]))
        for row in (credit["customers"] if credit else [])[:most]
    ]  # fmt: skip
    return table("paper.debtors", ("customer", "grade", "exposure", "overdue_amount", "limit_amount", "used"), rows)


def _around(kept: Kept) -> Iterator[Block]:
    """Trends by region, industry and country: where customers pay worse than in the year before, the worst first."""
    trends = kept.report["default_trend"]
    blocks: list[Block] = []
    for by, caption in TRENDS.items():
        known = [row for row in trends.get(by, []) if row["on_time_change"] is not None]
        rows: list[Row] = [
            (country(row[by]) if by == "country" else text(row[by]), share(row["on_time_share"]),
             share(row["on_time_before"]), share(row["default_share"]),
             share(row["default_before"]))
            for row in sorted(known, key=lambda row: row["on_time_change"])[:MONTHS]
        ]  # fmt: skip
        blocks += table(caption, (by, "on_time_share", "before", "default_share", "before"), rows)
    if blocks:
        yield Heading("paper.board.around")
        yield Paragraph("paper.board.around.how")
        yield from blocks


def _working(kept: Kept) -> Iterator[Block]:
    report = kept.report
    yield Heading("paper.board.working")
    ratios = report["liquidity"][-1] if report["liquidity"] else None
    yield Figures(
        [
            Figure("dio", days(_round(report["stock"]["dio"])), "dio.base", kept.as_of),
            Figure("dso", days(_round(report["dso"]["simple_90"])), "dso.base", kept.as_of),
            Figure("dpo", days(_round(report["payables"]["dpo"])), "dpo.base", kept.as_of),
            Figure("cycle_days", days(_round(report["payables"]["ccc"])), "cycle_days.base", kept.as_of),
            Figure("slow_share", share(report["stock"]["slow_share"]), "slow_share.base", kept.as_of),
        ]
    )
    if ratios is not None:
        rows: list[Row] = [
            (day(on(row["period_end"])),
             *(number(row[name]) for name in ("current_ratio", "quick_ratio", "cash_ratio")),
             kept.money(row["wcr"]))
            for row in report["liquidity"][-MONTHS:]
        ]  # fmt: skip
        yield Table("paper.board.ratios", ("statement_of", "current_ratio", "quick_ratio", "cash_ratio", "wcr"), rows)


def _decided(kept: Kept, span: Span) -> Iterator[Block]:
    """Decisions on limits in the span, the newest first."""
    yield Heading("paper.board.decisions")
    first = since(kept.as_of, span)
    if kept.decisions is None:
        yield Paragraph("paper.board.no_decisions", {"day": day(first)})
        return
    within = pl.col("recorded_on").is_between(first, kept.as_of)
    rows: list[Row] = [
        (day(row["recorded_on"]), kept.who(row["customer_id"]), _limit(row), text(row["decided_by"]),
         text(row["approved_by"]), text(row["reason"]))
        for row in kept.decisions.filter(within).sort("recorded_on", descending=True).iter_rows(named=True)
    ]  # fmt: skip
    if not rows:
        yield Paragraph("paper.board.no_decisions", {"day": day(first)})
    columns = ("known_on", "customer", "limit_amount", "decided_by", "approved_by", "reason")
    yield from table("paper.board.decided", columns, rows[: 3 * TOP])
    if len(rows) > 3 * TOP:
        yield Paragraph("report.more", {"count": count(len(rows) - 3 * TOP)})


def _limit(row: dict[str, object]) -> Value:
    amount = row["amount"]
    return money(int(str(amount)) if amount is not None else None, str(row["currency"] or ""))


def since(day_on: date, span: Span) -> date:
    """The first day of the span that ends with a day.

    >>> since(date(2026, 10, 31), "month"), since(date(2026, 10, 31), "quarter")
    (datetime.date(2026, 10, 1), datetime.date(2026, 8, 1))
    """
    following = day_on + timedelta(days=1)
    if following.day != 1:
        return months_before(day_on, 1 if span == "month" else 3) + timedelta(days=1)
    return months_before(following, 1 if span == "month" else 3)


def _policy(changes: Sequence[Change] | None) -> Iterator[Block]:
    """The changes of credit policy that the figures call for."""
    yield Heading("paper.board.policy")
    if changes is None:
        yield Paragraph("paper.board.policy.unknown")
    elif not changes:
        yield Paragraph("policy.changes.none", tone="good")
    else:
        rows: list[Row] = [(word("term", one.term), one.segment, one.present, one.proposed) for one in changes]
        yield Table("policy.changes.table", ("term", "segment", "present", "proposed"), rows)
        yield Points(
            [(f"policy.change.{one.rule}", {**one.facts, "segment": one.segment, "term": word("term", one.term)})
             for one in changes]
        )  # fmt: skip


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
