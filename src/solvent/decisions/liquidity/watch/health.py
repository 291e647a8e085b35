"""Health: the company's own check in one run: each weak point with its colour, its figure and line, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from solvent.base.problem import Fact, Problem
from solvent.base.terms import Policy, Terms, term
from solvent.credit.altman import Altman
from solvent.decisions.liquidity.floor import Floor, Lines
from solvent.decisions.liquidity.gap import Gap
from solvent.decisions.liquidity.watch.causes import Caused
from solvent.decisions.liquidity.watch.signs import Sign
from solvent.measures.company.liquidity import Liquidity
from solvent.measures.concentration import Concentration
from solvent.measures.measures import Measures
from solvent.measures.sums import Figure


@dataclass(frozen=True)
class Health(Terms, key="liquidity.health"):
    """Where a colour begins; lines that other requirements name stand with their own measures."""

    cash_ratio: float = term(0.2, unit="cash ratio, yellow strictly under it", source="own choice: a textbook's fifth")
    dso_yellow: float = term(
        0.20, unit="rise of DSO over its mean, yellow strictly over it", source="REQUIREMENTS EW-01"
    )
    dso_orange: float = term(
        0.30, unit="rise of DSO over its mean, orange strictly over it", source="REQUIREMENTS EW-01"
    )
    overdue_yellow: float = term(
        0.20, unit="overdue share, yellow strictly over it", source="own choice: one euro in five"
    )
    overdue_orange: float = term(0.40, unit="overdue share, orange strictly over it", source="own choice: twice that")
    gap_red: float = term(
        0.50, unit="chance of a week under the floor, red from it", most=1, source="own choice: more likely than not"
    )
    gap_yellow: float = term(
        0.05, unit="chance of any week under the floor, yellow from it", most=1, source="own choice: half of a gap's"
    )
    unallocated_share: float = term(
        0.02, unit="old unallocated cash over receivables, yellow strictly over it", source="own choice: one in fifty"
    )
    invoiced_share: float = term(
        0.95, unit="invoices in time, yellow strictly under it", source="own choice: one in twenty"
    )
    slow_yellow: float = term(
        0.10, unit="share of slow stock, yellow strictly over it", most=1, source="own choice: one in ten"
    )
    slow_orange: float = term(
        0.25, unit="share of slow stock, orange strictly over it", most=1, source="own choice: a quarter"
    )
    stock_yellow: float = term(
        0.20, unit="stock grown beyond sales, yellow strictly over it", source="own choice: as with DSO"
    )
    stock_orange: float = term(
        0.50, unit="stock grown beyond sales, orange strictly over it", source="own choice: half"
    )
    nothing_yellow: float = term(
        0.01, unit="chance of insolvency, yellow from it", most=1, source="own choice: a year of grade B"
    )
    nothing_orange: float = term(
        0.05, unit="chance of insolvency, orange from it", most=1, source="own choice: one in twenty"
    )
    nothing_red: float = term(0.10, unit="chance of insolvency, red from it", most=1, source="own choice: one in ten")


DEFAULTS = Health()

SEVERITIES = ("red", "orange", "yellow", "unknown", "green")
"""In the order in which findings are told; unknown: the books do not tell, and why stands with it."""


@dataclass(frozen=True)
class Finding:
    """One point of the check (REQUIREMENTS CA-11).

    figure, line: what was held against what, in unit; money in minor units. action: the code of what to do next, empty
    where all is well. evidence: the numbers behind it, by name. why: with the severity unknown, the reason.
    """

    code: str
    severity: str
    figure: float | None
    line: float | None
    unit: str
    action: str
    evidence: Mapping[str, Fact]
    why: Problem | None = None


@dataclass(frozen=True)
class Seen:
    """What the check looks at."""

    measures: Measures
    policy: Policy
    told: Lines
    hole: Gap | None
    no_gap: Problem | None
    signs: Sequence[Sign]
    caused: Caused
    nothing: Figure
    score: Figure


def health(seen: Seen) -> Sequence[Finding]:
    """Every finding, the worst first; what is green or not known is told too."""
    terms = seen.policy.terms(Health)
    found = [
        *_cash(seen),
        *_ahead(seen, terms),
        *_ratios(seen, terms),
        *_receivables(seen, terms),
        *_company(seen, terms),
    ]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _cash(seen: Seen) -> Iterator[Finding]:
    """Cash now against floor and orange line, and the run of months with negative operating cash flow."""
    cash, floor, lines = seen.measures.cash, seen.policy.terms(Floor), seen.told
    facts: dict[str, Fact] = {"cash": cash, "ring_fenced": lines.ring_fenced, **lines.floor.inputs}
    code, action = "liquidity.health.floor", "liquidity.action.hold_cash"
    if cash is None or lines.floor.value is None:
        why = lines.floor.why or Problem("liquidity.pools.no_cash")
        yield Finding(code, "unknown", cash, lines.floor.value, "minor units", "liquidity.action.get_data", facts, why)
    else:
        own, base = cash - lines.ring_fenced, lines.floor.value
        colour = "red" if own < base else "orange" if own <= floor.near_times * base + 1e-6 else "green"
        yield Finding(code, colour, own, base, "minor units", action if colour != "green" else "", facts)
    code, action = "liquidity.health.orange_line", "liquidity.action.slow_spending"
    if cash is None or lines.orange.value is None:
        why = lines.orange.why or Problem("liquidity.pools.no_cash")
        yield Finding(
            code,
            "unknown",
            cash,
            lines.orange.value,
            "minor units",
            "liquidity.action.get_data",
            lines.orange.inputs,
            why,
        )
    else:
        low = cash - lines.ring_fenced < lines.orange.value
        yield Finding(
            code, "orange" if low else "green", cash - lines.ring_fenced, lines.orange.value, "minor units",
            action if low else "", lines.orange.inputs,
        )  # fmt: skip
    code, action = "liquidity.health.operating_cash", "liquidity.action.find_cause"
    flow, limit = seen.measures.cash_flow, seen.policy.terms(Liquidity).red_months
    if flow.is_empty() or flow["operating"].null_count():
        why = Problem("liquidity.floor.no_bank_lines") if flow.is_empty() else Problem("liquidity.floor.no_rate")
        yield Finding(code, "unknown", None, float(limit), "months", "liquidity.action.get_data", {}, why)
    else:
        running = int(flow["negative_months"][-1])
        months = {
            f"{end:%Y-%m}": amount
            for end, amount in flow.tail(max(limit, 3)).select("month_end", "operating").iter_rows()
        }
        colour = "red" if running >= limit else "yellow" if running else "green"
        yield Finding(code, colour, float(running), float(limit), "months", action if running else "", months)


def _ahead(seen: Seen, terms: Health) -> Iterator[Finding]:
    """The gap ahead, the chance of insolvency, and the score of our own statements."""
    code = "liquidity.health.gap"
    if seen.hole is None:
        yield Finding(code, "unknown", None, None, "chance", "liquidity.action.get_data", {}, seen.no_gap)
    else:
        hole = seen.hole
        worst = max(hole.weeks["chance"].to_list())
        colour = (
            "red" if worst >= terms.gap_red else "orange" if hole.week_end is not None
            else "yellow" if hole.horizon_chance >= terms.gap_yellow else "green"
        )  # fmt: skip
        facts: dict[str, Fact] = {
            "week_end": hole.week_end.isoformat() if hole.week_end else None, "chance": hole.chance,
            "median": hole.median, "deep": hole.deep, "horizon_chance": hole.horizon_chance,
        }  # fmt: skip
        action = "" if colour == "green" else "liquidity.action.close_gap"
        yield Finding(code, colour, worst, hole.alpha, "chance", action, facts)
    code, value = "liquidity.health.insolvency", seen.nothing.value
    if value is None:
        yield Finding(
            code, "unknown", None, terms.nothing_red, "chance", "liquidity.action.get_data", {}, seen.nothing.why
        )
    else:
        colour = _rising(value, (terms.nothing_yellow, terms.nothing_orange, terms.nothing_red))
        action = "" if colour == "green" else "liquidity.action.crisis_plan"
        yield Finding(code, colour, value, terms.nothing_yellow, "chance", action, seen.nothing.inputs)
    code, bands, score = "liquidity.health.altman", seen.policy.terms(Altman), seen.score
    safe, distress = bands.general_safe, bands.general_distress
    if score.value is None:
        yield Finding(code, "unknown", None, safe, "points", "liquidity.action.get_data", score.inputs, score.why)
    else:
        colour = "red" if score.value < distress else "yellow" if score.value <= safe else "green"
        action = "" if colour == "green" else "liquidity.action.strengthen_equity"
        yield Finding(code, colour, score.value, safe, "points", action, score.inputs)


def _ratios(seen: Seen, terms: Health) -> Iterator[Finding]:
    """Current, quick and cash ratio of our newest statement."""
    lines, told = seen.policy.terms(Liquidity), seen.measures.ratios
    named = ("current_ratio", "quick_ratio", "cash_ratio")
    codes = ("liquidity.health.current_ratio", "liquidity.health.quick_ratio", "liquidity.health.cash_ratio")
    last: dict[str, Any] = told.row(-1, named=True) if told.height else dict.fromkeys(named)
    facts: dict[str, Fact] = {"period_end": str(last["period_end"])} if told.height else {}
    borders = (lines.danger_below, lines.quick_line, terms.cash_ratio)
    for name, code, line in zip(named, codes, borders):
        value = last[name]
        if value is None:
            why = Problem("liquidity.health.no_statements", "", {"lines": name})
            yield Finding(code, "unknown", None, line, "times", "liquidity.action.get_data", facts, why)
            continue
        action = "liquidity.action.fund_longer"
        if name == "current_ratio":
            colour = "red" if last["band"] == "danger" else "yellow" if last["band"] == "watch" else "green"
            # What lies idle on a balance sheet is not idle while cash is under its own line.
            low = seen.measures.cash is None or seen.measures.cash < (seen.told.orange.value or 0)
            spare = "liquidity.action.use_idle" if last["band"] == "idle" and not low else ""
            action = action if colour != "green" else spare
        else:
            colour = "yellow" if value < line else "green"
            colour = "orange" if name == "quick_ratio" and last["quick_low"] else colour
            action = action if colour != "green" else ""
        yield Finding(code, colour, value, line, "times", action, facts)


def _receivables(seen: Seen, terms: Health) -> Iterator[Finding]:
    """DSO against its mean, overdue, concentration, unallocated cash."""
    m = seen.measures
    history = m.dso_history.filter(m.dso_history["month_end"] == m.dso_history["month_end"].max())
    rise = history["countback_days_rise"].item() if history.height == 1 else None
    code, chase = "liquidity.health.dso", "liquidity.action.chase"
    if rise is None:
        why = Problem("liquidity.health.no_dso_mean")
        yield Finding(code, "unknown", None, terms.dso_yellow, "share", "liquidity.action.get_data", {}, why)
    else:
        facts: dict[str, Fact] = {
            "dso_days": history["countback_days"].item(),
            "mean_days": history["countback_days_mean"].item(),
        }
        colour = "orange" if rise > terms.dso_orange else "yellow" if rise > terms.dso_yellow else "green"
        yield Finding(code, colour, rise, terms.dso_yellow, "share", chase if colour != "green" else "", facts)
    code, share = "liquidity.health.overdue", m.overdue_share
    if share is None:
        yield Finding(
            code, "unknown", None, terms.overdue_yellow, "share", "", {}, Problem("liquidity.health.nothing_open")
        )
    else:
        colour = "orange" if share > terms.overdue_orange else "yellow" if share > terms.overdue_yellow else "green"
        yield Finding(code, colour, share, terms.overdue_yellow, "share", chase if colour != "green" else "", {})
    code, held = "liquidity.health.concentration", m.concentration
    line = seen.policy.terms(Concentration).single_share
    if held.top_share_sales is None:
        yield Finding(code, "unknown", None, line, "share", "", {}, Problem("liquidity.health.nothing_open"))
    else:
        over = bool(held.over)
        who: dict[str, Fact] = {"group_id": held.top_sales_id, "effective_names": held.effective_names}
        action = "liquidity.action.insure" if over else ""
        yield Finding(code, "orange" if over else "green", held.top_share_sales, line, "share", action, who)
    code, placed = "liquidity.health.unallocated", m.unallocated
    old, owed = placed.inputs.get("old"), m.tie_out.aging_total
    yield _unallocated(code, placed, old, owed, terms)


def _unallocated(code: str, placed: Figure, old: Fact, owed: Fact, terms: Health) -> Finding:
    line, action = terms.unallocated_share, "liquidity.action.allocate"
    if not isinstance(old, int) or placed.value is None:
        return Finding(code, "unknown", None, line, "share", "liquidity.action.get_data", placed.inputs, placed.why)
    share = old / owed if isinstance(owed, int) and owed > 0 else 0.0 if not old else 1.0
    colour = "yellow" if share > line else "green"
    return Finding(code, colour, share, line, "share", action if colour != "green" else "", placed.inputs)


def _company(seen: Seen, terms: Health) -> Iterator[Finding]:
    """Late invoicing, slow stock, and the signs of a break as far as no other point has them."""
    m = seen.measures
    code, late = "liquidity.health.late_invoicing", m.late_invoicing
    in_time = m.clocks["e_invoice_share"].item() if m.clocks.height == 1 else None
    if in_time is None:
        yield Finding(
            code, "unknown", None, terms.invoiced_share, "share", "liquidity.action.get_data", late.inputs, late.why
        )
    else:
        colour = "yellow" if in_time < terms.invoiced_share else "green"
        facts: dict[str, Fact] = {"cost": None if late.value is None else round(late.value), **late.inputs}
        action = "liquidity.action.invoice_sooner" if colour != "green" else ""
        yield Finding(code, colour, in_time, terms.invoiced_share, "share", action, facts)
    code, slow = "liquidity.health.stock", m.stock["slow_share"]
    if slow.value is None:
        yield Finding(
            code, "unknown", None, terms.slow_yellow, "share", "liquidity.action.get_data", slow.inputs, slow.why
        )
    else:
        colour = "orange" if slow.value > terms.slow_orange else "yellow" if slow.value > terms.slow_yellow else "green"
        action = "liquidity.action.sell_stock" if colour != "green" else ""
        yield Finding(code, colour, slow.value, terms.slow_yellow, "share", action, slow.inputs)
    yield _stock_growth(seen, terms)
    actions = {
        "liquidity.sign.dso": "liquidity.action.chase",
        "liquidity.sign.late_share": "liquidity.action.chase",
        "liquidity.sign.line_use": "liquidity.action.new_lines",
        "liquidity.sign.emergency": "liquidity.action.find_cause",
        "liquidity.sign.own_late": "liquidity.action.extend_suppliers",
    }
    for sign in seen.signs:
        colour = "unknown" if sign.present is None else "orange" if sign.present else "green"
        action = actions[sign.code] if sign.present else "liquidity.action.get_data" if sign.present is None else ""
        told: dict[str, Fact] = {"detail": sign.detail, "cause": sign.cause}
        yield Finding(sign.code, colour, sign.figure, sign.line, sign.unit, action, told, sign.why)


def _stock_growth(seen: Seen, terms: Health) -> Finding:
    """By how much stock has grown beyond sales in the window of the causes."""
    code, told = "liquidity.health.stock_growth", seen.caused.now
    if told.stock is None or told.growth is None or told.stock[0] <= 0 or told.growth <= -1:
        why = Problem("liquidity.health.no_stock_history", "", {"first_on": told.first.isoformat()})
        return Finding(code, "unknown", None, terms.stock_yellow, "share", "liquidity.action.get_data", {}, why)
    beyond = told.stock[1] / (told.stock[0] * (1 + told.growth)) - 1
    colour = "orange" if beyond > terms.stock_orange else "yellow" if beyond > terms.stock_yellow else "green"
    facts: dict[str, Fact] = {
        "first_on": told.first.isoformat(),
        "first": told.stock[0],
        "last": told.stock[1],
        "sales_growth": told.growth,
    }
    action = "liquidity.action.sell_stock" if colour != "green" else ""
    return Finding(code, colour, beyond, terms.stock_yellow, "share", action, facts)


def _rising(value: float, borders: Sequence[float]) -> str:
    """The colour of a chance by the borders of yellow, orange and red, each from it on."""
    reached = sum(value >= border - 1e-12 for border in borders)
    return ("green", "yellow", "orange", "red")[reached]
