"""Market: the sample company's customers: who they are, how much they buy, and how they pay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from solvent.base.draws import below, chosen, normal
from solvent.books.customers import CUSTOMERS, GROUPS
from solvent.files.sample.company import CURRENCY, Plan, brand, busy_days, number, on_workday, person, picked, words

DELIVERIES_AN_ORDER = 1.38
"""One to three deliveries fill an order: 70, 22 and 8 in a hundred."""
BLOCK = 12
"""Connected customers are found among so many neighbours."""
MICRO = 1_000_000


def market(plan: Plan) -> pl.DataFrame:
    """Every customer with its habits, and one newcomer that nobody has heard of, who stands last.

    One row a customer, in the order of ``no``. Beside the columns of the customers table:

    * ``no``, ``export``, ``currency``, ``bank_name`` (as banks print it), ``monthly`` (due from the month's end);
    * ``orders`` (how many from ``first_on`` to ``past_on``), ``ticket`` (mean order in yuan), ``until_on`` (stops
      ordering), ``pattern`` (0: one instalment; 1 to 3: a plan of several);
    * ``delay_mean``, ``delay_sd`` (days after due), ``trend`` (days more a year), ``run`` (0 any day, 1 Fridays, 2 the
      25th, 3 the month's end), ``splits`` (share of items paid in parts), ``short`` (its bank keeps a fee),
      ``fail_on`` (pays nothing from this day);
    * what a story may fill in: ``slow_from``, ``slow_days``, ``stop_on``, ``jump_on``.
    """
    numbers = pl.DataFrame({"no": pl.int_range(1, plan.scale.customers + 2, eager=True)})
    return _stories_left_open(_habits(_volume(_identity(_groups(numbers, plan), plan), plan), plan))


def customers(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The customers table of those who had come by the end of the books."""
    known = rows.filter(pl.col("since_on") <= plan.end_on).with_columns(pl.col("since_on").alias("recorded_on"))
    return CUSTOMERS.conform(known.lazy()).collect()


def groups(rows: pl.DataFrame) -> pl.DataFrame:
    """The groups table: one row a group of connected customers, named after its first member."""
    members = rows.filter(pl.col("group_id").is_not_null()).sort("no")
    found = members.group_by("group_id", maintain_order=True).agg(
        pl.col("group_name").first().alias("name"), pl.col("since_on").min().alias("recorded_on")
    )
    return GROUPS.conform(found.lazy()).collect()


def _groups(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Adds ``group_id`` (empty: stands alone) and ``head``, the number whose brand the customer bears."""
    last = plan.scale.customers
    drawn = rows.with_columns(
        (pl.col("no") // BLOCK).alias("block"),
        ((plan.draw("customer.connected", "no") < 0.28) & (pl.col("no") <= last)).alias("connected"),
    )
    found = drawn.filter("connected").group_by("block").agg(pl.len().alias("members"), pl.col("no").min().alias("head"))
    joined = drawn.join(found, on="block", how="left", maintain_order="left")
    belongs = pl.col("connected") & (pl.col("members") > 1)
    return joined.select(
        "no",
        pl.when(belongs).then(pl.concat_str(pl.lit("G"), number("block", 4))).alias("group_id"),
        pl.when(belongs).then(pl.col("head")).otherwise(pl.col("no")).alias("head"),
    )


def _identity(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Adds name, country, region, industry, currency and salesperson."""
    home, abroad = words()["domestic"], words()["foreign"]
    countries = abroad["countries"]
    place = pl.col("head") + int(plan.one("customer.brands") * 800)
    brands = pl.Series([brand(number * 211 % 870)[0] for number in range(870)])
    makes = [[first, second] for first in range(len(abroad["first"])) for second in range(len(abroad["second"]))]
    labels = pl.Series([abroad["first"][a] + abroad["second"][b] for a, b in makes])
    again, anew = pl.Series(["", "隆", "丰", "发", "顺"]), pl.Series(["", "ex", "on", "is", "um"])
    beside = pl.col("no") - pl.col("head")
    town = (below(plan.draw("customer.town", "head"), len(home["towns"])) + beside) % len(home["towns"])
    trade = below(plan.draw("customer.trade", "no"), len(home["trades"]))
    abroad_too = plan.draw("customer.export", "head") < plan.scale.export_share
    country = chosen(plan.draw("customer.country", "no"), [entry["weight"] for entry in countries])
    firm = pl.when(pl.col("no") == 2).then(_first(countries, "USD")).otherwise(_first(countries, "EUR"))
    line = (below(plan.draw("customer.line", "head"), len(abroad["trades"])) + beside) % len(abroad["trades"])
    newcomer = pl.col("no") > plan.scale.customers
    drawn = rows.with_columns(
        pl.when(pl.col("no") <= 3).then(pl.col("no") > 1).otherwise(abroad_too & ~newcomer).alias("export"),
        pl.when(pl.col("no").is_in([2, 3])).then(firm).otherwise(country).alias("where"),
        (pl.lit(brands).gather(place % 870) + pl.lit(again).gather(place // 870)).alias("brand"),
        (pl.lit(labels).gather(place * 200 % len(makes)) + pl.lit(anew).gather(place // len(makes))).alias("label"),
        _of([entry[0] for entry in home["towns"]], town).alias("town"),
        _of([entry[1] for entry in home["towns"]], town).alias("home_region"),
        _of([entry[0] for entry in home["trades"]], trade).alias("home_trade"),
        _of([entry[1] for entry in home["trades"]], trade).alias("home_industry"),
        picked(plan.draw("customer.form", "no"), home["forms"]).alias("home_form"),
        _of([entry[0] for entry in abroad["trades"]], line).alias("trade"),
        _of([entry[1] for entry in abroad["trades"]], line).alias("industry"),
    ).with_columns(
        _of([entry[key] for entry in countries], pl.col("where")).alias(key)
        for key in ("code", "region", "currency", "form")
    )
    outside = pl.when(pl.col("export"))
    chinese = pl.concat_str("town", "brand", "home_trade", "home_form")
    english = pl.concat_str("label", "trade", "form", separator=" ")
    people = [person(int(plan.one("people") * 140) + step) for step in range(plan.scale.salespeople)]
    return drawn.select(
        "no",
        "group_id",
        "export",
        pl.concat_str(pl.lit("C"), number("no", 4)).alias("customer_id"),
        outside.then(english).otherwise(chinese).alias("name"),
        outside.then(pl.col("label") + " Group").otherwise(pl.col("brand") + "集团").alias("group_name"),
        outside.then(english.str.to_uppercase().str.slice(0, 35)).otherwise(chinese).alias("bank_name"),
        outside.then("code").otherwise(pl.lit("CN")).alias("country"),
        outside.then("region").otherwise("home_region").alias("region"),
        outside.then("industry").otherwise("home_industry").alias("industry"),
        outside.then("currency").otherwise(pl.lit(CURRENCY)).alias("currency"),
        picked(plan.draw("customer.salesperson", "head"), people).alias("salesperson"),
    )


def _volume(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Adds when the customer buys, how often and how much: a few buy a lot, most buy little."""
    scale = plan.scale
    most = 4 + scale.customers**0.7
    long_ago = plan.start_on - timedelta(days=1 + 8 * 365)
    before, during = (plan.first_on - long_ago).days, (plan.end_on - plan.start_on).days
    old = plan.draw("customer.old", "no") < 0.72
    since = (
        pl.when(old)
        .then(long_ago + pl.duration(days=below(plan.draw("customer.since", "no"), before)))
        .otherwise(plan.start_on + pl.duration(days=below(plan.draw("customer.since", "no"), during - 200) - 60))
    )
    leaves = pl.col("since_on").clip(plan.first_on) + pl.duration(
        days=300 + below(plan.draw("customer.leaves", "no"), during)
    )
    sized = rows.with_columns(
        on_workday(since, plan).alias("since_on"),
        ((1 - plan.draw("customer.weight", "no")) ** -0.75).clip(1, most).alias("weight"),
    ).with_columns(
        pl.when(plan.draw("customer.lost", "no") < 0.1).then(leaves).alias("until_on"),
        ((pl.col("weight") ** 0.55) * MICRO).round().cast(pl.Int64).alias("often"),
        ((pl.col("weight") ** 0.45) * MICRO).round().cast(pl.Int64).alias("large"),
    )
    share = _share_of_days(sized, plan)
    active = (pl.col("often") * share).round().cast(pl.Int64)
    counted = sized.with_columns(pl.when(pl.col("no") <= scale.customers).then(active).otherwise(0).alias("active"))
    days = busy_days(plan)
    inside = _running(days, plan.end_on) - _running(days, plan.start_on - timedelta(days=1))
    total = scale.invoices / DELIVERIES_AN_ORDER / inside
    numbered = counted.with_columns(
        (total * pl.col("active") / pl.col("active").sum()).round().cast(pl.Int64).clip(2, 9_999).alias("orders")
    )
    mean = pl.col("large") * pl.col("orders").sum() / (pl.col("large") * pl.col("orders")).sum()
    ticket = mean * DELIVERIES_AN_ORDER * scale.ticket
    return numbered.with_columns(ticket.alias("ticket")).drop("often", "large", "active")


def _habits(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Adds terms and the way of paying."""

    def bell(what: str) -> pl.Expr:
        return normal(plan.draw(what, "no"))

    small = pl.col("weight") < 1.7
    during = (plan.end_on - plan.start_on).days
    terms = (15, 30, 45) if plan.size == "stall" else (30, 45, 60, 90)
    place = chosen(plan.draw("customer.terms", "no"), (4, 2, 3, 2)[: len(terms)])
    known = pl.when("export").then(plan.draw("customer.insured", "no") < 0.7)
    return rows.with_columns(
        _of(list(terms), place).cast(pl.Int64).alias("terms_days"),
        (~pl.col("export") & (plan.draw("customer.monthly", "no") < 0.35)).alias("monthly"),
        (known.otherwise(plan.draw("customer.insured", "no") < 0.4) & (pl.col("weight") > 1.2)).alias("insured"),
        chosen(plan.draw("customer.pattern", "no"), (88, 4, 5, 3)).alias("pattern"),
        (bell("customer.delay") * pl.when("export").then(5.0).otherwise(7.0) - 1.5).alias("delay_mean"),
        (bell("customer.sd") * 0.5 + 1.5).exp().alias("delay_sd"),
        (bell("customer.trend") * 2.5).alias("trend"),
        chosen(plan.draw("customer.run", "no"), (45, 25, 15, 15)).alias("run"),
        pl.when(plan.draw("customer.splits", "no") < 0.25).then(0.25).otherwise(0.02).alias("splits"),
        (pl.col("export") & (plan.draw("customer.short", "no") < 0.5)).alias("short"),
        pl.when(small & (plan.draw("customer.fails", "no") < 0.05))
        .then(plan.start_on + pl.duration(days=120 + below(plan.draw("customer.fails.on", "no"), during - 200)))
        .alias("fail_on"),
    ).with_columns(pl.min_horizontal("until_on", pl.col("fail_on") + pl.duration(days=15)).alias("until_on"))


def _stories_left_open(rows: pl.DataFrame) -> pl.DataFrame:
    days = ("slow_from", "stop_on", "jump_on")
    return rows.with_columns(
        *(pl.lit(None, dtype=pl.Date).alias(name) for name in days), pl.lit(0, dtype=pl.Int64).alias("slow_days")
    )


def _share_of_days(rows: pl.DataFrame, plan: Plan) -> pl.Expr:
    """Which share of all orders falls into the time in which the customer buys, as a literal column."""
    days = busy_days(plan)
    spans = with_span(rows, days)
    return pl.lit(spans.select(pl.col("high") - pl.col("low")).to_series())


def with_span(rows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``low`` and ``high``: between which shares of the busy days the customer orders."""
    long = days.unpivot(index="day_on", variable_name="side", value_name="share")
    side = pl.when("export").then(pl.lit("export")).otherwise(pl.lit("domestic"))
    first, last = days.item(0, "day_on"), days.item(-1, "day_on")
    keyed = rows.with_columns(
        side.alias("side"),
        pl.col("since_on").clip(first, last).alias("from_on"),
        pl.col("until_on").fill_null(last).clip(first, last).alias("to_on"),
    )
    low = long.select("side", pl.col("day_on").alias("from_on"), pl.col("share").alias("low"))
    high = long.select("side", pl.col("day_on").alias("to_on"), pl.col("share").alias("high"))
    joined = keyed.join(low, on=["side", "from_on"], how="left", maintain_order="left").join(
        high, on=["side", "to_on"], how="left", maintain_order="left"
    )
    return joined.with_columns(pl.max_horizontal("low", "high").alias("high")).drop("from_on", "to_on")


def _running(days: pl.DataFrame, day: date) -> float:
    return float(days.filter(pl.col("day_on") == day).select((pl.col("domestic") + pl.col("export")) / 2).item())


def _first(countries: list[dict[str, Any]], currency: str) -> int:
    """The place of the first country with a currency: in every company somebody pays in each."""
    return [entry["currency"] for entry in countries].index(currency)


def _of(values: list[object], place: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(values)).gather(place)
