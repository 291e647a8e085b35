"""Frame: what every importer would repeat, done once: types, laws, doubled keys, rejected rows, counts that add up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem, TableError
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Known, Reading, Source
from solvent.intake.ledger.reading.raw import LONGEST
from solvent.intake.limits import Refused
from solvent.intake.sources.cells import AT, Cells, typed
from solvent.intake.sources.importer import REFUSED, ROW, SHEET, Importer, Mapped, Records

ROLE = "source"
"""The role of a reading whose rows an importer read."""

_POINTS = {
    "allocations": ("open_items", "item_id"),
    "disputes": ("open_items", "item_id"),
    "promises": ("open_items", "item_id"),
    "bill_payments": ("bills", "bill_id"),
}
"""Tables whose rows stand or fall with a row of another: where an item was rejected, so is what settles it."""
_GIVERS = {"receipt": ("receipts", "receipt_id"), "credit_note": ("credit_notes", "credit_note_id")}


def run_importer(importer: Importer, source: Source, known: Known) -> Intake:
    """A file taken in by an importer that has identified it. No bytes and no importer raise an error.

    Returns:
        Every mapped row and every record that the importer refused, counted once: loaded, or rejected with its first
        reason and the record as it stood. An error in the importer becomes one problem, and nothing is loaded.
    """
    try:
        records = importer.read(source)
        mapped = importer.map(records, known)
        told = mapped if isinstance(mapped, Mapped) else Mapped(mapped)
        return _taken(importer.name, source, records, told, known)
    except Refused as refused:
        return nothing(refused.problem)
    except MemoryError:
        raise
    except Exception as error:  # somebody else's code on anybody's bytes: told, never passed on
        facts = {"importer": str(importer.name), "error": f"{type(error).__name__}: {error}"[:300]}
        return nothing(Problem("sources.importer.failed", source.name, facts))


def located(
    importer: Importer, source: Source, known: Known, table: str, key: str
) -> tuple[Records, list[tuple[str, int]]]:
    """Where one row of a table stands: the records of the file, and list and place of each that the row came from.

    Args:
        key: the cells of the table's key as text, with U+001F between.
    """
    records = importer.read(source)
    mapped = importer.map(records, known)
    told = mapped if isinstance(mapped, Mapped) else Mapped(mapped)
    cells = _parts(told.tables, _own(told, known)).get(table)
    if cells is None or SHEET not in cells.frame.columns:
        return records, []
    keys = [pl.col(column).cast(pl.String).fill_null("") for column in TABLES[table].key]
    mine = cells.frame.filter(pl.concat_str(keys, separator="\x1f") == key).drop_nulls([SHEET, ROW])
    return records, list(mine.select(SHEET, ROW).iter_rows())


def nothing(problem: Problem) -> Intake:
    """An intake of nothing, for the one reason given."""
    return Intake(Ledger({}, problems=(problem,)), pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED))


def _taken(name: str, source: Source, records: Records, told: Mapped, known: Known) -> Intake:
    strange = [table for table in told.tables if table not in TABLES]
    if strange:
        raise TableError("sources.frame.table_unknown", tables=", ".join(strange))
    own = _own(told, known)
    parts = _parts(told.tables, own)
    _doubled(parts)
    _left_alone(parts)
    faults = {table: cells.rejected() for table, cells in parts.items()}
    tables = {
        table: cells.frame.join(faults[table].select(AT), on=AT, how="anti").drop(AT, SHEET, ROW)
        for table, cells in parts.items()
    }
    refused = told.refused.select(list(REFUSED)).cast(pl.Schema(REFUSED))
    columns = {sheet: _columns(rows) for sheet, rows in records.items()}
    rejected = [_shown(source.name, cells.frame, faults[table], records, columns) for table, cells in parts.items()]
    rejected.append(_shown(source.name, refused.with_row_index(AT), refused.with_row_index(AT), records, columns))
    counts = [_counts(source.name, table, cells.frame, faults[table]) for table, cells in parts.items()]
    counts.append(_counts(source.name, "", refused.with_row_index(AT), refused.with_row_index(AT)))
    problems = [*told.problems, *_notes(source, known, told, own, parts), *_unused(source, records, parts, refused)]
    ledger = Ledger(
        {table: frame.lazy() for table, frame in tables.items() if frame.height},
        own,
        told.control_total,
        tuple(problems),
    )
    readings = [_reading(source.name, sheet, name, columns[sheet]) for sheet in records]
    return Intake(ledger, pl.concat(counts), pl.concat(rejected), tuple(readings))


def _own(told: Mapped, known: Known) -> str:
    """The company's own currency: as the source or the books say, or the one that everything is in."""
    if told.currency or known.currency:
        return str(told.currency or known.currency)
    used = {
        code
        for frame in told.tables.values()
        if "currency" in frame.columns
        for code in frame["currency"].drop_nulls().cast(pl.String).unique().to_list()
    }
    return used.pop() if len(used) == 1 else UNKNOWN


