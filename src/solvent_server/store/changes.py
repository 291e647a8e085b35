"""Changes: what rows would do to what stands: insert, retract, or nothing because they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl
from django.db.models import Max

from solvent.books.books import TABLES
from solvent_server.store import database, facts
from solvent_server.store.models import Batch, StatementRecord

Frames = Mapping[str, pl.DataFrame]
Counts = Mapping[str, Mapping[str, int]]
CHANGED = {"table": pl.String, "key": pl.String, "column": pl.String, "old": pl.String, "new": pl.String}
_SHOWN = 300
COMPLETED = ("customers", "groups")
"""Tables of what is known of somebody, told by many sources, none of which tells all."""
SAID: Mapping[str, str] = {"bank_lines": "category", "disputes": "closed_on"}
"""Columns in which the word of a person goes before that of a file: what a bank line is, and that a dispute is over."""
_DOCUMENT = (
    "part", "kind", "format", "number", "account_id", "currency", "from_on", "to_on", "opening", "closing", "rows",
    "code", "facts",
)  # fmt: skip
_TEXTS = ("format", "number", "account_id", "currency", "code", "facts")


@dataclass(frozen=True)
class Change:
    """For one table: rows to insert with their version, facts to retract, facts seen again, how many corrections.

    said: rows that stay as a person said; a file that brings them again is no witness for what the person said.
    """

    insert: pl.DataFrame
    retract: Sequence[int]
    seen: Sequence[int]
    changed: int
    corrections: pl.DataFrame = field(default_factory=pl.DataFrame)
    said: int = 0


@dataclass(frozen=True)
class Changes:
    """What a batch would do, planned on what stood after the commit at ``basis``."""

    basis: datetime | None
    tables: Mapping[str, Change]

    @property
    def counts(self) -> Counts:
        """Table to ``new``, ``known``, ``changed``."""
        return {
            name: {
                "new": change.insert.height - change.changed,
                "known": len(change.seen) + change.said,
                "changed": change.changed,
            }
            for name, change in self.tables.items()
        }


def basis(company: int) -> datetime | None:
    """The moment of the company's newest commit."""
    told: datetime | None = Batch.objects.filter(company_id=company).aggregate(Max("committed_at"))["committed_at__max"]
    return told


def plan(company: int, tables: Frames, *, of_file: bool = False) -> Changes:
    """What sound rows (``facts.sound``) would change.

    Args:
        of_file: they come out of a file or another system, and take nothing back that a person said (``SAID``).
    """
    at = basis(company)
    told = {name: _completed(name, frame, company) for name, frame in tables.items()}
    changed = {}
    for name, frame in told.items():
        said = _said(name, frame, company) if of_file and name in SAID else None
        if said is not None and said.height:
            changed[name] = _change(name, _as_said(name, frame, said), company, said.get_column("key"))
        else:
            changed[name] = _change(name, frame, company)
    return Changes(at, changed)


def _said(name: str, mine: pl.DataFrame, company: int) -> pl.DataFrame:
    """Those of some keys of which a person has said something that still holds: ``key`` and the column of SAID."""
    told = {"key": pl.String, SAID[name]: TABLES[name].schema[SAID[name]]}
    by_people = (
        "WHERE company_id = ? AND batch_id IN "
        "(SELECT id FROM store_batch WHERE company_id = ? AND kind = 'person' AND state = 'committed')"
    )
    words = database.read(f"fact_{name}", {**told, "version": pl.Int64}, by_people, [company, company])
    newest = words.sort("version").unique("key", keep="last").drop("version").drop_nulls(SAID[name])
    asked = newest.join(mine.select("key"), on="key", how="semi")
    ids = facts.standing_keys(name, company, asked.get_column("key")).get_column("id").drop_nulls().to_list()
    lots = [ids[start : start + _SHOWN] for start in range(0, len(ids), _SHOWN)]
    stands = [database.read(f"fact_{name}", told, f"WHERE id IN ({', '.join('?' for _ in lot)})", lot) for lot in lots]
    return asked.join(pl.concat(stands), on=list(told), how="semi") if stands else asked.clear()


