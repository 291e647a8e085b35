"""Child: what runs in the process that reads an upload: walls first, then the readers, then the result into files."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path

from solvent.files.guard.walls import close_in

ASK, DATA, HOW, DONE = "ask.pickle", "data", "how.json", "done.json"
"""What to read it with (written by the parent, who is trusted), the upload, the limits, and how it ended."""


def main(folder: Path) -> int:
    """Read the upload in ``folder`` and write the intake beside it; how it ended stands in DONE."""
    how = json.loads((folder / HOW).read_text("ascii"))
    missing = close_in(how["limits"])
    try:
        _read(folder, how["name"])
        outcome, error = "read", ""
    except MemoryError:
        outcome, error = "memory", ""
    except BaseException as fault:  # a reader's panic is no ordinary exception; nothing may leave without a word
        outcome, error = "crashed", type(fault).__name__
    (folder / DONE).write_text(json.dumps({"outcome": outcome, "error": error, "missing": missing}), "ascii")
    return 0


def _read(folder: Path, name: str) -> None:
    # The readers are loaded behind the walls: an engine started before them would keep its threads and memory.
    from solvent.files.guard.carry import pack  # noqa: PLC0415
    from solvent.files.guard.registered import registered  # noqa: PLC0415
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent.intake.sources.take import take_in  # noqa: PLC0415

    known, formats, profiles = pickle.loads((folder / ASK).read_bytes())
    source = Source(name, (folder / DATA).read_bytes())
    pack(take_in(source, known, formats, profiles, registered()), folder)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
