"""About: what stands above and beneath a bank's table: account, currency, period, balances and totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from solvent.intake.bank.table.layout.words import plain
from solvent.intake.ledger.cells.amounts import amounts
from solvent.intake.ledger.cells.dates import dates
from solvent.intake.ledger.reading.raw import folded

LABELS: Mapping[str, str] = {
    "account": """账号|帐号|卡号|账户|帐户|本方账号|查询账号|客户账号|银行账号|活期账号|账户号|账号卡号|账户账号|
        支付宝账户|微信号|商户号|account|account number|account no|account id|iban|konto|kontonummer|compte|
        numero de compte|n de compte|cuenta|numero de cuenta|rekening|rekeningnummer|card number|acct|acct no""",
    "holder": """户名|账户名称|帐户名称|账户户名|客户名称|客户姓名|姓名|单位名称|公司名称|account name|account holder|
        name|customer name|kontoinhaber|titulaire|titular""",
    "currency": """币种|币别|货币|账户币种|查询币种|currency|account currency|ccy|wahrung|waehrung|devise|moneda|
        divisa|valuta""",
    "from": """起始日期|开始日期|起始时间|开始时间|起始日|查询起始日期|查询开始日期|开始|从|start date|from|from date|
        date from|period from|von|zeitraum von|du|desde|fecha inicial|startdatum""",
    "to": """终止日期|截止日期|结束日期|终止时间|截止时间|结束时间|截止日|查询截止日期|查询结束日期|至|end date|to|
        to date|date to|period to|bis|zeitraum bis|au|hasta|fecha final|einddatum|statement date|账单日|账单日期""",
    "period": """日期范围|查询期间|查询日期|查询时间|查询时间段|查询起止日期|起止日期|起止时间|账单周期|账单期间|账期|
        对账期间|交易日期|交易时间段|时间范围|时间段|期间|会计期间|交易期间|period|statement period|date range|
        zeitraum|periode|periodo|billing period""",
    "opening": """期初余额|上期余额|上日余额|承前余额|起始余额|上期结余|上期结存|昨日余额|上页余额|期初账户余额|
        opening balance|beginning balance|start balance|starting balance|previous balance|balance brought forward|
        balance b/f|b/f balance|brought forward|anfangssaldo|alter kontostand|alter saldo|startsaldo|eroffnungssaldo|
        solde initial|solde precedent|ancien solde|solde d'ouverture|saldo inicial|saldo anterior|beginsaldo|
        vorig saldo""",
    "closing": """期末余额|本期余额|期末账户余额|截止余额|本期结余|本期结存|期末结余|closing balance|ending balance|
        end balance|new balance|balance carried forward|balance c/f|carried forward|endsaldo|neuer kontostand|
        neuer saldo|schlusssaldo|solde final|nouveau solde|solde de cloture|saldo final|saldo actual|eindsaldo|
        nieuw saldo""",
    "total_out": """借方合计|支出合计|总支出金额|总支出|支出总额|支出总金额|借方总额|借方总金额|借方发生额合计|
        借方合计金额|支出金额合计|支取合计|支出合计金额|累计支出|支出|借方累计金额|total debits|total debit|
        total withdrawals|total withdrawal|total paid out|total money out|total debit amount|withdrawals total|
        summe soll|total debito|total cargos""",
    "total_in": """贷方合计|收入合计|总收入金额|总收入|收入总额|收入总金额|贷方总额|贷方总金额|贷方发生额合计|
        贷方合计金额|收入金额合计|存入合计|收入合计金额|累计收入|收入|贷方累计金额|total credits|total credit|
        total deposits|total deposit|total paid in|total money in|total credit amount|deposits total|summe haben|
        total abonos""",
    "count_out": """总支出笔数|支出笔数|借方笔数|支出总笔数|借方总笔数|借方合计笔数|支出合计笔数|number of debits|
        debit count""",
    "count_in": """总收入笔数|收入笔数|贷方笔数|收入总笔数|贷方总笔数|贷方合计笔数|收入合计笔数|number of credits|
        credit count""",
    "count": "总笔数|合计笔数|交易笔数|共计笔数|记录数|总记录数|number of transactions|transaction count",
}
"""Labels beside which a table's heading or footer tells something, by what it tells."""

