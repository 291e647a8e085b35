"""Granting: from what the methods allow to what is proposed: a basic first limit, up step by step, down on a signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.credit.grading.factors.register import severity

NEWCOMERS = ("soundness", "deposit", "prepay")
"""What a new customer gets: a limit by its soundness, credit against a deposit, or nothing before it has paid."""

WHY = (
    "gates_open",
    "new_prepay",
    "new_deposit",
    "first_step",
    "known_first",
    "nothing_known",
    "signal_event",
    "signal_insurer",
    "signal_overdue",
    "step_up",
    "waits_for_payments",
    "methods_lower",
    "prepay_only",
    "within_band",
)
"""Why a move is proposed, in the order in which they are looked at."""


@dataclass(frozen=True)
class Granting(Terms, key="credit.limits.granting"):
    """How credit begins, and how it moves."""

    newcomers: str = term(
        "soundness",
        unit=f"one of {', '.join(NEWCOMERS)}",
        choices=NEWCOMERS,
        source="REQUIREMENTS CR-06; prepay in the micro set",
    )
    new_payments: int = term(5, unit="payments, new under it", source="own choice: fewer make no habit")
    new_days: int = term(180, unit="days of the relation, new under it", source="own choice: half a year")
    first_share: float = term(
        0.5, unit="share of what the methods allow", most=1, source="REQUIREMENTS CR-05: basic first limit"
    )
    trial_share: float = term(
        1 / 3,
        unit="share of a first limit that one trial order may take",
        most=1,
        source="REQUIREMENTS CR-11; share ours",
    )
    new_deposit_share: float = term(
        0.3, unit="share of a new customer's order", most=1, source="REQUIREMENTS CR-06; share ours"
    )
    step_invoices: int = term(
        5, unit="invoices paid on time since the last decision, step up from it", source="CAPABILITIES 22; number ours"
    )
    on_time_share: float = term(
        0.8, unit="share of them that came on time, step up from it", most=1, source="own choice: four of five"
    )
    grace_days: int = term(3, unit="days after due that still count as on time", source="FORMULAS Appendix B: grace")
    step_up_share: float = term(0.25, unit="most that a step adds, share", source="CAPABILITIES 22; share ours")
    step_down_share: float = term(
        0.5, unit="share that a signal takes, and most that a step does", most=10, source="own choice: half, then look"
    )
    grave_share: float = term(
        1.0, unit="share that a grave event takes", most=10, source="own choice: prepay until cleared"
    )
    overdue_days: int = term(
        30, unit="days overdue, a signal strictly over it", source="FORMULAS Appendix B: formal collection at 30 days"
    )
    overdue_share: float = term(
        0.10,
        unit="share of what is owed that is so late, a signal from it",
        most=1,
        source="own choice: a tenth",
    )
    event_severity: int = term(2, unit="severity of an event, a signal from it", source="own choice: serious")
    event_days: int = term(365, unit="days that an event is looked back for", source="own choice: a year")
    band: float = term(
        0.10,
        unit="share over the standing limit within which nothing moves",
        most=10,
        source="own choice: a tenth",
    )
    lower_band: float = term(
        0.25,
        unit="share under it within which nothing moves without a signal",
        most=10,
        source="own choice: purchases swing",
    )


DEFAULTS = Granting()


def signals(books: Books, rows: pl.DataFrame, terms: Granting = DEFAULTS) -> pl.DataFrame:
    """What has happened since each customer's limit was decided: a signal that was answered by a decision is over.

    Args:
        rows: ``customer_id``, ``standing_from``, ``cover_decision``, ``cover_on``.

    Returns: customer_id, worst_event (Int64: severity; empty: none from the line on), event_kind (that of
        the worst), event_on (Date: the first was told), insurer_signal,
        overdue_signal (Boolean), paid_items, on_time_items (Int64: invoices settled since the decision).
    """
    since, left = pl.col("standing_from"), _standing(books).lazy()
    begin = books.as_of - timedelta(days=terms.event_days)
    wanted = rows.lazy().select("customer_id", "standing_from", "cover_decision", "cover_on")
    told_on = pl.max_horizontal("happened_on", pl.min_horizontal("recorded_on", pl.lit(books.as_of)))
    happened = (
        books.table("events")
        .filter((pl.col("happened_on") > begin) & (severity() >= terms.event_severity))
        .join(wanted, on="customer_id", how="inner")
        .filter(since.is_null() | (told_on > since))
        .sort(severity(), "happened_on", "event_id", descending=[True, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(
            severity().first().alias("worst_event"),
            pl.col("kind").first().alias("event_kind"),
            told_on.min().alias("event_on"),
        )
    )
    withdrawn = pl.col("cover_decision").is_in(["reduced", "refused", "withdrawn"]) & (
        since.is_null() | (pl.col("cover_on") > since)
    )
    return (
        wanted.join(happened, on="customer_id", how="left")
        .join(_late(books, left, wanted, terms), on="customer_id", how="left")
        .join(_settled(books, left, wanted, terms), on="customer_id", how="left")
        .select(
            "customer_id", "worst_event", "event_kind", "event_on",
            withdrawn.fill_null(False).alias("insurer_signal"),
            pl.col("overdue_signal").fill_null(False),
            pl.col("paid_items", "on_time_items").fill_null(0),
        )
        .collect(engine="streaming")
    )  # fmt: skip


def _standing(books: Books) -> pl.DataFrame:
    """What is left of every item that is not settled: customer_no, item_id, due_on, currency, open."""
    items = books.journal.standing(books.as_of).filter(pl.col("due_on").is_not_null())
    left = items.group_by("customer_no", "item_id", "due_on", "currency").agg(pl.col("amount").sum().alias("open"))
    return left.filter(pl.col("open") != 0).collect(engine="streaming")


def _numbered(books: Books, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """The rows asked about, by the journal's numbers: customer_no, customer_id, standing_from."""
    return books.journal.customers.lazy().join(wanted.select("customer_id", "standing_from"), on="customer_id")


