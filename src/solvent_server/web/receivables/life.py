"""Life: everything that happened to an invoice and is expected to, day by day, each step with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent_server.store.desk.ledgers import rows_by
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.parts.page import Look

SETTLED: Mapping[str, str] = {
    "receipt": "receipt applied",
    "credit_note": "credit note applied",
    "write_off": "written off",
    "discount": "early-payment discount",
    "fee": "bank fee",
    "rounding": "rounding difference",
    "exchange": "exchange difference",
}
"""What settles an item, as a step of its life is called."""


@dataclass(frozen=True)
class Step:
    """One day of an invoice's life. to: the page that the number leads to. ahead: it has not happened yet."""

    on: date
    what: str
    number: str = ""
    to: str = ""
    amount: int | None = None
    detail: str = ""
    batch: int | None = None
    ahead: bool = False


def invoice_life(
    look: Look, row: Mapping[str, Any], applied: pl.DataFrame, disputes: pl.DataFrame, promises: pl.DataFrame
) -> Sequence[Step]:
    """The steps, the first day first. What is due or promised is marked as ahead until its day has come."""
    today = look.kept.as_of if look.kept is not None else date.max
    steps = [
        Step(row["issued_on"], look.say("issued"), amount=row["amount"], batch=row["batch_id"]),
        Step(row["due_on"], look.say("due"), ahead=row["due_on"] > today),
        *_settled(look, applied),
        *_disputed(look, disputes),
        *_promised(look, promises, today),
    ]
    likely = predicted(look, row["item_id"])
    if likely and likely["on"]:
        band = look.say("early case {early}, late case {late}", **{key: likely[key] for key in ("early", "late")})
        steps.append(Step(likely["day"], look.say("likely paid"), detail=band, ahead=True))
    return sorted(steps, key=lambda step: step.on)


def _settled(look: Look, applied: pl.DataFrame) -> Iterator[Step]:
    by = applied.filter(pl.col("source") == "receipt").get_column("source_id").to_list()
    wrote = dict(rows_by("receipts", look.company, "key", by).select("receipt_id", "reference").iter_rows())
    for one in applied.iter_rows(named=True):
        number = one["source_id"] or ""
        yield Step(
            one["allocated_on"], look.say(SETTLED.get(one["source"], one["source"])), number,
            look.address("receipt", number) if one["source"] == "receipt" and number in wrote else "",
            -one["amount"], wrote.get(number) or "", one["batch_id"],
        )  # fmt: skip


def _disputed(look: Look, disputes: pl.DataFrame) -> Iterator[Step]:
    for one in disputes.iter_rows(named=True):
        reason = one["reason"] or ""
        if one["opened_on"] is not None:
            yield Step(one["opened_on"], look.say("disputed"), one["dispute_id"], amount=one["amount"], detail=reason,
                       batch=one["batch_id"])  # fmt: skip
        if one["closed_on"] is not None:
            yield Step(one["closed_on"], look.say("dispute closed"), one["dispute_id"], batch=one["batch_id"])


def _promised(look: Look, promises: pl.DataFrame, today: date) -> Iterator[Step]:
    for one in promises.iter_rows(named=True):
        whole = look.say("on the whole account") if one["item_id"] is None else ""
        yield Step(one["made_on"], look.say("promise given"), one["promise_id"], amount=one["amount"], detail=whole,
                   batch=one["batch_id"])  # fmt: skip
        if one["withdrawn_on"] is not None:
            yield Step(one["withdrawn_on"], look.say("promise taken back"), one["promise_id"])
        else:
            yield Step(one["promised_on"], look.say("promised day"), one["promise_id"], amount=one["amount"],
                       ahead=one["promised_on"] > today)  # fmt: skip


def predicted(look: Look, item_id: str) -> Mapping[str, Any] | None:
    """When an open item is likely paid, with its early and late case and the chance that it comes late; None: paid."""
    rows = [] if look.kept is None else rows_of(look.kept, "items", item_id, "item_id")
    if not rows:
        return None
    row, language = rows[0], look.language

    def day(value: date | None) -> str:
        return look.say("not expected") if value is None else language.day(value)

    return {
        "day": row["likely_on"], "on": row["likely_on"] is not None, "likely": day(row["likely_on"]),
        "early": day(row["likely_from_on"]), "late": day(row["likely_until_on"]),
        "late_share": language.share(row["late_share"]),
    }  # fmt: skip
