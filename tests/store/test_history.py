"""History: whatever is imported, corrected, withdrawn and undone, what counts is what the rest would have made."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from support import Place, frames, intake, item

from solvent.base.problem import SolventError
from solvent.intake.intake import Source

KEYS = [f"i{number}" for number in range(1, 5)]
Says = Mapping[str, int | None]
"""Key to amount; None: it shall not count any more."""


@dataclass
class History:
    """What was done to one company, told as plain values, and what should stand by it."""

    done: list[tuple[int, Says]] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    def left(self) -> Sequence[tuple[int, Says]]:
        return [(batch, says) for batch, says in self.done if batch not in self.undone]

    def stands(self) -> dict[str, int]:
        """A replay of every batch that still counts, in order, from nothing."""
        told: dict[str, int | None] = {}
        for _, says in self.left():
            told |= says
        return {key: amount for key, amount in told.items() if amount is not None}

    def built_on(self, batch: int) -> bool:
        """True where the next that was said of some key of the batch is a correction of it."""
        mine = dict(self.done)[batch]
        later = [says for number, says in self.left() if number > batch]
        for key, amount in mine.items():
            after = next((says[key] for says in later if key in says), None)
            if amount is not None and after is not None and after != amount:
                return True
        return False


def rows(says: Says) -> list[dict[str, Any]]:
    return [item(int(key[1:]), amount) for key, amount in says.items() if amount is not None]


def stands(company: Any, known_at: datetime | None = None) -> dict[str, int]:
    from solvent_server.store import books  # noqa: PLC0415 (needs Django set up)

    table = books.ledger(company, known_at).table("open_items").collect()
    assert table["item_id"].is_unique().all(), "two versions of one row count at once"
    return dict(table.select("item_id", "amount").iter_rows())


def bring(company: Any, says: Says, name: str) -> int:
    from solvent_server.store import batches  # noqa: PLC0415

    told = intake(open_items=rows(says))
    staged = batches.stage(company, told, original=Source(name, name.encode()), kind="ledger", actor="test")
    return batches.commit(company, staged.batch, "test").batch


def act(company: Any, history: History, draw: random.Random, name: str) -> None:
    """One thing that somebody does, on the store and in the history; the two have to agree afterwards."""
    from solvent_server.store import batches  # noqa: PLC0415

    what = draw.choices(["bring", "record", "withdraw", "undo"], [5, 2, 2, 5])[0]
    says: Says = {key: draw.randint(1, 3) for key in draw.sample(KEYS, draw.randint(1, 3))}
    if what == "bring":
        history.done.append((bring(company, says, name), says))
    elif what == "record":
        done = batches.record(company, frames(open_items=rows(says)), kind="person", actor="test")
        history.done.append((done.batch, says))
    elif what == "withdraw":
        gone = sorted(set(says) & set(history.stands()))
        done = batches.withdraw(company, {"open_items": gone}, actor="test", reason="")
        history.done.append((done.batch, dict.fromkeys(gone)))
    else:
        left = history.left()
        if left:
            batch = draw.choice(left)[0]
            refused = None
            try:
                batches.undo(company, batch, "test", "")
            except SolventError as error:
                refused = error.problem.code
            assert refused == ("store.undo.built_on" if history.built_on(batch) else None)
            if not refused:
                history.undone.add(batch)


def test_any_history_leaves_what_the_rest_would_have_made(place: Place, request: pytest.FixtureRequest) -> None:
    from solvent_server.store import books, work  # noqa: PLC0415
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    seeds = 150 if request.config.getoption("--all") else 12
    for seed in range(seeds):
        draw = random.Random(seed)
        company = work.set_company(f"c{seed}", "test", currency="CNY")
        history, moments = History(), []
        for step in range(draw.randint(4, 14)):
            act(company, history, draw, f"{seed}-{step}")
            told = f"seed {seed}, step {step}: {history}"
            assert stands(company) == history.stands(), told
            if history.done:
                moments.append((books.last_commit(company), history.stands()))
        for moment, stood in moments:
            assert stands(company, moment) == stood, f"seed {seed}: the past has changed"
    assert [outcome for outcome in checks.check_store() if outcome.breaches] == []
