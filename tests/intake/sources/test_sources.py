"""Sources: exact amounts, rows counted once, importers held to their promises, and one way in for every kind of file."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.money import digits, minor
from solvent.base.problem import Problem
from solvent.books.books import TABLES
from solvent.files.guard.registered import registered
from solvent.files.load import shipped_formats
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.limits import Refused
from solvent.intake.sources.amounts import minor_units
from solvent.intake.sources.conformance import adds_up, check, mutations, strangers
from solvent.intake.sources.frame import run_importer
from solvent.intake.sources.importer import REFUSED, ROW, SHEET, Mapped, Records
from solvent.intake.sources.take import kind_of, take_in
from thorough import cases

HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "add-a-source.md"
SOURCE = Source("made", b"made")


class Made:
    """An importer of frames that a test makes."""

    name = "made"

    def __init__(self, records: Records | None = None, **tables: Any) -> None:
        self.records = records or {}
        self.tables = tables

    def identify(self, source: Source) -> bool:
        return source.data.startswith(b"made")

    def read(self, source: Source) -> Records:
        return self.records

    def map(self, records: Records, known: Known) -> Mapping[str, pl.DataFrame]:
        return {name: pl.DataFrame(rows) for name, rows in self.tables.items()}


def item(number: str = "I1", **cells: Any) -> dict[str, Any]:
    plain = {"item_id": number, "invoice_id": number, "customer_id": "C", "issued_on": "2026-01-05"}
    return {**plain, "due_on": "2026-02-04", "currency": "EUR", "amount": "119.50", **cells}


def ran(importer: Any, known: Known | None = None) -> Intake:
    intake = run_importer(importer, SOURCE, known or Known())
    assert adds_up(intake) == []
    return intake


def rejected(intake: Intake) -> list[tuple[str, str, str]]:
    return list(intake.rejected.select("value", "column", "code").iter_rows())


@given(
    minor_amount=st.integers(-(10**13), 10**13),
    currency=st.sampled_from(["CNY", "JPY", "KWD", "CLF", "XXX"]),
    zeros=st.integers(0, 5),
    form=st.sampled_from(["plain", "exponent", "decimal", "plus"]),
)
@settings(max_examples=cases(60, 600), deadline=None)
def test_an_amount_written_in_any_way_is_the_same_to_the_last_unit(
    minor_amount: int, currency: str, zeros: int, form: str
) -> None:
    amount = Decimal(minor_amount).scaleb(-digits(currency))
    text = f"{amount:f}" + ("0" * zeros if digits(currency) else "")
    text = f"{amount:E}" if form == "exponent" else "+" + text if form == "plus" and minor_amount >= 0 else text
    cells = pl.Series([amount], dtype=pl.Decimal(38, 10)) if form == "decimal" else pl.Series([text])
    told = minor_units(cells, pl.Series([currency]))
    assert told.rows() == [(minor_amount, None)]


@pytest.mark.parametrize(
    ("text", "currency", "value", "code"),
    [
        ("1.005", "EUR", None, "intake.cell.amount_decimals"),
        ("1.0", "JPY", 1, None),
        ("1.5", "JPY", None, "intake.cell.amount_decimals"),
        ("99999999999999.99", "EUR", 9_999_999_999_999_999, None),
        ("100000000000000", "EUR", None, "intake.cell.amount_large"),
        ("1,234.50", "EUR", None, "intake.cell.amount"),
        ("12.5 EUR", "EUR", None, "intake.cell.amount"),
        ("٣", "EUR", None, "intake.cell.amount"),
        ("NaN", "EUR", None, "intake.cell.amount"),
        ("1e400", "EUR", None, "intake.cell.amount"),
        ("", "EUR", None, None),
    ],
)
def test_an_amount_is_exact_or_a_fault(text: str, currency: str, value: int | None, code: str | None) -> None:
    assert minor_units(pl.Series([text]), pl.Series([currency])).rows() == [(value, code)]


@given(st.text(max_size=12))
@settings(max_examples=cases(60, 600), deadline=None)
def test_no_text_makes_an_amount_raise_or_differ_from_decimal(text: str) -> None:
    ((value, code),) = minor_units(pl.Series([text]), pl.Series(["EUR"])).rows()
    if value is not None:
        assert value == minor(Decimal(text.strip()), "EUR")
    elif code is None:
        assert not text.strip()


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"amount": "12,50"}, ("12,50", "amount", "intake.cell.amount")),
        ({"amount": "-1"}, (None, "", "intake.row.law")),
        ({"amount": None}, (None, "amount", "intake.row.empty")),
        ({"currency": "RMB"}, ("RMB", "currency", "intake.cell.currency")),
        ({"issued_on": "05.01.2026"}, ("05.01.2026", "issued_on", "intake.cell.date")),
        ({"issued_on": "2026-02-30"}, ("2026-02-30", "issued_on", "intake.cell.date")),
        ({"issued_on": "1989-12-31"}, ("1989-12-31", "issued_on", "intake.cell.date_range")),
        ({"customer_id": " "}, (" ", "customer_id", "intake.row.empty")),
        ({"due_on": "2026-01-04"}, (None, "", "intake.row.law")),
        ({"due_on": "2026-01-05T12:00:00Z"}, None),
        ({"item_id": "I0"}, ("I0", "item_id", "intake.row.doubled")),
    ],
)
def test_a_row_is_loaded_or_rejected_with_its_reason(cells: dict[str, Any], told: tuple[str, str, str] | None) -> None:
    intake = ran(Made(open_items=[item("I0"), item("I1", **cells)]))
    assert rejected(intake) == ([] if told is None else [told])
    assert intake.counts.select("rows_in", "rows_loaded", "rows_rejected").row(0) == (
        2,
        2 - bool(told),
        int(bool(told)),
    )


def test_a_rejected_row_shows_its_record_as_it_stood() -> None:
    records = {"sales": [{"no": "A", "sum": 1}, {"no": "B", "sum": "?", "tags": ["x"]}]}
    rows = [item("A", **{SHEET: "sales", ROW: 1}), item("B", amount="?", **{SHEET: "sales", ROW: 2})]
    intake = ran(Made(records, open_items=rows))
    assert intake.rejected.select("sheet", "row", "cells").rows() == [("sales", 2, ["B", "?", '["x"]'])]
    assert intake.readings[0].columns == ("no", "sum", "tags")


def test_what_hangs_on_a_rejected_row_is_rejected_with_it_and_what_hangs_on_the_books_is_not() -> None:
    paid = {
        "allocation_id": "a1",
        "item_id": "I1",
        "source": "receipt",
        "source_id": "R1",
        "allocated_on": "2026-02-01",
    }
    money = {"receipt_id": "R1", "customer_id": "C", "received_on": "2026-02-01", "currency": "EUR", "amount": "5"}
    intake = ran(
        Made(
            open_items=[item("I1", amount="?"), item("I2")],
            receipts=[money],
            allocations=[
                {**paid, "amount": "1.00"},
                {**paid, "allocation_id": "a2", "item_id": "I2", "amount": "1.00"},
                {**paid, "allocation_id": "a3", "item_id": "in-the-books", "amount": "1.00"},
            ],
        )
    )
    assert [row[2] for row in rejected(intake)] == ["intake.cell.amount", "sources.row.orphan"]
    assert intake.ledger.tables["allocations"].collect()["allocation_id"].to_list() == ["a2", "a3"]


def test_an_amount_without_a_currency_of_its_own_is_in_that_of_what_it_points_to() -> None:
    paid = {"allocation_id": "a1", "item_id": "I1", "source": "fee", "allocated_on": "2026-02-01", "amount": "7"}
    intake = ran(Made(open_items=[item(currency="JPY", amount="100")], allocations=[paid]))
    assert intake.ledger.tables["allocations"].collect().select("currency", "amount").row(0) == (None, 7)


def test_a_booked_amount_is_in_the_companys_own_currency() -> None:
    intake = ran(Made(open_items=[item(currency="USD", booked_amount="70")]), Known(currency="JPY"))
    assert intake.ledger.tables["open_items"].collect().select("amount", "booked_amount").row(0) == (11950, 70)
    assert intake.ledger.currency == "JPY"


def test_a_record_that_became_nothing_is_told() -> None:
    records = {"sales": [{"no": "A"}, {"no": "B"}, {"no": "C"}]}
    intake = ran(Made(records, open_items=[item("A", **{SHEET: "sales", ROW: 1})]))
    told = [problem for problem in intake.ledger.problems if problem.code == "sources.records.unused"]
    assert [dict(problem.facts) for problem in told] == [{"count": 2, "list": "sales"}]


class Telling(Made):
    def map(self, records: Records, known: Known) -> Mapped:
        refused = pl.DataFrame(
            [("sales", 2, "no", "B", "sources.record.refused", '{"reason": "a gift"}')], REFUSED, orient="row"
        )
        rows = pl.DataFrame([item("A", **{SHEET: "sales", ROW: 1})])
        return Mapped({"open_items": rows}, refused, "EUR", 11950, (Problem("intake.row.zero", "", {"count": 1}),))


def test_an_importer_may_refuse_records_and_tell_the_currency_and_a_control_total() -> None:
    intake = ran(Telling({"sales": [{"no": "A"}, {"no": "B"}]}), Known(currency="CNY"))
    assert intake.counts.select("table", "rows_in", "rows_rejected").rows() == [("open_items", 1, 0), ("", 1, 1)]
    assert (intake.ledger.currency, intake.ledger.control_total) == ("EUR", 11950)
    assert [problem.code for problem in intake.ledger.problems][:2] == ["intake.row.zero", "sources.currency_differs"]


@pytest.mark.parametrize(
    ("importer", "words"),
    [
        (Made(open_items=[item(amount=1.5)]), "money_in_floats"),
        (Made(open_items=[item(colour="red")]), "column_unknown"),
        (Made(invoices=[item()]), "table_unknown"),
        (Made(open_items=[{"item_id": "A"}]), "column_missing"),
    ],
)
def test_a_fault_of_the_importer_loads_nothing_and_is_told(importer: Made, words: str) -> None:
    intake = ran(importer)
    assert [problem.code for problem in intake.ledger.problems] == ["sources.importer.failed"]
    assert words in str(intake.ledger.problems[0].facts["error"])


class Wrong(Made):
    """Breaks every promise that an importer gives, one at a time."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault
        self.turn = 0
        self.name = "Wrong Name" if fault == "name" else "wrong"

    def identify(self, source: Source) -> bool:
        if self.fault == "greedy":
            return True
        if self.fault == "by_name" and source.name == "upload":
            return False
        if self.fault == "raises_looking" and not source.data.endswith(b"\n"):
            raise ValueError("no end")
        return source.data.startswith(b"made")

    def read(self, source: Source) -> Records:
        lines = source.data.decode("latin-1").splitlines()[1:]
        if self.fault != "raises_reading" and any(line.count(" ") != 1 for line in lines):
            raise Refused(Problem("intake.file.unreadable", source.name, {"kind": "text"}))
        return {
            "lines": [
                dict(zip(("no", "sum"), line.split(" "), strict=self.fault == "raises_reading")) for line in lines
            ]
        }

    def map(self, records: Records, known: Known) -> Mapping[str, pl.DataFrame]:
        self.turn += 1
        rows = [dict(row) for row in records["lines"]] if not isinstance(records["lines"], pl.DataFrame) else []
        made = []
        for place, row in enumerate(rows):
            number = str(row["no"])
            number = f"{number}/{place}" if self.fault == "counts_up" else number
            number = f"{number}/{self.turn}" if self.fault == "drifts" else number
            made.append(item(number, amount=float(str(row["sum"])) if self.fault == "floats" else str(row["sum"])))
        return {"open_items": pl.DataFrame(made)} if made else {}


