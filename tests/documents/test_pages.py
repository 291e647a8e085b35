"""Pages: both languages, hostile text, and the words of every code that a document may name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.terms import Policy
from solvent.books.credit.events import EVENT_KINDS
from solvent.books.credit.granted import DUE_FROM, LIMIT_KINDS
from solvent.books.credit.registry import OUTCOMES, STATUSES, STEPS
from solvent.books.credit.reputation import OUTLOOKS, VOICES
from solvent.books.customers import LINES
from solvent.credit.contracts import Clauses
from solvent.credit.file.file import PARTS
from solvent.credit.file.registers import STEPS as NEXT_STEPS
from solvent.credit.grading.caps import CAPS
from solvent.credit.grading.chances import GRADES
from solvent.credit.grading.grade import TIERS, factors
from solvent.credit.limits.granting import NEWCOMERS
from solvent.credit.limits.granting import WHY as WHY_LIMIT
from solvent.credit.limits.methods import METHODS
from solvent.decisions.limits.exposure import PARTS as EXPOSED
from solvent.decisions.warnings.rule import rules
from solvent.documents import content
from solvent.documents.content import Document, Figure, Figures, Heading, Paragraph, Points, Table
from solvent.documents.credit.granted import CLAUSES
from solvent.documents.credit.record import RATIOS
from solvent.files.language import Language, catalogue
from solvent.files.pages.html import html
from solvent.files.pages.markdown import escaped, markdown
from solvent.files.pages.told import COLOURS, NOTHING, named, shown, told
from solvent.files.sentences import SENTENCES
from solvent.files.sentences.documents import TEXTS
from solvent.files.sentences.documents.figures import BASES, COLUMNS, FIGURES
from solvent.files.sentences.documents.names import NAMES
from thorough import cases

CORE = Path(content.__file__).parent
ROOMS = [
    CORE / "statement.py",
    *(CORE / "credit").glob("*.py"),
    *(CORE / "policy_book").glob("*.py"),
    *(CORE / "papers").glob("*.py"),
]
DAY = date(2026, 10, 31)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "A\u202eB\x1b[31m\x00C",
    "| a | b |\n# c",
    "[x](javascript:alert(1))",
    "{name} %s {0.__class__}",
    "&lt;b&gt;",
)


def literals() -> Iterator[str]:
    """Every text constant of the rooms that make documents, and what stands in them at run time by a known set."""
    for room in ROOMS:
        for node in ast.walk(ast.parse(room.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def made(name: str) -> Document:
    """A document with the text everywhere that text may stand."""
    value = content.text(name)
    blocks = (
        Heading("report.contract.clauses", {"contract": value}),
        Paragraph("policy.of", {"company": value}, "watch"),
        Points([("policy.contracts.clause", {"clause": value})], ordered=True),
        Figures([Figure("limit", value, "limit.base", DAY)]),
        Table("contracts.of", ("name", value, "rating", "amount"), [(value, value, content.tier("red"),
              content.money(-123456, "CNY"))], {"name": value, "customer": value, "contract": value}),
    )  # fmt: skip
    return Document("made", "report.title", {"name": value, "customer": value}, DAY, blocks)


class Tags(HTMLParser):
    """What tags and attributes a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(name: str, language: str) -> None:
    plain, page = told(made("Lantern"), Language(language)), told(made(name), Language(language))
    assert tags(html(page)) == tags(html(plain)), "a name adds no tag and no attribute"
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", html(page) + markdown(page))
    structure = [re.match(r"(#+ |\d+\. |- |\|)?", line)[0] for line in markdown(page).splitlines()]  # type: ignore[index]
    assert structure == [re.match(r"(#+ |\d+\. |- |\|)?", line)[0] for line in markdown(plain).splitlines()]  # type: ignore[index]
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in markdown(page).splitlines() if line.startswith("|")]
    assert cells == [len(re.findall(r"\|", line)) for line in markdown(plain).splitlines() if line.startswith("|")]
    assert not re.search(r"(?<!\\)\]\(", markdown(page)), "no link"


@settings(max_examples=cases(60, 1000), deadline=None)
@given(st.text(max_size=40))
def test_no_text_becomes_markup(name: str) -> None:
    page = told(made(name), Language("en"))
    assert tags(html(page)) == tags(html(told(made("x"), Language("en"))))
    assert "\n" not in escaped(name)


def test_a_page_stands_alone_and_runs_nothing() -> None:
    page = html(told(made("Lantern"), Language("zh")))
    seen = {tag for tag, _ in tags(page)}
    assert not seen & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"(src=|href|@import|url\()", page)
    assert "default-src 'none'" in page
    assert '<html lang="zh-CN">' in page
    assert "@media print" in page


