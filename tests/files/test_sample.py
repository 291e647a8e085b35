"""The sample company: the same plan gives the same bytes, its books keep their laws, and its stories are true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from companies import company
from solvent.base.calendar import month_end
from solvent.base.problem import LedgerError, SolventError
from solvent.books.books import TABLES, Basis, Ledger, open_books
from solvent.books.cash import INTERNAL, OPERATING
from solvent.books.checks import run_checks
from solvent.files.folder import read_manifest
from solvent.files.load import load
from solvent.files.sample import SIZES, STORIES, Plan, Sample, generate, write_large, write_sample
from thorough import cases

SRC = Path(__file__).parents[2] / "src" / "solvent"
OWN_MONEY = 500
"""Cents that sums in our own currency may differ by, where shares of receipts were rounded one by one."""


@cache
def made(plan: Plan) -> Sample:
    return generate(plan)


MEDIUM = Plan()
PLANS = [
    Plan(size="stall", seed=2),
    Plan(size="small", seed=3),
    MEDIUM,
    Plan(size="small", seed=4, end_on=date(2025, 6, 15), years=2),
    Plan(size="stall", seed=9, end_on=date(2024, 2, 29), years=1, squeeze=False, bust_out=False),
]


def digest(folder: Path) -> str:
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in every)).hexdigest()


def table(name: str, plan: Plan = MEDIUM) -> pl.DataFrame:
    return made(plan).tables[name]


def story(name: str) -> dict[str, object]:
    return dict(made(MEDIUM).truth["stories"][name])


def settled() -> pl.DataFrame:
    """Every item with what settled it: ``settled`` and ``open``, and the day of the last money."""
    money = table("allocations").group_by("item_id").agg(
        pl.col("amount").sum().alias("settled"), pl.col("booked_amount").sum().alias("settled_booked"),
        pl.col("allocated_on").filter(pl.col("source") == "receipt").max().alias("paid_on"),
    )  # fmt: skip
    joined = table("open_items").join(money, on="item_id", how="left")
    return joined.with_columns((pl.col("amount") - pl.col("settled").fill_null(0)).alias("open"))


# --- the same plan, the same bytes


def test_the_same_plan_gives_the_same_bytes_on_one_thread_and_on_two(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from solvent.files.sample import Plan, generate, write_sample;"
        "write_sample(generate(Plan(size='small', seed=3)), Path(sys.argv[1]))"
    )
    digests = set()
    for threads in ("1", "2"):
        folder = tmp_path / threads
        command = [sys.executable, "-c", program, str(folder)]
        subprocess.run(command, env={**os.environ, "POLARS_MAX_THREADS": threads}, check=True)
        digests.add(digest(folder))
    write_sample(made(Plan(size="small", seed=3)), tmp_path / "again")
    assert digests == {digest(tmp_path / "again")}


def test_another_seed_gives_other_names_days_and_sizes() -> None:
    one, two = made(Plan(size="small", seed=3)), company(1)
    assert one.name != two.name
    assert not set(one.tables["customers"].get_column("name")) & set(two.tables["customers"].get_column("name"))
    for name, column in (("orders", "ordered_on"), ("open_items", "amount"), ("bank_lines", "amount")):
        assert one.tables[name].get_column(column).to_list() != two.tables[name].get_column(column).to_list()


@pytest.mark.parametrize(
    ("size", "least", "most"), [("stall", 120, 220), ("small", 1_800, 2_600), ("medium", 9_000, 12_000)]
)
def test_a_size_is_what_it_says(size: str, least: int, most: int) -> None:
    sample = made(next(plan for plan in PLANS if plan.size == size))
    assert sample.tables["customers"].height == SIZES[size].customers + 1
    assert least <= sample.tables["open_items"].get_column("invoice_id").n_unique() <= most


def test_a_size_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SolventError, match=r"sample\.size_unknown"):
        Plan(size="huge")
    with pytest.raises(SolventError, match=r"sample\.years_too_few"):
        Plan(years=0)


# --- laws


def plan_name(plan: Plan) -> str:
    return f"{plan.size}-{plan.seed}"


@pytest.mark.parametrize("plan", PLANS, ids=plan_name)
def test_every_table_keeps_its_laws_and_every_check_finds_nothing(plan: Plan) -> None:
    sample = made(plan)
    for name, declared in TABLES.items():
        frame = sample.tables[name]
        assert frame.schema == declared.empty().schema, name
        broken = frame.select(rule.sum().alias(code) for code, rule in declared.broken().items()).row(0, named=True)
        assert not {code: rows for code, rows in broken.items() if rows}, name
    books = open_books(Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency))
    assert books.basis is Basis.BOOKED
    assert [outcome for outcome in run_checks(books) if outcome.breaches] == []


@pytest.mark.parametrize("plan", PLANS, ids=plan_name)
def test_nothing_is_dated_after_the_end(plan: Plan) -> None:
    for name, frame in made(plan).tables.items():
        ahead = ("due_on", "promised_on", "ends_on", "valid_until", "expires_on")
        days = [column for column, dtype in frame.schema.items() if dtype == pl.Date and column not in ahead]
        if name == "statements":
            days.remove("recorded_on")
        for column in days:
            last = frame.get_column(column).max()
            assert last is None or last <= plan.end_on, f"{name}.{column}"


@pytest.mark.parametrize("plan", PLANS, ids=plan_name)
def test_balances_are_the_opening_and_the_lines_and_never_under_nothing(plan: Plan) -> None:
    lines, balances = table("bank_lines", plan), table("balances", plan)
    assert lines.get_column("currency").n_unique() == 3
    for account in balances.get_column("account_id").unique():
        own = balances.filter(pl.col("account_id") == account).sort("day_on")
        assert own.item(0, "day_on") == plan.start_on - timedelta(days=1)
        assert own.height == (plan.end_on - plan.start_on).days + 2
        moved = lines.filter(pl.col("account_id") == account).get_column("amount").sum()
        assert own.item(0, "amount") + moved == own.item(-1, "amount")
        assert own.get_column("amount").min() >= 0  # type: ignore[operator]


@pytest.mark.parametrize("plan", PLANS, ids=plan_name)
def test_every_receipt_and_every_payment_is_in_the_bank(plan: Plan) -> None:
    lines = table("bank_lines", plan)
    received = table("receipts", plan).group_by("currency").agg(pl.col("amount").sum()).sort("currency")
    banked = lines.filter(pl.col("category") == "customer").group_by("currency").agg(pl.col("amount").sum())
    assert_frame_equal(received, banked.sort("currency"))
    paid = table("bill_payments", plan).get_column("amount").sum()
    assert paid == -lines.filter(pl.col("category") == "supplier").get_column("amount").sum()
    assert lines.filter(pl.col("category") == "transfer").get_column("amount").sum() == 0


def test_names_and_numbers_are_short_and_one_of_a_kind() -> None:
    for name, declared in TABLES.items():
        if len(declared.key) == 1 and table(name).height:
            width = table(name).get_column(declared.key[0]).str.len_chars().max()
            assert width <= 12, name  # type: ignore[operator]
    assert table("customers").get_column("name").is_unique().all()


# --- the books tie


def test_a_paid_item_is_nothing_in_both_currencies() -> None:
    done = settled().filter(pl.col("open") == 0)
    assert done.height > 10_000
    assert done.filter(pl.col("settled_booked") != pl.col("booked_amount")).is_empty()
    foreign = table("allocations").filter(pl.col("source") == "exchange")
    assert foreign.height > 1_000
    assert foreign.get_column("amount").abs().max() == 0


def test_own_statements_are_the_ledgers() -> None:
    wide = (
        table("statements")
        .filter(pl.col("entity_id") == "own")
        .pivot(on="line", index="period_end", values="amount")
        .sort("period_end")
    )
    assert wide.height == 12
    rates = table("fx_rates").sort("day_on")
    for row in wide.iter_rows(named=True):
        day = row["period_end"]
        open_booked = sum(
            sign * table(name).filter(pl.col(column) <= day).get_column("booked_amount").sum()
            for name, column, sign in (
                ("open_items", "issued_on", 1),
                ("receipts", "received_on", -1),
                ("credit_notes", "issued_on", -1),
            )
        )
        alone = table("allocations").filter(pl.col("source_id").is_null() & (pl.col("allocated_on") <= day))
        assert row["trade_receivables"] == pytest.approx(
            open_booked - alone.get_column("booked_amount").sum(), abs=OWN_MONEY
        )
        newest = rates.filter(pl.col("day_on") <= day).group_by("currency").agg(pl.col("rate").last())
        held = table("balances").filter(pl.col("day_on") == day).join(newest, on="currency", how="left")
        worth = held.select((pl.col("amount") * pl.col("rate").fill_null(1.0)).sum()).item()
        assert row["cash"] == pytest.approx(worth, rel=0.002)
        counted = table("stock").filter(pl.col("counted_on") == day).get_column("value").sum()
        owed = table("bills").filter(pl.col("issued_on") <= day).get_column("amount").sum()
        owed -= table("bill_payments").filter(pl.col("paid_on") <= day).get_column("amount").sum()
        assert (row["inventory"], row["trade_payables"]) == (counted, owed)
    dividends = table("bank_lines").filter(pl.col("category") == "dividend")
    for before, row in zip(wide.head(-1).iter_rows(named=True), wide.tail(-1).iter_rows(named=True), strict=True):
        inside = pl.col("booked_on").is_between(before["period_end"], row["period_end"], closed="right")
        paid = dividends.filter(inside).get_column("amount").sum()
        assert row["retained_earnings"] - before["retained_earnings"] == row["net_profit"] + paid


def test_the_company_is_believable() -> None:
    wide = (
        table("statements").filter(pl.col("entity_id") == "own").pivot(on="line", index="period_end", values="amount")
    )
    sales, profit = wide.get_column("sales").sum(), wide.get_column("net_profit").sum()
    assert 0.02 < profit / sales < 0.15
    days = wide.select(pl.col("trade_receivables") / pl.col("sales") * 90).to_series()
    assert days.is_between(45, 100).all()
    items = table("open_items").filter(pl.col("item_id").str.ends_with("-1"))
    clock = items.join(table("deliveries").select("delivery_id", "delivered_at"), on="delivery_id")
    hours = clock.select((pl.col("issued_at") - pl.col("delivered_at")).dt.total_minutes() / 60).to_series()
    assert 0.7 < (hours <= 24).mean() < 0.85  # type: ignore[operator]
    assert 0.02 < (hours > 72).mean() < 0.15  # type: ignore[operator]
    assert 0.015 < table("credit_notes").height / items.height < 0.03
    assert 0.005 < table("disputes").height / items.height < 0.02
    receipts = table("allocations").filter(pl.col("source") == "receipt")
    assert receipts.group_by("source_id").len().filter(pl.col("len") > 1).height > 1_000
    assert {"receipt", "credit_note", "write_off", "fee", "rounding", "exchange"} == set(
        table("allocations").get_column("source")
    )
    assert (table("receipts").get_column("amount") < 0).any()
    monthly = items.group_by(pl.col("issued_on").dt.strftime("%Y-%m").alias("month")).len()
    busy = dict(monthly.iter_rows())
    assert busy["2025-02"] < 0.7 * busy["2024-11"]
    assert (table("bank_lines").filter(pl.col("category") == "payroll").get_column("booked_on").dt.day() >= 10).all()


def test_what_was_promised_is_kept_by_many_and_broken_by_some() -> None:
    said, end = table("promises"), MEDIUM.end_on
    assert 300 < said.height < 800
    assert said.get_column("made_on").min() > end - timedelta(days=365)  # type: ignore[operator]
    assert 20 < said.filter(pl.col("item_id").is_null()).height < 80
    assert 5 < said.filter(pl.col("withdrawn_on") < pl.col("promised_on")).height < 50
    owed = settled().select("item_id", "customer_id", "due_on", "open")
    single = said.join(owed, on="item_id")
    assert (single.get_column("customer_id") == single.get_column("customer_id_right")).all()
    assert (single.get_column("made_on") > single.get_column("due_on")).all()
    ahead = single.filter(pl.col("promised_on") > end)
    assert 10 < ahead.filter(pl.col("open") > 0).height <= ahead.height < 60
    money = table("allocations").filter(pl.col("source") == "receipt").select("item_id", "allocated_on", part="amount")
    over = single.filter((pl.col("promised_on") <= end) & pl.col("withdrawn_on").is_null())
    came = (
        over.join(money, on="item_id", how="left")
        .filter(pl.col("allocated_on").is_between("made_on", "promised_on"))
        .group_by("promise_id")
        .agg(pl.col("part").sum())
    )
    kept = over.join(came, on="promise_id", how="left").select(
        pl.col("part").fill_null(0) >= pl.col("amount").fill_null(1)
    )
    assert 0.5 < kept.to_series().mean() < 0.8  # type: ignore[operator]
    broken = story("slow_then_fails")["customer_id"]
    assert said.filter((pl.col("customer_id") == broken) & (pl.col("promised_on") < end)).height >= 2


def test_what_is_drawn_is_what_the_bank_paid_out_and_got_back() -> None:
    lines = table("bank_lines").filter(pl.col("category").is_in(["loan_drawn", "loan_repaid"]))
    loan = table("facilities").filter(pl.col("kind") == "working_capital").sort("told_on")
    assert loan.get_column("told_on").to_list() == sorted({month_end(day) for day in loan.get_column("told_on")})
    assert loan.height == (MEDIUM.end_on.year - MEDIUM.start_on.year) * 12 + 1
    for before, row in zip(loan.head(-1).iter_rows(named=True), loan.tail(-1).iter_rows(named=True), strict=True):
        inside = pl.col("booked_on").is_between(before["told_on"], row["told_on"], closed="right")
        assert row["drawn"] - before["drawn"] == lines.filter(inside).get_column("amount").sum()
    assert (table("facilities").get_column("drawn") <= table("facilities").get_column("amount")).all()
    running = pl.col("told_on").is_between("starts_on", "ends_on")
    assert table("facilities").select(running.all()).item()
    wages = table("bank_lines").filter(pl.col("category") == "interest").sort("booked_on")
    paid = -wages.filter(pl.col("booked_on") > loan.item(-2, "told_on")).get_column("amount").sum()
    assert paid == round(loan.item(-2, "drawn") * loan.item(-1, "yearly_rate") / 12)


# --- stories


def test_the_buyer_that_slows_down_and_fails() -> None:
    told = story("slow_then_fails")
    mine = settled().filter(pl.col("customer_id") == told["customer_id"])
    paid = mine.filter(pl.col("paid_on").is_not_null()).with_columns(
        (pl.col("paid_on") - pl.col("due_on")).dt.total_days().alias("late")
    )
    months = [told["slow_from"] + timedelta(days=step) for step in (0, 90, 180)]  # type: ignore[operator]
    late = [
        float(paid.filter(pl.col("due_on").is_between(day, day + timedelta(days=60))).get_column("late").mean())  # type: ignore[arg-type]
        for day in months
    ]
    before = float(paid.filter(pl.col("due_on") < told["slow_from"]).get_column("late").mean())  # type: ignore[arg-type]
    assert before < late[0] + 5 < late[1] < late[2] - 5
    receipts = table("receipts").filter(pl.col("customer_id") == told["customer_id"])
    assert receipts.get_column("received_on").max() == told["last_receipt_on"]
    assert told["last_receipt_on"] < told["stop_on"]  # type: ignore[operator]
    assert mine.filter(pl.col("open") > 0).get_column("open").sum() == told["open_minor"]
    assert told["overdue_minor"] > 0.5 * told["open_minor"]  # type: ignore[operator]
    signs = {event["kind"]: event["happened_on"] for event in told["events"]}  # type: ignore[attr-defined]
    assert signs["legal_representative_changed"] < signs["lawsuit_as_defendant"] < told["stop_on"]


def test_the_bust_out_buyer() -> None:
    told = story("bust_out")
    mine = settled().filter(pl.col("customer_id") == told["customer_id"])
    early = mine.filter(pl.col("paid_on").is_not_null())
    assert early.height >= 3
    assert early.select(((pl.col("paid_on") - pl.col("due_on")).dt.total_days() <= 3).all()).item()
    assert told["last_receipt_on"] < told["jump_on"]  # type: ignore[operator]
    assert told["mean_order_after_minor"] > 2 * told["mean_order_before_minor"]  # type: ignore[operator]
    assert mine.get_column("open").sum() == told["open_minor"]
    assert told["overdue_minor"] > 0  # type: ignore[operator]
    since = table("customers").filter(pl.col("customer_id") == told["customer_id"]).item(0, "since_on")
    assert 200 < (MEDIUM.end_on - since).days < 270


def test_the_withdrawn_limit() -> None:
    told = story("limit_withdrawn")
    limits = made(MEDIUM).tables["buyer_limits"].filter(pl.col("customer_id") == told["customer_id"]).sort("valid_from")
    assert limits.get_column("decision").to_list() == ["granted", "withdrawn"]
    assert limits.item(1, "amount") == 0
    assert table("customers").filter(pl.col("customer_id") == told["customer_id"]).item(0, "insured")
    later = (pl.col("customer_id") == told["customer_id"]) & (pl.col("delivered_on") > told["withdrawn_on"])
    after = table("deliveries").filter(later)
    assert sorted(after.get_column("delivery_id")) == told["deliveries_after"]
    assert after.height >= 3
    assert after.get_column("amount").sum() == told["delivered_after_minor"]


@pytest.mark.parametrize("seed", range(1, cases(2, 7)))
def test_the_squeeze(seed: int) -> None:
    plan = replace(MEDIUM, seed=seed)
    told = made(plan).truth["stories"]["squeeze"]
    assert all(flow < 0 for flow in told["operating_cash_flow_minor"][-2:])
    assert 0 < told["cash_minor"] < 1.35 * told["floor_minor"]
    fixed = table("bank_lines", plan).filter(
        pl.col("category").is_in(["payroll", "rent", "utilities"]) & (pl.col("booked_on") > date(2025, 10, 31))
    )
    assert told["floor_minor"] == pytest.approx(-fixed.get_column("amount").sum() / 4, rel=0.02)
    calm = made(replace(plan, squeeze=False))
    assert calm.tables["stock"].filter(pl.col("counted_on") == plan.end_on).get_column("value").sum() < 0.6 * (
        table("stock", plan).filter(pl.col("counted_on") == plan.end_on).get_column("value").sum()
    )

    def lateness(sample: Sample) -> float:
        bills = sample.tables["bills"].select("bill_id", "due_on").filter(pl.col("due_on") > date(2026, 9, 1))
        paid = sample.tables["bill_payments"].join(bills, on="bill_id")
        return float(paid.select((pl.col("paid_on") - pl.col("due_on")).dt.total_days().mean()).item())

    assert lateness(made(plan)) > lateness(calm) + 2


def test_without_a_squeeze_cash_is_well_above_the_floor() -> None:
    floor = story("squeeze")["floor_minor"]
    calm = made(replace(MEDIUM, squeeze=False))
    last = calm.tables["balances"].filter(pl.col("day_on") == MEDIUM.end_on)
    assert last.filter(pl.col("currency") == "CNY").get_column("amount").sum() > 2 * floor  # type: ignore[operator]
    lines = calm.tables["bank_lines"].filter(pl.col("category").is_in(OPERATING))
    rates = {"CNY": 1.0, "USD": 7.0, "EUR": 7.7}
    worth = pl.col("amount") * pl.col("currency").replace_strict(rates)
    flows = lines.group_by(pl.col("booked_on").dt.month_end().alias("month")).agg(worth.sum().alias("flow"))
    last_two = flows.filter(pl.col("month") > date(2026, 8, 31)).get_column("flow")
    assert not (last_two < 0).all()


THEIRS: dict[str, Callable[[pl.DataFrame, str], pl.DataFrame]] = {
    "customers": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "orders": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "deliveries": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "open_items": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "receipts": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "credit_notes": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "allocations": lambda frame, no: frame.filter(pl.col("item_id").str.slice(1, 4) != no[1:]),
    "disputes": lambda frame, no: frame.filter(pl.col("item_id").str.slice(1, 4) != no[1:]),
    "promises": lambda frame, no: frame.filter(pl.col("customer_id") != no),
    "facilities": lambda frame, no: frame,
    "groups": lambda frame, no: frame,
    "fx_rates": lambda frame, no: frame,
    "bills": lambda frame, no: frame,
    "bill_payments": lambda frame, no: frame,
    "stock": lambda frame, no: frame,
    "bank_lines": lambda frame, no: frame.filter(
        ~pl.col("category").is_in(INTERNAL) & ~pl.col("line_id").str.starts_with(f"K{no[1:]}")
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_leaving_a_story_out_leaves_everybody_else_as_they_are(name: str) -> None:
    plan = Plan(size="small", seed=3)
    whole, without = made(plan), made(replace(plan, **{name: False}))
    assert name in whole.truth["stories"]
    assert name not in without.truth["stories"]
    player = whole.truth["stories"][name].get("customer_id", "C0000")
    for key, others in THEIRS.items():
        if name == "squeeze" and key in ("bills", "bill_payments", "stock", "bank_lines"):
            continue
        assert_frame_equal(others(whole.tables[key], player), others(without.tables[key], player))
    changed = {key for key in THEIRS if not whole.tables[key].equals(without.tables[key])}
    if name == "limit_withdrawn":
        assert not changed
        assert whole.tables["buyer_limits"].height == without.tables["buyer_limits"].height + 1
    elif name == "squeeze":
        assert changed == {"bills", "bill_payments", "stock", "bank_lines"}
        kept = without.tables["bills"]
        assert_frame_equal(whole.tables["bills"].join(kept, on="bill_id", how="semi"), kept)
    else:
        assert {"receipts", "allocations", "bank_lines"} <= changed


# --- the folder


def test_the_folder_is_laid_out_as_documented(tmp_path: Path) -> None:
    sample = made(Plan(size="stall", seed=2))
    write_sample(sample, tmp_path)
    assert read_manifest(tmp_path) == {
        "currency": "CNY",
        "made": "sample",
        "company": sample.name,
        "company_en": sample.name_en,
        "seed": 2,
        "size": "stall",
        "end_on": "2026-10-31",
    }
    for name, frame in sample.tables.items():
        if frame.is_empty():
            continue
        told = pl.read_csv(tmp_path / f"{name}.csv", infer_schema=False)
        assert told.columns == list(TABLES[name].columns)
        assert told.height == frame.height
    items = pl.read_csv(tmp_path / "open_items.csv", infer_schema=False)
    main_units = items.get_column("amount").str.extract(r"^(\d+\.\d\d)$").cast(pl.Decimal(18, 2))
    assert int(main_units.sum() * 100) == sample.tables["open_items"].get_column("amount").sum()
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert set(truth["stories"]) == set(STORIES)
    first = digest(tmp_path)
    write_sample(sample, tmp_path)
    assert digest(tmp_path) == first


def test_the_folder_reads_back_unchanged(tmp_path: Path) -> None:
    sample = made(Plan(size="small", seed=3))
    write_sample(sample, tmp_path)
    intake = load(tmp_path).intake
    assert intake.ledger.currency == "CNY"
    for name, frame in sample.tables.items():
        key = TABLES[name].key
        assert_frame_equal(intake.ledger.table(name).collect().sort(key), frame.sort(key))


@pytest.mark.parametrize("large", [False, True], ids=["whole", "large"])
def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, large: bool) -> None:
    (tmp_path / "open_items.csv").write_text("mine", "utf-8")
    stall = made(Plan(size="stall", seed=2))
    with pytest.raises(LedgerError, match=r"sample\.folder_taken"):
        write_large(tmp_path, invoices=1_000) if large else write_sample(stall, tmp_path)
    assert (tmp_path / "open_items.csv").read_text("utf-8") == "mine"


def test_nothing_reads_the_truth() -> None:
    """``truth.json`` is named once in all of Solvent, where it is written, and no attribute ``truth`` is read."""
    named = {
        room: [line.strip() for line in room.read_text("utf-8").splitlines() if "truth.json" in line]
        for room in sorted(SRC.rglob("*.py"))
    }
    found = {room.relative_to(SRC).as_posix(): lines for room, lines in named.items() if lines}
    assert list(found) == ["files/sample/__init__.py"]
    assert len(found["files/sample/__init__.py"]) == 1
    assert ".write_text(" in found["files/sample/__init__.py"][0]
    reads = re.compile(r"(?<!api\.field)\.truth\b")  # a message of the API is called so too
    readers = [room for room in SRC.rglob("*.py") if reads.search(room.read_text("utf-8"))]
    assert [room.relative_to(SRC).as_posix() for room in readers] == ["files/sample/__init__.py"]


# --- the large ledger

INVOICES, PARTS = 20_000, 3
RECEIVABLES = ("customers", "groups", "open_items", "receipts", "allocations", "credit_notes")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    steps: list[tuple[int, int]] = []
    write_large(folder, invoices=INVOICES, parts=PARTS, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    return folder


def parts(folder: Path, name: str) -> list[pl.DataFrame]:
    return [pl.read_parquet(path) for path in sorted((folder / name).glob("part-*.parquet"))]


def test_the_large_ledger_keeps_the_laws_and_ties(large: Path) -> None:
    frames = {name: pl.concat(parts(large, name)) for name in (*RECEIVABLES, "fx_rates")}
    for name, frame in frames.items():
        assert frame.schema == TABLES[name].empty().schema
        broken = frame.select(rule.sum().alias(code) for code, rule in TABLES[name].broken().items()).row(0, named=True)
        assert not {code: rows for code, rows in broken.items() if rows}, name
    assert frames["open_items"].height == INVOICES
    assert frames["customers"].height == INVOICES // 100
    books = open_books(Ledger({name: frame.lazy() for name, frame in frames.items()}, currency="CNY"))
    assert books.basis is Basis.RATES
    assert [outcome for outcome in run_checks(books) if outcome.breaches] == []
    taken = frames["allocations"].group_by("source_id").agg(pl.col("amount").sum().alias("taken"))
    assert frames["receipts"].join(taken, left_on="receipt_id", right_on="source_id").filter(
        pl.col("taken") != pl.col("amount")
    ).is_empty()  # fmt: skip


def test_the_large_ledger_has_the_shape_of_a_large_ledger(large: Path) -> None:
    items, credits = (pl.concat(parts(large, name)) for name in ("open_items", "credit_notes"))
    shares = items.group_by("currency").len().sort("currency").get_column("len") / INVOICES
    assert shares.to_list() == pytest.approx([0.6, 0.15, 0.25], abs=0.13)
    assert 0.015 < credits.height / INVOICES < 0.025
    sizes = items.group_by("customer_id").len().get_column("len").sort(descending=True)
    assert sizes.head(20).sum() > 0.4 * INVOICES
    terms = (items.get_column("due_on") - items.get_column("issued_on")).dt.total_days()
    assert set(terms.unique()) <= {15, 30, 45, 60, 90}


def test_each_part_stands_by_itself(large: Path) -> None:
    assert {len(parts(large, name)) for name in RECEIVABLES} == {PARTS}
    seen: set[str] = set()
    for place in range(PARTS):
        frames = {name: parts(large, name)[place] for name in RECEIVABLES}
        own = set(frames["customers"].get_column("customer_id"))
        assert not own & seen
        seen |= own
        for name in ("open_items", "receipts", "credit_notes"):
            assert set(frames[name].get_column("customer_id")) <= own
        assert frames["allocations"].join(frames["open_items"], on="item_id", how="anti").is_empty()
        groups = set(frames["customers"].get_column("group_id").drop_nulls())
        assert groups == set(frames["groups"].get_column("group_id"))
    assert 'parts = "customer"' in (large / "ledger.toml").read_text("utf-8")


def test_the_parts_change_nothing_but_the_parting(large: Path, tmp_path: Path) -> None:
    write_large(tmp_path, invoices=INVOICES, parts=5)
    write_large(tmp_path, invoices=INVOICES, parts=1)
    assert [path.name for path in (tmp_path / "open_items").iterdir()] == ["part-000.parquet"]
    for name in ("customers", "groups", "open_items", "credit_notes"):
        assert_frame_equal(pl.concat(parts(large, name)), parts(tmp_path, name)[0])
    numbers = ("allocation_id", "source_id")
    assert_frame_equal(
        pl.concat(parts(large, "allocations")).drop(numbers), parts(tmp_path, "allocations")[0].drop(numbers)
    )
    write_large(tmp_path / "again", invoices=INVOICES, parts=PARTS)
    assert digest(tmp_path / "again") == digest(large)


@pytest.mark.long
def test_a_large_company_keeps_its_laws_too() -> None:
    plan = Plan(size="large")
    sample = generate(plan)
    assert 90_000 < sample.tables["open_items"].get_column("invoice_id").n_unique() < 120_000
    books = open_books(Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency))
    assert [outcome for outcome in run_checks(books) if outcome.breaches] == []
    assert set(sample.truth["stories"]) == set(STORIES)
    assert month_end(plan.end_on) == plan.end_on
