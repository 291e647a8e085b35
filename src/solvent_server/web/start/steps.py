"""Steps: the five by which a company begins, each done or not by what is in its books, so that one goes on any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from solvent.base.problem import Problem
from solvent_server.store.errands import queue
from solvent_server.store.models import Batch, Errand, Member
from solvent_server.store.models.errands import ASSESS, FAILED, LOAD, READ, RUNNING, SAMPLE, WAITING
from solvent_server.web.parts.page import Look

WORKING = {
    "reading": "The file is being read.",
    "loading": "The rows are being loaded.",
    "assessing": "The company is being assessed.",
    "making": "The sample company is being made.",
}
KINDS = {READ: "A file", LOAD: "An import", ASSESS: "The assessment", SAMPLE: "The sample company"}


@dataclass(frozen=True)
class Step:
    """One of the five. done: nothing more has to be done; may: this person can do it."""

    name: str
    title: str
    why: str
    done: bool
    may: bool


@dataclass(frozen=True)
class Busy:
    """Something that is being done. usual: the seconds it took last time; spent: so far; 0 where it still waits."""

    title: str
    said: str
    spent: float
    usual: float | None
    to: str


def steps(look: Look) -> Sequence[Step]:
    """The five steps as they stand."""
    held: set[str] = set()
    for digests in Batch.objects.filter(company=look.company, state="committed").values_list("digests", flat=True):
        held |= set(digests)
    people = Member.objects.filter(company=look.company).count()
    keeps, company = look.role in ("cfo", "administrator"), look.company
    return (
        Step("company", "The company", "Its name and tax number tell which invoices are ours.",
             bool(company.name and company.currency), keeps),
        Step("receivables", "What customers owe",
             "Without open items there is nothing to say. Receipts teach who pays when.",
             "open_items" in held, look.may("import")),
        Step("bank", "What is in the bank", "Balances begin the cash line; movements teach what goes out, and when.",
             bool(held & {"balances", "bank_lines"}), look.may("import")),
        Step("people", "People and roles", "Limits, overrides and the policy take two people.", people > 1,
             look.may("set_people")),
        Step("first", "The first assessment", "Policy by the stage of the company, and every figure on its page.",
             look.kept is not None, look.may("import")),
    )  # fmt: skip


def busy(look: Look) -> Sequence[Busy]:
    """What is being done for the company just now, or waits for it."""
    going = Errand.objects.filter(company=look.company, what__in=KINDS, state__in=(WAITING, RUNNING)).order_by("id")
    now, told = datetime.now(UTC), []
    for one in going[:10]:
        running = one.state == RUNNING and one.started_at is not None
        said = WORKING.get(one.told.get("step", ""), "") if running else ""
        usual = queue.usual_seconds(look.company, one.what, short=bool(one.asked.get("short")))
        told.append(
            Busy(
                one.asked.get("name") or look.say(KINDS[one.what]),
                look.say(said or "It waits for its turn."),
                (now - one.started_at).total_seconds() if running else 0.0,
                usual,
                look.address("import_file", one.id) if one.what == READ and look.may("import") else "",
            )
        )
    return told


def failure(look: Look) -> str:
    """Why the newest assessment, or the sample, could not be made; empty where it could."""
    newest = Errand.objects.filter(company=look.company, what__in=(ASSESS, SAMPLE)).order_by("-id").first()
    if newest is None or newest.state != FAILED:
        return ""
    return look.language.problem(Problem(newest.told["code"], newest.told["place"], newest.told["facts"]))
