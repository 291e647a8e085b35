"""Camt: ISO 20022 statements (CAMT.053), intraday reports (CAMT.052) and notices (CAMT.054), of every version.

A bank books an entry; its details tell what it is made of. One entry is one line. Where an entry has several details
that name their amounts in its currency and these add up to it, each detail is a line instead: the sum on the account
is the same, and a batch of customers' payments keeps its payers. Details that do not add up only lend their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from lxml import etree

from solvent.base.money import UNKNOWN, decimal, is_currency
from solvent.base.problem import Fact, Problem
from solvent.intake.bank.cells import Fault, account_of, amount_of, day_of, lines_of, meant, rejected_of, told_once
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.xml import at, every, local, parsed, text_at
from solvent.intake.intake import Known, Source
from solvent.intake.limits import Refused

_KINDS = {"Stmt": ("statement", "camt.053"), "Rpt": ("interim", "camt.052"), "Ntfctn": ("notice", "camt.054")}
_HEAD = re.compile(rb"<(?:[\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|iso:20022:tech:xsd:|<Document[\s/>]")
_FORMAT = re.compile(r"(camt\.05[234]\.[0-9]{3}\.[0-9]{2})")
_CHARGES = frozenset({"CHRG", "FEES", "COMM", "COME", "CHAR"})
_CELLS = 120
"""Characters of a field that are shown where its entry was rejected."""


@dataclass(frozen=True)
class _Balance:
    code: str
    amount: int
    currency: str
    day_on: date | None


@dataclass
class _Reader:
    """One account's report while it is read: its currency, and what could not be taken as it stands."""

    currency: str
    fallback_on: date | None
    faults: list[Fault]
    pending: int = 0
    assumed: int = 0


def looks_like_camt(data: bytes) -> bool:
    """True where the beginning of a file is that of an ISO 20022 message."""
    head = data[: 1 << 13].replace(b"\x00", b"")
    return b"<" in head[:200] and _HEAD.search(head) is not None


def camt_statements(source: Source, known: Known) -> list[Statement]:
    """The reports in a file, in its order.

    Args:
        known: currencies of our accounts, for reports that name none.

    Raises:
        Refused: no XML that may be read, another kind of message, or a message without any report.
    """
    root = parsed(source.name, source.data)
    found = [one for one in root.iter("{*}Stmt", "{*}Rpt", "{*}Ntfctn") if _is_report(one)]
    if not found:
        message = next((local(one) for one in root.iter() if one.getparent() is root), "")
        space = re.search(r"xsd:([a-z]+\.[0-9.]+)", str(root.tag))
        if space and not space[1].startswith("camt.05"):
            raise Refused(Problem("bank.camt.other_message", source.name, {"message": space[1]}))
        raise Refused(Problem("bank.camt.no_report", source.name, {"found": message or local(root)}))
    statements, before = [], 0
    for part, report in enumerate(found, start=1):
        statements.append(_statement(source, part, report, before, known))
        before += sum(1 for _ in every(report, "Ntry"))
    return statements


def _is_report(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent).startswith("BkToCstmr")


