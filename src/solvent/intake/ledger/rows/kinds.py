"""Kinds: what a document is, and how it stands, by the words that systems and people write in a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import polars as pl

from solvent.intake.ledger.fields import plain

_CREDIT = re.compile(
    r"红字|贷项|退货|退回|红冲|冲红|冲销|冲回|折让|折扣|返利|坏账|credit(?:note|memo|inv|adj)|creditnote|^credits?$|"
    r"^(?:dg|cn|cm|cr|crn|crm|cnr|g2|zg2|s1|c)$|gutschrift|return|rebate|discount|writeoff|outrefund|storno|reversal"
)
_REFUND = re.compile(r"退款|refund|rückerstattung|^dzr$")
_RECEIPT = re.compile(
    r"收款|回款|到账|预收|收到|receipt|payment|^(?:dz|zp|pmt|py|pay|rcpt|rct|zr|zv|dp|p)$|zahlung|deposit|advance|"
    r"银行收|电汇|承兑|remittance|cash|unapplied|onaccount"
)
_INVOICE = re.compile(
    r"发票|应收|销售|出库|开票|invoice|^(?:rv|dr|inv|in|rg|re|si|da|rechnung|f2|zf2|l2|dn|i)$|debitnote|debitmemo|rechnung|"
    r"期初|opening|instal|bill|借项|借方|charge"
)
_VOID = re.compile(
    r"^(?:已?作废|作废单据?|已?取消|cancel|cancelled|canceled|void|voided|deleted|已?删除|已?废弃|无效|draft|drafts|草稿|"
    r"暂存|未审核|未过账|未生效|entwurf|abgebrochen|rejected|已?驳回)$"
)
_VOID_REMARK = re.compile(
    r"^(?:此票|本单|该票|发票|单据)?(?:已?作废|已取消)(?:发票|单据|重开)?$|^(?:void|voided|cancelled|canceled)$"
)
_REVERSED = re.compile(r"^(?:reversed|已?冲销|已?红冲|已?冲红|已被冲销|已被红冲|storniert|reversal)$")
_PAID = re.compile(
    r"^(?:paid|fullypaid|paidinfull|settled|fullysettled|cleared|fullycleared|collected|fullycollected|bezahlt|"
    r"beglichen|ausgeglichen|已收款?|已回款|已付款?|已付清|已收清|已结清|已?结清|已核销|完全核销|全部核销|已清账|已清|"
    r"已到账|已收讫|已全额?(?:收款|回款|付款)|全额?(?:收款|回款|付款)|全部(?:收款|回款|付款)|收款完成|回款完成|款已收)$"
)
_PARTLY = re.compile(r"partial|partly|partpaid|^部分|teilweise|teilbezahlt")
_MARKS = re.compile(r"[\W_]+")
_YES = ("y", "yes", "true", "t", "1", "1.0", "x", "j", "ja", "是", "有", "√", "✓", "✔", "b", "作废", "已作废")


def kind_of(cell: str, given: Mapping[str, str]) -> str | None:
    """What a document of this type is: invoice, credit_note, receipt or refund; None where the word says nothing.

    Args:
        given: words in plain form that a format declares; they go first.

    >>> [kind_of(cell, {}) for cell in ("RV", "销售发票(红字)", "Customer payment", "退款单", "Debit note", "misc")]
    ['invoice', 'credit_note', 'receipt', 'refund', 'invoice', None]
    """
    word = plain(cell)
    if word in given:
        return "invoice" if given[word] == "opening" else given[word]
    whole = _MARKS.sub("", unicodedata.normalize("NFKC", cell).lower())
    for kind, pattern in (("credit_note", _CREDIT), ("refund", _REFUND), ("receipt", _RECEIPT), ("invoice", _INVOICE)):
        if pattern.search(whole):
            return kind
    return None


def kinds(cells: pl.Series, given: Mapping[str, str]) -> pl.Series:
    """``kind_of`` for a column."""
    meant = {cell: kind_of(cell, given) for cell in cells.unique().drop_nulls()}
    return cells.replace_strict(meant, default=None, return_dtype=pl.String)


def state_of(cell: str, given: Mapping[str, str]) -> str | None:
    """How a document stands: void (cancelled or not yet posted), reversed, paid, partly; None: as any other.

    >>> [state_of(cell, {}) for cell in ("已作废", "Partially paid", "已结清", "Posted")]
    ['void', 'partly', 'paid', None]
    """
    word = plain(cell)
    if word in given:
        return given[word]
    for state, pattern in (("void", _VOID), ("reversed", _REVERSED), ("paid", _PAID), ("partly", _PARTLY)):
        if pattern.search(word):
            return state
    return None


def states(cells: pl.Series, given: Mapping[str, str]) -> pl.Series:
    """``state_of`` for a column; ``closed`` means paid where other rows are ``open``."""
    words = {cell: plain(cell) for cell in cells.unique().drop_nulls()}
    both = {"open", "closed"} <= set(words.values())
    meant = {cell: "paid" if both and word == "closed" else state_of(cell, given) for cell, word in words.items()}
    return cells.replace_strict(meant, default=None, return_dtype=pl.String)


def void_remarks(cells: pl.Series) -> pl.Series:
    """True where a remark says nothing but that the document is void."""
    meant = {cell: bool(_VOID_REMARK.match(plain(cell))) for cell in cells.unique().drop_nulls() if len(cell) <= 12}
    return cells.replace_strict(meant, default=False, return_dtype=pl.Boolean).fill_null(False)


def marked(cells: pl.Series) -> pl.Series:
    """True where a cell says yes, in whatever way; false elsewhere."""
    meant = {cell: plain(cell) in _YES for cell in cells.unique().drop_nulls()}
    return cells.replace_strict(meant, default=False, return_dtype=pl.Boolean).fill_null(False)
