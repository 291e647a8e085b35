"""Thorough: how many cases a test tries: a slice by default, so that the suite takes minutes; all with ``--all``.

Where draws are seeded the slice is the same in every run.
"""

from __future__ import annotations

import os

ASKED = "SOLVENT_TESTS"
"""Set to ``all`` by ``--all`` before any test is read; processes that a test starts see it too."""


def cases(usual: int, every: int) -> int:
    """``usual`` by default, ``every`` with ``--all``."""
    return every if os.environ.get(ASKED) == "all" else usual
