"""Conformance: whether an importer keeps the promises of the interface; anybody can run it, in a test or by hand.

def test_my_importer() -> None:
    assert check(MyImporter(), [Source("sales.zrk", SAMPLE)]) == []
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random

import polars as pl

from solvent.books.books import TABLES
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.limits import Refused
from solvent.intake.sources.frame import run_importer
from solvent.intake.sources.importer import Importer, Mapped, Records

FAILED = "sources.importer.failed"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


def check(
    importer: Importer, samples: Sequence[Source], known: Known | None = None, *, mutations: int = 60
) -> list[str]:
    """What an importer does wrong, in sentences for its author; nothing where it conforms.

    Args:
        samples: files that the importer takes, of every kind that it says it reads; small ones, for each is read many
            times.
        known: what the books know when the samples are read.
        mutations: broken copies made of each sample; the same ones on every run.
    """
    told: list[str] = []
    books = known or Known()
    if not isinstance(importer.name, str) or not _NAME.fullmatch(importer.name):
        told.append(f"name {importer.name!r}: write it in 2 to 40 small letters, digits and underscores")
    if not samples:
        told.append("no samples were given: a check needs at least one file that the importer takes")
    told += [f"identify says yes to {source.name}, which is no file of its own" for source in _strangers(importer)]
    for sample in samples:
        told += [f"{sample.name}: {fault}" for fault in _sample(importer, sample, books)]
        told += [f"{sample.name}: {fault}" for fault in _mutated(importer, sample, books, mutations)]
    return told


def strangers() -> Sequence[Source]:
    """Small files of other kinds: a ledger, bank statements, an e-invoice, other JSON, a page, and rubbish."""
    return [
        Source("ledger.csv", b"Invoice No,Customer,Date,Due Date,Amount\n1001,Lantern,2026-01-02,2026-02-01,120.00\n"),
        Source("bank.sta", b":20:START\n:25:10020030/1234567\n:28C:1/1\n:60F:C260101EUR1,00\n:62F:C260131EUR1,00\n-\n"),
        Source(
            "bank.xml",
            b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/>'
            b"</Document>",
        ),
        Source(
            "invoice.xml",
            b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
        ),
        Source("other.json", b'{"name": "a package", "version": "1.0.0", "records": {"things": [1, 2]}}'),
        Source("list.json", b"[[[[]]]]"),
        Source("deep.json", b"[" * 20_000),
        Source("page.html", b"<!doctype html><html><body><table><tr><td>1</td></tr></table></body></html>"),
        Source("letters.txt", "\u8fd9\u4e0d\u662f\u8d26\u7c3f".encode("gb18030") * 40),
        Source("zeros.bin", bytes(4096)),
        Source("noise.bin", Random(20).randbytes(4096)),
        Source("nothing", b""),
    ]


def adds_up(intake: Intake) -> list[str]:
    """What does not add up in an intake: counts, rejected rows, tables, laws and facts."""
    counts, told = intake.counts, []
    off = counts.filter(pl.col("rows_in") != pl.col("rows_loaded") + pl.col("rows_rejected"))
    if off.height:
        told.append("rows in are not rows loaded and rejected")
    if int(counts["rows_rejected"].sum()) != intake.rejected.height:
        told.append("the rejected rows are not as many as counted")
    for name, frame in intake.ledger.tables.items():
        rows = frame.collect()
        loaded = int(counts.filter(pl.col("table") == name)["rows_loaded"].sum())
        if rows.height != loaded:
            told.append(f"{name} has {rows.height} rows, counted are {loaded}")
        if dict(rows.schema) != TABLES[name].schema:
            told.append(f"{name} is not in the shape of its table")
            continue
        broken = [rule for rule, expression in TABLES[name].broken().items() if rows.select(expression.any()).item()]
        told += [f"{name} breaks the rule {rule}" for rule in broken]
    try:
        json.dumps([[problem.code, problem.place, dict(problem.facts)] for problem in intake.ledger.problems])
        [json.loads(facts) for facts in intake.rejected["facts"].to_list()]
    except (TypeError, ValueError) as error:
        told.append(f"a fact of a problem cannot be written as JSON: {error}")
    return told


def _strangers(importer: Importer) -> Iterator[Source]:
    for source in strangers():
        if _identified(importer, source) is not False:
            yield source


def _identified(importer: Importer, source: Source) -> bool | None:
    """What identify says; None where it raises, which it may not."""
    try:
        return bool(importer.identify(source))
    except Exception:
        return None


def _sample(importer: Importer, sample: Source, known: Known) -> list[str]:
    """What is wrong with a sample as it stands."""
    if _identified(importer, sample) is not True:
        return ["identify does not say yes to it"]
    told = []
    if _identified(importer, Source("upload", sample.data)) is not True:
        told.append("identify says no under another file name: look at the content")
    intake = run_importer(importer, sample, known)
    failed = [problem for problem in intake.ledger.problems if problem.code == FAILED]
    if failed:
        return [*told, f"it cannot be read: {failed[0].facts.get('error')}"]
    told += adds_up(intake)
    if not any(frame.head(1).collect().height for frame in intake.ledger.tables.values()):
        told.append("not one row of it is loaded")
    if not _alike(intake, run_importer(importer, sample, known)):
        told.append("reading it again gives other rows or other ids")
    return told + _in_any_order(importer, sample, known)


def _alike(one: Intake, other: Intake) -> bool:
    """True where both loaded the same rows, whatever their order."""
    if one.ledger.tables.keys() != other.ledger.tables.keys():
        return False
    for name, frame in one.ledger.tables.items():
        key = list(TABLES[name].key)
        if not frame.sort(key).collect().equals(other.ledger.tables[name].sort(key).collect()):
            return False
    return True


class _Turned:
    """An importer whose records come in another order."""

    def __init__(self, importer: Importer) -> None:
        self.importer = importer
        self.name = importer.name

    def identify(self, source: Source) -> bool:
        return self.importer.identify(source)

    def read(self, source: Source) -> Records:
        return {
            name: rows.reverse() if isinstance(rows, pl.DataFrame) else list(reversed(rows))
            for name, rows in self.importer.read(source).items()
        }

    def map(self, records: Records, known: Known) -> Mapping[str, pl.DataFrame] | Mapped:
        return self.importer.map(records, known)


def _in_any_order(importer: Importer, sample: Source, known: Known) -> list[str]:
    """Ids and amounts may not hang on the place of a record in its list."""
    straight, turned = run_importer(importer, sample, known), run_importer(_Turned(importer), sample, known)
    told = []
    for name, frame in straight.ledger.tables.items():
        key = list(TABLES[name].key)
        if name not in turned.ledger.tables:
            told.append(f"{name}: gone when the records come in another order")
            continue
        columns = [*key, *(["amount"] if "amount" in TABLES[name].columns else [])]
        if (
            not frame.select(columns)
            .sort(key)
            .collect()
            .equals(turned.ledger.tables[name].select(columns).sort(key).collect())
        ):
            told.append(f"{name}: ids or amounts change when the records come in another order")
    return told


def _mutated(importer: Importer, sample: Source, known: Known, count: int) -> list[str]:
    """Broken copies may be refused, rejected row by row, or read; they never raise and always add up."""
    told: dict[str, None] = {}
    for data in mutations(sample.data, count):
        source = Source(sample.name, data)
        said = _identified(importer, source)
        if said is None:
            told["identify raises an error on a broken copy"] = None
        if not said:
            continue
        try:
            importer.map(importer.read(source), known)
        except Refused:
            continue
        except Exception as error:
            told[f"a broken copy raises {type(error).__name__}: {str(error)[:160]}"] = None
            continue
        told |= dict.fromkeys(f"a broken copy: {fault}" for fault in adds_up(run_importer(importer, source, known)))
    return list(told)


def mutations(data: bytes, count: int, seed: int = 7) -> Iterator[bytes]:
    """Broken copies of a file: cut, overwritten, doubled, swapped and shortened somewhere; the same for a seed."""
    random = Random(seed)
    for turn in range(count if data else 0):
        at = random.randrange(len(data))
        to = min(len(data), at + random.randint(1, max(1, len(data) // 20)))
        kind = turn % 6
        if kind == 0:
            yield data[:at]
        elif kind == 1:
            yield data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        elif kind == 2:
            yield data[:at] + data[to:]
        elif kind == 3:
            yield data[:to] + data[at:]
        elif kind == 4:
            yield data[:at] + random.choice([b'""', b"null", b"-1", b"{}", b"[]", b"1e999", b"\xff\x00"]) + data[to:]
        else:
            yield re.sub(
                rb"[0-9]", lambda digit: digit[0] if random.random() < 0.9 else b"%d" % random.randrange(10), data
            )
