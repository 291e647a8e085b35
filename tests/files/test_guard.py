"""The guard: what is hostile is answered quickly and in words, what is honest comes through exactly."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.books.books import TABLES, Ledger
from solvent.files.guard import read as guard
from solvent.files.guard.carry import RESULT, CarryError, left_behind, pack, unpack
from solvent.files.guard.gate import refused_at_sight
from solvent.files.guard.limits import GUARD, GuardLimits
from solvent.files.guard.read import read_guarded
from solvent.files.language import Language
from solvent.files.load import shipped_formats
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Known, Reading, Source
from solvent.intake.sources.take import kind_of, take_in
from thorough import cases

LEDGER = b"Invoice No,Customer,Date,Due Date,Amount\n" + b"".join(
    b"%d,C%d,2026-01-%02d,2026-02-%02d,%d.50\n" % (n, n % 9, n % 28 + 1, n % 28 + 1, n + 1) for n in range(300)
)


def workbook(*, sheets: int = 1, rows: int = 3) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for _ in range(sheets):
        page = book.add_worksheet()
        page.write_row(0, 0, ["Invoice No", "Customer", "Date", "Amount"])
        for row in range(1, rows + 1):
            page.write_row(row, 0, [f"I{row}", "Lantern", "2026-01-05", 10 * row])
    book.close()
    return file.getvalue()


def rewritten(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A workbook with its members changed and others added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
        for name, content in more.items():
            new.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def zipped(members: Mapping[str, bytes], link: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name == link:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content)
    return file.getvalue()


def sheet(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def with_sheet(content: bytes) -> bytes:
    return rewritten(workbook(), lambda name, old: content if name == "xl/worksheets/sheet1.xml" else old)


def camt(body: str, prolog: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<Document '
        f'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>{body}</BkToCstmrStmt></Document>'
    ).encode()


def ubl(body: str, prolog: str = "") -> bytes:
    name = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<Invoice xmlns="{name}">{body}</Invoice>'.encode()


LAUGHS = "<!DOCTYPE lolz [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10)
) + "]>"  # fmt: skip
QUADRATIC = f'<!DOCTYPE q [<!ENTITY a "{"a" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def png(width: int, height: int) -> bytes:
    """A picture of very many pixels in very few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress(b"\0" * (width // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pdf(stream: bytes, filters: str = "/FlateDecode") -> bytes:
    """A PDF whose attachment unpacks to far more than it holds."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(factur-x.xml) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        b"<</Type/Filespec/F(factur-x.xml)/UF(factur-x.xml)/EF<</F 5 0 R>>>>",
        f"<</Type/EmbeddedFile/Filter[{filters}]/Length {len(stream)}>>stream\n".encode() + stream + b"\nendstream",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())


def encrypted_workbook() -> bytes:
    """The head of a workbook with a password: a compound file with the streams of its encryption."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16))
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6) + struct.pack("<III", 0, 1, 1)
    head += struct.pack("<IIIIII", 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    head += b"\xff" * (512 - len(head))
    fat = struct.pack("<III", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE) + b"\xff" * (512 - 12)

    def entry(name: str, kind: int, child: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36) + struct.pack("<IQ", 2, 0)
        )  # fmt: skip

    names = (
        entry("Root Entry", 5, 1) + entry("EncryptionInfo", 2, 0xFFFFFFFF) + entry("EncryptedPackage", 2, 0xFFFFFFFF)
    )
    return bytes(head) + fat + names.ljust(512, b"\0")


def locked_zip() -> bytes:
    data = bytearray(zipped({"ledger.csv": LEDGER}))
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


MACROS = b"\xd0\xcf\x11\xe0" + bytes(999)
FAR = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
NEXT = '<row r="999999999"><c><v>1</v></c></row>'
BODY = b"<worksheet><sheetData><row><c><v>&l9;</v></c></row></sheetData></worksheet>"
LONG = struct.pack("<I", len(LEDGER)), struct.pack("<I", 4_000_000_000)
ODOO = b'{"solvent_original":1,"system":"odoo","asked":{},"records":{"a":[{"b":'
LONG_HEADERS = b"Invoice No,Customer,Date,Due Date,Amount," + b",".join(
    (b"(" if n % 2 else b"aB due ") * 2_000 + b"%d" % n for n in range(60)
)
ENDLESS = b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]/Parent 1 0 R>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"


