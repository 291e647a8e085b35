"""What grades rest on, over a large ledger with Solvent: the counterpart of ``bench/peer_credit.py``.

Behaviour (delay, overdue, and more that the peer leaves out) and timeliness by customer and month. Prints one JSON
line.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import solvent
from solvent.books.books import open_books
from solvent.files.load import load
from solvent.measures.timeliness import timeliness
from solvent.measures.trade.behaviour import behaviour


def main(folder: Path, day: str) -> None:
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        seconds[name] = round(time.perf_counter() - clock, 3)
        clock = time.perf_counter()

    books = open_books(load(folder).intake.ledger, date.fromisoformat(day))
    lap("open")
    paying = behaviour(books)
    lap("behaviour")
    months = timeliness(books, "customer")
    lap("timely")
    on_time = months.get_column("on_time_amount").sum()
    sums = {
        "delay": float(paying.get_column("delay_days").sum()),
        "oldest": float(paying.get_column("oldest_overdue_days").sum()),
        "due": float(months.get_column("due_amount").sum()), "on_time": float(on_time),
    }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"engine": f"solvent {solvent.__version__}", "seconds": seconds, "total": round(sum(seconds.values()), 3)}
    print(json.dumps({**told, "peak_mb": peak, "sums": sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
