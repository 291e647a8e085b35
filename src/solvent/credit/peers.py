"""Peers: payment experience shared with other suppliers: bands instead of figures, keyed hashes instead of names.

A row tells how one company pays, and tells it only to somebody who knows the company's number and the secret that the
group of peers shares: the number stands as a keyed hash. Who has the secret can try numbers, so it stays within the
group; without it a list of all companies is of no use.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl

from solvent.base.money import digits
from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.credit.file.identifiers import plain_number
from solvent.measures.sums import running_sums

TAPE: Mapping[str, type[pl.DataType]] = {
    "tape": pl.String,
    "told_on": pl.Date,
    "match": pl.String,
    "country": pl.String,
    "industry": pl.String,
    "years_band": pl.String,
    "currency": pl.String,
    "amount_band": pl.String,
    "beyond_terms_band": pl.String,
    "terms_band": pl.String,
}
"""A row for each company that is told of.

tape: the form, ``FORM``. told_on: day of the books. match: keyed hash of its number. country, industry: empty where
they would give it away. years_band: how long we have traded. amount_band: most it ever owed within the span, main units
of currency. beyond_terms_band: days beyond terms, by amount. terms_band: days from invoice to due day. A band is
``LOW..HIGH``, LOW within and HIGH not; one end is empty where it has none.
"""
FORM = "solvent-peers/1"
SHORTEST = 16
"""Characters of a secret; a shorter one is guessed."""


@dataclass(frozen=True)
class Peers(Terms, key="credit.peers"):
    """What is told to peers, in how wide bands, and what is kept back."""

    fewest: int = term(5, unit="customers that share a cell", source="own choice: as statistical offices do")
    largest_share: float = term(
        0.5,
        unit="share of its cell, the amount is kept back strictly over it",
        most=1,
        source="own choice: it names itself",
    )
    months: int = term(24, unit="months of trade that are told", source="own choice: two years")
    payments: int = term(3, unit="payments that are told of", source="own choice: fewer are no experience")
    years: tuple[float, ...] = term((1.0, 3.0, 10.0), unit="years, lines of bands", source="own choice")
    amounts: tuple[float, ...] = term(
        (10_000.0, 100_000.0, 1_000_000.0, 10_000_000.0), unit="main units, lines of bands", source="own choice: by ten"
    )
    beyond_terms: tuple[float, ...] = term(
        (-5.0, 5.0, 15.0, 30.0, 60.0, 90.0),
        unit="days, lines of bands",
        least=None,
        most=36_525,
        source="FORMULAS 4.2.9: points of the index",
    )
    terms_days: tuple[float, ...] = term((1.0, 31.0, 61.0, 91.0), unit="days, lines of bands", source="own choice")
    good_days: float = term(5.0, unit="days beyond terms, good under it", source="own choice: the post")
    poor_days: float = term(30.0, unit="days beyond terms, poor from it", source="own choice: a month")


DEFAULTS = Peers()


@dataclass(frozen=True)
class Told:
    """What peers are told: TAPE; and of how many customers nothing is: without a number, with too little trade, alone
    in their cell even without country and industry."""

    tape: pl.DataFrame
    unnamed: int
    untraded: int
    alone: int


@dataclass(frozen=True)
class Heard:
    """What peers told of our customers: rows of ``trade_references``; how many rows were of nobody we know."""

    references: pl.DataFrame
    strangers: int
    problems: Sequence[Problem]


def peer_tape(books: Books, behaviour: pl.DataFrame, secret: str, terms: Peers = DEFAULTS) -> Told:
    """Our payment experience as a tape for peers (REQUIREMENTS CR-13).

    A cell is country, industry, amount and terms. Where fewer than ``fewest`` customers share it, the industry is left
    out, then the country as well; who is still alone is not told of. An amount that is more than ``largest_share`` of
    all amounts of its cell is left out.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.
        secret: shared among the peers, and with nobody else.

    Raises:
        SolventError: the secret is short, or amounts of the books cannot be added up.
    """
    _believed(secret)
    if books.basis is Basis.MIXED:
        used = books.table("open_items").select(pl.col("currency").unique().sort()).collect()
        raise SolventError("books.mixed_currencies", "", currencies=", ".join(used.get_column("currency")))
    rows = _experience(books, behaviour, terms)
    traded = rows.filter(pl.col("most").is_not_null() & (pl.col("payments") >= terms.payments))
    named = traded.filter(pl.col("number").is_not_null())
    kept, alone = _hidden(_banded(named, books.currency, terms), terms)
    # Hashing is the one thing here that no column operation does.
    matches = [_match(number, secret) for number in kept.get_column("number")]
    tape = kept.with_columns(
        pl.lit(FORM).alias("tape"),
        pl.lit(books.as_of).alias("told_on"),
        pl.Series("match", matches, dtype=pl.String),
        pl.lit(books.currency).alias("currency"),
    ).select(pl.col(name).cast(kind) for name, kind in TAPE.items())
    # In the order of the hash, so that not even the order of our customers is told.
    return Told(tape.sort("match"), traded.height - named.height, rows.height - traded.height, alone)


def peer_references(books: Books, tape: pl.DataFrame, secret: str, told_by: str, terms: Peers = DEFAULTS) -> Heard:
    """A peer's tape as trade references of our customers: what a band leaves open is told by its end on the safe side.

    Of amounts and years the lower end counts, of days beyond terms the upper one, of terms the lower.

    Args:
        told_by: under which name the peer speaks.

    Raises:
        SolventError: the secret is short, or the tape has another form.
    """
    _believed(secret)
    missing = [name for name in TAPE if name not in tape.columns]
    if missing or tape.filter(pl.col("tape") != FORM).height:
        raise SolventError("peers.tape_form", "", form=FORM, missing=", ".join(missing) or "-")
    ours = _numbers(books).drop_nulls("number").collect()
    keyed = ours.with_columns(
        pl.Series("match", [_match(number, secret) for number in ours.get_column("number")], dtype=pl.String)
    )
    known = tape.filter(pl.col("told_on") <= books.as_of).join(keyed, on="match", how="inner")
    amount_low, terms_low = _end("amount_band", 0), _end("terms_band", 0)
    late = pl.coalesce(_end("beyond_terms_band", 1), _end("beyond_terms_band", 0))
    scales = {code: 10 ** digits(code) for code in known.get_column("currency").drop_nulls().unique()}
    scale = pl.col("currency").replace_strict(scales, default=100, return_dtype=pl.Int64)
    opinion = (
        pl.when(late.is_null())
        .then(None)
        .when(late <= terms.good_days)
        .then(pl.lit("good"))
        .when(_end("beyond_terms_band", 0) >= terms.poor_days)
        .then(pl.lit("poor"))
        .otherwise(pl.lit("fair"))
    )
    references = known.select(
        pl.concat_str(pl.lit(f"PEER-{told_by}-"), "customer_id", pl.lit("-"), pl.col("told_on").cast(pl.String)).alias(
            "reference_id"
        ),
        "customer_id",
        pl.lit(told_by).alias("told_by"),
        "told_on",
        "currency",
        (amount_low * scale).round(0).cast(pl.Int64).alias("high_credit"),
        pl.lit(None, dtype=pl.Int64).alias("limit"),
        terms_low.cast(pl.Int64).alias("terms_days"),
        late.alias("beyond_terms_days"),
        _end("years_band", 0).alias("known_years"),
        opinion.alias("opinion"),
        pl.lit(books.as_of).alias("recorded_on"),
    ).unique("reference_id", keep="first", maintain_order=True)
    strangers = tape.join(keyed, on="match", how="anti").height
    ahead = tape.filter(pl.col("told_on") > books.as_of).height
    problems = (
        (Problem("peers.from_the_future", "", {"count": ahead, "day": books.as_of.isoformat()}),) if ahead else ()
    )
    return Heard(references.sort("customer_id", "told_on"), strangers, problems)


def _believed(secret: str) -> None:
    if len(secret) < SHORTEST:
        raise SolventError("peers.secret_short", "", least=SHORTEST)


def _match(number: str, secret: str) -> str:
    """The keyed hash of a company's number, in its plain form.

    >>> _match("91440605MA32489891", "s" * 16) == _match("91440605MA32489891", "s" * 16)
    True
    """
    return hmac.new(secret.encode(), number.encode(), "sha256").hexdigest()


def _numbers(books: Books) -> pl.LazyFrame:
    """customer_id, number (plain: capitals and digits), country, industry: the tax number, else the register's."""
    customers = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    rows = books.table("registrations").sort("told_on", "recorded_on", maintain_order=True)
    newest = rows.unique("customer_id", keep="last", maintain_order=True)
    both = customers.select("customer_id", "tax_id", "country", "industry").join(
        newest.select("customer_id", "registration_no", "vat_id"), on="customer_id", how="left"
    )
    number = pl.coalesce(plain_number(pl.col(name)) for name in ("tax_id", "registration_no", "vat_id"))
    return both.select("customer_id", number.alias("number"), "country", "industry")


