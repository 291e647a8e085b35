"""The command about early warning: ``solvent warnings``."""

from solvent.files.commands.credit.warnings.asked import COMMAND

__all__ = ["COMMAND"]
