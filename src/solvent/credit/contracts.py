"""Contracts: clauses on payment that are missing, unclear, worse than law or policy, or not what is lived by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import sums

FINDINGS = {
    "customer_id": pl.String,
    "contract_id": pl.String,
    "kind": pl.String,
    "clause": pl.String,
    "told": pl.Float64,
    "wanted": pl.Float64,
    "sure": pl.Boolean,
    "weight": pl.Int64,
}
"""A row a finding.

kind: ``missing``, ``unclear``, ``beyond_law``, ``beyond_policy``, ``differs_from_customer`` (the terms agreed are not
those we keep for the customer), ``differs_from_invoices`` (nor those we invoice by), ``no_contract``, ``ended`` (every
contract has run out). clause: a column of ``contracts``. told, wanted: as numbers, yes and no as 1 and 0; empty where
there is none. sure: false where the books know too little to say that the law applies. weight: 3 costs money, 2 makes
claims harder to enforce, 1 is worth having.
"""


@dataclass(frozen=True)
class Clauses(Terms, key="credit.contracts"):
    """What a contract has to say, and from where it is worse than law or policy. Legal lines are dated by overrides."""

    needed: tuple[str, ...] = term(
        (
            "terms_days", "due_from", "late_daily_rate", "dispute_days", "retention_of_title", "acceleration",
            "may_stop_supply", "law", "jurisdiction",
        ),
        unit="clauses that no contract may lack",
        source="REQUIREMENTS CR-15; further ones: own choice",
    )  # fmt: skip
    longest_days: int = term(90, unit="days, beyond policy strictly over it", source="own choice: a quarter")
    least_daily_rate: float = term(
        0.0005, unit="share a day, beyond policy strictly under it", most=10, source="FORMULAS 4.3.6: 0.05 % a day"
    )
    longest_acceptance_days: int = term(15, unit="days, strictly over it", source="own choice: two weeks")
    longest_dispute_days: int = term(30, unit="days, strictly over it", source="own choice: a month")
    protected_seller: bool = term(
        True, unit="yes: we are small or medium and say so when we sign", source="FORMULAS 4.3.6: applicability test"
    )
    cn_since: str = term("2025-06-01", unit="day, signed on or after it", form="day", source="FORMULAS 4.3.6: 国令802")
    cn_longest_days: int = term(60, unit="days, to large firms", source="FORMULAS 4.3.6: 国令802")
    cn_large_employees: int = term(
        1000, unit="people from whom a buyer is large", source="own choice: the line for manufacturing; others differ"
    )
    cn_least_yearly_rate: float = term(
        0.03,
        unit="share a year, late interest strictly under it",
        most=10,
        source="FORMULAS 4.3.6: one-year LPR, to be dated",
    )
    eu_since: str = term("2013-03-16", unit="day, signed on or after it", form="day", source="FORMULAS 4.3.6: 2011/7")
    eu_longest_days: int = term(60, unit="days, unless expressly agreed and fair", source="FORMULAS 4.3.6: 2011/7")
    uk_since: str = term("2013-03-16", unit="day, signed on or after it", form="day", source="FORMULAS 4.3.6: UK")
    uk_longest_days: int = term(60, unit="days, unless fair", source="own choice: the line of 2011/7, kept in the UK")
    lived_days: int = term(365, unit="days of invoices that are looked at", source="own choice: one year")
    lived_least: int = term(3, unit="invoices that show a habit", source="own choice: fewer are chance")
    tolerance_days: int = term(3, unit="days apart, differs strictly over it", source="own choice: days of the post")


DEFAULTS = Clauses()
EU = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
CHINA = ("CN", "CHN", "中国")
BRITAIN = ("GB", "UK")
_MONEY = ("terms_days", "late_daily_rate")
_PROOF = ("due_from", "dispute_days", "acceptance_days", "retention_of_title", "acceleration", "may_stop_supply")
_FLAGS = ("retention_of_title", "no_set_off", "acceleration", "may_stop_supply", "assignable")


@dataclass(frozen=True)
class Contracts:
    """What stands in contracts, judged.

    findings: FINDINGS, by customer and contract, the heaviest first. legal: a row a contract with findings, or a
    customer without one (contract_id empty): customer_id, contract_id, signed_on, findings (Int64), weight (the
    heaviest), open_amount (Int64, minor units of the books' currency; empty without a rate), most money first.
    """

    findings: pl.DataFrame
    legal: pl.DataFrame


def contract_findings(books: Books, terms: Clauses = DEFAULTS, *, customers: Sequence[str] | None = None) -> Contracts:
    """Every contract in force, held against law, policy and what is lived by; and customers who have none.

    Args:
        customers: None: all.
    """
    rows = books.table("contracts")
    if customers is not None:
        rows = rows.filter(pl.col("customer_id").is_in(list(customers)))
    running = rows.filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= books.as_of))
    known = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    told = running.join(
        known.select("customer_id", "country", pl.col("terms_days").alias("customer_days")),
        on="customer_id",
        how="left",
    )
    told = told.join(_large(books), on="customer_id", how="left").join(
        _lived(books, terms), on="customer_id", how="left"
    )
    frame = told.collect()
    parts = [
        *(_missing(frame, clause) for clause in terms.needed),
        *_unclear(frame),
        *_law(frame, terms),
        *_policy(frame, terms),
        *_differing(frame, terms),
        *_without(books, rows, running, terms, customers),
    ]
    found = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in FINDINGS.items()) for part in parts])
    found = found.sort("customer_id", "contract_id", pl.col("weight") * -1, "kind", "clause", nulls_last=True)
    return Contracts(found, _legal(books, found, frame))


def _finding(
    rows: pl.DataFrame, kind: str, clause: str, told: pl.Expr, wanted: pl.Expr, *, sure: pl.Expr | None = None
) -> pl.DataFrame:
    weight = 3 if clause in _MONEY else 2 if clause in _PROOF else 1
    return rows.select(
        "customer_id",
        "contract_id",
        pl.lit(kind).alias("kind"),
        pl.lit(clause).alias("clause"),
        told.cast(pl.Float64).alias("told"),
        wanted.cast(pl.Float64).alias("wanted"),
        (pl.lit(True) if sure is None else sure).alias("sure"),
        pl.lit(weight).alias("weight"),
    )


_NONE = pl.lit(None, dtype=pl.Float64)


def _missing(frame: pl.DataFrame, clause: str) -> pl.DataFrame:
    return _finding(frame.filter(pl.col(clause).is_null()), "missing", clause, _NONE, _NONE)


def _unclear(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Clauses that hang in the air: terms from no named day, acceptance without end, half a discount."""
    col = pl.col
    cases = {
        "due_from": col("due_from") == "other",
        "acceptance_days": (col("due_from") == "acceptance") & col("acceptance_days").is_null(),
        "discount_days": col("discount_share").is_not_null() & col("discount_days").is_null(),
        "discount_share": col("discount_days").is_not_null() & col("discount_share").is_null(),
    }
    return [_finding(frame.filter(case), "unclear", clause, _NONE, _NONE) for clause, case in cases.items()]


def _law(frame: pl.DataFrame, terms: Clauses) -> list[pl.DataFrame]:
    """Terms longer than the law of the buyer's country lets them be, and late interest under its least.

    In China the line is for sales of small and medium firms to large ones: a buyer with fewer people than a large one
    is left out; of one whose people nobody counted it is not sure. Elsewhere longer terms may be agreed if fair.
    """
    if not terms.protected_seller:
        return []
    country = pl.col("country").str.strip_chars().str.to_uppercase()

    def signed(since: str) -> pl.Expr:
        return pl.col("signed_on") >= date.fromisoformat(since)

    staff = pl.col("employees")
    china = country.is_in(CHINA) & signed(terms.cn_since)
    large = staff.is_null() | (staff >= terms.cn_large_employees)
    agreed = pl.col("terms_days")
    told = [
        _finding(
            frame.filter(china & large & (agreed > terms.cn_longest_days)), "beyond_law", "terms_days", agreed,
            pl.lit(terms.cn_longest_days), sure=staff.is_not_null(),
        ),
        _finding(
            frame.filter(china & ((pl.col("late_daily_rate") * 365).round(9) < round(terms.cn_least_yearly_rate, 9))),
            "beyond_law", "late_daily_rate", pl.col("late_daily_rate"), pl.lit(terms.cn_least_yearly_rate / 365),
        ),
    ]  # fmt: skip
    for states, since, longest in (
        (EU, terms.eu_since, terms.eu_longest_days),
        (BRITAIN, terms.uk_since, terms.uk_longest_days),
    ):
        rows = frame.filter(country.is_in(states) & signed(since) & (agreed > longest))
        told.append(_finding(rows, "beyond_law", "terms_days", agreed, pl.lit(longest), sure=pl.lit(False)))
    return told


def _policy(frame: pl.DataFrame, terms: Clauses) -> list[pl.DataFrame]:
    lines = {
        "terms_days": (pl.col("terms_days") > terms.longest_days, terms.longest_days),
        "late_daily_rate": (pl.col("late_daily_rate") < terms.least_daily_rate - 1e-12, terms.least_daily_rate),
        "acceptance_days": (pl.col("acceptance_days") > terms.longest_acceptance_days, terms.longest_acceptance_days),
        "dispute_days": (pl.col("dispute_days") > terms.longest_dispute_days, terms.longest_dispute_days),
    }
    told = [
        _finding(frame.filter(over), "beyond_policy", clause, pl.col(clause), pl.lit(line))
        for clause, (over, line) in lines.items()
    ]
    refused = [
        _finding(frame.filter(~pl.col(clause)), "beyond_policy", clause, pl.lit(0), pl.lit(1)) for clause in _FLAGS
    ]
    return [*told, *refused]


def _differing(frame: pl.DataFrame, terms: Clauses) -> list[pl.DataFrame]:
    """Terms of the contract against those kept for the customer, and against what was invoiced.

    Invoices are held against contracts that are paid at once and whose days run from the invoice, or that do not say.
    """
    agreed, kept, lived = pl.col("terms_days"), pl.col("customer_days"), pl.col("lived")
    by_invoice = pl.col("due_from").is_null() | (pl.col("due_from") == "invoice")
    by_invoice = by_invoice & (pl.col("instalments").fill_null(1) <= 1)
    apart = (lived - agreed).abs() > terms.tolerance_days
    return [
        _finding(frame.filter(agreed != kept), "differs_from_customer", "terms_days", agreed, kept),
        _finding(frame.filter(by_invoice & apart), "differs_from_invoices", "terms_days", agreed, lived),
    ]


def _without(
    books: Books, rows: pl.LazyFrame, running: pl.LazyFrame, terms: Clauses, customers: Sequence[str] | None
) -> list[pl.DataFrame]:
    """Customers who were invoiced within the span and have no contract in force."""
    if not books.has("contracts"):
        return []
    since = books.as_of - timedelta(days=terms.lived_days)
    active = books.table("open_items").filter(pl.col("issued_on") > since).select("customer_id").unique()
    if customers is not None:
        active = active.filter(pl.col("customer_id").is_in(list(customers)))
    bare = active.join(running.select("customer_id"), on="customer_id", how="anti")
    blank = bare.with_columns(pl.lit(None, dtype=pl.String).alias("contract_id"))
    ever = rows.select("customer_id").unique()
    never, ended = blank.join(ever, on="customer_id", how="anti"), blank.join(ever, on="customer_id", how="semi")
    return [
        _finding(never.collect(), "no_contract", "terms_days", _NONE, _NONE),
        _finding(ended.collect(), "ended", "terms_days", _NONE, _NONE),
    ]


def _large(books: Books) -> pl.LazyFrame:
    """How many work for each customer, by the newest extract of the register."""
    rows = books.table("registrations").sort("told_on", "recorded_on", maintain_order=True)
    return rows.unique("customer_id", keep="last", maintain_order=True).select("customer_id", "employees")


def _lived(books: Books, terms: Clauses) -> pl.LazyFrame:
    """The median days from invoice to its last due day, by customer, where there are enough invoices."""
    since = books.as_of - timedelta(days=terms.lived_days)
    items = books.table("open_items").filter(pl.col("issued_on") > since)
    invoices = items.group_by("customer_id", "invoice_id").agg(
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().max().alias("days")
    )
    told = invoices.group_by("customer_id").agg(pl.col("days").median().alias("lived"), pl.len().alias("invoices"))
    return told.filter(pl.col("invoices") >= terms.lived_least).select("customer_id", "lived")


def _legal(books: Books, found: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """The list for legal: what hangs on each contract, most money first."""
    standing = books.standing().filter(pl.col("due_on").is_not_null())
    owed = sums(standing, books, "customer_no").join(books.journal.customers.lazy(), on="customer_no", how="left")
    amounts = owed.select("customer_id", pl.col("amount").alias("open_amount"), pl.lit(True).alias("owes")).collect()
    signed = frame.select("contract_id", "signed_on").unique("contract_id", keep="first")
    listed = found.group_by("customer_id", "contract_id").agg(
        pl.len().cast(pl.Int64).alias("findings"), pl.col("weight").max()
    )
    told = listed.join(signed, on="contract_id", how="left").join(amounts, on="customer_id", how="left")
    amount = pl.when(pl.col("owes").is_null()).then(0).otherwise("open_amount").alias("open_amount")
    columns = ("customer_id", "contract_id", "signed_on", "findings", "weight", "open_amount")
    order = (pl.col("open_amount").fill_null(2**62) * -1, pl.col("weight") * -1, "customer_id", "contract_id")
    return told.with_columns(amount).select(columns).sort(*order, nulls_last=True)
