"""Pages: lists in parts. A cursor names the last row that was seen, so that what comes in meanwhile moves nothing."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any

import polars as pl
from ninja import Query

from solvent_server.api.parts.trouble import Trouble

MOST = 1_000
Limit = Annotated[int, Query(100, ge=1, le=MOST, description="rows of a page at most")]
Cursor = Annotated[
    str | None,
    Query(None, alias="cursor", max_length=1_000, description="``next`` of the page before; without it the first page"),
]


def cursor(*parts: str | int) -> str:
    """The place after a row, as text that means nothing to anybody else."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def place(text: str | None, *kinds: type) -> Sequence[Any] | None:
    """What a cursor says; None: the beginning.

    Raises:
        Trouble: it is none of ours.
    """
    if text is None:
        return None
    try:
        told = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        if len(told) != len(kinds) or not all(type(one) is kind for one, kind in zip(told, kinds)):
            raise ValueError
        if any(isinstance(one, int) and abs(one) >= 2**63 for one in told):
            raise ValueError
    except (ValueError, TypeError, UnicodeError, binascii.Error, RecursionError):
        raise Trouble("api.cursor") from None
    return list(told)


def after(frame: pl.LazyFrame, key: str, last: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a list by its key (String, one a row), and the last key of it where there are more.

    >>> rows = pl.DataFrame({"id": ["b", "a", "c"]}).lazy()
    >>> after(rows, "id", None, 2), after(rows, "id", "b", 2)
    (([{'id': 'a'}, {'id': 'b'}], 'b'), ([{'id': 'c'}], None))
    """
    rest = frame if last is None else frame.filter(pl.col(key) > last)
    found = rest.sort(key).head(limit + 1).collect().to_dicts()
    page = found[:limit]
    return page, str(page[-1][key]) if len(found) > limit else None
