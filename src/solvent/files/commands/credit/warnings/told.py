"""Told: warnings for machines: JSON with codes and sentences, rows for CSV."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.files.commands.credit.warnings.answer import Answer
from solvent.files.language import Language
from solvent.files.notify.words import TIER, sentence


def as_json(answer: Answer, only: pl.DataFrame, language: Language) -> dict[str, Any]:
    """All of it: amounts as decimal text in main units, days as ISO text, facts as they are (minor units)."""
    currency, findings = answer.books.currency, answer.findings
    told: dict[str, Any] = {
        "as_of": answer.books.as_of.isoformat(),
        "currency": currency,
        "findings": [_finding(row, language, currency) for row in only.iter_rows(named=True)],
        "rules": {"ran": list(findings.ran), "silent": list(findings.silent), "off": list(findings.off)},
        "proposals": _rows(answer.proposed.proposals, currency),
        "stakes": _rows(answer.proposed.stakes, currency),
    }
    if answer.kept is not None:
        cases, history = answer.kept
        told["cases"], told["history"] = _rows(cases, currency), _rows(history, currency)
    if answer.tested is not None:
        told["backtest"] = _rows(answer.tested, currency)
    if answer.delivered:
        told["delivered"] = [
            {
                "target": sent.target,
                "owner": sent.owner,
                "cases": list(sent.cases),
                "problem": None if sent.problem is None else language.problem(sent.problem),
            }
            for sent in answer.delivered
        ]
    told["problems"] = [
        {"code": problem.code, "place": problem.place, "facts": dict(problem.facts), "says": language.problem(problem)}
        for problem in (*findings.problems, *answer.proposed.problems)
    ]
    return told


def rows_of(frame: pl.DataFrame) -> Iterable[Sequence[object]]:
    """The rows of a frame for CSV; a list is its parts with a comma and a space between."""
    for row in frame.iter_rows():
        yield [", ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in row]


def _finding(row: dict[str, Any], language: Language, currency: str) -> dict[str, Any]:
    return {
        **row,
        "tier": TIER[row["tier"]],
        "facts": json.loads(row["facts"]),
        "found": sentence(row["rule"], row["facts"], language, currency),
        "next": sentence(row["rule"], row["facts"], language, currency, ".next"),
    }


def _rows(frame: pl.DataFrame, currency: str) -> list[dict[str, Any]]:
    return [{name: _cell(name, value, currency) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _cell(name: str, value: Any, currency: str) -> Any:
    if value is None:
        return None
    if name.endswith("_amount"):
        return str(decimal(value, currency))
    if name == "facts":
        return json.loads(value)
    return value.isoformat() if isinstance(value, date) else value
