"""The desk's commands, as people type them: limits by two, orders let through, limits held, cases seen to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from solvent.files import cli
from solvent.files.command import FOUND, OK, UNREADABLE
from solvent_server.commands import opening
from solvent_server.commands.desk import asked, cases, enter, limit, order, reserve
from stores import empty_store

Run = Callable[..., tuple[int, str]]
COMMANDS = {
    "limit": limit.COMMAND, "approve-order": order.COMMAND, "enter": enter.COMMAND, "reserve": reserve.COMMAND,
    "release": reserve.RELEASE, "cases": cases.COMMAND,
}  # fmt: skip
TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=30)).isoformat()


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], templates: dict[str, Any]
) -> Run:
    """Commands on a store with two customers of one group and what they owe; ``who`` types."""
    empty_store(tmp_path / "data")
    monkeypatch.setenv("SOLVENT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SOLVENT_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    known = {**cli.found(), **COMMANDS}
    monkeypatch.setattr(cli, "found", lambda asked=None: known)

    def told(who: str, *words: str) -> tuple[int, str]:
        monkeypatch.setattr(opening, "_account", lambda: who)
        capsys.readouterr()
        code = cli.main(list(words))
        said = capsys.readouterr()
        return code, said.out + said.err

    due = (TODAY + timedelta(days=20)).isoformat()
    issued = (TODAY - timedelta(days=10)).isoformat()
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "customers.csv").write_text(
        "customer_id,name,group_id\nlantern,Lantern GmbH,harbour\nquay,码头公司,harbour\n", "utf-8"
    )
    (folder / "open_items.csv").write_text(
        f"item_id,invoice_id,customer_id,issued_on,due_on,currency,amount\nF1,F1,lantern,{issued},{due},CNY,400.00\n",
        "utf-8",
    )
    assert told("anna", "company", "own", "--currency", "CNY")[0] == OK
    assert told("anna", "import", "ledger")[0] == OK
    return told


def test_a_limit_is_set_by_one_and_approved_by_another(run: Run) -> None:
    assert "solvent limit approve 1" in run("anna", "limit", "set", "lantern", "1,000.00", "--terms", "30")[1]
    told = json.loads(run("anna", "limit", "show", "--json")[1])
    assert (told["limits"], [one["row"]["amount"] for one in told["waiting"]]) == ([], ["1000.00"])
    code, said = run("anna", "limit", "approve", "1")
    assert code == UNREADABLE
    assert "second person" in said
    assert "须由第二人批准" in run("anna", "limit", "approve", "1", "--lang", "zh")[1]
    assert run("bai", "limit", "approve", "1", "--reason", "seen the books")[0] == OK
    told = json.loads(run("anna", "limit", "show", "lantern", "--json")[1])
    row = told["limits"][0]
    assert (row["amount"], row["decided_by"], row["approved_by"], row["terms_days"]) == ("1000.00", "anna", "bai", 30)
    assert run("anna", "limit", "authority", "anna", "500")[0] == UNREADABLE
    assert run("cfo", "limit", "authority", "anna", "500")[0] == OK
    run("anna", "limit", "set", "quay", "500.00")
    run("anna", "limit", "set", "harbour", "500.01", "--group", "--until", SOON)
    assert run("bai", "limit", "refuse", "3")[0] == UNREADABLE
    assert run("bai", "limit", "refuse", "3", "--reason", "too much")[0] == OK
    told = json.loads(run("anna", "limit", "show", "--json")[1])
    assert [row["customer_id"] for row in told["limits"]] == ["lantern", "quay"]
    assert told["authorities"] == [{"person": "anna", "currency": "CNY", "amount": "500.00"}]
    assert told["waiting"] == []
    for words in (("set", "nobody", "1"), ("set", "quay", "1.001"), ("set", "quay", "1", "--currency", "RMB")):
        assert run("anna", "limit", *words)[0] == UNREADABLE
    run("anna", "limit", "set", "lantern", "2000")
    shown = run("anna", "limit", "show", "--lang", "zh")[1]
    assert "待第二人批准" in shown
    assert "2,000.00" in shown
    assert "信用额度" in shown
    assert "total" not in shown
    assert "涉及金额" not in shown, "whose limit it is, no amount"
    assert run("anna", "check")[0] == OK


def test_an_order_is_let_through_by_two(run: Run) -> None:
    assert "没有人申请" in run("anna", "approve-order", "show", "--lang", "zh")[1]
    asking = ("approve-order", "ask", "lantern", "250", "--order", "O7", "--until", SOON)
    assert run("anna", *asking)[0] == UNREADABLE, "a reason is asked for"
    assert "approve-order approve 1" in run("anna", *asking, "--reason", "paid tomorrow")[1]
    assert run("anna", "approve-order", "approve", "1")[0] == UNREADABLE
    assert run("bai", "approve-order", "approve", "1")[0] == OK
    told = json.loads(run("anna", "approve-order", "show", "--json")[1])["approvals"][0]
    assert (told["state"], told["asked_by"], told["decided_by"]) == ("approved", "anna", "bai")
    assert told["row"]["amount"] == "250.00"
    assert "O7" in run("anna", "approve-order", "show")[1]
    assert run("anna", "undo", str(told["import"]))[0] == OK
    assert run("anna", "check")[0] == OK


def test_a_limit_is_held_for_an_order_and_let_go(run: Run) -> None:
    assert run("sal", "reserve", "lantern", "1")[0] == UNREADABLE, "no limit counts"
    for subject, much, more in (("lantern", "1000", ()), ("quay", "1000", ()), ("harbour", "1200", ("--group",))):
        run("anna", "limit", "set", subject, much, *more)
    for number in ("1", "2", "3"):
        assert run("bai", "limit", "approve", number)[0] == OK
    assert run("sal", "reserve")[1].strip() == "Nothing is held."
    code, out = run("sal", "reserve", "lantern", "600.01", "--json")
    told = json.loads(out)
    assert (code, told["granted"], told["free_before"], told["short_in"]) == (FOUND, False, "600.00", "lantern")
    assert "600.00" in run("sal", "reserve", "lantern", "600.01")[1]
    first = json.loads(run("sal", "reserve", "lantern", "600", "--order", "O1", "--key", "k", "--json")[1])
    assert first["granted"]
    again = json.loads(run("sal", "reserve", "lantern", "600", "--order", "O1", "--key", "k", "--json")[1])
    assert again["reservation"] == first["reservation"]
    group = json.loads(run("sal", "reserve", "quay", "201", "--json")[1])
    assert (group["granted"], group["short_in"], group["free_before"]) == (False, "harbour", "200.00")
    assert run("sal", "reserve", "--taken", "1", "--order", "O2")[0] == UNREADABLE
    assert run("sal", "reserve", "--taken", "1", "--order", "O1")[0] == OK
    rows = json.loads(run("sal", "reserve", "--json")[1])["reservations"]
    assert [(row["state"], row["asked_by"], row["amount"]) for row in rows] == [("ordered", "sal", "600.00")]
    assert "O1" in run("sal", "reserve")[1]
    assert run("sal", "release", "1", "--reason", "cancelled")[0] == OK
    assert run("sal", "release", "1")[0] == UNREADABLE
    assert run("sal", "reserve", "quay", "201")[0] == OK
    assert run("sal", "reserve", "quay")[0] == UNREADABLE
    assert run("sal", "check")[0] == OK


def test_what_people_enter_and_take_back(run: Run) -> None:
    day = TODAY.isoformat()
    words = ("screenings", "customer_id=lantern", "step=registry", "outcome=passed", f"told_on={day}")
    assert "import" in run("anna", "enter", *words)[1]
    assert "entered before" in run("anna", "enter", *words)[1]
    assert run("anna", "enter", *words, "outcome=waived")[0] == UNREADABLE
    event = (
        "events",
        "customer_id=lantern",
        "kind=enforcement_opened",
        f"happened_on={day}",
        "amount=1,234.56",
        "severity=3",
    )
    assert run("anna", "enter", *event)[0] == OK
    for wrong in (
        ("events", "nothing"),
        ("events", "amount=much"),
        ("events", "colour=red"),
        ("reviews", "done_on=today"),
    ):
        assert run("anna", "enter", *wrong)[0] == UNREADABLE
    assert run("anna", "export", "out")[0] == OK
    line = (Path("out") / "events.csv").read_text("utf-8").splitlines()[1]
    assert "1234.56" in line
    assert "CNY" in line
    assert run("anna", "check")[0] == OK


def test_cases_are_seen_to(run: Run) -> None:
    assert run("anna", "cases", "list")[0] == OK
    late = TODAY + timedelta(days=60)
    code, said = run("anna", "cases", "refresh", "--no-paths", "--as-of", late.isoformat())
    assert code == OK, said
    told = json.loads(run("anna", "cases", "list", "--json")[1])["cases"]
    assert told, "an item 40 days late is worth a warning"
    name = told[0]["case_id"]
    until = (TODAY + timedelta(days=90)).isoformat()
    assert run("anna", "cases", "ack", name)[0] == OK
    assert run("anna", "cases", "snooze", name, "--until", until, "--reason", "promised")[0] == OK
    assert run("anna", "cases", "assign", name, "--to", "sales")[0] == OK
    done = ("cases", "close", name, "--action", "collect_first", "--result", "paid", "--avoided", "400")
    assert run("bai", *done)[0] == OK
    assert run("bai", *done)[0] == UNREADABLE
    told = json.loads(run("anna", "cases", "list", "--history", name, "--json")[1])
    assert [step["what"] for step in told["history"]][-4:] == ["acknowledged", "snoozed", "assigned", "closed"]
    assert {step["by"] for step in told["history"][-4:]} == {"anna", "bai"}
    assert (told["cases"][0]["result"], told["cases"][0]["avoided_amount"]) == ("paid", "400.00")
    assert name in run("anna", "cases", "list", "--all", "--lang", "zh")[1]
    assert "结案" in run("anna", "cases", "list", "--history", name, "--lang", "zh")[1]
    assert run("anna", "check")[0] == OK


def test_every_word_of_the_desk_has_its_chinese() -> None:
    from solvent.files.language import catalogue  # noqa: PLC0415

    words = [*asked.STATES.values(), *reserve.STATES.values(), *cases.HAPPENED.values()]
    assert not [word for word in words if word not in catalogue()]
