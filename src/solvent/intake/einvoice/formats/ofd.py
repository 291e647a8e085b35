"""OFD: invoices in China's fixed-layout document (GB/T 33190), an archive of XML files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from solvent.base.problem import Problem
from solvent.intake.einvoice.formats.china import Fields, disagree, fields_of, is_china, lines_of, pairs_of, read_fields
from solvent.intake.einvoice.formats.markup import MARKUP, Node, parsed
from solvent.intake.einvoice.formats.values import day_of, decimal_of
from solvent.intake.einvoice.invoice import EInvoice, Line
from solvent.intake.intake import Source
from solvent.intake.ledger.reading.archive import members, whole
from solvent.intake.limits import LIMITS, Limits, Refused

_SHOWN = {"number": "发票号码", "issued_on": "开票日期", "net": "合计金额", "tax": "合计税额", "total": "价税合计"}


def is_ofd(data: bytes) -> bool:
    """True for an archive with the entry file of an OFD document."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        return any(name.lower() == "ofd.xml" for name in zipfile.ZipFile(BytesIO(data)).namelist())
    except Exception:  # anybody's bytes: what cannot be listed is no OFD
        return b"OFD.xml" in data


def read_ofd(source: Source, limits: Limits = LIMITS) -> list[EInvoice]:
    """Every invoice of an OFD file, one for each document body.

    The fields are read from three places, the first that has one wins: the document's own data (CustomDatas), the
    attached invoice (original_invoice.xml), and the text that the tags point at (CustomTag.xml). Places that
    contradict one another are a fault.

    Raises:
        Refused: the archive or an XML file in it is broken or unsafe, or it holds no invoice.
    """
    book = _Archive(source, limits)
    root = book.xml(book.path("ofd.xml"))
    if root is None:
        raise Refused(Problem("einvoice.ofd.no_entry", source.name))
    found = []
    for part, body in enumerate(root.every("DocBody"), 1):
        invoice = _document(book, part, body)
        if invoice is not None:
            found.append(invoice)
    if not found:
        raise Refused(Problem("einvoice.ofd.no_invoice", source.name))
    return found


