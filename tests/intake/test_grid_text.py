"""Text files as tables: every row comes back, whatever the delimiter, the encoding and the quotes."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.intake.intake import Source
from solvent.intake.ledger.grid import Sheet, sheets
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.limits import Limits
from thorough import cases

WORDS = {"invoice", "customer", "amount", "due", "客户", "客户名称", "金额", "日期", "发票号", "备注"}


def known(text: str) -> bool:
    return text in WORDS


def read(data: bytes | str, limits: Limits | None = None) -> Sheet:
    """The one table of a text file that has no problem."""
    source = Source("ledger.csv", data.encode() if isinstance(data, str) else data)
    found, problems = sheets(source, known=known, limits=limits or Limits())
    assert not problems
    assert len(found) == 1
    return found[0]


def cells(sheet: Sheet) -> list[tuple[object, ...]]:
    return sheet.rows.select(pl.exclude("_row")).rows()


def numbers(frame: pl.DataFrame) -> list[int]:
    return frame.get_column("_row").to_list()


PLAIN = "invoice,customer,amount\nA1,Lantern,10\nA2,Mill,20\n"
CELL = st.text(
    st.sampled_from('ab1 .-,;|\t"\'“客户金额é\n'), min_size=0, max_size=12
).map(lambda text: text.strip(" .-\t\n'\"=|"))  # fmt: skip
ROWS = st.lists(st.tuples(st.integers(1, 99999).map("INV{}".format), CELL, CELL, CELL), min_size=1, max_size=12)


@settings(max_examples=cases(50, 500), deadline=None, derandomize=True)
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.booleans())
def test_rows_in_are_rows_out(rows: list[tuple[str, ...]], delimiter: str, encoding: str, all_quoted: bool) -> None:
    """What Python's own writer puts down is read back cell by cell: quotes, newlines and delimiters inside included."""
    target = io.StringIO(newline="")
    style = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(target, delimiter=delimiter, quoting=style)
    writer.writerows([("发票号", "客户", "备注", "金额"), *rows])
    sheet = read(target.getvalue().encode(encoding))
    assert sheet.columns == ("发票号", "客户", "备注", "金额")
    assert sheet.ragged.is_empty()
    assert sheet.footers.is_empty()
    assert cells(sheet) == [tuple(cell.strip() or None for cell in row) for row in rows]


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(st.integers(1, 60), st.data())
def test_a_stray_quote_costs_one_row(count: int, data: st.DataObject) -> None:
    """A quote put anywhere into one row leaves all the other rows as they were."""
    rows = [[f"INV{n}", f'"Lantern, {n} Ltd"' if n % 5 == 0 else f"Mill {n}", str(n)] for n in range(count)]
    lines = [",".join(row) for row in rows]
    hit = data.draw(st.integers(0, count - 1))
    place = data.draw(st.integers(0, len(lines[hit])))
    lines[hit] = lines[hit][:place] + '"' + lines[hit][place:]
    sheet = read("invoice,customer,amount\n" + "\n".join(lines))
    want = {n + 2: (f"INV{n}", rows[n][1].strip('"'), str(n)) for n in range(count) if n != hit}
    have = {row[0]: row[1:] for row in sheet.rows.rows()}
    assert {row: have.get(row) for row in want} == want
    assert sheet.rows.height + sheet.ragged.height == count


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_line_ends(end: str) -> None:
    sheet = read(PLAIN.replace("\n", end))
    assert cells(sheet) == [("A1", "Lantern", "10"), ("A2", "Mill", "20")]
    assert numbers(sheet.rows) == [2, 3]


def test_a_row_is_numbered_as_an_editor_shows_it() -> None:
    """Blank lines and lines within a cell count, blank rows do not come."""
    sheet = read('invoice,customer,amount\n\nA1,"Lantern\nLtd",10\n,,\nA2,Mill,20\n')
    assert numbers(sheet.rows) == [3, 6]
    assert cells(sheet)[0] == ("A1", "Lantern\nLtd", "10")


def test_short_rows_are_filled_and_long_rows_are_told() -> None:
    sheet = read("invoice,customer,amount\nA1,Lantern\nA2,Mill,20,,\nA3,Mill,1,234\n")
    assert cells(sheet) == [("A1", "Lantern", None), ("A2", "Mill", "20")]
    assert sheet.ragged.rows() == [(4, "A3,Mill,1,234")]


def test_a_declared_delimiter_is_believed_and_is_no_row() -> None:
    sheet = read("sep=;\ninvoice;customer;amount\nA1;Lantern, Ltd;1,5\n")
    assert cells(sheet) == [("A1", "Lantern, Ltd", "1,5")]
    assert sheet.preamble == ()
    assert sheet.header_row == 2


def test_decimal_commas_do_not_make_a_delimiter() -> None:
    sheet = read("invoice;customer;amount\n" + "".join(f"A{n};Mill;{n},50\n" for n in range(30)))
    assert sheet.columns == ("invoice", "customer", "amount")
    assert cells(sheet)[3] == ("A3", "Mill", "3,50")


@pytest.mark.parametrize("cut", ["发票号,客户,\n金额,备注", "发票号,客\n户,金额,备注", "发票号\n,客户,金额,备注"])
def test_a_header_cut_in_two_is_joined_again(cut: str) -> None:
    sheet = read(cut + "\n" + "A1,Mill,5,x\n" * 5)
    assert sheet.columns == ("发票号", "客户", "金额", "备注")
    assert numbers(sheet.rows) == [3, 4, 5, 6, 7]


def test_a_line_of_utf_16_that_lost_a_byte_harms_no_other() -> None:
    data = bytearray(("发票号,客户,金额\n" + "A1,灯笼,5\n" * 9).encode("utf-16"))
    del data[60]
    found, _ = sheets(Source("ledger.csv", bytes(data)), known=known)
    assert cells(found[0]).count(("A1", "灯笼", "5")) == 8


