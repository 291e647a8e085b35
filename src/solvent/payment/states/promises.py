"""Promises: a customer said by when it pays. How far that is to be believed is learned from what it promised before.

A promise is kept when as much as was promised is there by the end of the promised day (FORMULAS 4.3.8). Promises of an
amount that one customer gave on one day, on one account or one item and in one currency, are the instalments of one
plan: money pays the first of them first, and what paid one does not pay the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.payment.grid import Floats, Ints


@dataclass(frozen=True)
class Promised(Terms, key="payment.promises"):
    """What a promise is worth where little is known of who gives it."""

    kept_share: float = term(0.5, unit="share of promises kept", most=1, source="own choice: as likely as not")
    tolerance_share: float = term(
        0.01, unit="share of the promised amount that may be missing", most=1, source="FORMULAS 4.3.8: bank fees"
    )
    promises: float = term(10.0, unit="promises of all customers at which half is believed", source="own choice")
    own_promises: float = term(5.0, unit="promises of the customer at which half is believed", source="own choice")


DEFAULTS = Promised()

LEADS = 60
"""Days before the promised day beyond which the money counts as coming that early."""


@dataclass(frozen=True)
class Word:
    """How customers keep their word.

    kept [customers]: chance of each. weight [customers]: share of the word beside the item's own law, from a half for
    who never promised before to all for who often did. leads [LEADS + 1]: cumulative, days early.
    """

    kept: Floats
    weight: Floats
    leads: Floats


def outcomes(books: Books, terms: Promised = DEFAULTS) -> pl.DataFrame:
    """What became of every promise whose day has come, in the order in which they were given.

    A promise that was taken back or replaced before its day is not judged. Money counts from the day of the promise to
    the promised day: on an item what settled it, on an account what the customer paid at all. An instalment is kept
    when by its day all instalments up to it are here.

    Returns:
        promise_id, customer_no (UInt32), item_id (empty: the account), made_on, promised_on (Date), promised (Int64:
        the amount; where none was named what stood open, of an account what of it was due by the promised day), paid
        (Int64: of an instalment what came beyond those before it), outcome (String: kept, partly or broken), came_on
        (Date: of the last money that counts; empty: none).
    """
    judged = (
        _told(books)
        .filter(pl.col("promised_on") <= books.as_of)
        .filter(pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > pl.col("promised_on")))
    )
    both = [_weighed(books, judged, of_item) for of_item in (True, False)]
    enough = pl.col("came") >= (pl.col("earlier") + pl.col("promised")) * (1.0 - terms.tolerance_share)
    outcome = pl.when(enough).then(pl.lit("kept")).when(pl.col("paid") > 0).then(pl.lit("partly"))
    columns = ("promise_id", "customer_no", "item_id", "made_on", "promised_on", "promised", "paid", "outcome")
    return (
        pl.concat(both)
        .filter(pl.col("promised") > 0)
        .with_columns((pl.col("came") - pl.col("earlier")).clip(0).alias("paid"))
        .with_columns(outcome.otherwise(pl.lit("broken")).alias("outcome"))
        .select(*columns, pl.when(pl.col("paid") > 0).then("came_on").alias("came_on"))
        .sort("made_on", "promise_id")
    )


def word(told: pl.DataFrame, customers: int, terms: Promised = DEFAULTS) -> Word:
    """How far promises are to be believed.

    Args:
        told: as ``outcomes`` gives it.
    """
    kept = (told.get_column("outcome") == "kept").to_numpy()
    every = (kept.sum() + terms.promises * terms.kept_share) / (len(kept) + terms.promises)
    who = told.get_column("customer_no").cast(pl.Int64).to_numpy()
    own = np.bincount(who[kept], None, customers).astype(np.float64)
    given = np.bincount(who, None, customers).astype(np.float64)
    share: Floats = (own + terms.own_promises * every) / (given + terms.own_promises)
    early = (
        told.filter(pl.col("outcome") == "kept")
        .select((pl.col("promised_on") - pl.col("came_on")).dt.total_days().clip(0, LEADS))
        .to_series()
    )
    counts = np.bincount(early.to_numpy().astype(np.int64), None, LEADS + 1) * 1.0
    counts[0] += terms.own_promises
    weight = (given + terms.own_promises) / (given + 2.0 * terms.own_promises)
    return Word(share, weight, np.cumsum(counts) / counts.sum())


def standing(books: Books, open_items: pl.DataFrame) -> pl.DataFrame:
    """What promises that stand at the end of the books' day say of each item: the latest plan, or the latest promise.

    A promise on the account covers the customer's open items that are due by the promised day, oldest first, as far as
    its amount goes; its instalments go on where those before them end. A promise on an item itself goes before it.
    Money that came since a promise was given is no longer to come for it.

    Args:
        open_items: ``customer_no``, ``item_id``, ``due_on``, ``currency``, ``open``.

    Returns:
        customer_no, item_id, made_on, promised_on (of the last instalment), amount (Int64: of this item; at most what
        is open), instalments (List of promised_on and amount, the first day first; together the amount).
    """
    made = _told(books).filter(pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > books.as_of))
    items = open_items.select("customer_no", "item_id", "due_on", pl.col("currency").alias("of"), "open")
    parts = pl.concat([_covering(books, made, items, of_item) for of_item in (False, True)])
    newest = (pl.col("rank") * 1_000_000 + pl.col("made_on").to_physical()).max().over("customer_no", "item_id")
    upto = pl.col("part").cum_sum().over("customer_no", "item_id", order_by=("promised_on", "promise_id"))
    before = upto - pl.col("part")
    one = pl.struct("promised_on", pl.col("part").alias("amount"))
    return (
        parts.filter(pl.col("part") > 0)
        .filter(pl.col("rank") * 1_000_000 + pl.col("made_on").to_physical() == newest)
        .with_columns(pl.min_horizontal("part", (pl.col("open") - before).clip(0)).alias("part"))
        .filter(pl.col("part") > 0)
        .sort("promised_on", "promise_id")
        .group_by("customer_no", "item_id", "made_on", maintain_order=True)
        .agg(pl.col("promised_on").last(), pl.col("part").sum().alias("amount"), one.alias("instalments"))
    )


def _covering(books: Books, made: pl.DataFrame, items: pl.DataFrame, of_item: bool) -> pl.DataFrame:
    """How much of each open item each promise to come covers: customer_no, item_id, made_on, promised_on, promise_id,
    open, part (Int64), rank (Int32: a promise on the item goes before one on the account)."""
    weighed = _weighed(books, made, of_item).filter(pl.col("promised_on") > books.as_of)
    told = weighed.join(made.select("promise_id", "currency", "amount"), on="promise_id", how="left")
    to_come = (pl.col("earlier") + pl.col("amount") - pl.col("came")).clip(0, pl.col("amount"))
    told = told.with_columns(to_come.alias("amount"))
    told = told.with_columns(_earlier().alias("earlier"))
    same = pl.col("currency").is_null() | (pl.col("currency") == pl.col("of"))
    if of_item:
        rows = told.join(items, on=("customer_no", "item_id"), how="inner").filter(same)
        part = pl.min_horizontal(pl.col("amount").fill_null(pl.col("open")), "open")
    else:
        rows = told.drop("item_id").join(items, on="customer_no", how="inner")
        rows = rows.filter(same & (pl.col("due_on") <= pl.col("promised_on")))
        upto = pl.col("open").cum_sum().over("promise_id", order_by=("due_on", "item_id"))
        end = pl.min_horizontal(upto, pl.col("earlier") + pl.col("amount"))
        whole = pl.when(pl.col("amount").is_null()).then("open")
        part = whole.otherwise(end - pl.max_horizontal(upto - pl.col("open"), "earlier"))
    return rows.select(
        "customer_no", "item_id", "made_on", "promised_on", "promise_id", "open",
        part.alias("part"), pl.lit(int(of_item), pl.Int32).alias("rank"),
    )  # fmt: skip


def promised_chances(daily: Floats, until: Ints, kept: Floats, weight: Floats, leads: Floats) -> Floats:
    """The chances of promised items: kept, the money is there by the day; broken, the item's own law goes on after it.

    The word tells what promises are worth, the item's own law tells this item from others, and both together are
    better than either: the word has a weight. A word that would mostly have been kept earlier than day 0 counts for
    less, since nothing has come yet.

    Args:
        daily: [items, days], cumulative from day 0 on, without the promise.
        until: [items], day of the horizon that was promised, at least 1; it may lie beyond.
        kept: [items], chance that such a promise is kept, when given.
        weight: [items], of the word; the rest is the item's own law.
        leads: as in ``Word``.

    Returns:
        [items, days].
    """
    days = daily.shape[1]
    reach = np.minimum(until - 1, LEADS)
    in_time = leads[reach]
    believed = kept * in_time / np.maximum(1.0 - kept * (1.0 - in_time), 1e-12)
    lead = until[:, None] - np.arange(days)[None, :]
    earlier = np.where(lead > 0, leads[np.clip(lead - 1, 0, LEADS)], 0.0)
    here = np.where(lead <= reach[:, None], 1.0 - earlier / np.maximum(in_time, 1e-12)[:, None], 0.0)
    here = np.where(lead <= 0, 1.0, np.clip(here, 0.0, 1.0))
    at_promise = np.take_along_axis(daily, np.minimum(until, days - 1)[:, None], axis=1)
    after = np.clip((daily - at_promise) / np.maximum(1.0 - at_promise, 1e-9), 0.0, 1.0)
    told = believed[:, None] * here + (1.0 - believed)[:, None] * np.where(lead < 0, after, 0.0)
    both: Floats = daily + weight[:, None] * (told - daily)
    return both


def _earlier() -> pl.Expr:
    """The instalments of the same plan whose days come before a promise's own; 0 where it names no amount."""
    plan = ("customer_no", "item_id", "made_on", "currency")
    upto = pl.col("amount").cum_sum().over(plan, order_by=("promised_on", "promise_id"))
    return (upto - pl.col("amount")).fill_null(0)


