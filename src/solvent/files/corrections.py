"""Corrections: what intake counted, and the rows it rejected as files to correct and take in again."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.files.language import Language
from solvent.files.load import CORRECTIONS
from solvent.files.screen import Screen, safe_cell
from solvent.intake.intake import Intake


@dataclass(frozen=True)
class Corrections:
    """The files that were written, one for each sheet with rejected rows; empty where the place cannot be written."""

    paths: Sequence[Path] = ()
    refused: Path | None = None


def report_intake(intake: Intake, screen: Screen, corrections: Corrections | None = None) -> None:
    """How many rows came in, sheet by sheet where any was rejected, and where the rejected ones are."""
    language = screen.language
    counts = intake.counts
    if counts.is_empty():
        return
    rows_in, loaded = int(counts["rows_in"].sum()), int(counts["rows_loaded"].sum())
    told = "{rows_in} rows read, {loaded} loaded, {rejected} rejected."
    screen.line(
        language.say(
            told,
            rows_in=language.count(rows_in),
            loaded=language.count(loaded),
            rejected=language.count(rows_in - loaded),
        ),
        style="dim",
    )
    if intake.rejected.height:
        screen.problems((problem_of(row) for row in intake.rejected.head(200).iter_rows(named=True)), most=5)
    if corrections is not None and corrections.paths:
        places = ", ".join(str(path) for path in corrections.paths)
        screen.line(language.say("Rejected rows, to correct and load again: {places}", places=places), style="yellow")
    if corrections is not None and corrections.refused is not None:
        told = "Rejected rows could not be written to {place}; name another folder with --corrections."
        screen.line(language.say(told, place=corrections.refused), style="yellow")


def write_corrections(intake: Intake, folder: Path, language: Language) -> Corrections:
    """Write the rejected rows of each sheet with their own columns, and before them row, reason, column and value.

    A file from an earlier run of the same name is replaced. The columns that we add are not read as data when the
    corrected file is given back.
    """
    paths: list[Path] = []
    for (source, sheet), frame in intake.rejected.partition_by("source", "sheet", as_dict=True).items():
        stem = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in f"{source} {sheet}".strip())
        path = folder / f"{stem}{CORRECTIONS}"
        columns = _columns(intake, str(source), str(sheet))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                write_rejected(csv.writer(file), frame, columns, language)
        except OSError:
            return Corrections(tuple(paths), folder)
        paths.append(path)
    return Corrections(tuple(paths))


def intake_figures(intake: Intake) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The counts for machines: over everything, and sheet by sheet."""
    counts = intake.counts
    total = {name: int(counts[f"rows_{name}"].sum()) if counts.height else 0 for name in ("in", "loaded", "rejected")}
    return total, counts.to_dicts()


def write_rejected(writer: Any, frame: pl.DataFrame, columns: Sequence[str], language: Language) -> None:
    """Rejected rows of one sheet into a CSV writer: row, reason, column and value, then the cells as they stood."""
    heads = [language.say(head) for head in ("row", "reason", "in column", "value")]
    writer.writerow([f"#{head}" for head in heads] + list(columns))
    for row in frame.iter_rows(named=True):
        reason = language.problem(problem_of(row, placed=False))
        cells = [safe_cell(cell) for cell in (row["cells"] or [])]
        writer.writerow([row["row"], reason, row["column"], safe_cell(row["value"]), *cells])


def _columns(intake: Intake, source: str, sheet: str) -> Sequence[str]:
    for reading in intake.readings:
        if (reading.source, reading.sheet) == (source, sheet):
            return reading.columns
    return ()


def problem_of(row: Mapping[str, Any], *, placed: bool = True) -> Problem:
    """Why a row of ``rejected`` was not taken."""
    place = f"{row['source']}{'!' + row['sheet'] if row['sheet'] else ''}:{row['row']}"
    place += f":{row['column']}" if row["column"] else ""
    facts = json.loads(row["facts"]) if row["facts"] else {}
    return Problem(row["code"], place if placed else "", {"value": row["value"], "column": row["column"], **facts})
