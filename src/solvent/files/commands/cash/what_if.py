"""``solvent whatif``: other circumstances, planned flows or an expansion plan laid over the same paths."""

from __future__ import annotations

import tomllib
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from solvent.base.money import decimal, minor
from solvent.base.problem import Problem, SolventError
from solvent.decisions.liquidity.stress.expansion import Expansion, Phase, expansion
from solvent.decisions.liquidity.stress.what_if import Difference, PlannedFlow, WhatIf, circumstances, what_if
from solvent.documents.stress import difference_figures, expansion_figures
from solvent.files.cash.plots import Fan, check_plot, draw_fan
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import Paths, add_paths, add_plot, paths_asked
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json

_QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


def _add(parser: ArgumentParser, language: Language) -> None:
    add_paths(parser, language)
    add_plot(parser, language)
    add = parser.add_argument
    add("--delay", type=float, default=0.0, metavar="DAYS", help=language.say("all customers pay so many days later"))
    sales = language.say("sales fall by so much: 10% or 0.1").replace("%", "%%")  # argparse fills in % marks
    rates = language.say("foreign currencies fall by so much: 10%").replace("%", "%%")
    add("--sales-fall", type=_change, default=0.0, metavar="SHARE", help=sales)
    add("--rates-fall", type=_change, default=0.0, metavar="SHARE", help=rates)
    add(
        "--supplier-days",
        type=float,
        default=0.0,
        metavar="DAYS",
        help=language.say("suppliers want their money so much earlier"),
    )
    add("--fails", type=int, default=0, metavar="N", help=language.say("the N largest debtors fail at once"))
    add(
        "--flow",
        action="append",
        metavar="DAY:AMOUNT[:MONTHS]",
        default=[],
        help=language.say("money on a day, out negative, once or for so many months: 2026-12-01:-500000:3"),
    )
    add("--plan", type=Path, metavar="FILE", help=language.say("an expansion plan (TOML) with [[phases]]"))


def _change(text: str) -> float:
    """10% or 0.1 as 0.1."""
    told = text.strip().replace("％", "%")
    try:
        value = float(told[:-1]) / 100.0 if told.endswith("%") else float(told)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: 10% / 0.1") from None
    if not -10.0 <= value <= 1.0:
        raise ArgumentTypeError(f"{text!r}: -1000% … 100%")
    return value


def _run(args: Namespace, screen: Screen) -> int:
    if args.plot is not None:
        check_plot(args.plot)
    phases = None if args.plan is None else _read_plan(args.plan)
    asked = paths_asked(args, screen)
    currency = asked.paths.currency
    other = circumstances(
        fails=args.fails, sales_fall=args.sales_fall, rates_fall=args.rates_fall, delay=args.delay,
        supplier_days=args.supplier_days,
    )  # fmt: skip
    question = WhatIf(other, [_flow(text, currency) for text in args.flow])
    told = what_if(asked.paths, asked.world, question, asked.line, asked.policy)
    grown = None
    if phases is not None:
        reserve, steps = _phases(phases, currency, args.plan.name)
        grown = expansion(told.paths, steps, asked.line, asked.policy, reserve=reserve)
    if args.plot is not None:
        _plot(asked, told if grown is None else None, grown, args.plot, screen.language)
    if args.json is not None:
        answer: dict[str, Any] = {"schema": "solvent.whatif/1", "currency": currency, "seed": asked.paths.seed}
        answer |= difference_figures(told, currency)
        answer["expansion"] = None if grown is None else expansion_figures(grown, currency)
        write_json(answer, args.json)
        return OK
    if asked.paths.opening is None:
        screen.problems([Problem("simulation.no_balance")])
    _show(told, grown, screen, currency, known=asked.paths.opening is not None)
    return OK


def _flow(text: str, currency: str) -> PlannedFlow:
    """DAY:AMOUNT[:MONTHS].

    Raises:
        SolventError: it is of another form.
    """
    words = text.split(":")
    try:
        months = int(words[2]) if len(words) == 3 else 1
        if len(words) not in (2, 3) or months < 1:
            raise ValueError(text)
        return PlannedFlow(date.fromisoformat(words[0]), minor(Decimal(words[1].replace(",", "")), currency), months)
    except (ValueError, IndexError, InvalidOperation) as error:
        raise SolventError("what_if.flow", "--flow", value=text) from error


