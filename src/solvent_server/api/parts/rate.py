"""Rate: how often a token may ask: so many times a minute, a minute's worth at once at most."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic


@dataclass
class Rates:
    """A bucket a token, filled as time goes by. Each process of a server has its own."""

    clock: Callable[[], float] = monotonic
    levels: dict[int, tuple[float, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def wait(self, token: int, rate: int) -> int:
        """Take one call; 0 where there is one, else the whole seconds after which there is.

        >>> rates = Rates(clock=lambda: 0.0)
        >>> [rates.wait(1, 2) for _ in range(3)], rates.wait(2, 2)
        ([0, 0, 30], 0)
        """
        now = self.clock()
        with self.lock:
            level, at = self.levels.get(token, (float(rate), now))
            level = min(level + (now - at) * rate / 60, float(rate))
            if level < 1:
                self.levels[token] = (level, now)
                return max(math.ceil((1 - level) * 60 / rate), 1)
            self.levels[token] = (level - 1, now)
            return 0


RATES = Rates()
"""The buckets of this process."""
