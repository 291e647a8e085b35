"""PDF: the invoice that a Factur-X, ZUGFeRD or XRechnung PDF carries inside, and the data of China's PDF invoices."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice

from solvent.base.problem import Problem
from solvent.intake.einvoice.formats.china import Fields, fields_of
from solvent.intake.intake import Source
from solvent.intake.limits import Refused

EXTRA = "einvoice"
"""The extra of the package that brings the reader of PDF files."""

_NAMED = ["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"]
_ORDER = "order-x.xml"


def is_pdf(data: bytes) -> bool:
    """True for a file that begins as PDF files do, within the first kilobyte."""
    return b"%PDF-" in data[:1024]


def attached(source: Source) -> tuple[str, bytes] | Fields:
    """The invoice inside a PDF file: name and bytes of the XML attachment, or the fields of a Chinese one.

    What is attached has not been looked through yet: it is anybody's XML.

    Raises:
        Refused: the reader is not installed, the file is broken or locked, or there is no invoice in it.
    """
    try:
        from facturx import get_xml_from_pdf  # noqa: PLC0415  (an extra: it is there or it is not)
    except ImportError as error:
        raise Refused(Problem("einvoice.pdf.extra_missing", source.name, {"extra": EXTRA})) from error
    with _quiet():
        try:
            for names in (_NAMED, ["*.xml"]):
                name, data = get_xml_from_pdf(source.data, check_xsd=False, check_schematron=False, filenames=names)
                if data:
                    return str(name), bytes(data)
            other, fields = _chinese(source.data)
            if other is not None:
                return other
        except RecursionError as error:
            raise Refused(Problem("einvoice.pdf.unreadable", source.name)) from error
        except Exception as error:  # anybody's bytes: whatever the reader trips over, the file is broken
            locked = "decrypt" in str(error).lower() or "password" in str(error).lower()
            if locked:
                raise Refused(Problem("intake.file.encrypted", source.name)) from error
            raise Refused(Problem("einvoice.pdf.unreadable", source.name)) from error
    if "number" in fields and ("net" in fields or "total" in fields):
        return fields
    raise Refused(Problem("einvoice.pdf.no_invoice", source.name))


def is_order(name: str) -> bool:
    """True for the name under which an order, not an invoice, is attached."""
    return name.lower() == _ORDER


def _chinese(data: bytes) -> tuple[tuple[str, bytes] | None, Fields]:
    """What a PDF invoice from China may carry: an attachment in XBRL, or fields in the properties of the file."""
    from pypdf import PdfReader  # noqa: PLC0415  (comes with the same extra)

    reader = PdfReader(BytesIO(data))
    for attachment in islice(reader.attachment_list, 20):
        name = str(attachment.name)
        if name.lower().endswith((".xbrl", ".xml")):
            return (name, bytes(attachment.content)), {}
    told = [(str(key), str(value)) for key, value in islice((reader.metadata or {}).items(), 200)]
    return None, fields_of((key.lstrip("/"), value) for key, value in told)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the reader's own remarks on a broken file off the screen: ours say what is wrong."""
    loggers = [logging.getLogger(name) for name in ("factur-x", "pypdf")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before):
            logger.setLevel(level)
