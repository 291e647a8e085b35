"""E-invoices into the books: sides, instalments, credit notes, what does not add up, what is wrong with a number."""

from __future__ import annotations

import json
import random
import sys
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.books.books import TABLES
from solvent.intake.einvoice.checks import Checking
from solvent.intake.einvoice.items import divided
from solvent.intake.einvoice.read import invoices_in, is_einvoice, read_einvoices
from solvent.intake.einvoice.sides import folded_id, folded_name
from solvent.intake.intake import Intake, Known
from thorough import cases

SELLER, BUYER = "DE136695976", "ATU13585627"
US = Known(tax_ids=frozenset({SELLER}))


def rows(intake: Intake, table: str) -> list[dict[str, Any]]:
    return intake.ledger.table(table).collect().to_dicts()


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.ledger.problems]


def whole(intake: Intake) -> None:
    """What holds of every intake: counts add up, every frame keeps its table's rules, each refusal has its row."""
    counts = intake.counts
    assert (counts["rows_in"] == counts["rows_loaded"] + counts["rows_rejected"]).all()
    assert counts["rows_rejected"].sum() == intake.rejected.height
    assert (intake.documents["code"] != "").sum() == intake.rejected.height
    assert intake.documents["rows"].sum() + len(rows(intake, "allocations")) == counts["rows_in"].sum()
    for name, frame in intake.ledger.tables.items():
        broken = frame.select(rule.any().alias(code) for code, rule in TABLES[name].broken().items()).collect()
        assert not any(broken.row(0)), (name, broken)


def test_ours_to_collect(samples: Any) -> None:
    intake = read_einvoices(samples.file(samples.ubl(more="<cbc:DueDate>2026-04-01</cbc:DueDate>"), "a.xml"), US)
    whole(intake)
    (item,) = rows(intake, "open_items")
    assert (item["item_id"], item["invoice_id"], item["customer_id"]) == ("R-1", "R-1", BUYER)
    assert (item["issued_on"], item["due_on"], item["recorded_on"]) == (
        date(2026, 3, 2),
        date(2026, 4, 1),
        date(2026, 3, 2),
    )
    assert (item["currency"], item["amount"]) == ("EUR", 11900)
    (customer,) = rows(intake, "customers")
    assert (customer["name"], customer["tax_id"]) == ("Buyer AG", BUYER)
    assert codes(intake) == []
    assert intake.documents.row(0, named=True)["closing"] == 11900
    (invoice,) = invoices_in(samples.file(samples.ubl()))
    assert invoice.iban == "DE89370400440532013000"
    assert [(line.description, int(line.quantity or 0), str(line.net)) for line in invoice.lines] == [
        ("Article 1", 1, "60.00"),
        ("Article 2", 2, "40.00"),
    ]


def test_a_customer_that_is_known_keeps_its_number(samples: Any) -> None:
    for key in ("at u13585627", "BUYER  AG"):
        intake = read_einvoices(samples.file(samples.ubl()), Known(tax_ids=US.tax_ids, customers={key: "K7"}))
        assert rows(intake, "open_items")[0]["customer_id"] == "K7"
        assert rows(intake, "customers") == []


def test_ours_to_pay(samples: Any) -> None:
    for known in (Known(tax_ids=frozenset({"AT U135 85627"})), Known(names=frozenset({"buyer ag"}))):
        intake = read_einvoices(samples.file(samples.ubl()), known)
        whole(intake)
        (bill,) = rows(intake, "bills")
        assert (bill["bill_id"], bill["supplier_id"], bill["amount"]) == (f"{SELLER}:R-1", SELLER, 11900)
        assert rows(intake, "open_items") == rows(intake, "customers") == []


