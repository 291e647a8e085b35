"""Sentences about the store: imports, undo, backup, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "files.no_ledger_named": (
        "no ledger is named, and there is no store to take it from; name a file or folder, or import one with: "
        "solvent import FILE"
    ),
    "store.backup.exists": "is there already; name another file",
    "store.batch.not_parked": "what was read for import {batch} is no longer there; import the file again",
    "store.batch.not_staged": "import {batch} is {state}: only one that waits can be committed",
    "store.batch.unknown": "there is no import {batch}; list them with: solvent imports",
    "store.company.unknown": "there is no company {company}; known: {known}",
    "store.company.which": "there are several companies ({known}); say which with --company",
    "store.database_url": (
        "{scheme} is no database that is supported; write sqlite:///file or postgresql://user@host/name"
    ),
    "store.extra_missing": "this needs libraries of the server; install them with: pip install 'solvent[web]'",
    "store.import.nothing": "nothing in it could be read; the reasons stand above",
    "store.match.unknown": "there is no proposal for {line}; list them with: solvent match",
    "store.restore.damaged": "is no whole backup ({part}); take an older one",
    "store.restore.not_empty": "can only be taken back into an empty store; give a new data folder or database",
    "store.undo.built_on": (
        "import {batch} cannot be undone: {count} rows were built on it since, first {other} in {by} on "
        "{row} in {table}; undo those first"
    ),
    "store.undo.not_committed": (
        "import {batch} is {state}: only a committed import can be undone, and an undo cannot"
    ),
    "store.rows.refused": (
        "{count} rows were left out, first {first}: {rule}; correct them in the source and import it again"
    ),
    "store.database": "the database says: {error}; nothing was changed",
    "store.disk": "cannot be written: {error}; nothing was changed",
    "store.behind": "was made by an earlier version; bring it up to date with: solvent migrate",
    "store.newer": "was made by a newer version of Solvent; use that one",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
