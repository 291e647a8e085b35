"""Watch: past forecasts beside what came, the five signs, the health check, and the indicators month by month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from solvent_server.web.cash.fan import spark
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]


def verdict(board: Json, told: Told) -> Sequence[str]:
    """What the scoreboard says, in sentences: how far off we are, against whom, and whether the bands hold."""
    say, by = told.language.say, _by(board["items"], "by")
    if "solvent" not in by:
        return []
    ours = _mean(by["solvent"], "mae_days")
    others = {name: _mean(items, "mae_days") for name, items in by.items() if name != "solvent"}
    known = {name: error for name, error in others.items() if error is not None}
    count = sum(row["items"] for row in by["solvent"])
    said = [
        say(
            "Over {months} month ends, {items} items were paid {days} days before or after the day foretold, on "
            "average.",
            months=len(by["solvent"]), items=told.language.count(count), days=told.days(ours),
        )
    ]  # fmt: skip
    if known and ours is not None:
        best = min(known, key=lambda name: known[name])
        text = (
            "That is better than every plain way of forecasting; the best of them, {name}, is off by {days} days."
            if ours < known[best]
            else "A plain way of forecasting does better here: {name}, off by {days} days."
        )
        said.append(say(text, name=told.name("by", best), days=told.days(known[best])))
    held = _mean(by["solvent"], "coverage_80")
    if held is not None:
        text = (
            "The bands are honest: of 100 items {share} were paid within the band that should hold 80."
            if abs(held - 0.8) <= HONEST
            else "The bands are too narrow: of 100 items only {share} were paid within the band that should hold 80."
            if held < 0.8
            else "The bands are wider than they need be: of 100 items {share} were paid within the band that should "
            "hold 80."
        )
        said.append(say(text, share=told.language.number(held * 100, 0)))
    return said


HONEST = 0.05
"""A band that should hold 80 % may hold so much more or less of the items and is honest still."""


def forecasters(board: Json, told: Told) -> Sheet:
    """Who predicted how well when items are paid, over all month ends; the smallest errors are marked."""
    say, by = told.language.say, _by(board["items"], "by")
    rows: list[Row] = []
    least = {column: min((error for items in by.values() if (error := _mean(items, column)) is not None), default=None)
             for column in ("mae_days", "crps")}  # fmt: skip
    for name, items in by.items():
        error, whole = _mean(items, "mae_days"), _mean(items, "crps")
        rows.append(
            [
                told.name("by", name),
                _best(told.days(error), told, best=error is not None and error == least["mae_days"]),
                _best(told.language.number(whole), told, best=whole is not None and whole == least["crps"]),
                *(told.share(_mean(items, f"coverage_{share}")) for share in (50, 80, 95)),
            ]
        )
    heads = [say("predicted by"), say("mean error, days"), say("CRPS, days"), say("in the 50 % band"),
             say("in the 80 % band"), say("in the 95 % band")]  # fmt: skip
    return sheet(say("When items are paid: forecast and truth"), heads, rows)


def _best(text: str, told: Told, *, best: bool) -> Cell:
    """A figure that is better than all beside it says so."""
    return Cell(f"★ {text}" if best else text, "right strong" if best else "right")


def leads(board: Json, told: Told) -> Sheet:
    """The error of weekly receipts by weeks ahead; the smallest of each week is marked."""
    say = told.language.say
    errors = {(row["by"], row["lead_weeks"]): row["wape"] for row in board["leads"] if row["wape"] is not None}
    names = list(dict.fromkeys(row["by"] for row in board["leads"]))
    weeks = sorted({row["lead_weeks"] for row in board["leads"]})
    least = {week: min((error for (_, at), error in errors.items() if at == week), default=None) for week in weeks}
    rows: list[Row] = []
    for name in names:
        cells = []
        for week in weeks:
            error = errors.get((name, week))
            cells.append(_best(told.share(error), told, best=error is not None and error == least[week]))
        rows.append([told.name("by", name), *cells])
    heads = [say("predicted by"), *(say("{week} weeks ahead", week=week) if week > 1 else say("1 week ahead")
                                    for week in weeks)]  # fmt: skip
    return sheet(say("Error of weekly receipts by weeks ahead"), heads, rows)


def months(board: Json, told: Told) -> Sheet:
    """Our forecast of each month end: how many items, how wrong, how often within its band."""
    say = told.language.say
    rows = [
        [
            told.day(row["made_on"]),
            told.language.count(row["items"]),
            told.language.count(row["not_yet_paid"]),
            told.days(row["mae_days"]),
            told.share(row["coverage_80"]),
            told.language.number(row["late_auc"]) if row["late_auc"] is not None else "–",
        ]
        for row in board["items"]
        if row["by"] == "solvent"
    ]
    heads = [say("made on"), say("items"), say("not yet paid"), say("mean error, days"), say("in the 80 % band"),
             say("late told from punctual (AUC)")]  # fmt: skip
    return sheet(say("Our forecasts, month end by month end"), heads, rows)


def countdown(board: Json, told: Told) -> Sheet | None:
    """Successive forecasts of the same week, eight weeks before until one; each beside what came of the same items."""
    say = told.language.say
    ours = [row for row in board["countdown"] if row["by"] == "solvent"]
    if not ours:
        return None
    ahead = sorted({row["lead_weeks"] for row in ours}, reverse=True)
    rows: list[Row] = []
    marks = []
    for week, of_week in _by(ours, "week_upto").items():
        for name, column, mark in (("forecast", "forecast", ""), ("actual", "actual", "sum")):
            known = {row["lead_weeks"]: row[column] for row in of_week}
            rows.append([told.day(week), say(name), *(told.brief(known.get(lead)) for lead in ahead)])
            marks.append(mark)
    before = [say("1 week before") if lead == 1 else say("{week} weeks before", week=lead) for lead in ahead]
    made = sheet(
        say("Countdown: how the forecast of a week closed in"), [say("week to"), say("receipts"), *before], rows, left=2
    )
    return Sheet(made.caption, made.heads, made.rows, marks)


@dataclass(frozen=True)
class SignTold:
    """One sign. state: ``present``, ``absent`` or ``unknown``. months: day and figure of what it was seen in."""

    says: str
    state: str
    word: str
    figure: str
    line: str
    unit: str
    cause: str
    why: str
    spark: str
    months: Sequence[tuple[str, str]]


def signs(cash: Json, told: Told) -> Sequence[SignTold]:
    """The five signs of a break, each with figure, line, cause and the months behind it."""
    made = []
    for row in cash["signs"]:
        state = "unknown" if row["present"] is None else "present" if row["present"] else "absent"
        word = {"unknown": "not known", "present": "present", "absent": "not present"}[state]
        seen = [(one["month_end"], one["value"]) for one in row["evidence"] if {"month_end", "value"} <= one.keys()]
        made.append(
            SignTold(
                told.sentence(row["code"]),
                state,
                told.language.say(word),
                told.figure(row["figure"], row["unit"]),
                told.figure(row["line"], row["unit"]),
                told.language.say(row["unit"]),
                told.name("cause", row["cause"]),
                told.problem(row["why"]),
                spark([value for _, value in seen]),
                [(told.day(day), told.figure(value, _of_month(row["unit"]))) for day, value in seen],
            )
        )
    return made


def _of_month(unit: str) -> str:
    """The unit of a month's figure where a sign is told by its slope."""
    return "days" if unit.startswith("days") else unit


