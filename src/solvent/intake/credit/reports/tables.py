"""Tables: the records of company reports as rows of the books, with stable numbers and one row for one event."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.money import UNKNOWN, digits, is_currency
from solvent.base.problem import Fact, Problem
from solvent.intake.credit.periods import period_of
from solvent.intake.credit.reports.fields import FIELDS, STATUSES, VOICES, state_of
from solvent.intake.credit.reports.kinds import kind_of
from solvent.intake.erp.sheet import Sheet
from solvent.intake.intake import Known
from solvent.intake.ledger.cells.amounts import amounts
from solvent.intake.ledger.cells.currency import currency_of
from solvent.intake.sources.importer import REFUSED, ROW, SHEET, Records

_NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"


@dataclass(frozen=True)
class Made:
    """Rows of one table, the records refused, and what a reader has to know."""

    frame: pl.DataFrame
    refused: pl.DataFrame
    problems: list[Problem]


def registrations(records: Records, known: Known) -> Made:
    """Extracts of registers."""
    work = _Work(records, "registration", known)
    work.words("status", lambda word: state_of(word, STATUSES))
    work.money("capital", "paid_in")
    work.days("told_on", "founded_on")
    work.frame = work.frame.with_columns(
        pl.coalesce("legal_name", "customer_name").alias("legal_name"),
        pl.col("parent").alias("parent_id"),
        pl.col("employees").str.extract(r"([0-9]+)"),
    )
    columns = (
        "told_on", "source", "legal_name", "registration_no", "vat_id", "lei", "iban", "founded_on", "status",
        "legal_form", "legal_representative", "industry_code", "address", "currency", "capital", "paid_in",
        "employees", "parent_id", "parent_name",
    )  # fmt: skip
    return work.made(columns, pl.col("told_on"))


def events(records: Records, known: Known) -> Made:
    """Events; of those with one number the record that tells most is kept, whatever the order."""
    work = _Work(records, "event", known)
    work.days("told_on", "happened_on")
    work.money("amount")
    frame = work.frame.with_columns(pl.coalesce("happened_on", "told_on").alias("happened_on"))
    pairs = frame.select("kind", "role", "old", "new").unique(maintain_order=True)
    kinds = [_kind(*row) for row in pairs.iter_rows()]
    kinded = pairs.with_columns(pl.Series("found", kinds, dtype=pl.String))
    frame = frame.join(kinded, on=["kind", "role", "old", "new"], how="left", nulls_equal=True, maintain_order="left")
    strange = frame.filter(pl.col("found").is_null() & pl.col("kind").is_not_null())
    work.strange("kind", strange["kind"].unique().sort().to_list())
    change = pl.concat_str(pl.col("old").fill_null("-"), pl.lit(" → "), pl.col("new").fill_null("-"))
    changed = pl.col("old").is_not_null() | pl.col("new").is_not_null()
    said = pl.when(pl.col("found").is_null()).then(pl.concat_str("kind", "detail", separator=": ", ignore_nulls=True))
    frame = frame.with_columns(
        said.otherwise(pl.coalesce("detail", pl.when(changed).then(change))).alias("detail"),
        pl.when(pl.col("kind").is_not_null()).then(pl.col("found").fill_null("other")).alias("kind"),
    )
    work.frame = frame.with_columns(_event_number(frame))
    work.one_each("event_id")
    columns = ("event_id", "happened_on", "kind", "severity", "source", "reference", "detail", "currency", "amount")
    return work.made(columns, pl.max_horizontal("told_on", "happened_on"))


def opinions(records: Records, known: Known) -> Made:
    """What agencies, banks and insurers think; one a day of each."""
    work = _Work(records, "opinion", known)
    work.days("told_on", "valid_until")
    work.money("amount")
    percent = pl.col("yearly_default_chance").str.ends_with("%")
    number = pl.col("yearly_default_chance").str.strip_chars("% ").cast(pl.Float64, strict=False)
    work.frame = work.frame.with_columns(
        pl.when(percent).then(number / 100).otherwise(number).alias("yearly_default_chance"),
        pl.coalesce("agency", "source").alias("agency"),
    )
    numbers = _numbers(work.frame, "OP", "customer_id", "agency", "told_on")
    work.frame = work.frame.with_columns(numbers.alias("opinion_id"))
    work.one_each("opinion_id")
    columns = (
        "opinion_id", "agency", "told_on", "rating", "yearly_default_chance", "currency", "amount", "valid_until",
    )  # fmt: skip
    return work.made(columns, pl.col("told_on"))


def references(records: Records, known: Known) -> Made:
    """What other suppliers say of a customer's paying; one a day of each."""
    work = _Work(records, "reference", known)
    work.words("opinion", lambda word: state_of(word, VOICES))
    work.money("high_credit", "limit")
    work.days("told_on")
    work.frame = work.frame.with_columns(pl.coalesce("told_by", "source").alias("told_by"))
    numbers = _numbers(work.frame, "TR", "customer_id", "told_by", "told_on")
    work.frame = work.frame.with_columns(numbers.alias("reference_id"))
    work.one_each("reference_id")
    columns = (
        "reference_id", "told_by", "told_on", "currency", "high_credit", "limit", "terms_days", "beyond_terms_days",
        "known_years", "opinion",
    )  # fmt: skip
    return work.made(columns, pl.col("told_on"))


