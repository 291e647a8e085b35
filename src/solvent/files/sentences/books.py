"""Sentences about ledgers, their columns and cells, the books, the figures and the policy."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "base.table.column_missing": "table {table} lacks the column {columns}; the data dictionary lists what it needs",
    "books.empty": (
        "there is no invoice, receipt or delivery in it, so there is no day to assess; check that the right "
        "file was given, or see how it was read with: solvent columns LEDGER"
    ),
    "books.mixed_currencies": (
        "amounts are in {currencies} and there is no rate between them: totals across currencies are left "
        "out; add a table fx_rates, or booked amounts in the company's own currency"
    ),
    "books.recorded_on_assumed": (
        "the ledger does not say when its rows were recorded: each counts as known from its own day"
    ),
    "files.currency_unknown": "{currency} is no currency of ISO 4217; write for example CNY, USD or EUR",
    "files.manifest_unreadable": "cannot be read as TOML: {error}",
    "files.nothing_readable": "holds no file that can be read; readable are {known} and Parquet tables",
    "files.nothing_there": "there is nothing at this place",
    "files.parquet_unreadable": "is not the Parquet of its table: {error}",
    "files.too_large": "is larger than {megabytes} MB; split it, or give it as Parquet",
    "intake.account.balance_astray": (
        "{count} rows do not lead to the running balance beside them, the first in row {row}; the amounts "
        "were taken as printed"
    ),
    "intake.account.opening_implied": (
        "{count} accounts begin with a balance that no opening row shows; it was put in as an opening item"
    ),
    "intake.account.red": (
        "{count} amounts without a minus sign lower the running balance, the first in row {row}: they were "
        "taken as red entries"
    ),
    "intake.amount_rounded": "{count} amounts had more decimals than the currency; they were rounded half up",
    "intake.amounts.unit": "unit {unit} is no power of ten",
    "intake.amounts_disagree": (
        "in {count} rows the amount less what is paid is not what is open; the open amount was believed"
    ),
    "intake.cell.amount": "{value} is no amount; write it as 1234.50",
    "intake.cell.amount_decimals": "{value} has more decimals than its currency; correct the amount",
    "intake.cell.amount_large": "{value} is too large for an amount; check for a number that slipped into this column",
    "intake.cell.currency": "{value} is no currency; write its ISO code, such as CNY",
    "intake.cell.date": "{value} is no day; write it as 2026-10-31",
    "intake.cell.date_impossible": "{value} is a day that no calendar has",
    "intake.cell.date_range": "{value} lies outside 1990 to 2060; check the year",
    "intake.cell.number": "{value} is no number",
    "intake.cell.skipped": "{count} cells could not be read, such as {value}; their rows count without them",
    "intake.cell.yes_no": "{value} is neither yes nor no",
    "intake.clearing_implied": (
        "{count} {side} were added for items that the file shows as cleared without showing what cleared them"
    ),
    "intake.credit_used_elsewhere": (
        "{count} credit notes are used up without naming an invoice: they were taken as paid out"
    ),
    "intake.currency_unknown": (
        "the ledger names no currency; amounts are counted with two decimals; --currency says what they are in"
    ),
    "intake.customer_filled_down": "{count} rows name no customer and were read as belonging to the customer above",
    "intake.customer_missing": "{count} rows name no customer; they stand under the customer ?",
    "intake.date_order_assumed": (
        "nothing in the dates shows whether the day or the month comes first; they were read as {order}"
    ),
    "intake.due_assumed": "{count} invoices have neither due date nor terms; they are due on the day of issue",
    "intake.file.characters_lost": "{count} characters could not be read as {encoding}",
    "intake.file.empty": "there is nothing in it",
    "intake.file.encrypted": "is protected by a password; save it without one",
    "intake.file.kind": "is no table that can be read ({kind}); give CSV or a workbook",
    "intake.file.too_large": "unpacks to more than is read ({limit} bytes); split it, or save it as CSV",
    "intake.file.too_many_sheets": "has more worksheets than are read",
    "intake.file.unreadable": "cannot be read; it may be damaged: open it in a spreadsheet and save it again",
    "intake.file.nested": (
        "holds another archive or workbook, {member}, and only plain files are read out of an archive; unpack it and "
        "bring its files in one by one or together"
    ),
    "intake.file.unsafe": "is built in a way that no honest workbook is; it was not opened",
    "intake.footer_mismatch": "the total row says {total}, the rows above it add up to {added}: {difference} apart",
    "intake.format.key": "{key} is no key of a format file; known: {known}",
    "intake.format.unreadable": "cannot be read as a format file: {error}",
    "intake.format.value": "{key} cannot be {value}; right would be: {known}",
    "intake.issue_assumed": "{count} rows have no invoice date; the due date stands in for it",
    "intake.open_beyond_amount": "{count} rows have more open than invoiced; the open amount was believed",
    "intake.paid_without_date": (
        "{count} payments have no day and count from the day of the invoice: open amounts of today are right,"
        " those of days before the file was made are not, and delays are too short"
    ),
    "intake.partly_paid": (
        "{count} invoices are marked as partly paid without saying how much; they count as open in full"
    ),
    "intake.reference_unknown": (
        "{count} receipts or credit notes name an invoice that is not in the ledger; they stay unapplied"
    ),
    "intake.row.amount_missing": "there is no amount in this row",
    "intake.row.cancelled": "the document is cancelled ({value}); it does not count",
    "intake.row.date_missing": "there is no invoice date in this row",
    "intake.row.doubled": "the same document stands in an earlier row",
    "intake.row.empty": "{column} may not be empty",
    "intake.row.law": "the row breaks the rule {law}",
    "intake.row.ragged": "the row has more cells than the header has columns; a separator may stand inside a text",
    "intake.row.zero": "{count} rows of amount zero change nothing",
    "intake.sheet.left_out": "has no header that is recognised and was left out",
    "intake.sheet.no_header": "has rows but no header; put the column names above them",
    "intake.sheet.no_role": (
        "has columns ({columns}) that make no ledger: it needs at least a customer or number, a day and an "
        "amount; a format file says what they mean"
    ),
    "intake.sheet.too_long": "has more than {limit} rows; split it",
    "intake.sheet.too_wide": "has more than {limit} columns",
    "intake.sheet.unreadable": "this worksheet cannot be read",
    "intake.unapplied": "{count} receipts or credit notes name no invoice; they stay unapplied until they are matched",
    "measures.aging.basis": "is due or invoice, not {value}",
    "measures.aging.edges": "bucket edges rise and begin above zero; {value} do not",
    "measures.behaviour.no_invoices": (
        "there is no invoice of a customer's first year, so there is no first-year bad debt"
    ),
    "measures.behaviour.no_rate": (
        "amounts in several currencies without a rate cannot be added, so there is no first-year bad debt"
    ),
    "measures.collection.no_rate": (
        "amounts in several currencies without a rate cannot be added, so there is no collection effectiveness"
    ),
    "measures.collection.nothing_to_collect": (
        "in {month} there was nothing to collect, so there is no collection effectiveness"
    ),
    "measures.day_ahead": "{day} lies after the day of the books, {as_of}",
    "measures.dimension_unknown": "{by} is nothing that receivables are cut by; known: {known}",
    "measures.dso.history_short": (
        "the ledger begins on {first_on}, inside the {days} days from {window_from}: the figure over them is "
        "to be read with care"
    ),
    "measures.dso.median_not_reached": (
        "of the invoices of the last {days} days less than half will be paid within the ages seen so far: "
        "there is no median"
    ),
    "measures.dso.month_skipped": "countback passed over months without net sales: {months}",
    "measures.dso.no_rate": (
        "amounts in several currencies without a rate cannot be added, so there are no days of sales"
    ),
    "measures.dso.no_receipts": (
        "the ledger has neither receipts nor credit notes: it looks like a list of open items, of which days "
        "of sales are no full picture"
    ),
    "measures.dso.no_receivables": "mean receivables are nothing or less, so there is no turnover",
    "measures.dso.no_sales": "there were no net sales in the last {days} days",
    "measures.dso.receivables_negative": "unapplied cash and credits exceed the open items, so there is no countback",
    "measures.dso.sales_run_out": (
        "receivables exceed all sales since {first_on}: countback would be longer than the {days} days of history"
    ),
    "measures.invoicing.no_deliveries": "the ledger has no deliveries, so the invoicing clocks cannot be read",
    "measures.invoicing.no_rate": "deliveries in several currencies without a rate cannot be added",
    "measures.invoicing.not_linked": (
        "no invoice names the delivery it bills, so neither the invoicing clocks nor what late invoicing costs can be "
        "told; give invoices a delivery number"
    ),
    "measures.nothing_open": "nothing stands open, so there are no shares of open items",
    "measures.nothing_sold": "nothing was sold in the last twelve months, so there are no shares of sales",
    "measures.payables.edges": "bucket edges of payables rise and begin above zero; {value} do not",
    "measures.payables.history_short": (
        "the bills begin on {first_on}, inside the window of {days} days from {window_from}: days payable are too high"
    ),
    "measures.payables.no_bills": "the ledger has no suppliers' bills of the last year, so there are no days payable",
    "measures.payables.no_cogs": (
        "there is no cost of sales in our own recent statements, or no bill, so there are no days payable on it"
    ),
    "measures.payables.no_rate": (
        "bills or our own statements are in a currency without a rate, so they cannot be added; enter the rate"
    ),
    "measures.payables.nothing_paid": (
        "nothing was paid to suppliers and nothing is overdue to them, so our own lateness cannot be told"
    ),
    "measures.rolls.table_length": "there are {rates} loss rates for {buckets} buckets",
    "measures.stock.no_cogs": "there is no cost of sales in our own recent statements, so there are no inventory days",
    "measures.stock.no_rate": (
        "stock or cost of sales is told in a currency without a rate, so there are no inventory days; enter the rate"
    ),
    "measures.stock.no_stock": "neither a stock count nor a recent statement tells what lies in stock",
    "policy.choice": "cannot be {value}; it is one of {known}",
    "policy.country": "cannot be {value}; write the two capital letters of a country, as CN",
    "policy.day": "cannot be {value}; write a day like 2026-03-10",
    "policy.family_shape": '{family} wants one or more tables of terms, as in [["{family}"]]',
    "policy.family_unknown": "is no family of terms; known: {known}",
    "policy.file_unreadable": "cannot be read as a policy file: {error}",
    "policy.least": "cannot be {value}; the least is {least}",
    "policy.most": "cannot be {value}; the most is {most}",
    "policy.preset_unknown": "is no preset; known: {known}",
    "policy.rising": "has to rise from value to value; {value} does not",
    "policy.since_no_day": "since = {value} is no day; write it as 2026-04-01, without quotes",
    "policy.term_unknown": "is no term of this family; known: {known}",
    "policy.value_kind": "cannot be {value}; it wants {wanted}",
    "policy.word": "cannot be {value}: it is too long or holds signs that do not print",
    "sample.folder_taken": "is not empty and no sample of ours; name another folder",
    "sample.size_unknown": "is no size; known: {known}",
    "sample.years_too_few": "is too few years; at least {fewest}",
}
"""Problem code to English sentence."""
