"""Frames: what is known and decided of every customer's credit as lists: card, limits, file, events, statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.customers import OWN
from solvent.credit.contracts import Clauses, contract_findings
from solvent.credit.credit import Credit
from solvent.credit.grading.chances import Grading
from solvent.credit.grading.grade import Grades, factors
from solvent.credit.grading.screening import screened
from solvent.credit.limits.standing import history
from solvent.intake.credit.sheets import sheets

PERIODS = 2
"""So many of the newest statements of each customer are kept."""
TIMELINE = {
    "customer_id": pl.String, "on": pl.Date, "kind": pl.String, "what": pl.String, "currency": pl.String,
    "amount": pl.Int64, "who": pl.String, "detail": pl.String,
}  # fmt: skip
"""One thing that happened with a customer. kind: ``event``, ``limit``, ``review``, ``screening``, ``asked``,
``admission``, ``contract``, ``registry``; what: the code of the thing in its own family."""


def credit_frames(books: Books, credit: Credit, policy: Policy) -> Mapping[str, pl.DataFrame]:
    """The lists, by name; each row names its customer, rows of one customer stand together.

    card: every factor of the grade with its points. methods, limits: ``credit.limits.methods.BaseLimits``. decisions:
    ``credit.limits.standing.history``. reviews: ``credit.reviews.reviews_due``. steps: ``screening.Screened.steps``.
    parts, wrong_numbers, next_steps, members: of ``credit.file.file.CreditFiles``. sheets, ratios: of the newest
    PERIODS statements. clauses: ``credit.contracts.FINDINGS``. register: the newest extract. admissions: requests
    without a decision. timeline: TIMELINE, newest first.
    """
    names = names_of(books)
    files = credit.files
    told = {
        "card": card(credit.grades, policy),
        "methods": credit.limits.methods,
        "limits": _named(credit.limits.table, names),
        "decisions": history(books),
        "reviews": _named(credit.reviews, names),
        "steps": screened(books, policy).steps,
        "parts": files.parts,
        "wrong_numbers": files.identifiers,
        "next_steps": files.next_steps,
        "ratios": credit.ratios.group_by("customer_id", maintain_order=True).tail(PERIODS),
        "sheets": _sheets(books),
        "clauses": contract_findings(books, policy.terms(Clauses)).findings,
        "register": _register(books),
        "admissions": _named(_admissions(books), names),
        "timeline": timeline(books),
    }
    if files.groups is not None:
        told["members"] = _named(files.groups.table, names)
    return {name: frame for name, frame in told.items() if frame.width}


def names_of(books: Books) -> pl.DataFrame:
    """customer_id and name of everybody in the customers table."""
    ours = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    return ours.select("customer_id", "name").collect()


def _named(frame: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    return frame.join(names, on="customer_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("name", "customer_id").alias("name")
    )


def card(graded: Grades, policy: Policy) -> pl.DataFrame:
    """The printed card of every customer.

    Returns: customer_id, axis, look, factor, unit, value (Float64; empty: not known, counted neutral), points, best,
        lost (Float64), changeable (Boolean: by the customer itself); ability first, most lost first.
    """
    neutral = policy.terms(Grading).neutral_share
    rows = []
    for place, factor in enumerate(factors(policy)):
        points = factor.counted(pl.col(factor.name)).fill_null(factor.best * neutral)
        rows.append(
            graded.card.lazy().select(
                "customer_id",
                pl.lit(factor.axis).alias("axis"),
                pl.lit(factor.shape.look).alias("look"),
                pl.lit(factor.name).alias("factor"),
                pl.lit(factor.shape.unit).alias("unit"),
                pl.col(factor.name).cast(pl.Float64).alias("value"),
                points.cast(pl.Float64).alias("points"),
                pl.lit(float(factor.best)).alias("best"),
                (factor.best - points).cast(pl.Float64).alias("lost"),
                pl.lit(factor.shape.changeable).alias("changeable"),
                pl.lit(place).alias("place"),
            )
        )
    order = ("customer_id", "axis", "lost", "place")
    return pl.concat(rows).sort(order, descending=[False, False, True, False]).drop("place").collect()


def _sheets(books: Books) -> pl.DataFrame:
    """The newest statements of each customer, a row a period, ``entity_id`` told as customer_id."""
    told = sheets(books.table("statements").filter(pl.col("entity_id") != OWN))
    return told.group_by("entity_id", maintain_order=True).tail(PERIODS).rename({"entity_id": "customer_id"})


def _register(books: Books) -> pl.DataFrame:
    newest = books.table("registrations").sort("told_on", "recorded_on")
    return newest.unique("customer_id", keep="last", maintain_order=True).sort("customer_id").collect()


def _admissions(books: Books) -> pl.DataFrame:
    """Requests that wait for a decision, and for how many days: customer_id, asked_on, currency, amount, terms_days,
    waits_days; the oldest first."""
    waits = (pl.lit(books.as_of) - pl.col("asked_on")).dt.total_days().alias("waits_days")
    undecided = pl.col("decision").is_null() | (pl.col("decided_on") > books.as_of)
    rows = books.table("admissions").filter(undecided, pl.col("asked_on") <= books.as_of)
    told = rows.select("customer_id", "asked_on", "currency", "amount", "terms_days", waits)
    return told.sort("asked_on", "customer_id").collect()


def timeline(books: Books) -> pl.DataFrame:
    """Everything that happened with each customer until the books' day, as TIMELINE."""
    outcome = pl.concat_str([pl.col("outcome"), pl.col("reason").fill_null("")], separator=" ").str.strip_chars()
    parts = [
        books.table(table).select(
            "customer_id",
            pl.col(on).alias("on"),
            pl.lit(kind).alias("kind"),
            *(_cell(columns.get(name)).alias(name) for name in ("what", "currency", "amount", "who")),
            (outcome if table == "screenings" else _cell(columns.get("detail"))).alias("detail"),
        )
        for table, on, kind, columns in _TOLD
    ]
    told = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in TIMELINE.items()) for part in parts])
    happened = told.filter(pl.col("customer_id").is_not_null(), pl.col("on") <= books.as_of)
    return happened.sort("customer_id", "on", "kind", descending=[False, True, False]).collect()


def _cell(column: str | None) -> pl.Expr:
    return pl.lit(None) if column is None else pl.col(column)


_MONEY = {"currency": "currency", "amount": "amount"}
_TOLD: Sequence[tuple[str, str, str, Mapping[str, str]]] = (
    ("events", "happened_on", "event", {"what": "kind", "who": "source", "detail": "detail", **_MONEY}),
    ("limits", "valid_from", "limit", {"what": "kind", "who": "decided_by", "detail": "reason", **_MONEY}),
    ("reviews", "done_on", "review", {"what": "kind", "who": "reviewer", "detail": "note"}),
    ("screenings", "told_on", "screening", {"what": "step", "who": "reviewer"}),
    ("admissions", "asked_on", "asked", _MONEY),
    ("admissions", "decided_on", "admission", {"what": "decision", "who": "decided_by"}),
    ("contracts", "signed_on", "contract", {"detail": "contract_id"}),
    ("registrations", "told_on", "registry", {"what": "status", "who": "source"}),
)
"""Table, the column of its day, the kind, and which columns tell the rest."""
