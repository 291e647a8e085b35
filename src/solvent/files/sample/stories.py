"""Stories: what goes wrong in the sample company, who plays in it, and what is true of it afterwards.

Each story can be left out. Who would play in it is chosen all the same, so that the rest of the company stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from solvent.base.calendar import month_end, months_before
from solvent.base.draws import below
from solvent.base.money import half_up
from solvent.books.cash import OPERATING
from solvent.files.sample.bank import Treasury, by_month
from solvent.files.sample.company import PRICE_RATES, Plan, number, picked, words, workday
from solvent.files.sample.trade import Trade

FLOOR_MONTHS, FIXED = 3, ("payroll", "rent", "utilities")
"""The least cash to run on: so many months of such cost."""
NEAR = 1.15
"""How near to the floor a squeeze brings cash by itself: so many times the floor."""


@dataclass(frozen=True)
class Cast:
    """Who plays, and when.

    slow: pays later and later from ``slow_from`` and nothing from ``stop_on``; newcomer: buys since ``since_on``, four
    times as much from ``jump_on`` and pays nothing any more; limit: whose insured limit is withdrawn; months: the
    first days of the squeeze's months, the last four that are over.
    """

    slow: int
    slow_from: date
    stop_on: date
    newcomer: int
    since_on: date
    jump_on: date
    limit: int
    months: tuple[date, ...]

    @property
    def squeezed_from(self) -> date:
        return self.months[0]


def cast(plan: Plan, rows: pl.DataFrame) -> Cast:
    """Who would play in each story: a large old buyer, the newcomer, and an insured buyer that orders often."""
    last = plan.scale.customers
    sales = (pl.col("orders") * pl.col("ticket")).round().cast(pl.Int64)
    known = rows.filter(pl.col("no") <= last).with_columns(
        sales.rank("ordinal", descending=True).cast(pl.Int64).alias("rank"),
        (
            (pl.col("since_on") > plan.start_on).cast(pl.Int64)
            + pl.col("until_on").is_not_null().cast(pl.Int64)
            + pl.col("group_id").is_not_null().cast(pl.Int64)
            + (pl.col("pattern") > 0).cast(pl.Int64)
        ).alias("faults"),
    )
    large = (pl.col("rank") < 3) | (pl.col("rank") > max(5, last // 8))
    slow = known.sort(pl.col("faults") + 2 * large.cast(pl.Int64), "rank", "no").item(0, "no")
    others = known.filter((pl.col("no") != slow) & (pl.col("rank") > 1))
    faults = pl.col("faults") + (~pl.col("insured")).cast(pl.Int64)
    limit = others.sort(faults, "orders", "no", descending=[False, True, False]).item(0, "no")
    stop_on = plan.end_on - timedelta(days=62 + int(plan.one("story.slow.stop") * 25))
    over = plan.end_on if plan.end_on == month_end(plan.end_on) else plan.end_on.replace(day=1) - timedelta(days=1)
    return Cast(
        slow=slow,
        slow_from=stop_on - timedelta(days=270),
        stop_on=workday(stop_on, plan),
        newcomer=last + 1,
        since_on=workday(plan.end_on - timedelta(days=215 + int(plan.one("story.bust_out.since") * 40)), plan),
        jump_on=plan.end_on - timedelta(days=60),
        limit=limit,
        months=tuple(months_before(over.replace(day=1), back) for back in (3, 2, 1, 0)),
    )


def players(plan: Plan, rows: pl.DataFrame, told: Cast) -> pl.DataFrame:
    """The rows with what the players are in any case, whether their story is told or not."""
    slow, limit, new = (pl.col("no") == no for no in (told.slow, told.limit, told.newcomer))
    nobody = pl.lit(None, dtype=pl.Date)
    usual = (pl.col("orders") * pl.col("ticket")).sum() / pl.col("orders").sum()
    size = 0.5 * (plan.scale.customers / 120) ** 0.5
    settled = slow | limit | new

    def over(name: str, story: pl.Expr, value: pl.Expr | float) -> pl.Expr:
        return pl.when(story).then(value).otherwise(pl.col(name)).alias(name)

    return rows.with_columns(
        over("until_on", settled, nobody),
        over("fail_on", settled, nobody),
        over("pattern", settled, 0),
        over("splits", slow | new, 0.0),
        over("trend", slow | new, 0.0),
        over("delay_mean", slow, pl.min_horizontal("delay_mean", 4.0)),
        over("delay_sd", slow, pl.min_horizontal("delay_sd", 4.0)),
        over("insured", limit, pl.lit(True)),
        over("ticket", new, usual * size),
        over("orders", new, 12 if plan.scale.customers < 20 else 24),
    ).with_columns(
        over("since_on", new, pl.lit(told.since_on)),
        over("until_on", new, pl.lit(plan.end_on)),
        over("terms_days", new, 30),
        over("monthly", new, pl.lit(False)),
        over("insured", new, pl.lit(False)),
        over("delay_mean", new, -2.0),
        over("delay_sd", new, 1.0),
        over("run", new, 0),
        over("jump_on", new, pl.lit(told.jump_on)),
        over("stop_on", new, pl.lit(told.jump_on)),
    )


def slowed(plan: Plan, rows: pl.DataFrame, told: Cast) -> pl.DataFrame:
    """The one row of the buyer that slows down and fails; it orders for some weeks after it has stopped paying."""
    return rows.with_columns(
        pl.lit(told.slow_from).alias("slow_from"),
        pl.lit(told.stop_on).alias("stop_on"),
        pl.lit(45 + int(plan.one("story.slow.days") * 20), dtype=pl.Int64).alias("slow_days"),
    )


def found_out(made: Trade, told: Cast) -> Trade:
    """The trade with the buyer that fails, without the orders that were not taken any more."""
    orders = made.orders.filter(pl.col("ordered_on") <= told.stop_on + timedelta(days=20))
    kept = orders.select("no", "k")
    deliveries, items = (
        frame.join(kept, on=["no", "k"], how="semi", maintain_order="left") for frame in (made.deliveries, made.items)
    )
    return Trade(orders, deliveries, items)


def stocked_up(plan: Plan, told: Cast, amounts: Mapping[date, int], known: pl.DataFrame) -> pl.DataFrame:
    """What is bought ahead in a squeeze, from the four largest suppliers, paid in the same month.

    Args:
        amounts: by month, tax included.
        known: the suppliers (of ``purchases``).

    Returns:
        One row a bill, as ``purchases.conformed_bills`` and ``paid_bills`` want them.
    """
    largest = known.sort("share", "s", descending=[True, False]).head(4).rows(named=True)
    rows = []
    for place, (month, amount) in enumerate(amounts.items()):
        left = amount
        for step, (supplier, share, day) in enumerate(zip(largest, (40, 25, 20, 15), (9, 16, 23, 25))):
            part = left if step == len(largest) - 1 else amount * share // 100
            left -= part
            paid = workday(month.replace(day=day), plan)
            issued = workday(paid - timedelta(days=12 + int(plan.one("story.squeeze", place, step) * 8)), plan)
            rows.append(
                {
                    "bill_id": f"{supplier['supplier_id'].replace('S', 'B')}{month:%y%m}9",
                    "part": 1,
                    "supplier_id": supplier["supplier_id"],
                    "supplier_name": supplier["supplier_name"],
                    "issued_on": issued,
                    "due_on": max(issued, paid - timedelta(days=3)),
                    "paid_on": paid,
                    "amount": part,
                }
            )
    return pl.DataFrame(rows, schema_overrides={"amount": pl.Int64}).filter(pl.col("amount") > 0)


def bought_ahead(
    told: Cast,
    treasury: Treasury,
    running: pl.DataFrame,
    inflow: Mapping[date, int],
    *,
    payments: tuple[pl.DataFrame, pl.DataFrame],
    failing: Sequence[Mapping[date, int]],
) -> tuple[dict[date, int], int]:
    """How much is bought ahead in each month, so that cash comes near its floor; and the floor.

    The last two months' operating cash flow goes under nothing, whether the failing buyer's money is missing or not.

    Args:
        running: the company's own lines.
        inflow: what was expected of customers, by month.
        payments: to suppliers, as usual, and later and later.
        failing: receipts of the failing buyer by month, as expected, and as it fails.
    """
    last = told.months[-1]
    usual, late = (by_month(frame, "paid_on") for frame in payments)
    operating = by_month(running.filter(pl.col("category").is_in(OPERATING)), "booked_on")
    fixed = by_month(running.filter(pl.col("category").is_in(FIXED)), "booked_on")
    year = [months_before(last, back) for back in range(12)]
    floor = FLOOR_MONTHS * -sum(fixed.get(month, 0) for month in year) // len(year)
    delayed, missing = (
        sum(
            amount * sign
            for known, sign in ((first, 1), (second, -1))
            for month, amount in known.items()
            if month <= last
        )
        for first, second in ((usual, late), (failing[0], failing[1]))
    )
    cash = treasury.cash[last] + delayed - missing
    flow = {month: inflow.get(month, 0) + operating.get(month, 0) - late.get(month, 0) for month in told.months}
    need = {month: max(0, flow[month] + treasury.spend[last] // 8) for month in told.months[2:]}
    total = max(0, cash - round(NEAR * floor))
    shares = dict(zip(told.months, (0.2, 0.25, 0.3, 0.25)))
    later = {month: max(round(total * shares[month]), amount) for month, amount in need.items()}
    rest = max(0, total - sum(later.values()))
    return {month: round(rest * shares[month] / 0.45) for month in told.months[:2]} | later, floor


def withdrawn_on(plan: Plan, delivered: pl.DataFrame, told: Cast) -> date:
    """When the insurer withdraws the limit: before the buyer's last three deliveries, or somewhat earlier."""
    days = delivered.filter((pl.col("no") == told.limit) & (pl.col("delivered_on") <= plan.end_on))
    newest = days.get_column("delivered_on").sort(descending=True).head(3).to_list()
    wanted = plan.end_on - timedelta(days=45 + int(plan.one("story.limit") * 20))
    return workday(min([wanted, *(day - timedelta(days=4) for day in newest)]), plan)


