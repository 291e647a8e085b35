"""Commands about learned scorecards: ``solvent scorecard train`` and ``apply``."""

from solvent.files.commands.scorecard.asked import COMMAND

__all__ = ["COMMAND"]