@pytest.mark.parametrize(
    ("known", "terms", "told", "items"),
    [
        (Known(), Checking(), "einvoice.own_unknown", 1),
        (Known(tax_ids=frozenset({"DE999"})), Checking(), "einvoice.stranger", 1),
        (Known(tax_ids=frozenset({"DE999"})), Checking(take_strangers=False), "einvoice.stranger", 0),
        (Known(tax_ids=frozenset({SELLER, BUYER})), Checking(), "einvoice.both_ours", 0),
        (
            Known(tax_ids=frozenset({"DE999"}), names=frozenset({"Seller GmbH"})),
            Checking(),
            "einvoice.own_number_differs",
            1,
        ),
    ],
)
def test_whose_it_is_is_told_where_nothing_proves_it(
    samples: Any, known: Known, terms: Checking, told: str, items: int
) -> None:
    intake = read_einvoices(samples.file(samples.ubl()), known, terms)
    whole(intake)
    assert told in codes(intake)
    assert len(rows(intake, "open_items")) == items


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<cbc:ID>R-1</cbc:ID>", "<cbc:ID> </cbc:ID>"), "einvoice.number_missing"),
        (("<cbc:ID>R-1</cbc:ID>", f"<cbc:ID>{'9' * 101}</cbc:ID>"), "einvoice.number_long"),
        (("<cbc:IssueDate>2026-03-02</cbc:IssueDate>", ""), "einvoice.date_missing"),
        (("2026-03-02", "2026-02-30"), "einvoice.value.day"),
        ((">EUR<", ">EURO<"), "einvoice.currency_unknown"),
        (('<cbc:TaxInclusiveAmount currencyID="EUR">119.00</cbc:TaxInclusiveAmount>', ""), "einvoice.total_missing"),
        ((">119.00<", ">119.01<"), "einvoice.total_astray"),
        ((">119.00<", ">119.001<"), "einvoice.value.too_fine"),
        ((">119.00<", ">1.119,00<"), "einvoice.value.amount"),
        ((">19.00<", ">18.99<"), "einvoice.total_astray"),
        (('"EUR">100.00</cbc:TaxE', '"EUR">99.00</cbc:TaxE'), "einvoice.net_astray"),
        ((">40.00<", ">40.03<"), "einvoice.lines_astray"),
        (("Buyer AG", ""), ""),
        (('<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>', ""), ""),
        (("</cac:LegalM", "<cbc:PayableAmount>118.00</cbc:PayableAmount></cac:LegalM"), "einvoice.payable_astray"),
    ],
)
def test_what_does_not_add_up_goes_to_quarantine(samples: Any, change: tuple[str, str], code: str) -> None:
    data = samples.ubl().decode()
    assert change[0] in data
    intake = read_einvoices(samples.file(data.replace(*change)), US)
    whole(intake)
    assert intake.documents["code"].to_list() == [code]
    assert (not rows(intake, "open_items")) == bool(code)
    if code:
        assert intake.rejected.row(0, named=True)["code"] == code
        assert isinstance(json.loads(intake.rejected.item(0, "facts")), dict)


def test_lines_and_tax_bear_the_total_where_no_net_is_given(samples: Any) -> None:
    bare = (
        samples.ubl().decode().replace('<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>', "")
    )
    none = bare.replace('<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>', "")
    assert none != bare
    for data, change, code in (
        (bare, ">119.00<", "einvoice.total_astray"),
        (none, ">119.00<", "einvoice.lines_astray"),
        (none, ">none<", ""),
    ):
        intake = read_einvoices(samples.file(data.replace(change, ">119.03<")), US)
        assert intake.documents["code"].to_list() == [code]


@pytest.mark.parametrize(("net", "accepted"), [("40.02", True), ("39.98", True), ("40.03", False), ("39.97", False)])
def test_lines_may_miss_a_unit_each(samples: Any, net: str, accepted: bool) -> None:
    intake = read_einvoices(samples.file(samples.ubl().decode().replace(">40.00<", f">{net}<")), US)
    assert (intake.rejected.height == 0) == accepted


def test_nobody_to_bill(samples: Any) -> None:
    data = samples.ubl().decode().replace("Buyer AG", "").replace(BUYER, "")
    assert read_einvoices(samples.file(data), US).documents["code"].to_list() == ["einvoice.party_missing"]


@pytest.mark.parametrize(
    ("prepaid", "payable", "items", "code"),
    [
        ("19.00", "100.00", [10000], "einvoice.prepaid"),
        ("119.00", "0.00", [], "einvoice.nothing_to_pay"),
        ("119.01", "-0.01", [], "einvoice.overpaid"),
    ],
)
def test_what_is_left_to_pay_is_taken(samples: Any, prepaid: str, payable: str, items: list[int], code: str) -> None:
    sums = f"<cbc:PrepaidAmount>{prepaid}</cbc:PrepaidAmount><cbc:PayableAmount>{payable}</cbc:PayableAmount>"
    intake = read_einvoices(samples.file(samples.ubl(sums=sums)), US)
    whole(intake)
    assert [item["amount"] for item in rows(intake, "open_items")] == items
    assert code in codes(intake)
    assert intake.documents["code"].to_list() == [""]