def _experience(books: Books, behaviour: pl.DataFrame, terms: Peers) -> pl.DataFrame:
    """Number, country, industry, years, most owed, days beyond terms and usual terms of each customer invoiced."""
    since = books.as_of - timedelta(days=round(terms.months * 365 / 12))
    owed = running_sums(books.events(), books, "customer_no", at="event_on")
    level = pl.col("amount").cum_sum().over("customer_no", order_by="event_on")
    last_before = pl.col("event_on") == pl.col("event_on").filter(pl.col("event_on") <= since).max().over("customer_no")
    most = (
        owed.with_columns(level.alias("level"))
        .filter((pl.col("event_on") > since) | last_before.fill_null(False))
        .group_by("customer_no")
        .agg(pl.when(pl.col("level").is_not_null().all()).then(pl.col("level").max()).alias("most"))
        .join(books.journal.customers.lazy(), on="customer_no")
    )
    invoiced = books.table("open_items").filter(pl.col("issued_on") > since)
    length = (pl.col("due_on") - pl.col("issued_on")).dt.total_days()
    usual = invoiced.group_by("customer_id").agg(length.median().alias("terms_days"))
    years = ((pl.lit(books.as_of) - pl.col("first_on")).dt.total_days() / 365.25).alias("years")
    traded = behaviour.lazy().filter(pl.col("first_on").is_not_null())
    told = traded.select("customer_id", "payments", "delay_days", years)
    for part in (most.select("customer_id", "most"), usual, _numbers(books)):
        told = told.join(part, on="customer_id", how="left")
    positive = pl.when(pl.col("most") > 0).then("most").alias("most")
    return told.with_columns(positive).filter(pl.col("terms_days").is_not_null()).collect()


