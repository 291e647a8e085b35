"""Telling others: digests in both languages, secrets, a real web-hook on this machine, and the command."""

from __future__ import annotations

import json
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from remembered import remembered
from solvent.base import plugs
from solvent.base.calendar import month_ends
from solvent.base.problem import Problem, SolventError
from solvent.books.books import TABLES
from solvent.decisions.warnings.casebook import CASES
from solvent.files.command import OK
from solvent.files.commands.credit.warnings import COMMAND
from solvent.files.commands.credit.warnings.kept import read_kept
from solvent.files.folder import write_tables
from solvent.files.language import Language, catalogue
from solvent.files.notify import words
from solvent.files.notify.digest import Day, digests
from solvent.files.notify.hook import genuine, post, signature
from solvent.files.notify.send import deliver, told_cases
from solvent.files.notify.targets import Notify, Target, read_notify
from solvent.files.screen import Screen

DAY = date(2026, 3, 31)
SECRET = "a-shared-secret"
SHARED = Day(DAY, "CNY", {"C1": "Lan <b>tern</b> & Co"}, {"C1": ["collect_first", "hold_supply"]})


def news(*rows: dict[str, Any]) -> pl.DataFrame:
    """Cases to tell, as ``handling.to_tell`` gives them."""
    usual = {
        "rule": "oldest_overdue", "about": "customer", "subject": "C1", "owner": "collections", "state": "open",
        "tier": 2, "value": 45.0, "line": 30.0, "unit": "days", "opened_on": DAY, "evidence": ["open_items:I1"],
        "facts": '{"count":2,"due_on":"2026-02-14","oldest_days":45,"overdue_amount":123456}', "news": ["opened"],
    }  # fmt: skip
    shape = {**CASES, "news": pl.List(pl.String)}
    full = [{name: {**usual, **row}.get(name) for name in shape} for row in rows]
    return pl.DataFrame(full, shape)


# ---------------------------------------------------------------- digests


def test_a_digest_speaks_both_languages_and_takes_nothing_for_markup() -> None:
    (one,) = digests(news({"case_id": "a"}), SHARED, ["zh", "en"])
    assert (one.owner, one.cases) == ("collections", ["a"])
    assert "1 orange" in one.title
    assert "1 橙色" in one.title
    for text in ("CNY 1,234.56", "14 Feb 2026", "2026年2月14日", "open_items:I1", "Proposed: ", "建议："):
        assert text in one.text
    assert "Lan <b>tern</b> & Co (C1)" in one.text
    assert "Lan &lt;b&gt;tern&lt;/b&gt; &amp; Co (C1)" in one.html
    assert "<b>tern" not in one.html
    assert 'lang="zh-CN"' in one.html
    assert 'lang="en-GB"' in one.html
    assert "▲▲" in one.html, "a tier is told by marks and a word, never by its colour alone"


def test_each_owner_has_its_own_and_who_a_case_is_escalated_to_has_it_too() -> None:
    told = digests(
        news(
            {"case_id": "a"},
            {"case_id": "b", "owner": "credit", "tier": 3, "news": ["raised", "escalated"], "escalated_to": "cfo"},
            {"case_id": "c", "owner": "credit", "tier": 1, "escalated_to": "cfo"},
        ),
        SHARED,
        ["en"],
    )
    assert {digest.owner: digest.cases for digest in told} == {"cfo": ["b"], "collections": ["a"], "credit": ["b", "c"]}


def test_the_message_for_machines() -> None:
    (one,) = digests(news({"case_id": "a"}), SHARED, ["en"])
    told = json.loads(one.body)
    assert (told["kind"], told["as_of"], told["owner"], told["currency"]) == (
        "solvent.warnings", "2026-03-31", "collections", "CNY",
    )  # fmt: skip
    (case,) = told["cases"]
    assert (case["tier"], case["news"], case["value"]) == ("orange", ["opened"], 45.0)
    assert case["facts"]["overdue_amount"] == 123456
    assert set(case["found"]) == {"en", "zh"}
    assert digests(news({"case_id": "a"}), SHARED, ["en"])[0].body == one.body


def test_a_rule_without_a_sentence_is_told_by_its_facts() -> None:
    told = words.sentence("made_up", '{"late_share":0.25,"kind":null}', Language("en"), "CNY")
    assert told == "made_up: late_share 25.0%, kind -"
    assert words.sentence("made_up", "{}", Language("en"), "CNY", ".next") == ""


def test_every_word_has_its_chinese() -> None:
    names = ("TIER", "LAYER", "STATE", "NEWS", "OWNER", "ACTION", "RESULT")
    every = {text for name in names for text in getattr(words, name).values()}
    assert every <= set(catalogue()), every - set(catalogue())


# ---------------------------------------------------------------- the notify file