def _parts(tables: Mapping[str, pl.DataFrame], own: str) -> dict[str, Cells]:
    """Each mapped frame in the types of its table, items and bills before what points to them."""
    parts: dict[str, Cells] = {}
    currencies: dict[str, pl.DataFrame] = {}
    for table in (table for table in TABLES if table in tables):
        parts[table] = typed(TABLES[table], tables[table], own, currencies)
        for pointing, (target, key) in _POINTS.items():
            if target == table:
                currencies[pointing] = parts[table].frame.select(key, "currency")
    return parts


def _doubled(parts: Mapping[str, Cells]) -> None:
    """The second and later sound rows of a key are rejected."""
    for cells in parts.values():
        sound = cells.frame.join(cells.rejected().select(AT), on=AT, how="anti")
        again = sound.filter(cells.table.broken()["key.doubled"])[AT]
        if again.len():
            key = cells.table.key[0]
            cells.fault(cells.frame[AT].is_in(again.implode()), "intake.row.doubled", key)


def _left_alone(parts: Mapping[str, Cells]) -> None:
    """Rows that point to a row of this file that was rejected are rejected with it."""
    for pointing, (target, key) in _POINTS.items():
        if pointing in parts and target in parts:
            _orphans(parts[pointing], key, parts[target], key, pl.lit(True))
    for source, (target, key) in _GIVERS.items():
        if "allocations" in parts and target in parts:
            _orphans(parts["allocations"], "source_id", parts[target], key, pl.col("source") == source)


def _orphans(pointing: Cells, column: str, target: Cells, key: str, only: pl.Expr) -> None:
    gone = target.frame.join(target.rejected().select(AT), on=AT, how="semi").select(key)
    stays = target.frame.join(target.rejected().select(AT), on=AT, how="anti").select(key)
    lost = gone.join(stays, on=key, how="anti").drop_nulls()[key]
    if lost.len():
        broken = pointing.frame.select((pl.col(column).is_in(lost.implode()) & only).alias("broken"))["broken"]
        pointing.fault(broken, "sources.row.orphan", column, {"table": target.table.name})


