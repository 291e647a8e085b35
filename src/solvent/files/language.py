"""Language: every word that a person reads on the command line, in English and Chinese, in the reader's own forms.

English text is the key; ``locale/zh_CN``, a file for each topic, holds the Chinese. Numbers, days and money follow
Babel's locale data.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from math import isfinite

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal

from solvent.base.money import UNKNOWN, decimal
from solvent.base.problem import Fact, Problem
from solvent.files.sentences import SENTENCES

CODES = ("category", "categories", "rhythm")
"""Facts of problems that are codes of ours, and not words of the source."""

SPOKEN = {"en": "en_GB", "zh": "zh_CN"}


@dataclass(frozen=True)
class Language:
    """One of the two languages, ``en`` or ``zh``."""

    code: str = "en"

    @property
    def locale(self) -> str:
        """Babel's name of the locale."""
        return SPOKEN[self.code]

    def say(self, text: str, **facts: object) -> str:
        """The text in this language, with its facts filled in."""
        told = catalogue().get(text, text) if self.code == "zh" else text
        return told.format(**facts) if facts else told

    def problem(self, problem: Problem) -> str:
        """What a Problem says, in a sentence, after its place."""
        facts: dict[str, object] = {
            name: self.words(str(value)) if name in CODES else self.fact(value) for name, value in problem.facts.items()
        }
        sentence = self.say(SENTENCES[problem.code]).format_map(_Facts(facts))
        mark = "\uff1a" if self.code == "zh" else ": "
        return f"{problem.place}{mark}{sentence}" if problem.place else sentence

    def words(self, codes: str) -> str:
        """Codes with commas between, each in words: ``loan_repaid`` is loan repaid, 偿还借款."""
        return self.listed([self.say(code.strip().replace("_", " ")) for code in codes.split(",")])

    def fact(self, value: Fact) -> str:
        """A single fact as text: whole numbers grouped, the rest as it is."""
        if isinstance(value, int) and not isinstance(value, bool):
            return self.count(value)
        return "" if value is None else str(value)

    def money(self, minor: int | None, currency: str) -> str:
        """An amount with all its decimals, grouped, without the currency."""
        if minor is None:
            return "-"
        return f"{decimal(minor, currency):,f}"

    def currency(self, currency: str) -> str:
        """The currency's code, or that the ledger names none."""
        return self.say("currency not named") if currency == UNKNOWN else currency

    def days(self, value: float | None) -> str:
        """A number of days with one decimal."""
        return "-" if value is None else _fixed(value, 1)

    def number(self, value: float | None, places: int = 2) -> str:
        """A plain number."""
        return "-" if value is None else _fixed(value, places)

    def count(self, value: int) -> str:
        """A whole number, grouped."""
        return _fixed(value, 0)

    def share(self, value: float | None) -> str:
        """A share as per cent with one decimal."""
        return "-" if value is None else _fixed(value, 1, per_cent=True)

    def listed(self, words: Sequence[str]) -> str:
        """Words as a list in a sentence: a, b and c."""
        return format_list(list(words), locale=self.locale)

    def brief(self, value: float) -> str:
        """A large figure in few characters: 12.3M, 1230万; for pictures and narrow tables."""
        return _brief(value, self.locale)

    def brief_money(self, minor: int | None, currency: str) -> str:
        """An amount of minor units in few characters."""
        return "-" if minor is None else self.brief(float(decimal(minor, currency)))

    def short_day(self, value: date) -> str:
        """Day and month: 1 Nov, 11月1日."""
        return _short_day(value, self.locale)

    def day(self, value: date) -> str:
        """A day in words: 31 Oct 2026, 2026年10月31日."""
        return _day(value, self.locale)


def _fixed(value: float, places: int, *, per_cent: bool = False) -> str:
    """A number with grouped thousands: both of our languages write numbers alike, as Babel's data have it, and a list
    has hundreds of them. Halves go to the even digit, as there.

    >>> _fixed(1234.25, 1), _fixed(-0.5, 0), _fixed(0.2504, 1, per_cent=True)
    ('1,234.2', '-0', '25.0%')
    """
    if not isfinite(value):
        return str(value)
    exact = Decimal(str(value)) * (100 if per_cent else 1)
    return f"{round(exact, places) if places else round(exact, 0):,f}" + ("%" if per_cent else "")


@lru_cache(maxsize=20_000)
def _day(value: date, locale: str) -> str:
    return str(format_date(value, format="long" if locale.startswith("zh") else "medium", locale=locale))


@lru_cache(maxsize=20_000)
def _brief(value: float, locale: str) -> str:
    return str(format_compact_decimal(value, fraction_digits=1, locale=locale))


@lru_cache(maxsize=20_000)
def _short_day(value: date, locale: str) -> str:
    return str(format_skeleton("MMMd", value, locale=locale))


class _Facts(dict[str, object]):
    """Facts of a sentence; one that a problem does not carry shows as an empty word, never as a crash."""

    def __missing__(self, key: str) -> str:
        return ""


@cache
def catalogue() -> Mapping[str, str]:
    """English text to Chinese text."""
    shelf = files("solvent.files").joinpath("locale/zh_CN")
    pages = [read_po(BytesIO(entry.read_bytes()), locale="zh_CN") for entry in shelf.iterdir()]
    return {str(message.id): str(message.string) for page in pages for message in page if message.id and message.string}


def chosen(asked: str | None = None, environment: Mapping[str, str] | None = None) -> Language:
    """The language asked for, else that of the locale (LC_ALL, LC_MESSAGES, LANG), else English."""
    env = os.environ if environment is None else environment
    told = asked or env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return Language("zh" if told.lower().startswith("zh") else "en")
