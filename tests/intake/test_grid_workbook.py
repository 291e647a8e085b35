"""Workbooks: what is in their cells comes back as text, and a hostile one is refused before it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from solvent.base.problem import Problem
from solvent.intake.intake import Source
from solvent.intake.ledger.grid import Sheet, sheets
from solvent.intake.ledger.reading.compound import contained, plain_workbook
from solvent.intake.limits import LIMITS, Limits

WORDS = {"客户", "金额", "日期", "备注", "发票号", "customer", "amount", "due", "借方", "贷方", "数量"}
Fill = Callable[[xlsxwriter.Workbook], None]


def read(name: str, data: bytes, limits: Limits = LIMITS) -> tuple[list[Sheet], list[Problem]]:
    return sheets(Source(name, data), known=WORDS.__contains__, limits=limits)


def codes(problems: list[Problem]) -> list[tuple[str, object]]:
    return [(problem.code, problem.facts.get("fault", problem.facts.get("kind"))) for problem in problems]


def book(fill: Fill) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True})
    fill(made)
    made.close()
    return target.getvalue()


def one_sheet(*rows: list[object], name: str = "应收") -> bytes:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet(name)
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write(at, column, cell)

    return book(fill)


HEAD = ["客户", "金额", "日期", "备注"]
PLAIN = one_sheet(HEAD, ["A", 1.5, date(2026, 8, 1), "x"], ["B", 2, date(2026, 8, 2), "y"])


def test_cells_become_text() -> None:
    data = one_sheet(
        ["灯笼公司应收账款"],
        ["单位：元"],
        [],
        HEAD,
        ["A", 1200, date(2026, 8, 1), "007"],
        ["B", 0.1 + 0.2, datetime.fromisoformat("2026-08-01T14:30"), True],
        [" C\u00a0", 1e-7, None, 6222021234567890123],
        ["D", -5.25, None, 1e15],
        [None, None, None, None],
        ["合计", 1195.05, None, None],
    )
    found, problems = read("a.xlsx", data)
    assert problems == []
    sheet = found[0]
    assert (sheet.name, sheet.typed, sheet.encoding, sheet.header_row) == ("应收", True, "", 4)
    assert sheet.preamble == (("灯笼公司应收账款",), ("单位:元",))
    assert sheet.rows.rows() == [
        (5, "A", "1200", "2026-08-01", "007"),
        (6, "B", "0.3", "2026-08-01 14:30:00", "TRUE"),
        (7, "C", "1e-07", None, "6.22202123456789e+18"),
        (8, "D", "-5.25", None, "1e+15"),
    ]
    assert sheet.footers.rows() == [(10, "合计", "1195.05", None, None)]


def test_error_cells_are_seen() -> None:
    """A reader hands an error over as an empty cell; an empty amount and #REF! are not the same."""

    def fill(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet("empty")
        sheet = made.add_worksheet("b")
        sheet.write_row(2, 1, HEAD)
        sheet.write_row(3, 1, ["A", 5, None, "x"])
        sheet.write_row(4, 1, ["B"])
        sheet.write_formula(4, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(4, 4, "=NA()", None, "#N/A")

    found, problems = read("a.xlsx", book(fill))
    assert problems == []
    assert found[0].rows.rows() == [(4, "A", "5", None, "x"), (5, "B", "#DIV/0!", None, "#N/A")]


def test_every_sheet_is_told_or_read() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        for name, rows in {
            "seen": [HEAD, ["A", 1, "2026-08-01", "x"]],
            "hidden": [HEAD, ["B", 2, "2026-08-01", "x"]],
            "notes": [["These figures are as of August."], ["Ask Mei."]],
            "numbers": [[1, 2, 3], [4, 5, 6]],
            "empty": [],
        }.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        made.get_worksheet_by_name("hidden").hide()
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "=numbers!$A$1:$A$2"})
        made.add_chartsheet("chart").set_chart(chart)

    found, problems = read("a.xlsx", book(fill))
    assert [sheet.name for sheet in found] == ["seen", "hidden"]
    assert [(problem.code, problem.place) for problem in problems] == [
        ("intake.sheet.left_out", "a.xlsx!notes"),
        ("intake.sheet.no_header", "a.xlsx!numbers"),
    ]


def test_merged_group_headers() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        sheet.merge_range(0, 0, 0, 5, "明细账")
        sheet.merge_range(1, 0, 2, 0, "日期")
        sheet.merge_range(1, 1, 1, 2, "借方")
        sheet.merge_range(1, 3, 1, 4, "贷方")
        sheet.write_row(2, 1, ["金额", "数量", "金额", "数量"])
        sheet.write_row(3, 0, ["2026-08-01", 1, 2, 3, 4])

    found, _ = read("a.xlsx", book(fill))
    assert found[0].columns == ("日期", "借方 金额", "借方 数量", "贷方 金额", "贷方 数量")
    assert found[0].preamble == (("明细账",),)


