"""The measures over a large ledger folder with Solvent: the counterpart of ``bench/peer_pandas.py``.

``all`` runs ageing, DSO, behaviour and concentration over the whole history from the journal alone; ``aging`` runs the
ageing as of a past day from the newest snapshot before it. Prints one JSON line.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl

import solvent
from solvent.books.books import open_books
from solvent.books.journal import Journal
from solvent.files.load import load
from solvent.measures.aging import aging
from solvent.measures.concentration import concentration
from solvent.measures.dso_detail import by_customer
from solvent.measures.trade.behaviour import behaviour


def main(folder: Path, day: str, parts: str) -> None:
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        seconds[name] = round(time.perf_counter() - clock, 3)
        clock = time.perf_counter()

    ledger = load(folder).intake.ledger
    assert ledger.journal is not None
    books = open_books(ledger, date.fromisoformat(day))
    if parts == "all":
        # Snapshots would make ageing cheaper still; without them every measure reads the whole history, as pandas does.
        object.__setattr__(books, "journal", Journal(books.journal.customers, books.journal.events))
    lap("open")
    aged = aging(books, "customer")
    owed = aged.select(pl.sum_horizontal(aged.columns[1:-2]).alias("open")).get_column("open")
    lap("aging")
    sums = {"open_positive": float(owed.sum())}
    if parts == "all":
        days = by_customer(books)
        lap("dso")
        paid = behaviour(books)
        lap("behaviour")
        shares = concentration(books)
        lap("concentration")
        sums |= {"customers": days.height, "paying": paid.height, "hhi": shares.hhi or 0.0}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"engine": f"solvent {solvent.__version__}", "seconds": seconds, "total": round(sum(seconds.values()), 3)}
    print(json.dumps({**told, "peak_mb": peak, "sums": sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
