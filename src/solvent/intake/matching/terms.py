"""Terms: what a company decides about cash application: lines, limits of differences, windows of days."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.problem import PolicyError
from solvent.base.terms import Terms, term

MOST_ITEMS = 32
"""No search for combinations goes beyond so many open items of one payer: beyond it coincidence answers."""


@dataclass(frozen=True)
class CashApplication(Terms, key="intake.matching"):
    """From which score a match is made or proposed, what a difference may be, and how far apart days may lie.

    With ``close_differences`` off, a fee, a rounding or a discount known from history is proposed with its code and
    never booked without a person.
    """

    automatic_score: float = term(
        0.95, unit="score, matched by itself from", source="own choice: one in twenty at most"
    )
    proposal_score: float = term(0.60, unit="score, proposed from", source="own choice: more likely right than wrong")
    largest_set: int = term(MOST_ITEMS, unit="open items of a payer searched for combinations", source="ECOSYSTEM A1")
    close_differences: bool = term(False, unit="yes: small differences are closed", source="CAPABILITIES 100")
    tolerance_share: float = term(0.005, unit="share of what is owed, a fee at most", source="CAPABILITIES 100")
    fee_limit: float = term(50.0, unit="main units of the item's currency", source="own choice: a transfer abroad")
    rounding_limit: float = term(1.0, unit="main units, rounding strictly under it", source="own choice: odd cents")
    discount_share: float = term(0.0, unit="share agreed for early payment; 0: none", source="CAPABILITIES 90")
    discount_days: int = term(10, unit="days from invoice in which the discount is due", source="CAPABILITIES 90")
    discount_grace_days: int = term(3, unit="days after them still accepted", source="own choice: time of a transfer")
    exchange_band: float = term(0.0, unit="share around the day's rate; 0: never by itself", source="CAPABILITIES 100")
    exchange_look: float = term(0.02, unit="share around the day's rate, proposed", source="own choice: a week's move")
    name_line: float = term(
        0.80, unit="likeness of names, looked at from", source="own choice: measured on name variants"
    )
    recorded_days: int = term(
        5, unit="days between bank and books for the same money", source="own choice: a long weekend"
    )
    transfer_days: int = term(4, unit="days between the two legs of a transfer", source="own choice: a long weekend")
    together_days: int = term(
        14, unit="days in which several payments make one invoice", source="own choice: a fortnight"
    )
    flow_days: int = term(10, unit="days around the planned day", source="own choice: a week and a weekend")
    flow_band: float = term(0.02, unit="share around a planned amount", source="own choice: plans are estimates")

    def __post_init__(self) -> None:
        """Refuse lines that cross, shares that are none, and a set too large to be searched."""
        if not 0 < self.proposal_score <= self.automatic_score <= 1:
            raise PolicyError(
                "intake.matching.lines",
                f"{self.key}.automatic_score",
                automatic=self.automatic_score,
                proposal=self.proposal_score,
            )
        if not 1 <= self.largest_set <= MOST_ITEMS:
            raise PolicyError("intake.matching.largest_set", f"{self.key}.largest_set", value=self.largest_set)
        for name in ("tolerance_share", "discount_share", "exchange_band", "exchange_look", "name_line", "flow_band"):
            if not 0 <= getattr(self, name) < 1:
                raise PolicyError("intake.matching.share", f"{self.key}.{name}", value=getattr(self, name))
        for name in ("fee_limit", "rounding_limit", "recorded_days", "transfer_days", "together_days", "flow_days"):
            if getattr(self, name) < 0:
                raise PolicyError("intake.matching.negative", f"{self.key}.{name}", value=getattr(self, name))


DEFAULTS = CashApplication()
