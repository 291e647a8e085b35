"""Reverse: the smallest shock that breaks the floor, along each axis alone and along all of them together.

Shocks of different kinds are made comparable by what would be a severe one of each: that is length 1. Along a direction
the chance of a breach grows with the length, so the smallest length that breaks the floor is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot, inf, sqrt

from solvent.base.terms import Policy, Terms, term
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.simulation.bending.library import Combined, Part, bent
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Reverse(Terms, key="liquidity.reverse_stress"):
    """What a severe shock of each kind is, and how far is looked."""

    delay_days: float = term(30.0, unit="days that all pay later", source="FORMULAS 4.6.8, severe")
    sales_share: float = term(0.40, unit="share by which sales fall", most=10, source="FORMULAS 4.6.8, severe")
    currency_share: float = term(0.10, unit="share by which foreign currencies fall", most=10, source="FORMULAS 4.6.8")
    called_share: float = term(
        0.50, unit="share of drawn lines that is called", most=1, source="own choice: one of two banks"
    )
    supplier_days: float = term(15.0, unit="days that suppliers want their money earlier", source="own choice")
    farthest: float = term(3.0, unit="times a severe shock; beyond it nothing is looked for", source="own choice")
    exact: float = term(0.005, unit="times a severe shock to which lengths are found", source="own choice: a day or so")


DEFAULTS = Reverse()


@dataclass(frozen=True)
class Broken:
    """The smallest shock of one direction.

    direction: axis names. length: of each axis, in severe shocks; 0: the floor is broken without any; None: not broken
    by ``farthest`` times a severe one. sizes: axis to its size in its own unit at that length. told: what the paths say
    there. loses_largest: the largest debtor fails as well.
    """

    direction: tuple[str, ...]
    length: float | None
    sizes: Mapping[str, float]
    loses_largest: bool
    told: Answers | None

    @property
    def distance(self) -> float:
        """How far off it is: the straight line along all its axes; the failure of the largest debtor is one more."""
        if self.length is None:
            return inf
        return hypot(self.length * sqrt(len(self.direction)), float(self.loses_largest))


def reverse(paths: CashPaths, world: World, line: float, policy: Policy, terms: Reverse = DEFAULTS) -> Sequence[Broken]:
    """The smallest shocks, the nearest first: each axis alone, all pay later and buy less, the same with the largest
    debtor gone, and all together.
    """
    axes = _axes(paths, world, terms)
    single = [(name,) for name in axes]
    pair = tuple(name for name in ("delay_days", "sales_share") if name in axes)
    asked: list[tuple[tuple[str, ...], bool]] = [(direction, False) for direction in single]
    if len(pair) == 2:
        asked.append((pair, False))
    if len(axes) > 2:
        asked.append((tuple(axes), False))
    if pair and world.customers:
        asked.append((pair, True))
    breach = policy.terms(Gaps)

    def at(direction: tuple[str, ...], largest: bool, length: float) -> Answers:
        sizes = {name: axes[name] * length for name in direction}
        return answers(bent(paths, world, shock(sizes, largest), policy), line, breach)

    found = [_smallest(at, direction, largest, axes=axes, terms=terms, breach=breach) for direction, largest in asked]
    return sorted(found, key=lambda broken: broken.distance)


def shock(sizes: Mapping[str, float], largest: bool = False) -> Combined:
    """Sizes by axis as a combination of scenarios."""
    parts = [Part("largest_fails")] if largest else []
    parts += [Part(_SCENARIO[name][0], {_SCENARIO[name][1]: size}) for name, size in sizes.items()]
    return Combined("reverse", tuple(parts))


_SCENARIO = {
    "delay_days": ("all_pay_later", "days"),
    "sales_share": ("sales_fall", "share"),
    "currency_share": ("currency_shock", "share"),
    "called_share": ("limit_cut", "share"),
    "supplier_days": ("supplier_shortens", "days"),
}
_LARGEST_SIZE = {"sales_share": 1.0, "currency_share": 1.0, "called_share": 1.0}


def _axes(paths: CashPaths, world: World, terms: Reverse) -> Mapping[str, float]:
    """The axes along which this company can be hurt, and what is severe on each."""
    axes = {}
    if "receipts_open" in paths.flows or "receipts_sales" in paths.flows:
        axes["delay_days"] = terms.delay_days
        if world.foreign:
            axes["currency_share"] = terms.currency_share
    if "receipts_sales" in paths.flows:
        axes["sales_share"] = terms.sales_share
    if world.drawn:
        axes["called_share"] = terms.called_share
    if "suppliers_future" in paths.flows:
        axes["supplier_days"] = terms.supplier_days
    return axes


def _smallest(
    at: Callable[[tuple[str, ...], bool, float], Answers],
    direction: tuple[str, ...],
    largest: bool,
    *,
    axes: Mapping[str, float],
    terms: Reverse,
    breach: Gaps,
) -> Broken:
    """Halving between nothing and the farthest; sizes that are shares stop at all of it."""
    most = min([terms.farthest, *(_LARGEST_SIZE[name] / axes[name] for name in direction if name in _LARGEST_SIZE)])

    def broken(told: Answers) -> bool:
        return told.gap_on is not None

    told = at(direction, largest, 0.0)
    if broken(told):
        return Broken(direction, 0.0, dict.fromkeys(direction, 0.0), largest, told)
    if not broken(at(direction, largest, most)):
        return Broken(direction, None, {}, largest, None)
    low, high = 0.0, most
    while high - low > terms.exact:
        middle = (low + high) / 2.0
        low, high = (low, middle) if broken(at(direction, largest, middle)) else (middle, high)
    return Broken(
        direction, high, {name: axes[name] * high for name in direction}, largest, at(direction, largest, high)
    )


def week_of(paths: CashPaths, day: date) -> int:
    """The number of the week, 1 the current one, that a day within the horizon falls in."""
    return int(paths.horizon.week_of[min(paths.horizon.bin_of(day), len(paths.horizon) - 1)]) + 1
