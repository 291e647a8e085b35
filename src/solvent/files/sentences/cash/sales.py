"""Sentences about sales to come and about exchange rates."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "sales.none": (
        "nothing was ever invoiced by this day, so no sales are carried on: "
        "the outlook holds no money of invoices to come"
    ),
    "sales.no_rate": (
        "there is no exchange rate for {currencies}: sales in them are not carried on; "
        "enter a rate for them in fx_rates"
    ),
    "sales.silent": (
        "the last invoice is {days} days old: if invoices were issued since, take them in; "
        "if not, sales are rightly carried on lower"
    ),
    "sales.history_short": (
        "sales are known for {months} months only, too few to try a forecast on: they are carried on at their mean, "
        "without a season, and their bands are wide"
    ),
    "sales.season_unknown": (
        "sales are known for {months} months; a season shows after 24, "
        "so none is assumed but last year's months where they did better, and the bands are wider"
    ),
    "sales.months_empty": (
        "in {months} months no more was invoiced than credited; "
        "check that their invoices were taken in, for they lower what is carried on"
    ),
    "sales.orders_unlinked": (
        "orders or deliveries are known, but the share of invoices that name one is only {share}: "
        "they do not sharpen the sales ahead; let invoices name the order or delivery that they bill"
    ),
    "sales.nobody_to_pay": (
        "no invoice can tell who will buy and when they pay, so sales to come bring no money in the outlook"
    ),
    "sales.fx.no_rate": (
        "there is no exchange rate for {currencies}: their worth cannot be told, today or later; "
        "enter a rate for them in fx_rates"
    ),
    "sales.fx.rate_old": (
        "the newest exchange rate of {currencies} is more than {days} days old; amounts in them are told at that rate"
    ),
    "sales.fx.history_short": (
        "there are too few rates of {currencies} to tell how far they move: "
        "about {percent} per cent a year is assumed; enter more of their past rates"
    ),
    "simulation.fx.correlation": (
        "the correlation of exchange rates with late payment is {value}; it must lie between -1 and 1"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""
