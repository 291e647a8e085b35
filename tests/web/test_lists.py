"""Lists: the same rows as CSV and Excel, exact, and nothing that runs; saved views; page size; columns; the day."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
from django.http import QueryDict
from python_calamine import CalamineWorkbook

from solvent.files.language import Language

CUSTOMERS = "/c/own/customers/"
WEB = Path(__file__).parents[2] / "src" / "solvent_server" / "web"
HOSTILE = (
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "'=1", '"=1"', "<b>x</b>",
    "6222021234567890123",
)  # fmt: skip


class Asked:
    """A request as a list reads it."""

    def __init__(self, query: str = "") -> None:
        self.GET = QueryDict(query)
        self.META = {"QUERY_STRING": query}
        self.path = "/"


@pytest.fixture
def made(site):
    """A frame with hostile and extreme cells, and how it is listed."""
    from solvent_server.web.parts.table import Column, Lister  # noqa: PLC0415 (needs the store)

    count = len(HOSTILE)
    frame = pl.DataFrame(
        {
            "name": list(HOSTILE),
            "currency": ["CNY", "JPY", "KWD", "USD", None] * 2 + ["CNY"],
            "amount": [-1, 1200, -1005, 123456789012345678, None, 0, 7, 99, -100, 5, 10**15],
            "share": [0.123456789] * count,
            "days": [None, *[1.25] * (count - 1)],
            "many": list(range(count)),
            "on": [date(2026, 10, 31), None, *[date(2024, 2, 29)] * (count - 2)],
            "state": ["=open", *["closed"] * (count - 1)],
        }
    )
    columns = (
        Column("name", "Name"), Column("currency", "Currency"), Column("amount", "Amount", "money"),
        Column("share", "Share", "share"), Column("days", "Days", "days"), Column("many", "Rows", "count"),
        Column("on", "Day", "day"), Column("state", "State", "code", words={"closed": "closed"}),
    )  # fmt: skip
    return frame, Lister(columns, "many", "", ("name",), pick=True)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_exact_and_runs_nothing(made) -> None:
    from solvent_server.web.parts.table import exported  # noqa: PLC0415

    frame, lister = made
    told = rows_of(exported(frame.lazy(), lister, Asked("format=csv"), Language("en"), "x").content)
    assert told[0] == ["Name", "Currency", "Amount", "Share", "Days", "Rows", "Day", "State"]
    assert [row[2] for row in told[1:]] == [
        "-0.01", "1200", "-1.005", "1234567890123456.78", "", "0.00", "7", "0.099", "-1.00", "0.05",
        "10000000000000.00",
    ]  # fmt: skip
    assert told[1][6:] == ["2026-10-31", "'=open"]
    for row, name in zip(told[1:], HOSTILE, strict=True):
        assert row[0] in (name, "'" + name)
        assert not re.match(r"\s*[=+\-@\t\r]", row[0]), row[0]
    assert float(told[1][3]) == 0.123456789


def test_excel_has_figures_as_figures_and_texts_as_texts(made) -> None:
    from solvent_server.web.parts.table import exported  # noqa: PLC0415

    frame, lister = made
    answer = exported(frame.lazy(), lister, Asked("format=xlsx&q="), Language("en"), "x")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_name("List").to_python()
    assert rows[0] == ["Name", "Currency", "Amount", "Share", "Days", "Rows", "Day", "State"]
    assert [row[0] for row in rows[1:]] == [*HOSTILE], "as they are, the account number too"
    assert [row[2] for row in rows[1:4]] == [-0.01, 1200.0, -1.005]
    assert rows[4][2] == "1234567890123456.78", "a spreadsheet would change a figure of 18 digits"
    assert rows[11][2] == "10000000000000.00"
    assert rows[1][6] == date(2026, 10, 31)
    assert rows[1][7] == "=open"
    inside = ZipFile(io.BytesIO(answer.content))
    sheets = "".join(inside.read(name).decode() for name in inside.namelist() if name.startswith("xl/worksheets/"))
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    about = dict(row[:2] for row in book.get_sheet_by_name("About this list").to_python())
    assert about["Rows"] == str(len(HOSTILE))


def test_a_workbook_that_is_too_long_says_so(made, monkeypatch) -> None:
    from solvent_server.web.parts.listing import files  # noqa: PLC0415
    from solvent_server.web.parts.table import exported  # noqa: PLC0415

    monkeypatch.setattr(files, "MOST", 4)
    frame, lister = made
    answer = exported(frame.lazy(), lister, Asked("format=xlsx"), Language("zh"), "x")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert len(book.get_sheet_by_index(0).to_python()) == 5
    assert "只有前 4 行" in str(book.get_sheet_by_index(1).to_python())


def test_every_list_of_the_site_has_both_files(client) -> None:
    """What the page links to is what comes, with the same rows."""
    cfo = client("cfo", "zh")
    for place in ("customers/", "receivables/items/", "alarms/", "working-capital/bills/", "working-capital/stock/"):
        page = cfo.get(f"/c/own/{place}").content.decode()
        links = {form: re.search(rf'href="(\?[^"]*format={form}[^"]*)"', page) for form in ("csv", "xlsx")}
        assert all(links.values()), place
        told = {form: cfo.get(f"/c/own/{place}{found.group(1)}") for form, found in links.items()}
        assert told["csv"].headers["Content-Type"].startswith("text/csv")
        assert told["xlsx"].headers["Content-Type"].endswith("spreadsheetml.sheet")
        book = CalamineWorkbook.from_filelike(io.BytesIO(told["xlsx"].content))
        rows = rows_of(told["csv"].content)
        sheet = book.get_sheet_by_index(0).to_python()
        assert sheet[0] == rows[0], place
        assert len(sheet) == len(rows) > 1, place
        assert "Lantern Works" in str(book.get_sheet_by_index(1).to_python())


def test_no_list_answers_csv_alone() -> None:
    """A view that gives a list as a file asks ``wants_file``, which knows every form."""
    for room in WEB.rglob("*.py"):
        text = room.read_text("utf-8")
        if re.search(r"\bexported\(", text) and room.name != "table.py":
            assert "wants_file" in text, room
            assert not re.search(r'"format"\) == "csv"', text), room


def test_size_sort_and_columns_stand_in_the_address(client, monkeypatch) -> None:
    from solvent_server.web.parts import table  # noqa: PLC0415 (needs the store)

    monkeypatch.setattr(table, "SIZES", (5, 50))
    items = "/c/own/receivables/items/"
    page = client("cfo").get(f"{items}?size=5&sort=-open&hide=region&hide=kind").content.decode()
    assert page.count("<tr>") == 6
    assert "Region</a>" not in page
    after = re.search(r'rel="next" href="(\?[^"]+)"', page)
    assert after
    assert "size=5" in after.group(1)
    assert "hide=region%2Ckind" in after.group(1)
    second = client("cfo").get(items + after.group(1).replace("&amp;", "&")).content.decode()
    assert "6 to " in second
    assert 'name="sort" value="-open"' in second, "a filter keeps the order"
    for asked in ("?size=1000000", "?size=x", "?hide=name", "?hide=nothing"):
        assert client("cfo").get(items + asked).content.decode().count("<tr>") <= 51


def act(person, **posted: str):
    return person.post("/c/own/lists/views/", {"page": "customers/", **posted})


def test_a_view_is_saved_opened_renamed_deleted_and_brought_back(client) -> None:
    cfo, analyst = client("cfo"), client("credit_analyst")
    answer = act(cfo, name="The grave ones", query="tier=red&page=7&format=csv&sort=-overdue")
    assert answer.headers["Location"] == f"{CUSTOMERS}?sort=-overdue&tier=red"
    opened = cfo.get(answer.headers["Location"]).content.decode()
    assert re.search(r'href="\?sort=-overdue&amp;tier=red" aria-current="true">The grave ones', opened)
    assert "The grave ones" not in analyst.get(CUSTOMERS).content.decode(), "it is the person's own"
    number = re.search(r'name="view" value="(\d+)"', opened).group(1)
    act(cfo, act="share", view=number)
    assert "The grave ones <small>by cfo" in analyst.get(CUSTOMERS).content.decode()
    act(analyst, act="delete", view=number)
    assert "The grave ones" in cfo.get(CUSTOMERS).content.decode(), "nobody takes away what is another's"
    act(cfo, act="rename", view=number, name="Grave")
    act(cfo, act="first", view=number)
    assert cfo.get(CUSTOMERS).headers["Location"] == f"{CUSTOMERS}?sort=-overdue&tier=red"
    assert cfo.get(f"{CUSTOMERS}?all=1").status_code == 200
    assert analyst.get(CUSTOMERS).status_code == 200, "what opens first is one's own choice"
    act(cfo, act="delete", view=number)
    gone = cfo.get(CUSTOMERS).content.decode()
    assert "The view “Grave” was deleted." in gone
    act(cfo, act="restore", view=number)
    assert ">Grave" in cfo.get(CUSTOMERS).content.decode()
    act(cfo, act="delete", view=number)


def test_a_view_leads_nowhere_else(client) -> None:
    cfo = client("cfo")
    for place in ("//elsewhere.example/", "../foreign/customers/", "nothing-here/", "https://elsewhere.example/"):
        assert cfo.post("/c/own/lists/views/", {"page": place, "name": "x"}).status_code == 404, place
    assert "store.view" not in act(cfo, name=" ", query="").headers["Location"]
    assert "A view needs a name" in cfo.get(CUSTOMERS).content.decode()
    assert client("cfo-elsewhere").post("/c/own/lists/views/", {"page": "customers/", "name": "x"}).status_code == 404


def test_each_act_has_its_line_in_the_trail(client) -> None:
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    act(client("cfo"), name="Traced", query="tier=red")
    line = AuditLine.objects.order_by("-seq").first()
    assert (line.actor, line.action, line.company) == ("cfo", "view.saved", "own")


@pytest.fixture
def past(site):
    """An assessment of the month before, kept beside the newest."""
    import json  # noqa: PLC0415
    import os  # noqa: PLC0415
    import shutil  # noqa: PLC0415

    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    newest = assessments.latest("own")
    home = newest.folder.parent
    folder = home / "2026-09-30.2026-10-01T060000"
    shutil.copytree(newest.folder, folder)
    sheet = {**newest.sheet, "as_of": "2026-09-30"}
    (folder / "sheet.json").write_text(json.dumps(sheet))
    os.utime(home)
    yield newest.as_of
    shutil.rmtree(folder)
    os.utime(home)


def test_a_past_day_is_looked_at_and_said_to_be_past(client, past) -> None:
    cfo = client("cfo")
    assert "A past day" not in cfo.get("/c/own/").content.decode()
    assert "A past day" in cfo.get("/c/own/customers/?as_of=2026-09-30").content.decode()
    assert "A past day" not in cfo.get("/c/own/customers/").content.decode(), "an address sets nothing"
    answer = cfo.post("/c/own/day/", {"day": "2026-09-30", "next": "/c/own/cash/?as_of=2026-10-31&x=1"})
    assert answer.headers["Location"] == "/c/own/cash/?x=1"
    assert "30 Sept 2026" in cfo.get("/c/own/alarms/").content.decode()
    assert "A past day" in cfo.get("/c/own/").content.decode()
    assert "A past day" not in cfo.get("/c/own/imports/").content.decode(), "what is done is done on the newest day"
    assert "A past day" not in client("treasurer").get("/c/own/").content.decode(), "it is one person's choice"
    cfo.post("/c/own/day/", {"day": "", "next": "https://elsewhere.example/"})
    assert "A past day" not in cfo.get("/c/own/").content.decode()
    for asked in ("1999-01-01", "nonsense", "2026-09-30'"):
        assert cfo.get(f"/c/own/customers/?as_of={asked}").status_code == 200


def test_a_new_assessment_is_seen_at_once(site, past) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    assert [day.isoformat() for day in assessments.days("own")] == [past.isoformat(), "2026-09-30"]
    assert assessments.latest("own").as_of == past
    assert assessments.of_day("own", "2026-09-30") is not None
    assert assessments.of_day("own", "2026-09-29") is None


def test_an_address_is_that_of_the_url_conf(site) -> None:
    from django.urls import reverse  # noqa: PLC0415

    from solvent_server.web.parts.addresses import address_of  # noqa: PLC0415

    for key in ("C0001", "a/b", "名称 有限公司", "50%", "x?y#z", "..", "KEY", "a&b=c;d", "é+ü", "'\"<>"):
        assert address_of("customer", "own", key) == reverse("customer", args=("own", key))
        wanted = reverse("receivable_items_of", args=("own", "region", key))
        assert address_of("receivable_items_of", "own", "region", key) == wanted
    assert address_of("import_file", "own", 7) == reverse("import_file", args=("own", 7))
    assert address_of("today", "own") == reverse("today", args=("own",))


def test_every_page_tells_its_keys(client) -> None:
    page = client("cfo", "zh").get("/c/own/").content.decode()
    assert '<dialog id="keys"' in page
    assert "快捷键" in page
    script = (WEB / "static" / "solvent" / "solvent.js").read_text("utf-8")
    told = set(re.findall(r"<kbd>([^<]+)</kbd>", page))
    assert told >= {"/", "j", "k", "?", "[", "]"}
    assert all(f'"{key}"' in script for key in told & {"/", "j", "k", "?", "["})
