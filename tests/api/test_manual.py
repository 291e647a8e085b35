"""The manual of the interface: what stands in it is what happens."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from solvent.files.notify.hook import signature

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "use-the-api.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
POSTED = re.compile(r"-d '(\{.*?\})' \\\n\s+\"\$API(/[\w-]+)\"", re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == language]


def test_what_is_asked_and_sent_is_answered(asker: Any) -> None:
    asked = [path for text in blocks("sh") for path in re.findall(r'"\$API(/[^"]+)"', text)]
    sent = [pair for text in blocks("sh") for pair in POSTED.findall(text)]
    assert (len(asked), [path for _, path in sent]) == (8, ["/order-checks", "/reservations", "/invoices"])
    for path in asked[:4]:
        assert asker().get(path).status_code == 200, path
    check, hold, invoices = (json.loads(body) for body, _ in sent)
    assert asker().post("/order-checks", {**check, "cash": False}).json()["outcome"] in ("yes", "no", "approval")
    held = asker("cfo-elsewhere", "orders", company="foreign").post("/reservations", hold, key="manual-1")
    assert held.status_code == 404, "another company's token"
    person = asker("cfo-elsewhere", company="foreign")
    loaded = person.post("/api/v1/companies/foreign/invoices", invoices, key="manual-2")
    assert loaded.json()["counts"]["new"] == 1


def test_the_problem_in_it_is_the_one_that_is_told(asker: Any) -> None:
    shown = next(json.loads(text) for text in blocks("json") if "urn:solvent" in text)
    told = asker("sales", "orders").post("/order-checks", {"customer_id": "C0001", "amount": 1})
    assert told.json() == shown


@pytest.mark.parametrize(("late", "changed", "right"), [(0, b"", True), (301, b"", False), (0, b" ", False)])
def test_the_check_of_a_signature_in_it_holds(late: int, changed: bytes, right: bool) -> None:
    room: dict[str, Any] = {}
    exec(blocks("python")[0], room)
    body, stamp = '{"id": "import:7", "name": "发票"}'.encode(), str(int(time.time()) - late)
    headers = {"X-Solvent-Timestamp": stamp, "X-Solvent-Signature": signature("hook_secret", stamp, body)}
    assert room["genuine"]("hook_secret", headers, body + changed) is right
    assert room["genuine"]("hook_other", headers, body) is False