def _band(value: pl.Expr, lines: tuple[float, ...]) -> pl.Expr:
    """``LOW..HIGH`` of each value; a line belongs to the band that it begins."""
    names = [f"..{lines[0]:g}", *(f"{low:.10g}..{high:.10g}" for low, high in pairwise(lines)), f"{lines[-1]:.10g}.."]
    place = pl.sum_horizontal((value.round(9) >= line).cast(pl.Int64) for line in lines)
    return pl.when(value.is_not_null()).then(place.replace_strict(dict(enumerate(names)), return_dtype=pl.String))


def _banded(rows: pl.DataFrame, currency: str, terms: Peers) -> pl.DataFrame:
    amount = pl.col("most") / 10 ** digits(currency)
    return rows.with_columns(
        _band(pl.col("years"), terms.years).alias("years_band"),
        _band(amount, terms.amounts).alias("amount_band"),
        _band(pl.col("delay_days"), terms.beyond_terms).alias("beyond_terms_band"),
        _band(pl.col("terms_days"), terms.terms_days).alias("terms_band"),
    )


CELL = ("country", "industry", "amount_band", "terms_band")


def _hidden(rows: pl.DataFrame, terms: Peers) -> tuple[pl.DataFrame, int]:
    """The rows of cells that enough share: without industry, then without country where they do not; and how many had
    to stay out."""
    waiting, kept = rows, []
    blank = pl.lit(None, dtype=pl.String)
    for hide in ((), ("industry",), ("industry", "country")):
        coarse = waiting.with_columns(blank.alias(name) for name in hide)
        size = pl.len().over([pl.col(name).fill_null("") for name in CELL])
        kept.append(coarse.filter(size >= terms.fewest))
        waiting = waiting.filter(pl.Series(coarse.select(size < terms.fewest).to_series()))
    told = pl.concat(kept)
    whole = pl.col("most").sum().over([pl.col(name).fill_null("") for name in CELL])
    names_itself = pl.col("most") > terms.largest_share * whole
    return told.with_columns(pl.when(~names_itself).then("amount_band").alias("amount_band")), waiting.height


def _end(band: str, place: int) -> pl.Expr:
    """One end of a band as a number; empty where it has none."""
    return pl.col(band).str.split("..").list.get(place, null_on_oob=True).cast(pl.Float64, strict=False)
