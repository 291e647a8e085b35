"""Views of the matching desk: money that came in left, what it may pay right, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store.errands import queue, sudden
from solvent_server.store.models import Batch
from solvent_server.store.models.errands import ASSESS, RUNNING, WAITING
from solvent_server.web.desk.asked import in_minor, number
from solvent_server.web.matching import acts, shown
from solvent_server.web.matching.laid import Laid, at_hand, laid
from solvent_server.web.matching.words import CODES, DECISIONS, KINDS, OTHERS, RECORDED, SIGNS
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

WHAT = ("place", "recorded", "all")
"""Which money is listed: what has to be placed; what is in the ledger and only lacks its bank line; both."""
COLUMNS = (
    Column("day_on", "Day", "day"),
    Column("payer", "Payer"),
    Column("amount", "Amount", "money"),
    Column("currency", "Currency", choose=True),
    Column("decision", "Match", "code", choose=True, words=DECISIONS),
    Column("score", "Score", "share"),
    Column("name", "Customer"),
    Column("kind", "Kind", "code", choose=True, words=KINDS),
    Column("reference", "Reference"),
    Column("source_id", "Number"),
)
KEPT = ("what", "q", "currency", "decision", "kind", "sort", "page", "size")
"""What of the address stays when money is placed and the next is shown."""
LATELY = 6
FIRST = "desk_last"
"""Under this name the session keeps what its person did last, for the key that takes it back."""


def posted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An act. Where something was wrong the desk stood under its address: who asks for that again gets the desk."""

    @wraps(view)
    def settled(look: Look) -> HttpResponse:
        if look.request.method != "POST":
            return redirect(_address(look, line=look.request.GET.get("line", "")))
        return view(look)

    return settled


@page("match", assessed=False)
def matching(look: Look) -> HttpResponse:
    """The desk."""
    if look.request.GET.get("wait") is None and not at_hand(look.company):
        return look.render("matching/reading.html", here="matching", to=_address(look, wait="1"))
    return _desk(look)


def _desk(look: Look, wrong: str = "", typed: Mapping[str, str] | None = None) -> HttpResponse:
    try:
        desk = laid(look.company)
    except SolventError as error:
        said = look.language.problem(error.problem)
        return look.render("matching/empty.html", here="matching", said=said, status=200)
    asked = look.request.GET if look.request.method == "GET" else look.request.POST
    money = desk.money.rename({"source": "kind"}).with_columns(pl.coalesce("payer", "name").alias("payer"))
    recorded = pl.col("reason").is_in(RECORDED).fill_null(value=False)
    what = asked.get("what", "place")
    what = what if what in WHAT else "place"
    rows = money.filter(recorded) if what == "recorded" else money.filter(~recorded) if what == "place" else money
    lister = Lister(COLUMNS, "-score", "", ("payer", "name", "reference", "source_id"), None)
    if wants_file(look.request):
        return exported(rows.lazy(), lister, look.request, look.language, "matching")
    table = listed(rows.lazy(), lister, look.request, look.language)
    ids = [cells[-1].text for cells in table.rows]
    line = asked.get("line", "")
    if desk.row(line) is None:
        line = ids[0] if ids else ""
    listed_ = money.filter(pl.col("source_id").is_in(ids)).select("source_id", "decision")
    signs = {one: SIGNS[decision] for one, decision in listed_.iter_rows()}
    counts = {"place": money.filter(~recorded).height, "recorded": money.filter(recorded).height}
    return look.render(
        "matching/desk.html",
        here="matching",
        table=table,
        ids=ids,
        line=line,
        to={one: _address(look, line=one) for one in ids},
        panel=shown.panel(look, desk, line, asked) if line else None,
        following=_following(ids, line),
        what=what,
        whats=[("place", "To place", counts["place"]), ("recorded", "In the ledger already", counts["recorded"]),
               ("all", "All", money.height)],
        sure=_sure(desk, what),
        lately=_lately(look),
        last=look.request.session.get(FIRST) if _mine(look) else None,
        news=_news(look),
        signs=signs,
        here_at=look.address("matching"),
        kept=[(name, asked[name]) for name in KEPT if asked.get(name)],
        codes=CODES,
        others=OTHERS,
        wrong=wrong,
        typed=_by_item(typed or {}),
        address=lambda **more: _address(look, **more),
    )  # fmt: skip


