"""Pace: limits on time that hold on a slow machine too: seconds of a calm reference machine, in those of this one now.

A test that says "under five seconds" means work, not the machine that does it. So a limit is told in seconds of the
reference machine and stretched by how much slower a short fixed piece of work runs here: ``seconds(5)``, or better
``with within(5):``, which asks the machine again before it calls anything too slow. What is counted is time of the
processor, never that of a clock on the wall: who else is at work on the machine does not matter.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl

REFERENCE = 0.024
"""Seconds of the processor that ``piece`` takes on the reference machine when nothing else runs on it."""
NEVER = 900.0
"""Seconds on the wall after which something waited for has not come: only a fault takes that long on any machine."""
_measured: list[float] = []


def piece() -> int:
    """A fixed piece of work like that of the tests: words, counts, a sort, and a frame that is grouped."""
    told: dict[str, int] = {}
    for n in range(40_000):
        word = f"INV-{n * 7919 % 10_007:05d}"
        told[word] = told.get(word, 0) + len(word) * n
    numbers = np.random.default_rng(1).random(60_000)
    numbers.sort()
    frame = pl.DataFrame({"key": numbers * 997 // 1, "amount": numbers})
    return len(told) + frame.group_by("key").agg(pl.col("amount").sum()).sort("key").height


def slowness() -> float:
    """How many times as long as on the reference machine work takes here, measured now; 1 at least."""
    if not _measured:
        piece()  # the first one brings the code
    begun = time.process_time()
    piece()
    _measured.append(max(1.0, (time.process_time() - begun) / REFERENCE))
    return _measured[-1]


def seconds(count: float, *, now: bool = False) -> float:
    """So many seconds of the reference machine in seconds of this one's processor; never fewer.

    Measured once, with the first call, and where ``now`` asks for it (two hundredths of a second or so); the slowest
    that was measured counts, for a machine is not slow all the time.
    """
    if now or not _measured:
        slowness()
    return count * max(_measured)


def spent() -> float:
    """Seconds of the processor of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def within(count: float, what: object = "") -> Iterator[None]:
    """What stands beneath takes at most so many seconds of the reference machine's processor, children included.

    Before it fails the machine is measured again, so that one that has become slow since is not taken for a fault.
    """
    begun = spent()
    yield
    _hold(spent() - begun, count, what)


def quick(count: float, work: Callable[[], object], times: int = 5) -> None:
    """``within`` for work that may be done again: one of so many tries has to keep to the line."""
    took = []
    for _ in range(times):
        begun = spent()
        work()
        took.append(spent() - begun)
        if took[-1] < seconds(count):
            return
    _hold(min(took), count, f"the quickest of {times}")


def _hold(took: float, count: float, what: object) -> None:
    if took >= seconds(count):
        line = seconds(count, now=True)
        assert took < line, f"{what} took {took:.2f} s of the processor, the line is {line:.2f} s here".strip()
