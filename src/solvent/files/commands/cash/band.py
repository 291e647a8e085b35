"""Band: a range of balances as a line of characters, so that a table of weeks becomes a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 34


@dataclass(frozen=True)
class Scale:
    """From which to which balance the line of characters reaches, and where the floor lies on it."""

    low: float
    high: float
    floor: float | None

    def place(self, value: float) -> int:
        """The character that stands for a balance."""
        span = max(self.high - self.low, 1.0)
        return min(max(round((value - self.low) / span * (WIDTH - 1)), 0), WIDTH - 1)

    def band(self, low: float, middle: float, high: float) -> str:
        """One range: ``━`` from low to high, ``●`` the middle, ``│`` the floor.

        >>> Scale(0, 33, 3).band(10, 12, 15).rstrip()
        '   │      ━━●━━━'
        """
        cells = [" "] * WIDTH
        if self.floor is not None:
            cells[self.place(self.floor)] = "│"
        for at in range(self.place(low), self.place(high) + 1):
            cells[at] = "━" if cells[at] == " " else "┿"
        cells[self.place(middle)] = "●"
        return "".join(cells)


def scale(lows: Sequence[float], highs: Sequence[float], floor: float | None) -> Scale:
    """A scale that holds every range, and the floor."""
    every = [*lows, *highs, *([floor] if floor is not None else [])]
    return Scale(min([*every, 0.0]), max(every), floor)
