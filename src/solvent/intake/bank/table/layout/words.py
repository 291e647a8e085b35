"""Words: what a column of a bank's table can mean, and the header words by which it is recognised.

A header is compared in plain forms: small letters without accents, blanks and marks. Brackets are tried with what is
in them, without it, and for what is in them alone: 交易日期[ Transaction Date ], 借方发生额/元(支取), 收(付)方名称 and
Amount (EUR) are all found. A header in two languages is also tried by each of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

WORDS: Mapping[str, str] = {
    "booked_on": """记账日期|记帐日期|银行记账日|记账日|入账日期|入帐日期|入账日|过账日期|账务日期|会计日期|
        posting date|post date|date posted|posted date|booking date|date booked|booked on|accounting date|
        completed date|buchungstag|buchungsdatum|buchung|date de comptabilisation|date comptable|date d'operation|
        date operation|date ope|fecha contable|fecha de operacion|fecha operacion|fecha oper|f operacion|boekdatum|
        boekingsdatum|data contabile|data operazione""",
    "traded_on": """交易日期|交易日|交易时间|交易日期时间|交易时间戳|交易发生日|发生日期|日期|日期时间|入账时间|
        记账时间|发生时间|业务日期|date|transaction date|trans date|trade date|tran date|txn date|date of transaction|
        started date|entry date|transaction date and time|date time|value|datum|transaktionsdatum|umsatzdatum|
        date transaction|date de transaction|fecha|fecha transaccion|transactiedatum|data""",
    "value_on": """起息日|起息日期|生效日期|计息日|value date|valuta|valuta date|valutadatum|wertstellung|
        wertstellungstag|wertstellungsdatum|wert|date valeur|date de valeur|date val|fecha valor|f valor|
        fecha de valor|rentedatum|valutadag|effective date|interest date|data valuta""",
    "out": """借方发生额|借方金额|借方发生额支取|借方发生额元支取|借方金额支出|借方出账|支出金额|借方|借|支出|
        支出金额元|支取金额|支取|取出金额|取出|转出金额|转出|出账金额|出账|付款金额|付出金额|付出|汇出金额|
        记账金额支出|入账金额支出|交易金额支出|借方交易金额|借方发生金额|提取|提款|支出额|借记金额|debit|debit amount|
        debits|withdrawal|withdrawals|withdrawal amount|withdrawal amt|money out|paid out|payments out|amount debited|
        out|outflow|dr|dr amount|charges|cheque debit|soll|belastung|lastschrift|sollbetrag|ausgang|ausgaben|
        montant debit|debit euros|cargo|cargos|debe|importe cargo|af|bedrag af|uitgaven|uscite|addebiti|dare""",
    "in": """贷方发生额|贷方金额|贷方发生额收入|贷方发生额元收入|贷方金额收入|贷方入账|收入金额|贷方|贷|收入|
        收入金额元|存入金额|存入|转入金额|转入|入账金额收入|收款金额|汇入金额|记账金额收入|交易金额收入|贷方交易金额|
        贷方发生金额|收入额|贷记金额|存款|credit|credit amount|credits|deposit|deposits|deposit amount|deposit amt|
        money in|paid in|payments in|amount credited|in|inflow|cr|cr amount|haben|gutschrift|habenbetrag|eingang|
        einnahmen|montant credit|credit euros|abono|abonos|haber|importe abono|bij|bedrag bij|inkomsten|entrate|
        accrediti|avere""",
    "amount": """记账金额|入账金额|结算金额|入账币种金额|入账币种/金额|人民币金额|交易金额|发生额|发生金额|金额|
        借方/贷方金额|借贷方金额|借贷方发生额|收支金额|交易额|billing amount|settlement amount|amount|
        transaction amount|amt|transaction amt|account amount|amount in account currency|net amount|cad$|
        debit/credit amount|sum|betrag|umsatz|betrag in eur|buchungsbetrag|montant|montant de l'operation|importe|
        importe de la operacion|bedrag|transactiebedrag|importo|value|交易币种/金额|交易地金额""",
    "direction": """借/贷|借贷|借贷标志|借贷标识|借贷标记|借贷方向|借贷方|借贷类型|收/支|收支|收支标志|收支类型|
        收支方向|收付标志|收付|来往账标志|往来账|往来标志|方向|交易方向|资金方向|资金流向|收支类别|交易类型|交易类别|
        类型|debit/credit|credit/debit|debit or credit|dr/cr|d/c|cr/dr|c/d|direction|type|transaction type|
        debit/credit indicator|dc|details|transaction|soll/haben|s/h|s/h kennzeichen|umsatztyp|sens|
        sens de l'operation|signo|tipo|af/bij|af bij|bij/af|debet/credit|debit/credit flag|cdtdbtind|filter""",
    "balance": """余额|账户余额|帐户余额|本次余额|交易后余额|余额元|联机余额|当前余额|账面余额|结余|可用余额|交易余额|
        活期余额|balance|running balance|running bal|account balance|balance after|ledger balance|available balance|
        closing balance|balance after transaction|balance in original currency|saldo|kontostand|saldo nach buchung|
        saldo in eur|solde|solde apres operation|saldo disponible|disponible|saldo na trn|saldo na mutatie|
        saldo na boeking|saldo finale""",
    "counterparty": """对方户名|对方单位名称|对方名称|对方姓名|对方账号名称|对方帐号名称|对方账户名|对方帐户名|
        对方账户名称|对方帐户名称|对方单位|对手户名|对手名称|对手信息|对手方名称|交易对手名称|交易对手户名|交易对手|
        交易对方|对方信息|对方公司名称|收付方名称|收/付方名称|收付款人名称|收付款方名称|往来户名|往来单位名称|对方|
        counterparty|counterparty name|counter party|payee|payee name|payer/payee|payee/payer|beneficiary/payer|
        beneficiary|beneficiary name|name|merchant|merchant name|customer/supplier|other party|party name|empfanger|
        auftraggeber/empfanger|beguenstigter/zahlungspflichtiger|begunstigter/zahlungspflichtiger|
        auftraggeber/begunstigter|auftraggeber/beguenstigter|name zahlungsbeteiligter|beguenstigter|begunstigter|
        zahlungsbeteiligter|empfanger/auftraggeber|gegenpartei|tiers|contrepartie|nom du tiers|beneficiaire|
        beneficiario|ordenante|beneficiario/ordenante|nombre|naam tegenpartij|naam/omschrijving|tegenpartij|naam|
        controparte""",
    "counterparty_account": """对方账号|对方帐号|对方账户|对方帐户|对方卡号/账号|对方卡号账号|对方卡号|对手账号|
        对手帐号|交易对手账号|交易对手帐号|收付方账号|收付方帐号|收/付方账号|收付款人账号|往来账号|
        counterparty account|counterparty account number|counterparty iban|counter account|payee account|
        beneficiary account|kontonummer/iban|iban zahlungsbeteiligter|gegenkonto|gegenkonto iban|iban gegenkonto|
        compte contrepartie|iban contrepartie|cuenta beneficiario|cuenta contrapartida|tegenrekening|
        tegenrekening iban/bban|iban tegenpartij|counterparty account no""",
    "payer": """付款人名称|付款方名称|付款人户名|付款人|付款户名|付款方户名|payer|payer name|payer's name|
        zahlungspflichtiger|zahlungspflichtige*r|debtor name""",
    "payee": """收款人名称|收款方名称|收款人户名|收款人|收款户名|收款方户名|payee's name|zahlungsempfanger|
        zahlungsempfanger*in|creditor name""",
    "payer_account": """付款人账号|付款方账号|付款人帐号|付款账号|payer account|payer account no|debtor account|
        debit account no""",
    "payee_account": """收款人账号|收款方账号|收款人帐号|收款账号|payee's account number|payee account number|
        creditor account""",
    "memo": """摘要|交易摘要|业务摘要|其他摘要|扩展摘要|客户摘要|用途|交易用途|附言|交易附言|客户附言|备注|交易备注|
        个性化信息|交易说明|交易描述|交易详情|商品|商品说明|票据号/摘要|交易名称|交易分类|业务名称|业务类型|交易事由|
        事由|说明|附加信息|description|transaction description|description 1|description 2|sub description|details|
        transaction details|narrative|narration|particulars|memo|remarks|remark|purpose|payment details|
        additional information|message|notes|note|comment|text|payment reference|transaction remarks|
        transaction particulars|extended details|verwendungszweck|buchungstext|buchungsdetails|
        vorgang/verwendungszweck|betreff|mitteilung|vorgang|umsatzart|libelle|libelle operation|libelle simplifie|
        libelle de l'operation|nature de l'operation|informations complementaires|designation|motif|concepto|
        descripcion|observaciones|movimiento|mas datos|detalle|omschrijving|omschrijving 1|omschrijving 2|
        omschrijving 3|mededelingen|descrizione|causale|交易类型|交易类别|type|transaction type|tipo|transaction|
        type operation|mutatiesoort|交易地点|交易场所|交易渠道|渠道|商家名称""",
    "bank_reference": """交易流水号|主机交易流水号|账户明细编号-交易流水号|流水号|银行流水号|核心流水号|柜员流水号|
        交易序号|日志号|交易参考号|参考号|业务参考号|交易单号|交易订单号|交易号|会计流水号|主机流水号|明细编号|
        回单编号|电子回单号|凭证号|凭证号码|传票号|票据号|transaction id|transaction reference number|
        transaction reference|transaction no|transaction number|bank reference|reference number|reference no|
        reference|ref|ref no|trn|trn id|confirmation number|referenz|kundenreferenz|referencia|numero de reference|
        volgnr|volgnummer|transactiereferentie|referentie|fitid|transferwise id|check number|cheque number|
        check or slip #""",
    "currency": """记账币种|入账币种|入账货币|结算币种|结算货币|币种|币别|货币|货币种类|交易货币|交易币种|币种名称|
        账户币种|billing currency|settlement currency|currency|currency code|ccy|curr|account currency|
        transaction currency|trade currency|wahrung|waehrung|devise|moneda|divisa|munt|valuta code|valuuta""",
    "account": """本方账号|本方帐号|本方账户|母子公司账号|我方账号|查询账号|账号|帐号|账户号|账户|帐户|客户账号|
        银行账号|own account|account number|account no|account|account id|our account|auftragskonto|konto|kontonummer|
        iban auftragskonto|compte|numero de compte|cuenta|numero de cuenta|rekening|rekeningnummer|iban/bban|iban|
        conto|from account""",
    "card": """卡号|借记卡号|卡号后四位|卡号末四位|卡末四位|card #|card no|card number|first bank card|card|
        last 4 digits|card member""",
    "account_name": """本方账户名称|本方户名|本方单位|本方名称|母子公司名称|账户名称|帐户名称|户名|account name|
        account holder|kontoinhaber""",
    "status": "交易状态|状态|当前状态|处理状态|记账状态|订单状态|status|transaction status|state|etat|estado",
    "fee": "手续费|服务费|fee|fees|gebuhr|frais|comision",
    "other": """序号|顺序号|编号|交易时间|时间|时间戳|凭证种类|凭证类型|票据类型|钞汇|钞/汇|钞汇标志|对方开户行|
        对方开户机构|对方行号|对方行名|对方开户行名|对方省市|交易行名|交易方式|交易网点|网点名称|交易机构|企业流水号|
        本方账户开户机构|流程实例号|信息标志|有否附件信息|冲账标志|交易分析码|商务支付订单号|内部编号|收/付款方式|
        支付方式|商家订单号|商户单号|交易国家或地区简称|申请日期|手续费总额|收付方分行名|收付方开户行行号|
        收付方开户行名|收付方开户行地址|母子公司账号分行名|客户申请号|客户业务编号|汇率|记录标识号|付款人开户行号|
        付款人开户行名|收款人开户行行号|收款人开户行名|操作员|交易柜员|balance currency|category|item #|
        country/region|area/district|sub category|subcategory|sous categorie|categorie|bic|bic (swift-code)|code|tag|
        sort code|account type|exchange rate|product|仅供参考|status code|usd$""",
}
"""Header words by field, the surest first. Several columns may be ``memo``; of every other field there is one.

booked_on, traded_on: the day the bank booked it, and the day it was made; the first counts. out, in: the two sides,
seen from us. account, card: ours. payer and payee: one of the two is us, as the direction says. other: known, unused.
"""

