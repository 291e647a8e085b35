"""The policy of a company: proposed by one, decided by another, dated; what a past day was is not changed any more."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Place
from test_faults import company_of, sound

from solvent.base.problem import SolventError
from solvent.base.terms import Policy, terms_of
from solvent.files.policy_file import PRESETS, families, parse, read_policy
from solvent.measures.aging import Aging
from solvent.measures.concentration import Concentration
from solvent.measures.trade.behaviour import Behaviour

DAY = date(2026, 3, 10)
LATER = DAY + timedelta(30)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def company(place: Place) -> Any:
    return company_of("own")


def rooms() -> tuple[Any, Any, Any]:
    from solvent_server.store.policy import changes, standing, written  # noqa: PLC0415 (needs Django set up)

    return changes, standing, written


def decided(company: Any, family: str, term: str, value: Any, day: date = DAY) -> Any:
    """Proposed by anna, approved by bai."""
    changes, _, _ = rooms()
    asked = changes.propose(company, family, term, value, valid_from=day, reason="because", actor="anna")
    return changes.approve(company, asked.id, actor="bai")


def delay(company: Any, day: date, **more: Any) -> int:
    _, standing, _ = rooms()
    return int(standing.policy_of(company, day, **more).terms(Behaviour).delay_days)


def test_a_change_counts_from_its_day_once_somebody_else_has_approved_it(company: Any) -> None:
    changes, standing, _ = rooms()
    usual = terms_of(Behaviour)["delay_days"].default
    asked = changes.propose(
        company, "measures.behaviour", "delay_days", 9, valid_from=DAY, reason="short terms",
        actor="anna (command line)",
    )  # fmt: skip
    assert (asked.state, asked.asked_by, asked.before) == ("waiting", "anna", usual)
    assert delay(company, DAY) == delay(company, LATER) == usual, "a pending change changes nothing"
    for actor in ("anna", "anna (command line)", "anna (api: shop)"):
        with pytest.raises(SolventError, match="same_person"):
            changes.approve(company, asked.id, actor=actor)
    changes.approve(company, asked.id, actor="bai")
    days = [DAY - timedelta(1), DAY, LATER]
    assert [delay(company, day) for day in days] == [usual, 9, 9]
    held = standing.held(company, DAY)[("measures.behaviour", "delay_days")]
    assert (held.value, held.source, held.since, held.by) == (9, "own", DAY, "anna + bai")
    with pytest.raises(SolventError, match="not_waiting"):
        changes.approve(company, asked.id, actor="bai")
    assert sound()


def test_the_database_itself_wants_two_people(company: Any) -> None:
    from solvent_server.store.models import PolicyChange  # noqa: PLC0415

    row = {
        "company": company, "family": "measures.behaviour", "term": "delay_days", "value": 9, "valid_from": DAY,
        "reason": "x", "asked_by": "anna", "asked_at": datetime.fromisoformat("2026-03-10T08:00:00+00:00"),
    }  # fmt: skip
    at = {"decided_at": row["asked_at"]}
    for wrong in (
        {"state": "approved", "decided_by": "anna", **at},
        {"state": "approved", "decided_by": "", **at},
        {"state": "approved", "decided_by": "bai"},
        {"state": "waiting", "decided_by": "", **at},
        {"state": "alone", "decided_by": "bai", **at},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            PolicyChange.objects.create(**row, **wrong)
    made = PolicyChange.objects.create(**row, state="approved", decided_by="bai", **at)
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyChange.objects.filter(id=made.id).update(asked_by="bai")
    assert not sound(), "a row without its line in the trail is found"


def test_what_was_known_at_a_moment_stays_what_it_was(company: Any) -> None:
    first = decided(company, "measures.behaviour", "delay_days", 9)
    decided(company, "measures.behaviour", "delay_days", 11, LATER)
    assert [delay(company, day) for day in (DAY, LATER - timedelta(1), LATER)] == [9, 9, 11]
    assert delay(company, LATER, known_at=first.decided_at) == 9
    decided(company, "measures.behaviour", "delay_days", 10)
    assert delay(company, DAY) == 10, "of one day the last decided counts"
    assert delay(company, LATER) == 11
    assert sound()


@SQLITE
def test_one_policy_answers_for_every_day(company: Any) -> None:
    """The back-test asks one policy for many days; each must get what it would get if asked for alone."""
    _, standing, _ = rooms()
    decided(company, "measures.behaviour", "delay_days", 9)
    decided(company, "", "preset", "growth", DAY + timedelta(5))
    decided(company, "measures.aging", "edges", [10, 20, 40, 80], DAY + timedelta(7))
    decided(company, "", "preset", "start_up", DAY + timedelta(9))
    decided(company, "measures.behaviour", "delay_days", None, DAY + timedelta(11))
    decided(company, "", "preset", None, DAY + timedelta(13))
    told = standing.overrides(company)
    growth, start_up, bare = (read_policy(DAY, preset=name) for name in ("growth", "start_up", None))
    own = (10, 20, 40, 80)
    for days, delay_days, edges, single in (
        (-1, 15, bare.terms(Aging).edges, bare), (0, 9, bare.terms(Aging).edges, bare),
        (5, 9, bare.terms(Aging).edges, growth), (7, 9, own, growth), (9, 9, own, start_up),
        (11, start_up.terms(Behaviour).delay_days, own, start_up), (13, 15, own, bare),
    ):  # fmt: skip
        day = DAY + timedelta(days)
        for policy in (Policy(day, told), standing.policy_of(company, day)):
            assert policy.terms(Behaviour).delay_days == delay_days, days
            assert policy.terms(Aging).edges == edges, days
            assert policy.terms(Concentration) == single.terms(Concentration), days


@SQLITE
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_a_company_is_the_preset_of_the_command_line(company: Any, name: str) -> None:
    _, standing, _ = rooms()
    decided(company, "", "preset", name)
    stored, asked = standing.policy_of(company, DAY), read_policy(DAY, preset=name)
    assert all(stored.terms(kind) == asked.terms(kind) for kind in families().values())
    text = (Path(families.__code__.co_filename).parent / "presets" / f"{name}.toml").read_text("utf-8")
    assert all("since" not in entry for entries in tomllib.loads(text).values() for entry in entries)


@SQLITE
@pytest.mark.parametrize(
    ("family", "term", "value", "code"),
    [
        ("measures.behaviour", "delay_days", -1, "policy.least"),
        ("measures.behaviour", "delay_days", 36_526, "policy.most"),
        ("measures.behaviour", "delay_days", 9.5, "policy.value_kind"),
        ("measures.behaviour", "delay_days", "9", "policy.value_kind"),
        ("measures.behaviour", "delay_days", True, "policy.value_kind"),
        ("measures.behaviour", "delay_day", 9, "policy.term_unknown"),
        ("measures.behaviours", "delay_days", 9, "policy.family_unknown"),
        ("server.live", "page", 9, "policy.family_unknown"),
        ("measures.concentration", "single_share", 1.001, "policy.most"),
        ("measures.concentration", "single_share", float("nan"), "policy.least"),
        ("measures.concentration", "single_share", float("inf"), "policy.least"),
        ("measures.aging", "edges", [30, 30], "measures.aging.edges"),
        ("measures.aging", "edges", [], "policy.value_kind"),
        ("measures.aging", "basis", "delivery", "measures.aging.basis"),
        ("credit.limits.granting", "newcomers", "trust", "policy.choice"),
        ("credit.limits.terms", "extra_to_grade", "F", "policy.choice"),
        ("credit.contracts", "cn_since", "2025-13-01", "policy.day"),
        ("payment.workdays", "country", "China", "policy.country"),
        ("credit.grading.ability", "current_ratio_edges", [1.0, 0.8, 1.5], "policy.rising"),
        ("credit.grading.ability", "current_ratio_edges", [0.8, 1.0], "store.policy.length"),
        ("warnings.engine", "off", "a\x07b", "policy.word"),
        ("", "preset", "huge", "policy.preset_unknown"),
        ("", "edges", "micro", "store.policy.unknown"),
    ],
)  # fmt: skip
def test_a_value_that_the_term_does_not_allow_is_refused(
    company: Any, family: str, term: str, value: Any, code: str
) -> None:
    changes, _, _ = rooms()
    with pytest.raises(SolventError) as refused:
        changes.propose(company, family, term, value, valid_from=DAY, reason="x", actor="anna")
    if family == "measures.aging" and term == "basis":
        assert refused.value.problem.code in (code, "policy.choice")
    elif family == "server.live":
        assert refused.value.problem.code == code
    else:
        assert refused.value.problem.code == code
    assert changes.history(company) == []


def test_the_values_that_stand_in_the_code_are_allowed() -> None:
    """Bounds that the library's own numbers break would be wrong bounds."""
    from solvent_server.store.policy.sound import sound as allowed  # noqa: PLC0415

    count = 0
    for key, kind in families().items():
        if not kind.__module__.startswith("solvent."):
            continue
        for name, term in terms_of(kind).items():
            value = list(term.default) if isinstance(term.default, tuple) else term.default
            assert allowed(key, name, value) == value
            count += 1
    for preset in PRESETS:
        from solvent_server.store.policy.standing import of_preset  # noqa: PLC0415

        for (key, name), value in of_preset(preset).items():
            allowed(key, name, value)
    assert count > 900


