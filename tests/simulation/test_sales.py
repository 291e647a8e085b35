"""Sales to come: forecasts that know a season, bands that cover, parts that add up, and honest answers with little."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from math import erfc, sqrt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from solvent.base.calendar import month_end
from solvent.base.terms import Policy
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.payment.payment import learn
from solvent.simulation.horizon import Floats, Horizon, Outlooked, horizon, weekly
from solvent.simulation.noise import normals, quantiles
from solvent.simulation.sales.forecast import forecast
from solvent.simulation.sales.receipts import REST, Mix, receipts
from solvent.simulation.sales.sales import Sales, future_sales
from solvent.simulation.sales.season import indices, levels
from solvent.simulation.sales.ways import year_before
from thorough import cases

AS_OF = date(2026, 4, 30)
SEASON = np.array([0.7, 0.6, 1.0, 1.0, 1.1, 1.0, 1.0, 1.0, 1.2, 1.0, 1.3, 1.1])


def drawn(seed: int, what: str, count: int) -> Floats:
    return normals(seed, what, 0, 1, count)[0]


def ledger(monthly: Floats, as_of: date = AS_OF, invoices: int = 12, terms: int = 30, seed: int = 1) -> Books:
    """Books whose months, the last that of ``as_of``, sold so much (main units), paid about ten days late."""
    rows, paid_rows, settled = [], [], []
    for back, amount in enumerate(reversed(monthly)):
        index = as_of.year * 12 + as_of.month - 1 - back
        first = date(index // 12, index % 12 + 1, 1)
        size = (month_end(first) - first).days + 1
        late = drawn(seed, f"late {back}", invoices)
        for place in range(invoices):
            issued = first + timedelta(days=place * size // invoices)
            if issued > as_of or amount <= 0:
                continue
            due = issued + timedelta(days=terms)
            name = f"I{back:03}-{place:02}"
            minor = round(amount * 100 / invoices)
            rows.append((name, name, f"C{place % 4}", issued, due, "CNY", minor, issued))
            on = due + timedelta(days=round(float(10 + 5 * late[place])))
            if on <= as_of:
                paid_rows.append((f"R{name}", f"C{place % 4}", on, "CNY", minor, on))
                settled.append((f"A{name}", name, "receipt", f"R{name}", on, "CNY", minor, on))
    tables = {
        "open_items": (
            rows,
            "item_id invoice_id customer_id issued_on due_on currency amount recorded_on",
        ),
        "receipts": (paid_rows, "receipt_id customer_id received_on currency amount recorded_on"),
        "allocations": (
            settled,
            "allocation_id item_id source source_id allocated_on currency amount recorded_on",
        ),
    }
    frames = {}
    for name, (cells, head) in tables.items():
        columns = head.split()
        schema = {column: TABLES[name].columns[column].dtype for column in columns}
        frames[name] = TABLES[name].conform(pl.DataFrame(cells, schema, orient="row").lazy())
    return open_books(Ledger(frames, currency="CNY"), as_of)


def outlook(books: Books, ahead: Horizon | None = None, paths: int = 500, seed: int = 3, **terms: object) -> Sales:
    policy = Policy(books.as_of, {key.replace("__", "."): [(date(2000, 1, 1), told)] for key, told in terms.items()})
    moved = normals(seed, "systemic", 0, paths, 1)[:, 0]
    return future_sales(books, learn(books, policy), ahead or horizon(books.as_of), moved, seed, policy)


def codes(sales: Sales) -> set[str]:
    return {problem.code for problem in sales.problems}


# The season and the level


def test_a_known_season_is_found_again() -> None:
    season = SEASON / SEASON.mean()
    months = np.arange(60)
    noise = np.exp(0.05 * drawn(1, "noise", 60))
    found = indices(1000.0 * (1 + 0.01 * months) * season[months % 12] * noise, 0)
    assert np.abs(found - season).max() < 0.06
    assert np.abs(indices(1000.0 * season[(months + 4) % 12] * noise, 4) - season).max() < 0.06


def test_months_that_differ_by_chance_have_no_season() -> None:
    told = [np.abs(indices(np.exp(0.3 * drawn(seed, "noise", 48)), 0) - 1.0).mean() for seed in range(40)]
    plain = 0.3 * np.sqrt(2 / np.pi) / np.sqrt(3)
    assert np.mean(told) < 0.6 * plain


def test_a_season_is_not_told_before_two_years() -> None:
    assert (indices(SEASON[np.arange(23) % 12], 0) == 1.0).all()
    assert np.abs(indices(SEASON[np.arange(24) % 12], 0) - 1.0).max() > 0.1


def test_a_straight_line_is_its_own_level() -> None:
    line = 100.0 + 3.0 * np.arange(40)
    assert np.allclose(levels(line), line)


def test_negative_and_empty_months_break_nothing() -> None:
    sold_ = 1000.0 * np.ones(40)
    sold_[[5, 14, 30]] = [-500.0, 0.0, -20.0]
    told = forecast(sold_, 0, 6)
    assert told.expected.mean() > 600.0
    assert np.isfinite(told.spread.deviations(6)).all()
    assert (forecast(-sold_, 0, 6).expected >= 0).all()


# The forecast


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 12, 13, 24, 36])
def test_a_steady_business_goes_on(count: int) -> None:
    told = forecast(np.full(count, 700.0), 3, 6)
    assert np.allclose(told.expected, 700.0)


def test_the_less_is_known_the_wider_the_bands() -> None:
    noise = np.exp(0.1 * drawn(5, "noise", 48))
    wide = [float(forecast(1000.0 * noise[-count:], 0, 6).spread.deviations(6)[-1]) for count in (2, 12, 48)]
    assert wide[0] > wide[1] > wide[2]


def test_growing_and_dying_businesses_keep_their_direction() -> None:
    months = np.arange(42)
    growing, dying = 1000.0 * 1.03**months, 1000.0 * 0.93**months
    assert (forecast(growing, 0, 6).expected > growing[-1] * 0.99).all()
    assert np.abs(forecast(growing, 0, 6).expected / (growing[-1] * 1.03 ** np.arange(1, 7)) - 1).max() < 0.12
    told = forecast(dying, 0, 6).expected
    assert (told >= 0).all()
    assert (told <= dying[-1] * 1.05).all()


def test_a_season_is_carried_on() -> None:
    months = np.arange(48)
    noise = np.exp(0.05 * drawn(9, "noise", 54))
    sold_ = 1000.0 * SEASON[np.arange(54) % 12] * noise
    told = forecast(sold_[months], 0, 6)
    assert np.abs(told.expected / sold_[48:] - 1).mean() < 0.10
    assert told.scores[told.way] < 1.0


def companies(count: int, months: int) -> list[Floats]:
    """Simulated monthly sales: a season of some strength, a level that wanders, a month's own luck."""
    told = []
    for seed in range(count):
        strength, drift, own = np.abs(drawn(seed, "kind", 3)) * [0.2, 0.02, 0.10] + [0.0, 0.005, 0.04]
        season = np.exp(strength * drawn(seed, "season", 12))
        level = np.cumsum(drift * drawn(seed, "level", months))
        told.append(1000.0 * season[np.arange(months) % 12] * np.exp(level + own * drawn(seed, "own", months)))
    return told


