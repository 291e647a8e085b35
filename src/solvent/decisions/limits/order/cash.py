"""Cash: what an order does to the chance of a gap: its cost goes out, its money comes by the customer's own law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.gap import DEFAULTS as GAPS
from solvent.decisions.liquidity.gap import Gaps
from solvent.payment.curves import predict
from solvent.payment.laws import Fitted
from solvent.simulation.horizon import Bools, Floats, Ints
from solvent.simulation.items.failure import survival, until_failure
from solvent.simulation.items.receipts import own_factors, receipts
from solvent.simulation.noise import keys_of, normals, quantiles
from solvent.simulation.paths import CashPaths
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class OrderCash(Terms, key="limits.order.cash"):
    """When the money of an order goes out and comes in."""

    cost_share: float = term(
        0.70, unit="share of an order that its goods cost", most=1, source="own choice: a trader's margin"
    )
    lead_days: int = term(14, unit="days before delivery that its goods are bought", source="own choice: two weeks")
    supplier_days: int = term(
        0, unit="days after buying that its goods are paid", source="own choice: at once, the worst"
    )
    deposit_days: int = term(7, unit="days until a deposit is paid", source="own choice: a week, and before delivery")


@dataclass(frozen=True)
class CashLook:
    """The paths and what is known of one customer's paying on each of them.

    line: what the balance must not fall under. fitted: the learned laws; customer_no: the customer's number in them,
    None: a new one. mood [paths]: by how much the customer pays later there, standard normal, and shared: the share of
    variance that it takes. hazard: failures a year; None: it owes nothing today, and its law holds what fails too.
    failed [paths]: fails there while it owes something.
    """

    paths: CashPaths
    line: int
    fitted: Fitted
    customer_no: int | None
    customer_id: str
    mood: Floats
    shared: float
    hazard: float | None
    failed: Bools
    gaps: Gaps = GAPS


@dataclass(frozen=True)
class CashEffect:
    """The chance of falling under the line before and with the order, on the same draws.

    before, after: in any week. week_end: the week whose chance rises most, week_before and week_after its chances.
    gap_before, gap_after: end of the first week that is called a gap; None: none. alpha: from which chance one is.
    paid_share: of the paths, on which the order is paid within the horizon. lowest_change: mean change of the lowest
    balance, minor units. weeks: week_end, before, after.
    """

    before: float
    after: float
    week_end: date
    week_before: float
    week_after: float
    gap_before: date | None
    gap_after: date | None
    alpha: float
    paid_share: float
    lowest_change: int
    weeks: pl.DataFrame

    @property
    def rise(self) -> float:
        """By how much the chance of the worst week rises."""
        return self.week_after - self.week_before


@dataclass(frozen=True)
class Laid:
    """An order laid over the paths, to be asked for any amount and deposit; frozen.

    cost, deposit [bins]: what has gone out, and come in, of one unit by the end of each bin; paid [paths, bins]: 1 from
    the bin on in which the order is paid.
    """

    look: CashLook
    cost: Floats
    deposit: Floats
    paid: Floats
    low: Floats

    def effect(self, amount: int, deposit: int) -> CashEffect:
        """What an order of ``amount`` does of which ``deposit`` is paid before, minor units of the books' currency."""
        paths, line, gaps = self.look.paths, self.look.line, self.look.gaps
        changed = paths.balance + (deposit * self.deposit - amount * self.cost)
        changed += max(amount - deposit, 0) * self.paid
        low = np.minimum.reduceat(changed, _starts(paths), axis=1)
        before, after = (self.low < line).mean(axis=0), (low < line).mean(axis=0)
        worst = int(np.argmax(after - before))
        ends = paths.horizon.week_ends
        return CashEffect(
            before=float((self.low.min(axis=1) < line).mean()),
            after=float((low.min(axis=1) < line).mean()),
            week_end=ends[worst],
            week_before=float(before[worst]),
            week_after=float(after[worst]),
            gap_before=_first(before, ends, gaps),
            gap_after=_first(after, ends, gaps),
            alpha=gaps.chance,
            paid_share=float(self.paid[:, -1].mean()),
            lowest_change=round(float((low.min(axis=1) - self.low.min(axis=1)).mean())),
            weeks=pl.DataFrame({"week_end": list(ends), "before": before, "after": after}),
        )


