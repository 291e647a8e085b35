"""The tables. Models hold columns and constraints and no business."""

from solvent_server.store.models.api import Answered, Delivery, Hook, Token
from solvent_server.store.models.company import Company, Member
from solvent_server.store.models.desk import Authority, Case, CaseStep, Proposal, Reservation
from solvent_server.store.models.errands import Errand
from solvent_server.store.models.facts import FACTS, Retraction, Sighting
from solvent_server.store.models.notes import Note
from solvent_server.store.models.sample import SampleCompany
from solvent_server.store.models.schedule import Schedule, ScheduledRun
from solvent_server.store.models.settings import Connection, FirstPassword, PolicyChange, RoleChange
from solvent_server.store.models.views import SavedView
from solvent_server.store.models.work import AuditLine, Batch, Original, StatementRecord

__all__ = [
    "FACTS", "Answered", "AuditLine", "Authority", "Batch", "Case", "CaseStep", "Company", "Connection", "Delivery",
    "Errand", "FirstPassword", "Hook", "Member", "Note", "Original", "PolicyChange", "Proposal", "Reservation",
    "Retraction", "RoleChange", "SampleCompany", "SavedView", "Schedule", "ScheduledRun", "Sighting",
    "StatementRecord", "Token",
]  # fmt: skip