def written(folder: Path, text: str) -> Path:
    path = folder / "notify.toml"
    path.write_text(text, "utf-8")
    return path


def test_addresses_and_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "wecom.url").write_text("wecombot://key\nmailto://a:b@example.org\n", "utf-8")
    path = written(
        tmp_path,
        """
languages = ["zh"]
[[target]]
name = "chat"
owners = ["credit"]
least = "orange"
url_file = "wecom.url"
[[target]]
kind = "hook"
url_env = "HOOK"
secret_env = "HOOK_SECRET"
""",
    )
    told = read_notify(path, {"HOOK": "https://example.org/x", "HOOK_SECRET": SECRET})
    assert told.languages == ("zh",)
    chat, hook = told.targets
    assert (chat.name, chat.kind, chat.owners, chat.least) == ("chat", "apprise", ("credit",), 2)
    assert chat.urls == ("wecombot://key", "mailto://a:b@example.org")
    assert (hook.name, hook.kind, hook.urls, hook.secret) == ("target 2", "hook", ("https://example.org/x",), SECRET)
    assert "wecombot" not in repr(told)
    assert SECRET not in repr(told)
    with pytest.raises(SolventError, match=r"notify\.not_there"):
        read_notify(path, {"HOOK": "https://example.org/x"})
    assert read_notify(path, {}, secrets=False).targets[1].urls == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[target", "notify.file_unreadable"),
        ("", "notify.no_targets"),
        ("target = 3", "notify.no_targets"),
        ('[[target]]\nurl = "mailto://x"', "notify.key_unknown"),
        ('[[target]]\nkind = "fax"', "notify.value_unknown"),
        ('[[target]]\nleast = "purple"', "notify.value_unknown"),
        ('[[target]]\nowners = "credit"', "notify.value_unknown"),
        ('languages = ["de"]\n[[target]]', "notify.value_unknown"),
        ("[[target]]", "notify.not_named"),
        ('[[target]]\nurl_env = "A"', "notify.not_there"),
        ('[[target]]\nurl_file = "a"', "notify.not_there"),
    ],
)
def test_a_notify_file_that_is_wrong_is_refused_by_name(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(SolventError) as error:
        read_notify(written(tmp_path, text), {})
    assert error.value.problem.code == code


def test_a_notify_file_never_lies_in_the_ledger(tmp_path: Path) -> None:
    path = written(tmp_path, "[[target]]")
    with pytest.raises(SolventError, match=r"notify\.in_ledger"):
        read_notify(path, {}, tmp_path)


# ---------------------------------------------------------------- the web-hook


@dataclass
class Receiver:
    """What a small server on this machine was sent, and how it answers."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append((dict(self.headers.items()), body))
            status = told.answers.pop(0) if told.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", told.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def send(url: str, body: bytes = b'{"a":1}', pauses: list[float] | None = None) -> Problem | None:
    return post(url, SECRET, body, place="hook", pause=(pauses if pauses is not None else []).append)


def test_a_web_hook_is_signed(receiver: Receiver) -> None:
    assert send(receiver.url, '{"名":1}'.encode()) is None
    ((headers, body),) = receiver.got
    now = time.time()
    assert body == '{"名":1}'.encode()
    assert genuine(SECRET, headers, body, now)
    assert not genuine("another", headers, body, now)
    assert not genuine(SECRET, headers, body + b" ", now)
    assert not genuine(SECRET, headers, body, now + 301)
    assert not genuine(SECRET, {**headers, "X-Solvent-Timestamp": "x"}, body, now)
    assert signature(SECRET, "1", b"a") != signature(SECRET, "11", b"")


def test_it_is_tried_again_where_the_other_side_is_busy(receiver: Receiver) -> None:
    receiver.answers, pauses = [503, 429, 200], []
    assert send(receiver.url, pauses=pauses) is None
    assert pauses == [1.0, 4.0]
    assert len({headers["X-Solvent-Delivery"] for headers, _ in receiver.got}) == 1


def test_a_refusal_is_not_repeated_and_a_redirect_not_followed(receiver: Receiver) -> None:
    for status in (400, 302):
        receiver.answers, receiver.got = [status], []
        said = send(receiver.url)
        assert said is not None
        assert (said.code, said.facts) == ("notify.hook_refused", {"status": status})
        assert len(receiver.got) == 1


def test_what_stays_busy_or_away_is_told(receiver: Receiver) -> None:
    receiver.answers = [500, 500, 500]
    said = send(receiver.url)
    assert said is not None
    assert said.facts == {"status": 500}
    away = send("http://127.0.0.1:9/")
    assert away is not None
    assert away.code == "notify.hook_unreachable"


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://127.0.0.1/", "file:///etc/hosts", "nothing"])
def test_nothing_is_sent_unencrypted_to_elsewhere(url: str) -> None:
    said = send(url)
    assert said is not None
    assert said.code == "notify.hook_address"
    assert "example" not in str(said)


# ---------------------------------------------------------------- who takes what


def test_a_case_is_told_when_everybody_took_it() -> None:
    asked: list[tuple[str, Sequence[str]]] = []

    def hook(url: str, _: str, body: bytes, *, place: str) -> Problem | None:
        asked.append((url, [case["case_id"] for case in json.loads(body)["cases"]]))
        return Problem("notify.hook_refused", place, {"status": 400}) if url == "bad" else None

    notify = Notify(
        ("en",),
        (
            Target("all", "hook", (), 1, ("good",), SECRET),
            Target("credit", "hook", ("credit",), 3, ("bad",), SECRET),
        ),
    )
    cases = news(
        {"case_id": "a", "owner": "credit", "tier": 1},
        {"case_id": "b", "owner": "credit", "tier": 3},
        {"case_id": "c", "owner": "sales", "tier": 2},
    )
    done = deliver(cases, notify, SHARED, hook=hook)
    assert asked == [("good", ["a", "b"]), ("bad", ["b"]), ("good", ["c"])]
    assert told_cases(done) == ["a", "c"]


@pytest.fixture
def apprise(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, str]]:
    """A stand-in for the library, so that its way of being asked is kept where it is not installed."""
    sent: list[tuple[str, str, str, str]] = []

    class Sender:
        def __init__(self) -> None:
            self.url = ""

        def add(self, url: str) -> bool:
            self.url = url
            return "://" in url

        def notify(self, *, title: str, body: str, body_format: str) -> bool:
            sent.append((self.url, title, body, body_format))
            return not self.url.startswith("slack")

    library = SimpleNamespace(Apprise=Sender, NotifyFormat=SimpleNamespace(HTML="html", TEXT="text"))
    monkeypatch.setitem(sys.modules, "apprise", library)  # type: ignore[arg-type]
    plugs.usable.cache_clear()
    yield sent
    plugs.usable.cache_clear()


def test_mail_gets_html_and_chats_get_text(apprise: list[tuple[str, str, str, str]]) -> None:
    urls = ("mailtos://a@b.example", "wecombot://key", "slack://token", "nonsense")
    done = deliver(news({"case_id": "a"}), Notify(("zh",), (Target("all", "apprise", (), 1, urls),)), SHARED)
    assert [(url, form) for url, _, _, form in apprise] == [
        ("mailtos://a@b.example", "html"), ("wecombot://key", "text"), ("slack://token", "text"),
    ]  # fmt: skip
    assert apprise[0][2].startswith("<!doctype html>")
    assert apprise[1][2].startswith(apprise[1][1])
    assert done[0].problem is not None
    assert told_cases(done) == []


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    plugs.usable.cache_clear()
    notify = Notify(("en",), (Target("all", "apprise", (), 1, ("mailto://x",)),))
    with pytest.raises(SolventError, match=r"notify\.no_library"):
        deliver(news({"case_id": "a"}), notify, SHARED)
    plugs.usable.cache_clear()


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Six customers that are billed every month for two years; the first two pay nothing of the last five months."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("customers", "open_items", "receipts", "allocations")
    }
    for customer in (f"C{place}" for place in range(1, 7)):
        rows["customers"].append(
            {"customer_id": customer, "name": f"Lantern {customer}", "recorded_on": date(2020, 1, 1)}
        )
        for place, due in enumerate(month_ends(DAY, 24)):
            name, money = f"{customer}-{place:02}", {"currency": "CNY", "amount": 1_000_000 + 1000 * place}
            item = {"item_id": name, "invoice_id": name, "customer_id": customer, "due_on": due}
            issued = due - timedelta(days=30)
            rows["open_items"].append({**item, "issued_on": issued, "recorded_on": issued, **money})
            if place < 19 or customer > "C2":
                paid = {**money, "recorded_on": due}
                rows["receipts"].append({"receipt_id": name, "customer_id": customer, "received_on": due, **paid})
                used = {"item_id": name, "source": "receipt", "source_id": name, "allocated_on": due}
                rows["allocations"].append({"allocation_id": name, **used, **paid})
    folder = tmp_path_factory.mktemp("ledger")
    tables = {name: TABLES[name].conform(pl.DataFrame(told).lazy()).collect() for name, told in rows.items()}
    write_tables(tables, folder, currency="CNY", form="parquet")
    with remembered():
        yield folder


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``solvent warnings`` with these words and gives what it showed."""

    def say(*asked: object, language: str = "en") -> str:
        parser = ArgumentParser()
        COMMAND.add(parser, Language(language))
        screen = Screen(Language(language))
        assert COMMAND.run(parser.parse_args([str(word) for word in asked]), screen) == OK
        return capsys.readouterr().out

    return say


def test_the_screen_in_both_languages(run: Run, ledger: Path) -> None:
    english = run(ledger, "--paths", 300)
    for text in ("Early warning at the end of", "Top layer", "Proposed, and the money at stake", "Lantern C1"):
        assert text in english
    assert "▲▲▲ red" in english
    assert "日终预警" in run(ledger, "--no-paths", language="zh")


def test_one_rule_or_one_customer_with_its_rows(run: Run, ledger: Path) -> None:
    told = json.loads(run(ledger, "--no-paths", "--json"))
    customer = next(row for row in told["findings"] if row["about"] == "customer")
    one = json.loads(run(ledger, "--no-paths", "--customer", customer["subject"], "--json"))["findings"]
    assert one == [
        row for row in told["findings"] if (row["about"], row["subject"]) == ("customer", customer["subject"])
    ]
    rule = json.loads(run(ledger, "--no-paths", "--rule", customer["rule"], "--json"))["findings"]
    assert rule == [row for row in told["findings"] if row["rule"] == customer["rule"]]
    assert "Rests on: " in run(ledger, "--no-paths", "--rule", customer["rule"])
    csv = run(ledger, "--no-paths", "--rule", customer["rule"], "--csv")
    assert len(csv.splitlines()) == len(rule) + 1


def test_a_case_from_its_opening_to_its_end(run: Run, ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    first = json.loads(run(ledger, "--no-paths", "--history", folder, "--json"))
    again = json.loads(run(ledger, "--no-paths", "--history", folder, "--json"))
    assert again["cases"] == first["cases"]
    assert again["history"] == first["history"]
    one, two, three = (case["case_id"] for case in first["cases"][:3])
    run(ledger, "--no-paths", "--history", folder, "--ack", one, "--by", "Li")
    later = date(2030, 1, 1)
    run(ledger, "--no-paths", "--history", folder, "--snooze", two, "--until", later, "--reason", "on its way")
    run(ledger, "--no-paths", "--history", folder, "--close", three, "--action", "none", "--result", "false_alarm")
    cases, history = read_kept(folder)
    states = dict(cases.select("case_id", "state").iter_rows())
    assert (states[one], states[two], states[three]) == ("acknowledged", "snoozed", "closed")
    assert history.get_column("what").to_list()[-3:] == ["acknowledged", "snoozed", "closed"]
    assert history.filter(pl.col("what") == "acknowledged").item(0, "by") == "Li"
    assert one in run(ledger, "--no-paths", "--history", folder, "--top", 500)


@pytest.mark.parametrize(
    ("words_", "code"),
    [
        (("--ack", "x"), "warnings.needs_history"),
        (("--history", "DIR", "--ack", "x"), "warnings.case_unknown"),
        (("--history", "DIR", "--snooze", "x"), "warnings.needs_until"),
        (("--history", "DIR", "--close", "x"), "warnings.needs_result"),
        (("--notify", "x"), "warnings.needs_history"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Run, ledger: Path, tmp_path: Path, words_: tuple[str, ...], code: str
) -> None:
    with pytest.raises(SolventError) as error:
        run(ledger, "--no-paths", *(str(tmp_path / "cases") if word == "DIR" else word for word in words_))
    assert error.value.problem.code == code


def test_kept_cases_that_are_none_are_refused(run: Run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.parquet").write_text("nothing", "utf-8")
    with pytest.raises(SolventError, match=r"warnings\.kept_unreadable"):
        run(ledger, "--no-paths", "--history", tmp_path)


def test_others_are_told_once(
    run: Run, ledger: Path, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", receiver.url)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    path = written(tmp_path, '[[target]]\nname = "ours"\nkind = "hook"\nurl_env = "HOOK"\nsecret_env = "HOOK_SECRET"')
    asked = (ledger, "--no-paths", "--history", tmp_path / "cases", "--notify", path)
    dry = run(*asked, "--dry-run")
    assert "Would be told by ours" in dry
    assert SECRET not in dry
    assert not receiver.got
    shown = run(*asked)
    assert "Told by ours" in shown
    for headers, body in receiver.got:
        assert genuine(SECRET, headers, body, time.time())
    cases = {case["case_id"] for _, body in receiver.got for case in json.loads(body)["cases"]}
    assert cases == set(read_kept(tmp_path / "cases")[0].get_column("case_id"))
    count = len(receiver.got)
    run(*asked)
    assert len(receiver.got) == count, "what was told is not told again"
    assert "no news" in run(*asked, "--dry-run")


def test_rules_beside_their_past(run: Run, ledger: Path) -> None:
    told = json.loads(run(ledger, "--no-paths", "--rule", "oldest_overdue", "--backtest", "--json"))
    (row,) = told["backtest"]
    assert row["rule"] == "oldest_overdue"
    assert row["days"] > 0
    assert "Rules over the ledger's own past" in run(ledger, "--no-paths", "--rule", "oldest_overdue", "--backtest")
