"""Figures: an assessment as plain values for machines: the JSON of ``solvent assess``, published as a schema.

Amounts are decimal text in the main unit of the books' currency; days and shares are numbers; what cannot be computed
is null, and its code stands in ``problems``. The schema is docs/reference/assessment.schema.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from solvent.assessment import Assessment
from solvent.base.money import UNKNOWN
from solvent.documents.credit.figures import credit_figures, warning_figures
from solvent.documents.outlook import outlook_figures
from solvent.documents.stress import answers_figures, crisis_figures, reverse_figures, stress_figures
from solvent.documents.values import amount, int_or_none, plain, problem_of, records
from solvent.measures.aging import UNAPPLIED
from solvent.measures.measures import Measures

SCHEMA = "solvent.assessment/1"
FLOWS = ("operating", "investing", "financing", "internal", "uncategorised", "total", "spent")

Json = Any


def figures(assessment: Assessment) -> dict[str, Json]:
    """Every figure of an assessment, ready for ``json.dumps``; the key order is that of reading."""
    books = assessment.snapshot.books
    return {
        "schema": SCHEMA,
        "as_of": books.as_of.isoformat(),
        "known_on": None if books.known_on is None else books.known_on.isoformat(),
        "currency": None if books.currency == UNKNOWN else books.currency,
        "basis": books.basis.value,
        "seed": assessment.seed,
        "policy": policy_of(assessment),
        **_receivables(assessment.snapshot.measures, books.currency),
        **_trade(assessment.snapshot.measures, books.currency),
        **_company(assessment.snapshot.measures, books.currency),
        "credit": _credit(assessment),
        "warnings": warning_figures(assessment.findings, books.currency),
        **_cash(assessment),
        "problems": [problem_of(problem) for problem in assessment.problems],
    }


def _credit(assessment: Assessment) -> dict[str, Json] | None:
    """Grades, exposure, limits and reviews of the day."""
    known = assessment.snapshot.credit
    return None if known is None else credit_figures(assessment.snapshot, known)


def _cash(assessment: Assessment) -> dict[str, Json]:
    """What the simulated paths say: the outlook, stress and reverse stress, the crisis plan."""
    snapshot = assessment.snapshot
    currency, stressed = snapshot.books.currency, assessment.stressed
    return {
        "cash_outlook": outlook_figures(assessment.outlook, snapshot.company, snapshot.payment, currency),
        "with_lines": None if assessment.with_lines is None else answers_figures(assessment.with_lines, currency),
        "stress": None if stressed is None else stress_figures(stressed, currency),
        "reverse_stress": reverse_figures(assessment.broken, currency),
        "crisis_plan": crisis_figures(assessment.crisis, currency),
    }


def _receivables(measures: Measures, currency: str) -> dict[str, Json]:
    """Ageing, days, collection and concentration."""
    tie, family, shares = measures.tie_out, measures.dso, measures.concentration
    return {
        "open_total": amount(measures.aging.item(0, "total"), currency),
        "aging": aging_of(measures.aging, measures.aging_by_customer, currency),
        "overdue_share": measures.overdue_share,
        "disputed": amount(measures.disputed, currency),
        "tie_out_difference": amount(tie.difference, currency),
        "control_total": amount(tie.control, currency),
        "dso": {
            "simple_90": family["simple"].value,
            "best_possible_90": family["best_possible"].value,
            "countback": family["countback"].value,
            "average_365": family["average"].value,
        },
        "add": family["delinquent"].value,
        "turnover": family["turnover"].value,
        "days_to_pay": {"weighted": measures.days_to_pay.value, "median": measures.days_to_pay_median.value},
        "cei": measures.cei.value,
        "on_time_share": _single(measures.on_time, "on_time_share"),
        "timeliness": records(measures.timeliness, currency, ("due_amount", "on_time_amount", "default_amount")),
        "default_trend": {by: records(frame, currency, ()) for by, frame in measures.default_trend.items()},
        "concentration": {
            "top_share_sales": shares.top_share_sales,
            "top_share_open": shares.top_share_open,
            "hhi": shares.hhi,
            "top_sales_id": shares.top_sales_id,
            "top_open_id": shares.top_open_id,
            "over_line": list(shares.over),
        },
        "first_year_bad_debt_share": measures.first_year_bad_debt.value,
        "provision": amount(_total(measures.provision, "provision"), currency),
        "provision_matrix": records(measures.provision, currency, ("exposure", "provision")),
        "dso_history": records(measures.dso_history, currency, ("receivables", "current", "sales")),
    }


def _trade(measures: Measures, currency: str) -> dict[str, Json]:
    """Customers, salespeople and invoicing."""
    return {
        "customers": records(measures.behaviour, currency, ("last_month_purchases", "usual_purchases")),
        "salespeople": records(measures.salespeople, currency, ("due", "collected", "overdue", "sales")),
        "invoicing": {
            **records(measures.clocks, currency, ())[0],
            "late_cost": amount(_rounded(measures.late_invoicing.value), currency),
            "late_days": measures.late_invoicing.inputs.get("days"),
            "unmatched": records(measures.unmatched, currency, ()),
        },
    }


def _company(measures: Measures, currency: str) -> dict[str, Json]:
    """Payables, stock, liquidity and cash."""
    buckets = [name for name in measures.unallocated_aging.columns if name[0].isdigit()]
    placed = measures.unallocated
    return {
        "payables": {name: figure.value for name, figure in measures.payables.items()},
        "payables_aging": {
            name: amount(value, currency) for name, value in measures.payables_aging.row(0, named=True).items()
        },
        "own_delay_by_month": records(measures.own_delay_by_month, currency, ("paid", "paid_late")),
        "stock": {name: figure.value for name, figure in measures.stock.items()},
        "slow_by_family": records(measures.slow_by_family, currency, ("value", "slow_value")),
        "slow_movers": [
            {**row, "value": amount(row["value"], row["currency"])}
            for row in measures.slow_movers.iter_rows(named=True)
        ],
        "liquidity": records(measures.ratios, currency, ("wcr", "operating_wcr")),
        "unallocated": {
            "total": amount(_rounded(placed.value), currency),
            **{name: amount(int_or_none(placed.inputs[name]), currency) for name in ("receipts", "lines", "old")},
            "old_days": placed.inputs["old_days"],
        },
        "unallocated_aging": [
            {name: amount(cell, row["currency"]) if name in (*buckets, "total") else cell for name, cell in row.items()}
            for row in measures.unallocated_aging.iter_rows(named=True)
        ],
        "cash": amount(measures.cash, currency),
        "cash_flow": records(measures.cash_flow, currency, FLOWS),
        "cash_reconciled": records(measures.cash_reconciled, currency, ("total", "balance_change", "difference")),
        "monthly_spend": amount(measures.monthly_spend, currency),
    }


def aging_of(company: pl.DataFrame, customers: pl.DataFrame, currency: str) -> dict[str, Json]:
    """The buckets, which add up to the open total, and the same with its total for each customer."""
    buckets = company.columns[:-1]
    assert buckets[-1] == UNAPPLIED
    told: dict[str, Json] = {name: amount(company.item(0, name), currency) for name in buckets}
    told["per_customer"] = {
        row["customer_id"]: {name: amount(row[name], currency) for name in (*buckets, "total")}
        for row in customers.iter_rows(named=True)
    }
    return told


def policy_of(assessment: Assessment) -> dict[str, Json]:
    """The overrides that the assessment was made with; an empty object means the defaults."""
    return {
        key: [{"since": since.isoformat(), **_plain_values(values)} for since, values in entries]
        for key, entries in sorted(assessment.policy.overrides.items())
    }


def _plain_values(values: Mapping[str, Any]) -> dict[str, Json]:
    return {name: list(value) if isinstance(value, tuple) else plain(value) for name, value in values.items()}


def _total(frame: pl.DataFrame, column: str) -> int | None:
    """The sum of a column; None where a cell of it is empty."""
    return None if frame[column].null_count() else int(frame[column].sum())


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _single(frame: pl.DataFrame, column: str) -> float | None:
    return None if frame.is_empty() else frame.item(0, column)
