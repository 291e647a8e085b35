"""Known: what registers, other suppliers, agencies and insurers say of the sample company's customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
from stdnum.cn import uscc

from solvent.base.calendar import month_ends
from solvent.base.draws import below, normal
from solvent.base.money import half_up
from solvent.books.books import TABLES
from solvent.files.sample.company import PRICE_RATES, Plan, number, person

DISTRICTS = ("110105", "310115", "330212", "440106", "440605", "320508", "330782", "370202")
SUPPLIERS = ("同行供应商甲", "同行供应商乙", "同行供应商丙", "同行供应商丁")
REGISTER, COURTS, AGENCY = "企业信用信息公示系统", "人民法院公告", "资信调查机构"
OF_COURTS = ("lawsuit_as_defendant", "enforcement_opened")
SAFE = ("DE", "NL", "JP", "SG", "GB", "FR", "CA", "AU", "US", "CN")


def known(
    plan: Plan, rows: pl.DataFrame, events: pl.DataFrame, cover: Mapping[str, pl.DataFrame]
) -> Mapping[str, pl.DataFrame]:
    """The tables of what others say, conformed.

    Args:
        rows: the customers, of ``market``, the stories' players among them.
        events: of ``stories.registry_events``. cover: of ``stories.insurance``.
    """
    there = rows.filter(pl.col("since_on") <= plan.end_on)
    told = {
        "registrations": _registrations(plan, there, events),
        "events": _events(events),
        "trade_references": _references(plan, there),
        "opinions": _opinions(plan, there),
        "risk_levels": _levels(plan, there),
        "indices": _indices(plan, there),
        "insurance_policies": cover["insurance_policies"].with_columns(pl.col("starts_on").alias("recorded_on")),
        "buyer_limits": cover["buyer_limits"],
    }
    return {name: TABLES[name].conform(frame.lazy()).collect().sort(TABLES[name].key) for name, frame in told.items()}


def yearly(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows with ``bought``: what the customer buys in a year of buying, in minor units of its own currency."""
    price = pl.col("currency").replace_strict(PRICE_RATES, return_dtype=pl.Float64)
    first = pl.max_horizontal("since_on", pl.lit(plan.first_on))
    last = pl.min_horizontal(pl.col("until_on").fill_null(plan.past_on), pl.lit(plan.past_on))
    years = ((last - first).dt.total_days() / 365).clip(0.5)
    return rows.with_columns((pl.col("orders") * pl.col("ticket") * 100 / years / price).alias("bought"))


