"""The demo in a browser: a store of its own, people who can log in, a second start that makes nothing anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solvent.files.cli import main
from solvent.files.command import OK, UNREADABLE
from solvent.files.sample import Plan, generate
from stores import empty_store


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Any, ...]]:
    """What would be served, of a small sample; nothing is."""
    from solvent_server.commands.demo import site  # noqa: PLC0415
    from solvent_server.jobs import sample  # noqa: PLC0415

    empty_store(tmp_path / "data" / "demo")
    told: list[tuple[Any, ...]] = []
    small = generate(Plan(size="stall", seed=4))
    monkeypatch.setattr(site, "prepare", lambda: None)
    monkeypatch.setattr(site, "serve", lambda *how: told.append(how))
    monkeypatch.setattr(site, "is_free", lambda address, port: port != site.PORT)
    monkeypatch.setattr(sample, "generate", lambda plan: small)
    monkeypatch.setattr(sample, "assess_company", lambda company: None)
    monkeypatch.setenv("SOLVENT_DATABASE_URL", "postgresql://the.real/one")
    return told


def test_it_is_made_once_with_people_who_can_log_in_and_goes_again(
    served: list[tuple[Any, ...]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store.keeping import checks  # noqa: PLC0415
    from solvent_server.store.models import Batch, Company, Member  # noqa: PLC0415

    words = ("demo", "--no-open", "--data", str(tmp_path / "data"))
    passwords = []
    for _ in range(2):
        assert main(list(words)) == OK
        out = capsys.readouterr().out
        passwords.append(out.split("Password: ")[1].split()[0])
        assert str(tmp_path / "data" / "demo") in out.replace("\n", "")
    address, port, workers, _ready = served[-1]
    assert (address, port, workers) == ("127.0.0.1", 8766, 1), "the usual port is taken, so the next one is"
    assert passwords[0] != passwords[1]
    assert Batch.objects.count() == 1, "the second start finds everything there"
    assert Company.objects.get().sample.people == ["admin", "cfo", "collector", "credit", "sales", "treasurer"]
    assert dict(Member.objects.values_list("user__username", "role")) == {
        "cfo": "cfo", "credit": "credit_manager", "collector": "collector", "treasurer": "treasurer", "sales": "sales",
        "admin": "administrator",
    }  # fmt: skip
    assert User.objects.values("password").distinct().count() == 1
    assert User.objects.first().check_password(passwords[1])
    assert not User.objects.first().check_password(passwords[0])
    assert not [one for one in checks.check_store() if one.breaches]

    assert main(["demo", "--remove", "--data", str(tmp_path / "data")]) == OK
    assert "6" in capsys.readouterr().out
    assert not Company.objects.exists()
    assert not User.objects.exists()
    assert not [one for one in checks.check_store() if one.breaches]
    assert main(["demo", "--remove", "--data", str(tmp_path / "data")]) == UNREADABLE
    assert main(list(words)) == OK
    assert Company.objects.exists()


def test_where_there_is_no_demo_nothing_is_made_to_remove_it(tmp_path: Path) -> None:
    assert main(["demo", "--remove", "--data", str(tmp_path / "nothing")]) == UNREADABLE
    assert not (tmp_path / "nothing").exists()
