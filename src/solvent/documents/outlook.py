"""Outlook: the answers about cash as plain values for machines: the JSON of ``solvent outlook`` and part of ``assess``.

Amounts are decimal text in the main unit of the books' currency (of the row's, where a row has one); days, chances and
shares are numbers; what cannot be told is null, and why stands in ``problems``.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.decisions.liquidity.gap import Gap
from solvent.decisions.liquidity.liquidity import Outlook
from solvent.decisions.liquidity.watch.health import Finding
from solvent.decisions.liquidity.watch.signs import Sign
from solvent.documents.values import COUNTED, amount, plain, problem_of, rows
from solvent.measures.sums import Figure
from solvent.payment.payment import Payment
from solvent.payment.scoreboard import Scoreboard
from solvent.simulation.company import Company, credit_losses

Json = Any
MINOR = "minor units"
"""How a finding's figure says that it is money."""


def outlook_figures(told: Outlook, company: Company | None, payment: Payment | None, currency: str) -> dict[str, Json]:
    """Every answer about cash, ready for ``json.dumps``; the key order is that of reading."""
    return {
        "simulation": None if company is None else _simulation(company),
        "payment_model": None if payment is None else _model(payment),
        "scoreboard": None if payment is None or payment.scoreboard is None else _board(payment.scoreboard, currency),
        "accounts": rows(told.accounts, currency),
        "currencies": rows(told.currencies, currency),
        "lines": _bundle(told.lines, currency),
        "recent_weeks": rows(told.recent, currency),
        "weeks_ahead": rows(told.under, currency),
        "table": rows(told.table, currency),
        "fan": rows(told.fan, currency),
        "fan_months": rows(told.fan_months, currency),
        "gap": _gap(told.gap, currency),
        "pools": _bundle(told.pools, currency),
        "signs": [_sign(sign) for sign in told.signs],
        "causes": _bundle(told.causes, currency),
        "spending": _bundle(told.spending, currency),
        "indicators": rows(told.indicators, currency),
        "movements": rows(told.movements.rows, currency),
        "health": [_finding(finding, currency) for finding in told.health],
        "compared": None if told.compared is None else _bundle(told.compared, currency),
        "bridge": None if told.bridge is None else _bundle(told.bridge, currency),
        "recurring": rows(None if company is None else company.outflows.found, currency),
        "sales": rows(None if company is None else company.sales.monthly.with_columns(_whole), currency),
        "problems": [problem_of(problem) for problem in told.problems],
    }


_whole = pl.col("invoiced", "expected", "low", "high").round(0).cast(pl.Int64)


def _board(board: Scoreboard, currency: str) -> dict[str, Json]:
    """Past forecasts beside what happened; cash as money."""
    money = pl.col("forecast", "actual").round(0).cast(pl.Int64)
    return {
        "items": rows(board.items, currency),
        "weeks": rows(board.weeks.with_columns(money), currency),
        "leads": rows(board.leads, currency),
        "countdown": rows(board.countdown.with_columns(money), currency),
    }


def _bundle(bundle: object, currency: str) -> dict[str, Json]:
    """A frozen bundle by its fields; those that say why something is missing stand in ``problems``."""
    assert is_dataclass(bundle)
    told: dict[str, Json] = {}
    for field in fields(bundle):
        value = getattr(bundle, field.name)
        if field.name not in ("problems", "why"):
            told[field.name] = _value(value, currency, money=field.name not in COUNTED)
    return told


def _value(value: Json, currency: str, *, money: bool) -> Json:
    if isinstance(value, pl.DataFrame):
        return rows(value, currency)
    if isinstance(value, Figure):
        whole = None if value.value is None else round(value.value)
        return {"value": amount(whole, currency), "formula": value.variant, "inputs": dict(value.inputs)}
    if is_dataclass(value) and not isinstance(value, type):
        return _bundle(value, currency)
    if isinstance(value, int) and not isinstance(value, bool) and money:
        return amount(value, currency)
    if isinstance(value, tuple):
        return [_value(part, currency, money=money) for part in value]
    return plain(value)


def _gap(gap: Gap | None, currency: str) -> dict[str, Json] | None:
    return None if gap is None else _bundle(gap, currency)


def _sign(sign: Sign) -> dict[str, Json]:
    return {
        "code": sign.code,
        "present": sign.present,
        "figure": sign.figure,
        "line": sign.line,
        "unit": sign.unit,
        "detail": sign.detail,
        "cause": sign.cause,
        "evidence": rows(sign.evidence, ""),
        "why": _why(sign.why),
    }


def _finding(finding: Finding, currency: str) -> dict[str, Json]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "figure": _in_unit(finding.figure, finding.unit, currency),
        "line": _in_unit(finding.line, finding.unit, currency),
        "unit": "money" if finding.unit == MINOR else finding.unit,
        "action": finding.action,
        "evidence": dict(finding.evidence),
        "why": _why(finding.why),
    }


def _in_unit(value: float | None, unit: str, currency: str) -> Json:
    return amount(round(value), currency) if value is not None and unit == MINOR else value


def _why(why: Problem | None) -> dict[str, Json] | None:
    return None if why is None else problem_of(why)


def _simulation(company: Company) -> dict[str, Json]:
    paths = company.paths
    return {
        "paths": paths.count,
        "seed": paths.seed,
        "until": paths.horizon.ends[-1].isoformat(),
        "opening": amount(paths.opening, paths.currency),
        "open_items": company.book.items.height,
        "flows": {
            kind: amount(round(float(flow.sum(axis=1).mean())), paths.currency) for kind, flow in paths.flows.items()
        },
        "credit_losses": {name: amount(round(loss), paths.currency) for name, loss in credit_losses(company).items()},
        "sales_carried_on_by": company.sales.way,
    }


def _model(payment: Payment) -> dict[str, Json]:
    return {
        "chosen": payment.choice.name,
        "scored_items": payment.choice.items,
        "crps_by_candidate": dict(payment.choice.scores),
        "moves_together": {
            "systemic": payment.dependence.systemic,
            "sector": payment.dependence.sector,
            "customer": payment.dependence.customer,
        },
    }
