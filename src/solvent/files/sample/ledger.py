"""Ledger: the receivables of a very large company, millions of invoices, written in parts that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from solvent.base.draws import below, chosen, normal, uniform
from solvent.base.money import half_up
from solvent.base.problem import LedgerError
from solvent.books.books import TABLES
from solvent.files.folder import MANIFEST, parquet_paths, read_manifest
from solvent.files.sample.company import CURRENCY, Plan, number
from solvent.files.sample.rates import daily_rates, fx_rates

MADE = "sample"
"""The mark in ``ledger.toml`` by which a folder may be written over."""
INVOICES_A_CUSTOMER = 100
INVOICES_A_PART = 625_000
DAYS = 1_096
BLOCK = 8
"""Connected customers are found among so many neighbours, which are never parted."""
MICRO = 1_000_000
COUNTRIES = ("CN", "US", "DE", "FR", "GB", "VN", "BR", "AE")
CURRENCIES = (CURRENCY, "USD", "EUR")
Progress = Callable[[int, int], object]


def write_large(
    folder: Path,
    *,
    invoices: int = 10_000_000,
    seed: int = 1,
    end_on: date = date(2026, 10, 31),
    parts: int | None = None,
    progress: Progress = lambda done, total: None,
) -> None:
    """Write customers, groups, open items, receipts, allocations, credit notes and rates: ``TABLE/part-NNN.parquet``.

    All rows of a customer, and of its group, lie in parts of the same number. Foreign documents carry no booked
    amount; daily rates lie beside them.

    Args:
        folder: is made; a sample company in it is written over.
        invoices: how many, each of one instalment; a hundredth as many customers.
        parts: None: one for every 625,000 invoices.
        progress: told ``(parts done, parts in all)``.

    Raises:
        LedgerError: there is something in the folder that is no sample company.
    """
    plan = Plan(seed=seed, end_on=end_on)
    buyers = _buyers(plan, invoices)
    count = parts or max(1, -(-invoices // INVOICES_A_PART))
    width = max(8, len(str(invoices)))
    make_room(folder)
    _write_manifest(folder, plan, invoices)
    for place, cut in enumerate(_cuts(buyers, count)):
        for name, frame in _part(plan, cut, place, width):
            home = folder / name
            home.mkdir(exist_ok=True)
            TABLES[name].conform(frame.lazy()).collect().write_parquet(home / f"part-{place:03d}.parquet")
        progress(place + 1, count)
    rates = folder / "fx_rates"
    rates.mkdir(exist_ok=True)
    fx_rates(plan, daily_rates(plan)).write_parquet(rates / "part-000.parquet")


def _write_manifest(folder: Path, plan: Plan, invoices: int) -> None:
    told = {"currency": CURRENCY, "made": MADE, "parts": "customer", "end_on": plan.end_on.isoformat()}
    lines = [f'{key} = "{value}"' for key, value in told.items()]
    (folder / MANIFEST).write_text("\n".join([*lines, f"seed = {plan.seed}", f"invoices = {invoices}", ""]), "utf-8")


def make_room(folder: Path) -> None:
    """Make the folder, and take an earlier sample company out of it.

    Raises:
        LedgerError: there is something in the folder that is no sample company.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and (read_manifest(folder) or {}).get("made") != MADE:
        raise LedgerError("sample.folder_taken", str(folder))
    for path in (path for name in TABLES for path in (folder / f"{name}.csv", *parquet_paths(folder, name))):
        path.unlink(missing_ok=True)