def test_marks_that_guard_a_cell_from_a_spreadsheet_go() -> None:
    sheet = read("invoice,customer,amount\n=\"007\",'=Mill,'10\n'008,'s-Gravenhage,\u00a020\u3000\n")
    assert cells(sheet) == [("007", "=Mill", "10"), ("008", "'s-Gravenhage", "20")]


def test_nul_bytes_go() -> None:
    assert cells(read(PLAIN.replace("Mill", "Mi\0ll")))[1] == ("A2", "Mill", "20")


def test_a_list_out_of_sap() -> None:
    """Frames, rulings, page headings and the header again: only the entries are rows."""
    page = """Offene Posten Debitoren              Seite {}
-------------------------------------------
|customer |invoice   |due       |   amount |
-------------------------------------------
"""
    text = (
        page.format(1)
        + f"|Lantern  |1800000{1}  |01.08.2026|1.234,56- |\n"
        + page.format(2)
        + "|Mill     |18000002  |02.08.2026|   200,00 |\n"
        + "|* Total  |          |          | 1.034,56-|\n"
        + "-------------------------------------------\n"
    )
    sheet = read(text)
    assert sheet.columns == ("customer", "invoice", "due", "amount")
    assert sheet.preamble == (("Offene Posten Debitoren Seite 1",),)
    assert cells(sheet) == [
        ("Lantern", "18000001", "01.08.2026", "1.234,56-"),
        ("Mill", "18000002", "02.08.2026", "200,00"),
    ]
    assert sheet.footers.get_column("customer").to_list() == ["Offene Posten Debitoren              Seite 2", "* Total"]


ENCODED = "发票号,客户名称,金额\n一,上海灯笼贸易有限公司,1\n二,应收账款,2\n"


@pytest.mark.parametrize(
    ("codec", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-32", "utf-32"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_encodings(codec: str, shown: str) -> None:
    sheet = read(ENCODED.encode(codec))
    assert sheet.encoding == shown
    assert cells(sheet)[0] == ("一", "上海灯笼贸易有限公司", "1")


def test_big5_and_windows_1252() -> None:
    traditional = "invoice,customer,amount\n1,應收帳款有限公司臺北,1\n2,國際貿易股份有限公司,2\n"
    assert read(traditional.encode("big5")).encoding == "big5"
    assert cells(read(traditional.encode("big5")))[0][1] == "應收帳款有限公司臺北"
    german = "invoice;customer;amount\n1;Müller & Söhne;1\n2;Weiß;2\n"
    assert cells(read(german.encode("cp1252")))[0][1] == "Müller & Söhne"


def test_some_damaged_bytes_do_not_change_the_language() -> None:
    data = bytearray(ENCODED.encode() * 20)
    data[-30] = 0xFF
    assert encoding_of(bytes(data)) == ("utf-8", 0)
    found, problems = sheets(Source("ledger.csv", bytes(data)), known=known)
    assert len(found) == 1
    assert [(problem.code, problem.facts["encoding"]) for problem in problems] == [
        ("intake.file.characters_lost", "utf-8")
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "intake.file.empty"),
        (b"\xef\xbb\xbf", "intake.file.empty"),
        (b" \n\n,,\n", "intake.file.empty"),
        (b"%PDF-1.7 ...", "intake.file.kind"),
        (b"\x89PNG\r\n", "intake.file.kind"),
        (bytes(range(256)) * 20, "intake.file.kind"),
        (b"just a note\nof two lines\n", "intake.sheet.left_out"),
        (b"1,2026-01-01,5\n2,2026-01-02,6\n", "intake.sheet.no_header"),
    ],
    ids=["nothing", "mark alone", "blanks", "pdf", "image", "binary", "notes", "no header"],
)
def test_what_is_no_table_is_told(data: bytes, code: str) -> None:
    found, problems = sheets(Source("ledger.csv", data), known=known)
    assert found == []
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(("over", "code"), [(0, None), (1, "intake.sheet.too_long")], ids=["at", "over"])
def test_the_limit_of_rows(over: int, code: str | None) -> None:
    data = PLAIN + "A3,Mill,30\n" * over
    found, problems = sheets(Source("ledger.csv", data.encode()), known=known, limits=Limits(rows=2))
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert len(found) == (0 if code else 1)


@pytest.mark.parametrize(("limit", "code"), [(3, None), (2, "intake.sheet.too_wide")], ids=["at", "over"])
def test_the_limit_of_columns(limit: int, code: str | None) -> None:
    _, problems = sheets(Source("ledger.csv", PLAIN.encode()), known=known, limits=Limits(columns=limit))
    assert [problem.code for problem in problems] == ([code] if code else [])


@pytest.mark.parametrize(("less", "code"), [(0, None), (1, "intake.file.too_large")], ids=["at", "over"])
def test_the_limit_of_bytes(less: int, code: str | None) -> None:
    limits = Limits(file_bytes=len(PLAIN) - less)
    _, problems = sheets(Source("ledger.csv", PLAIN.encode()), known=known, limits=limits)
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_rows_of_several_blocks() -> None:
    """A file of many megabytes, with a note over two lines at every block's edge, comes back whole."""
    filler = "x" * 1000
    rows = [f'A{n},"note\n{n}",{filler}' for n in range(9_000)]
    sheet = read("invoice,备注,customer\n" + "\n".join(rows))
    assert sheet.rows.height == 9_000
    assert sheet.rows.get_column("invoice").to_list() == [f"A{n}" for n in range(9_000)]
    assert numbers(sheet.rows) == [2 * n + 2 for n in range(9_000)]
