"""Imports: why a correction of how a file was understood cannot be."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "imports.column_twice": "two columns, {columns}, would both be {field}; each meaning has one column",
    "imports.no_column": (
        "no column has a meaning; say at least which is the customer or number, the day and the amount"
    ),
    "imports.column_missing": (
        "such a list ({role}) needs a column that is {fields}, and none of the columns is that; choose it above its "
        "column"
    ),
    "imports.field_of_another": (
        "the column {column} cannot be {field} in a list of {role}; choose the list first, then the columns"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""
