"""The health check at its lines, insolvency, and abnormal movements with the lines they rest on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.decisions.liquidity.baseline import compare
from solvent.decisions.liquidity.floor import Lines
from solvent.decisions.liquidity.gap import gap
from solvent.decisions.liquidity.watch.causes import Caused, Window
from solvent.decisions.liquidity.watch.health import SEVERITIES, Finding, Seen, health
from solvent.decisions.liquidity.watch.insolvency import altman, chance_of_nothing
from solvent.decisions.liquidity.watch.movements import Movements, movements
from solvent.measures.company.liquidity import ratios
from solvent.measures.company.statements import Statements
from solvent.measures.measures import Measures
from solvent.measures.sums import Figure

DAY = date(2026, 10, 31)


def figure(value: float | None) -> Figure:
    return Figure(value, "told", {})


def lines(floor: float | None = None, orange: float | None = None, apart: int = 0) -> Lines:
    return Lines(figure(None), figure(floor), figure(orange), figure(None), apart, pl.DataFrame())


@pytest.fixture
def quiet(quiet_measures: Measures) -> Measures:
    return quiet_measures


def seen(measures: Measures, **parts: object) -> Seen:
    nothing = Window(DAY, DAY, None, None, None, None, None, None)
    caused = Caused(pl.DataFrame(), None, None, False, nothing, None)
    told: dict[str, object] = {
        "told": lines(), "hole": None, "no_gap": None, "signs": (), "caused": caused, "nothing": figure(None),
        "score": figure(None), **parts,
    }  # fmt: skip
    return Seen(measures, Policy(DAY), **told)  # type: ignore[arg-type]


def finding(found: Seen, name: str) -> Finding:
    return next(one for one in health(found) if one.code == f"liquidity.health.{name}")


@pytest.mark.parametrize(
    ("cash", "colour"), [(99_99, "red"), (100_00, "orange"), (110_00, "orange"), (110_01, "green")]
)
def test_cash_against_the_floor(quiet: Measures, cash: int, colour: str) -> None:
    told = seen(replace(quiet, cash=cash), told=lines(100_00.0))
    assert finding(told, "floor").severity == colour
    apart = seen(replace(quiet, cash=cash + 50_00), told=lines(100_00.0, apart=50_00))
    assert finding(apart, "floor").severity == colour


@pytest.mark.parametrize(("cash", "colour"), [(99_99, "orange"), (100_00, "green")])
def test_cash_against_the_orange_line(quiet: Measures, cash: int, colour: str) -> None:
    one = finding(seen(replace(quiet, cash=cash), told=lines(orange=100_00.0)), "orange_line")
    assert (one.severity, one.action) == (colour, "liquidity.action.slow_spending" if colour != "green" else "")


@pytest.mark.parametrize(("months", "colour"), [(0, "green"), (1, "yellow"), (2, "red"), (5, "red")])
def test_negative_operating_cash_flow_months_running(quiet: Measures, months: int, colour: str) -> None:
    flow = pl.DataFrame({"month_end": [DAY], "operating": [-1], "negative_months": [months]})
    assert finding(seen(replace(quiet, cash_flow=flow)), "operating_cash").severity == colour


@pytest.mark.parametrize(
    ("under", "colour"), [(4, "green"), (5, "yellow"), (9, "yellow"), (10, "orange"), (49, "orange"), (50, "red")]
)
def test_the_gap_by_its_chance(quiet: Measures, paths_of, under: int, colour: str) -> None:
    flow = np.zeros((100, 1))
    flow[:under] = -1.0
    hole, _ = gap(paths_of(DAY, {"rent": flow}, 0), 0)
    assert finding(seen(quiet, hole=hole), "gap").severity == colour


@pytest.mark.parametrize(
    ("chance", "colour"),
    [(0.009, "green"), (0.01, "yellow"), (0.049, "yellow"), (0.05, "orange"), (0.099, "orange"), (0.1, "red")],
)
def test_insolvency_by_its_chance(quiet: Measures, chance: float, colour: str) -> None:
    assert finding(seen(quiet, nothing=figure(chance)), "insolvency").severity == colour


@pytest.mark.parametrize(("score", "colour"), [(1.09, "red"), (1.1, "yellow"), (2.6, "yellow"), (2.61, "green")])
def test_altman_by_its_bands(quiet: Measures, score: float, colour: str) -> None:
    assert finding(seen(quiet, score=figure(score)), "altman").severity == colour


@pytest.mark.parametrize(("rise", "colour"), [(0.2, "green"), (0.201, "yellow"), (0.3, "yellow"), (0.301, "orange")])
def test_dso_over_its_mean(quiet: Measures, rise: float, colour: str) -> None:
    history = pl.DataFrame(
        {"month_end": [DAY], "countback_days": [60.0], "countback_days_mean": [50.0], "countback_days_rise": [rise]}
    )
    assert finding(seen(replace(quiet, dso_history=history)), "dso").severity == colour


@pytest.mark.parametrize(("share", "colour"), [(0.2, "green"), (0.21, "yellow"), (0.4, "yellow"), (0.41, "orange")])
def test_overdue_share(quiet: Measures, share: float, colour: str) -> None:
    assert finding(seen(replace(quiet, overdue_share=share)), "overdue").severity == colour


@pytest.mark.parametrize(("last", "colour"), [(120, "green"), (121, "yellow"), (150, "yellow"), (151, "orange")])
def test_stock_that_grows_beyond_sales(quiet: Measures, last: int, colour: str) -> None:
    window = Window(DAY, DAY, None, (50, last), None, 1.0, None, None)
    caused = Caused(pl.DataFrame(), None, None, False, window, None)
    assert finding(seen(quiet, caused=caused), "stock_growth").severity == colour


def test_ratios_and_idle_funds(books_of, quiet: Measures) -> None:
    def told(current: str, quick_part: str) -> Measures:
        rows = f"""
