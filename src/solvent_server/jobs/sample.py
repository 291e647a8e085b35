"""Sample: the sample company made, loaded and assessed, step by step, for a command or for the worker."""

from __future__ import annotations

from collections.abc import Callable

from solvent.files.sample import Plan, Sample, generate
from solvent_server.jobs.daily import assess_company
from solvent_server.store import batches, work
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Batch, Company

REASON = "the sample company"
MAKING, LOADING, ASSESSING = "making", "loading", "assessing"
Step = Callable[[str, Callable[[], object]], None]
"""Does one step and tells of it: its name, and what it does."""


def fill(of: Company, step: Step, *, seed: int, actor: str) -> None:
    """Make its books, load and assess them; what is there already stays."""
    if not Batch.objects.filter(company=of, committed_at__isnull=False).exists():
        made: list[Sample] = []
        step(MAKING, lambda: made.append(generate(Plan(seed=seed))))
        step(LOADING, lambda: _load(of, made[0], actor))
    if assessments.latest(of.code) is None:
        step(ASSESSING, lambda: assess_company(of))


def _load(of: Company, made: Sample, actor: str) -> None:
    work.set_company(of.code, actor, names=[made.name_en, made.name], currency=made.currency)
    batches.record(of, made.tables, kind="ledger", actor=actor, reason=REASON)
