"""Known: the figures that pages show and can explain: what each is, its formula, its source, and where its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solvent.base.terms import Terms
from solvent.decisions.liquidity.floor import Floor
from solvent.measures.aging import Aging
from solvent.measures.company.unallocated import Unallocated
from solvent.measures.dso import Dso
from solvent.measures.trade.invoicing import Invoicing


@dataclass(frozen=True)
class Known:
    """One figure.

    title: what it is called. kind: ``days``, ``money``, ``share``, ``number``. formula: in words. source: who says so.
    measure: its name among the measures, as ``documents.frames.explained`` has it; empty: report: path of its value in
    the assessment's JSON. inputs: paths of what went in, where the measure does not tell them, with name and kind.
    terms: the decided numbers it obeys. rows: page of the rows behind it, with what the address asks.
    """

    title: str
    kind: str
    formula: str
    source: str
    measure: str = ""
    report: str = ""
    inputs: tuple[tuple[str, str, str], ...] = ()
    terms: tuple[type[Terms], ...] = ()
    rows: tuple[str, str] = ("", "")


AGED = ("receivable_items", "")
BUCKETS = (
    ("aging.current", "not yet due", "money"),
    ("aging.1-30", "1 to 30 days late", "money"),
    ("aging.31-60", "31 to 60 days late", "money"),
    ("aging.61-90", "61 to 90 days late", "money"),
    ("aging.91-120", "91 to 120 days late", "money"),
    ("aging.121+", "more than 120 days late", "money"),
    ("aging.unapplied", "money and credit not applied", "money"),
)
KNOWN: Mapping[str, Known] = {
    "receivables": Known(
        "Open receivables", "money",
        "sum over all items of what was invoiced less what was paid, credited or closed on it, less money and credit "
        "that is not applied; each foreign amount at the day's rate",
        "FORMULAS 4.2.10", report="open_total", inputs=BUCKETS, terms=(Aging,), rows=AGED,
    ),
    "overdue": Known(
        "Overdue", "share", "open amounts whose due day is over, divided by all open amounts",
        "FORMULAS 4.2.10", report="overdue_share", inputs=BUCKETS, terms=(Aging,),
        rows=("receivable_items", "sort=-days_past_due"),
    ),
    "disputed": Known(
        "In dispute", "money", "of each disputed item what is disputed, at most what is open on it",
        "own choice: a paid part is disputed no more", report="disputed", rows=("receivable_disputes", ""),
    ),
    "dso": Known(
        "DSO, 90 days", "days", "receivables at the day's end, divided by the sales of the last days, times the days",
        "FORMULAS 4.2.1", "dso.simple", terms=(Dso,), rows=AGED,
    ),
    "best_possible_dso": Known(
        "Best possible DSO", "days", "receivables not yet due, divided by the sales of the last days, times the days",
        "FORMULAS 4.2.4", "dso.best_possible", terms=(Dso,), rows=("receivable_items", "bucket=current"),
    ),
    "days_delinquent": Known(
        "Days delinquent", "days", "DSO less best possible DSO", "FORMULAS 4.2.5", "dso.delinquent", terms=(Dso,),
        rows=("receivable_items", "sort=-days_past_due"),
    ),
    "countback_dso": Known(
        "Countback DSO", "days",
        "the sales of the newest months are taken off the receivables, a month after the other, until nothing is left; "
        "the days of those months, of the last one in proportion",
        "FORMULAS 4.2.3", "dso.countback", terms=(Dso,), rows=AGED,
    ),
    "average_dso": Known(
        "DSO, one year", "days", "mean of the receivables at the year's begin and end, divided by its sales, times 365",
        "FORMULAS 4.2.2", "dso.average", terms=(Dso,), rows=AGED,
    ),
    "turnover": Known(
        "Turnover", "number", "sales of a year divided by the mean receivables", "FORMULAS 4.2.2", "dso.turnover",
        terms=(Dso,), rows=AGED,
    ),
    "days_to_pay": Known(
        "Days to pay", "days",
        "for each invoice of the last year the days from its issue to its payment, open ones up to today, weighted by "
        "their amounts", "FORMULAS 4.2.6", "days_to_pay", terms=(Dso,), rows=("receivable_invoices", "state=paid"),
    ),
    "cei": Known(
        "Collection effectiveness", "number",
        "(receivables at the month's begin and its sales, less all receivables at its end) divided by (the same, less "
        "those not yet due at its end), times 100", "FORMULAS 4.2.8", "cei", rows=("receivable_receipts", ""),
    ),
    "unallocated": Known(
        "Money not placed", "money", "receipts and bank lines less what stands against items, bills and plans",
        "CAPABILITIES 100", "unallocated", terms=(Unallocated,), rows=("receivable_unplaced", ""),
    ),
    "late_invoicing": Known(
        "Late invoicing has cost", "money",
        "for each delivery invoiced late its amount, times the days it was late, times the yearly rate, over 365",
        "REQUIREMENTS, clocks of invoicing", "late_invoicing", terms=(Invoicing,), rows=("receivable_invoicing", ""),
    ),
    "cash": Known(
        "Cash now", "money", "sum of the last told balances of all bank accounts, foreign ones at the day's rate",
        "FORMULAS 4.6", report="cash",
        inputs=(("cash_outlook.lines.floor.value", "floor", "money"),
                ("cash_outlook.lines.orange.value", "orange line", "money")),
        terms=(Floor,), rows=("cash", ""),
    ),
    "lowest": Known(
        "Lowest expected cash", "money",
        "on each simulated path the lowest balance of each week; of each week the median over all paths; the least of "
        "the weeks", "FORMULAS 4.6", report="cash_outlook.weeks_ahead.lowest_p50",
        inputs=(("cash_outlook.simulation.paths", "simulated paths", "count"),
                ("cash_outlook.simulation.open_items", "open items", "count"), ("seed", "seed of the draws", "count")),
        terms=(Floor,), rows=("cash_weeks", ""),
    ),
    "chance": Known(
        "Chance of falling under the floor", "share",
        "paths whose balance is under the floor on any day, divided by all paths", "FORMULAS 4.6",
        report="cash_outlook.gap.horizon_chance",
        inputs=(("cash_outlook.gap.line", "floor", "money"),
                ("cash_outlook.simulation.paths", "simulated paths", "count"),
                ("seed", "seed of the draws", "count")), terms=(Floor,), rows=("cash_weeks", ""),
    ),
}  # fmt: skip
"""By the name in the address."""
INPUTS: Mapping[str, tuple[str, str]] = {
    "receivables": ("receivables at the day's end", "money"), "sales": ("sales", "money"), "days": ("days", "number"),
    "current": ("not yet due", "money"), "months": ("months counted back", "count"),
    "mean_receivables": ("mean receivables", "money"), "receivables_begin": ("receivables at the begin", "money"),
    "receivables_end": ("receivables at the end", "money"), "simple": ("DSO, 90 days", "days"),
    "best_possible": ("best possible DSO", "days"), "month": ("month", "text"),
    "begin": ("receivables at the month's begin", "money"), "end_total": ("receivables at the month's end", "money"),
    "end_current": ("of them not yet due", "money"), "paid": ("paid", "money"), "open": ("still open", "money"),
    "late": ("deliveries invoiced late", "count"), "not_invoiced": ("not invoiced yet", "count"),
    "rate": ("yearly rate", "share"), "receipts": ("receipts", "money"), "lines": ("bank lines", "money"),
    "old": ("of it old", "money"), "old_days": ("old from so many days", "count"),
}  # fmt: skip
"""An input of a measure: what it is called, and its kind."""