def registry_events(plan: Plan, rows: pl.DataFrame, told: Cast) -> pl.DataFrame:
    """``registry_events``: what the company register and the courts tell of customers, most of it of no matter."""
    days = (plan.end_on - plan.start_on).days
    harmless = ["address_changed", "business_scope_changed", "capital_raised"]
    common = rows.filter((plan.draw("event", "no") < 0.2) & (pl.col("no") <= plan.scale.customers)).select(
        "no",
        "customer_id",
        (plan.start_on + pl.duration(days=below(plan.draw("event.on", "no"), days))).alias("happened_on"),
        picked(plan.draw("event.kind", "no"), harmless).alias("kind"),
    )
    frames = [common]
    if plan.slow_then_fails:
        player = rows.filter(pl.col("no") == told.slow)
        signs = {"capital_reduced": -190, "legal_representative_changed": -118, "lawsuit_as_defendant": -49}
        signs |= {"enforcement_opened": 24}
        frames += [
            player.select(
                "no",
                "customer_id",
                pl.lit(told.stop_on + timedelta(days=step)).alias("happened_on"),
                pl.lit(kind).alias("kind"),
            )
            for kind, step in signs.items()
        ]
    every = pl.concat(frames).sort("happened_on", "no")
    return every.select(
        pl.concat_str(pl.lit("V"), number("no", 4), pl.col("happened_on").dt.strftime("%y%m%d")).alias("event_id"),
        "customer_id",
        "happened_on",
        "kind",
        pl.min_horizontal(pl.col("happened_on") + pl.duration(days=3), pl.lit(plan.end_on)).alias("recorded_on"),
    )


