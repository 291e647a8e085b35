"""Sides: whether an invoice is ours to collect or ours to pay, and under which number the other side is known."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from solvent.intake.einvoice.invoice import EInvoice, Party
from solvent.intake.intake import Known

_BLANKS = re.compile(r"[\s.\-/]")
_MARKS = re.compile(r"[\W_]+")


class Side(Enum):
    """On which side of an invoice we stand."""

    SELLER = "seller"
    BUYER = "buyer"
    BOTH = "both"
    NEITHER = "neither"


def folded_id(text: str) -> str:
    """A tax number as it is compared: no blanks, dots, dashes or slashes, capital letters.

    >>> folded_id("de 123.456-789")
    'DE123456789'
    """
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def folded_name(text: str) -> str:
    """A name as it is compared: no blanks or marks, one width, small letters.

    >>> folded_name("示例科技（北京）有限公司") == folded_name("示例科技(北京) 有限公司")
    True
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class Own:
    """Who we are and whom we know, made comparable once for a file."""

    ids: frozenset[str]
    names: frozenset[str]
    by_id: dict[str, str]
    by_name: dict[str, str]

    @classmethod
    def of(cls, known: Known) -> Own:
        return cls(
            frozenset(folded_id(number) for number in known.tax_ids),
            frozenset(folded_name(name) for name in known.names),
            {folded_id(key): customer for key, customer in known.customers.items()},
            {folded_name(key): customer for key, customer in known.customers.items()},
        )

    @property
    def empty(self) -> bool:
        """True where nothing says who we are."""
        return not self.ids and not self.names

    def recognises(self, party: Party) -> str:
        """The number, else the name, by which a party is us; empty where it is not."""
        mine = next((number for number in party.numbers if folded_id(number) in self.ids), "")
        return mine or (party.name if party.name and folded_name(party.name) in self.names else "")

    def under_another_number(self, party: Party) -> bool:
        """True where a party is us by name, with a tax number that is none of ours."""
        return bool(party.tax_id and self.ids) and self.recognises(party) == party.name != ""

    def side(self, invoice: EInvoice) -> Side:
        """On which side of an invoice we stand."""
        seller, buyer = self.recognises(invoice.seller), self.recognises(invoice.buyer)
        if seller and buyer:
            return Side.BOTH
        return Side.SELLER if seller else Side.BUYER if buyer else Side.NEITHER

    def customer(self, party: Party) -> tuple[str, bool]:
        """The customer number of a party, and whether the books already have it.

        Known by a tax number or by name; else made from the tax number, another number, or the name. Empty where the
        party has none of them.
        """
        for number in party.numbers:
            if folded_id(number) in self.by_id:
                return self.by_id[folded_id(number)], True
        if party.name and folded_name(party.name) in self.by_name:
            return self.by_name[folded_name(party.name)], True
        return made_id(party), False


def made_id(party: Party) -> str:
    """A number for a party that the books do not know: its tax number, another of its numbers, or its name."""
    numbers = (folded_id(number) for number in party.numbers)
    return next((number for number in numbers if number), party.name)[:100]
