"""The table of requirements tells the truth: every id once, a legal state, and a proof that is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "requirements.md"
COUNTS = {
    "CR": 17, "RD": 6, "AR": 10, "CO": 9, "CA": 11, "EW": 7, "TC": 6, "FN": 5, "WC": 3, "TR": 4, "GO": 7,
}  # fmt: skip
IDS = [f"{prefix}-{number:02d}" for prefix, count in COUNTS.items() for number in range(1, count + 1)]
CLAIMED, STATES = ("done", "part"), ("done", "part", "planned")


class Row(NamedTuple):
    """One requirement as the page has it."""

    id: str
    says: str
    state: str
    proof: str


def rows_of(text: str) -> Sequence[Row]:
    """Every line of the tables whose first cell looks like an id."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
    rows = [cells for cells in lines if re.fullmatch(r"[A-Z]{2}-\d+", cells[0])]
    return [Row(*cells) for cells in rows]


def fault_of(row: Row, root: Path) -> str:
    """What is wrong with a row; empty where nothing is."""
    if row.state not in STATES:
        return f"{row.state!r} is no state"
    if not row.says:
        return "it says nothing"
    if row.state not in CLAIMED:
        return f"a planned row has no proof, this one names {row.proof}" if row.proof else ""
    if not re.fullmatch(r"`[^`]+`(,? `[^`]+`)*", row.proof):
        return f"{row.proof!r} names no test"
    for name in re.findall(r"`([^`]+)`", row.proof):
        path, _, test = name.partition("::")
        if not path.startswith("tests/") or not (root / path).is_file():
            return f"{path!r} is no file of tests"
        if not re.search(rf"^def {re.escape(test)}\(", (root / path).read_text("utf-8"), re.MULTILINE):
            return f"{path} has no test {test!r}"
    return ""


ROWS = rows_of(PAGE.read_text("utf-8"))


def test_every_requirement_stands_once_and_in_order() -> None:
    assert [row.id for row in ROWS] == IDS


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_row_claims_no_more_than_a_test_proves(row: Row) -> None:
    assert not fault_of(row, ROOT)


@pytest.mark.parametrize(
    ("state", "proof", "fault"),
    [
        ("part", "`tests/test_a.py::test_works`", ""),
        ("done", "`tests/test_a.py::test_works`, `tests/test_a.py::test_also`", ""),
        ("planned", "", ""),
        ("nearly", "", "no state"),
        ("part", "", "names no test"),
        ("part", "tests/test_a.py::test_works", "names no test"),
        ("part", "`tests/test_a.py::test_work`", "has no test"),
        ("part", "`tests/test_a.py`", "has no test"),
        ("part", "`tests/test_b.py::test_works`", "no file of tests"),
        ("part", "`test_a.py::test_works`", "no file of tests"),
        ("planned", "`tests/test_a.py::test_works`", "has no proof"),
    ],
)
def test_a_row_that_claims_too_much_is_caught(tmp_path: Path, state: str, proof: str, fault: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "test_a.py").write_text("def test_works() -> None: ...\n", "utf-8")
    (tmp_path / "tests" / "test_a.py").write_text(
        "def test_works() -> None: ...\n\n\ndef test_also(x: int) -> None: ...\n", "utf-8"
    )
    (row,) = rows_of(f"| AR-01 | something | {state} | {proof} |")
    found = fault_of(row, tmp_path)
    assert fault in found
    assert bool(fault) == bool(found)
