"""Payment: when customers pay each item, and how much of it: delays, runs, parts, disputes, credits, promises."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.draws import below, chosen, normal
from solvent.base.money import half_up
from solvent.files.sample.company import CURRENCY, Plan, number, on_workday, picked, words, workday

KEYS = ("no", "k", "j", "i")
HABITS = (
    "no",
    "delay_mean",
    "delay_sd",
    "trend",
    "run",
    "splits",
    "short",
    "fail_on",
    "slow_from",
    "slow_days",
    "stop_on",
)


def payments(plan: Plan, rows: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The items that stand in the books, and every payment on them up to the end.

    Args:
        rows: the customers, of ``market``.
        items: theirs, of ``trade``.

    Returns:
        The items, with ``credited_on``, ``credit``, ``taken``, ``opened_on``, ``closed_on`` and ``fail_on``; and one
        row a payment: ``paid_on``, ``amount``, ``part``, and ``rest``, the little that the last one leaves open. Items
        from before the books begin stay where nothing was paid on them by then; the others are history.
    """
    known = items.filter(pl.col("issued_on") <= plan.end_on)
    planned = _credited(plan, _intended(plan, known.join(rows.select(HABITS), on="no", maintain_order="left")))
    parts = _parts(plan, planned)
    early = pl.concat(
        [
            parts.filter(pl.col("paid_on") < plan.start_on).select("item_id"),
            planned.filter(pl.col("credited_on") < plan.start_on).select("item_id"),
        ]
    )
    history = planned.filter(pl.col("issued_on") < plan.start_on).join(early, on="item_id", how="semi")
    kept = planned.join(history, on="item_id", how="anti", maintain_order="left")
    parts = parts.join(history, on="item_id", how="anti", maintain_order="left")
    return kept.sort(KEYS), parts.filter(pl.col("paid_on") <= plan.end_on).sort(*KEYS, "part")