def _late(books: Books, left: pl.LazyFrame, wanted: pl.LazyFrame, terms: Granting) -> pl.LazyFrame:
    """Whether enough of what is owed passed the line since the decision; what was late before was known to it."""
    owed = left.filter(pl.col("open") > 0).join(_numbered(books, wanted), on="customer_no")
    days, since = (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days(), pl.col("standing_from")
    crossed = pl.col("due_on") + timedelta(days=terms.overdue_days + 1)
    late = (days > terms.overdue_days) & (since.is_null() | (crossed > since))
    amount = pl.col("open")
    told = owed.select("customer_id", "currency", amount, pl.when(late).then(amount).otherwise(0).alias("late"))
    told = told.group_by("customer_id", "currency").agg(pl.col("open", "late").sum())
    much = (pl.col("late") > 0) & (pl.col("late") >= terms.overdue_share * amount - 1e-9)
    return told.group_by("customer_id").agg(much.any().alias("overdue_signal"))


def _settled(books: Books, left: pl.LazyFrame, wanted: pl.LazyFrame, terms: Granting) -> pl.LazyFrame:
    """Invoices settled by money since the decision, at most a year back, and how many of them on time.

    Only that year's payments are looked at; an invoice of which anything is left was not settled by its last.
    """
    since, begin = pl.col("standing_from"), books.as_of - timedelta(days=365)
    money = (pl.col("kind") == "receipt") & (pl.col("amount") < 0) & pl.col("due_on").is_not_null()
    paid = (
        books.journal.events.filter(pl.col("event_on") > begin, pl.col("event_on") <= books.as_of, money)
        .group_by("customer_no", "item_id", "due_on")
        .agg(pl.col("event_on").max().alias("paid_on"))
        .join(left.select("item_id"), on="item_id", how="anti")
    )
    on_time = pl.col("paid_on") <= pl.col("due_on") + timedelta(days=terms.grace_days)
    asked = _numbered(books, wanted)
    return (
        paid.join(asked.select("customer_no", "standing_from"), on="customer_no")
        .filter(since.is_null() | (pl.col("paid_on") > since))
        .select("customer_no", on_time.cast(pl.Int64).alias("on_time_items"))
        .group_by("customer_no")
        .agg(pl.len().cast(pl.Int64).alias("paid_items"), pl.col("on_time_items").sum())
        .join(asked.select("customer_no", "customer_id"), on="customer_no")
        .drop("customer_no")
    )


def proposed(rows: pl.DataFrame, terms: Granting = DEFAULTS) -> pl.DataFrame:
    """The limit that is proposed for each customer, the move from what stands, and why.

    Args:
        rows: ``target`` (Int64: what the methods allow; empty: they know too little), ``standing_amount`` (Int64;
            empty: none), ``payments``, ``known_days``, ``capped_by``, and the columns of ``signals``.

    Returns: the rows with is_new (Boolean), amount (Int64; 0: prepayment only; empty: undecided), move (``new``,
        ``raise``, ``lower``, ``keep``), why (one of WHY), trial_amount (Int64: the largest trial order of a new one).
    """
    new = (pl.col("payments") < terms.new_payments) & (pl.col("known_days").fill_null(0) < terms.new_days)
    told = rows.with_columns(new.alias("is_new")).with_columns(_why(terms).alias("why"))
    told = told.with_columns(_amount(terms).alias("amount"))
    stands, amount = pl.col("standing_amount"), pl.col("amount")
    move = (
        pl.when(stands.is_null())
        .then(pl.lit("new"))
        .when(amount > stands)
        .then(pl.lit("raise"))
        .when(amount < stands)
        .then(pl.lit("lower"))
        .otherwise(pl.lit("keep"))
    )
    trial = pl.when(pl.col("is_new") & (amount > 0)).then((amount * terms.trial_share).floor().cast(pl.Int64))
    return told.with_columns(move.alias("move"), trial.alias("trial_amount"))


def _why(terms: Granting) -> pl.Expr:
    """Which of WHY decides, the first that holds."""
    stands, target = pl.col("standing_amount"), pl.col("target")
    first, has = stands.is_null(), stands.fill_null(0) > 0
    gates = pl.col("capped_by") == "screening"
    enough = (pl.col("on_time_items") >= terms.step_invoices) & (
        pl.col("on_time_items") >= terms.on_time_share * pl.col("paid_items") - 1e-9
    )
    higher = target > stands * (1.0 + terms.band)
    lower = target < stands * (1.0 - terms.lower_band)
    fresh, newcomer = first & pl.col("is_new"), pl.lit(terms.newcomers)
    return (
        pl.when(fresh & gates.fill_null(False))
        .then(pl.lit("gates_open"))
        .when(fresh & (newcomer == "prepay"))
        .then(pl.lit("new_prepay"))
        .when(fresh & (newcomer == "deposit") & target.is_not_null())
        .then(pl.lit("new_deposit"))
        .when(fresh & target.is_not_null())
        .then(pl.lit("first_step"))
        .when(first & target.is_not_null())
        .then(pl.lit("known_first"))
        .when(first)
        .then(pl.lit("nothing_known"))
        .when(pl.col("worst_event").is_not_null())
        .then(pl.lit("signal_event"))
        .when(pl.col("insurer_signal"))
        .then(pl.lit("signal_insurer"))
        .when(pl.col("overdue_signal"))
        .then(pl.lit("signal_overdue"))
        .when(target.is_null())
        .then(pl.lit("nothing_known"))
        .when(has & (target == 0))
        .then(pl.lit("prepay_only"))
        .when(higher & enough)
        .then(pl.lit("step_up"))
        .when(higher)
        .then(pl.lit("waits_for_payments"))
        .when(lower)
        .then(pl.lit("methods_lower"))
        .otherwise(pl.lit("within_band"))
    )


def _amount(terms: Granting) -> pl.Expr:
    stands, target, why = pl.col("standing_amount"), pl.col("target"), pl.col("why")
    taken = pl.when((why == "signal_event") & (pl.col("worst_event") >= 3)).then(terms.grave_share)
    left = (stands * (1.0 - taken.otherwise(terms.step_down_share))).floor().cast(pl.Int64)
    # Where nothing has happened, what the methods allow is approached by steps, downwards too.
    gently = (stands * (1.0 - terms.step_down_share)).floor().cast(pl.Int64)
    first = (target * terms.first_share).floor().cast(pl.Int64)
    # From a limit of nothing the first step is that of a new customer: a share of nothing would stay nothing.
    up = pl.when(stands > 0).then((stands * (1.0 + terms.step_up_share)).floor().cast(pl.Int64)).otherwise(first)
    return (
        pl.when(why.is_in(["gates_open", "new_prepay", "prepay_only"]))
        .then(pl.lit(0, dtype=pl.Int64))
        .when(why.is_in(["new_deposit", "first_step"]))
        .then(first)
        .when(why == "known_first")
        .then(target)
        .when(why == "methods_lower")
        .then(pl.max_horizontal(gently, target))
        .when(why.str.starts_with("signal_"))
        .then(pl.min_horizontal(left, target))
        .when(why == "step_up")
        .then(pl.min_horizontal(up, target))
        .otherwise(stands)
    )