def noise(count: int = 300_000) -> bytes:
    return random.Random(count).randbytes(count)


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "sparse.xlsx": lambda: with_sheet(sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + FAR)),
    "sparse-by-order.xlsx": lambda: with_sheet(sheet('<row r="1"><c><v>1</v></c></row>' + NEXT)),
    "wide.xlsx": lambda: with_sheet(
        sheet("".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="XFD{r}"><v>1</v></c></row>' for r in range(1, 3000)))
    ),
    "many-sheets.xlsx": lambda: workbook(sheets=150, rows=1),
    "bomb.xlsx": lambda: rewritten(workbook(), lambda name, old: old, xl__media__zeros=bytes(60_000_000)),
    "bomb-sheet.xlsx": lambda: with_sheet(b"<worksheet>" + b" " * 80_000_000 + b"</worksheet>"),
    "nested.xlsx": lambda: rewritten(workbook(), lambda name, old: old, inner__again_xlsx=workbook()).replace(
        b"again_xlsx", b"again.xlsx"
    ),
    "nested.zip": lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.csv": LEDGER})})}),
    "bomb.zip": lambda: zipped({"ledger.csv": bytes(90_000_000)}),
    "traversal.zip": lambda: zipped({"../../etc/cron.d/x": b"* * * * * root true", "ledger.csv": LEDGER}),
    "absolute.zip": lambda: zipped({"/etc/passwd": b"x"}),
    "symlink.zip": lambda: zipped({"ledger.csv": b"/etc/passwd"}, link="ledger.csv"),
    "many.zip": lambda: zipped({f"{n}.csv": b"" for n in range(3000)}),
    "locked.zip": locked_zip,
    "truncated.zip": lambda: zipped({"ledger.csv": LEDGER})[:-60],
    "lying.zip": lambda: zipped({"ledger.csv": LEDGER}).replace(*LONG),
    "macro.xlsm": lambda: rewritten(workbook(), lambda name, old: old, xl__vbaProject_bin=MACROS),
    "entities.xlsx": lambda: with_sheet(b'<?xml version="1.0"?>' + LAUGHS.encode() + BODY),
    "laughs-camt.xml": lambda: camt("&l9;", LAUGHS),
    "laughs-ubl.xml": lambda: ubl("<ID>&l9;</ID>", LAUGHS),
    "laughs-utf16.xml": lambda: ubl("&l9;", LAUGHS).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "quadratic-camt.xml": lambda: camt("&a;" * 20_000, QUADRATIC),
    "outside-camt.xml": lambda: camt("<Stmt>&x;</Stmt>", OUTSIDE),
    "outside-ubl.xml": lambda: ubl("<ID>&x;</ID>", OUTSIDE),
    "late-entities.xml": lambda: camt("<Stmt/>", "<!-- " + "x" * 2_000_000 + " -->" + LAUGHS),
    "deep-camt.xml": lambda: camt("<a>" * 200_000 + "</a>" * 200_000),
    "deep-ubl.xml": lambda: ubl("<a>" * 200_000),
    "attributes.xml": lambda: ubl("<a " + " ".join(f'b{n}="1"' for n in range(60_000)) + "/>"),
    "utf7.xml": lambda: b'<?xml version="1.0" encoding="UTF-7"?>+ADw-Invoice+AD4-',
    "utf7.csv": lambda: LEDGER.decode().encode("utf-7"),
    "pixels.png": lambda: png(4096, 4096),
    "pixels.csv": lambda: png(4096, 4096),
    "bomb.pdf": lambda: pdf(zlib.compress(bytes(150_000_000), 9)),
    "double-bomb.pdf": lambda: pdf(zlib.compress(zlib.compress(bytes(150_000_000), 9), 9), "/FlateDecode/FlateDecode"),
    "endless.pdf": lambda: ENDLESS,
    "noise.bin": noise,
    "noise.xlsx": lambda: b"PK\x03\x04" + noise(),
    "noise.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(),
    "empty": lambda: b"",
    "blank.csv": lambda: b" \n" * 100_000,
    "truncated.xls": lambda: encrypted_workbook()[:700],
    "locked.xlsx": encrypted_workbook,
    "page.xls": lambda: b"<html><body><table>" + b"<tr><td>" * 100_000,
    "wide-page.xls": lambda: b"<html><table><tr><td colspan=2000000000 rowspan=2000000000>x</td></tr></table></html>",
    "zeros.csv": lambda: bytes(5_000_000),
    "nul.csv": lambda: LEDGER.replace(b"Lantern", b"\0").replace(b"2026", b"20\x0026"),
    "columns.csv": (",".join(f"c{n}" for n in range(100_000)) + "\n" + ",".join("1" * 100_000)).encode,
    "long-headers.csv": lambda: b"\n".join(
        [LONG_HEADERS, *(b"%d,C,2026-01-05,2026-02-05,9.50" % n + b",1" * 60 for n in range(200)), b""]
    ),
    "one-line.csv": lambda: b"a" * 20_000_000,
    "quote.csv": lambda: b'Invoice No,Customer,Date,Amount\n"' + b"x,y\n" * 150_000,
    "deep.json": lambda: b"[" * 2_000_000,
    "deep-original.json": lambda: b'{"solvent_original":1,"system":"erpnext","asked":{},"records":' + b"[" * 500_000,
    "digits.json": lambda: ODOO + b"9" * 2_000_000 + b"}]}}",
    "program.csv": lambda: b"MZ" + noise(4000),
    "pickle.csv": lambda: b"\x80\x04\x95\x1f\x00cposix\nsystem\n(S'true'\ntR.",
    "formula.csv": lambda: LEDGER.replace(b",C1,", b',"=cmd|\'/C calc\'!A0",'),
    "archive.gz": lambda: b"\x1f\x8b\x08" + noise(4000),
}  # fmt: skip


