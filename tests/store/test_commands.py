"""Commands on a store, as a clerk types them: import, match, assess, undo, keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solvent.files.cli import main
from solvent.files.command import FOUND, OK, UNREADABLE
from stores import empty_store

INVOICES = """客户名称,发票号,开票日期,到期日,币种,金额
上海海锚设备有限公司,F1001,2026-01-05,2026-02-04,CNY,1200.00
上海海锚设备有限公司,F1002,2026-01-15,2026-02-14,CNY,800.00
青岛远洋贸易有限公司,F2001,2026-01-20,2026-02-19,CNY,5000.00
Lantern GmbH,F3001,2026-01-20,2026-02-19,CNY,300.00
"""
BANK = """账号:,6222000011112222
户名:,某公司
交易日期,收入金额,支出金额,账户余额,对方户名,对方账号,摘要
2026-02-03,2000.00,,3000.00,上海市海锚设备有限责任公司,111,货款 F1001 F1002
2026-02-10,4990.00,,7990.00,青岛远洋贸易有限公司,222,F2001货款
2026-02-11,310.00,,8300.00,Lanterm GmbH,333,payment
2026-02-12,,90.00,8210.00,中国移动,444,话费
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(first: Run, templates: dict[str, Any], tmp_path: Path) -> Run:
    """The commands on a store that is there already, with nothing in it."""
    empty_store(tmp_path / "data")
    return first


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The commands where there is no store yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOLVENT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SOLVENT_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "inv.csv").write_text(INVOICES, "utf-8")
    (tmp_path / "bank.csv").write_text(BANK, "gb18030")

    def told(*words: str) -> tuple[int, str]:
        code = main(list(words))
        return code, capsys.readouterr().out

    return told


def test_from_files_to_matched_books_and_back(first: Run) -> None:
    run = first
    code, out = run("import", "inv.csv", "bank.csv", "--json")
    files = json.loads(out)["files"]
    assert code == OK
    assert [(one["kind"], one["loaded"]) for one in files] == [("ledger", True), ("bank", True)]
    assert files[1]["tables"]["bank_lines"] == {"new": 4, "known": 0, "changed": 0}
    matches = {row["reason"]: row for row in json.loads(run("match", "--json")[1])["matches"]}
    assert matches["items.named"]["decision"] == "automatic"
    assert [part["target_id"] for part in matches["items.named"]["parts"]] == ["F1001", "F1002"]
    assert matches["items.named_part"]["parts"][0]["amount"] == 499000
    assert run("match", "--apply")[0] == OK
    told = json.loads(run("assess", "--json", "--paths", "200")[1])
    assert told["open_total"] == "310.00"
    assert run("check")[0] == OK
    line = matches["items.named"]["source_id"]
    assert run("match", "--take-back", line)[0] == OK
    assert sum(float(row["total"]) for row in json.loads(run("aging", "--json")[1])["rows"]) == 2310.0
    assert run("undo", "1")[0] == UNREADABLE
    assert run("undo", "3")[0] == OK
    assert run("undo", "1")[0] == OK
    assert run("check")[0] == OK
    states = {row["batch"]: row["state"] for row in json.loads(run("imports", "--json")[1])["imports"]}
    assert (states[1], states[2], states[3]) == ("undone", "committed", "undone")


def test_a_proposal_is_made_by_a_person_and_learned(run: Run) -> None:
    run("import", "inv.csv", "bank.csv")
    proposed = [row for row in json.loads(run("match", "--json")[1])["matches"] if row["decision"] == "proposed"]
    if not proposed:
        pytest.fail("the name that is only alike should have been proposed")
    line = proposed[0]["source_id"]
    assert run("match", "--accept", line)[0] == OK
    assert run("match", "--accept", "nothing")[0] == UNREADABLE
    assert run("check")[0] == OK


def test_the_same_file_and_a_preview_change_nothing(run: Run) -> None:
    assert run("import", "inv.csv", "--preview")[0] == OK
    assert json.loads(run("imports", "--json")[1])["imports"][0]["state"] == "staged"
    run("import", "inv.csv")
    _, out = run("import", "inv.csv", "--lang", "zh")
    assert "本次未做任何改动" in out


