"""Views of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.http import HttpResponse

from solvent_server.web.alarms.gathered import alive, says, titles, who
from solvent_server.web.cash import charted, outlook
from solvent_server.web.cash.told import Told, together
from solvent_server.web.parts.page import Look, page
from solvent_server.web.today.cards import Card, cards
from solvent_server.web.today.changed import changed, previous
from solvent_server.web.today.tasks import OWNS, tasks

WORST = 5
"""So many alarms stand on the page."""

MONEY = ("cash", "lowest", "chance", "receivables", "dso", "alarms")
DEBTORS = ("receivables", "dso", "alarms", "cash", "lowest", "chance")
RISK = ("alarms", "receivables", "dso", "cash", "lowest", "chance")
ORDER: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "cfo": (MONEY, ("fan", "alarms", "changed", "tasks")),
    "treasurer": (MONEY, ("fan", "tasks", "changed", "alarms")),
    "credit_manager": (RISK, ("tasks", "alarms", "changed", "fan")),
    "credit_analyst": (RISK, ("tasks", "alarms", "changed", "fan")),
    "collector": (DEBTORS, ("tasks", "alarms", "changed", "fan")),
    "sales": (DEBTORS, ("tasks", "alarms", "changed", "fan")),
    "legal": (RISK, ("alarms", "tasks", "changed", "fan")),
    "auditor": (MONEY, ("changed", "alarms", "fan", "tasks")),
}
"""Of each role: which cards, then which parts come first; who is not named is shown the day as the CFO sees it."""

OF_CASH = frozenset({"cash", "lowest", "chance"})
"""Cards of whoever may see cash."""


@page("see")
def today(look: Look) -> HttpResponse:
    """What the day begins with."""
    assert look.kept is not None
    told = Told(look.language, look.kept.currency)
    cash = look.kept.report["cash_outlook"]
    live = alive(look)
    order, parts = ORDER.get(look.role, ORDER["cfo"])
    money = look.may("see_cash")
    order = order if money else [name for name in order if name not in OF_CASH]
    before = previous(look.company.code, look.kept)
    earlier = before if before is not None and before.as_of < look.kept.as_of else None
    made = {card.name: card for card in cards(look, told, live, earlier)}
    worst = _worst(live, look.role)
    return look.render(
        "today/today.html",
        here="today",
        cards=_ordered(made, order),
        money=money,
        fan_first=money and parts[0] == "fan",
        alarms_first=parts.index("alarms") < min(parts.index("tasks"), parts.index("changed")),
        side=[part for part in parts if part in ("tasks", "changed")],
        fan=outlook.drawn(cash, told),
        line=charted.fan(
            cash,
            told,
            "ahead",
            look.say("Cash in the weeks ahead: median and bands of all paths, with floor and orange line"),
            lambda end: f"{look.address('cash_weeks')}?week={end}#week",
        ),
        weeks=outlook.weeks(cash, told),
        gap=outlook.gap(look.kept.report, told),
        worst=[_brief(row, look) for row in worst.iter_rows(named=True)],
        count=live.height,
        changed=changed(look, told, before),
        tasks=tasks(look, told, live),
    )


def _worst(live: pl.DataFrame, role: str) -> pl.DataFrame:
    """The worst alarms, those of the role's own first among equals; of one customer the worst alone."""
    mine = pl.col("owner").is_in(list(OWNS.get(role, ())))
    ordered = live.sort("place", mine, "rank", "name", descending=[True, True, True, False])
    apart = pl.when(pl.col("about") == "company").then("case_id").otherwise("subject")
    return ordered.with_columns(apart.alias("apart")).unique("apart", keep="first", maintain_order=True).head(WORST)


def _ordered(made: Mapping[str, Card], order: Sequence[str]) -> Sequence[Card]:
    return [made[name] for name in order]


def _brief(row: Mapping[str, Any], look: Look) -> Mapping[str, Any]:
    assert look.kept is not None
    return {
        "tier": row["tier"],
        "title": titles().get(row["rule"], row["rule"]),
        "who": who(row, look.language),
        "customer": look.address("customer", row["subject"]) if row["about"] == "customer" else "",
        "says": together(says(row, look.language, look.kept.currency)),
        "to": look.address("alarm", row["case_id"]),
    }
