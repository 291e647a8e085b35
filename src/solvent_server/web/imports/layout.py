"""Layout: the first rows of a file, beside them what each column means; what is said here is how it is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import Problem, SolventError
from solvent.books.books import TABLES
from solvent.files.guard.find import glance_guarded
from solvent.files.language import Language
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.layout.words import meanings
from solvent.intake.intake import Reading, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.guess import Glance, columns_at, fitting, suggested
from solvent_server.store import books
from solvent_server.store.errands import queue, readings
from solvent_server.store.keeping import originals
from solvent_server.store.models import Errand
from solvent_server.store.models.errands import DONE, READ
from solvent_server.web.imports.corrected import (
    BANK,
    BANK_MEANS,
    MARKS,
    ORDERS,
    ROLES,
    TABLES_BY_HAND,
    UNITS,
    Told,
    fields_of,
    format_of,
    needs,
)  # fmt: skip
from solvent_server.web.imports.shown import meaning, names_of
from solvent_server.web.parts.page import Look, page

ROWS = 20
"""So many rows are shown under the header, and so many above it at most."""
KEPT_SECONDS = 3_600
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    """A column of the form: what it is called, what it is taken for, and whether that was only guessed."""

    name: str
    field: str
    guessed: bool


@dataclass(frozen=True)
class Line:
    """A row of the file: its number there, whether it is the header, whether the header ends above it, its cells."""

    number: int
    header: bool
    above: bool
    cells: Sequence[str]


@page("import", assessed=False)
def layout(look: Look, errand_id: int) -> HttpResponse:
    """What a sheet of a file is, which of its rows is the header, what each column means: to be said by hand."""
    errand = queue.one(look.company, errand_id)
    if errand is None or not correctable(errand):
        raise Http404
    found = glances_of(errand)
    asked = look.request.POST if look.request.method == "POST" else look.request.GET
    sheet = next((one for one in found if one.place == asked.get("sheet", "")), found[0] if found else None)
    if sheet is None:
        return look.render("imports/layout.html", here="imports", errand=errand, name=_name(errand), sheet=None)
    reading = _reading(errand, sheet.place)
    header = _whole(asked.get("header", "")) or (reading.header_row if reading else 0) or sheet.header
    role = asked.get("role", "")
    bank = errand.told.get("kind") == "bank"
    if bank or role not in (*ROLES, *TABLES):
        role = BANK if bank else reading.role if reading is not None and reading.role else ROLES[0]
    names = columns_at(sheet, header)
    columns = _columns(sheet, header, names, role, reading)
    wrong, status = "", 200
    if look.request.method == "POST" and names is not None:
        columns = [Column(name, asked.get(f"column{place}", ""), False) for place, name in enumerate(names)]
        try:
            return _read_again(look, errand, sheet, role, columns)
        except SolventError as error:
            wrong, status = look.language.problem(_worded(error.problem, look.language)), 422
    language = look.language
    return look.render(
        "imports/layout.html", here="imports", errand=errand, name=_name(errand), sheet=sheet.place, wrong=wrong,
        sheets=[(one.place, one.sheet or one.source) for one in found], header=header, role=role,
        roles=_roles(look, role), columns=columns,
        fields=_fields(language, role), lines=_lines(sheet, header, len(names or ())), impossible=names is None,
        reading=reading, asked=asked, bank=role == BANK, fixed=bank,
        accounts=sorted(books.known(look.company).accounts.items()) if role == BANK else (),
        orders=_said_as(look, ORDERS), marks=_said_as(look, MARKS),
        units=[(str(unit), text) for unit, text in UNITS.items()], status=status,
        needed=[_needed(language, role, line) for line in needs(role)],
    )  # fmt: skip


def correctable(errand: Errand) -> bool:
    """True for a file that was read as a list, or as nothing, and is not loaded yet."""
    loaded = errand.batch is not None and errand.batch.state != "staged"
    read = errand.what == READ and errand.state == DONE and not errand.told.get("discarded")
    kept = readings.kept(errand.id) if errand.told.get("kind") == "bank" else None
    table = kept is not None and bool(kept[0].readings)
    if errand.told.get("kind") not in ("ledger", "nothing") and not table:
        return False
    return read and not loaded and errand.original is not None


def glances_of(errand: Errand) -> Sequence[Glance]:
    """The first rows of each sheet of a file, read once and remembered for a while."""
    assert errand.original is not None
    named = f"glance.{errand.original.sha256}"
    held: Sequence[Glance] | None = cache.get(named)
    if held is None:
        try:
            data = originals.place_of(errand.original.sha256).read_bytes()
        except OSError:
            return ()
        held = glance_guarded(Source(_name(errand), data))
        cache.set(named, held, KEPT_SECONDS)
    return held


def _name(errand: Errand) -> str:
    return str(errand.asked.get("name", ""))


def _reading(errand: Errand, place: str) -> Reading | None:
    """How the sheet was understood so far; None where it was not."""
    kept = readings.kept(errand.id)
    return next((one for one in kept[0].readings if one.place == place), None) if kept is not None else None


def _columns(
    sheet: Glance, header: int, names: Sequence[str] | None, role: str, reading: Reading | None
) -> Sequence[Column]:
    """What each column is taken for: as it was read, else as its name and content suggest."""
    if names is None:
        return ()
    if reading is not None and reading.header_row == header and (reading.role or BANK) == role:
        return [Column(name, reading.mapping.get(name, ""), False) for name in names]
    rows = [cells for number, cells in sheet.lines if number > header]
    told = suggested(names, rows)
    if role == BANK:
        told = _as_bank(names, told)
    else:
        told = fitting(told, role, {name: tuple(table.columns) for name, table in TABLES.items()})
    return [Column(name, told.get(name, ""), name in told) for name in names]


AT_THE_BANK = {
    "issued_on": "booked_on", "due_on": "value_on", "amount": "amount", "open_amount": "balance", "debit": "out",
    "credit": "in", "currency": "currency", "customer_name": "counterparty", "summary": "memo",
}  # fmt: skip
"""What a field of a list is called in a bank statement."""


def _as_bank(names: Sequence[str], told: Mapping[str, str]) -> dict[str, str]:
    """What columns may mean in a bank statement: by its own words, else by what they would be in a list."""
    found: dict[str, str] = {}
    for name in names:
        words = [field for field, _ in meanings(name) if field in BANK_MEANS]
        for field in [*words, AT_THE_BANK.get(told.get(name, ""), "")]:
            if field and name not in found and (field == "memo" or field not in found.values()):
                found[name] = field
    return found


def _lines(sheet: Glance, header: int, width: int) -> Sequence[Line]:
    """The rows around the header, each filled up to the width of the widest."""
    width = max(width, max((len(cells) for _, cells in sheet.lines), default=0))
    told = [
        Line(number, number == header, number < header, [*cells, *([""] * (width - len(cells)))][:width])
        for number, cells in sheet.lines
    ]
    above = [one for one in told if one.above][-ROWS:]
    return [*above, *[one for one in told if not one.above][: ROWS + 1]]


def _roles(look: Look, role: str) -> Choices:
    wanted = [*ROLES, *TABLES_BY_HAND, *([role] if role not in (*ROLES, *TABLES_BY_HAND) else [])]
    return [(one, names_of(look.language, one)) for one in wanted]


def _fields(language: Language, role: str) -> Choices:
    """What a column can mean, in the order of their words."""
    told = [(name, meaning(language, role, name)) for name in fields_of(role)]
    return [("", language.say("leave out")), *sorted(told, key=lambda one: one[1])]


def _said_as(look: Look, choices: Mapping[str, str]) -> Choices:
    return [(name, look.say(says)) for name, says in choices.items()]


def _read_again(look: Look, errand: Errand, sheet: Glance, role: str, columns: Sequence[Column]) -> HttpResponse:
    """Have the file read again as it was said, its other sheets as they were.

    Raises:
        SolventError: what was said cannot be.
    """
    asked = look.request.POST
    meant = {one.name: one.field for one in columns}
    told = Told(role, meant, *(str(asked.get(name, "")) for name in ("order", "mark", "unit", "currency", "account")))
    text, actor = format_of(sheet.source, sheet.sheet, told), look.request.user.get_username()
    formats, profiles = (list(errand.asked.get(what, ())) for what in ("formats", "profiles"))
    if role == BANK:
        named = Profile.parse(text, "").name
        profiles = [*(one for one in profiles if Profile.parse(one, "").name != named), text]
    else:
        named = Format.parse(text, "").name
        formats = [*(one for one in formats if Format.parse(one, "").name != named), text]
    again = queue.ask_again(look.company, errand.id, actor, formats, profiles)
    return redirect(look.address("import_file", again.id))


def _worded(problem: Problem, language: Language) -> Problem:
    """The problem with words for the codes of fields and of what a sheet is."""
    told = dict(problem.facts)
    role = str(told.get("role", ""))
    for name in ("field", "fields"):
        if name in told:
            codes = str(told[name]).split(",")
            told[name] = _one_of(language, role, codes)
    return Problem(problem.code, problem.place, {**told, **({"role": names_of(language, role)} if role else {})})


def _needed(language: Language, role: str, line: Sequence[str]) -> str:
    """What one of a line of fields is for, and the fields."""
    fields = _one_of(language, role, line)
    if len(line) == 1:
        return fields
    day = any(name.endswith("_on") for name in line)
    return language.say("a day ({fields})" if day else "an amount ({fields})", fields=fields)


def _one_of(language: Language, role: str, names: Sequence[str]) -> str:
    return language.say(" or ").join(meaning(language, role, name) for name in names)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0
