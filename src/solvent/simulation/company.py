"""Company: everything that comes in and goes out, simulated together, with what it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Basis, Books
from solvent.measures.company.liquidity import cash
from solvent.payment.payment import Payment
from solvent.simulation.bending.world import World
from solvent.simulation.fx import rate_doubts, rates
from solvent.simulation.horizon import Bools, Floats, Outlooked, horizon
from solvent.simulation.items.failure import YEAR
from solvent.simulation.items.portfolio import credit_risk_plus
from solvent.simulation.items.receipts import OpenBook, Receipts, open_book, own_factors, receipts, shared_moves
from solvent.simulation.items.together import Moves
from solvent.simulation.outflows.outflows import Outflows, outflows
from solvent.simulation.paths import CashPaths
from solvent.simulation.sales.sales import Sales, future_sales

TOLD_APART = 40
"""So many of the largest debtors carry their own factor of delay from open items to their next invoices."""


@dataclass(frozen=True)
class Company:
    """One joint simulation: the paths, and the parts that a question may draw again; frozen.

    book, moves: the open items and the factors of every path: any customer can be drawn again alone, on the same paths.
    receipts: what the open items bring, what is later or never, what failed customers owe.
    """

    paths: CashPaths
    book: OpenBook
    moves: Moves
    receipts: Receipts
    sales: Sales
    outflows: Outflows

    @property
    def largest(self) -> Sequence[int]:
        """Places of the customers in ``book``, the largest debtor first."""
        return [int(place) for place in np.argsort(-self.book.exposure, kind="stable")]

    def receipts_of(self, customers: Sequence[int]) -> Floats:
        """[paths, bins]: what these customers, by place, pay of their open items, at today's rates."""
        return receipts(self.book.of(customers), self.moves, self.paths.seed).flows


def world_of(company: Company, books: Books, most: int = 10) -> World:
    """What scenarios may ask: the ``most`` largest debtors alone, shares of sales, what is foreign, what is drawn."""
    largest = company.largest[:most]
    mix, book = company.sales.mix, company.book
    shares = {} if mix is None else {name: float(share) for name, share in zip(mix.names, mix.shares) if name}
    owed = float(book.worth.sum())
    foreign = {
        str(currency): float(book.in_currency(currency).sum()) / owed
        for currency in sorted(book.items.get_column("currency").unique())
        if owed and currency != books.currency
    }
    newest = (
        books.table("facilities")
        .sort("told_on")
        .unique("facility_id", keep="last", maintain_order=True)
        .join(books.rates.lazy(), on="currency")
        .select("facility_id", (pl.col("drawn") * pl.col("factor")).round(0).cast(pl.Int64), "ends_on")
        .filter(pl.col("drawn") > 0)
        .collect()
    )
    return World(
        customers={book.names[place]: company.receipts_of([place]) for place in largest},
        sales_shares=shares,
        foreign=foreign,
        drawn={name: (int(amount), last) for name, amount, last in newest.iter_rows()},
    )


def simulate_company(
    books: Books,
    payment: Payment,
    policy: Policy,
    *,
    seed: int,
    workers: int = 1,
    graded: pl.DataFrame | None = None,
) -> Company:
    """Draw all money in and out on the same paths.

    Args:
        graded: the customers' grades, of ``credit.grading.grade``; None: failures by the record of payment alone.
        seed: the same books, policy and seed give the same bytes, whatever the number of workers.
    """
    terms = policy.terms(Outlooked)
    ahead = horizon(books.as_of, terms)
    book = open_book(books, payment, ahead, policy, graded)
    common = shared_moves(book, seed, terms.paths, policy)
    came = receipts(book, common, seed, workers=workers)
    largest = np.argsort(-book.exposure, kind="stable")[:TOLD_APART]
    own = own_factors(book, common, seed, [int(place) for place in largest])
    sales = future_sales(books, payment, ahead, common.systemic, seed, policy, own=own)
    out = outflows(books, ahead, sales.invoiced, common.systemic, seed, policy)
    flows: dict[str, Floats] = {"receipts_open": came.flows, "receipts_sales": sales.receipts, **out.flows}
    moved, unmoved = _exchange(books, book, common, seed, policy)
    if moved is not None:
        flows["receipts_open"] = came.flows + moved
    opening = cash(books)
    problems = [*book.problems, *sales.problems, *out.problems, *unmoved, *rate_doubts(books, policy)]
    if opening is None:
        problems.append(Problem("simulation.no_balance"))
    kept = {kind: flow for kind, flow in flows.items() if flow.any()}
    paths = CashPaths(ahead, books.currency, seed, opening, kept, common.systemic, tuple(problems))
    return Company(paths, book, common, came, sales, out)


