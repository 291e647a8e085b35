"""Length: what each further day of terms costs a deal, against its margin and the sales that shorter terms may lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.limits.counting import cover_today
from solvent.simulation.horizon import Floats

YEAR = 365.0
FARTHEST = 730
"""No longer terms are looked at for the break-even: contracts know none."""


@dataclass(frozen=True)
class Length(Terms, key="limits.length"):
    """What a day of credit costs; a deal may say otherwise."""

    funding_rate: float = term(
        0.06, unit="share a year", most=10, source="FORMULAS 4.5.9; own choice: a small firm's line"
    )
    loss_given_default: float = term(
        0.9, unit="share of what is owed at failure that is lost", most=1, source="own choice: unsecured trade credit"
    )
    margin_share: float = term(0.30, unit="contribution margin, share of the price", source="own choice: a trader's")
    candidates: tuple[int, ...] = term(
        (0, 7, 10, 14, 15, 20, 30, 45, 60, 75, 90, 105, 120),
        unit="days that are compared",
        most=36_525,
        source="own choice: the usual terms of trade",
    )


DEFAULTS = Length()


@dataclass(frozen=True)
class Deal:
    """What is sold to a customer or an industry, and at what risk.

    sales: a year's, minor units. terms_days: those of today. delay_days: expected beyond terms; paid early counts as on
    time. default_chance: to fail within a year. margin_share: contribution margin over price. insured_share: of a loss
    that an insurer pays; premium_rate: on insured sales. lost_share: of sales, lost for each ten days that terms are
    shorter than today's; gained_share: gained for each ten days that they are longer; None: nobody has said.
    """

    sales: int
    terms_days: int
    delay_days: float
    default_chance: float
    margin_share: float
    funding_rate: float
    loss_given_default: float
    insured_share: float = 0.0
    premium_rate: float = 0.0
    lost_share: float | None = None
    gained_share: float | None = None


@dataclass(frozen=True)
class Compared:
    """Terms side by side; money in minor units a year.

    table: terms_days, sales (Int64), funding, expected_loss, insurance (Int64, money), cost_share (Float64, of sales:
    the bad-debt-neutral margin, FORMULAS 4.1.12), price_factor (Float64: price over the cash price at which a sale
    earns as much as for cash; empty: no price does), next_day (Int64: what one day more costs), profit (Int64: margin
    less cost), may_lose_share (Float64: of sales that these terms may lose against today's and still earn as much;
    negative: so much must be gained; empty: they earn nothing).
    best_days: of the candidates with the highest profit, the shortest; None: what sales hang on terms was not said.
    break_even_days: longest terms at which a sale loses nothing; None: not even cash sales do; FARTHEST: or longer.
    """

    deal: Deal
    table: pl.DataFrame
    best_days: int | None
    break_even_days: int | None


def compared(deal: Deal, candidates: Sequence[int] = DEFAULTS.candidates) -> Compared:
    """All candidates of one deal, today's terms among them."""
    days = np.array(sorted({*candidates, deal.terms_days}), dtype=np.float64)
    funding, loss, insurance = costs(deal, days)
    cost = funding + loss + insurance
    sales = deal.sales * volume(deal, days)
    profit = sales * (deal.margin_share - cost)
    ahead = cost_share(deal, days + 1.0) - cost
    now = deal.margin_share - float(cost_share(deal, np.array([float(deal.terms_days)]))[0])
    unit = deal.margin_share - cost
    may_lose = [1.0 - now / one if one > 1e-12 else None for one in unit]
    table = pl.DataFrame(
        {
            "terms_days": days.astype(np.int64),
            "sales": _whole(sales),
            "funding": _whole(sales * funding),
            "expected_loss": _whole(sales * loss),
            "insurance": _whole(sales * insurance),
            "cost_share": cost,
            "price_factor": [1.0 / (1.0 - share) if share < 1.0 else None for share in cost],
            "next_day": _whole(sales * ahead),
            "profit": _whole(profit),
            "may_lose_share": may_lose,
        },
        schema_overrides={"price_factor": pl.Float64, "may_lose_share": pl.Float64},
    )
    said = deal.lost_share is not None
    best = int(days[int(np.argmax(profit))]) if said and deal.sales > 0 else None
    return Compared(deal, table, best, break_even(deal))


