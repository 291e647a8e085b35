"""Groups: who owns whom among our customers, where owners run in a circle, and what counts as one name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.problem import Fact, Problem
from solvent.books.books import Books
from solvent.credit.file.identifiers import plain_number, registered


@dataclass(frozen=True)
class Groups:
    """How customers belong together.

    table: a row a customer, by number: customer_id, group_id (as the customers table says), parent_id (by the newest
    extract of the register, where the parent is a customer), ultimate_id (the parent of parents; itself where it has
    none; of a circle the first by number), steps (Int64, to the ultimate parent), circle (Boolean: its owners run in a
    circle), name_id (what it counts under as one name: the group, else the ultimate parent), members (Int64, of the
    name).
    problems: circles of owners, and parents that are no customers.
    """

    table: pl.DataFrame
    problems: tuple[Problem, ...]


def groups(books: Books) -> Groups:
    """The group tree of the books' day.

    Customers are one name where they are in one group, where one owns the other, or where they share a unified code,
    another number of the register or an LEI, in any number of steps.
    """
    kept = books.table("customers").select("customer_id", "group_id")
    ours = kept.unique("customer_id", keep="first", maintain_order=True).collect()
    register = registered(books).select("customer_id", "parent_id", "registration_no", "lei")
    listed = books.journal.customers.select("customer_id")
    every = (
        pl.concat([ours.select("customer_id"), register.select("customer_id"), listed])
        .unique()
        .sort("customer_id")
        .join(ours, on="customer_id", how="left")
        .join(register, on="customer_id", how="left")
        .with_columns(plain_number(pl.col("registration_no", "lei")))
        .sort("customer_id")
        .with_row_index("no")
    )
    places = every.select(pl.col("customer_id").alias("parent_id"), pl.col("no").alias("parent"))
    every = every.join(places, on="parent_id", how="left", maintain_order="left")
    strange = every.filter(pl.col("parent_id").is_not_null() & pl.col("parent").is_null())
    parents = every.get_column("parent").cast(pl.Int64).fill_null(-1).to_numpy()
    ultimate, steps, circle = _ultimate(parents)
    table = every.with_columns(
        pl.when(pl.col("parent").is_not_null()).then(pl.col("parent_id")).alias("parent_id"),
        every.get_column("customer_id").gather(ultimate).alias("ultimate_id"),
        pl.Series("steps", steps, dtype=pl.Int64),
        pl.Series("circle", circle, dtype=pl.Boolean),
        pl.Series("component", _components(every, parents), dtype=pl.Int64),
    )
    roots = pl.coalesce(pl.col("group_id").min(), pl.col("ultimate_id").min()).over("component")
    table = table.with_columns(roots.alias("name_id"), pl.len().over("component").cast(pl.Int64).alias("members"))
    columns = ("customer_id", "group_id", "parent_id", "ultimate_id", "steps", "circle", "name_id", "members")
    return Groups(table.select(columns), (*_circles(table), *_strangers(strange)))


def _ultimate(parents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each place's parents lead: the last of them, how many steps it is away, and whether they run in a circle.

    Steps are doubled: after the k-th round each place knows who stands 2^k steps above it. Who has no root after as
    many steps as there are places is above, beneath or in a circle; then the least place of the circle is its root.

    Args:
        parents: the place of each one's parent; -1: none.
    """
    count = len(parents)
    own = np.arange(count)
    jump = np.where(parents < 0, own, parents)
    steps = (parents >= 0).astype(np.int64)
    least = np.minimum(own, jump)
    reach = 1
    while reach < 2 * count:
        least = np.minimum(least, least[jump])
        steps = np.minimum(steps + steps[jump], 2 * count)
        jump = jump[jump]
        reach *= 2
    circle = parents[jump] >= 0 if count else np.zeros(0, dtype=bool)
    ultimate = np.where(circle, least[jump], jump)
    return ultimate, np.where(circle, 0, steps), circle


def _components(every: pl.DataFrame, parents: np.ndarray) -> np.ndarray:
    """Places that are one name have one number: the least place that any of them leads to.

    Each place takes the least number among those that it is tied to, and the number of that number, until none moves.
    """
    label = np.arange(every.height)
    ties = [np.stack([np.flatnonzero(parents >= 0), parents[parents >= 0]])]
    for column in ("group_id", "registration_no", "lei"):
        known = every.select("no", column).drop_nulls()
        first = known.with_columns(pl.col("no").min().over(column).alias("first"))
        ties.append(first.select("no", "first").to_numpy().astype(np.int64).T)
    one, other = np.concatenate(ties, axis=1) if every.height else np.zeros((2, 0), dtype=np.int64)
    while True:
        before = label.copy()
        lower = np.minimum(label[one], label[other])
        np.minimum.at(label, label[one], lower)
        np.minimum.at(label, label[other], lower)
        label = label[label]
        if np.array_equal(label, before):
            return label


def _circles(table: pl.DataFrame) -> list[Problem]:
    """One problem for each circle, with those in it and those that they own."""
    found = table.filter(pl.col("circle")).group_by("ultimate_id").agg(pl.col("customer_id").sort()).sort("ultimate_id")
    told = []
    for first, members in found.iter_rows():
        shown = members if len(members) <= 8 else [*members[:8], "…"]
        facts: dict[str, Fact] = {"count": len(members), "members": ", ".join(shown)}
        told.append(Problem("credit.file.owner_circle", f"registrations:{first}:parent_id", facts))
    return told


def _strangers(strange: pl.DataFrame) -> list[Problem]:
    return [
        Problem("credit.file.parent_unknown", f"registrations:{customer}:parent_id", {"parent": parent})
        for customer, parent in strange.select("customer_id", "parent_id").sort("customer_id").iter_rows()
    ]