def insurance(plan: Plan, rows: pl.DataFrame, told: Cast, withdrawn: date) -> dict[str, pl.DataFrame]:
    """``insurance_policies`` and ``buyer_limits``; the withdrawal is one more row, with nothing as the limit."""
    insurer = words()["insurance"]["insurers"][int(plan.one("insurer") * 2)]
    policies = pl.DataFrame(
        {
            "policy_id": ["TCI-D", "TCI-E"],
            "insurer": [insurer, insurer],
            "kind": ["domestic", "export"],
            "starts_on": [plan.start_on, plan.start_on],
            "ends_on": [month_end(months_before(plan.end_on, -6))] * 2,
            "insured_share": [0.85, 0.90],
            "premium_rate": [0.0032, 0.0026],
            "longest_terms_days": [120, 180],
            "extension_days": [60, 60],
            "report_within_days": [30, 30],
        }
    )
    price = pl.col("currency").replace_strict(PRICE_RATES, return_dtype=pl.Float64)
    years = (plan.past_on - plan.first_on).days / 365
    need = pl.col("orders") * pl.col("ticket") / years * (pl.col("terms_days") + 45) / 365 / price
    unit = pl.lit(10).pow(need.log10().floor() - 1)
    granted = rows.filter(pl.col("insured") & (pl.col("since_on") <= plan.end_on)).select(
        "no",
        pl.when("export").then(pl.lit("TCI-E")).otherwise(pl.lit("TCI-D")).alias("policy_id"),
        "customer_id",
        "currency",
        (half_up((need / unit).ceil() * unit) * 100).alias("amount"),
        pl.max_horizontal(pl.col("since_on"), pl.lit(plan.start_on)).alias("valid_from"),
        pl.lit("granted").alias("decision"),
    )
    frames = [granted]
    if plan.limit_withdrawn:
        frames.append(
            granted.filter(pl.col("no") == told.limit).with_columns(
                pl.lit(0, dtype=pl.Int64).alias("amount"),
                pl.lit(withdrawn).alias("valid_from"),
                pl.lit("withdrawn").alias("decision"),
            )
        )
    limits = pl.concat(frames).sort("no", "valid_from")
    named = pl.concat_str(pl.lit("T"), number("no", 4), pl.col("decision").str.slice(0, 1).str.to_uppercase())
    return {
        "insurance_policies": policies,
        "buyer_limits": limits.select(
            named.alias("limit_id"), pl.exclude("no"), pl.col("valid_from").alias("recorded_on")
        ),
    }