def _statement(source: Source, part: int, report: etree._Element, before: int, known: Known) -> Statement:
    kind, plain = _KINDS[local(report)]
    version = _FORMAT.search(str(report.tag))
    account = _account(at(report, "Acct", "Id"))
    balances, problems = _balances(source, report)
    currency = _currency(report, balances, kind) or known.accounts.get(account, UNKNOWN)
    opening, closing = _booked(balances) if kind == "statement" else (None, None)
    others = {one.currency for one in (opening, closing) if one} - {currency}
    if others:
        facts: dict[str, Fact] = {"currencies": ", ".join([currency, *sorted(others)])}
        problems.append(Problem("bank.statement.currencies", source.name, facts))
        opening = closing = None
    elif kind == "statement" and at(report, "Bal") is not None and (opening is None or closing is None):
        which = "OPBD" if opening is None else "CLBD"
        problems.append(Problem("bank.camt.balance_missing", source.name, {"which": which}))
    ends = [text_at(report, "FrToDt", name) for name in ("FrDt|FrDtTm", "ToDt|ToDtTm")]
    from_on, to_on = (day_of(text) for text in ends)
    made_on = day_of(text_at(report, "CreDtTm"))
    reader = _Reader(currency, (closing and closing.day_on) or to_on or made_on, [])
    rows = [
        row
        for number, entry in enumerate(every(report, "Ntry"), start=before + 1)
        for row in _rows(reader, number, entry)
    ]
    lines = lines_of(rows)
    problems += _told(source, reader)
    problems += _sums_wrong(source, report, reader, lines)
    days = lines["booked_on"]
    return Statement(
        source=source.name,
        part=part,
        kind=kind,
        format=version[1] if version else plain,
        account_id=account,
        currency=currency,
        lines=lines,
        bank=text_at(report, "Acct", "Svcr", "FinInstnId", "BICFI|BIC")
        or text_at(report, "Acct", "Svcr", "FinInstnId", "Nm"),
        number=text_at(report, "ElctrncSeqNb") or text_at(report, "LglSeqNb") or text_at(report, "Id"),
        from_on=from_on or days.min(),  # type: ignore[arg-type]
        to_on=(closing and closing.day_on) or to_on or days.max(),  # type: ignore[arg-type]
        opening=opening.amount if opening else None,
        opening_on=opening.day_on if opening else None,
        closing=closing.amount if closing else None,
        closing_on=closing.day_on if closing and closing.code == "CLBD" else None,
        rejected=rejected_of(source.name, reader.faults),
        problems=tuple(problems),
    )


def _told(source: Source, reader: _Reader) -> list[Problem]:
    problems = []
    if reader.pending:
        problems.append(Problem("bank.statement.pending", source.name, {"count": reader.pending}))
    if reader.assumed:
        facts: dict[str, Fact] = {"count": reader.assumed, "day": str(reader.fallback_on)}
        problems.append(Problem("bank.camt.day_assumed", source.name, facts))
    return problems


def _account(ident: etree._Element | None) -> str:
    """IBAN, else whatever number the account has; version 1 puts it deeper than later ones."""
    if ident is None:
        return ""
    iban = text_at(ident, "IBAN")
    if iban:
        return account_of(iban)
    return next(
        (account_of(one.text) for one in ident.iter("{*}Id", "{*}BBAN", "{*}UPIC") if (one.text or "").strip()), ""
    )


def _balances(source: Source, report: etree._Element) -> tuple[list[_Balance], list[Problem]]:
    found, problems = [], []
    for one in every(report, "Bal"):
        code = text_at(one, "Tp", "CdOrPrtry", "Cd") or text_at(one, "Tp", "Cd")
        figure = at(one, "Amt")
        currency = figure.get("Ccy", "") if figure is not None else ""
        amount = amount_of(text_at(one, "Amt"), currency or UNKNOWN)
        sign = {"CRDT": 1, "DBIT": -1}.get(text_at(one, "CdtDbtInd"))
        if amount is None or sign is None or not is_currency(currency):
            if code in ("OPBD", "PRCD", "CLBD", "ITBD"):
                facts: dict[str, Fact] = {"which": code, "value": f"{text_at(one, 'Amt')} {currency}"[:40]}
                problems.append(Problem("bank.camt.balance_unreadable", source.name, facts))
            continue
        found.append(_Balance(code, sign * amount, currency, day_of(text_at(one, "Dt", "Dt|DtTm"))))
    return found, problems


def _booked(balances: Sequence[_Balance]) -> tuple[_Balance | None, _Balance | None]:
    """Opening and closing booked balance. A page of a statement opens or closes with an interim one (ITBD)."""
    by = {code: [one for one in balances if one.code == code] for code in ("OPBD", "PRCD", "CLBD", "ITBD")}
    opening = next(iter([*by["OPBD"], *by["PRCD"]]), None)
    closing = by["CLBD"][-1] if by["CLBD"] else None
    between = by["ITBD"]
    if opening is None and between and (closing is not None or len(between) > 1):
        opening = between[0]
    if closing is None and between and between[-1] is not opening:
        closing = between[-1]
    return opening, closing