_BY_LABEL = {plain(word): name for name, words in LABELS.items() for word in words.split("|")}
_PAIR = re.compile(r"([^:：=]+?)\s*[:：=]\s*(.*)")
_NEXT = re.compile(r"(?<=\S)(?:\s{2,}|\s|[,，;；])(?=[^\s:：]{1,12}\s*[:：])")
_SPACED = re.compile(r"^([\u4e00-\u9fff])\s+([\u4e00-\u9fff])(\s*[:：]|$)")
_DAY = re.compile(
    r"(?<!\d)(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?|(?:19|20)\d{6}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{1,2} [A-Za-z]{3,9}\.? \d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4})(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*[-/.年]\s*(\d{1,2})(?:月|(?![\d/.\-]))")
_MONEY = re.compile(r"[-+(]?\s*(?:[¥￥$€£]|[A-Z]{3})?\s*[-+]?\d[\d,.' ]*\)?")
_COUNTED = re.compile(r"^\s*(\d+)\s*笔[,，\s]*(?:共|金额)?\s*[:：]?\s*(.*)$")
_BANK = re.compile(
    r"[\u4e00-\u9fff]{2,10}?银行(?:股份有限公司)?|支付宝|微信支付|[A-Z][\w&]*(?: [A-Z&][\w&]*){0,3} (?:Bank|BANK)\b"
)
_BRANCH = re.compile(r"开户|网点|对方|bank account", re.IGNORECASE)
_CARD = re.compile(r"信用卡|贷记卡|credit\s*card|kreditkarte|carte de credit|tarjeta de cr", re.IGNORECASE)
_LOOSE = re.compile(r"统计金额不一致|仅供参考.{0,6}统计")
_LEDGER = re.compile(
    r"客户(?!号|姓名|名称|账号)|往来单位|应收|应付|科目|供应商|customer|debtor|receivable|ledger|debitor", re.IGNORECASE
)


@dataclass(frozen=True)
class About:
    """What a table's heading and footer tell.

    texts: by label, as it stands. days: ``from`` and ``to``. year: in which the table's days fall at the latest, with
    its month, where the days themselves have no year. card: it is a card's. loose: it says itself that its totals may
    differ. ledger: words that only the books of a seller have.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    until: tuple[int, int] | None = None
    bank: str = ""
    card: bool = False
    loose: bool = False
    ledger: bool = False

    @property
    def account(self) -> str:
        """The account's number without blanks."""
        return account_of(self.texts.get("account", ""))

    def money(self, name: str, *, mark: str, digits: int) -> int | None:
        """An amount told, in minor units."""
        text = self.texts.get(name, "")
        counted = _COUNTED.match(text)
        found = _MONEY.search(counted.group(2) if counted else text)
        if not found:
            return None
        return amount_in(found.group(0).strip(), mark=mark, digits=digits)

    def count(self, name: str) -> int | None:
        """A number of entries told: 3, 3笔, or the one before an amount, 3笔 28.50元."""
        text = self.texts.get(f"count_{name}", "")
        counted = _COUNTED.match(self.texts.get(f"total_{name}", ""))
        found = re.search(r"\d[\d,]*", text) or (re.search(r"\d+", counted.group(1)) if counted else None)
        return int(found.group(0).replace(",", "")[:15]) if found else None


def amount_in(text: str, *, mark: str, digits: int) -> int | None:
    """An amount in minor units, or None where the text is none."""
    value = amounts(pl.Series([text], dtype=pl.String), mark=mark, digits=digits, typed=True)["value"][0]
    return None if value is None else int(value)


def account_of(text: str) -> str:
    """An account's number out of a cell: without blanks and without the currency or name behind it.

    >>> account_of("6222 0000 1234 5678"), account_of("1234****9876"), account_of("DE89 3704 0044 0532 0130 00")
    ('6222000012345678', '1234****9876', 'DE89370400440532013000')
    """
    bare = re.sub(r"[\s\[\]\"']", "", folded(text))
    found = re.match(r"[A-Za-z0-9*@._\-]*[0-9*x@][A-Za-z0-9*@._\-]*", bare)
    return found.group(0).strip("-._") if found else ""