def _buyers(plan: Plan, invoices: int) -> pl.DataFrame:
    """One row a customer: how many invoices (``n``, after ``before`` others), and its way of paying.

    A few customers have very many invoices, most a few dozen; none has much more than one in two hundred, if there are
    customers enough.
    """
    count = max(BLOCK, invoices // INVOICES_A_CUSTOMER)

    def draw(what: str) -> pl.Expr:
        return uniform(plan.seed, f"large.{what}", pl.col("no"))

    def bell(what: str) -> pl.Expr:
        return normal(draw(what))

    heavy = ((1 - draw("weight")) ** (-1 / 1.1)).clip(0, max(40.0, count / 25))
    weighed = pl.DataFrame({"no": pl.int_range(1, count + 1, eager=True)}).with_columns(
        half_up(heavy * MICRO).alias("weight"), (pl.col("no") // BLOCK).alias("block")
    )
    running = pl.col("weight").cum_sum().cast(pl.Float64) / pl.col("weight").sum()
    upto = half_up(running * invoices)
    connected = draw("connected") < 0.15
    return weighed.with_columns(
        (upto - upto.shift(1, fill_value=0)).alias("n"), upto.shift(1, fill_value=0).alias("before"),
        (connected & (connected.sum().over("block") > 1)).alias("connected"),
        chosen(draw("currency"), (60, 25, 15)).alias("coin"),
        pl.lit(pl.Series([15, 30, 45, 60, 90])).gather(chosen(draw("terms"), (10, 45, 15, 20, 10))).alias("terms_days"),
        (bell("scale") * 1.2 + 11.0).exp().alias("scale"),
        (bell("delay") * 12 + 4).alias("delay"),
        (bell("spread") * 0.6 + 1.8).exp().alias("spread"),
        (bell("trend") * 6).alias("trend"),
        ((1 - draw("bad")).log() * -0.012).alias("bad"),
        chosen(draw("run"), (55, 25, 10, 10)).alias("run"),
        below(draw("industry"), 12).alias("industry"),
        below(draw("country"), len(COUNTRIES)).alias("country"),
        below(draw("salesperson"), 400).alias("salesperson"),
        (draw("insured") < 0.4).alias("insured"),
        pl.concat_str(pl.lit("C"), number("no", 7)).alias("customer_id"),
    )  # fmt: skip


def _cuts(buyers: pl.DataFrame, parts: int) -> Iterator[pl.DataFrame]:
    """The customers in parts of about as many invoices each, blocks of neighbours together."""
    total = buyers.get_column("n").sum()
    placed = buyers.with_columns(
        (pl.col("before").min().over("block") * parts // max(1, total)).clip(0, parts - 1).alias("part")
    )
    for place in range(parts):
        yield placed.filter(pl.col("part") == place)


def _part(plan: Plan, buyers: pl.DataFrame, place: int, width: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of one part, by name."""
    first = plan.end_on - timedelta(days=DAYS - 1)
    yield "customers", _customers(buyers, first)
    yield "groups", _groups(buyers, first)
    items = _items(plan, buyers, first, width)
    yield "open_items", items
    credited = items.filter(pl.col("credited_on") <= plan.end_on)
    yield (
        "credit_notes",
        credited.select(
            "credit_note_id",
            "customer_id",
            pl.col("credited_on").alias("issued_on"),
            "currency",
            pl.col("credit").alias("amount"),
            pl.col("credited_on").alias("recorded_on"),
        ),
    )
    payments = _payments(plan, items)
    run = pl.struct("no", "coin", "paid_on").rle_id()
    payments = payments.sort("no", "coin", "paid_on", "g").with_columns(run.alias("run_no"))
    receipt_id = pl.concat_str(pl.lit(f"R{place:03d}"), number("run_no", 8))
    payments = payments.with_columns(receipt_id.alias("source_id"))
    yield (
        "receipts",
        payments.group_by("run_no", maintain_order=True)
        .agg(
            pl.col("source_id").first().alias("receipt_id"),
            pl.col("customer_id", "currency").first(),
            pl.col("paid_on").first().alias("received_on"),
            pl.col("amount").sum(),
        )
        .with_columns(pl.col("received_on").alias("recorded_on")),
    )
    source = pl.lit("receipt").alias("source")
    settled = [
        payments.select("g", "item_id", source, "source_id", "paid_on", "currency", "amount"),
        credited.select(
            "g",
            "item_id",
            pl.lit("credit_note").alias("source"),
            pl.col("credit_note_id").alias("source_id"),
            pl.col("credited_on").alias("paid_on"),
            "currency",
            pl.col("credit").alias("amount"),
        ),
    ]
    allocations = pl.concat(settled).sort("g", "paid_on", "source").with_row_index("row")
    yield (
        "allocations",
        allocations.with_columns(
            pl.concat_str(pl.lit(f"A{place:03d}"), number("row", 8)).alias("allocation_id"),
            pl.col("paid_on").alias("allocated_on"),
            pl.col("paid_on").alias("recorded_on"),
        ),
    )


def _customers(buyers: pl.DataFrame, first: date) -> pl.DataFrame:
    countries = pl.lit(pl.Series(COUNTRIES)).gather(pl.col("country"))
    return buyers.select(
        "customer_id",
        pl.concat_str(pl.lit("Customer "), "no").alias("name"),
        pl.when("connected").then(pl.concat_str(pl.lit("G"), number("block", 6))).alias("group_id"),
        countries.alias("country"),
        pl.concat_str(pl.lit("Region "), pl.col("country") // 2 + 1).alias("region"),
        pl.concat_str(pl.lit("Industry "), pl.col("industry") + 1).alias("industry"),
        pl.concat_str(pl.lit("Salesperson "), pl.col("salesperson") + 1).alias("salesperson"),
        "terms_days",
        "insured",
        pl.lit(first).alias("since_on"),
        pl.lit(first).alias("recorded_on"),
    )


def _groups(buyers: pl.DataFrame, first: date) -> pl.DataFrame:
    blocks = buyers.filter("connected").get_column("block").unique().sort().to_frame()
    return blocks.select(
        pl.concat_str(pl.lit("G"), number("block", 6)).alias("group_id"),
        pl.concat_str(pl.lit("Group "), pl.col("block")).alias("name"),
        pl.lit(first).alias("recorded_on"),
    )


def _items(plan: Plan, buyers: pl.DataFrame, first: date, width: int) -> pl.DataFrame:
    """The invoices, numbered through by ``g``, with the credit note and the first pay day that await them."""

    def draw(what: str) -> pl.Expr:
        return uniform(plan.seed, f"large.{what}", pl.col("g"))

    habits = ("no", "customer_id", "coin", "terms_days", "scale", "delay", "spread", "trend", "bad", "run")
    every = buyers.select(*habits, pl.int_ranges("before", pl.col("before") + pl.col("n")).alias("g")).explode("g")
    every = every.filter(pl.col("g").is_not_null())
    huge = 1 + (draw("huge") < 0.01).cast(pl.Float64) * 3 * ((1 - draw("huge.size")) ** (-1 / 1.5) - 1)
    coin = pl.when(draw("coin") < 0.05).then(below(draw("coin.other"), 3)).otherwise("coin")
    credit = half_up(pl.col("amount") * (0.02 + 0.28 * draw("credit.share")))
    late = (
        pl.col("delay")
        + pl.col("trend") * (pl.col("day").cast(pl.Float64) / DAYS - 0.5)
        + pl.col("spread") * normal(draw("late"))
        + pl.when(draw("mishap") < 0.04).then((1 - draw("mishap.days")).log() * -40).otherwise(0.0)
    )
    every = (
        every.with_columns(
            below(draw("day"), DAYS).alias("day"),
            (half_up(pl.col("scale") * (normal(draw("size")) * 0.7).exp() * huge).clip(0, 10**12) + 100).alias(
                "amount"
            ),
            coin.alias("coin"),
        )
        .with_columns(
            pl.lit(first).add(pl.duration(days="day")).alias("issued_on"),
            half_up(late).alias("late"),
            pl.when(draw("credit") < 0.02).then(credit).otherwise(0).alias("credit"),
            pl.concat_str(pl.lit("I"), number("g", width)).alias("item_id"),
            pl.lit(pl.Series(CURRENCIES)).gather(pl.col("coin")).alias("currency"),
        )
        .drop("scale", "delay", "spread", "trend", "day")
    )
    due = pl.col("issued_on") + pl.duration(days="terms_days")
    paid = _aligned(pl.max_horizontal(due + pl.duration(days="late"), pl.col("issued_on") + pl.duration(days=1)))
    wait = pl.duration(days=below(draw("credit.day"), 39) + 1)
    credited = pl.min_horizontal(pl.col("issued_on") + wait, pl.col("paid_on") + pl.duration(days=5))
    return every.with_columns(due.alias("due_on"), paid.alias("paid_on")).with_columns(
        pl.col("item_id").alias("invoice_id"),
        pl.col("issued_on").alias("recorded_on"),
        pl.when(pl.col("credit") > 0).then(credited).alias("credited_on"),
        pl.when(pl.col("credit") > 0).then(pl.concat_str(pl.lit("N"), number("g", width))).alias("credit_note_id"),
        (draw("never") < pl.col("bad")).alias("never"),
    )


def _payments(plan: Plan, items: pl.DataFrame) -> pl.DataFrame:
    """One row a payment up to the end: most items in one, a few in two or three, of which the last may never come."""

    def draw(what: str, part: int) -> pl.Expr:
        return uniform(plan.seed, f"large.{what}.{part}", pl.col("g"))

    pays = items.filter(~pl.col("never")).select(
        "g", "no", "customer_id", "coin", "currency", "item_id", "paid_on", "run",
        (pl.col("amount") - pl.col("credit")).alias("left"), (chosen(draw("parts", 0), (86, 10, 4)) + 1).alias("parts"),
    )  # fmt: skip
    pieces = []
    for part in (1, 2, 3):
        last = pl.col("parts") == part
        share = half_up(pl.col("left") * (0.2 + 0.6 * draw("share", part)))
        pays = pays.with_columns(pl.when(last).then("left").otherwise(share).alias("amount"))
        comes = (~last | (draw("gone", part) > 0.08) | (part == 1)) & (pl.col("amount") > 0)
        columns = ("g", "no", "customer_id", "coin", "currency", "item_id", "paid_on", "amount")
        pieces.append(pays.filter(comes & (pl.col("paid_on") <= plan.end_on)).select(columns))
        pause = pl.duration(days=below(draw("pause", part), 32) + 3)
        pays = pays.filter(pl.col("parts") > part).with_columns(
            pl.col("left") - pl.col("amount"), _aligned(pl.col("paid_on") + pause).alias("paid_on")
        )
    return pl.concat(pieces)


def _aligned(day: pl.Expr) -> pl.Expr:
    """The pay day of a customer's run: 0 any day, 1 Fridays, 2 the 25th, 3 the month's end."""
    friday = day + pl.duration(days=(5 - day.dt.weekday().cast(pl.Int64)) % 7)
    start = day.dt.month_start()
    late = pl.when(day.dt.day() <= 25).then(start).otherwise(start.dt.offset_by("1mo")) + pl.duration(days=24)
    run = pl.col("run")
    return (
        pl.when(run == 1).then(friday).when(run == 2).then(late).when(run == 3).then(day.dt.month_end()).otherwise(day)
    )
