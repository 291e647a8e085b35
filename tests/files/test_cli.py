"""The command line as a person types it: what is shown, what is written, and how it ends."""

from __future__ import annotations

import csv
import json
from argparse import _SubParsersAction
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path

import jsonschema
import pytest

from remembered import remembered
from solvent.files.cli import build, found, main
from solvent.files.command import FOUND, OK, UNREADABLE, USAGE
from solvent.files.language import chosen
from solvent.files.screen import safe_cell

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "reference" / "assessment.schema.json").read_text("utf-8"))
LEDGER = """客户名称,发票号,开票日期,到期日,币种,价税合计,已收金额,收款日期
灯笼贸易有限公司,F1,2026-01-05,2026-02-04,CNY,"1,000.00",1000.00,2026-02-10
灯笼贸易有限公司,F2,2026-02-05,2026-03-07,CNY,500.00,,
海锚设备有限公司,F3,2026-03-01,2026-03-31,CNY,250.50,100.00,2026-03-20
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def told(*words: str | Path) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        out = capsys.readouterr()
        return code, out.out, out.err

    return told


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    path.write_text(LEDGER, "utf-8")
    with remembered():
        yield path


def test_a_csv_is_assessed_to_the_cent_without_any_mapping(run: Run, ledger: Path) -> None:
    code, out, _ = run("assess", ledger, "--json")
    told = json.loads(out)
    assert code == OK
    jsonschema.validate(told, SCHEMA)
    assert (told["as_of"], told["currency"], told["open_total"]) == ("2026-03-20", "CNY", "650.50")
    assert told["tie_out_difference"] == "0.00"
    assert (told["aging"]["current"], told["aging"]["1-30"]) == ("150.50", "500.00")
    assert told["rows"] == {"in": 3, "loaded": 3, "rejected": 0}


def test_buckets_add_up_to_the_open_total(run: Run, ledger: Path) -> None:
    told = json.loads(run("assess", ledger, "--json")[1])
    buckets = {name: value for name, value in told["aging"].items() if name != "per_customer"}
    assert sum(round(100 * float(value)) for value in buckets.values()) == round(100 * float(told["open_total"]))
    people = told["aging"]["per_customer"].values()
    assert sum(round(100 * float(row["total"])) for row in people) == round(100 * float(told["open_total"]))


@pytest.mark.parametrize(("language", "word"), [("en", "Receivables"), ("zh", "应收账款")])
def test_it_speaks_both_languages(run: Run, ledger: Path, language: str, word: str) -> None:
    code, out, _ = run("assess", ledger, "--lang", language)
    assert code == OK
    assert word in out
    assert "650.50" in out


@pytest.mark.parametrize(
    "by", ["customer", "group", "salesperson", "region", "industry", "country", "currency", "insured"]
)
def test_ageing_by_every_dimension_adds_up(run: Run, ledger: Path, by: str) -> None:
    code, out, _ = run("aging", ledger, "--by", by, "--json")
    rows = json.loads(out)["rows"]
    assert code == OK
    assert sum(float(row["total"]) for row in rows) == 650.50


def test_ageing_by_item_as_csv(run: Run, ledger: Path) -> None:
    code, out, _ = run("aging", ledger, "--items", "--csv")
    rows = list(csv.DictReader(StringIO(out)))
    assert code == OK
    assert sorted(row["amount"] for row in rows) == ["150.50", "500.00"]


def test_a_day_in_the_past(run: Run, ledger: Path) -> None:
    told = json.loads(run("assess", ledger, "--as-of", "2026-02-10", "--json")[1])
    assert told["open_total"] == "500.00"
    before = json.loads(run("assess", ledger, "--as-of", "2026-02-09", "--json")[1])
    assert before["open_total"] == "1500.00"


def test_bad_rows_come_back_as_a_file_that_loads_once_corrected(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dirty.csv"
    path.write_text(LEDGER + "海锚设备有限公司,F4,2026-03-02,2026-04-01,CNY,待确认,,\n", "utf-8")
    code, _, _ = run("assess", path, "--json", "out.json", "--corrections", "back")
    assert code == OK
    told = json.loads(Path("out.json").read_text("utf-8"))
    assert told["rows"] == {"in": 4, "loaded": 3, "rejected": 1}
    back = next(Path("back").glob("*.corrections.csv"))
    text = back.read_text("utf-8-sig")
    assert "待确认" in text
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(text.replace("待确认", "9.50"), "utf-8")
    again = json.loads(run("assess", fixed, "--json")[1])
    assert again["open_total"] == "9.50"
    assert again["rows"] == {"in": 1, "loaded": 1, "rejected": 0}


def test_check_passes_sound_ledgers_and_fails_broken_ones(run: Run, ledger: Path, tmp_path: Path) -> None:
    assert run("check", ledger)[0] == OK
    home = tmp_path / "folder"
    assert run("export", ledger, home)[0] == OK
    receipts = (home / "receipts.csv").read_text("utf-8").splitlines()
    (home / "receipts.csv").write_text("\n".join(receipts[:-1]) + "\n", "utf-8")
    code, out, _ = run("check", home, "--json")
    broken = {one["check"] for one in json.loads(out)["checks"] if one["breaches"]}
    assert code == FOUND
    assert {"journal.tie_out", "allocations.source.unknown"} <= broken


@pytest.mark.parametrize(
    "form", [["folder"], ["folder", "--form", "parquet"], ["book.xlsx"]], ids=["csv", "parquet", "xlsx"]
)
def test_an_export_assesses_the_same(run: Run, ledger: Path, form: Sequence[str]) -> None:
    first = json.loads(run("assess", ledger, "--json")[1])
    assert run("export", ledger, *form)[0] == OK
    second = json.loads(run("assess", form[0], "--json")[1])
    for name in ("as_of", "currency", "open_total", "aging", "dso", "cei", "concentration", "tie_out_difference"):
        assert second[name] == first[name], name


def test_policy_prints_what_it_reads(run: Run, ledger: Path) -> None:
    code, out, _ = run("policy")
    assert code == OK
    Path("policy.toml").write_text(out.replace("edges = [30, 60, 90, 120]", "edges = [10, 20]"), "utf-8")
    told = json.loads(run("aging", ledger, "--policy", "policy.toml", "--by", "customer", "--json")[1])
    assert set(told["rows"][0]) == {"customer_id", "current", "1-10", "11-20", "21+", "unapplied", "total"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["assess", "nowhere"], UNREADABLE),
        (["assess", "empty.csv"], UNREADABLE),
        (["assess", "ledger.csv", "--currency", "RMB"], UNREADABLE),
        (["policy", "--policy", "nowhere.toml"], UNREADABLE),
        ([], USAGE),
    ],
    ids=["nowhere", "empty", "currency", "policy", "nothing"],
)
def test_what_cannot_be_done_is_said_and_told_by_the_exit_code(
    run: Run, ledger: Path, words: Sequence[str], code: int
) -> None:
    Path("empty.csv").write_bytes(b"")
    ended, _, err = run(*words)
    assert ended == code
    assert "Traceback" not in err


def test_a_new_export_layout_is_one_toml_file(run: Run, tmp_path: Path) -> None:
    """Header words that nobody has heard of, read because one file says what they are."""
    home = tmp_path / "strange"
    home.mkdir()
    (home / "zork.csv").write_text(
        "Qwx;Vbn;Plm;Okj;Uhb;Gvt\nA1;Lantern;05.01.2026;04.02.2026;1.000,50;R\nA2;Lantern;06.01.2026;05.02.2026;-100,00;G\n",
        "utf-8",
    )
    assert run("assess", home)[0] == UNREADABLE
    (home / "zork.toml").write_text(
        "# Exports of the Zork ERP, menu Finance > Open items.\n"
        'name = "zork"\nsource = "Zork ERP 3, export of open items"\nmatch = ["Qwx", "Vbn", "Plm"]\n'
        'role = "documents"\n'
        'date_order = "dmy"\ndecimal = ","\ncurrency = "EUR"\n\n[columns]\nQwx = "invoice_id"\nVbn = "customer_name"\n'
        'Plm = "issued_on"\nOkj = "due_on"\nUhb = "amount"\nGvt = "document_type"\n\n'
        '[values.document_type]\nR = "invoice"\nG = "credit_note"\n',
        "utf-8",
    )
    told = json.loads(run("assess", home, "--json")[1])
    assert (told["currency"], told["open_total"], told["aging"]["unapplied"]) == ("EUR", "900.50", "-100.00")


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("-5.00", "-5.00"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        ("+86 21", "'+86 21"),
        (None, ""),
        ("x", "x"),
    ],
)
def test_no_cell_becomes_a_formula(cell: str | None, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_the_dictionary_is_that_of_the_docs(run: Run) -> None:
    assert run("dictionary")[1] == (ROOT / "docs" / "reference" / "data-dictionary.md").read_text("utf-8")
    assert run("dictionary", "--terms")[1] == (ROOT / "docs" / "reference" / "terms.md").read_text("utf-8")


def test_the_reference_ledger_to_the_cent(run: Run, reference: Path) -> None:
    path = reference / "ar-ibm" / "accounts_receivable.csv"
    for day, total in (("2012-12-31", "5725.06"), ("2013-06-30", "5119.85")):
        told = json.loads(run("assess", path, "--as-of", day, "--json")[1])
        jsonschema.validate(told, SCHEMA)
        assert (told["open_total"], told["tie_out_difference"]) == (total, "0.00")
        assert told["rows"] == {"in": 2466, "loaded": 2466, "rejected": 0}
        assert "intake.currency_unknown" in {problem["code"] for problem in told["problems"]}


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_every_command_explains_itself(tongue: str) -> None:
    """argparse fills in % marks: one of its own in a text breaks the help of its command."""
    waiting = [build(found(), chosen(tongue))]
    told = 0
    while waiting:
        parser = waiting.pop()
        assert "--help" in parser.format_help()
        told += 1
        for action in parser._actions:
            if isinstance(action, _SubParsersAction):
                waiting += action.choices.values()
    assert told > 20
