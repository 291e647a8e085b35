"""Original: what a live system handed out, as one JSON file: it is kept, hashed and read like any uploaded file.

    {"solvent_original": 1, "system": "erpnext", "asked": {"since": null, ...}, "records": {"Sales Invoice": [{...}]}}

The file holds the system's own answers, field by field, and nothing of when or by whom they were fetched: the same
answers give the same bytes, so fetching twice brings nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from solvent.base.problem import Problem
from solvent.intake.erp.sheet import Sheet
from solvent.intake.intake import Source
from solvent.intake.limits import Refused
from solvent.intake.sources.importer import Records

MARK = b'{"solvent_original":'
ASKED = "_asked"
"""The list in which a read original keeps what was asked for: one record of texts."""


def write_original(system: str, asked: Mapping[str, str | None], records: Mapping[str, Sequence[Any]]) -> bytes:
    """The bytes of an original."""
    told = {"solvent_original": 1, "system": system, "asked": asked, "records": records}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def is_original(source: Source, system: str) -> bool:
    """True for the original of a system, by its first bytes."""
    start = source.data[:400].decode("latin-1")
    return source.data.startswith(MARK) and f'"system":"{system}"' in start.replace(" ", "")


def is_whole(records: Records) -> bool:
    """True where everything was asked for, not only what changed since a day."""
    asked = Sheet.of(records, ASKED, ("since",)).frame["since"]
    return asked.len() == 1 and asked[0] is None


def read_original(source: Source, system: str) -> dict[str, list[dict[str, Any]]]:
    """The records of an original, list by list; every number is the text that stood there.

    Raises:
        Refused: it is no JSON, or not in the shape of an original.
    """
    try:
        told = json.loads(source.data, parse_float=str, parse_int=str, parse_constant=str)
        if told["system"] != system:
            raise ValueError(told["system"])
        asked = {str(key): value for key, value in dict(told["asked"]).items()}
        records = {str(name): [dict(record) for record in rows] for name, rows in dict(told["records"]).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(Problem("sources.original.unreadable", source.name, {"system": system})) from error
    return {ASKED: [asked], **records}
