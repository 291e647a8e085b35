"""Sentences about files as a whole, and the systems that they come from."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "sources.bundle.member": (
        "is no e-invoice, no bank statement and no list that can be read; the others in the archive were taken in "
        "without it"
    ),
    "sources.currency_differs": (
        "the source keeps its books in {told}, these books are in {known}; check that it is the same company"
    ),
    "sources.erp.account_currency": (
        "the account of this party is neither in the invoice's currency nor in the company's own; correct the account "
        "in the system that it comes from"
    ),
    "sources.erp.contact": "a contact person of a company is no customer; what is owed stands with the company",
    "sources.erp.draft": "the document is still a draft; it counts once it is submitted",
    "sources.erp.no_party_payment": "a payment between our own accounts ({value}) is nothing that anybody owes",
    "sources.erp.nothing_owed": "the document comes to nothing, so nothing is owed on it",
    "sources.erp.outstanding_differs": (
        "{count} invoices stand open with another amount than in the system that they come from, the first {invoice}: "
        "{here} here, {there} there, in the smallest unit of its currency; look for a payment or an entry that the "
        "access key may not see"
    ),
    "sources.erp.supplier_credit": (
        "{count} payments to suppliers and suppliers' credit notes, or parts of them, settle no bill and are left out"
    ),
    "sources.frame.column_unknown": "the importer gives columns that the table {table} does not have: {columns}",
    "sources.frame.money_in_floats": (
        "the importer gives amounts of the table {table} as floating-point numbers ({columns}); it must give text or "
        "whole minor units"
    ),
    "sources.frame.table_unknown": "the importer gives tables that the books do not have: {tables}",
    "sources.guard.crashed": (
        "the program that reads files broke off at this file; nothing of it was taken in. The file may be damaged: "
        "export it again, or save it as CSV"
    ),
    "sources.guard.encoding": (
        "says that its characters are written in {encoding}, which no bank or invoice program uses; export it as UTF-8"
    ),
    "sources.guard.entities": (
        "declares a document type or entities, which bank statements and invoices never do; it was not opened. Ask the "
        "sender for a file without them"
    ),
    "sources.guard.kind": (
        "is of a kind that is not taken in ({kind}); give a workbook, CSV, a bank statement, or an e-invoice in XML, "
        "PDF or OFD"
    ),
    "sources.guard.line": (
        "has a line of more than {limit} characters, which no list has; the line ends may have been lost: export it "
        "again"
    ),
    "sources.guard.memory": (
        "reading it needs more memory than one file may use ({megabytes} MB); split it, or save it as CSV"
    ),
    "sources.guard.no_walls": (
        "this system cannot limit the memory of a program: the file was read in a process of its own and with limited "
        "time, but without a limit on memory"
    ),
    "sources.guard.too_large": "is larger than {megabytes} MB; split it",
    "sources.guard.too_long": (
        "reading it took longer than one file may take ({seconds} s); split it, or save it as CSV"
    ),
    "sources.importer.failed": (
        "the importer {importer} could not read the file ({error}); nothing of it was taken in. Tell whoever wrote the "
        "importer"
    ),
    "sources.live.answer": (
        "{system} gave an answer that is not in the form it documents ({about}); check that the address leads to "
        "{system} itself and not to a page in front of it"
    ),
    "sources.live.company": (
        "{system} keeps the books of other companies, or of several ({companies}); write which one is meant, "
        "just as it is called there"
    ),
    "sources.live.forbidden": ("{system} does not let this access key read {list}; give its user the right to read it"),
    "sources.live.key": "{system} does not accept the access key; make a new one there and enter it here",
    "sources.live.missing": "{system} knows no {list} at this address; check the address and the version",
    "sources.live.not_safe": "the address {url} must begin with https://, or the access key could be read on the way",
    "sources.live.redirected": (
        "{system} sends us on to another address ({to}); enter the final address, for the key goes nowhere else"
    ),
    "sources.live.too_large": "{system} answers with more than {megabytes} MB; fetch less at a time",
    "sources.live.trouble": (
        "{system} failed with error {status} {count} times in a row; try again later, or ask whoever runs it"
    ),
    "sources.live.unreachable": (
        "{system} cannot be reached ({about}); check the address, the network and that it is running"
    ),
    "sources.markup_unknown": (
        "is {kind} that is neither a bank statement nor an e-invoice that we know, nor the export of a system with an "
        "importer; give it as CSV or a workbook"
    ),
    "sources.original.unreadable": (
        "is no whole copy of what {system} handed out; it may have been cut off or changed: fetch it again"
    ),
    "sources.record.refused": "the importer does not take this record: {reason}",
    "sources.records.unused": (
        "{count} records of {list} became nothing: the importer neither took nor refused them; tell whoever wrote it"
    ),
    "sources.row.orphan": "belongs to a row of {table} that was rejected; correct that one first",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
