"""Work: what people change that is no fact of the books, each change with its line in the trail."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from solvent.base.problem import SolventError
from solvent_server.store import audit, database
from solvent_server.store.models import Company, Member


def set_company(
    code: str,
    actor: str,
    *,
    names: Sequence[str] | None = None,
    tax_ids: Sequence[str] | None = None,
    currency: str | None = None,
) -> Company:
    """Make or change a company; what is None stays as it is. The first name is the one that is shown."""
    with database.writing():
        company = Company.objects.filter(code=code).first() or Company(code=code)
        if names is not None:
            company.names, company.name = list(names), names[0] if names else ""
        if tax_ids is not None:
            company.tax_ids = list(tax_ids)
        if currency is not None:
            company.currency = currency
        company.save()
        told = {"name": company.name, "names": company.names, "tax_ids": company.tax_ids, "currency": company.currency}
        audit.append(actor, "company.set", f"company {code}", told, company=code, at=audit.moment())
    return company


@database.told()
def every() -> Sequence[Company]:
    """All companies, by code."""
    return list(Company.objects.order_by("code"))


def only_company(currency: str | None = None, *, actor: str) -> Company:
    """The one company there is; made on first use.

    Raises:
        SolventError: there are several, and one has to be named.
    """
    found = every()
    if len(found) > 1:
        raise SolventError("store.company.which", "", known=", ".join(one.code for one in found))
    return found[0] if found else set_company("own", actor, currency=currency or "")


def set_member(company: Company, name: str, role: str | None, secret: str | None, actor: str) -> None:
    """Make a person, or change the role (``none``: takes it away) or the password.

    Raises:
        SolventError: a new person is given no password, or one that is too easy to guess.
    """
    with database.writing():
        person = User.objects.filter(username=name).first()
        if person is None and secret is None:
            raise SolventError("store.person_without_password", "", name=name)
        person = person or User(username=name)
        if secret is not None:
            try:
                validate_password(secret, person)
            except ValidationError as error:
                raise SolventError("store.password_weak", "", reason=" ".join(error.messages)) from error
            person.set_password(secret)
        person.save()
        if role is not None:
            Member.objects.filter(user=person, company=company).delete()
            if role != "none":
                Member.objects.create(user=person, company=company, role=role)
        told = {"name": name, "role": role, "password": secret is not None}
        audit.append(actor, "member.set", f"person {name}", told, company=company.code, at=audit.moment())


def members(company: Company) -> Sequence[tuple[str, str]]:
    """Who has which role, by name."""
    rows = Member.objects.filter(company=company).order_by("user__username")
    return list(rows.values_list("user__username", "role"))
