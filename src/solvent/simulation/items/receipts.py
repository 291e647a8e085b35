"""Receipts: money in of the items that stand open today, on every path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.chances import chances
from solvent.payment.payment import Payment
from solvent.simulation.horizon import Floats, Horizon, Ints
from solvent.simulation.items.failure import Failing, hazards, informed, survival, until_failure, waits
from solvent.simulation.items.kernel import BLOCK, Shorts, moods, simulate, thresholds
from solvent.simulation.items.together import Joint, Moves, loads, moves
from solvent.simulation.noise import Words, keys_of, quantiles, start

WAITED: Ints = np.array([14, 30, 60, 90, 120, 180, 270, 365, 545, 730])
"""Days at which the wait for an item is measured."""


@dataclass(frozen=True)
class OpenBook:
    """Every open item as the kernel wants it: sorted by customer; frozen.

    items: ``customer_no``, ``item_id``, ``due_on``, ``currency``, ``open`` (Int64, less unapplied money of the
    customer), ``worth`` (Int64, the same in minor units of the books' currency). names [customers]: ids, in the order
    of ``starts``. chance [items, bins]: the learned cumulative chances, before they are taken apart. hazard
    [customers]: failures a year. problems: what is not in it.
    """

    horizon: Horizon
    items: pl.DataFrame
    names: Sequence[str]
    sectors: Sequence[str]
    groups: Sequence[str]
    sector: Ints
    group: Ints
    starts: Ints
    loads: Floats
    chance: Floats
    laws: Shorts
    hazard: Floats
    fails: Floats
    customer_words: Words
    item_words: Words
    problems: Sequence[Problem] = ()

    @property
    def worth(self) -> Floats:
        """[items]: whole minor units of the books' currency."""
        return self.items.get_column("worth").cast(pl.Float64).to_numpy()

    @property
    def exposure(self) -> Floats:
        """[customers]: what each owes, in the order of ``names``."""
        return np.add.reduceat(self.worth, self.starts[:-1]) if len(self.names) else np.zeros(0)

    def of(self, customers: Sequence[int]) -> OpenBook:
        """The same book with some customers only, by place; nothing else about them changes."""
        rows = np.concatenate(
            [np.arange(self.starts[place], self.starts[place + 1]) for place in customers]
            or [np.zeros(0, dtype=np.int64)]
        )
        sizes = [int(self.starts[place + 1] - self.starts[place]) for place in customers]
        kept = np.asarray(customers, dtype=np.int64)
        return OpenBook(
            self.horizon,
            self.items[rows],
            [self.names[place] for place in customers],
            self.sectors,
            self.groups,
            self.sector[kept],
            self.group[kept],
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            self.loads[kept],
            self.chance[rows],
            self.laws[rows],
            self.hazard[kept],
            self.fails[kept],
            self.customer_words[kept],
            self.item_words[rows],
        )

    def in_currency(self, currency: str) -> Floats:
        """[items]: worth of the items in one currency, 0 for the others."""
        there = (self.items.get_column("currency") == currency).to_numpy()
        worth: Floats = np.where(there, self.worth, 0.0)
        return worth


@dataclass(frozen=True)
class Receipts:
    """What the open items bring.

    flows [paths, bins]; beyond [paths]: paid after the horizon, or never without failure; lost [paths]: owed by
    customers that failed within it. The three add up to the open book on every path, to the cent.
    """

    flows: Floats
    beyond: Floats
    lost: Floats


def open_book(
    books: Books, payment: Payment, horizon: Horizon, policy: Policy, graded: pl.DataFrame | None = None
) -> OpenBook:
    """Every open item with its law, its customer's hazard of failure, and what they share with others.

    Args:
        graded: ``credit.grading.grade.Grades.table``; None: failures by the record of payment alone.
    """
    joint, failing = policy.terms(Joint), policy.terms(Failing)
    told = chances(payment, books, horizon.ends, policy)
    late = payment.open.paid_within(WAITED.tolist())
    never = payment.open.never_share()
    items, problems = _items(books, payment.open.items)
    rows = items.get_column("row").to_numpy()
    told, late, never = told[rows], late[rows], never[rows]
    places, customer = np.unique(items.get_column("customer_no").to_numpy().astype(np.int64), return_inverse=True)
    known = _known(books, places)
    sectors, sector = _numbered(known.get_column("sector").to_list())
    groups, group = _numbered(known.get_column("group_id").to_list())
    worth = items.get_column("worth").cast(pl.Float64).to_numpy()
    count = len(places)
    hazard = hazards(never, waits(late, WAITED), np.maximum(worth, 1.0), customer, count, failing)
    surviving = survival(hazard, horizon.end_days)
    believed = _believed(hazard, known, graded, failing)
    return OpenBook(
        horizon=horizon,
        items=items.drop("row"),
        names=known.get_column("customer_id").to_list(),
        sectors=sectors,
        groups=groups,
        sector=sector,
        group=group,
        starts=np.searchsorted(customer, np.arange(count + 1)).astype(np.int64),
        loads=loads(payment.dependence, group, joint),
        chance=told,
        laws=thresholds(until_failure(told, surviving[customer])),
        hazard=believed,
        fails=-quantiles(1.0 - survival(believed, horizon.end_days)),
        customer_words=keys_of(["customer/" + name for name in known.get_column("customer_id")]),
        item_words=keys_of(
            [f"item/{one}/{other}" for one, other in zip(items.get_column("customer_no"), items.get_column("item_id"))]
        ),
        problems=problems,
    )


def shared_moves(book: OpenBook, seed: int, paths: int, policy: Policy) -> Moves:
    """The factors of all paths for the sectors and groups of a book."""
    return moves(seed, paths, book.sectors, book.groups, policy.terms(Joint))


def receipts(
    book: OpenBook,
    common: Moves,
    seed: int,
    *,
    amounts: Floats | None = None,
    workers: int = 1,
) -> Receipts:
    """Simulate the open book.

    Args:
        amounts: [items], whole numbers in place of ``book.worth``: those of one currency, say.
        workers: threads; the figures do not depend on it.
    """
    paths, bins = len(common.systemic), len(book.horizon)
    out, lost = np.zeros((paths, bins + 1)), np.zeros(paths)
    worth = np.ascontiguousarray(book.worth if amounts is None else amounts)
    step = max(-(-paths // (max(workers, 1) * BLOCK)), 1) * BLOCK

    def draw(first: int) -> None:
        simulate(
            first,
            min(first + step, paths),
            common.systemic,
            common.sectors,
            common.bad,
            common.group_late,
            common.group_bad,
            book.sector,
            book.group,
            book.loads,
            book.customer_words,
            book.starts,
            book.fails,
            book.item_words,
            worth,
            book.laws,
            start(seed, "receipts"),
            out,
            lost,
        )

    if len(book.names):
        with ThreadPoolExecutor(max(workers, 1)) as pool:
            list(pool.map(draw, range(0, paths, step)))
    return Receipts(out[:, :bins], out[:, bins], lost)


def own_factors(book: OpenBook, common: Moves, seed: int, customers: Sequence[int]) -> Mapping[str, Floats]:
    """Customers' own factors of delay, by id: [paths] each, their sector's with it, of variance 1.

    Who pays its open items late on a path pays its next invoices late there too.
    """
    told = {}
    for place in customers:
        row = book.loads[place]
        mood = moods(book.customer_words[place], start(seed, "receipts"), len(common.systemic))
        both = row[1] * common.sectors[book.sector[place]] + np.hypot(row[2], row[3]) * mood
        size = float(np.sqrt(row[1] ** 2 + row[2] ** 2 + row[3] ** 2))
        told[book.names[place]] = both / size if size else mood
    return told


def _items(books: Books, running: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """The open items with what is left of each after the customer's unapplied money, oldest due first."""
    standing = books.journal.events.filter(pl.col("event_on") <= books.as_of)
    loose = (
        standing.filter(pl.col("due_on").is_null())
        .group_by("customer_no", "currency")
        .agg((-pl.col("amount").sum()).alias("loose"))
        .collect()
    )
    order = ("customer_no", "due_on", "item_id")
    rated = running.with_row_index("row").join(books.rates, on="currency", how="left", maintain_order="left")
    before = pl.col("open").cum_sum().over("customer_no", "currency", order_by=("due_on", "item_id")) - pl.col("open")
    taken = (pl.col("loose").fill_null(0).clip(0) - before).clip(0, pl.col("open"))
    left = (
        rated.join(loose, on=("customer_no", "currency"), how="left", maintain_order="left")
        .with_columns((pl.col("open") - taken).alias("open"))
        .filter(pl.col("open") > 0)
    )
    unrated = left.filter(pl.col("factor").is_null())
    problems = []
    if unrated.height:
        currencies = ", ".join(sorted(unrated.get_column("currency").unique()))
        problems.append(Problem("simulation.no_rate", "", {"currencies": currencies, "items": unrated.height}))
    kept = left.filter(pl.col("factor").is_not_null()).sort(order)
    worth = (pl.col("open") * pl.col("factor")).round(0).cast(pl.Int64).alias("worth")
    return kept.select("row", "customer_no", "item_id", "due_on", "currency", "open", worth), problems


def _known(books: Books, places: Ints) -> pl.DataFrame:
    """customer_id, sector (industry, else country, else one for all) and group_id of customers by number."""
    wanted = pl.DataFrame({"customer_no": places}, {"customer_no": pl.UInt32})
    told = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    sector = pl.coalesce("industry", "country", pl.lit("-")).alias("sector")
    return (
        wanted.lazy()
        .join(books.journal.customers.lazy(), on="customer_no", how="left", maintain_order="left")
        .join(told.select("customer_id", sector, "group_id"), on="customer_id", how="left", maintain_order="left")
        .with_columns(pl.col("sector").fill_null("-"))
        .collect()
    )


def _believed(learned: Floats, known: pl.DataFrame, graded: pl.DataFrame | None, terms: Failing) -> Floats:
    """Failures a year with what the credit files say where they know more than payments; an event has the last word.

    The items' laws are taken apart by what was learned, so a customer believed weaker than it pays loses more.
    """
    if graded is None or not known.height:
        return learned
    told = known.select("customer_id").join(
        graded.select("customer_id", "yearly_default_chance", "ability", "known_share", "capped_by"),
        on="customer_id",
        how="left",
        maintain_order="left",
    )
    by_file = terms.credit_weight * pl.col("known_share").fill_null(0.0).clip(0.0, 1.0)
    weight = pl.when(pl.col("capped_by") == "event").then(1.0).when(pl.col("ability").is_not_null()).then(by_file)
    weights = told.select(
        pl.when(pl.col("yearly_default_chance").is_null()).then(0.0).otherwise(weight.otherwise(0.0)).alias("weight")
    )
    chance = told.get_column("yearly_default_chance").fill_null(0.0).to_numpy()
    mixed = informed(learned, chance, weights.get_column("weight").to_numpy(), terms.highest_yearly)
    event = (told.get_column("capped_by") == "event").fill_null(value=False).to_numpy()
    believed: Floats = np.where(event, np.maximum(mixed, learned), mixed)
    return believed


def _numbered(names: Sequence[str | None]) -> tuple[Sequence[str], Ints]:
    """The names there are, in order, and the place of each; -1 for none."""
    known = sorted({name for name in names if name is not None})
    places = {name: place for place, name in enumerate(known)}
    return known, np.array([-1 if name is None else places[name] for name in names], dtype=np.int64)
