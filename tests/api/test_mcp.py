"""The tools of an assistant: they answer as the interface does, write only their line, and let nobody else in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
anyio = pytest.importorskip("anyio")

TOOLS = {"list_customers", "read_customer", "list_alarms", "read_ageing", "read_outlook", "check_order"}


@pytest.fixture
def asked(token: Callable[..., tuple[Any, str]]) -> Callable[..., Any]:
    """``asked(secret, tool, **arguments)``: what the tool answers to the package's own client."""

    def ask(secret: str, tool: str | None = None, **arguments: object) -> Any:
        from solvent.files.language import Language  # noqa: PLC0415
        from solvent_server.api.mcp import server  # noqa: PLC0415 (an extra)

        async def talk() -> Any:
            async with mcp.Client(server(secret, Language())) as client:
                return await client.list_tools() if tool is None else await client.call_tool(tool, arguments)

        return anyio.run(talk)

    return ask


def test_the_tools_are_those_and_only_read(token, asked) -> None:
    _, secret = token("cfo", "read")
    told = asked(secret).tools
    assert {tool.name for tool in told} == TOOLS
    assert all(tool.annotations.read_only_hint for tool in told)


def test_tools_answer_what_the_interface_answers(token, asked) -> None:
    from asking import Asker  # noqa: PLC0415

    _, secret = token("cfo", "read", "cash", "orders")
    other = Asker(secret)
    told = asked(secret, "list_customers", limit=3).structured_content
    assert told["rows"] == other.get("/customers", limit=3).json()["rows"]
    more = asked(secret, "list_customers", limit=3, cursor=told["next"]).structured_content
    assert more["rows"] != told["rows"]
    assert asked(secret, "read_outlook").structured_content == other.get("/outlook").json()
    assert (
        asked(secret, "list_alarms", limit=2).structured_content["rows"] == other.get("/alarms", limit=2).json()["rows"]
    )
    name = told["rows"][0]["customer_id"]
    assert asked(secret, "read_customer", customer_id=name).structured_content == other.get(f"/customers/{name}").json()
    order = {"customer_id": name, "amount": "100.00"}
    verdict = other.post("/order-checks", {**order, "cash": False}).json()
    assert asked(secret, "check_order", **order).structured_content == verdict
    ages = asked(secret, "read_ageing").structured_content
    assert ages["open_total"] == other.get("/assessments/latest/figures").json()["open_total"]
    assert "per_customer" not in ages["ageing"]


def test_each_call_has_its_line_and_writes_nothing_else(token, asked) -> None:
    from solvent_server.store import audit  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import AuditLine, Reservation  # noqa: PLC0415

    row, secret = token("cfo", "read", "orders")
    before, held = audit.head()[0], Reservation.objects.count()
    asked(secret, "read_customer", customer_id="C0001")
    asked(secret, "check_order", customer_id="C0001", amount="1.00")
    lines = AuditLine.objects.filter(seq__gt=before).order_by("seq")
    assert [line.action for line in lines] == ["mcp.asked"] * 2
    assert [line.subject for line in lines] == ["tool read_customer", "tool check_order"]
    assert json.loads(lines[0].facts) == {"customer_id": "C0001"}
    assert lines[0].actor == f"cfo (api: {row.name})"
    assert Reservation.objects.count() == held


def test_a_tool_lets_in_by_scope_and_company_at_every_call(token, asked) -> None:
    from solvent_server.store.connect import tokens  # noqa: PLC0415 (needs the store)

    row, secret = token("cfo", "read")
    for tool, arguments in (("read_outlook", {}), ("check_order", {"customer_id": "C0001", "amount": "1"})):
        told = asked(secret, tool, **arguments)
        assert told.is_error
        assert "not for" in told.content[0].text
    assert not asked(secret, "read_ageing").is_error
    _, elsewhere = token("cfo-elsewhere", "read", company="foreign")
    assert asked(elsewhere, "read_customer", customer_id="C0001").is_error, "another company's token sees its own alone"
    tokens.revoke(row.company, row.id, actor="test")
    for wrong in (secret, "solvent_none"):
        assert asked(wrong, "read_ageing").is_error


def test_what_cannot_be_asked_is_told_and_breaks_nothing(token, asked) -> None:
    _, secret = token("cfo", "read", "orders")
    for arguments in ({"amount": "x"}, {"amount": "1.001"}, {"amount": "1", "wanted_on": "soon"}, {"amount": "0"}):
        assert asked(secret, "check_order", customer_id="C0001", **arguments).is_error
    assert asked(secret, "list_customers", cursor="nonsense").is_error
    assert asked(secret, "read_customer", customer_id="nobody").is_error


def test_words_of_customers_stand_in_fields_of_data(token, asked, asker) -> None:
    from solvent_server.api.mcp import SAYS  # noqa: PLC0415 (an extra)

    _, secret = token("cfo", "read")
    row = asked(secret, "list_customers", limit=1).structured_content["rows"][0]
    assert row["name"]
    assert "data" in SAYS


def test_over_standard_input_and_output(site: Path, token) -> None:
    """The command itself, asked by the package's own client in a process of its own."""
    from mcp.client.stdio import StdioServerParameters, stdio_client  # noqa: PLC0415

    _, secret = token("cfo", "read")
    command = [sys.executable, "-m", "solvent.files.cli", "mcp", "--data", str(site)]
    environment = {**os.environ, "SOLVENT_MCP_TOKEN": secret}

    async def talk() -> Any:
        told = StdioServerParameters(command=command[0], args=command[1:], env=environment)
        async with mcp.Client(stdio_client(told)) as client:
            return await client.call_tool("read_ageing", {})

    assert anyio.run(talk).structured_content["currency"] == "CNY"


def test_it_says_what_it_needs(site: Path, token, monkeypatch, capsys) -> None:
    """A token of its own, and the extra: without them nothing is opened."""
    from solvent.files.cli import main  # noqa: PLC0415

    monkeypatch.delenv("SOLVENT_MCP_TOKEN", raising=False)
    assert main(["mcp", "--data", str(site), "--lang", "en"]) != 0
    assert "SOLVENT_MCP_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("SOLVENT_MCP_TOKEN", token("cfo", "read")[1])
    for name in [name for name in sys.modules if name == "solvent_server.api.mcp" or name.split(".")[0] == "mcp"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert main(["mcp", "--data", str(site), "--lang", "en"]) != 0
    assert "solvent[mcp]" in capsys.readouterr().err
