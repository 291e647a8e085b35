"""The tables. Models hold columns and constraints and no business."""

from solvent_server.store.models.company import Company, Member
from solvent_server.store.models.facts import FACTS, Retraction, Sighting
from solvent_server.store.models.work import AuditLine, Batch, Original, StatementRecord

__all__ = ["FACTS", "AuditLine", "Batch", "Company", "Member", "Original", "Retraction", "Sighting", "StatementRecord"]