@pytest.mark.parametrize("known", [18, 36, 60])
def test_bands_cover_on_simulated_companies(known: int) -> None:
    inside = []
    for sold_ in companies(150, known + 6):
        told = forecast(sold_[:known], 0, 6)
        size = told.spread.deviations(6)
        away = np.abs(np.log(sold_[known:] / told.expected) + size * size / 2.0) / size
        inside.append([(away < 1.2816).mean(), (away < 0.6745).mean()])
    eighty, half = np.mean(inside, axis=0)
    assert 0.72 <= eighty <= 0.92
    assert 0.42 <= half <= 0.70


def test_it_is_better_than_last_year_on_simulated_companies() -> None:
    ours, naive = [], []
    for sold_ in companies(100, 54):
        scale = np.abs(sold_[12:48] - sold_[:36]).mean()
        ours.append(np.abs(forecast(sold_[:48], 0, 6).expected - sold_[48:]).mean() / scale)
        naive.append(np.abs(year_before(sold_, 48, 6) - sold_[48:]).mean() / scale)
    assert np.mean(ours) < 0.85 * np.mean(naive)


# The whole, on books


def test_a_company_goes_on_with_its_season() -> None:
    season = np.array([SEASON[(4 + place) % 12] for place in range(36)])
    sales = outlook(ledger(100_000.0 * season))
    ahead = sales.monthly.filter(pl.col("month_end") > AS_OF)
    wanted = 1e7 * SEASON[[day.month - 1 for day in ahead.get_column("month_end")]]
    assert ahead.get_column("month_end").to_list()[:2] == [date(2026, 5, 31), date(2026, 6, 30)]
    assert np.abs(ahead.get_column("expected").to_numpy() / wanted - 1).max() < 0.05
    assert ahead.get_column("invoiced").null_count() == ahead.height
    assert (ahead.get_column("low") < ahead.get_column("expected")).all()
    assert (ahead.get_column("high") > ahead.get_column("expected")).all()
    months = sales.horizon.by_month(sales.invoiced).mean(axis=0)
    assert np.allclose(months[: ahead.height], ahead.get_column("expected").to_numpy(), rtol=1e-9)
    past = sales.monthly.filter(pl.col("month_end") <= AS_OF)
    assert np.allclose(past.get_column("invoiced").to_numpy(), 1e7 * season, rtol=1e-6)


