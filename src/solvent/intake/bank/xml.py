"""Xml: a bank's XML file, which anybody may have sent, parsed without entities, document types or the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from solvent.base.problem import Problem
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.limits import LIMITS, Limits, Refused

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parsed(name: str, data: bytes, limits: Limits = LIMITS) -> etree._Element:
    """The root of an XML file.

    A file whose bytes do not fit the encoding it declares is read in the one that they fit.

    Raises:
        Refused: too large, with a document type, nested beyond what any bank writes, or not well-formed.
    """
    if len(data) > limits.markup_bytes:
        raise Refused(Problem("bank.xml.too_large", name, {"megabytes": limits.markup_bytes // 1_000_000}))
    if re.search(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E", data):
        raise Refused(Problem("bank.xml.doctype", name))
    try:
        root = etree.fromstring(data.lstrip() if data[:1] in b"\r\n\t " else data, _parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        root = _again(name, data, error)
    if root.getroottree().docinfo.doctype:
        raise Refused(Problem("bank.xml.doctype", name))
    return root


def _parser() -> etree.XMLParser:
    """libxml2's own limits stay on: 256 elements inside one another, ten megabytes of text in one."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _again(name: str, data: bytes, error: Exception) -> etree._Element:
    if "depth" in str(error).lower():
        raise Refused(Problem("bank.xml.nested", name)) from error
    codec, skip = encoding_of(data)
    text = _DECLARATION.sub("", data[skip:].decode(codec, "replace"), count=1).strip()
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, ValueError) as again:
        line = getattr(again, "lineno", None) or 1
        raise Refused(Problem("bank.xml.ill_formed", name, {"line": line})) from again


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def every(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The children of any of these names, in order, whatever their namespace."""
    if element is not None:
        for child in element:
            if local(child) in names:
                yield child


def at(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of names, ``|`` between alternatives; None where there is none."""
    for step in path:
        if element is None:
            return None
        names = step.split("|")
        element = next((child for child in element if local(child) in names), None)
    return element


def text_at(element: etree._Element | None, *path: str) -> str:
    """The text at the end of a path without outer blanks; empty where there is none."""
    found = at(element, *path)
    return "" if found is None or found.text is None else str(found.text).strip()
