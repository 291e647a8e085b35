"""Methods: the conventional credit limit, by several methods side by side, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from solvent.base.money import minor
from solvent.base.problem import Problem
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Basis as Money
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.credit.limits.basis import Basis, basis, own_year
from solvent.credit.limits.granting import Granting, proposed, signals
from solvent.credit.limits.points import Points, extra_days, points
from solvent.credit.limits.standing import Authority, alone, lacking_approval
from solvent.credit.limits.terms_of_payment import PaymentTerms, by_grade, payment_terms

METHODS = ("need", "net_worth", "working_capital", "references", "insurer", "own_risk", "scale", "benchmark")
"""``need`` to ``references`` are combined, ``insurer`` and ``own_risk`` cap, ``scale`` is for new customers, and
``benchmark`` is there to be compared with."""

COMBINED = ("need", "net_worth", "working_capital", "references")


@dataclass(frozen=True)
class Methods(Terms, key="credit.limits.methods"):
    """What each method counts; five numbers are those of grades A to E."""

    combine: str = term(
        "least", unit="least or mean of the methods that are known", choices=("least", "mean"), source="FORMULAS 4.1.9"
    )
    growth: float = term(
        1.2,
        unit="times the need of a usual month",
        source="FORMULAS 4.1.8: with growth factor; a fifth is ours",
    )
    net_worth_share: tuple[float, ...] = term(
        (0.10, 0.10, 0.075, 0.05, 0.0),
        unit="share of tangible net worth, by grade",
        most=1,
        source="FORMULAS 4.1.5; from C ours",
    )
    sound_leverage: float = term(
        0.70,
        unit="liabilities over assets up to which net worth counts in full",
        source="REQUIREMENTS CR-04; line ours",
    )
    no_leverage: float = term(
        0.95,
        unit="liabilities over assets from which net worth counts for nothing",
        source="own choice: a straight line",
    )
    working_capital_share: float = term(0.10, unit="share of net working capital", most=1, source="FORMULAS 4.1.6")
    references: int = term(3, unit="references that a middle needs", source="FORMULAS 4.1.7")
    own_risk_share: tuple[float, ...] = term(
        (0.05, 0.025, 0.01, 0.003, 0.0),
        unit="share of our yearly sales that we risk on one customer, by grade",
        most=1,
        source="FORMULAS 4.1.9: self-retention appetite; shares our own choice",
    )
    cover_share: tuple[float, ...] = term(
        (1.0, 1.0, 1.0, 0.5, 0.0),
        unit="share of the insurer's limit that is used, by grade",
        most=1,
        source="own choice",
    )
    capital_share: float = term(
        0.05, unit="share of capital, first limit", most=1, source="REQUIREMENTS CR-05; share ours"
    )
    sales_share: float = term(
        0.005, unit="share of their yearly sales, first limit", most=1, source="REQUIREMENTS CR-05; ours"
    )
    head_amount: float = term(
        5_000.0, unit="main units an employee, first limit", source="REQUIREMENTS CR-05: scale; amount ours"
    )
    peers: int = term(5, unit="customers that a benchmark needs", source="own choice: fewer are no benchmark")
    figures: int = term(
        2, unit="figures that a proposed limit keeps, rounded down; 0: all", source="own choice: 83,000"
    )


DEFAULTS = Methods()


@dataclass(frozen=True)
class BaseLimits:
    """What each customer might owe, before any path is asked; money in minor units of the books' currency.

    methods: customer_id, method (one of METHODS), amount (Int64; empty: the books know too little for it), lacks
    (String: what is missing, empty where nothing is: ``purchases``, ``terms``, ``grade``, ``statements``,
    ``references``, ``buyer_limit``, ``registry``, ``own_sales``, ``peers``).
    table: a row a customer: customer_id, amount (Int64; 0: prepayment only, empty: undecided), decided_by (String: the
    method, or country, region or industry, that set what is allowed), terms_days (Int64), deposit_share (Float64),
    standing_amount (Int64: the limit that counts today, empty: none counts), standing_id, move (``new``, ``raise``,
    ``lower``, ``keep``), why (String: one of ``granting.WHY``); further: allowed (Int64: what the methods come to
    before it is granted step by step), method (of COMBINED or ``scale`` the one that decides before levels and caps, or
    ``mean``), grade, is_new, trial_amount, benchmark (Int64), level_by, event_kind, points, extra_days, group_amount
    (Int64: the limit of its group), expired_on, second_person (Boolean: a grant above one's authority).
    """

    methods: pl.DataFrame
    table: pl.DataFrame
    problems: Sequence[Problem]


def base_limits(
    books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, graded: Grades, policy: Policy
) -> BaseLimits:
    """The limit of every customer by each method, and what they come to."""
    terms, granting = policy.terms(Methods), policy.terms(Granting)
    rows = basis(books, behaviour, told, graded, policy.terms(Basis))
    year = own_year(books, rows)
    rows = by_method(rows, year, books.currency, terms, policy.terms(PaymentTerms))
    rows = combined(rows, terms, granting)
    rows = rows.join(signals(books, rows, granting), on="customer_id", how="left")
    rows = proposed(rows, granting)
    rows = _with_terms(books, rows, policy)
    authority = policy.terms(Authority)
    table = rows.select(
        "customer_id", "amount", "decided_by", "terms_days", "deposit_share", "standing_amount", "standing_id", "move",
        "why", pl.col("target").alias("allowed"), "grade", "is_new", "trial_amount", "benchmark", "level_by",
        "method", "event_kind", pl.col("balance").alias("points"), "extra_days", "group_amount", "expired_on",
        ((pl.col("amount") > alone(books, authority)) & pl.col("move").is_in(["new", "raise"])).alias("second_person"),
    )  # fmt: skip
    return BaseLimits(_long(rows), table, _problems(books, rows, year, authority))


def need(monthly: pl.Expr, days: pl.Expr, growth: float = 1.0) -> pl.Expr:
    """Monthly purchases x (terms + expected delay) / 30 x growth (FORMULAS 4.1.8): a cap, not a target.

    >>> pl.select(need(pl.lit(120_000), pl.lit(60.0))).item()
    240000.0
    """
    return monthly * days / 30.0 * growth


def by_method(
    rows: pl.DataFrame, year: int | None, currency: str, terms: Methods = DEFAULTS, paying: PaymentTerms | None = None
) -> pl.DataFrame:
    """The rows of ``basis.basis`` with a column for each of METHODS (Int64, minor units; empty: it lacks something).

    Args:
        year: our own yearly sales, minor units; None: not known, and nothing caps by them.
        paying: the days of a customer without agreed terms are those of its grade.
    """
    usual = by_grade(tuple((paying or PaymentTerms()).days))
    days = pl.coalesce(pl.col("agreed_days").cast(pl.Float64), usual)
    heads = float(minor(Decimal(str(terms.head_amount)), currency))
    # Thin capital carries no credit: from one line of leverage to the other its weight falls to nothing.
    room = max(terms.no_leverage - terms.sound_leverage, 1e-9)
    sound = ((terms.no_leverage - pl.col("leverage").fill_null(0.0)) / room).clip(0.0, 1.0)
    appetite = pl.lit(year, dtype=pl.Float64) * by_grade(terms.own_risk_share)
    cells = {
        "need": need(
            pl.col("monthly"), days + pl.col("delay_days").fill_null(0.0) + pl.col("order_days"), terms.growth
        ),
        "net_worth": pl.col("net_worth") * by_grade(terms.net_worth_share) * sound,
        "working_capital": pl.col("working_capital") * terms.working_capital_share,
        "references": pl.when(pl.col("references") >= terms.references).then("reference_amount"),
        "insurer": pl.col("cover") * by_grade(terms.cover_share).fill_null(1.0) + appetite.fill_null(0.0),
        "own_risk": appetite,
        "scale": pl.min_horizontal(
            pl.col("capital") * terms.capital_share,
            pl.col("their_sales") * terms.sales_share,
            pl.col("employees") * heads,
        ),
    }
    amounts = [_whole(cell).alias(f"of_{name}") for name, cell in cells.items()]
    return rows.with_columns(days.alias("counted_days"), *amounts).with_columns(_benchmark(terms))


def combined(rows: pl.DataFrame, terms: Methods = DEFAULTS, granting: Granting | None = None) -> pl.DataFrame:
    """The rows with target (Int64: what the methods allow) and decided_by (FORMULAS 4.1.9).

    The least (or the mean) of those of COMBINED that are known, of a new customer with ``scale``; what country, region
    or industry leave of it; capped by the insurer's limit and our own risk, or without cover by our own risk alone.
    """
    step = granting or Granting()
    new = (pl.col("payments") < step.new_payments) & (pl.col("known_days").fill_null(0) < step.new_days)
    scaled = pl.when(new | pl.all_horizontal(pl.col(f"of_{name}").is_null() for name in COMBINED)).then("of_scale")
    parts = {name: pl.col(f"of_{name}") for name in COMBINED} | {"scale": scaled}
    least = pl.min_horizontal(parts.values())
    chosen = pl.mean_horizontal(parts.values()) if terms.combine == "mean" else least
    by = pl.lit("mean") if terms.combine == "mean" else _first_equal(parts, least)
    cap = pl.coalesce("of_insurer", "of_own_risk")
    capped_by = pl.when(pl.col("of_insurer").is_null()).then(pl.lit("own_risk")).otherwise(pl.lit("insurer"))
    told = rows.with_columns(chosen.alias("chosen"), by.alias("by")).with_columns(
        (pl.col("chosen") * pl.col("level_factor")).alias("left"), cap.alias("cap")
    )
    bound = pl.col("cap") < pl.col("left")
    target = pl.when(bound).then("cap").otherwise("left")
    decided = (
        pl.when(pl.col("chosen").is_null())
        .then(None)
        .when(bound)
        .then(capped_by)
        .when(pl.col("level_factor") < 1.0)
        .then("level_by")
        .otherwise("by")
    )
    rounded = _rounded(_whole(target), terms.figures)
    return told.with_columns(
        pl.when(pl.col("chosen").is_not_null()).then(rounded).alias("target"),
        decided.alias("decided_by"),
        pl.col("by").alias("method"),
    ).drop("chosen", "by", "left", "cap")


def _whole(value: pl.Expr) -> pl.Expr:
    """Rounded down to whole minor units; what is less than nothing is nothing."""
    return (value.cast(pl.Float64) + 1e-6).floor().clip(lower_bound=0.0).cast(pl.Int64)


def _rounded(value: pl.Expr, figures: int) -> pl.Expr:
    """The value with so many leading figures, the others 0."""
    if figures <= 0:
        return value
    places = (value.cast(pl.String).str.len_chars().cast(pl.Int64) - figures).clip(lower_bound=0)
    step = pl.lit(10, dtype=pl.Int64).pow(places).cast(pl.Int64)
    return value // step * step


def _first_equal(parts: dict[str, pl.Expr], least: pl.Expr) -> pl.Expr:
    by = pl.lit(None, dtype=pl.String)
    for name, part in reversed(parts.items()):
        by = pl.when(part == least).then(pl.lit(name)).otherwise(by)
    return by


def _benchmark(terms: Methods) -> pl.Expr:
    """The middle of the standing limits of customers of the same grade and third of size; it holds the own one too."""
    rank = pl.col("purchases_year").rank("average")
    third = (rank / (pl.col("purchases_year").count() + 1) * 3).floor().alias("third")
    peers = ("grade", third)
    stands = pl.col("standing_amount")
    enough = pl.col("grade").is_not_null() & (stands.count().over(*peers) >= terms.peers)
    middle = stands.median().over(*peers).floor().cast(pl.Int64)
    return pl.when(enough).then(middle).alias("benchmark")


def _with_terms(books: Books, rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Days and deposit of a usual order: by grade and level, never more than agreed, and what points add to it."""
    earned = points(books, policy.terms(Points)).select("customer_id", "balance")
    given = pl.col("standing_terms") - pl.col("agreed_days")
    rows = rows.join(earned, on="customer_id", how="left").with_columns(
        given.clip(lower_bound=0).alias("given_days"), pl.lit(1.0).alias("times")
    )
    rows = extra_days(rows, books.currency, policy.terms(Points))
    rows = payment_terms(rows, policy.terms(PaymentTerms))
    longest = policy.terms(PaymentTerms).longest_days
    prepaid = pl.col("amount") == 0
    plain = pl.min_horizontal("terms_days", "agreed_days")
    days = pl.when(plain > 0).then((plain + pl.col("extra_days")).clip(upper_bound=pl.max_horizontal(plain, longest)))
    share = policy.terms(Granting).new_deposit_share
    deposit = pl.when(pl.col("why") == "new_deposit").then(pl.max_horizontal("deposit_share", pl.lit(share)))
    return rows.with_columns(
        pl.when(prepaid).then(0).otherwise(days.otherwise(plain)).cast(pl.Int64).alias("terms_days"),
        pl.when(prepaid).then(1.0).otherwise(deposit.otherwise("deposit_share")).alias("deposit_share"),
    )


def _lacks() -> dict[str, pl.Expr]:
    no_statement = pl.when(pl.col("statement_on").is_null() | pl.lit(True)).then(pl.lit("statements"))
    covered = pl.when(pl.col("cover_decision").is_null()).then(pl.lit("buyer_limit")).otherwise(pl.lit("rate"))
    risked = pl.when(pl.col("grade").is_null()).then(pl.lit("grade")).otherwise(pl.lit("own_sales"))
    needed = pl.when(pl.col("monthly").is_null()).then(pl.lit("purchases")).otherwise(pl.lit("terms"))
    worth = pl.when(pl.col("net_worth").is_null()).then(no_statement).otherwise(pl.lit("grade"))
    return {
        "need": needed,
        "net_worth": worth,
        "working_capital": no_statement,
        "references": pl.lit("references"),
        "insurer": covered,
        "own_risk": risked,
        "scale": pl.lit("registry"),
        "benchmark": pl.lit("peers"),
    }


def _long(rows: pl.DataFrame) -> pl.DataFrame:
    """A row for each customer and method, in the order of METHODS."""
    lacks = _lacks()
    parts = []
    for place, method in enumerate(METHODS):
        column = "benchmark" if method == "benchmark" else f"of_{method}"
        lacking = pl.when(pl.col(column).is_null()).then(lacks[method]).cast(pl.String).alias("lacks")
        parts.append(
            rows.select(
                "customer_id", pl.lit(method).alias("method"), pl.col(column).alias("amount"), lacking,
                pl.lit(place).alias("place"),
            )
        )  # fmt: skip
    return pl.concat(parts).sort("customer_id", "place").drop("place")


def _problems(books: Books, rows: pl.DataFrame, year: int | None, authority: Authority) -> Sequence[Problem]:
    told = [*lacking_approval(books, authority)[1]]
    if rows.is_empty():
        return tuple(told)
    if books.basis is Money.MIXED:
        told.append(Problem("limits.no_rate"))
    elif year is None:
        told.append(Problem("limits.no_sales"))
    undecided = rows.filter(pl.col("amount").is_null()).height
    if undecided:
        told.append(Problem("limits.undecided", "", {"count": undecided}))
    alike = rows.filter(pl.col("target").is_not_null()).select((pl.col("method") == "need").sum()).item()
    if not rows.get_column("statement_on").is_not_null().any() and alike:
        told.append(Problem("limits.no_statements"))
    expired = rows.filter(pl.col("expired_on").is_not_null()).height
    if expired:
        told.append(Problem("limits.expired", "", {"count": expired}))
    return tuple(told)