def _columns(rows: pl.DataFrame | Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The fields of a list of records, in the order in which they first appear."""
    if isinstance(rows, pl.DataFrame):
        return tuple(rows.columns)
    return tuple({str(key): None for record in rows for key in record})


def _shown(
    source: str, frame: pl.DataFrame, faults: pl.DataFrame, records: Records, columns: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """Rejected rows with the record that each came from, as it stood; a row of no record shows itself."""
    told = faults.select(AT, "column", "value", "code", "facts").join(
        frame, on=AT, how="left", maintain_order="left", suffix="_own"
    )
    own = [name for name in frame.columns if name not in (AT, SHEET, ROW)]
    cells = [
        _cells(row, records.get(str(row[SHEET])), columns.get(str(row[SHEET]), ()), own)
        for row in told.iter_rows(named=True)
    ]
    return told.select(
        pl.lit(source).alias("source"),
        pl.col(SHEET).alias("sheet"),
        pl.col(ROW).alias("row"),
        "column",
        "value",
        "code",
        "facts",
        pl.Series("cells", cells, dtype=pl.List(pl.String)),
    ).cast(pl.Schema(REJECTED))


def _cells(
    row: Mapping[str, object],
    rows: pl.DataFrame | Sequence[Mapping[str, object]] | None,
    columns: Sequence[str],
    own: Sequence[str],
) -> list[str]:
    at = row[ROW]
    if rows is None or not isinstance(at, int) or not 1 <= at <= len(rows):
        return [_text(row.get(name)) for name in own]
    record = rows.row(at - 1, named=True) if isinstance(rows, pl.DataFrame) else rows[at - 1]
    return [_text(record.get(name)) for name in columns]


def _text(value: object) -> str:
    if value is None:
        return ""
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return plain[:LONGEST]


def _counts(source: str, table: str, frame: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """A line for each list that rows of the table came from."""
    rejected = frame.select(AT, SHEET).join(faults.select(AT), on=AT, how="semi").group_by(SHEET).agg(bad=pl.len())
    lines = (
        frame.group_by(SHEET, maintain_order=True)
        .agg(rows_in=pl.len())
        .join(rejected, on=SHEET, how="left", maintain_order="left")
    )
    bad = pl.col("bad").fill_null(0).cast(pl.Int64)
    return lines.select(
        pl.lit(source).alias("source"),
        pl.col(SHEET).alias("sheet"),
        pl.lit(table).alias("table"),
        pl.col("rows_in").cast(pl.Int64),
        (pl.col("rows_in").cast(pl.Int64) - bad).alias("rows_loaded"),
        bad.alias("rows_rejected"),
    ).cast(pl.Schema(COUNTS))


def _notes(source: Source, known: Known, told: Mapped, own: str, parts: Mapping[str, Cells]) -> Iterator[Problem]:
    """What a reader has to know beside the rejected rows."""
    if told.currency and known.currency and told.currency != known.currency:
        facts = {"told": told.currency, "known": known.currency}
        yield Problem("sources.currency_differs", source.name, facts)
    money = [cells.frame for cells in parts.values() if "currency" in cells.frame.columns]
    if any((frame["currency"] == UNKNOWN).any() for frame in money):
        yield Problem("intake.currency_unknown", source.name)
    if any("recorded_on" not in frame.columns for frame in told.tables.values()):
        yield Problem("books.recorded_on_assumed", source.name)
    if not any(cells.frame.height for cells in parts.values()) and told.refused.is_empty():
        yield Problem("intake.file.empty", source.name)


def _unused(source: Source, records: Records, parts: Mapping[str, Cells], refused: pl.DataFrame) -> Iterator[Problem]:
    """Lists of which some records became rows and others nothing at all, not even a rejected row."""
    used = pl.concat([*(cells.frame.select(SHEET, ROW) for cells in parts.values()), refused.select(SHEET, ROW)])
    places = dict(used.group_by(SHEET).agg(pl.col(ROW).n_unique()).iter_rows())
    for sheet, rows in records.items():
        if 0 < places.get(sheet, 0) < len(rows):
            yield Problem("sources.records.unused", source.name, {"count": len(rows) - places[sheet], "list": sheet})


def _reading(source: str, sheet: str, format_name: str, columns: tuple[str, ...]) -> Reading:
    return Reading(
        source=source,
        sheet=sheet,
        header_row=0,
        encoding="",
        format=format_name,
        role=ROLE,
        columns=columns,
        mapping={},
        unused=(),
        date_order="ymd",
        certain=True,
        mark=".",
        unit=1,
        currency="",
        units={},
        currencies={},
        values={},
    )
