"""Bundle: an archive of several e-invoices, statements or exports, read member by member into one intake."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from solvent.base.problem import Problem
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Known, Source
from solvent.intake.ledger.reading.archive import members, whole
from solvent.intake.ledger.reading.workbook import kind_of
from solvent.intake.limits import LIMITS, Limits, Refused

Read = Callable[[Source, Known], Intake]
_WHOLE = ("[Content_Types].xml", "content.xml", "OFD.xml", "mimetype")
"""What stands in an archive that is one document by itself: a workbook, an open document, an OFD invoice."""
_OWN = ("open_items", "credit_notes", "bills")
"""Tables of which two members may not bring the same row; lines of statements that overlap are simply one line."""


def parts_of(source: Source, limits: Limits = LIMITS) -> list[Source]:
    """The files of an archive as sources of their own, by path; none where it is no archive of files.

    A broken or unsafe archive has no parts: the reader of workbooks says what is wrong with it.
    """
    if kind_of(source.data) != "zip":
        return []
    try:
        inside = members(source.name, source.data, limits)
        if any(path in inside for path in _WHOLE):
            return []
        paths = sorted(path for path in inside if not path.endswith("/") and not _beside(path))
        return [
            Source(f"{source.name}/{path}", whole(source.name, source.data, inside[path], limits)) for path in paths
        ]
    except Refused:
        return []


def _beside(path: str) -> bool:
    """True for what a computer puts into an archive by itself."""
    return path.startswith("__MACOSX/") or path.rpartition("/")[2].startswith(".")


def in_order(found: Sequence[tuple[Source, Read]], known: Known) -> Iterator[Intake]:
    """Each member read, the oldest statement first, so that one's closing balance is the next one's opening."""
    dated = [(_first_day(read(part, known)), place, part, read) for place, (part, read) in enumerate(found)]
    closings = known.closings
    for _, _, part, read in sorted(dated, key=lambda entry: entry[:2]):
        intake = read(part, replace(known, closings=closings))
        closings = _newest(closings, intake.documents)
        yield intake


def _first_day(intake: Intake) -> str:
    days = intake.documents["from_on"].drop_nulls()
    return str(days.min()) if days.len() else ""


def _newest(closings: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The closings after these statements were accepted: the newest of each account."""
    accepted = documents.filter(
        (pl.col("kind") == "statement") & (pl.col("code").fill_null("") == "") & pl.col("closing").is_not_null()
    ).select("account_id", pl.col("to_on").alias("day_on"), pl.col("closing").alias("amount"))
    every = pl.concat([closings.select(accepted.columns).cast(accepted.schema), accepted.drop_nulls()])
    return every.sort("day_on", maintain_order=True).unique("account_id", keep="last", maintain_order=True)


def merged(intakes: Iterator[Intake], problems: Sequence[Problem] = ()) -> Intake:
    """Several intakes as one; a document that an earlier member has brought already is rejected as doubled."""
    taken: list[Intake] = []
    seen: dict[str, set[object]] = {name: set() for name in _OWN}
    for intake in intakes:
        keys = {name: _keys(intake, name) for name in _OWN}
        if any(keys[name] & seen[name] for name in _OWN):
            taken.append(_doubled(intake))
            continue
        taken.append(intake)
        for name in _OWN:
            seen[name] |= keys[name]
    names = [name for name in TABLES if any(name in intake.ledger.tables for intake in taken)]
    tables = {name: _joined(taken, name) for name in names}
    currencies = {intake.ledger.currency for intake in taken if intake.ledger.tables}
    ledger = Ledger(
        {name: frame.lazy() for name, frame in tables.items()},
        currencies.pop() if len(currencies) == 1 else taken[0].ledger.currency,
        None,
        (*(problem for intake in taken for problem in intake.ledger.problems), *problems),
    )
    return Intake(
        ledger,
        pl.concat([pl.DataFrame(schema=COUNTS), *(intake.counts for intake in taken)]),
        pl.concat([pl.DataFrame(schema=REJECTED), *(intake.rejected for intake in taken)]),
        tuple(reading for intake in taken for reading in intake.readings),
        pl.concat([pl.DataFrame(schema=DOCUMENTS), *(intake.documents for intake in taken)]),
    )


def _keys(intake: Intake, name: str) -> set[object]:
    if name not in intake.ledger.tables:
        return set()
    return set(intake.ledger.tables[name].select(TABLES[name].key).collect().to_series().to_list())


def _joined(taken: Sequence[Intake], name: str) -> pl.DataFrame:
    """The table over all members; what several tell (an account, a customer) stands once."""
    frames = [intake.ledger.tables[name].collect() for intake in taken if name in intake.ledger.tables]
    return pl.concat(frames).unique(list(TABLES[name].key), keep="first", maintain_order=True)


def _doubled(intake: Intake) -> Intake:
    """A member without its rows: what it brings is there already."""
    counts = intake.counts
    lines = counts.filter(pl.col("rows_loaded") > 0)
    told: list[tuple[object, ...]] = [
        (line["source"], line["sheet"], row, "", None, "intake.row.doubled", json.dumps({}), [])
        for line in lines.iter_rows(named=True)
        for row in range(1, line["rows_loaded"] + 1)
    ]
    return replace(
        intake,
        ledger=Ledger({}, intake.ledger.currency, None, intake.ledger.problems),
        counts=counts.with_columns(rows_loaded=pl.lit(0, dtype=pl.Int64), rows_rejected=pl.col("rows_in")),
        rejected=pl.concat([intake.rejected, pl.DataFrame(told, schema=REJECTED, orient="row")]),
        documents=intake.documents.with_columns(
            code=pl.when(pl.col("code").fill_null("") == "").then(pl.lit("intake.row.doubled")).otherwise("code"),
            facts=pl.col("facts").fill_null("{}"),
        ),
    )
