"""Fields: the columns of a company report, in English and in Chinese, and the words for states and opinions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

COMMON = ("customer", "customer_name", "registration_no", "source", "told_on", "currency")
"""Columns of every record. customer: our number; else the company is found by its registration number or its name."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "registration": (
        *COMMON, "legal_name", "vat_id", "lei", "iban", "founded_on", "status", "legal_form", "legal_representative",
        "industry_code", "address", "capital", "paid_in", "employees", "parent", "parent_name",
    ),
    "event": (*COMMON, "happened_on", "kind", "severity", "reference", "detail", "amount", "role", "old", "new"),
    "opinion": (*COMMON, "agency", "rating", "yearly_default_chance", "amount", "valid_until"),
    "reference": (
        *COMMON, "told_by", "high_credit", "limit", "terms_days", "beyond_terms_days", "known_years", "opinion",
    ),
}  # fmt: skip
"""Kind of record to its columns."""
CHINESE: Mapping[str, tuple[str, ...]] = {
    "record": ("记录类型", "记录", "类别"),
    "customer": ("客户编号", "客户代码"),
    "customer_name": ("企业名称", "公司名称", "客户名称", "主体名称"),
    "registration_no": ("统一社会信用代码", "社会信用代码", "注册号", "工商注册号"),
    "source": ("来源", "数据来源", "信息来源"),
    "told_on": ("查询日期", "报告日期", "截至日期", "更新日期"),
    "currency": ("币种", "货币"),
    "legal_name": ("登记名称", "法定名称"),
    "vat_id": ("增值税号",),
    "founded_on": ("成立日期", "注册日期"),
    "status": ("登记状态", "经营状态", "企业状态"),
    "legal_form": ("企业类型", "公司类型"),
    "legal_representative": ("法定代表人", "法人代表", "负责人"),
    "industry_code": ("行业代码", "所属行业"),
    "address": ("注册地址", "住所", "地址"),
    "capital": ("注册资本",),
    "paid_in": ("实缴资本",),
    "employees": ("员工人数", "参保人数", "人员规模"),
    "parent": ("母公司客户编号",),
    "parent_name": ("母公司", "控股股东", "母公司名称"),
    "happened_on": ("发生日期", "变更日期", "公告日期", "立案日期", "开庭日期", "列入日期", "处罚日期"),
    "kind": ("事件类型", "变更事项", "事项", "类型"),
    "severity": ("严重程度",),
    "reference": ("案号", "文号", "编号", "文书号", "登记编号"),
    "detail": ("内容", "详情", "事由", "案由", "摘要", "说明"),
    "amount": ("金额", "涉案金额", "执行标的", "建议额度", "信用额度"),
    "role": ("诉讼地位", "身份", "角色"),
    "old": ("变更前",),
    "new": ("变更后",),
    "agency": ("评级机构", "机构"),
    "rating": ("评级", "信用等级", "评分"),
    "yearly_default_chance": ("违约概率",),
    "valid_until": ("有效期至", "有效期"),
    "told_by": ("提供方", "供应商"),
    "high_credit": ("最高欠款", "最高赊销额"),
    "limit": ("授信额度", "赊销额度"),
    "terms_days": ("账期", "账期天数"),
    "beyond_terms_days": ("平均逾期天数", "逾期天数"),
    "known_years": ("合作年限",),
    "opinion": ("评价", "口碑"),
}
"""Column to the Chinese headings that mean it."""
RECORDS: Mapping[str, str] = {
    "registration": "registration", "registry": "registration", "工商信息": "registration",
    "登记信息": "registration", "工商登记": "registration", "event": "event", "事件": "event", "风险事件": "event",
    "变更记录": "event", "司法信息": "event", "opinion": "opinion", "评级": "opinion", "信用评级": "opinion",
    "reference": "reference", "trade reference": "reference", "付款口碑": "reference", "同行评价": "reference",
}  # fmt: skip
"""How a record's kind is named."""
STATUSES: Mapping[str, str] = {
    "存续": "active", "在业": "active", "开业": "active", "正常": "active", "在营": "active", "迁入": "active",
    "迁出": "active", "active": "active", "registered": "active", "停业": "suspended", "歇业": "suspended",
    "非正常": "suspended", "suspended": "suspended", "dormant": "suspended", "inactive": "suspended",
    "清算": "in_liquidation", "in liquidation": "in_liquidation", "liquidation": "in_liquidation",
    "in_liquidation": "in_liquidation", "吊销": "revoked", "撤销": "revoked", "revoked": "revoked",
    "注销": "deregistered", "deregistered": "deregistered", "dissolved": "deregistered",
    "struck off": "deregistered", "removed": "deregistered",
}  # fmt: skip
"""What registers call a company's state; one that holds a word means it (``存续（在营、开业、在册）``)."""
VOICES: Mapping[str, str] = {
    "good": "good", "好": "good", "良好": "good", "优秀": "good", "准时": "good", "fair": "fair", "一般": "fair",
    "中": "fair", "poor": "poor", "bad": "poor", "差": "poor", "较差": "poor", "拖欠": "poor",
}  # fmt: skip
"""What a supplier says of a customer's paying."""

_FIELD_OF = {
    **{field: field for fields in FIELDS.values() for field in fields},
    "record": "record",
    **{word: field for field, words in CHINESE.items() for word in words},
}


def field_of(heading: str) -> str | None:
    """The column that a heading means; None for a stranger.

    >>> field_of("统一社会信用代码"), field_of("Told on"), field_of("colour")
    ('registration_no', 'told_on', None)
    """
    folded = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", heading)).strip().lower()
    return _FIELD_OF.get(re.sub(r"[\s-]+", "_", folded)) or _FIELD_OF.get(folded)


def state_of(word: str, words: Mapping[str, str]) -> str | None:
    """The state that a word means: the word itself, else the longest known one that stands in it.

    >>> state_of("存续（在营、开业、在册）", STATUSES), state_of("Inactive", STATUSES), state_of("?", STATUSES)
    ('active', 'suspended', None)
    """
    folded = unicodedata.normalize("NFKC", word).strip().lower()
    if folded in words:
        return words[folded]
    for known in sorted(words, key=len, reverse=True):
        if re.search(rf"\b{re.escape(known)}\b" if known.isascii() else re.escape(known), folded):
            return words[known]
    return None
