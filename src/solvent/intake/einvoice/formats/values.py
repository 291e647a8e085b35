"""Values: days and amounts out of the texts of an invoice; what cannot be read is a fault that names its field."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from solvent.base.money import digits
from solvent.base.problem import Problem

MOST = 10**15
"""Minor units beyond which no invoice is believed."""

_AMOUNT = re.compile(r"^[+-]?((\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{0,20})?|\.\d{1,20})$")
_DAYS = (
    re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].{0,30}|Z|[+-]\d\d:\d\d)?$"),
    re.compile(r"^(\d{4})(\d\d)(\d\d)(?:\d{2,9})?$"),
    re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})(?: .{0,30})?$"),
    re.compile(r"^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?$"),
)
_NO_TAX = frozenset({"*", "**", "***", "免税", "不征税"})
"""What a Chinese invoice prints for its tax where none is due."""


def day_of(text: str) -> date | None:
    """The day that a text states; None where it states none between 1980 and 2100.

    >>> day_of("20240506"), day_of("2024年05月06日"), day_of("2024-05-06T10:08:05"), day_of("06.05.2024")
    (datetime.date(2024, 5, 6), datetime.date(2024, 5, 6), datetime.date(2024, 5, 6), None)
    """
    for form in _DAYS:
        found = form.match(text)
        if found:
            try:
                day = date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                return None
            return day if 1980 <= day.year <= 2100 else None
    return None


def decimal_of(text: str) -> Decimal | None:
    """The number that a text states, exactly; a currency sign before it and grouping by thousands are allowed.

    >>> decimal_of("-2,650.00"), decimal_of("¥12.5"), decimal_of("1.234,56"), decimal_of("1e3")
    (Decimal('-2650.00'), Decimal('12.5'), None, None)
    """
    bare = text.strip()
    sign = "-" if bare.startswith(("-¥", "-￥")) else ""
    bare = sign + bare.removeprefix(sign).lstrip("¥￥").strip()
    if bare.isascii() and _AMOUNT.match(bare):
        return Decimal(bare.replace(",", ""))
    return None


class Values:
    """Reads the texts of one invoice and keeps what could not be read.

    faults: one Problem for each text that is there and cannot be read.
    """

    def __init__(self, place: str, currency: str) -> None:
        self.place = place
        self.currency = currency
        self.faults: list[Problem] = []

    def day(self, field: str, text: str) -> date | None:
        """The day in a field; None where the field is empty or holds no day."""
        if not text:
            return None
        found = day_of(text)
        if found is None:
            self.faults.append(Problem("einvoice.value.day", self.place, {"field": field, "value": text[:60]}))
        return found

    def number(self, field: str, text: str) -> Decimal | None:
        """The number in a field; None where the field is empty or holds none."""
        if not text:
            return None
        found = decimal_of(text)
        if found is None:
            self.faults.append(Problem("einvoice.value.amount", self.place, {"field": field, "value": text[:60]}))
        return found

    def amount(self, field: str, text: str) -> int | None:
        """The amount in a field in minor units; None where it is empty, no number, or finer than the currency."""
        found = self.number(field, text)
        return None if found is None else self.minor(field, found)

    def tax(self, field: str, text: str) -> int | None:
        """As ``amount``; what stands for "no tax" on a Chinese invoice is 0."""
        return 0 if text in _NO_TAX else self.amount(field, text)

    def minor(self, field: str, amount: Decimal) -> int | None:
        """An amount in the main unit as minor units, exactly or not at all."""
        scaled = amount.scaleb(digits(self.currency))
        if scaled != scaled.to_integral_value() or abs(scaled) > MOST:
            facts = {"field": field, "value": str(amount), "currency": self.currency}
            self.faults.append(Problem("einvoice.value.too_fine", self.place, facts))
            return None
        return int(scaled)


def shown(text: str, most: int = 2000) -> str:
    """A text on one line, cut where it is longer than anybody reads."""
    return " ".join(text.split())[:most]