def test_the_bands_of_whole_books_cover() -> None:
    inside = []
    for seed in range(cases(6, 12)):
        sold_ = companies(12, 42)[seed]
        whole = ledger(sold_, date(2026, 10, 31), invoices=8)
        books = open_books(Ledger(whole.tables, currency="CNY"), AS_OF)
        ahead = outlook(books, paths=300).monthly.filter(pl.col("month_end") > AS_OF)
        actual = sold_[36:] * 100
        low, high = ahead.get_column("low").to_numpy(), ahead.get_column("high").to_numpy()
        inside.append(((actual >= low[:6]) & (actual <= high[:6])).mean())
    assert 0.65 <= np.mean(inside) <= 0.97


def test_the_same_seed_gives_the_same_bytes_and_a_longer_horizon_the_same_beginning() -> None:
    books = ledger(100_000.0 * np.ones(30))
    short = outlook(books, horizon(AS_OF, Outlooked(weeks=8, months=0)), paths=200)
    again = outlook(books, horizon(AS_OF, Outlooked(weeks=8, months=0)), paths=200)
    far = outlook(books, horizon(AS_OF, Outlooked(weeks=26, months=0)), paths=200)
    more = outlook(books, horizon(AS_OF, Outlooked(weeks=8, months=0)), paths=300)
    bins = len(short.horizon)
    for name in ("invoiced", "receipts"):
        told: Floats = getattr(short, name)
        assert told.tobytes() == getattr(again, name).tobytes()
        assert (told == getattr(far, name)[:, :bins]).all()
        assert (told == getattr(more, name)[:200]).all()
    other = outlook(books, horizon(AS_OF, Outlooked(weeks=8, months=0)), paths=200, seed=4)
    assert not (other.invoiced == short.invoiced).all()


def test_weeks_that_cross_months_take_from_both() -> None:
    books = ledger(100_000.0 * np.ones(30))
    plain, cut = outlook(books, weekly(AS_OF, 20)), outlook(books)
    days = int(plain.horizon.end_days[-1])
    bins = int(np.searchsorted(cut.horizon.end_days, days))
    assert plain.invoiced.mean(axis=0).sum() == pytest.approx(cut.invoiced.mean(axis=0)[: bins + 1].sum(), rel=0.06)
    assert (plain.invoiced > 0).all()


def test_a_month_under_way_counts_with_its_days() -> None:
    day = date(2026, 4, 20)
    sales = outlook(ledger(100_000.0 * np.ones(30), day, invoices=30))
    april = sales.monthly.filter(pl.col("month_end") == date(2026, 4, 30)).row(0, named=True)
    assert april["invoiced"] == pytest.approx(1e7 * 2 / 3, rel=0.01)
    assert april["expected"] == pytest.approx(1e7, rel=0.04)
    early = outlook(ledger(100_000.0 * np.ones(30), date(2026, 4, 3), invoices=30))
    april = early.monthly.filter(pl.col("month_end") == date(2026, 4, 30)).row(0, named=True)
    assert april["expected"] == pytest.approx(1e7, rel=0.05)