@SQLITE
def test_terms_that_must_agree_are_approved_together_or_not_at_all(company: Any) -> None:
    """Buckets of age and loss rates: one without the other would leave a policy that nothing can be assessed with."""
    changes, standing, _ = rooms()
    edges = changes.propose(
        company, "measures.aging", "edges", [10, 20], valid_from=DAY, reason="short terms", actor="anna"
    )  # fmt: skip
    with pytest.raises(SolventError, match=r"policy\.partner"):
        changes.approve(company, edges.id, actor="bai")
    rates = changes.propose(
        company, "measures.rolls", "table", [0.01, 0.02, 0.03], valid_from=DAY, reason="x", actor="anna"
    )  # fmt: skip
    with pytest.raises(SolventError, match=r"policy\.partner"):
        changes.approve(company, edges.id, actor="bai")
    changes.refuse(company, rates.id, actor="anna", answer="one too few")
    rates = changes.propose(
        company, "measures.rolls", "table", [0.01, 0.02, 0.03, 0.5], valid_from=DAY, reason="x", actor="anna"
    )  # fmt: skip
    changes.approve(company, rates.id, actor="bai")
    assert [one.state for one in changes.history(company)] == ["approved", "withdrawn", "approved"]
    policy = standing.policy_of(company, DAY)
    assert policy.terms(Aging).edges == (10, 20)
    with pytest.raises(SolventError, match=r"policy\.partner"):
        decided(company, "measures.aging", "edges", None, LATER)
    assert sound()


