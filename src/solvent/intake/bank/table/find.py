"""Find: the tables of a file that may be a bank's, those without a header too, and whether they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from solvent.base.problem import Problem
from solvent.books.books import TABLES
from solvent.intake.bank.table.chain import chain_of
from solvent.intake.bank.table.headless import header_of
from solvent.intake.bank.table.layout.about import About, about
from solvent.intake.bank.table.layout.columns import Columns, columns_of
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.layout.words import known_word, plain
from solvent.intake.intake import Source
from solvent.intake.ledger.cells.amounts import amount_style, amounts
from solvent.intake.ledger.fields import plain as ledger_plain
from solvent.intake.ledger.grid import Sheet, sheets
from solvent.intake.ledger.reading.workbook import kind_of
from solvent.intake.ledger.words import meanings as ledger_meanings

_BRIEF = 1 << 17
"""Bytes of a text that are enough to see what it is."""
_SELLERS = frozenset(
    (
        *("customer_id", "customer_name", "due_on", "terms", "open_amount", "booked_open_amount", "invoice_id"),
        *("salesperson", "paid_amount", "delivery_id", "credited_amount", "disputed", "insured", "delivered_on"),
        *("applies_to", "clearing_id", "receipt_id"),
    )
)
"""Fields that only a seller's books have, where the bank's words do not claim the header."""
_TELLING = ("direction", "counterparty_account", "payer_account", "payee_account", "account", "card")


@dataclass(frozen=True)
class Found:
    """One table of a file, what its columns mean, and what stands around it."""

    sheet: Sheet
    columns: Columns
    about: About
    headerless: bool = False
    problems: Sequence[Problem] = field(default_factory=tuple)


def found_tables(
    source: Source, profiles: Sequence[Profile], *, brief: bool = False
) -> tuple[list[Found], list[Problem]]:
    """Every table of the file, and what stood in the way of others.

    Args:
        brief: only the beginning of a text is read.
    """
    source = _recoded(source, profiles)
    if brief and kind_of(source.data) == "text" and len(source.data) > _BRIEF:
        cut = source.data[:_BRIEF]
        source = replace(source, data=cut[: cut.rfind(b"\n") + 1] or cut)
    words = {word for profile in profiles for word in (*profile.columns, *profile.match)}

    def known(text: str) -> bool:
        return known_word(text) or plain(text) in words

    read, problems = sheets(source, known=known)
    found = [_found(sheet, profiles) for sheet in read]
    if any(one.columns.days and one.columns.money for one in found):
        return found, problems
    named = header_of(source, profiles)
    if named is None:
        return found, problems
    again, more = sheets(named.source, known=known)
    return [
        replace(_found(_renumbered(sheet, named.rows), profiles), headerless=True, problems=named.problems)
        for sheet in again
    ], [problem for problem in more if problem.code != "intake.sheet.no_header"]


def _found(sheet: Sheet, profiles: Sequence[Profile]) -> Found:
    columns = columns_of(sheet, profiles)
    beneath = [[str(cell) for cell in row[1:] if cell is not None] for row in sheet.footers.iter_rows()]
    return Found(sheet, columns, about(sheet.preamble, beneath, (sheet.source, sheet.name)))


def _renumbered(sheet: Sheet, rows: Sequence[int]) -> Sheet:
    """A table read with a header put before it, its rows numbered as in the file."""
    numbers = dict(enumerate(rows, start=2))

    def numbered(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("_row").replace_strict(numbers, default=0, return_dtype=pl.Int64))

    return replace(
        sheet, header_row=0, rows=numbered(sheet.rows), footers=numbered(sheet.footers), ragged=numbered(sheet.ragged)
    )


def _recoded(source: Source, profiles: Sequence[Profile]) -> Source:
    """A text in the encoding that a profile names, if it is that profile's."""
    if kind_of(source.data) != "text":
        return source
    for profile in profiles:
        if not profile.encoding or not profile.match:
            continue
        text = source.data.decode(profile.encoding, "replace")
        words = plain(text[:20_000])
        if all(word in words for word in profile.match):
            return replace(source, data=text.encode())
    return source


def looks_like_statement(found: Found) -> bool:
    """True for a table of movements on an account of ours; false for a ledger of customers and invoices."""
    columns, sheet = found.columns, found.sheet
    if not (columns.days and columns.money) or _our_own(sheet):
        return False
    if columns.profile is not None or found.headerless:
        return True
    sellers = [
        header
        for header in sheet.columns
        if not known_word(header) and any(m.field in _SELLERS and m.strength < 2 for m in ledger_meanings(header))
    ]
    telling = sum(name in columns.of for name in _TELLING)
    sides = columns.has("out", "in")
    if sellers:
        return False
    if telling or _plainly(columns, sheet):
        return not (found.about.ledger and not telling and not columns.has("counterparty"))
    if found.about.ledger:
        return False
    if found.about.bank or found.about.account:
        return True
    if sides and columns.has("balance"):
        return _as_bank(found)
    return columns.has("memo") and (sides or columns.has("amount"))


def _plainly(columns: Columns, sheet: Sheet) -> bool:
    """Sides in words that only banks use: withdrawals and deposits, 支出 and 存入."""
    words = [plain(columns.one(name) or "") for name in ("out", "in")]
    return any(
        word.startswith(
            ("withdraw", "deposit", "paidout", "paidin", "moneyout", "moneyin", "支", "收入", "存入", "取出", "转")
        )
        for word in words
    )


def _our_own(sheet: Sheet) -> bool:
    """True for one of our own tables under its column names."""
    headers = {ledger_plain(header) for header in sheet.columns}
    return any(
        headers <= {ledger_plain(name) for name in table.columns}
        and {ledger_plain(name) for name in table.key} <= headers
        and any("_" in header for header in sheet.columns)
        for table in TABLES.values()
    )


def _as_bank(found: Found) -> bool:
    """True where the balances fall by the debit side, as at a bank; in a seller's books they rise by it."""
    columns, rows = found.columns, found.sheet.rows.head(2_000)
    names = [columns.one(name) or "" for name in ("out", "in", "balance")]
    mark = amount_style([rows[name] for name in names])
    out, into, balance = (amounts(rows[name], mark=mark, digits=2)["value"] for name in names)
    out = -out if (out < 0).sum() > (out > 0).sum() else out
    amount = into.fill_null(0) - out.fill_null(0)
    day = pl.Series([None] * rows.height, dtype=pl.Date)
    lines = pl.DataFrame({"row": rows["_row"], "booked_on": day, "amount": amount, "balance": balance})
    bank, seller = chain_of(lines), chain_of(lines.with_columns(-pl.col("amount")))
    return bank is not None and seller is not None and len(bank.breaks) < len(seller.breaks)
