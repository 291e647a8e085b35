"""Main: the child process of the guard, ``python -m solvent.files.guard FOLDER``; nobody else starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from solvent.files.guard.child import main

sys.exit(main(Path(sys.argv[1])))