def _read_plan(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SolventError("scenario.unreadable", str(path), error=str(error)) from error


_PHASE = ("name", "on", "spend", "receipts", "receipts_from", "receipts_months", "spread", "gate")


def _phases(told: Mapping[str, Any], currency: str, place: str) -> tuple[int, Sequence[Phase]]:
    """The reserve and the phases of a plan file; amounts in main units.

    Raises:
        SolventError: a key is missing or not known, or a value is of another kind.
    """
    phases, listed = [], told.get("phases")
    if not isinstance(listed, list) or not listed:
        raise SolventError("expansion.no_phases", place)

    def amount(phase: Mapping[str, Any], key: str) -> int:
        value = phase.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise SolventError("expansion.value", place, key=key, value=str(value), right="1500000")
        return minor(Decimal(str(value)), currency)

    for number, phase in enumerate(listed, start=1):
        wrong = sorted(set(phase) - set(_PHASE))
        if wrong:
            raise SolventError("scenario.key_unknown", place, key=wrong[0], known=", ".join(_PHASE))
        on, begins = phase.get("on"), phase.get("receipts_from")
        for key, value in (("on", on), ("receipts_from", begins)):
            if not isinstance(value, date) and (key == "on" or value is not None):
                raise SolventError("expansion.value", place, key=key, value=str(value), right="2027-01-15")
        phases.append(
            Phase(
                name=str(phase.get("name", number)),
                on=on,
                spend=amount(phase, "spend"),
                receipts=amount(phase, "receipts"),
                receipts_from=begins,
                receipts_months=int(phase.get("receipts_months", 0)),
                spread=float(phase.get("spread", 0.3)),
                gate=amount(phase, "gate") if "gate" in phase else None,
            )
        )
    return amount(told, "reserve"), phases


def _show(told: Difference, grown: Expansion | None, screen: Screen, currency: str, *, known: bool) -> None:
    language = screen.language
    if grown is None:
        before, after = told.before, told.after
    else:
        before, after = grown.before, grown.after
    screen.heading(language.say("What if, {currency}", currency=language.currency(currency)))
    rows = []
    for name, first, second in (
        ("chance under the floor", language.share(before.chance), language.share(after.chance)),
        ("lowest balance, median", language.money(before.lowest, currency), language.money(after.lowest, currency)),
        ("gap in the week to", _day(before.gap_on, language), _day(after.gap_on, language)),
        ("deepest, one of twenty", language.money(before.deep, currency), language.money(after.deep, currency)),
        ("balance at the end, median", language.money(before.end, currency), language.money(after.end, currency)),
    ):
        rows.append((language.say(name), first, second))
    screen.table(("", "before", "after"), rows if known else rows[-1:])
    if grown is not None:
        _show_expansion(grown, screen, currency)
        return
    weeks = [
        (
            language.short_day(row["week_end"]),
            language.brief_money(row["before_p50"], currency),
            language.brief_money(row["after_p50"], currency),
            language.share(row["before_chance"]) if known else "-",
            language.share(row["after_chance"]) if known else "-",
        )
        for row in told.weeks.head(13).iter_rows(named=True)
    ]
    screen.table(("week to", "median before", "after", "under the floor before", "after"), weeks)


def _show_expansion(grown: Expansion, screen: Screen, currency: str) -> None:
    language = screen.language
    screen.heading("Phases of the expansion")
    rows = [
        (
            row["name"],
            language.day(row["on"]),
            language.money(row["spend"], currency),
            language.share(row["open_share"]),
            language.money(row["median_room"], currency),
        )
        for row in grown.phases.iter_rows(named=True)
    ]
    screen.table(("phase", "day", "spend", "gate open", "above the floor, median"), rows)
    if grown.phases["open_share"].null_count() == grown.phases.height:
        screen.line(
            language.say("The plan begins after the forecast ends: nothing can be said of it yet."), style="yellow"
        )
        return
    if grown.core_kept:
        screen.line(language.say("The plan does not eat into core-business cash."), style="green")
        return
    screen.line(
        language.say(
            "The plan eats into core-business cash on {share} of paths, {amount} on average.",
            share=language.share(grown.eaten_share),
            amount=language.money(grown.eaten, currency),
        ),
        style="red",
    )
    safe = grown.first_safe_on
    screen.line(
        language.say("No start within the next quarter is safe.")
        if safe is None
        else language.say("Put off to {day}, it would not.", day=language.day(safe))
    )


def _day(value: date | None, language: Language) -> str:
    return "-" if value is None else language.day(value)


def _plot(asked: Paths, told: Difference | None, grown: Expansion | None, path: Path, language: Language) -> None:
    after = grown.paths if grown is not None else told.paths if told is not None else asked.paths
    currency, ahead = asked.paths.currency, asked.paths.horizon

    def main_units(paths: Any, share: float) -> list[float]:
        level = np.quantile(ahead.at_week_ends(paths.balance), share, axis=0)
        return [float(decimal(round(value), currency)) for value in level]

    draw_fan(
        Fan(
            language.say("Cash, as of the end of {day}", day=language.day(ahead.as_of)),
            currency,
            ahead.week_ends,
            {share: main_units(after, share) for share in _QUANTILES},
            float(decimal(asked.line, currency)) if asked.floor_known else None,
            other=main_units(asked.paths, 0.5),
        ),
        path,
        language,
    )


COMMAND = Command("other circumstances, planned flows or an expansion plan, on the same paths", _add, _run)