def test_a_colour_never_stands_alone() -> None:
    for language in ("en", "zh"):
        for code in TIERS:
            assert shown(content.tier(code), Language(language)) not in ("", NOTHING)
        page = told(made("Lantern"), Language(language))
        marks = {part.mark for part in page.parts if part.tone != "plain"}
        assert all(marks)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (content.money(123456, "CNY"), "CNY 1,234.56", "CNY 1,234.56"),
        (content.money(1234, "JPY"), "JPY 1,234", "JPY 1,234"),
        (content.money(5, "XXX"), "0.05", "0.05"),
        (content.day(DAY), "31 Oct 2026", "2026年10月31日"),
        (content.share(0.0035), "0.4%", "0.4%"),
        (content.share(0.02), "2%", "2%"),
        (content.rate(0.0005), "0.05%", "0.05%"),
        (content.days(45), "45", "45"),
        (content.days(1.25), "1.2", "1.2"),
        (content.number(1.5), "1.50", "1.50"),
        (content.flag(True), "yes", "是"),
        (content.country("DE"), "Germany", "德国"),
        (content.country("Atlantis"), "Atlantis", "Atlantis"),
        (content.word("part", "registry"), "register", "工商登记"),
        (content.word("bucket", "31-60"), "31-60", "31-60"),
        (content.Value("share", (0.05, 0.1)), "5% / 10%", "5% / 10%"),
        (content.money(None, "CNY"), NOTHING, NOTHING),
        (content.text(""), NOTHING, NOTHING),
    ],
)
def test_values_in_the_readers_own_forms(value: content.Value, english: str, chinese: str) -> None:
    assert shown(value, Language("en")) == english
    assert shown(value, Language("zh")) == chinese


def test_every_code_of_a_document_has_its_text_and_no_text_is_left_over() -> None:
    codes = {
        text
        for text in literals()
        if re.fullmatch(r"(report|advice|contracts|policy|start|paper|statement)(\.[a-z_]+)+", text)
    }
    assert not sorted(codes - set(TEXTS))
    made_up = {f"policy.newcomers.{name}" for name in NEWCOMERS} | {f"policy.customers.{name}" for name in NEWCOMERS}
    made_up |= {"policy.limits.least", "policy.limits.mean"}
    made_up |= {code for code in TEXTS if code.startswith("policy.change.")}
    assert not sorted(set(TEXTS) - codes - made_up)
    rooms = "\n".join(room.read_text("utf-8") for room in ROOMS)
    for family in (COLUMNS, FIGURES, BASES):
        assert not [code for code in family if f'"{code}"' not in rooms], "words that no document says"


def test_every_text_and_name_has_its_chinese() -> None:
    english = [*TEXTS.values(), *COLUMNS.values(), *FIGURES.values(), *BASES.values()]
    english += [name for names in NAMES.values() for name in names.values()] + [*COLOURS.values()]
    assert not sorted({text for text in english if text not in catalogue()})


VOCABULARY: dict[str, tuple[str, ...]] = {
    "part": PARTS,
    "state": ("fresh", "old", "missing"),
    "step": tuple(NEXT_STEPS.values()),
    "screen": STEPS,
    "outcome": OUTCOMES,
    "status": STATUSES,
    "opinion": VOICES,
    "outlook": OUTLOOKS,
    "event": EVENT_KINDS,
    "line": LINES,
    "ratio": tuple(RATIOS),
    "exposed": EXPOSED,
    "limit_kind": LIMIT_KINDS,
    "due_from": DUE_FROM,
    "field": (*CLAUSES, *Clauses().needed),
    "factor": tuple(factor.name for factor in factors(Policy(DAY))),
    "how": tuple(factor.name for factor in factors(Policy(DAY)) if factor.shape.changeable),
    "cap": (*CAPS, "group"),
    "method": METHODS,
    "why": WHY_LIMIT,
    "newcomers": NEWCOMERS,
    "grade": GRADES,
    "owner": tuple({rule.owner for rule in rules().values()}),
    "unit": tuple({rule.unit for rule in rules().values()}),
    "crossed": tuple({rule.crossed for rule in rules().values()}),
}


@pytest.mark.parametrize("family", VOCABULARY)
def test_every_code_of_a_family_has_its_name(family: str) -> None:
    assert not [name for name in VOCABULARY[family] if name not in NAMES[family]]
    for name in VOCABULARY[family]:
        chinese = named(f"{family}.{name}", Language("zh"))
        assert re.search("[\u4e00-\u9fff]", chinese), f"{family}.{name}: {chinese}"


def test_every_warning_rule_has_its_title() -> None:
    assert not [name for name in rules() if f"warning.{name}.title" not in SENTENCES]
