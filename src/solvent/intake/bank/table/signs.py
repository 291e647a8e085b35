"""Signs: what came in is positive, whatever way a bank's table says so."""

from __future__ import annotations

import polars as pl

from solvent.intake.bank.table.chain import chain_of
from solvent.intake.bank.table.layout.about import About
from solvent.intake.bank.table.layout.columns import Columns
from solvent.intake.bank.table.layout.direction import REPAID, SPENDING, directions
from solvent.intake.bank.table.layout.words import plain
from solvent.intake.ledger.rows.sieve import Sieve

_ENDING = ("末四位", "后四位", "last4digits")


def signed(
    sieve: Sieve, columns: Columns, about: About, booked: pl.Series, currency: pl.Series
) -> tuple[pl.Series, pl.Series, str]:
    """The amount of each row, the balance beside it, and the rule by which they are signed.

    Returns:
        amount, balance: minor units, Int64; rows whose amount cannot be told are rejected in the sieve; the amount of
            a movement that counts as neither in nor out is positive and stands under rule ``flagged``.
        rule: sides, flagged, signed, spending, words, or signed_by_flag.
    """
    balance = sieve.money("balance", currency, needed=False)
    if columns.has("out") or columns.has("in"):
        return _sides(sieve, currency), balance, "sides"
    amount = _less_fee(sieve.money("amount", currency), balance, sieve, booked, currency)
    flags = _flags(sieve, columns, about)
    if flags is not None:
        given, rule = _flagged(sieve, amount, flags, balance, booked)
        return given, balance, rule
    rule = columns.profile.sign if columns.profile and columns.profile.sign else ""
    text = memo(sieve, columns)
    rule = rule or _rule(amount, balance, text=text, booked=booked, columns=columns, about=about)
    if rule == "words":
        said = _worded(text)
        sieve.reject(said.is_null() & amount.is_not_null(), "bank.table.row.direction", "amount")
        return amount.abs() * said, balance, rule
    if rule in ("spending", "card"):
        turned = _breaks(amount, balance, booked) < _breaks(-amount, balance, booked)
        return -amount, -balance if turned else balance, rule
    return amount, balance, "signed"


def _less_fee(amount: pl.Series, balance: pl.Series, sieve: Sieve, booked: pl.Series, currency: pl.Series) -> pl.Series:
    """The amount with the fee beside it taken off, where the balances follow only so."""
    if not (sieve.has("fee") and sieve.has("balance")):
        return amount
    less = amount - sieve.money("fee", currency, needed=False).fill_null(0).abs()
    return less if _breaks(less, balance, booked) < _breaks(amount, balance, booked) else amount


def memo(sieve: Sieve, columns: Columns) -> pl.Series:
    """The texts of a row joined, each once; cells of dashes and slashes left out. Empty where there is none."""
    headers = columns.of.get("memo", ())
    if not headers:
        return pl.Series("memo", [None] * sieve.rows.height, dtype=pl.String)
    cells = [told(pl.col(header)) for header in headers]
    joined = pl.concat_list(cells).list.drop_nulls().list.unique(maintain_order=True).list.join(" ")
    return sieve.rows.select(pl.when(joined != "").then(joined).alias("memo")).to_series()


def told(cell: pl.Expr) -> pl.Expr:
    """A text on one line; a cell of dashes, slashes and stars only is empty."""
    text = cell.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(~text.str.contains(r"^[-/\\*.\s—－―]*$")).then(text)


def _sides(sieve: Sieve, currency: pl.Series) -> pl.Series:
    """In less out. A side printed with minus signs throughout is still a side; a single minus is a reversal."""
    out, into = sieve.money("out", currency), sieve.money("in", currency)
    if (out < 0).sum() > (out > 0).sum():
        out = -out
    both = (out.fill_null(0) != 0) & (into.fill_null(0) != 0)
    sieve.reject(both, "bank.table.row.both_sides", "out")
    empty = out.is_null() & into.is_null()
    return (into.fill_null(0) - out.fill_null(0)).set(empty, None)


def _flags(sieve: Sieve, columns: Columns, about: About) -> pl.Series | None:
    """-1, 0 or 1 by a column that says so, or by which of two parties is us; None where nothing does."""
    if columns.has("direction"):
        return directions(sieve.text("direction"))
    if columns.has("payer_account", "payee_account") and about.account:
        payer, payee = (sieve.text(name).str.replace_all(r"\s", "") for name in ("payer_account", "payee_account"))
        out, into = (payer == about.account).fill_null(False), (payee == about.account).fill_null(False)
        if (out | into).any():
            flags = into.cast(pl.Int64) - out.cast(pl.Int64)
            return flags.set(~(out | into), None)
    return None


def _flagged(
    sieve: Sieve, amount: pl.Series, flags: pl.Series, balance: pl.Series, booked: pl.Series
) -> tuple[pl.Series, str]:
    """The amount by its flag. Where what goes out has a minus already, the flag has to agree.

    Without that, a minus is a reversal. Balances beside the amounts decide which it is, else what most rows do.
    """
    sieve.reject(flags.is_null() & amount.is_not_null(), "bank.table.row.direction", "direction")
    out = amount.filter((flags == -1) & (amount != 0).fill_null(False))
    negative, positive = int((out < 0).sum()), int((out > 0).sum())
    turned = amount * flags.set(flags == 0, 1)
    as_is, by_flag = _breaks(amount, balance, booked), _breaks(turned, balance, booked)
    if negative and (as_is < by_flag or (as_is == by_flag and negative >= positive)):
        against = (amount * flags < 0).fill_null(False)
        sieve.reject(against, "bank.table.row.direction_conflict", "amount")
        return amount, "signed_by_flag"
    return turned, "flagged"


def _worded(text: pl.Series) -> pl.Series:
    said = pl.when(pl.col("t").str.contains(REPAID)).then(1).when(pl.col("t").str.contains(SPENDING)).then(-1)
    return text.to_frame("t").select(said.cast(pl.Int64)).to_series()


def _rule(
    amount: pl.Series, balance: pl.Series, *, text: pl.Series, booked: pl.Series, columns: Columns, about: About
) -> str:
    """How one column of amounts is signed, by the balances beside it, else by what cards call their movements."""
    header = columns.one("card")
    card = about.card or (header is not None and not columns.has("balance"))
    checked = balance.len() - balance.null_count() > 1
    if checked and not card:
        plus, minus = _breaks(amount, balance, booked), _breaks(-amount, balance, booked)
        if plus != minus:
            return "signed" if plus < minus else "spending"
    said = _worded(text)
    agree, against = int((amount * said > 0).sum()), int((amount * said < 0).sum())
    negative, positive = int((amount < 0).sum()), int((amount > 0).sum())
    if not negative and (said == 1).any() and (said == -1).any():
        return "words"
    if against > agree and (card or (((amount < 0) & (said == 1)).any() and ((amount > 0) & (said == -1)).any())):
        return "spending"
    if card and not agree and positive > negative and not checked:
        return "card"
    return "signed"


def _breaks(amount: pl.Series, balance: pl.Series, booked: pl.Series) -> int:
    """How often the balances do not follow from the amounts."""
    frame = pl.DataFrame({"booked_on": booked, "amount": amount.fill_null(0), "balance": balance})
    chain = chain_of(frame.with_row_index("row"))
    return len(chain.breaks) if chain else 0


def is_ending(header: str) -> bool:
    """True for a column of the last digits of a card.

    >>> is_ending("卡号后四位"), is_ending("卡号")
    (True, False)
    """
    return plain(header).endswith(_ENDING)