entity_id period_end months line amount
own 2026-09-30 3 current_assets {current}
own 2026-09-30 3 inventory {quick_part}
own 2026-09-30 3 prepayments 0.00
own 2026-09-30 3 cash 10.00
own 2026-09-30 3 current_liabilities 100.00
"""
        return replace(quiet, ratios=ratios(books_of("2026-10-31", statements=rows)))

    assert finding(seen(told("99.00", "10.00")), "current_ratio").severity == "red"
    assert finding(seen(told("149.00", "10.00")), "current_ratio").severity == "yellow"
    assert finding(seen(told("150.00", "70.00")), "quick_ratio").severity == "green"
    assert finding(seen(told("150.00", "70.01")), "quick_ratio").severity == "yellow"
    assert finding(seen(told("150.00", "70.00")), "cash_ratio").severity == "yellow"
    rich = told("250.00", "10.00")
    assert finding(seen(replace(rich, cash=100)), "current_ratio").action == "liquidity.action.use_idle"
    poor = seen(replace(rich, cash=100), told=lines(orange=200.0))
    assert finding(poor, "current_ratio").action == ""  # nothing is idle under the orange line


def test_the_worst_comes_first_and_the_unknown_says_why(quiet: Measures) -> None:
    found = health(seen(replace(quiet, cash=1), told=lines(100_00.0)))
    places = [SEVERITIES.index(one.severity) for one in found]
    assert places == sorted(places)
    assert found[0].code == "liquidity.health.floor"
    for one in found:
        if one.severity == "unknown" and one.code not in (
            "liquidity.health.gap",
            "liquidity.health.insolvency",
            "liquidity.health.altman",
        ):
            assert one.why is not None, one.code


def test_insolvency_counts_the_lines(paths_of) -> None:
    flow = np.linspace(-100, -1, 100)[:, None] * (np.arange(len(paths_of(DAY, {}, 0).horizon)) == 2)
    paths = paths_of(DAY, {"tax": flow}, 0)
    assert chance_of_nothing(paths, 0).value == pytest.approx(1.0)
    assert chance_of_nothing(paths, 50).value == pytest.approx(0.5)
    assert chance_of_nothing(paths, 100).value == 0.0
    assert chance_of_nothing(None, 0).why is not None
    assert chance_of_nothing(paths_of(DAY, {}, None), 0).why is not None


def test_altman_out_of_statements(books_of) -> None:
    rows = """
