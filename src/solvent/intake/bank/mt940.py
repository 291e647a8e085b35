"""Mt940: SWIFT messages MT940 and MT942 into statements, each field with its line in the file.

Pages of one statement (``:62M:`` followed by ``:60M:`` of the same amount) become one statement again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from solvent.base.money import UNKNOWN, decimal, is_currency
from solvent.base.problem import Problem
from solvent.intake.bank.cells import Fault, amount_of, lines_of, made_day, meant, named_account, rejected_of
from solvent.intake.bank.details import Details, details_of, non_swift
from solvent.intake.bank.statement import LINES, Statement
from solvent.intake.intake import Known, Source
from solvent.intake.ledger.reading.encoding import blocks, encoding_of

_FIELD = re.compile(r":\s?([0-9]{2}|NS)([A-Z]?)\s?:(.*)", re.DOTALL)
_KNOWN = frozenset({"13", "20", "21", "25", "28", "34", "60", "61", "62", "64", "65", "86", "90", "NS"})
_HEAD = frozenset({"13", "21", "25", "28", "34", "60", "NS"})
"""What may follow ``:20:``. A time of day cut at the end of a line (``T16`` / ``:20:37``) is followed by others."""
_BREAK = re.compile(r"-\s*$|-\}|\{[1-5]:")
_ENTRY = re.compile(
    r"([0-9]{6})([0-9]{4}|[ ]{4})?[ ]?([RE]?)([CD])([A-Z]?)[ \n]?([0-9]+[0-9.,]*)(.*)", re.DOTALL | re.IGNORECASE
)
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})?([0-9]+[0-9.,]*)\s*", re.IGNORECASE)
_SUM = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9]+[0-9.,]*)\s*")
_TYPE = re.compile(r"(?!NONREF)([NSF][A-Z0-9 ]{3})")
_CATEGORIES = {"NCHG": "other_operating", "NCOM": "other_operating", "NINT": "interest"}
_CP850 = frozenset(b"\x81\x84\x8e\x94\x99\x9a")
"""Umlauts in the code page that older bank programs of the German-speaking countries still write."""
_TOLD = 200
"""Characters of a row that are shown where it was rejected."""


@dataclass
class _Field:
    """One field: its tag and letter, the line it begins in, its text by lines, and the blocks before the message."""

    tag: str
    letter: str
    row: int
    lines: list[str]
    header: str = ""

    @property
    def text(self) -> str:
        return self.lines[0].strip() if self.lines else ""


@dataclass
class _Balance:
    amount: int
    day_on: date | None
    currency: str
    final: bool
    row: int


@dataclass
class _Message:
    """One message: its fields by tag, lines with the texts behind them, balances, and what is wrong."""

    header: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    openings: list[_Field] = field(default_factory=list)
    closings: list[_Field] = field(default_factory=list)
    sums: list[_Field] = field(default_factory=list)
    entries: list[tuple[_Field, list[_Field]]] = field(default_factory=list)

    @property
    def body(self) -> bool:
        return bool(self.entries or self.closings)


def looks_like_mt940(data: bytes) -> bool:
    """True where the beginning of a file has a booking line or a balance of MT940, or the head of a message."""
    head = "\n".join(next(blocks(data[: 1 << 17], *encoding_of(data[: 1 << 17])), []))
    if re.search(r"^:\s?6(?:1|[02][FM]?):\s*[CD]?[0-9]{6}", head, re.MULTILINE):
        return True
    return re.search(r"^:20:.*\n(?::21:.*\n)?:25P?:.+\n+:(?:28C?|34F|13D?|60[FM]?):", head, re.MULTILINE) is not None


def mt940_statements(source: Source, known: Known) -> list[Statement]:
    """The statements of a file in its order; pages of one statement are one. Never raises on any bytes.

    Args:
        known: currencies of our accounts, for messages that name none.
    """
    messages = list(_messages(_fields(_text(source.data))))
    pages: list[list[Statement]] = []
    open_ = False
    for statement, opens, closes in (_statement(source, message, known) for message in messages):
        if open_ and opens and _continues(pages[-1][-1], statement):
            pages[-1].append(statement)
        else:
            pages.append([statement])
        open_ = closes
    return [replace(_joined(several), part=part) for part, several in enumerate(pages, start=1)]


def _text(data: bytes) -> list[str]:
    codec, skip = encoding_of(data)
    if codec == "cp1252":
        strange = [byte for byte in data[: 1 << 20] if byte > 0x7F]
        codec = "cp850" if 2 * sum(byte in _CP850 for byte in strange) > len(strange) else codec
    return [line for block in blocks(data, codec, skip) for line in block]


def _fields(lines: Sequence[str]) -> list[_Field]:
    """The fields of all messages. A line that begins no field goes on with the one before, up to the message's end."""
    found: list[_Field] = []
    header, open_, colon = "", False, False
    for row, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n\x1a\x03")
        if line.strip() == ":":
            colon = True
            continue
        line, colon = (":" + line if colon else line), False
        match = _FIELD.match(line)
        if match and match[1] in _KNOWN:
            found.append(_Field(match[1], match[2], row, [match[3]], header))
            header, open_ = "", True
        elif _BREAK.match(line):
            open_ = False
            header += line
        elif open_ and found:
            found[-1].lines.append(line)
        else:
            header = ""
    return found