def test_a_rounding_amount_is_honoured(samples: Any) -> None:
    sums = "<cbc:PayableRoundingAmount>0.05</cbc:PayableRoundingAmount><cbc:PayableAmount>119.05</cbc:PayableAmount>"
    intake = read_einvoices(samples.file(samples.ubl(sums=sums)), US)
    assert rows(intake, "open_items")[0]["amount"] == 11905


@pytest.mark.parametrize(
    ("due", "used", "code"),
    [("", date(2026, 3, 2), "einvoice.due_missing"), ("2026-03-01", date(2026, 3, 2), "einvoice.due_before_issue"),
     ("2026-03-02", date(2026, 3, 2), ""), ("2026-03-03", date(2026, 3, 3), "")],
)  # fmt: skip
def test_the_due_day(samples: Any, due: str, used: date, code: str) -> None:
    more = f"<cbc:DueDate>{due}</cbc:DueDate>" if due else ""
    intake = read_einvoices(samples.file(samples.ubl(more=more)), US)
    assert rows(intake, "open_items")[0]["due_on"] == used
    assert codes(intake) == ([code] if code else [])


def terms(*parts: tuple[str, str]) -> str:
    return "".join(
        f"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format='102'>{day}</udt:DateTimeString>"
        f"</ram:DueDateDateTime>{share}</ram:SpecifiedTradePaymentTerms>"
        for day, share in parts
    )


def percent(share: str) -> str:
    return f"<ram:PartialPaymentPercent>{share}</ram:PartialPaymentPercent>"


def amount(share: str) -> str:
    return f"<ram:PartialPaymentAmount>{share}</ram:PartialPaymentAmount>"


def test_instalments_add_up_by_largest_remainder(samples: Any) -> None:
    plan = terms(("20260401", percent("33.33")), ("20260501", percent("33.33")), ("20260601", percent("33.33")))
    intake = read_einvoices(samples.file(samples.cii(terms=plan)), US)
    whole(intake)
    items = rows(intake, "open_items")
    assert [item["item_id"] for item in items] == ["C-1/1", "C-1/2", "C-1/3"]
    assert {item["invoice_id"] for item in items} == {"C-1"}
    assert [item["amount"] for item in items] == [3967, 3967, 3966]
    plan = terms(("20260401", amount("100.00")), ("20260501", amount("19.00")))
    items = rows(read_einvoices(samples.file(samples.cii(terms=plan)), US), "open_items")
    assert [(item["due_on"], item["amount"]) for item in items] == [(date(2026, 4, 1), 10000), (date(2026, 5, 1), 1900)]


@pytest.mark.parametrize(
    "shares",
    [(amount("100.00"), amount("18.99")), (amount("129.00"), amount("-10.00")), (percent("50"), percent("49.9")),
     (percent("50"), amount("59.50")), (percent("110"), percent("-10"))],
)  # fmt: skip
def test_instalments_that_are_not_the_whole_are_refused(samples: Any, shares: tuple[str, str]) -> None:
    plan = terms(("20260401", shares[0]), ("20260501", shares[1]))
    intake = read_einvoices(samples.file(samples.cii(terms=plan)), US)
    assert intake.documents["code"].to_list() == ["einvoice.instalments_astray"]


def test_several_due_days_without_shares_are_no_instalments(samples: Any) -> None:
    intake = read_einvoices(samples.file(samples.cii(terms=terms(("20260312", ""), ("20260401", "")))), US)
    (item,) = rows(intake, "open_items")
    assert item["due_on"] == date(2026, 4, 1)