def facts(
    tables: Mapping[str, pl.DataFrame],
    plan: Plan,
    told: Cast,
    squeeze: Mapping[str, Any],
) -> dict[str, Any]:
    """What is true of each story that is told, out of the finished tables; money in minor units of its currency."""
    truth: dict[str, Any] = {}
    if plan.slow_then_fails:
        events = tables["events"].filter(pl.col("customer_id") == _id(told.slow))
        truth["slow_then_fails"] = {
            **_owed(tables, plan, told.slow),
            "slow_from": told.slow_from,
            "stop_on": told.stop_on,
            "events": events.select("happened_on", "kind").rows(named=True),
        }
    if plan.bust_out:
        orders = tables["orders"].filter(pl.col("customer_id") == _id(told.newcomer))
        late = pl.col("ordered_on") >= told.jump_on
        truth["bust_out"] = {
            **_owed(tables, plan, told.newcomer),
            "since_on": told.since_on,
            "jump_on": told.jump_on,
            "mean_order_before_minor": _mean(orders.filter(~late)),
            "mean_order_after_minor": _mean(orders.filter(late)),
        }
    if plan.limit_withdrawn:
        withdrawn = tables["buyer_limits"].filter(pl.col("decision") == "withdrawn").item(0, "valid_from")
        theirs = tables["deliveries"].filter(pl.col("customer_id") == _id(told.limit))
        after = theirs.filter(pl.col("delivered_on") > withdrawn)
        truth["limit_withdrawn"] = {
            **_owed(tables, plan, told.limit),
            "withdrawn_on": withdrawn,
            "deliveries_after": after.get_column("delivery_id").sort().to_list(),
            "delivered_after_minor": int(after.get_column("amount").sum()),
        }
    if plan.squeeze:
        truth["squeeze"] = {"months": list(told.months), **squeeze}
    return truth


def _id(no: int) -> str:
    return f"C{no:04d}"


def _mean(orders: pl.DataFrame) -> int:
    return int(orders.get_column("amount").sum()) // max(1, orders.height)


def _owed(tables: Mapping[str, pl.DataFrame], plan: Plan, no: int) -> dict[str, Any]:
    """Who a customer is and what it owes at the end of the books."""
    customer = tables["customers"].row(by_predicate=pl.col("customer_id") == _id(no), named=True)
    settled = tables["allocations"].group_by("item_id").agg(pl.col("amount").sum().alias("settled"))
    items = tables["open_items"].filter(pl.col("customer_id") == _id(no)).join(settled, on="item_id", how="left")
    items = items.with_columns((pl.col("amount") - pl.col("settled").fill_null(0)).alias("open"))
    owing = items.filter(pl.col("open") > 0)
    paid = tables["receipts"].filter(pl.col("customer_id") == _id(no)).get_column("received_on").max()
    return {
        "customer_id": _id(no),
        "name": customer["name"],
        "currency": items.item(0, "currency") if items.height else None,
        "last_receipt_on": paid,
        "open_items": owing.height,
        "open_minor": int(owing.get_column("open").sum()),
        "overdue_minor": int(owing.filter(pl.col("due_on") < plan.end_on).get_column("open").sum()),
    }
