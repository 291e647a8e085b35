"""Fields: what a column of an export can mean, and the header words by which it is recognised.

A header is compared in one plain form: small letters, no blanks, marks or bracketed units. So ``InvoiceAmount``,
``invoice_amount`` and ``Invoice amount (EUR)`` are one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

Kind = Literal["text", "amount", "date", "whole", "yes_no", "currency"]

KINDS: Mapping[str, Kind] = {
    "customer_id": "text",
    "customer_name": "text",
    "group_id": "text",
    "country": "text",
    "region": "text",
    "industry": "text",
    "salesperson": "text",
    "insured": "yes_no",
    "terms": "text",
    "invoice_id": "text",
    "instalment": "text",
    "line": "text",
    "document_type": "text",
    "status": "text",
    "issued_on": "date",
    "posted_on": "date",
    "due_on": "date",
    "baseline_on": "date",
    "delivered_on": "date",
    "recorded_on": "date",
    "amount": "amount",
    "booked_amount": "amount",
    "open_amount": "amount",
    "booked_open_amount": "amount",
    "paid_amount": "amount",
    "debit": "amount",
    "credit": "amount",
    "balance": "amount",
    "direction": "text",
    "sign": "text",
    "currency": "currency",
    "booked_currency": "currency",
    "settled_on": "date",
    "receipt_id": "text",
    "clearing_id": "text",
    "applies_to": "text",
    "order_id": "text",
    "delivery_id": "text",
    "disputed": "yes_no",
    "dispute_reason": "text",
    "summary": "text",
    "reference": "text",
}
"""Every field, and how its cells are read."""

WORDS: Mapping[str, str] = {
    "customer_id": """customer id|customer code|customer no|customer number|customer|customer account|account|debtor|
        debtor no|client id|client code|buyer id|cust no|cust id|sold to|sold-to party|payer|party|konto|debitor|kunde|
        kundennummer|客户编码|客户编号|客户代码|客户号|客户id|往来单位编码|往来单位编号|买方编号|购货单位编码|客户|
        FCustomerID.FNumber|客户编码.编码""",
    "customer_name": """customer name|name|client|client name|buyer|buyer name|company|company name|debtor name|
        party name|invoice partner display name|partner|partner name|customer full name|bill to|bill to name|name 1|
        客户名称|客户全称|客户简称|客户名|单位名称|购货单位|购方名称|购买方名称|往来单位|往来单位名称|付款单位|买方|
        买方名称|付款方|付款人|对方户名|对方单位|FCustomerID.FName|结算客户|应收客户|债务人""",
    "group_id": "group|customer group|group id|parent|parent company|集团|所属集团|母公司|集团客户|关联集团",
    "country": "country|country code|country key|land|国家|国别|国家地区|国家代码",
    "region": "region|area|territory|sales region|state|地区|区域|销售区域|大区|省份|片区",
    "industry": "industry|sector|branch|行业|所属行业|行业分类",
    "salesperson": """salesperson|sales person|sales rep|salesman|sales|rep|account manager|owner|seller|sales employee|
        invoice user|销售员|业务员|销售|销售人员|客户经理|业务经理|负责人|跟单员|销售代表|职员""",
    "insured": "insured|credit insured|covered|承保|是否承保|已投保|是否投保|信保",
    "terms": """terms|payment terms|terms of payment|payment term|terms days|credit terms|credit days|net days|
        payment terms template|zahlungsbedingung|账期|账期天|账期天数|信用期|信用期限|付款条件|收款条件|结算方式账期|
        付款条款|信用天数|付款期限""",
    "invoice_id": """credit note no|credit note number|credit note|credit memo no|credit memo|credit note id|
        红字发票号|红字发票号码|贷项通知单号|invoice id|invoice no|invoice number|invoice|inv no|inv|bill no|document no|
        document number|doc no|doc number|voucher no|voucher number|document|reference number|belegnummer|rechnung|
        rechnungsnummer|rechnungsnr|发票号|发票号码|发票编号|票号|单据编号|单据号|单号|应收单号|应收单编号|凭证号|
        凭证编号|凭证字号|销售单号|FBillNo|数电票号码|发票|编号|number|no""",
    "instalment": """instalment|installment|instalment no|installment no|instalment number|installment number|
        payment number|seq|schedule line|rate no|期次|分期|分期期数|期数|付款期次|第几期""",
    "line": "line|line no|line item|item|position|pos|product|product code|sku|material|行号|项目|存货编码|物料编码|商品|产品",
    "document_type": """document type|doc type|type|doc. type|transaction type|voucher type|kind|record type|belegart|
        单据类型|凭证类型|类型|票据类型|业务类型|发票类型|单据类别""",
    "status": "status|state|document status|invoice status|payment status|单据状态|状态|作废状态|作废标志|是否作废|FDOCUMENTSTATUS|审核状态",
    "issued_on": """invoice date|issue date|issued|issued on|document date|doc date|doc. date|date|bill date|
        transaction date|invoice dt|inv date|date of invoice|belegdatum|rechnungsdatum|datum|开票日期|发票日期|单据日期|
        业务日期|日期|凭证日期|制单日期|立账日期|出票日期|FDate|发生日期|入账日期""",
    "posted_on": "posting date|posted|posted on|entry date|buchungsdatum|过账日期|记账日期",
    "due_on": """due date|due|due on|net due date|maturity|maturity date|payment due|payment due date|date due|
        expected payment date|faelligkeit|fälligkeit|nettofälligkeit|nettofaelligkeit|fälligkeitsdatum|到期日|到期日期|
        应收日期|应付款日|付款到期日|净到期日|预计收款日期|FENDDATE_H|收款到期日|约定付款日""",
    "baseline_on": "baseline date|baseline payment date|payment baseline|zahlungsfristbasis|基准日期|账期起算日|起算日",
    "delivered_on": """delivery date|delivered|delivered on|ship date|shipped|shipping date|goods issue date|
        发货日期|出库日期|交货日期|送货日期|发运日期""",
    "recorded_on": "recorded|recorded on|created|created on|created at|created date|creation date|录入日期|创建日期|制单时间|登记日期",
    "amount": """invoice amount|amount incl. vat|gross amount|grand total|invoice total|invoiced amount|total amount|
        amount in doc. curr.|amount in document currency|amount in doc curr|document amount|total in currency|
        original amount|invoice value|face amount|invoiced|gross|betrag in belegwährung|betrag in belegwaehrung|
        bruttobetrag|价税合计|原币价税合计|应收金额|应收总额|应收款|应收账款|FALLAMOUNT|含税金额|发票金额|发票总额|
        开票金额|原币金额|应收原币金额|凭证货币金额|合计金额|总金额|本次应收|total|amount|value|betrag|金额|收款金额""",
    "booked_amount": """amount in local currency|amount in lc|local amount|amount in local curr.|amount in company currency|
        base amount|total signed|betrag in hauswährung|betrag in hauswaehrung|本币金额|本位币金额|人民币金额|
        本位币价税合计|折合人民币""",
    "open_amount": """open amount|outstanding|outstanding amount|amount due|balance due|open|open balance|unpaid|
        unpaid amount|residual|residual amount|remaining|remaining amount|amount outstanding|amount residual|
        offener betrag|未收金额|未收款金额|未收款|未收余额|欠款|欠款金额|未付金额|未核销金额|应收余额|原币余额|
        未清金额|剩余金额|FNoReceiveAmount|未回款|未回款金额|尚欠金额|结欠金额|未结金额""",
    "booked_open_amount": "open amount in local currency|outstanding in company currency|本币余额|本位币余额|本币未收金额",
    "paid_amount": """paid|paid amount|amount paid|received|received amount|amount received|payment amount|
        receipt amount|settled amount|collected|bezahlt|已收金额|已收款|已收款金额|已收|收款额|回款金额|已回款|
        已回款金额|已核销金额|已付金额|已付款|实收金额|到账金额|本次收款""",
    "debit": "debit|debit amount|dr|soll|借方|借方金额|借方发生额|借方本币|借方原币|本期借方|本期应收",
    "credit": "credit|credit amount|cr|haben|贷方|贷方金额|贷方发生额|贷方本币|贷方原币|本期贷方|本期收回|本期收款",
    "balance": "balance|running balance|closing balance|saldo|余额|期末余额|结余|账户余额|本币期末余额",
    "direction": "方向|借贷方向|余额方向|借或贷",
    "sign": "debit/credit|debit/credit indicator|d/c|dc|dr/cr|s/h|soll/haben|借贷标志|借贷|借/贷|收支方向",
    "currency": """currency|currency code|curr|curr.|ccy|document currency|doc. currency|invoice currency|
        transaction currency|währung|waehrung|belegwährung|币种|币别|货币|原币|原币币种|交易货币|凭证货币|
        FCURRENCYID.FNumber|结算币种""",
    "booked_currency": "local currency|company currency|base currency|lcurr|lc curr|hauswährung|hauswaehrung|本位币|本币|本币币种",
    "settled_on": """settled date|settled on|settlement date|paid date|date paid|paid on|payment date|receipt date|
        received on|received date|date received|clearing date|cleared on|clearing|value date|ausgleichsdatum|
        zahlungsdatum|收款日期|回款日期|到账日期|实际收款日|实际回款日|清账日期|核销日期|付款日期|结清日期|到款日期|收款日""",
    "receipt_id": """receipt no|receipt id|receipt number|receipt|payment no|payment id|payment number|payment|
        收款单号|收款编号|回款单号|收款单编号|流水号""",
    "clearing_id": "clearing document|clearing doc|clearing doc.|clrng doc.|clearing no|ausgleichsbeleg|清账凭证|核销单号|清账单号",
    "applies_to": """applies to|applied to|against invoice|against|original invoice|credited invoice|invoice reference|
        original invoice no|original invoice number|related invoice|reversal of|return against|inv. ref.|
        rechnungsbezug|原发票号|原发票号码|原单号|对应发票|对应发票号|核销发票|核销发票号|冲销发票|发票参考|原始发票|源单编号|关联发票""",
    "order_id": "order|order no|order id|order number|sales order|so no|po no|po number|订单号|销售订单|销售订单号|合同号|合同编号",
    "delivery_id": "delivery|delivery no|delivery note|delivery id|发货单号|出库单号|送货单号",
    "disputed": "disputed|dispute|in dispute|争议|是否争议|有争议",
    "dispute_reason": "dispute reason|reason of dispute|争议原因|争议说明",
    "summary": "text|description|memo|narration|remarks|remark|note|notes|摘要|备注|说明|事由|业务摘要",
    "reference": "reference|assignment|your reference|ref|zuordnung|referenz|附言|参考|分配|参考号|用途",
}
"""Header words by field, as people and systems write them; the first field that has a word owns it."""

_BRACKETS = re.compile(r"[(\[【<{][^)\]】>}]*[)\]】>}]")
_MARKS = re.compile(r"[\s_\-./\\:：,，、*#'\"&|+]+")


def plain(text: str) -> str:
    """A header text in the one form in which words are compared.

    >>> plain("Invoice_Amount (EUR)"), plain("InvoiceAmount"), plain("借方发生额/元"), plain("到期日*")
    ('invoiceamount', 'invoiceamount', '借方发生额元', '到期日')
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    bare = _BRACKETS.sub("", folded)
    return _MARKS.sub("", bare if _MARKS.sub("", bare) else folded)


def _dictionary() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for field, words in WORDS.items():
        for word in words.split("|"):
            found.setdefault(plain(word.strip()), field)
    return found


DICTIONARY = _dictionary()
"""Plain header word to field."""

UNITS = ("万元", "千元", "百万元", "亿元", "元", "rmb", "cny", "usd", "eur")


def field_of(text: str) -> str | None:
    """The field that a header text names, or None.

    >>> field_of("InvoiceAmount"), field_of("客户 名称"), field_of("余额/元"), field_of("Colour")
    ('amount', 'customer_name', 'balance', None)
    """
    word = plain(text)
    if word in DICTIONARY:
        return DICTIONARY[word]
    for unit in UNITS:
        if word.endswith(unit) and word.removesuffix(unit) in DICTIONARY:
            return DICTIONARY[word.removesuffix(unit)]
    return None