def patient() -> GuardLimits:
    """The limits as they stand, with the time of the reference machine: how slow this one is is not asked here."""
    return replace(GUARD, cpu_seconds=ceil(pace.seconds(GUARD.cpu_seconds)), wall_seconds=int(pace.NEVER))


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_answered_within_five_seconds(name: str) -> None:
    source = Source(name, HOSTILE[name]())
    with pace.within(5.0, name):
        intake = read_guarded(source, Known(), shipped_formats(), limits=patient())
    loaded = int(intake.counts["rows_loaded"].sum())
    assert intake.ledger.problems or loaded or intake.rejected.height, "neither read nor a reason"
    for problem in intake.ledger.problems:
        for language in (Language("en"), Language("zh")):
            assert "{" not in language.problem(problem)
    assert "sources.guard.crashed" not in {problem.code for problem in intake.ledger.problems}
    assert b"root:" not in repr(intake.rejected.to_dicts()).encode()


def test_there_are_at_least_thirty_of_them_and_their_memory_is_not_ours() -> None:
    """What a child takes is gone with it: a file that unpacks to 90 MB leaves nothing in the parent."""
    assert len(HOSTILE) >= 30
    page = os.sysconf("SC_PAGE_SIZE")
    sources = [Source(name, HOSTILE[name]()) for name in ("wide.xlsx", "quote.csv")]
    [read_guarded(source, Known(), limits=patient()) for source in sources]
    before = int(Path("/proc/self/statm").read_text().split()[1]) * page
    [read_guarded(source, Known(), limits=patient()) for source in sources]
    after = int(Path("/proc/self/statm").read_text().split()[1]) * page
    assert after - before < 30_000_000


REFUSED_AT_SIGHT = {
    "pixels.png": "sources.guard.kind",
    "program.csv": "sources.guard.kind",
    "pickle.csv": "sources.guard.kind",
    "archive.gz": "sources.guard.kind",
    "laughs-camt.xml": "sources.guard.entities",
    "laughs-utf16.xml": "sources.guard.entities",
    "outside-ubl.xml": "sources.guard.entities",
    "utf7.xml": "sources.guard.encoding",
    "traversal.zip": "intake.file.unsafe",
    "symlink.zip": "intake.file.unsafe",
    "nested.zip": "intake.file.nested",
    "bomb.zip": "intake.file.unsafe",
    "many.zip": "intake.file.unsafe",
    "locked.zip": "intake.file.encrypted",
    "empty": "intake.file.empty",
}


