"""Acts: what a person does with money at the desk: accept, place by hand, put aside, take back.

Every act is one import with its line in the trail. It is made only while the books are still those that the person
looked at; where somebody else was quicker, the desk is laid anew and the act tried on what is left, so that no money is
placed twice and no invoice paid twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term
from solvent.books.cash import FINANCING, INTERNAL, INVESTING, OPERATING
from solvent.intake.matching.entries import PERSON, entries
from solvent.intake.matching.match import DECISIONS, PARTS, Matched
from solvent_server.store import batches, database
from solvent_server.store import books as stored
from solvent_server.store.batches import Committed
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.store.desk.numbers import unheard_of
from solvent_server.store.models import Batch, Company
from solvent_server.store.policy.standing import policy_of
from solvent_server.web.matching.laid import Laid, keep, laid, named_otherwise, placed
from solvent_server.web.matching.words import RECORDED

CLOSED = ("discount", "fee", "rounding")
"""For what a rest of an invoice may be closed without money by one person; a write-off takes two."""
OTHER = tuple(name for name in (*OPERATING, *FINANCING, *INVESTING, *INTERNAL) if name not in ("customer", "payroll"))
"""What money that came in may be when it is no customer's."""
_TRIES = 4
T = TypeVar("T")


@dataclass(frozen=True)
class ByHand(Terms, key="server.by_hand"):
    """What one person may do at the matching desk."""

    closed_share: float = term(
        0.05,
        most=1,
        unit="share of what is open on an invoice that one person closes without money",
        source="QUALITY, four eyes: a write-off takes two people",
    )


@dataclass(frozen=True)
class Paid:
    """So much of an invoice: paid in money, and closed beside it for ``code``. Minor units of the money's currency."""

    item_id: str
    amount: int
    residual: int = 0
    code: str = ""


def accept(company: Company, source_id: str, actor: str, mark: str) -> Committed:
    """Place one sum of money as the matcher proposes.

    Args:
        mark: ``Laid.mark`` of what the person saw.

    Raises:
        SolventError: it was placed meanwhile, or the matcher proposes nothing for it any more, or something else.
    """

    def act(desk: Laid) -> tuple[Committed, Laid]:
        row = desk.row(source_id)
        if row is None:
            raise SolventError("matching.placed_already", "", number=source_id)
        if row["decision"] == "none":
            raise SolventError("matching.nothing_proposed", "", number=source_id)
        if desk.mark(source_id) != mark:
            raise SolventError("matching.changed", "", number=source_id)
        ids = _with_legs(desk.matched, [source_id])
        return _made(desk, desk.matched, ids, (company, actor, f"accepted: {source_id[:200]}"))

    return _on_what_stands(company, act)


def accept_sure(company: Company, actor: str, what: str = "all") -> tuple[Committed | None, int]:
    """Place everything of which the matcher is sure; what was made, and how many sums it was of.

    Args:
        what: ``place``: only what has to be placed; ``recorded``: only what is in the ledger already; ``all``.
    """
    many = 0

    def act(desk: Laid) -> tuple[Committed | None, Laid]:
        nonlocal many
        recorded = pl.col("reason").is_in(RECORDED)
        wanted = {"place": ~recorded, "recorded": recorded}.get(what, pl.lit(value=True))
        sure = desk.money.filter((pl.col("decision") == "automatic") & wanted).get_column("source_id").to_list()
        many = len(sure)
        if not sure:
            return None, desk
        ids = _with_legs(desk.matched, sure)
        some = pl.col("source_id").is_in(ids)
        matched = Matched(desk.matched.decisions.filter(some), desk.matched.parts.filter(some))
        rows = unheard_of(company, entries(matched, desk.asked, _today()))
        done = batches.record(company, rows, kind="match", actor=actor, reason="automatic")
        return done, desk  # payers that come up again are learned: the books are read anew

    return _on_what_stands(company, act), many


