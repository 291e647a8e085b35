"""Child: what runs in the process that reads an upload: walls first, then the readers, then the result into files."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import asdict
from pathlib import Path

from solvent.files.guard.walls import close_in

ASK, DATA, HOW, DONE = "ask.pickle", "data", "how.json", "done.json"
"""What to read it with (written by the parent, who is trusted), the upload, the limits, and how it ended."""
PLACES = "places.json"
"""Where a row was found, or the first rows of each sheet, if that was asked for and not the whole reading."""


def main(folder: Path) -> int:
    """Read the upload in ``folder``, and write beside it the intake, or where a row stands; how it ended is in DONE."""
    how = json.loads((folder / HOW).read_text("ascii"))
    missing = close_in(how["limits"])
    try:
        if how["row"] is None:
            _read(folder, how["name"])
        elif how["row"]:
            _find(folder, how["name"], *how["row"])
        else:
            _glance(folder, how["name"])
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


def _find(folder: Path, name: str, table: str, key: str) -> None:
    from solvent.files.guard.registered import registered  # noqa: PLC0415
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent.intake.sources.places import places_in  # noqa: PLC0415
    from solvent.intake.sources.take import Desk  # noqa: PLC0415

    known, formats, profiles = pickle.loads((folder / ASK).read_bytes())
    source = Source(name, (folder / DATA).read_bytes())
    found = places_in(source, known, Desk(formats, profiles, registered()), table, key)
    (folder / PLACES).write_text(json.dumps([asdict(place) for place in found]), "ascii")


def _glance(folder: Path, name: str) -> None:
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent.intake.ledger.guess import glances  # noqa: PLC0415
    from solvent.intake.sources.bundle import parts_of  # noqa: PLC0415

    source = Source(name, (folder / DATA).read_bytes())
    found = [one for part in parts_of(source) or [source] for one in glances(part)]
    (folder / PLACES).write_text(json.dumps([asdict(one) for one in found]), "ascii")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
