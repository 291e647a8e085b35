"""Alarms: the list, one case with its rows and history, what people do about it, and the rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from solvent.base.terms import terms_of
from solvent.decisions.warnings.rule import rules
from solvent.files.language import catalogue

CASE = "operating_cash_flow:own:2026-10-19"
PAGE = f"/c/own/alarms/case/{CASE}/"
ACT = f"/c/own/alarms/act/{CASE}/"


@pytest.fixture
def played(site) -> pl.DataFrame:
    """The company's cases as on the first day, each test anew."""
    from solvent.decisions.warnings.casebook import Handling, none_yet  # noqa: PLC0415
    from solvent.decisions.warnings.cases import advance  # noqa: PLC0415
    from solvent.decisions.warnings.engine import READINGS, Findings  # noqa: PLC0415
    from solvent_server.store.keeping import assessments, cases  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    own, kept = Company.objects.get(code="own"), assessments.latest("own")
    table = kept.frame("findings").collect()
    read = table.select("rule", "subject", "value", "tier", pl.col("tier").alias("held")).cast(READINGS)
    findings = Findings(kept.as_of, table, read, tuple(table["rule"].unique()), (), (), ())
    fresh = cases.change(
        own,
        lambda now: advance(none_yet()[0], findings, kept.as_of, Handling(), now[1]),
        actor="test",
        action="cases.played",
    )
    return fresh[0]


def state(case: str = CASE) -> dict:
    from solvent_server.store.keeping import cases  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    return cases.every(Company.objects.get(code="own")).filter(pl.col("case_id") == case).row(0, named=True)


def test_before_a_day_is_played_findings_are_told_and_cannot_be_handled(client) -> None:
    from solvent_server.store.models import Case  # noqa: PLC0415

    if Case.objects.exists():
        pytest.skip("another test has played the day")
    text = client("cfo").get("/c/own/alarms/").content.decode()
    assert "These findings have no case yet" in text
    one = client("cfo").get(PAGE).content.decode()
    assert "This finding has no case yet" in one
    assert '<form method="post" action="/c/own/alarms/act/' not in one


