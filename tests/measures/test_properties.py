"""Laws that hold for any ledger: what ties, what never goes below zero, what a later day cannot change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.calendar import month_ends
from solvent.books.books import DAY_OF, TABLES, Basis, Books, Ledger, open_books
from solvent.books.journal import with_snapshots
from solvent.measures.aging import BUCKETS, aging, aging_by_item, maturity, overdue_share, tie_out
from solvent.measures.collection import cei, on_time
from solvent.measures.concentration import concentration, shares
from solvent.measures.dso import countback, days_to_pay_median, facts_of, family, weighted_days_to_pay
from solvent.measures.dso_detail import by_customer, history
from solvent.measures.rolls import loss_rates, roll_rates
from thorough import cases

FIRST = date(2024, 1, 1)
AS_OF = date(2024, 9, 30)
CUSTOMERS = ("candle", "lantern", "torch")
ITEM_BUCKETS = [name for name in BUCKETS if name != "unapplied"]
some = settings(max_examples=cases(5, 100), deadline=None, derandomize=True)

days = st.integers(0, 400).map(lambda offset: FIRST + timedelta(days=offset))
money = st.integers(1, 50_000)
Rows = list[dict[str, object]]


@st.composite
def tables(draw: st.DrawFn, basis: Basis = Basis.SINGLE) -> dict[str, pl.LazyFrame]:
    """Items, receipts, refunds, credit notes, and allocations of any amount between any of them, on any day."""
    currencies = ["CNY"] if basis is Basis.SINGLE else ["CNY", "USD"]

    def document(key: str, day: str, number: int, amount: st.SearchStrategy[int]) -> dict[str, object]:
        currency, value = draw(st.sampled_from(currencies)), draw(amount)
        booked = draw(st.integers(5, 9)) * value if basis is Basis.BOOKED and currency != "CNY" else None
        who = draw(st.sampled_from(CUSTOMERS))
        row = {"customer_id": who, "currency": currency, "amount": value, "booked_amount": booked}
        return {key: f"{key[0]}{number}", day: draw(days), **row}

    items: Rows = []
    for number in range(draw(st.integers(0, 8))):
        item = document("item_id", "issued_on", number, money)
        due = item["issued_on"] + timedelta(days=draw(st.integers(0, 90)))  # type: ignore[operator]
        items.append({**item, "invoice_id": item["item_id"], "due_on": due})
    refunds = st.integers(-20_000, -1)
    receipts = [
        document("receipt_id", "received_on", number, money | refunds) for number in range(draw(st.integers(0, 6)))
    ]
    credits = [document("credit_note_id", "issued_on", number, money) for number in range(draw(st.integers(0, 3)))]
    sources = [("receipt", row["receipt_id"]) for row in receipts]
    sources += [("credit_note", row["credit_note_id"]) for row in credits]
    sources += [("write_off", None), ("discount", None)]
    settled: Rows = []
    for number in range(draw(st.integers(0, 10)) if items else 0):
        source, source_id = draw(st.sampled_from(sources))
        crosses = basis is not Basis.SINGLE and source_id is not None
        settled.append(
            {
                "allocation_id": f"a{number}",
                "item_id": draw(st.sampled_from(items))["item_id"],
                "source": source,
                "source_id": source_id,
                "allocated_on": draw(days),
                "amount": draw(money | refunds),
                "source_amount": draw(money) if crosses else None,
            }
        )
    rates = [{"currency": "USD", "quote": "CNY", "day_on": FIRST, "rate": 7.1234}] if basis is Basis.RATES else []
    rows = {"open_items": items, "receipts": receipts, "credit_notes": credits, "allocations": settled}
    return {name: frame_of(name, told) for name, told in (rows | {"fx_rates": rates}).items()}


def frame_of(name: str, rows: Rows) -> pl.LazyFrame:
    known = [{**row, "recorded_on": row[DAY_OF[name]]} for row in rows]
    schema = {column: declared.dtype for column, declared in TABLES[name].columns.items()}
    return pl.DataFrame(known, schema=schema, orient="row").lazy()


def opened(frames: Mapping[str, pl.LazyFrame], as_of: date = AS_OF) -> Books:
    """The books of a day; a delivery long ago, so that even an empty ledger has a day."""
    delivery = {"delivery_id": "d", "customer_id": "torch", "delivered_on": FIRST, "currency": "CNY", "amount": 1}
    return open_books(Ledger({**frames, "deliveries": frame_of("deliveries", [delivery])}, currency="CNY"), as_of)


any_tables = st.one_of(tables(Basis.SINGLE), tables(Basis.RATES), tables(Basis.BOOKED))


@some
@given(any_tables)
def test_the_ageing_ties_to_the_ledger(frames: dict[str, pl.LazyFrame]) -> None:
    books = opened(frames)
    row = aging(books).row(0, named=True)
    assert sum(row[name] for name in BUCKETS) == row["total"]
    told = tie_out(books)
    assert (told.difference, told.aging_total) == (0, row["total"])


@some
@given(tables())
def test_control_total_by_hand(frames: dict[str, pl.LazyFrame]) -> None:
    """Issued - received - credited - closed without money, of all that has a day up to the day asked about."""
    books = opened(frames)
    parts = {name: frame.collect() for name, frame in frames.items()}

    def total(name: str, *conditions: pl.Expr) -> int:
        dated = parts[name].filter(pl.col(DAY_OF[name]) <= AS_OF, *conditions)
        return int(dated.get_column("amount").sum())

    there = parts["open_items"].filter(pl.col("issued_on") <= AS_OF).get_column("item_id").to_list()
    closed = total("allocations", pl.col("source_id").is_null(), pl.col("item_id").is_in(there))
    expected = total("open_items") - total("receipts") - total("credit_notes") - closed
    assert aging(books).item(0, "total") == tie_out(books).control == expected


@some
@given(st.one_of(tables(), tables(Basis.RATES)))
def test_no_bucket_of_items_is_below_zero(frames: dict[str, pl.LazyFrame]) -> None:
    books = opened(frames)
    for by in ("customer", "currency"):
        assert (aging(books, by).select(ITEM_BUCKETS).min_horizontal().fill_null(0) >= 0).all()
    items = aging_by_item(books)
    assert (items.filter(pl.col("bucket") != "unapplied").get_column("amount") > 0).all()
    told = dict(items.group_by("bucket").agg(pl.col("amount").sum()).iter_rows())
    every = aging(books, "currency").select(pl.col(BUCKETS).sum()).row(0, named=True)
    assert {name: amount for name, amount in every.items() if amount} == {k: v for k, v in told.items() if v}


@some
@given(any_tables, st.integers(0, 300), st.integers(0, 300))
def test_snapshots_change_no_figure(frames: dict[str, pl.LazyFrame], first: int, second: int) -> None:
    plain = opened(frames)
    taken = sorted({FIRST + timedelta(days=first), FIRST + timedelta(days=second)})
    books = replace(plain, journal=with_snapshots(plain.journal, taken))
    for day in {AS_OF, min(taken[0], AS_OF), date(2024, 5, 15)}:
        assert aging(books, "customer", day).equals(aging(plain, "customer", day))
        assert aging(books, "currency", day).equals(aging(plain, "currency", day))
        assert maturity(books, as_of=day).equals(maturity(plain, as_of=day))
    assert family(books) == family(plain)
    assert aging_by_item(books).equals(aging_by_item(plain))
    assert by_customer(books).equals(by_customer(plain))
    assert cei(books) == cei(plain)


@some
@given(any_tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frames: dict[str, pl.LazyFrame], chance: object) -> None:
    seed = chance.randint(0, 10**6)  # type: ignore[attr-defined]
    books = opened(frames)
    other = opened(
        {name: frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy() for name, frame in frames.items()}
    )
    assert aging(other, "customer").equals(aging(books, "customer"))
    assert family(other) == family(books)
    assert by_customer(other).equals(by_customer(books))
    assert roll_rates(other).equals(roll_rates(books))
    assert shares(other).equals(shares(books))
    assert on_time(other, "customer").equals(on_time(books, "customer"))
    assert weighted_days_to_pay(other) == weighted_days_to_pay(books)
    assert days_to_pay_median(other) == days_to_pay_median(books)


@some
@given(any_tables)
def test_later_facts_do_not_change_a_past_day(frames: dict[str, pl.LazyFrame]) -> None:
    past = date(2024, 6, 15)
    cut = {name: frame.filter(pl.col(DAY_OF[name]) <= past) for name, frame in frames.items()}
    there = [cut["receipts"].select("receipt_id"), cut["credit_notes"].select("credit_note_id")]
    ids = [source_id for frame in there for source_id in frame.collect().to_series()]
    stands = pl.col("source_id").is_null() | pl.col("source_id").is_in(ids)
    cut["allocations"] = cut["allocations"].filter(stands)
    later, then = opened(frames), opened(cut, past)
    if later.basis is not then.basis:
        return
    assert aging(later, "customer", past).equals(aging(then, "customer"))
    told, known = family(later, past), family(then)
    assert {name: figure.value for name, figure in told.items()} == {n: figure.value for n, figure in known.items()}
    assert cei(later, past) == cei(then)
    assert on_time(later, as_of=past).equals(on_time(then))
    assert by_customer(later, past).equals(by_customer(then))
    assert concentration(later, past).hhi == concentration(then).hhi


@some
@given(tables(), st.integers(1, 200))
def test_with_time_alone_items_only_grow_older(frames: dict[str, pl.LazyFrame], wait: int) -> None:
    cut = {name: frame.filter(pl.col(DAY_OF[name]) <= AS_OF) for name, frame in frames.items()}
    now, then = opened(cut), opened(cut, AS_OF + timedelta(days=wait))
    young, old = aging(now).row(0, named=True), aging(then).row(0, named=True)
    assert young["total"] == old["total"]
    assert young["unapplied"] == old["unapplied"]
    for place in range(len(ITEM_BUCKETS)):
        at_most = ITEM_BUCKETS[: place + 1]
        assert sum(young[name] for name in at_most) >= sum(old[name] for name in at_most)
    before, after = overdue_share(now), overdue_share(then)
    assert (before is None) is (after is None)
    assert before is None or after is None or before <= after


@some
@given(tables(), st.integers(1, 49_999))
def test_splitting_into_instalments_of_one_day_conserves_the_ageing(frames: dict[str, pl.LazyFrame], cut: int) -> None:
    """An item that nothing has settled, cut in two of the same due date, stands in the same buckets."""
    items, settled = frames["open_items"].collect(), frames["allocations"].collect()
    whole = items.filter(~pl.col("item_id").is_in(settled.get_column("item_id").to_list()), pl.col("amount") > cut)
    pieces = pl.concat(
        [
            items.join(whole, on="item_id", how="anti"),
            whole.with_columns(pl.lit(cut, dtype=pl.Int64).alias("amount")),
            whole.with_columns(pl.col("amount") - cut, pl.col("item_id") + "/2"),
        ]
    )
    one, two = opened(frames), opened({**frames, "open_items": pieces.lazy()})
    assert aging(two, "customer").equals(aging(one, "customer"))
    assert family(two) == family(one)
    assert roll_rates(two).equals(roll_rates(one))
    assert shares(two).equals(shares(one))


@pytest.mark.parametrize("by", ["customer", "group", "salesperson", "region", "country", "industry", "insured"])
@settings(some, max_examples=cases(6, 60))
@given(frames=tables())
def test_a_dimension_adds_up_to_the_company(by: str, frames: dict[str, pl.LazyFrame]) -> None:
    books = opened(frames)
    columns = [*BUCKETS, "total"]
    assert aging(books, by).select(pl.col(columns).sum()).row(0) == aging(books).select(columns).row(0)
    counts = ["due_amount", "on_time_amount", "due_count", "on_time_count"]
    assert on_time(books, by).select(pl.col(counts).sum()).row(0) == on_time(books).select(counts).row(0)


@some
@given(st.one_of(tables(), tables(Basis.RATES)))
def test_a_customer_by_itself_has_the_dso_that_the_list_tells(frames: dict[str, pl.LazyFrame]) -> None:
    """The vectorised countback and the plain arithmetic are two ways to one number."""
    told = {row["customer_id"]: row for row in by_customer(opened(frames)).iter_rows(named=True)}
    for name, row in told.items():
        keyed = {n: f.filter(pl.col("customer_id") == name) for n, f in frames.items() if n in _OF_A_CUSTOMER}
        alone = opened({**frames, **keyed})
        if _crosses(frames, name) or alone.basis is not opened(frames).basis:
            continue
        assert row["countback_days"] == pytest.approx(countback(alone).value), name
        assert row["simple_days"] == pytest.approx(family(alone)["simple"].value)
        assert row["delinquent_days"] == pytest.approx(family(alone)["delinquent"].value)


_OF_A_CUSTOMER = ("open_items", "receipts", "credit_notes")


def _crosses(frames: Mapping[str, pl.LazyFrame], name: str) -> bool:
    """True where an allocation has this customer on one side and another on the other."""
    given = pl.concat(
        [
            frames["receipts"].select(pl.col("receipt_id").alias("source_id"), pl.col("customer_id").alias("giver")),
            frames["credit_notes"].select(
                pl.col("credit_note_id").alias("source_id"), pl.col("customer_id").alias("giver")
            ),
        ]
    )
    sides = (
        frames["allocations"]
        .join(frames["open_items"].select("item_id", "customer_id"), on="item_id")
        .join(given, on="source_id")
    )
    either = (pl.col("giver") == name) ^ (pl.col("customer_id") == name)
    return not sides.filter(either).collect().is_empty()


@some
@given(any_tables)
def test_history_and_rolls_are_what_the_ageing_was_at_each_month_end(frames: dict[str, pl.LazyFrame]) -> None:
    books = opened(frames)
    rows = history(books, 4).iter_rows(named=True)
    for row, end in zip(rows, month_ends(AS_OF, 4), strict=True):
        was = aging(books, as_of=end).row(0, named=True)
        told = family(books, end)
        assert row["month_end"] == end
        assert row["current"] == was["current"]
        assert row["countback_days"] == pytest.approx(told["countback"].value)
        assert row["average_days"] == pytest.approx(told["average"].value)
        assert row["receivables"] == facts_of(books, end).receivables
        # The ageing converts bucket by bucket, so its total may be a unit a bucket and currency away from theirs.
        assert abs(row["receivables"] - was["total"]) <= (0 if books.basis is Basis.SINGLE else 2 * len(BUCKETS))
    steps = roll_rates(books, 3)
    for step in steps.filter(pl.col("to_bucket") != "121+").iter_rows(named=True):
        assert step["rolled"] == aging(books, as_of=step["month_end"]).item(0, step["to_bucket"])
    assert steps.get_column("rate").drop_nulls().is_between(0, 1).all()


@some
@given(any_tables)
def test_shares_are_shares(frames: dict[str, pl.LazyFrame]) -> None:
    told = concentration(opened(frames))
    for name in ("sales_share", "open_share"):
        known = told.shares.get_column(name).drop_nulls()
        assert known.is_empty() or known.sum() == pytest.approx(1)
        assert known.is_between(0, 1).all()
    if told.hhi is not None:
        assert told.top_share_sales is not None
        assert told.top_share_sales**2 <= told.hhi <= told.top_share_sales + 1e-12
        assert told.effective_names is not None
        assert told.effective_names >= 1 - 1e-9


@some
@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=7))
def test_a_loss_rate_is_never_more_than_any_onward_roll_rate(rates: list[float | None]) -> None:
    for loss, rate in zip(loss_rates(rates), rates, strict=True):
        assert loss is None or rate is None or 0 <= loss <= rate
