"""Exchange rates on paths: as volatile and as alike as they were, fair on average, honest about what is not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.simulation.fx import Exchange, by_currency, rate_doubts, rates, walks
from solvent.simulation.horizon import Floats, Outlooked, horizon
from solvent.simulation.noise import normals

AS_OF = date(2026, 4, 30)
POLICY = Policy(AS_OF)
ROOT_WEEKS = np.sqrt(365.25 / 7)


def history(changes: dict[str, Floats], last: date = AS_OF) -> pl.DataFrame:
    """A rate a week for each currency, the newest on ``last``."""
    rows = []
    for currency, steps in changes.items():
        level = np.exp(np.cumsum(steps[::-1])[::-1] * -1.0)
        for back in range(len(level)):
            day = last - timedelta(days=7 * back)
            rows.append((currency, "CNY", day, float(level[len(level) - 1 - back]), day))
    head = ("currency", "quote", "day_on", "rate", "recorded_on")
    schema = {name: TABLES["fx_rates"].columns[name].dtype for name in head}
    return TABLES["fx_rates"].conform(pl.DataFrame(rows, schema, orient="row").lazy()).collect()


def books(changes: dict[str, Floats], last: date = AS_OF, **more: pl.DataFrame) -> Books:
    tables = {"fx_rates": history(changes, last).lazy(), **{name: frame.lazy() for name, frame in more.items()}}
    return open_books(Ledger(tables, currency="CNY"), AS_OF)


def steps(seed: int, yearly: float, weeks: int) -> Floats:
    return normals(seed, "steps", 0, 1, weeks)[0] * yearly / ROOT_WEEKS


def test_a_rate_moves_as_far_as_it_did_and_stays_where_it_is_on_average() -> None:
    told = books({"EUR": steps(1, 0.10, 156), "USD": steps(2, 0.04, 156)})
    ahead = horizon(AS_OF)
    seen = walks(told, Exchange())
    assert seen.currencies == ("EUR", "USD")
    assert seen.volatility == pytest.approx([0.10, 0.055], abs=0.02)
    moved = rates(told, ahead, 20_000, 7, POLICY)
    years = ahead.end_days[-1] / 365.25
    for place, currency in enumerate(seen.currencies):
        assert moved[currency].mean(axis=0) == pytest.approx(1.0, abs=0.002)
        width = np.log(moved[currency][:, -1]).std()
        assert width == pytest.approx(float(seen.volatility[place]) * np.sqrt(years), rel=0.02)
        early = np.log(moved[currency][:, 0]).std()
        assert early == pytest.approx(float(seen.volatility[place]) * np.sqrt(ahead.end_days[0] / 365.25), rel=0.03)
    assert (moved["CNY"] == 1.0).all()


def test_currencies_that_moved_together_do_so_again() -> None:
    common, own = steps(1, 0.1, 156), steps(2, 0.03, 156)
    told = books({"EUR": common, "USD": common + own, "GBP": -common})
    seen = walks(told, Exchange())
    moved = {name: np.log(paths[:, -1]) for name, paths in rates(told, horizon(AS_OF), 20_000, 7, POLICY).items()}
    pairs = (("EUR", "USD"), ("EUR", "GBP"), ("GBP", "USD"))
    for one, other in pairs:
        wanted = seen.together[seen.currencies.index(one), seen.currencies.index(other)]
        assert np.corrcoef(moved[one], moved[other])[0, 1] == pytest.approx(wanted, abs=0.02)
    assert np.corrcoef(moved["EUR"], moved["USD"])[0, 1] > 0.6
    assert np.corrcoef(moved["EUR"], moved["GBP"])[0, 1] < -0.6


def test_the_same_draws_for_a_longer_horizon_and_more_paths() -> None:
    told = books({"EUR": steps(1, 0.10, 156), "USD": steps(2, 0.04, 156)})
    short = rates(told, horizon(AS_OF, Outlooked(weeks=8, months=0)), 50, 7, POLICY)
    far = rates(told, horizon(AS_OF, Outlooked(weeks=26, months=0)), 80, 7, POLICY)
    for currency, paths in short.items():
        assert (paths == far[currency][:50, : paths.shape[1]]).all()
    again = rates(told, horizon(AS_OF, Outlooked(weeks=8, months=0)), 50, 7, POLICY)
    assert all(paths.tobytes() == again[currency].tobytes() for currency, paths in short.items())


def test_a_short_history_leans_on_the_usual_volatility() -> None:
    calm = books({"EUR": np.zeros(3), "USD": np.zeros(156)})
    seen = dict(zip(walks(calm, Exchange()).currencies, walks(calm, Exchange()).volatility))
    assert seen["EUR"] == pytest.approx(0.08, abs=0.005)
    assert seen["USD"] < 0.06
    one = books({"EUR": np.zeros(1)})
    assert walks(one, Exchange()).volatility.tolist() == pytest.approx([0.08])
    assert rates(one, horizon(AS_OF), 10, 7, POLICY)["EUR"].std() > 0


def test_rates_follow_late_payment_where_the_policy_says_so() -> None:
    told = books({"EUR": steps(1, 0.10, 156)})
    policy = Policy(AS_OF, {"simulation.fx": [(date(2020, 1, 1), {"systemic": 0.5})]})
    moved = normals(1, "systemic", 0, 20_000, 1)[:, 0]
    with_it = rates(told, horizon(AS_OF), 20_000, 7, policy, systemic=moved)["EUR"]
    assert np.corrcoef(moved, np.log(with_it[:, -1]))[0, 1] == pytest.approx(0.5, abs=0.02)
    assert with_it.mean(axis=0) == pytest.approx(1.0, abs=0.003)
    without = rates(told, horizon(AS_OF), 20_000, 7, policy)["EUR"]
    assert np.log(with_it[:, -1]).std() == pytest.approx(np.log(without[:, -1]).std(), rel=0.03)
    impossible = Policy(AS_OF, {"simulation.fx": [(date(2020, 1, 1), {"systemic": 1.0})]})
    with pytest.raises(SolventError, match=r"simulation\.fx\.correlation"):
        rates(told, horizon(AS_OF), 10, 7, impossible, systemic=moved[:10])


def test_what_is_not_known_is_told(books_of: Callable[..., Books]) -> None:
    items = """
    item_id customer_id issued_on  due_on     currency amount
    I1      C1          2026-04-02 2026-05-02 CNY      900.00
    I2      C2          2026-04-02 2026-05-02 USD      500.00
    I3      C2          2026-04-02 2026-05-02 GBP      500.00
    I4      C2          2026-04-02 2026-05-02 EUR      500.00
    """
    quoted = """
    currency quote day_on     rate
    USD      CNY   2026-03-02 7.1
    EUR      CNY   2026-04-28 8.1
    """
    told = books_of("2026-04-30", open_items=items, fx_rates=quoted)
    doubts = {problem.code: problem.facts["currencies"] for problem in rate_doubts(told, POLICY)}
    assert doubts == {"sales.fx.no_rate": "GBP", "sales.fx.rate_old": "USD", "sales.fx.history_short": "EUR"}
    assert set(rates(told, horizon(AS_OF), 10, 7, POLICY)) == {"CNY", "USD", "EUR"}
    one = books_of("2026-04-30", open_items=items.split("I2", maxsplit=1)[0])
    assert rate_doubts(one, POLICY) == []
    assert set(rates(one, horizon(AS_OF), 10, 7, POLICY)) == {"CNY"}


def test_rates_after_the_day_are_not_known_yet() -> None:
    wild = np.concatenate([np.zeros(52), steps(1, 0.9, 52)])
    told = open_books(Ledger({"fx_rates": history({"EUR": wild}, AS_OF + timedelta(weeks=52)).lazy()}, "CNY"), AS_OF)
    assert walks(told, Exchange()).volatility[0] < 0.08


def test_what_stands_in_each_currency(books_of: Callable[..., Books]) -> None:
    told = books_of(
        "2026-04-30",
        open_items="""
        item_id customer_id issued_on  due_on     currency amount
        I1      C1          2026-04-02 2026-05-02 CNY      900.00
        I2      C2          2026-04-02 2026-05-02 USD      500.00
        """,
        receipts="""
        receipt_id customer_id received_on currency amount
        R1         C2          2026-04-20  USD      120.00
        """,
        bills="""
        bill_id supplier_id issued_on  due_on     currency amount
        B1      S1          2026-04-01 2026-05-01 USD      300.00
        """,
        bill_payments="""
        payment_id bill_id paid_on    currency amount
        P1         B1      2026-04-22 USD      100.00
        """,
        balances="""
        account_id day_on     currency amount
        A1         2026-04-01 USD      10.00
        A1         2026-04-29 USD      70.00
        """,
    )
    assert by_currency(told).rows() == [("CNY", 90_000, 0, 0, 90_000), ("USD", 38_000, 20_000, 7_000, 25_000)]
