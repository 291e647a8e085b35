"""Measures: all measures of an assessment as one bundle; a new one is a function in its room and a field here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Basis, Books
from solvent.measures.aging import Aging, TieOut, aging, disputed, overdue_share, tie_out
from solvent.measures.collection import Collection, cei, on_time
from solvent.measures.company.liquidity import Liquidity, cash, monthly_spend, operating_cash_flow, ratios, reconciled
from solvent.measures.company.payables import (
    Payables,
    cash_conversion_cycle,
    dpo,
    dpo_cogs,
    lateness,
    lateness_by_month,
    payables_aging,
    suppliers,
)
from solvent.measures.company.statements import Statements
from solvent.measures.company.stock import Stock, dio, slow_by_family, slow_movers, slow_share, stock_turnover
from solvent.measures.company.unallocated import Unallocated, unallocated_aging, unallocated_cash
from solvent.measures.concentration import Concentrated, Concentration, concentration
from solvent.measures.dso import Dso, days_to_pay_median, family, weighted_days_to_pay
from solvent.measures.dso_detail import history
from solvent.measures.rolls import Rolls, provision_matrix, roll_rates
from solvent.measures.sums import Figure
from solvent.measures.timeliness import Timeliness, fallen_due, timeliness, trend
from solvent.measures.trade.behaviour import Behaviour, behaviour, first_year_bad_debt
from solvent.measures.trade.invoicing import Invoicing, clock_rates, clocks, late_cost, unmatched
from solvent.measures.trade.salespeople import collection_by_salesperson


@dataclass(frozen=True)
class Measures:
    """What arithmetic says about the books. Every frame is in minor units of the books' currency."""

    aging: pl.DataFrame
    aging_by_customer: pl.DataFrame
    overdue_share: float | None
    disputed: int | None
    tie_out: TieOut
    dso: Mapping[str, Figure]
    dso_history: pl.DataFrame
    days_to_pay: Figure
    days_to_pay_median: Figure
    cei: Figure
    on_time: pl.DataFrame
    timeliness: pl.DataFrame
    default_trend: Mapping[str, pl.DataFrame]
    rolls: pl.DataFrame
    provision: pl.DataFrame
    concentration: Concentrated
    behaviour: pl.DataFrame
    first_year_bad_debt: Figure
    salespeople: pl.DataFrame
    clocks: pl.DataFrame
    late_invoicing: Figure
    unmatched: pl.DataFrame
    payables: Mapping[str, Figure]
    payables_aging: pl.DataFrame
    own_delay_by_month: pl.DataFrame
    suppliers: pl.DataFrame
    stock: Mapping[str, Figure]
    slow_by_family: pl.DataFrame
    slow_movers: pl.DataFrame
    ratios: pl.DataFrame
    unallocated: Figure
    unallocated_aging: pl.DataFrame
    cash: int | None
    cash_flow: pl.DataFrame
    cash_reconciled: pl.DataFrame
    monthly_spend: int | None
    problems: Sequence[Problem]


TRENDS = ("customer", "region", "industry", "country")
"""What the trend of the default rate is cut by."""


def measure(books: Books, policy: Policy) -> Measures:
    """Every measure of the books, under the policy of their day."""
    ages, days = policy.terms(Aging), policy.terms(Dso)
    variants = family(books, terms=days)
    effectiveness = cei(books)
    paid, paid_median = weighted_days_to_pay(books, terms=days), days_to_pay_median(books, terms=days)
    bills, lines = policy.terms(Payables), policy.terms(Liquidity)
    stocks, invoicing = policy.terms(Stock), policy.terms(Invoicing)
    believed, timely = policy.terms(Statements), policy.terms(Timeliness)
    months = fallen_due(books, terms=timely)
    owing, owing_cogs, lying = dpo(books, bills), dpo_cogs(books, believed), dio(books, believed)
    cycle = cash_conversion_cycle(lying, variants["simple"], owing)
    deliveries, flow = clocks(books, invoicing), operating_cash_flow(books)
    late, young = late_cost(books, deliveries, invoicing), first_year_bad_debt(books)
    slow, turned, own = slow_share(books, stocks), stock_turnover(books, believed), lateness(books, bills)
    placed = unallocated_cash(books, policy.terms(Unallocated))
    told = (
        *(*variants.values(), effectiveness, paid, paid_median, young),
        *(late, owing, owing_cogs, own, lying, turned, slow, cycle, placed),
    )
    return Measures(
        aging=aging(books, terms=ages),
        aging_by_customer=aging(books, "customer", terms=ages),
        overdue_share=overdue_share(books),
        disputed=disputed(books),
        tie_out=tie_out(books),
        dso=variants,
        dso_history=history(books, terms=days),
        days_to_pay=paid,
        days_to_pay_median=paid_median,
        cei=effectiveness,
        on_time=on_time(books, terms=policy.terms(Collection)),
        timeliness=timeliness(books, terms=timely, months=months),
        default_trend=_trends(books, timely, months),
        rolls=roll_rates(books, buckets=ages),
        provision=provision_matrix(books, terms=policy.terms(Rolls), buckets=ages),
        concentration=concentration(books, terms=policy.terms(Concentration)),
        behaviour=behaviour(books, policy.terms(Behaviour)),
        first_year_bad_debt=young,
        salespeople=collection_by_salesperson(books),
        clocks=clock_rates(deliveries),
        late_invoicing=late,
        unmatched=unmatched(books),
        payables={"dpo": owing, "dpo_cogs": owing_cogs, "own_delay": own, "ccc": cycle},
        payables_aging=payables_aging(books, bills),
        own_delay_by_month=lateness_by_month(books),
        suppliers=suppliers(books),
        stock={"dio": lying, "turnover": turned, "slow_share": slow},
        slow_by_family=slow_by_family(books, stocks),
        slow_movers=slow_movers(books, stocks),
        ratios=ratios(books, lines),
        unallocated=placed,
        unallocated_aging=unallocated_aging(books, policy.terms(Unallocated)),
        cash=cash(books),
        cash_flow=flow,
        cash_reconciled=reconciled(books, flow),
        monthly_spend=monthly_spend(flow, lines),
        problems=tuple(_problems(books, told)),
    )


def _trends(books: Books, terms: Timeliness, months: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    return {by: trend(timeliness(books, by, terms=terms, months=months), by, terms) for by in TRENDS}


def _problems(books: Books, figures: Sequence[Figure]) -> Iterator[Problem]:
    """What the figures have to say, each thing once."""
    if books.basis is Basis.MIXED:
        used = books.table("open_items").select(pl.col("currency").unique().sort()).collect()
        yield Problem("books.mixed_currencies", "", {"currencies": ", ".join(used.get_column("currency"))})
    else:
        if overdue_share(books) is None:
            yield Problem("measures.nothing_open")
        if concentration(books).hhi is None:
            yield Problem("measures.nothing_sold")
    seen: set[str] = set()
    for figure in figures:
        for problem in (*((figure.why,) if figure.why else ()), *figure.notices):
            key = f"{problem.code}{sorted(problem.facts.items())}"
            if key not in seen:
                seen.add(key)
                yield problem
