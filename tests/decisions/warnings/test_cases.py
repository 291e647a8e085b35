"""Cases from day to day: at, under and over each line, hysteresis, cool-down, people, and what may never happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import SolventError
from solvent.decisions.warnings.cases import CASES, HISTORY, Handling, advance, none_yet
from solvent.decisions.warnings.engine import FINDINGS, READINGS, Findings
from solvent.decisions.warnings.handling import acknowledged, assigned, closed, snoozed, to_tell, told
from solvent.decisions.warnings.troubles import TROUBLES, Outcomes
from thorough import cases

DAY = date(2026, 3, 2)
TERMS = Handling()
LINES = (10.0, 20.0, 30.0)
MARGIN = 0.1
Kept = tuple[pl.DataFrame, pl.DataFrame]


def tier_of(value: float, margin: float = 0.0) -> int:
    return sum(value > line * (1 - margin) for line in LINES)


def found(
    values: Mapping[str, float],
    day: date,
    *,
    rule: str = "late",
    off: Sequence[str] = (),
    silent: Sequence[str] = (),
) -> Findings:
    """Findings of one made-up rule with lines at 10, 20 and 30 and a margin of a tenth."""
    rows = [(rule, name, value, tier_of(value), tier_of(value, MARGIN)) for name, value in values.items()]
    readings = pl.DataFrame(rows, READINGS, orient="row").sort("rule", "subject")
    table = readings.filter(pl.col("tier") > 0).select(
        "rule",
        pl.lit("top").alias("layer"),
        pl.lit("customer").alias("about"),
        "subject",
        "tier",
        "value",
        (pl.col("tier") * 10.0).alias("line"),
        pl.lit("days").alias("unit"),
        pl.lit("collections").alias("owner"),
        pl.lit("{}").alias("facts"),
        pl.lit([], dtype=pl.List(pl.String)).alias("evidence"),
    )
    return Findings(day, pl.DataFrame(table, FINDINGS), readings, (rule,), tuple(off), tuple(silent), ())


def play(days: Sequence[tuple[int, float | None]], kept: Kept | None = None) -> Kept:
    """One customer's values, (day, value); None: it was not judged that day."""
    cases, history = kept or none_yet()
    for offset, value in days:
        day = DAY + timedelta(days=offset)
        cases, history = advance(cases, found({} if value is None else {"C1": value}, day), day, TERMS, history)
    return cases, history


def happened(kept: Kept) -> list[str]:
    return kept[1].sort("step").get_column("what").to_list()


def only(kept: Kept) -> dict[str, object]:
    assert kept[0].height == 1
    return kept[0].row(0, named=True)


def test_opened_with_everything_that_the_finding_says() -> None:
    kept = play([(0, 21.0)])
    case = only(kept)
    assert dict(kept[0].schema) == dict(CASES)
    assert dict(kept[1].schema) == dict(HISTORY)
    assert case["case_id"] == "late:C1:2026-03-02"
    assert (case["state"], case["tier"], case["worst_tier"], case["owner"]) == ("open", 2, 2, "collections")
    assert case["opened_on"] == case["raised_on"] == case["waiting_on"] == case["seen_on"] == DAY
    assert happened(kept) == ["opened"]


def test_raised_at_once() -> None:
    kept = play([(0, 11.0), (1, 31.0)])
    assert (only(kept)["tier"], only(kept)["raised_on"]) == (3, DAY + timedelta(days=1))
    assert happened(kept) == ["opened", "raised"]


@pytest.mark.parametrize(("value", "lowered"), [(18.0, True), (18.01, False), (19.9, False)])
def test_lowered_only_when_clear_by_the_margin(value: float, lowered: bool) -> None:
    """The line is 20 and its margin 2: at 18 it is clear, over 18 it is not."""
    kept = play([(0, 25.0), (1, value), (1 + TERMS.quiet_days, value)])
    assert only(kept)["tier"] == (1 if lowered else 2)
    assert ("lowered" in happened(kept)) == lowered


