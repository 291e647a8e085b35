"""Web-hooks: what happens is told to a real server, signed, again where it was away; and events come in signed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from solvent.base.problem import SolventError
from solvent.files.notify.hook import STALE, genuine, signature
from solvent_server.connectors.post import MOST, open_address, send


class Listener(ThreadingHTTPServer):
    """Another program: it keeps what it is told, and answers as the test wants."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.slow = 0.0
        self.long = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), body))
        time.sleep(self.server.slow)
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/else")
        self.send_header("Content-Length", str(self.server.long))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"x" * self.server.long)

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Listener]:
    server = Listener()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def listener(site: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    from django.conf import settings  # noqa: PLC0415 (needs the store)

    monkeypatch.setattr(settings, "SOLVENT_HOOK_HOSTS", ["127.0.0.1"])
    monkeypatch.setattr(settings, "SOLVENT_HOOK_PRIVATE", True)
    with listening() as server:
        yield server


@pytest.fixture
def own(site: Any) -> Any:
    from solvent_server.store import database  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company  # noqa: PLC0415

    database.connect(site)
    return Company.objects.get(code="own")


@pytest.fixture
def hook(own: Any, listener: Listener) -> Iterator[Any]:
    """A hook that is told everything, and is revoked afterwards."""
    from solvent_server.store.connect import hooks  # noqa: PLC0415 (needs the store)

    made, _ = hooks.make_out(own, "erp", "cfo", listener.url, list(hooks.EVENTS), actor="test")
    yield made
    hooks.revoke(own, made.id, actor="test")


def everything(now: datetime | None = None) -> int:
    """Hear and deliver what is due; gives how many tries."""
    from solvent_server.jobs.hooks import deliver_next  # noqa: PLC0415 (needs the store)
    from solvent_server.store.connect import deliveries  # noqa: PLC0415

    deliveries.hear(now)
    count = 0
    while deliver_next(now):
        count += 1
    return count


def test_what_happens_is_told_once_and_signed(asker, own, hook, listener) -> None:
    from solvent_server.store.connect import hooks  # noqa: PLC0415 (needs the store)
    from solvent_server.store.desk import proposals  # noqa: PLC0415

    everything()
    listener.told.clear()
    event = {"event_id": "told-1", "customer_id": "C0001", "happened_on": "2026-10-01", "kind": "penalty"}
    asker("cfo", "data").post("/events", {"rows": [event]}, "told-1")
    alarms = asker("cfo", "read", "alarms")
    name = alarms.get("/alarms", state="open", limit=1).json()["rows"][0]["case_id"]
    alarms.post(f"/alarms/{name}", {"doing": {"act": "acknowledge"}}, "told-2")
    alarms.post(f"/alarms/{name}", {"doing": {"act": "close", "action": "none", "result": "accepted"}}, "told-3")
    row = {"customer_id": "C0001", "until_on": datetime.now(UTC).date(), "currency": "CNY", "amount": 100}
    asked = proposals.propose(own, "approvals", row, actor="sales", reason="a friend")
    proposals.refuse(own, asked.id, actor="cfo", reason="no")
    assert everything() == 5
    assert everything() == 0, "nothing is told twice"
    told = [json.loads(body) for _, body in listener.told]
    assert [one["event"] for one in told] == [
        "import.loaded", "alarm.changed", "alarm.closed", "approval.asked", "approval.decided",
    ]  # fmt: skip
    assert told[0]["data"]["counts"]["events"]["new"] == 1
    assert {one["data"]["case_id"] for one in told[1:3]} == {name}
    assert all(one["company"] == "own" for one in told)
    secret = hooks.secret_of(hook)
    for headers, body in listener.told:
        assert genuine(secret, headers, body, time.time())
        assert not genuine(secret, headers, body + b" ", time.time())
        assert not genuine("hook_other", headers, body, time.time())
        assert headers["X-Solvent-Delivery"] == json.loads(body)["id"]


def test_a_new_assessment_is_told(own, hook, listener) -> None:
    from shutil import copytree, rmtree  # noqa: PLC0415

    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    everything()
    listener.told.clear()
    folder = assessments.latest("own").folder
    later = copytree(folder, folder.with_name("2026-10-19.2026-11-01T070000"))
    try:
        assert everything() == 1
        told = json.loads(listener.told[-1][1])
        assert (told["event"], told["data"]["assessment"]) == ("assessment.made", later.name)
        assert everything() == 0
    finally:
        rmtree(later)


def _something(asker, number: str) -> None:
    event = {"event_id": number, "customer_id": "C0001", "happened_on": "2026-10-01", "kind": "penalty"}
    assert asker("cfo", "data").post("/events", {"rows": [event]}, number).status_code == 200


def test_who_is_away_is_told_later_and_given_up_at_last(asker, own, hook, listener) -> None:
    from solvent_server.store.connect import deliveries  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Delivery  # noqa: PLC0415

    everything()
    listener.told.clear()
    _something(asker, "away-1")
    now, listener.answers = datetime.now(UTC), [503] * deliveries.TRIES
    assert everything(now) == 1
    one = Delivery.objects.filter(hook=hook).latest("id")
    for wait in deliveries.WAITS:
        assert (one.state, one.status) == ("waiting", 503)
        assert everything(now + wait - timedelta(seconds=1)) == 0, "not before its time"
        now += wait
        assert everything(now) == 1
        one.refresh_from_db()
    assert (one.state, one.tries) == ("dead", 8)
    assert everything(now + timedelta(days=9)) == 0
    with pytest.raises(SolventError, match=r"store\.hook\.not_ended"):
        deliveries.replay(own, one.id + 1_000, actor="test")
    deliveries.replay(own, one.id, actor="test", now=now)
    assert everything(now) == 1
    one.refresh_from_db()
    assert (one.state, one.status) == ("sent", 204)
    bodies = {body for _, body in listener.told}
    assert len(bodies) == 1, "every try tells the same"


def test_a_redirect_is_not_followed_and_counts_as_no(asker, hook, listener) -> None:
    from solvent_server.store.models import Delivery  # noqa: PLC0415 (needs the store)

    everything()
    _something(asker, "redirect-1")
    listener.answers = [302]
    everything()
    one = Delivery.objects.filter(hook=hook).latest("id")
    assert (one.state, one.status, one.error) == ("waiting", 302, "redirect")


def test_two_workers_send_it_once(asker, hook, listener) -> None:
    from solvent_server.store.connect import deliveries  # noqa: PLC0415 (needs the store)

    everything()
    _something(asker, "twice-1")
    now = datetime.now(UTC)
    deliveries.hear(now)
    mine, theirs = deliveries.claim(now), deliveries.claim(now)
    assert mine is not None
    assert theirs is None
    again = deliveries.claim(now + deliveries.LEASE + timedelta(seconds=1))
    assert again is not None, "a worker that is lost keeps nothing for itself"
    assert again.tries == 2


def test_what_the_person_may_not_see_any_more_is_not_sent(asker, own, hook, listener) -> None:
    from solvent_server.store.models import Delivery, Member  # noqa: PLC0415 (needs the store)

    everything()
    listener.told.clear()
    member = Member.objects.get(user__username="cfo", company=own)
    _something(asker, "role-1")
    from solvent_server.store.connect import deliveries  # noqa: PLC0415

    deliveries.hear()
    try:
        Member.objects.filter(id=member.id).update(role="purchasing")
        everything()
        assert Delivery.objects.filter(hook=hook).latest("id").error == "may_not"
        assert not listener.told
    finally:
        Member.objects.filter(id=member.id).update(role="cfo")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "ftp://allowed.example/x", "https://user:key@allowed.example/", "https://", "nonsense",
        "https://allowed.example:99999/", "https://allowed.example/ x", "https://else.example/", "https://allowed.example/#x",
    ],
)  # fmt: skip
def test_addresses_that_nothing_is_sent_to(own, monkeypatch, url: str) -> None:
    from django.conf import settings  # noqa: PLC0415 (needs the store)

    from solvent_server.store.connect import hooks  # noqa: PLC0415

    monkeypatch.setattr(settings, "SOLVENT_HOOK_HOSTS", ["allowed.example"])
    monkeypatch.setattr(settings, "SOLVENT_HOOK_PRIVATE", False)
    hooks.refuse_address("https://allowed.example/good?x=1")
    with pytest.raises(SolventError, match=r"store\.hook\.(address|host)"):
        hooks.refuse_address(url)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "192.0.2.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_network(text: str) -> None:
    assert not open_address(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_a_name_that_leads_inside_is_not_followed(host: str) -> None:
    """Allowed by name and by https, and still not asked, however the address is written."""
    with listening() as server:
        port = server.server_address[1]
        told = send(f"https://{host}:{port}/", {}, b"{}", hosts=[host], private=False)
        assert told.status is None
        assert told.error in ("address_not_allowed", "gaierror")
        assert not server.told


def test_a_message_has_its_limits(listener) -> None:
    def post(body: bytes = b"{}", seconds: float = 10.0):
        return send(listener.url, {}, body, hosts=["127.0.0.1"], private=True, seconds=seconds)

    assert post(b"x" * MOST).status == 204
    assert post(b"x" * (MOST + 1)).error == "too_large"
    listener.long = 50 * MOST
    assert post().status == 204, "a long answer is left"
    listener.long, listener.slow = 0, 0.6
    assert post(seconds=0.2).error == "timeout"
    listener.slow = 0.0
    assert send("http://127.0.0.1:1/", {}, b"", hosts=["127.0.0.1"], private=True).error == "ConnectionRefusedError"
    assert send(listener.url, {}, b"", hosts=[], private=True).error == "not_allowed"
    assert send(listener.url, {}, b"", hosts=["127.0.0.1"], private=False).error == "not_allowed"


def test_events_come_in_by_their_signature(asker, own) -> None:
    from solvent_server.store.connect import hooks  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    door, secret = hooks.make_in(own, "registry", "credit_analyst", actor="test")
    client, path = asker("cfo", "read").client, f"/api/v1/companies/own/hooks/{door.id}/events"
    event = {"event_id": "in-1", "customer_id": "C0001", "happened_on": "2026-10-01", "kind": "lawsuit_as_defendant"}
    body = json.dumps({"rows": [event]}).encode()

    def post(at: float = 0.0, key: str = secret, sent: bytes = body, to: str = path, signed: bytes = body):
        stamp = str(int(time.time() + at))
        headers = {"x-solvent-timestamp": stamp, "x-solvent-signature": signature(key, stamp, signed)}
        return client.post(to, sent, content_type="application/json", headers=headers)

    told = post()
    assert told.status_code == 200, told.content
    assert told.json()["counts"]["new"] == 1
    assert post().json()["counts"]["known"] == 1, "stored once"
    line = AuditLine.objects.get(subject=f"batch {told.json()['batch']}")
    assert line.actor == "credit_analyst (api: registry)"
    assert post(at=-STALE + 5).status_code == 200
    for wrong in (
        post(at=-STALE - 5), post(at=STALE + 5), post(key="hook_other"), post(sent=body + b" "),
        post(to=path.replace("own", "foreign")), post(to=path.replace(str(door.id), "9999")),
        client.post(path, body, content_type="application/json"),
    ):  # fmt: skip
        assert wrong.status_code == 401
    hooks.revoke(own, door.id, actor="test")
    assert post().status_code == 401
    with pytest.raises(SolventError, match=r"store\.hook\.beyond"):
        hooks.make_in(own, "other", "purchasing", actor="test")
