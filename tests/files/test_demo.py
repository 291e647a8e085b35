"""``solvent demo``: in a browser from a terminal, as text into a pipe or where the server's libraries are not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solvent.base.problem import SolventError
from solvent.files.cli import main
from solvent.files.command import OK, UNREADABLE
from solvent.files.commands import demo


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, dict[str, Any]]]:
    """What the demo was asked to do, instead of doing it."""
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "generate", lambda plan: plan)
    monkeypatch.setattr(demo, "write_sample", lambda made, folder: told.append(("written", {"folder": folder})))
    monkeypatch.setattr(demo.assess, "assess_path", lambda folder, screen: OK)

    def installed(name: str) -> Any:
        return lambda screen, **how: told.append((name, how)) or OK

    monkeypatch.setattr(demo, "_installed", installed)
    return told


@pytest.mark.parametrize(
    ("words", "terminal", "does"),
    [
        ((), False, "written"),
        ((), True, "open"),
        (("--text",), True, "written"),
        (("--print",), True, "written"),
        (("--folder", "there"), True, "written"),
        (("--no-open",), False, "open"),
        (("--port", "9000"), False, "open"),
        (("--remove",), False, "remove"),
    ],
)
def test_a_terminal_gets_the_browser_and_a_pipe_gets_text(
    asked: list[tuple[str, dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    terminal: bool,
    does: str,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    assert main(["demo", *words]) == OK
    assert [name for name, _ in asked] == [does]
    if does == "open":
        assert asked[0][1]["browser"] is ("--no-open" not in words)


def test_without_the_servers_libraries_the_text_comes_with_the_reason(
    asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> Any:
        raise SolventError("store.extra_missing")

    monkeypatch.setattr(demo, "_installed", missing)
    assert main(["demo", "--no-open"]) == OK
    assert [name for name, _ in asked] == ["written"]
    assert "solvent[web]" in capsys.readouterr().err
    assert main(["demo", "--remove"]) == UNREADABLE


def test_what_goes_wrong_in_the_browsers_demo_is_told_and_not_covered_by_text(
    asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(screen: object, **_: object) -> int:
        raise SolventError("store.port_taken", "", port=1)

    monkeypatch.setattr(demo, "_installed", lambda name: broken)
    assert main(["demo", "--port", "1"]) == UNREADABLE
    assert not asked
