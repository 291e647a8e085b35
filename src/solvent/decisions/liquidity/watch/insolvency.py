"""Insolvency: the chance that nothing is left although every line is drawn, and Altman's score of our statements."""

from __future__ import annotations

from solvent.base.problem import Fact, Problem
from solvent.books.books import Books
from solvent.credit.altman import Ratios, general
from solvent.decisions.liquidity.floor import lowest
from solvent.measures.company.statements import Statements, newest_flow, newest_position
from solvent.measures.sums import Figure
from solvent.simulation.paths import CashPaths


def chance_of_nothing(paths: CashPaths | None, free: int) -> Figure:
    """The chance that the balance falls under nothing within the horizon although all free lines are drawn.

    Args:
        free: what can still be drawn on committed lines beyond what the forecast draws, minor units.
    """
    name = "insolvency_chance"
    if paths is None:
        return Figure(None, name, {}, Problem("liquidity.health.no_forecast"))
    if paths.opening is None:
        return Figure(None, name, {}, Problem("liquidity.gap.no_opening"))
    low = lowest(paths).min(axis=1)
    value = float((low + free < 0).mean())
    inputs: dict[str, Fact] = {"free_lines": free, "paths": paths.count, "last_on": paths.horizon.ends[-1].isoformat()}
    return Figure(value, name, inputs)


def altman(books: Books, statements: Statements) -> Figure:
    """Altman's Z'' of our newest statements (FORMULAS 4.7.1): 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4.

    X1 working capital, X2 retained earnings, X3 EBIT of a year, each over total assets; X4 equity over all liabilities.
    """
    name = "altman_z2"
    position: dict[str, int | None] = {
        line: newest_position(books, line, statements).amount
        for line in (
            "current_assets",
            "current_liabilities",
            "total_assets",
            "retained_earnings",
            "equity",
            "total_liabilities",
        )
    }
    flow = newest_flow(books, "ebit", statements)
    yearly = None if flow.amount is None or not flow.days else flow.amount * 365 / flow.days
    missing = [line for line, value in {**position, "ebit": yearly}.items() if value is None]
    if missing:
        return Figure(
            None, name, dict(position), Problem("liquidity.health.no_statements", "", {"lines": ", ".join(missing)})
        )
    told = {line: float(value or 0) for line, value in position.items()}
    assets, owed = told["total_assets"], told["total_liabilities"]
    if assets <= 0 or owed <= 0 or yearly is None:
        return Figure(
            None,
            name,
            dict(position),
            Problem("liquidity.health.no_statements", "", {"lines": "total_assets, total_liabilities"}),
        )
    x1 = (told["current_assets"] - told["current_liabilities"]) / assets
    x2, x3, x4 = told["retained_earnings"] / assets, yearly / assets, told["equity"] / owed
    reading = general(Ratios(x1, x2, x3, x4))
    inputs: dict[str, Fact] = {"x1": x1, "x2": x2, "x3": x3, "x4": x4, "ebit": round(yearly)}
    return Figure(None if reading is None else reading.score, name, inputs)
