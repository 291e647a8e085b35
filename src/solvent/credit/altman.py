"""Altman: the Z-score family, each variant with its coefficients, its cut-offs and where both come from.

The ratios are X1 working capital / total assets, X2 retained earnings / total assets, X3 earnings before interest and
tax / total assets, X4 equity / total liabilities (at market value in the original, at book value in the others) and
X5 sales / total assets. Published cut-offs differ, so they are terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from solvent.base.terms import Terms, term

Zone = Literal["safe", "grey", "distress"]


@dataclass(frozen=True)
class Altman(Terms, key="credit.altman"):
    """Where the zones of each variant begin: at or above ``safe`` is safe, below ``distress`` is distress."""

    original_distress: float = term(1.81, unit="Z", source="FORMULAS 4.7.2")
    original_safe: float = term(2.99, unit="Z", source="FORMULAS 4.7.2")
    private_distress: float = term(1.23, unit="Z'", source="FORMULAS 4.7.1")
    private_safe: float = term(2.9, unit="Z'", source="FORMULAS 4.7.1")
    general_distress: float = term(1.1, unit='Z"', source="FORMULAS 4.7.1; elsewhere 1.23")
    general_safe: float = term(2.6, unit='Z"', source="FORMULAS 4.7.1; elsewhere 2.9")
    emerging_shift: float = term(3.25, unit='Z"', source="FORMULAS 4.7.1: emerging markets")


DEFAULTS = Altman()


@dataclass(frozen=True)
class Ratios:
    """The five ratios; one that the statements do not give is None."""

    working_capital: float | None
    retained_earnings: float | None
    earnings: float | None
    equity_to_liabilities: float | None
    sales: float | None = None


@dataclass(frozen=True)
class Reading:
    """A variant's score and its zone; ``parts`` says how much each ratio brings."""

    variant: str
    score: float
    zone: Zone
    parts: Mapping[str, float]


def original(ratios: Ratios, terms: Altman = DEFAULTS) -> Reading | None:
    """Z of 1968 for listed manufacturers: 1.2 X1 + 1.4 X2 + 3.3 X3 + 0.6 X4 + 1.0 X5; None where a ratio is missing.

    >>> original(Ratios(0.2, 0.15, 0.1, 0.8, 1.5)).zone
    'grey'
    """
    parts = _parts(ratios, (1.2, 1.4, 3.3, 0.6, 1.0))
    return _reading("Z", parts, 0.0, terms.original_distress, terms.original_safe)


def private(ratios: Ratios, terms: Altman = DEFAULTS) -> Reading | None:
    """Z' for manufacturers that are not listed: 0.717 X1 + 0.847 X2 + 3.107 X3 + 0.420 X4 + 0.998 X5."""
    parts = _parts(ratios, (0.717, 0.847, 3.107, 0.420, 0.998))
    return _reading("Z'", parts, 0.0, terms.private_distress, terms.private_safe)


def general(ratios: Ratios, terms: Altman = DEFAULTS) -> Reading | None:
    """Z" for all trades, without sales: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4.

    >>> round(general(Ratios(0.2, 0.15, 0.1, 0.8)).score, 3)
    3.313
    """
    return _reading('Z"', _parts(ratios, _GENERAL), 0.0, terms.general_distress, terms.general_safe)


def emerging(ratios: Ratios, terms: Altman = DEFAULTS) -> Reading | None:
    """Z" moved by 3.25 for emerging markets; its zones move with it."""
    shift = terms.emerging_shift
    reached = (terms.general_distress + shift, terms.general_safe + shift)
    return _reading('Z" + 3.25', _parts(ratios, _GENERAL), shift, *reached)


_GENERAL = (6.56, 3.26, 6.72, 1.05)
VARIANTS: Mapping[str, Callable[[Ratios, Altman], Reading | None]] = {
    "original": original,
    "private": private,
    "general": general,
    "emerging": emerging,
}
"""Every variant by name."""


def readings(ratios: Ratios, terms: Altman = DEFAULTS) -> dict[str, Reading]:
    """Every variant that the ratios allow."""
    told = {name: variant(ratios, terms) for name, variant in VARIANTS.items()}
    return {name: reading for name, reading in told.items() if reading is not None}


def _parts(ratios: Ratios, weights: tuple[float, ...]) -> dict[str, float] | None:
    values = (
        ratios.working_capital, ratios.retained_earnings, ratios.earnings, ratios.equity_to_liabilities, ratios.sales,
    )  # fmt: skip
    parts: dict[str, float] = {}
    for place, weight in enumerate(weights):
        value = values[place]
        if value is None:
            return None
        parts[f"X{place + 1}"] = weight * value
    return parts


def _reading(
    variant: str, parts: dict[str, float] | None, shift: float, distress: float, safe: float
) -> Reading | None:
    if parts is None:
        return None
    score = sum(parts.values()) + shift
    zone: Zone = "safe" if score >= safe else "distress" if score < distress else "grey"
    return Reading(variant, score, zone, parts)