def _exchange(
    books: Books, book: OpenBook, common: Moves, seed: int, policy: Policy
) -> tuple[Floats | None, Sequence[Problem]]:
    """What moving rates add to the receipts of foreign items, [paths, bins]; None where there are none."""
    used = set(book.items.get_column("currency").unique()) - {books.currency}
    if not used or books.basis is Basis.SINGLE:
        return None, ()
    paths = len(common.systemic)
    moving: Mapping[str, Floats] = rates(books, book.horizon, paths, seed, policy)
    missing = sorted(used - set(moving))
    problems = [Problem("simulation.rate_still", "", {"currencies": ", ".join(missing)})] if missing else []
    total = np.zeros((paths, len(book.horizon)))
    owner = np.repeat(np.arange(len(book.names)), np.diff(book.starts))
    for currency in sorted(used & set(moving)):
        worth = book.in_currency(currency)
        part = book.of(sorted({int(place) for place in owner[worth > 0]}))
        total += receipts(part, common, seed, amounts=part.in_currency(currency)).flows * (moving[currency] - 1.0)
    return total, problems


def contributions(company: Company, tail: Bools, bins: int, most: int = 50) -> pl.DataFrame:
    """Who makes the tail: what each customer pays in the first bins on some paths, beside what it pays on all.

    Euler's contributions: they add up to the whole. The customers are drawn again alone on the same paths; those beyond
    the ``most`` largest are told as one row.

    Args:
        tail: [paths], the paths that are asked about. bins: how many bins count, from the first.

    Returns:
        customer_id (String; empty: all others), expected, in_tail, shortfall (Float64, minor units: expected less
        in_tail), largest shortfall first, the others last.
    """
    rows: list[tuple[str | None, float, float | None]] = []
    every = company.receipts.flows[:, :bins].sum(axis=1)
    rest = every.copy()
    for place in company.largest[:most]:
        own = company.receipts_of([place])[:, :bins].sum(axis=1)
        rest -= own
        rows.append((company.book.names[place], float(own.mean()), float(own[tail].mean()) if tail.any() else None))
    rows.sort(key=lambda row: row[2] - row[1] if row[2] is not None else 0.0)
    if len(company.book.names) > most:
        rows.append((None, float(rest.mean()), float(rest[tail].mean()) if tail.any() else None))
    frame = pl.DataFrame(rows, {"customer_id": pl.String, "expected": pl.Float64, "in_tail": pl.Float64}, orient="row")
    return frame.with_columns((pl.col("expected") - pl.col("in_tail")).alias("shortfall"))


def credit_losses(company: Company) -> Mapping[str, float]:
    """Money that customers owe when they fail within the horizon, minor units: of the paths, and in closed form.

    Returns: mean, p99 of the paths; mean_closed, p99_closed by CreditRisk+ with one sector whose rate spreads by three
    quarters of itself. The closed form takes all that is owed today as lost in full, whenever its customer
    fails, so it lies above the paths, on which part of it is paid before.
    """
    lost = company.receipts.lost
    told = {"mean": float(lost.mean()), "p99": float(np.quantile(lost, 0.99))}
    owed = company.book.exposure
    if not len(owed) or not owed.sum():
        return told
    rate = company.book.hazard * float(company.book.horizon.end_days[-1]) / YEAR
    law = credit_risk_plus(owed, rate, 0.75 * rate, np.ones((len(owed), 1)))
    return {**told, "mean_closed": law.mean, "p99_closed": law.quantile(0.99)}