def cash_look(snapshot: Snapshot, customer_id: str, line: int | None) -> CashLook | None:
    """What the paths say of a customer; None where there are no paths, no balance, no floor or no laws."""
    paths, payment, company = snapshot.paths, snapshot.payment, snapshot.company
    if paths is None or payment is None or company is None or payment.fitted is None:
        return None
    if paths.opening is None or line is None:
        return None
    named = snapshot.books.journal.customers.filter(pl.col("customer_id") == customer_id)
    number = int(named.item(0, "customer_no")) if named.height else None
    common, own = payment.dependence.systemic, payment.dependence.sector + payment.dependence.customer
    book = company.book
    place = list(book.names).index(customer_id) if customer_id in book.names else None
    if place is None:
        key = int(keys_of([f"order/{customer_id}"])[0])
        mood = normals(paths.seed, "orders.customer", key, paths.count, 1)[:, 0]
        failed, hazard = np.zeros(paths.count, dtype=np.bool_), None
    else:
        mood = own_factors(book, company.moves, paths.seed, [place])[customer_id]
        failed = receipts(book.of([place]), company.moves, paths.seed).lost > 0
        hazard = float(book.hazard[place])
    total = common + own
    both = sqrt(common) * paths.systemic + sqrt(own) * mood
    return CashLook(
        paths, line, payment.fitted, number, customer_id, both / sqrt(total) if total else mood, total, hazard,
        failed, snapshot.policy.terms(Gaps),
    )  # fmt: skip


def laid(look: CashLook, delivered: date, terms_days: int, terms: OrderCash) -> Laid:
    """Lay an order over the paths: it is one more than those that the paths foresee.

    Its cost goes out ``lead_days`` before delivery and ``supplier_days`` later, a deposit comes before delivery, the
    rest by the customer's law from the due day on, later where the customer pays later on the path, and never where it
    fails there before.
    """
    paths = look.paths
    ahead = paths.horizon
    bought = delivered - timedelta(days=terms.lead_days)
    out = max(bought + timedelta(days=terms.supplier_days), ahead.as_of + timedelta(days=1))
    before = min(delivered, ahead.as_of + timedelta(days=terms.deposit_days))
    item = pl.DataFrame(
        {
            "customer_no": [look.customer_no],
            "issued_on": [delivered],
            "due_on": [delivered + timedelta(days=terms_days)],
        },
        {"customer_no": pl.Int64, "issued_on": pl.Date, "due_on": pl.Date},
    )
    chance = predict(look.fitted, item, ahead.as_of).paid_within([int(day) for day in ahead.end_days])
    chance = np.where(np.asarray(ahead.ends) >= delivered, chance, 0.0)
    if look.hazard is not None:
        chance = until_failure(chance, survival(np.array([look.hazard]), ahead.end_days))
    shared = min(look.shared, 0.99)
    luck = normals(paths.seed, "orders.luck", int(keys_of([look.customer_id])[0]), paths.count, 1)[:, 0]
    late = sqrt(shared) * look.mood + sqrt(1.0 - shared) * luck
    paid_in = np.searchsorted(quantiles(chance[0]), late, side="left")
    paid_in = np.where(look.failed, len(ahead), paid_in)
    paid = (np.arange(len(ahead))[None, :] >= paid_in[:, None]).astype(np.float64)
    cost, deposit = (np.where(np.asarray(ahead.ends) >= day, 1.0, 0.0) for day in (out, before))
    low = np.minimum.reduceat(paths.balance, _starts(paths), axis=1)
    return Laid(look, terms.cost_share * cost, deposit, paid, low)


def _starts(paths: CashPaths) -> Ints:
    return np.flatnonzero(np.diff(paths.horizon.week_of, prepend=-1)).astype(np.int64)


def _first(chances: Floats, ends: tuple[date, ...], gaps: Gaps) -> date | None:
    reached = np.flatnonzero(chances >= gaps.chance - 1e-12)
    return ends[int(reached[0])] if len(reached) else None
