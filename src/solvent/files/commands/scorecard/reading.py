"""Reading: a file of any columns as one frame: CSV in any usual encoding (packed or not), Parquet, workbook."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from solvent.base.problem import LedgerError
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.ledger.reading.raw import ROW
from solvent.intake.ledger.reading.workbook import kind_of, workbook_grids
from solvent.intake.limits import LIMITS, Limits, Refused

_SEPARATORS = (",", ";", "\t", "|")


def read_frame(path: Path, limits: Limits = LIMITS) -> pl.DataFrame:
    """The rows of a file under the names of its first row; cells of texts and workbooks are text.

    Of a workbook the sheet with the most cells is read.

    Raises:
        LedgerError: there is no such file, it is too large, or it is no table.
    """
    if not path.is_file():
        raise LedgerError("files.nothing_there", str(path))
    if path.stat().st_size > limits.file_bytes:
        raise LedgerError("files.too_large", str(path), megabytes=limits.file_bytes // 1_000_000)
    data = path.read_bytes()
    kind = kind_of(data)
    if kind == "archive" and data[:2] == b"\x1f\x8b":
        data = _unpacked(path, data, limits)
        kind = kind_of(data)
    try:
        if kind == "parquet":
            frame = pl.read_parquet(io.BytesIO(data))
        elif kind == "text":
            frame = _text(data)
        elif kind in ("zip", "compound", "page", "xml"):
            frame = _workbook(path.name, data, kind, limits)
        else:
            raise LedgerError("credit.scorecard.no_table", path.name)
    except Refused as refused:
        raise LedgerError(refused.problem.code, refused.problem.place, **refused.problem.facts) from refused
    except (pl.exceptions.PolarsError, UnicodeError, csv.Error) as error:
        raise LedgerError("credit.scorecard.no_table", path.name) from error
    if frame.is_empty() or frame.width < 2:
        raise LedgerError("credit.scorecard.no_table", path.name)
    return frame


def _unpacked(path: Path, data: bytes, limits: Limits) -> bytes:
    most = limits.sheet_bytes
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            told = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LedgerError("credit.scorecard.no_table", path.name) from error
    if len(told) > most:
        raise LedgerError("files.too_large", str(path), megabytes=most // 1_000_000)
    return told


def _text(data: bytes) -> pl.DataFrame:
    codec, skip = encoding_of(data)
    if codec != "utf-8":
        data, skip = data[skip:].decode(codec, "replace").encode(), 0
    data = data[skip:]
    first = next((line for line in data[:1_000_000].splitlines() if line.strip()), b"").decode("utf-8", "replace")
    cells = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in _SEPARATORS}
    mark = max(_SEPARATORS, key=lambda one: cells[one])
    frame = pl.read_csv(
        io.BytesIO(data), separator=mark, infer_schema=False, truncate_ragged_lines=True, encoding="utf8-lossy"
    )
    return frame.rename({name: name.strip().strip("\ufeff") for name in frame.columns if name.strip()}, strict=False)


def _workbook(name: str, data: bytes, kind: str, limits: Limits) -> pl.DataFrame:
    grids, problems = workbook_grids(name, data, kind, limits)
    best: pl.DataFrame | None = None
    for grid in grids:
        if not grid.head:
            continue
        head = grid.head[0]
        body = grid.body(head.row, len(head.cells)).rows.drop(ROW)
        names = _distinct([cell or f"column {place + 1}" for place, cell in enumerate(head.cells)])
        frame = body.rename(dict(zip(body.columns, names, strict=False)))
        if best is None or frame.height * frame.width > best.height * best.width:
            best = frame
    if best is None:
        if problems:
            raise LedgerError(problems[0].code, problems[0].place, **problems[0].facts)
        raise LedgerError("credit.scorecard.no_table", name)
    return best


def _distinct(names: list[str]) -> list[str]:
    told: list[str] = []
    for name in names:
        number, own = 1, name
        while own in told:
            number += 1
            own = f"{name} ({number})"
        told.append(own)
    return told