def _registrations(plan: Plan, rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """An extract at the beginning and one of the last year; a further one after a change that a register tells of."""
    codes = [_code(plan, no) for no in rows.get_column("no")]
    people = [person(int(plan.one("register.person", no) * 140)) for no in rows.get_column("no")]
    successors = [person(int(plan.one("register.successor", no) * 140)) for no in rows.get_column("no")]
    size = half_up(yearly_size(plan)) * 10_000_000
    older = pl.col("since_on") - pl.duration(days=300 + below(plan.draw("register.age", "no"), 6_000))
    looked = rows.filter((plan.draw("register.looked", "no") < 0.9) & (pl.col("no") <= plan.scale.customers))
    base = (
        yearly(rows, plan)
        .with_columns(pl.Series("code", codes), pl.Series("who", people), pl.Series("next", successors))
        .join(looked.select("no"), on="no", how="semi")
        .select(
            "no",
            "customer_id",
            "since_on",
            pl.when(~pl.col("export")).then("next").alias("next"),
            pl.when("export").then(pl.lit("company register abroad")).otherwise(pl.lit(REGISTER)).alias("source"),
            pl.col("name").alias("legal_name"),
            pl.when(~pl.col("export")).then("code").alias("registration_no"),
            older.alias("founded_on"),
            pl.lit("active").alias("status"),
            pl.when(~pl.col("export")).then("who").alias("legal_representative"),
            pl.col("currency"),
            size.alias("capital"),
            half_up(size * (0.4 + 0.6 * plan.draw("register.paid", "no"))).alias("paid_in"),
            (5 + below(plan.draw("register.people", "no"), 400)).alias("employees"),
        )
    )
    first = base.with_columns((pl.col("since_on") - pl.duration(days=8)).alias("told_on"))
    again = base.filter(plan.draw("register.again", "no") < 0.6).with_columns(
        (plan.end_on - pl.duration(days=20 + below(plan.draw("register.again.on", "no"), 330))).alias("told_on")
    )
    changed = events.join(base, on="customer_id").filter(pl.col("kind").is_in(["capital_reduced", "capital_raised"]))
    factor = pl.when(pl.col("kind") == "capital_reduced").then(0.3).otherwise(1.5)
    moved = changed.with_columns(
        half_up(pl.col("capital") * factor).alias("capital"),
        half_up(pl.col("paid_in") * factor).alias("paid_in"),
        pl.col("recorded_on").alias("told_on"),
    )
    replaced = events.join(base, on="customer_id").filter(pl.col("kind") == "legal_representative_changed")
    replaced = replaced.with_columns(
        pl.col("next").alias("legal_representative"), pl.col("recorded_on").alias("told_on")
    )
    columns = [name for name in base.columns if name not in ("no", "since_on", "next")]
    every = pl.concat([frame.select(*columns, "told_on") for frame in (first, again, moved, replaced)])
    return every.with_columns(pl.col("told_on").alias("recorded_on")).unique(["customer_id", "told_on"], keep="last")


def yearly_size(plan: Plan) -> pl.Expr:
    """Registered capital in units of a hundred thousand: larger buyers are larger firms, more or less."""
    return (pl.col("bought") / 100 / 1_000_000 * (2 + 10 * plan.draw("register.size", "no"))).clip(1, 5_000)


def _code(plan: Plan, no: int) -> str:
    """A unified social credit code of right form and check digit, of nobody."""
    district = DISTRICTS[int(plan.one("register.district", no) * len(DISTRICTS))]
    body = f"91{district}MA{int(plan.one('register.number', no) * 9_999_999):07d}"
    return body + str(uscc.calc_check_digit(body))


def _events(events: pl.DataFrame) -> pl.DataFrame:
    court = pl.col("kind").is_in(OF_COURTS)
    return events.with_columns(pl.when(court).then(pl.lit(COURTS)).otherwise(pl.lit(REGISTER)).alias("source"))


def _references(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One to four other suppliers of some customers, who were paid about as we are."""
    frames = []
    for voice, supplier in enumerate(SUPPLIERS):
        asked = (plan.draw("reference.asked", "no") < 0.4) & (plan.draw("reference.some", "no") * 4 >= voice)
        noise = normal(plan.draw(f"reference.days.{voice}", "no")) * 4
        days = (pl.col("delay_mean") + noise).round(1)
        size = half_up(pl.col("bought") * (0.05 + 0.2 * plan.draw(f"reference.size.{voice}", "no")))
        on = pl.max_horizontal(
            pl.col("since_on") - pl.duration(days=6),
            plan.start_on + pl.duration(days=below(plan.draw(f"reference.on.{voice}", "no"), 900)),
        )
        good = pl.when(days < 5).then(pl.lit("good")).when(days < 20).then(pl.lit("fair")).otherwise(pl.lit("poor"))
        frames.append(
            yearly(rows, plan)
            .filter(asked & (pl.col("no") <= plan.scale.customers))
            .select(
                pl.concat_str(pl.lit(f"TR{voice}"), number("no", 4)).alias("reference_id"),
                "customer_id",
                pl.lit(supplier).alias("told_by"),
                on.alias("told_on"),
                "currency",
                size.alias("high_credit"),
                half_up(size * 1.2).alias("limit"),
                "terms_days",
                days.alias("beyond_terms_days"),
                (1 + 8 * plan.draw(f"reference.years.{voice}", "no")).round(1).alias("known_years"),
                good.alias("opinion"),
                on.alias("recorded_on"),
            )
        )
    return pl.concat(frames).filter(pl.col("told_on") <= plan.end_on)


def _opinions(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """An agency's view of the larger buyers: it knows how they pay, not what is to come."""
    chance = (0.012 * (pl.col("delay_mean") / 12).exp()).clip(0.002, 0.2).round(4)
    rating = pl.when(chance < 0.006).then(pl.lit("AA")).when(chance < 0.02).then(pl.lit("A"))
    on = plan.end_on - pl.duration(days=30 + below(plan.draw("opinion.on", "no"), 500))
    return (
        yearly(rows, plan)
        .filter((plan.draw("opinion", "no") < 0.3) & (pl.col("weight") > 1.5) & (pl.col("since_on") <= on))
        .select(
            pl.concat_str(pl.lit("OP"), number("no", 4)).alias("opinion_id"),
            "customer_id",
            pl.lit(AGENCY).alias("agency"),
            on.alias("told_on"),
            rating.when(chance < 0.05).then(pl.lit("BBB")).otherwise(pl.lit("BB")).alias("rating"),
            chance.alias("yearly_default_chance"),
            "currency",
            half_up(pl.col("bought") * 0.25).alias("amount"),
            (on + pl.duration(days=365)).alias("valid_until"),
            on.alias("recorded_on"),
        )
    )


def _levels(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Every country, region and industry that customers are of, each spring; a few grow worse in the last year."""
    last = date(plan.end_on.year if plan.end_on >= date(plan.end_on.year, 3, 31) else plan.end_on.year - 1, 3, 31)
    days = [date(last.year - back, 3, 31) for back in range(plan.years, -1, -1)]
    told = []
    for kind in ("country", "region", "industry"):
        for place, code in enumerate(sorted(set(rows.get_column(kind).drop_nulls()))):
            level = 1 if code in SAFE else 2 + int(2.4 * plan.one(f"level.{kind}", place))
            worse = plan.one(f"level.{kind}.worse", place) < 0.12
            for day in days:
                now = worse and day == days[-1]
                outlook = "worse" if now else "steady"
                told.append((kind, code, day, min(5, level + now), outlook, AGENCY, day))
    schema = TABLES["risk_levels"].schema
    return pl.DataFrame(told, schema=list(schema), orient="row", schema_overrides=schema)


def _indices(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """A monthly index of prosperity of every industry around 50, and one of the whole economy."""
    told = []
    for place, code in enumerate([None, *sorted(set(rows.get_column("industry").drop_nulls()))]):
        level = 50.0 + 4 * (plan.one("index.start", place) - 0.5)
        falls = 0.45 if place and plan.one("index.falls", place) < 0.15 else 0.0
        ends = month_ends(plan.end_on, 12 * plan.years)
        for step, day in enumerate(ends):
            level += 0.25 * (50.0 - level) + 1.6 * (plan.one("index", place, step) - 0.5)
            level -= falls if len(ends) - step <= 6 else 0.0
            told.append(("prosperity" if code is None else f"prosperity {code}", day, code and "industry", code, level))
    frame = pl.DataFrame(told, schema=["series", "day_on", "kind", "code", "value"], orient="row")
    return frame.with_columns(
        pl.col("kind", "code").cast(pl.String),
        pl.col("value").round(1),
        pl.lit(50.0).alias("neutral"),
        pl.lit("统计机构").alias("source"),
        (pl.col("day_on") + timedelta(days=1)).alias("recorded_on"),
    ).filter(pl.col("recorded_on") <= plan.end_on)