_BRACKETED = re.compile(r"[(\[【<{〔]([^)\]】>}〕]*)[)\]】>}〕]")
_MARKS = re.compile(r"[\s_\-./\\:,、，;'\"&|+?#*()\[\]【】<>{}〔〕·’`]+")
_TAIL = re.compile(
    r"(?:(?:in|en)?(?:人民币元|人民币|元|圆|¥|￥|\$|€|£|cny|rmb|eur|euros?|usd|cad|gbp|hkd|chf|sgd|jpy|aud))$"
)
_CJK = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-zà-ÿ#$*]+")


LONGEST = 200
"""Characters beyond which a text is no header."""


def plain(text: str) -> str:
    """A text in the one form in which words are compared: small letters, no accents, blanks or marks.

    >>> plain("Date opération"), plain("收(付)方名称"), plain("借/贷")
    ('dateoperation', '收付方名称', '借贷')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    return _MARKS.sub("", "".join(char for char in apart if not unicodedata.combining(char)))


def forms(text: str) -> Iterator[str]:
    """The plain forms of a header, the fullest first."""
    folded = unicodedata.normalize("NFKC", text)
    bare, inner = _BRACKETED.sub(" ", folded), _BRACKETED.findall(folded)
    for part in (folded, bare, *inner):
        word = plain(part)
        yield word
        yield _TAIL.sub("", word)
    yield plain(" ".join(_CJK.findall(bare)))
    yield plain(" ".join(_LATIN.findall(bare.casefold())))


def _dictionary() -> Mapping[str, tuple[tuple[str, int], ...]]:
    found: dict[str, dict[str, int]] = {}
    for field, words in WORDS.items():
        for rank, word in enumerate(words.split("|")):
            found.setdefault(plain(word), {}).setdefault(field, rank)
    return {word: tuple(meant.items()) for word, meant in found.items() if word}


DICTIONARY = _dictionary()
"""Plain header word to the fields that have it, each with the word's rank there."""


@cache
def meanings(text: str) -> tuple[tuple[str, int], ...]:
    """The fields that a header text may mean, each with its rank; empty: none that we know, or longer than LONGEST.

    >>> meanings("借方发生额/元(支取)"), meanings("交易日期[ Transaction Date ]")[0], meanings("发票号码")
    ((('out', 3),), ('traded_on', 0), ())
    """
    if len(text) > LONGEST:
        return ()
    stripped = re.sub(r"\s*\(\d+\)$", "", text)
    return next((DICTIONARY[form] for form in forms(stripped) if form in DICTIONARY), ())


def known_word(text: str) -> bool:
    """True for a header text of a bank's table."""
    return bool(meanings(text))
