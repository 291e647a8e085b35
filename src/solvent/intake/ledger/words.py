"""Words: which fields a header text may mean, by exact words first, then by words within it.

A longer header keeps the meaning of its last words (``Customer invoice due date``, 客户到期日), or of its first ones
where only a modifier follows (``Amount due signed``, 未收款合计). Some words take any such meaning away: a tax total
is no total, an overdue amount is not what is owed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from solvent.intake.ledger.fields import LONGEST, WORDS, plain


class Meaning(NamedTuple):
    """One thing that a header may mean; the smaller, the surer.

    strength: 0 exact, 1 exact but for brackets, abbreviations or units, 2 by its last words, 3 by its first ones.
    rank: place of the word among those of the field.
    """

    strength: int
    rank: int
    field: str


_SHORT = {
    "dt": "date", "amt": "amount", "cust": "customer", "inv": "invoice", "doc": "document", "cur": "currency",
    "curr": "currency", "nr": "no", "num": "no", "nbr": "no", "loc": "local", "lc": "local currency",
    "pstng": "posting", "clrng": "clearing", "pymt": "payment", "pmt": "payment", "pmnt": "payment", "bal": "balance",
    "acct": "account", "ref": "reference", "deliv": "delivery", "crcy": "currency", "pay": "payment", "dte": "date",
    "o/s": "outstanding", "os": "outstanding", "rcvd": "received", "recd": "received", "desc": "description",
}  # fmt: skip
_VETO = re.compile(
    r"\b(?:tax|vat|gst|qty|quantity|price|rate|discount|limit|cost|age|aged|overdue|past|bucket|phone|mail|email|"
    r"address|bank|last|latest|earliest|next|first|reminder|dunning|printed|previous|prior|excl|excluded|excluding|before|untaxed|"
    r"net of|budget|forecast|write|interest|weight|margin|subtotal|average|avg|max|min|limit|approved|ship|shipping|"
    r"exempt|year|month|week|quarter)\b|不含税|未税|无税|税额|税率|税金|单价|数量|逾期|超期|账龄|坏账|计提|准备|上期|上年|"
    r"上月|期初|年初|本月|当月|本周|昨日|今日|折扣|额度|限额|保证金|质保|预收|预付|比例|比率|率$|次数|首次|下次|催收|对账|"
    r"手机|电话|地址|邮箱|税号|开户|提前|预算|最近|最后|最早|未开票|未到期|已到期|滞纳|利息|税$|不良|成本|毛利|利润"
)
_LAST = {
    "currency", "region", "country", "industry", "territory", "salesperson", "salesman", "outstanding", "residual",
    "terms", "maturity", "币种", "币别", "地区", "区域", "行业", "国家", "账期", "余额", "欠款", "到期日", "业务员",
}  # fmt: skip
"""Single words that give a longer header its meaning when they stand last; other words need company."""
_AFTER = re.compile(
    r"^(?:signed|total|totals|net|gross|value|amount|balance|date|day|no|number|id|code|eur|usd|cny|gbp|rmb|"
    r"in [a-z]{3}|sum|text|flag|金额|数|额|合计|总计|元|日|日期|时间|值|名称|编号|号|号码|原币|人民币|美元|小计)+$"
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKET = re.compile(r"[(\[【<{]([^)\]】>}]*)[)\]】>}]")
_UNIT = re.compile(
    r"(?:[万千亿]|百万|十万)?(?:人民币|美[元金]|欧元|港[元币]|[元圆¥$€£])$|(?:in)?(?:rmb|cny|usd|eur|gbp|hkd|jpy)$"
)
_LOCAL = ("本位币", "本币", "折人民币", "local currency", "company currency", "base currency", "hauswährung")
_FOREIGN = ("原币", "外币", "document currency", "transaction currency", "foreign currency", "invoice currency")
_LOCAL_OF = {"amount": "booked_amount", "open_amount": "booked_open_amount", "balance": "booked_open_amount"}
_PERIOD = re.compile(r"^(?:本期发生额?|本期|期末|累计|本年)")


def _dictionary() -> Mapping[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for field, words in WORDS.items():
        for rank, word in enumerate(words.split("|")):
            spelled = {plain(word.strip()), plain(_spaced(word.strip()))}
            for form in sorted(spelled):
                found.setdefault(form, []).append((rank, field))
    return {word: list(dict.fromkeys(meant)) for word, meant in found.items()}


def _spaced(text: str) -> str:
    """A text as words apart, in small letters, abbreviations written out: ``AmtDue`` is ``amount due``."""
    folded = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    parts = re.split(r"[\s_\-./\\:,;*#'\"&|+?、，]+", folded)
    return " ".join(_SHORT.get(part, part) for part in parts if part)


DICTIONARY = _dictionary()
"""Plain header word to the fields that have it, each with the word's rank there; in the order of the fields."""


