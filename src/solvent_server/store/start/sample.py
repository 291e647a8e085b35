"""Sample: the sample company marked as one, and taken away again with all that hangs on it.

Facts are never deleted, with this one exception, which the trail tells of: a company that was marked as a sample before
anything was loaded. The trail itself keeps every line; ``audit.standing`` leaves out those of what is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from shutil import rmtree
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import ProtectedError

from solvent.base.problem import SolventError
from solvent_server.store import audit, database, guards, work
from solvent_server.store.errands import clock, queue, readings
from solvent_server.store.keeping import backup, originals, parking
from solvent_server.store.models import Batch, Company, Errand, Member, Original, SampleCompany

CODE, NAME = "sample", "Sample company"


@dataclass(frozen=True)
class Removed:
    """What was taken away: rows by table, files that nobody else had, and people made with the sample."""

    rows: Mapping[str, int]
    originals: int
    people: Sequence[str]


def begin(actor: str, roles: Mapping[str, str], *, made_for_it: Sequence[str] = ()) -> Company:
    """The sample company, empty at first, with people in their roles; the one that is there already, if any.

    Args:
        roles: role by the name of a person that there is; who has one there already keeps it.
        made_for_it: those of them who go with it.
    """
    with database.writing():
        found = Company.objects.filter(sample__isnull=False).order_by("id").first()
        if found is None:
            taken = set(Company.objects.values_list("code", flat=True))
            code = next(one for one in (CODE, *(f"{CODE}-{n}" for n in range(2, 1000))) if one not in taken)
            found = work.set_company(code, actor, names=[NAME], currency="CNY")
        mark(found, actor, people=made_for_it)
        for name, role in roles.items():
            person = User.objects.get(username=name)
            _, fresh = Member.objects.get_or_create(user=person, company=found, defaults={"role": role})
            if fresh:
                told = {"name": name, "role": role, "password": False}
                audit.append(actor, "member.set", f"person {name}", told, company=found.code, at=audit.moment())
    return found


def mark(company: Company, actor: str, *, people: Sequence[str] = ()) -> SampleCompany:
    """Say that a company is a sample, before anything is loaded into it.

    Args:
        people: names of those who were made only to look around in it; they go with it.

    Raises:
        SolventError: something was loaded already, so it may be somebody's own.
    """
    with database.writing():
        found = SampleCompany.objects.filter(company=company).first()
        if found is None and Batch.objects.filter(company=company).exists():
            raise SolventError("store.sample.too_late", "", company=company.code)
        sample = found or SampleCompany(company=company, made_by=actor, made_at=datetime.now(UTC))
        sample.people = sorted({*sample.people, *people})
        sample.save()
        audit.append(
            actor, audit.SAMPLE, f"company {company.code}", {"people": sample.people},
            company=company.code, at=audit.moment(),
        )  # fmt: skip
    return sample


def is_sample(company: Company) -> bool:
    """True for the sample company."""
    return hasattr(company, "sample")


def own_imports(company: Company) -> int:
    """So many imports came into the sample company after the sample itself; they would go with it."""
    return max(Batch.objects.filter(company=company, committed_at__isnull=False).count() - 1, 0)


def take_away(company: Company, actor: str) -> Removed:
    """The sample company with its rows, kept assessments, files and people, whole or not at all.

    Raises:
        SolventError: it is no sample, or something is being done for it just now.
    """
    with database.writing():
        sample = SampleCompany.objects.filter(company=company).first()
        if sample is None:
            raise SolventError("store.sample.none", "", company=company.code)
        _refuse_if_busy(company)
        errands = list(Errand.objects.filter(company=company).values_list("id", flat=True))
        batches = list(Batch.objects.filter(company=company).values_list("id", flat=True))
        files = _files(company)
        with guards.lifted():
            rows = _rows_gone(company)
            if database.on_postgresql():
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        lonely = [sha for sha in files if not _used(sha)]
        Original.objects.filter(sha256__in=lonely).delete()
        people = _people_gone(sample.people, actor)
        told = {"rows": rows, "originals": lonely, "people": people}
        audit.append(actor, audit.REMOVED, f"company {company.code}", told, company=company.code, at=audit.moment())
        transaction.on_commit(lambda: _disk(company.code, errands, batches, lonely))
    return Removed(rows, len(lonely), people)


def _refuse_if_busy(company: Company) -> None:
    if queue.is_busy(company) or clock.is_busy(company):
        raise SolventError("store.sample.busy", "", company=company.code)


def belongs() -> Mapping[str, str]:
    """Every table that holds rows of a company, those that point before those that are pointed at, and which rows:
    a condition with ``%s`` for the company's number.
    """
    told: dict[str, str] = {}
    for table in backup.tables():
        model = next(one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table)
        condition = _condition(model, told)
        if condition:
            told[table] = condition
    return dict(reversed(told.items()))


def _condition(model: Any, told: Mapping[str, str]) -> str:
    if model is Company:
        return "id = %s"
    points = [field for field in model._meta.fields if field.is_relation and field.related_model is not model]
    for field in points:
        if field.related_model is Company:
            return f'"{field.column}" = %s'
    for field in points:
        table = field.related_model._meta.db_table
        if table in told and not field.null:
            return f'"{field.column}" IN (SELECT id FROM "{table}" WHERE {told[table]})'
    return ""


def _rows_gone(company: Company) -> dict[str, int]:
    rows = {}
    with connection.cursor() as cursor:
        for table, condition in belongs().items():
            cursor.execute(f'DELETE FROM "{table}" WHERE {condition}', [company.pk])
            if cursor.rowcount > 0:
                rows[table] = cursor.rowcount
    return rows


def _users_of_files() -> list[tuple[Any, str]]:
    every = apps.get_app_config("store").get_models()
    return [(model, field.name) for model in every for field in model._meta.fields if field.related_model is Original]


def _files(company: Company) -> set[str]:
    """The files that anything of the company refers to."""
    told: set[str] = set()
    for model, name in _users_of_files():
        told |= set(model.objects.filter(company=company, **{f"{name}__isnull": False}).values_list(name, flat=True))
    return told


def _used(sha: str) -> bool:
    return any(model.objects.filter(**{name: sha}).exists() for model, name in _users_of_files())


def _people_gone(names: Sequence[str], actor: str) -> list[str]:
    """Those made for the sample who have no role elsewhere, less whoever takes it away and goes on from here."""
    gone = []
    for person in User.objects.filter(username__in=names).exclude(username=actor).order_by("username"):
        if Member.objects.filter(user=person).exists():
            continue
        name = person.username
        try:
            with transaction.atomic():
                person.delete()
        except ProtectedError:  # something else is theirs: they only may not enter any more
            User.objects.filter(pk=person.pk).update(is_active=False)
        gone.append(name)
    return gone


def _disk(code: str, errands: Sequence[int], batches: Sequence[int], files: Sequence[str]) -> None:
    rmtree(database.folder() / "assessments" / code, ignore_errors=True)
    for errand in errands:
        readings.clear(errand)
    for batch in batches:
        parking.clear(batch)
    originals.forget(files)
