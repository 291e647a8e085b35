"""Companies: the entities that a person belongs to, what each is called, and the groups of customers in the ledger."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.books.books import TABLES
from solvent_server.store import access, facts, work
from solvent_server.store.models import AuditLine, Company
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings.tabs import moment, tabs

MOST = 20
LONGEST = 200


@page("settings", assessed=False)
@stepped_up
def entities(look: Look) -> HttpResponse:
    """The list; whoever administers one may change its names and tax numbers."""
    if look.request.method == "POST":
        return _changed(look)
    rows = [_told(look, one.company, one.role) for one in access.places(look.request.user)]
    groups = _groups(look.company) if look.may("see") else None
    return look.render(
        "settings/entities.html", here="settings", tabs=tabs(look, "entities"), rows=rows, groups=groups,
        edit=look.may("administer"),
    )  # fmt: skip


def _changed(look: Look) -> HttpResponse:
    if not look.may("administer"):
        messages.error(look.request, look.say("An administrator of the company changes these."))
        return redirect(look.address("entities"))
    names, numbers = (_lines(look.request.POST.get(name, "")) for name in ("names", "tax_ids"))
    if not names:
        messages.error(look.request, look.say("A company has at least one name."))
        return redirect(look.address("entities"))
    who = look.request.user.get_username()
    work.set_company(look.company.code, who, names=names, tax_ids=[re.sub(r"\s", "", one).upper() for one in numbers])
    messages.success(look.request, look.say("Saved. The next import knows the company by these names and numbers."))
    return redirect(look.address("entities"))


def _lines(text: str) -> list[str]:
    """What stands on each line, once, nothing that does not print."""
    told = ("".join(letter for letter in line if letter.isprintable()).strip()[:LONGEST] for line in text.splitlines())
    return list(dict.fromkeys(line for line in told if line))[:MOST]


def _told(look: Look, company: Company, role: str) -> dict[str, Any]:
    first = (
        AuditLine.objects.filter(subject=f"company {company.code}").order_by("seq").values_list("at", flat=True).first()
    )
    return {
        "code": company.code, "name": company.name, "names": company.names, "tax_ids": company.tax_ids,
        "currency": company.currency, "made": moment(first), "here": company.pk == look.company.pk, "role": role,
    }  # fmt: skip


def _groups(company: Company) -> list[dict[str, Any]]:
    """Groups of customers as the ledger tells of them, and how many customers each has."""
    schema = TABLES["groups"].schema
    groups = facts.standing("groups", company.pk, schema)
    customers = facts.standing("customers", company.pk, {"customer_id": pl.String, "group_id": pl.String})
    counts = customers.drop_nulls("group_id").group_by("group_id").len("customers")
    joined = counts.join(
        groups.select("group_id", "name") if "name" in schema else groups.select("group_id"),
        on="group_id",
        how="full",
        coalesce=True,
    )
    return joined.sort("customers", descending=True, nulls_last=True).head(200).to_dicts()