def place(company: Company, source_id: str, customer_id: str, paid: Sequence[Paid], actor: str) -> Committed:
    """Place money as a person says; what no invoice takes stays on the customer's account.

    Args:
        paid: none: all of it on account.

    Raises:
        SolventError: it was placed meanwhile; an invoice does not take so much; the customer or a code is not known.
    """

    terms = policy_of(company, _today()).terms(ByHand)

    def act(desk: Laid) -> tuple[Committed, Laid]:
        parts = _checked(desk, source_id, customer_id, paid, terms)
        row = desk.row(source_id)
        assert row is not None
        decision = {"source": row["source"], "source_id": source_id, "customer_id": customer_id,
                    "decision": "proposed", "score": 1.0, "reason": PERSON, "payer_reason": PERSON,
                    "alternatives": 0, "facts": "{}"}  # fmt: skip
        said = Matched(pl.DataFrame([decision], schema=DECISIONS), parts)
        return _made(desk, said, [source_id], (company, actor, f"placed by hand: {source_id[:200]}"))

    return _on_what_stands(company, act)


def put_aside(company: Company, line: str, category: str, reason: str, actor: str) -> Committed:
    """Say of a bank line that it is no customer's money, and what it is.

    Raises:
        SolventError: it was placed meanwhile, is a booked receipt, or the category is none of ours.
    """
    if category not in OTHER:
        raise SolventError("matching.category_unknown", "", category=category)

    def act(desk: Laid) -> tuple[Committed, Laid]:
        row = desk.row(line)
        if row is None:
            raise SolventError("matching.placed_already", "", number=line)
        if row["source"] != "line":
            raise SolventError("matching.booked_receipt", "", number=line)
        stands = rows_by("bank_lines", company, "key", [line]).drop("batch_id")
        told = stands.with_columns(pl.lit(category).alias("category"))
        done = batches.record(
            company, {"bank_lines": told}, kind="person", actor=actor, reason=f"{category}: {reason}"[:500]
        )
        after = named_otherwise(desk, done.at, line, category)
        return done, replace(after, last=(done.batch, replace(desk, last=None)))

    return _on_what_stands(company, act)


def undo(company: Company, number: int, actor: str) -> Committed:
    """Take one act of the desk back, whole.

    Raises:
        SolventError: it is no act of this desk, or something was built on it since.
    """
    batch = Batch.objects.filter(company=company, id=number).first()
    if batch is None or not of_this_desk(batch):
        raise SolventError("store.batch.unknown", "", batch=number)
    before = laid(company)
    done = batches.undo(company, number, actor, "taken back at the matching desk")
    if before.last is not None and before.last[0] == number and stored.last_commit(company) == done.at:
        with database.writing():
            seen = Batch.objects.filter(company=company, committed_at__gt=before.commit).values_list("id", flat=True)
            if list(seen) == [done.batch]:
                keep(company, replace(before.last[1], commit=done.at))
    return done


def of_this_desk(batch: Batch) -> bool:
    """True for imports that matching made, and for bank lines that somebody named."""
    named = batch.kind == "person" and set(batch.counts) == {"bank_lines"}
    return batch.state == "committed" and (batch.kind == "match" or named)


def take_back(company: Company, receipt_id: str, actor: str) -> Committed:
    """Take a receipt off the invoices that matching placed it on, and off the books where matching made it.

    Raises:
        SolventError: matching has placed nothing of it.
    """
    applied = rows_by("allocations", company, "source_id", [receipt_id])
    mine = applied.filter(pl.col("allocation_id").str.starts_with("match:"))
    rest = f"match:{receipt_id}>"
    closed = rows_by("allocations", company, "item_id", mine.get_column("item_id").to_list())
    closed = closed.filter(pl.col("source_id").is_null() & pl.col("allocation_id").str.starts_with(rest))
    told = {"allocations": [*mine.get_column("allocation_id"), *closed.get_column("allocation_id")]}
    if receipt_id.startswith("bank:") and applied.height == mine.height:
        matches = rows_by("bank_matches", company, "target_id", [receipt_id])
        told["bank_matches"] = matches.get_column("match_id").to_list()
        told["receipts"] = rows_by("receipts", company, "key", [receipt_id]).get_column("receipt_id").to_list()
    told = {name: keys for name, keys in told.items() if keys}
    if not told:
        raise SolventError("store.match.unknown", "", line=receipt_id)
    return batches.withdraw(company, told, actor=actor, reason=f"placing of {receipt_id} taken back")