PAGE: Mapping[str, str] = {
    "operating_cash": "working_liquidity", "gap": "cash", "insolvency": "cash_stress", "orange_line": "cash",
    "floor": "cash", "stock_growth": "working_stock", "stock": "working_stock", "overdue": "receivable_items",
    "late_invoicing": "receivable_invoicing", "dso": "receivable_days", "current_ratio": "working_liquidity",
    "quick_ratio": "working_liquidity", "cash_ratio": "working_liquidity", "concentration": "receivables",
    "unallocated": "receivable_unplaced", "late_share": "receivable_days", "own_late": "working_suppliers",
    "line_use": "cash", "emergency": "cash",
}  # fmt: skip
"""Last part of a finding's code to the page that shows what lies behind it."""


def health(cash: Json, told: Told, to: Callable[[str], str]) -> Sheet:
    """The company's check, the worst first.

    Args:
        to: the address of a page by its name; empty where the reader may not see it.
    """
    say = told.language.say
    tier = {"red": "tier tier-red", "orange": "tier tier-orange", "yellow": "tier tier-yellow",
            "green": "tier tier-green", "unknown": "none"}  # fmt: skip
    rows: list[Row] = []
    for row in cash["health"]:
        why = told.problem(row["why"])
        rows.append(
            [
                Cell(told.name("severity", row["severity"]), tier[row["severity"]]),
                Cell(told.sentence(row["code"]) + (f" – {why}" if why else ""), "wrap", _page(row["code"], to)),
                Cell(told.sentence(row["action"]), "wrap"),
                told.figure(row["figure"], row["unit"]),
                told.figure(row["line"], row["unit"]),
            ]
        )
    heads = [say("colour"), say("finding"), say("next"), say("figure"), say("line")]
    return sheet(say("Company health check"), heads, rows, left=3)


def _page(code: str, to: Callable[[str], str]) -> str:
    page = PAGE.get(code.rpartition(".")[2], "")
    return to(page) if page else ""


@dataclass(frozen=True)
class Indicator:
    """One indicator. trend: ``better``, ``worse``, ``same`` or empty; target: what it is held against, and met whether
    it keeps it (None: cannot be told). to: where its rows are.
    """

    name: str
    now: str
    before: str
    year: str
    trend: str
    word: str
    target: str
    met: bool | None
    spark: str
    page: str