entity_id period_end months line amount
own 2025-12-31 12 current_assets 500.00
own 2025-12-31 12 current_liabilities 300.00
own 2025-12-31 12 total_assets 1000.00
own 2025-12-31 12 retained_earnings 150.00
own 2025-12-31 12 ebit 100.00
own 2025-12-31 12 equity 400.00
own 2025-12-31 12 total_liabilities 500.00
"""
    score = altman(books_of("2026-10-31", statements=rows), Statements())
    assert score.value == pytest.approx(3.313)  # the worked example of 4.7.1
    missing = altman(books_of("2026-10-31", statements=rows.replace("ebit", "sales")), Statements())
    assert missing.value is None
    assert missing.why is not None
    assert missing.why.facts["lines"] == "ebit"


# --- movements


def bank(*more: str, account: bool = True) -> str:
    """A year of monthly rents of 100 to 112, and further lines."""
    head = "line_id account_id booked_on amount category counterparty counterparty_account\n"
    rows = [
        f"R{month} A 2026-{month:02d}-05 -{100 + month}.00 rent Haus {'X1' if account else '-'}"
        for month in range(1, 10)
    ]
    rows += [
        f"Q{month} A 2025-{month:02d}-05 -{100 + month}.00 rent Haus {'X1' if account else '-'}" for month in (11, 12)
    ]
    rows += ["S1 A 2025-10-20 -100.00 rent Haus -"]
    return head + "\n".join([*rows, *more])


def codes(books: Books, spend: int | None = None, told: Lines | None = None) -> list[tuple[str, list[str]]]:
    rows = movements(books, told or lines(), spend).rows
    return [(code.removeprefix("liquidity.move."), ids) for code, ids in rows.select("code", "line_ids").iter_rows()]


def test_a_payment_is_large_for_its_own_kind(books_of) -> None:
    usual = books_of("2026-10-12", bank_lines=bank("N1 A 2026-10-12 -125.00 rent Haus X1"))
    assert codes(usual) == []
    big = books_of("2026-10-12", bank_lines=bank("N1 A 2026-10-12 -900.00 rent Haus X1"))
    assert codes(big) == [("large", ["N1"])]
    row = movements(big, lines(), None).rows.row(0, named=True)
    assert row["score"] > 3.5
    assert -113_00 < row["usual"] < -100_00
    assert codes(big, spend=20_000_00) == []  # under a twentieth of monthly spend nothing is large
    assert codes(big, spend=18_000_00) == [("large", ["N1"])]


def test_with_fewer_lines_than_a_usual_size_needs_nothing_is_large(books_of) -> None:
    rows = bank("N1 A 2026-10-12 -900.00 rent Haus X1")
    books = books_of("2026-10-12", bank_lines=rows)
    found = movements(books, lines(), None, terms=Movements(least=13)).rows
    assert found.is_empty()
    assert movements(books, lines(), None, terms=Movements(least=12)).rows.height == 1


def test_new_payees_and_changed_accounts(books_of) -> None:
    rows = bank(
        "N1 A 2026-10-10 -110.00 rent Haus X2",
        "N2 A 2026-10-11 -5.00 supplier Neu Y1",
        "N3 A 2026-10-12 -110.00 rent haus X1",
        "N4 A 2026-10-12 50.00 customer Fremd Z1",
    )
    assert codes(books_of("2026-10-12", bank_lines=rows)) == [("payee_new", ["N2"]), ("payee_account", ["N1"])]


def test_statements_without_payee_accounts_are_said_to_hide_changes(books_of) -> None:
    told = movements(
        books_of("2026-10-12", bank_lines=bank("N1 A 2026-10-10 -110.00 rent Haus -", account=False)), lines(), None
    )
    assert [problem.code for problem in told.problems] == ["liquidity.move.no_payee_accounts"]
    none = movements(books_of("2026-10-12"), lines(), None)
    assert [problem.code for problem in none.problems] == ["liquidity.move.no_bank_lines"]


def test_an_overdrawn_account_and_cash_under_the_floor(books_of) -> None:
    books = books_of(
        "2026-10-12",
        balances="""
account_id day_on amount
A 2026-10-01 100.00
A 2026-10-09 5.00
A 2026-10-10 -3.00
A 2026-10-12 -4.00
""",
        bank_lines=bank(
            "N1 A 2026-10-09 -95.00 rent Haus X1",
            "N2 A 2026-10-10 -8.00 rent Haus X1",
            "N3 A 2026-10-12 -1.00 rent Haus X1",
        ),
    )
    assert codes(books) == [("overdrawn", ["N2"])]
    assert codes(books, told=lines(50_00.0)) == [("overdrawn", ["N2"]), ("under_floor", ["N1"])]


def test_a_week_outside_the_band_of_its_forecast(books_of, paths_of) -> None:
    sunday = date(2026, 10, 4)
    books = books_of(
        "2026-10-12", bank_lines=bank("N1 A 2026-10-08 500.00 customer K Z", "N2 A 2026-10-12 1.00 customer K Z")
    )
    receipts = np.linspace(0, 100_00, 101)[:, None]
    compared = compare(paths_of(sunday, {"receipts_open": receipts}, 0), books)
    found = movements(books, lines(), None, compared).rows
    missed = found.filter(pl.col("code") == "liquidity.move.missed")
    assert set(missed["category"]) == {"customer", "net"}
    assert missed["amount"].to_list() == [500_00, 500_00]
    assert missed["line_ids"].to_list() == [["N1"], ["N1"]]
