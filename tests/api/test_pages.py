"""Lists in parts: what comes in meanwhile moves nothing, and a cursor that is none of ours breaks nothing."""

from __future__ import annotations

from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thorough import cases


def walk(client, path: str, key: str, limit: int, between=lambda: None) -> list[object]:
    seen, cursor = [], None
    while True:
        page = client.get(path, limit=limit, **({} if cursor is None else {"cursor": cursor})).json()
        seen += [row[key] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            return seen
        between()


def test_a_list_that_grows_is_walked_without_gap_or_double(asker) -> None:
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent_server.store.errands import queue  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company  # noqa: PLC0415

    own, erp = Company.objects.get(code="own"), asker("cfo", "data")
    made = iter(range(1_000))

    def one_more() -> None:
        queue.ask_read(own, Source("x.csv", f"a,b\n{next(made)},1\n".encode()), "test")

    for _ in range(7):
        one_more()
    before = walk(erp, "/imports", "errand", 1_000)
    seen = walk(erp, "/imports", "errand", 2, one_more)
    assert seen == before
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_alarms_are_walked_whole_at_any_size_of_page(asker, limit: int) -> None:
    reader = asker("cfo", "read")
    seen = walk(reader, "/alarms", "case_id", limit)
    assert len(seen) == len(set(seen)) > 3
    assert seen == sorted(seen) == walk(reader, "/alarms", "case_id", 1_000)


@given(st.lists(st.text(max_size=4), unique=True, max_size=30), st.integers(1, 9), st.data())
@settings(max_examples=cases(40, 400), deadline=None)
def test_a_page_ends_where_the_next_begins(names: list[str], limit: int, data: st.DataObject) -> None:
    """Whatever is put in or taken out between two pages, what was there all the time is seen once."""
    from solvent_server.api.parts.pages import after  # noqa: PLC0415 (needs the store)

    now, ever, seen, last = set(names), set(names), [], None
    while True:
        rows, last = after(pl.DataFrame({"id": sorted(now)}, {"id": pl.String}).lazy(), "id", last, limit)
        seen += [row["id"] for row in rows]
        if last is None:
            break
        gone = data.draw(st.sets(st.sampled_from(sorted(now)), max_size=2)) if now else set()
        now = (now - gone) | data.draw(st.sets(st.text(max_size=4), max_size=2))
        ever &= now
    assert len(seen) == len(set(seen))
    assert ever & set(names) <= set(seen)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda told: told.hex()))
@settings(max_examples=cases(100, 2_000), deadline=None)
def test_a_cursor_that_is_none_of_ours_is_refused(text: str) -> None:
    from solvent_server.api.parts.pages import cursor, place  # noqa: PLC0415 (needs the store)
    from solvent_server.api.parts.trouble import Trouble  # noqa: PLC0415

    assert place(cursor(text), str) == [text]
    with suppress(Trouble):
        assert isinstance(place(text, int), list)


def test_a_page_has_its_limits(asker) -> None:
    reader = asker("cfo", "read")
    assert reader.get("/customers", limit=1_000).status_code == 200
    for wrong in ("0", "1001", "x", "-1", "9" * 30):
        assert reader.get("/customers", limit=wrong).status_code == 422
    assert reader.get("/customers", cursor="nonsense").json()["code"] == "api.cursor"
