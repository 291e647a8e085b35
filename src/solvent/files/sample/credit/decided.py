"""Decided: what the sample company's credit desk did: screenings, admissions, reviews, limits, contracts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from solvent.base.draws import below
from solvent.base.money import half_up
from solvent.books.books import TABLES
from solvent.books.credit.registry import STEPS
from solvent.files.sample.company import Plan, number, person
from solvent.files.sample.credit.known import yearly

GATES = 3
"""The first steps of STEPS are the gates of admission."""
FILE_DAYS = 90
LEAD_DAYS = 60
"""From order to delivery, and from due to paid: limits are set with room for both."""


def decided(plan: Plan, rows: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """The tables of what was decided, conformed.

    Args:
        rows: the customers, of ``market``, the stories' players among them.
    """
    there = yearly(rows.filter(pl.col("since_on") <= plan.end_on), plan)
    clerk, head = (person(int(plan.one("desk", place) * 140)) for place in (1, 2))
    head = person(139) if head == clerk else head
    told = {
        "screenings": _screenings(plan, there, clerk),
        "admissions": _admissions(plan, there, head),
        "reviews": _reviews(plan, there, clerk),
        "limits": _limits(plan, there, clerk, head),
        "contracts": _contracts(plan, there),
    }
    return {name: TABLES[name].conform(frame.lazy()).collect().sort(TABLES[name].key) for name, frame in told.items()}


def _new(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Who came while the books were kept."""
    return rows.filter(pl.col("since_on") > plan.start_on)


def _newcomer(plan: Plan) -> pl.Expr:
    return pl.col("no") > plan.scale.customers


def _screenings(plan: Plan, rows: pl.DataFrame, clerk: str) -> pl.DataFrame:
    """New customers pass the gates before their first order; the newcomer of the story was looked up and no more."""
    frames = []
    for place, step in enumerate(STEPS):
        gate = place < GATES
        done = pl.lit(place == 0) | (~_newcomer(plan) & (plan.draw(f"screen.{step}", "no") < (0.92 if gate else 0.45)))
        waived = pl.lit(step == "statements") & (plan.draw("screen.waived", "no") < 0.2) & ~_newcomer(plan)
        on = pl.col("since_on") - pl.duration(days=3 + below(plan.draw(f"screen.on.{step}", "no"), 6))
        frames.append(
            _new(plan, rows)
            .filter(done)
            .select(
                pl.concat_str(pl.lit(f"SC{place}"), number("no", 4)).alias("screening_id"),
                "customer_id",
                pl.lit(step).alias("step"),
                pl.when(waived).then(pl.lit("waived")).otherwise(pl.lit("passed")).alias("outcome"),
                on.alias("told_on"),
                pl.lit(clerk).alias("reviewer"),
                pl.when(~waived)
                .then(pl.concat_str(pl.lit(f"{step}-"), "customer_id", pl.lit(".pdf")))
                .alias("evidence"),
                pl.when(waived).then(pl.lit("小额订单,经理同意免交报表")).alias("reason"),
                on.alias("recorded_on"),
            )
        )
    return pl.concat(frames)


def _admissions(plan: Plan, rows: pl.DataFrame, head: str) -> pl.DataFrame:
    asked = pl.col("since_on") - pl.duration(days=9 + below(plan.draw("admission", "no"), 16))
    decided_on = pl.col("since_on") - pl.duration(days=1 + below(plan.draw("admission.decided", "no"), 3))
    return _new(plan, rows).select(
        "customer_id",
        asked.alias("asked_on"),
        decided_on.alias("decided_on"),
        pl.lit("admitted").alias("decision"),
        "currency",
        half_up(pl.col("bought") * 0.2).alias("amount"),
        "terms_days",
        pl.lit(head).alias("decided_by"),
        decided_on.alias("recorded_on"),
    )


