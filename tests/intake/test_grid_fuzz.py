"""Any bytes at all: a table or a problem, soon, and never an exception."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import polars as pl
import pytest
import xlsxwriter

import pace
from solvent.intake.intake import Source
from solvent.intake.ledger.grid import Sheet, sheets
from thorough import cases

WORDS = {"发票号", "客户", "金额", "日期", "备注"}
HEAD = ["发票号", "客户", "金额", "日期", "备注"]
SECONDS = 2.0
MARKS = [b'"', b"\n", b"\r", b"\0", b",", b";", b"\t", b"|", b"'", b"\xff", b"\xff\xff\xff\xff", b"<", b"9999"]


def entries(rng: random.Random, count: int) -> list[list[str]]:
    notes = ["已对账", 'say "yes"', "a, b; c", "", "二楼\n前台"]
    return [
        [f"INV{n:04d}", f"灯笼{n}公司", f"{rng.random() * 1e4:.2f}", f"2026-08-{n % 28 + 1:02d}", rng.choice(notes)]
        for n in range(count)
    ]


def text_of(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    """The rows as a text; cells are quoted where they have to be."""

    def cell(value: str) -> str:
        special = any(mark in value for mark in f'{delimiter}"\n')
        return '"' + value.replace('"', '""') + '"' if special else value

    return "".join(delimiter.join(map(cell, row)) + "\r\n" for row in [HEAD, *rows]).encode(encoding)


def workbook_of(rows: list[list[str]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate([HEAD, *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    return target.getvalue()


def damaged(data: bytes, rng: random.Random, times: int) -> bytes:
    bytes_ = bytearray(data)
    for _ in range(times):
        at, other = rng.randrange(len(bytes_) + 1), rng.randrange(len(bytes_) + 1)
        change = rng.randrange(5)
        if change == 0:
            bytes_[at : at + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            bytes_[at:at] = rng.choice(MARKS)
        elif change == 2:
            del bytes_[at : at + rng.randrange(1, 5)]
        elif change == 3:
            bytes_[at:at] = bytes_[other : other + 30]
        else:
            bytes_[at : at + 4] = rng.choice([b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\xff\xff\0\0"])
    return bytes(bytes_)


def repacked(data: bytes, rng: random.Random) -> bytes:
    """A workbook in which the members are damaged and the archive around them is sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        hit = rng.choice(old.namelist())
        for path in old.namelist():
            content = old.read(path)
            new.writestr(path, damaged(content, rng, rng.randrange(1, 6)) if path == hit else content)
    return target.getvalue()


def read(data: bytes) -> Sheet | None:
    """The table, if there is one; what comes is of the promised shape and came in time."""
    with pace.within(SECONDS):
        found, problems = sheets(Source("x", data), known=WORDS.__contains__)
    assert found or problems
    for sheet in found:
        shape = {"_row": pl.Int64, **dict.fromkeys(sheet.columns, pl.String)}
        assert dict(sheet.rows.schema) == shape
        assert dict(sheet.footers.schema) == shape
        assert dict(sheet.ragged.schema) == {"_row": pl.Int64, "cells": pl.String}
        assert sheet.rows.get_column("_row").is_sorted()
        assert sheet.rows.get_column("_row").is_unique().all()
    return found[0] if found else None


KINDS: dict[str, Callable[[random.Random, list[list[str]]], bytes]] = {
    "comma utf-8": lambda rng, rows: text_of(rows, ",", "utf-8"),
    "semicolon gbk": lambda rng, rows: text_of(rows, ";", "gb18030"),
    "tab utf-16": lambda rng, rows: text_of(rows, "\t", "utf-16"),
    "bar with mark": lambda rng, rows: text_of(rows, "|", "utf-8-sig"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_texts(kind: str) -> None:
    """Up to three hits on the entries of a file cost at most the rows that they hit and one neighbour each."""
    kept = total = 0
    for seed in range(cases(25, 75)):
        rng = random.Random(f"{kind} {seed}")
        rows = entries(rng, rng.randrange(20, 80))
        whole = KINDS[kind](rng, rows)
        edge = len(KINDS[kind](rng, []))
        hits = rng.randrange(4)
        sheet = read(whole[:edge] + damaged(whole[edge:], rng, hits))
        assert sheet is not None
        have = set(sheet.rows.select(HEAD).rows())
        loaded = sum(tuple(cell or None for cell in row) in have for row in rows)
        assert loaded >= len(rows) - 2 * hits
        assert hits or loaded == len(rows) == sheet.rows.height
        kept += loaded
        total += len(rows) - hits
    assert kept >= 0.98 * total


def test_damage_anywhere() -> None:
    """With the header hit as well: some table or some problem."""
    for seed in range(cases(50, 100)):
        rng = random.Random(seed)
        kind = rng.choice(sorted(KINDS))
        data = damaged(KINDS[kind](rng, entries(rng, rng.randrange(30))), rng, rng.randrange(1, 12))
        read(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.2 else data)


def test_random_bytes() -> None:
    for seed in range(cases(75, 150)):
        rng = random.Random(seed)
        start = rng.choice([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"<?xml ", b"\xff\xfe"])
        alphabet = rng.choice([bytes(range(256)), b'",;|\t\n\r ab1', "客户金额\n,".encode()])
        read(start + bytes(rng.choice(alphabet) for _ in range(rng.randrange(3000))))


def test_damaged_workbooks() -> None:
    whole = workbook_of(entries(random.Random(0), 30))
    sheet = read(whole)
    assert sheet is not None
    assert sheet.rows.height == 30
    for seed in range(cases(40, 80)):
        rng = random.Random(seed)
        read(repacked(whole, rng) if seed % 2 else damaged(whole, rng, rng.randrange(1, 8)))
        read(whole[: rng.randrange(len(whole))])


@pytest.mark.parametrize("quote", ['"', '",', '""', '"\n', "'"])
def test_a_file_of_quotes(quote: str) -> None:
    """Nothing but quotes, by the hundred thousand, in one line and in many."""
    read((quote * 100_000).encode())
    read(("发票号,客户,金额\n" + f"A,{quote}B,1\n" * 20_000).encode())


def test_very_long_lines_and_very_many_columns() -> None:
    head = "发票号,客户,金额\n"
    assert read((head + "x" * 3_000_000).encode()) is not None
    assert read((head + "," * 1_000_000).encode()) is not None
    assert read((head + "a," * 100_000 + "\n" + "A,B,1\n").encode()) is not None
    assert read(("发票号,客户," * 200 + "\n" + "1," * 400).encode()) is None
