"""Shapes: the values that go in and out: money as exact text with its currency, days, words, limits on each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from solvent.base.money import decimal, is_currency, minor
from solvent_server.api.parts.trouble import Trouble

HOME = "/companies/{company}"
"""Every address begins with the company's code."""
AMOUNT = r"^-?\d{1,15}(\.\d{1,4})?$"
POSITIVE = r"^\d{1,15}(\.\d{1,4})?$"
LARGEST = 2**53
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: Any) -> Any:
    """A day is told as text and in no other way."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("day")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
"""A day, ``2026-03-10``."""
Amount = Annotated[str, StringConstraints(pattern=AMOUNT)]
"""An amount in main units, exact, ``-1234.50``."""
Positive = Annotated[str, StringConstraints(pattern=POSITIVE)]
"""An amount that is not negative."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""
Text = Annotated[str, StringConstraints(max_length=2_000)]
"""Words of somebody else's."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A number or name by which something is known."""
Whole = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
"""A whole number that every reader of JSON keeps exact."""
Share = Annotated[float, WithJsonSchema({"type": "number"})]
"""A share or a chance, 0.25 for a quarter."""


class Asked(Schema):
    """What comes in: nothing that is not declared."""

    model_config = ConfigDict(extra="forbid")


class Place(Schema):
    """Where something is wrong."""

    where: str = Field(description="body, query, path, header, or rows")
    field: str = Field(description="the field, with slashes between its parts")
    code: str = Field(description="stable name of what is wrong")
    detail: str = Field(description="what is wrong, in the language asked for")


class ProblemDocument(Schema):
    """A problem document (RFC 9457)."""

    type: str = Field(description="stable name of the problem, urn:solvent:problem:CODE")
    title: str
    status: int
    detail: str = Field(description="what is wrong, in the language asked for")
    code: str
    facts: dict[str, Any]
    places: list[Place]


class Money(Schema):
    """An amount in main units, exact, and its currency."""

    amount: Amount
    currency: str = Field(description="ISO 4217 code; XXX where the source names none")


class Says(Schema):
    """A reason: its stable code, its facts, and the sentence in the language asked for."""

    code: str
    facts: dict[str, Any] = Field(description="values of the sentence; what ends in _amount is in minor units")
    says: str


def money(value: int | None, currency: str) -> Money | None:
    """An amount of minor units; None where there is none."""
    return None if value is None else Money(amount=str(decimal(value, currency)), currency=currency)


def in_minor(text: str, currency: str, field: str = "amount") -> int:
    """Minor units of an amount as it comes in.

    Raises:
        Trouble: no such currency, or more decimals than it has.
    """
    value = Decimal(text)
    if not is_currency(currency):
        raise Trouble("api.currency", [_at("currency", "api.currency")], currency=currency)
    told = minor(value, currency)
    if decimal(told, currency) != value:
        raise Trouble("api.decimals", [_at(field, "api.decimals")], value=text, currency=currency)
    return told


def _at(field: str, code: str) -> Mapping[str, str]:
    return {"where": "body", "field": field, "code": code, "detail": ""}


FAILS = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503})
"""What every operation may answer besides, with a problem document."""


def of(shape: Any, status: int = 200) -> dict[Any, Any]:
    """What an operation answers; None: no JSON, and told apart."""
    return ({} if shape is None else {status: shape}) | {FAILS: ProblemDocument}
