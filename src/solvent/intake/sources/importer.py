"""Importer: the one interface between another system's files and the books; a third party writes it in 40 lines.

A system's export is recognised, read into records as the system has them, and mapped onto our tables. What every
importer would have to repeat (types, exact amounts, laws, rejected rows, counts, doubled keys) is the frame's work:
``solvent.intake.sources.frame``. Importers register in the entry-point group ``solvent.importers``, and show that
they keep the promises below with one call:

>>> from solvent.intake.sources.conformance import check
>>> from solvent.intake.erp.erpnext.importer import ErpNext
>>> check(ErpNext(), [])
['no samples were given: a check needs at least one file that the importer takes']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.intake.intake import Known, Source

Records = Mapping[str, pl.DataFrame | Sequence[Mapping[str, object]]]
"""What a file holds, by the system's own name of each list (sheet, doctype, model), in the file's order."""

GROUP = "solvent.importers"
"""The entry-point group; an entry is an importer, or a class or function that makes one when called without arguments.
"""

SHEET, ROW = "_sheet", "_row"
"""Columns that a mapped frame may carry beside its own: the list that a row came from, and the record's place in it
from 1. With them a rejected row shows the record as it stood, and a record that nobody used is told."""

REFUSED: dict[str, DType] = {
    SHEET: pl.String,
    ROW: pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "facts": pl.String,
}
"""Records that an importer itself refuses. code: a problem code with facts as JSON text; a third party, which has no
sentences here, uses THEIR_REASON with its own words as the fact ``reason``."""

THEIR_REASON = "sources.record.refused"
"""The code of a record that somebody else's importer refuses."""


@dataclass(frozen=True)
class Mapped:
    """Records as tables of the books, where there is more to tell than the tables.

    tables: as ``Importer.map`` says.
    refused: as REFUSED says.
    currency: the company's own currency, where the source names it.
    control_total: what the source itself says stands open in all, in minor units of that currency.
    problems: what a reader of any figure has to know.
    """

    tables: Mapping[str, pl.DataFrame]
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED))
    currency: str | None = None
    control_total: int | None = None
    problems: Sequence[Problem] = ()


class Importer(Protocol):
    """One kind of export of one system.

    None of the three may look at the disk, the clock or the network: the same bytes give the same rows. A file that
    cannot be read is refused with ``intake.limits.Refused``; any other error is told as the importer's own fault.
    """

    @property
    def name(self) -> str:
        """A short lasting name, ``zork``: it is stored with every file that the importer read."""
        ...

    def identify(self, source: Source) -> bool:
        """True where this file is of this kind. Quick, by content rather than by file name, and never an error."""
        ...

    def read(self, source: Source) -> Records:
        """The file's records, untouched."""
        ...

    def map(self, records: Records, known: Known) -> Mapping[str, pl.DataFrame] | Mapped:
        """The records as tables of the books, by table name (``solvent.books.books.TABLES``).

        Columns are those of the table; ``SHEET`` and ``ROW`` may stand beside them, others are not allowed. A column
        that may be empty may be absent; so may ``recorded_on`` and ``currency``.
        Amounts: Int64 minor units, or text or Decimal in main units of the row's currency. Never floats.
        Days: Date, or text 2026-10-31 (a time of day after it is ignored). Other columns: their type, or text.
        Ids are the system's own numbers, never counted up: reading a file again gives the same ids.
        """
        ...