@SQLITE
def test_undo_is_a_change_back(company: Any) -> None:
    changes, standing, _ = rooms()
    one = decided(company, "measures.behaviour", "delay_days", 9)
    two = decided(company, "measures.behaviour", "delay_days", 11, LATER)
    back = changes.undo(company, two.id, actor="bai", reason="too long", today=LATER)
    assert (back.value, back.valid_from, back.state) == (9, LATER, "waiting")
    assert delay(company, LATER) == 11
    changes.approve(company, back.id, actor="anna")
    assert delay(company, LATER) == 9
    again = changes.undo(company, one.id, actor="bai", reason="back to the code", today=LATER)
    assert again.value is None, "before the first change it had no own value"
    changes.approve(company, again.id, actor="anna")
    assert delay(company, LATER) == 15
    assert ("measures.behaviour", "delay_days") not in standing.held(company, LATER)
    assert [delay(company, day) for day in (DAY, LATER - timedelta(1))] == [9, 9]
    waiting = changes.propose(company, "measures.behaviour", "delay_days", 7, valid_from=DAY, reason="x", actor="anna")
    with pytest.raises(SolventError, match="not_approved"):
        changes.undo(company, waiting.id, actor="bai", reason="x")


@SQLITE
def test_what_is_refused_taken_back_or_idle_never_counts(company: Any) -> None:
    changes, _, _ = rooms()
    asked = [
        changes.propose(
            company, "measures.behaviour", "delay_days", value, valid_from=DAY + timedelta(value), reason="x",
            actor="anna",
        )
        for value in (3, 4)
    ]  # fmt: skip
    with pytest.raises(SolventError, match=r"policy\.reason"):
        changes.refuse(company, asked[0].id, actor="bai", answer="  ")
    assert changes.refuse(company, asked[0].id, actor="bai", answer="no").state == "refused"
    assert changes.refuse(company, asked[1].id, actor="anna", answer="a slip").state == "withdrawn"
    for value, code in ((15, "same"), (None, "same")):
        with pytest.raises(SolventError, match=code):
            changes.propose(
                company, "measures.behaviour", "delay_days", value, valid_from=DAY, reason="x", actor="anna"
            )
    with pytest.raises(SolventError, match=r"policy\.reason"):
        changes.propose(company, "measures.behaviour", "delay_days", 2, valid_from=DAY, reason=" ", actor="anna")
    changes.propose(company, "measures.behaviour", "delay_days", 2, valid_from=DAY, reason="x", actor="anna")
    with pytest.raises(SolventError, match="waits"):
        changes.propose(company, "measures.behaviour", "delay_days", 1, valid_from=DAY, reason="x", actor="bai")
    assert delay(company, LATER) == 15
    assert sound()


