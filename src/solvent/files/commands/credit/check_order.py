"""``solvent check-order``: may this order go out: yes, no or only with approval, why, and what would pass."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from solvent.assessment import look_ahead
from solvent.base.money import decimal, is_currency, minor
from solvent.base.problem import Fact, Problem, SolventError
from solvent.books.books import Basis
from solvent.credit.credit import credit
from solvent.decisions.limits.exposure import PARTS, exposures
from solvent.decisions.limits.order.cash import CashEffect, CashLook, cash_look
from solvent.decisions.limits.order.check import Verdict, check_order
from solvent.decisions.limits.order.look import look_of
from solvent.decisions.limits.order.rule import STAGES, Finding, Look, OrderAsked
from solvent.decisions.limits.states import Exposed
from solvent.decisions.liquidity.floor import Floor, lines
from solvent.files.asking import Asked, add_day, add_ledger, add_policy, ask, day
from solvent.files.command import FOUND, OK, Command
from solvent.files.commands.cash.asked import add_simulation, threads, with_paths
from solvent.files.commands.credit.order_names import COLOUR, EFFECT, EVENT, KIND, OUTCOME, PART, REGISTER, RULE
from solvent.files.language import Language
from solvent.files.load import held_asked
from solvent.files.screen import Screen, write_json
from solvent.measures.measures import measure
from solvent.measures.trade.behaviour import Behaviour, behaviour
from solvent.simulation.outflows.outflows import Fixed
from solvent.snapshot import Snapshot


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add = parser.add_argument
    add("--customer", required=True, metavar="ID", help=language.say("whose order it is"))
    add("--amount", required=True, type=_amount, help=language.say("value of the order, tax included: 45000"))
    add("--order-currency", metavar="ISO", help=language.say("currency of the order; by default that of the books"))
    add("--terms", type=int, metavar="DAYS", help=language.say("days from invoice to due date; by default as agreed"))
    deposit = language.say("paid before delivery: 10000 or 30%").replace("%", "%%")  # argparse fills in % marks
    add("--deposit", default="0", metavar="AMOUNT", help=deposit)
    add("--wanted-on", type=day, metavar="DAY", help=language.say("day of delivery (2026-11-30)"))
    add(
        "--stage", choices=STAGES, default="order", help=language.say("what is asked for: order, pick, ship or invoice")
    )
    add("--order", metavar="ID", help=language.say("number of the order where the ledger holds it already"))
    add("--without-cash", action="store_true", help=language.say("leave out what the order does to cash; much faster"))
    add(
        "--json",
        metavar="FILE",
        nargs="?",
        const="-",
        help=language.say("write it as {form} to this file, - for standard output").format(form="JSON"),
    )
    add_simulation(parser, language)


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("\uff0c", ""))
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r}: 45000.00") from None
    if not value.is_finite() or value <= 0:
        raise ArgumentTypeError(f"{text!r}: > 0")
    return value


def _deposit(text: str, amount: Decimal) -> Decimal:
    """10000, or 30% of the order.

    Raises:
        SolventError: it is neither, negative, or more than the order.
    """
    told = text.strip().replace("\uff05", "%").replace(",", "")
    try:
        value = amount * Decimal(told[:-1]) / 100 if told.endswith("%") else Decimal(told)
    except InvalidOperation:
        raise SolventError("orders.deposit", "--deposit", value=text) from None
    if not value.is_finite() or not 0 <= value <= amount:
        raise SolventError("orders.deposit", "--deposit", value=text)
    return value


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if asked.books.basis is Basis.MIXED:
        screen.problems(asked.books.problems)
    order = _order(args, asked)
    with screen.working("Computing"):
        look, notices = _look(args, asked, order)
    verdict = check_order(order, look, asked.policy)
    if args.json is not None:
        write_json(figures(verdict, look, notices), args.json)
    else:
        screen.problems(notices)
        _show(verdict, look, screen)
    return OK if verdict.outcome == "yes" else FOUND


def _order(args: Namespace, asked: Asked) -> OrderAsked:
    currency = (args.order_currency or asked.books.currency).upper()
    if args.order_currency is not None and not is_currency(currency):
        raise SolventError("orders.currency", "--order-currency", value=args.order_currency)
    return OrderAsked(
        customer_id=args.customer,
        amount=minor(args.amount, currency),
        currency=currency,
        terms_days=args.terms,
        deposit=minor(_deposit(args.deposit, args.amount), currency),
        wanted_on=args.wanted_on,
        stage=args.stage,
        order_id=args.order,
    )


def _look(args: Namespace, asked: Asked, order: OrderAsked) -> tuple[Look, list[Problem]]:
    books, policy = asked.books, asked.policy
    acts = behaviour(books, policy.terms(Behaviour))
    known = credit(books, acts, policy)
    held = held_asked(args.ledger, books.as_of)
    if held is not None and order.order_id is not None:  # what is held for this very order is this order
        held = held.filter(pl.col("order_id").ne_missing(order.order_id))
    exposed = exposures(books, held, terms=policy.terms(Exposed))
    notices = [problem for problem in exposed.problems if problem.code.endswith("_not_linked")]
    cash = None
    if not args.without_cash:
        cash, why = _cash(args, asked, order)
        notices += [why] if why is not None else []
    look = look_of(books, policy, order.customer_id, exposed, behaviour=acts, graded=known.grades, cash=cash)
    if not look.known:
        notices.append(Problem("orders.customer_unknown", "", {"customer": order.customer_id}))
    if order.order_id is not None and order.order_id not in look.orders:
        notices.append(Problem("orders.order_unknown", "", {"number": order.order_id}))
    return look, notices


def _cash(args: Namespace, asked: Asked, order: OrderAsked) -> tuple[CashLook | None, Problem | None]:
    """The paths of the ledger, or why the effect on cash cannot be told."""
    books, policy = asked.books, with_paths(asked.policy, args.paths)
    measures = measure(books, policy)
    known = Snapshot(books, policy, measures, credit=credit(books, measures.behaviour, policy))
    snapshot = look_ahead(known, seed=args.seed, workers=threads(args.workers))
    floor = lines(books, measures.monthly_spend, policy.terms(Floor), policy.terms(Fixed))
    found = cash_look(snapshot, order.customer_id, floor.line)
    return found, None if found is not None else Problem("orders.no_cash")


def figures(verdict: Verdict, look: Look, notices: list[Problem]) -> Mapping[str, Any]:
    """The verdict as it leaves us: money as decimal text in main units of the books' currency."""
    currency, asked, softer = look.currency, verdict.asked, verdict.softer

    def money(value: int | None, of: str = currency) -> str | None:
        return None if value is None else str(decimal(value, of))

    ways = None
    if softer is not None:
        ways = {
            "currency": asked.currency,
            "deposit": money(softer.deposit, asked.currency),
            "lot": money(softer.lot, asked.currency),
            "lots": softer.lots,
            "lot_amount": money(softer.lot_amount, asked.currency),
            "lot_days": softer.lot_days,
            "approval_deposit": money(softer.approval_deposit, asked.currency),
            "approval_lot": money(softer.approval_lot, asked.currency),
        }
    return {
        "schema": "solvent.check_order/1",
        "as_of": verdict.on.isoformat(),
        "currency": currency,
        "customer_id": asked.customer_id,
        "stage": asked.stage,
        "order": {
            "currency": asked.currency,
            "amount": money(asked.amount, asked.currency),
            "deposit": money(asked.deposit, asked.currency),
            "terms_days": asked.terms_days,
            "wanted_on": None if asked.wanted_on is None else asked.wanted_on.isoformat(),
            "order_id": asked.order_id,
        },
        "outcome": verdict.outcome,
        "reason": None if verdict.reason is None else _problem(verdict.reason),
        "exposure": {name: money(look.parts.get(name)) for name in PARTS},
        "before": money(verdict.before),
        "after": money(verdict.after),
        "limit": money(verdict.limit),
        "insured": money(verdict.insured),
        "watch": verdict.watch,
        "findings": [_finding(found, currency) for found in verdict.findings],
        "approval_id": None if verdict.approval is None else verdict.approval.approval_id,
        "softer": ways,
        "cash": None if verdict.cash is None else _effect(verdict.cash, currency),
        "notices": [_problem(problem) for problem in notices],
    }


