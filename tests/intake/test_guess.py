"""A sheet that nobody understood: its first rows, which of them is likely the header, what its columns may mean."""

from __future__ import annotations

import pytest

from solvent.intake.intake import Known, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.guess import columns_at, fitting, glances, suggested
from solvent.intake.sources.take import take_in

STRANGE = (
    "Bericht Nr. 7,,,,,\n\nKld,Vbn,Plm,Zuu,Rst,Bem\n"
    'K1 Lampen,Y-1,05.01.2026,04.02.2026,"1.200,50",x\n'
    'K1 Lampen,Y-2,09.01.2026,08.02.2026,"80,00",\n'
    'K2 Glas,Y-3,19.01.2026,18.02.2026,"99,00",z\n'
)


def test_a_header_without_a_known_word_is_found_and_its_columns_are_guessed() -> None:
    (one,) = glances(Source("fremd.csv", STRANGE.encode()))
    assert one.header == 3
    names = columns_at(one, 3)
    assert names == ["Kld", "Vbn", "Plm", "Zuu", "Rst", "Bem"]
    told = suggested(names, [cells for number, cells in one.lines if number > 3])
    wanted = {"Kld": "customer_name", "Vbn": "invoice_id", "Plm": "issued_on", "Zuu": "due_on", "Rst": "amount"}
    assert {name: told.get(name) for name in wanted} == wanted
    assert fitting(told, "customers", {"customers": ("customer_id", "name")}) == {"Kld": "name"}


@pytest.mark.parametrize("row", [1, 2, 4, 99])
def test_a_row_that_cannot_be_the_header_is_refused(row: int) -> None:
    (one,) = glances(Source("fremd.csv", STRANGE.encode()))
    assert columns_at(one, row) is None


def test_what_is_called_a_header_here_is_the_header_for_the_reader() -> None:
    """The names that a row is shown under are those by which a format finds it, in this file and in the next."""
    text = "".join(f'{name} = "{field}"\n' for name, field in
                   (("Kld", "customer_name"), ("Vbn", "invoice_id"), ("Plm", "issued_on"), ("Rst", "amount")))  # fmt: skip
    form = Format.parse(f'name = "x"\nrole = "documents"\ndecimal = ","\n[columns]\n{text}', "x")
    for data in (STRANGE, STRANGE.replace("Bericht Nr. 7", "Stand heute").replace("Y-", "W-")):
        intake = take_in(Source("fremd.csv", data.encode()), Known(currency="EUR"), [form])
        assert intake.readings[0].header_row == 3
        assert intake.ledger.tables["open_items"].collect()["amount"].to_list() == [120_050, 8_000, 9_900]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"<html></html>", b"PK\x03\x04", b"{}", b"\x00" * 64])
def test_what_is_no_table_has_no_first_rows(data: bytes) -> None:
    assert all(not one.lines or one.header >= 0 for one in glances(Source("x", data)))