@cache
def meanings(text: str) -> tuple[Meaning, ...]:
    """What a header text may mean, the surest first; empty: nothing that we know, or longer than LONGEST.

    >>> [found.field for found in meanings("Net due dt")], [found.field for found in meanings("未收款(元)")]
    (['due_on'], ['open_amount'])
    >>> [found.field for found in meanings("Tax total")]
    []
    """
    found: dict[str, Meaning] = {}
    if len(text) > LONGEST:
        return ()
    for strength, forms in enumerate((_exact(text), _nearly(text), _ending(text), _beginning(text))):
        for form in forms:
            for rank, field in DICTIONARY.get(form, ()):
                found.setdefault(field, Meaning(strength, rank, field))
        if found:
            break
    if not found:
        found = {meant.field: meant for meant in _in_currency(text)}
    return tuple(sorted(found.values()))


def known_word(text: str) -> bool:
    """True for a header text that is a header word by itself."""
    return any(meant.strength < 2 for meant in meanings(text))


def local_money(text: str) -> bool:
    """True for a header that says that its money is the company's own.

    >>> local_money("本位币 借方"), local_money("借方")
    (True, False)
    """
    return any(name in _bare(text) for name in _LOCAL)


def _exact(text: str) -> Iterator[str]:
    bracket = _BRACKET.search(unicodedata.normalize("NFKC", text))
    if bracket:
        base = _BRACKET.sub(" ", unicodedata.normalize("NFKC", text))
        for joined in (f"{bracket.group(1)} {base}", f"{base} {bracket.group(1)}"):
            yield plain(joined)
    yield plain(text)


def _nearly(text: str) -> Iterator[str]:
    bare = _bare(text)
    yield plain(bare)
    word = plain(text)
    yield _UNIT.sub("", word)
    yield _PERIOD.sub("", word)


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return _spaced(_BRACKET.sub(" ", folded).strip() or folded)


def _ending(text: str) -> Iterator[str]:
    """The longest known words at the end."""
    bare = _bare(text)
    if _VETO.search(bare):
        return
    parts = bare.split(" ")
    for start in range(1, len(parts)):
        last = parts[start:]
        if len(last) > 1 or last[0] in _LAST:
            yield "".join(last)
    word = _UNIT.sub("", plain(bare))
    if _CJK.search(word):
        for start in range(1, len(word) - 1):
            tail = word[start:]
            if len(tail) > 2 or tail in _LAST:
                yield tail


def _beginning(text: str) -> Iterator[str]:
    """The longest known words at the beginning, where nothing but a modifier follows."""
    bare = _bare(text)
    if _VETO.search(bare):
        return
    parts = bare.split(" ")
    for end in range(len(parts) - 1, 1, -1):
        if _AFTER.match(" ".join(parts[end:])):
            yield "".join(parts[:end])
    word = plain(bare)
    if _CJK.search(word):
        for end in range(len(word) - 1, 2, -1):
            if _AFTER.match(word[end:]):
                yield word[:end]


def _in_currency(text: str) -> Iterator[Meaning]:
    """A header that says in which of two currencies its money is: 本期应收 本币, 原币 余额."""
    bare = _bare(text)
    for names, local in ((_LOCAL, True), (_FOREIGN, False)):
        for name in names:
            if name not in bare:
                continue
            rest = bare.replace(name, " ").strip()
            for meant in meanings(rest) if rest else ():
                if local and meant.field in _LOCAL_OF:
                    yield Meaning(4, meant.rank, _LOCAL_OF[meant.field])
                if not local or meant.field not in ("amount", "open_amount"):
                    yield Meaning(3 + local, meant.rank, meant.field)
            return
