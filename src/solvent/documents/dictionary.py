"""Dictionary: the data dictionary and the list of decided numbers, written out of the tables and terms themselves."""

from __future__ import annotations

import polars as pl

from solvent.base.terms import FAMILIES, terms_of
from solvent.books.books import TABLES
from solvent.books.journal import EVENTS

_TYPES = {
    pl.String: "text",
    pl.Date: "day",
    pl.Int64: "whole number",
    pl.UInt32: "whole number",
    pl.Float64: "number",
    pl.Boolean: "yes or no",
    pl.Datetime: "moment",
}


def data_dictionary() -> str:
    """Every table of the books as Markdown: what a row is, its key, its columns with units, and its laws."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the tables of `solvent.books` by `solvent dictionary`; do not edit by hand.",
    ]
    for table in (*TABLES.values(), EVENTS):
        key = ", ".join(f"`{name}`" for name in table.key) or "none"
        lines += [
            "",
            f"## {table.name}",
            "",
            table.says,
            "",
            f"Key: {key}.",
            "",
            "| column | type | unit | empty | says |",
        ]
        lines.append("|---|---|---|---|---|")
        for name, column in table.columns.items():
            kind = _TYPES[column.dtype if isinstance(column.dtype, type) else type(column.dtype)]
            lines.append(f"| `{name}` | {kind} | {column.unit} | {'yes' if column.empty else 'no'} | {column.says} |")
        if table.laws:
            lines += ["", "Laws:", ""]
            lines += [f"- `{name}`: {law.says}." for name, law in table.laws.items()]
    return "\n".join(lines) + "\n"


def term_list() -> str:
    """Every family of terms as Markdown: each number with its default, unit and source."""
    lines = [
        "# Decided numbers",
        "",
        "Generated from the terms of each room by `solvent dictionary --terms`; do not edit by hand.",
    ]
    for key, kind in sorted(FAMILIES.items()):
        if not kind.__module__.startswith("solvent."):
            continue
        says = (kind.__doc__ or "").strip().splitlines()[0]
        lines += ["", f"## {key}", "", says, "", "| term | default | unit | source |", "|---|---|---|---|"]
        for name, term in terms_of(kind).items():
            lines.append(f"| `{name}` | {_shown(term.default)} | {term.metadata['unit']} | {term.metadata['source']} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
