"""Brief: what the credit desk and the warning rules say, in a few lines of the whole assessment."""

from __future__ import annotations

import polars as pl

from solvent.assessment import Assessment
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.states import Exposed
from solvent.files.notify.words import names_of, sentence, subject, tier, title
from solvent.files.screen import Screen

MOST = 8
COLOUR = {3: "bold red", 2: "dark_orange", 1: "yellow"}


def show_credit_brief(assessment: Assessment, screen: Screen) -> None:
    """Customers by grade, exposure against limits, and the worst warnings."""
    snapshot, language = assessment.snapshot, screen.language
    currency = snapshot.books.currency
    if snapshot.credit is not None and snapshot.credit.grades.table.height:
        screen.heading(language.say("Credit"))
        graded = snapshot.credit.grades.table.group_by("grade").len().sort("grade").drop_nulls("grade")
        told = [f"{grade} {language.count(count)}" for grade, count in graded.iter_rows()]
        screen.line(language.say("Customers by grade: {grades}", grades=language.listed(told)))
        owing = exposures(snapshot.books, terms=snapshot.policy.terms(Exposed)).table
        total, over = owing.get_column("exposure"), owing.get_column("over").fill_null(value=False)
        whole = None if total.null_count() else int(total.sum())
        screen.line(
            language.say(
                "Exposure, orders and deliveries included: {amount}; {over} customers over their limit, "
                "{none} without.",
                amount=language.money(whole, currency),
                over=language.count(int(over.sum())),
                none=language.count(owing.get_column("limit").null_count()),
            )
        )
    _warnings(assessment, screen)


def _warnings(assessment: Assessment, screen: Screen) -> None:
    language, found = screen.language, assessment.findings.table
    books = assessment.snapshot.books
    screen.heading(language.say("Warnings"))
    if found.is_empty():
        screen.line(language.say("No rule found anything."))
        return
    counts = dict(found.group_by("tier").len().iter_rows())
    told = [f"{tier(place, language)} {language.count(counts.get(place, 0))}" for place in (3, 2, 1)]
    screen.line(language.listed(told))
    names = names_of(books)
    worst = found.sort(
        "tier", pl.col("about") == "company", "rule", "subject", descending=[True, True, False, False]
    ).head(MOST)
    rows, colours = [], []
    for row in worst.iter_rows(named=True):
        who = subject(row["about"], row["subject"], names, language)
        said = sentence(row["rule"], row["facts"], language, books.currency)
        rows.append((tier(row["tier"], language), title(row["rule"], language), who, said))
        colours.append(COLOUR[row["tier"]])
    screen.coloured(("", "warning", "subject", "what was found"), rows, colours)
    if found.height > MOST:
        screen.line(language.say("{count} more: solvent warnings shows them.", count=found.height - MOST), style="dim")
