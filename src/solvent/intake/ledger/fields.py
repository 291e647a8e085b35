"""Fields: what a column of an export can mean, and the header words by which it is recognised.

A header is compared in one plain form: small letters, no blanks, marks or bracketed units. So ``InvoiceAmount``,
``invoice_amount`` and ``Invoice amount (EUR)`` are one word. A word may stand under several fields: the cells beneath
it decide (``Due`` over days is the due date, over money what is open).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

Kind = Literal["text", "amount", "date", "yes_no", "currency", "state"]

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
    "void": "state",
    "paid_state": "state",
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
    "credited_amount": "amount",
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
"""Every field, and how its cells are read; a ``state`` is a yes, a no, or a word that means one."""

WORDS: Mapping[str, str] = {
    "customer_id": """customer id|customer code|customer no|customer number|customer account|account code|account no|
        account number|debtor no|debtor number|debtor id|client id|client code|client no|buyer id|buyer code|cust no|
        cust id|cust code|sold to|sold-to party|payer id|party id|party code|partner id|customer key|debitorennummer|
        debitornr|code client|n° client|kundennummer|kunden-nr|kundennr|kd-nr|konto|debitor|客户编码|客户编号|客户代码|客户号|客户id|客户码|
        往来单位编码|往来单位编号|往来编码|单位编码|买方编号|购货单位编码|购货单位代码|付款单位编码|FCustomerID.FNumber|
        FCUSTOMERID|客户编码.编码|客户|customer|account|debtor|payer|party|kunde""",
    "customer_name": """customer name|customer full name|client name|buyer name|company name|debtor name|party name|
        account name|partner name|payer name|contact name|invoice partner display name|partner display name|bill to|
        bill to name|bill-to name|sold to name|name 1|nom du client|raison sociale|kundenname|debitorenname|name des kunden|firma|客户名称|客户全称|
        客户简称|客户名|单位名称|单位全称|往来单位名称|往来户名|往来客户|购货单位名称|购货单位|购方名称|购买方名称|购买方|
        购方|采购方|往来单位|付款单位名称|付款单位|买方名称|买方|付款方名称|付款方|付款人名称|付款人|对方户名|对方单位|
        对方名称|FCustomerID.FName|结算客户|应收客户|欠款单位|欠款客户|债务人|债务单位|公司名称|客户单位|销售客户|
        customer|client|buyer|company|contact|partner|debtor|payer|party|kunde|客户|name""",
    "group_id": """customer group|group id|group code|group|parent company|parent|parent account|konzern|集团|
        所属集团|母公司|集团客户|集团名称|关联集团|客户分组|客户组""",
    "country": "country code|country|country key|country/region|land|länderschlüssel|国家|国别|国家地区|国家代码|所在国",
    "region": """region|sales region|area|sales area|territory|state/province|province|gebiet|地区|区域|销售区域|大区|
        省份|片区|所在地区|销售地区|省区""",
    "industry": "industry|industry sector|sector|branch of industry|branche|行业|所属行业|行业分类|行业类别",
    "salesperson": """salesperson|sales person|sales rep|sales representative|salesman|rep|account manager|
        account owner|owner|seller|sales employee|invoice user|invoice salesperson|agent|vertreter|verkäufer|
        vertriebsmitarbeiter|sachbearbeiter|销售员|业务员|业务员名称|销售人员|客户经理|业务经理|销售经理|负责人|责任人|跟单员|
        销售代表|业务代表|业务人员|经办人|职员|sales|销售|业务""",
    "insured": "insured|credit insured|covered|承保|是否承保|已投保|是否投保|信保|是否信保",
    "terms": """payment terms|payment term|terms of payment|terms|terms days|credit terms|credit days|net days|
        credit period|payment terms template|payment conditions|payment condition|zahlungsbedingung|zahlungsbedingungen|
        zahlungsziel|账期|账期天|账期天数|信用期|信用期限|信用期天|信用天数|信用账期|付款条件|收款条件|收付款条件|付款条款|
        收款条款|付款期限|收款期限|收款账期|付款账期|结算账期|赊销期限|回款期限|due""",
    "invoice_id": """invoice id|invoice no|invoice number|inv no|inv number|invoice nr|tax invoice no|bill no|
        bill number|document no|document number|doc no|doc number|document id|accounting document|billing document|
        voucher no|voucher number|transaction no|transaction number|reference number|credit note no|
        credit note number|credit memo no|credit memo number|credit note id|n° facture|numéro de facture|facture|rechnungsnummer|rechnungsnr|
        rechnungs-nr|rechnung|belegnummer|belegnr|beleg-nr|beleg|发票号码|发票号|发票编号|发票代码号码|数电票号码|
        数电发票号码|全电发票号码|红字发票号|红字发票号码|贷项通知单号|票号|票据号|应收单号|应收单编号|应收单据号|单据编号|
        单据号|单据号码|销售单号|销货单号|FBillNo|凭证编号|凭证号|凭证号数|凭证字号|凭证|单号|编号|invoice|document|
        voucher|bill|发票|单据|credit note|credit memo|number|num|no""",
    "instalment": """instalment|installment|instalment no|installment no|instalment number|installment number|
        instalment id|payment no of|payment number|rate no|instalment seq|schedule line|payment schedule line|
        期次|分期|分期期数|期数|期号|付款期次|收款期次|第几期|分期序号|seq|rate""",
    "line": """line|line no|line number|line item|item no|item|position|pos|product|product code|product name|sku|
        material|material no|article|description of goods|行号|项目|存货编码|存货名称|物料编码|物料名称|商品|商品名称|产品|
        产品名称|品名|规格型号|货物名称""",
    "document_type": """document type|doc type|doc. type|transaction type|voucher type|invoice type|entry type|
        record type|posting type|move type|journal type|type|kind|typ|art|belegart|单据类型|单据类型名称|单据类别|单据种类|
        凭证类型|凭证类别|票据类型|业务类型|发票类型|发票种类|交易类型|单据名称|类型|类别|业务|FBillTypeID""",
    "status": """status|document status|invoice status|state|doc status|单据状态|发票状态|票据状态|状态|审核状态|
        FDOCUMENTSTATUS|凭证状态""",
    "void": "void|voided|cancelled|canceled|is cancelled|cancel status|作废|作废状态|作废标志|是否作废|作废标记|已作废|FCancelStatus|storno|storniert",
    "paid_state": """payment status|payment state|paid status|settlement status|clearing status|fully paid|is paid|
        paid?|paid in full|settled?|是否回款|是否收款|是否已收款|是否已回款|是否付款|是否到账|是否结清|是否核销|是否收讫|
        回款状态|收款状态|付款状态|核销状态|结清状态|结算状态|清账状态|到账状态|回款情况|收款情况|付款情况|已结清|zahlstatus|paid|settled|
        cleared|received|回款|收款|到账|结清""",
    "issued_on": """invoice date|invoiced on|issue date|issued|issued on|date issued|date of invoice|invoice dt|
        inv date|bill date|billing date|billed on|document date|doc date|doc. date|transaction date|voucher date|
        trans date|date|day|date facture|date de facture|date de facturation|belegdatum|rechnungsdatum|rechn.datum|datum|fakturadatum|开票日期|开票日|开票时间|发票日期|
        发票开具日期|出票日期|单据日期|制单日期|业务日期|凭证日期|立账日期|应收日期|销售日期|交易日期|发生日期|确认日期|入账日期|
        日期|FDate|时间|invoice|开票""",
    "posted_on": "posting date|posted on|posted|entry date|accounting date|gl date|buchungsdatum|过账日期|记账日期|登账日期",
    "due_on": """due date|net due date|due on|date due|net due|payment due date|payment due|due by|pay by|due|
        maturity date|maturity|invoice due date|expected payment date|instalment due date|échéance|date d'échéance|date échéance|fälligkeit|fällig am|
        faelligkeit|nettofälligkeit|nettofaelligkeit|fälligkeitsdatum|nettofälligkeitsdatum|faelligkeitsdatum|fällig|
        到期日|到期日期|到期时间|到期|账款到期日|应收到期日|应收款到期日|付款到期日|付款到期日期|收款到期日|收款到期日期|净到期日|
        净到期日期|应付款日|应付款日期|应收款日期|应收款日|应回款日期|应回款日|应付日期|约定付款日|约定付款日期|约定收款日|
        约定收款日期|约定回款日期|预计收款日期|预计收款日|预计回款日期|预计回款日|计划收款日期|计划回款日期|最后付款日|
        最迟付款日|付款期限日|信用到期日|FENDDATE_H|FENDDATE""",
    "baseline_on": "baseline date|baseline payment date|baseline payment dte|payment baseline|bline date|zahlungsfristbasis|基准日期|收付基准日期|账期起算日|起算日|起算日期",
    "delivered_on": """delivery date|delivered|delivered on|ship date|shipped|shipped on|shipping date|
        goods issue date|lieferdatum|发货日期|出库日期|交货日期|送货日期|发运日期|签收日期""",
    "recorded_on": "recorded|recorded on|created|created on|created at|created date|creation date|date created|entered on|erfassungsdatum|录入日期|录入时间|创建日期|创建时间|制单时间|登记日期|建档日期",
    "amount": """invoice amount|invoice total|invoiced amount|invoice value|invoice gross|gross amount|gross total|
        grand total|amount incl. vat|amount incl vat|amount including vat|amount including tax|total incl. vat|
        total including tax|total incl tax|total amount|amount total|document amount|original amount|orig amount|
        instalment amount|amount in doc. curr.|amount in document currency|amount in doc curr|
        amount in foreign currency|amount in transaction currency|total in currency|total in currency signed|
        invoice currency amount|face amount|face value|billed amount|billed|invoiced|gross|total due amount|
        betrag in belegwährung|betrag in belegwaehrung|montant ttc|montant facture|montant|bruttobetrag|rechnungsbetrag|gesamtbetrag|brutto|betrag|
        价税合计|价税合计金额|原币价税合计|含税金额|含税总额|含税合计|税价合计|应收金额|应收总额|应收总金额|应收款金额|
        应收账款金额|应收原币金额|应收款项|FALLAMOUNT|FALLAMOUNTFOR|发票金额|发票总额|发票含税金额|开票金额|开票总额|
        原币金额|凭证货币金额|交易货币金额|结算金额|分期金额|本期金额|销售金额|货款金额|欠款总额|应收款|应收账款|本次应收|
        合计金额|总金额|金额合计|总额|应收|total|amount|value|sum|金额|开票|原币|货款|invoice|
        debit/credit amount|收款金额|回款金额|payment amount|receipt amount|betrag der zahlung""",
    "booked_amount": """amount in local currency|amount in loc. curr.|amount in loc.curr.|amount in lc|local amount|
        amount in local curr.|amount in company currency|amount in company code currency|amount in base currency|
        amount in functional currency|base amount|total signed|amount in home currency|betrag in hauswährung|
        betrag in hauswaehrung|betrag hauswährung|本币金额|本位币金额|人民币金额|本位币价税合计|本币价税合计|折合人民币|
        折本位币金额|折人民币|记账本位币金额|公司代码货币金额|本币|本位币""",
    "open_amount": """open amount|outstanding amount|outstanding|amount outstanding|amount due|amount owing|
        amount owed|balance due|open balance|open|unpaid amount|unpaid|amount unpaid|residual amount|residual|
        amount residual|remaining amount|remaining|remaining balance|amount open|open item amount|amount remaining|
        invoice balance|due amount|still due|still open|total due|owed|owing|due|reste à payer|reste dû|solde dû|offener betrag|offen|
        restbetrag|offener saldo|未收金额|未收款金额|未收款|未收|未收余额|未收账款|未收款余额|尚未收款|尚未收回|欠款|
        欠款金额|欠款余额|欠款额|尚欠金额|尚欠款|结欠金额|结欠|未付金额|未付款|未付款金额|未核销金额|未核销余额|
        未核销|应收余额|应收账款余额|应收款余额|未清金额|未清项金额|未清|剩余金额|剩余应收|剩余未收|FNoReceiveAmount|未回款|
        未回款金额|未回金额|未结金额|未结清金额|未结算金额|原币余额|待收金额|待收款|待收款金额|待收|待回款金额|待回款|
        未到账金额|挂账金额|单据余额|发票余额""",
    "booked_open_amount": """open amount in local currency|outstanding in company currency|amount due signed|
        balance in local currency|本币余额|本位币余额|本币未收金额|本位币未收金额|本币欠款|本位币欠款""",
    "paid_amount": """paid amount|amount paid|paid to date|total paid|amount received|received amount|
        amount settled|settled amount|amount collected|collected amount|collected|payments|payments received|
        payment received|applied amount|amount applied|paid|received|settled|montant réglé|montant payé|réglé|payé|bezahlter betrag|bezahlt|gezahlt|
        zahlbetrag|zahlungen|已收金额|已收款金额|已收款|已收账款|已收|累计收款|累计收款金额|累计回款|累计回款金额|已回款金额|
        已回款|已回金额|回款合计|已核销金额|已核销|已付金额|已付款金额|已付款|已结算金额|已结金额|实收金额|实收款|实收|实际收款|
        实际收款金额|实际回款|实际回款金额|收款额|收款合计|到账金额|已到账金额|本次收款|收回金额|已收回金额|收款金额|回款金额|
        payment amount|receipt amount|回款|收款|到账|payment|receipt""",
    "credited_amount": "credited|credited amount|credit note amount|credit notes|credits|credit applied|已红冲金额|红冲金额|退货金额|折让金额|credit note|credit memo",
    "debit": """debit|debit amount|dr|dr amount|soll|sollbetrag|charges|charge|借方|借方金额|借方发生额|借方发生|
        借方本币|借方原币|本期借方|借方发生额合计|借|本期应收|本期增加|增加|本期发生|应收增加|应收借方""",
    "credit": """credit|credit amount|cr|cr amount|haben|habenbetrag|贷方|贷方金额|贷方发生额|贷方发生|贷方本币|贷方原币|
        本期贷方|贷|本期收回|本期收款|本期减少|减少|应收减少|应收贷方|credits|payments""",
    "balance": "balance|running balance|closing balance|account balance|solde|saldo|endsaldo|余额|期末余额|结余|账户余额|余额金额|期末余额金额|当前余额|账面余额|结存",
    "direction": "方向|借贷方向|余额方向|借或贷|期末余额方向|余额借贷方向",
    "sign": "debit/credit|debit/credit indicator|debit/credit ind.|debit/credit ind|debit credit indicator|d/c|dc|dr/cr|s/h|soll/haben|soll/haben-kennz.|借贷标志|借贷标识|借贷|借/贷|借贷方|收支方向",
    "currency": """currency|currency code|curr|curr.|ccy|cur|document currency|doc. currency|doc currency|
        invoice currency|transaction currency|transaction curr|currency key|devise|währung|waehrung|belegwährung|币种|币别|
        币种名称|货币|货币代码|原币币种|交易货币|凭证货币|结算币种|结算币别|外币币种|FCURRENCYID.FNumber|FCURRENCYID|原币""",
    "booked_currency": "local currency|company currency|company code currency|base currency|functional currency|lcurr|lc curr|lcur|hauswährung|hauswaehrung|本位币币种|本位币币别|本币币种|本币币别|公司代码货币|本位币|本币",
    "settled_on": """settled date|settled on|settlement date|date settled|paid date|date paid|paid on|payment date|
        receipt date|received on|received date|date received|clearing date|cleared on|date cleared|collection date|
        collected on|date of payment|last payment date|date de paiement|date de règlement|value date|paid|settled|received|cleared|clearing|payment|
        ausgleichsdatum|ausgleich|ausgleichsdat.|zahlungsdatum|bezahlt am|zahlungseingang|收款日期|收款日|收款时间|
        回款日期|回款日|回款时间|到账日期|到账日|到账时间|到款日期|到款日|实际收款日|实际收款日期|实际回款日|实际回款日期|
        实收日期|付款日期|付款日|实际付款日期|清账日期|清帐日期|核销日期|结清日期|结算日期|入账日期|回款|收款|到账|receipt""",
    "receipt_id": """receipt no|receipt id|receipt number|payment no|payment id|payment number|payment ref|
        payment reference|remittance no|receipt|payment|zahlungsnr|收款单号|收款单据号|收款编号|收款单编号|收款单编码|
        回款单号|回款编号|收据号|银行流水号|交易流水号|流水号""",
    "clearing_id": """clearing document|clearing doc|clearing doc.|clearing no|clearing number|clearing entry|
        clearing id|matching number|reconcile id|matching|ausgleichsbeleg|ausgl.beleg|ausgleichsbelegnummer|清账凭证|
        清帐凭证|清账凭证编号|清账凭证号|核销单号|清账单号|核销号|核销编号""",
    "applies_to": """applies to|applies to invoice|applied to|applied to invoice|applied invoice|against invoice|
        against voucher|against|original invoice|original invoice no|original invoice number|original document|
        original document no|credited invoice|invoice credited|invoice reference|invoice ref|inv. ref.|
        related invoice|related document|linked invoice|linked document|reference invoice|ref invoice|refers to|
        reversal of|reversed document|reversed entry|return against|corrects|parent invoice|source invoice|
        invoice paid|for invoice|rechnungsbezug|bezugsrechnung|bezug|zu rechnung|原发票号|原发票号码|原发票|原始发票|
        原始发票号|原始发票号码|原单号|原单据号|原单据编号|原凭证号|原蓝票号码|原蓝字发票号码|对应蓝字发票号码|蓝字发票号码|
        被冲红发票号码|被红冲发票号码|对应发票|对应发票号|对应发票号码|对应单据|对应单号|对应单据号|关联发票|关联发票号|
        关联发票号码|关联单据|关联单号|关联单据号|核销发票|核销发票号|核销单据|核销单据号|冲销发票|冲销发票号|冲销单号|
        冲抵发票|抵扣发票|发票参考|参考发票|源单编号|源单号|源单据号|来源单号|应用发票|所属发票""",
    "order_id": """sales order|sales order no|sales order number|order no|order id|order number|order|so no|po no|
        po number|p.o. number|customer po|contract no|contract number|contract|auftrag|auftragsnummer|订单号|订单编号|
        销售订单|销售订单号|销售订单编号|合同号|合同编号|合同编码|合同""",
    "delivery_id": "delivery no|delivery note|delivery note no|delivery id|delivery number|delivery|lieferschein|发货单号|出库单号|送货单号|发货单编号|提单号",
    "disputed": "disputed|dispute|in dispute|dispute flag|争议|是否争议|有争议|争议标志|存在争议",
    "dispute_reason": "dispute reason|reason of dispute|reason for dispute|争议原因|争议说明|争议内容",
    "summary": "text|item text|description|memo|narration|particulars|details|remarks|remark|note|notes|comment|comments|buchungstext|bemerkung|摘要|备注|说明|事由|业务摘要|附注|文本|行项目文本",
    "reference": "reference|reference no|assignment|your reference|customer reference|ref|ref no|ref.|zuordnung|referenz|zuordnungsnummer|附言|参考|参照|分配|参考号|用途|参考凭证号",
}
"""Header words by field, the surest first, as people and systems write them."""

_BRACKETS = re.compile(r"[(\[【<{][^)\]】>}]*[)\]】>}]")
_MARKS = re.compile(r"[\s_\-./\\:：,，、*#'\"&|+?]+")
LONGEST = 200
"""Characters beyond which a text is no header: what is looked at in one grows with the square of its length."""


def plain(text: str) -> str:
    """A header text in the one form in which words are compared; in one longer than LONGEST brackets stay.

    >>> plain("Invoice_Amount (EUR)"), plain("InvoiceAmount"), plain("借方发生额/元"), plain("到期日*")
    ('invoiceamount', 'invoiceamount', '借方发生额元', '到期日')
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    bare = _BRACKETS.sub("", folded) if len(text) <= LONGEST else folded
    return _MARKS.sub("", bare if _MARKS.sub("", bare) else folded)
