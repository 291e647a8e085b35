"""Remembered: what several commands of a module's tests ask of the same ledger is read and assessed once.

What the commands do with an assessment is tested with it; that reading and assessing give the same again is tested
without it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from solvent.files import asking
from solvent.files.commands import assess
from solvent.files.commands.cash import asked, outlook
from solvent.files.commands.credit import limits_portfolio, shorten_terms
from solvent.files.commands.credit.warnings import asked as warnings

ASSESS = (assess, asked, outlook, limits_portfolio, shorten_terms)


@contextmanager
def remembered() -> Iterator[None]:
    """For as long as it lasts a ledger whose files are as they were is read once, and its books are opened once for a
    day, and measured and assessed once for a policy and a seed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "load_asked", _once(asking.load_asked, _files))
        patch.setattr(asking, "open_books", _once(asking.open_books, id))
        once = _once(assess.assess, id)
        for room in ASSESS:
            patch.setattr(room, "assess", once)
        patch.setattr(warnings, "measure", _once(warnings.measure, id))
        yield


def _once(work: Callable[..., Any], of: Callable[[Any], Hashable]) -> Callable[..., Any]:
    """The same answer for the same first argument, as ``of`` tells it, and the same others by what they say."""
    kept: dict[Hashable, tuple[object, Any]] = {}

    def asked_once(first: Any, *rest: object, **more: object) -> Any:
        key = (of(first), repr(rest), repr(sorted(more.items())))
        if key not in kept:
            kept[key] = first, work(first, *rest, **more)  # the first stays alive, and its id its own
        return kept[key][1]

    return asked_once


def _files(path: Path | None) -> Hashable:
    if path is None:
        return object()
    every = sorted(path.rglob("*")) if path.is_dir() else [path]
    return path, tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in every if file.exists())
