"""The tables. Models hold columns and constraints and no business."""

from solvent_server.store.models.company import Company, Member
from solvent_server.store.models.desk import Authority, Case, CaseStep, Proposal, Reservation
from solvent_server.store.models.errands import Errand
from solvent_server.store.models.facts import FACTS, Retraction, Sighting
from solvent_server.store.models.work import AuditLine, Batch, Original, StatementRecord

__all__ = [
    "FACTS", "AuditLine", "Authority", "Batch", "Case", "CaseStep", "Company", "Errand", "Member", "Original",
    "Proposal", "Reservation", "Retraction", "Sighting", "StatementRecord",
]  # fmt: skip
