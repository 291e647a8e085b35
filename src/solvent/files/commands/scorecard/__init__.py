"""Commands about learned scorecards: ``solvent scorecard train``."""

from solvent.files.commands.scorecard.asked import COMMAND

__all__ = ["COMMAND"]
