"""Views of the radar: the list of alarms, one alarm, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent.decisions.warnings.casebook import CLOSED
from solvent.decisions.warnings.handling import ACTIONS, RESULTS
from solvent.files.language import Language
from solvent.files.notify.words import ACTION, HAPPENED, OWNER, RESULT, STATE, figure, named, said, standing
from solvent.files.sentences.documents.names import NAMES
from solvent_server.store.keeping import cases
from solvent_server.web.alarms import acts
from solvent_server.web.alarms.gathered import LAYERS, TIERS, alarms, alive, one, says, summed, titles, who
from solvent_server.web.alarms.grouped import Group, grouped
from solvent_server.web.alarms.rows import evidence
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Cell, Column, Listed, Lister, exported, listed, wants_file

UNDO = "alarm_undo"
"""Under this name the session keeps what was done last."""
UNSHOWN = ("layer",)
"""Columns by which one chooses, and which the list does not show: the rule says as much."""
UNDO_SECONDS = 600
GROUPS = 15
"""Of those that alarms are about a page shows so many: each has all its findings with it."""
SNOOZED_DAYS = 14
"""A snooze is offered for so long."""


def _columns() -> Sequence[Column]:
    return (
        Column("tier", "Tier", "tier", choose=True, words={tier: tier for tier in TIERS}),
        Column("rule", "Rule", "code", link="alarm_rule", choose=True, words=titles()),
        Column("name", "About"),
        Column("case_id", "What was found", link="alarm"),
        Column("layer", "Layer", "code", choose=True, words=LAYERS),
        Column("opened_on", "Since", "day"),
        Column("owner", "For", "code", choose=True, words=OWNER),
        Column("state", "State", "code", choose=True, words=STATE),
    )


@page("see")
def open_alarms(look: Look) -> HttpResponse:
    """What is found and not closed."""
    return _list(look, closed=False)


@page("see")
def closed_alarms(look: Look) -> HttpResponse:
    """What is closed, with what came of it."""
    return _list(look, closed=True)


def _list(look: Look, *, closed: bool) -> HttpResponse:
    assert look.kept is not None
    live = alive(look)
    rows = alarms(look).filter(pl.col("state") == CLOSED) if closed else live
    told = summed(look)
    values = {"tier": tuple(reversed(TIERS)), **({} if closed else told.values)}
    lister = Lister(_columns(), "-rank", look.kept.currency, ("name", "subject", "rule"), look.address, values)
    if wants_file(look.request):
        return _exported(look, rows, lister)
    groups: Sequence[Group] = ()
    each = closed or look.request.GET.get("each") == "1"
    if each:
        table = _with_words(listed(rows.lazy(), lister, look.request, look.language), rows, look)
    else:
        table, groups = grouped(look, rows, replace(lister, size=GROUPS))
    return look.render(
        "alarms/list.html",
        here="alarms",
        table=table,
        groups=groups,
        each=each,
        closed=closed,
        counts=[(tier, told.counts.get(tier, 0)) for tier in reversed(TIERS)],
        waiting=told.unseen,
        played=rows.is_empty() or bool(rows.get_column("has_case").any()),
    )


def _with_words(table: Listed, rows: pl.DataFrame, look: Look) -> Listed:
    """The shown rows with their sentences, their states in words, and the way to each customer."""
    assert look.kept is not None
    place = {column.name: number for number, column in enumerate(_columns())}
    wanted = [cells[place["case_id"]].text for cells in table.rows]
    known = {row["case_id"]: row for row in rows.filter(pl.col("case_id").is_in(wanted)).iter_rows(named=True)}
    told = []
    for cells in table.rows:
        row = known[cells[place["case_id"]].text]
        made = list(cells)
        found = says(row, look.language, look.kept.currency) or row["case_id"]
        made[place["case_id"]] = replace(cells[place["case_id"]], text=found, mark="wrap wide")
        made[place["rule"]] = replace(cells[place["rule"]], mark="thin")
        made[place["name"]] = replace(_about(row, look), mark="thin")
        made[place["state"]] = Cell(standing(row, look.language), "thin")
        told.append([cell for name, cell in zip(place, made, strict=True) if name not in UNSHOWN])
    heads = [head for name, head in zip(place, table.heads, strict=True) if name not in UNSHOWN]
    return replace(table, heads=heads, rows=told)


def _about(row: Mapping[str, Any], look: Look) -> Cell:
    link = look.address("customer", row["subject"]) if row["about"] == "customer" else ""
    return Cell(who(row, look.language), "", link)


def _exported(look: Look, rows: pl.DataFrame, lister: Lister) -> HttpResponse:
    assert look.kept is not None
    currency = look.kept.currency
    found = [says(row, look.language, currency) for row in rows.iter_rows(named=True)]
    wide = [column for column in lister.columns if column.name != "case_id"]
    columns = (*wide, Column("found", "What was found"), Column("case_id", "Case"))
    whole = rows.with_columns(pl.Series("found", found, dtype=pl.String)).lazy()
    return exported(whole, replace(lister, columns=columns), look.request, look.language, "alarms")


@page("see")
def alarm(look: Look, case_id: str) -> HttpResponse:
    """One alarm: what was found, on what it rests, what was done, what can be done."""
    return _one(look, case_id)


def _one(look: Look, case_id: str, wrong: str = "", opened: str = "") -> HttpResponse:
    assert look.kept is not None
    language, currency = look.language, look.kept.currency
    every = alarms(look)
    row = one(every, case_id)
    if row is None:
        raise Http404
    live = alive(look).sort("rank", "name", descending=[True, False])
    order = live.get_column("case_id").to_list()
    after = order[order.index(case_id) + 1 :] if case_id in order else order
    same = live.filter((pl.col("about") == row["about"]) & (pl.col("subject") == row["subject"]))
    last = look.request.session.get(UNDO)
    mine = last is not None and (last["company"], last["case"]) == (look.company.code, case_id) and _lately(last)
    return look.render(
        "alarms/one.html",
        here="alarms",
        row=row,
        title=titles().get(row["rule"], row["rule"]),
        about=_about(row, look),
        found=says(row, language, currency),
        advice=says(row, language, currency, ".next"),
        value=_figure(row["value"], row["unit"], language),
        line=_figure(row["line"], row["unit"], language),
        state=standing(row, language),
        owner=named(OWNER, row["escalated_to"] or row["owner"], language),
        layer=LAYERS.get(row["layer"], row["layer"]),
        rows=evidence(row["evidence"] or [], look.company, look.kept, language, _to_customer(look)),
        history=_history(look, case_id),
        others=[_brief(other, look) for other in same.iter_rows(named=True) if other["case_id"] != case_id],
        following=look.address("alarm", after[0]) if after else "",
        closed=row["state"] == CLOSED,
        may=look.may("handle") and row["has_case"] and row["state"] != CLOSED,
        done=acts.DONE[last["what"]] if mine else "",
        wrong=wrong[:1].upper() + wrong[1:],
        opened=opened,
        typed=look.request.POST,
        until=(datetime.now(UTC).date() + timedelta(days=SNOOZED_DAYS)).isoformat(),
        tomorrow=(datetime.now(UTC).date() + timedelta(days=1)).isoformat(),
        owners=[(code, OWNER[code]) for code in OWNER if code != row["owner"]],
        actions=[(code, ACTION[code]) for code in ACTIONS],
        results=[(code, RESULT[code]) for code in RESULTS],
        currency=currency,
    )


def _figure(value: float | None, unit: str, language: Language) -> str:
    """A value or a line with its unit in words."""
    told = figure(value, unit, language)
    return told if value is None or unit == "share" else f"{told} {language.say(NAMES['unit'].get(unit, unit))}"


def _lately(told: Mapping[str, Any]) -> bool:
    """True while a person may still expect to be told what he has just done."""
    return bool(datetime.now(UTC).timestamp() - float(told["at"]) < UNDO_SECONDS)


def _to_customer(look: Look) -> Any:
    return lambda customer: look.address("customer", customer)


def _brief(row: Mapping[str, Any], look: Look) -> Mapping[str, str]:
    assert look.kept is not None
    return {
        "tier": row["tier"],
        "title": titles().get(row["rule"], row["rule"]),
        "found": says(row, look.language, look.kept.currency),
        "to": look.address("alarm", row["case_id"]),
    }


def _history(look: Look, case_id: str) -> Sequence[Mapping[str, str]]:
    """What happened to the case, the newest first."""
    language = look.language
    return [
        {
            "day": language.day(step["day_on"]),
            "what": HAPPENED.get(step["what"], step["what"]),
            "tier": TIERS[step["to_tier"] - 1] if step["to_tier"] else "",
            "by": step["by"] or "",
            "told": said(step["told"], language) if step["told"] else "",
        }
        for step in cases.steps(look.company, case_id).sort("step", descending=True).iter_rows(named=True)
    ]


@page("handle")
def act(look: Look, case_id: str) -> HttpResponse:
    """Something is done about an alarm."""
    assert look.kept is not None
    request = look.request
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    what = request.POST.get("what", "")
    if what not in acts.DONE or one(alarms(look), case_id) is None:
        raise Http404
    try:
        told = acts.do(look.company, case_id, what, request.POST.dict(), request.user.get_username())
    except SolventError as error:
        return _one(look, case_id, look.language.problem(error.problem), what)
    request.session[UNDO] = {**told, "at": datetime.now(UTC).timestamp()}
    return redirect("alarm", look.company.code, case_id)


@page("handle")
def undo(look: Look) -> HttpResponse:
    """The last thing that was done is taken back."""
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    told = look.request.session.pop(UNDO, None)
    if told is None or told["company"] != look.company.code:
        return redirect("alarms", look.company.code)
    try:
        acts.take_back(look.company, told, look.request.user.get_username())
    except SolventError as error:
        return _one(look, told["case"], look.language.problem(error.problem))
    return redirect("alarm", look.company.code, told["case"])
