"""At hand: the newest books of a company with grades and exposure, made once a process and kept until they change.

An order check answers at once only from books that were read before. What is kept belongs to one commit of the
company's facts and one state of its policy: the next import, decision, undo or change of policy makes it anew. The
paths of cash, which take longest, are made when they are asked for, and with the seed of the kept assessment, so that
both show the same chances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Any

import polars as pl

from solvent.assessment import look_ahead
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Books, open_books
from solvent.credit.credit import Credit, credit
from solvent.decisions.limits.exposure import Exposures, exposures
from solvent.decisions.limits.order.cash import CashLook, cash_look
from solvent.decisions.limits.order.look import look_of
from solvent.decisions.limits.order.rule import Look
from solvent.decisions.limits.states import Exposed
from solvent.decisions.liquidity.floor import Floor, lines
from solvent.measures.measures import measure
from solvent.measures.trade.behaviour import Behaviour, behaviour
from solvent.simulation.outflows.outflows import Fixed
from solvent.snapshot import Snapshot
from solvent_server.store import books as stored
from solvent_server.store.desk import reservations
from solvent_server.store.desk.reservations import Room, Seen
from solvent_server.store.models import Company
from solvent_server.store.policy import standing


@dataclass(frozen=True)
class Ahead:
    """The paths of cash for an order to be laid over, and the line that cash must not fall under."""

    snapshot: Snapshot
    line: int | None


@dataclass
class AtHand:
    """The books of one commit and what a check looks at; ``ahead`` is empty until it was asked for."""

    books: Books
    policy: Policy
    seen: Seen
    seed: int
    behaviour: pl.DataFrame
    credit: Credit
    ahead: Ahead | None = None
    lock: Lock = field(default_factory=Lock)

    @cached_property
    def owed(self) -> Exposures:
        """Exposure without what is held for orders on their way."""
        return exposures(self.books, terms=self.policy.terms(Exposed))

    def exposed(self, company: Company) -> Exposures:
        """Exposure with what is held for orders now."""
        held = reservations.held(company, self.seen.as_of).select("customer_id", "amount")
        if held.is_empty():
            return self.owed
        return exposures(self.books, held, self.policy.terms(Exposed))

    def look(self, company: Company, customer_id: str) -> Look:
        """All that a check of this customer's order may look at."""
        return look_of(
            self.books, self.policy, customer_id, self.exposed(company), behaviour=self.behaviour,
            graded=self.credit.grades, cash=self.cash(customer_id),
        )  # fmt: skip

    def cash(self, customer_id: str) -> CashLook | None:
        """The paths as this customer's order sees them; None where they are not made yet or there are none."""
        return None if self.ahead is None else cash_look(self.ahead.snapshot, customer_id, self.ahead.line)

    def look_ahead(self) -> Ahead:
        """Make the paths, once."""
        with self.lock:
            if self.ahead is None:
                measures = measure(self.books, self.policy)
                known = Snapshot(self.books, self.policy, measures, credit=self.credit)
                floor = lines(
                    self.books, measures.monthly_spend, self.policy.terms(Floor), self.policy.terms(Fixed)
                )  # fmt: skip
                self.ahead = Ahead(look_ahead(known, seed=self.seed), floor.line)
            return self.ahead

    def rooms(self, customer_id: str) -> list[Room]:
        """Every limit that an order of the customer must fit into, with what is taken of it but by reservations.

        Raises:
            SolventError: no limit counts, or what the customer owes cannot be told in one currency.
        """
        table = self.owed.table
        found = table.filter(pl.col("customer_id") == customer_id)
        row: Mapping[str, Any] = found.row(0, named=True) if found.height else {}
        if row.get("limit") is None:
            raise SolventError("store.reserve.no_limit", "", customer=customer_id)
        told = [(customer_id, [customer_id], row["limit"], row["exposure"])]
        if row["limit_orders"] is not None:
            told.append((f"{customer_id} orders", [customer_id], row["limit_orders"], row["ordered"]))
        if row["group_limit"] is not None:
            members = table.filter(pl.col("group_id") == row["group_id"]).get_column("customer_id").to_list()
            told.append((row["group_id"], members, row["group_limit"], row["group_exposure"]))
        if any(exposure is None for *_, exposure in told):
            raise SolventError("store.reserve.no_rate", "", customer=customer_id)
        return [Room(*room) for room in told]


_KEPT: dict[str, tuple[tuple[datetime | None, date | None, int, datetime | None], AtHand]] = {}
_LOCKS: dict[str, Lock] = {}
_GUARD = Lock()


def at_hand(company: Company, as_of: date | None, seed: int) -> AtHand:
    """The newest books of a company, out of this process's memory where nothing was committed since.

    Args:
        as_of: the day that pages show; None: the last that the books know of.
        seed: of the kept assessment.

    Raises:
        LedgerError: the company has no receivables at all.
    """
    key = (stored.last_commit(company), as_of, seed, standing.last_change(company))
    with _GUARD:
        lock = _LOCKS.setdefault(str(company.pk), Lock())
    with lock:
        kept = _KEPT.get(str(company.pk))
        if kept is None or kept[0] != key:
            kept = (key, _read(company, *key[:3]))
            _KEPT[str(company.pk)] = kept
        return kept[1]


def _read(company: Company, known_at: datetime | None, as_of: date | None, seed: int) -> AtHand:
    books = open_books(stored.ledger(company, known_at), as_of)
    policy = standing.policy_of(company, books.as_of)
    acts = behaviour(books, policy.terms(Behaviour))
    told = AtHand(books, policy, Seen(known_at, books.as_of), seed, acts, credit(books, acts, policy))
    _ = told.owed
    return told
