"""Cases in the store: what a day and what people do to them is kept whole, told in the trail, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction
from support import Place
from test_faults import company_of, failing, sound

from solvent.base.problem import SolventError
from solvent.decisions.warnings import handling
from solvent.decisions.warnings.casebook import CASES, HISTORY, Handling, none_yet
from solvent.decisions.warnings.cases import advance
from solvent.decisions.warnings.engine import FINDINGS, READINGS, Findings

DAY = date(2026, 3, 10)


def desk() -> Any:
    from solvent_server.store.keeping import cases  # noqa: PLC0415 (needs Django set up)

    return cases


def findings(day: date, **tiers: int) -> Findings:
    """What one rule says on a day: subject to tier; 0: read, and quiet."""
    rows = [
        {
            "rule": "order_jump", "layer": "base", "about": "customer", "subject": name, "tier": tier,
            "value": tier * 0.3, "line": 0.3, "unit": "share", "owner": "sales", "facts": '{"jump_share": 0.4}',
            "evidence": [f"orders:O{tier}", 'odd "one", a\\b'],
        }
        for name, tier in tiers.items() if tier
    ]  # fmt: skip
    read = [
        {"rule": "order_jump", "subject": name, "value": tier * 0.3, "tier": tier, "held": tier}
        for name, tier in tiers.items()
    ]
    table, readings = pl.DataFrame(rows, schema=dict(FINDINGS)), pl.DataFrame(read, schema=dict(READINGS))
    return Findings(day, table, readings, ["order_jump"], [], [], [])


def play(company: Any, day: date, **tiers: int) -> Any:
    terms, told = Handling(), findings(day, **tiers)
    return desk().change(
        company, lambda kept: advance(kept[0], told, day, terms, kept[1]), actor="solvent", action="cases.played"
    )


def act(company: Any, does: str, ids: list[str], *words: Any, on: date = DAY) -> Any:
    call = getattr(handling, does)
    return desk().change(
        company, lambda kept: call(kept, ids, *words, on=on, by="anna"), actor="anna", action=f"cases.{does}"
    )


def name_of(subject: str, day: date = DAY) -> str:
    return f"order_jump:{subject}:{day.isoformat()}"


def test_the_store_tells_what_frames_alone_would(place: Place) -> None:
    """Eighteen days and what people do between them: the same cases and history as in memory, read anew each time."""
    company = company_of("own")
    cases, history = none_yet()
    terms = Handling()
    for number in range(18):
        day = DAY + timedelta(days=number)
        told = findings(day, lantern=(3 if number < 9 else 0), quay=min(number, 2), reed=(1 if number > 10 else 0))
        cases, history = advance(cases, told, day, terms, history)
        kept = desk().change(
            company, lambda kept, told=told, day=day: advance(kept[0], told, day, terms, kept[1]), actor="solvent",
            action="cases.played",
        )  # fmt: skip
        if number == 3:
            cases, history = handling.snoozed(
                (cases, history), [name_of("lantern")], day + timedelta(9), "近况", on=day, by="anna"
            )
            kept = act(company, "snoozed", [name_of("lantern")], day + timedelta(9), "近况", on=day)
        if number == 15:
            ids = cases.filter(pl.col("subject") == "quay")["case_id"].to_list()
            cases, history = handling.closed(
                (cases, history), ids, "collect_first", "paid", on=day, by="anna", avoided_amount=7
            )
            desk().change(
                company, lambda kept, ids=ids, day=day: handling.closed(
                    kept, ids, "collect_first", "paid", on=day, by="anna", avoided_amount=7
                ),
                actor="anna", action="cases.closed",
            )  # fmt: skip
            kept = desk().kept(company)
        for mine, theirs in zip((cases, history), desk().kept(company)):
            assert mine.sort(mine.columns[0]).equals(theirs.sort(theirs.columns[0]), null_equal=True), number
        assert kept[0].sort("case_id").equals(desk().kept(company)[0], null_equal=True)
    assert {"opened", "raised", "snoozed", "woken", "closed"} <= set(history["what"])
    assert sound()


def test_every_column_is_kept(place: Place) -> None:
    """The tables have the columns that the frames have, and any cell comes back."""
    from solvent_server.store.models import Case, CaseStep  # noqa: PLC0415

    for model, schema in ((Case, CASES), (CaseStep, HISTORY)):
        assert [field.name for field in model._meta.fields if field.name not in ("id", "company")] == list(schema)
    company = company_of("own")
    cells: dict[Any, Any] = {
        pl.String: 'a\n"\\x 信用', pl.Int64: -(2**62), pl.Float64: 0.1 + 0.2, pl.Date: date(1, 1, 1),
        pl.List(pl.String): ["", '"', "二"],
    }  # fmt: skip
    row = {name: cells[dtype] for name, dtype in CASES.items()}
    empty = {**dict.fromkeys(CASES), "case_id": "empty", "evidence": []}
    frame = pl.DataFrame([row, empty], schema=dict(CASES))
    step = pl.DataFrame([{**{name: cells[dtype] for name, dtype in HISTORY.items()}, "step": 1}], schema=dict(HISTORY))
    desk().change(company, lambda _: (frame, step), actor="t", action="cases.played")
    back, steps = desk().kept(company)
    assert back.equals(frame.sort("case_id"), null_equal=True)
    assert steps.equals(step)
    odd = pl.DataFrame([{**row, "value": float("nan"), "facts": "\0"}], schema=dict(CASES))
    desk().change(company, lambda kept: (pl.concat([odd, kept[0][1:]]), kept[1]), actor="t", action="cases.played")
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_nothing_new_writes_nothing(place: Place) -> None:
    from solvent_server.store.models import AuditLine, Case  # noqa: PLC0415

    company = company_of("own")
    play(company, DAY, lantern=2, quay=1)
    lines, ids = AuditLine.objects.count(), set(Case.objects.values_list("id", flat=True))
    play(company, DAY, lantern=2, quay=1)
    assert AuditLine.objects.count() == lines
    act(company, "acknowledged", [name_of("quay")])
    assert AuditLine.objects.count() == lines + 1
    assert len(ids & set(Case.objects.values_list("id", flat=True))) == 1, "only the one that changed is written"
    act(company, "acknowledged", [name_of("quay")])
    assert AuditLine.objects.count() == lines + 1


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_refused_changes_nothing(place: Place) -> None:
    company = company_of("own")
    play(company, DAY, lantern=2)
    before = desk().kept(company)
    for does, words, code in (
        ("snoozed", (DAY, "why"), "snooze_past"), ("snoozed", (DAY + timedelta(1), " "), "nothing_said"),
        ("closed", ("none", "magic"), "result_unknown"), ("closed", ("", "paid"), "action_unknown"),
    ):  # fmt: skip
        with pytest.raises(SolventError, match=code):
            act(company, does, [name_of("lantern")], *words)
    with pytest.raises(SolventError, match="case_unknown"):
        act(company, "acknowledged", ["nobody"])
    with pytest.raises(SolventError, match="cases_ahead"):
        play(company, DAY - timedelta(1), lantern=2)
    assert all(one.equals(two) for one, two in zip(before, desk().kept(company)))
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_companies_do_not_see_each_other(place: Place) -> None:
    one, two = company_of("one"), company_of("two")
    play(one, DAY, lantern=2)
    play(two, DAY, lantern=1, quay=1)
    play(one, DAY + timedelta(1), lantern=3)
    assert [desk().kept(company)[0].height for company in (one, two)] == [1, 2]
    assert desk().kept(two)[0]["tier"].to_list() == [1, 1]
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_change_past_the_trail_is_seen(place: Place) -> None:
    from solvent_server.store.keeping import checks  # noqa: PLC0415
    from solvent_server.store.models import Case, CaseStep  # noqa: PLC0415

    company = company_of("own")
    play(company, DAY, lantern=2)
    play(company, DAY + timedelta(1), lantern=3)
    assert sound()
    for undoing, change in (({"tier": 3}, {"tier": 1}), ({"owner": "sales"}, {"owner": "x"})):
        Case.objects.update(**change)
        assert [one.name for one in checks.check_store() if one.breaches] == ["store.cases"]
        Case.objects.update(**undoing)
        assert sound()
    for does in (lambda: CaseStep.objects.update(by="me"), lambda: CaseStep.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            does()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER store_casestep_no_delete")
        CaseStep.objects.filter(step=2).delete()
    assert {one.name for one in checks.check_store() if one.breaches} == {"store.cases", "store.guards"}


def test_any_call_may_fail_and_a_day_is_whole(place: Place, request: pytest.FixtureRequest) -> None:
    company = company_of("own")
    play(company, DAY, lantern=1, quay=2)
    before = desk().kept(company)
    step = 1 if request.config.getoption("--all") else 2
    for at in range(1, 100, step):
        with failing(at) as counted:
            try:
                play(company, DAY + timedelta(1), lantern=3, reed=1)
            except SolventError as error:
                assert error.problem.code == "store.database", error  # noqa: PT017
                done = False
            else:
                done = counted[0] < at
        if done:
            break
        assert all(one.equals(two) for one, two in zip(before, desk().kept(company))), at
    assert at > 6
    assert desk().kept(company)[0].height == 3
    assert sound()
