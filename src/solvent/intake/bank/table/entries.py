"""Entries: the rows of one bank's table as signed lines; what is rejected, and what is left out and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Fact, Problem
from solvent.intake.bank.table.layout.about import About, account_of
from solvent.intake.bank.table.layout.columns import DATES, Columns
from solvent.intake.bank.table.layout.direction import REFUNDED, directions, neither_told
from solvent.intake.bank.table.rows import Prepared
from solvent.intake.bank.table.signs import is_ending, memo, signed, told
from solvent.intake.intake import REJECTED, Known, Reading
from solvent.intake.ledger.cells.amounts import amount_style
from solvent.intake.ledger.cells.currency import currency_of, unit_and_currency
from solvent.intake.ledger.cells.dates import date_order, dates
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.rows.sieve import Sieve

MONEY = ("out", "in", "amount", "balance")
_CLOSED = (
    r"(?i)交易关闭|已关闭|失败|全额退款|对方已退还|已退还|已撤销|已取消|撤单|^\W*(?:failed|declined|reverted|cancell?ed|void|"
    r"rejected)\b"
)
_WAITING = (
    r"(?i)等待付款|待付款|待支付|处理中|待处理|待审|审核中|未入账|预授权"
    r"|^\W*(?:pending|processing|authori[sz]ed)\b|vorgemerkt"
)
_SHOWN = 20
"""Numbers of rows told with what is left out."""


@dataclass(frozen=True)
class Entries:
    """What the rows of a table came to.

    frame: as LINES, and ``account_id``. counted: ``row``, ``amount``, ``currency`` of what the table itself counts as
    in or out, with what is left out. rejected: as REJECTED. left_out: how many rows are left out. rule: how amounts
    are signed.
    """

    frame: pl.DataFrame
    counted: pl.DataFrame
    rejected: pl.DataFrame
    reading: Reading
    problems: Sequence[Problem] = ()
    left_out: int = 0
    rule: str = ""
    notes: Sequence[Problem] = field(default_factory=tuple)


def reading_of(sheet: Sheet, columns: Columns, about: About, known: Known, fmt: str) -> tuple[Reading, bool]:
    """How the sheet was understood, and whether its currency had to be assumed."""
    profile = columns.profile
    cells = [sheet.rows.get_column(columns.of[name][0]) for name in MONEY if name in columns.of]
    days = [sheet.rows.get_column(columns.of[name][0]) for name in DATES if name in columns.of]
    order, certain = _order(days)
    if profile and profile.date_order:
        order, certain = profile.date_order, True
    mark = profile.decimal if profile and profile.decimal else amount_style(cells)
    told = [unit_and_currency([header]) for name in MONEY for header in columns.of.get(name, ())]
    above = unit_and_currency(cell for row in sheet.preamble for cell in row if "单位" in cell)
    unit = next((one for one, _ in told if one != 1), above[0])
    currency, assumed = _currency(
        sheet, columns, about, known, headers=[code for _, code in told if code], above=above[1]
    )
    mapping = {header: name for name, headers in columns.of.items() for header in headers[:1]}
    mapping |= dict.fromkeys(columns.of.get("memo", ()), "memo")
    reading = Reading(
        sheet.source, sheet.name, sheet.header_row, sheet.encoding, fmt, "bank_statement", sheet.columns,
        {header: mapping[header] for header in sheet.columns if header in mapping}, columns.unused, order, certain,
        mark, unit, currency, {}, {}, {},
    )  # fmt: skip
    return reading, assumed


def _order(days: Sequence[pl.Series]) -> tuple[str, bool]:
    """The order of day and month: as the days prove it, else the one in which they run on and lie close together."""
    order, certain = date_order(days)
    if certain:
        return order, certain

    def disorder(tried: str) -> tuple[int, int]:
        read = dates(days[0], order=tried, typed=False)["value"].drop_nulls()
        steps = read.diff().dt.total_days()
        return min(int((steps < 0).sum()), int((steps > 0).sum())), int(steps.abs().sum())

    return min(("dmy", "mdy", "ymd") if order == "ymd" else ("dmy", "mdy"), key=disorder), False


def _currency(
    sheet: Sheet, columns: Columns, about: About, known: Known, *, headers: Sequence[str], above: str | None
) -> tuple[str, bool]:
    """What amounts are in where their row does not say; true where nothing says it."""
    profile = columns.profile
    named = currency_of(about.texts.get("currency", "")) if "currency" in about.texts else None
    account = about.account or (profile.account if profile else "")
    of_profile = profile.currency if profile else ""
    for code in (named, known.accounts.get(account), of_profile, *headers, above):
        if code:
            return code, False
    if known.currency:
        return known.currency, not columns.has("currency")
    chinese = any("\u4e00" <= char <= "\u9fff" for header in columns.of.get("memo", sheet.columns) for char in header)
    return "CNY" if chinese else UNKNOWN, not columns.has("currency")


def entries_of(ready: Prepared, columns: Columns, about: About, reading: Reading) -> Entries:
    """The lines of a sheet made ready; every row is a line, rejected, or left out and told."""
    sieve = Sieve(ready.sheet, reading)
    booked = _booked(sieve, columns)
    currency = sieve.currency("currency", None)
    for name in MONEY:
        currency = currency.fill_null(sieve.code_beside(name))
    currency = currency.fill_null(reading.currency)
    amount, balance, rule = signed(sieve, columns, about, booked, currency)
    sieve.reject(booked.is_null(), "bank.table.row.no_day", next(name for name in DATES if columns.has(name)))
    sieve.reject(
        amount.is_null() & booked.is_not_null(),
        "bank.table.row.no_amount",
        next(name for name in ("amount", "out", "in") if columns.has(name)),
    )
    text = memo(sieve, columns)
    frame = pl.DataFrame(
        {
            "row": sieve.rows["_row"],
            "booked_on": booked,
            "value_on": sieve.date("value_on", needed=False),
            "currency": currency,
            "amount": amount,
            "reference": text,
            "bank_reference": _text(sieve, "bank_reference"),
            "balance": balance,
            "account_id": _accounts(sieve, columns, about),
            "status": sieve.text("status"),
            "flag": directions(sieve.text("direction") if rule == "flagged" else sieve.text("")),
        },
    ).with_columns(*_parties(sieve, columns), pl.lit(None, dtype=pl.String).alias("category"))
    rejected = sieve.rejected()
    kept = frame.join(rejected.select(pl.col("_row").alias("row")), on="row", how="anti", maintain_order="left")
    counted = kept.filter((pl.col("flag") != 0).fill_null(True)).select("row", "amount", "currency")
    kept, problems = _left_out(kept, reading.place)
    left = sum(int(str(one.facts["count"])) for one in problems)
    return Entries(kept, counted, _rejected(ready, rejected), reading, problems, left, rule, sieve.notes)


def _booked(sieve: Sieve, columns: Columns) -> pl.Series:
    """The day of booking; where it is empty the day the movement was made, else its value day."""
    found: pl.Series | None = None
    for name in DATES:
        if columns.has(name):
            days = sieve.date(name, needed=found is None)
            found = days if found is None else found.fill_null(days)
    assert found is not None, "a table without days is no statement"
    return found


def _text(sieve: Sieve, name: str) -> pl.Series:
    cells = sieve.text(name).alias(name)
    return cells.to_frame().select(told(pl.col(name))).to_series()


def _accounts(sieve: Sieve, columns: Columns, about: About) -> pl.Series:
    """Our account of each row: its own cell, else what the heading tells, else the profile or the card."""
    profile = columns.profile
    default = about.account or (profile.account if profile else "")
    cells = sieve.text("account")
    if columns.has("card") and not columns.has("account") and not default:
        header = columns.one("card") or ""
        one = sieve.text("card").drop_nulls().unique()
        cells = sieve.text("card") if one.len() == 1 and not is_ending(header) else cells
    ids = {cell: account_of(cell) for cell in cells.unique().drop_nulls()}
    found = cells.replace_strict(ids, default=None, return_dtype=pl.String)
    found = found.set((found == "").fill_null(False), None)
    seen = found.drop_nulls().unique()
    return found.fill_null(str(seen[0]) if seen.len() == 1 else default)


def _parties(sieve: Sieve, columns: Columns) -> list[pl.Expr]:
    """The other party and its account; where the table names both parties, whichever is not us."""
    found = []
    for name, out, into in (
        ("counterparty", "payee", "payer"),
        ("counterparty_account", "payee_account", "payer_account"),
    ):
        own = _text(sieve, name)
        if columns.has(name) or not (columns.has(out) or columns.has(into)):
            found.append(pl.lit(own).alias(name))
            continue
        found.append(pl.when(pl.col("amount") < 0).then(_text(sieve, out)).otherwise(_text(sieve, into)).alias(name))
    return found


def _left_out(frame: pl.DataFrame, place: str) -> tuple[pl.DataFrame, list[Problem]]:
    """The lines, and for each reason what is left out: how many rows, of what sum, and which."""
    closed = pl.col("status").str.contains(_CLOSED).fill_null(False)
    waiting = pl.col("status").str.contains(_WAITING).fill_null(False)
    neither = (pl.col("flag") == 0).fill_null(False)
    way = neither_told(frame["reference"], frame["status"])
    frame = frame.with_columns(way.alias("way"))
    dead = frame.filter(closed)["bank_reference"].drop_nulls().unique().to_list()
    back = neither & pl.col("status").str.contains(REFUNDED).fill_null(False) & _begins(pl.col("bank_reference"), dead)
    frame = frame.with_columns(
        pl.when(closed | back)
        .then(pl.lit("closed"))
        .when(waiting)
        .then(pl.lit("waiting"))
        .when(neither & (pl.col("way") == 0))
        .then(pl.lit("neither"))
        .when(pl.col("amount") == 0)
        .then(pl.lit("zero"))
        .alias("why"),
        pl.when(neither).then(pl.col("amount").abs() * pl.col("way")).otherwise("amount").alias("amount"),
        pl.when(neither & ~pl.col("status").str.contains(REFUNDED).fill_null(False))
        .then(pl.lit("transfer"))
        .otherwise("category")
        .alias("category"),
    )
    problems = []
    for why in ("closed", "waiting", "neither", "zero"):
        rows = frame.filter(pl.col("why") == why)["row"]
        if rows.len():
            shown = ", ".join(map(str, rows.head(_SHOWN))) + (", …" if rows.len() > _SHOWN else "")
            problems.append(_told(why, place, {"count": rows.len(), "rows": shown}))
    return frame.filter(pl.col("why").is_null()).drop("why", "way", "flag", "status"), problems


def _told(why: str, place: str, facts: Mapping[str, Fact]) -> Problem:
    if why == "closed":
        return Problem("bank.table.left_out.closed", place, facts)
    if why == "waiting":
        return Problem("bank.table.left_out.waiting", place, facts)
    if why == "neither":
        return Problem("bank.table.left_out.neither", place, facts)
    return Problem("bank.table.left_out.zero", place, facts)


def _begins(cell: pl.Expr, heads: Sequence[str]) -> pl.Expr:
    """True where a text is one of ``heads``, or goes on from one after an underscore or a star."""
    if not heads:
        return pl.lit(False)
    return (cell.is_in(heads) | cell.str.extract(r"^(.+?)[_*]", 1).is_in(heads)).fill_null(False)


def _rejected(ready: Prepared, faults: pl.DataFrame) -> pl.DataFrame:
    """The rejected rows as they stood, and those with more cells than columns."""
    sheet = ready.sheet
    cells = sheet.rows.join(faults.select("_row"), on="_row", how="semi")
    whole = cells.select("_row", pl.concat_list(pl.exclude("_row")).alias("cells"))
    read = faults.join(whole, on="_row", how="left", maintain_order="left").select(
        "_row", "code", "column", "value", "facts", "cells"
    )
    ragged = sheet.ragged.select(
        "_row",
        pl.lit("intake.row.ragged").alias("code"),
        pl.lit("").alias("column"),
        pl.lit(None, dtype=pl.String).alias("value"),
        pl.lit("{}").alias("facts"),
        pl.concat_list("cells").alias("cells"),
    )
    both = pl.concat([read, ragged]).sort("_row")
    return both.select(
        pl.lit(sheet.source).alias("source"),
        pl.lit(sheet.name).alias("sheet"),
        pl.col("_row").alias("row"),
        "column",
        "value",
        "code",
        "facts",
        "cells",
    ).cast(pl.Schema(REJECTED))