def test_bad_rows_come_back_and_a_statement_that_does_not_add_up_is_held(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(INVOICES.replace("1200.00", "很多"), "utf-8")
    (tmp_path / "odd.csv").write_text(BANK.replace("7990.00", "7991.00"), "gb18030")
    code, out = run("import", "bad.csv", "odd.csv", "--json", "--corrections", "back")
    bad, odd = json.loads(out)["files"]
    assert code == FOUND
    assert bad["rows_rejected"] == 1
    assert odd["quarantined"] == 1
    assert odd["tables"].get("bank_lines", {"new": 0})["new"] == 0


def test_backup_and_restore(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", "inv.csv", "bank.csv")
    before = run("aging", "--json")[1]
    assert json.loads(before)["rows"]
    assert run("backup", "all.zip")[0] == OK
    assert run("backup", "all.zip")[0] == UNREADABLE
    assert run("restore", "all.zip")[0] == UNREADABLE
    other = str(tmp_path / "other")
    assert run("restore", "all.zip", "--data", other)[0] == OK
    assert run("imports", "--data", other)[0] == OK
    broken = bytearray((tmp_path / "all.zip").read_bytes())
    (tmp_path / "cut.zip").write_bytes(broken[: len(broken) // 2])
    broken[200] ^= 1
    (tmp_path / "hurt.zip").write_bytes(broken)
    third = str(tmp_path / "third")
    empty_store(tmp_path / "third")
    for name in ("cut.zip", "hurt.zip"):
        assert run("restore", name, "--data", third)[0] == UNREADABLE
    assert run("restore", "all.zip", "--data", third)[0] == OK
    assert run("aging", "--json", "--lang", "en")[1] == before
    for place in ("other", "third"):
        monkeypatch.setenv("SOLVENT_DATA", str(tmp_path / place))
        assert run("aging", "--json")[1] == before


def test_a_company_has_its_names_and_numbers(run: Run) -> None:
    assert run("company", "own", "--name", "某公司", "--tax-id", "91310000132200821H", "--currency", "CNY")[0] == OK
    assert "91310000132200821H" in run("company")[1]
    assert run("company", "own", "--currency", "RMB")[0] == UNREADABLE
    assert run("import", "inv.csv", "--company", "nobody")[0] == UNREADABLE


def test_assess_without_a_ledger_or_a_store_says_what_to_do(first: Run) -> None:
    assert first("assess")[0] == UNREADABLE


def test_credit_lines_and_promises_come_in_with_a_folder(run: Run, tmp_path: Path) -> None:
    """As our own export writes them, and as a person types them: rates as percentages, amounts with marks."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "inv.csv").write_text(INVOICES, "utf-8")
    (folder / "promises.csv").write_text(
        "promise_id,customer_id,item_id,made_on,promised_on,currency,amount\n"
        'P1,上海海锚设备有限公司,F1001,2026-02-20,2026-03-01,CNY,"1,200.00"\n'
        "P2,青岛远洋贸易有限公司,,2026-02-20,2026-02-27,,\n",
        "utf-8",
    )
    (folder / "facilities.csv").write_text(
        "facility_id,told_on,lender,kind,currency,amount,drawn,yearly_rate,committed\n"
        'L1,2026-01-31,滨江银行,overdraft,CNY,"2,000,000.00",500000.00,4.35%,yes\n'
        "L1,2026-02-28,滨江银行,overdraft,CNY,2000000.00,0,0.0435,yes\n"
        "L2,2026-02-28,滨江银行,gift,CNY,1,0,,\n",
        "utf-8",
    )
    code, out = run("import", "ledger", "--json")
    told = {one["file"]: one for one in json.loads(out)["files"]}
    assert code == FOUND
    assert told["promises.csv"]["tables"]["promises"] == {"new": 2, "known": 0, "changed": 0}
    assert told["facilities.csv"]["tables"]["facilities"] == {"new": 2, "known": 0, "changed": 0}
    assert told["facilities.csv"]["rows_rejected"] == 1
    assert run("check")[0] == OK
    assert run("export", "out")[0] == OK
    lines = (tmp_path / "out" / "facilities.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[4:9] for line in lines[1:]] == [
        ["CNY", "2000000.00", "500000.00", "0.0435", ""], ["CNY", "2000000.00", "0.00", "0.0435", ""],
    ]  # fmt: skip
    assert "P1" in (tmp_path / "out" / "promises.csv").read_text("utf-8")
    assert json.loads(run("assess", "ledger", "--json")[1])["open_total"] == "7300.00"
