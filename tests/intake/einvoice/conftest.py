"""E-invoices written out as each format has them, from the same few facts; what the tests here change and break."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from solvent.intake.intake import Source

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CII = "urn:un:unece:uncefact:data:standard:"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OFD = "http://www.ofdspec.org/2016"


def ubl(
    *,
    number: str = "R-1",
    kind: str = "Invoice",
    code: str = "380",
    total: str = "119.00",
    more: str = "",
    sums: str = "",
) -> bytes:
    """A UBL invoice of two lines, 100.00 net, 19.00 tax; ``more`` stands after the currency."""
    line = "InvoiceLine" if kind == "Invoice" else "CreditNoteLine"
    lines = "".join(
        f"<cac:{line}><cbc:ID>{n}</cbc:ID><cbc:InvoicedQuantity unitCode='C62'>{n}</cbc:InvoicedQuantity>"
        f"<cbc:LineExtensionAmount currencyID='EUR'>{net}</cbc:LineExtensionAmount>"
        f"<cac:Item><cbc:Name>Article {n}</cbc:Name></cac:Item></cac:{line}>"
        for n, net in ((1, "60.00"), (2, "40.00"))
    )
    return f"""{HEAD}<{kind} xmlns="{UBL}{kind}-2" xmlns:cac="{UBL}CommonAggregateComponents-2"
 xmlns:cbc="{UBL}CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>
<cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{more}
<cac:AccountingSupplierParty><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode>
</cac:Country></cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>DE136695976</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Seller GmbH</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>
</cac:AccountingSupplierParty><cac:AccountingCustomerParty><cac:Party><cac:PartyTaxScheme>
<cbc:CompanyID>ATU13585627</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Buyer AG</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>
</cac:AccountingCustomerParty>
<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>DE89370400440532013000</cbc:ID></cac:PayeeFinancialAccount>
</cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{total}</cbc:TaxInclusiveAmount>{sums}</cac:LegalMonetaryTotal>{lines}</{kind}>
""".encode()


def cii(*, terms: str = "", due: str = "119.00", code: str = "380", sums: str = "") -> bytes:
    """A CII invoice of one line, 100.00 net, 19.00 tax; ``terms`` are payment terms."""
    return f"""{HEAD}<rsm:CrossIndustryInvoice xmlns:rsm="{CII}CrossIndustryInvoice:100"
 xmlns:ram="{CII}ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{CII}UnqualifiedDataType:100">
<rsm:ExchangedDocument><ram:ID>C-1</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="102">20260302</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct><ram:Name>Article</ram:Name>
</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>4</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Seller GmbH</ram:Name><ram:SpecifiedTaxRegistration>
<ram:ID schemeID="VA">DE136695976</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Buyer AG</ram:Name></ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{terms}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>{sums}<ram:DuePayableAmount>{due}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def china(
    *,
    number: str = "26440000000000000017",
    net: str = "1000.00",
    tax: str = "130.00",
    total: str = "1130.00",
    blue: str = "Y",
    more: str = "",
    head: str = HEAD,
) -> bytes:
    """A fully digital invoice as the tax authority hands it out; ``more`` stands after the lines."""
    return f"""{head}<EInvoice><Header><EIid>{number}</EIid><InherentLabel><InIssuType><LabelCode>{blue}</LabelCode>
</InIssuType></InherentLabel></Header><EInvoiceData><SellerInformation><SellerIdNum>91110000600037341L</SellerIdNum>
<SellerName>示例制造（北京）有限公司</SellerName></SellerInformation><BuyerInformation>
<BuyerIdNum>91460300MAA92DJN95</BuyerIdNum><BuyerName>示例商贸有限公司</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>
<TotalTax-includedAmount>{total}</TotalTax-includedAmount></BasicInformation>
<IssuItemInformation><ItemName>*软管*甲</ItemName><Quantity>2</Quantity><Amount>{net}</Amount>
<ComTaxAm>{tax}</ComTaxAm><TotaltaxIncludedAmount>{total}</TotaltaxIncludedAmount></IssuItemInformation>{more}
</EInvoiceData><TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>2026-03-02 10:08:05</IssueTime>
</TaxSupervisionInfo></EInvoice>""".encode()


FIELDS = {
    "发票号码": "26440000000000000017",
    "开票日期": "2026年03月02日",
    "合计金额": "1000.00",
    "合计税额": "130.00",
    "购买方纳税人识别号": "91460300MAA92DJN95",
    "销售方纳税人识别号": "91110000600037341L",
}