def _reviews(plan: Plan, rows: pl.DataFrame, clerk: str) -> pl.DataFrame:
    """Files are gone through every quarter or so, terms every half-year; some are forgotten."""
    frames = []
    for kind, every, kept in (("file", FILE_DAYS, 0.7), ("terms", 182, 0.6), ("payment_record", 182, 0.5)):
        for back in range(4):
            on = plan.end_on - pl.duration(days=back * every + below(plan.draw(f"review.{kind}.{back}", "no"), every))
            frames.append(
                rows.filter((plan.draw(f"review.{kind}", "no") < kept) & (on > pl.col("since_on"))).select(
                    pl.concat_str(pl.lit(f"RV{kind[0].upper()}{back}"), number("no", 4)).alias("review_id"),
                    "customer_id",
                    pl.lit(kind).alias("kind"),
                    on.alias("done_on"),
                    pl.lit(clerk).alias("reviewer"),
                    on.alias("recorded_on"),
                )
            )
    return pl.concat(frames)


def _limits(plan: Plan, rows: pl.DataFrame, clerk: str, head: str) -> pl.DataFrame:
    """A first limit when the customer came, raised a year later; a few were never decided on."""
    need = pl.col("bought") / 365 * (pl.col("terms_days") + LEAD_DAYS)
    unit = pl.lit(10).pow(need.log10().floor() - 1)
    # A story's newcomer buys four times as much later on: nobody knew that when its limit was set.
    first = pl.when(_newcomer(plan)).then(need * 0.7).otherwise(need)
    later = need * (1.4 + 0.7 * plan.draw("limit.size", "no"))
    decided_on = rows.filter(plan.draw("limit.decided", "no") < 0.92)
    frames = []
    for place, (amount, on) in enumerate(
        ((first, pl.col("since_on")), (later, pl.col("since_on") + pl.duration(days=365)))
    ):
        rounded = half_up((amount / unit).ceil() * unit)
        frames.append(
            decided_on.filter(on <= plan.end_on).select(
                pl.concat_str(pl.lit(f"LM{place}"), number("no", 4)).alias("limit_id"),
                "customer_id",
                pl.lit("total").alias("kind"),
                "currency",
                rounded.alias("amount"),
                "terms_days",
                on.alias("valid_from"),
                pl.lit(clerk).alias("decided_by"),
                pl.lit(head).alias("approved_by"),
                on.alias("recorded_on"),
            )
        )
    return pl.concat(frames)


def _contracts(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """A frame contract with most customers; what it does not say is left empty."""

    def says(what: str, share: float, value: pl.Expr | float | int | bool | str) -> pl.Expr:
        told = value if isinstance(value, pl.Expr) else pl.lit(value)
        return pl.when(plan.draw(f"contract.{what}", "no") < share).then(told).alias(what)

    law = pl.when("export").then("country").otherwise(pl.lit("CN"))
    written = pl.when(plan.draw("contract.other", "no") < 0.1).then(pl.col("terms_days") + 30).otherwise("terms_days")
    return rows.filter((plan.draw("contract", "no") < 0.7) & ~_newcomer(plan)).select(
        pl.concat_str(pl.lit("CT"), number("no", 4)).alias("contract_id"),
        "customer_id",
        pl.col("since_on").alias("signed_on"),
        says("due_from", 0.9, pl.when("monthly").then(pl.lit("month_end")).otherwise(pl.lit("invoice"))),
        says("terms_days", 0.97, written),
        says("late_daily_rate", 0.5, 0.0005),
        says("acceptance_days", 0.6, 7),
        says("dispute_days", 0.45, 15),
        says("retention_of_title", 0.5, True),
        says("no_set_off", 0.35, True),
        says("acceleration", 0.3, True),
        says("may_stop_supply", 0.6, True),
        says("assignable", 0.7, True),
        says("law", 0.8, law),
        says("jurisdiction", 0.75, pl.lit("供方所在地")),
        pl.col("since_on").alias("recorded_on"),
    )
