"""Markup: an XML file that anybody may have sent, read into plain nodes after it has been looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.intake.limits import Refused


@dataclass(frozen=True)
class MarkupLimits(Terms, key="intake.einvoice.markup"):
    """What an XML invoice may not exceed. Beyond it the file is refused with the reason."""

    bytes: int = term(40_000_000, unit="bytes of one XML file", source="own choice: an invoice with its scans inside")
    depth: int = term(64, unit="elements inside one another", source="own choice: real invoices stay below 20")
    nodes: int = term(400_000, unit="elements in one file", source="own choice: an invoice of 5,000 lines")
    attributes: int = term(100, unit="attributes of one element", source="own choice: real ones have three")
    attribute: int = term(20_000, unit="characters in one attribute", source="own choice: real ones are short words")


MARKUP = MarkupLimits()
"""The limits as they stand by default."""

_DECLARED = re.compile(rb"""^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}?>""")
_ENCODINGS = re.compile(r"^(utf-?8|us-ascii|ascii|gb2312|gbk|gb18030|big5|(iso-?8859|windows)-\d{1,4}|cp125\d)$")
_HEAD = re.compile(r"^\s*<\?xml\s[^>]*\?>")
_BEFORE = re.compile(r"(?:\s+|<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>)*+")
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


@dataclass(slots=True)
class Node:
    """One element: its local name, namespace, own text without outer blanks, attributes by local name, and children."""

    name: str
    space: str = ""
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def every(self, *names: str) -> Iterator[Node]:
        """The children of any of these names, in order."""
        return (child for child in self.children if child.name in names)

    def at(self, *path: str) -> Node:
        """The first node down a path of names, ``|`` between alternatives; an empty node where there is none."""
        node = self
        for step in path:
            names = step.split("|")
            found = next((child for child in node.children if child.name in names), None)
            if found is None:
                return Node("")
            node = found
        return node

    def of(self, *path: str) -> str:
        """The text at the end of a path; empty where there is none."""
        return self.at(*path).text

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def decoded(name: str, data: bytes) -> str:
    """The file as text, without its XML declaration.

    Raises:
        Refused: its encoding is none that invoices are written in, or does not fit the bytes.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif data[:2] == b"<\x00" or data[:2] == b"\x00<":
        encoding = "utf-16-le" if data[:1] == b"<" else "utf-16-be"
    else:
        found = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf").lstrip()[:400])
        encoding = found[1].decode("ascii").lower() if found else "utf-8"
        encoding = "utf-8" if encoding.startswith("utf-16") else encoding
        if not _ENCODINGS.match(encoding):
            raise Refused(Problem("einvoice.file.encoding", name, {"encoding": encoding}))
        encoding = {"gb2312": "gb18030", "gbk": "gb18030", "utf-8": "utf-8-sig", "utf8": "utf-8-sig"}.get(
            encoding, encoding
        )
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Refused(Problem("einvoice.file.encoding", name, {"encoding": encoding})) from error
    return _HEAD.sub("", text.removeprefix("\ufeff"), count=1).strip()


def first_tag(text: str) -> tuple[str, str]:
    """The local name of the first element that opens, found without parsing, and the text around its attributes.

    Both are empty where no element opens.
    """
    head = text[_prolog(text) :][:20_000]
    found = _ROOT.search(head)
    return (found[1], head) if found else ("", "")


def _prolog(text: str) -> int:
    """Where the first tag or document type stands: after blanks, comments and instructions."""
    found = _BEFORE.match(text)
    return found.end() if found else 0


def parsed(name: str, data: bytes, limits: MarkupLimits = MARKUP) -> Node:
    """The root of an XML file.

    No document type is read, no entity resolved, nothing fetched. Comments and instructions are left out, so that a
    text cut by a comment is whole.

    Raises:
        Refused: too large, of an unknown encoding, with a document type, ill-formed, or nested beyond the limits.
    """
    if len(data) > limits.bytes:
        raise Refused(Problem("einvoice.file.too_large", name, {"megabytes": limits.bytes // 1_000_000}))
    text = decoded(name, data)
    if text.startswith("<!DOCTYPE", _prolog(text)):
        raise Refused(Problem("einvoice.file.doctype", name))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        deep = "depth" in str(error)
        code = Problem("einvoice.file.nested", name) if deep else Problem("einvoice.file.ill_formed", name)
        raise Refused(code) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(Problem("einvoice.file.doctype", name))
    if root.xpath("count(//*)") > limits.nodes:
        raise Refused(Problem("einvoice.file.nested", name))
    return _nodes(name, root, limits)


def _nodes(name: str, root: etree._Element, limits: MarkupLimits) -> Node:
    """The tree as plain nodes, measured on the way."""
    top = Node("")
    above = [top]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            above.pop()
            continue
        space, _, local = element.tag.rpartition("}")
        if len(element.attrib) > limits.attributes:  # counted first: to list very many takes quadratic time
            raise Refused(Problem("einvoice.file.attribute", name, {"element": local[:60]}))
        attributes = {key.rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
        if any(len(value) > limits.attribute for value in attributes.values()):
            raise Refused(Problem("einvoice.file.attribute", name, {"element": local[:60]}))
        node = Node(local, space[1:], (element.text or "").strip(), attributes)
        above[-1].children.append(node)
        above.append(node)
        if len(above) > limits.depth + 1:
            raise Refused(Problem("einvoice.file.nested", name))
    return top.children[0]
