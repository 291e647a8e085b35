"""Files built to harm, and thousands of broken ones: each is refused with the reason, soon, and nothing raises."""

from __future__ import annotations

import io
import random
import stat
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import pace
from solvent.base.money import digits
from solvent.intake.einvoice.checks import CHECKING
from solvent.intake.einvoice.formats.markup import MARKUP, MarkupLimits, parsed
from solvent.intake.einvoice.read import invoices_in, is_einvoice, read_einvoices
from solvent.intake.intake import Known, Source
from solvent.intake.limits import Refused

SECONDS = 5.0
MUTATION_SECONDS = 3.0
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
OPEN = f"<Invoice {SPACE}>"

LONG = "a" * 50_000
LAUGHS = "".join('<!ENTITY {} "{}">'.format(chr(98 + n), f"&{chr(97 + n)};" * 10) for n in range(12))
ATTRIBUTES = " ".join(f"a{n}='u{n}'" for n in range(100_000))
NAMESPACES = " ".join(f"xmlns:a{n}='u{n}'" for n in range(50_000))
XML: dict[str, tuple[str, str]] = {
    "billion laughs": (f'<!DOCTYPE x [<!ENTITY a "lol">{LAUGHS}]>{OPEN}&m;</Invoice>', "einvoice.file.doctype"),
    "external": (f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{OPEN}<ID>&a;</ID></Invoice>', "einvoice.file.doctype"),
    "quadratic": (f'<!DOCTYPE x [<!ENTITY a "{LONG}">]>{OPEN}{"&a;" * 50_000}</Invoice>', "einvoice.file.doctype"),
    "parameter": (f'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://localhost/x">%a;]>{OPEN}</Invoice>', "einvoice.file.doctype"),
    "behind a comment": (f"<!--{'x' * 9_000}--><?a b?> <!DOCTYPE x>{OPEN}</Invoice>", "einvoice.file.doctype"),
    "undeclared": (f"{OPEN}<ID>&a;</ID></Invoice>", "einvoice.file.ill_formed"),
    "deep": (f"{OPEN}{'<a>' * 200_000}{'</a>' * 200_000}</Invoice>", "einvoice.file.nested"),
    "wide": (f"{OPEN}{'<a/>' * 1_000_000}</Invoice>", "einvoice.file.nested"),
    "long attribute": (f'<Invoice {SPACE} a="{"x" * 5_000_000}"/>', "einvoice.file.attribute"),
    "many attributes": (f"<Invoice {SPACE} {ATTRIBUTES}/>", "einvoice.file.attribute"),
    "many namespaces": (f"<Invoice {SPACE} {NAMESPACES}/>", "einvoice.number_missing"),
    "long text": (f"{OPEN}<ID>{'9' * 9_000_000}</ID></Invoice>", "einvoice.number_long"),
    "huge text": (f"{OPEN}<ID>{'9' * 11_000_000}</ID></Invoice>", "einvoice.file.ill_formed"),
    "many comments": (f"{'<!--x-->' * 500_000}{OPEN}</Invoice>", "einvoice.number_missing"),
    "cut": (f"{OPEN}<ID>1</ID>", "einvoice.file.ill_formed"),
    "angles": ("<" * 3_000_000, "einvoice.file.ill_formed"),
    "number of many digits": (f"{OPEN}<LegalMonetaryTotal><PayableAmount>{'9' * 100_000}</PayableAmount></LegalMonetaryTotal></Invoice>",
                              "einvoice.value.amount"),
}  # fmt: skip


def refused(source: Source) -> str:
    """The code under which a file is refused; asserts that it is, in time."""
    with pace.within(SECONDS):
        is_einvoice(source)
        intake = read_einvoices(source, Known())
    assert not intake.ledger.tables
    assert intake.rejected.height == intake.documents.height == 1
    return str(intake.documents.item(0, "code"))


@pytest.mark.parametrize("case", XML)
def test_hostile_xml(case: str) -> None:
    text, code = XML[case]
    assert refused(Source("a.xml", (HEAD + text).encode())) == code


@pytest.mark.parametrize("case", ["billion laughs", "external", "deep", "many attributes"])
def test_hostile_xml_inside_a_pdf_and_an_ofd(samples: Any, case: str) -> None:
    text, code = XML[case]
    if case != "deep":  # the reader of PDF files passes over what is no XML to it
        assert refused(samples.file(samples.pdf("factur-x.xml", (HEAD + text).encode()))) == code
    fields = samples.fields | {"合计税额": ""}
    assert refused(samples.file(samples.ofd(fields, ("Doc_0/Attachs/original_invoice.xml", HEAD + text)))) == code
    assert refused(samples.file(samples.archive([("OFD.xml", HEAD + text)]))) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ((HEAD.replace("8", "16") + XML["external"][0]).encode("utf-16"), "einvoice.file.doctype"),
        ((HEAD.replace("8", "16") + XML["external"][0]).encode("utf-16-le"), "einvoice.file.doctype"),
        ((HEAD.replace("8", "7") + "<a/>").encode(), "einvoice.file.encoding"),
        (b"<?xml version='1.0' encoding='rot13'?><a/>", "einvoice.file.encoding"),
        (HEAD.encode() + b"<a>\xff</a>", "einvoice.file.encoding"),
        (HEAD.encode() + b"<a>\x00</a>", "einvoice.file.ill_formed"),
    ],
)
def test_encodings(data: bytes, code: str) -> None:
    assert refused(Source("a.xml", data)) == code


