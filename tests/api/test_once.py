"""Asked again is done once: the same key, by one after the other, by many at once, after a worker that was lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from solvent.base.problem import SolventError
from thorough import cases

ORDER = {"customer_id": "C0001", "amount": "10.00"}


def test_the_same_key_and_body_is_the_same_answer(asker) -> None:
    sales = asker("sales", "orders")
    first, again = (sales.post("/reservations", ORDER, "same") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    sales.post(f"/reservations/{first.json()['reservation']}/release", {}, "same-end")


def test_another_body_under_the_key_is_refused(asker) -> None:
    sales = asker("sales", "orders")
    held = sales.post("/reservations", ORDER, "other").json()
    for body in ({**ORDER, "amount": "11.00"}, {**ORDER, "order_id": "x"}):
        told = sales.post("/reservations", body, "other")
        assert (told.status_code, told.json()["code"]) == (422, "api.key_other")
    told = sales.post(f"/reservations/{held['reservation']}/release", ORDER, "other")
    assert told.status_code == 422, "another operation is another request"
    sales.post(f"/reservations/{held['reservation']}/release", {}, "other-end")


def test_keys_of_two_tokens_are_two_keys(asker) -> None:
    one, two = asker("sales", "orders"), asker("sales", "orders")
    numbers = {each.post("/reservations", ORDER, "both").json()["reservation"] for each in (one, two)}
    assert len(numbers) == 2


@pytest.mark.parametrize("key", [None, "", "with blank", "ü", "x" * 256])
def test_a_write_needs_a_key_that_can_be_kept(asker, key: str | None) -> None:
    told = asker("sales", "orders").post("/reservations", ORDER, key)
    assert told.status_code == 422
    assert told.json()["places"][0]["where"] == "header"


def test_what_was_refused_may_be_asked_again_under_its_key(asker) -> None:
    erp = asker("cfo", "data")
    row = {"event_id": "once-1", "customer_id": "C0001", "happened_on": "2026-10-01", "kind": "no kind"}
    assert erp.post("/events", {"rows": [row]}, "again").status_code == 422
    assert erp.post("/events", {"rows": [{**row, "kind": "penalty"}]}, "again").status_code == 200


def test_many_at_once_do_it_once(site, asker) -> None:
    from django.db import connections  # noqa: PLC0415 (needs the store)

    from solvent_server.store.models import Reservation  # noqa: PLC0415

    sales, many = asker("sales", "orders"), cases(6, 60)

    def hold(number: int) -> int:
        try:
            order = {**ORDER, "amount": "1.00", "order_id": f"race-{number // 3}"}
            return int(sales.post("/reservations", order, f"race-{number // 3}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        told = Counter(pool.map(hold, range(3 * many)))
    assert set(told) <= {201, 409}, told
    held = Reservation.objects.filter(order_id__startswith="race-")
    assert held.count() == many == held.values("order_id").distinct().count()


def test_who_works_at_it_keeps_others_out_until_he_is_lost(token) -> None:
    from solvent_server.store.connect import answers  # noqa: PLC0415 (needs the store)
    from solvent_server.store.connect.answers import Given  # noqa: PLC0415

    (row, _), now = token("cfo", "read"), datetime.now(UTC)
    number = answers.begin(row, "k", "d", now)
    assert isinstance(number, int)
    for later in (timedelta(0), answers.LOST_AFTER - timedelta(seconds=1)):
        with pytest.raises(SolventError, match=r"api\.key_working"):
            answers.begin(row, "k", "d", now + later)
    again = answers.begin(row, "k", "d", now + answers.LOST_AFTER + timedelta(seconds=1))
    assert isinstance(again, int)
    answers.keep(again, Given(201, "{}", "application/json"))
    assert answers.begin(row, "k", "d") == Given(201, "{}", "application/json")
    day = now + answers.KEPT_FOR
    assert isinstance(answers.begin(row, "k", "d", day + timedelta(minutes=11)), int), "after two days it is forgotten"
    answers.drop(answers.begin(row, "other", "d", now))  # type: ignore[arg-type]
    assert isinstance(answers.begin(row, "other", "e", now), int)
    assert answers.sweep(now + answers.KEPT_FOR + timedelta(hours=1)) >= 1


def test_an_answer_outlives_the_process_that_gave_it(token) -> None:
    from asking import Asker  # noqa: PLC0415

    _, secret = token("sales", "orders")
    first = Asker(secret).post("/reservations", ORDER, "restart")
    assert Asker(secret).post("/reservations", ORDER, "restart").content == first.content
