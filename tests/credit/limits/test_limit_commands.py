"""``solvent limits`` and ``solvent term-length`` on a small ledger, in both languages and for machines."""

from __future__ import annotations

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remembered import remembered
from solvent.base.problem import SolventError
from solvent.credit.limits.granting import WHY
from solvent.credit.limits.methods import COMBINED, METHODS
from solvent.credit.reviews import WHY as REVIEW_WHY
from solvent.decisions.limits.shortening import STEPS
from solvent.files.command import Command
from solvent.files.commands.credit.limit_names import LACKS, METHOD, MOVE, REVIEW
from solvent.files.commands.credit.limit_names import REVIEW_WHY as REVIEW_NAMES
from solvent.files.commands.credit.limit_names import WHY as NAMES
from solvent.files.commands.credit.limits import COMMAND as LIMITS
from solvent.files.commands.credit.shorten_terms import COMMAND as SHORTEN
from solvent.files.commands.credit.shorten_terms import GROUP, PERIOD, STEP
from solvent.files.commands.credit.term_length import COMMAND as LENGTH
from solvent.files.language import Language, catalogue
from solvent.files.screen import Screen

TABLES = {
    "customers": "customer_id,name,industry,terms_days,since_on,recorded_on\n"
    "lantern,Lantern Ltd,lamps,30,2020-01-01,2020-01-01\nharbour,港口公司,ships,60,2020-01-01,2020-01-01\n",
    "open_items": "item_id,invoice_id,customer_id,issued_on,due_on,currency,amount,recorded_on\n"
    "a,a,lantern,2026-08-01,2026-08-31,CNY,36500.00,2026-08-01\n"
    "b,b,harbour,2026-09-01,2026-10-31,CNY,1000.00,2026-09-01\n",
    "receipts": "receipt_id,customer_id,received_on,currency,amount,recorded_on\n"
    "r,lantern,2026-08-30,CNY,36500.00,2026-08-30\n",
    "allocations": "allocation_id,item_id,source,source_id,allocated_on,currency,amount,recorded_on\n"
    "1,a,receipt,r,2026-08-30,CNY,36500.00,2026-08-30\n",
    "limits": "limit_id,customer_id,kind,currency,amount,valid_from,valid_until,decided_by,recorded_on\n"
    "L1,lantern,total,CNY,200000.00,2026-01-01,,ann,2026-01-01\n"
    "L2,harbour,total,CNY,500.00,2026-01-01,2026-08-31,ann,2026-01-01\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("ledger")
    for name, text in TABLES.items():
        (place / f"{name}.csv").write_text(text, "utf-8")
    (place / "ledger.toml").write_text('currency = "CNY"\n', "utf-8")
    with remembered():
        yield place


def run(command: Command, folder: Path, *args: str, code: str = "en") -> int:
    language = Language(code)
    parser = ArgumentParser()
    command.add(parser, language)
    return command.run(parser.parse_args([str(folder), "--as-of", "2026-10-31", *args]), Screen(language))


def told(command: Command, folder: Path, capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    run(command, folder, *args, "--json", "-")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_everybody_for_machines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(LIMITS, folder, capsys)
    assert (answer["schema"], answer["currency"], answer["as_of"]) == ("solvent.limits/1", "CNY", "2026-10-31")
    rows = {row["customer_id"]: row for row in answer["rows"]}
    assert rows["lantern"]["standing_amount"] == "200000.00"
    assert rows["harbour"]["standing_amount"] is None
    assert rows["harbour"]["expired_on"] == "2026-08-31"
    run(LIMITS, folder, "--csv", "-")
    cells = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["customer_id"] for row in cells} == {"lantern", "harbour"}


def test_one_customer_with_every_method_and_its_history(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(LIMITS, folder, capsys, "--customer", "lantern")
    assert [row["method"] for row in answer["methods"]] == list(METHODS)
    assert {row["method"]: row["lacks"] for row in answer["methods"]}["net_worth"] == "statements"
    assert [(row["limit_id"], row["amount"]) for row in answer["history"]] == [("L1", "200000.00")]
    assert run(LIMITS, folder, "--customer", "lantern") == 0
    assert "trade references" in capsys.readouterr().out
    assert run(LIMITS, folder, "--customer", "lantern", code="zh") == 0
    assert "同业参考" in capsys.readouterr().out


def test_reviews(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(LIMITS, folder, capsys, "--reviews")
    expired = [row for row in answer["rows"] if row["kind"] == "limit"]
    assert [(row["customer_id"], row["why"], row["due_on"]) for row in expired] == [
        ("harbour", "expired", "2026-09-01")
    ]
    run(LIMITS, folder, "--reviews", code="zh")
    assert "信用额度" in capsys.readouterr().out


def test_a_decision_without_a_second_person_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(LIMITS, folder)
    out = capsys.readouterr()
    assert "L1" in out.err + out.out


def test_a_customer_that_is_not_there(folder: Path) -> None:
    with pytest.raises(SolventError, match=r"limits\.customer_unknown"):
        run(LIMITS, folder, "--customer", "nobody")
    with pytest.raises(SolventError, match=r"limits\.length_unknown"):
        run(LENGTH, folder, "--industry", "nothing")


def test_terms_by_industry_and_of_one_customer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(LENGTH, folder, capsys)
    assert [(row["key"], row["sales"], row["terms_days"]) for row in answer["rows"]] == [
        ("lamps", "36500.00", 30), ("ships", "1000.00", 60),
    ]  # fmt: skip
    assert {row["best_days"] for row in answer["rows"]} == {None}
    one = told(LENGTH, folder, capsys, "--customer", "lantern", "--days", "0,30", "--lost-share", "0.5")
    assert [row["terms_days"] for row in one["rows"][0]["table"]] == [0, 30]
    assert one["rows"][0]["best_days"] == 30
    assert run(LENGTH, folder, code="zh") == 0
    assert "--lost-share" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [("--margin", "2"), ("--lost-share", "x"), ("--days", "-1"), ("--days", "731")])
def test_what_cannot_be_is_refused(folder: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        run(LENGTH, folder, *wrong)


def test_every_code_has_a_name_and_every_name_its_chinese() -> None:
    assert set(NAMES) == set(WHY)
    assert set(REVIEW_NAMES) == set(REVIEW_WHY)
    assert set(METHOD) >= {*METHODS, "mean", "country", "region", "industry"} >= set(COMBINED)
    assert set(STEP) == set(STEPS)
    for names in (METHOD, LACKS, MOVE, NAMES, REVIEW, REVIEW_NAMES, STEP, GROUP, PERIOD):
        assert not [text for text in names.values() if text not in catalogue()]


def test_what_the_portfolio_bears_and_the_safe_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(LIMITS, folder, capsys, "--portfolio", "--customer", "harbour", "--paths", "256")
    assert [row["customer_id"] for row in answer["rows"]] == ["harbour"]
    assert answer["rows"][0]["exposure"] == "1000.00"
    assert answer["safe_order"]["bound"] == "undecided"
    bound = told(LIMITS, folder, capsys, "--portfolio", "--customer", "lantern", "--paths", "256")["safe_order"]
    assert (bound["bound"], bound["amount"], bound["chance_before"]) == ("limit", "200000.00", None)
    assert run(LIMITS, folder, "--portfolio", "--paths", "256", code="zh") == 0
    assert "组合可承受的敞口" in capsys.readouterr().out


def test_shorter_terms(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(SHORTEN, folder, capsys, "--customer", "lantern", "--paths", "256")
    assert [row["customer_id"] for row in answer["candidates"]] == ["lantern"]
    assert [row["step"] for row in answer["steps"]] == list(STEPS)
    run(SHORTEN, folder, "--paths", "256", code="zh")
    assert "可商谈缩短账期的客户" in capsys.readouterr().out
    shown = told(SHORTEN, folder, capsys, "--customer", "lantern", "--test-since", "2026-07-15", "--within", "40")
    assert shown["effect_days"] is None
    assert {row["group"]: row["days_to_pay"] for row in shown["rows"]} == {"asked": 29.0, "others": None}
    with pytest.raises(SolventError, match=r"limits\.test_of_nobody"):
        run(SHORTEN, folder, "--test-since", "2026-07-15")