def _as_said(name: str, mine: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Rows of a file with what people said in place of what the file says."""
    both = mine.join(said, on="key", how="left", suffix="_said", maintain_order="left")
    own = pl.coalesce(f"{SAID[name]}_said", SAID[name]).alias(SAID[name])
    return facts.keyed(name, both.with_columns(own).select(list(TABLES[name].columns)))


def _completed(name: str, mine: pl.DataFrame, company: int) -> pl.DataFrame:
    """Rows about somebody, with what stands where they tell nothing: a list without a column empties no cell."""
    if name not in COMPLETED or not mine.height:
        return mine
    table = TABLES[name]
    own = [column for column in table.columns if column not in (*table.key, *facts.LEFT_OUT)]
    stands = facts.standing(name, company, {"key": pl.String, **table.schema}).select("key", *own)
    both = mine.join(stands, on="key", how="left", suffix="_stood", maintain_order="left")
    filled = both.with_columns(pl.coalesce(column, f"{column}_stood").alias(column) for column in own)
    return facts.keyed(name, filled.select(list(table.columns)))


def superseding(company: int, planned: Changes, documents: pl.DataFrame) -> Changes:
    """The changes, and interim lines given up for the statements that now cover their days.

    Banks print a movement of the day differently in the statement of that day, so the two would stand side by side.
    A line that is matched already stays: somebody has built on it.
    """
    covering = documents.filter(
        (pl.col("kind") == "statement") & (pl.col("code").fill_null("") == "") & pl.col("to_on").is_not_null()
    ).select("account_id", pl.col("from_on").fill_null(pl.col("to_on")), "to_on")
    early = StatementRecord.objects.filter(
        batch__company_id=company, batch__state="committed", kind__in=("interim", "notice"), code="",
        account_id__in=covering.get_column("account_id").to_list(),
    )  # fmt: skip
    sources = sorted(set(early.values_list("batch_id", flat=True))) if covering.height else []
    if not sources or "bank_lines" not in planned.tables:
        return planned
    columns = {"key": pl.String, "account_id": pl.String, "booked_on": pl.Date}
    lines = facts.standing("bank_lines", company, columns).filter(pl.col("batch_id").is_in(sources))
    matched = facts.standing("bank_matches", company, {"line_id": pl.String}).select(pl.col("line_id").alias("key"))
    change = planned.tables["bank_lines"]
    covered = (
        lines.join(covering, on="account_id")
        .filter(pl.col("booked_on").is_between("from_on", "to_on"))
        .join(matched, on="key", how="anti")
        .join(change.insert.select("key"), on="key", how="anti")
        .filter(~pl.col("id").is_in(list(change.seen)))
    )
    gone = [*change.retract, *covered.get_column("id").unique(maintain_order=True).to_list()]
    return Changes(planned.basis, {**planned.tables, "bank_lines": replace(change, retract=gone)})


def _change(name: str, mine: pl.DataFrame, company: int, said: pl.Series | None = None) -> Change:
    stands = facts.standing_keys(name, company, mine.get_column("key"))
    there = mine.join(
        stands.select("key", "newest", pl.col("id").alias("fact"), pl.col("digest").alias("stood")),
        on="key",
        how="left",
        maintain_order="left",
    )
    same = (pl.col("stood") == pl.col("digest")).fill_null(False)
    fresh = there.filter(~same).with_columns((pl.col("newest") + 1).fill_null(0).alias("version"))
    changed = fresh.filter(pl.col("fact").is_not_null())
    known = there.filter(same)
    seen = known if said is None else known.filter(~pl.col("key").is_in(said.to_list()))
    return Change(
        fresh,
        changed.get_column("fact").to_list(),
        seen.get_column("fact").to_list(),
        changed.height,
        changed,
        known.height - seen.height,
    )


def versioned(name: str, rows: pl.DataFrame, company: int) -> pl.DataFrame:
    """Rows with ``key`` and ``digest``, and the next version of their key."""
    if not rows.height:
        return no_rows(name)
    stands = facts.standing_keys(name, company, rows.get_column("key")).select("key", "newest")
    joined = rows.join(stands, on="key", how="left", maintain_order="left")
    return joined.with_columns((pl.col("newest") + 1).fill_null(0).alias("version"))


def no_rows(name: str) -> pl.DataFrame:
    """A frame without rows, ready to insert."""
    return facts.keyed(name, TABLES[name].empty()).with_columns(pl.lit(0, dtype=pl.Int64).alias("version"))


def again(name: str, ids: pl.Series, company: int) -> pl.DataFrame:
    """The content of some facts, to be inserted as the next version of their keys."""
    if not ids.len():
        return no_rows(name)
    columns = {"id": pl.Int64, "key": pl.String, "digest": pl.String, **TABLES[name].schema}
    rows = database.read(f"fact_{name}", columns, "WHERE company_id = ?", [company])
    return versioned(name, rows.join(ids.alias("id").to_frame(), on="id", how="semi"), company)


def differences(planned: Changes) -> pl.DataFrame:
    """Column by column what corrections change, the first few hundred rows of each table."""
    shown = [_differences(name, change.corrections) for name, change in planned.tables.items() if change.changed]
    return pl.concat(shown).head(_SHOWN) if shown else pl.DataFrame(schema=CHANGED)


def _differences(name: str, corrections: pl.DataFrame) -> pl.DataFrame:
    few = corrections.head(_SHOWN)
    marks = ", ".join("?" for _ in range(few.height))
    columns = {"id": pl.Int64, **TABLES[name].schema}
    old = database.read(f"fact_{name}", columns, f"WHERE id IN ({marks})", few.get_column("fact").to_list())
    both = few.join(old, left_on="fact", right_on="id", suffix="_old")
    told = [pl.DataFrame(schema=CHANGED)]
    for column in TABLES[name].columns:
        if column in facts.LEFT_OUT or f"{column}_old" not in both.columns:
            continue
        differs = ~pl.col(column).eq_missing(pl.col(f"{column}_old"))
        told.append(
            both.filter(differs).select(
                pl.lit(name).alias("table"),
                "key",
                pl.lit(column).alias("column"),
                pl.col(f"{column}_old").cast(pl.String).alias("old"),
                pl.col(column).cast(pl.String).alias("new"),
            )
        )
    return pl.concat(told)


def keep_documents(batch: int, documents: pl.DataFrame | None) -> str:
    """Insert what a batch says of its statements and invoices; gives the fingerprint of what was inserted."""
    if documents is None or not documents.height:
        return ""
    StatementRecord.objects.bulk_create(
        StatementRecord(batch_id=batch, **{name: _cell(name, row[name]) for name in _DOCUMENT})
        for row in documents.iter_rows(named=True)
    )
    return documents_print(batch)


def documents_print(batch: int) -> str:
    """The fingerprint of a batch's statements and invoices as they stand in the store."""
    rows = StatementRecord.objects.filter(batch_id=batch).values_list(*_DOCUMENT)
    told = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not told:
        return ""
    return facts.fingerprint(pl.DataFrame(told, schema=dict.fromkeys(_DOCUMENT, pl.String), orient="row"))


def _cell(name: str, value: object) -> object:
    return "" if value is None and name in _TEXTS else value


def marks_print(marks: Mapping[str, Sequence[int]]) -> str:
    """The fingerprint of retractions or sightings; empty for none."""
    rows = [(name, str(fact)) for name, ids in marks.items() for fact in ids]
    if not rows:
        return ""
    return facts.fingerprint(pl.DataFrame(rows, schema={"table": pl.String, "fact": pl.String}, orient="row"))
