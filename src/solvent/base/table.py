"""Table: the shape of a frame, declared once: columns, units, keys and laws.

The declaration is read three times: to check what comes in, to conform what goes out, and to write the
data dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from solvent.base.problem import TableError

DType = pl.DataType | type[pl.DataType]


@dataclass(frozen=True)
class Column:
    """One column: its type, what it says in one line, its unit, and whether a cell may be empty."""

    dtype: DType
    says: str
    unit: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Law:
    """A condition that every row keeps, and what it means when a row breaks it."""

    holds: pl.Expr
    says: str


@dataclass(frozen=True)
class Table:
    """One table of the books.

    name: also the file name in a ledger folder.
    says: what one row is.
    key: the columns that name a row; no two rows share them.
    laws: named conditions within a row; an empty cell keeps every law.
    """

    name: str
    says: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    laws: Mapping[str, Law] = field(default_factory=dict)

    @property
    def schema(self) -> dict[str, DType]:
        """Column name to Polars type, in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        """A frame of no rows and the right shape."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with exactly our columns, in our order and types; an absent column that may be empty is empty.

        Raises:
            TableError: a column that may not be empty is missing; this is a fault of the caller.
        """
        have = frame.collect_schema()
        missing = [name for name, column in self.columns.items() if name not in have and not column.empty]
        if missing:
            raise TableError("base.table.column_missing", table=self.name, columns=", ".join(missing))
        return frame.select(
            (pl.col(name).cast(column.dtype) if name in have else pl.lit(None, dtype=column.dtype)).alias(name)
            for name, column in self.columns.items()
        )

    def broken(self) -> dict[str, pl.Expr]:
        """For every rule of the table, by code, the expression that is true in a row that breaks it.

        Codes: ``empty.COLUMN``, ``key.doubled`` (the second and later rows of a key), and the laws' own names.
        """
        rules = {f"empty.{name}": pl.col(name).is_null() for name, column in self.columns.items() if not column.empty}
        rules["key.doubled"] = ~pl.struct(self.key).is_first_distinct() & pl.all_horizontal(
            pl.col(name).is_not_null() for name in self.key
        )
        rules |= {name: (~law.holds).fill_null(False) for name, law in self.laws.items()}
        return rules
