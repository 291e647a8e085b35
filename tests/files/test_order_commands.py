"""``check-order`` and ``exposure`` on the command line: both languages, JSON, CSV, exit codes, less data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from remembered import remembered
from solvent.books.credit.events import EVENT_KINDS
from solvent.books.credit.registry import STATUSES
from solvent.decisions.limits.exposure import KINDS, PARTS
from solvent.decisions.limits.order.rule import rules
from solvent.decisions.limits.states import STATES
from solvent.decisions.limits.to_come import LATER
from solvent.files.cli import main
from solvent.files.commands.credit.exposure import CUT, GROUPED, SHOWN
from solvent.files.commands.credit.order_names import COLUMN, EFFECT, EVENT, KIND, OUTCOME, PART, REGISTER, RULE
from solvent.files.language import catalogue

CHINESE = re.compile("[\u4e00-\u9fff]")
TABLES = {
    "customers": "customer_id,name,country,terms_days,recorded_on\nlantern,Lantern,CN,30,2026-01-01\n",
    "open_items": (
        "item_id,invoice_id,customer_id,issued_on,due_on,currency,amount,recorded_on\n"
        "I1,I1,lantern,2026-06-01,2026-07-31,CNY,700.00,2026-06-01\n"
        "I2,I2,lamp,2026-06-30,2026-07-31,CNY,10.00,2026-06-30\n"
    ),
    "limits": (
        "limit_id,customer_id,kind,currency,amount,valid_from,recorded_on\n"
        "L,lantern,total,CNY,1000.00,2026-01-01,2026-01-01\n"
    ),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("books")
    (folder / "ledger.toml").write_text('currency = "CNY"\n', "utf-8")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with remembered():
        yield folder


def ask(ledger: Path, amount: str, *more: str) -> int:
    return main(["check-order", str(ledger), "--customer", "lantern", "--amount", amount, "--without-cash", *more])


@pytest.mark.parametrize(("amount", "code"), [("299.99", 0), ("300", 0), ("300.01", 1)])
def test_the_exit_code_is_the_answer(ledger: Path, amount: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(ledger, amount, "--lang", "en") == code
    assert ("1,000.01, 0.01 over the limit of 1,000.00" in capsys.readouterr().out) is bool(code)


def test_a_no_with_its_ways_in_both_languages(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(ledger, "1000", "--lang", "en") == 1
    english = capsys.readouterr().out
    for told in ("a deposit of 700.00 CNY", "a smaller order, up to 300.00 CNY", "4 lots of up to 250.00 CNY"):
        assert told in english
    assert ask(ledger, "1000", "--lang", "zh") == 1
    chinese = capsys.readouterr().out
    assert "发货前支付定金 700.00 CNY" in chinese
    assert "敞口将达到 1,700.00" in chinese


def test_a_deposit_as_amount_or_share(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(ledger, "1000", "--deposit", "70%") == 0
    assert ask(ledger, "1000", "--deposit", "699.99") == 1
    assert ask(ledger, "1000", "--deposit", "100%") == 0
    for wrong in ("130%", "-1", "much", "nan"):
        assert ask(ledger, "1000", f"--deposit={wrong}") not in (0, 1)
    assert "30%" in capsys.readouterr().err


def test_json_holds_every_number(ledger: Path, tmp_path: Path) -> None:
    to = tmp_path / "o.json"
    assert ask(ledger, "1,000", "--terms", "45", "--json", str(to)) == 1
    told = json.loads(to.read_text("utf-8"))
    assert (told["outcome"], told["before"], told["after"], told["limit"]) == ("no", "700.00", "1700.00", "1000.00")
    assert told["exposure"]["not_due"] == "700.00"
    assert {(found["rule"], found["effect"]) for found in told["findings"] if not found["passed"]} == {
        ("limit", "no"), ("limit", "warn"), ("terms_agreed", "approval"),
    }  # fmt: skip
    assert told["softer"]["approval_deposit"] == "700.00"
    assert told["cash"] is None


def test_what_is_paid_first_or_delivered_passes(ledger: Path) -> None:
    assert ask(ledger, "99999", "--stage", "invoice") == 0
    assert ask(ledger, "99999", "--stage", "ship") == 1


def test_a_customer_or_currency_that_nobody_knows(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check-order", str(ledger), "--customer", "x", "--amount", "1", "--without-cash", "--lang", "en"]
    assert main(words) == 1
    assert "know no customer x" in capsys.readouterr().err
    assert ask(ledger, "1", "--order-currency", "USD", "--lang", "en") == 1
    assert "no rate for USD" in capsys.readouterr().out
    assert ask(ledger, "1", "--order-currency", "RMB") not in (0, 1)


def test_without_a_balance_cash_is_not_told(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check-order", str(ledger), "--customer", "lantern", "--amount", "1", "--paths", "50", "--lang", "en"]
    assert main(words) == 0
    assert "what the order does to cash is not told" in " ".join(capsys.readouterr().err.split())


def test_exposure_by_customer_country_and_one(ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "e.json"
    assert main(["exposure", str(ledger), "--json", str(to)]) == 0
    rows = {row["customer_id"]: row for row in json.loads(to.read_text("utf-8"))["rows"]}
    assert (rows["lantern"]["exposure"], rows["lantern"]["limit"], rows["lamp"]["limit"]) == ("700.00", "1000.00", None)
    assert main(["exposure", str(ledger), "--by", "country", "--csv", str(tmp_path / "e.csv")]) == 0
    assert (tmp_path / "e.csv").read_text("utf-8-sig").splitlines()[1].startswith("CN,1,700.00,")
    assert main(["exposure", str(ledger), "--customer", "lantern", "--json", str(to)]) == 0
    told = json.loads(to.read_text("utf-8"))
    assert [(row["document"], row["state"], row["amount"]) for row in told["documents"]] == [
        ("I1", "not_due", "700.00")
    ]
    every = ("group", "country", "region", "industry", "salesperson", "grade", "insured")
    for by, lang in zip(every, cycle(("en", "zh")), strict=False):
        assert main(["exposure", str(ledger), "--by", by, "--lang", lang]) == 0
    assert main(["exposure", str(ledger), "--customer", "lantern", "--lang", "zh"]) == 0
    assert "未清、未到期" in capsys.readouterr().out


def test_every_name_that_is_shown_is_there_in_both_languages() -> None:
    assert set(PARTS) | set(STATES) | {LATER, "exposure"} == set(PART)
    assert set(EVENT_KINDS) == set(EVENT)
    assert set(STATUSES) == set(REGISTER)
    assert set(KINDS) == set(KIND)
    assert {name.split(".")[0] for name in RULE} == set(rules())
    assert {*SHOWN, *GROUPED, *CUT} <= set(COLUMN)
    every = (*PART.values(), *EVENT.values(), *REGISTER.values(), *KIND.values(), *RULE.values(), *COLUMN.values())
    for text in (*every, *OUTCOME.values(), *EFFECT.values()):
        assert CHINESE.search(catalogue()[text]), text
