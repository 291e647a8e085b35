"""Currency: which currency a text names, and whether its figures are in ones, thousands or ten thousands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import polars as pl

from solvent.base.money import is_currency
from solvent.intake.ledger.cells.marks import blank, plain

_NAMES: Mapping[str, str] = {
    "人民币": "CNY", "新台币": "TWD", "台币": "TWD", "港币": "HKD", "港元": "HKD", "香港元": "HKD", "澳门元": "MOP",
    "澳门币": "MOP", "美元": "USD", "美金": "USD", "欧元": "EUR", "日元": "JPY", "日圆": "JPY", "英镑": "GBP",
    "澳元": "AUD", "澳大利亚元": "AUD", "加元": "CAD", "加拿大元": "CAD", "新加坡元": "SGD", "新元": "SGD",
    "新西兰元": "NZD", "纽元": "NZD", "瑞士法郎": "CHF", "瑞郎": "CHF", "韩元": "KRW", "韩圆": "KRW", "泰铢": "THB",
    "卢布": "RUB", "印度卢比": "INR", "越南盾": "VND", "印尼盾": "IDR", "马币": "MYR", "林吉特": "MYR",
    "菲律宾比索": "PHP", "迪拉姆": "AED", "瑞典克朗": "SEK", "挪威克朗": "NOK", "丹麦克朗": "DKK", "雷亚尔": "BRL",
    "兰特": "ZAR", "墨西哥比索": "MXN", "RENMINBI": "CNY", "RMB": "CNY", "CNH": "CNY", "US DOLLAR": "USD",
    "EURO": "EUR", "YEN": "JPY", "POUND": "GBP", "STERLING": "GBP", "HK DOLLAR": "HKD",
}  # fmt: skip
_SIGNS: Mapping[str, str] = {
    "CN¥": "CNY", "RMB¥": "CNY", "JP¥": "JPY", "US$": "USD", "HK$": "HKD", "NT$": "TWD", "AU$": "AUD", "A$": "AUD",
    "CA$": "CAD", "C$": "CAD", "SG$": "SGD", "S$": "SGD", "NZ$": "NZD", "R$": "BRL", "€": "EUR", "£": "GBP",
    "₩": "KRW", "₹": "INR", "฿": "THB", "₫": "VND", "₽": "RUB", "₺": "TRY",
}  # fmt: skip
_EVERYDAY = (
    "CNY", "USD", "EUR", "HKD", "JPY", "GBP", "AUD", "CAD", "SGD", "CHF", "KRW", "TWD", "THB", "MYR", "INR", "RUB",
    "VND", "IDR", "PHP", "NZD", "SEK", "NOK", "DKK", "BRL", "MXN", "ZAR", "AED", "SAR", "PLN", "CZK", "HUF", "KWD",
)  # fmt: skip
"""Codes found within longer texts; rarer ones (ALL, TOP, TRY) are also words and count only where they stand alone."""

_BY_LENGTH = sorted({**_NAMES, **_SIGNS}, key=len, reverse=True)
_UNITS = {"千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_ANY_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_MONEY = r"(?:人民币|[美欧港日澳加]元|新?台币|港币|英镑|[元圆]|RMB|CNY|USD|EUR|HKD|JPY|GBP)"
_CHINESE_UNIT = re.compile(rf"(?<![0-9.一二三四五六七八九十百])({_ANY_UNIT})\s*{_MONEY}|单位\s*:?\s*({_ANY_UNIT})\s*$")
_ONES = re.compile(rf"(?:单位\s*:?\s*|[(/]\s*)(?:人民币)?{_MONEY}\s*\)?$")
_THOUSANDS = re.compile(
    r"\bIN THOUSANDS?\b|\(?['0]000(?:'?S)?\b|\bT(?:EUR|USD|CNY|€)|\bK(?:EUR|USD|CNY)\b|\b(?:EUR|USD|CNY) K\b"
)
_MILLIONS = re.compile(r"\bIN MILLIONS?\b|\bMIO\.?|\b(?:EUR|USD|CNY) (?:MN|M)\b|\bM(?:EUR|USD|CNY)\b")
_LABEL = re.compile(r"币种|币别|货币|CURRENCY|CURR\b|CCY|W[ÄA]HRUNG|DEVISE|MONEDA")
_FIGURE = re.compile(
    r"金额|余额|应收|未收|已收|应付|未付|借方|贷方|价税|合计|总额|单价"
    r"|AMOUNT|AMT|BALANCE|TOTAL|OPEN|PAID|VALUE|PRICE|BETRAG|SALDO"
)
_ALONE = re.compile(rf"(?:{'|'.join(map(re.escape, (*_BY_LENGTH, *_EVERYDAY)))}|[-元圆/(): ,.])+")
_COMPANY = re.compile(r"公司|厂$|集团|\bLTD\b|\bLIMITED\b|\bINC\b|\bGMBH\b|\bCO\.")


def _folded(text: str) -> str:
    """Plain characters on one line, in upper case; the wide yen sign of Chinese keyboards is kept as CN¥."""
    text = text.replace("\uffe5", "CN¥").replace("RMBCN¥", "CN¥").replace("CNCN¥", "CN¥")
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())


def currency_of(text: str) -> str | None:
    """The ISO 4217 code that a text names, or None. A bare ¥ or $ names none: each is the sign of several.

    >>> currency_of("人民币"), currency_of("US$"), currency_of("CNY 人民币"), currency_of("¥"), currency_of("金额(¥)")
    ('CNY', 'USD', 'CNY', None, 'CNY')
    """
    folded = _folded(text)
    if is_currency(folded):
        return folded
    if folded in ("元", "圆", "人民币元", "RMB元", "元人民币"):
        return "CNY"
    for name in _BY_LENGTH:
        if name in folded and (not name.isascii() or not name.isalpha() or re.search(rf"(?<![A-Z]){name}", folded)):
            return {**_NAMES, **_SIGNS}[name]
    for code in re.findall(r"(?<![A-Z])[TKM]?([A-Z]{3})(?![A-Z])", folded):
        if code in _EVERYDAY:
            return str(code)
    if "¥" in folded and re.search(r"[\u4e00-\u9fff]", folded):
        return "JPY" if re.search(r"[\u3040-\u30ff円]", folded) else "CNY"
    return "CNY" if re.search(rf"[(/:]\s*(?:{_ANY_UNIT})?\s*[元圆]\s*\)?$", folded) else None


def currencies(cells: pl.Series) -> pl.DataFrame:
    """Currency codes.

    Returns:
        value: String, ISO 4217; null where the cell is empty or bad.
        bad: "unreadable", else null.

    >>> currencies(pl.Series(["RMB", "usd", "-", "gold"])).rows()
    [('CNY', None), ('USD', None), (None, None), (None, 'unreadable')]
    """
    texts = cells.cast(pl.String).to_frame("text")
    different = texts.unique().drop_nulls()
    said = [currency_of(text) for text in different.get_column("text").to_list()]
    read = different.with_columns(pl.Series("value", said, dtype=pl.String)).with_columns(
        pl.when(pl.col("value").is_null() & ~blank(plain(pl.col("text")))).then(pl.lit("unreadable")).alias("bad")
    )
    return texts.join(read, on="text", how="left", maintain_order="left").select("value", "bad")


def unit_and_currency(texts: Iterable[str]) -> tuple[int, str | None]:
    """What one of the figures is worth, and in which currency, as header cells and notes above a table say.

    The first text that says it counts. A name of a currency counts where it stands alone, under a label such as 币种,
    in brackets, or beside a word for a figure; not in a company's name.

    >>> unit_and_currency(["单位:万元"]), unit_and_currency(["Currency: EUR"]), unit_and_currency(["金额(元)"])
    ((10000, 'CNY'), (1, 'EUR'), (1, 'CNY'))
    """
    unit: int | None = None
    currency: str | None = None
    for text in texts:
        folded = _folded(text)
        unit = unit or _unit(folded)
        if currency is None and _speaks_of_money(folded):
            currency = currency_of(folded)
    return unit or 1, currency


def _unit(folded: str) -> int | None:
    """The unit that a text names, or None."""
    found = _CHINESE_UNIT.search(folded)
    if found:
        return _UNITS[found.group(1) or found.group(2)]
    if _MILLIONS.search(folded):
        return 10**6
    if _THOUSANDS.search(folded):
        return 10**3
    return 1 if _ONES.search(folded) else None


def _speaks_of_money(folded: str) -> bool:
    """True where a currency named in the text is the currency of the figures."""
    if _LABEL.search(folded) or _unit(folded) is not None or _ALONE.fullmatch(folded):
        return True
    bracketed = bool(re.search(r"\([^()]*\)$|/[^/]{1,6}$", folded))
    return not _COMPANY.search(folded) and (bracketed or bool(_FIGURE.search(folded)))