def _currency(report: etree._Element, balances: Sequence[_Balance], kind: str) -> str:
    """Of the account, else of its booked balances, else of its entries, else of any balance."""
    own = text_at(report, "Acct", "Ccy")
    booked = next((one for one in _booked(balances) if one), None) if kind == "statement" else None
    entry = at(report, "Ntry", "Amt")
    told = [own, booked.currency if booked else "", entry.get("Ccy", "") if entry is not None else ""]
    return next((code for code in [*told, *(one.currency for one in balances)] if is_currency(code)), "")


def _rows(reader: _Reader, number: int, entry: etree._Element) -> Iterator[Sequence[object]]:
    """The lines that an entry gives: one, or one for each of its details."""
    status = text_at(entry, "Sts") or text_at(entry, "Sts", "Cd")
    if status not in ("BOOK", ""):
        reader.pending += 1
        return
    sides = {"CRDT": 1, "DBIT": -1}
    figure = at(entry, "Amt")
    currency = figure.get("Ccy", "") if figure is not None else ""
    text, side = text_at(entry, "Amt"), text_at(entry, "CdtDbtInd")
    amount = amount_of(text, currency or reader.currency) if side in sides else None
    if currency and not is_currency(currency):
        amount = None
    if amount is None or amount < 0:
        facts: dict[str, Fact] = {"value": f"{text} {side}"[:40], "currency": currency or reader.currency}
        reader.faults.append(Fault(number, "Amt", text[:40], Problem("bank.line.amount", "", facts), _cells(entry)))
        return
    details = [one for group in every(entry, "NtryDtls") for one in every(group, "TxDtls")]
    details = details or list(every(entry, "TxDtls"))
    booked_on, value_on = _days(reader, entry, details)
    if booked_on is None:
        facts = {"value": text_at(entry, "BookgDt", "Dt|DtTm")[:40]}
        reader.faults.append(
            Fault(number, "BookgDt", str(facts["value"]), Problem("bank.line.day", "", facts), _cells(entry))
        )
        return
    back = text_at(entry, "RvslInd").lower() in ("true", "1")
    head = (number, booked_on, value_on, currency or reader.currency)
    shares = _shares(details, sides[side] * amount, currency or reader.currency)
    if shares:
        for detail, share in zip(details, shares):
            yield (*head, share, *_words(entry, [detail], out=(share < 0) != back), None, _category(entry, detail))
        return
    signed = sides[side] * amount
    first = details[0] if details else None
    yield (*head, signed, *_words(entry, details, out=(signed < 0) != back), None, _category(entry, first))


def _shares(details: Sequence[etree._Element], whole: int, currency: str) -> list[int]:
    """What each of several details comes to, signed, where they are told and add up to the entry; else nothing."""
    if len(details) < 2:
        return []
    shares = []
    for detail in details:
        figure = at(detail, "Amt")
        figure = at(detail, "AmtDtls", "TxAmt", "Amt") if figure is None else figure
        if figure is None or figure.get("Ccy", currency) != currency:
            return []
        amount = amount_of(str(figure.text or ""), currency)
        if not amount:
            return []
        sign = {"CRDT": 1, "DBIT": -1}.get(text_at(detail, "CdtDbtInd"), 1 if whole > 0 else -1)
        shares.append(sign * amount)
    return shares if sum(shares) == whole else []


def _days(reader: _Reader, entry: etree._Element, details: Sequence[etree._Element]) -> tuple[date | None, date | None]:
    """Day of booking and value date. Some banks leave out the day of booking where it is the report's own."""
    told = text_at(entry, "BookgDt", "Dt|DtTm")
    value_on = day_of(text_at(entry, "ValDt", "Dt|DtTm"))
    if told:
        return day_of(told), value_on
    dates = at(details[0], "RltdDts") if details else None
    other = next(
        (day for one in ("IntrBkSttlmDt", "TxDtTm", "AccptncDtTm") if (day := day_of(text_at(dates, one)))), None
    )
    if value_on or other:
        return value_on or other, value_on
    reader.assumed += reader.fallback_on is not None
    return reader.fallback_on, None


