"""Shown: warnings on the screen, layer by layer, with what to do, what is at stake, and how good each rule was."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence

import polars as pl

from solvent.files.commands.credit.warnings.answer import Answer
from solvent.files.language import Language
from solvent.files.notify.digest import Digest
from solvent.files.notify.targets import Target
from solvent.files.notify.words import (
    ACTION,
    COLOUR,
    LAYER,
    OWNER,
    STATE,
    figure,
    named,
    names_of,
    sentence,
    subject,
    tier,
    title,
)
from solvent.files.screen import Screen

STAKES = 10
EVIDENCE = 10


def show(answer: Answer, only: pl.DataFrame, args: Namespace, screen: Screen) -> None:
    """Everything that was asked for, in the order of the layers."""
    language, books = screen.language, answer.books
    screen.heading(
        language.say(
            "Early warning at the end of {day}, {currency}",
            day=language.day(books.as_of),
            currency=language.currency(books.currency),
        )
    )
    _counts(answer, only, screen)
    names = names_of(books)
    owed = answer.proposed.stakes.select(pl.col("customer_id").alias("subject"), "exposure_amount")
    only = only.join(owed, on="subject", how="left", maintain_order="left").sort(
        "tier", "exposure_amount", descending=True, nulls_last=True, maintain_order=True
    )
    narrow = bool(args.rule or args.customer)
    for layer, heading in LAYER.items():
        rows = only.filter(pl.col("layer") == layer)
        if rows.height:
            screen.heading(heading)
            _findings(rows.head(args.top), answer, names, screen, evidence=narrow)
            _more(rows.height - args.top, screen)
    _stakes(answer, only, names, screen)
    if answer.kept is not None:
        _cases(answer.kept[0], args.top, names, screen)
    if answer.tested is not None:
        _tested(answer.tested, screen)
    for sent in answer.delivered:
        told = language.say("Told by {target}: {count} cases", target=sent.target, count=len(sent.cases))
        if sent.problem is None:
            screen.line(told, style="green")


def show_digests(planned: Sequence[tuple[Target, Digest]], screen: Screen) -> None:
    """What would be told to whom; nothing that is secret is known here."""
    language = screen.language
    for target, digest in planned:
        screen.heading(language.say("Would be told by {target}", target=target.name))
        screen.line(digest.text if target.kind != "hook" else digest.body.decode())
    if not planned:
        screen.line(language.say("There is no news to tell."))


def _counts(answer: Answer, only: pl.DataFrame, screen: Screen) -> None:
    """How many of each tier, and what could not be asked."""
    language, findings = screen.language, answer.findings
    counts = dict(only.group_by("tier").len().iter_rows())
    told = [f"{tier(place, language)} {language.count(counts.get(place, 0))}" for place in (3, 2, 1)]
    screen.line(language.listed(told))
    said = language.say("{count} rules were asked.", count=len(findings.ran))
    if findings.silent:
        said += " " + language.say("The books tell nothing to: {rules}.", rules=_titles(findings.silent, language))
    if findings.off:
        said += " " + language.say("Switched off: {rules}.", rules=_titles(findings.off, language))
    screen.line(said, style="dim")


def _titles(names: Sequence[str], language: Language) -> str:
    return language.listed([title(name, language) for name in names])


def _findings(rows: pl.DataFrame, answer: Answer, names: Mapping[str, str], screen: Screen, *, evidence: bool) -> None:
    language, currency = screen.language, answer.books.currency
    shown, colours = [], []
    for row in rows.iter_rows(named=True):
        shown.append(
            (
                tier(row["tier"], language),
                subject(row["about"], row["subject"], names, language),
                _both(row, language, currency),
                figure(row["value"], row["unit"], language),
                figure(row["line"], row["unit"], language),
                named(OWNER, row["owner"], language),
            )
        )
        colours.append(COLOUR[row["tier"]])
    screen.coloured(("", "subject", "what was found, and what to do", "figure", "line", "for"), shown, colours)
    if evidence:
        for row in rows.iter_rows(named=True):
            told = ", ".join(row["evidence"][:EVIDENCE])
            screen.line(
                f"{title(row['rule'], language)}, {row['subject']}: " + language.say("Rests on: {rows}", rows=told),
                style="dim",
            )


def _both(row: dict[str, str], language: Language, currency: str) -> str:
    """What was found and what to do, one after the other."""
    found = sentence(row["rule"], row["facts"], language, currency)
    advice = sentence(row["rule"], row["facts"], language, currency, ".next")
    return f"{found}\n→ {advice}" if advice else found


def _more(count: int, screen: Screen) -> None:
    if count > 0:
        screen.line(screen.language.say("{count} more rows; --top or --csv shows them.", count=count), style="dim")


def _stakes(answer: Answer, only: pl.DataFrame, names: Mapping[str, str], screen: Screen) -> None:
    """What is proposed for customers, and the money at stake."""
    language, currency = screen.language, answer.books.currency
    customers = only.filter(pl.col("about") == "customer").get_column("subject").unique()
    stakes = answer.proposed.stakes.filter(pl.col("customer_id").is_in(customers.implode()))
    actions = dict(answer.proposed.proposals.group_by("customer_id", maintain_order=True).agg("action").iter_rows())
    if stakes.is_empty():
        return
    screen.heading("Proposed, and the money at stake if the customer fails")
    rows, colours = [], []
    for row in stakes.head(STAKES).iter_rows(named=True):
        told = [named(ACTION, action, language) for action in actions.get(row["customer_id"], [])]
        rows.append(
            (
                tier(row["tier"], language),
                subject("customer", row["customer_id"], names, language),
                language.listed(told) if told else "-",
                language.money(row["exposure_amount"], currency),
                language.money(row["expected_loss_amount"], currency),
                language.money(row["missing_amount"], currency),
                f"{language.share(row['chance'])} → {language.share(row['chance_if_failed'])}",
            )
        )
        colours.append(COLOUR[row["tier"]])
    heads = (
        "",
        "customer",
        "proposed",
        "exposure",
        "expected loss",
        "missing in 13 weeks",
        "chance of cash under the floor",
    )
    screen.coloured(heads, rows, colours)
    _more(stakes.height - STAKES, screen)


def _cases(cases: pl.DataFrame, most: int, names: Mapping[str, str], screen: Screen) -> None:
    """The cases that are not closed, those that nobody has seen first."""
    language = screen.language
    live = cases.filter(pl.col("state") != "closed").sort(
        "tier", "owes_amount", "case_id", descending=[True, True, False], nulls_last=True
    )
    screen.heading("Cases")
    told = {state: live.filter(pl.col("state") == state).height for state in STATE if state != "closed"}
    told["closed"] = cases.height - live.height
    counts = [f"{named(STATE, state, language)} {language.count(count)}" for state, count in told.items()]
    screen.line(language.listed(counts))
    # A line each and no table: a case's name is never broken, so that it can be copied.
    for row in live.head(most).iter_rows(named=True):
        about = [
            subject(row["about"], row["subject"], names, language),
            named(STATE, row["state"], language),
            named(OWNER, row["owner"], language),
        ]
        if row["escalated_to"] is not None:
            about.append(language.say("escalated to {whom}", whom=named(OWNER, row["escalated_to"], language)))
        screen.line(f"{tier(row['tier'], language)}  {row['case_id']}", style=COLOUR[row["tier"]])
        screen.line("     " + "; ".join(about))
    _more(live.height - most, screen)


def _tested(tested: pl.DataFrame, screen: Screen) -> None:
    """How each rule would have warned."""
    language = screen.language
    screen.heading("Rules over the ledger's own past")
    rows = [
        (
            title(row["rule"], language),
            language.count(row["warnings"]),
            language.share(row["false_alarm_share"]),
            "-" if row["troubles"] is None else language.count(row["troubles"]),
            language.number(row["median_lead_days"], 0),
            language.share(row["found_early_share"]),
            language.share(row["found_ahead_share"]),
            language.share(row["missed_share"]),
            language.share(row["quiet_share"]),
        )
        for row in tested.iter_rows(named=True)
    ]
    heads = ("rule", "warnings", "false alarms", "troubles", "median days ahead", "30 days ahead", "60 days ahead",
             "missed", "quiet and never warned")  # fmt: skip
    screen.table(heads, rows)
    screen.line(
        language.say(
            "A trouble is a customer's first item 60 days late or written off; for the company, cash under its floor. "
            "A false alarm is a warning after which none came within 120 days."
        ),
        style="dim",
    )
