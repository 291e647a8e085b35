"""Cases: a company's findings and what became of them, in and out of the store, each change whole and in the trail.

What a day or a person does to cases is a function from frames to frames (``decisions.warnings``); it is called here
with what stands, while nobody else writes, and what it gives is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from solvent.decisions.warnings.casebook import CASES, HISTORY
from solvent_server.store import audit, database, facts
from solvent_server.store.models import Case, CaseStep, Company

Kept = tuple[pl.DataFrame, pl.DataFrame]
"""Cases and their history, as ``warnings.casebook`` has them."""
SUBJECT = "cases"
_DAY = "advanced_on"
_FEW = 500


@database.told()
def kept(company: Company) -> Kept:
    """The cases of a company, and all that happened to them."""
    return _lists(_rows(company).drop("id")), _steps(company)


@database.told()
def every(company: Company) -> pl.DataFrame:
    """The cases of a company alone."""
    return _lists(_rows(company).drop("id"))


def without_cash(rows: pl.DataFrame) -> pl.DataFrame:
    """Cases or findings, less those that tell of our own cash, payables and ratios: what is about our own company or
    one of its bank lines, for whoever answers for money. One that was given to somebody else is told to all."""
    ours, of_money = pl.col("about").is_in(["company", "facility"]), pl.col("owner").is_in(["treasury", "cfo"])
    return rows.filter((ours & of_money).not_().fill_null(value=True))


@database.told()
def steps(company: Company, case_id: str) -> pl.DataFrame:
    """What happened to one case, in order."""
    where = "WHERE company_id = ? AND case_id = ?"
    return database.read(CaseStep._meta.db_table, dict(HISTORY), where, [company.pk, case_id]).sort("step")


def change(company: Company, does: Callable[[Kept], Kept], *, actor: str, action: str) -> Kept:
    """Do something to the cases of a company: what the function gives is kept whole or not at all.

    Args:
        does: what ``cases.advance`` or a function of ``handling`` does, given what stands.
        action: what it is, for the trail: ``cases.played``, ``cases.snoozed``.

    Raises:
        SolventError: the function's own; nothing is changed then.
    """
    with database.writing():
        before, history = _rows(company), _steps(company)
        cases, more = does((_lists(before.drop("id")), history))
        after = _texts(cases)
        fresh = more.filter(pl.col("step") > int(history.get_column("step").max() or 0))  # type: ignore[arg-type]
        changed = _changed(before, after)
        if not changed.height and not fresh.height and _days(before) == _days(after):
            return _lists(after), more
        _replace(company, before, changed, _days(after))
        database.write("store_casestep", fresh.select(pl.lit(company.pk).alias("company_id"), *_clean(HISTORY)))
        told = {
            "changed": changed.height,
            "from": fresh.get_column("step").min(),
            "to": fresh.get_column("step").max(),
            "steps": printed(fresh.select(_clean(HISTORY))),
            "cases": printed(after),
        }
        audit.append(actor, action, SUBJECT, told, company=company.code, at=audit.moment())
    return _lists(after), more


def wrong() -> Sequence[str]:
    """Companies whose cases, or what happened to them, are not as the trail tells."""
    found = []
    for company in Company.objects.order_by("code"):
        lines = audit.standing().filter(company=company.code, subject=SUBJECT).order_by("seq")
        told = [json.loads(text) for text in lines.values_list("facts", flat=True)]
        cases, steps = printed(_rows(company).drop("id")), _steps(company)
        sound = cases == (told[-1]["cases"] if told else printed(_texts(pl.DataFrame(schema=CASES))))
        count = 0
        for one in told:
            height = one["to"] - one["from"] + 1 if one["to"] else 0
            sound = sound and printed(steps.slice(count, height)) == one["steps"]
            count += height
        if not sound or count != steps.height:
            found.append(company.code)
    return found


def printed(frame: pl.DataFrame) -> str:
    """The fingerprint of rows, whatever their order."""
    return facts.fingerprint(frame)


def _stored(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pl.String if isinstance(dtype, pl.List) else dtype for name, dtype in schema.items()}


def _rows(company: Company) -> pl.DataFrame:
    columns = {"id": pl.Int64, **_stored(CASES)}
    return database.read(Case._meta.db_table, columns, "WHERE company_id = ?", [company.pk]).sort("case_id")


def _steps(company: Company) -> pl.DataFrame:
    rows = database.read(CaseStep._meta.db_table, dict(HISTORY), "WHERE company_id = ?", [company.pk])
    return rows.sort("step")


def _clean(schema: Mapping[str, Any]) -> list[pl.Expr]:
    """Cells as a database can keep them: no zero bytes, no number that is none."""
    told = []
    for name, dtype in schema.items():
        cell = pl.col(name)
        if dtype == pl.String:
            cell = cell.str.replace_all("\x00", "\ufffd", literal=True)
        if dtype == pl.Float64:
            cell = pl.when(cell == 0).then(0.0).when(cell.is_finite()).then(cell)
        told.append(cell.cast(dtype).alias(name))
    return told


def _texts(cases: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, dtype in CASES.items() if isinstance(dtype, pl.List)]
    told = {
        name: [None if cell is None else json.dumps(list(cell), ensure_ascii=False) for cell in cases.get_column(name)]
        for name in lists
    }
    texts = cases.with_columns(pl.Series(name, cells, dtype=pl.String) for name, cells in told.items())
    return texts.select(_clean(_stored(CASES))).sort("case_id")


def _lists(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col(name).str.json_decode(dtype) if isinstance(dtype, pl.List) else pl.col(name)
        for name, dtype in CASES.items()
    )


def _days(cases: pl.DataFrame) -> list[Any]:
    return cases.get_column(_DAY).unique().sort().to_list()


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Cases of which anything is new; the day to which all have been played is told apart, where it is one."""
    names = [name for name in CASES if name != _DAY or len(_days(after)) > 1]
    return after.join(before, on=names, how="anti", nulls_equal=True)


def _replace(company: Company, before: pl.DataFrame, changed: pl.DataFrame, days: Sequence[Any]) -> None:
    gone = before.join(changed.select("case_id"), on="case_id", how="semi").get_column("id").to_list()
    for start in range(0, len(gone), _FEW):
        Case.objects.filter(id__in=gone[start : start + _FEW]).delete()
    database.write(Case._meta.db_table, changed.select(pl.lit(company.pk).alias("company_id"), *CASES))
    if len(days) == 1:
        Case.objects.filter(company=company).exclude(**{_DAY: days[0]}).update(**{_DAY: days[0]})
        Case.objects.filter(company=company, **{f"{_DAY}__isnull": True}).update(**{_DAY: days[0]})
