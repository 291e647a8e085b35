"""``solvent token``: made with its secret shown once, listed without it, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solvent.files.cli import main


def test_made_listed_and_revoked(site: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    def run(*words: str) -> tuple[int, str]:
        code = main(["token", *words, "--data", str(site), "--company", "own", "--lang", "en"])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, told = run("from the shell", "--person", "cfo", "--scopes", "read, orders", "--days", "30")
    secret = told.split()[-1]
    assert code == 0
    assert secret.startswith("solvent_")
    from solvent_server.store.connect import tokens  # noqa: PLC0415 (needs the store)

    row = tokens.found(secret)
    assert row is not None
    assert (row.scopes, row.made_by.endswith("(command line)")) == (["orders", "read"], True)
    code, told = run()
    assert "from the shell" in told
    assert secret not in told
    code, told = run("--json")
    listed = {one["token"]: one for one in json.loads(told)["tokens"]}
    assert listed[row.id]["scopes"] == ["orders", "read"]
    assert secret not in told
    assert run("--revoke", str(row.id))[0] == 0
    assert tokens.found(secret) is None
    assert run("--revoke", str(row.id))[0] != 0
    for wrong in (
        ("x", "--person", "nobody"),
        ("x", "--person", "sales", "--scopes", "cash"),
        ("a/b", "--person", "cfo"),
    ):
        assert run(*wrong)[0] != 0
