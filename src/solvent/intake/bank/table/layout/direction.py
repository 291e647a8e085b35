"""Direction: whether a movement came in or went out, as a word beside it says."""

from __future__ import annotations

import polars as pl

from solvent.intake.bank.table.layout.words import plain

OUT = (
    "借|借方|借记|借dr|d|dr|debit|debits|debet|deb|s|soll|支|支出|付|付款|付出|往|往账|往帐|转出|出账|出|支取|取|取出|汇出|划出|af|"
    "cargo|debe|withdrawal|withdraw|out|outflow|moneyout|ausgang|belastung|lastschrift|debitor|debit借|借debit|dbit|paidout"
)
IN = (
    "贷|贷方|贷记|贷cr|c|cr|credit|credits|cred|h|haben|收|收入|收款|来|来账|来帐|转入|入账|进|存入|存|汇入|划入|bij|abono|haber|"
    "deposit|in|inflow|moneyin|eingang|gutschrift|credit贷|贷credit|crdt|paidin"
)
NEITHER = "不计收支|不计|中性交易|中性|其他|neutral|none"
WORDS = {
    **dict.fromkeys(OUT.split("|"), -1),
    **dict.fromkeys(IN.split("|"), 1),
    **dict.fromkeys(NEITHER.split("|"), 0),
}

REFUNDED = r"退款成功"
"""What Alipay calls a payment come back; it counts it neither as income nor as spending."""
_TOP_UP, _TAKEN_OUT = r"充值", r"提现|信用卡还款"
"""Movements of a wallet that it counts as neither; what is bought or moved within it stays neither."""

SPENDING = r"消费|购物|分期|取现|(?i:\bpurchase|\bsales?\b|\bcash advance)"
REPAID = (
    r"还款|退款|退货|返现|返还|奖励|存入|溢缴"
    r"|(?i:\bpayment\b.*thank|\brefund|\breturn\b|\bcredit voucher|\bautopay|\bpayment received)"
)
"""What cards call their movements; without a sign the text alone tells a spending from money come back."""


def directions(cells: pl.Series) -> pl.Series:
    """-1 out, 1 in, 0 neither (also a slash), null for an empty cell or a word that says nothing; Int64.

    >>> directions(pl.Series(["借 Dr", "来账", "/", "不计收支", "CREDIT", "gold", None])).to_list()
    [-1, 1, 0, 0, 1, None, None]
    """
    said = {text: _said(text) for text in cells.drop_nulls().unique().to_list()}
    return cells.replace_strict(said, default=None, return_dtype=pl.Int64)


def _said(text: str) -> int | None:
    word = plain(text)
    if not word:
        return 0 if "/" in text else None
    return WORDS.get(word)


def direction_share(cells: pl.Series) -> float:
    """The share of the filled cells that say a direction; 0 where none is filled, or all say neither."""
    filled = cells.drop_nulls()
    told = directions(filled)
    if told.is_empty() or not (told != 0).any():
        return 0.0
    return told.count() / filled.len()


def neither_told(kind: pl.Series, status: pl.Series) -> pl.Series:
    """For movements that a wallet counts as neither: 1 in, -1 out by what it calls them, else 0; Int64."""
    frame = pl.DataFrame({"kind": kind.fill_null(""), "status": status.fill_null("")})
    return frame.select(
        pl.when(pl.col("status").str.contains(REFUNDED))
        .then(1)
        .when(pl.col("kind").str.contains(_TOP_UP))
        .then(1)
        .when(pl.col("kind").str.contains(_TAKEN_OUT))
        .then(-1)
        .otherwise(0)
        .cast(pl.Int64)
    ).to_series()
