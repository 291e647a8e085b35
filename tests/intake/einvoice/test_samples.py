"""Every e-invoice of the reference data: number, day, parties and totals against paths written down here anew."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from solvent.base.money import decimal
from solvent.intake.einvoice.read import invoices_in, is_einvoice, read_einvoices
from solvent.intake.intake import Known, Source

DATA = Path(__file__).parents[3] / ".." / "shared" / "data" / "e-invoices"
FILES = sorted(path for path in DATA.rglob("*") if path.is_file())
INVOICES = [path for path in FILES if path.suffix.lower() == ".xml" and "edifact" not in path.parts]
OTHERS = [path for path in FILES if path not in INVOICES and path.suffix.lower() != ".pdf"]

pytestmark = pytest.mark.skipif(not FILES, reason="shared/data/e-invoices is not beside the repository")

Oracle = tuple[str, str, str, str]
"""Paths to number, day, total with tax, and the names of both sides joined by a bar, by local names."""


def path(*names: str) -> str:
    return "/" + "/".join(f"*[local-name()='{name}']" for name in names)


TRADE = "/*/*[local-name()='SupplyChainTradeTransaction']"
CII = (
    path("CrossIndustryInvoice", "ExchangedDocument", "ID"),
    path("CrossIndustryInvoice", "ExchangedDocument", "IssueDateTime", "DateTimeString"),
    f"{TRADE}/*/*[local-name()='SpecifiedTradeSettlementHeaderMonetarySummation']/*[local-name()='GrandTotalAmount']",
    f"{TRADE}/*/*[local-name()='SellerTradeParty']/*[local-name()='Name']",
    f"{TRADE}/*/*[local-name()='BuyerTradeParty']/*[local-name()='Name']",
)
PARTY = "/*[local-name()='Party']/*[local-name()='PartyLegalEntity']/*[local-name()='RegistrationName']"
UBL = (
    "/*/*[local-name()='ID']",
    "/*/*[local-name()='IssueDate']",
    "/*/*[local-name()='LegalMonetaryTotal']/*[local-name()='TaxInclusiveAmount']",
    f"/*/*[local-name()='AccountingSupplierParty']{PARTY}",
    f"/*/*[local-name()='AccountingCustomerParty']{PARTY}",
)
EINVOICE = (
    "//TaxSupervisionInfo/InvoiceNumber",
    "//TaxSupervisionInfo/IssueTime",
    "//BasicInformation/*[local-name()='TotalTax-includedAmount']",
    "//SellerInformation/SellerName",
    "//BuyerInformation/BuyerName",
)
XBRL = (
    "/*/*[local-name()='InvoiceNumber']",
    "/*/*[local-name()='RequestTime']",
    "/*/*[local-name()='TotalTax-includedAmount']",
    "/*/*[local-name()='SellerName']",
    "/*/*[local-name()='NameOfAccountingEntity']",
)
FLAT = ("/*/发票号码", "/*/开票日期", "/*/价税合计", "/*/销售方名称", "/*/购买方名称")
PAYABLE = "//*[local-name()='PayableAmount' or local-name()='DuePayableAmount']"
ORACLES = {
    "CrossIndustryInvoice": CII,
    "Invoice": UBL,
    "CreditNote": UBL,
    "EInvoice": EINVOICE,
    "xbrl": XBRL,
    "发票": FLAT,
}


def expected(data: bytes) -> tuple[str, date, Decimal, str, str]:
    """What a file states, read with plain paths and none of our code."""
    root = etree.fromstring(data)
    number, day, total, seller, buyer = (
        root.getroottree().xpath(f"string({step})").strip() for step in ORACLES[etree.QName(root).localname]
    )
    form = "%Y%m%d" if "-" not in day else "%Y-%m-%d"
    when = datetime.strptime(day[:8] if "-" not in day else day[:10], form).date()  # noqa: DTZ007
    return number, when, Decimal(total), " ".join(seller.split()), " ".join(buyer.split())


@pytest.mark.parametrize("file", INVOICES, ids=lambda path: path.name)
def test_every_invoice_is_read_as_it_stands(file: Path) -> None:
    data = file.read_bytes()
    source = Source(file.name, data)
    assert is_einvoice(source)
    (invoice,) = invoices_in(source)
    total = decimal(invoice.total or 0, invoice.currency)
    assert (invoice.number, invoice.issued_on, total, invoice.seller.name, invoice.buyer.name) == expected(data)


@pytest.mark.parametrize("file", INVOICES, ids=lambda path: path.name)
def test_every_invoice_enters_the_books(file: Path) -> None:
    data = file.read_bytes()
    intake = read_einvoices(Source(file.name, data), Known())
    document = intake.documents.row(0, named=True)
    assert (document["code"], intake.rejected.height) == ("", 0)
    total = expected(data)[2]
    owed = sum(
        intake.ledger.table(name).select("amount").sum().collect().item() for name in ("open_items", "credit_notes")
    )
    stated = etree.fromstring(data).xpath(f"string({PAYABLE})").strip()
    due = Decimal(stated) if stated else total
    assert decimal(owed, document["currency"]) == max(due if total >= 0 else -due, Decimal(0))


def test_as_many_as_the_folder_holds() -> None:
    assert len(INVOICES) == 181


@pytest.mark.parametrize("file", OTHERS, ids=lambda path: path.name)
def test_what_is_no_invoice_is_refused_with_the_reason(file: Path) -> None:
    source = Source(file.name, file.read_bytes())
    assert not is_einvoice(source)
    intake = read_einvoices(source, Known())
    assert intake.documents.item(0, "code") in ("einvoice.file.kind", "einvoice.not_an_invoice")
    assert not intake.ledger.tables


@pytest.mark.parametrize("file", [path for path in FILES if path.suffix.lower() == ".pdf"], ids=lambda path: path.name)
def test_a_pdf_without_an_invoice(file: Path) -> None:
    intake = read_einvoices(Source(file.name, file.read_bytes()), Known())
    assert intake.documents.item(0, "code") == "einvoice.pdf.no_invoice"


@pytest.mark.parametrize("file", [p for p in INVOICES if "drafthorse" in p.parts][:20], ids=lambda path: path.name)
def test_inside_a_pdf_it_is_the_same_invoice(file: Path, samples) -> None:  # type: ignore[no-untyped-def]
    data = file.read_bytes()
    (plain,) = invoices_in(Source(file.name, data))
    (inside,) = invoices_in(Source(file.name, samples.pdf("factur-x.xml", data)))
    assert (inside.number, inside.total, inside.lines) == (plain.number, plain.total, plain.lines)
    assert inside.format == f"pdf/{plain.format}"
