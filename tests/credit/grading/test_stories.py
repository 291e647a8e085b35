"""Stories: in a made company the buyer that fails goes down before it stops, and nobody sees the future."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from companies import company
from remembered import remembered
from solvent.base.terms import Policy
from solvent.books.books import Ledger, open_books
from solvent.credit.grading.chances import GRADES
from solvent.credit.grading.grade import Grades, grades
from solvent.credit.ratios import ratios
from solvent.files import cli
from solvent.files.commands.credit import grade_words as words
from solvent.files.commands.credit.grades import COMMAND
from solvent.files.language import catalogue
from solvent.files.sample import write_sample
from solvent.measures.trade.behaviour import behaviour

SEEDS = (2, 31)


def graded(seed: int, day: date) -> Grades:
    made = company(seed)
    ledger = Ledger({name: frame.lazy() for name, frame in made.tables.items()}, made.currency)
    books = open_books(ledger, day, day)
    return grades(books, behaviour(books), ratios(books), Policy(day))


def place(found: Grades, customer: str) -> int:
    row = found.table.row(by_predicate=pl.col("customer_id") == customer, named=True)
    return GRADES.index(row["grade"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_buyer_that_fails_goes_down_before_it_stops(seed: int) -> None:
    story = company(seed).truth["stories"]["slow_then_fails"]
    who, slow, stop = (story[name] for name in ("customer_id", "slow_from", "stop_on"))
    before, near, after = (
        graded(seed, day + timedelta(days=shift)) for day, shift in ((slow, -30), (stop, -30), (stop, 75))
    )
    assert place(near, who) > place(before, who)
    chances = [found.table.filter(customer_id=who).item(0, "yearly_default_chance") for found in (before, near, after)]
    assert chances[0] < chances[1] <= chances[2]
    assert chances[1] > 1.5 * chances[0]
    # The others stay where they are on the whole.
    both = before.table.join(near.table, on="customer_id", suffix="_later").filter(pl.col("customer_id") != who)
    fell = both.filter(pl.col("grade_later") > pl.col("grade")).height / both.height
    assert fell < 0.35


@pytest.mark.parametrize("seed", SEEDS)
def test_no_grade_knows_what_was_not_known_on_its_day(seed: int) -> None:
    """Books cut off at a past day, and the whole books opened at that day, give the same grades."""
    made, day = company(seed), company(seed).truth["stories"]["slow_then_fails"]["stop_on"]
    cut = {name: frame.filter(pl.col("recorded_on") <= day) for name, frame in made.tables.items()}
    ledger = Ledger({name: frame.lazy() for name, frame in cut.items()}, made.currency)
    books = open_books(ledger, day, day)
    alone = grades(books, behaviour(books), ratios(books), Policy(day))
    whole = graded(seed, day)
    assert alone.table.equals(whole.table)
    assert alone.reasons.equals(whole.reasons)


@contextmanager
def folder(tmp_path: Path) -> Iterator[Path]:
    write_sample(company(SEEDS[0], "stall"), tmp_path / "books")
    yield tmp_path / "books"


def test_every_word_of_a_card_has_its_chinese() -> None:
    told = [words.FACTOR, words.AXIS, words.LOOK, words.CAP, words.BASIS, words.STATE, words.UNIT, words.REGISTER_STATE]
    texts = [text for names in told for text in names.values()]
    texts += [text for names in (words.TIER, words.ANSWER) for text, _ in names.values()]
    assert not [text for text in texts if text not in catalogue()]
    card = graded(SEEDS[0], date(2026, 10, 31))
    assert set(card.reasons["factor"]) <= set(words.FACTOR)
    assert {name.removeprefix("cap_") for name in card.card.columns if name.startswith("cap_")} == set(words.CAP)


def test_the_command_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "found", lambda asked=None: {"grades": COMMAND})
    with folder(tmp_path) as books, remembered():
        assert cli.main(["grades", str(books), "--json", "-"]) == 0
        told = json.loads(capsys.readouterr().out)
        every = told["rows"]
        assert [row["grade"] for row in every] == sorted((row["grade"] for row in every), reverse=True)
        worst = every[0]["customer_id"]
        some = every[-1]["grade"]
        assert cli.main(["grades", str(books), "--grade", some, "--csv", "-"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) - 1 == sum(row["grade"] == some for row in every)
        assert cli.main(["grades", str(books), "--customer", worst, "--json", "-"]) == 0
        one = json.loads(capsys.readouterr().out)
        assert one["customer_id"] == worst
        assert sum(row["points"] for row in one["card"] if row["axis"] == "willingness") == pytest.approx(
            every[0]["willingness"]
        )
        assert len(one["screening"]["steps"]) == 8
        for language, more, word in (("en", ["--customer", worst], "What would help"), ("zh", ["--quick"], "快速筛查")):
            assert cli.main(["--lang", language, "grades", str(books), *more]) == 0
            assert word in capsys.readouterr().out
        assert cli.main(["grades", str(books), "--customer", "nobody"]) != 0
        assert "no such customer" in capsys.readouterr().err
