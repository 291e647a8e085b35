"""What other systems ask: each operation answers what pages and commands answer, in exact amounts."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings

INVOICE = {"invoice_id": "A-1", "customer_id": "C0001", "issued_on": "2026-10-01", "due_on": "2026-11-01"}


def rows_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_customers_are_told_with_grade_limit_exposure_and_terms(asker) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    frame = assessments.latest("own").frame("customers").sort("customer_id").collect()
    cfo, told = asker("cfo", "read"), []
    page = cfo.get("/customers", limit=3).json()
    while True:
        told += page["rows"]
        if page["next"] is None:
            break
        page = cfo.get("/customers", limit=3, cursor=page["next"]).json()
    assert [one["customer_id"] for one in told] == frame.get_column("customer_id").to_list()
    for one, row in zip(told, frame.iter_rows(named=True), strict=True):
        assert one["grade"] == row["grade"]
        assert one["terms_days"] == row["terms_days"]
        assert Decimal(one["exposure"]["amount"]) * 100 == row["exposure"]
        assert (one["limit"] is None) == (row["limit"] is None)
    first = told[0]
    assert cfo.get(f"/customers/{first['customer_id']}").json() == first
    found = cfo.get("/customers", grade=first["grade"]).json()["rows"]
    assert found == [one for one in told if one["grade"] == first["grade"]]
    assert cfo.get("/customers", words=first["name"][1:3]).json()["rows"]
    assert cfo.get("/customers/nobody").status_code == 404


def test_open_items_come_with_predicted_days(asker) -> None:
    cfo = asker("cfo", "read")
    rows = cfo.get("/open-items", limit=1_000).json()["rows"]
    assert rows
    assert all(date.fromisoformat(one["likely_on"]) > date(2026, 10, 19) for one in rows)
    mine = cfo.get("/open-items", customer_id=rows[0]["customer_id"]).json()["rows"]
    assert mine == [one for one in rows if one["customer_id"] == rows[0]["customer_id"]]
    late = cfo.get("/open-items", overdue="true").json()["rows"]
    assert late == [one for one in rows if one["days_past_due"] > 0]


def test_an_order_check_says_what_the_library_says(asker) -> None:
    from solvent.decisions.limits.order.check import check_order  # noqa: PLC0415
    from solvent.decisions.limits.order.rule import OrderAsked  # noqa: PLC0415
    from solvent_server.store.desk.at_hand import at_hand  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company  # noqa: PLC0415

    own, sales = Company.objects.get(code="own"), asker("sales", "orders")
    hand = at_hand(own, date(2026, 10, 19), 1)
    outcomes = set()
    for customer in ("C0001", "C0003", "C0008"):
        for amount in ("1.00", "20000.01", "9000000.00"):
            asked = OrderAsked(customer, int(Decimal(amount) * 100), "CNY")
            verdict = check_order(asked, hand.look(own, customer), hand.policy)
            told = sales.post("/order-checks", {"customer_id": customer, "amount": amount, "cash": False}).json()
            assert told["outcome"] == verdict.outcome, (customer, amount)
            assert [one["passed"] for one in told["findings"]] == [one.passed for one in verdict.findings]
            assert all(bool(one["why"]["says"]) != one["passed"] for one in told["findings"])
            assert (told["softer"] is None) == (verdict.softer is None)
            outcomes.add(told["outcome"])
    assert len(outcomes) > 1
    stranger = sales.post("/order-checks", {"customer_id": "nobody", "amount": "5", "cash": False}).json()
    assert "orders.customer_unknown" in [one["code"] for one in stranger["notices"]]


def test_with_cash_the_check_tells_the_chances(asker) -> None:
    asked = {"customer_id": "C0001", "amount": "100"}
    untold = asker("cfo", "orders").post("/order-checks", asked).json()
    (gap,) = [one for one in untold["findings"] if one["rule"] == "cash_gap"]
    assert (untold["cash"], gap["value"], gap["line"], gap["why"]["facts"]) == (None, None, None, {})
    told = asker("cfo", "orders", "cash").post("/order-checks", asked).json()
    assert 0 <= told["cash"]["chance_before"] <= 1
    assert date.fromisoformat(told["cash"]["week_end"])


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"customer_id": "C0001", "amount": 100}, "amount", "api.field.text"),
        ({"customer_id": "C0001", "amount": "1e3"}, "amount", "api.field.form"),
        ({"customer_id": "C0001", "amount": "-1"}, "amount", "api.field.form"),
        ({"customer_id": "C0001", "amount": "1.005"}, "amount", "api.decimals"),
        ({"customer_id": "C0001", "amount": "1", "currency": "ABC"}, "currency", "api.currency"),
        ({"customer_id": "C0001", "amount": "1", "stage": "later"}, "stage", "api.field.choice"),
        ({"customer_id": "C0001", "amount": "1", "wanted_on": "2026-02-30"}, "wanted_on", "api.field.day"),
        ({"customer_id": "C0001", "amount": "1", "wanted_on": 1}, "wanted_on", "api.field.day"),
        ({"customer_id": "C0001", "amount": "1", "terms_days": 731}, "terms_days", "api.field.most"),
        ({"customer_id": "C0001", "amount": "1", "terms_days": "30"}, "terms_days", "api.field.whole"),
        ({"customer_id": "C0001", "amount": "1", "price": "1"}, "price", "api.field.unknown"),
        ({"amount": "1"}, "customer_id", "api.field.missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(asker, body: dict[str, object], field: str, code: str) -> None:
    told = asker("cfo", "orders").post("/order-checks", body)
    assert told.status_code == 422
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.headers["Cache-Control"] == "no-store"
    assert (field, code) in [(one["field"], one["code"]) for one in told.json()["places"]]
    assert told.json()["type"] == f"urn:solvent:problem:{told.json()['code']}"


def test_a_problem_is_told_in_the_language_asked_for(asker) -> None:
    for language, word in (("zh-CN", "没有该内容"), ("en-GB", "no such thing"), ("fr", "no such thing")):
        told = asker("cfo", "read", language=language).get("/customers/nobody").json()
        assert word in told["detail"]
        assert told["code"] == "api.gone"


def test_what_is_no_json_is_refused_and_nothing_breaks(asker) -> None:
    cfo = asker("cfo", "orders")
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'"x"', b'{"amount":"\\ud800","customer_id":"a"}'):
        assert cfo.post("/order-checks", body).status_code in (400, 422), body[:20]
    assert cfo.post("/order-checks", b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)).status_code == 413


def test_a_limit_is_held_released_and_taken(asker) -> None:
    sales, other = asker("sales", "orders"), asker("logistics", "orders")
    order = {"customer_id": "C0001", "amount": "1000", "order_id": "held-1"}
    held = sales.post("/reservations", order, "hold-1")
    assert held.status_code == 201
    number = held.json()["reservation"]
    assert held.json()["amount"] == {"amount": "1000.00", "currency": "CNY"}
    assert held.json()["asked_by"] == "sales"
    assert number in [one["reservation"] for one in other.get("/reservations").json()["rows"]]
    assert other.post(f"/reservations/{number}/release", {}, "r1").json()["code"] == "api.not_yours"
    assert sales.post("/reservations", order, "hold-2").json()["code"] == "store.reserve.order_held"
    taken = sales.post(f"/reservations/{number}/order", {"order_id": "held-1"}, "o1").json()
    assert taken["state"] == "ordered"
    released = asker("cfo", "orders").post(f"/reservations/{number}/release", {"reason": "gone"}, "r2").json()
    assert released["state"] == "released"
    assert sales.post(f"/reservations/{number}/release", {}, "r3").status_code == 409
    assert sales.post("/reservations/999999/release", {}, "r4").status_code == 404
    much = sales.post("/reservations", {**order, "amount": "9000000", "order_id": "much"}, "hold-3")
    assert (much.status_code, much.json()["code"]) == (409, "desk.not_released")


def test_rows_load_once_and_exactly(asker) -> None:
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import AuditLine, Company  # noqa: PLC0415

    own, erp = Company.objects.get(code="own"), asker("cfo", "data")
    rows = [{**INVOICE, "item_id": f"api-{n}", "amount": f"{n}.10"} for n in range(1, 4)]
    first = erp.post("/invoices", {"rows": rows}, "rows-1").json()
    assert first["counts"] == {"new": 3, "known": 0, "changed": 0, "rejected": 0}
    again = erp.post("/invoices", {"rows": rows}, "rows-2").json()
    assert (again["already"], again["batch"], again["counts"]["known"]) == (True, first["batch"], 3)
    more = erp.post("/invoices", {"rows": [*rows, {**rows[0], "item_id": "api-4"}]}, "rows-3").json()
    assert more["counts"] == {"new": 1, "known": 3, "changed": 0, "rejected": 0}
    stands = facts.standing_of("open_items", own.pk, ["api-1"]).row(0, named=True)
    assert (stands["amount"], stands["currency"], stands["due_on"]) == (110, "CNY", date(2026, 11, 1))
    line = AuditLine.objects.get(subject=f"batch {first['batch']}")
    assert line.actor.startswith("cfo (api: ")
    assert line.action == "commit.source"


def test_bad_rows_stop_all_or_come_back_one_by_one(asker) -> None:
    erp = asker("cfo", "data")
    good = {**INVOICE, "item_id": "part-1", "amount": "10.00"}
    bad = [
        {**good, "item_id": "part-2", "due_on": "2026-09-01"},
        {**good, "item_id": "part-3", "amount": "0.00"},
        {**good, "item_id": "part-4", "amount": "1.001"},
        {**good, "item_id": "part-5", "currency": "XXX"},
        {**good, "item_id": "part-1", "amount": "11.00"},
        {"item_id": "part-6"},
        "no row",
    ]
    whole = erp.post("/invoices", {"rows": [good, *bad]}, "part-1")
    assert (whole.status_code, whole.json()["facts"]["count"]) == (422, len(bad))
    part = erp.post("/invoices", {"rows": [good, *bad], "keep_good": True}, "part-1").json()
    assert part["counts"] == {"new": 1, "known": 0, "changed": 0, "rejected": len(bad)}
    assert {int(one["field"].split("/")[0]) for one in part["problems"]} == set(range(1, len(bad) + 1))
    assert {one["code"] for one in part["problems"]} >= {"api.row.law", "api.decimals", "api.currency"}
    assert erp.post("/invoices", {"rows": [], "keep_good": True}, "part-2").status_code == 422


def test_an_event_is_stored_once(asker) -> None:
    erp = asker("credit_analyst", "data")
    event = {"event_id": "api-e1", "customer_id": "C0001", "happened_on": "2026-10-01", "kind": "penalty"}
    assert erp.post("/events", {"rows": [event]}, "e1").json()["counts"]["new"] == 1
    assert erp.post("/events", {"rows": [event, {**event, "event_id": "api-e2"}]}, "e2").json()["counts"]["known"] == 1
    other = erp.post("/events", {"rows": [{**event, "kind": "bankrupt"}]}, "e3")
    assert (other.status_code, other.json()["places"][0]["code"]) == (422, "api.row.event_taken")


def test_every_table_that_may_be_told_takes_a_sound_row(asker) -> None:
    erp = asker("cfo", "data")
    sound = {
        "customers": {"customer_id": "api-c", "name": "Reed & Sons", "terms_days": 30, "insured": True},
        "receipts": {"receipt_id": "api-r", "customer_id": "C0001", "received_on": "2026-10-02", "amount": "-5.00"},
        "credit-notes": {"credit_note_id": "api-n", "customer_id": "C0001", "issued_on": "2026-10-02", "amount": "5"},
        "orders": {"order_id": "api-o", "customer_id": "C0001", "ordered_on": "2026-10-02", "amount": "5.00"},
        "deliveries": {"delivery_id": "api-d", "customer_id": "C0001", "delivered_on": "2026-10-02", "amount": "5.00"},
    }
    for word, row in sound.items():
        told = erp.post(f"/{word}", {"rows": [row]}, f"sound-{word}")
        assert told.status_code == 200, (word, told.content)
        assert told.json()["counts"]["new"] == 1


def test_a_file_is_handed_in_read_and_loaded(asker) -> None:
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

    erp = asker("cfo", "data")
    data = b"customer_id,invoice_id,issued_on,due_on,currency,amount\nC0001,F-1,2026-10-01,2026-11-15,CNY,12.50\n"
    told = erp.client.post(
        "/api/v1/companies/own/imports?name=items.csv", data, content_type="application/octet-stream",
        headers={"idempotency-key": "file-1"},
    )  # fmt: skip
    assert told.status_code == 202
    number = told.json()["errand"]
    assert erp.get(f"/imports/{number}").json()["state"] == "waiting"
    while worker.do_next():
        continue
    read = erp.get(f"/imports/{number}").json()
    assert (read["state"], read["told"]["kind"]) == ("done", "ledger")
    load = erp.post(f"/imports/{number}/load", {}, "file-2")
    assert (load.status_code, load.json()["what"]) == (202, "load")
    assert erp.get("/imports/424242").status_code == 404
    large = b"a,b\n" + b"1,2\n" * 2_000_000
    told = erp.client.post(
        "/api/v1/companies/own/imports?name=large.csv", large, content_type="application/octet-stream",
        headers={"idempotency-key": "file-3"},
    )  # fmt: skip
    assert told.status_code == 202, "a file may be larger than a request in words"


def test_an_assessment_gives_figures_and_lists(asker) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    cfo, kept = asker(), assessments.latest("own")
    name = cfo.get("/assessments").json()["rows"][0]["assessment"]
    assert name == kept.folder.name
    assert cfo.get(f"/assessments/{name}/figures").json() == kept.report
    lines = rows_of(cfo.get(f"/assessments/{name}/frames/customers")).decode().splitlines()
    height = kept.frame("customers").collect().height
    assert [json.loads(line)["customer_id"] for line in lines] == kept.frame("customers").collect()[
        "customer_id"
    ].to_list()
    table = list(
        csv.reader(io.StringIO(rows_of(cfo.get(f"/assessments/{name}/frames/customers", form="csv")).decode()))
    )
    assert len(table) == height + 1
    for wrong in ("../own", "..%2f..", "2020-01-01.x"):
        assert cfo.get(f"/assessments/{wrong}/figures").status_code in (404, 422)


def test_cells_of_a_list_do_nothing_in_a_spreadsheet() -> None:
    import polars as pl  # noqa: PLC0415

    from solvent_server.api.assessments import as_csv  # noqa: PLC0415 (needs the store)

    names = ["=1+1", "+cmd", "-2", "@x", "plain", 'with "quotes", and commas', None]
    table = list(csv.reader(io.StringIO(b"".join(as_csv(pl.DataFrame({"name": names}).lazy())).decode())))
    assert [row[0] for row in table[1:-1]] == ["'=1+1", "'+cmd", "-2", "'@x", "plain", 'with "quotes", and commas']


def test_an_alarm_is_read_and_handled(asker) -> None:
    from solvent_server.store.keeping import cases  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company  # noqa: PLC0415

    own, legal, reader = Company.objects.get(code="own"), asker("legal"), asker("purchasing")
    alarm = legal.get("/alarms", limit=1).json()["rows"][0]
    name = alarm["case_id"]
    assert legal.get(f"/alarms/{name}").json() == alarm
    assert alarm["says"]
    assert alarm["tier"] in ("yellow", "orange", "red")
    assert reader.post(f"/alarms/{name}", {"doing": {"act": "acknowledge"}}, "a0").status_code == 403
    told = legal.post(f"/alarms/{name}", {"doing": {"act": "acknowledge"}}, "a1").json()
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "legal")
    assert legal.post(f"/alarms/{name}", {"doing": {"act": "assign", "owner": "cfo"}}, "a2").json()["owner"] == "cfo"
    until = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    quiet = {"act": "snooze", "until": until, "reason": "they pay on Friday"}
    assert legal.post(f"/alarms/{name}", {"doing": quiet}, "a3").json()["state"] == "snoozed"
    past = legal.post(f"/alarms/{name}", {"doing": {**quiet, "until": "2020-01-01"}}, "a4")
    assert (past.status_code, past.json()["code"]) == (422, "warnings.snooze_past")
    end = {"act": "close", "action": "collect_first", "result": "paid", "avoided": "12.34"}
    closed = legal.post(f"/alarms/{name}", {"doing": end}, "a5").json()
    assert (closed["state"], closed["avoided"]["amount"]) == ("closed", "12.34")
    assert legal.post(f"/alarms/{name}", {"doing": end}, "a6").status_code in (409, 422)
    assert name in [one["case_id"] for one in legal.get("/alarms", state="closed", limit=1_000).json()["rows"]]
    assert legal.post("/alarms/none", {"doing": {"act": "acknowledge"}}, "a7").status_code == 404
    said = cases.steps(own, name).get_column("what").to_list()
    assert said[-4:] == ["acknowledged", "assigned", "snoozed", "closed"]


def test_the_outlook_and_a_what_if(asker) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    cfo, report = asker("cfo", "cash"), assessments.latest("own").report["cash_outlook"]
    told = cfo.get("/outlook").json()
    assert [one["p50"] for one in told["weeks"]] == [one["p50"] for one in report["fan"]]
    assert told["lines"]["floor"] == report["lines"]["floor"]["value"]
    assert told["gap"]["week_end"] == report["gap"]["week_end"]
    same = cfo.post("/outlook/what-if", {}).json()
    assert same["before"] == same["after"]
    day = (date.fromisoformat(told["as_of"]) + timedelta(days=20)).isoformat()
    paid = cfo.post("/outlook/what-if", {"flows": [{"on": day, "amount": "-1000.00"}]}).json()
    assert Decimal(paid["before"]["end_median"]) - Decimal(paid["after"]["end_median"]) == 1000
    late = cfo.post("/outlook/what-if", {"delay_days": 30}).json()
    assert late["after"]["chance_under_floor"] >= late["before"]["chance_under_floor"]
    assert cfo.post("/outlook/what-if", {"scenario": "no such"}).json()["code"] == "api.scenario"


def test_the_health_of_the_data(asker) -> None:
    told = asker("auditor", "read").get("/data").json()
    assert told["behind"] is True
    assert "open_items" in told["tables"]
    assert all(one["says"] for one in told["problems"])


def test_the_description_loads_nothing_from_elsewhere(asker) -> None:
    client = asker(rate=1).client
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "http" not in page.content.decode()
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-init.js"):
        assert client.get(f"/api/v1/docs/{name}").status_code == 200
        assert f"docs/{name}" in page.content.decode()
    assert client.get("/api/v1/docs/redoc.standalone.js").status_code == 404
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    lost = client.get("/api/v1/nothing/here")
    assert (lost.status_code, lost.json()["code"]) == (404, "api.gone")
    for method, path in (
        ("post", "/api/v1/x"),
        ("get", "/api/v1/a%0Ab"),
        ("post", "/api/v1/companies/own/reservations/x/release"),
    ):
        assert getattr(client, method)(path).json()["code"] == "api.gone", path
    wrong = client.delete("/api/v1/companies/own/customers")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
