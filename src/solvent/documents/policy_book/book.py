"""Book: the credit policy as a document, out of the terms of a day: for staff, and a shorter one for customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

from solvent.base.money import minor
from solvent.base.terms import Policy
from solvent.books.credit.registry import STEPS
from solvent.credit.contracts import Clauses
from solvent.credit.grading.caps import Caps
from solvent.credit.grading.chances import GRADES, Grading
from solvent.credit.grading.screening import Screening
from solvent.credit.limits.granting import Granting
from solvent.credit.limits.methods import Methods
from solvent.credit.limits.points import Points as CreditPoints
from solvent.credit.limits.standing import Authority
from solvent.credit.limits.terms_of_payment import SIZES, PaymentTerms, at, grid
from solvent.credit.reviews import TIERS, Reviews
from solvent.decisions.limits.order.rules.overdue_days import OverdueDays
from solvent.documents.content import (
    Block,
    Document,
    Heading,
    Paragraph,
    Points,
    Table,
    Value,
    count,
    day,
    days,
    grade,
    money,
    number,
    rate,
    share,
    text,
    word,
)
from solvent.documents.policy_book import rules
from solvent.documents.policy_book.changes import Change

Audience = Literal["staff", "customers"]


def policy_book(
    policy: Policy,
    currency: str,
    audience: Audience = "staff",
    *,
    company: str | None = None,
    changes: Sequence[Change] | None = None,
) -> Document:
    """The credit policy of the policy's day (REQUIREMENTS CR-14).

    Args:
        currency: of the books, for lines that are amounts in main units.
        company: our own name.
        changes: proposals out of the books; None: no books were looked at. Customers are never shown any.
    """
    parts = _for_staff(policy, currency, changes) if audience == "staff" else _for_customers(policy)
    title = "policy.title" if audience == "staff" else "policy.title.customers"
    facts = {"company": text(company), "day": day(policy.as_of)}
    first = Paragraph("policy.of", {"company": text(company)}) if company else None
    blocks = [block for part in parts for block in part]
    return Document(f"policy_{audience}", title, facts, policy.as_of, tuple([first, *blocks] if first else blocks))


def _for_staff(policy: Policy, currency: str, changes: Sequence[Change] | None) -> Iterator[Iterator[Block]]:
    yield iter([Paragraph("policy.intro", {"day": day(policy.as_of)})])
    yield _grades(policy)
    yield _admission(policy)
    yield _limits(policy)
    yield _terms(policy, letters=True)
    yield _points(policy, currency)
    yield rules.order_rules(policy, currency)
    yield _late(policy)
    yield _contracts(policy)
    yield rules.warning_rules(policy)
    yield _reviews(policy)
    yield _authority(policy, currency)
    if changes is not None:
        yield _changes(changes)
    yield iter([Paragraph("policy.end")])


def _for_customers(policy: Policy) -> Iterator[Iterator[Block]]:
    yield iter([Paragraph("policy.customers.intro", {"day": day(policy.as_of)})])
    yield _first_steps(policy)
    yield _terms(policy, letters=False)
    yield _growing(policy)
    yield _late(policy)
    yield _asked(policy)
    yield iter([Paragraph("policy.customers.end")])


def _grades(policy: Policy) -> Iterator[Block]:
    terms, caps = policy.terms(Grading), policy.terms(Caps)
    low, high = terms.axis_lines
    yield Heading("policy.grades")
    yield Paragraph("policy.grades.how", {"low": number(low), "high": number(high)})
    rows = [
        (grade(name), word("grade", name), share(chance))
        for name, chance in zip(GRADES, terms.yearly_chances, strict=True)
    ]
    yield Table("policy.grades.table", ("grade", "meaning", "yearly_default_chance"), rows)
    levels = ("weak", "fair", "good")
    cells = [
        (word("level", name), *(grade(cell) for cell in line)) for name, line in zip(levels, terms.matrix, strict=True)
    ]
    yield Table("policy.grades.matrix", ("ability", "weak", "fair", "good"), cells)
    tables = (caps.country_grades, caps.region_grades, caps.industry_grades)
    capped = [(count(level), *(grade(each[min(level, len(each)) - 1]) for each in tables)) for level in range(1, 6)]
    yield Table("policy.grades.caps", ("level", "country", "region", "industry"), capped)
    yield Points(
        [
            ("policy.grades.grave", {"grade": grade(caps.grave_grade)}),
            ("policy.grades.failed", {"grade": grade(caps.overdue_grade)}),
            ("policy.grades.screening", {"grade": grade(caps.screening_grade), "years": number(caps.newcomer_years)}),
            ("policy.grades.unknown", {"share": share(terms.neutral_share)}),
        ]
    )


def _admission(policy: Policy) -> Iterator[Block]:
    terms, granting = policy.terms(Screening), policy.terms(Granting)
    yield Heading("policy.admission")
    yield Paragraph(f"policy.newcomers.{granting.newcomers}", {"share": share(granting.new_deposit_share)})
    yield Paragraph("policy.admission.steps")
    rows = [
        (word("screen", step), word("gate", "gate" if place < 3 else "look"), days(getattr(terms, f"{step}_days")))
        for place, step in enumerate(STEPS)
    ]
    yield Table("policy.admission.table", ("step", "kind", "days"), rows)
    facts = {"payments": count(granting.new_payments), "days": days(granting.new_days)}
    yield Points(
        [
            ("policy.admission.new", facts),
            ("policy.admission.first", {"share": share(granting.first_share)}),
            ("policy.admission.trial", {"share": share(granting.trial_share)}),
        ]
    )


def _limits(policy: Policy) -> Iterator[Block]:
    terms, granting = policy.terms(Methods), policy.terms(Granting)
    yield Heading("policy.limits")
    yield Paragraph(f"policy.limits.{terms.combine}")
    columns = {
        "net_worth": terms.net_worth_share, "own_risk": terms.own_risk_share, "cover": terms.cover_share,
    }  # fmt: skip
    rows = [
        (grade(name), *(share(float(at(values, place))) for values in columns.values()))
        for place, name in enumerate(GRADES)
    ]
    yield Table("policy.limits.table", ("grade", "of_net_worth", "of_our_sales", "of_cover"), rows)
    yield Points(
        [
            ("policy.limits.need", {"times": number(terms.growth)}),
            ("policy.limits.working_capital", {"share": share(terms.working_capital_share)}),
            ("policy.limits.leverage", {"low": share(terms.sound_leverage), "high": share(terms.no_leverage)}),
            (
                "policy.limits.up",
                {"invoices": count(granting.step_invoices), "on_time": share(granting.on_time_share),
                 "step": share(granting.step_up_share)},
            ),
            (
                "policy.limits.down",
                {"step": share(granting.step_down_share), "days": days(granting.overdue_days),
                 "owed": share(granting.overdue_share)},
            ),
            ("policy.limits.grave", {"step": share(granting.grave_share)}),
            ("policy.limits.band", {"band": share(granting.band)}),
        ]
    )  # fmt: skip


def _terms(policy: Policy, *, letters: bool) -> Iterator[Block]:
    """Days and deposits by grade and size of the order; customers are told grades by their words."""
    terms = policy.terms(PaymentTerms)
    yield Heading("policy.terms")
    yield Paragraph("policy.terms.how")
    told = {(row["grade"], row["size"]): row for row in grid(terms).iter_rows(named=True)}
    rows: list[tuple[Value, ...]] = []
    for name in GRADES:
        cells = [told[name, size] for size in SIZES]
        named = grade(name) if letters else word("grade", name)
        deposits = (share(cells[0]["deposit_share"]), share(cells[-1]["deposit_share"]))
        rows.append((named, *(days(cell["terms_days"]) for cell in cells), *deposits))
    heads = ("grade", "usual_order", "large_order", "very_large_order", "deposit_share", "deposit_large")
    yield Table("policy.terms.table", heads, rows)
    facts = {
        "large": number(terms.large_times),
        "very": number(terms.very_large_times),
        "days": days(terms.longest_days),
    }
    yield Paragraph("policy.terms.sizes", facts)


def _points(policy: Policy, currency: str) -> Iterator[Block]:
    terms = policy.terms(CreditPoints)
    yield Heading("policy.points")
    yield Points(
        [
            ("policy.points.earn", {"points": number(terms.earned_share), "amount": _main(terms.size, currency)}),
            ("policy.points.lose", {"points": number(terms.lost_times)}),
            ("policy.points.spend", {"grade": grade(terms.worst_grade), "days": days(terms.most_days)}),
            ("policy.points.window", {"days": days(terms.window_days)}),
        ]
    )


def _late(policy: Policy) -> Iterator[Block]:
    """What follows on late payment, in the order of days."""
    late, granting, clauses = policy.terms(OverdueDays), policy.terms(Granting), policy.terms(Clauses)
    yield Heading("policy.late")
    steps = [
        (1, "policy.late.interest", {"rate": rate(clauses.least_daily_rate)}),
        (late.days + 1, "policy.late.orders", {"days": days(late.days), "grace": days(late.grace_days)}),
        (granting.overdue_days + 1, "policy.late.limit", {"days": days(granting.overdue_days)}),
        (late.oldest_days + 1, "policy.late.stop", {"days": days(late.oldest_days)}),
    ]
    yield Points([(code, facts) for _, code, facts in sorted(steps, key=lambda step: step[0])], ordered=True)
    yield Paragraph("policy.late.dispute", {"days": days(clauses.longest_dispute_days)})


def _contracts(policy: Policy) -> Iterator[Block]:
    terms = policy.terms(Clauses)
    yield Heading("policy.contracts")
    yield Paragraph("policy.contracts.needed")
    yield Points([("policy.contracts.clause", {"clause": word("field", name)}) for name in terms.needed])
    rows = [
        (word("clause_line", "longest_days"), days(terms.longest_days)),
        (word("clause_line", "least_daily_rate"), rate(terms.least_daily_rate)),
        (word("clause_line", "longest_acceptance_days"), days(terms.longest_acceptance_days)),
        (word("clause_line", "longest_dispute_days"), days(terms.longest_dispute_days)),
    ]
    if terms.protected_seller:
        rows += [
            (word("clause_line", "cn_longest_days"), days(terms.cn_longest_days)),
            (word("clause_line", "eu_longest_days"), days(terms.eu_longest_days)),
            (word("clause_line", "uk_longest_days"), days(terms.uk_longest_days)),
        ]
    yield Table("policy.contracts.table", ("about", "from_line"), rows)


def _reviews(policy: Policy) -> Iterator[Block]:
    terms = policy.terms(Reviews)
    kinds = {
        "file": terms.file_days, "terms": terms.terms_days, "payment_record": terms.payment_record_days,
        "limit": terms.limit_days,
    }  # fmt: skip
    yield Heading("policy.reviews")
    rows = [
        (word("review", name), *(days(round(length * at(terms.tier_factor, place))) for place in range(len(TIERS))))
        for name, length in kinds.items()
        if length
    ]
    yield Table("policy.reviews.table", ("about", *TIERS), rows)
    yield Paragraph("policy.reviews.risk", {"days": days(terms.risk_days)})
    yield Paragraph("policy.reviews.signal")


def _authority(policy: Policy, currency: str) -> Iterator[Block]:
    terms = policy.terms(Authority)
    yield Heading("policy.authority")
    yield Points(
        [
            ("policy.authority.limit", {"amount": _main(terms.alone, currency)}),
            ("policy.authority.eyes", {}),
            ("policy.authority.override", {}),
        ]
    )


def _changes(changes: Sequence[Change]) -> Iterator[Block]:
    yield Heading("policy.changes")
    if not changes:
        yield Paragraph("policy.changes.none", tone="good")
        return
    yield Paragraph("policy.changes.how")
    rows = [
        (word("term", change.term), change.segment, change.present, change.proposed, text(change.term))
        for change in changes
    ]
    yield Table("policy.changes.table", ("term", "segment", "present", "proposed", "key"), rows)
    points = [
        (f"policy.change.{change.rule}", {**change.facts, "segment": change.segment, "term": word("term", change.term)})
        for change in changes
    ]
    yield Points(points)


def _first_steps(policy: Policy) -> Iterator[Block]:
    granting = policy.terms(Granting)
    yield Heading("policy.customers.new")
    yield Paragraph(f"policy.customers.{granting.newcomers}", {"share": share(granting.new_deposit_share)})
    yield Paragraph("policy.customers.papers")


def _growing(policy: Policy) -> Iterator[Block]:
    granting, points = policy.terms(Granting), policy.terms(CreditPoints)
    yield Heading("policy.customers.growing")
    facts = {
        "invoices": count(granting.step_invoices), "on_time": share(granting.on_time_share),
        "step": share(granting.step_up_share), "days": days(points.most_days),
    }  # fmt: skip
    yield Points([("policy.customers.up", facts), ("policy.customers.points", facts), ("policy.customers.talk", {})])


def _asked(policy: Policy) -> Iterator[Block]:
    terms = policy.terms(Clauses)
    yield Heading("policy.customers.contract")
    yield Points([("policy.contracts.clause", {"clause": word("field", name)}) for name in terms.needed])


def _main(amount: float, currency: str) -> Value:
    """A line in main units as money of the books' currency."""
    return money(minor(Decimal(str(amount)), currency), currency)
