"""Every rule says what it found and what to do, in both languages, out of facts that its reading carries."""

from __future__ import annotations

from datetime import date, timedelta
from string import Formatter

import polars as pl
import pytest

from companies import company, company_books
from solvent.base.terms import FAMILIES, Policy, terms_of
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.books.credit.cover import LIMIT_DECISIONS
from solvent.books.credit.events import EVENT_KINDS
from solvent.books.credit.registry import REVIEW_KINDS
from solvent.books.credit.reputation import OUTLOOKS
from solvent.decisions.warnings.rule import READING, rules
from solvent.decisions.warnings.view import View
from solvent.files.language import catalogue
from solvent.files.sentences import SENTENCES
from solvent.files.sentences.credit import company_rules, rule_words
from solvent.files.sentences.credit import rules as customer_rules

NAMES = sorted(rules())
OURS = {**customer_rules.SENTENCES, **company_rules.SENTENCES}
WITHOUT_PATHS = "gap_ahead"
GAP = {"week_on", "chance_share", "expected_amount", "deep_amount", "worst_on", "worst_share"}


@pytest.fixture(scope="module")
def sample() -> Books:
    return company_books(2)


@pytest.fixture(scope="module")
def view(sample: Books) -> View:
    return View(sample, Policy(sample.as_of))


