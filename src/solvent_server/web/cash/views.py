"""Views of cash: six pages under one heading, each of the newest assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

from solvent.documents.stress import difference_figures
from solvent_server.web.alarms.rules import policy_of
from solvent_server.web.cash import actual, charted, lab, outlook, shocks, watch
from solvent_server.web.cash.sheets import Sheet, as_csv, asked_file, offered
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
    """The page, or that table of it whose name the address asks for as a file."""
    assert look.kept is not None
    file = asked_file(look.request, context, f"{name.replace('_', '-')}-{look.kept.as_of.isoformat()}")
    if file is not None:
        return file
    report, cash, told = _told(look)
    tabs = [(look.say(says), look.address(tab), tab == name) for tab, says in TABS]
    missing = _missing(report, told)
    template = f"cash/{name.removeprefix('cash_') if name != 'cash' else 'outlook'}.html"
    held = offered(look.request, context)
    return look.render(template, here="cash", tabs=tabs, told=told, cash=cash, missing=missing, **held)


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
    table, unit = outlook.table(told_of, told, lambda end: _week(look, end))
    why, why_rows = _why(look, told_of, told)
    moved = actual.bridge(told_of, told)
    return _page(
        look,
        "cash_weeks",
        flows=charted.flows(told_of, told, lambda end: _week(look, end)),
        against=charted.against(told_of, told),
        one=one,
        then=then,
        bills=None if one is None else charted.bills_then(told_of, told, week),
        table=table,
        unit=unit,
        compared=actual.compared(told_of, told, lambda what: _asked(look, what=what) + "#what"),
        compared_weeks=actual.compared_weeks(told_of, told, look.request.GET.get("what", "")),
        moved=moved,
        moved_parts=None if moved is None else moved.parts,
        receipts=actual.receipts(told_of, told, lambda end: _asked(look, actual=end) + "#why"),
        why=why,
        why_parts=None if why is None else why.table,
        why_rows=why_rows,
        spending=outlook.spending(told_of, told),
        feasible=told_of["spending"],
    )


def _asked(look: Look, **asked: str) -> str:
    return look.address("cash_weeks") + "?" + urlencode(asked)


def _why(look: Look, told_of: Mapping[str, Any], told: Told) -> tuple[actual.Reasons | None, Sheet | None]:
    """Why receipts were not as forecast, in the week that the address asks for or in all weeks; and a reason's rows."""
    assert look.kept is not None
    week = look.request.GET.get("actual", "")
    span = actual.span_of((told_of["scoreboard"] or {}).get("weeks", ()), week)
    rows = None if span is None else actual.parted(look.kept, span)
    if span is None or rows is None or rows.is_empty():
        return None, None

    def to(kind: str, key: str) -> str:
        if kind == "why":
            return _asked(look, actual=week, why=key) + "#why-rows"
        return look.address({"customer": "customer", "item": "invoice"}[kind], key)

    made = actual.reasons(rows, span, told, asked=look.request.GET.get("why", ""), names=_customers(look), to=to)
    return made, made.rows


@page("see_cash")
def cash_what_if(look: Look) -> HttpResponse:
    """The lab: a question in the address, its answer before and after; to htmx only the answer, to a machine JSON."""
    _, _, told = _told(look)
    assert look.kept is not None
    run, asked = look.kept.run, lab.question(look.request.GET, told, look.kept.as_of)
    made = look.kept.answer(lab.asked_of(asked))
    if run is None or made is None:
        return _page(look, "cash_what_if", asked=None, answer=None)
    if look.request.GET.get("format") == "json":
        return JsonResponse(difference_figures(made, told.currency))
    known = run.paths.opening is not None and run.facts.get("floor_minor") is not None
    fan, chart = lab.drawn(run, made, told)
    answer = {
        "asked": asked,
        "beside": lab.beside(made, told, known=known),
        "fan": fan,
        "chart": chart,
        "weeks": replace(lab.weeks(made, told, known=known), file="weeks", query=lab.address(asked)),
        "swapped": bool(look.request.htmx),
        "paths": look.language.count(run.paths.count),
        "question": lab.in_words(asked, told),
        "says": lab.glance(made, told, known=known),
    }
    if look.request.htmx:
        response = look.render("cash/answer.html", told=told, answer=answer)
        kept = lab.address(asked)
        response["HX-Replace-Url"] = look.address("cash_what_if") + (f"?{kept}" if kept else "")
    else:
        names = [(name, told.name("scenario", name)) for name in lab.scenarios()]
        debtors = _largest(look, list(run.world.customers)[: lab.MOST["fails"]])
        response = _page(
            look,
            "cash_what_if",
            asked=asked,
            answer=answer,
            weeks=answer["weeks"],
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
    run, stressed, to_lab = look.kept.run, report["stress"], look.address("cash_what_if")
    plan = report["crisis_plan"]
    crisis = shocks.crisis(plan, told, _of_step(look, told_of, told))
    made = None if stressed is None else shocks.library(stressed, told, to_lab, policy_of(look.kept))
    return _page(
        look,
        "cash_stress",
        stressed=stressed,
        together=None if made is None else made.together,
        alone=None if made is None else made.alone,
        still="" if made is None else made.still,
        reverse=[] if run is None else shocks.reverse(report, run, told, to_lab),
        plan=plan,
        needed=float(plan["need"] or 0),
        kinds=None if crisis is None else crisis.kinds,
        crisis=None if crisis is None else crisis.first,
        more=None if crisis is None else crisis.rest,
        whole=None if crisis is None else crisis.whole,
    )


def _of_step(
    look: Look, told_of: Mapping[str, Any], told: Told
) -> Callable[[str, str], tuple[str, str]]:  # fmt: skip
    """What the subject of a step of the crisis plan is called, and where its page is."""
    customers = _customers(look)
    suppliers = {row["supplier_id"]: row["supplier_name"] for row in told_of["spending"]["bills"]}

    def named(step: str, subject: str) -> tuple[str, str]:
        if step == "chase":
            return customers.get(subject, subject), look.address("customer", subject) if subject in customers else ""
        if step == "extend":
            return suppliers.get(subject) or subject, look.address("working_bills") + "?" + urlencode({"q": subject})
        if step == "assign":
            return told.name("pool", subject), look.address("receivable_items") + "?insured=true"
        page_of = {"cut": "cash_weeks", "defer_debt": "cash_weeks"}.get(step, "")
        return told.name("flow", subject), look.address(page_of) if page_of else ""

    return named


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
        verdict=watch.verdict(board, told),
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
        health=watch.health(told_of, told, look.address),
        indicators=watch.indicators(told_of, told),
        movements=watch.movements(told_of, told),
    )
