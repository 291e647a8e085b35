"""Rows: the rows of a bank's table made ready: years put to their days, and rows that are no movement set apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.bank.table.layout.about import About, label_of
from solvent.intake.bank.table.layout.columns import DATES, MONEY, YEARLESS, Columns
from solvent.intake.ledger.cells.dates import dates
from solvent.intake.ledger.cells.marks import blank, plain
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.reading.raw import folded

_SPARSE = 0.4
"""Share of rows without a day beyond which a table prints each day only once."""
_TOTAL = (
    r"合计|总计|小计|累计|本[页月日期年次]计|总收入|总支出|收入笔数|支出笔数|^共\s*\d+|期[初末]余额"
    r"|上[期日页月]余额|上[期月]结[余存]|承前|过次|"
    r"(?i:^(?:sub)?totals?\b|^summe\b|^total |balance (?:brought|carried) forward"
    r"|(?:opening|closing|beginning|ending) balance"
    r"|(?:anfangs|end)saldo|solde (?:initial|final|pr[ée]c|au)|saldo (?:inicial|final|anterior))"
)
_DEBIT = r"(?i)^(?:DR|D|借)\.?\s*([0-9(].*)$|^(.*[0-9)])\s*(?:DR|D|借)\.?$"
_CREDIT = r"(?i)^(?:CR|C|贷)\.?\s*([0-9(].*)$|^(.*[0-9)])\s*(?:CR|C|贷)\.?$"


@dataclass
class Prepared:
    """A sheet whose rows are movements, as far as can be seen before they are read.

    footers: rows of totals, balances and notes that stood among them. joined: how many rows only went on with the text
    of the row above. told: what a reader has to know.
    """

    sheet: Sheet
    footers: pl.DataFrame
    joined: int = 0
    apart: int = 0
    told: list[Problem] = field(default_factory=list)


def prepared(sheet: Sheet, columns: Columns, about: About, place: str) -> Prepared:
    """The sheet made ready to be read."""
    rows = _with_years(sheet.rows, columns, about)
    rows = _with_signs(rows, columns)
    ready = Prepared(replace(sheet, rows=rows), sheet.footers)
    days = [columns.of[name][0] for name in DATES if name in columns.of]
    money = [columns.of[name][0] for name in ("out", "in", "amount") if name in columns.of]
    undated = ~pl.any_horizontal(_filled(day) & pl.col(day).str.contains(r"\d").fill_null(False) for day in days)
    moved = pl.any_horizontal(_filled(name) for name in money)
    texts = [header for header in sheet.columns if header not in (*days, *money)]
    labelled = pl.any_horizontal(pl.col(name).str.contains(_TOTAL).fill_null(False) for name in sheet.columns)
    balances = pl.any_horizontal(_is_balance(rows.get_column(name)) for name in texts) if texts else pl.lit(False)
    marks = rows.select("_row", undated.alias("undated"), moved.alias("moved"), (labelled & undated).alias("labelled"))
    marks = marks.with_columns(rows.select(balances.alias("balance")).to_series() & ~marks["moved"])
    apart = marks["labelled"] | marks["balance"] | _remarks(rows, marks)
    footers = rows.filter(apart)
    ready.footers = pl.concat([sheet.footers, footers], how="diagonal").sort("_row")
    ready.apart = footers.height
    rows, marks = rows.filter(~apart), marks.filter(~apart)
    rows = _joined(rows, marks, columns, ready, place)
    rows = _dated(rows, days, money, ready, place)
    ready.sheet = replace(sheet, rows=rows, footers=ready.footers)
    return ready


def _filled(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & ~blank(plain(pl.col(name).fill_null("")))


def _remarks(rows: pl.DataFrame, marks: pl.DataFrame) -> pl.Series:
    """Rows of one text beneath the last movement: notes, whatever column they stand in."""
    last = marks.filter("moved")["_row"].max() or 0
    filled = rows.select(pl.sum_horizontal(pl.exclude("_row").is_not_null())).to_series()
    figure = rows.select(pl.coalesce(pl.exclude("_row")).str.contains(r"^[-+0-9.,/ ]*$")).to_series()
    return (filled == 1) & ~figure.fill_null(True) & ~marks["moved"] & (marks["_row"] > last)


def _is_balance(cells: pl.Series) -> pl.Series:
    """True where a cell says that the row tells the balance at the beginning or end."""
    told = {text: label_of(folded(text)) in ("opening", "closing") for text in cells.unique().drop_nulls()}
    return cells.replace_strict(told, default=False, return_dtype=pl.Boolean).fill_null(False)


def _with_years(rows: pl.DataFrame, columns: Columns, about: About) -> pl.DataFrame:
    """Days without a year get the one in which they fall, at the latest in the month that the heading tells."""
    if about.until is None:
        return rows
    year, month = about.until
    for name in DATES:
        header = columns.one(name)
        if header is None or not rows.get_column(header).str.contains(YEARLESS).any():
            continue
        cell = plain(pl.col(header))
        short = cell.str.contains(YEARLESS)
        numbers = cell.str.extract(r"^([0-9]{1,2})", 1).str.pad_start(2, "0")
        rest = cell.str.extract(r"^[0-9]{1,2}[-/.月]([0-9]{1,2})", 1).str.pad_start(2, "0")
        written = pl.when(rest.is_not_null()).then(pl.lit(f"{year}-") + numbers + "-" + rest)
        full = written.otherwise(cell.str.replace_all("-", " ") + f" {year}")
        whole = rows.select(pl.when(short).then(full).otherwise(pl.col(header)).alias(header)).to_series()
        read = dates(whole, order="mdy", typed=False)["value"]
        late = (read.dt.month() > month).fill_null(False) & rows.select(short.fill_null(False)).to_series()
        rows = rows.with_columns(whole.str.replace(str(year), str(year - 1), literal=True).zip_with(late, whole))
    return rows


def _with_signs(rows: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """Figures with DR or CR beside them as a bank means it: DR is what went out or is owed."""
    for name in MONEY:
        header = columns.one(name)
        if header is None or not rows.get_column(header).str.contains(r"(?i)[DC]R?\.?$|^[DC]R?\b|[借贷]").any():
            continue
        cell = pl.col(header).str.strip_chars()
        owed = pl.coalesce(cell.str.extract(_DEBIT, 1), cell.str.extract(_DEBIT, 2))
        held = pl.coalesce(cell.str.extract(_CREDIT, 1), cell.str.extract(_CREDIT, 2))
        negative = pl.lit("" if name in ("out", "in") else "-") + owed.str.strip_chars()
        rows = rows.with_columns(pl.coalesce(negative, held.str.strip_chars(), pl.col(header)).alias(header))
    return rows


def _joined(rows: pl.DataFrame, marks: pl.DataFrame, columns: Columns, ready: Prepared, place: str) -> pl.DataFrame:
    """Rows with nothing but text go on with the row above; at the end, without one above, they are notes."""
    texts = [header for name in ("memo", "counterparty") for header in columns.of.get(name, ())]
    others = [header for header in rows.columns if header not in ("_row", *texts)]
    bare = ~pl.any_horizontal(_filled(name) for name in others) if others and texts else pl.lit(False)
    loose = rows.select(bare.alias("bare")).to_series() & marks["undated"] & ~marks["moved"]
    empty = marks["undated"] & ~marks["moved"] & ~loose
    tail = empty & (marks["_row"] > (marks.filter(~marks["undated"])["_row"].max() or 0))
    if loose.any():
        group = (~loose).cum_sum()
        joint = rows.with_columns(group.alias("_group")).filter(group > 0)
        text = [pl.col(name).drop_nulls().str.join(" ").alias(name) for name in texts]
        kept = [pl.col(name).first() for name in rows.columns if name not in texts]
        first = rows.filter(group == 0)
        merged = joint.group_by("_group", maintain_order=True).agg(*kept, *text).select(rows.columns)
        merged = merged.with_columns(pl.when(pl.col(texts) != "").then(pl.col(texts)).name.keep())
        ready.joined = int((loose & (group > 0)).sum())
        ready.told.append(Problem("bank.table.rows_joined", place, {"count": ready.joined}))
        tail_rows = rows.filter(tail)["_row"]
        rows = pl.concat([first, merged])
        notes = rows["_row"].is_in(tail_rows.implode())
    else:
        notes = tail
    if notes.any():
        ready.footers = pl.concat([ready.footers, rows.filter(notes)], how="diagonal")
        ready.apart += int(notes.sum())
        rows = rows.filter(~notes)
    return rows


def _dated(rows: pl.DataFrame, days: list[str], money: list[str], ready: Prepared, place: str) -> pl.DataFrame:
    """A day that is printed only once counts for the rows beneath it, if that is the rule of the table."""
    header = days[0]
    missing = rows.select((~pl.any_horizontal(_filled(day) for day in days)).alias("m")).to_series()
    moved = rows.select(pl.any_horizontal(_filled(name) for name in money).alias("m")).to_series()
    if rows.height < 2 or missing[0] or (missing & moved).sum() <= _SPARSE * rows.height:
        return rows
    ready.told.append(Problem("bank.table.days_filled_down", place, {"count": int((missing & moved).sum())}))
    filled = rows.select(pl.when(_filled(header)).then(pl.col(header)).forward_fill().alias(header)).to_series()
    return rows.with_columns(filled.zip_with(missing & moved, rows.get_column(header)))