@pytest.mark.parametrize(("days", "lowered"), [(13, False), (14, True), (15, True)])
def test_lowered_only_when_clear_long_enough(days: int, lowered: bool) -> None:
    kept = play([(0, 25.0), (1, 12.0), (1 + days, 12.0)])
    assert only(kept)["tier"] == (1 if lowered else 2)


def test_a_relapse_starts_the_wait_anew() -> None:
    kept = play([(0, 25.0), (1, 12.0), (10, 19.0), (12, 12.0), (20, 12.0)])
    assert only(kept)["tier"] == 2
    assert only(play([(26, 12.0)], kept))["tier"] == 1


def test_lowered_to_the_worst_of_the_calm_days_and_never_under_yellow() -> None:
    kept = play([(0, 35.0), (1, 5.0), (8, 25.0), (15, 5.0)])
    assert only(kept)["tier"] == 2
    assert only(play([(29, 5.0)], kept))["tier"] == 1


@pytest.mark.parametrize(("days", "state"), [(29, "open"), (30, "closed"), (31, "closed")])
def test_closed_after_the_cool_down(days: int, state: str) -> None:
    kept = play([(0, 12.0), (1, 2.0), (1 + days, 2.0)])
    case = only(kept)
    assert case["state"] == state
    assert case["result"] == ("subsided" if state == "closed" else None)
    assert case["closed_by"] is None


@pytest.mark.parametrize(("days", "same"), [(1, True), (30, True), (31, False)])
def test_found_again_within_the_cool_down_it_is_the_same_case(days: int, same: bool) -> None:
    kept = play([(0, 12.0), (1, 2.0), (31, 2.0), (31 + days, 22.0)])
    assert kept[0].height == (1 if same else 2)
    live = kept[0].filter(pl.col("state") != "closed").row(0, named=True)
    assert (live["tier"], live["closed_on"], live["result"]) == (2, None, None)
    assert happened(kept)[-1] == ("reopened" if same else "opened")


def test_closed_by_a_person_it_comes_back_only_when_worse_or_after_a_pause() -> None:
    day = DAY + timedelta(days=1)
    kept = closed(play([(0, 12.0)]), ["late:C1:2026-03-02"], "collect_first", "paid", on=day, by="Li")
    case = only(kept)
    assert (case["state"], case["closed_by"], case["action"], case["result"]) == (
        "closed",
        "Li",
        "collect_first",
        "paid",
    )
    assert only(play([(1, 12.0), (5, 13.0)], kept))["state"] == "closed"
    assert only(play([(5, 21.0)], kept))["state"] == "open"
    assert only(play([(3, 2.0), (5, 13.0)], kept))["state"] == "open"
    assert play([(40, 13.0)], kept)[0].height == 2


@pytest.mark.parametrize(("value", "days", "escalated"), [(11.0, 13, 0), (11.0, 14, 1), (21.0, 5, 1), (31.0, 2, 1)])
def test_escalated_after_the_days_of_its_tier_once(value: float, days: int, escalated: int) -> None:
    kept = play([(0, value), (days, value), (days + 1, value) if escalated else (days, value)])
    assert happened(kept).count("escalated") == escalated
    who = {11.0: "credit", 21.0: "cfo", 31.0: "general_manager"}[value]
    assert only(kept)["escalated_to"] == (who if escalated else None)


def test_acknowledged_it_waits_for_nobody_until_it_grows_worse() -> None:
    kept = acknowledged(play([(0, 11.0)]), ["late:C1:2026-03-02"], on=DAY, by="Li")
    kept = play([(40, 11.0)], kept)
    assert (only(kept)["state"], only(kept)["escalated_on"]) == ("acknowledged", None)
    kept = play([(41, 22.0)], kept)
    assert (only(kept)["state"], only(kept)["acknowledged_by"]) == ("open", None)
    assert only(play([(46, 22.0)], kept))["escalated_to"] == "cfo"