def about(preamble: Iterable[Iterable[str]], footers: Iterable[Iterable[str]], titles: Iterable[str]) -> About:
    """What the rows above and beneath a table tell; the first that tells a thing counts.

    Args:
        preamble, footers: cells of each row, folded.
        titles: names of the file and the worksheet, and header texts: only for what kind of table it is.
    """
    above, beneath = [list(row) for row in preamble], [list(row) for row in footers]
    texts: dict[str, str] = {}
    for name, value in _pairs([*above, *beneath]):
        if value and (name not in texts):
            texts[name] = value
    words = " ".join(cell for row in above for cell in row)
    days = _days(texts)
    month = _MONTH.search(words)
    until = (days["to"].year, days["to"].month) if "to" in days else None
    if until is None and month and 1 <= int(month.group(2)) <= 12:
        until = int(month.group(1)), int(month.group(2))
    heads = [cell for row in above for cell in row if not _BRANCH.search(cell) and len(cell) < 80]
    bank = next((found.group(0) for cell in heads if (found := _BANK.search(cell))), "")
    title = f"{words} {' '.join(titles)}"
    return About(
        texts, days, until, bank, bool(_CARD.search(title)), bool(_LOOSE.search(words)), bool(_LEDGER.search(words))
    )


def _pairs(rows: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    """Label and value: within one cell (账号:123), or a label's cell and the one to its right."""
    for row in rows:
        cells = _whole([cell for cell in row if cell])
        for place, cell in enumerate(cells):
            following = cells[place + 1] if place + 1 < len(cells) else ""
            for part in _parts(_SPACED.sub(r"\1\2\3", cell)):
                pair = _PAIR.match(part.strip())
                name = label_of(pair.group(1) if pair else part)
                if not name:
                    continue
                value = pair.group(2).strip() if pair else ""
                after = "" if label_of(_PAIR.sub(r"\1", following)) else following
                yield name, value or after


def _whole(cells: list[str]) -> list[str]:
    """The cells, with an amount joined again that its own thousands comma cut in two."""
    found: list[str] = []
    for cell in cells:
        if found and re.search(r"[:：]\s*[-+]?(?:\d{1,3},)*\d{1,3}$", found[-1]) and re.match(r"\d{3}(?!\d)", cell):
            found[-1] += f",{cell}"
        else:
            found.append(cell)
    return found


def _parts(cell: str) -> Iterator[str]:
    """A cell cut before each further label: 起始日期:2026-01-01 终止日期:2026-01-31."""
    held = ""
    for part in _NEXT.split(cell):
        held = f"{held} {part}".strip()
        if re.search(r"[:：=]", held):
            yield held
            held = ""
    if held:
        yield held


def label_of(text: str) -> str:
    """What a label tells, or ""; a date behind it is left aside: Beginning balance as of 01/01/2024."""
    bare = re.sub(r"\s*(?:as of|as at|per|vom|am|on|au|截至).*$|[(（\[【].*$", "", text, flags=re.IGNORECASE)
    return _BY_LABEL.get(plain(bare), "") or _BY_LABEL.get(plain(text), "")


def _days(texts: Mapping[str, str]) -> dict[str, date]:
    found: dict[str, date] = {}
    both = days_in(texts.get("period", "")) or days_in(texts.get("from", ""))
    if len(both) > 1:
        found = {"from": both[0], "to": both[1]}
    for name in ("from", "to"):
        one = days_in(texts.get(name, ""))
        if one and name not in found:
            found[name] = one[0]
    if "from" in found and "to" in found and found["from"] > found["to"]:
        return {"from": found["to"], "to": found["from"]}
    return found


def days_in(text: str) -> list[date]:
    """The days that a text names, in order.

    >>> days_in("20251201-20251231"), days_in("[2023-02-10 00:00:00]")
    ([datetime.date(2025, 12, 1), datetime.date(2025, 12, 31)], [datetime.date(2023, 2, 10)])
    """
    cells = pl.Series(
        [re.sub(r"\s+(?=[-/.年月日])|(?<=[-/.年月])\s+", "", one) for one in _DAY.findall(text)], dtype=pl.String
    )
    return [day for day in dates(cells, order="dmy", typed=False)["value"].to_list() if day is not None]