def test_a_bad_year_is_one_of_fewer_sales_and_later_money() -> None:
    books = ledger(100_000.0 * (1 + 0.1 * drawn(2, "noise", 36)))
    sales = outlook(books, paths=4000)
    moved = normals(3, "systemic", 0, 4000, 1)[:, 0]
    assert -0.45 < np.corrcoef(moved, sales.invoiced.sum(axis=1))[0, 1] < -0.15
    assert np.corrcoef(moved, sales.receipts.sum(axis=1))[0, 1] < -0.3
    alone = outlook(books, paths=4000, simulation__sales__paths={"systemic": 0.0})
    assert abs(np.corrcoef(moved, alone.invoiced.sum(axis=1))[0, 1]) < 0.06
    assert alone.invoiced.mean() == pytest.approx(sales.invoiced.mean(), rel=0.02)


# Little to go by


def test_without_sales_there_is_nothing_and_a_reason() -> None:
    books = open_books(Ledger({}, currency="CNY"), AS_OF)
    sales = outlook(books)
    assert not sales.invoiced.any()
    assert not sales.receipts.any()
    assert sales.way == "none"
    assert "sales.none" in codes(sales)
    assert sales.monthly.is_empty()


def test_one_invoice_gives_a_mean_wide_bands_and_a_reason(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-04-30",
        open_items="""
        item_id customer_id issued_on  due_on     amount
        I1      C1          2026-04-02 2026-05-02 9000.00
        """,
    )
    sales = outlook(books)
    assert "sales.history_short" in codes(sales)
    ahead = sales.monthly.filter(pl.col("month_end") > AS_OF)
    assert ahead.get_column("expected").to_numpy() == pytest.approx(900_000.0, rel=0.1)
    assert (ahead.get_column("high") > 1.25 * ahead.get_column("expected")).all()
    assert 0 < sales.receipts.sum() < sales.invoiced.sum()


def test_a_year_of_history_claims_no_season() -> None:
    sales = outlook(ledger(100_000.0 * SEASON))
    assert "sales.season_unknown" in codes(sales)
    assert "sales.season_unknown" not in codes(outlook(ledger(100_000.0 * np.tile(SEASON, 2))))


def test_what_an_export_still_held_open_is_no_beginning() -> None:
    monthly = np.concatenate([[2_000.0, 0.0, 5_000.0], 100_000.0 * np.ones(30)])
    sales = outlook(ledger(monthly))
    assert sales.monthly.filter(pl.col("month_end") <= AS_OF).height == 30


def test_a_business_that_stopped_says_so() -> None:
    monthly = 100_000.0 * np.ones(30)
    monthly[-3:] = 0.0
    sales = outlook(ledger(monthly))
    assert {"sales.silent", "sales.months_empty"} <= codes(sales)
    running = outlook(ledger(100_000.0 * np.ones(30)))
    assert sales.invoiced.sum() < 0.9 * running.invoiced.sum()
    assert not {"sales.silent", "sales.months_empty"} & codes(running)


def test_credit_notes_lower_what_is_carried_on(books_of: Callable[..., Books]) -> None:
    lines = [f"I{m} C1 2026-0{m}-10 2026-0{m}-28 1000.00" for m in (1, 2, 3, 4)]
    items = "item_id customer_id issued_on due_on amount\n" + "\n".join(lines)
    notes = "credit_note_id customer_id issued_on amount\n" + "\n".join(
        f"N{m} C1 2026-0{m}-20 {amount}" for m, amount in ((1, 200), (2, 200), (3, 1500), (4, 200))
    )
    plain = outlook(books_of("2026-04-30", open_items=items))
    less = outlook(books_of("2026-04-30", open_items=items, credit_notes=notes))
    assert less.monthly.get_column("invoiced").to_list()[:4] == [80_000.0, 80_000.0, -50_000.0, 80_000.0]
    assert "sales.months_empty" in codes(less)
    assert 0 < less.invoiced.mean() < 0.8 * plain.invoiced.mean()


def test_a_currency_without_rate_is_left_out_and_told(books_of: Callable[..., Books]) -> None:
    items = """
    item_id customer_id issued_on  due_on     currency amount
    I1      C1          2026-04-02 2026-05-02 CNY      9000.00
    I2      C2          2026-04-02 2026-05-02 USD      5000.00
    """
    sales = outlook(books_of("2026-04-30", open_items=items))
    assert [p.facts["currencies"] for p in sales.problems if p.code == "sales.no_rate"] == ["USD"]
    assert sales.monthly.get_column("invoiced").to_list()[0] == 900_000.0


# Orders on hand