def _told(books: Books) -> pl.DataFrame:
    """Promises made by the end of the books' day, with their customers' numbers."""
    numbers = books.journal.customers.lazy()
    return books.table("promises").join(numbers, on="customer_id", how="inner").sort("made_on", "promise_id").collect()


def _weighed(books: Books, judged: pl.DataFrame, of_item: bool) -> pl.DataFrame:
    """Judged promises on items, or on accounts, beside what was open before them and what was paid in time.

    Instalments on one item that are together more than stands open on it are the same money promised again.

    Returns:
        promise_id, customer_no, item_id, made_on, promised_on, promised, earlier, came (Int64: since the day it was
        given, for the instalments before it too), came_on.
    """
    events = books.journal.events.filter(pl.col("event_on") <= books.as_of).select(
        "customer_no", "item_id", "event_on", "due_on", "kind", pl.col("currency").alias("of"), "amount"
    )
    judged = judged.with_columns(_earlier().alias("earlier"))
    if of_item:
        some = judged.lazy().filter(pl.col("item_id").is_not_null())
        rows = some.join(events, on=("customer_no", "item_id"), how="left", suffix="_of")
    else:
        some = judged.lazy().filter(pl.col("item_id").is_null())
        rows = some.join(events.drop("item_id"), on="customer_no", how="left", suffix="_of")
    moved = pl.col("amount_of")
    same = pl.col("currency").is_null() | (pl.col("currency") == pl.col("of"))
    due = pl.lit(True) if of_item else pl.col("due_on") <= pl.col("promised_on")
    before = same & due & (pl.col("event_on") < pl.col("made_on"))
    if of_item:
        before = before | (same & (pl.col("kind") == "invoice"))
    counts = same & (pl.col("kind") == "receipt") & pl.col("event_on").is_between("made_on", "promised_on")
    stood = moved.filter(before).sum()
    earlier, amount = pl.col("earlier").first(), pl.col("amount").first()
    if of_item:
        earlier = pl.min_horizontal(earlier, (stood - amount).clip(0).fill_null(0))
    return (
        rows.group_by("promise_id", "customer_no", "item_id", "made_on", "promised_on")
        .agg(
            pl.coalesce(amount, stood).alias("promised"),
            earlier.alias("earlier"),
            (-moved.filter(counts).sum()).alias("came"),
            pl.col("event_on").filter(counts).max().alias("came_on"),
        )
        .collect()
    )
