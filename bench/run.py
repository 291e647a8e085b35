"""Side by side with pandas, in one run: the measures, ageing as of a past day, what grades rest on; the whole credit
desk over the same ledger; and the reading of a dirty CSV.

    .venv/bin/python bench/run.py [--invoices 10000000] [--rows 1000000] [--folder bench/data]

Each figure is a process of its own, after one run that warms the disk's cache; both engines read the same Parquet
tables. Exit 1 where a line of docs/reference/speed.md is not kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def engine(script: str, *words: object) -> dict[str, Any]:
    """One process; its JSON line, and how long it took from outside."""
    start = time.perf_counter()
    command = [sys.executable, str(HERE / script), *(str(word) for word in words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**told, "wall": round(time.perf_counter() - start, 2)}


def best(script: str, *words: object, runs: int) -> dict[str, Any]:
    """The fastest of several runs, by its own clock, after one that is not counted."""
    engine(script, *words)
    return min((engine(script, *words) for _ in range(runs)), key=lambda told: float(told["total"]))


def measures(folder: Path, day: str, runs: int) -> list[tuple[str, bool]]:
    ours, theirs = (best(script, folder, day, "all", runs=runs) for script in ("ours.py", "peer_pandas.py"))
    print("measures, ours:  ", json.dumps(ours))
    print("measures, pandas:", json.dumps(theirs))
    faster, lighter = theirs["total"] / ours["total"], ours["peak_mb"] / theirs["peak_mb"]
    near = abs(ours["sums"]["open_positive"] / theirs["sums"]["open_positive"] - 1) < 1e-6
    print(f"measures: {faster:.1f} times faster, {lighter:.2f} of the memory, open amounts agree: {near}")
    return [("measures 5 times faster", faster >= 5), ("half the memory", lighter <= 0.5), ("sums agree", near)]


def past_day(folder: Path, day: str, runs: int) -> list[tuple[str, bool]]:
    ours, theirs = (best(script, folder, day, "aging", runs=runs) for script in ("ours.py", "peer_pandas.py"))
    print("ageing, ours:  ", json.dumps(ours))
    print("ageing, pandas:", json.dumps(theirs))
    near = abs(ours["sums"]["open_positive"] / theirs["sums"]["open_positive"] - 1) < 1e-6
    faster = theirs["total"] / ours["seconds"]["aging"]
    print(f"ageing as of {day}: {faster:.0f} times faster, open amounts agree: {near}")
    return [("ageing 100 times faster", faster >= 100), ("sums agree", near)]


def grading(folder: Path, runs: int) -> list[tuple[str, bool]]:
    """What grades rest on beside pandas, then every grade and every rule in one pass, at the ledger's own end."""
    day = tomllib.loads((folder / "ledger.toml").read_text("utf-8"))["end_on"]
    ours, theirs = (best(script, folder, day, runs=runs) for script in ("graded.py", "peer_credit.py"))
    print("what grades rest on, ours:  ", json.dumps(ours))
    print("what grades rest on, pandas:", json.dumps(theirs))
    faster = theirs["total"] / ours["total"]
    near = all(abs(ours["sums"][name] / told - 1) < 1e-6 for name, told in theirs["sums"].items())
    print(f"what grades rest on: {faster:.1f} times faster, sums agree: {near}")
    desk = engine("credit.py", folder, day)
    print("grades and rules:", json.dumps(desk))
    within = desk["total"] <= 200 and desk["peak_mb"] <= 4000
    return [
        ("what grades rest on 4 times faster", faster >= 4),
        ("sums agree", near),
        ("every grade and rule in 200 s and 4 GB", within and not desk["problems"]),
        ("every customer graded", desk["graded"] >= desk["customers"]),
    ]


def reading(rows: int) -> list[tuple[str, bool]]:
    told = engine("intake.py", rows)
    print("reading, ours:", json.dumps(told))
    within = told["total"] <= 30 * rows / 1_000_000 and told["peak_mb"] <= 2000
    return [
        ("1 million rows in 30 s and 2 GB", within),
        ("every row counted", told["in"] == told["loaded"] + told["rejected"]),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=10_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=HERE / "data" / "ledger")
    parser.add_argument("--day", default="2025-06-20")
    parser.add_argument("--runs", type=int, default=2)
    args = parser.parse_args()
    if not (args.folder / "ledger.toml").exists():
        start = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "solvent.files.cli",
            "sample",
            str(args.folder),
            "--invoices",
            str(args.invoices),
        ]
        subprocess.run(command, check=True)
        print(f"made {args.invoices} invoices in {time.perf_counter() - start:.0f} s")
    start = time.perf_counter()
    engine("ours.py", args.folder, args.day, "aging")
    print(f"first opening, journal and snapshots built where missing: {time.perf_counter() - start:.0f} s")
    kept = [
        *measures(args.folder, args.day, args.runs),
        *past_day(args.folder, args.day, args.runs),
        *grading(args.folder, args.runs),
        *reading(args.rows),
    ]
    for name, good in kept:
        print(("kept   " if good else "BROKEN ") + name)
    return 0 if all(good for _, good in kept) else 1


if __name__ == "__main__":
    sys.exit(main())
