"""Words: how statements name the lines that we read, in Chinese and in English, and items that have no line here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

WHOLE: Mapping[str, tuple[str, ...]] = {
    "cash": (
        "货币资金", "现金及现金等价物", "cash and cash equivalents", "cash and bank balances",
        "bank balances and cash", "cash at bank and in hand", "cash and deposits", "cash",
    ),
    "trade_receivables": (
        "应收票据及应收账款", "trade and bills receivables", "trade and notes receivables",
        "accounts and notes receivable",
    ),
    "inventory": (
        "存货", "inventories", "inventory", "stock", "stocks",
    ),
    "prepayments": (
        "预付款项", "预付账款", "prepayments", "prepaid expenses", "prepaid expenses and other current assets",
        "advances to suppliers",
    ),
    "current_assets": (
        "流动资产合计", "流动资产总计", "total current assets", "current assets total",
    ),
    "total_assets": (
        "资产总计", "资产合计", "资产总额", "total assets",
    ),
    "trade_payables": (
        "应付票据及应付账款", "trade and bills payables", "trade and notes payables", "accounts and notes payable",
    ),
    "current_liabilities": (
        "流动负债合计", "流动负债总计", "total current liabilities",
    ),
    "total_liabilities": (
        "负债合计", "负债总计", "负债总额", "total liabilities",
    ),
    "retained_earnings": (
        "留存收益", "retained earnings", "retained profits", "accumulated profits", "accumulated losses",
        "accumulated deficit", "retained losses", "profit and loss account",
    ),
    "equity": (
        "所有者权益合计", "股东权益合计", "所有者权益总计", "股东权益总计", "净资产合计", "total equity",
        "total shareholders equity", "total stockholders equity", "total owners equity", "shareholders funds",
        "net assets",
    ),
    "sales": (
        "营业收入", "营业总收入", "revenue", "revenues", "total revenue", "total revenues", "net revenue", "turnover",
        "sales", "net sales", "sales revenue", "revenue from contracts with customers",
    ),
    "cogs": (
        "营业成本", "销售成本", "cost of sales", "cost of goods sold", "cost of revenue", "cost of revenues",
        "cost of sales and services",
    ),
    "purchases": (
        "采购额", "采购总额", "本期购货", "purchases", "total purchases",
    ),
    "ebit": (
        "息税前利润", "ebit", "operating profit", "operating loss", "profit from operations", "operating income",
        "income from operations", "results from operating activities", "earnings before interest and tax",
        "earnings before interest and taxes",
    ),
    "net_profit": (
        "净利润", "净亏损", "profit for the year", "loss for the year", "profit for the period",
        "loss for the period", "profit after tax", "profit after taxation", "net profit", "net income", "net loss",
        "net earnings", "profit attributable to owners", "profit for the financial year",
    ),
    "profit_before_tax": (
        "利润总额", "亏损总额", "税前利润", "profit before tax", "profit before taxation", "loss before tax",
        "profit before income tax", "income before tax", "income before taxes", "income before income taxes",
        "earnings before tax",
    ),
    "interest": (
        "利息费用", "利息支出", "interest expense", "interest expenses", "finance costs", "finance cost",
        "finance expense", "finance expenses", "interest payable and similar expenses",
        "net finance costs", "net finance cost", "net finance expense", "financial expenses",
    ),
    "finance_result": ("财务费用",),
    "liabilities_and_equity": (
        "负债和所有者权益总计", "负债及所有者权益总计", "负债和股东权益总计", "负债及股东权益总计",
        "负债和所有者权益合计", "负债及所有者权益合计", "total equity and liabilities",
        "total liabilities and equity", "total liabilities and shareholders equity",
        "total liabilities and stockholders equity",
    ),
    "noncurrent_assets": (
        "非流动资产合计", "total noncurrent assets", "total fixed assets",
    ),
    "noncurrent_liabilities": (
        "非流动负债合计", "长期负债合计", "total noncurrent liabilities",
    ),
}  # fmt: skip
"""Line to the items that are the whole of it, the better one first; the lines after ``net_profit`` only help others."""

PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "trade_receivables": (
        (
            "应收账款", "应收帐款", "trade receivables", "accounts receivable", "trade debtors",
            "accounts receivable net", "trade accounts receivable", "trade receivables net",
        ),
        ("应收票据", "bills receivable", "notes receivable", "bills receivables"),
        ("应收款项融资",),
    ),
    "trade_payables": (
        ("应付账款", "应付帐款", "trade payables", "accounts payable", "trade creditors", "trade accounts payable"),
        ("应付票据", "bills payable", "notes payable", "bills payables"),
    ),
    "retained_earnings": (("未分配利润", "未弥补亏损"), ("盈余公积",), ("一般风险准备",)),
    "sales": (("主营业务收入", "产品销售收入"), ("其他业务收入",)),
    "cogs": (("主营业务成本", "产品销售成本"), ("其他业务成本", "其他业务支出")),
    "cash": (("库存现金", "cash in hand", "cash on hand"), ("银行存款", "cash at bank", "bank balances")),
}  # fmt: skip
"""Line to the items that are parts of it, added where no item is the whole; the words of one part say the same."""

FALLBACK: Mapping[str, tuple[str, ...]] = {
    "trade_receivables": ("trade and other receivables", "receivables", "debtors"),
    "trade_payables": ("trade and other payables", "payables", "creditors"),
    "sales": ("total income",),
    "cogs": ("营业总成本",),
}
"""Wider items that are taken where neither the whole nor a part is told."""

UNSIGNED = frozenset({"cogs", "interest", "purchases"})
"""Costs, which some layouts show as negative numbers."""
LOSSES = frozenset(
    {
        "accumulateddeficit", "accumulatedlosses", "lossbeforetax", "lossfortheperiod", "lossfortheyear", "netloss",
        "operatingloss", "retainedlosses", "亏损总额", "净亏损", "未弥补亏损",
    }
)  # fmt: skip
"""Items that are losses, by their plain word: shown as a positive number, they are meant as negative ones."""

OTHER = (
    "交易性金融资产", "衍生金融资产", "其他应收款", "应收利息", "应收股利", "合同资产", "持有待售资产",
    "一年内到期的非流动资产", "其他流动资产", "债权投资", "其他债权投资", "长期应收款", "长期股权投资",
    "其他权益工具投资", "其他非流动金融资产", "投资性房地产", "固定资产", "固定资产原价", "累计折旧", "固定资产净额",
    "固定资产账面价值", "固定资产净值", "在建工程", "工程物资", "固定资产清理", "生产性生物资产", "油气资产",
    "使用权资产", "无形资产", "开发支出", "商誉", "长期待摊费用", "递延所得税资产", "其他非流动资产", "短期投资",
    "长期债券投资", "待摊费用", "短期借款", "交易性金融负债", "衍生金融负债", "预收款项", "预收账款", "合同负债",
    "应付职工薪酬", "应交税费", "应付利息", "应付股利", "应付利润", "其他应付款", "持有待售负债",
    "一年内到期的非流动负债", "其他流动负债", "长期借款", "应付债券", "优先股", "永续债", "租赁负债", "长期应付款",
    "预计负债", "递延收益", "递延所得税负债", "其他非流动负债", "预提费用", "实收资本", "股本", "其他权益工具",
    "资本公积", "库存股", "其他综合收益", "专项储备", "归属于母公司所有者权益合计", "归属于母公司股东权益合计",
    "少数股东权益", "税金及附加", "营业税金及附加", "销售费用", "营业费用", "管理费用", "研发费用", "利息收入",
    "其他收益", "投资收益", "公允价值变动收益", "信用减值损失", "资产减值损失", "资产处置收益", "营业利润",
    "营业外收入", "营业外支出", "所得税费用", "所得税", "持续经营净利润", "终止经营净利润",
    "归属于母公司所有者的净利润", "归属于母公司股东的净利润", "少数股东损益", "综合收益总额",
    "其他综合收益的税后净额", "基本每股收益", "稀释每股收益", "每股收益", "原材料", "在产品", "库存商品", "周转材料",
    "消耗性生物资产", "商品维修费", "广告费和业务宣传费", "开办费", "业务招待费", "研究费用", "城市维护建设税",
    "教育费附加", "政府补助",
    "property plant and equipment", "intangible assets", "goodwill", "right of use assets", "investment property",
    "investments in associates", "investments", "deferred tax assets", "deferred tax liabilities",
    "other receivables", "other current assets", "other noncurrent assets", "contract assets", "contract liabilities",
    "financial assets", "other financial assets", "income tax receivable", "current tax assets",
    "current tax liabilities", "tax payable", "income tax payable", "borrowings", "short term borrowings",
    "long term borrowings", "bank loans", "loans", "bank overdrafts", "lease liabilities", "provisions",
    "other payables", "accruals", "accrued expenses", "accrued liabilities", "deferred income", "deferred revenue",
    "dividends payable", "share capital", "issued capital", "ordinary shares", "common stock", "share premium",
    "additional paid in capital", "reserves", "other reserves", "treasury shares", "translation reserve",
    "noncontrolling interests", "equity attributable to owners of the parent",
    "equity attributable to owners of the company", "gross profit", "other income", "other operating income",
    "other gains", "other gains and losses", "selling and distribution expenses", "distribution costs",
    "selling expenses", "administrative expenses", "general and administrative expenses",
    "selling general and administrative expenses", "research and development expenses", "other expenses",
    "other operating expenses", "impairment losses", "depreciation and amortisation", "finance income",
    "interest income", "income tax expense", "income tax", "taxation", "tax expense", "tax on profit",
    "share of profit of associates", "other comprehensive income", "total comprehensive income",
    "total comprehensive income for the year", "basic earnings per share", "diluted earnings per share",
    "earnings per share", "owners of the parent", "owners of the company",
    "total current assets less current liabilities", "net current assets", "total assets less current liabilities",
    "employee benefits", "assets held for sale",
)  # fmt: skip
"""Items that are known and have no line of their own here."""

_NUMBERED = re.compile(
    r"^(?:(?:其中|加|减)\s*:\s*|(?:including|of which|less|add|plus)(?:\s*:|\s)\s*|[一二三四五六七八九十]+\s*[、.,:]\s*"
    r"|\d+\s*[、.)]\s*(?!\d)|[ivx]+\s*[.)]\s+|[-*·#△☆▲]+\s*)+"
)
_LONGEST = 200
"""Characters of a cell that are looked at; no item is longer."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def plain_item(text: str) -> str:
    """An item in one plain form: no numbering, brackets, blanks or marks, small letters.

    >>> plain_item("四、净利润（净亏损以“－”号填列）"), plain_item("减：营业成本"), plain_item("Profit/(loss)")
    ('净利润', '营业成本', 'profit')
    """
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).lower().strip()
    for _ in range(2):
        folded = _BRACKETS.sub(" ", folded)
    folded = _NUMBERED.sub("", folded.strip()).replace("&", " and ").replace("non-current", "noncurrent")
    return re.sub(r"[\W_]+", "", folded)


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain_item(word) for word in words)


MEANS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_plain(OTHER), ("", "other")),
    **{word: (line, "fallback") for line, words in FALLBACK.items() for word in _plain(words)},
    **{
        word: (line, f"part {place}")
        for line, parts in PARTS.items()
        for place, words in enumerate(parts)
        for word in _plain(words)
    },
    **{word: (line, f"whole {place:02}") for line, words in WHOLE.items() for place, word in enumerate(_plain(words))},
}
"""Plain word to its line and how it stands to it: ``whole 00`` (the first choice), ``part 0``, ``fallback``, ``other``.
"""
