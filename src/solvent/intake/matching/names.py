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
_TRADITIONAL = (
    "國電業貿東廣華實發機車義進豐寶達興鋼鐵龍灣產設備環際聯與藥醫網絡儀門學術開張陳劉楊黃趙吳許鄭馮鄧蘇盧葉潤銀錢財務經濟營銷"
    "運輸農漁紡織製飾靜鄉鎮縣區號廠裝飛億萬園藝動畫視頻圖書館愛爾團資訊體責"
)
_SIMPLIFIED = (
    "国电业贸东广华实发机车义进丰宝达兴钢铁龙湾产设备环际联与药医网络仪门学术开张陈刘杨黄赵吴许郑冯邓苏卢叶润银钱财务经济营销"
    "运输农渔纺织制饰静乡镇县区号厂装飞亿万园艺动画视频图书馆爱尔团资讯体责"
)
_SIMPLER = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|"
    "内蒙古|广西|西藏|宁夏|新疆"
)
_PROVINCE = re.compile(rf"^(?:{_PROVINCES})(?:省|(?:壮族|回族|维吾尔)?自治区)?(?=[\u4e00-\u9fff]{{2,3}}市.{{2,}})")
_BRANCH = re.compile(r"^(.{4,}?公司)(.{1,12}?(?:分公司|分行|分部|办事处|营业部|经营部|分厂|项目部))$")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")
_FIRM = re.compile(r"公司|厂|店|行|社|部|中心|医院|大学|局|院|所|集团|商|馆|处|会|场|站|坊")
_PLACES = re.compile(r"(省|市|自治区|特别行政区|壮族|回族|维吾尔)")
_MARKS = re.compile(r"[^\w]|_")
_APART = re.compile(r"[^\w]+|_+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def plain_name(text: str | None) -> str:
    """A company name without legal form, place words, marks and accents; empty where nothing is left.

    >>> plain_name("Müller & Söhne GmbH & Co. KG"), plain_name("MUELLER SOEHNE")
    ('muller sohne', 'mueller soehne')
    >>> plain_name("浙江省杭州市華信電子有限公司") == plain_name("杭州华信电子有限责任公司")
    True
    >>> plain_name("上海市海锚设备有限责任公司") == plain_name("上海海锚设备有限公司")
    True
    """
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text).translate(_SIMPLER).casefold()
    if _HAN.search(folded):
        folded = _PROVINCE.sub("", folded)
        for old, new in _CHINESE:
            folded = folded.replace(old, new)
        return _PLACES.sub("", _MARKS.sub("", folded))
    folded = _INITIALS.sub(lambda found: found[0].replace(".", ""), folded)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    words = [word for word in _APART.split(bare) if word and word not in _FORMS]
    return " ".join(words)


def whole_name(text: str | None) -> str:
    """A name by all its letters and digits, legal form included.

    >>> whole_name("Oak Industries, Inc."), whole_name("OAK INDUSTRIES INC")
    ('oakindustriesinc', 'oakindustriesinc')
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text or "").translate(_SIMPLER)).casefold()
    return _MARKS.sub("", "".join(sign for sign in folded if not unicodedata.combining(sign)))


def head_name(text: str | None) -> str:
    """The plain name of the company of which a branch is named; empty where none is.

    >>> head_name("上海海锚设备有限公司苏州分公司") == plain_name("上海海锚设备有限公司")
    True
    """
    if not text:
        return ""
    found = _BRANCH.match(_MARKS.sub("", unicodedata.normalize("NFKC", text)))
    return plain_name(found[1]) if found else ""


def account_of(text: str | None) -> str:
    """An account number by its letters and digits; empty where it is masked or too short to name anybody.

    >>> account_of("de89 3704 0044"), account_of("6222****1234"), account_of("12")
    ('DE8937040044', '', '')
    """
    if not text or "*" in text or "＊" in text:
        return ""
    bare = _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return bare if len(bare) >= 6 else ""


def is_person(text: str | None) -> bool:
    """True for what looks like a Chinese person's name: two to four characters, no word of a company."""
    bare = _MARKS.sub("", text or "")
    return 2 <= len(bare) <= 4 and len(_HAN.findall(bare)) == len(bare) and not _FIRM.search(bare)


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