class _Work:
    """One list of records while it becomes a table; ``frame`` has SHEET, ROW, customer_id and the fields as text."""

    def __init__(self, records: Records, record: str, known: Known) -> None:
        sheet = Sheet.of(records, record, (*FIELDS[record], "_file"))
        self.frame = sheet.frame
        self.problems: list[Problem] = []
        self.refused: list[pl.DataFrame] = []
        files = self.frame["_file"].drop_nulls()
        self.place = str(files[0]) if files.len() else ""
        self._customers(known)

    def _customers(self, known: Known) -> None:
        """Whom each record is about: by our number, the registration number, the name, else the name as it stands."""
        found = [
            pl.col(field).replace_strict(known.customers, default=None, return_dtype=pl.String)
            for field in ("registration_no", "customer_name")
        ]
        sure = pl.coalesce("customer", *found) if known.customers else pl.col("customer")
        given = self.frame.with_columns(sure.alias("customer_id"))
        named = pl.coalesce("customer_id", "customer_name", "registration_no")
        strange = given.filter(pl.col("customer_id").is_null()).select(named.alias("name")).drop_nulls().unique()
        if strange.height:
            names = strange["name"].sort().to_list()
            facts: dict[str, Fact] = {"count": len(names), "names": ", ".join(names[:5])}
            self.problems.append(Problem("credit.report.customer_unknown", self.place, facts))
        self.frame = given.with_columns(named.alias("customer_id"))

    def words(self, column: str, meaning: Callable[[str], str | None]) -> None:
        """A column of words as our own; one that nobody knows is told and left empty."""
        values = self.frame[column].drop_nulls().unique().sort().to_list()
        known = {value: meaning(value) for value in values}
        self.strange(column, [value for value, meant in known.items() if meant is None])
        if known:
            mapped = pl.col(column).replace_strict(known, default=None, return_dtype=pl.String)
            self.frame = self.frame.with_columns(mapped.alias(column))

    def strange(self, column: str, words: Sequence[str]) -> None:
        """Words that nobody knows."""
        if words:
            facts = {"column": column, "words": ", ".join(words[:8])}
            self.problems.append(Problem("credit.report.word_unknown", self.place, facts))

    def days(self, *columns: str) -> None:
        """Days in any usual form as 2026-10-31; what is none stays as it is, and its row is rejected later."""
        for column in columns:
            values = self.frame[column].drop_nulls().unique().to_list()
            known = {value: _day(value) for value in values}
            if known:
                self.frame = self.frame.with_columns(pl.col(column).replace(known).alias(column))

    def money(self, *columns: str) -> None:
        """Amounts as Int64 minor units, 5,000万元 as well as 1234.50; a currency that an amount names counts."""
        texts = pl.coalesce(*columns)
        named = self.frame.select(texts.alias("text"))["text"].drop_nulls().unique().to_list()
        said = {text: currency_of(text) for text in named if not text.replace(".", "").isdigit()}
        guess = texts.replace_strict(said, default=None, return_dtype=pl.String) if said else pl.lit(None, pl.String)
        frame = self.frame.with_columns(
            pl.coalesce(pl.col("currency").str.strip_chars().replace({"人民币": "CNY", "RMB": "CNY"}), guess).alias(
                "currency"
            )
        )
        bad = pl.Series([False]).new_from_index(0, frame.height)
        worth = {column: pl.Series([None], dtype=pl.Int64).new_from_index(0, frame.height) for column in columns}
        for code in frame["currency"].unique().to_list():
            places = digits(code) if code and is_currency(code) else digits(UNKNOWN)
            here = frame["currency"].eq_missing(pl.Series([code], dtype=pl.String))
            at = here.arg_true()
            for column in columns:
                read = amounts(frame[column].gather(at), mark=".", digits=places)
                worth[column] = worth[column].scatter(at, read["value"])
                bad = bad.scatter(at, bad.gather(at) | read["bad"].is_not_null())
        self._refuse(frame, bad, "intake.cell.amount", columns[0])
        self.frame = frame.with_columns(series.alias(column) for column, series in worth.items()).filter(~bad)

    def one_each(self, key: str) -> None:
        """One row of each number, the fullest one; the others are refused as told twice."""
        aside = (SHEET, ROW, "_file")
        cells = [name for name in self.frame.columns if name not in aside]
        full = pl.sum_horizontal(pl.col(cells).is_not_null())
        told = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in cells], separator="|")
        ranked = self.frame.with_columns(full.alias("_full"), told.alias("_told")).sort(
            "_full", "_told", descending=[True, False], maintain_order=True
        )
        again = ranked.select(ROW, (~pl.col(key).is_first_distinct() & pl.col(key).is_not_null()).alias("_again"))
        marked = self.frame.join(again, on=ROW, how="left", maintain_order="left")["_again"]
        self._refuse(self.frame, marked, "credit.report.told_twice", key)
        self.frame = self.frame.filter(~marked)

    def _refuse(self, frame: pl.DataFrame, broken: pl.Series, code: str, column: str) -> None:
        self.refused.append(
            frame.select(
                SHEET,
                ROW,
                pl.lit(column).alias("column"),
                pl.col(column).cast(pl.String).alias("value"),
                pl.lit(code).alias("code"),
                pl.lit(json.dumps({})).alias("facts"),
            )
            .filter(broken)
            .cast(pl.Schema(REFUSED))
        )

    def made(self, columns: Sequence[str], recorded_on: pl.Expr) -> Made:
        """The table's columns, known from the day of the report on."""
        frame = self.frame.select(SHEET, ROW, "customer_id", *columns, recorded_on.alias("recorded_on"))
        return Made(frame, pl.concat([pl.DataFrame(schema=REFUSED), *self.refused]), self.problems)