def _messages(fields: Sequence[_Field]) -> Iterator[_Message]:
    """Fields by message. What stands where no such field can stand is text that happens to look like one."""
    now, behind = _Message(), False
    last: _Field | None = None
    for here, then in pairwise([*fields, _Field("", "", 0, [])]):
        begins = here.tag == "20" and (not now.body or then.tag in _HEAD or (here.header and "{4:" in here.header))
        begins = begins or (here.tag == "60" and bool(now.openings or now.body))
        if begins or (here.tag == "61" and now.closings):
            if now.fields or now.openings or now.entries:
                yield now
            kept = dict(now.fields) if here.tag == "60" and not now.closings else {}
            now, behind = _Message(here.header, kept), False
        if now.body and (here.tag in ("20", "21", "25", "28") or (here.tag in ("13", "34") and not now.closings)):
            if last is not None:
                last.lines.append(f":{here.tag}{here.letter}:{here.lines[0]}")
                last.lines += here.lines[1:]
            continue
        behind = _filed(now, here, behind)
        last = here
    if now.fields or now.openings or now.entries or now.closings:
        yield now


def _filed(now: _Message, here: _Field, behind: bool) -> bool:
    """One field into its message; gives whether what comes next still belongs to the last line."""
    if here.tag == "61":
        now.entries.append((here, []))
        return True
    if here.tag in ("86", "NS"):
        if behind and now.entries:
            now.entries[-1][1].append(here)
        return behind
    if here.tag == "60":
        now.openings.append(here)
    elif here.tag == "62":
        now.closings.append(here)
    elif here.tag == "90":
        now.sums.append(here)
    elif here.tag not in ("64", "65"):
        now.fields.setdefault(here.tag + here.letter * (here.tag == "34"), " ".join(here.lines).strip())
    return False


def _statement(source: Source, message: _Message, known: Known) -> tuple[Statement, bool, bool]:
    """A message as a statement, and whether it goes on from a page before, and on the next page."""
    account, bank, currency = named_account(message.fields.get("25", "").split("\n")[0])
    sender = re.search(r"\{1:F[0-9]{2}([A-Z0-9]{8})", message.header)
    interim = re.search(r"\{2:[IO]942", message.header) is not None or (
        not message.openings and not message.closings and bool(message.sums or {"34F", "13"} & set(message.fields))
    )
    opening, closing, problems = _balances(source, message, interim=interim)
    told = [balance.currency for balance in (opening, closing) if balance and balance.currency]
    told += [match[2] for one in message.sums if (match := _SUM.fullmatch(one.text))]
    told += [text[:3] for tag, text in message.fields.items() if tag.startswith("34") and is_currency(text[:3])]
    code = next(iter(told), "") or currency or known.accounts.get(account, UNKNOWN)
    if len(set(told)) > 1:
        place = f"{source.name}:{message.openings[0].row if message.openings else 1}"
        problems.append(Problem("bank.statement.currencies", place, {"currencies": ", ".join(dict.fromkeys(told))}))
    lines, faults, expected = _lines(message, code)
    problems += _sums_wrong(source, message, lines, code)
    if expected:
        problems.append(Problem("bank.statement.pending", source.name, {"count": expected}))
    days = lines["booked_on"]
    final = closing is not None and closing.final
    statement = Statement(
        source=source.name,
        part=1,
        kind="interim" if interim else "statement",
        format="mt942" if interim else "mt940",
        account_id=account,
        currency=code,
        lines=lines,
        bank=sender[1] if sender else bank,
        number=message.fields.get("28", "").strip(" /"),
        from_on=_from(days.min(), opening, closing),  # type: ignore[arg-type]
        to_on=max((day for day in (days.max(), closing and closing.day_on) if day), default=None),  # type: ignore[arg-type]
        opening=opening.amount if opening else None,
        opening_on=opening.day_on if opening and opening.final else None,
        closing=closing.amount if closing else None,
        closing_on=closing.day_on if closing and final else None,
        rejected=rejected_of(source.name, faults),
        problems=tuple(problems),
    )
    return statement, opening is not None and not opening.final, closing is not None and not closing.final


