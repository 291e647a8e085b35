"""Sentences about the store: imports, undo, backup, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "files.no_ledger_named": (
        "no ledger is named, and there is no store to take it from; name a file or folder, or import one with: "
        "solvent import FILE"
    ),
    "jobs.errand.broke": (
        "cannot be done: something broke while it was worked on ({error}); ask for it again, and tell your "
        "administrator if it breaks again"
    ),
    "jobs.errand.lost": (
        "was not done: the process that worked at it was ended before ({count} times); ask for it again, and if it "
        "happens again, let your administrator see whether memory is short"
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
    "store.errand.unknown": "there is no file {errand} here; it may have been put aside",
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
    "store.desk.amount": "{value} has more decimals than {currency}, or is too large; write it like 45000.00",
    "store.desk.cell": (
        "{column} of {table} cannot be {value}; write days as 2026-03-10, numbers as 12.5, and choose words from "
        "the list in: solvent dictionary"
    ),
    "store.desk.column_unknown": "{table} has no column {column}; it has: {known}",
    "store.desk.may_not_approve": (
        "{person} may not approve proposal {proposal}: it takes a role that approves, and the authority to decide "
        "as much"
    ),
    "store.desk.nobody": "the books know no {name}; look for a slip of the pen, or enter the admission first",
    "store.desk.not_entered": "into {table} nobody enters rows alone; one can into: {known}",
    "store.desk.not_waiting": (
        "proposal {proposal} does not wait for anybody; list what waits with: solvent limit show, or solvent "
        "approve-order show"
    ),
    "store.desk.own_authority": "{person} cannot give authority to {person}: a colleague has to",
    "store.desk.reason": "a reason has to be given: --reason",
    "store.desk.refused": (
        "the row breaks the rule {rule} of {table}; what the rule asks is told by: solvent dictionary"
    ),
    "store.desk.same_person": "{person} proposed number {proposal}: a second person has to approve it",
    "store.desk.word": "{word} says nothing of a column; write it as COLUMN=VALUE",
    "store.reserve.key_taken": (
        "the key {key} named another request, reservation {reservation}; give this one a key of its own"
    ),
    "store.reserve.moved": "the books have moved while it was asked; ask again",
    "store.reserve.no_limit": "no limit counts for {customer}; decide one with: solvent limit set",
    "store.reserve.no_rate": (
        "what {customer} owes cannot be told in one currency for want of a rate; import the rates first"
    ),
    "store.reserve.not_held": (
        "nothing is held under reservation {reservation} any more; list them with: solvent reserve"
    ),
    "store.reserve.nothing": "say how much is to be held for {customer}, more than nothing, and of which limit",
    "store.reserve.order_held": "reservation {reservation} is held for order {order} already; release it first",
    "store.reserve.other_order": "reservation {reservation} is held for order {order}; name that one with --order",
    "store.disk": "cannot be written: {error}; nothing was changed",
    "store.behind": "was made by an earlier version; bring it up to date with: solvent migrate",
    "store.newer": "was made by a newer version of Solvent; use that one",
    "store.assessment.frame_missing": (
        "the kept assessment has no list of {name}: it was made by an earlier version; make it anew with: solvent daily"
    ),
    "store.person_without_password": "{name} is new here and needs a password: add --password",
    "store.password_weak": "this password is too easy to guess: {reason}",
    "store.role_unknown": "{role} is no role here; there are: {known}",
    "store.view.unknown": "There is no view of yours with this number.",
    "store.view.name": "A view needs a name of at most {longest} characters.",
    "store.view.too_many": "There are {most} views of this list already; delete one first.",
    "store.view.name_taken": "There is a view of this name already: {name}.",
    "store.sample.none": "There is no sample company here.",
    "store.sample.too_late": "{company} holds books already, so it becomes no sample: a sample is taken away whole.",
    "store.sample.busy": "Something is being done for {company} just now; take it away when that has ended.",
    "store.first.key": "This key is none, or somebody has let himself in already. A new start of the server shows one.",
    "store.first.name": "A name of at most 150 characters and one of the two roles are needed.",
    "store.first.company": "There is a company already. Whoever leads or keeps it gives you a role in it.",
    "store.company.currency": "{currency} is no currency; write three letters, like CNY.",
    "store.schedule.odd": "{name} is {value}; it lies between {least} and {most}.",
    "store.schedule.unread": "A time is hours and minutes, like 05:30, and a day is a number.",
    "store.port_taken": "port {port} is taken; name another one with --port",
    "server.setting": "{value} will not do; possible are: {known}",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
