"""Read: a bank's file of any format into lines, balances and accounts; what may not be believed into quarantine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.base.table import DType
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


def located(
    source: Source, known: Known, profiles: Sequence[Profile], table: str, key: str
) -> list[tuple[Statement, list[int]]]:
    """Where one row of a table stands: the statements that have something of it, with the places of the lines.

    What the books have come to know since counts for nothing: every statement of the file is taken as if it were new.

    Args:
        key: the cells of the table's key as text, with U+001F between.
    """
    fresh = replace(known, closings=Known().closings)
    results = judged([_sound(one) for one in statements_of(source, fresh, profiles) or ()], fresh)
    every = [replace(one, reason=None) for one in results]
    if table == "bank_lines":
        lines = _lines(every, fresh)[0] if every else pl.DataFrame(schema={"line_id": pl.String, "row": pl.Int64})
        mine = lines.filter(pl.col("line_id") == key)
        rows = mine.get_column("row").to_list()
        own = set(mine.get_column("account_id").to_list()) if mine.height else set()
        return [
            (one.statement, [row for row in rows if row in one.statement.lines["row"]])
            for one in every
            if one.statement.account_id in own and one.statement.lines["row"].is_in(rows).any()
        ]
    account, _, day = key.partition("\x1f")
    return [
        (one.statement, [])
        for one in every
        if one.statement.account_id == account and (not day or day in _days_told(one.statement))
    ]


def _days_told(statement: Statement) -> set[str]:
    """The days at whose end a statement tells a balance."""
    return {str(day) for day in (statement.closing_on, opening_day(statement)) if day is not None}


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
    if statement.lines.schema == pl.Schema(LINES):
        return statement
    return replace(statement, lines=statement.lines.select(LINES.keys()).cast(pl.Schema(LINES)))


def _intake(results: Sequence[Judged], known: Known) -> Intake:
    accepted = [result for result in results if result.reason is None]
    refused = [(result.statement, result.reason) for result in results if result.reason is not None]
    problems = [
        problem for result in results for problem in ((result.reason,) if result.reason else ()) + result.problems
    ]
    lines, covered, told = _lines(accepted, known)
    tables = {
        "bank_accounts": _accounts(accepted),
        "bank_lines": BANK_LINES.conform(lines.lazy()).collect(),
        "balances": _balances(accepted, known),
    }
    unread = [
        result.statement.rejected.cast(pl.Schema(REJECTED)) for result in results if result.statement.rejected.height
    ]
    rejected = pl.concat([pl.DataFrame(schema=REJECTED), *unread, _refused(refused), covered])
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
        _counts(lines, rejected),
        rejected,
        tuple(readings),
        _documents(results),
    )


def _lines(accepted: Sequence[Judged], known: Known) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """The lines of what was accepted, named and told apart; those rejected after all; and what was left out.

    Lines of nothing are left out. So are lines that an overlapping statement of the same file brings again. Lines of
    interim reports and notices for days that a statement has closed already are rejected: the statement has them.
    """
    closed = _closed(accepted, known)
    told_of = [result.statement for result in accepted]
    every = _together(told_of).with_columns(
        _each("series", pl.Int64, told_of, [result.series for result in accepted]),
        _each("closed_on", pl.Date, told_of, [closed.get(one.account_id) for one in told_of]),
        _each("booked", pl.Boolean, told_of, [one.kind == "statement" for one in told_of]),
    )
    told: list[Problem] = []
    nothing = every.filter(pl.col("amount") == 0).height
    if nothing:
        told.append(Problem("bank.line.zero", accepted[0].statement.source, {"count": nothing}))
    late = ~pl.col("booked") & (pl.col("booked_on") <= pl.col("closed_on")).fill_null(False)
    moving = every.filter(pl.col("amount") != 0)
    covered = _rejected(moving.filter(late).with_columns(_COVERED, pl.lit("bank.line.covered").alias("code")))
    moving = moving.filter(~late)
    named = moving.with_columns(line_ids(moving, "series"), pl.col("booked_on").alias("recorded_on"))
    kept = named.unique("line_id", keep="first", maintain_order=True)
    if kept.height < named.height:
        told.append(Problem("bank.line.repeated", accepted[0].statement.source, {"count": named.height - kept.height}))
    ours = [*known.accounts, *(result.statement.account_id for result in accepted)]
    moved = pl.col("counterparty_account").is_in(ours) & (pl.col("counterparty_account") != pl.col("account_id"))
    return (
        kept.with_columns(pl.when(moved).then(pl.lit("transfer")).otherwise("category").alias("category")),
        covered,
        told,
    )


_COVERED = pl.concat_str(pl.lit('{"day": "'), pl.col("closed_on").cast(pl.String), pl.lit('"}')).alias("facts")


def _together(statements: Sequence[Statement]) -> pl.DataFrame:
    """The lines of statements in one frame, with ``source``, ``sheet`` and ``account_id`` beside each."""
    frame = pl.concat([pl.DataFrame(schema=LINES), *(one.lines for one in statements if one.lines.height)])
    return frame.with_columns(
        _each("source", pl.String, statements, [one.source for one in statements]),
        _each("sheet", pl.String, statements, [one.reading.sheet if one.reading else "" for one in statements]),
        _each("account_id", pl.String, statements, [one.account_id for one in statements]),
    )


def _each(name: str, kind: DType, statements: Sequence[Statement], values: Sequence[object]) -> pl.Series:
    """A column that repeats one value of each statement for every line of it."""
    told = [value for one, value in zip(statements, values) for _ in range(one.lines.height)]
    return pl.Series(name, told, dtype=kind)


def _refused(found: Sequence[tuple[Statement, Problem]]) -> pl.DataFrame:
    """The lines of statements in quarantine as rejected rows, each with the statement's reason."""
    statements = [statement for statement, _ in found]
    return _rejected(
        _together(statements).with_columns(
            _each("code", pl.String, statements, [reason.code for _, reason in found]),
            _each("facts", pl.String, statements, [_facts(reason) for _, reason in found]),
        )
    )


def _rejected(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with ``code`` and ``facts`` beside them as rejected rows."""
    shown = pl.concat_list(pl.col(name).cast(pl.String) for name in _SHOWN).alias("cells")
    nothing = pl.lit(None, dtype=pl.String).alias("value")
    return lines.select("source", "sheet", "row", pl.lit("").alias("column"), nothing, "code", "facts", shown).cast(
        pl.Schema(REJECTED)
    )


def _closed(accepted: Sequence[Judged], known: Known) -> dict[str, date]:
    """By account, the last day that a statement has closed."""
    known_days = known.closings.sort("day_on")
    days: dict[str, date] = dict(zip(known_days["account_id"].to_list(), known_days["day_on"].to_list()))
    for result in accepted:
        account, day = result.statement.account_id, result.statement.closing_on
        if result.statement.kind == "statement" and day is not None:
            days[account] = max(day, days.get(account, day))
    return days


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