def with_orders(open_orders: int, linked: bool = True) -> dict[str, str]:
    """A thousand a week for a year, invoiced three weeks after the order; and orders not invoiced yet."""
    orders, items = [], []
    for week in range(56):
        day = AS_OF - timedelta(days=7 * week + 2)
        name = f"O{week:02}"
        if week < 3:
            orders += [f"{name}-{part} C1 {day} 1000.00" for part in range(open_orders)]
            continue
        orders.append(f"{name} C1 {day} 1000.00")
        issued = day + timedelta(days=21)
        items.append(f"I{week:02} C1 {issued} {issued + timedelta(days=30)} {name if linked else '-'} 1000.00")
    return {
        "orders": "order_id customer_id ordered_on amount\n" + "\n".join(orders),
        "open_items": "item_id customer_id issued_on due_on order_id amount\n" + "\n".join(items),
    }


def test_orders_on_hand_come_first_and_count_once(books_of: Callable[..., Books]) -> None:
    usual = outlook(books_of("2026-04-30", **with_orders(1)), paths=2000)
    none = outlook(books_of("2026-04-30", **with_orders(0)), paths=2000)
    many = outlook(books_of("2026-04-30", **with_orders(3)), paths=2000)
    assert (usual.on_hand, none.on_hand, many.on_hand) == (300_000.0, 0.0, 900_000.0)
    whole = [sales.invoiced.mean(axis=0) for sales in (none, usual, many)]
    assert whole[1].sum() - whole[0].sum() == pytest.approx(300_000.0, rel=0.02)
    assert whole[2].sum() - whole[1].sum() == pytest.approx(600_000.0, rel=0.02)
    weeks = usual.horizon.by_week(whole[1])
    assert weeks[1:10].mean() == pytest.approx(100_000.0, rel=0.12)  # not twice as much while orders last
    first = usual.horizon.by_week(whole[0])[:2].sum()
    assert first == pytest.approx(0.0, abs=5_000.0)  # nothing on hand: nothing to invoice for three weeks
    late = slice(6, None)
    assert np.allclose(usual.horizon.by_week(whole[0])[late], usual.horizon.by_week(whole[2])[late])


def test_orders_that_no_invoice_names_tell_nothing(books_of: Callable[..., Books]) -> None:
    sales = outlook(books_of("2026-04-30", **with_orders(3, linked=False)))
    assert "sales.orders_unlinked" in codes(sales)
    assert sales.on_hand == 0.0


# Who pays


def one_group(chances: Floats, bins: int, invoices: float = 1000.0) -> Mix:
    never = np.array([1.0 - chances[-1]])
    table = np.zeros((1, bins, bins))
    for issue in range(bins):
        table[0, issue, issue:] = chances[: bins - issue]
    return Mix((REST,), np.ones(1), table, never, np.array([invoices]))


def test_payment_follows_the_copula_exactly() -> None:
    chances = np.array([0.05, 0.3, 0.7, 0.9, 0.97])
    mix = one_group(chances, 5, invoices=1e9)
    moved = np.array([-2.0, -0.5, 0.0, 1.0, 2.5])
    invoiced = np.zeros((5, 5))
    invoiced[:, 0] = 100.0
    told = receipts(mix, invoiced, lengths=np.full(5, 7), systemic=moved, seed=1, shares=(0.2, 0.3), own={})
    for row, factor in enumerate(moved):
        at = (quantiles(chances) - sqrt(0.2) * factor) / sqrt(0.8)
        wanted = np.array([50.0 * erfc(-value / sqrt(2.0)) for value in at])
        assert np.cumsum(told[row]) == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("invoices", [0.01, 0.3, 50.0])
def test_on_average_the_factors_change_nothing(invoices: float) -> None:
    chances = np.array([0.05, 0.3, 0.7, 0.9, 0.97])
    mix = one_group(chances, 5, invoices)
    invoiced = np.zeros((40_000, 5))
    invoiced[:, 0] = 100.0
    moved = normals(5, "systemic", 0, 40_000, 1)[:, 0]
    told = receipts(mix, invoiced, lengths=np.full(5, 7), systemic=moved, seed=1, shares=(0.12, 0.3), own={})
    assert np.cumsum(told.mean(axis=0)) == pytest.approx(100.0 * chances, abs=0.6)


