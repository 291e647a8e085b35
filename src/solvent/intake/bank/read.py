"""Read: a bank's file of any format into lines, balances and accounts; what may not be believed into quarantine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.books.books import Ledger
from solvent.books.cash import BALANCES, BANK_ACCOUNTS, BANK_LINES
from solvent.intake.bank.camt import camt_statements, looks_like_camt
from solvent.intake.bank.checks import Judged, judged
from solvent.intake.bank.identity import line_ids
from solvent.intake.bank.mt940 import looks_like_mt940, mt940_statements
from solvent.intake.bank.ofx import looks_like_ofx, ofx_statements
from solvent.intake.bank.statement import LINES, Statement
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.read import is_table_statement, table_statements
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Known, Reading, Source
from solvent.intake.limits import Refused

_FORMATS = (
    (looks_like_camt, camt_statements),
    (looks_like_ofx, ofx_statements),
    (looks_like_mt940, mt940_statements),
)
_SHOWN = ("booked_on", "amount", "currency", "counterparty", "counterparty_account", "reference", "bank_reference")


def is_statement(source: Source, profiles: Sequence[Profile] = ()) -> bool:
    """True for a file that is a bank's by its content, whatever its name. Never raises on any bytes.

    A broken one is one too: its reader says what is wrong with it.
    """
    return any(looks(source.data) for looks, _ in _FORMATS) or is_table_statement(source, profiles)


def read_statements(source: Source, known: Known, profiles: Sequence[Profile] = ()) -> Intake | None:
    """The statements in a file; None where it is no bank's file.

    Args:
        known: our accounts with their currencies, and where each stood at its newest statement.
        profiles: layouts of banks' tables to try before the header words.

    Returns:
        ``bank_lines``, ``balances`` and new ``bank_accounts`` of what was accepted. ``documents`` names every
        statement with the code for which it is in quarantine; its lines are rejected with that code, and counted.
        A file that is no statement after all, or one that no reader gets into, leaves only its problem.
        Never raises on any bytes.
    """
    try:
        statements = statements_of(source, known, profiles)
    except Refused as refused:
        return _nothing(known, refused.problem)
    if statements is None:
        return None
    if not statements:
        return _nothing(known, Problem("bank.file.no_statement", source.name))
    results = judged([_sound(statement) for statement in statements], known)
    return _intake(results, known)


def statements_of(source: Source, known: Known, profiles: Sequence[Profile] = ()) -> list[Statement] | None:
    """The statements in a file as they stand, before any check; None where it is no bank's file.

    Raises:
        Refused: it is a bank's file by its beginning, and no statement can be had from it.
    """
    for looks, read in _FORMATS:
        if looks(source.data):
            return read(source, known)
    return table_statements(source, profiles, known) if is_table_statement(source, profiles) else None


def _sound(statement: Statement) -> Statement:
    """A statement whose lines have exactly the promised columns."""
    lines = statement.lines.select(LINES.keys()).cast(pl.Schema(LINES))
    return statement if lines.schema == statement.lines.schema else replace(statement, lines=lines)


def _intake(results: Sequence[Judged], known: Known) -> Intake:
    accepted = [result for result in results if result.reason is None]
    problems = [
        problem for result in results for problem in (*((result.reason,) if result.reason else ()), *result.problems)
    ]
    lines, covered, told = _lines(accepted, known)
    tables = {
        "bank_accounts": _accounts(accepted),
        "bank_lines": BANK_LINES.conform(lines.lazy()).collect(),
        "balances": _balances(accepted, known),
    }
    rejected = [result.statement.rejected.cast(pl.Schema(REJECTED)) for result in results]
    rejected += [
        _refused(result.statement, result.statement.lines, result.reason) for result in results if result.reason
    ]
    rejected += covered
    every = pl.concat(rejected) if rejected else pl.DataFrame(schema=REJECTED)
    readings: list[Reading] = []
    for result in results:
        if result.statement.reading is not None and not any(one is result.statement.reading for one in readings):
            readings.append(result.statement.reading)
    return Intake(
        Ledger(
            {name: frame.lazy() for name, frame in tables.items() if frame.height},
            known.currency or UNKNOWN,
            None,
            (*problems, *told),
        ),
        _counts(lines, every),
        every,
        tuple(readings),
        _documents(results),
    )


def _lines(accepted: Sequence[Judged], known: Known) -> tuple[pl.DataFrame, list[pl.DataFrame], list[Problem]]:
    """The lines of what was accepted, named and told apart; those rejected after all; and what was left out.

    Lines of nothing are left out. So are lines that an overlapping statement of the same file brings again. Lines of
    interim reports and notices for days that a statement has closed already are rejected: the statement has them.
    """
    frames, covered, told = [_BARE], [], []
    for result in accepted:
        statement, lines = result.statement, result.statement.lines
        if lines["amount"].eq(0).any():
            told.append(Problem("bank.line.zero", statement.place, {"count": int(lines["amount"].eq(0).sum())}))
            lines = lines.filter(pl.col("amount") != 0)
        closed = _closed(statement, accepted, known) if statement.kind != "statement" else None
        if closed is not None and (lines["booked_on"] <= closed).any():
            late = lines.filter(pl.col("booked_on") <= closed)
            covered.append(
                _refused(statement, late, Problem("bank.line.covered", statement.place, {"day": str(closed)}))
            )
            lines = lines.filter(pl.col("booked_on") > closed)
        sheet = statement.reading.sheet if statement.reading else ""
        own = (pl.lit(text, dtype=pl.String).alias(name) for name, text in _own(statement, sheet).items())
        frames.append(
            lines.with_columns(*own, pl.lit(result.series, dtype=pl.Int64).alias("series")).select(_BARE.columns)
        )
    every = pl.concat(frames)
    every = every.with_columns(line_ids(every, "series"), pl.col("booked_on").alias("recorded_on"))
    kept = every.unique("line_id", keep="first", maintain_order=True)
    if kept.height < every.height:
        told.append(Problem("bank.line.repeated", accepted[0].statement.source, {"count": every.height - kept.height}))
    ours = [*known.accounts, *(result.statement.account_id for result in accepted)]
    moved = pl.col("counterparty_account").is_in(ours) & (pl.col("counterparty_account") != pl.col("account_id"))
    category = pl.when(moved).then(pl.lit("transfer")).otherwise("category").alias("category")
    return kept.with_columns(category), covered, told


_BARE = pl.DataFrame(
    schema={**LINES, "source": pl.String, "sheet": pl.String, "account_id": pl.String, "series": pl.Int64}
)


def _own(statement: Statement, sheet: str) -> dict[str, str]:
    return {"source": statement.source, "sheet": sheet, "account_id": statement.account_id}


def _closed(statement: Statement, accepted: Sequence[Judged], known: Known) -> date | None:
    """The last day of the account that a statement has closed."""
    days = known.closings.filter(pl.col("account_id") == statement.account_id)["day_on"].to_list()
    days += [
        other.statement.closing_on
        for other in accepted
        if other.statement.kind == "statement" and other.statement.account_id == statement.account_id
    ]
    return max((day for day in days if day is not None), default=None)


def _refused(statement: Statement, lines: pl.DataFrame, reason: Problem) -> pl.DataFrame:
    """Lines as rejected rows, each with the reason."""
    shown = pl.concat_list(pl.col(name).cast(pl.String) for name in _SHOWN)
    return lines.select(
        pl.lit(statement.source).alias("source"),
        pl.lit(statement.reading.sheet if statement.reading else "").alias("sheet"),
        "row",
        pl.lit("").alias("column"),
        pl.lit(None, dtype=pl.String).alias("value"),
        pl.lit(reason.code).alias("code"),
        pl.lit(_facts(reason)).alias("facts"),
        shown.alias("cells"),
    ).cast(pl.Schema(REJECTED))


def _facts(problem: Problem) -> str:
    return json.dumps(dict(problem.facts), ensure_ascii=False)


def _accounts(accepted: Sequence[Judged]) -> pl.DataFrame:
    """The accounts that the books do not know yet, each once; known from its first day on."""
    rows = []
    for result in accepted:
        statement = result.statement
        days = [statement.from_on, statement.lines["booked_on"].min(), statement.closing_on, statement.to_on]
        day = min((day for day in days if isinstance(day, date)), default=None)
        if result.new and day is not None:
            rows.append((statement.account_id, statement.bank or None, statement.currency, day))
    schema = {"account_id": pl.String, "bank": pl.String, "currency": pl.String, "recorded_on": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row").unique("account_id", keep="first", maintain_order=True)
    return BANK_ACCOUNTS.conform(frame.lazy()).collect()


def _balances(accepted: Sequence[Judged], known: Known) -> pl.DataFrame:
    """What stood on each account at the end of the days that statements tell.

    The opening balance is that of the day before, told once for each account: what comes later begins with the
    closing balance of what came before. Pages of a statement that is not at its end close no day.
    """
    rows: list[tuple[str, date, str, int]] = []
    oldest: dict[str, tuple[date, Statement]] = {}
    for result in accepted:
        statement = result.statement
        if statement.kind != "statement":
            continue
        day = opening_day(statement)
        if day is not None and (statement.account_id not in oldest or day < oldest[statement.account_id][0]):
            oldest[statement.account_id] = (day, statement)
    told = set(known.closings.select("account_id", "day_on").iter_rows())
    for account, (day, statement) in oldest.items():
        if (account, day) not in told and statement.opening is not None:
            rows.append((account, day, statement.currency, statement.opening))
    for result in sorted(accepted, key=lambda result: result.turn):
        statement = result.statement
        if statement.kind == "statement" and statement.closing is not None and statement.closing_on is not None:
            rows.append((statement.account_id, statement.closing_on, statement.currency, statement.closing))
    schema = {"account_id": pl.String, "day_on": pl.Date, "currency": pl.String, "amount": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("day_on").alias("recorded_on"))
    return BALANCES.conform(frame.unique(["account_id", "day_on"], keep="last", maintain_order=True).lazy()).collect()


def opening_day(statement: Statement) -> date | None:
    """The day at whose end the opening balance stood; None where it stood within a day.

    Banks date it with the last day before, or with the first day of the statement.
    """
    if statement.opening is None or (statement.opening_on is None and statement.reading is None):
        return None
    days = [day for day in (statement.from_on, statement.lines["booked_on"].min()) if isinstance(day, date)]
    before = [min(days) - timedelta(days=1)] if days else []
    return min([*before, *([statement.opening_on] if statement.opening_on else [])], default=None)


def _counts(lines: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Rows loaded and rejected of each sheet; a text is one sheet without a name."""
    keys = ["source", "sheet"]
    loaded = lines.group_by(keys, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("rows_loaded"))
    refused = rejected.group_by(keys, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("rows_rejected"))
    both = loaded.join(refused, on=keys, how="full", coalesce=True, maintain_order="left_right").fill_null(0)
    return both.select(
        *keys,
        pl.lit("bank_lines").alias("table"),
        (pl.col("rows_loaded") + pl.col("rows_rejected")).alias("rows_in"),
        "rows_loaded",
        "rows_rejected",
    ).cast(pl.Schema(COUNTS))


def _documents(results: Sequence[Judged]) -> pl.DataFrame:
    rows = []
    for result in results:
        statement, reason = result.statement, result.reason
        rows.append(
            (
                statement.source,
                statement.part,
                statement.kind,
                statement.format,
                statement.number or None,
                statement.account_id or None,
                statement.currency,
                statement.from_on,
                statement.closing_on or statement.to_on,
                statement.opening,
                statement.closing,
                statement.lines.height + statement.rejected.height,
                reason.code if reason else None,
                _facts(reason) if reason else None,
            )
        )
    return pl.DataFrame(rows, schema=DOCUMENTS, orient="row")


def _nothing(known: Known, problem: Problem) -> Intake:
    counts, rejected = pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED)
    return Intake(Ledger({}, known.currency or UNKNOWN, None, (problem,)), counts, rejected)
