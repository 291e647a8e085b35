"""Contracts: the list for legal: which contracts to update, what is wrong in each, and how much money hangs on it."""

from __future__ import annotations

import polars as pl

from solvent.books.books import Books
from solvent.credit.contracts import Contracts
from solvent.documents.content import (
    Block,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Table,
    count,
    day,
    money,
    text,
)
from solvent.documents.content import word as say
from solvent.documents.credit.granted import finding_rows

SHOWN = 40


def contract_list(books: Books, told: Contracts, *, shown: int = SHOWN) -> Document:
    """The contracts to update (REQUIREMENTS CR-15), those with most money open first; further ones are counted."""
    legal = told.legal
    listed = legal.join(_names(books), on="customer_id", how="left", maintain_order="left")
    contracts = books.table("contracts").select(pl.len()).collect().item()
    open_amount = None if legal.get_column("open_amount").null_count() else int(_owed(legal))
    blocks: list[Block] = [
        Figures(
            [
                Figure("contracts_known", count(contracts), "contracts_known.base", books.as_of),
                Figure("contracts_to_update", count(listed.height), "contracts_to_update.base", books.as_of),
                Figure("hangs_on_them", money(open_amount, books.currency), "hangs_on_them.base", books.as_of),
            ]
        )
    ]
    if contracts == 0:
        blocks.append(Paragraph("contracts.none_known", tone="watch"))
    if listed.is_empty():
        if contracts:
            blocks.append(Paragraph("contracts.all_well", tone="good"))
        return _document(books, blocks)
    blocks += [Heading("contracts.kinds"), _kinds(told.findings), Heading("contracts.list")]
    rows = [
        (text(row["name"] or row["customer_id"]), text(row["contract_id"]), day(row["signed_on"]),
         count(row["findings"]), say("weight", str(row["weight"])), money(row["open_amount"], books.currency))
        for row in listed.head(shown).iter_rows(named=True)
    ]  # fmt: skip
    blocks.append(
        Table("contracts.table", ("customer", "contract", "signed_on", "findings", "weight", "open_amount"), rows)
    )
    if listed.height > shown:
        blocks.append(Paragraph("report.more", {"count": count(listed.height - shown)}))
    blocks.append(Heading("contracts.details"))
    for row in listed.head(shown).iter_rows(named=True):
        mine = told.findings.filter(
            (pl.col("customer_id") == row["customer_id"]) & pl.col("contract_id").eq_missing(row["contract_id"])
        )
        facts = {"name": text(row["name"] or row["customer_id"]), "customer": text(row["customer_id"])}
        details = [cells[1:] for cells in finding_rows(mine)]
        caption = "contracts.of" if row["contract_id"] is not None else "contracts.of_none"
        facts |= {} if row["contract_id"] is None else {"contract": text(row["contract_id"])}
        blocks.append(Table(caption, ("finding", "clause", "told", "right"), details, facts))
    blocks.append(Paragraph("contracts.law"))
    return _document(books, blocks)


def _document(books: Books, blocks: list[Block]) -> Document:
    return Document("contracts", "contracts.title", {"day": day(books.as_of)}, books.as_of, tuple(blocks))


def _names(books: Books) -> pl.DataFrame:
    return books.table("customers").select("customer_id", "name").unique("customer_id", keep="first").collect()


def _owed(legal: pl.DataFrame) -> int:
    """What customers of the list owe, each once, however many contracts it has."""
    return int(legal.unique("customer_id").get_column("open_amount").sum())


def _kinds(findings: pl.DataFrame) -> Table:
    counted = (
        findings.group_by("kind", "clause", "sure")
        .agg(pl.col("contract_id").n_unique().alias("contracts"), pl.col("customer_id").n_unique().alias("customers"))
        .sort("customers", "kind", "clause", "sure", descending=[True, False, False, True])
    )
    rows = [
        (say("finding", row["kind"] if row["sure"] else f"{row['kind']}_perhaps"), say("field", row["clause"]),
         count(row["customers"]))
        for row in counted.iter_rows(named=True)
    ]  # fmt: skip
    return Table("contracts.kinds.table", ("finding", "clause", "customers"), rows)