def credit_notes(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """The credit notes given on the items."""
    return items.filter(pl.col("credited_on").is_not_null()).select(
        "no",
        credit_id().alias("credit_note_id"),
        "customer_id",
        pl.col("credited_on").alias("issued_on"),
        "currency",
        pl.col("credit").alias("amount"),
        picked(plan.draw("credit.reason", *KEYS), words()["reasons"]["credit"]).alias("reason"),
        pl.col("credited_on").alias("recorded_on"),
    )


def disputes(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """What customers said against the items, up to the end of the books."""
    partly = plan.draw("dispute.partly", *KEYS)
    share = half_up(pl.col("amount") * (0.1 + 0.4 * partly)).clip(1)
    return items.filter(pl.col("opened_on") <= plan.end_on).select(
        "no",
        pl.concat_str(pl.lit("Q"), pl.col("item_id").str.slice(1).str.replace("-", "")).alias("dispute_id"),
        "item_id",
        "opened_on",
        pl.when(pl.col("closed_on") <= plan.end_on).then("closed_on").alias("closed_on"),
        picked(plan.draw("dispute.reason", *KEYS), words()["reasons"]["dispute"]).alias("reason"),
        "currency",
        pl.when(partly < 0.5).then(share).alias("amount"),
        pl.col("opened_on").alias("recorded_on"),
    )


def promises(plan: Plan, items: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """What customers promised when they were asked for overdue money, in the last year: an item, or their account.

    Each keeps its word in its own degree; what was not kept is often promised again.

    Args:
        items: with the day of the first money, as ``payments`` gives them.
        settled: ``item_id``, ``allocated_on`` and ``amount`` of all that settles them.
    """
    said = pl.concat([_item_promises(plan, items, settled), _account_promises(plan, items, settled)])
    return said.with_columns(pl.col("made_on").alias("recorded_on"))


def credit_id() -> pl.Expr:
    """The number of the credit note on an invoice."""
    return pl.concat_str(pl.lit("N"), pl.col("invoice_id").str.slice(1))


def aligned(day: pl.Expr, run: pl.Expr, plan: Plan) -> pl.Expr:
    """The day on which a customer with such a run really pays: 0 any day, 1 Fridays, 2 the 25th, 3 the month's end."""
    friday = day + pl.duration(days=(5 - day.dt.weekday().cast(pl.Int64)) % 7)
    first = day.dt.month_start()
    fits = day.dt.day() <= 25
    late = pl.when(fits).then(first).otherwise(first.dt.offset_by("1mo")) + pl.duration(days=24)
    run_day = pl.when(run == 1).then(friday).when(run == 2).then(late).when(run == 3).then(day.dt.month_end())
    return on_workday(run_day.otherwise(day), plan)


PROMISE = ("no", "promise_id", "customer_id", "item_id", "made_on", "promised_on", "currency", "amount", "withdrawn_on")


def _item_promises(plan: Plan, items: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Promises on overdue items, up to three on each: the next when the one before was broken, or put off in time."""
    day = on_workday(pl.col("due_on") + pl.duration(days=5 + below(plan.draw("promise.day", *KEYS), 20)), plan)
    disputed = (pl.col("opened_on") <= pl.col("made_on")) & (pl.col("closed_on") > pl.col("made_on"))
    asked = items.with_columns(day.alias("made_on")).filter(
        (plan.draw("promise", *KEYS) < 0.4)
        & (pl.col("made_on") > plan.end_on - timedelta(days=365))
        & ~disputed.fill_null(False)
    )
    honest = 0.35 + 0.5 * plan.draw("promise.habit", "no")
    unpaid = pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("made_on"))
    rounds = []
    for time in (1, 2, 3):
        keys = (*KEYS, pl.lit(time))
        comes = pl.col("paid_on") + pl.duration(days=below(plan.draw("promise.margin", *keys), 4))
        keeps = (plan.draw("promise.kept", *keys) < honest) & (comes <= pl.col("made_on") + pl.duration(days=45))
        wait = pl.col("made_on") + pl.duration(days=3 + below(plan.draw("promise.wait", *keys), 18))
        asked = asked.filter(unpaid & (pl.col("made_on") <= plan.end_on)).with_columns(
            pl.lit(time).alias("time"),
            on_workday(pl.when(keeps).then(comes).otherwise(wait), plan).alias("promised_on"),
        )
        later = pl.col("promised_on") + pl.duration(days=2 + below(plan.draw("promise.later", *keys), 6))
        before = on_workday(pl.col("promised_on") - pl.duration(days=2), plan)
        put_off = (plan.draw("promise.put_off", *keys) < 0.1) & before.is_between(
            "made_on", "promised_on", closed="none"
        )
        known = (pl.col("paid_on").is_null() | (pl.col("paid_on") > before)) & (before <= plan.end_on)
        asked = asked.with_columns(pl.when(put_off & known).then(before).alias("withdrawn_on"))
        rounds.append(asked)
        again = pl.col("withdrawn_on").is_not_null() | (plan.draw("promise.again", *keys) < 0.6)
        asked = asked.filter(again).with_columns(pl.coalesce("withdrawn_on", on_workday(later, plan)).alias("made_on"))
    said = pl.concat(rounds).with_columns(
        pl.concat_str(pl.lit("P"), pl.col("item_id").str.slice(1).str.replace("-", ""), "time").alias("promise_id")
    )
    done = (
        said.select("promise_id", "item_id", "made_on")
        .join(settled.select("item_id", "allocated_on", pl.col("amount").alias("done")), on="item_id")
        .filter(pl.col("allocated_on") <= pl.col("made_on"))
        .group_by("promise_id")
        .agg(pl.col("done").sum())
    )
    luck = plan.draw("promise.part", *KEYS, "time")
    left = pl.col("amount") - pl.col("done").fill_null(0)
    part = half_up(left * (0.3 + 0.4 * plan.draw("promise.share", *KEYS, "time"))).clip(1)
    return (
        said.join(done, on="promise_id", how="left", maintain_order="left")
        .filter(left > 0)
        .with_columns(pl.when(luck < 0.12).then(part).when(luck < 0.85).then(left).alias("amount"))
        .select(PROMISE)
    )


def _account_promises(plan: Plan, items: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Promises to pay all that is overdue, of customers with several such items, about the twelfth of a month."""
    months = [months_before(plan.end_on, back).replace(day=12) for back in range(12)]
    days = sorted({day for month in months if (day := workday(month, plan)) <= plan.end_on})
    asked = pl.DataFrame({"made_on": days}, schema={"made_on": pl.Date})
    owed = items.select("no", "customer_id", "currency", "item_id", "due_on", "amount").join(asked, how="cross")
    near = pl.col("due_on").is_between(pl.col("made_on") - pl.duration(days=120), pl.col("made_on"), closed="left")
    owed = owed.filter(near)
    done = (
        owed.select("item_id", "made_on")
        .join(settled.select("item_id", "allocated_on", pl.col("amount").alias("done")), on="item_id")
        .filter(pl.col("allocated_on") <= pl.col("made_on"))
        .group_by("item_id", "made_on")
        .agg(pl.col("done").sum())
    )
    left = pl.col("amount") - pl.col("done").fill_null(0)
    keys = ("no", "customer_id", "currency", "made_on")
    date_no = pl.col("made_on").to_physical().cast(pl.Int64)
    said = (
        owed.join(done, on=["item_id", "made_on"], how="left")
        .filter(left > 0)
        .group_by(keys)
        .agg(left.sum().alias("amount"), pl.len().alias("count"))
        .filter((pl.col("count") > 1) & (plan.draw("promise.account", "no", date_no) < 0.1))
        .sort("no", "made_on", "amount", "currency", descending=[False, False, True, False])
        .unique(["no", "made_on"], keep="first", maintain_order=True)
    )
    wait = pl.duration(days=7 + below(plan.draw("promise.account.wait", "no", date_no), 14))
    all_of_it = plan.draw("promise.account.all", "no", date_no) < 0.5
    return said.with_columns(
        pl.concat_str(pl.lit("PA"), number("no", 4), pl.col("made_on").dt.strftime("%y%m")).alias("promise_id"),
        pl.lit(None, dtype=pl.String).alias("item_id"),
        on_workday(pl.col("made_on") + wait, plan).alias("promised_on"),
        pl.when(~all_of_it).then("amount").alias("amount"),
        pl.lit(None, dtype=pl.Date).alias("withdrawn_on"),
    ).select(PROMISE)


def _intended(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """Adds the dispute, and ``paid_on``: the day of the first money; empty: none ever comes."""
    years = (pl.col("due_on") - plan.start_on).dt.total_days() / 365
    worse = (pl.col("due_on") - pl.col("slow_from")).dt.total_days() / (
        pl.col("stop_on") - pl.col("slow_from")
    ).dt.total_days()
    slower = (pl.col("slow_days") * worse.clip(0, 1)).fill_null(0)
    luck = plan.draw("pay.mishap", *KEYS)
    mishap = pl.when(luck < 0.03).then(-30 * (plan.draw("pay.mishap.days", *KEYS) * 0.99 + 0.005).log()).otherwise(0)
    delay = (
        pl.col("delay_mean")
        + pl.col("trend") * years
        + pl.col("delay_sd") * normal(plan.draw("pay.delay", *KEYS))
        + slower
        + mishap
    )
    opened = pl.col("due_on") + pl.duration(days=below(plan.draw("dispute.opened", *KEYS), 25) - 12)
    closed = pl.col("opened_on") + pl.duration(days=below(plan.draw("dispute.length", *KEYS), 90) + 10)
    disputed = (plan.draw("dispute", *KEYS) < 0.02) & (pl.col("opened_on") < pl.col("paid_on"))
    after = pl.duration(days=2)
    stop = pl.min_horizontal("stop_on", "fail_on")
    return (
        items.with_columns(
            pl.max_horizontal(
                pl.col("due_on") + pl.duration(days=half_up(delay)), pl.col("issued_on") + pl.duration(days=1)
            ).alias("paid_on"),
            pl.max_horizontal(opened, pl.col("issued_on") + after).alias("opened_on"),
        )
        .with_columns(pl.when(disputed).then("opened_on").alias("opened_on"))
        .with_columns(closed.alias("closed_on"))
        .with_columns(
            aligned(pl.max_horizontal("paid_on", pl.col("closed_on") + after), pl.col("run"), plan).alias("paid_on")
        )
        .with_columns(
            pl.when(stop.is_null() | (pl.col("paid_on") < stop)).then("paid_on").alias("paid_on"), stop.alias("stop")
        )
    )


def _credited(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """Adds ``credited_on``, ``credit`` and ``net``, what is left to pay; ``taken``: the credit settles this item.

    A credit note given when the item was already paid stands alone; of these only the latest are left in the books.
    """
    has = (plan.draw("credit", *KEYS) < 0.025) & (pl.col("i") == 1) & (pl.col("amount") > 10_000)
    whole = plan.draw("credit.whole", *KEYS) < 0.06
    share = pl.when(whole).then(1.0).otherwise(0.02 + 0.22 * plan.draw("credit.share", *KEYS))
    day = pl.col("issued_on") + pl.duration(days=below(plan.draw("credit.day", *KEYS), 30) + 4)
    recent = pl.lit(plan.end_on) - pl.duration(days=45)
    in_time = pl.col("paid_on").is_null() | (pl.col("credited_on") < pl.col("paid_on"))
    alone = pl.col("credited_on") > recent
    known = pl.col("credited_on") <= plan.end_on
    return (
        items.with_columns(
            pl.when(has).then(day).alias("credited_on"), half_up(pl.col("amount") * share).alias("credit")
        )
        .with_columns(pl.when(known & (in_time | alone)).then("credited_on").alias("credited_on"))
        .with_columns(
            pl.when(pl.col("credited_on").is_null()).then(0).otherwise("credit").alias("credit"),
            (pl.col("credited_on").is_not_null() & in_time).alias("taken"),
        )
        .with_columns((pl.col("amount") - pl.when("taken").then("credit").otherwise(0)).alias("net"))
    )


def _parts(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """One row a payment on an item: ``paid_on``, ``amount``, ``part``; ``rest`` is what the last one leaves open."""
    pays = items.filter(pl.col("paid_on").is_not_null() & (pl.col("net") > 0))
    several = (plan.draw("pay.splits", *KEYS) < pl.col("splits")) & (pl.col("net") > 100_000)
    count = pl.when(several).then(2 + chosen(plan.draw("pay.parts", *KEYS), (8, 2))).otherwise(1)
    first = half_up(pl.col("net") * (0.3 + 0.4 * plan.draw("pay.share", *KEYS)))
    second = (pl.col("net") - pl.col("a1")) // 2
    small = (plan.draw("pay.rest", *KEYS) < 0.03) & (pl.col("currency") == CURRENCY) & (pl.col("net") > 10_000)
    rest = pl.when(small & (pl.col("parts") == 1)).then(1 + below(plan.draw("pay.rest.size", *KEYS), 500)).otherwise(0)
    pays = (
        pays.with_columns(count.alias("parts"))
        .with_columns(pl.when(pl.col("parts") > 1).then(first).otherwise("net").alias("a1"), rest.alias("rest"))
        .with_columns(pl.when(pl.col("parts") == 3).then(second).otherwise(pl.col("net") - pl.col("a1")).alias("a2"))
        .with_columns((pl.col("net") - pl.col("a1") - pl.col("a2")).alias("a3"))
        .with_columns(pl.col("a1") - pl.col("rest"))
    )
    gone = (plan.draw("pay.gone", *KEYS) < 0.05) & (pl.col("parts") > 1)
    pieces, since = [], pl.col("paid_on")
    for part in (1, 2, 3):
        day = pl.col("paid_on")
        if part > 1:
            pause = below(plan.draw("pay.pause", *KEYS, pl.lit(part)), 30) + 4
            day = aligned(since + pl.duration(days=pause), pl.col("run"), plan)
            since = day
        comes = (pl.col("parts") >= part) & ~(gone & (pl.col("parts") == part))
        comes = comes & (pl.col("stop").is_null() | (day < pl.col("stop")))
        pieces.append(
            pays.filter(comes).select(
                *KEYS,
                "item_id",
                "invoice_id",
                "order_id",
                "customer_id",
                "currency",
                "short",
                pl.col("stop").is_not_null().alias("fails"),
                pl.lit(part, dtype=pl.Int64).alias("part"),
                day.alias("paid_on"),
                pl.col(f"a{part}").alias("amount"),
                pl.when(pl.col("parts") == part).then("rest").otherwise(0).alias("rest"),
            )
        )
    return pl.concat(pieces)