def archive(files: Sequence[tuple[str, bytes | str]]) -> bytes:
    """A zip file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for path, data in files:
            book.writestr(path, data)
    return out.getvalue()


def entry(fields: dict[str, str]) -> str:
    """The entry file of an OFD document with these fields."""
    told = "".join(f'<ofd:CustomData Name="{name}">{text}</ofd:CustomData>' for name, text in fields.items())
    return (
        f'{HEAD}<ofd:OFD xmlns:ofd="{OFD}" DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>a</ofd:DocID>'
        f"<ofd:CustomDatas>{told}</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>"
    )


def ofd(fields: dict[str, str] | None = None, *more: tuple[str, bytes | str]) -> bytes:
    """An OFD invoice of the fully digital kind: fields in its entry file, sides' names only behind tags."""
    names = {"BuyerName": ("65", "示例商贸有限公司"), "SellerName": ("66", "示例制造（北京）有限公司")}
    tags = "".join(
        f'<ofd:{tag}><ofd:ObjectRef PageRef="1">{at}</ofd:ObjectRef></ofd:{tag}>' for tag, (at, _) in names.items()
    )
    page = "".join(
        f'<ofd:TextObject ID="{at}" Boundary="1 1 9 9"><ofd:TextCode X="0" Y="3"><![CDATA[{text}]]></ofd:TextCode>'
        "</ofd:TextObject>"
        for at, text in names.values()
    )
    return archive(
        [
            ("OFD.xml", entry(FIELDS if fields is None else fields)),
            ("Doc_0/Document.xml", f'{HEAD}<ofd:Document xmlns:ofd="{OFD}"/>'),
            ("Doc_0/Tags/CustomTags.xml", f'{HEAD}<ofd:CustomTags xmlns:ofd="{OFD}"/>'),
            ("Doc_0/Tags/CustomTag.xml", f'{HEAD}<ofd:root xmlns:ofd="{OFD}">{tags}</ofd:root>'),
            ("Doc_0/Pages/Page_0/Content.xml", f'{HEAD}<ofd:Page xmlns:ofd="{OFD}">{page}</ofd:Page>'),
            *more,
        ]
    )


def original(total: str = "10600.00") -> str:
    """The attached invoice of an OFD file of the older kind, with code and number."""
    return f"""{HEAD}<eInvoice><InvoiceCode>050001700111</InvoiceCode><InvoiceNo>12235358</InvoiceNo>
<IssueDate>2020年08月05日</IssueDate><Buyer><BuyerName>示例商贸有限公司</BuyerName><BuyerTaxID>91460300MAA92DJN95</BuyerTaxID>
</Buyer><Seller><SellerName>示例制造（北京）有限公司</SellerName><SellerTaxID>91110000600037341L</SellerTaxID></Seller>
<TaxInclusiveTotalAmount>{total}</TaxInclusiveTotalAmount><TaxTotalAmount>600.00</TaxTotalAmount>
<TaxExclusiveTotalAmount>10000.00</TaxExclusiveTotalAmount><GoodsInfos><GoodsInfo><Item>*软管*甲</Item>
<Quantity>1</Quantity><Amount>10000.00</Amount><TaxAmount>600.00</TaxAmount></GoodsInfo></GoodsInfos></eInvoice>"""


def pdf(name: str, content: bytes) -> bytes:
    """A PDF file of one page with one attachment, written by hand."""
    stream, title = zlib.compress(content, 9), name.encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(%s) 4 0 R] >> >> >>" % title,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 5 0 R >> >>" % (title, title),
        b"<< /Type /EmbeddedFile /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, at = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in at)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + tail


@dataclass(frozen=True)
class Samples:
    """The writers above, for tests; ``file`` makes a source of bytes."""

    ubl: Callable[..., bytes] = ubl
    cii: Callable[..., bytes] = cii
    china: Callable[..., bytes] = china
    ofd: Callable[..., bytes] = ofd
    original: Callable[..., str] = original
    entry: Callable[..., str] = entry
    archive: Callable[..., bytes] = archive
    pdf: Callable[[str, bytes], bytes] = pdf

    @property
    def fields(self) -> dict[str, str]:
        return dict(FIELDS)

    @staticmethod
    def file(data: bytes | str, name: str = "file") -> Source:
        return Source(name, data.encode() if isinstance(data, str) else data)


@pytest.fixture(scope="session")
def samples() -> Samples:
    return Samples()
