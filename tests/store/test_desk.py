"""The desk: rows that people enter, limits that one decides and another approves, and what the database refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from support import Place, frames
from test_faults import company_of, failing, sound

from solvent.base.problem import SolventError
from solvent.books.books import open_books

DAY = date(2026, 3, 10)
LIMIT = {"customer_id": "lantern", "kind": "total", "currency": "CNY", "amount": 500_000, "terms_days": 30}


@pytest.fixture
def company(place: Place) -> Any:
    from solvent_server.store import batches  # noqa: PLC0415 (needs Django set up)

    told = company_of("own")
    rows = {"customers": [{"customer_id": "lantern", "group_id": "harbour"}, {"customer_id": "quay"}]}
    batches.record(told, frames(**rows), kind="person", actor="test")
    return told


def desk() -> Any:
    from solvent_server.store.desk import decided, proposals  # noqa: PLC0415

    proposals.enter, proposals.frame = decided.enter, decided.frame
    return proposals


def limits(company: Any, known_at: Any = None) -> list[tuple[Any, ...]]:
    from solvent_server.store import books  # noqa: PLC0415

    table = books.ledger(company, known_at).table("limits").collect().sort("recorded_on", "limit_id")
    return table.select("amount", "decided_by", "approved_by", "recorded_on").rows()


def test_a_limit_above_ones_authority_waits_for_somebody_else(company: Any) -> None:
    from solvent_server.store import books  # noqa: PLC0415

    asked = desk().propose(company, "limits", LIMIT, actor="anna (command line)", reason="new buyer", today=DAY)
    assert (asked.state, asked.asked_by, asked.batch_id) == ("waiting", "anna", None)
    before = books.last_commit(company)
    assert limits(company) == []
    for actor in ("anna", "anna (command line)"):
        with pytest.raises(SolventError, match="same_person"):
            desk().approve(company, asked.id, actor=actor, today=DAY)
    later = date(2026, 3, 12)
    done = desk().approve(company, asked.id, actor="bai", today=later)
    assert (done.state, done.decided_by) == ("approved", "bai")
    assert limits(company) == [(500_000, "anna", "bai", later)]
    assert limits(company, before) == []
    with pytest.raises(SolventError, match="not_waiting"):
        desk().approve(company, asked.id, actor="bai", today=later)
    kept = books.ledger(company)
    at = open_books(kept, date(2026, 3, 20), known_on=date(2026, 3, 11)).table("limits").collect()
    assert at.height == 0, "it was proposed, and not known"
    assert sound()


def test_authority_is_given_by_somebody_else_and_holds_to_the_last_unit(company: Any) -> None:
    with pytest.raises(SolventError, match="own_authority"):
        desk().give_authority(company, "anna", "CNY", 10**9, actor="anna (command line)")
    desk().give_authority(company, "anna", "CNY", 500_000, actor="cfo")
    states = {}
    for amount in (499_999, 500_000, 500_001):
        told = desk().propose(company, "limits", {**LIMIT, "customer_id": "quay", "amount": amount}, actor="anna")
        states[amount] = told.state
    assert states == {499_999: "alone", 500_000: "alone", 500_001: "waiting"}
    foreign = desk().propose(company, "limits", {**LIMIT, "currency": "EUR", "amount": 1}, actor="anna")
    assert foreign.state == "waiting", "authority in one currency is none in another"
    waiting = desk().proposals(company, waiting=True)[-1]
    assert waiting.row["amount"] == 500_001
    desk().give_authority(company, "bai", "CNY", 500_000, actor="cfo")
    with pytest.raises(SolventError, match="may_not_approve"):
        desk().approve(company, waiting.id, actor="bai")
    desk().give_authority(company, "bai", "CNY", 500_001, actor="cfo")
    assert desk().approve(company, waiting.id, actor="bai").state == "approved"
    desk().give_authority(company, "anna", "CNY", 0, actor="cfo")
    assert desk().propose(company, "limits", {**LIMIT, "amount": 600_000}, actor="anna").state == "waiting"
    assert sound()


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"amount": 400_000}, "alone"), ({"amount": 500_000}, "alone"), ({"amount": 500_001}, "waiting"),
        ({"amount": 0}, "alone"), ({"terms_days": 31, "amount": 1}, "waiting"), ({"terms_days": 29}, "alone"),
        ({"deposit_share": 0.1}, "waiting"), ({"deposit_share": 0.3}, "alone"), ({"currency": "EUR"}, "waiting"),
        ({"valid_until": None}, "waiting"), ({"valid_until": date(2026, 12, 30)}, "alone"),
        ({"valid_from": date(2026, 3, 11)}, "waiting"), ({"kind": "overdue"}, "waiting"),
        ({"customer_id": None, "group_id": "harbour"}, "waiting"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_to_give_less_takes_nobody_else(company: Any, change: dict[str, Any], state: str) -> None:
    first = {**LIMIT, "deposit_share": 0.2, "valid_until": date(2026, 12, 31)}
    asked = desk().propose(company, "limits", first, actor="anna", today=DAY)
    desk().approve(company, asked.id, actor="bai", today=DAY)
    told = desk().propose(company, "limits", {**first, **change}, actor="anna", today=DAY)
    assert told.state == state


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_newest_decision_counts_and_the_others_stay(company: Any) -> None:
    desk().give_authority(company, "anna", "CNY", 10**6, actor="cfo")
    for amount in (100, 300, 200):
        desk().propose(company, "limits", {**LIMIT, "amount": amount}, actor="anna", today=DAY)
    assert [row[0] for row in limits(company)] == [100, 300, 200]
    assert desk().counting_limit(company, LIMIT, DAY)["amount"] == 200


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_refused_or_taken_back_never_counts(company: Any) -> None:
    one, two = (desk().propose(company, "limits", LIMIT, actor="anna") for _ in range(2))
    with pytest.raises(SolventError, match=r"desk\.reason"):
        desk().refuse(company, one.id, actor="bai", reason=" ")
    assert desk().refuse(company, one.id, actor="bai", reason="too much").state == "refused"
    assert desk().refuse(company, two.id, actor="anna (command line)", reason="slip").state == "withdrawn"
    assert limits(company) == []
    assert desk().proposals(company, waiting=True) == []
    assert sound()


def test_an_order_is_let_through_by_two_however_small(company: Any) -> None:
    from solvent_server.store import batches, books  # noqa: PLC0415

    desk().give_authority(company, "anna", "CNY", 10**12, actor="cfo")
    cells = {"customer_id": "lantern", "order_id": "O1", "currency": "CNY", "amount": 1, "until_on": date(2026, 4, 1)}
    with pytest.raises(SolventError, match=r"desk\.refused") as refused:
        desk().propose(company, "approvals", cells, actor="anna", today=DAY)
    assert refused.value.problem.facts["rule"] == "empty.reason"
    asked = desk().propose(company, "approvals", cells, actor="anna", reason="paid tomorrow", today=DAY)
    assert asked.state == "waiting"
    desk().give_authority(company, "bai", "CNY", 1, actor="cfo")
    done = desk().approve(company, asked.id, actor="bai", today=DAY)
    row = books.ledger(company).table("approvals").collect().row(0, named=True)
    told = (row["asked_by"], row["approved_by"], row["amount"], row["reason"], row["approved_on"])
    assert told == ("anna", "bai", 1, "paid tomorrow", DAY)
    batches.undo(company, done.batch_id, "cfo", "not paid")
    assert books.ledger(company).table("approvals").collect().height == 0
    assert sound()


def test_the_database_itself_refuses_one_pair_of_eyes(company: Any) -> None:
    """Past every function of ours: rows of the books, proposals and authorities by way of the tables themselves."""
    from solvent_server.store.models import FACTS, Authority, Batch, Proposal  # noqa: PLC0415

    asked = desk().propose(company, "limits", LIMIT, actor="anna", today=DAY)
    batch = Batch.objects.order_by("-id").first()
    own = {"company": company, "batch": batch, "key": "k", "version": 0, "digest": "d"}

    def refused(does: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            does()

    refused(lambda: FACTS["limits"].objects.create(**own, limit_id="k", decided_by="a", approved_by="a"))
    refused(lambda: FACTS["approvals"].objects.create(**own, approval_id="k", asked_by="a", approved_by="a"))
    refused(lambda: FACTS["approvals"].objects.create(**own, approval_id="k", asked_by="a"))
    refused(lambda: FACTS["approvals"].objects.create(**own, approval_id="k", approved_by="a"))
    for cells in ({}, {"reason": "known for years"}, {"reviewer": "a"}):
        refused(
            lambda cells=cells: FACTS["screenings"].objects.create(**own, screening_id="k", outcome="waived", **cells)
        )
    mine = Proposal.objects.filter(id=asked.id)
    refused(lambda: mine.update(state="approved", batch=batch))
    refused(lambda: mine.update(state="approved", batch=batch, decided_by="anna"))
    refused(lambda: mine.update(state="approved", decided_by="bai"))
    refused(lambda: mine.update(state="alone"))
    refused(lambda: mine.update(table="approvals", state="alone", batch=batch))
    refused(lambda: mine.update(state="done"))
    told = {"company": company, "currency": "CNY", "given_at": asked.asked_at}
    refused(lambda: Authority.objects.create(**told, person="a", given_by="a", amount=1))
    refused(lambda: Authority.objects.create(**told, person="a", given_by="b", amount=-1))
    desk().give_authority(company, "anna", "CNY", 1, actor="cfo")
    refused(lambda: Authority.objects.update(amount=10**9))
    refused(lambda: Authority.objects.all().delete())
    FACTS["limits"].objects.create(**own, limit_id="k", decided_by="a")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_an_import_by_one_person_is_no_way_round(company: Any) -> None:
    from solvent_server.store import batches  # noqa: PLC0415

    row = {**LIMIT, "limit_id": "x", "valid_from": DAY, "decided_by": "anna", "approved_by": "anna"}
    with pytest.raises(SolventError, match="one_pair_of_eyes"):
        batches.record(company, frames(limits=[row]), kind="person", actor="anna")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_only_whoever_has_a_role_that_approves_approves(company: Any) -> None:
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    from solvent_server.store.models import Member  # noqa: PLC0415

    asked = desk().propose(company, "limits", LIMIT, actor="anna")
    for name, role in (("sal", "sales"), ("cred", "credit_manager")):
        Member.objects.create(user=get_user_model().objects.create(username=name), company=company, role=role)
    for actor in ("sal", "stranger"):
        with pytest.raises(SolventError, match="may_not_approve"):
            desk().approve(company, asked.id, actor=actor)
    assert desk().approve(company, asked.id, actor="cred").state == "approved"


def test_what_people_enter(company: Any) -> None:
    from solvent_server.store import batches, books  # noqa: PLC0415

    step = {
        "customer_id": "lantern",
        "step": "registry",
        "outcome": "passed",
        "told_on": DAY,
        "evidence": "extract.pdf",
    }
    done = desk().enter(company, "screenings", step, actor="anna (command line)", today=DAY)
    again = desk().enter(company, "screenings", step, actor="anna", today=DAY)
    assert (done.counts["screenings"]["new"], again.counts["screenings"]["known"]) == (1, 1)
    with pytest.raises(SolventError, match="waived_without_reason"):
        desk().enter(company, "screenings", {**step, "outcome": "waived"}, actor="anna")
    desk().enter(
        company, "reviews", {"kind": "risk", "done_on": "2026-03-09", "note": "quiet"}, actor="anna", today=DAY
    )
    event = {
        "customer_id": "lantern",
        "kind": "lawsuit_as_defendant",
        "happened_on": DAY,
        "amount": 900,
        "currency": "CNY",
    }
    desk().enter(company, "events", {**event, "source": "court"}, actor="anna", today=DAY)
    voice = {
        "customer_id": "lantern",
        "told_by": "Nordlicht",
        "told_on": DAY,
        "opinion": "fair",
        "beyond_terms_days": 4.5,
    }
    desk().enter(company, "trade_references", voice, actor="anna", today=DAY)
    asked = {"customer_id": "quay", "asked_on": DAY, "amount": 70, "currency": "CNY"}
    desk().enter(company, "admissions", asked, actor="anna", today=DAY)
    decided = {"customer_id": "quay", "asked_on": DAY, "decided_on": date(2026, 3, 12), "decision": "admitted"}
    last = desk().enter(company, "admissions", decided, actor="bai", reason="met them", today=date(2026, 3, 12))
    kept = books.ledger(company)
    told = {name: kept.table(name).collect() for name in ("screenings", "reviews", "events", "admissions")}
    assert {name: frame.height for name, frame in told.items()} == dict.fromkeys(told, 1)
    assert told["screenings"]["reviewer"].item() == told["reviews"]["reviewer"].item() == "anna"
    row = told["admissions"].row(0, named=True)
    assert (row["amount"], row["decision"], row["decided_by"]) == (70, "admitted", "bai")
    batches.undo(company, last.batch, "bai", "too soon")
    row = books.ledger(company).table("admissions").collect().row(0, named=True)
    assert (row["amount"], row["decision"], row["decided_by"]) == (70, None, None)
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_slips_of_the_pen_are_told(company: Any) -> None:
    with pytest.raises(SolventError, match=r"desk\.nobody"):
        desk().propose(company, "limits", {**LIMIT, "customer_id": "lanterm"}, actor="anna")
    with pytest.raises(SolventError, match=r"desk\.nobody"):
        desk().propose(company, "limits", {**LIMIT, "customer_id": None, "group_id": "lantern"}, actor="anna")
    with pytest.raises(SolventError, match="names_nobody"):
        desk().propose(company, "limits", {**LIMIT, "group_id": "harbour"}, actor="anna")
    with pytest.raises(SolventError, match="column_unknown"):
        desk().enter(company, "events", {"customer": "lantern"}, actor="anna")
    with pytest.raises(SolventError, match=r"desk\.cell"):
        desk().enter(company, "events", {"happened_on": "yesterday"}, actor="anna")
    with pytest.raises(SolventError, match=r"desk\.cell"):
        desk().enter(company, "events", {"amount": "much"}, actor="anna")
    with pytest.raises(SolventError, match="not_entered"):
        desk().enter(company, "limits", LIMIT, actor="anna")
    with pytest.raises(SolventError, match="kind_unknown"):
        desk().enter(company, "reviews", {"kind": "moon", "done_on": DAY}, actor="anna")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_change_past_the_trail_is_seen(company: Any) -> None:
    from solvent_server.store.keeping import checks  # noqa: PLC0415
    from solvent_server.store.models import Proposal  # noqa: PLC0415

    asked = desk().propose(company, "limits", LIMIT, actor="anna")
    assert sound()
    Proposal.objects.filter(id=asked.id).update(row={**asked.row, "amount": 5_000_000})
    found = {outcome.name: outcome.subjects for outcome in checks.check_store() if outcome.breaches}
    assert found == {"store.desk": (f"proposal {asked.id}",)}
    Proposal.objects.filter(id=asked.id).delete()
    assert [one.name for one in checks.check_store() if one.breaches] == ["store.desk"]


def test_any_call_may_fail_and_an_approval_is_whole(place: Place, request: pytest.FixtureRequest) -> None:
    """The n-th call of the database fails: the limit counts and the proposal is approved, or neither."""
    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.models import Proposal  # noqa: PLC0415

    company = company_of("own")
    batches.record(company, frames(customers=[{"customer_id": "lantern"}]), kind="person", actor="test")
    step = 1 if request.config.getoption("--all") else 7
    failed, approved = 0, 0
    for at in range(1, 1000, step):
        asked = desk().propose(company, "limits", LIMIT, actor="anna")
        with failing(at) as counted:
            try:
                desk().approve(company, asked.id, actor="bai")
            except SolventError as error:
                assert error.problem.code == "store.database", error  # noqa: PT017
                failed += 1
            else:
                assert counted[0] < at
        state = Proposal.objects.get(id=asked.id).state
        approved += state == "approved"
        assert len(limits(company)) == approved
        if state == "approved":
            break
    assert failed >= 10 // step
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_decisions_hold_the_customers_they_are_about(company: Any) -> None:
    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.models import Batch  # noqa: PLC0415

    desk().give_authority(company, "anna", "CNY", 10**6, actor="cfo")
    done = desk().propose(company, "limits", LIMIT, actor="anna")
    first = Batch.objects.order_by("id").first()
    with pytest.raises(SolventError, match="built_on"):
        batches.undo(company, first.id, "test", "")
    batches.undo(company, done.batch_id, "test", "")
    batches.undo(company, first.id, "test", "")
    assert sound()
