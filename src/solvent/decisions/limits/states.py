"""States: every document of a customer's account in the one state in which it counts: due, delivered or ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.limits.to_come import LATER, Horizon, linked, to_come


@dataclass(frozen=True)
class Exposed(Terms, key="limits.exposure"):
    """What counts as exposure, and from where it is watched."""

    horizon_days: int = term(
        90,
        unit="days ahead within which an order counts",
        source="FORMULAS 4.1.1, credit horizon; own choice: a quarter",
    )
    look_back_days: int = term(
        730, unit="days after which an order or delivery without invoice is dead", source="own choice: two years"
    )
    rebilled_days: int = term(
        60,
        unit="days in which what a cancelled invoice billed may be billed again",
        source="own choice: two months; later the goods count as returned",
    )
    unallocated_counts: bool = term(True, unit="whether unallocated cash lowers it", source="FORMULAS 4.1.1, option")
    watch_share: float = term(0.80, unit="share of the limit, watch strictly over it", most=1, source="FORMULAS 4.1.4")
    uninsured_tax_share: float = term(
        0.0,
        unit="share of an amount that is tax and not insured",
        most=1,
        source="FORMULAS 4.1.2; 0: the policy insures it",
    )


DEFAULTS = Exposed()

STATES = ("not_due", "overdue", "delivered", "ordered", "deposit", "unallocated", "credit_note")
"""The states of a document. The first four are owed or will be, the others lower it and are negative; a deposit is that
part of an order which is paid before it is delivered."""

ROW = ("customer_id", "state", "table", "document", "currency", "amount", "booked", "issued_on", "due_on")


def rows(books: Books, terms: Exposed = DEFAULTS, customers: Sequence[str] | None = None) -> pl.LazyFrame:
    """What every document adds to exposure, in its own currency; the sums of these rows are the exposure.

    An order counts as ordered with what is neither delivered nor billed of it, a delivery with what is not billed, an
    invoice with what is open; see ``to_come``.

    Args:
        customers: only theirs; None: everybody's.

    Returns: customer_id, state (STATES or LATER), table, document (the row's key there), currency, amount (Int64, minor
    units of that currency), booked (Int64: open items only), issued_on, due_on (Date: of orders the day it is wanted).
    Rows of one open item are to be added; those of a paid one add up to nothing.
    """
    part = books if customers is None else _only(books, customers)
    named = items(part).join(books.journal.customers.lazy(), on="customer_no")
    own = [pl.col("item_id").alias("document") if name == "document" else name for name in ROW]
    return pl.concat([named.select(own), coming(part, terms, linked(books)).select(ROW)])


def coming(books: Books, terms: Exposed, links: tuple[bool, bool]) -> pl.LazyFrame:
    """The rows of what is delivered or ordered and not invoiced."""
    return to_come(books, Horizon(terms.horizon_days, terms.look_back_days, terms.rebilled_days), links)


def doubts(books: Books) -> tuple[Problem, ...]:
    """What a reader of the exposure has to know about links between documents that the books do not have."""
    orders, deliveries = linked(books)
    told = []
    if not deliveries:
        told.append(Problem("orders.exposure.deliveries_not_linked"))
    if not orders:
        told.append(Problem("orders.exposure.orders_not_linked"))
    return tuple(told)


def documents(books: Books, customers: Sequence[str], terms: Exposed = DEFAULTS) -> pl.DataFrame:
    """The evidence: every document of some customers that adds to their exposure, in its one state.

    Returns: the columns of ``rows`` less ``booked``, a row a document and state, none of nothing; sorted.
    """
    keys = [name for name in ROW if name not in ("amount", "booked")]
    mine = rows(books, terms, customers).group_by(keys).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
    order = {state: place for place, state in enumerate((*STATES, LATER))}
    rank = pl.col("state").replace_strict(order, return_dtype=pl.Int64)
    shown = mine.select("customer_id", "state", "table", "document", "issued_on", "due_on", "currency", "amount")
    return shown.sort("customer_id", rank, "due_on", "document", nulls_last=True).collect()


def items(books: Books) -> pl.LazyFrame:
    """Open items by their due day, and what stands on the account without one, as journal rows with state and table."""
    numbers = books.journal.customers.lazy()
    notes = books.table("credit_notes").select("customer_id", pl.col("credit_note_id").alias("item_id")).unique()
    noted = notes.join(numbers, on="customer_id").select("customer_no", "item_id", pl.lit(True).alias("noted"))
    standing = books.journal.standing(books.as_of)
    late = pl.col("due_on") < books.as_of
    due = standing.filter(pl.col("due_on").is_not_null()).with_columns(
        pl.when(late).then(pl.lit("overdue")).otherwise(pl.lit("not_due")).alias("state"),
        pl.lit("open_items").alias("table"),
    )
    loose = (
        standing.filter(pl.col("due_on").is_null())
        .join(noted, on=["customer_no", "item_id"], how="left")
        .with_columns(
            pl.when("noted").then(pl.lit("credit_note")).otherwise(pl.lit("unallocated")).alias("state"),
            pl.when("noted").then(pl.lit("credit_notes")).otherwise(pl.lit("receipts")).alias("table"),
        )
    )
    columns = ("customer_no", "state", "table", "item_id", "currency", "amount", "booked", "issued_on", "due_on")
    return pl.concat([due.select(columns), loose.select(columns)])


def _only(books: Books, customers: Sequence[str]) -> Books:
    """The same books with the trade of some customers only."""
    wanted = pl.LazyFrame({"customer_id": list(customers)}, schema={"customer_id": pl.String})
    names = ("open_items", "orders", "deliveries", "credit_notes")
    kept = {name: books.table(name).join(wanted, on="customer_id", how="semi") for name in names}
    numbers = books.journal.customers.lazy().join(wanted, on="customer_id", how="semi").select("customer_no").collect()
    places = numbers.get_column("customer_no").to_list()
    mine = pl.col("customer_no").is_in(places)
    taken = [(day, frame.filter(mine)) for day, frame in books.journal.snapshots]
    journal = replace(books.journal, events=books.journal.events.filter(mine), snapshots=taken)
    return replace(books, tables={**books.tables, **kept}, journal=journal)