def _problem(problem: Problem) -> Mapping[str, Any]:
    return {"code": problem.code, "facts": dict(problem.facts)}


def _finding(found: Finding, currency: str) -> Mapping[str, Any]:
    def cell(value: object) -> object:
        return str(decimal(value, currency)) if found.unit == "money" and isinstance(value, int) else value

    return {
        "rule": found.rule,
        "part": found.part,
        "passed": found.passed,
        "effect": found.effect,
        "unit": found.unit,
        "value": cell(found.value),
        "line": cell(found.line),
        "why": _problem(found.why),
    }


def _effect(effect: CashEffect, currency: str) -> Mapping[str, Any]:
    return {
        "chance_before": effect.before,
        "chance_after": effect.after,
        "week_end": effect.week_end.isoformat(),
        "week_before": effect.week_before,
        "week_after": effect.week_after,
        "gap_before": None if effect.gap_before is None else effect.gap_before.isoformat(),
        "gap_after": None if effect.gap_after is None else effect.gap_after.isoformat(),
        "paid_share": effect.paid_share,
        "lowest_change": str(decimal(effect.lowest_change, currency)),
        "weeks": [{**row, "week_end": row["week_end"].isoformat()} for row in effect.weeks.iter_rows(named=True)],
    }


_NAMES = {"event": EVENT, "state": REGISTER, "kind": KIND}


