"""Reviews: the calendar of what is to be gone through, and the line that somebody has done it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent.files.commands.credit.limit_names import REVIEW, REVIEW_WHY
from solvent_server.store.desk import decided
from solvent_server.web.customers.frames import table_of
from solvent_server.web.desk import asked as typed
from solvent_server.web.desk.tabs import tabs
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

WHEN = {"due": "due now", "week": "within a week", "month": "within a month", "later": "later"}
COLUMNS = (
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("kind", "Review", "code", choose=True, words=REVIEW, link="done", link_by="asks"),
    Column("when", "When", "code", choose=True, words=WHEN),
    Column("why", "Why", "code", choose=True, words=REVIEW_WHY),
    Column("due_on", "Due on", "day"),
    Column("overdue_days", "Days overdue", "count"),
    Column("last_on", "Last done", "day"),
)


@page("desk")
def reviews(look: Look) -> HttpResponse:
    """The calendar with its filters, and a form to say that a review was done."""
    assert look.kept is not None
    request = look.request
    if request.method == "POST":
        return _done(look)
    frame = table_of(look.kept, "reviews")
    table = None
    if frame is not None:
        frame = _dated(frame)
        lister = Lister(COLUMNS, "due_on", "", ("name", "customer_id"), _links(look))
        if wants_file(request):
            return exported(frame, lister, request, look.language, "reviews")
        table = listed(frame, lister, request, look.language)
    return look.render(
        "desk/reviews.html", here="desk", tabs=tabs(look, "desk_reviews"), table=table, kinds=REVIEW,
        chosen=request.GET.get("of", ""), of=request.GET.get("for", "")[:80], today=look.kept.as_of.isoformat(),
    )  # fmt: skip


def _dated(frame: pl.LazyFrame) -> pl.LazyFrame:
    late = pl.col("overdue_days")
    when = (
        pl.when(late >= 0)
        .then(pl.lit("due"))
        .when(late >= -7)
        .then(pl.lit("week"))
        .when(late >= -31)
        .then(pl.lit("month"))
        .otherwise(pl.lit("later"))
    )
    asks = pl.concat_str([pl.col("kind"), pl.col("customer_id").fill_null("")], separator=" ")
    return frame.with_columns(when.alias("when"), asks.alias("asks"))


def _links(look: Look) -> Any:
    """Addresses of the list: a customer, or the form filled with the review that the row asks for."""

    def to(name: str, key: str | None) -> str:
        if name != "done":
            return look.address(name, key) if key else ""
        kind, _, customer_id = str(key).partition(" ")
        return f"{look.address('desk_reviews')}?{urlencode({'of': kind, 'for': customer_id})}#done"

    return to


def _done(look: Look) -> HttpResponse:
    """A review was done: a row of the books, undone like any import."""
    if not look.may("propose"):
        raise Http404
    post, back = look.request.POST, look.address("desk_reviews")
    try:
        kind = post.get("kind", "")
        if kind not in REVIEW:
            raise SolventError("desk.choice", "", value=kind[:40])
        cells: dict[str, Any] = {"kind": kind, "done_on": typed.day(post.get("done_on", ""))}
        if cells["done_on"] is None:
            raise SolventError("desk.day", "", value="")
        cells["note"] = post.get("note", "").strip()[:2000] or None
        if post.get("customer", "").strip() or kind != "risk":
            cells["customer_id"], _ = typed.customer(look, post.get("customer", ""))
        decided.enter(look.company, "reviews", cells, actor=look.request.user.get_username())
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
        return redirect(f"{back}#done")
    messages.success(look.request, look.say("The review is put down. The calendar shows it with the next assessment."))
    return redirect(back)