def _by_item(typed: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What was typed beside each invoice, by its number."""
    places = [name.partition(".")[2] for name in typed if name.startswith("item.")]
    fields = ("amount", "closed", "code")
    return {typed[f"item.{one}"]: {name: typed.get(f"{name}.{one}", "") for name in fields} for one in places}


def _following(ids: Sequence[str], line: str) -> str:
    """What is shown when this one is placed: the next of the list, of the last the one before."""
    place_ = ids.index(line) if line in ids else -1
    rest = [*ids[place_ + 1 :], *reversed(ids[: max(place_, 0)])]
    return rest[0] if rest else ""


def _sure(desk: Laid, what: str) -> int:
    recorded = pl.col("reason").is_in(RECORDED)
    rows = desk.money.filter(pl.col("decision") == "automatic")
    return rows.height if what == "all" else rows.filter(recorded if what == "recorded" else ~recorded).height


def _address(look: Look, **more: str) -> str:
    """The desk as it is asked for, with some of it changed; an empty one is left out."""
    asked = look.request.GET if look.request.method == "GET" else look.request.POST
    told = {name: asked.get(name, "") for name in KEPT} | more
    kept = {name: value for name, value in told.items() if value}
    return look.address("matching") + ("?" + urlencode(kept) if kept else "")


def _lately(look: Look) -> Sequence[Mapping[str, Any]]:
    """What was done at the desk last, by anybody."""
    found = Batch.objects.filter(company=look.company, kind__in=("match", "person"), state="committed")
    rows = [one for one in found.order_by("-committed_at")[: LATELY * 4] if acts.of_this_desk(one)][:LATELY]
    names = shown.told_of(look, rows)
    return [
        {"number": one.id, "by": one.actor, "at": one.committed_at, "what": shown.act(look, one, names)} for one in rows
    ]


def _news(look: Look) -> Mapping[str, Any]:
    """How many acts the newest assessment knows nothing of, and whether the next one is on its way."""
    if look.kept is None:
        return {"count": 0, "asked": False}
    since = datetime.fromisoformat(look.kept.sheet["made_at"])
    acts_ = Batch.objects.filter(company=look.company, kind__in=("match", "person", "undo"), committed_at__gt=since)
    last = queue.newest(look.company, ASSESS)
    return {"count": acts_.count(), "asked": last is not None and last.state in (WAITING, RUNNING)}


def _mine(look: Look) -> bool:
    told = look.request.session.get(FIRST)
    return bool(told) and told["company"] == look.company.code


def _done(look: Look, batch: int | None, text: str) -> HttpResponse:
    """Back to the desk, at the next of the list, and what was done is told."""
    if batch is not None:
        look.request.session[FIRST] = {"company": look.company.code, "batch": batch}
        sudden.ask_after(look.company, batch, look.request.user.get_username(), small=False)
    messages.success(look.request, text)
    return redirect(_address(look, line=look.request.POST.get("following", "")))


def _wrong(look: Look, error: SolventError) -> HttpResponse:
    """The desk as it is now, with what was typed, and what was wrong with it."""
    said = look.language.problem(error.problem)
    return _desk(look, said[:1].upper() + said[1:], look.request.POST.dict())


def _called(look: Look, line: str) -> str:
    row = laid(look.company).row(line)
    return line if row is None else shown.called(look, row)


@page("match", assessed=False)
@posted
def accept(look: Look) -> HttpResponse:
    """What the matcher proposes for one sum of money is right."""
    line = look.request.POST.get("line", "")
    try:
        mark = look.request.POST.get("mark", "")
        name = _called(look, line)
        done = acts.accept(look.company, line, look.request.user.get_username(), mark)
    except SolventError as error:
        return _wrong(look, error)
    return _done(look, done.batch, look.say("{number} is placed.", number=name))


@page("match", assessed=False)
@posted
def sure(look: Look) -> HttpResponse:
    """Everything that is sure, of what is listed."""
    what = look.request.POST.get("what", "place")
    try:
        done, many = acts.accept_sure(look.company, look.request.user.get_username(), what=what)
    except SolventError as error:
        return _wrong(look, error)
    text = look.say("{count} sums of money are placed.", count=look.language.count(many))
    return _done(look, done.batch if done else None, text)


@page("match", assessed=False)
@posted
def place(look: Look) -> HttpResponse:
    """Money placed by hand: on these invoices, the rest on the customer's account."""
    posted_, line = look.request.POST, look.request.POST.get("line", "")
    try:
        desk = laid(look.company)
        row = desk.row(line)
        if row is None:
            raise SolventError("matching.placed_already", "", number=line)
        paid = [] if posted_.get("do") == "account" else _paid(posted_, row["currency"])
        if not paid and posted_.get("do") != "account":
            raise SolventError("matching.nothing_entered")
        name = shown.called(look, row)
        done = acts.place(look.company, line, posted_.get("customer", ""), paid, look.request.user.get_username())
    except SolventError as error:
        return _wrong(look, error)
    return _done(look, done.batch, look.say("{number} is placed.", number=name))


def _paid(asked: Mapping[str, str], currency: str) -> list[acts.Paid]:
    """What was typed beside each invoice."""
    paid = []
    for place_ in range(1, shown.ITEMS + 1):
        item = asked.get(f"item.{place_}", "")
        amount, closed = asked.get(f"amount.{place_}", "").strip(), asked.get(f"closed.{place_}", "").strip()
        if not item or not (amount or closed):
            continue
        money, rest = (in_minor(number(text), currency) if text else 0 for text in (amount, closed))
        paid.append(acts.Paid(item, money, rest, asked.get(f"code.{place_}", "") if rest else ""))
    return paid


@page("match", assessed=False)
@posted
def other(look: Look) -> HttpResponse:
    """Money that is no customer's."""
    asked, line = look.request.POST, look.request.POST.get("line", "")
    try:
        reason = asked.get("reason", "").strip()
        if not reason:
            raise SolventError("desk.reason")
        name, who = _called(look, line), look.request.user.get_username()
        done = acts.put_aside(look.company, line, asked.get("category", ""), reason, who)
    except SolventError as error:
        return _wrong(look, error)
    return _done(look, done.batch, look.say("{number} is no customer's money any more.", number=name))


@page("match", assessed=False)
@posted
def undo(look: Look) -> HttpResponse:
    """One act of the desk is taken back."""
    told = look.request.POST.get("batch", "")
    who = look.request.user.get_username()
    try:
        done = acts.undo(look.company, int(told) if told.isdecimal() else 0, who)
    except SolventError as error:
        return _wrong(look, error)
    sudden.ask_after(look.company, done.batch, who, small=False)
    if _mine(look):
        look.request.session.pop(FIRST)
    messages.success(look.request, look.say("Taken back: it lies on the desk again."))
    return redirect(_address(look, line=look.request.POST.get("line", "")))


@page("match", assessed=False)
@posted
def assess(look: Look) -> HttpResponse:
    """What was placed is to be seen in every figure."""
    queue.ask_assess(look.company, look.request.user.get_username())
    messages.success(look.request, look.say("The assessment was asked for."))
    return redirect(_address(look, line=look.request.POST.get("line", "")))


@page("match", assessed=False)
def candidates(look: Look) -> HttpResponse:
    """Customers and items that a word finds: by number, name or amount."""
    try:
        desk = laid(look.company)
    except SolventError:
        return look.render("matching/found.html", here="matching", found=None, line="", address=None)
    asked = look.request.GET
    return look.render(
        "matching/found.html", here="matching", line=asked.get("line", ""),
        found=shown.found(look, desk, asked.get("line", ""), asked.get("find", "")),
        address=lambda **more: _address(look, **more),
    )  # fmt: skip
