"""Work: what people change that is no fact of the books, each change with its line in the trail."""

from __future__ import annotations

from collections.abc import Sequence

from solvent.base.problem import SolventError
from solvent_server.store import audit, database
from solvent_server.store.models import Company


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