SAMPLE = Source("a.made", b"made\nA 10.00\nB 20.50\nC 7.25\n")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("", None),
        ("name", "name 'Wrong Name'"),
        ("greedy", "identify says yes to"),
        ("by_name", "under another file name"),
        ("raises_looking", "identify raises an error"),
        ("raises_reading", "a broken copy raises ValueError"),
        ("counts_up", "in another order"),
        ("drifts", "reading it again gives other"),
        ("floats", "money_in_floats"),
    ],
)
def test_the_conformance_check_finds_each_broken_promise(fault: str, words: str | None) -> None:
    told = check(Wrong(fault), [SAMPLE], mutations=cases(20, 60))
    assert told == [] if words is None else any(words in line for line in told), told


def test_a_sample_that_is_not_taken_and_no_sample_at_all_are_told() -> None:
    assert check(Wrong(""), [Source("b", b"other")]) == ["b: identify does not say yes to it"]
    assert len(check(Wrong(""), [])) == 1


def test_mutations_are_the_same_on_every_run_and_differ_from_the_file() -> None:
    made = list(mutations(SAMPLE.data, 60))
    assert made == list(mutations(SAMPLE.data, 60))
    assert len(made) == 60
    assert len(set(made)) > 30
    assert list(mutations(b"", 60)) == []


