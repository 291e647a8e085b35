"""CII: UN/CEFACT CrossIndustryInvoice (Factur-X, ZUGFeRD 2, XRechnung) and its forerunner of ZUGFeRD 1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from solvent.base.money import UNKNOWN
from solvent.intake.einvoice.formats.markup import Node
from solvent.intake.einvoice.formats.values import Values, decimal_of, shown
from solvent.intake.einvoice.invoice import CREDIT_CODES, CREDIT_NOTE, INVOICE, EInvoice, Line, Party, Share

SPACE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"
OLD_SPACE = "urn:ferd:CrossIndustryDocument:invoice:"

_DOCUMENT = "ExchangedDocument|HeaderExchangedDocument"
_TRADE = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREEMENT = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_DELIVERY = "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
_SETTLEMENT = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_SETTLEMENT = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_SUMS = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"


def is_cii(root: Node) -> bool:
    """True for the root of a CII invoice or of a ZUGFeRD 1 invoice."""
    new = root.name == "CrossIndustryInvoice" and root.space.startswith(SPACE)
    return new or (root.name == "CrossIndustryDocument" and root.space.startswith(OLD_SPACE))


def read_cii(source: str, part: int, root: Node) -> EInvoice:
    """One CII document. Profiles differ in what they leave out (MINIMUM has no lines), never in where it stands."""
    document, trade = root.at(_DOCUMENT), root.at(_TRADE)
    agreement, settlement = trade.at(_AGREEMENT), trade.at(_SETTLEMENT)
    sums = settlement.at(_SUMS)
    values = Values(source, settlement.of("InvoiceCurrencyCode") or _told_currency(sums))
    issued = values.day("IssueDateTime", document.of("IssueDateTime", "DateTimeString|DateTime"))
    due, shares = _due(settlement, values, issued)
    total, prepaid, owed = _owed(root, sums, values)
    return EInvoice(
        source,
        part,
        "cii" if root.name == "CrossIndustryInvoice" else "zugferd-1",
        CREDIT_NOTE if document.of("TypeCode") in CREDIT_CODES else INVOICE,
        document.of("ID"),
        issued_on=issued,
        due_on=due,
        currency=values.currency,
        seller=_party(agreement.at("SellerTradeParty")),
        buyer=_party(agreement.at("BuyerTradeParty")),
        lines=tuple(_lines(trade, values)),
        lines_total=_sum(sums, values, "LineTotalAmount"),
        allowances=_sum(sums, values, "AllowanceTotalAmount"),
        charges=_sum(sums, values, "ChargeTotalAmount"),
        net=_sum(sums, values, "TaxBasisTotalAmount"),
        tax=_sum(sums, values, "TaxTotalAmount"),
        total=total,
        prepaid=prepaid,
        rounding=_sum(sums, values, "RoundingAmount"),
        payable=owed,
        shares=shares,
        terms=shown(" ".join(terms.of("Description") for terms in settlement.every("SpecifiedTradePaymentTerms"))),
        order_id=agreement.of("BuyerOrderReferencedDocument", "IssuerAssignedID|ID"),
        delivery_id=trade.of(
            _DELIVERY, "DespatchAdviceReferencedDocument|DeliveryNoteReferencedDocument", "IssuerAssignedID|ID"
        ),
        payment_reference=settlement.of("PaymentReference"),
        iban=_iban(settlement),
        notes=shown(" ".join(note.of("Content") for note in document.every("IncludedNote"))),
        preceding=settlement.of("InvoiceReferencedDocument", "IssuerAssignedID|ID"),
        faults=tuple(values.faults),
    )


def _told_currency(sums: Node) -> str:
    """The currency that the grand total itself carries, where the header names none."""
    return sums.at("GrandTotalAmount").attributes.get("currencyID", UNKNOWN)


def _sum(sums: Node, values: Values, name: str) -> int | None:
    """A total in the currency of the invoice; one in the currency of the tax office is left aside."""
    for node in sums.every(name):
        if node.text and node.attributes.get("currencyID", values.currency) == values.currency:
            return values.amount(name, node.text)
    return None


def _owed(root: Node, sums: Node, values: Values) -> tuple[int | None, int | None, int | None]:
    """Grand total, prepaid, and what is due.

    The profile MINIMUM has no field for what was prepaid: there it is what is missing between total and due. A
    correction on which ZUGFeRD 1 says that nothing is due credits its whole total.
    """
    total, owed = _sum(sums, values, "GrandTotalAmount"), _sum(sums, values, "DuePayableAmount")
    prepaid = _sum(sums, values, "TotalPrepaidAmount")
    guide = root.at("ExchangedDocumentContext").of("GuidelineSpecifiedDocumentContextParameter", "ID")
    if prepaid is None and guide.endswith(":minimum") and total is not None and owed is not None and 0 < owed < total:
        prepaid = total - owed
    if not prepaid and owed == 0 and total is not None and total < 0:
        owed = None
    return total, prepaid, owed


def _party(node: Node) -> Party:
    taxes = [
        (one.at("ID").attributes.get("schemeID", ""), one.of("ID")) for one in node.every("SpecifiedTaxRegistration")
    ]
    taxes = [(scheme, number) for scheme, number in taxes if number]
    main = next((tax for tax in taxes if tax[0] == "VA"), taxes[0] if taxes else ("", ""))
    legal = node.at("SpecifiedLegalOrganization", "ID")
    ids = [(legal.attributes.get("schemeID") or "registration", legal.text)]
    ids += [(one.attributes.get("schemeID", ""), one.text) for one in node.every("GlobalID", "ID")]
    ids += [tax for tax in taxes if tax is not main]
    name = node.of("Name") or node.of("SpecifiedLegalOrganization", "TradingBusinessName")
    country = node.of("PostalTradeAddress", "CountryID").upper()
    return Party(shown(name, 300), main[1], country, tuple((scheme, number) for scheme, number in ids if number))


def _lines(trade: Node, values: Values) -> Iterator[Line]:
    """The lines that carry money: a heading or a remark among them has no total."""
    for line in trade.every("IncludedSupplyChainTradeLineItem"):
        status = line.of("AssociatedDocumentLineDocument", "LineStatusReasonCode")
        if status in ("GROUP", "INFORMATION"):
            continue
        net = values.number("LineTotalAmount", line.of(_LINE_SETTLEMENT, _LINE_SUMS, "LineTotalAmount"))
        quantity = decimal_of(line.of(_LINE_DELIVERY, "BilledQuantity"))
        if net is not None:
            product = line.at("SpecifiedTradeProduct")
            yield Line(shown(product.of("Name") or product.of("Description"), 300), quantity, net)


def _iban(settlement: Node) -> str:
    for means in settlement.every("SpecifiedTradeSettlementPaymentMeans"):
        account = means.of("PayeePartyCreditorFinancialAccount", "IBANID|ProprietaryID")
        if account:
            return account
    return ""


def _due(settlement: Node, values: Values, issued: date | None) -> tuple[date | None, tuple[Share, ...]]:
    """The due day, and the instalments where the terms state several with an amount or a percentage each."""
    shares = []
    for terms in settlement.every("SpecifiedTradePaymentTerms"):
        day = values.day("DueDateDateTime", terms.of("DueDateDateTime", "DateTimeString|DateTime"))
        measure = terms.at("SettlementPeriodMeasure")
        if day is None and issued and measure.text.isdecimal() and measure.attributes.get("unitCode") == "DAY":
            day = issued + timedelta(days=min(int(measure.text[:4]), 3650))
        amount = values.amount("PartialPaymentAmount", terms.of("PartialPaymentAmount"))
        percent = values.number("PartialPaymentPercent", terms.of("PartialPaymentPercent"))
        if day is not None:
            shares.append(Share(day, amount, percent))
    split = len(shares) > 1 and all(share.amount is not None or share.percent is not None for share in shares)
    return max((share.due_on for share in shares), default=None), tuple(shares) if split else ()