def named(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_title_a_finding_and_a_next_step_in_both_languages(name: str) -> None:
    for code in (f"warning.{name}.title", f"warning.{name}", f"warning.{name}.next"):
        assert SENTENCES[code] in catalogue()
    assert not named(f"warning.{name}.title") | named(f"warning.{name}.next")


def test_no_sentence_is_left_of_a_rule_that_is_gone() -> None:
    assert {code.split(".")[1] for code in OURS} == set(NAMES)


def test_every_code_that_a_fact_may_hold_has_a_word() -> None:
    words = {*EVENT_KINDS, *LIMIT_DECISIONS, *OUTLOOKS, *REVIEW_KINDS, "opinion_worse"}
    assert {f"warning.word.{word}" for word in words} == set(rule_words.SENTENCES)
    assert set(rule_words.SENTENCES.values()) <= set(catalogue())


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_of_the_sentence_is_in_the_reading(name: str, view: View) -> None:
    rule = rules()[name]
    frame = rule.read(view, view.policy.terms(rule.terms))
    if name == WITHOUT_PATHS:
        assert frame is None
        assert named(f"warning.{name}") == GAP
        return
    assert frame is not None, "the sample company has everything that a rule without paths looks at"
    assert named(f"warning.{name}") <= set(frame.columns)
    assert {column: frame.schema[column] for column in READING} == READING
    assert frame["subject"].is_unique().all()
    assert frame["value"].is_finite().all()
    assert (frame["evidence"].list.len() <= 10).all()
    for column, kind in frame.schema.items():
        wanted = {"_amount": pl.Int64, "_share": pl.Float64, "_on": pl.Date}
        ending = next((end for end in wanted if column.endswith(end)), None)
        assert ending is None or kind == wanted[ending], column


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_evidence_is_a_row_of_the_books(name: str, view: View) -> None:
    rule = rules()[name]
    frame = rule.read(view, view.policy.terms(rule.terms))
    if frame is None:
        return
    rows = frame.sort("value", descending=rule.crossed in ("over", "from")).head(5)
    for key in rows["evidence"].explode().drop_nulls().unique():
        table, _, cells = str(key).partition(":")
        held = view.books.table(table)
        wanted = pl.concat_str([pl.col(part).cast(pl.String) for part in TABLES[table].key], separator="/")
        assert held.filter(wanted == cells).collect().height == 1, key


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_keeps_its_shape(name: str) -> None:
    rule = rules()[name]
    assert rule.terms.key == f"warnings.{name}"
    assert FAMILIES[rule.terms.key] is rule.terms
    lines = rule.lines(rule.terms())
    drawn = [line for line in (lines.yellow, lines.orange, lines.red) if line is not None]
    assert drawn == sorted(drawn, reverse=rule.crossed in ("under", "down_to"))
    assert drawn
    assert {"yellow", "orange", "red"} & set(terms_of(rule.terms))


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_says_nothing_of_empty_books_and_never_fails(name: str) -> None:
    day = date(2026, 6, 30)
    empty = open_books(Ledger({}, currency="CNY"), day)
    rule = rules()[name]
    view = View(empty, Policy(day))
    frame = rule.read(view, view.policy.terms(rule.terms))
    assert frame is None or frame.height == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_reads_an_open_items_list_alone(name: str, sample: Books) -> None:
    """CR-17: nothing but what stands open today; no rule fails, and none is surer than it can be."""
    open_now = View(sample, Policy(sample.as_of)).open_items.select("item_id")
    items = sample.table("open_items").join(open_now.lazy(), on="item_id", how="semi")
    settled = sample.table("allocations").group_by("item_id").agg(pl.col("amount").sum().alias("paid"))
    rest = items.join(settled, on="item_id", how="left").with_columns(
        (pl.col("amount") - pl.col("paid").fill_null(0)).alias("amount")
    )
    books = open_books(Ledger({"open_items": rest.drop("paid")}, currency=sample.currency), sample.as_of)
    view = View(books, Policy(books.as_of))
    rule = rules()[name]
    frame = rule.read(view, view.policy.terms(rule.terms))
    if name in ("oldest_overdue", "payment_delay"):
        assert frame is not None
        assert frame.height > 0
    if name in ("delay_rise", "order_volatility", "registry_change", "cash_months"):
        assert frame is None or frame.height == 0


def test_what_is_known_later_changes_nothing(sample: Books) -> None:
    """A past run sees the books of its day: what was recorded after it is not in its readings."""
    made = company(2)
    day = sample.as_of - timedelta(days=60)
    whole = Ledger({name: frame.lazy() for name, frame in made.tables.items()}, currency=made.currency)
    cut = Ledger(
        {name: frame.filter(pl.col("recorded_on") <= day).lazy() for name, frame in made.tables.items()},
        currency=made.currency,
    )
    views = [View(open_books(ledger, day, day), Policy(day)) for ledger in (whole, cut)]
    for name in NAMES:
        rule = rules()[name]
        first, second = (rule.read(view, view.policy.terms(rule.terms)) for view in views)
        assert (first is None) == (second is None)
        if first is not None and second is not None:
            assert first.select("subject", "value").equals(second.select("subject", "value")), name


def test_without_rates_no_figure_across_currencies_is_told(sample: Books) -> None:
    """Several currencies, neither booked nor rated: no rule fails, and what rests on foreign money is not judged."""
    made = company(2)
    tables = {
        name: frame.with_columns(
            pl.lit(None, dtype=pl.Int64).alias(column) for column in ("booked_amount",) if column in frame.columns
        )
        for name, frame in made.tables.items()
        if name != "fx_rates"
    }
    books = open_books(Ledger({name: frame.lazy() for name, frame in tables.items()}, currency=made.currency))
    abroad = set(books.table("open_items").filter(pl.col("currency") != "CNY").collect()["customer_id"])
    view = View(books, Policy(books.as_of))
    for name in NAMES:
        rule = rules()[name]
        frame = rule.read(view, view.policy.terms(rule.terms))
        if frame is not None:
            assert frame["value"].is_finite().all(), name
            if name in ("payment_delay", "delay_rise", "order_jump", "balance_rise"):
                assert not abroad & set(frame["subject"]), name


@pytest.mark.parametrize(
    "gone", ["customers", "orders", "allocations", "receipts", "statements", "bank_lines", "balances"]
)
def test_no_rule_fails_where_a_table_is_missing(gone: str) -> None:
    made = company(2, "stall")
    tables = {name: frame.lazy() for name, frame in made.tables.items() if name != gone}
    books = open_books(Ledger(tables, currency=made.currency))
    view = View(books, Policy(books.as_of))
    for rule in rules().values():
        frame = rule.read(view, view.policy.terms(rule.terms))
        assert frame is None or frame["value"].is_finite().all()
