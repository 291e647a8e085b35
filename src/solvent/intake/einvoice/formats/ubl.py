"""UBL: Invoice and CreditNote of OASIS UBL 2 (Peppol, XRechnung, EN 16931) into an invoice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from solvent.base.money import UNKNOWN
from solvent.intake.einvoice.formats.markup import Node
from solvent.intake.einvoice.formats.values import Values, decimal_of, shown
from solvent.intake.einvoice.invoice import CREDIT_CODES, CREDIT_NOTE, INVOICE, EInvoice, Line, Party, Share

SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"


def is_ubl(root: Node) -> bool:
    """True for the root of a UBL invoice or credit note."""
    return root.name in ("Invoice", "CreditNote") and root.space.startswith(SPACE + root.name)


def read_ubl(source: str, part: int, root: Node) -> EInvoice:
    """One UBL document. Fields follow EN 16931; where it names two places for one fact, the first that is filled."""
    values = Values(source, root.of("DocumentCurrencyCode") or UNKNOWN)
    code = root.of("InvoiceTypeCode|CreditNoteTypeCode")
    credit = root.name == "CreditNote" or code in CREDIT_CODES
    sums = root.at("LegalMonetaryTotal|RequestedMonetaryTotal")
    issued = values.day("IssueDate", root.of("IssueDate"))
    due, shares = _due(root, values, issued)
    return EInvoice(
        source,
        part,
        "ubl",
        CREDIT_NOTE if credit else INVOICE,
        root.of("ID"),
        issued_on=issued,
        due_on=due,
        currency=values.currency,
        seller=_party(root.at("AccountingSupplierParty", "Party")),
        buyer=_party(root.at("AccountingCustomerParty", "Party")),
        lines=tuple(_lines(root, values)),
        lines_total=values.amount("LineExtensionAmount", sums.of("LineExtensionAmount")),
        allowances=values.amount("AllowanceTotalAmount", sums.of("AllowanceTotalAmount")),
        charges=values.amount("ChargeTotalAmount", sums.of("ChargeTotalAmount")),
        net=values.amount("TaxExclusiveAmount", sums.of("TaxExclusiveAmount")),
        tax=_tax(root, values),
        total=values.amount("TaxInclusiveAmount", sums.of("TaxInclusiveAmount")),
        prepaid=values.amount("PrepaidAmount", sums.of("PrepaidAmount")),
        rounding=values.amount("PayableRoundingAmount", sums.of("PayableRoundingAmount")),
        extra=_extra(root, values),
        payable=values.amount("PayableAmount", sums.of("PayableAmount")),
        shares=shares,
        terms=shown(" ".join(terms.of("Note") for terms in root.every("PaymentTerms"))),
        order_id=root.of("OrderReference", "ID"),
        delivery_id=root.of("DespatchDocumentReference", "ID"),
        payment_reference=next((means.of("PaymentID") for means in root.every("PaymentMeans")), ""),
        iban=_iban(root),
        notes=shown(" ".join(note.text for note in root.every("Note"))),
        preceding=root.of("BillingReference", "InvoiceDocumentReference|CreditNoteDocumentReference", "ID"),
        faults=tuple(values.faults),
    )


def _party(node: Node) -> Party:
    taxes = [(scheme.of("TaxScheme", "ID").upper(), scheme.of("CompanyID")) for scheme in node.every("PartyTaxScheme")]
    taxes = [(scheme, number) for scheme, number in taxes if number]
    main = next((tax for tax in taxes if tax[0] in ("VAT", "VA", "GST")), taxes[0] if taxes else ("", ""))
    legal = node.at("PartyLegalEntity", "CompanyID")
    ids = [("registration" if not legal.attributes.get("schemeID") else legal.attributes["schemeID"], legal.text)]
    ids += [(one.at("ID").attributes.get("schemeID", ""), one.of("ID")) for one in node.every("PartyIdentification")]
    ids += [tax for tax in taxes if tax is not main]
    name = node.of("PartyLegalEntity", "RegistrationName") or node.of("PartyName", "Name")
    country = node.of("PostalAddress", "Country", "IdentificationCode").upper()
    return Party(shown(name, 300), main[1], country, tuple((scheme, number) for scheme, number in ids if number))


def _lines(root: Node, values: Values) -> Iterator[Line]:
    for line in root.every("InvoiceLine", "CreditNoteLine"):
        net = values.number("LineExtensionAmount", line.of("LineExtensionAmount"))
        quantity = decimal_of(line.of("InvoicedQuantity|CreditedQuantity"))
        if net is not None:
            yield Line(shown(line.of("Item", "Name") or line.of("Item", "Description"), 300), quantity, net)


def _tax(root: Node, values: Values) -> int | None:
    """The tax total in the currency of the invoice; a second one in the currency of the tax office is left aside."""
    for total in root.every("TaxTotal"):
        amount = total.at("TaxAmount")
        if amount.text and amount.attributes.get("currencyID", values.currency) == values.currency:
            return values.amount("TaxAmount", amount.text)
    return None


def _extra(root: Node, values: Values) -> int | None:
    """Claims of third parties that are collected with the invoice (XRechnung extension, BT-DEX-002).

    The extension writes them as prepaid payments, which in plain UBL are what the prepaid amount is made of.
    """
    profile = root.of("CustomizationID").lower()
    if "extension" not in profile or "xrechnung" not in profile:
        return None
    claims = [values.amount("PaidAmount", claim.of("PaidAmount")) for claim in root.every("PrepaidPayment")]
    return sum(claim or 0 for claim in claims) if claims else None


def _iban(root: Node) -> str:
    accounts = (means.of("PayeeFinancialAccount", "ID") for means in root.every("PaymentMeans"))
    return next((account for account in accounts if account), "")


def _due(root: Node, values: Values, issued: date | None) -> tuple[date | None, tuple[Share, ...]]:
    """The due day, and the instalments where the terms state several."""
    shares = []
    for terms in root.every("PaymentTerms"):
        day = values.day("PaymentDueDate", terms.of("InstallmentDueDate|PaymentDueDate"))
        amount = values.amount("Amount", terms.of("Amount"))
        percent = values.number("PaymentPercent", terms.of("PaymentPercent"))
        measure = terms.at("SettlementPeriod", "DurationMeasure")
        if day is None and issued and measure.text.isdecimal() and measure.attributes.get("unitCode") == "DAY":
            day = issued + timedelta(days=min(int(measure.text[:4]), 3650))
        if day is not None:
            shares.append(Share(day, amount, percent))
    stated = values.day("DueDate", root.of("DueDate"))
    for means in root.every("PaymentMeans"):
        stated = stated or values.day("PaymentDueDate", means.of("PaymentDueDate"))
    split = len(shares) > 1 and all(share.amount is not None or share.percent is not None for share in shares)
    due = stated or max((share.due_on for share in shares), default=None)
    return due, tuple(shares) if split else ()
