"""``customer``, ``policy-book``, ``contracts``, ``credit-start`` and ``peers`` as they are typed, in both languages."""

from __future__ import annotations

import csv
import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest

from remembered import remembered
from solvent.base.problem import SolventError
from solvent.files.command import OK, Command
from solvent.files.commands.credit.papers import contracts, credit_start, customer, peers, policy_book
from solvent.files.language import Language
from solvent.files.screen import Screen

TABLES = {
    "customers": (
        "customer_id,name,tax_id,country,industry,terms_days,recorded_on\n"
        "lantern,=cmd|' /C calc'!A0,91440605MA32489891,CN,shop,30,2026-01-01\n"
    ),
    "open_items": (
        "item_id,invoice_id,customer_id,issued_on,due_on,currency,amount,recorded_on\n"
        "I1,I1,lantern,2026-05-01,2026-05-31,CNY,700.00,2026-05-01\n"
        "I2,I2,lantern,2026-06-01,2026-07-01,CNY,100.00,2026-06-01\n"
    ),
    "contracts": ("contract_id,customer_id,signed_on,terms_days,recorded_on\nK1,lantern,2025-07-01,90,2025-07-01\n"),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("books")
    (folder / "ledger.toml").write_text('currency = "CNY"\n', "utf-8")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with remembered():
        yield folder


def rows_of(place: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(place.read_text("utf-8-sig").splitlines()))


def run(command: Command, *arguments: object, language: str = "en") -> int:
    parser = ArgumentParser()
    command.add(parser, Language(language))
    return command.run(parser.parse_args([str(one) for one in arguments]), Screen(Language(language)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_credit_report_as_html_markdown_and_json(ledger: Path, tmp_path: Path, language: str) -> None:
    places = {form: tmp_path / f"report.{form}" for form in ("html", "markdown", "json")}
    wanted = [part for form, place in places.items() for part in (f"--{form}", place)]
    assert run(customer.COMMAND, ledger, "lantern", *wanted, language=language) == OK
    page = places["html"].read_text("utf-8")
    assert "calc" in page
    assert ("信用报告" if language == "zh" else "Credit report") in page
    told = json.loads(places["json"].read_text("utf-8"))
    assert (told["document"], told["as_of"]) == ("credit_report", "2026-06-01")
    assert told["facts"]["customer"]["value"] == "lantern"
    assert places["markdown"].read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_the_screen(ledger: Path, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command, more in (
        (customer.COMMAND, (ledger, "lantern")),
        (customer.COMMAND, (ledger, "lantern", "--advice", "--from", "Our Ltd")),
        (contracts.COMMAND, (ledger,)),
        (credit_start.COMMAND, (ledger,)),
        (policy_book.COMMAND, (ledger,)),
        (policy_book.COMMAND, ("--for", "customers", "--preset", "micro")),
    ):
        assert run(command, *more, language=language) == OK
        shown = capsys.readouterr().out
        assert len(shown) > 200
        assert bool(re.search("[\u4e00-\u9fff]", shown)) is (language == "zh")


def test_nobody_has_no_report(ledger: Path) -> None:
    with pytest.raises(SolventError, match=r"documents\.customer_unknown"):
        run(customer.COMMAND, ledger, "stranger")


def test_contracts_as_csv(ledger: Path, tmp_path: Path) -> None:
    assert run(contracts.COMMAND, ledger, "--csv", tmp_path / "c.csv") == OK
    rows = rows_of(tmp_path / "c.csv")
    assert ("missing", "late_daily_rate") in {(row["kind"], row["clause"]) for row in rows}
    assert ("differs_from_customer", "90.0", "30.0") in {(row["kind"], row["told"], row["wanted"]) for row in rows}


def test_a_tape_goes_out_and_comes_back(ledger: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret among us\n", "utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text('[["credit.peers"]]\nfewest = 1\npayments = 0\n', "utf-8")
    tape, heard = tmp_path / "tape.csv", tmp_path / "heard.csv"
    asked = ("--secret-file", secret, "--policy", policy)
    assert run(peers.COMMAND, "export", ledger, *asked, "--out", tape) == OK
    assert "lantern" not in tape.read_text("utf-8-sig")
    assert run(peers.COMMAND, "import", ledger, *asked, "--tape", tape, "--told-by", "Peer", "--out", heard) == OK
    rows = rows_of(heard)
    assert [(row["customer_id"], row["told_by"], row["terms_days"]) for row in rows] == [("lantern", "Peer", "1")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("tape", None, r"peers\.file_unreadable"),
        ("tape", b"\xff\xfe\x00\x00", r"peers\.file_unreadable"),
        ("tape", b"tape,told_on\nsolvent-peers/1,yesterday\n", r"peers\.file_unreadable"),
        ("tape", b"a,b\n1,2\n", r"peers\.tape_form"),
        ("secret", b"short", r"peers\.secret_short"),
        ("secret", None, r"peers\.file_unreadable"),
    ],
)
def test_a_tape_or_secret_that_is_none(
    ledger: Path, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    files = {"tape": tmp_path / "tape.csv", "secret": tmp_path / "secret"}
    files["tape"].write_bytes(b"tape\n")
    files["secret"].write_bytes(b"a secret among us")
    files[name].unlink()
    if content is not None:
        files[name].write_bytes(content)
    with pytest.raises(SolventError, match=code):
        run(peers.COMMAND, "import", ledger, "--secret-file", files["secret"], "--tape", files["tape"])


def test_without_a_secret_nothing_is_told(ledger: Path) -> None:
    with pytest.raises(SolventError, match=r"peers\.secret_missing"):
        run(peers.COMMAND, "export", ledger)