def test_the_lines_of_the_markup_limits() -> None:
    at = MarkupLimits(bytes=200, depth=4, nodes=6, attributes=2, attribute=5)
    for text in (
        "<a><b><c><d/></c></b></a>",
        "<a><b/><b/><b/><b/><b/></a>",
        "<a b='12345' c=''/>",
        "<a>" + " " * 193 + "</a>",
    ):
        assert parsed("x", text.encode(), at).name == "a"
    for text in ("<a><b><c><d><e/></d></c></b></a>", "<a><b/><b/><b/><b/><b/><b/></a>", "<a b='123456'/>",
                 "<a b='' c='' d=''/>", "<a>" + " " * 194 + "</a>"):  # fmt: skip
        with pytest.raises(Refused):
            parsed("x", text.encode(), at)


def test_a_text_cut_by_a_comment_is_whole() -> None:
    assert parsed("x", b"<a>12<!-- 9 -->34<?x 5?>6<![CDATA[7]]></a>").text == "123467"


def link(path: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        info = zipfile.ZipInfo(path)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        book.writestr(info, "/etc/passwd")
        book.writestr("OFD.xml", "<OFD/>")
    return out.getvalue()


def test_hostile_archives(samples: Any) -> None:
    entry, pack = samples.entry(samples.fields), samples.archive
    unsafe = [
        pack([("OFD.xml", b" " * 200_000_000)]),
        pack([("OFD.xml", entry), ("Doc_0/Res/a.bin", b"\0" * 30_000_000)]),
        pack([("OFD.xml", entry), ("Doc_0/a.zip", pack([("a", "b")]))]),
        pack([("OFD.xml", entry), ("../../etc/cron", "x")]),
        pack([("OFD.xml", entry), ("/etc/cron", "x")]),
        pack([("OFD.xml", entry), *((f"Doc_0/{n}", "") for n in range(1_001))]),
        pack([("OFD.xml", entry), ("ofd.XML", entry)]),
        link("Doc_0/Attachs/original_invoice.xml"),
    ]
    for data in unsafe:
        assert refused(samples.file(data)) == "einvoice.ofd.unsafe"
    assert refused(samples.file(pack([("OFD.xml", entry)])[:150])) == "einvoice.ofd.broken"
    assert refused(samples.file(pack([("OFD.xml", "")]))) == "einvoice.ofd.no_entry"
    assert refused(samples.file(pack([("OFD.xml", samples.entry({}))]))) == "einvoice.ofd.no_invoice"
    large = [(f"Doc_0/Pages/Page_{n}/Content.xml", random.Random(n).randbytes(9_000_000)) for n in range(6)]
    assert refused(samples.file(pack([("OFD.xml", entry), *large]))) in (
        "einvoice.file.too_large",
        "einvoice.file.encoding",
    )
    assert MARKUP.bytes < 6 * 9_000_000


def test_hostile_pdfs(samples: Any, capfd: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(4)
    whole = samples.pdf("factur-x.xml", samples.cii())
    cases = {
        b"%PDF-1.7\n" + rng.randbytes(2_000_000): "einvoice.pdf.unreadable",
        whole[:400]: "einvoice.pdf.unreadable",
        b"%PDF-1.7\n" + b"1 0 obj\n<<" * 100_000: "einvoice.pdf.unreadable",
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\ntrailer << /Root 1 0 R >>": "einvoice.pdf.unreadable",
        samples.pdf("factur-x.xml", b"<a>" + b" " * 300_000_000 + b"</a>"): "einvoice.pdf.unreadable",
        samples.pdf("factur-x.xml", b"<Invoice>" + b" " * 70_000_000 + b"</Invoice>"): "einvoice.file.too_large",
        samples.pdf("notes.txt", b"nothing"): "einvoice.pdf.no_invoice",
        whole.replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]").replace(b"/Names [(", b"/Kidz [("): "einvoice.pdf.no_invoice",
    }
    for data, code in cases.items():
        assert refused(samples.file(data)) == code
    assert capfd.readouterr() == ("", ""), "the reader's own remarks stay off the screen"


Mutate = Callable[[random.Random, bytes], bytes]


def mutated(rng: random.Random, data: bytes) -> bytes:
    """One to four changes: bytes, digits, cut, doubled, swapped or dropped pieces, hostile words."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, size = rng.randrange(max(len(out), 1)), rng.choice((1, 2, 8, 60, 400))
        kind = rng.randrange(8)
        if kind == 0 and out:
            out[at % len(out)] = rng.randrange(256)
        elif kind == 1:
            places = [place for place, byte in enumerate(out) if 48 <= byte <= 57]
            if places:
                out[rng.choice(places)] = 48 + rng.randrange(10)
        elif kind == 2:
            del out[at : at + size]
        elif kind == 3:
            out[at:at] = out[at : at + size]
        elif kind == 4:
            del out[at:]
        elif kind == 5:
            other = rng.randrange(max(len(out), 1))
            out[at : at + size], out[other : other + size] = out[other : other + size], out[at : at + size]
        elif kind == 6:
            out[at:at] = rng.choice(
                (b"-", b".", b"9" * 30, b"<!DOCTYPE a>", b"&x;", b"<a>", b"\0", "年".encode(), b"1e9")
            )
        else:
            out[at:at] = rng.randbytes(size)
    return bytes(out)


def lines_of_text(rng: random.Random, data: bytes) -> bytes:
    """A change that leaves XML well-formed: the text of one element becomes something else."""
    text = data.decode()
    starts = [at for at, sign in enumerate(text[:-1]) if sign == ">" and text[at + 1] not in "<\n"]
    at = rng.choice(starts) + 1
    end = text.index("<", at)
    new = rng.choice(
        ("", "0", "-1", "99999999999999999999", "2026-13-01", "abc", "1,000.00", text[at:end] * 2, "１２", "NaN")
    )
    return (text[:at] + new + text[end:]).encode()


def in_archive(rng: random.Random, data: bytes) -> bytes:
    """A change inside one member of an archive, the archive itself being sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        files = {name: book.read(name) for name in book.namelist()}
    name = rng.choice(list(files))
    files[name] = mutated(rng, files[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for path, content in files.items():
            book.writestr(path, content)
    return out.getvalue()


def check(source: Source) -> bool:
    """Reads a broken file; True where an invoice was accepted, which then has to add up by a count of our own."""
    with pace.within(MUTATION_SECONDS):
        is_einvoice(source)
        intake = read_einvoices(source, Known())
    assert (intake.counts["rows_in"] == intake.counts["rows_loaded"] + intake.counts["rows_rejected"]).all()
    good = intake.documents.filter(intake.documents["code"] == "")
    if good.is_empty():
        assert intake.rejected.height == intake.documents.height
        return False
    items = intake.ledger.table("open_items").collect()
    for invoice in invoices_in(source):
        if invoice.part not in good["part"].to_list():
            continue
        assert invoice.number
        assert invoice.issued_on
        assert invoice.total is not None
        if invoice.net is not None:
            assert invoice.net + (invoice.tax or 0) == invoice.total
        if invoice.lines and invoice.net is not None:
            added = sum((line.net for line in invoice.lines), Decimal(0)) * 10 ** digits(invoice.currency)
            told = invoice.net + (invoice.allowances or 0) - (invoice.charges or 0)
            assert abs(added - told) <= CHECKING.line_tolerance * len(invoice.lines)
        made = items.filter(items["invoice_id"] == invoice.number)["amount"].sum()
        assert made in (0, invoice.owed)
    return True


FORMATS = ("ubl", "cii", "china", "ofd", "pdf")


def storm(samples: Any, shape: str, rounds: int) -> Counter[bool]:
    rng = random.Random(f"e-invoices {shape}")
    base = {"ubl": samples.ubl, "cii": samples.cii, "china": samples.china, "ofd": samples.ofd}
    data = samples.pdf("factur-x.xml", samples.cii()) if shape == "pdf" else base[shape]()
    assert check(samples.file(data))
    told: Counter[bool] = Counter()
    for turn in range(rounds):
        if shape == "pdf" and turn % 2:
            broken = samples.pdf("factur-x.xml", lines_of_text(rng, samples.cii()))
        elif shape == "ofd":
            broken = in_archive(rng, data) if turn % 2 else mutated(rng, data)
        elif shape != "pdf" and turn % 2:
            broken = lines_of_text(rng, data)
        else:
            broken = mutated(rng, data)
        told[check(samples.file(broken))] += 1
    return told


@pytest.mark.parametrize("shape", FORMATS)
def test_mutations(samples: Any, shape: str) -> None:
    told = storm(samples, shape, 60)
    assert told[False] > 12, "mutations that harm nothing test nothing"


@pytest.mark.long
@pytest.mark.parametrize("shape", FORMATS)
def test_many_mutations(samples: Any, shape: str) -> None:
    assert storm(samples, shape, 2_000)[False] > 400
