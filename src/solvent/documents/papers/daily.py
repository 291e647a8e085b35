"""Daily: one sheet in plain words for everybody, and the papers about ageing, exposure and what the data lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from solvent.documents.content import (
    Block,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Row,
    Table,
    Value,
    count,
    day,
    days,
    share,
    text,
    word,
)
from solvent.documents.papers.board import LATE, aging_table, debtors
from solvent.documents.papers.kept import Kept, on, table, total

FEW, MANY = 5, 100
"""Lines of a list on the sheet of the day, and in a report."""


def morning_sheet(kept: Kept) -> Document:
    """The day on one sheet, in words that need no finance (REQUIREMENTS GO-05)."""
    report, cash = kept.report, kept.report["cash_outlook"]
    gap, spend = cash["gap"], report["monthly_spend"]
    blocks: list[Block] = [Heading("paper.morning.cash")]
    months = None if report["cash"] is None or not spend or float(spend) <= 0 else float(report["cash"]) / float(spend)
    blocks.append(Paragraph("paper.morning.have", {"amount": kept.money(report["cash"])}))
    if months is not None:
        blocks.append(
            Paragraph("paper.morning.lasts", {"days": days(round(months * 30))}, "bad" if months < 1 else "plain")
        )
    floor = cash["lines"]["floor"]["value"]
    if floor is not None:
        blocks.append(Paragraph("paper.morning.floor", {"amount": kept.money(floor)}))
    if gap is not None and gap["week_end"] is not None:
        facts = {"day": day(on(gap["week_end"])), "chance": share(gap["chance"])}
        blocks.append(Paragraph("paper.morning.gap", facts, "bad"))
    elif gap is not None:
        blocks.append(Paragraph("paper.morning.no_gap", tone="good"))
    blocks += _owed(kept)
    blocks += _help(kept)
    return Document("morning", "paper.morning.title", _facts(kept), kept.as_of, tuple(blocks))


def _owed(kept: Kept) -> Iterator[Block]:
    """Who owes, and how late."""
    report = kept.report
    late = total([report["aging"].get(one) for one in LATE])
    yield Heading("paper.morning.owed")
    yield Paragraph("paper.morning.open", {"amount": kept.money(report["open_total"]), "late": kept.money(late)})
    wait = report["dso"]["simple_90"]
    if wait is not None:
        facts = {"days": days(round(wait)), "best": days(_whole(report["dso"]["best_possible_90"]))}
        yield Paragraph("paper.morning.wait", facts)
    credit = report["credit"]
    worst = sorted(credit["customers"] if credit else [], key=lambda row: -float(row["overdue"] or 0))
    rows: list[Row] = [
        (kept.who(row["customer_id"]), kept.money(row["overdue"]))
        for row in worst[:FEW]
        if float(row["overdue"] or 0) > 0
    ]
    yield from table("paper.morning.late", ("customer", "overdue_amount"), rows)


def _help(kept: Kept) -> Iterator[Block]:
    """What rings today, and whom it is for."""
    rows, left = kept.alarms(2, 2 * FEW)
    yield Heading("paper.morning.alarms")
    if not rows:
        yield Paragraph("paper.morning.quiet", tone="good")
        return
    yield Table("paper.morning.rings", ("tier", "rule", "findings_count", "for_example", "owner"), rows)
    if left:
        yield Paragraph("report.more", {"count": count(left)})


def ageing_report(kept: Kept) -> Document:
    """What is open by age: in all, and customer by customer, the largest first."""
    report = kept.report
    blocks: list[Block] = [
        Figures(
            [
                Figure("open_total", kept.money(report["open_total"]), "open_total.base", kept.as_of),
                Figure("overdue_share", share(report["overdue_share"]), "overdue_share.base", kept.as_of),
                Figure("disputed", kept.money(report["disputed"]), "disputed.base", kept.as_of),
                Figure("tie_out", kept.money(report["tie_out_difference"]), "tie_out.base", kept.as_of),
            ]
        ),
        *aging_table(kept),
    ]
    buckets = [name for name in report["aging"] if name != "per_customer"]
    each = report["aging"]["per_customer"]
    ordered = sorted(each.items(), key=lambda one: -float(one[1]["total"] or 0))
    rows: list[Row] = [
        (kept.who(customer), *(kept.money(cells[name]) for name in (*buckets, "total")))
        for customer, cells in ordered[:MANY]
    ]
    if rows:
        heads: tuple[str | Value, ...] = ("customer", *(word("bucket", name) for name in (*buckets, "total")))
        blocks += [Heading("paper.ageing.customers"), Table("paper.ageing.each", heads, rows)]
    if len(each) > len(rows):
        blocks.append(Paragraph("report.more", {"count": count(len(each) - len(rows))}))
    return Document("ageing", "paper.ageing.title", _facts(kept), kept.as_of, tuple(blocks))


def exposure_report(kept: Kept) -> Document:
    """What is at risk: of what it is made, by grade, and customer by customer."""
    credit = kept.report["credit"]
    if credit is None:
        blocks: list[Block] = [Paragraph("paper.exposure.none", tone="watch")]
    else:
        parts: list[Row] = [(word("exposed", name), kept.money(value)) for name, value in credit["exposure"].items()]
        blocks = [
            Figures(
                [
                    Figure("exposure", kept.money(credit["exposure"]["exposure"]), "exposure.base", kept.as_of),
                    Figure("insured", kept.money(credit["exposure"]["insured"]), "insured.base", kept.as_of),
                    Figure("over_limit", count(credit["over_limit"]), "over_limit.base", kept.as_of),
                    Figure("without_limit", count(credit["without_limit"]), "without_limit.base", kept.as_of),
                ]
            ),
            Table("paper.exposure.parts", ("part", "amount"), parts),
            *debtors(kept, MANY),
        ]
        if len(credit["customers"]) > MANY:
            blocks.append(Paragraph("report.more", {"count": count(len(credit["customers"]) - MANY)}))
    return Document("exposure", "paper.exposure.title", _facts(kept), kept.as_of, tuple(blocks))


def quality_report(kept: Kept, told: Sequence[str]) -> Document:
    """What the data lack: what ties and what does not, parts of files that are missing or old, and every problem.

    Args:
        told: the problems of the assessment as sentences in the reader's language.
    """
    report = kept.report
    loose, invoicing = report["unallocated"], report["invoicing"]
    without = sum(row["uninvoiced"] or 0 for row in invoicing["unmatched"])
    blocks: list[Block] = [
        Figures(
            [
                Figure("tie_out", kept.money(report["tie_out_difference"]), "tie_out.base", kept.as_of),
                Figure("unplaced", kept.money(loose["total"]), "unplaced.base", kept.as_of),
                Figure("uninvoiced", count(without), "uninvoiced.base", kept.as_of),
                Figure("problems", count(len(told)), "problems.base", kept.as_of),
            ]
        )
    ]
    credit = report["credit"]
    parts: dict[str, dict[str, int]] = {}
    for row in credit["files"] if credit else []:
        parts.setdefault(row["part"], {})[row["state"]] = row["customers"]
    rows: list[Row] = [
        (word("part", part), *(count(states.get(state, 0)) for state in ("fresh", "old", "missing")))
        for part, states in parts.items()
    ]
    heads: tuple[str | Value, ...] = ("part", *(word("state", state) for state in ("fresh", "old", "missing")))
    if rows:
        blocks += [Heading("paper.quality.files"), Table("paper.quality.parts", heads, rows)]
    stale: list[Row] = [
        (text(row["account_id"]), count(row["age_days"]))
        for row in report["cash_outlook"]["accounts"] or []
        if row["stale"]
    ]
    blocks += table("paper.quality.stale", ("account", "age_days"), stale)
    blocks.append(Heading("paper.quality.problems"))
    if told:
        blocks.append(Table("paper.quality.each", ("problem",), [(text(one),) for one in told]))
    else:
        blocks.append(Paragraph("paper.quality.none", tone="good"))
    return Document("quality", "paper.quality.title", _facts(kept), kept.as_of, tuple(blocks))


def _facts(kept: Kept) -> Mapping[str, Value]:
    return {"company": text(kept.company or None), "day": day(kept.as_of)}


def _whole(value: float | None) -> float | None:
    return None if value is None else round(value)
