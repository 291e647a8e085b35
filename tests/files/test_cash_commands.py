"""Outlook, stress and what-if on the command line: screens in two languages, JSON, pictures, kept runs, less data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from companies import company
from remembered import remembered
from solvent.files import asking
from solvent.files.cash.runs import load_run
from solvent.files.cli import main
from solvent.files.commands.cash.band import Scale
from solvent.files.commands.cash.names import FLOW, GROUP, SCENARIO, STEP
from solvent.files.language import catalogue
from solvent.files.sample import write_sample
from solvent.simulation.bending.library import library
from solvent.simulation.paths import FLOWS

FEW = ("--paths", "400", "--workers", "1")
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module", autouse=True)
def once() -> Iterator[None]:
    with remembered():
        yield


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(company(1), folder)
    return folder


@pytest.fixture(scope="module")
def stall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stall")
    write_sample(company(4, "stall"), folder)
    return folder


@pytest.fixture(scope="module")
def kept(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "run"
    assert main(["outlook", str(ledger), *FEW, "--save", str(run), "--json", str(run.parent / "o.json")]) == 0
    return run


def told(*words: str, to: Path) -> dict:
    assert main([*words, "--json", str(to)]) == 0
    return json.loads(to.read_text("utf-8"))


def test_an_outlook_says_everything_in_both_languages(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outlook", str(ledger), *FEW, "--table", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    for heading in (
        "Cash on all accounts",
        "Lines",
        "Weeks ahead",
        "Funding gap",
        "Emergency pools",
        "Signs of a break",
        "Rolling weeks by the direct method",
        "Company health check",
    ):
        assert heading in shown
    assert main(["outlook", str(ledger), *FEW, "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    assert "资金缺口" in chinese
    assert "最低现金线" in chinese
    for word in ("floor", "median", "gap", "receipts", "week"):
        assert word not in chinese


def test_the_same_books_and_seed_give_the_same_bytes_with_any_workers(ledger: Path, tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    told("outlook", str(ledger), "--paths", "400", "--workers", "1", to=first)
    told("outlook", str(ledger), "--paths", "400", "--workers", "3", to=second)
    told("outlook", str(ledger), *FEW, "--seed", "2", to=other)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_the_json_adds_up(kept: Path) -> None:
    outlook = json.loads((kept.parent / "o.json").read_text("utf-8"))
    rows = [row for row in outlook["table"] if row["week"] == 0 and row["kind"] is None]
    flows = sum(float(row["mean"]) for row in rows if row["group"] not in ("opening", "net", "closing"))
    by_group = {row["group"]: float(row["mean"]) for row in rows}
    assert by_group["net"] == pytest.approx(flows, abs=0.01)
    assert by_group["closing"] == pytest.approx(by_group["opening"] + by_group["net"], abs=0.01)
    assert outlook["simulation"]["paths"] == 400
    assert len([row for row in outlook["table"] if row["group"] == "closing"]) == 13
    assert set(outlook["simulation"]["flows"]) <= set(FLOWS)


def test_a_kept_run_answers_as_the_ledger_does(ledger: Path, kept: Path, tmp_path: Path) -> None:
    words = ("--delay", "9", "--sales-fall", "10%", "--flow", "2026-12-01:-100000:2")
    drawn = told("whatif", str(ledger), *FEW, *words, to=tmp_path / "a.json")
    stored = told("whatif", str(kept), *words, to=tmp_path / "b.json")
    assert drawn == stored
    assert drawn["before"] != drawn["after"]
    tested = told("stress", str(kept), to=tmp_path / "c.json")
    assert tested["scenarios"] == told("stress", str(ledger), *FEW, to=tmp_path / "d.json")["scenarios"]
    assert tested["crisis_plan"] is None
    assert {row["scenario"] for row in tested["scenarios"]} == {each.name for each in library()}


def test_a_kept_run_is_read_exactly(kept: Path) -> None:
    run = load_run(kept)
    assert run.paths.count == 400
    assert run.paths.systemic.shape == (400,)
    assert (run.paths.net == sum(run.paths.flow(kind) for kind in FLOWS if kind in run.paths.flows)).all()
    assert list(run.world.customers)


@pytest.mark.parametrize("fault", ["missing", "shape", "format", "nothing"])
def test_a_damaged_run_is_refused_with_what_to_do(
    kept: Path, tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for file in kept.iterdir():
        (run / file.name).write_bytes(file.read_bytes())
    if fault == "missing":
        (run / "systemic.npy").unlink()
    if fault == "shape":
        np.save(run / "systemic.npy", np.zeros(7))
    if fault == "format":
        (run / "run.json").write_text(
            (run / "run.json").read_text("utf-8").replace('"format": 1', '"format": 9'), "utf-8"
        )
    if fault == "nothing":
        (run / "systemic.npy").write_bytes(b"")
    assert main(["whatif", str(run), "--delay", "5", "--lang", "en"]) == 4
    assert "--save" in capsys.readouterr().err


def test_a_baseline_is_compared_with_what_happened(ledger: Path, tmp_path: Path) -> None:
    early = tmp_path / "early"
    assert (
        main(
            ["outlook", str(ledger), *FEW, "--as-of", "2026-08-31", "--save", str(early), "--json", str(tmp_path / "x")]
        )
        == 0
    )
    now = told("outlook", str(ledger), *FEW, "--baseline", str(early), to=tmp_path / "o.json")
    assert now["compared"]["rows"]
    bridge = now["bridge"]
    assert sum(float(part["amount"]) for part in bridge["parts"] if part["step"] in ("past", "ahead")) == pytest.approx(
        float(bridge["change"]), abs=0.01
    )


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_pictures_are_the_same_bytes_each_time(kept: Path, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    for path in (first, second):
        assert (
            main(
                [
                    "whatif",
                    str(kept),
                    "--delay",
                    "5",
                    "--plot",
                    str(path),
                    "--lang",
                    "zh",
                    "--json",
                    str(tmp_path / "x"),
                ]
            )
            == 0
        )
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 5_000


def test_an_expansion_plan_is_read_and_answered(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('reserve = 10000\n[[phases]]\nname = "hall"\non = 2026-12-10\nspend = 9000000\n', "utf-8")
    answer = told("whatif", str(kept), "--plan", str(plan), to=tmp_path / "o.json")
    assert answer["expansion"]["core_cash_kept"] is False
    assert float(answer["expansion"]["operating_cash_used"]) == pytest.approx(8_990_000)
    assert main(["whatif", str(kept), "--plan", str(plan), "--lang", "zh"]) == 0
    assert "核心业务" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--flow", "2026-12-01"), 4),
        (("--flow", "1.12.:5"), 4),
        (("--plan", "no-such.toml"), 4),
        (("--plot", "cash.gif"), 4),
        (("--delay", "5"), 0),
    ],
)
def test_what_cannot_be_read_is_told(kept: Path, words: tuple[str, ...], code: int) -> None:
    assert main(["whatif", str(kept), *words]) == code


def test_own_scenarios_and_the_record(kept: Path, tmp_path: Path) -> None:
    own = tmp_path / "spring.toml"
    own.write_text('name = "bad spring"\n[[parts]]\nscenario = "all_pay_later"\ndays = 45\n', "utf-8")
    record = tmp_path / "record"
    tested = told("stress", str(kept), "--own", str(own), "--record", str(record), to=tmp_path / "o.json")
    assert "bad spring" in {row["scenario"] for row in tested["scenarios"]}
    assert [json.loads(file.read_text("utf-8")) for file in record.iterdir()] == [tested]
    own.write_text("parts = 3", "utf-8")
    assert main(["stress", str(kept), "--own", str(own)]) == 4
    assert main(["stress", str(kept), "--scenario", "war"]) == 4


def test_every_name_has_its_chinese() -> None:
    words = {*FLOW.values(), *GROUP.values(), *SCENARIO.values(), *STEP.values()}
    assert set(FLOW) == set(FLOWS)
    assert set(SCENARIO) == {each.name for each in library()}
    missing = [word for word in words if not CHINESE.search(catalogue().get(word, ""))]
    assert not missing


@pytest.mark.parametrize(
    "left_out",
    [
        ("bank_lines", "balances"),
        ("bills", "bill_payments"),
        ("stock", "statements", "orders", "deliveries"),
        ("receipts", "allocations", "credit_notes"),
        ("fx_rates",),
        ("customers", "groups"),
    ],
)
def test_less_data_gives_a_narrower_answer_and_says_so(
    stall: Path, monkeypatch: pytest.MonkeyPatch, left_out: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = asking.load_asked(stall, formats=None, currency=None)
    tables = {name: frame for name, frame in whole.intake.ledger.tables.items() if name not in left_out}
    assert len(tables) == len(whole.intake.ledger.tables) - len(left_out)
    less = replace(whole, intake=replace(whole.intake, ledger=replace(whole.intake.ledger, tables=tables)))
    monkeypatch.setattr(asking, "load_asked", lambda path, **how: less)
    assert main(["outlook", str(stall), *FEW, "--lang", "en"]) == 0
    shown = capsys.readouterr()
    assert "Weeks ahead" in shown.out
    if left_out[0] in ("bank_lines", "receipts", "fx_rates"):
        assert "! " in shown.err


def test_a_single_invoice_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("item,customer,invoice date,due date,amount\nA1,Lantern,2026-10-01,2026-10-31,1000.00\n", "utf-8")
    outlook = told("outlook", str(file), "--as-of", "2026-10-15", *FEW, to=tmp_path / "o.json")
    closing = [float(row["p90"]) for row in outlook["fan"]] if outlook["fan"] and "p90" in outlook["fan"][0] else []
    assert closing
    assert max(closing) <= 1_000.0 * 30
    assert "payment.none_paid" in {
        problem["code"] for problem in told("assess", str(file), *FEW, to=tmp_path / "a")["problems"]
    }


def test_a_band_stays_in_its_line() -> None:
    scale = Scale(0.0, 100.0, 50.0)
    assert len(scale.band(-20.0, 40.0, 500.0)) == len(scale.band(1.0, 2.0, 3.0))
    assert "●" in scale.band(49.0, 50.0, 51.0)


def test_the_table_is_written_as_csv(ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    assert main(["outlook", str(ledger), *FEW, "--csv", str(file)]) == 0
    frame = pl.read_csv(file)
    assert frame["week"].max() == 12