def recipe() -> dict[str, Any]:
    """What the howto page says, run."""
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", HOWTO.read_text("utf-8"), re.DOTALL):
        exec(code, names)
    return names


def test_the_page_that_shows_how_to_add_a_source_runs_and_conforms() -> None:
    names = recipe()
    names["test_zork_keeps_every_promise"]()
    (code,) = re.findall(r"```python\n(import json.*?)```", HOWTO.read_text("utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 40
    intake = run_importer(names["Zork"](), Source("till.json", names["SAMPLE"]), Known())
    assert intake.ledger.tables["open_items"].collect()["amount"].to_list() == [11950, 8000]


def test_a_package_registers_its_importer_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(import json.*?)```", HOWTO.read_text("utf-8"), re.DOTALL)
    (tmp_path / "solvent_zork.py").write_text(code, "utf-8")
    (tmp_path / "solvent_torn.py").write_text("raise RuntimeError('half installed')", "utf-8")
    info = tmp_path / "solvent_zork-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: solvent-zork\nVersion: 1.0\n", "utf-8")
    entries = "[solvent.importers]\nzork = solvent_zork:Zork\ntorn = solvent_torn:Torn\n"
    (info / "entry_points.txt").write_text(entries, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = registered()
    sys.modules.pop("solvent_zork", None)
    assert [importer.name for importer in found][:3] == ["zork", "erpnext", "odoo"], "others go before ours"
    assert take_in(Source("x", recipe()["SAMPLE"]), Known(), importers=found).counts["rows_loaded"].sum() == 4


EXPORTS = {
    "kingdee_k3cloud_ar": "FBillNo,FDate,FENDDATE_H,FCustomerID.FNumber,FALLAMOUNTFOR,FNoReceiveAmount,FDOCUMENTSTATUS,FCancelStatus\n"
    "AR0001,2026-01-05,2026-02-04,CUST1,1130.00,1130.00,C,A\nAR0002,2026-01-06,2026-02-05,CUST1,226.00,226.00,C,A\n",
    "sap_fbl5n": "Account,Document Number,Document Type,Document Date,Net due date,Amount in local currency,Local Currency,"
    "Clearing date,Clearing Document,Text\n4711,1800000001,RV,05.01.2026,04.02.2026,1190.00,EUR,,,\n",
}


@pytest.mark.parametrize("name", ["kingdee_k3cloud_ar", "sap_fbl5n", "yonyou_u8_ar"])
def test_the_exports_of_kingdee_yonyou_and_sap_go_through_the_same_door(name: str) -> None:
    text = EXPORTS.get(name) or yonyou()
    intake = take_in(
        Source("export.csv", text.encode()), Known(currency="CNY"), shipped_formats(), importers=registered()
    )
    assert kind_of(intake) == "ledger"
    assert [reading.format for reading in intake.readings] == [name]
    assert intake.ledger.tables["open_items"].collect().height == text.count("\n") - 1


def yonyou() -> str:
    """An export with the headers that the format of Yonyou U8 asks for."""
    form = next(form for form in shipped_formats() if form.name == "yonyou_u8_ar")
    cells = {"invoice_id": "XS001", "customer_id": "C01", "issued_on": "2026-01-05", "due_on": "2026-02-04"}
    cells |= {"amount": "1130.00", "currency": "人民币", "document_type": "销售专用发票"}
    seen: dict[str, str] = {}
    for header, field in form.columns.items():
        if header in form.match or field in ("amount", "issued_on", "invoice_id", "customer_id"):
            seen.setdefault(header, field)
    return ",".join(seen) + "\n" + ",".join(cells.get(field, "") for field in seen.values()) + "\n"


UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-05</cbc:IssueDate><cbc:DueDate>2026-02-04</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Lantern GmbH</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Kite Ltd</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">119.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">119.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Lamp</cbc:Name>
</cac:Item></cac:InvoiceLine></Invoice>"""
OURS = Known(currency="EUR", names=frozenset({"Lantern GmbH"}))


def archive(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return file.getvalue()


def test_an_e_invoice_is_taken_by_its_own_reader_and_the_kind_is_told() -> None:
    intake = take_in(Source("any.name", UBL.format(number="R-1").encode()), OURS)
    assert kind_of(intake) == "einvoice"
    assert intake.ledger.tables["open_items"].collect()["amount"].to_list() == [11900]


def test_an_archive_of_invoices_is_read_member_by_member_and_a_doubled_one_counts_once() -> None:
    files = {f"{number}.xml": UBL.format(number=number).encode() for number in ("R-1", "R-2", "R-3")}
    data = archive({**files, "again/R-2.xml": files["R-2.xml"], "__MACOSX/._R-1.xml": b"\0", "readme.txt": b"hello"})
    intake = take_in(Source("january.zip", data), OURS)
    assert kind_of(intake) == "einvoice"
    assert sorted(intake.ledger.tables["open_items"].collect()["invoice_id"].to_list()) == ["R-1", "R-2", "R-3"]
    assert intake.documents["code"].to_list().count("intake.row.doubled") == 1
    counts = intake.counts.select(pl.col("rows_in", "rows_loaded", "rows_rejected").sum()).row(0)
    assert counts[0] == counts[1] + counts[2]
    assert "sources.bundle.member" in {problem.code for problem in intake.ledger.problems}


def test_a_workbook_is_no_archive_of_files_and_markup_that_nobody_knows_is_refused() -> None:
    assert kind_of(take_in(Source("a.zip", archive({"a.txt": b"hello"})), Known())) == "nothing"
    for data, kind in ((b"<?xml version='1.0'?><order/>", "XML"), (b'{"orders": []}', "JSON"), (b"[" * 50_000, "JSON")):
        (problem,) = take_in(Source("x", data), Known()).ledger.problems
        assert (problem.code, problem.facts["kind"]) == ("sources.markup_unknown", kind)


@pytest.mark.parametrize("source", strangers(), ids=lambda source: source.name)
def test_no_importer_of_ours_takes_what_is_not_its_own(source: Source) -> None:
    assert not any(importer.identify(source) for importer in registered())


class Raising(Made):
    def identify(self, source: Source) -> bool:
        raise RuntimeError


def test_an_importer_that_fails_at_looking_is_passed_over() -> None:
    intake = take_in(
        Source("a.csv", b"Invoice No,Customer,Date,Amount\n1,C,2026-01-02,5.00\n"), Known(), importers=[Raising()]
    )
    assert kind_of(intake) == "ledger"


def test_every_law_of_every_table_is_kept_by_the_frame() -> None:
    """A row that breaks a law of its table is rejected by that law's name, whatever the table."""
    broken: Sequence[tuple[str, dict[str, Any], str]] = [
        ("receipts", {"receipt_id": "R", "customer_id": "C", "received_on": "2026-01-01", "currency": "EUR", "amount": "0"}, "amount_zero"),
        ("bills", {"bill_id": "B", "supplier_id": "S", "issued_on": "2026-01-02", "due_on": "2026-01-01", "currency": "EUR", "amount": "1"}, "due_before_issue"),
        ("customers", {"customer_id": "C", "terms_days": "731"}, "terms_out_of_range"),
    ]  # fmt: skip
    for table, row, law in broken:
        intake = ran(Made(**{table: [row]}))
        assert [(code, json.loads(facts)) for code, facts in intake.rejected.select("code", "facts").iter_rows()] == [
            ("intake.row.law", {"law": law})
        ]
        assert table in TABLES


def mt940(day: int, opening: str, closing: str, amount: str) -> bytes:
    return (
        f":20:S{day}\r\n:25:10020030/1234567\r\n:28C:{day}/1\r\n:60F:C2601{day:02}EUR{opening}\r\n"
        f":61:2601{day:02}01{day:02}C{amount}NTRFREF{day}//B{day}\r\n:86:Lantern GmbH invoice {day}\r\n"
        f":62F:C2601{day:02}EUR{closing}\r\n-\r\n"
    ).encode()


def test_an_archive_of_statements_is_read_in_the_order_of_their_days() -> None:
    """Each opens where the one before it closed, whatever the names of the files."""
    members = {
        "b.sta": mt940(5, "100,00", "150,00", "50,00"),
        "a.sta": mt940(6, "150,00", "180,00", "30,00"),
        "c.sta": mt940(7, "180,00", "181,00", "1,00"),
    }
    intake = take_in(Source("january.zip", archive(members)), Known(currency="EUR"))
    assert kind_of(intake) == "bank"
    assert [code or "" for code in intake.documents["code"]] == ["", "", ""]
    assert sorted(intake.ledger.tables["bank_lines"].collect()["amount"].to_list()) == [100, 3000, 5000]
    assert kind_of(take_in(Source("x", members["b.sta"]), Known(currency="EUR"))) == "bank"