INDICATORS = (
    ("dso_days", "Receivable days (DSO)", "days", False, "receivable_days"),
    ("countback_days", "Receivable days by countback", "days", False, "receivable_days"),
    ("dio_days", "Inventory days (DIO)", "days", False, "working_stock"),
    ("stock_turnover", "Inventory turnover, times a year", "times", True, "working_stock"),
    ("dpo_days", "Payable days (DPO)", "days", None, "working_bills"),
    ("ccc_days", "Cash conversion cycle, days", "days", False, "working_capital"),
    ("late_share", "Paid late, share of the money due", "share", False, "receivable_invoices"),
    ("default_rate", "Default rate", "share", False, "receivable_items"),
)
"""Column, what it is called, its unit, whether more of it is better (None: neither), and the page of its rows."""
YEAR = 12
"""Month ends before the last whose mean an indicator without a decided line is held against."""
STEADY = 0.02
"""A change of less than this share against the mean of the three months before counts as none."""


def indicators(cash: Json, told: Told) -> Sequence[Indicator]:
    """The core indicators: now, three months before, a year before, whether it gets better, and its target."""
    rows, say = cash["indicators"], told.language.say
    if not rows:
        return []
    made = []
    for column, name, unit, more, page in INDICATORS:
        values = [row[column] for row in rows]
        trend = _trend(values, more)
        words = {"better": say("gets better"), "worse": say("gets worse"), "same": say("steady"), "up": say("rises"),
                 "down": say("falls"), "": say("not known")}  # fmt: skip
        made.append(
            Indicator(
                say(name),
                told.figure(values[-1], unit),
                told.figure(values[-4] if len(values) > 3 else None, unit),
                told.figure(values[-13] if len(values) > 12 else None, unit),
                trend,
                words[trend],
                *_target(column, cash, told, values, more),
                spark(values),
                page,
            )
        )
    return made


def _trend(values: Sequence[float | None], more: bool | None) -> str:
    """How the last figure stands to the mean of the three before."""
    earlier = [value for value in values[-4:-1] if value is not None]
    last = values[-1]
    if last is None or not earlier:
        return ""
    mean = fmean(earlier)
    if abs(last - mean) <= STEADY * abs(mean):
        return "same"
    if more is None:
        return "up" if last > mean else "down"
    return "better" if (last > mean) is more else "worse"


def _target(
    column: str, cash: Json, told: Told, values: Sequence[float | None], more: bool | None
) -> tuple[str, bool | None]:
    """What an indicator is held against: the line of the health check where there is one, else its own mean of the
    year before; and whether it keeps it.
    """
    say, last = told.language.say, values[-1]
    unit = next(unit for name, _, unit, _, _ in INDICATORS if name == column)
    found = {row["code"]: row for row in cash["health"]}
    dso = found.get("liquidity.health.dso")
    if column == "countback_days" and dso is not None and dso["evidence"].get("mean_days") and dso["line"] is not None:
        most = dso["evidence"]["mean_days"] * (1 + dso["line"])
        return say("at most {figure}", figure=told.days(most)), None if last is None else last <= most
    before = [value for value in values[-1 - YEAR : -1] if value is not None]
    if not before:
        return "–", None
    mean = fmean(before)
    text = say("own mean {figure}", figure=told.figure(mean, unit))
    return text, None if last is None or more is None else last >= mean if more else last <= mean


def movements(cash: Json, told: Told) -> Sheet | None:
    """What was not as usual on the accounts."""
    say = told.language.say
    if not cash["movements"]:
        return None
    rows = [
        [
            told.day(row["day_on"]),
            Cell(told.sentence(row["code"], row), "wrap"),
            row["counterparty"] or row["account_id"] or "",
            told.money(row["amount"], row["currency"]),
        ]
        for row in cash["movements"][:25]
    ]
    return sheet(say("Unusual movements"), [say("day"), say("what"), say("who"), say("amount")], rows, left=3)


def causes(cash: Json, told: Told) -> Sheet | None:
    """What took the operating cash, this half year against the same of last year."""
    say, found = told.language.say, cash["causes"]["rows"]
    if not found:
        return None
    rows = [
        [
            told.name("cause", row["cause"]),
            told.money(row["before"]),
            told.money(row["now"]),
            told.money(row["change"]),
            told.share(row["share"]),
        ]
        for row in found
    ]
    heads = [say("root cause"), say("a year before"), say("now"), say("change"), say("share")]
    return sheet(say("Root causes"), heads, rows)


def _by(rows: Sequence[Json], name: str) -> dict[str, list[Json]]:
    told: dict[str, list[Json]] = {}
    for row in rows:
        told.setdefault(row[name], []).append(row)
    return told


def _mean(rows: Sequence[Json], name: str) -> float | None:
    known = [row[name] for row in rows if row[name] is not None]
    return fmean(known) if known else None