def _from(first: date | None, opening: _Balance | None, closing: _Balance | None) -> date | None:
    """The first day: that of the first line, or the day after the opening balance where nothing was booked."""
    if first is not None or opening is None or opening.day_on is None:
        return first
    after = opening.day_on + timedelta(days=1)
    return min(after, closing.day_on) if closing and closing.day_on else after


def _balances(
    source: Source, message: _Message, *, interim: bool
) -> tuple[_Balance | None, _Balance | None, list[Problem]]:
    """Opening and closing of a message; a balance that is missing, unreadable or told twice is a problem."""
    problems: list[Problem] = []
    found: list[_Balance | None] = []
    code = next(
        (m[3] for one in (*message.openings, *message.closings) if (m := _BALANCE.fullmatch(one.text)) and m[3]), ""
    )
    for tag, fields in ((":60F:", message.openings), (":62F:", message.closings)):
        read = [_balance(one, code) for one in fields]
        good = [balance for balance in read if balance]
        if len(good) < len(read):
            bad = next(one for one, balance in zip(fields, read) if balance is None)
            told = {"field": f":{bad.tag}{bad.letter}:", "value": bad.text[:40]}
            problems.append(Problem("bank.mt940.balance_unreadable", f"{source.name}:{bad.row}", told))
        elif not good and not interim:
            problems.append(Problem("bank.mt940.balance_missing", source.name, {"field": tag}))
        elif len({(balance.amount, balance.currency) for balance in good}) > 1:
            problems.append(Problem("bank.mt940.balance_twice", f"{source.name}:{good[1].row}", {"field": tag}))
        found.append(good[-1] if good else None)
    return found[0], found[1], problems


def _balance(one: _Field, code: str) -> _Balance | None:
    match = _BALANCE.fullmatch(one.text)
    if match is None:
        return None
    currency = (match[3] or code).upper()
    amount = amount_of(match[4], currency or UNKNOWN)
    day = _short_day(match[2])
    if amount is None or day is None or (currency and not is_currency(currency)):
        return None
    sign = -1 if match[1].upper() == "D" else 1
    return _Balance(sign * amount, day, currency, one.letter != "M", one.row)


def _lines(message: _Message, currency: str) -> tuple[pl.DataFrame, list[Fault], int]:
    """The lines of a message, those that cannot be read, and how many are only expected."""
    rows: list[Sequence[object]] = []
    faults: list[Fault] = []
    expected = 0
    for entry, texts in message.entries:
        row = _line(entry, texts, currency)
        if isinstance(row, Fault):
            faults.append(row)
        elif row is None:
            expected += 1
        else:
            rows.append(row)
    return lines_of(rows), faults, expected


