"""Rows: what comes in as rows of a table: each held against the table's shape and laws, and told where it does not fit.

The names are those of the books' tables. Money comes as exact text in main units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import polars as pl
from ninja import Schema
from pydantic import BaseModel, Field, ValidationError, create_model

from solvent.base.money import decimal, is_currency, minor
from solvent.base.problem import Problem
from solvent.base.table import Column, Table
from solvent.books.books import TABLES
from solvent.files.language import Language
from solvent_server.api.parts.shapes import Amount, Asked, Currency, Day, Name, Text, Whole
from solvent_server.api.parts.trouble import place_of
from solvent_server.store import facts
from solvent_server.store.models import Company

MOST = 5_000
"""Rows of one request."""
SHOWN = 200
"""So many problems are told."""
LEFT_OUT = ("recorded_on",)
"""The day on which a row became known is the day on which it comes in."""
_ROW = "_row"


def shape(table: Table) -> type[Schema]:
    """The shape of a row that comes in."""
    told: dict[str, Any] = {}
    for name, column in table.columns.items():
        if name in LEFT_OUT:
            continue
        says = column.says + (", main units" if column.unit == "minor units" else "")
        kind = _kind(name, column, name in table.key)
        optional = column.empty or name == "currency"
        told[name] = (kind | None, Field(None, description=says)) if optional else (kind, Field(description=says))
    title = "".join(word.title() for word in table.name.split("_"))
    made: type[Schema] = create_model(f"{title}Row", __base__=Asked, __doc__=table.says, **told)
    return made


def _kind(name: str, column: Column, key: bool) -> Any:
    if column.unit == "minor units":
        return Amount
    if name.endswith("currency"):
        return Currency
    if column.dtype == pl.Int64:
        return Whole
    if column.dtype == pl.Float64:
        return Annotated[float, Field(strict=True, allow_inf_nan=False)]
    if column.dtype == pl.Boolean:
        return Annotated[bool, Field(strict=True)]
    if column.dtype == pl.Date:
        return Day
    if isinstance(column.dtype, pl.Datetime):
        return datetime
    return Name if key or not column.empty else Text


@dataclass(frozen=True)
class Held:
    """Rows held against their table: those that fit, and where the others do not. bad: how many do not."""

    good: pl.DataFrame
    places: Sequence[Mapping[str, str]]
    bad: int


def held(table: str, model: type[BaseModel], rows: Sequence[Any], company: Company, language: Language) -> Held:
    """Hold rows against their table: shape, money, laws, keys, and numbers that may be told once only."""
    declared, told = TABLES[table], []
    places: list[Mapping[str, str]] = []
    wrong: set[int] = set()
    for number, row in enumerate(rows):
        cells, found = _cells(declared, model, row, company, language)
        if found:
            wrong.add(number)
            places += [{**one, "where": "rows", "field": f"{number}/{one['field']}".rstrip("/")} for one in found]
        else:
            told.append({**cells, _ROW: number})
    frame = pl.DataFrame(told, schema={**declared.schema, _ROW: pl.Int64}, orient="row")
    good, refused = facts.sound(table, frame)
    for row in refused.iter_rows(named=True):
        rule = str(row["rule"])
        one = _place(row[_ROW], "", Problem("api.row.law", "", {"rule": rule}), language)
        law = declared.laws.get(rule)
        places.append(one if law is None else {**one, "detail": f"{one['detail']}; {language.say(law.says)}"})
        wrong.add(row[_ROW])
    if table == "events":
        taken = _taken(table, good, company)
        for number, key in taken.select(_ROW, "event_id").iter_rows():
            problem = Problem("api.row.event_taken", "", {"number": key})
            places.append(_place(number, "event_id", problem, language))
            wrong.add(number)
        good = good.join(taken.select(_ROW), on=_ROW, how="anti")
    return Held(good.select(list(declared.columns)), places[:SHOWN], len(wrong))


def _cells(
    table: Table, model: type[BaseModel], row: Any, company: Company, language: Language
) -> tuple[dict[str, Any], list[Mapping[str, str]]]:
    """The cells of one row as the table has them, or where they do not fit."""
    try:
        read = model.model_validate(row).model_dump()
    except ValidationError as error:
        return {}, [
            place_of("rows", "/".join(str(part) for part in one["loc"]), one, language) for one in error.errors()[:10]
        ]
    told: dict[str, Any] = {**read, "recorded_on": datetime.now(UTC).date()}
    if "currency" in table.columns and told.get("currency") is None and _money(table, read):
        told["currency"] = company.currency or None
    places: list[Mapping[str, str]] = []
    for name, column in table.columns.items():
        if column.unit == "minor units" and told[name] is not None:
            code = _code(name, told, company)
            told[name], problem = _minor(told[name], code)
            if problem is not None:
                places.append(_told("", name, problem, language))
        elif name.endswith("currency") and told[name] is not None and not is_currency(told[name]):
            places.append(_told("", name, Problem("api.currency", "", {"currency": told[name]}), language))
        elif isinstance(column.dtype, pl.Datetime) and told[name] is not None:
            told[name] = _plain(told[name])
    return told, places


def _money(table: Table, read: Mapping[str, Any]) -> bool:
    needed = not table.columns["currency"].empty
    return needed or any(read.get(name) for name, column in table.columns.items() if column.unit == "minor units")


def _code(name: str, told: Mapping[str, Any], company: Company) -> str:
    """The currency of an amount: what is booked is in the company's own."""
    if name.startswith("booked_"):
        return company.currency
    return str(told.get(name.replace("amount", "currency")) or told.get("currency") or "")


def _minor(text: str, currency: str) -> tuple[int | None, Problem | None]:
    if not is_currency(currency):
        return None, Problem("api.currency", "", {"currency": currency or "-"})
    value = Decimal(text)
    told = minor(value, currency)
    if decimal(told, currency) != value:
        return None, Problem("api.decimals", "", {"value": text, "currency": currency})
    return told, None


def _plain(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _place(row: int, field: str, problem: Problem, language: Language) -> Mapping[str, str]:
    return _told(str(row), field, problem, language)


def _told(row: str, field: str, problem: Problem, language: Language) -> Mapping[str, str]:
    where = "/".join(part for part in (row, field) if part)
    return {"where": "rows", "field": where, "code": problem.code, "detail": language.problem(problem)}


def _taken(table: str, rows: pl.DataFrame, company: Company) -> pl.DataFrame:
    """Rows whose number stands for something else already."""
    stands = facts.standing_keys(table, company.pk, rows.get_column("key")).filter(pl.col("id").is_not_null())
    both = rows.join(stands.select("key", pl.col("digest").alias("stood")), on="key", how="inner")
    return both.filter(pl.col("digest") != pl.col("stood"))