def costs(deal: Deal, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Funding (amount x days x rate / 365), expected loss and insurance of one unit of sales on terms of ``days``.

    Money is out for the terms and the delay beyond them; cash on delivery (0 days) has neither delay nor risk.
    """
    credit = days > 0
    out = np.where(credit, days + max(deal.delay_days, 0.0), 0.0)
    funding: Floats = out * deal.funding_rate / YEAR
    failed = 1.0 - (1.0 - min(deal.default_chance, 1.0)) ** (out / YEAR)
    loss: Floats = failed * deal.loss_given_default * (1.0 - deal.insured_share)
    insurance: Floats = np.where(credit, deal.premium_rate, 0.0)
    return funding, loss, insurance


def cost_share(deal: Deal, days: Floats) -> Floats:
    """All three, of one unit of sales: the margin that a deal needs at least (FORMULAS 4.1.12)."""
    funding, loss, insurance = costs(deal, days)
    told: Floats = funding + loss + insurance
    return told


def volume(deal: Deal, days: Floats) -> Floats:
    """Sales over today's, by what was said of it, in straight lines; nothing is lost below nothing."""
    shorter, longer = np.maximum(deal.terms_days - days, 0.0), np.maximum(days - deal.terms_days, 0.0)
    share = 1.0 - (deal.lost_share or 0.0) * shorter / 10.0 + (deal.gained_share or 0.0) * longer / 10.0
    told: Floats = np.maximum(share, 0.0)
    return told


def break_even(deal: Deal) -> int | None:
    """The longest whole number of days, up to FARTHEST, at which cost takes no more than the margin."""
    days = np.arange(0, FARTHEST + 1, dtype=np.float64)
    within = np.flatnonzero(cost_share(deal, days) <= deal.margin_share + 1e-12)
    return int(within[-1]) if len(within) else None


def deals(
    customers: pl.DataFrame, terms: Length = DEFAULTS, *, lost_share: float | None = None,
    gained_share: float | None = None, margin_share: float | None = None,
) -> dict[str, Deal]:  # fmt: skip
    """Deals of customers or, weighed by what they buy, of industries.

    Args:
        customers: ``key`` (String: whose deal; rows of one key are weighed together), ``sales`` (Int64, a year's, minor
            units; rows without sales are left out), ``terms_days``, ``delay_days`` (Float64; empty: none known, 0),
            ``default_chance`` (Float64), ``insured_share``, ``premium_rate`` (Float64; empty: not insured).
        lost_share, gained_share, margin_share: what was said of all of them; None: the term, or not said.
    """
    weight = pl.col("sales").cast(pl.Float64)
    cells = {
        name: (pl.col(name).cast(pl.Float64).fill_null(0.0) * weight).sum() / weight.sum()
        for name in ("terms_days", "delay_days", "default_chance", "insured_share", "premium_rate")
    }
    rows = (
        customers.filter((pl.col("sales") > 0) & pl.col("key").is_not_null() & pl.col("terms_days").is_not_null())
        .group_by("key")
        .agg(pl.col("sales").sum(), **cells)
        .sort("key")
    )
    return {
        row["key"]: Deal(
            sales=int(row["sales"]),
            terms_days=round(row["terms_days"]),
            delay_days=row["delay_days"],
            default_chance=row["default_chance"],
            margin_share=terms.margin_share if margin_share is None else margin_share,
            funding_rate=terms.funding_rate,
            loss_given_default=terms.loss_given_default,
            insured_share=row["insured_share"],
            premium_rate=row["premium_rate"],
            lost_share=lost_share,
            gained_share=gained_share,
        )
        for row in rows.iter_rows(named=True)
    }


def bought(books: Books, basis: pl.DataFrame, by: str) -> pl.DataFrame:
    """What ``deals`` asks for, of each customer, with the insurance that counts today.

    Args:
        basis: as ``credit.limits.basis.basis`` gives it. by: ``customer_id``, ``industry`` or ``country``.

    Returns: key, sales, terms_days, delay_days, default_chance, insured_share, premium_rate.
    """
    rates = books.table("insurance_policies").select("policy_id", "premium_rate").collect()
    covered = (
        books.table("buyer_limits")
        .sort("valid_from", "recorded_on", "limit_id")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", "policy_id")
        .collect()
        .join(rates, on="policy_id", how="left")
        .join(cover_today(books).filter(pl.col("cover_amount") > 0), on="customer_id", how="inner")
        .select("customer_id", "insured_share", "premium_rate")
    )
    industry = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    named = industry.select("customer_id", "industry", "country").collect()
    return (
        basis.join(covered, on="customer_id", how="left")
        .join(named, on="customer_id", how="left")
        .select(
            pl.col(by).alias("key"),
            pl.col("purchases_year").alias("sales"),
            pl.col("agreed_days").alias("terms_days"),
            "delay_days",
            pl.col("yearly_default_chance").alias("default_chance"),
            "insured_share",
            "premium_rate",
        )
    )


def _whole(values: Floats) -> list[int]:
    return [round(float(value)) for value in values]
