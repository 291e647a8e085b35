"""Views of imports: a file goes in, is shown as it was understood, and is loaded, discarded or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import Problem, SolventError
from solvent.files.guard.limits import GUARD
from solvent.intake.intake import Source
from solvent_server.store import batches, books
from solvent_server.store.errands import queue, readings
from solvent_server.store.models import Batch, Errand
from solvent_server.store.models.errands import ASSESS, DONE, FAILED, LOAD, READ, RUNNING, WAITING
from solvent_server.web.imports.layout import correctable
from solvent_server.web.imports.shown import called, correction_file, looked_at, names_of
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

KINDS = {
    "ledger": "a ledger",
    "bank": "bank statements",
    "einvoice": "e-invoices",
    "source": "records of another system",
    "nothing": "nothing that can be read",
    "match": "matches",
    "person": "entered by a person",
    "undo": "an import taken back",
}
STATES = {"staged": "waiting", "committed": "loaded", "undone": "undone"}
STEPS = {
    "reading": "The file is being read.",
    "loading": "The rows are being loaded.",
    "assessing": "The assessment is running.",
}
MOST_FILES = 20
SHOWN = 5_000
"""So many of the newest imports are listed."""


@page("import", assessed=False)
def imports(look: Look) -> HttpResponse:
    """Files can be dropped here; what came in so far."""
    if look.request.method == "POST":
        if look.request.POST.get("do") == "assess":
            queue.ask_assess(look.company, look.request.user.get_username())
            messages.info(look.request, look.say("The assessment was asked for."))
            return redirect(look.address("imports"))
        return _taken(look)
    frame = _imports_frame(look)
    lister = Lister(COLUMNS, "-batch", "", ("name",), look.address)
    if wants_file(look.request):
        return exported(frame.lazy(), lister, look.request, look.language, "imports")
    return look.render(
        "imports/imports.html",
        here="imports",
        table=listed(frame.lazy(), lister, look.request, look.language),
        files=_files_at_hand(look),
        accounts=sorted(books.known(look.company).accounts.items()),
        assessing=_assessing(look),
        most=MOST_FILES,
        megabytes=most_bytes() // 1_000_000,
    )


def _taken(look: Look) -> HttpResponse:
    """Hand the files to the queue; nobody looks into them here."""
    told: list[UploadedFile] = look.request.FILES.getlist("files")
    asked = {"account": look.request.POST.get("account", "")[:64], "currency": look.request.POST.get("currency", "")}
    if asked["currency"] and not (len(asked["currency"]) == 3 and asked["currency"].isalpha()):
        messages.error(look.request, look.say("A currency is three letters, like CNY."))
        return redirect(look.address("imports"))
    asked["currency"] = asked["currency"].upper()
    if not told or len(told) > MOST_FILES:
        said = look.say("Choose between one and {most} files.", most=MOST_FILES)
        messages.error(look.request, said)
        return redirect(look.address("imports"))
    errands = []
    for file in told:
        name = _name(file.name or "")
        if file.size is None or file.size > most_bytes():
            said = look.language.problem(
                Problem("sources.guard.too_large", name, {"megabytes": most_bytes() // 1_000_000})
            )
            messages.error(look.request, said)
            continue
        source = Source(name, file.read())
        errands.append(queue.ask_read(look.company, source, look.request.user.get_username(), **asked))
    if len(errands) == 1:
        return redirect(look.address("import_file", errands[0].id))
    return redirect(look.address("imports"))


def most_bytes() -> int:
    """How large a file may be: what this installation allows, and never more than the guard can hold."""
    return min(int(settings.SOLVENT_UPLOAD_BYTES), GUARD.file_bytes)


def _name(told: str) -> str:
    """The name of a file as it may be shown and kept: its last part, nothing that does not print, not too long."""
    bare = told.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in bare if letter.isprintable()).strip()
    return clean[-120:] or "file"


@page("import", assessed=False)
def file(look: Look, errand_id: int) -> HttpResponse:
    """How one file was understood, and what loading it would do."""
    errand = queue.one(look.company, errand_id)
    if errand is None or errand.what != READ:
        raise Http404
    if look.request.method == "POST":
        return _decided(look, errand)
    loading = None
    if errand.batch is not None:
        loading = Errand.objects.filter(company=look.company, what=LOAD, batch=errand.batch).order_by("-id").first()
    seen = looked_at(look.company, errand, look.language) if errand.state == DONE else None
    busy = errand.state in (WAITING, RUNNING) or (loading is not None and loading.state in (WAITING, RUNNING))
    running = loading if loading is not None else errand
    return look.render(
        "imports/file.html",
        here="imports",
        errand=errand,
        name=errand.asked.get("name", ""),
        seen=seen,
        correctable=seen is not None and correctable(errand),
        busy=busy,
        step=look.say(STEPS.get(running.told.get("step", ""), "It waits for its turn.")),
        kind=look.say(KINDS.get(errand.told.get("kind", ""), "nothing that can be read")),
        failure=_failure(look, loading) or _failure(look, errand),
        batch=errand.batch,
        day=_local_day,
        discarded=bool(errand.told.get("discarded")),
        assessing=_assessing(look) if errand.batch is not None and errand.batch.state == "committed" else None,
    )


def _decided(look: Look, errand: Errand) -> HttpResponse:
    """Load it, or put it aside."""
    actor = look.request.user.get_username()
    try:
        if look.request.POST.get("do") == "discard":
            queue.discard(look.company, errand.id)
            messages.info(look.request, look.say("{file} was not loaded.", file=errand.asked.get("name", "")))
            return redirect(look.address("imports"))
        if errand.batch_id is not None and not errand.told.get("discarded"):
            queue.ask_load(look.company, errand.batch_id, actor)
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("import_file", errand.id))


@page("import", assessed=False)
def rejected(look: Look, errand_id: int) -> HttpResponse:
    """Rows that were not taken, with the reason of each, to correct and give back."""
    errand = queue.one(look.company, errand_id)
    kept = readings.kept(errand_id) if errand is not None and errand.what == READ else None
    if kept is None:
        raise Http404
    sheet = look.request.GET.get("sheet", "")
    response = HttpResponse(
        "\ufeff" + correction_file(kept[0], sheet, look.language), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="corrections-{errand_id}.csv"'
    return response


@page("import", assessed=False)
def batch(look: Look, batch_id: int) -> HttpResponse:
    """One import: what it brought, who loaded it, and a way back."""
    found = Batch.objects.filter(company=look.company, id=batch_id).select_related("undoes").first()
    if found is None:
        raise Http404
    if look.request.method == "POST":
        return _undone(look, found)
    return look.render(
        "imports/batch.html",
        here="imports",
        batch=found,
        kind=look.say(KINDS.get(found.kind, found.kind)),
        state=look.say(STATES[found.state]),
        reason=called(look.language, found.reason),
        counts=[(names_of(look.language, name), count) for name, count in found.counts.items()],
        read=queue.reading_of(found),
        undone_by=Batch.objects.filter(undoes=found).first(),
        day=_local_day,
        may_undo=look.may("undo") and found.state == "committed" and found.kind != "undo",
        assessing=_assessing(look),
    )


def _undone(look: Look, found: Batch) -> HttpResponse:
    """Take it back, with the reason; refused where something was built on it."""
    if not look.may("undo"):
        raise Http404
    reason = look.request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(look.request, look.say("Say why, for the audit trail."))
        return redirect(look.address("import_batch", found.id))
    actor = look.request.user.get_username()
    try:
        batches.undo(look.company, found.id, actor, reason)
        queue.ask_assess(look.company, actor)
        said = look.say("Import {batch} no longer counts; the file can be imported again.", batch=found.id)
        messages.success(look.request, said)
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("import_batch", found.id))


def _files_at_hand(look: Look) -> Sequence[Mapping[str, object]]:
    """Files that are being read, or were and wait for somebody's decision."""
    rows = Errand.objects.filter(company=look.company, what=READ).select_related("batch").order_by("-id")[:200]
    told = []
    for one in rows:
        waits = one.state in (WAITING, RUNNING)
        open_ = one.state == DONE and one.batch is not None and one.batch.state == "staged"
        nothing = one.state == FAILED or (one.state == DONE and one.batch is None)
        if one.told.get("discarded") or not (waits or open_ or nothing):
            continue
        state = "is being read" if waits else "ready to look at" if open_ else "could not be read"
        told.append({"id": one.id, "name": one.asked.get("name", ""), "state": look.say(state), "busy": waits})
    return told[:MOST_FILES]