def _line(entry: _Field, texts: Sequence[_Field], currency: str) -> Sequence[object] | Fault | None:
    whole = "\n".join(entry.lines)
    cells = [f":61:{whole[:_TOLD]}", *(f":86:{''.join(one.lines)[:_TOLD]}" for one in texts[:3])]
    match = _ENTRY.match(whole)
    if match is None:
        return Fault(entry.row, ":61:", entry.text[:40], Problem("bank.mt940.line_unreadable"), cells)
    value_on = _short_day(match[1])
    booked_on = _nearest(match[2], value_on) if value_on else None
    if value_on is None or booked_on is None:
        return Fault(entry.row, ":61:", whole[:10], Problem("bank.line.day", "", {"value": whole[:10]}), cells)
    amount = amount_of(match[6], currency)
    if amount is None:
        facts = {"value": match[6][:40], "currency": currency}
        return Fault(entry.row, ":61:", match[6][:40], Problem("bank.line.amount", "", facts), cells)
    if match[3].upper() == "E":
        return None
    out = (match[4].upper() == "D") != (match[3].upper() == "R")
    kind, customer, bank_reference, more = _references(match[7])
    details = _details(texts)
    name, account = details.counterparty, details.account
    beside = re.fullmatch(r"(P?[0-9]{7,10}|[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30})", customer if more else "")
    under = re.fullmatch(r"(P?[0-9]{7,10}|[A-Z]{2}[0-9]{2}[A-Z]{4}[A-Z0-9]{7,26})", more.strip())
    if beside and not account:
        account, name, customer = customer, name or more.strip(), ""
    elif under and not account:
        account, more = under[1], ""
    reference = details.reference or meant(more if not beside else "")
    if not reference or (customer and customer not in reference):
        reference = " ".join(part for part in (reference, meant(customer)) if part)
    signed = -amount if out else amount
    category = _CATEGORIES.get(kind, "")
    told = (name, account, reference, bank_reference)
    return (entry.row, booked_on, value_on, currency, signed, *told, None, category)


def _references(text: str) -> tuple[str, str, str, str]:
    """Type, customer's reference, bank's reference, and what stands beneath, of what follows the amount."""
    first, _, more = text.partition("\n")
    first = first.lstrip()
    match = _TYPE.match(first)
    rest = first[match.end() :] if match else first
    customer, _, bank = rest.partition("//")
    if len(customer) > 16 and re.match(r"P?[0-9]{7,10}\s{2}", customer):
        customer, more = customer[:16], customer[16:] + "\n" + more
    return match[1] if match else "", meant(customer), meant(bank), " ".join(more.split())


def _details(texts: Sequence[_Field]) -> Details:
    if not texts:
        return Details()
    swift = details_of([one.lines for one in texts if one.tag == "86"])
    other = [line for one in texts if one.tag == "NS" for line in one.lines]
    return swift if swift != Details() or not other else non_swift(other)


def _sums_wrong(source: Source, message: _Message, lines: pl.DataFrame, currency: str) -> list[Problem]:
    """The sums of debits and credits that MT942 tells (``:90D:``, ``:90C:``) against the lines."""
    problems = []
    for one in message.sums:
        match = _SUM.fullmatch(one.text)
        told = amount_of(match[3], currency) if match else None
        if match is None or told is None:
            continue
        side = lines.filter(pl.col("amount") < 0 if one.letter == "D" else pl.col("amount") >= 0)
        found, count = abs(int(side["amount"].cast(pl.Int128).sum())), side.height
        if told != found:
            facts = {"told": str(decimal(told, currency)), "found": str(decimal(found, currency)), "currency": currency}
            facts |= {"count_told": match[1], "count_found": str(count)}
            problems.append(Problem("bank.statement.sums_differ", f"{source.name}:{one.row}", facts))
    return problems


def _short_day(text: str) -> date | None:
    """A day of six digits. Interest runs to 30 February in some banks: the last day of February is meant."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    full = year + (1900 if year >= 80 else 2000)
    if month == 2 and day in (29, 30):
        return made_day(full, 2, 29) or made_day(full, 2, 28)
    return made_day(full, month, day)


def _nearest(text: str | None, value_on: date) -> date | None:
    """The day of booking, told without its year: the one nearest to the value date; that date where none is told."""
    if not text or not text.strip():
        return value_on
    days = (made_day(value_on.year + more, int(text[:2]), int(text[2:4])) for more in (-1, 0, 1))
    return min((day for day in days if day), key=lambda day: abs((day - value_on).days), default=None)


def _continues(page: Statement, following: Statement) -> bool:
    same = page.account_id == following.account_id and page.currency == following.currency
    return same and page.kind == following.kind and page.closing == following.opening


def _joined(pages: Sequence[Statement]) -> Statement:
    """Pages as one statement."""
    if len(pages) == 1:
        return pages[0]
    ends = [[day for page in pages if (day := getattr(page, name))] for name in ("from_on", "to_on")]
    return replace(
        pages[0],
        lines=pl.concat([page.lines for page in pages]).select(LINES.keys()),
        from_on=min(ends[0], default=None),
        to_on=max(ends[1], default=None),
        closing=pages[-1].closing,
        closing_on=pages[-1].closing_on,
        rejected=pl.concat([page.rejected for page in pages]),
        problems=tuple(problem for page in pages for problem in page.problems),
    )
