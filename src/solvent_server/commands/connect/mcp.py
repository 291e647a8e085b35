"""``solvent mcp``: tools for an assistant on this machine, over standard input and output; they only read."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from solvent.base.problem import SolventError
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store

SECRET = "SOLVENT_MCP_TOKEN"


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)


def _run(args: Namespace, screen: Screen) -> int:
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise SolventError("mcp.token_missing")
    open_store(args.data)
    try:
        from solvent_server.api.mcp import server  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise SolventError("mcp.extra_missing") from error
    server(secret, screen.language).run("stdio")
    return OK


COMMAND = Command("let an assistant on this machine read, by the Model Context Protocol", _add, _run)