def _assessing(look: Look) -> Mapping[str, object] | None:
    """How far the assessment is that was asked for last; None where none was."""
    newest = queue.newest(look.company, ASSESS)
    if newest is None:
        return None
    busy = newest.state in (WAITING, RUNNING)
    if busy:
        said = look.say(STEPS["assessing"] if newest.state == RUNNING else "The assessment waits for its turn.")
    elif newest.state == FAILED:
        said = look.say("The assessment could not be made.") + " " + _failure(look, newest)
    else:
        until = datetime.fromisoformat(newest.told["as_of"])
        said = look.say("Assessed as of {day}; all pages show it.", day=look.language.day(until.date()))
    return {"busy": busy, "said": said, "failed": newest.state == FAILED}


def _failure(look: Look, errand: Errand | None) -> str:
    if errand is None or errand.state != FAILED:
        return ""
    told = errand.told
    return look.language.problem(Problem(told["code"], told["place"], told["facts"]))


def _imports_frame(look: Look) -> pl.DataFrame:
    rows = Batch.objects.filter(company=look.company).exclude(state="staged").order_by("-id")
    told = [
        {
            "batch": one.id, "name": one.name or called(look.language, one.reason), "kind": one.kind,
            "state": one.state, "on": one.committed_at.date() if one.committed_at else None, "by": one.actor,
            "rows": sum(int(count["new"]) + int(count["changed"]) for count in one.counts.values()),
        }
        for one in rows[:SHOWN]
    ]  # fmt: skip
    schema = {"batch": pl.Int64, "name": pl.String, "kind": pl.String, "state": pl.String, "on": pl.Date,
              "by": pl.String, "rows": pl.Int64}  # fmt: skip
    return pl.DataFrame(told, schema=schema)


def _local_day(moment: datetime | str) -> str:
    """A moment as minutes on the server's clock, for a trail: the same in both languages."""
    told = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return told.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


COLUMNS = (
    Column("batch", "Import", "count", link="import_batch", link_by="batch"),
    Column("name", "File"),
    Column("kind", "Kind", "code", choose=True, words=KINDS),
    Column("state", "State", "code", choose=True, words=STATES),
    Column("on", "Day", "day"),
    Column("by", "By", choose=True),
    Column("rows", "Rows", "count"),
)