def test_snoozed_until_its_day_and_broken_by_a_worse_tier() -> None:
    until = DAY + timedelta(days=20)
    kept = snoozed(play([(0, 21.0)]), ["late:C1:2026-03-02"], until, "goods on the way", on=DAY, by="Li")
    assert only(play([(20, 21.0)], kept))["state"] == "snoozed"
    assert "escalated" not in happened(play([(20, 21.0)], kept))
    over = play([(21, 21.0)], kept)
    assert (only(over)["state"], only(over)["snoozed_until"], happened(over)[-1]) == ("open", None, "woken")
    worse = play([(3, 31.0)], kept)
    assert (only(worse)["state"], happened(worse)[-2:]) == ("open", ["raised", "woken"])


def test_a_rule_that_could_not_say_anything_moves_nothing() -> None:
    cases, history = play([(0, 12.0)])
    day = DAY + timedelta(days=200)
    silent = Findings(day, pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=READINGS), (), (), ("late",), ())
    after, _ = advance(cases, silent, day, Handling(yellow_days=999), history)
    assert after.row(0, named=True) == {**cases.row(0, named=True), "advanced_on": day}


@pytest.mark.parametrize(("days", "result"), [(89, None), (90, "no_reading")])
def test_a_subject_that_is_no_longer_judged_closes_as_such(days: int, result: str | None) -> None:
    assert only(play([(0, 12.0), (days, None)]))["result"] == result


def test_a_rule_switched_off_closes_its_cases() -> None:
    cases, history = play([(0, 12.0)])
    after, _ = advance(cases, found({}, DAY, rule="other", off=["late"]), DAY, TERMS, history)
    assert after.row(0, named=True)["result"] == "switched_off"


def test_no_day_before_the_last() -> None:
    with pytest.raises(SolventError, match=r"warnings\.cases_ahead"):
        play([(5, 12.0), (4, 12.0)])


def test_people_are_refused_what_makes_no_sense() -> None:
    kept = play([(0, 12.0)])
    ids = ["late:C1:2026-03-02"]
    with pytest.raises(SolventError, match=r"warnings\.case_unknown"):
        acknowledged(kept, ["late:C2:2026-03-02"], on=DAY, by="Li")
    with pytest.raises(SolventError, match=r"warnings\.snooze_past"):
        snoozed(kept, ids, DAY, "x", on=DAY, by="Li")
    with pytest.raises(SolventError, match=r"warnings\.nothing_said"):
        snoozed(kept, ids, DAY + timedelta(days=1), " ", on=DAY, by="Li")
    with pytest.raises(SolventError, match=r"warnings\.action_unknown"):
        closed(kept, ids, "shout", "paid", on=DAY, by="Li")
    with pytest.raises(SolventError, match=r"warnings\.result_unknown"):
        closed(kept, ids, "none", "fine", on=DAY, by="Li")
    done = closed(kept, ids, "none", "false_alarm", on=DAY, by="Li")
    with pytest.raises(SolventError, match=r"warnings\.case_closed"):
        acknowledged(done, ids, on=DAY, by="Li")


def test_an_assigned_case_is_new_to_its_owner() -> None:
    kept = acknowledged(play([(0, 12.0)]), ["late:C1:2026-03-02"], on=DAY, by="Li")
    kept = assigned(kept, ["late:C1:2026-03-02"], "sales", on=DAY, by="Li")
    kept = play([(1, 13.0)], kept)
    assert (only(kept)["owner"], only(kept)["state"]) == ("sales", "open")


def test_only_news_is_told_and_only_once() -> None:
    kept = play([(0, 12.0)])
    assert to_tell(kept).get_column("news").to_list() == [["opened"]]
    kept = told(kept, ["late:C1:2026-03-02"], DAY, "collections")
    assert to_tell(kept).is_empty()
    assert to_tell(play([(1, 13.0)], kept)).is_empty()
    raised = play([(2, 22.0)], kept)
    assert to_tell(raised).get_column("news").to_list() == [["raised"]]
    asleep = snoozed(raised, ["late:C1:2026-03-02"], DAY + timedelta(days=9), "x", on=DAY + timedelta(days=2), by="Li")
    assert to_tell(asleep).is_empty()