@SQLITE
def test_the_file_of_a_policy_reads_back_as_the_same_policy_on_every_day(company: Any, tmp_path: Path) -> None:
    changes, standing, written = rooms()
    decided(company, "", "preset", "start_up")
    decided(company, "measures.behaviour", "delay_days", 9, DAY + timedelta(3))
    decided(company, "warnings.engine", "off", 'delay_rise, "odd"', DAY + timedelta(4))
    decided(company, "measures.behaviour", "delay_days", None, LATER)
    decided(company, "measures.concentration", "single_share", 0.3)
    decided(company, "measures.concentration", "single_share", 0.25, LATER)
    file = tmp_path / "policy.toml"
    file.write_text(written.as_file(company), "utf-8")
    for days in (-1, 0, 3, 4, 29, 30, 300):
        day = DAY + timedelta(days)
        stored, read = standing.policy_of(company, day), read_policy(day, file)
        assert all(stored.terms(kind) == read.terms(kind) for kind in families().values()), days
    other = company_of("other")
    told = parse(file.read_text("utf-8"), "")
    count, same = changes.take_in(other, told, reason="moved", actor="anna", today=DAY)
    assert count + same == sum(len(values) for entries in told.values() for _, values in entries)
    assert count > same, "a preset may name what is the code's own value"
    assert delay(other, LATER) == 15, "what a file says waits like everything else"
    for one in changes.waiting(other):
        changes.approve(other, one.id, actor="bai")
    assert all(
        standing.policy_of(other, day).terms(kind) == standing.policy_of(company, day).terms(kind)
        for day in (DAY - timedelta(1), DAY, DAY + timedelta(4), LATER) for kind in families().values()
    )  # fmt: skip


@SQLITE
def test_a_file_with_one_wrong_value_proposes_nothing(company: Any) -> None:
    changes, _, _ = rooms()
    told = parse('[["measures.behaviour"]]\ndelay_days = 9\n[["measures.concentration"]]\nsingle_share = 7.0\n', "")
    with pytest.raises(SolventError, match=r"policy\.most"):
        changes.take_in(company, told, reason="x", actor="anna", today=DAY)
    assert changes.history(company) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 90))), max_size=8))
def test_on_each_day_the_newest_change_up_to_it_counts(steps: list[tuple[int, int | None]]) -> None:
    """Against the plainest reading: walk through the changes by day, keep the last."""
    from solvent_server.store.models import PolicyChange  # noqa: PLC0415
    from solvent_server.store.policy import standing  # noqa: PLC0415

    at = datetime.fromisoformat("2026-03-10T08:00:00+00:00")
    rows = [
        PolicyChange(
            family="measures.behaviour", term="delay_days", value=value, valid_from=DAY + timedelta(day),
            decided_at=at + timedelta(seconds=number), id=number,
        )
        for number, (day, value) in enumerate(steps)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.valid_from, row.decided_at))
    told = standing.laid_out(rows)
    for day in range(21):
        kept = [row.value for row in rows if row.valid_from <= DAY + timedelta(day)]
        wanted = 15 if not kept or kept[-1] is None else kept[-1]
        assert Policy(DAY + timedelta(day), told).terms(Behaviour).delay_days == wanted