def test_few_invoices_are_less_even_than_many() -> None:
    chances = np.array([0.05, 0.3, 0.7, 0.9, 0.97])
    invoiced = np.full((4_000, 5), 100.0)
    spread = []
    for invoices in (0.01, 1.0, 100.0):
        mix = one_group(chances, 5, invoices)
        args = {"lengths": np.full(5, 7), "systemic": np.zeros(4_000), "seed": 1, "shares": (0.12, 0.3), "own": {}}
        spread.append(float(receipts(mix, invoiced, **args)[:, 1].std()))
    assert spread[0] > 2 * spread[1] > 4 * spread[2]


def test_in_the_end_all_is_paid_but_what_never_is() -> None:
    books = ledger(100_000.0 * np.ones(30))
    ends = tuple(AS_OF + timedelta(days=28 * (place + 1)) for place in range(36))
    sales = outlook(books, Horizon(AS_OF, ends), paths=3000)
    assert sales.mix is not None
    paid_in_the_end = float((sales.mix.shares * (1.0 - sales.mix.never)).sum())
    assert sales.kernel[:8].sum(axis=1) == pytest.approx(paid_in_the_end, abs=1e-6)
    assert 0.9 < paid_in_the_end < 1.0
    first = np.zeros((3000, 36))
    first[:, :4] = sales.invoiced[:, :4]
    moved = normals(3, "systemic", 0, 3000, 1)[:, 0]
    told = receipts(sales.mix, first, lengths=sales.horizon.lengths, systemic=moved, seed=3, shares=(0.12, 0.3), own={})
    assert told.sum() / first.sum() == pytest.approx(paid_in_the_end, abs=0.01)
    assert (told.sum(axis=1) <= first.sum(axis=1) + 1e-6).all()
    assert (np.triu(sales.kernel) == sales.kernel).all()


def test_a_customer_that_pays_late_already_pays_its_next_invoices_late() -> None:
    books = ledger(100_000.0 * np.ones(30))
    policy = Policy(AS_OF)
    calm, moved = np.zeros(50), np.full(50, 2.5)
    payment, ahead = learn(books, policy), horizon(AS_OF)
    names = [f"C{place}" for place in range(4)]
    usual = future_sales(books, payment, ahead, calm, 1, policy, own=dict.fromkeys(names, calm))
    late = future_sales(books, payment, ahead, calm, 1, policy, own=dict.fromkeys(names, moved))
    assert (usual.invoiced == late.invoiced).all()
    assert late.receipts.sum() < usual.receipts.sum()


# What a change does


@pytest.fixture(scope="module")
def plain() -> Sales:
    return outlook(ledger(100_000.0 * np.ones(30)), paths=400)


# The M3 competition


def errors_on_m3(folder: Path, every: int) -> pl.DataFrame:
    """kind, ours, naive: mean absolute scaled errors over 18 months of each series of three or more years."""
    with gzip.open(folder / "m3_monthly_finance_micro_industry.csv.gz") as file:
        series = pl.read_csv(file.read())
    kinds = pl.read_csv(folder / "m3_meta.csv").select("id", "type")
    rows = []
    names = series.get_column("id").unique(maintain_order=True).to_list()
    for name in names[::every]:
        one = series.filter(pl.col("id") == name).sort("t")
        known = one.filter(pl.col("is_test") == 0).get_column("value").cast(pl.Float64).to_numpy()
        actual = one.filter(pl.col("is_test") == 1).get_column("value").cast(pl.Float64).to_numpy()
        scale = np.abs(known[12:] - known[:-12]).mean()
        told = (forecast(known, 0, len(actual)).expected, year_before(known, len(known), len(actual)))
        rows.append((name, *(float(np.abs(one_ - actual).mean() / scale) for one_ in told)))
    return pl.DataFrame(rows, ["id", "ours", "naive"], orient="row").join(kinds, on="id")


def test_m3_is_forecast_better_than_by_last_year(reference: Path) -> None:
    told = errors_on_m3(reference / "ts-m3", 16)
    assert told.get_column("ours").mean() < 0.9 * told.get_column("naive").mean()


@pytest.mark.long
def test_all_of_m3_is_forecast_better_than_by_last_year(reference: Path) -> None:
    told = errors_on_m3(reference / "ts-m3", 1)
    groups = told.group_by("type").agg(pl.col("ours").mean(), pl.col("naive").mean())
    assert groups.height == 3
    assert (groups.get_column("ours") < 0.85 * groups.get_column("naive")).all()
    assert told.get_column("ours").mean() < 0.8 * told.get_column("naive").mean()