def test_lead_and_avoided_loss() -> None:
    owes = pl.DataFrame(
        {"customer_id": ["C1"], "owes_amount": [1000]}, {"customer_id": pl.String, "owes_amount": pl.Int64}
    )
    none = Outcomes(owes, pl.DataFrame(schema=TROUBLES))
    later = DAY + timedelta(days=45)
    rows = [("C1", DAY - timedelta(days=300), "late", True, 7), ("C1", later, "late", False, 400)]
    came = Outcomes(owes, pl.DataFrame(rows, TROUBLES, orient="row"))
    cases, history = none_yet()
    cases, history = advance(cases, found({"C1": 12.0}, DAY), DAY, TERMS, history, outcomes=none)
    assert (cases.item(0, "owes_amount"), cases.item(0, "trouble_on")) == (1000, None)
    cases, history = advance(cases, found({"C1": 12.0}, later), later, TERMS, history, outcomes=came)
    assert cases.select("trouble_on", "lead_days", "avoided_amount").row(0) == (later, 45, 600)
    again = advance(cases, found({"C1": 12.0}, later), later, TERMS, history, outcomes=came)
    assert again[1].equals(history)
    assert history.get_column("what").to_list().count("trouble") == 1


VALUES = st.lists(
    st.tuples(st.integers(1, 40), st.dictionaries(st.sampled_from("ABC"), st.sampled_from(
        [0.0, 8.9, 9.0, 9.1, 10.0, 10.1, 17.0, 19.0, 20.1, 26.0, 30.0, 31.0]
    ))),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=cases(12, 100), deadline=None)
@given(VALUES, st.integers(0, 3))
def test_what_may_never_happen(days: list[tuple[int, dict[str, float]]], person: int) -> None:
    """Never two open cases of one rule and subject, the same day twice changes nothing, no number twice."""
    kept, day = none_yet(), DAY
    for step, values in days:
        day += timedelta(days=step)
        kept = advance(kept[0], found(values, day), day, TERMS, kept[1])
        again = advance(kept[0], found(values, day), day, TERMS, kept[1])
        assert again[0].equals(kept[0])
        assert again[1].equals(kept[1])
        live = kept[0].filter(pl.col("state") != "closed")
        assert not live.select("rule", "subject").is_duplicated().any()
        assert not kept[0].get_column("case_id").is_duplicated().any()
        assert kept[1].get_column("step").to_list() == list(range(1, kept[1].height + 1))
        for name, value in values.items():
            one = live.filter(pl.col("subject") == name)
            assert one.is_empty() or one.item(0, "tier") >= tier_of(value)
        ids = live.head(1).get_column("case_id").to_list()
        if person == 1:
            kept = acknowledged(kept, ids, on=day, by="Li")
        if person == 2:
            kept = snoozed(kept, ids, day + timedelta(days=7), "x", on=day, by="Li")
        if person == 3:
            kept = closed(kept, ids, "none", "accepted", on=day, by="Li")
        after = advance(kept[0], found(values, day), day, TERMS, kept[1])
        assert after[1].equals(kept[1])


@settings(max_examples=cases(8, 60), deadline=None)
@given(st.lists(st.sampled_from([18.1, 19.0, 20.0, 20.1, 21.0]), min_size=2, max_size=25))
def test_at_the_line_nothing_flaps(values: list[float]) -> None:
    """A value that wanders round its line within the margin opens, is raised at most once, and never lowered."""
    kept = play([(offset * 5, value) for offset, value in enumerate(values)])
    what = [name for name in happened(kept) if name != "escalated"]
    assert what in (["opened"], ["opened", "raised"])