def told(problem: Problem, language: Language, currency: str) -> str:
    """A reason in words: amounts with their decimals, codes by their names."""
    facts: dict[str, Fact] = {}
    for name, value in problem.facts.items():
        facts[name] = value
        if name.endswith("_amount"):
            facts[name] = language.money(None if value is None else int(value), currency)
        elif name in _NAMES:
            facts[name] = language.say(_NAMES[name].get(str(value), str(value)))
    return language.problem(replace(problem, facts=facts))


def _show(verdict: Verdict, look: Look, screen: Screen) -> None:
    language, currency = screen.language, look.currency
    asked = verdict.asked
    screen.heading(
        language.say(
            "Order of {customer}: {amount} {currency}, {day}",
            customer=asked.customer_id,
            amount=language.money(asked.amount, asked.currency),
            currency=language.currency(asked.currency),
            day=language.day(verdict.on),
        )
    )
    screen.line(language.say(OUTCOME[verdict.outcome]), style=COLOUR[verdict.outcome])
    if verdict.reason is not None:
        screen.line(told(verdict.reason, language, currency))
    for found in verdict.findings:
        if not found.passed:
            screen.line("- " + told(found.why, language, currency))
    _show_exposure(verdict, look, screen)
    if verdict.findings:
        screen.table(
            ("rule", "result", "value", "line"), [_cells(f, language, currency) for f in verdict.findings], left=2
        )
    _show_ways(verdict, screen)
    _show_cash(verdict, screen, currency)


def _cells(found: Finding, language: Language, currency: str) -> tuple[str, str, str, str]:
    part = "event" if found.part.startswith("event:") else found.part
    result = "passed" if found.passed else found.effect

    def cell(value: float | str | None) -> str:
        if value is None:
            return "-"
        if found.unit == "money" and isinstance(value, int):
            return language.money(value, currency)
        if found.unit == "share" and isinstance(value, (int, float)):
            return language.share(float(value))
        if isinstance(value, str):
            return language.say(EVENT.get(value) or REGISTER.get(value) or value)
        return language.count(int(value))

    return language.say(RULE[f"{found.rule}.{part}"]), language.say(EFFECT[result]), cell(found.value), cell(found.line)


def _show_exposure(verdict: Verdict, look: Look, screen: Screen) -> None:
    language, currency = screen.language, look.currency
    rows = [
        (language.say(PART[name]), language.money(look.parts.get(name), currency))
        for name in PARTS
        if look.parts.get(name) != 0
    ]
    rows += [
        (language.say("exposure before"), language.money(verdict.before, currency)),
        (language.say("exposure with the order"), language.money(verdict.after, currency)),
        (language.say("limit"), language.money(verdict.limit, currency)),
        (language.say("of it insured"), language.money(verdict.insured, currency)),
    ]
    screen.table(("exposure", "amount"), rows)


def _show_ways(verdict: Verdict, screen: Screen) -> None:
    ways, asked, language = verdict.softer, verdict.asked, screen.language
    if ways is None:
        return
    screen.heading("What would pass")

    def money(value: int) -> str:
        return f"{language.money(value, asked.currency)} {language.currency(asked.currency)}"

    if ways.deposit >= asked.amount:
        screen.line("- " + language.say("the whole order paid before delivery"))
    else:
        screen.line("- " + language.say("a deposit of {amount} before delivery", amount=money(ways.deposit)))
    if ways.lot is not None:
        screen.line("- " + language.say("a smaller order, up to {amount}", amount=money(ways.lot)))
    if ways.lots is not None and ways.lot_amount is not None:
        text = "{count} lots of up to {amount}, each when the one before is paid, about every {days} days"
        screen.line("- " + language.say(text, count=ways.lots, amount=money(ways.lot_amount), days=ways.lot_days))
    if ways.approval_deposit is not None:
        text = "for approval: with a deposit of {amount}"
        screen.line("- " + language.say(text, amount=money(ways.approval_deposit)))
    if ways.approval_lot is not None:
        screen.line("- " + language.say("for approval: up to {amount}", amount=money(ways.approval_lot)))


def _show_cash(verdict: Verdict, screen: Screen, currency: str) -> None:
    effect, language = verdict.cash, screen.language
    if effect is None:
        return
    screen.heading("What it does to cash")
    text = "Chance of falling under the floor: {before} without the order, {after} with it."
    screen.line(language.say(text, before=language.share(effect.before), after=language.share(effect.after)))
    text = "Most in the week to {day}: {before} without, {after} with it; the lowest balance changes by {amount}."
    screen.line(
        language.say(
            text,
            day=language.day(effect.week_end),
            before=language.share(effect.week_before),
            after=language.share(effect.week_after),
            amount=language.money(effect.lowest_change, currency),
        )
    )
    text = "It is paid within the horizon with a chance of {share}."
    screen.line(language.say(text, share=language.share(effect.paid_share)))


COMMAND = Command("whether an order may go out, why, and what would pass", _add, _run)