class _Archive:
    """The XML files of the archive, each looked through before it is read, and all of them together limited."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        try:
            self.members = members(source.name, source.data, limits)
        except Refused as refusal:
            raise Refused(_archive_problem(source.name, refusal.problem)) from refusal
        self.left = MARKUP.bytes

    def path(self, name: str, under: str = "") -> str:
        """The archive's own spelling of a path that ends so; empty where there is none."""
        wanted = f"{under}{name}".lower()
        return next((path for path in self.members if path.lower() == wanted), "")

    def under(self, folder: str, end: str) -> list[str]:
        """The paths in a folder and below it with this end, in order."""
        return sorted(p for p in self.members if p.lower().startswith(folder.lower()) and p.lower().endswith(end))

    def xml(self, path: str) -> Node | None:
        """The root of one XML file; None where the path is empty or holds no element."""
        if not path:
            return None
        info = self.members[path]
        self.left -= info.file_size
        if self.left < 0:
            raise Refused(
                Problem("einvoice.file.too_large", self.source.name, {"megabytes": MARKUP.bytes // 1_000_000})
            )
        try:
            data = whole(self.source.name, self.source.data, info, self.limits)
        except Refused as refusal:
            raise Refused(_archive_problem(self.source.name, refusal.problem)) from refusal
        return parsed(f"{self.source.name}!{path}", data) if data.strip() else None


def _archive_problem(name: str, problem: Problem) -> Problem:
    """What the look at an archive found, in words for an invoice."""
    if problem.code == "intake.file.encrypted":
        return Problem("intake.file.encrypted", name)
    if problem.code == "intake.file.unsafe":
        return Problem("einvoice.ofd.unsafe", name, problem.facts)
    return Problem("einvoice.ofd.broken", name)


def _document(book: _Archive, part: int, body: Node) -> EInvoice | None:
    """The invoice of one document body; None where none of its places has a number and an amount."""
    own = fields_of((node.attributes.get("Name", ""), node.text) for node in body.walk() if node.name == "CustomData")
    root = body.of("DocRoot").lstrip("/").replace("\\", "/")
    folder = root.rpartition("/")[0] + "/" if "/" in root else ""
    attached, lines = _attached(book, folder)
    places = [own, attached]
    if not _enough(places):
        places.append(_tagged(book, folder))
    merged: dict[str, str] = {}
    for place in reversed(places):
        merged |= place
    if "number" not in merged or not ("net" in merged or "total" in merged):
        return None
    name = book.source.name
    faults = [fault for other in places[1:] for fault in _contradictions(name, places[0], other)]
    invoice = read_fields(name, part, "ofd", merged, lines, faults=faults)
    return replace(invoice, buyer=replace(invoice.buyer, country=""))


def _enough(places: list[dict[str, str]]) -> bool:
    """True where nothing is left to look for."""
    wanted = ("number", "issued_on", "net", "tax", "seller_name", "buyer_name", "seller_tax_id")
    return all(any(field in place for place in places) for field in wanted)


def _attached(book: _Archive, folder: str) -> tuple[dict[str, str], tuple[Line, ...]]:
    """Fields and lines of the invoice that is attached as XML; the first attachment that is one."""
    ends = (".xml", ".xbrl")
    paths = [path for shelf in ("attachs/", "attachments/") for end in ends for path in book.under(folder + shelf, end)]
    for path in sorted(paths, key=lambda path: not path.lower().endswith("original_invoice.xml")):
        if path.lower().endswith("attachments.xml"):
            continue
        root = book.xml(path)
        if root is not None and is_china(root):
            return fields_of(pairs_of(root)), lines_of(root)
    return {}, ()


def _tagged(book: _Archive, folder: str) -> dict[str, str]:
    """Fields that tags point at: each names the text objects of a page that show it, or holds the text itself."""
    texts: dict[str, str] = {}
    for path in book.under(f"{folder}pages/", "content.xml"):
        page = book.xml(path)
        for node in page.walk() if page is not None else ():
            if node.name == "TextObject":
                shown = "".join(code.text for code in node.every("TextCode"))
                texts.setdefault(node.attributes.get("ID", ""), shown)
    pairs: list[tuple[str, str]] = []
    for path in book.under(f"{folder}tags/", ".xml"):
        tags = book.xml(path) if not path.lower().endswith("customtags.xml") else None
        for node in tags.walk() if tags is not None else ():
            told = "".join(_pointed(child, texts) for child in node.children)
            if told:
                pairs.append((node.name, told))
    fields = fields_of(pairs)
    return fields or _labelled(texts)


def _pointed(node: Node, texts: Mapping[str, str]) -> str:
    if node.name == "ObjectData":
        return node.text
    return texts.get(node.text, "") if node.name == "ObjectRef" else ""


def _labelled(texts: Mapping[str, str]) -> dict[str, str]:
    """Fields whose label stands in the same text object, ``开票日期：2024年05月06日``; no side's name is among them.

    Both sides are labelled "名称" alike, so a name without a tag is left open rather than guessed.
    """
    split = (text.replace("：", ":").partition(":") for text in texts.values())
    return fields_of((label.replace(" ", ""), told) for label, _, told in split if told)


def _contradictions(name: str, first: Fields, second: Fields) -> list[Problem]:
    """A fault for each field that two places state differently, as far as both can be read."""
    found = []
    for field, told in _SHOWN.items():
        a, b = first.get(field, ""), second.get(field, "")
        if field == "number":
            differ = a.isdecimal() and b.isdecimal() and a != b
        elif field == "issued_on":
            differ = None not in (day_of(a), day_of(b)) and day_of(a) != day_of(b)
        else:
            differ = None not in (decimal_of(a), decimal_of(b)) and decimal_of(a) != decimal_of(b)
        if differ:
            found.append(disagree(name, told, a, b))
    return found