def _kind(word: str | None, role: str | None, old: str | None, new: str | None) -> str | None:
    if not word:
        return None
    before, after = (_capital(text) for text in (old, new))
    return kind_of(word, role=role or "", old=before, new=after)


def _capital(text: str | None) -> float | None:
    value = amounts(pl.Series([text], dtype=pl.String), mark=".", digits=2)["value"].item() if text else None
    return None if value is None else float(value)


def _day(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip()
    if len(folded) == 8 and folded.isdigit():
        folded = f"{folded[:4]}-{folded[4:6]}-{folded[6:]}"
    told = period_of(folded)
    return told.end.isoformat() if told.end is not None and any(mark in folded for mark in "-/.日") else text


def _event_number(frame: pl.DataFrame) -> pl.Series:
    """A number that hangs on customer, kind and the source's reference, else on the day and what happened."""
    plain = (
        pl.col(name).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
        for name in ("reference", "detail")
    )
    reference, detail = plain
    told = pl.coalesce(
        pl.when(reference != "").then(reference), pl.concat_str("happened_on", detail.fill_null(""), separator="|")
    )
    return _numbers(frame.with_columns(told.alias("_told")), "EV", "customer_id", "kind", "_told").alias("event_id")


def _numbers(frame: pl.DataFrame, prefix: str, *columns: str) -> pl.Series:
    """A number that is the same for the same cells, in any file and in any order; empty where the first cell is."""
    text = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in columns], separator="\x1f")
    told = frame.select(pl.when(pl.col(columns[0]).is_not_null()).then(text)).to_series()
    hashed = [None if one is None else prefix + hashlib.sha256(one.encode()).hexdigest()[:16] for one in told]
    return pl.Series(hashed, dtype=pl.String)