@pytest.mark.parametrize(("name", "code"), REFUSED_AT_SIGHT.items())
def test_the_gate_turns_away_without_starting_anything(name: str, code: str) -> None:
    problem = refused_at_sight(Source(name, HOSTILE[name]()), GUARD)
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize(("size", "refused"), [(99, False), (100, False), (101, True)], ids=["under", "at", "over"])
def test_the_gate_at_the_line_of_size(size: int, refused: bool) -> None:
    problem = refused_at_sight(Source("a.csv", b"a" * size), GuardLimits(file_bytes=100))
    assert (problem is not None) is refused


@pytest.mark.parametrize(("size", "refused"), [(999, False), (1000, False), (1001, True)], ids=["under", "at", "over"])
@pytest.mark.parametrize("place", ["first", "last"])
def test_the_gate_at_the_line_of_a_line(size: int, refused: bool, place: str) -> None:
    line = b"a" * (size - 1) + b"\n"
    data = line + b"b,c\n" * 900 if place == "first" else b"b,c\n" * 900 + line
    problem = refused_at_sight(Source("a.csv", data), GuardLimits(line_bytes=1000))
    assert (problem is not None and problem.code == "sources.guard.line") is refused


def test_text_that_begins_like_a_picture_or_a_page_is_still_text() -> None:
    assert refused_at_sight(Source("a.csv", b"BM No,Amount\n1,2\n"), GUARD) is None
    assert refused_at_sight(Source("a.xls", b"<!DOCTYPE html><table><tr><td>1"), GUARD) is None


