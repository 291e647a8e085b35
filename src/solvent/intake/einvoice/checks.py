"""Checks: what an invoice must keep before it may enter the books, and what its reader should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from stdnum import iban, lei
from stdnum.cn import uscc
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, ValidationError

from solvent.base.money import UNKNOWN, decimal, digits, is_currency
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.intake.einvoice.invoice import CREDIT_NOTE, EInvoice, Party


@dataclass(frozen=True)
class Checking(Terms, key="intake.einvoice"):
    """How exactly an invoice has to add up, and whose invoices are taken."""

    line_tolerance: int = term(
        1, unit="minor units for each line", source="own choice: lines are rounded one by one, totals are not"
    )
    percent_tolerance: float = term(
        0.05, unit="percentage points", source="own choice: thirds of an invoice are written with two decimals"
    )
    take_strangers: bool = term(
        True,
        unit="yes or no",
        source="own choice: an invoice that names us on neither side is taken as ours to collect, with a warning",
    )


CHECKING = Checking()
"""The terms as they stand by default."""

_LONGEST = 100
_SHARES_OF_A_WHOLE = Decimal(100)
_LEI_SCHEME = "0199"
_CHINESE = ("china-xml", "china-xbrl", "china-flat", "ofd")


def faults(invoice: EInvoice, terms: Checking = CHECKING) -> list[Problem]:
    """Why an invoice may not enter the books, the most basic reason first; empty where it may."""
    found = list(invoice.faults)
    where = invoice.place
    if not invoice.number:
        found.append(Problem("einvoice.number_missing", where))
    elif len(invoice.number) > _LONGEST:
        found.append(Problem("einvoice.number_long", where, {"most": _LONGEST}))
    if invoice.issued_on is None and not any(fault.code == "einvoice.value.day" for fault in found):
        found.append(Problem("einvoice.date_missing", where))
    if not is_currency(invoice.currency):
        told = "" if invoice.currency == UNKNOWN else invoice.currency[:20]
        found.append(Problem("einvoice.currency_unknown", where, {"currency": told}))
    if invoice.total is None and not found:
        found.append(Problem("einvoice.total_missing", where))
    if not found:
        found += _sums(invoice, terms)
        found += _signs(invoice)
        found += _shares(invoice, terms)
    return found


def _sums(invoice: EInvoice, terms: Checking) -> Iterator[Problem]:
    """Lines = sum of lines; less allowances plus charges = net; net + tax = total; less prepaid = payable."""
    less, more, total = invoice.allowances or 0, invoice.charges or 0, invoice.total or 0
    net, by_lines = invoice.net, invoice.lines_total
    if net is None and by_lines is not None:
        net = by_lines - less + more
    if net is None and invoice.tax is not None:
        net = total - invoice.tax
    expected = net + less - more if by_lines is None and net is not None else by_lines
    if invoice.lines and expected is not None:
        added = sum((line.net for line in invoice.lines), Decimal(0)).scaleb(digits(invoice.currency))
        if abs(added - expected) > terms.line_tolerance * len(invoice.lines):
            yield _astray(invoice, "einvoice.lines_astray", int(added.to_integral_value()), expected)
    if by_lines is not None and net is not None and by_lines - less + more != net:
        yield _astray(invoice, "einvoice.net_astray", by_lines - less + more, net)
    if net is not None and net + (invoice.tax or 0) != total:
        yield _astray(invoice, "einvoice.total_astray", net + (invoice.tax or 0), total)
    owed = total - (invoice.prepaid or 0) + (invoice.rounding or 0) + (invoice.extra or 0)
    if invoice.payable is not None and invoice.payable != owed:
        yield _astray(invoice, "einvoice.payable_astray", owed, invoice.payable)


def _astray(invoice: EInvoice, code: str, added: int, stated: int) -> Problem:
    told = {"added": str(decimal(added, invoice.currency)), "stated": str(decimal(stated, invoice.currency))}
    facts = {**told, "currency": invoice.currency}
    if code == "einvoice.lines_astray":
        return Problem("einvoice.lines_astray", invoice.place, facts)
    if code == "einvoice.net_astray":
        return Problem("einvoice.net_astray", invoice.place, facts)
    if code == "einvoice.total_astray":
        return Problem("einvoice.total_astray", invoice.place, facts)
    return Problem("einvoice.payable_astray", invoice.place, facts)


def _signs(invoice: EInvoice) -> Iterator[Problem]:
    """A credit note of the European formats that is negative says two things: it credits, or it charges after all."""
    chinese = invoice.format.rpartition("/")[2] in _CHINESE
    if invoice.kind == CREDIT_NOTE and (invoice.total or 0) < 0 and not chinese:
        total = str(decimal(invoice.total or 0, invoice.currency))
        yield Problem("einvoice.credit_negative", invoice.place, {"total": total, "currency": invoice.currency})


def _shares(invoice: EInvoice, terms: Checking) -> Iterator[Problem]:
    """Instalments have to make up what is owed: amounts to the last unit, percentages up to their rounding."""
    if not invoice.shares:
        return
    amounts = [share.amount for share in invoice.shares if share.amount is not None]
    percents = [share.percent for share in invoice.shares if share.percent is not None]
    if len(amounts) == len(invoice.shares):
        if sum(amounts) != invoice.owed or any(amount * invoice.owed <= 0 for amount in amounts):
            yield _instalments(invoice, str(decimal(sum(amounts), invoice.currency)))
    elif len(percents) < len(invoice.shares) or any(percent <= 0 for percent in percents):
        yield _instalments(invoice, "")
    elif abs(sum(percents) - _SHARES_OF_A_WHOLE) > Decimal(str(terms.percent_tolerance)):
        yield _instalments(invoice, f"{sum(percents)} %")


def _instalments(invoice: EInvoice, added: str) -> Problem:
    owed = str(decimal(invoice.owed, invoice.currency))
    return Problem("einvoice.instalments_astray", invoice.place, {"added": added, "owed": owed})


def remarks(invoice: EInvoice) -> list[Problem]:
    """What is wrong with the numbers that an invoice names; it enters the books all the same."""
    found = list(invoice.problems)
    for party in (invoice.seller, invoice.buyer):
        found += _party(invoice, party)
    account = iban.compact(invoice.iban)
    if account[:2].isalpha() and account[2:4].isdecimal() and not iban.is_valid(account, check_country=False):
        found.append(Problem("einvoice.iban_wrong", invoice.place, {"value": account[:40]}))
    return found


def _party(invoice: EInvoice, party: Party) -> Iterator[Problem]:
    number = "".join(party.tax_id.split()).upper()
    facts = {"value": number[:40], "name": party.name[:80]}
    if number and invoice.format.rpartition("/")[2] in _CHINESE:
        yield from _chinese(invoice, number, party)
    elif number[:2].isalpha() and number[:2].lower() in vat.MEMBER_STATES and not _sound(number):
        yield Problem("einvoice.vat_wrong", invoice.place, facts)
    for scheme, told in party.ids:
        if scheme == _LEI_SCHEME and not lei.is_valid(told):
            yield Problem("einvoice.lei_wrong", invoice.place, {"value": told[:40], "name": party.name[:80]})


def _sound(number: str) -> bool:
    try:
        return bool(vat.is_valid(number))
    except Exception:  # some countries' rules stumble over letters where only digits are; such a number is wrong
        return False


def _chinese(invoice: EInvoice, number: str, party: Party) -> Iterator[Problem]:
    """A unified social credit code has 18 characters and ends in a check character; older numbers have 15 or 20."""
    if len(number) in (15, 20) and number.isalnum():
        return
    name = party.name[:80]
    try:
        uscc.validate(number)
    except InvalidChecksum:
        right = uscc.calc_check_digit(number[:-1])
        facts = {"value": number[:40], "name": name, "right": right}
        yield Problem("einvoice.uscc_digit", invoice.place, facts)
    except ValidationError:
        yield Problem("einvoice.uscc_form", invoice.place, {"value": number[:40], "name": name})
