"""Sentences about warnings: rules that fail, cases that cannot be handled so, and telling others."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "notify.address_unknown": "the address is of no service that is known here; correct it where it is kept",
    "notify.file_unreadable": "the notify file cannot be read: {error}",
    "notify.hook_address": "a web-hook goes to an https address, or to this machine; correct it where it is kept",
    "notify.hook_refused": "the web-hook answered with status {status}; the cases are told again next time",
    "notify.hook_unreachable": "the web-hook cannot be reached ({error}); the cases are told again next time",
    "notify.in_ledger": "a notify file leads to secrets and must not lie in the ledger's folder; move it elsewhere",
    "notify.key_unknown": "{key} is not known in a notify file; known: {known}",
    "notify.no_library": (
        "sending by mail or chat needs the library {library}; install solvent[notify], or use a web-hook or --dry-run"
    ),
    "notify.no_targets": "the notify file names nobody; it needs at least one [[target]]",
    "notify.not_named": "the target does not say where its {key} is kept; give {key}_env or {key}_file",
    "notify.not_taken": "the service did not take the message; the cases are told again next time",
    "notify.not_there": "the {key} of this target is to come from {named}, and nothing is there",
    "notify.value_unknown": "{key} has a value that is not known; known: {known}",
    "warnings.action_unknown": "{action} is no action; known: {known}",
    "warnings.actions_no_rate": (
        "actions on customers need their exposure in one currency, and rates are missing; give them in fx_rates"
    ),
    "warnings.avoided_no_amount": "the avoided loss is no amount; write it as 12000.50, or leave it empty",
    "warnings.case_closed": "case {case} is closed already",
    "warnings.case_moved_on": "something has happened to case {case} since; it cannot be taken back any more",
    "warnings.case_unknown": "there is no case {case}; the list of cases names those that there are",
    "warnings.cases_ahead": (
        "the cases have been kept up to {newest} and cannot go back to {day}; choose that day or a later one"
    ),
    "warnings.kept_unreadable": "the kept cases cannot be read ({error}); give the folder that an earlier run wrote",
    "warnings.needs_history": (
        "cases are handled and told of only where they are kept: give --history and a folder, or try --dry-run"
    ),
    "warnings.needs_result": "a case is closed with what was done and what came of it: give --action and --result",
    "warnings.needs_until": "a case is snoozed until a day: give --until",
    "warnings.nothing_said": "say why, or to whom",
    "warnings.reading_no_number": "rule {rule} gave {count} values that are no numbers; they are left out",
    "warnings.result_unknown": "{result} is no result; known: {known}",
    "warnings.rule_failed": "rule {rule} could not be asked and is silent today: {error}",
    "warnings.rule_shape": "rule {rule} gave no {columns} and is silent today",
    "warnings.rule_unknown": "the policy switches off rule {rule}, which does not exist",
    "warnings.snooze_past": "a snooze lasts until a day to come; {until} is not after {day}",
    "warnings.subject_twice": (
        "rule {rule} spoke twice of {count} subjects, {subject} among them; the worse value counts"
    ),
    "warnings.until_no_day": "say until which day it is to be quiet",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
