"""Both languages, everywhere a person reads: every text has its Chinese, every code has its sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from solvent.base.problem import Problem
from solvent.base.terms import terms_of
from solvent.books.books import TABLES
from solvent.books.checks import CHECKS as ALL_CHECKS
from solvent.files.commands.aging import ITEM_SHOWN
from solvent.files.commands.show import DSO_LABELS
from solvent.files.language import Language, catalogue, chosen
from solvent.files.policy_file import families
from solvent.files.sentences import SENTENCES
from solvent.files.sentences.checks import CHECKS, check_says
from solvent.measures.aging import UNAPPLIED
from solvent.measures.sums import DIMENSIONS
from solvent_server.commands.imports import STATES
from solvent_server.commands.match import REASONS
from solvent_server.commands.take_in import KINDS

SRC = Path(__file__).parents[2] / "src"
SPEAKERS = {"say", "heading", "working", "progress", "Command", "_row", "_titled"}


def texts() -> Iterator[str]:
    """Every English text that is shown, out of the source itself."""
    yield from SENTENCES.values()
    yield from CHECKS.values()
    yield from (check_says(check.name)[0] for check in ALL_CHECKS)
    yield from ("error", "warning", "current", UNAPPLIED, "segment", "company", "table", "row", "reason", "in column")
    yield from (label for _, label in DSO_LABELS)
    yield from (*DIMENSIONS.values(), *ITEM_SHOWN)
    yield from (*KINDS.values(), *REASONS.values(), *STATES.values())
    for room in sorted([*(SRC / "solvent" / "files").rglob("*.py"), *(SRC / "solvent_server").rglob("*.py")]):
        for node in ast.walk(ast.parse(room.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SPEAKERS and node.args:
                yield from _constants(node.args[0], room)
            if name == "table" and node.args:
                heads = _literal(node.args[0], room)
                yield from (text for part in getattr(heads, "elts", []) for text in _constants(part, room))


def _literal(node: ast.expr, room: Path) -> ast.expr:
    """What a name of the room stands for, or the expression itself."""
    if isinstance(node, ast.Name):
        for found in ast.walk(ast.parse(room.read_text("utf-8"))):
            if isinstance(found, ast.Assign) and any(getattr(t, "id", "") == node.id for t in found.targets):
                return found.value
    return node


def _constants(node: ast.expr, room: Path) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body, room)
        yield from _constants(node.orelse, room)
    if isinstance(node, ast.Name):
        for found in ast.walk(ast.parse(room.read_text("utf-8"))):
            if isinstance(found, ast.Assign) and any(getattr(t, "id", "") == node.id for t in found.targets):
                yield from _constants(found.value, room)


def codes() -> Iterator[tuple[str, str]]:
    """Every problem code that the source raises, and the room that does."""
    for room in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(room.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                ours = name in ("Problem", "note", "reject", "SolventError", "LedgerError", "PolicyError", "TableError")
                if ours:
                    yield str(node.args[0].value), room.name
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reject":
                yield from ((text, room.name) for text in _constants(node.args[1], room))


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_has_its_chinese() -> None:
    missing = sorted({text for text in texts() if text and text not in catalogue()})
    assert not missing, "\n".join(missing)


def test_every_unit_and_source_of_the_policy_has_its_chinese() -> None:
    kinds = [kind for kind in families().values() if kind.__module__.startswith("solvent.")]
    told = {str(term.metadata[of]) for kind in kinds for term in terms_of(kind).values() for of in ("unit", "source")}
    assert len(told) > 1000
    missing = sorted(told - set(catalogue()))
    assert not missing, "\n".join(missing)


def test_the_chinese_is_chinese_and_keeps_every_fact() -> None:
    for text, told in catalogue().items():
        assert re.search(r"[\u4e00-\u9fff]", told) or not re.search(r"[A-Za-z]{4}", re.sub(r"\{\w+\}", "", told)), text
        assert fields_of(text) == fields_of(told), text


def test_every_code_has_its_sentence_and_no_sentence_is_left_over() -> None:
    raised = {code for code, _ in codes()}
    assert not sorted(raised - set(SENTENCES)), "codes without a sentence"
    text = "\n".join(room.read_text("utf-8") for room in SRC.rglob("*.py") if "sentences" not in room.parts)
    composed = ("warning.",)  # of a rule's name; the rules' own tests hold each against its rule
    left = [code for code in SENTENCES if f'"{code}"' not in text and not code.startswith(composed)]
    assert not left, "sentences that nobody says"


def test_every_check_has_its_sentence() -> None:
    for check in ALL_CHECKS:
        sentence, facts = check_says(check.name)
        assert fields_of(sentence) <= set(facts)
    of_the_store = {name for name in CHECKS if name.startswith("store.")}
    assert set(CHECKS) - of_the_store <= {check.name for check in ALL_CHECKS}
    said = (SRC / "solvent_server" / "store" / "keeping" / "checks.py").read_text("utf-8")
    assert all(f'"{name}"' in said for name in of_the_store)


@pytest.mark.parametrize(
    ("told", "code"),
    [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("en_US.UTF-8", "en"), ("de_DE", "en"), ("C", "en"), ("", "en")],
)
def test_the_language_follows_the_locale(told: str, code: str) -> None:
    assert chosen(None, {"LANG": told}).code == code
    assert chosen("zh", {"LANG": "en_US"}).code == "zh"


def test_numbers_and_days_in_the_readers_own_forms() -> None:
    english, chinese = Language("en"), Language("zh")
    assert english.money(1234567, "CNY") == chinese.money(1234567, "CNY") == "12,345.67"
    assert english.money(1234, "JPY") == "1,234"
    assert english.money(None, "CNY") == "-"
    assert english.day(date(2026, 10, 31)) == "31 Oct 2026"
    assert chinese.day(date(2026, 10, 31)) == "2026年10月31日"
    assert english.share(0.2504) == "25.0%"


def test_a_problem_is_a_place_and_a_sentence() -> None:
    problem = Problem("policy.term_unknown", "measures.aging.bukkets", {"known": "edges, basis"})
    assert Language("en").problem(problem) == "measures.aging.bukkets: is no term of this family; known: edges, basis"
    assert Language("zh").problem(problem).startswith("measures.aging.bukkets\uff1a")


def test_codes_in_a_problem_are_told_in_words() -> None:
    facts = {"category": "loan_repaid", "counterparty": "x", "rhythm": "two_monthly", "last_on": "-", "missed": 3}
    problem = Problem(next(code for code, text in SENTENCES.items() if "{rhythm}" in text), "", facts)
    assert "偿还借款" in Language("zh").problem(problem)
    assert "每两个月" in Language("zh").problem(problem)
    assert "loan repaid" in Language("en").problem(problem)


def test_every_law_says_something() -> None:
    assert all(law.says for table in TABLES.values() for law in table.laws.values())
