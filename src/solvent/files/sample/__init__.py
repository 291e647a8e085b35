"""The sample company: a made exporter-manufacturer, by seed and size, with stories that a reader should find."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent.files.folder import write_tables
from solvent.files.sample import bank, stories
from solvent.files.sample.company import CURRENCY, SIZES, STORIES, Plan, company_name
from solvent.files.sample.credit.decided import decided
from solvent.files.sample.credit.known import known
from solvent.files.sample.ledger import MADE, make_room, write_large
from solvent.files.sample.market import customers, groups, market
from solvent.files.sample.purchases import bills, conformed_bills, demand, paid_bills, stock, suppliers
from solvent.files.sample.rates import booked, daily_rates, fx_rates
from solvent.files.sample.receipts import Paid, receivables
from solvent.files.sample.statements import customer_statements, own_statements
from solvent.files.sample.trade import Trade, trade

__all__ = ["SIZES", "STORIES", "Plan", "Sample", "generate", "write_large", "write_sample"]


@dataclass(frozen=True)
class Sample:
    """One sample company.

    tables: every table of the books, conformed; ``truth``: the planted facts, for tests alone.
    """

    plan: Plan
    name: str
    name_en: str
    currency: str
    tables: Mapping[str, pl.DataFrame]
    truth: Mapping[str, Any]


@dataclass(frozen=True)
class _World:
    """The trade and the money of some of the customers."""

    trade: Trade
    paid: Paid


def generate(plan: Plan) -> Sample:
    """Make one company; the same plan gives the same company to the last byte.

    A story that is left out takes its facts with it; all other customers, suppliers and costs stay as they are. What
    follows from the cash (transfers, exchanges, balances, the company's own statements) follows the change.
    """
    rows = market(plan)
    told = stories.cast(plan, rows)
    rows = stories.players(plan, rows, told)
    daily = daily_rates(plan)
    slow, new = pl.col("no") == told.slow, pl.col("no") == told.newcomer
    player = rows.filter(slow)
    rest, usual = _world(plan, rows.filter(~slow & ~new), daily), _world(plan, player, daily)
    failing = _world(plan, stories.slowed(plan, player, told), daily, told)
    worlds = [rest, failing if plan.slow_then_fails else usual]
    if plan.bust_out:
        worlds.append(_world(plan, rows.filter(new), daily))
    else:
        rows = rows.filter(~new)
    tables = _receivables(plan, worlds)
    tables |= {"customers": customers(rows, plan), "groups": groups(rows), "fx_rates": fx_rates(plan, daily)}
    money = _money(plan, told, (rest, usual, failing), receipts=tables["receipts"], rows=rows, daily=daily)
    tables |= money.tables
    opened = tables["balances"].group_by("account_id", "currency").agg(pl.col("recorded_on").min()).sort("account_id")
    tables["bank_accounts"] = TABLES["bank_accounts"].conform(opened.lazy()).collect()
    tables["facilities"] = bank.facilities(plan, money.lines, money.loan)
    own = own_statements(plan, tables, money.lines, money.loan, daily)
    theirs = customer_statements(plan, rows, told.slow if plan.slow_then_fails else None)
    tables["statements"] = pl.concat([own, theirs])
    withdrawn = stories.withdrawn_on(plan, rest.trade.deliveries, told)
    events, cover = stories.registry_events(plan, rows, told), stories.insurance(plan, rows, told, withdrawn)
    tables |= known(plan, rows, events, cover)
    tables |= decided(plan, rows)
    facts = stories.facts(tables, plan, told, money.squeeze)
    name, name_en = company_name(plan)
    truth = {"seed": plan.seed, "size": plan.size, "company": name, "stories": facts}
    whole = {key: tables.get(key, table.empty()) for key, table in TABLES.items()}
    return Sample(plan, name, name_en, CURRENCY, whole, truth)


def write_sample(sample: Sample, folder: Path) -> None:
    """Write a ledger folder: a CSV file a table, ``ledger.toml``, and the truth.

    Raises:
        LedgerError: there is something in the folder that is no sample company of ours.
    """
    make_room(folder)
    plan = sample.plan
    notes: dict[str, str | int] = {"made": MADE, "company": sample.name, "company_en": sample.name_en}
    notes |= {"seed": plan.seed, "size": plan.size, "end_on": plan.end_on.isoformat()}
    write_tables(sample.tables, folder, currency=sample.currency, notes=notes)
    text = json.dumps(sample.truth, ensure_ascii=False, indent=2, default=str)
    (folder / "truth.json").write_text(text + "\n", "utf-8")


def _world(plan: Plan, rows: pl.DataFrame, daily: pl.DataFrame, failing: stories.Cast | None = None) -> _World:
    made = trade(plan, rows)
    if failing is not None:
        made = stories.found_out(made, failing)
    return _World(made, booked(receivables(plan, rows, made.items), daily))


def _receivables(plan: Plan, worlds: Sequence[_World]) -> dict[str, pl.DataFrame]:
    """The tables of trade and receivables, up to the end; of what was before the beginning, only what they need."""

    def joined(frames: Iterable[pl.DataFrame], name: str, key: str) -> pl.DataFrame:
        return TABLES[name].conform(pl.concat(frames).lazy()).sort(key).collect()

    paid = [world.paid for world in worlds]
    tables = {
        "open_items": joined((world.items for world in paid), "open_items", "item_id"),
        "receipts": joined((world.receipts for world in paid), "receipts", "receipt_id"),
        "credit_notes": joined((world.credit_notes for world in paid), "credit_notes", "credit_note_id"),
        "allocations": joined((world.allocations for world in paid), "allocations", "allocation_id"),
        "disputes": joined((world.disputes for world in paid), "disputes", "dispute_id"),
        "promises": joined((world.promises for world in paid), "promises", "promise_id"),
    }
    items = tables["open_items"]
    sent = pl.when(pl.col("statement_sent_on") <= plan.end_on).then("statement_sent_on").alias("statement_sent_on")
    out = pl.concat(world.trade.deliveries for world in worlds).filter(pl.col("delivered_on") <= plan.end_on)
    billed = pl.col("delivery_id").is_in(items.get_column("delivery_id").implode())
    out = out.filter((pl.col("delivered_on") >= plan.start_on) | billed)
    tables["deliveries"] = joined(
        [out.with_columns(sent, pl.col("delivered_on").alias("recorded_on"))], "deliveries", "delivery_id"
    )
    filled = pl.col("order_id").is_in(out.get_column("order_id").unique().implode())
    orders = pl.concat(world.trade.orders for world in worlds).filter(pl.col("ordered_on") <= plan.end_on)
    orders = orders.filter((pl.col("ordered_on") >= plan.start_on) | filled)
    tables["orders"] = joined([orders.with_columns(pl.col("ordered_on").alias("recorded_on"))], "orders", "order_id")
    return tables


@dataclass(frozen=True)
class _Money:
    """Payables, bank and stock. ``lines``: our own lines, also those owed at the end; ``loan``: at the beginning."""

    tables: Mapping[str, pl.DataFrame]
    lines: pl.DataFrame
    loan: int
    squeeze: Mapping[str, Any]


def _money(
    plan: Plan,
    told: stories.Cast,
    worlds: tuple[_World, _World, _World],
    *,
    receipts: pl.DataFrame,
    rows: pl.DataFrame,
    daily: pl.DataFrame,
) -> _Money:
    """What is bought, paid and left in the bank: planned by what was expected of customers, moved by what they paid.

    Args:
        worlds: all customers but the failing one; it, as it was expected to go on; and as it failed.
        receipts: what really came in.
    """
    rest, usual, failing = worlds
    needed = demand(plan, pl.concat([rest.trade.deliveries, usual.trade.deliveries]))
    billed, payments = bills(plan, needed, told.squeezed_from)
    running = bank.running(plan, needed)
    expected = pl.concat([rest.paid.receipts, usual.paid.receipts])
    inflow = bank.by_month(expected, "received_on", "booked_amount")
    treasury = bank.steer(plan, inflow, pl.concat([running, bank.supplier_lines(payments)]))
    ahead: dict[date, int] = {}
    facts: dict[str, Any] = {}
    own = [running, treasury.moves]
    if plan.squeeze:
        lost = [bank.by_month(world.paid.receipts, "received_on", "booked_amount") for world in (usual, failing)]
        late = payments.with_columns(pl.col("squeezed_on").alias("paid_on"))
        ahead, floor = stories.bought_ahead(told, treasury, running, inflow, payments=(payments, late), failing=lost)
        extra = stories.stocked_up(plan, told, ahead, suppliers(plan))
        billed = pl.concat([billed, conformed_bills(extra)]).sort("bill_id")
        payments = pl.concat([late, extra], how="diagonal")
        own.append(bank.refund_due(extra, plan))
        facts = {"floor_minor": floor, "bought_ahead_minor": list(ahead.values())}
    payments = payments.filter(pl.col("paid_on") <= plan.end_on)
    lines = pl.concat(own)
    printed = [lines, bank.supplier_lines(payments)]
    came = bank.customer_lines(receipts, rows)
    filled, wages = bank.transferred(plan, lines)
    printed += [came, bank.exchanged(plan, came, daily), filled]
    bank_lines, balances = bank.statement_of(plan, pl.concat(printed), treasury.opening, wages, daily)
    if plan.squeeze:
        facts |= bank.cash_facts(bank_lines, balances, daily, told.months)
    tables = {
        "bills": billed,
        "bill_payments": paid_bills(payments),
        "bank_lines": bank_lines,
        "balances": balances,
        "stock": stock(plan, needed, ahead),
    }
    return _Money(tables, lines, treasury.loan, facts)
