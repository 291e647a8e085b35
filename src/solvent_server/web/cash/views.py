"""Views of cash: six pages under one heading, each of the newest assessment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

from solvent.documents.stress import difference_figures
from solvent_server.web.cash import charted, lab, outlook, shocks, watch
from solvent_server.web.cash.sheets import as_csv
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.page import Look, page

TABS = (
    ("cash", "Outlook"),
    ("cash_weeks", "13 weeks"),
    ("cash_what_if", "What-if lab"),
    ("cash_stress", "Stress"),
    ("cash_forecasts", "Forecasts checked"),
    ("cash_signs", "Signs and health"),
)
"""Name of each page and what it is called."""


def _told(look: Look) -> tuple[Mapping[str, Any], Mapping[str, Any], Told]:
    """The report, its part about cash, and how the reader is told it."""
    assert look.kept is not None
    report = look.kept.report
    return report, report["cash_outlook"], Told(look.language, look.kept.currency)


def _page(look: Look, name: str, **context: Any) -> HttpResponse:
    report, cash, told = _told(look)
    tabs = [(look.say(says), look.address(tab), tab == name) for tab, says in TABS]
    missing = _missing(report, told)
    template = f"cash/{name.removeprefix('cash_') if name != 'cash' else 'outlook'}.html"
    return look.render(template, here="cash", tabs=tabs, told=told, cash=cash, missing=missing, **context)


def _missing(report: Mapping[str, Any], told: Told) -> Sequence[tuple[str, str]]:
    """What the pages lack, and where to get it."""
    say, cash = told.language.say, report["cash_outlook"]
    lacks = []
    if not cash["accounts"]:
        lacks.append(
            (
                say("No balance is known of any account."),
                say("Import bank statements, or a table of balances with account, day and amount."),
            )
        )
    if cash["simulation"] is None:
        lacks.append(
            (
                say("There are no simulated paths, so nothing can be told of the weeks ahead."),
                say("Import open items and receipts; amounts of several currencies need rates (fx_rates) too."),
            )
        )
    if cash["lines"]["floor"]["value"] is None:
        lacks.append(
            (
                say("The floor is not known."),
                say("Import three months of bank lines with a category for pay, rent, utilities and interest."),
            )
        )
    return lacks


def _week(look: Look, end: str) -> str:
    """The address of what lies behind one week."""
    return look.address("cash_weeks") + "?" + urlencode({"week": end}) + "#week"


@page("see_cash")
def cash(look: Look) -> HttpResponse:
    """The outlook: accounts, the cash line, its lines, the gap and what makes it."""
    report, told_of, told = _told(look)
    title = look.say("Cash on all accounts, week by week, with its bands and lines")
    return _page(
        look,
        "cash",
        simulation=told_of["simulation"],
        accounts=outlook.accounts(told_of, told),
        total=told.money(report["cash"]),
        lines=outlook.lines(told_of, told),
        fan=outlook.drawn(told_of, told),
        line=charted.fan(told_of, told, "cash", title, lambda end: _week(look, end)),
        weeks=outlook.weeks(told_of, told),
        gap=outlook.gap(report, told),
        tail=outlook.tail(told_of, told),
        drivers=outlook.drivers(told_of, told),
        pools=outlook.pools(told_of, told),
        problems=[told.problem(problem) for problem in told_of["problems"]],
    )


@page("see_cash")
def cash_weeks(look: Look) -> HttpResponse:
    """Thirteen weeks by the direct method, and actual against forecast."""
    _, told_of, told = _told(look)
    if look.request.GET.get("format") == "csv":
        assert look.kept is not None
        heads, rows = outlook.table_rows(told_of, told)
        return as_csv(heads, rows, f"cash-13-weeks-{look.kept.as_of.isoformat()}")
    assert look.kept is not None
    week = look.request.GET.get("week", "")
    one = charted.week_sheet(told_of, told, week) if week else None
    then = None
    if one is not None and told_of["payment_model"]:
        then = charted.due_then(look.kept.frame("items"), told, week, lambda name: look.address("customer", name))
    return _page(
        look,
        "cash_weeks",
        flows=charted.flows(told_of, told, lambda end: _week(look, end)),
        against=charted.against(told_of, told),
        one=one,
        then=then,
        table=outlook.table(told_of, told),
        compared=outlook.compared(told_of, told),
        receipts=outlook.receipts(told_of, told),
        spending=outlook.spending(told_of, told),
        feasible=told_of["spending"],
    )


@page("see_cash")
def cash_what_if(look: Look) -> HttpResponse:
    """The lab: a question in the address, its answer before and after; to htmx only the answer, to a machine JSON."""
    report, _, told = _told(look)
    assert look.kept is not None
    run = look.kept.run
    if run is None:
        return _page(look, "cash_what_if", asked=None, answer=None)
    asked = lab.question(look.request.GET, told, look.kept.as_of)
    made = lab.answer(run, asked, report)
    if look.request.GET.get("format") == "json":
        return JsonResponse(difference_figures(made, told.currency))
    known = run.paths.opening is not None and run.facts.get("floor_minor") is not None
    fan, chart = lab.drawn(run, made, told)
    answer = {
        "asked": asked,
        "beside": lab.beside(made, told, known=known),
        "fan": fan,
        "chart": chart,
        "weeks": lab.weeks(made, told, known=known),
        "paths": look.language.count(run.paths.count),
    }
    if look.request.htmx:
        response = look.render("cash/answer.html", told=told, answer=answer)
    else:
        names = [(name, told.name("scenario", name)) for name in lab.scenarios()]
        debtors = _largest(look, list(run.world.customers)[: lab.MOST["fails"]])
        response = _page(
            look,
            "cash_what_if",
            asked=asked,
            answer=answer,
            scenarios=names,
            debtors=debtors,
            most=lab.MOST,
            first=run.paths.horizon.as_of.isoformat(),
            last=run.paths.horizon.ends[-1].isoformat(),
        )
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-cache"
    return response


def _largest(look: Look, ids: Sequence[str]) -> Sequence[str]:
    """What the largest debtors are called, the largest first."""
    names = _customers(look)
    return [names.get(one, one) for one in ids]


def _customers(look: Look) -> Mapping[str, str]:
    assert look.kept is not None
    return dict(look.kept.frame("customers").select("customer_id", "name").collect().iter_rows())


@page("see_cash")
def cash_stress(look: Look) -> HttpResponse:
    """The library, the smallest shocks that break the floor, and the crisis plan."""
    report, told_of, told = _told(look)
    assert look.kept is not None
    run, stressed = look.kept.run, report["stress"]
    customers = _customers(look)
    suppliers = {row["supplier_id"]: row["supplier_name"] for row in told_of["spending"]["bills"]
                 if row["supplier_name"]}  # fmt: skip
    plan = report["crisis_plan"]
    steps = {row["subject"] for row in plan["steps"]}
    pages = {one: look.address("customer", one) for one in steps if one in customers}
    crisis, more = shocks.crisis(plan, told, {**suppliers, **customers}, pages)
    return _page(
        look,
        "cash_stress",
        stressed=stressed,
        library=None if stressed is None else shocks.library(stressed, told, look.address("cash_what_if")),
        reverse=[] if run is None else shocks.reverse(report, run, told),
        plan=plan,
        needed=float(plan["need"] or 0),
        crisis=crisis,
        more=more,
    )


@page("see_cash")
def cash_forecasts(look: Look) -> HttpResponse:
    """How good the forecasts of the last month ends were."""
    _, told_of, told = _told(look)
    board = told_of["scoreboard"]
    if board is None or not board["items"]:
        return _page(look, "cash_forecasts", board=None)
    return _page(
        look,
        "cash_forecasts",
        board=board,
        model=told_of["payment_model"],
        forecasters=watch.forecasters(board, told),
        leads=watch.leads(board, told),
        chart_of_leads=charted.leads(board, told),
        months=watch.months(board, told),
        countdown=watch.countdown(board, told),
    )


@page("see_cash")
def cash_signs(look: Look) -> HttpResponse:
    """The five signs, the health check, the indicators."""
    _, told_of, told = _told(look)
    return _page(
        look,
        "cash_signs",
        signs=watch.signs(told_of, told),
        causes=watch.causes(told_of, told),
        health=watch.health(told_of, told),
        indicators=watch.indicators(told_of, told),
        movements=watch.movements(told_of, told),
    )
