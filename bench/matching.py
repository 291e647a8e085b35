"""Cash application of 10,000 receipts against 50,000 open items, beside what a user would write with pandas.

Both see the same made market (``tests/intake/matching/market.py``), of which the truth is known. Prints what each
took, how much it matched by itself and how much of that is wrong; says whether the line of 30 seconds is kept.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

from solvent.intake.matching.match import match
from solvent.intake.matching.question import question

SECONDS = 30.0
WRONG_AT_MOST = 0.001
MARKET = Path(__file__).parents[1] / "tests" / "intake" / "matching" / "market.py"


def market_room() -> ModuleType:
    """The room of made markets."""
    spec = importlib.util.spec_from_file_location("matching_market", MARKET)
    assert spec is not None
    assert spec.loader is not None
    room = importlib.util.module_from_spec(spec)
    sys.modules["matching_market"] = room
    spec.loader.exec_module(room)
    return room


def plain_pandas(made: object) -> tuple[float, int, int]:
    """Exact merge on name and amount, as one would write it: seconds, matched, wrong among these."""
    tables, truth = made.tables, made.truth  # type: ignore[attr-defined]
    frames = {name: tables[name].to_pandas() for name in ("bank_lines", "open_items", "customers")}
    start = time.perf_counter()
    named = frames["open_items"].merge(frames["customers"][["customer_id", "name"]], on="customer_id")
    found = frames["bank_lines"].merge(named, left_on=["counterparty", "amount"], right_on=["name", "amount"])
    once = found[~found.duplicated("line_id", keep=False) & ~found.duplicated("item_id", keep=False)]
    seconds = time.perf_counter() - start
    wrong = 0
    for line, customer, item, amount in once[["line_id", "customer_id", "item_id", "amount"]].itertuples(index=False):
        _, who, cash = truth[line]
        wrong += (customer, {item: amount}) != (who, dict(cash))
    return seconds, len(once), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--customers", type=int, default=4_500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    room = market_room()
    made = room.market(args.seed, args.receipts, args.items, args.customers)
    books = made.books()
    start = time.perf_counter()
    asked = question(books)
    opened = time.perf_counter()
    matched = match(asked)
    seconds = time.perf_counter() - start
    told = room.quality(made, matched.decisions, matched.parts)
    other, found, mistaken = plain_pandas(made)
    print(f"{told.lines} receipts, {asked.items.height} open items, {args.customers} customers, seed {args.seed}")
    print(
        f"solvent  {seconds:6.2f} s (question {opened - start:.2f} s): automatic {told.automatic} "
        f"({told.automatic / told.lines:.1%}), wrong {told.wrong} ({told.wrong / max(1, told.automatic):.3%}); "
        f"proposed {told.proposed} ({told.proposed / told.lines:.1%}), "
        f"truth first {told.first / max(1, told.proposed):.1%}"
    )
    print(
        f"pandas   {other:6.2f} s: matched {found} ({found / told.lines:.1%}), wrong {mistaken} "
        f"({mistaken / max(1, found):.3%}); proposes nothing"
    )
    kept = [
        (f"{SECONDS:.0f} s", seconds <= SECONDS),
        ("wrong under 0.1 % of automatic", told.wrong <= WRONG_AT_MOST * told.automatic),
    ]
    for name, good in kept:
        print(("kept   " if good else "BROKEN ") + name)
    return 0 if all(good for _, good in kept) else 1


if __name__ == "__main__":
    sys.exit(main())
