"""Yes and no, whole numbers, currencies and units."""

from __future__ import annotations

import polars as pl
import pytest

from solvent.intake.ledger.cells.currency import currencies, currency_of, unit_and_currency
from solvent.intake.ledger.cells.plain import whole, yes_no


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, True) for text in ("是", "Y", "yes", "TRUE", "1", "x", "有", "有争议", "√", "Ja")]
    + [(text, False) for text in ("否", "N", "No", "false", "0", "无", "无争议", "×", "nein")]
    + [(text, None) for text in ("", "-", "/", "N/A", None)],
)
def test_yes_and_no(text: str | None, value: bool | None) -> None:
    assert yes_no(pl.Series([text], dtype=pl.String)).row(0) == (value, None)


@pytest.mark.parametrize("text", ["maybe", "2", "待定"])
def test_neither_yes_nor_no(text: str) -> None:
    assert yes_no(pl.Series([text])).row(0) == (None, "unreadable")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("30", 30), ("30.0", 30), ("-5", -5), ("+5", 5), ("1,234", 1234), ("３０", 30), ("30 days", 30), ("30天", 30),
        ("30日", 30), ("30D", 30), ("N/30", 30), ("NET 30", 30), ("net30", 30), ("Net 30 days", 30), ("2/10 N/30", 30),
        ("2/10, net 30", 30), ("月结30天", 30), ("月结60", 60), ("票到30天", 30), ("T/T 30 days", 30), ("O/A 60", 60),
        ("30 days after invoice", 30), ("30天内付清", 30), ("30 Tage", 30), ("现结", 0), ("货到付款", 0), ("COD", 0),
        ("due on receipt", 0), ("0", 0), ("", None), ("-", None), ("N/A", None), (None, None),
    ],
)  # fmt: skip
def test_days(text: str | None, days: int | None) -> None:
    assert whole(pl.Series([text], dtype=pl.String)).row(0) == (days, None)


@pytest.mark.parametrize("text", ["1.5", "2 months", "3个月", "30%", "60-90", "30/60/90", "abc", "30 60 days", "两周"])
def test_no_days(text: str) -> None:
    assert whole(pl.Series([text])).row(0) == (None, "unreadable")


@pytest.mark.parametrize(("text", "bad"), [("9" * 15, None), ("9" * 16, "too_large"), ("0" * 20 + "7", None)])
def test_the_largest_whole_number(text: str, bad: str | None) -> None:
    assert whole(pl.Series([text])).row(0)[1] == bad


CURRENCIES = {
    "CNY": "CNY", "cny": "CNY", "RMB": "CNY", "人民币": "CNY", "元": "CNY", "人民币元": "CNY", "￥": "CNY",
    "CNY 人民币": "CNY", "RMB(人民币)": "CNY", "USD": "USD", "US$": "USD", "美元": "USD", "美金": "USD",
    "ＵＳＤ": "USD", "USD-美元": "USD", "EUR": "EUR", "€": "EUR", "欧元": "EUR", "Euro": "EUR", "HKD": "HKD",
    "HK$": "HKD", "港币": "HKD", "港元": "HKD", "JPY": "JPY", "日元": "JPY", "GBP": "GBP", "£": "GBP",
    "英镑": "GBP", "新台币": "TWD", "KWD": "KWD", "新加坡元": "SGD",
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), CURRENCIES.items())
def test_currencies(text: str, code: str) -> None:
    assert currency_of(text) == code
    assert currencies(pl.Series([text])).row(0) == (code, None)


@pytest.mark.parametrize("text", ["¥", "$", "本位币", "原币", "gold", "ABC", "XXX", "customer", "净额"])
def test_no_currency(text: str) -> None:
    assert currency_of(text) is None
    assert currencies(pl.Series([text])).row(0) == (None, "unreadable")


def test_empty_currencies() -> None:
    assert currencies(pl.Series(["", "-", None, "无"])).rows() == [(None, None)] * 4


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["单位:元"], (1, "CNY")),
        (["单位：万元"], (10_000, "CNY")),
        (["应收账款明细表", "金额单位：人民币万元"], (10_000, "CNY")),
        (["单位:百万元"], (10**6, "CNY")),
        (["单位:千美元"], (1000, "USD")),
        (["币种:人民币"], (1, "CNY")),
        (["币种:", "美元"], (1, "USD")),
        (["Currency: EUR"], (1, "EUR")),
        (["金额(万元)"], (10_000, "CNY")),
        (["金额（元）"], (1, "CNY")),
        (["金额/元"], (1, "CNY")),
        (["金额(¥)"], (1, "CNY")),
        (["未收金额(美元)"], (1, "USD")),
        (["USD Amount"], (1, "USD")),
        (["Amount in HKD"], (1, "HKD")),
        (["Amount (USD'000)"], (1000, "USD")),
        (["Betrag in TEUR"], (1000, "EUR")),
        (["in thousands of EUR"], (1000, "EUR")),
        (["金额单位:元 币种:美元"], (1, "USD")),
        (["单位:元", "注册资本100万元"], (1, "CNY")),
        (["注册资本100万元"], (1, None)),
        (["编制单位:上海欧元贸易有限公司"], (1, None)),
        (["欧元区客户"], (1, None)),
        (["借方金额", "客户", "单位:件"], (1, None)),
        ([], (1, None)),
    ],
)
def test_units_and_currencies_of_notes_and_headers(texts: list[str], read: tuple[int, str | None]) -> None:
    assert unit_and_currency(texts) == read