def repacked(data: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """An archive with its members changed and some added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
        for path, content in (more or {}).items():
            new.writestr(path, content)
    return target.getvalue()


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    return repacked(PLAIN, lambda path, data: change(data) if path == "xl/worksheets/sheet1.xml" else data)


def in_data(text: bytes) -> bytes:
    return with_sheet(lambda xml: xml.replace(b"</sheetData>", text + b"</sheetData>"))


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
HOSTILE = {
    "sparse": in_data(FAR),
    "sparse, attributes turned round": in_data(b'<row r="1048576"><c t="n" r="XFD1048576"><v>1</v></c></row>'),
    "sparse, other quotes": in_data(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "sparse, blanks": in_data(b'<row\nr="1048576"><c\n r = "XFD1048576" ><v>1</v></c></row>'),
    "sparse, prefixed": in_data(b'<x:row xmlns:x="u" r="1048576"><x:c r="XFD1048576"><v>1</v></x:c></x:row>'),
    "sparse, place hidden in another attribute": in_data(
        b"""<row r="1048576"><c x=' r="A1"' r="XFD1048576"><v>1</v></c></row>"""
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_cell_in_the_far_corner_is_refused(data: bytes) -> None:
    """A reader would set aside 17 thousand million cells, and the process would end."""
    assert codes(read("a.xlsx", data)[1]) == [("intake.file.unsafe", "sparse")]


def test_a_format_in_the_far_corner_is_harmless() -> None:
    """A cell that has a colour and no value takes no room; many real workbooks have such."""
    found, problems = read("a.xlsx", in_data(b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    assert problems == []
    assert found[0].rows.height == 2


@pytest.mark.parametrize(("rows", "refused"), [(16, False), (17, True)], ids=["at", "over"])
def test_the_limit_of_cells(rows: int, refused: bool) -> None:
    data = in_data(b'<row r="%d"><c r="D%d"><v>1</v></c></row>' % (rows, rows))
    assert bool(read("a.xlsx", data, Limits(cells=64))[1]) == refused


def plain_zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in members.items():
            made.writestr(path, data)
    return target.getvalue()


def same(path: str, data: bytes) -> bytes:
    return data


def lying() -> bytes:
    """A shared-strings member that says it is small and unpacks to 30 MB."""
    data = bytearray(repacked(PLAIN, same, {"xl/more.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}))
    size = struct.pack("<I", 30_000_007)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
    return bytes(data)


REFUSED = {
    "bomb": (repacked(PLAIN, same, {"xl/more.xml": b" " * 30_000_000}), "intake.file.unsafe", "ratio"),
    "bomb that lies": (lying(), "intake.file.unsafe", "ratio"),
    "members": (repacked(PLAIN, same, {f"xl/{n}.xml": b"" for n in range(1000)}), "intake.file.unsafe", "members"),
    "upwards": (repacked(PLAIN, same, {"../x.xml": b"<a/>"}), "intake.file.unsafe", "path"),
    "absolute": (repacked(PLAIN, same, {"/etc/x.xml": b"<a/>"}), "intake.file.unsafe", "path"),
    "nested": (repacked(PLAIN, same, {"xl/x.zip": b"PK"}), "intake.file.unsafe", "nested"),
    "entities": (
        with_sheet(lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1)),
        "intake.file.unreadable",
        "xml",
    ),
    "many texts promised": (
        repacked(PLAIN, lambda path, data: data.replace(b'uniqueCount="', b'uniqueCount="9999999999')),
        "intake.file.unsafe",
        "count",
    ),
    "other archive": (plain_zip(readme=b"hello"), "intake.file.kind", "archive"),
    "cut": (PLAIN[: len(PLAIN) // 2], "intake.file.unreadable", "zip"),
    "cut sheet": (with_sheet(lambda xml: xml[: len(xml) // 2]), "intake.file.unreadable", "xml"),
    "no workbook inside": (plain_zip(**{"[Content_Types].xml": b"<a/>"}), "intake.file.unreadable", "workbook"),
}


@pytest.mark.parametrize(("data", "code", "fault"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(data: bytes, code: str, fault: str) -> None:
    found, problems = read("a.xlsx", data)
    assert found == []
    assert codes(problems) == [(code, fault)]


def test_a_link_and_a_locked_member_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        info = zipfile.ZipInfo("xl/x.xml")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    assert codes(read("a.xlsx", target.getvalue())[1]) == [("intake.file.unsafe", "link")]
    data = bytearray(plain_zip(a=b"b"))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    assert [problem.code for problem in read("a.xlsx", bytes(data))[1]] == ["intake.file.encrypted"]


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def old_book(*cells: bytes, extra: bytes = b"", extent: tuple[int, int] = (3, 4)) -> bytes:
    """The records of an old workbook (BIFF8) with one sheet of label and number cells."""
    begin = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6)
    name = "s".encode("utf-16-le")
    head = record(0x0809, begin) + extra + record(0x0042, struct.pack("<H", 1200))
    bound_length = 4 + 8 + len(name)
    start = len(head) + bound_length + 4
    bound = record(0x0085, struct.pack("<IBBBB", start, 0, 0, 1, 1) + name)
    claim = record(0x0200, struct.pack("<IIHHH", 0, extent[0], 0, extent[1], 0))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6)) + claim + b"".join(cells)
    return head + bound + record(0x000A, b"") + sheet + record(0x000A, b"")


def label(row: int, column: int, text: str) -> bytes:
    data = text.encode("utf-16-le")
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + data)


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def fault(row: int, column: int, code: int) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))


OLD = [
    label(0, 0, "客户"),
    label(0, 1, "金额"),
    label(1, 0, "灯笼"),
    number(1, 1, 5.25),
    label(2, 0, "磨坊"),
    fault(2, 1, 0x2A),
]


def test_an_old_workbook() -> None:
    found, problems = read("a.xls", contained(old_book(*OLD)))
    assert problems == []
    assert found[0].columns == ("客户", "金额")
    assert found[0].rows.rows() == [(2, "灯笼", "5.25"), (3, "磨坊", "#N/A")]
    assert found[0].typed


def test_an_old_workbook_that_claims_to_be_huge_is_read_as_it_is() -> None:
    found, problems = read("a.xls", contained(old_book(*OLD, extent=(2**31, 2**15))))
    assert problems == []
    assert found[0].rows.height == 2


def test_old_workbooks_that_are_refused() -> None:
    far = contained(old_book(*OLD, number(65535, 65535, 1)))
    locked = contained(old_book(*OLD, extra=record(0x002F, b"\1\0\1\0")))
    assert codes(read("a.xls", far)[1]) == [("intake.file.unsafe", "sparse")]
    assert [problem.code for problem in read("a.xls", locked)[1]] == ["intake.file.encrypted"]
    whole = contained(old_book(*OLD))
    assert [problem.code for problem in read("a.xls", whole[:5000])[1]] == ["intake.file.unreadable"]
    circle = bytearray(whole)
    table = 4096
    circle[table + 4 * 2 : table + 4 * 3] = struct.pack("<I", 2)
    circle[76 + 4 * 1 : 76 + 4 * 2] = struct.pack("<I", 0xFFFFFFFF)
    assert read("a.xls", bytes(circle))[0] or read("a.xls", bytes(circle))[1]


def test_an_encrypted_new_workbook_is_told() -> None:
    label, wanted = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    data = contained(b"x" * 5000).replace(label + b"\0" * 16, wanted)
    assert [problem.code for problem in read("a.xlsx", data)[1]] == ["intake.file.encrypted"]


def test_real_old_workbooks_are_laid_over_unchanged(reference: Path) -> None:
    """The fresh container holds what the original held, cell by cell."""
    files = sorted((reference / "bank-statements" / "china").rglob("*.xls"))
    assert files
    for file in files:
        data = file.read_bytes()
        fresh, _ = plain_workbook(file.name, data, LIMITS)
        old, new = (CalamineWorkbook.from_filelike(io.BytesIO(each)) for each in (data, fresh))
        assert old.sheet_names == new.sheet_names
        for name in old.sheet_names:
            assert old.get_sheet_by_name(name).to_python() == new.get_sheet_by_name(name).to_python()


PAGE = """<html><head><meta charset="{}"><style>td {{x}}</style></head><body>
<table><tr><td colspan=4>应收账款明细</td></tr></table>
<table border=1><tr><th>客户</th><th>金额</th><th>日期</th><th>备注</th></tr>
<tr><td rowspan=2>灯笼<br>公司</td><td align=right>1,200.50</td><td>2026-08-01</td><td>a &amp; b</td>
<tr><td>7</td><td>2026-08-02</td><td></td></tr></table></body></html>"""


@pytest.mark.parametrize("codec", ["utf-8", "gb2312"])
def test_a_page_under_a_workbooks_name(codec: str) -> None:
    found, problems = read("a.xls", PAGE.format(codec).encode(codec))
    assert problems == []
    assert found[0].preamble == (("应收账款明细",),)
    assert found[0].rows.rows() == [
        (3, "灯笼\n公司", "1,200.50", "2026-08-01", "a & b"),
        (4, None, "7", "2026-08-02", None),
    ]
    assert not found[0].typed


def test_a_page_in_a_mail() -> None:
    mail = b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.format("utf-8").encode()
    found, problems = read("a.xls", mail)
    assert problems == []
    assert found[0].rows.height == 2


SINGLE = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="应收"><Table>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">标题</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">客户</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">金额</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">A</Data></Cell><Cell><Data ss:Type="DateTime">2026-08-01T00:00:00.000</Data></Cell>
<Cell><Data ss:Type="Number">1.5</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_a_workbook_in_one_xml_file() -> None:
    found, problems = read("a.xls", SINGLE.encode())
    assert problems == []
    assert (found[0].name, found[0].columns) == ("应收", ("客户", "(2)", "金额"))
    assert found[0].rows.rows() == [(4, "A", "2026-08-01", "1.5")]


OPEN = """<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body>
<office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="2"><table:table-cell/>
</table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>客户</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>金额</text:p></table:table-cell>
<table:table-cell table:number-columns-repeated="16382"/></table:table-row>
<table:table-row table:number-rows-repeated="{}"><table:table-cell office:value-type="string"><text:p>A</text:p>
</table:table-cell><table:table-cell office:value-type="float" office:value="1.25"><text:p>1,25</text:p>
</table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_an_open_document() -> None:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    data = plain_zip(mimetype=kind, **{"content.xml": OPEN.format(2).encode()})
    found, problems = read("a.ods", data)
    assert problems == []
    assert found[0].rows.rows() == [(4, "A", "1.25"), (5, "A", "1.25")]
    data = plain_zip(mimetype=kind, **{"content.xml": OPEN.format(99_999_999).encode()})
    assert [problem.code for problem in read("a.ods", data)[1]] == ["intake.file.too_large"]


@pytest.mark.parametrize(
    ("repeat", "code"),
    [("-5", None), ("0", None), ("x", "intake.file.unreadable"), ("9" * 30, "intake.file.too_large")],
)
def test_an_open_document_with_senseless_repeats(repeat: str, code: str | None) -> None:
    content = OPEN.format(repeat).replace('repeated="16382"', f'repeated="{repeat}"')
    found, problems = read("a.ods", plain_zip(**{"content.xml": content.encode()}))
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert [sheet.rows.rows() for sheet in found] == ([] if code else [[(4, "A", "1.25")]])


def test_a_text_under_a_workbooks_name() -> None:
    found, problems = read("a.xls", "客户\t金额\nA\t1\n".encode("gbk"))
    assert problems == []
    assert found[0].rows.rows() == [(2, "A", "1")]


def number_of(value: int, most: int) -> bytes:
    parts = []
    while value >= 0x80 and len(parts) < most - 1:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def binary(kind: int, data: bytes) -> bytes:
    return number_of(kind, 2) + number_of(len(data), 4) + data


def binary_book(last_row: int = 1) -> bytes:
    """A binary workbook (.xlsb) with one sheet of texts, and a number in ``last_row``."""

    def text(column: int, said: str) -> bytes:
        return binary(6, struct.pack("<III", column, 0, len(said)) + said.encode("utf-16-le"))

    rows = binary(0, struct.pack("<I", 0) + b"\0" * 13) + text(0, "客户") + text(1, "金额")
    rows += binary(0, struct.pack("<I", last_row) + b"\0" * 13) + text(0, "A")
    rows += binary(5, struct.pack("<IId", 1, 0, 5.5))
    sheet = binary(0x0081, b"") + binary(0x0094, struct.pack("<IIII", 0, last_row, 0, 1)) + binary(0x0091, b"")
    sheet += rows + binary(0x0092, b"") + binary(0x0082, b"")
    name, link = "s".encode("utf-16-le"), "r1".encode("utf-16-le")
    bundle = struct.pack("<II", 0, 1) + struct.pack("<I", 2) + link + struct.pack("<I", 1) + name
    whole = (
        binary(0x0083, b"") + binary(0x008F, b"") + binary(0x009C, bundle) + binary(0x0090, b"") + binary(0x0084, b"")
    )
    kinds = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    links = b'<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    return plain_zip(**{
        "[Content_Types].xml": kinds,
        "xl/workbook.bin": whole,
        "xl/_rels/workbook.bin.rels": links,
        "xl/worksheets/sheet1.bin": sheet,
    })  # fmt: skip


def test_a_binary_workbook() -> None:
    found, problems = read("a.xlsb", binary_book())
    assert problems == []
    assert found[0].rows.rows() == [(2, "A", "5.5")]
    limits = Limits(cells=1000)
    assert codes(read("a.xlsb", binary_book(1_000_000), limits)[1]) == [("intake.file.unsafe", "sparse")]
