"""``solvent imports``: what came in, when and by whom."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent_server.commands.opening import add_store, company_of, open_store

_HEADS = ("import", "file", "kind", "state", "on", "by", "rows")
STATES = {"staged": "waiting", "committed": "loaded", "undone": "undone"}


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language)
    parser.add_argument("--last", type=int, default=30, metavar="N", help=language.say("only the newest N"))
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=language.say("write it as JSON"))


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    from solvent_server.store.models import Batch  # noqa: PLC0415 (needs the store)

    language = screen.language
    batches = list(Batch.objects.filter(company=company).order_by("-id")[: args.last])
    told: list[dict[str, Any]] = [
        {
            "batch": one.id,
            "file": one.name,
            "kind": one.kind,
            "state": one.state,
            "at": (one.committed_at or one.created_at).isoformat(),
            "by": one.actor,
            "reason": one.reason,
            "rows": sum(count["new"] + count["changed"] for count in one.counts.values()),
        }
        for one in batches
    ]
    if args.json is not None:
        write_json({"company": company.code, "imports": told}, args.json)
        return OK
    if not told:
        screen.line(language.say("Nothing was imported yet. Begin with: solvent import FILE"))
        return OK
    screen.table(
        _HEADS,
        [
            (str(one["batch"]), one["file"] or one["reason"] or "-", one["kind"], language.say(STATES[one["state"]]),
             one["at"][:16].replace("T", " "), one["by"], language.count(one["rows"]))
            for one in told
        ],
        left=6,
    )  # fmt: skip
    return OK


COMMAND = Command("list what was imported", _add, _run)