def _words(entry: etree._Element, details: Sequence[etree._Element], *, out: bool) -> tuple[str, str, str, str]:
    """Other party, its account, what was written, and the bank's own number.

    Several details that are no lines of their own name a party only where all name the same one.
    """
    parties = [_party(detail, out=out) for detail in details]
    names, accounts = ({one[place] for one in parties} for place in (0, 1))
    said = [text for detail in details for text in _remittance(detail)]
    if not said:
        said = [text_at(entry, "AddtlNtryInf"), text_at(entry, "NtryRef")]
    bank = [meant(text_at(detail, "Refs", "AcctSvcrRef")) for detail in details[:1] if len(details) == 1]
    reference = next((text for text in [*bank, meant(text_at(entry, "AcctSvcrRef"))] if text), "")
    return (
        names.pop() if len(names) == 1 else "",
        accounts.pop() if len(accounts) == 1 else "",
        told_once(said),
        reference or (meant(text_at(details[0], "Refs", "TxId|InstrId")) if len(details) == 1 else ""),
    )


def _party(detail: etree._Element, *, out: bool) -> tuple[str, str]:
    """Who is on the other side: the creditor where money goes out, the debtor where it comes in."""
    parties = at(detail, "RltdPties")
    side = "Cdtr" if out else "Dbtr"
    name = ""
    for who in (side, f"Ultmt{side}"):
        found = at(parties, who)
        name = name or text_at(found, "Nm") or text_at(found, "Pty", "Nm") or text_at(found, "Agt", "FinInstnId", "Nm")
    account = _account(at(parties, f"{side}Acct", "Id"))
    return " ".join(name.split()), account


def _remittance(detail: etree._Element) -> Iterator[str]:
    """What the payer wrote, the structured reference first, then the words, then the reference end to end."""
    found = at(detail, "RmtInf")
    for one in every(found, "Strd"):
        yield text_at(one, "CdtrRefInf", "Ref") or text_at(one, "CdtrRefInf", "CdtrRef")
        yield from (text_at(document, "Nb") for document in every(one, "RfrdDocInf"))
        yield from (str(words.text or "") for words in every(one, "AddtlRmtInf"))
    yield from (str(words.text or "") for words in every(found, "Ustrd"))
    yield text_at(detail, "AddtlTxInf") if found is None else ""
    yield text_at(detail, "Refs", "EndToEndId")


def _category(entry: etree._Element, detail: etree._Element | None) -> str:
    """Charges and interest, where the bank's code says so."""
    codes = at(entry, "BkTxCd")
    codes = at(detail, "BkTxCd") if codes is None else codes
    family, code = text_at(codes, "Domn", "Fmly", "Cd"), text_at(codes, "Domn", "Fmly", "SubFmlyCd")
    if code == "INTR":
        return "interest"
    return "other_operating" if code in _CHARGES or (family, code) == ("MDOP", "CHRG") else ""


def _cells(entry: etree._Element) -> list[str]:
    """The texts of an entry as they stand, for whoever corrects it."""
    texts = (f"{local(one)}: {str(one.text).strip()[:_CELLS]}" for one in entry.iter() if (one.text or "").strip())
    return [text for text, _ in zip(texts, range(12))]


def _sums_wrong(source: Source, report: etree._Element, reader: _Reader, lines: pl.DataFrame) -> list[Problem]:
    """The sums of credits and debits that the report itself tells, against its entries.

    Not asked where entries are pending or unreadable: banks count them or not.
    """
    if reader.pending or reader.faults:
        return []
    problems = []
    for name, side in (("TtlCdtNtries", pl.col("amount") >= 0), ("TtlDbtNtries", pl.col("amount") < 0)):
        text = text_at(report, "TxsSummry", name, "Sum")
        told = amount_of(text, reader.currency) if text else None
        if told is None:
            continue
        entries = lines.group_by("row").agg(pl.col("amount").cast(pl.Int128).sum()).filter(side)
        found = abs(int(entries["amount"].sum()))
        if told != found:
            facts: dict[str, Fact] = {
                "told": str(decimal(told, reader.currency)),
                "found": str(decimal(found, reader.currency)),
                "currency": reader.currency,
                "count_told": text_at(report, "TxsSummry", name, "NbOfNtries") or "?",
                "count_found": str(entries.height),
            }
            problems.append(Problem("bank.statement.sums_differ", source.name, facts))
    return problems
