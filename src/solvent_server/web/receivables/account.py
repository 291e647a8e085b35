"""Account: one customer's statement of account between two days: on the page, to print, as Excel and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import HttpResponse

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.documents.statement import Account, account, statement
from solvent.files.language import Language
from solvent.files.pages.told import named, told
from solvent.files.pages.workbook import workbook
from solvent_server.store.desk.ledgers import ledger_of, rows_by
from solvent_server.web.parts.listing.columns import RUNS
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.tongue import CODES
from solvent_server.web.receivables.documents import gone

CHINESE = frozenset({"CN", "CHN", "TW", "HK", "MO"})
"""Countries whose customers are written to in Chinese."""
MONTHS = 3
"""So many whole months before the month of the last day are on a statement that nobody chose days for."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("see", assessed=False)
def statement_of(look: Look, customer_id: str) -> HttpResponse:
    """The statement, in the customer's language, of the days that the address asks for."""
    asked, ledger = look.request.GET, ledger_of(look.company, customer_id)
    if not ledger.tables:
        return gone(look, customer_id, "customers", "customer_id")
    country = _country(look, customer_id)
    code = asked.get("lang", "")
    chinese = country in CHINESE or (not country and look.company.currency == "CNY")
    language = Language(code if code in CODES else "zh" if chinese else "en")
    until = _day(asked.get("until", "")) or (look.kept.as_of if look.kept else datetime.now(UTC).date())
    first = _day(asked.get("from", "")) or _before(until)
    wrong = ""
    try:
        made = account(ledger, customer_id, first, until)
    except SolventError as error:
        wrong = look.language.problem(error.problem)
        made = account(ledger, customer_id, until, until)
    document = statement(made, look.company.called(language.code))
    days: dict[str, str] = {"from": first.isoformat(), "until": until.isoformat(), "lang": language.code}
    if asked.get("format") == "print" and not wrong:
        return _letter(look, made, language, "?" + urlencode(days))
    file = _file(asked.get("format", ""), made, language, look)
    if file is not None and not wrong:
        return file
    return look.render(
        "receivables/statement.html", here="receivables", tab="", customer_id=customer_id, name=made.name,
        paper=told(document, language), days=days, wrong=wrong, country=country,
        to={kind: "?" + urlencode({**days, "format": kind}) for kind in ("print", "xlsx", "csv")},
    )  # fmt: skip


def _letter(look: Look, made: Account, language: Language, back: str) -> HttpResponse:
    """The statement as a letter to print: everything on it in the customer's language, what is owed first."""
    us = look.company.called(language.code)
    owed = [(code, made.closing.get(code, 0)) for code in made.currencies]
    return look.render(
        "receivables/paper.html", paper=told(statement(made, us), language), made=made, us=us, back=back,
        say=language.say, language=language, until=language.day(made.until_on),
        period=f"{language.day(made.from_on)} – {language.day(made.until_on)}",
        totals=[
            {"currency": code, "owed": amount > 0, "amount": language.money(abs(amount), code)}
            for code, amount in owed if amount
        ],
    )  # fmt: skip


def _file(kind: str, made: Account, language: Language, look: Look) -> HttpResponse | None:
    """The statement as a file; None where it is looked at."""
    document = statement(made, look.company.called(language.code))
    name = f"statement-{made.customer_id}-{made.until_on.isoformat()}"
    if kind == "xlsx":
        return _attached(workbook(document, language), XLSX, f"{name}.xlsx")
    if kind == "csv":
        return _attached(_csv(made, language), "text/csv; charset=utf-8", f"{name}.csv")
    return None


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else "_" for one in name)
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    return response


def _csv(made: Account, language: Language) -> bytes:
    """What moved, line by line with the balance after each: exact figures, safe cells."""
    heads = ("day", "kind", "number", "due on", "currency", "amount", "balance")
    page_ = io.StringIO()
    writer = csv.writer(page_)
    writer.writerow([language.say(head) for head in heads])
    for currency in made.currencies:
        standing = made.opening.get(currency, 0)
        first = (made.from_on, "opening", "", None, None)
        moves = [(one["moved_on"], one["kind"], one["number"], one["due_on"], one["amount"])
                 for one in made.moves.iter_rows(named=True) if one["currency"] == currency]  # fmt: skip
        for day, kind, number, due, amount in [first, *moves, (made.until_on, "closing", "", None, None)]:
            standing += amount or 0
            writer.writerow([
                day.isoformat(), named(f"movement.{kind}", language), _safe(number), due.isoformat() if due else "",
                currency, "" if amount is None else decimal(amount, currency), decimal(standing, currency),
            ])  # fmt: skip
    return b"\xef\xbb\xbf" + page_.getvalue().encode()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(RUNS) else text


def _country(look: Look, customer_id: str) -> str:
    rows = rows_by("customers", look.company, "key", [customer_id])
    return str(rows.item(0, "country") or "").upper() if rows.height else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _before(until: date) -> date:
    months = until.year * 12 + until.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)
