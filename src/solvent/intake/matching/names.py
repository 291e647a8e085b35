"""Names: company names brought to one form, so that the same company is found however a bank prints it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from rapidfuzz import fuzz, process

_FORMS = frozenset(
    [
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "se",
        "ltd",
        "limited",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "llc",
        "llp",
        "lp",
        "plc",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "oy",
        "oyj",
        "ab",
        "as",
        "aps",
        "pte",
        "pty",
        "sdn",
        "bhd",
        "kk",
        "kft",
        "zrt",
        "sro",
        "doo",
        "the",
        "und",
        "and",
        "et",
    ]
)
_CHINESE = (
    ("有限责任公司", "有限公司"),
    ("股份有限公司", "股份公司"),
    ("集团有限公司", "集团公司"),
    ("(中国)", ""),
)
_PLACES = re.compile(r"(省|市|自治区|特别行政区|壮族|回族|维吾尔)")
_MARKS = re.compile(r"[^\w]|_")
_APART = re.compile(r"[^\w]+|_+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def plain_name(text: str | None) -> str:
    """A company name without legal form, place words, marks and accents; empty where nothing is left.

    >>> plain_name("Müller & Söhne GmbH & Co. KG"), plain_name("MUELLER SOEHNE")
    ('muller sohne', 'mueller soehne')
    >>> plain_name("上海市海锚设备有限责任公司") == plain_name("上海海锚设备有限公司")
    True
    """
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _HAN.search(folded):
        for old, new in _CHINESE:
            folded = folded.replace(old, new)
        return _PLACES.sub("", _MARKS.sub("", folded))
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    words = [word for word in _APART.split(bare) if word and word not in _FORMS]
    return " ".join(words)


def is_person(text: str | None) -> bool:
    """True for what looks like a Chinese person's name: two to four characters, no word of a company."""
    bare = _MARKS.sub("", text or "")
    return 2 <= len(bare) <= 4 and len(_HAN.findall(bare)) == len(bare) and "公司" not in bare


def nearest(
    asked: Sequence[str], known: Sequence[str], cutoff: float
) -> Mapping[str, tuple[tuple[int, float], tuple[int, float] | None]]:
    """For each name in plain form the two most alike known ones, as place and likeness (0 to 1).

    The second is None where only one reaches ``cutoff``; a name of which none does is left out.
    """
    found: dict[str, tuple[tuple[int, float], tuple[int, float] | None]] = {}
    if not known:
        return found
    for start in range(0, len(asked), 500):
        block = asked[start : start + 500]
        scores = process.cdist(block, known, scorer=fuzz.ratio, score_cutoff=cutoff * 100, dtype=np.uint8, workers=2)
        order = np.argsort(-scores.astype(np.int16), axis=1, kind="stable")[:, :2]
        for place, name in enumerate(block):
            best = int(order[place, 0])
            likeness = scores[place, best] / 100.0
            if not likeness:
                continue
            second = int(order[place, 1]) if order.shape[1] > 1 else best
            next_likeness = scores[place, second] / 100.0 if second != best else 0.0
            found[name] = ((best, float(likeness)), (second, float(next_likeness)) if next_likeness else None)
    return found
