"""A file that bears the name of one of our tables and lacks a column says so, row by row; nothing is lost in silence."""

from solvent.intake.intake import Source
from solvent.intake.ledger.read import read_ledger


def test_a_table_without_a_needed_column_is_told_row_by_row() -> None:
    text = "customer_id,amount,currency,valid_from\nC0,5000,CNY,2026-01-01\nC1,7000,CNY,2026-01-01\n"
    taken = read_ledger([Source("limits.csv", text.encode())], currency="CNY")
    assert taken.rejected.get_column("code").to_list() == ["intake.row.empty"] * 2
    assert '"limit_id"' in taken.rejected.item(0, "facts")
    assert not taken.ledger.has("customers"), "the limits are no list of customers"


def test_items_without_an_invoice_number_are_read_as_a_list() -> None:
    text = "item_id,customer_id,issued_on,due_on,amount,currency\nI0,C0,2026-01-03,2026-01-28,10.01,CNY\n"
    taken = read_ledger([Source("open_items.csv", text.encode())], currency="CNY")
    assert taken.ledger.table("open_items").select("amount").collect().to_series().to_list() == [1001]


def test_a_list_of_customers_stays_one() -> None:
    text = "customer_id,name,country\nC0,Lantern,CN\n"
    taken = read_ledger([Source("customers.csv", text.encode())], currency="CNY")
    assert taken.ledger.table("customers").collect().height == 1