@settings(max_examples=cases(40, 400), deadline=None)
@given(st.integers(0, 10**12), st.lists(st.fractions(Fraction(1, 1000), 1000), min_size=1, max_size=20))
def test_parts_make_the_whole(total: int, weights: list[Fraction]) -> None:
    parts = divided(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1


def test_a_credit_note_is_told_without_a_sign_and_not_set_off_by_guess(samples: Any) -> None:
    refers = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>R-1</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
    intake = read_einvoices(samples.file(samples.ubl(number="G-1", kind="CreditNote", code="381", more=refers)), US)
    whole(intake)
    (credit,) = rows(intake, "credit_notes")
    assert (credit["credit_note_id"], credit["customer_id"], credit["amount"]) == ("G-1", BUYER, 11900)
    assert rows(intake, "allocations") == []
    assert codes(intake) == ["einvoice.credit_unlinked"]
    (problem,) = intake.ledger.problems
    assert problem.facts["preceding"] == "R-1"
    bare = read_einvoices(samples.file(samples.ubl(number="G-1", kind="CreditNote", code="381")), US)
    assert codes(bare) == ["einvoice.credit_without_invoice"]


def test_a_negative_credit_note_is_not_guessed_at(samples: Any) -> None:
    data = samples.ubl(kind="CreditNote", code="381", total="-119.00").decode()
    for positive in ("60.00", "40.00", "100.00", "19.00"):
        data = data.replace(f">{positive}<", f">-{positive}<")
    assert read_einvoices(samples.file(data), US).documents["code"].to_list() == ["einvoice.credit_negative"]


def test_a_suppliers_credit_note_is_told(samples: Any) -> None:
    data = samples.ubl(kind="CreditNote", code="381")
    intake = read_einvoices(samples.file(data), Known(tax_ids=frozenset({BUYER})))
    whole(intake)
    assert intake.documents["code"].to_list() == ["einvoice.supplier_credit"]


def envelope(samples: Any, *parts: bytes) -> str:
    return "<envelope>" + "".join(part.decode().partition("?>")[2] for part in parts) + "</envelope>"


def test_several_in_one_file_and_the_same_twice(samples: Any) -> None:
    refers = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>R-1</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
    credit = samples.ubl(number="G-1", kind="CreditNote", code="381", more=refers)
    data = envelope(samples, samples.ubl(), samples.ubl(number="R-2"), samples.ubl(), credit)
    intake = read_einvoices(samples.file(data), US)
    whole(intake)
    assert intake.documents["code"].to_list() == ["", "", "einvoice.doubled", ""]
    assert [item["item_id"] for item in rows(intake, "open_items")] == ["R-1", "R-2"]
    assert len(rows(intake, "customers")) == 1
    (link,) = rows(intake, "allocations")
    assert (link["item_id"], link["source"], link["source_id"], link["amount"]) == ("R-1", "credit_note", "G-1", 11900)


def test_china(samples: Any) -> None:
    known = Known(names=frozenset({"示例制造(北京)有限公司"}))
    intake = read_einvoices(samples.file(samples.china()), known)
    whole(intake)
    (item,) = rows(intake, "open_items")
    assert (item["item_id"], item["currency"], item["amount"]) == ("26440000000000000017", "CNY", 113000)
    assert item["customer_id"] == "91460300MAA92DJN95"
    assert codes(intake) == ["einvoice.due_missing"]
    gbk = samples.china(head='<?xml version="1.0" encoding="GBK"?>').decode().encode("gbk")
    assert rows(read_einvoices(samples.file(gbk), known), "customers")[0]["name"] == "示例商贸有限公司"


def test_red_letters_are_credit_notes(samples: Any) -> None:
    remark = "<AdditionalInformation><Remark>被红冲蓝字数电票号码：24110000000000100003 红字确认单</Remark></AdditionalInformation>"
    data = samples.china(net="-1000.00", tax="-130.00", total="-1130.00", blue="N", more=remark)
    intake = read_einvoices(samples.file(data), Known(tax_ids=frozenset({"91110000600037341L"})))
    whole(intake)
    assert [row["amount"] for row in rows(intake, "credit_notes")] == [113000]
    assert intake.documents.item(0, "kind") == "credit_note"
    assert [p.facts["preceding"] for p in intake.ledger.problems if p.code == "einvoice.credit_unlinked"] == [
        "24110000000000100003"
    ]
    wrong = read_einvoices(samples.file(samples.china(blue="N")), Known())
    assert wrong.documents["code"].to_list() == ["einvoice.red_positive"]


def test_a_chinese_invoice_that_contradicts_itself(samples: Any) -> None:
    data = samples.china().decode().replace("<EIid>2644", "<EIid>2744")
    assert read_einvoices(samples.file(data), Known()).documents["code"].to_list() == ["einvoice.parts_disagree"]


@pytest.mark.parametrize("word", ["***", "免税", "不征税"])
def test_no_tax_is_no_tax(samples: Any, word: str) -> None:
    data = samples.china(tax=word, total="1000.00")
    assert rows(read_einvoices(samples.file(data), Known()), "open_items")[0]["amount"] == 100000


def test_flat_chinese_names(samples: Any) -> None:
    fields = {**samples.fields, "购买方名称": "示例商贸有限公司", "销售方名称": "示例制造"}
    data = "<发票>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items()) + "</发票>"
    assert is_einvoice(samples.file(data))
    pinyin = (
        "<fp><Fphm>26440000000000000017</Fphm><Kprq>20260302</Kprq><Xfmc>甲</Xfmc><Gfmc>乙</Gfmc>"
        "<Hjje>1000.00</Hjje><Hjse>130.00</Hjse><Jshj>1,130.00</Jshj></fp>"
    )
    assert is_einvoice(samples.file(pinyin))
    for text in (data, pinyin):
        (invoice,) = invoices_in(samples.file(text))
        assert (invoice.number, invoice.issued_on, invoice.total) == ("26440000000000000017", date(2026, 3, 2), 113000)


def test_ofd_of_the_fully_digital_kind(samples: Any) -> None:
    (invoice,) = invoices_in(samples.file(samples.ofd()))
    assert (invoice.number, invoice.issued_on) == ("26440000000000000017", date(2026, 3, 2))
    assert (invoice.net, invoice.tax, invoice.total) == (100000, 13000, 113000)
    assert (invoice.seller.name, invoice.buyer.name) == ("示例制造（北京）有限公司", "示例商贸有限公司")
    assert (invoice.seller.tax_id, invoice.buyer.tax_id) == ("91110000600037341L", "91460300MAA92DJN95")


def test_ofd_of_the_older_kind(samples: Any) -> None:
    attached = ("Doc_0/Attachs/original_invoice.xml", samples.original())
    for fields in ({}, {"发票号码": "12235358", "发票代码": "050001700111", "价税合计": "10600.00"}):
        (invoice,) = invoices_in(samples.file(samples.ofd(fields, attached)))
        assert (invoice.number, invoice.series, invoice.total) == ("12235358", "050001700111", 1060000)
        assert len(invoice.lines) == 1
    intake = read_einvoices(samples.file(samples.ofd({}, attached)), Known())
    assert rows(intake, "open_items")[0]["item_id"] == "05000170011112235358"
    assert rows(intake, "open_items")[0]["invoice_id"] == "12235358"
    forged = samples.ofd({"发票号码": "12235358", "价税合计": "10600.01"}, attached)
    assert read_einvoices(samples.file(forged), Known()).documents["code"].to_list() == ["einvoice.parts_disagree"]


def test_ofd_by_its_tags_alone(samples: Any) -> None:
    values = {"InvoiceNo": "26440000000000000017", "IssueDate": "2026年03月02日", "TaxExclusiveTotalAmount": "¥1000.00",
              "TaxTotalAmount": "¥130.00", "TaxInclusiveTotalAmount": "¥1130.00"}  # fmt: skip
    tags = "".join(f"<{tag}><ObjectRef>{at}</ObjectRef></{tag}>" for at, tag in enumerate(values))
    page = "".join(
        f'<TextObject ID="{at}"><TextCode>{text[:4]}</TextCode><TextCode>{text[4:]}</TextCode></TextObject>'
        for at, text in enumerate(values.values())
    )
    files = [("OFD.xml", samples.entry({})), ("Doc_0/Tags/CustomTag.xml", f"<r>{tags}</r>"),
             ("Doc_0/Pages/Page_0/Content.xml", f"<Page>{page}</Page>")]  # fmt: skip
    (invoice,) = invoices_in(samples.file(samples.archive(files)))
    assert (invoice.number, invoice.issued_on, invoice.total) == ("26440000000000000017", date(2026, 3, 2), 113000)


def test_pdf(samples: Any) -> None:
    for name, data in (
        ("factur-x.xml", samples.cii()),
        ("xrechnung.xml", samples.ubl()),
        ("rechnung.xml", samples.cii()),
    ):
        source = samples.file(samples.pdf(name, data))
        assert is_einvoice(source)
        intake = read_einvoices(source, US)
        whole(intake)
        assert rows(intake, "open_items")[0]["amount"] == 11900
        assert intake.documents.item(0, "format").startswith("pdf/")
    order = b"<a:SCRDMCCBDACIOMessageStructure xmlns:a='urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100'/>"
    refused = read_einvoices(samples.file(samples.pdf("order-x.xml", order)), US)
    assert refused.documents["code"].to_list() == ["einvoice.order"]


def test_pdf_without_its_reader_says_what_to_install(samples: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "facturx", None)
    intake = read_einvoices(samples.file(samples.pdf("factur-x.xml", samples.cii())), US)
    assert intake.documents["code"].to_list() == ["einvoice.pdf.extra_missing"]


@pytest.mark.parametrize(
    ("change", "code"),
    [((SELLER, "DE136695978"), "einvoice.vat_wrong"), ((SELLER, "DE13669"), "einvoice.vat_wrong"),
     (("DE8937", "DE8837"), "einvoice.iban_wrong")],
)  # fmt: skip
def test_a_wrong_check_digit_is_told_and_not_refused(samples: Any, change: tuple[str, str], code: str) -> None:
    intake = read_einvoices(
        samples.file(samples.ubl().decode().replace(*change)), Known(names=frozenset({"Seller GmbH"}))
    )
    assert code in codes(intake)
    assert len(rows(intake, "open_items")) == 1


def test_lei_and_chinese_numbers(samples: Any) -> None:
    lei = "<cac:PartyIdentification><cbc:ID schemeID='0199'>{}</cbc:ID></cac:PartyIdentification><cac:PostalAddress>"
    for number, wrong in (("5493001KJTIIGC8Y1R12", False), ("5493001KJTIIGC8Y1R13", True)):
        data = samples.ubl().decode().replace("<cac:PostalAddress>", lei.format(number))
        assert ("einvoice.lei_wrong" in codes(read_einvoices(samples.file(data), US))) == wrong
    for number, code in (
        ("91110000600037341L", ""),
        ("91110000600037341M", "einvoice.uscc_digit"),
        ("9111", "einvoice.uscc_form"),
        ("110108123456789", ""),
    ):
        intake = read_einvoices(samples.file(samples.china().decode().replace("91110000600037341L", number)), Known())
        found = [told for told in codes(intake) if "uscc" in told]
        assert found == ([code] if code else [])
        if code == "einvoice.uscc_digit":
            assert [p.facts["right"] for p in intake.ledger.problems if p.code == code] == ["L"]


@given(
    st.text("ADEU0123456789", min_size=1, max_size=20),
    st.lists(st.sampled_from(" .-/\u3000"), max_size=8),
    st.randoms(),
)
@settings(max_examples=cases(20, 200), deadline=None)
def test_marks_and_width_do_not_part_a_number(number: str, marks: list[str], rng: random.Random) -> None:
    written = list(number.lower())
    for mark in marks:
        written.insert(rng.randrange(len(written) + 1), mark)
    assert folded_id("".join(written)) == number
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    assert folded_name(wide) == folded_name(number)
    assert folded_id(number + "1") != folded_id(number)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "intake.file.empty"),
        (b"UNA:+.? 'UNB+UNOC:3+1'", "einvoice.file.kind"),
        (b"number;total\n1;2\n", "einvoice.file.kind"),
        (b"<M_INVOIC><S_UNH/></M_INVOIC>", "einvoice.not_an_invoice"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>", "einvoice.not_an_invoice"),
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>", "einvoice.order"),
        (b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", "einvoice.not_an_invoice"),
        (b"<Invoice xmlns='urn:example'/>", "einvoice.not_an_invoice"),
    ],
)
def test_what_is_no_invoice_is_not_claimed(samples: Any, data: bytes, code: str) -> None:
    source = samples.file(data)
    assert not is_einvoice(source)
    intake = read_einvoices(source, US)
    whole(intake)
    assert intake.documents["code"].to_list() == [code]
    assert intake.counts["rows_rejected"].sum() == 1


def test_many_invoices_are_quick(samples: Any) -> None:
    """A thousand in twenty seconds at most."""
    count = cases(200, 1000)
    files = [samples.file(samples.ubl(number=f"R-{n}"), f"{n}.xml") for n in range(count)]
    with pace.within(20 * count / 1000):
        taken = [read_einvoices(file, US).documents.item(0, "number") for file in files]
    assert taken == [f"R-{n}" for n in range(count)]