def _on_what_stands(company: Company, act: Callable[[Laid], tuple[T, Laid]]) -> T:
    """The act, on a desk that is as the books are while it is made."""
    for _ in range(_TRIES):
        desk = laid(company)
        with database.writing():
            if stored.last_commit(company) != desk.commit:
                continue
            done, after = act(desk)
        if after is not desk:
            keep(company, after)
        return done
    raise SolventError("matching.too_busy")


def _made(desk: Laid, said: Matched, ids: Sequence[str], written: tuple[Company, str, str]) -> tuple[Committed, Laid]:
    """Write what these sums of money pay. written: for whom, by whom and why."""
    company, actor, reason = written
    rows = unheard_of(company, entries(said, desk.asked, _today(), chosen=ids))
    done = batches.record(company, rows, kind="match", actor=actor, reason=reason)
    after = placed(desk, done.at, ids, said.parts.filter(pl.col("source_id").is_in(list(ids))), rows)
    return done, replace(after, last=(done.batch, replace(desk, last=None)))


def _checked(desk: Laid, source_id: str, customer_id: str, paid: Sequence[Paid], terms: ByHand) -> pl.DataFrame:
    """What a person says, as PARTS, once every figure of it holds."""
    row = desk.row(source_id)
    if row is None:
        raise SolventError("matching.placed_already", "", number=source_id)
    if row["source"] == "receipt":
        if row["booked_for"] != customer_id:
            raise SolventError("matching.other_customer", "", number=source_id, customer=row["booked_for"])
        if not paid:
            raise SolventError("matching.on_account_already", "", number=source_id)
    known = pl.concat([desk.asked.customers.select("customer_id"), desk.asked.items.select("customer_id")])
    if not known.filter(pl.col("customer_id") == customer_id).height:
        raise SolventError("store.desk.nobody", "", name=customer_id)
    if sum(one.amount for one in paid) > row["amount"]:
        raise SolventError("matching.more_than_came", "", number=source_id)
    cells = []
    for one in paid:
        _refuse_unfit(desk, row["currency"], one, terms)
        told = ("open_item", one.item_id, one.amount, one.amount, one.residual, one.code)
        cells.append((row["source"], source_id, *told))
    if len({one.item_id for one in paid}) < len(paid):
        raise SolventError("matching.named_twice")
    return pl.DataFrame(cells, schema=PARTS, orient="row")


def _refuse_unfit(desk: Laid, currency: str, one: Paid, terms: ByHand) -> None:
    found = desk.asked.items.filter(pl.col("item_id") == one.item_id)
    if not found.height:
        raise SolventError("matching.item_not_open", "", item=one.item_id)
    item = found.row(0, named=True)
    if item["currency"] != currency:
        raise SolventError("matching.other_currency", "", item=one.item_id, currency=item["currency"])
    if one.amount <= 0 or one.residual < 0 or one.amount + one.residual > item["open"]:
        raise SolventError("matching.more_than_open", "", item=one.item_id)
    if one.residual and one.code not in CLOSED:
        raise SolventError("matching.code_unknown", "", item=one.item_id, known=", ".join(CLOSED))
    if one.residual > item["open"] * terms.closed_share:
        share = round(terms.closed_share * 100, 1)
        raise SolventError("matching.write_off", "", item=one.item_id, percent=f"{share:g}")


def _with_legs(matched: Matched, chosen: Sequence[str]) -> list[str]:
    """The other bank lines of transfers too: both legs are explained, or none."""
    some = pl.col("source_id").is_in(list(chosen)) & (pl.col("target") == "transfer")
    return list(dict.fromkeys([*chosen, *matched.parts.filter(some).get_column("target_id")]))


def _today() -> date:
    return datetime.now(UTC).date()
