"""Kinds: how registers, courts and agencies name what happened to a company, as our kinds of events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from solvent.books.credit.events import EVENT_KINDS

WORDS: Mapping[str, tuple[str, ...]] = {
    "legal_representative_changed": (
        "法定代表人变更", "法人变更", "法人代表变更", "负责人变更", "法定代表人", "legal representative changed",
        "change of legal representative",
    ),
    "director_changed": (
        "高管变更", "董事变更", "监事变更", "主要人员变更", "高级管理人员备案", "董事备案", "监事备案", "经理备案",
        "director changed", "change of director", "officer changed",
    ),
    "shareholder_changed": (
        "股东变更", "投资人变更", "出资人变更", "股权变更", "股权转让", "股东信息变更", "shareholder changed",
        "change of shareholder", "change of ownership",
    ),
    "name_changed": ("名称变更", "企业名称变更", "公司名称变更", "字号变更", "name changed", "change of name"),
    "address_changed": (
        "地址变更", "住所变更", "经营场所变更", "注册地址变更", "迁址", "address changed", "change of address",
    ),
    "business_scope_changed": ("经营范围变更", "change of business scope", "business scope changed"),
    "capital_raised": ("增资", "注册资本增加", "capital raised", "capital increase"),
    "capital_reduced": ("减资", "减资公告", "注册资本减少", "capital reduced", "capital reduction"),
    "abnormal_operation": (
        "经营异常", "经营异常名录", "列入经营异常名录", "列入经营异常", "abnormal operation",
    ),
    "serious_violation": (
        "严重违法", "严重违法失信", "严重违法失信企业名单", "严重违法失信名单", "serious violation",
    ),
    "licence_revoked": ("吊销", "吊销营业执照", "吊销执照", "licence revoked", "license revoked"),
    "deregistered": ("注销", "注销备案", "简易注销", "清算", "清算备案", "deregistered", "dissolved", "struck off"),
    "lawsuit_as_plaintiff": ("起诉他人", "原告", "lawsuit as plaintiff", "plaintiff"),
    "lawsuit_as_defendant": (
        "开庭公告", "法院公告", "立案信息", "立案", "诉讼", "被起诉", "被告", "送达公告", "lawsuit", "litigation",
        "lawsuit as defendant", "defendant", "court hearing",
    ),
    "judgment_against": (
        "裁判文书", "判决", "判决书", "民事判决", "败诉", "judgment", "judgment against", "county court judgment",
    ),
    "enforcement_opened": ("被执行人", "执行信息", "强制执行", "终本案件", "enforcement", "enforcement opened"),
    "dishonest_debtor": ("失信被执行人", "失信人", "失信", "老赖", "dishonest debtor"),
    "spending_restricted": ("限制高消费", "限制消费", "限制消费令", "限高", "spending restricted"),
    "insolvency_filed": (
        "破产", "破产重整", "破产清算", "破产案件", "破产申请", "重整", "insolvency", "insolvency filed",
        "bankruptcy petition", "administration", "receivership",
    ),
    "bankrupt": ("宣告破产", "破产宣告", "bankrupt", "declared bankrupt", "winding up order"),
    "equity_pledged": ("股权出质", "股权质押", "equity pledged", "pledge of shares"),
    "equity_frozen": ("股权冻结", "司法协助", "equity frozen", "freezing of shares"),
    "chattel_mortgaged": ("动产抵押", "抵押", "chattel mortgage", "chattel mortgaged", "charge registered"),
    "tax_arrears": ("欠税公告", "欠税", "欠税信息", "税收违法", "tax arrears", "tax lien"),
    "penalty": ("行政处罚", "处罚", "环保处罚", "罚款", "penalty", "fine", "administrative penalty"),
    "insurer_warning": ("保险预警", "信保预警", "insurer warning"),
    "agency_upgrade": ("评级上调", "upgrade", "agency upgrade", "rating upgrade"),
    "agency_downgrade": ("评级下调", "downgrade", "agency downgrade", "rating downgrade"),
    "audit_qualified": (
        "非标意见", "保留意见", "无法表示意见", "否定意见", "qualified opinion", "audit qualified", "adverse opinion",
    ),
    "negative_news": ("负面新闻", "负面舆情", "舆情", "negative news", "adverse media"),
    "supplier_lost": ("失去供应商", "供应商流失", "supplier lost"),
    "buyer_lost": ("失去客户", "客户流失", "buyer lost"),
}  # fmt: skip
"""Kind to the words that name it; a word that holds one of them means it too, the longest word first."""

_CAPITAL = re.compile(r"注册资本变更|注册资本\(金\)变更|注册资本|change of capital|capital changed")
_DEFENDANT, _PLAINTIFF = ("被告", "被申请", "被上诉", "defendant"), ("原告", "申请人", "上诉人", "plaintiff")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("_", " ").split())


_EXACT = {_plain(word): kind for kind, words in WORDS.items() for word in words}
_BARE = ("法定代表人", "被告", "原告", "抵押")
"""Words that mean a kind where they stand alone, and anything within a longer text."""
_BY_LENGTH = sorted(
    (
        (re.compile(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)), kind, len(word))
        for word, kind in _EXACT.items()
        if word not in _BARE
    ),
    key=lambda entry: -entry[2],
)


def kind_of(word: str, *, role: str = "", old: float | None = None, new: float | None = None) -> str | None:
    """Our kind for a source's word; None for a word that nobody knows.

    Args:
        word: ``失信被执行人``, or one of our own kinds.
        role: the company's part in a lawsuit, ``被告`` or ``plaintiff``; where nothing is said it is sued.
        old, new: capital before and after, which tell what its change was.

    >>> kind_of("失信被执行人"), kind_of("开庭公告", role="原告"), kind_of("?")
    ('dishonest_debtor', 'lawsuit_as_plaintiff', None)
    >>> kind_of("注册资本变更", old=200, new=100)
    'capital_reduced'
    """
    plain = _plain(word)
    if plain.replace(" ", "_") in EVENT_KINDS:
        return plain.replace(" ", "_")
    if _CAPITAL.search(plain) and not ("增" in plain or "减" in plain):
        if old is None or new is None or old == new:
            return "other"
        return "capital_raised" if new > old else "capital_reduced"
    found = _EXACT.get(plain) or next((kind for pattern, kind, _ in _BY_LENGTH if pattern.search(plain)), None)
    if found in ("lawsuit_as_defendant", "judgment_against") and role:
        part = _plain(role)
        if any(text in part for text in _PLAINTIFF) and not any(text in part for text in _DEFENDANT):
            return "lawsuit_as_plaintiff"
    return found