def behaving(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Children that run this instead of a reader, behind the same walls."""
    program = (
        "import json, os, sys, time\nfrom pathlib import Path\nfrom solvent.files.guard.walls import close_in\n"
        "folder = Path(sys.argv[-1])\nmissing = close_in(json.loads((folder / 'how.json').read_text())['limits'])\n"
    )
    real = guard.subprocess.Popen

    def popen(command: list[str], **more: object) -> object:
        return real([command[0], "-I", "-c", program + body, command[-1]], **more)  # type: ignore[call-overload]

    monkeypatch.setattr(guard.subprocess, "Popen", popen)


HASTY = GuardLimits(wall_seconds=2, cpu_seconds=1, memory_bytes=400_000_000, memory_per_byte=0, seconds_per_megabyte=0)
SMALL = replace(HASTY, wall_seconds=int(pace.NEVER), cpu_seconds=60)
ASLEEP = 600
"""Seconds that a child sleeps which nobody ends."""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (f"time.sleep({ASLEEP})", "sources.guard.too_long"),
        ("while True: pass", "sources.guard.too_long"),
        ("x = bytearray(2_000_000_000)", "sources.guard.memory"),
        ("os.kill(os.getpid(), 9)", "sources.guard.memory"),
        ("os.abort()", "sources.guard.crashed"),
        ("import ctypes; ctypes.string_at(0)", "sources.guard.crashed"),
        ("sys.exit(0)", "sources.guard.crashed"),
        ("sys.exit(3)", "sources.guard.crashed"),
        ('(folder / \'done.json\').write_text(\'{"outcome": "read", "missing": []}\')', "sources.guard.crashed"),
        ("os.mkfifo(folder / 'done.json')", "sources.guard.crashed"),
        ("os.symlink('/dev/zero', folder / 'done.json')", "sources.guard.crashed"),
        ("(folder / 'done.json').write_text('[' * 3000)", "sources.guard.crashed"),
        (
            '(folder / \'done.json\').write_text(\'{"outcome": "read", "missing": []}\')\n'
            "(folder / 'intake.json').write_text('{\"tables\": [\"../../etc\"]}')",
            "sources.guard.crashed",
        ),
    ],
)
def test_however_a_child_ends_a_clerk_is_told(monkeypatch: pytest.MonkeyPatch, body: str, code: str) -> None:
    behaving(monkeypatch, body)
    begun = time.monotonic()
    intake = read_guarded(Source("a.csv", LEDGER), Known(), limits=HASTY if code.endswith("too_long") else SMALL)
    assert [problem.code for problem in intake.ledger.problems] == [code]
    assert time.monotonic() - begun < ASLEEP / 2


def test_a_childs_own_children_end_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark, real, wait = tmp_path / "pid", subprocess.Popen, subprocess.Popen.wait
    behaving(
        monkeypatch,
        f"pid = os.fork()\nif pid == 0:\n    time.sleep({ASLEEP})\n"
        f"Path('{mark}.new').write_text(str(pid))\nos.rename('{mark}.new', '{mark}')\ntime.sleep({ASLEEP})",
    )

    def until_the_mark(child: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is None:
            return wait(child)
        assert comes(mark.exists)
        raise subprocess.TimeoutExpired(child.args, timeout)

    monkeypatch.setattr(real, "wait", until_the_mark)
    read_guarded(Source("a.csv", LEDGER), Known(), limits=SMALL)
    assert comes(lambda: gone(int(mark.read_text())))


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def comes(true: Callable[[], bool]) -> bool:
    """Whether it becomes true before somebody who sleeps wakes up."""
    until = time.monotonic() + ASLEEP / 2
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


WALLS = """
import socket, resource
told = {"missing": missing, "files": resource.getrlimit(resource.RLIMIT_NOFILE)}
told["core"] = resource.getrlimit(resource.RLIMIT_CORE)
told["secret"] = sorted(name for name in os.environ if "SECRET" in name)
told["open"] = sorted(int(n) for n in os.listdir("/proc/self/fd"))[:6]
try:
    socket.create_connection(("127.0.0.1", PORT), timeout=1)
    told["network"] = True
except OSError:
    told["network"] = False
try:
    (folder / "big").write_bytes(bytes(3_000_000))
    told["disk"] = True
except OSError:
    told["disk"] = False
Path(MARK).write_text(json.dumps(told))
"""


def test_a_child_has_no_network_no_secrets_and_little_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket  # noqa: PLC0415

    server = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("SOLVENT_SECRET_KEY", "do not tell")
    mark = tmp_path / "told"
    body = WALLS.replace("PORT", str(server.getsockname()[1])).replace("MARK", repr(str(mark)))
    behaving(monkeypatch, body)
    read_guarded(Source("a.csv", LEDGER), Known(), limits=GuardLimits(result_bytes=2_000_000))
    server.close()
    told = json.loads(mark.read_text())
    assert told["secret"] == []
    assert told["files"] == [64, 64]
    assert told["core"] == [0, 0]
    assert told["disk"] is False
    assert len(told["open"]) <= 4
    assert told["network"] is ("network" in told["missing"])


def test_a_system_without_a_limit_on_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    real = guard.done_of
    monkeypatch.setattr(guard, "done_of", lambda folder: {**real(folder), "missing": ["memory"]})
    intake = read_guarded(Source("a.csv", LEDGER), Known())
    assert "sources.guard.no_walls" in {problem.code for problem in intake.ledger.problems}
    assert intake.ledger.table("open_items").collect().height == 300


def test_an_honest_file_comes_through_as_if_it_had_been_read_here() -> None:
    source, known = Source("ledger.csv", LEDGER), Known(currency="EUR")
    with pace.within(3.0):
        guarded = read_guarded(source, known, shipped_formats(), limits=patient())
    plain = take_in(source, known, shipped_formats())
    alike(guarded, plain)
    assert kind_of(guarded) == "ledger"


def test_the_cap_grows_with_the_file_and_stops() -> None:
    assert GUARD.memory_for(0) == 2_000_000_000
    assert GUARD.memory_for(100_000_000) == 6_000_000_000
    assert GUARD.memory_for(10**12) == 8_000_000_000
    assert (GUARD.wall_for(999_999), GUARD.wall_for(1_000_000), GUARD.wall_for(10**12)) == (60, 62, 600)
    assert GuardLimits(most_seconds=10).wall_for(10**12) == 60


def alike(one: Intake, other: Intake) -> None:
    assert one.counts.equals(other.counts)
    assert one.rejected.equals(other.rejected)
    assert one.documents.equals(other.documents)
    assert one.readings == other.readings
    assert tuple(one.ledger.problems) == tuple(other.ledger.problems)
    assert (one.ledger.currency, one.ledger.control_total) == (other.ledger.currency, other.ledger.control_total)
    assert one.ledger.tables.keys() == other.ledger.tables.keys()
    for name, frame in one.ledger.tables.items():
        assert frame.collect().equals(other.ledger.tables[name].collect())


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FACTS = st.one_of(st.none(), WORDS, st.integers(-(2**70), 2**70), st.floats(allow_nan=False))
PROBLEMS = st.builds(Problem, WORDS, WORDS, st.dictionaries(WORDS, FACTS, max_size=3))
VALUES: Mapping[str, st.SearchStrategy[object]] = {
    "String": WORDS,
    "Int64": st.integers(-(2**63), 2**63 - 1),
    "Date": st.dates(date(1970, 1, 1)),
    "Boolean": st.booleans(),
    "Float64": st.floats(allow_nan=False),
    "Datetime(time_unit='us', time_zone=None)": st.datetimes(),
    "List(String)": st.lists(WORDS, max_size=3),
}


def frames(schema: Mapping[str, DType]) -> st.SearchStrategy[pl.DataFrame]:
    kinds = pl.Schema(schema)
    row = st.tuples(*(st.one_of(st.none(), VALUES[str(kind)]) for kind in kinds.values()))
    return st.lists(row, max_size=4).map(lambda rows: pl.DataFrame(rows, schema=kinds, orient="row"))


READINGS = st.builds(
    Reading,
    **dict.fromkeys(("source", "sheet", "encoding", "format", "role", "date_order", "mark", "currency"), WORDS),
    header_row=st.integers(0, 99),
    unit=st.integers(1, 10_000),
    certain=st.booleans(),
    columns=st.lists(WORDS, max_size=3).map(tuple),
    unused=st.lists(WORDS, max_size=3).map(tuple),
    mapping=st.dictionaries(WORDS, WORDS, max_size=3),
    units=st.dictionaries(WORDS, st.integers(1, 10_000), max_size=2),
    currencies=st.dictionaries(WORDS, WORDS, max_size=2),
    values=st.dictionaries(WORDS, st.dictionaries(WORDS, WORDS, max_size=2), max_size=2),
)


@st.composite
def intakes(draw: st.DrawFn) -> Intake:
    names = draw(st.lists(st.sampled_from(sorted(TABLES)), unique=True, max_size=3))
    tables = {name: draw(frames(TABLES[name].schema)).lazy() for name in names}
    total = draw(st.one_of(st.none(), st.integers(-(2**70), 2**70)))
    ledger = Ledger(tables, draw(WORDS), total, tuple(draw(st.lists(PROBLEMS, max_size=3))))
    readings = tuple(draw(st.lists(READINGS, max_size=2)))
    return Intake(ledger, draw(frames(COUNTS)), draw(frames(REJECTED)), readings, draw(frames(DOCUMENTS)))


@settings(max_examples=cases(15, 200), deadline=None)
@given(intake=intakes())
def test_an_intake_is_carried_exactly(intake: Intake, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("carried")
    pack(intake, folder)
    alike(unpack(folder, 10_000_000), intake)


@settings(max_examples=cases(8, 200), deadline=None)
@given(data=st.data())
def test_whatever_comes_back_broken_is_an_error_and_nothing_worse(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    pack(take_in(Source("a.csv", LEDGER[:400]), Known()), folder)
    name = data.draw(st.sampled_from(sorted(path.name for path in folder.iterdir())))
    content = bytearray((folder / name).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    (folder / name).write_bytes(
        data.draw(
            st.sampled_from(
                [
                    bytes(content[:at]),
                    bytes(content[:at]) + bytes([content[at] ^ 0x41]) + bytes(content[at + 1 :]),
                    b"{}",
                ]
            )
        )
    )
    try:
        intake = unpack(folder, 10_000_000)
    except CarryError:
        return
    assert dict(intake.counts.schema) == COUNTS


def test_more_than_a_result_may_have_is_not_read(tmp_path: Path) -> None:
    (tmp_path / RESULT).write_bytes(b"x" * 11)
    assert left_behind(tmp_path / RESULT, 11) == b"x" * 11
    with pytest.raises(CarryError):
        left_behind(tmp_path / RESULT, 10)


def test_the_limits_leave_room_for_what_is_normal() -> None:
    """The child starts and reads a small file within the default limits, in well under a gigabyte of real memory."""
    read_guarded(Source("a.csv", LEDGER), Known())
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_500_000
