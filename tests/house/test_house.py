"""The house rules that a reader can feel, kept by a test. A limit here may only go down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import solvent.assessment  # noqa: F401  (brings every family of terms)
from solvent.base.terms import FAMILIES, terms_of
from solvent.books.books import TABLES

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "solvent"
SERVER = ROOT / "src" / "solvent_server"
SHELL = "files"
SHELL_WORDS = {
    "today", "now", "utcnow", "time", "open", "print", "input", "urlopen", "getenv", "read_text", "read_bytes",
    "write_text", "write_bytes", "write_parquet", "write_csv", "scan_parquet", "scan_csv", "read_parquet",
    "sink_parquet",
}  # fmt: skip
NOT_A_ROOM = {"utils", "common", "helpers", "misc", "manager", "service", "tools", "lib", "core"}

ROOM_LINES = 400
FUNCTION_LINES = 60
ROOMS_IN_A_FOLDER = 11
LEAF_LINES = 130
FOUND_BY_FILE = {"scenarios", "rules"}
"""Families whose members nobody names: ``base.plugs`` finds them, and their own tests run each."""


def rooms() -> Iterator[Path]:
    yield from sorted(SRC.rglob("*.py"))


def every_room() -> Iterator[Path]:
    """The rooms of both packages, less migrations, which Django writes."""
    yield from rooms()
    yield from sorted(room for room in SERVER.rglob("*.py") if room.parent.name != "migrations")


def name_of(room: Path) -> str:
    return str(room.relative_to(SRC.parent))


@pytest.mark.parametrize("room", list(every_room()), ids=name_of)
def test_a_room_is_of_comfortable_size_and_says_what_it_is(room: Path) -> None:
    text = room.read_text("utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= ROOM_LINES
    assert ast.get_docstring(tree), "a room starts with one line that says what it is"
    assert room.stem not in NOT_A_ROOM
    long = [
        n.name
        for n in ast.walk(tree)
        if isinstance(n, ast.FunctionDef) and (n.end_lineno or 0) - n.lineno >= FUNCTION_LINES
    ]
    assert not long, f"longer than a screen: {long}"


@pytest.mark.parametrize("folder", sorted({room.parent for room in every_room()}), ids=name_of)
def test_a_folder_has_few_rooms_and_none_is_empty(folder: Path) -> None:
    inside = [room for room in folder.glob("*.py") if room.name != "__init__.py"]
    if folder.name in FOUND_BY_FILE:
        assert all(room.read_text("utf-8").count("\n") <= LEAF_LINES for room in inside), "a leaf is small"
    else:
        assert len(inside) <= ROOMS_IN_A_FOLDER
    assert inside or any(folder.glob("*/*.py")), "a floor with nothing in it does not exist"


@pytest.mark.parametrize("room", [r for r in rooms() if r.relative_to(SRC).parts[0] != SHELL], ids=name_of)
def test_the_core_asks_nothing_of_the_world(room: Path) -> None:
    called = {
        getattr(n.func, "attr", getattr(n.func, "id", ""))
        for n in ast.walk(ast.parse(room.read_text("utf-8")))
        if isinstance(n, ast.Call)
    }
    assert not called & SHELL_WORDS, f"the day, the disk and the screen belong to the shell: {called & SHELL_WORDS}"


def entered(text: str) -> set[str]:
    """The rooms that a text imports, or names in a string as settings do."""
    imports = re.findall(r"from ([\w.]+) import (\([^)]*\)|[^\n]*)", text)
    found = {package for package, _ in imports} | set(re.findall(r"\bimport ([\w.]+)", text))
    found |= {f"{package}.{name}" for package, names in imports for name in re.findall(r"\w+", names)}
    for told in re.findall(r'"((?:\w+\.)+\w+)[".:]', text):
        found |= {told[: dot.start()] for dot in re.finditer(r"\.|$", told)}
    return found


def test_no_room_is_dead() -> None:
    """Every room is imported by another one, or named by an entry point."""
    named = (ROOT / "pyproject.toml").read_text("utf-8")
    alive = entered("\n".join(room.read_text("utf-8") for room in every_room()))
    for room in every_room():
        dotted = ".".join(room.relative_to(SRC.parent).with_suffix("").parts)
        if room.name == "apps.py":  # Django finds it by its name
            continue
        if room.name in ("__init__.py", "__main__.py") or room.parent.name in FOUND_BY_FILE:
            continue
        assert dotted in alive or dotted in named, f"nobody enters {dotted}"


def test_who_is_entered() -> None:
    text = 'from a.b import c\nfrom d import (\n    e,\n    f,\n)\nimport g.h\nX = "i.j.K"\nY = "l.m:N"\n'
    assert {"a.b", "a.b.c", "d.e", "d.f", "g.h", "i.j", "l.m"} <= entered(text)
    assert not {"a.c", "n.o", "b.c"} & entered(text)


@pytest.mark.parametrize("key", sorted(FAMILIES))
def test_every_decided_number_has_a_unit_and_a_source(key: str) -> None:
    if not FAMILIES[key].__module__.startswith("solvent."):
        pytest.skip("a family that a test declared")
    for name, term in terms_of(FAMILIES[key]).items():
        assert term.metadata.get("unit"), f"{key}.{name} has no unit"
        assert term.metadata.get("source"), f"{key}.{name} has no source"
    assert FAMILIES[key].__doc__


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_says_what_it_holds(name: str) -> None:
    table = TABLES[name]
    assert table.name == name
    assert set(table.key) <= set(table.columns)
    for column, declared in table.columns.items():
        assert declared.says, f"{name}.{column} says nothing"
        if declared.unit == "minor units":
            assert "currency" in table.columns, f"{name}.{column} is money without a currency beside it"


def test_nothing_names_a_machine_or_a_registry() -> None:
    """Files that are committed name no path of a developer's machine and no registry's host."""
    hosts = re.compile(
        "|".join(["pyp" + "i\\.org", "python" + "hosted", "registry\\.npm" + "js", "deb\\.deb" + "ian\\.org"])
    )
    paths = re.compile(r"(?<![\w.])/(work|home|root|farm)/")
    ignored = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    for file in ROOT.rglob("*"):
        if not file.is_file() or ignored & set(file.parts) or file.suffix in (".png", ".parquet", ".xlsx"):
            continue
        text = file.read_text("utf-8", errors="ignore")
        assert not hosts.search(text), f"{file} names a registry"
        assert not paths.search(text), f"{file} names a path of a machine"


def test_no_source_of_a_number_is_a_piece_of_work() -> None:
    """A decided number rests on a requirement, a formula or a choice with its reason, and not on who asked when."""
    for key, kind in FAMILIES.items():
        for name, declared in terms_of(kind).items():
            assert not re.search(r"\bissue \d", declared.metadata["source"]), f"{key}.{name}"
