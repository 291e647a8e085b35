"""Sentences about e-invoices."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "einvoice.both_ours": (
        "invoice {number} names us as seller and as buyer, so it is neither owed to us nor by us; check our own tax "
        "numbers and names in the settings"
    ),
    "einvoice.credit_negative": (
        "is a credit note with the negative total {total} {currency}: it can mean a credit or a charge; ask the "
        "issuer for a credit note with a positive total, or an invoice"
    ),
    "einvoice.credit_unlinked": (
        "credit note {number} refers to invoice {preceding}; it was not set off against it, because this file does "
        "not show what is still open on it. Matching will propose it"
    ),
    "einvoice.credit_without_invoice": (
        "credit note {number} names no invoice that it corrects; set it off against the right one by hand"
    ),
    "einvoice.currency_unknown": (
        "the currency of the invoice is missing or no code of ISO 4217 ({currency}); right would be for example EUR"
    ),
    "einvoice.date_missing": "the invoice has no issue date; ask the issuer for a complete one",
    "einvoice.doubled": "invoice {number} of {seller} stands in this file twice; the second one was left out",
    "einvoice.due_before_issue": (
        "invoice {number} says it is due on {due}, before it was issued on {issued}; the day of issue counts as due day"
    ),
    "einvoice.due_missing": (
        "invoice {number} names no due day; it counts as due on the day it was issued. If other terms are agreed "
        "with the customer, enter the due day"
    ),
    "einvoice.file.attribute": (
        "element {element} carries far more text in its attributes than any invoice does; the file was not read"
    ),
    "einvoice.file.doctype": (
        "begins with a document type (DOCTYPE), which no invoice needs and attacks use; the file was not read. Ask the "
        "issuer for one without it"
    ),
    "einvoice.file.encoding": (
        "cannot be read in the encoding {encoding}; right would be UTF-8, as the XML declaration should say"
    ),
    "einvoice.file.ill_formed": (
        "is not well-formed XML; it may be cut off or damaged: ask for the original file and do not edit it"
    ),
    "einvoice.file.kind": (
        "is no e-invoice: readable are XML (UBL, CII, China's digital invoice), PDF with XML, and OFD"
    ),
    "einvoice.file.nested": "nests or repeats elements far beyond any invoice; the file was not read",
    "einvoice.file.too_large": "is larger than the {megabytes} MB that are read of one invoice file",
    "einvoice.iban_wrong": "the account number {value} is no valid IBAN: its check digits are wrong",
    "einvoice.instalments_astray": (
        "the instalments add up to {added}, but {owed} is to be paid; each one has to be positive, and together they "
        "have to make up the whole"
    ),
    "einvoice.lei_wrong": "the LEI {value} of {name} has wrong check digits; compare it with the LEI register",
    "einvoice.lines_astray": (
        "the lines add up to {added} {currency}, but the invoice says {stated}; ask the issuer for a corrected one"
    ),
    "einvoice.net_astray": (
        "lines less allowances plus charges make {added} {currency}, but the net total says {stated}; ask the issuer "
        "for a corrected invoice"
    ),
    "einvoice.not_an_invoice": "is XML, but no invoice that is known here; its outermost element is {root}",
    "einvoice.nothing_to_credit": "credit note {number} (total {total}) leaves nothing to credit; no row was made",
    "einvoice.nothing_to_pay": (
        "of the total {total} {currency} of invoice {number} nothing is left to pay ({owed}); no open item was made"
    ),
    "einvoice.number_long": "the invoice number is longer than {most} characters; that is no invoice number",
    "einvoice.number_missing": "the invoice has no number; ask the issuer for a complete one",
    "einvoice.ofd.broken": "is a damaged OFD file; ask for the original and do not save it again in another program",
    "einvoice.ofd.no_entry": "lacks OFD.xml, the entry of every OFD document; ask for the original file",
    "einvoice.ofd.no_invoice": (
        "is an OFD document without the data of an invoice (number and amount); ask for the file as the tax authority "
        "issued it, or for its XML"
    ),
    "einvoice.ofd.unsafe": "is an archive built in a way that no honest OFD is; it was not opened",
    "einvoice.order": "is an order, not an invoice: nothing is owed on it yet",
    "einvoice.overpaid": (
        "more was prepaid on invoice {number} than its total of {total} {currency} (left: {owed}); no open item was "
        "made. The customer's credit shows once the prepayment is entered as a receipt"
    ),
    "einvoice.own_number_differs": (
        "invoice {number} names us ({name}) with the tax number {value}, which is none of ours; correct it in the "
        "settings, or ask the issuer for a corrected invoice"
    ),
    "einvoice.own_unknown": (
        "invoice {number} was taken as ours to collect, with {seller} as ourselves, because our own tax numbers are "
        "not set; set them, and invoices to us become bills"
    ),
    "einvoice.parts_disagree": (
        "states {field} twice and differently: {first} and {second}; ask for the original file"
    ),
    "einvoice.party_missing": (
        "invoice {number} names the other side by neither number nor name; nobody could be billed"
    ),
    "einvoice.payable_astray": (
        "total less prepayments makes {added} {currency}, but the amount to pay says {stated}; ask the issuer for a "
        "corrected invoice"
    ),
    "einvoice.pdf.extra_missing": (
        "is a PDF file; to read the invoice inside, install the extra {extra}: pip install 'solvent[{extra}]'"
    ),
    "einvoice.pdf.no_invoice": (
        "is a PDF file without an invoice inside; what is only printed is not read. Ask the issuer for Factur-X, "
        "ZUGFeRD, XML or OFD"
    ),
    "einvoice.pdf.unreadable": "is a damaged PDF file; ask for the original",
    "einvoice.prepaid": (
        "of the total {total} {currency} of invoice {number} a part was prepaid; {owed} was taken as open. If the "
        "prepayment is also in the books as a receipt, it must not be set off again"
    ),
    "einvoice.red_positive": (
        "invoice {number} is marked as a red-letter invoice, but its total is positive; a red-letter total is negative"
    ),
    "einvoice.several_numbers": "holds {count} invoice numbers in one invoice; it is not clear which one is meant",
    "einvoice.stranger": (
        "invoice {number} from {seller} to {buyer} names us on neither side by our own tax numbers and names; check "
        "whether it is ours, or complete them"
    ),
    "einvoice.supplier_credit": (
        "credit note {number} of our supplier {seller} (for invoice {preceding}) has no place among the bills; reduce "
        "the bill by hand"
    ),
    "einvoice.total_astray": (
        "net and tax make {added} {currency}, but the total says {stated}; ask the issuer for a corrected invoice"
    ),
    "einvoice.total_missing": "the invoice has no total; ask the issuer for a complete one",
    "einvoice.uscc_digit": (
        "the tax number {value} of {name} ends in a wrong check character (by the rest it would be {right}); compare "
        "it with the business licence"
    ),
    "einvoice.uscc_form": (
        "the tax number {value} of {name} is no unified social credit code: that has 18 digits and capital letters, "
        "without I, O, S, V and Z"
    ),
    "einvoice.value.amount": "{value} in {field} is no amount; right would be for example 1130.00",
    "einvoice.value.day": "{value} in {field} is no day; right would be for example 2026-05-19",
    "einvoice.value.too_fine": (
        "{value} in {field} is finer than the smallest unit of {currency}, or larger than any invoice"
    ),
    "einvoice.vat_wrong": "the VAT number {value} of {name} is not valid; check it with the VIES register of the EU",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
