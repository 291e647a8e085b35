"""What machines ask: alive, ready, metrics; what is logged, and what is never; how much may be sent."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from solvent.base.problem import SolventError
from solvent_server.store import database

OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}
LINE = re.compile(r'[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? -?[0-9.e+-]+')


def test_alive_is_told_to_everybody_and_says_nothing_else(client: Callable[..., object]) -> None:
    answer = client(None).get("/health/", **OUTSIDE)
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert client(None).post("/health/").status_code == 405


def test_ready_rests_on_database_worker_and_disk(
    client: Callable[..., object], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent_server.store.errands import heartbeat  # noqa: PLC0415 (needs the store)
    from solvent_server.web.health import state  # noqa: PLC0415

    heartbeat.stop()
    missing = client(None).get("/ready/")
    assert missing.status_code == 503
    assert missing.json()["parts"] == {"database": True, "migrations": True, "worker": False, "disk": True}
    heartbeat.beat()
    well = client(None).get("/ready/")
    assert (well.status_code, well.json()["ready"]) == (200, True)
    assert well.json()["assessed_seconds_ago"]["foreign"] is None
    assert well.json()["assessed_seconds_ago"]["own"] is not None
    assert client(None).get("/ready/", **OUTSIDE).json() == {"ready": True}
    assert client(None).get("/ready/", headers={"x-forwarded-for": "203.0.113.7"}).json() == {"ready": True}
    beat = next((site / "workers").glob(f"{os.getpid()}@*"))
    for age, there in ((heartbeat.GONE - 5, 200), (heartbeat.GONE + 5, 503)):
        now = beat.stat().st_mtime
        os.utime(beat, (now - age, now - age))
        assert client(None).get("/ready/").status_code == there
        heartbeat.beat()
    monkeypatch.setattr(state, "ROOM", 2**62)
    assert client(None).get("/ready/").json()["parts"]["disk"] is False
    heartbeat.stop()


def test_a_database_that_does_not_answer_is_told(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.web.health import state  # noqa: PLC0415

    def broken() -> str:
        raise SolventError("store.database", "", error="gone")

    monkeypatch.setattr(database, "state", broken)
    now = state.ready()
    assert (now.database, now.well) == (False, False)


def test_metrics_are_for_this_machine_and_for_the_token(
    client: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings  # noqa: PLC0415

    assert client(None).get("/metrics/", **OUTSIDE).status_code == 404
    assert client("cfo").get("/metrics/", **OUTSIDE).status_code == 404
    assert client(None).get("/metrics/", headers={"x-forwarded-for": "203.0.113.7"}).status_code == 404
    monkeypatch.setattr(settings, "SOLVENT_METRICS_TOKEN", "t0ken")
    for shown, status in (("Bearer t0ken", 200), ("bearer t0ken", 200), ("Bearer t0ke", 404), ("Basic t0ken", 404)):
        answer = client(None).get("/metrics/", headers={"authorization": shown}, **OUTSIDE)
        assert answer.status_code == status, shown
    client("cfo").get("/c/own/")
    answer = client(None).get("/metrics/")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line) for line in lines)
    told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(told['solvent_requests_total{view="today",status="2xx"}']) >= 1
    buckets = [
        float(value) for name, value in told.items() if name.startswith("solvent_request_duration_seconds_bucket")
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == float(told["solvent_request_duration_seconds_count"])
    assert 'solvent_errands{what="read",state="done"}' in told
    assert 'solvent_assessment_age_seconds{company="own"}' in told


def test_counts_of_all_processes_are_added(site: Path) -> None:
    from solvent_server.web.health import counts  # noqa: PLC0415

    before = counts.total().get("count", 0.0)
    (site / "metrics").mkdir(exist_ok=True)
    (site / "metrics" / "999999.json").write_text(json.dumps({"count": 5}))
    (site / "metrics" / "999998.json").write_text("half a li")
    counts.count("today", 200, 0.01)
    assert counts.total()["count"] == before + 6
    counts.forget()
    assert counts.total() == {}


def test_a_log_line_has_the_number_of_its_request_and_no_secret(client: Callable[..., object]) -> None:
    from solvent_server.web.health import logs  # noqa: PLC0415

    page, logger = io.StringIO(), logging.getLogger("solvent")
    handler, level = logging.StreamHandler(page), logger.level
    handler.setFormatter(logs.formatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        visitor = client("cfo")
        first = visitor.get("/c/own/customers/?q=secret-customer", headers={"x-request-id": "from-the-proxy-1"})
        second = visitor.get("/c/own/", headers={"x-request-id": "bad id\nwith a line"})
        visitor.post("/accounts/login/", {"login": "cfo", "password": "hunter2-hunter2"})
        logging.getLogger("solvent.test").info("postgresql://me:pw123@host/db password=abc Bearer xyz.abc")
        logs.of_requests().info("told", api_key="k", nested={"Authorization": "b"}, many=[{"token": "t"}], key_count=2)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert first.headers["X-Request-ID"] == "from-the-proxy-1"
    assert re.fullmatch(r"[0-9a-f]{16}", second.headers["X-Request-ID"])
    lines = [json.loads(line) for line in page.getvalue().splitlines()]
    assert lines[0]["request_id"] == "from-the-proxy-1"
    assert (lines[0]["user"], lines[0]["status"], lines[0]["path"]) == ("cfo", 200, "/c/own/customers/")
    assert lines[-1]["key_count"] == 2
    for secret in ("hunter2", "pw123", "=abc", "xyz.abc", "secret-customer", '"k"', '"b"', '"t"'):
        assert secret not in page.getvalue(), secret


def test_pages_with_data_are_stored_by_nobody(client: Callable[..., object]) -> None:
    for address in ("/c/own/", "/c/own/customers/", "/accounts/login/", "/"):
        assert client("cfo").get(address).headers["Cache-Control"].count("no-store") == 1, address


def test_a_request_that_is_too_long_is_not_read(client: Callable[..., object]) -> None:
    from django.conf import settings  # noqa: PLC0415

    most = settings.SOLVENT_UPLOAD_BYTES * settings.SOLVENT_UPLOAD_FILES
    for length, refused in ((most, False), (most + 1_000_001, True)):
        answer = client("cfo").generic("POST", "/c/own/imports/", b"", CONTENT_LENGTH=str(length))
        assert (answer.status_code == 413) == refused


def test_a_file_over_the_limit_is_refused_with_the_limit(
    client: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    from solvent_server.store.models import Errand  # noqa: PLC0415

    assert settings.SOLVENT_UPLOAD_BYTES == 25_000_000
    monkeypatch.setattr(settings, "SOLVENT_UPLOAD_BYTES", 2_000_000)
    before, visitor = Errand.objects.count(), client("cfo")
    visitor.post("/c/own/imports/", {"files": [SimpleUploadedFile("big.csv", b"x" * 2_000_001)]})
    assert Errand.objects.count() == before
    page = visitor.get("/c/own/imports/").content.decode()
    assert "2 MB" in page


def test_settings_of_the_environment_are_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.settings import settings  # noqa: PLC0415

    for name, wrong in (("SOLVENT_UPLOAD_MB", "plenty"), ("SOLVENT_UPLOAD_MB", "0"), ("SOLVENT_LOG", "loud")):
        monkeypatch.setenv(name, wrong)
        with pytest.raises(SolventError, match=r"server\.setting"):
            settings(tmp_path, "")
        monkeypatch.delenv(name)
    (tmp_path / "token").write_text("from a file\n")
    monkeypatch.setenv("SOLVENT_METRICS_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("SOLVENT_HOSTS", "solvent.example, other.example")
    monkeypatch.setenv("SOLVENT_HTTPS", "1")
    told = settings(tmp_path, "")
    assert told["SOLVENT_METRICS_TOKEN"] == "from a file"
    assert told["ALLOWED_HOSTS"][:2] == ["solvent.example", "other.example"]
    assert "127.0.0.1" in told["ALLOWED_HOSTS"], "its own health check"
    assert "testserver" not in told["ALLOWED_HOSTS"]
    assert (told["SESSION_COOKIE_NAME"], told["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert told["SESSION_COOKIE_SECURE"]
    assert told["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    monkeypatch.delenv("SOLVENT_HTTPS")
    assert not settings(tmp_path, "")["SESSION_COOKIE_NAME"].startswith("__Host-")