def test_the_list_filters_by_what_the_address_says(client, played) -> None:
    cfo = client("cfo")
    whole = cfo.get("/c/own/alarms/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(whole) == played.height + 1
    for name, value in (("tier", "red"), ("layer", "base"), ("rule", "payment_delay"), ("owner", "credit")):
        some = cfo.get("/c/own/alarms/", {name: value, "format": "csv"}).content.decode("utf-8-sig").splitlines()
        column = {"tier": pl.col("tier") == 3}.get(name, pl.col(name) == value)
        assert len(some) - 1 == played.filter(column).height > 0
    text = cfo.get("/c/own/alarms/?tier=red").content.decode()
    assert "Operations took more cash than they brought" in text
    assert cfo.get("/c/own/alarms/?tier=nothing&page=99").status_code == 200


def test_customers_are_linked_and_named(client, played) -> None:
    text = client("cfo").get("/c/own/alarms/?rule=balance_too_high").content.decode()
    assert re.search(r'<a href="/c/own/customers/C0009/">[^<]+</a>', text)


def test_an_alarm_is_acknowledged_and_taken_back(client, played) -> None:
    cfo = client("cfo")
    assert cfo.post(ACT, {"what": "acknowledge"}).headers["Location"] == PAGE
    assert (state()["state"], state()["acknowledged_by"]) == ("acknowledged", "cfo")
    text = cfo.get(PAGE).content.decode()
    assert "You look after this alarm from now on." in text
    assert "Undo" in text
    assert "was seen" in text
    assert cfo.post("/c/own/alarms/undo/").headers["Location"] == PAGE
    assert (state()["state"], state()["acknowledged_by"]) == ("open", None)
    text = cfo.get(PAGE).content.decode()
    assert "was taken back" in text
    assert "Undo" not in text


def test_nobody_takes_back_what_has_moved_on(client, played) -> None:
    cfo, other = client("cfo"), client("treasurer")
    cfo.post(ACT, {"what": "acknowledge"})
    other.post(ACT, {"what": "assign", "owner": "sales"})
    answer = cfo.post("/c/own/alarms/undo/")
    assert "Something has happened to case" in answer.content.decode()
    assert state()["owner"] == "sales"


def test_a_snooze_needs_a_day_to_come_and_a_reason(client, played) -> None:
    cfo, today = client("cfo"), datetime.now(UTC).date()
    for until, reason in (("", "x"), (today.isoformat(), "x"), ((today + timedelta(days=1)).isoformat(), " ")):
        answer = cfo.post(ACT, {"what": "snooze", "until": until, "reason": reason})
        assert 'role="alert"' in answer.content.decode()
    assert state()["state"] == "open"
    until = today + timedelta(days=1)
    cfo.post(ACT, {"what": "snooze", "until": until.isoformat(), "reason": "<b>agreed</b>"})
    assert (state()["state"], state()["snoozed_until"]) == ("snoozed", until)
    text = cfo.get(PAGE).content.decode()
    assert "&lt;b&gt;agreed&lt;/b&gt;" in text
    assert "<b>agreed" not in text


def test_closing_asks_what_was_done_and_what_came_of_it(client, played) -> None:
    cfo = client("cfo")
    for asked in ({}, {"action": "other"}, {"action": "other", "result": "paid", "avoided": "much"},
                  {"action": "other", "result": "paid", "avoided": "-5"}):  # fmt: skip
        assert 'role="alert"' in cfo.post(ACT, {"what": "close", **asked}).content.decode()
    assert state()["state"] == "open"
    cfo.post(ACT, {"what": "close", "action": "collect_first", "result": "paid", "avoided": "12,000.50"})
    row = state()
    told = (row["state"], row["action"], row["result"], row["avoided_amount"])
    assert told == ("closed", "collect_first", "paid", 1200050)
    assert "Operations lose cash" not in cfo.get("/c/own/alarms/?each=1").content.decode().split("<tbody>")[1]
    assert "Operations lose cash" in cfo.get("/c/own/alarms/closed/").content.decode().split("<tbody>")[1]
    assert 'role="alert"' in cfo.post(ACT, {"what": "acknowledge"}).content.decode()


def test_every_act_has_its_line_in_the_trail(client, played) -> None:
    from solvent_server.store import audit  # noqa: PLC0415
    from solvent_server.store.keeping import cases  # noqa: PLC0415
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    client("treasurer").post(ACT, {"what": "acknowledge"})
    last = AuditLine.objects.order_by("-seq").first()
    assert (last.actor, last.action, last.company) == ("treasurer", "cases.acknowledge", "own")
    assert not audit.verify()
    assert not cases.wrong()


def test_who_only_reads_may_not_act(client, played) -> None:
    for role in ("auditor", "logistics", "purchasing"):
        assert client(role).post(ACT, {"what": "acknowledge"}).status_code == 404
        assert "/alarms/act/" not in client(role).get(PAGE).content.decode()
    assert state()["state"] == "open"
    assert client("cfo").get(ACT).status_code == 405
    assert client("cfo").post(ACT, {"what": "nonsense"}).status_code == 404


def test_a_write_needs_its_token(site, client, played) -> None:
    from django.test import Client  # noqa: PLC0415

    cfo = client("cfo")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = cfo.cookies
    assert strict.post(ACT, {"what": "acknowledge"}).status_code == 403
    assert state()["state"] == "open"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_has_a_page(client, language: str) -> None:
    cfo = client("cfo", language)
    index = cfo.get("/c/own/alarms/rules/").content.decode()
    for name in rules():
        assert f"/c/own/alarms/rules/{name}/" in index
        assert cfo.get(f"/c/own/alarms/rules/{name}/").status_code == 200
    assert cfo.get("/c/own/alarms/rules/nothing/").status_code == 404


def test_everything_that_a_rule_says_of_itself_is_chinese_too() -> None:
    from solvent_server.web.alarms.rules import ABOUT, reads  # noqa: PLC0415

    said = {reads(rule) for rule in rules().values()} | set(ABOUT.values())
    for rule in rules().values():
        for term in terms_of(rule.terms).values():
            said |= {term.metadata["unit"], term.metadata["source"]}
    assert "" not in said
    assert not sorted(said - set(catalogue()))


def test_a_back_test_is_shown_where_it_is_kept(client, site) -> None:
    from solvent.decisions.warnings.backtest import TESTED  # noqa: PLC0415
    from solvent_server.store.keeping import assessments, tested  # noqa: PLC0415

    cfo, day = client("cfo"), assessments.latest("own").as_of
    assert "No back-test of this rule is kept yet." in cfo.get("/c/own/alarms/rules/delay_rise/").content.decode()
    row = dict.fromkeys(TESTED) | {"rule": "delay_rise", "about": "customer", "days": 24, "warnings": 7, "troubles": 5,
                                   "found": 4, "false_alarm_share": 0.25}  # fmt: skip
    tested.keep("own", day, pl.DataFrame([row], TESTED))
    text = cfo.get("/c/own/alarms/rules/delay_rise/").content.decode()
    tested._place("own").unlink()
    assert "4 / 5" in text
    assert "25.0%" in text


def test_an_assessment_plays_its_day_and_no_earlier_one(site, played) -> None:
    from companies import company  # noqa: PLC0415
    from solvent.base.terms import Policy  # noqa: PLC0415
    from solvent.books.books import Ledger, open_books  # noqa: PLC0415
    from solvent.decisions.warnings.engine import FINDINGS, READINGS, Findings  # noqa: PLC0415
    from solvent_server.jobs.daily import play  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Company  # noqa: PLC0415

    sample = company(4, "stall")
    ledger = Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency)
    own, day = Company.objects.get(code="own"), state()["advanced_on"]
    empty = pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=READINGS)
    for days, moves in ((-30, False), (1, True)):
        books = open_books(ledger, day + timedelta(days=days))
        found = Findings(books.as_of, *empty, (), (), (), ())
        run = SimpleNamespace(
            snapshot=SimpleNamespace(books=books, as_of=books.as_of), policy=Policy(books.as_of), findings=found
        )
        before = AuditLine.objects.count()
        play(own, run)
        assert (AuditLine.objects.count() > before) == moves
        assert state()["advanced_on"] == (books.as_of if moves else day)


def test_evidence_says_codes_in_words() -> None:
    from solvent.files.language import Language  # noqa: PLC0415
    from solvent_server.web.alarms.rows import WORDS, Reader, _cell  # noqa: PLC0415

    chinese = Reader(Language("zh"), None)
    row = {"series": "prosperity 照明", "severity": 2, "status": "revoked", "decision": "withdrawn"}
    told = [
        _cell(table, name, "code" if (table, name) in WORDS else "text", row, chinese).text
        for table, name in (
            ("indices", "series"), ("events", "severity"), ("registrations", "status"), ("buyer_limits", "decision"),
        )
    ]  # fmt: skip
    assert told[0].endswith("照明")
    assert not any(any(letter.isascii() and letter.isalnum() for letter in text) for text in told), told
