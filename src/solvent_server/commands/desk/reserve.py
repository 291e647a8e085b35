"""``solvent reserve`` and ``release``: hold so much of a customer's limit for an order, and let go of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.reserving import Reserving
from solvent.decisions.limits.states import Exposed
from solvent.files.asking import add_policy
from solvent.files.command import FOUND, OK, Command
from solvent.files.language import Language
from solvent.files.policy_file import read_policy
from solvent.files.screen import Screen, write_json
from solvent_server.commands.desk.asked import add_decision, add_list, amount, in_minor
from solvent_server.commands.opening import actor, company_of, open_store

if TYPE_CHECKING:
    from solvent_server.store.desk.reservations import Answer, Room, Seen
    from solvent_server.store.models import Company

_TRIES = 4
STATES = {
    "held": "held",
    "ordered": "held for an order that was taken",
    "released": "released",
    "expired": "ran out",
    "in_books": "the order is in the books",
}
_HEADS = ("reservation", "customer", "order", "amount", "held until (UTC)", "by", "state")


def _add(parser: ArgumentParser, language: Language) -> None:
    say = language.say
    parser.add_argument("customer", nargs="?", metavar="CUSTOMER", help=say("whose limit; without it all are listed"))
    parser.add_argument(
        "amount", nargs="?", type=amount, metavar="AMOUNT", help=say("how much, in the books' currency")
    )
    parser.add_argument("--order", metavar="ORDER", default="", help=say("for which order"))
    parser.add_argument("--key", help=say("names this request: asked again with it, nothing more is held"))
    parser.add_argument("--taken", type=int, metavar="RESERVATION", help=say("the order of --order was taken"))
    add_policy(parser, language)
    add_list(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    from solvent_server.store.desk import reservations  # noqa: PLC0415 (needs the store)

    if args.taken is not None:
        terms = read_policy(datetime.now(UTC).date(), args.policy, args.preset).terms(Reserving)
        row = reservations.to_order(company, args.taken, args.order, actor=actor(), terms=terms)
        told = "Reservation {number} stays held for order {order} until the books have it."
        screen.line(screen.language.say(told, number=row.id, order=row.order_id))
        return OK
    if args.customer is None:
        return _list(company, args, screen)
    if args.amount is None:
        raise SolventError("store.reserve.nothing", "", customer=args.customer)
    answer, currency = _reserve(company, args, screen)
    return _told(answer, currency, args, screen)


def _reserve(company: Company, args: Namespace, screen: Screen) -> tuple[Answer, str]:
    """Ask until the books stand still between looking and taking."""
    from solvent_server.store.desk import reservations  # noqa: PLC0415 (needs the store)

    key = args.key or uuid4().hex
    for last in [False] * (_TRIES - 1) + [True]:
        with screen.working("Reading the books"):
            rooms, seen, currency, policy = _rooms(company, args)
        try:
            answer = reservations.reserve(
                company, args.customer, in_minor(args.amount, currency), rooms, seen=seen, key=key, currency=currency,
                order_id=args.order, actor=actor(), terms=policy.terms(Reserving),
            )  # fmt: skip
        except SolventError as error:
            if last or error.problem.code != "store.reserve.moved":
                raise
            continue
        return answer, currency
    raise AssertionError  # the last try answers or raises


def _rooms(company: Company, args: Namespace) -> tuple[list[Room], Seen, str, Any]:
    """Every limit that counts for the customer today, with what is taken of it.

    Raises:
        SolventError: no limit counts, or what the customer owes cannot be told in one currency.
    """
    from solvent_server.store import books as kept  # noqa: PLC0415 (needs the store)
    from solvent_server.store.desk.reservations import Room, Seen  # noqa: PLC0415

    today = datetime.now(UTC).date()
    known_at = kept.last_commit(company)
    books = open_books(kept.ledger(company, known_at), today)
    policy = read_policy(today, args.policy, args.preset)
    told = exposures(books, terms=policy.terms(Exposed)).table
    mine = told.filter(pl.col("customer_id") == args.customer)
    if not mine.height or mine.item(0, "limit") is None:
        raise SolventError("store.reserve.no_limit", "", customer=args.customer)
    row = mine.row(0, named=True)
    rooms = [(args.customer, [args.customer], row["limit"], row["exposure"])]
    if row["limit_orders"] is not None:
        rooms.append((f"{args.customer} orders", [args.customer], row["limit_orders"], row["ordered"]))
    if row["group_limit"] is not None:
        members = told.filter(pl.col("group_id") == row["group_id"]).get_column("customer_id").to_list()
        rooms.append((row["group_id"], members, row["group_limit"], row["group_exposure"]))
    if any(exposure is None for *_, exposure in rooms):
        raise SolventError("store.reserve.no_rate", "", customer=args.customer)
    return [Room(*room) for room in rooms], Seen(known_at, today), books.currency, policy


def _told(answer: Answer, currency: str, args: Namespace, screen: Screen) -> int:
    language, row = screen.language, answer.reservation
    if args.json is not None:
        told = {
            "granted": answer.granted,
            "free_before": str(decimal(answer.free, currency)),
            "short_in": answer.short_in or None,
            "currency": currency,
            "reservation": row.id if row else None,
            "held_until": row.expires_at.isoformat() if row else None,
        }
        write_json(told, args.json)
    elif row is None:
        told_ = "Nothing is held: {name} has {currency} {free} left of its limit."
        free = language.money(answer.free, currency)
        screen.line(language.say(told_, name=answer.short_in, currency=currency, free=free))
    else:
        told_ = "Held as reservation {number} until {until} UTC. To let go of it: solvent release {number}"
        screen.line(language.say(told_, number=row.id, until=f"{row.expires_at:%Y-%m-%d %H:%M}"))
    return OK if answer.granted else FOUND


def _list(company: Company, args: Namespace, screen: Screen) -> int:
    from solvent_server.store.desk import reservations  # noqa: PLC0415 (needs the store)

    every = reservations.listed(company, datetime.now(UTC).date())
    if args.json is not None:
        rows = [
            {
                "reservation": row.id, "customer": row.customer_id, "order": row.order_id or None, "state": state,
                "currency": row.currency, "amount": str(decimal(row.amount, row.currency)), "asked_by": row.asked_by,
                "held_at": row.held_at.isoformat(), "held_until": row.expires_at.isoformat(),
            }
            for row, state in every
        ]  # fmt: skip
        write_json({"company": company.code, "reservations": rows}, args.json)
        return OK
    if not every:
        screen.line(screen.language.say("Nothing is held."))
        return OK
    language = screen.language
    table = [
        (
            str(row.id), row.customer_id, row.order_id or "-",
            f"{row.currency} {language.money(row.amount, row.currency)}", f"{row.expires_at:%Y-%m-%d %H:%M}",
            row.asked_by, language.say(STATES[state]),
        )
        for row, state in every
    ]  # fmt: skip
    screen.table(_HEADS, table, left=len(_HEADS))
    return OK


def _add_release(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("reservation", type=int, metavar="RESERVATION", help=language.say("number of the reservation"))
    add_decision(parser, language)


def _release(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store.desk import reservations  # noqa: PLC0415 (needs the store)

    row = reservations.release(company_of(args), args.reservation, actor=actor(), reason=args.reason)
    told = "Reservation {number} is released: {currency} {amount} of the limit is free again."
    money = screen.language.money(row.amount, row.currency)
    screen.line(screen.language.say(told, number=row.id, currency=row.currency, amount=money))
    return OK


COMMAND = Command("hold so much of a customer's limit for an order, before anybody else does", _add, _run)
RELEASE = Command("let go of what is held of a limit", _add_release, _release)
