"""Format files: what is wrong is refused by its name, and what a reading writes out reads the same ledger again."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from solvent.base.problem import LedgerError
from solvent.books.books import TABLES
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.read import mapping_toml, read_ledger

GOOD = """
name = "zork"
source = "Zork 3"
match = ["Qwx", "Vbn", "Plm", "Dat"]
role = "documents"
date_order = "dmy"
decimal = ","
currency = "EUR"

[columns]
Qwx = "invoice_id"
Vbn = "customer_id"
Plm = "amount"
Dat = "issued_on"
Art = "document_type"
Skip = ""

[values.document_type]
R = "invoice"
G = "credit_note"
"""
LEDGER = (
    "Qwx;Vbn;Plm;Dat;Art;Skip\nA1;7;1.190,50;03.04.2026;R;x\nA2;7;190,50;05.04.2026;G;x\nA3;8;10,00;06.04.2026;R;x\n"
)


def refused(text: str) -> dict[str, object]:
    with pytest.raises(LedgerError) as caught:
        Format.parse(text, "zork.toml")
    problem = caught.value.problem
    assert problem.place == "zork.toml"
    return {"code": problem.code, **problem.facts}


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "known"),
    [
        ('role = "documents"', 'role = "ledgers"', "role", "ledgers", "receipt_list"),
        ('date_order = "dmy"', 'date_order = "ydm"', "date_order", "ydm", "dmy, mdy, ymd"),
        ('decimal = ","', 'decimal = ";"', "decimal", ";", "., ,"),
        ('currency = "EUR"', 'currency = "EURO"', "currency", "EURO", "CNY"),
        ('currency = "EUR"', "currency = 7", "currency", "7", "text"),
        ('currency = "EUR"', "unit = 20", "unit", "20", "10000"),
        ('currency = "EUR"', "unit = true", "unit", "True", "10000"),
        ('currency = "EUR"', "unit = -1", "unit", "-1", "10000"),
        ('currency = "EUR"', 'unit = "万"', "unit", "万", "10000"),
        ('match = ["Qwx", "Vbn", "Plm", "Dat"]', "match = []", "match", "[]", "[text"),
        ('match = ["Qwx", "Vbn", "Plm", "Dat"]', 'match = "Qwx"', "match", "Qwx", "[text"),
        ('match = ["Qwx", "Vbn", "Plm", "Dat"]', 'match = ["Qwx", 7]', "match", "['Qwx', 7]", "[text"),
        ('Plm = "amount"', 'Plm = "amonut"', "columns.Plm", "amonut", "open_amount"),
        ('Plm = "amount"', "Plm = 3", "columns.Plm", "3", "open_amount"),
        ('R = "invoice"', 'R = "bill"', "values.document_type.R", "bill", "credit_note"),
        ("[values.document_type]", "[values.amount]", "values.amount", "R", "[values.status]"),
        ('name = "zork"', "name = 5", "name", "5", "text"),
        ('source = "Zork 3"', 'sheet = ["a"]', "sheet", "['a']", "text"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_known(old: str, new: str, key: str, value: str, known: str) -> None:
    assert old in GOOD
    told = refused(GOOD.replace(old, new))
    assert (told["code"], told["key"]) == ("intake.format.value", key)
    assert value in str(told["value"])
    assert known in str(told["known"])


def test_a_wrong_key_is_named_with_the_known_ones() -> None:
    told = refused(GOOD.replace("date_order", "dateorder"))
    assert (told["code"], told["key"]) == ("intake.format.key", "dateorder")
    assert "date_order" in str(told["known"])


def test_what_is_no_toml_is_told_with_the_line() -> None:
    told = refused('name = "zork\n')
    assert told["code"] == "intake.format.unreadable"
    assert "line 1" in str(told["error"])


@pytest.mark.parametrize(
    "text", ['name = "x"\n', 'columns = "x"\n', "[columns]\n", 'values = 3\n[columns]\nA = "amount"\n']
)
def test_a_format_without_columns_or_with_odd_values_is_refused(text: str) -> None:
    assert refused(text)["code"] == "intake.format.value"


def test_fields_of_a_table_are_those_of_the_table() -> None:
    text = 'role = "orders"\n[columns]\nA = "order_id"\nB = "{}"\n'
    assert Format.parse(text.format("amount"), "o.toml").columns == {"a": "order_id", "b": "amount"}
    told = refused(text.format("open_amount"))
    assert str(told["known"]) == ", ".join(TABLES["orders"].columns)


def test_a_format_reads_what_no_word_tells() -> None:
    bare = read_ledger([Source("zork.csv", LEDGER.encode())])
    assert bare.ledger.tables == {}
    read = read_ledger([Source("zork.csv", LEDGER.encode())], formats=[Format.parse(GOOD, "zork.toml")])
    assert read.readings[0].format == "zork"
    items = read.ledger.tables["open_items"].select("invoice_id", "customer_id", "amount", "currency").collect()
    assert items.rows() == [("A1", "7", 119_050, "EUR"), ("A3", "8", 1_000, "EUR")]
    assert read.ledger.tables["credit_notes"].select("amount").collect().item() == 19_050
    assert [str(day) for day in read.ledger.tables["open_items"].collect()["issued_on"]] == ["2026-04-03", "2026-04-06"]


def test_later_formats_go_first_and_a_sheet_name_narrows() -> None:
    other = Format.parse(GOOD.replace('name = "zork"', 'name = "second"'), "b.toml")
    elsewhere = Format.parse(GOOD.replace('name = "zork"', 'name = "third"\nsheet = "Open*"'), "c.toml")
    first = Format.parse(GOOD, "a.toml")
    read = read_ledger([Source("zork.csv", LEDGER.encode())], formats=[first, other, elsewhere])
    assert read.readings[0].format == "second"


def test_a_left_out_column_stays_out() -> None:
    form = Format.parse('match = ["Invoice no"]\n[columns]\n"Invoice no" = "invoice_id"\n"Paid" = ""\n', "x.toml")
    text = "Invoice no,Customer,Invoice date,Due date,Amount,Paid\nA1,Anchor,2026-01-05,2026-02-04,100.00,40.00\n"
    read = read_ledger([Source("x.csv", text.encode())], formats=[form])
    assert "Paid" in read.readings[0].unused
    assert "receipts" not in read.ledger.tables


FLAT = """Export of open items
Customer,Invoice no,Invoice date,Due date,Amount (kUSD),Paid,"say ""so"" \\ what"
Anchor,A1,03/04/2026,03/05/2026,"1.5","0.5",x
Mill,A2,13/04/2026,13/05/2026,"2.25",,y
"""
ACCOUNT = """单位：万元
日期,客户,摘要,借方金额,贷方金额,余额
2026-08-05,甲公司,销售开票,2,,2
2026-08-12,甲公司,收到货款,,0.5,1.5
"""
TYPES = """Document no,Document type,Customer,Document date,Net due date,Amount,Currency
1,RV,7,15.01.2026,14.02.2026,"1.190,00",EUR
2,DG,7,16.01.2026,16.01.2026,"-190,00",EUR
"""
OWN = """order_id,customer_id,ordered_on,currency,amount
o1,7,2026-01-05,EUR,10.50
"""


def tables(read: Intake) -> dict[str, pl.DataFrame]:
    return {name: frame.collect() for name, frame in read.ledger.tables.items()}


@pytest.mark.parametrize("text", [FLAT, ACCOUNT, TYPES, OWN])
def test_a_reading_written_out_reads_the_same_ledger(text: str) -> None:
    source = Source("ledger.csv", text.encode())
    first = read_ledger([source])
    assert first.ledger.tables, "the ledger is read by its words"
    form = Format.parse(mapping_toml(first.readings[0]), "ledger.toml")
    again = read_ledger([source], formats=[form])
    assert again.readings[0].format == form.name
    assert (again.readings[0].mapping, again.readings[0].role) == (first.readings[0].mapping, first.readings[0].role)
    assert tables(again).keys() == tables(first).keys()
    for name, frame in tables(first).items():
        assert_frame_equal(tables(again)[name], frame)
    assert again.ledger.currency == first.ledger.currency
    assert again.ledger.control_total == first.ledger.control_total
