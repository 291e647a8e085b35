"""Watch: past forecasts beside what came, the five signs, the health check, and the indicators month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from solvent_server.web.cash.fan import spark
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
LEADS = (1, 2, 3, 4, 6, 8)


def forecasters(board: Json, told: Told) -> Sheet:
    """Who predicted how well when items are paid, over all month ends."""
    say, by = told.language.say, _by(board["items"], "by")
    rows = []
    for name, items in by.items():
        rows.append(
            [
                told.name("by", name),
                told.days(_mean(items, "mae_days")),
                told.language.number(_mean(items, "crps")),
                *(told.share(_mean(items, f"coverage_{share}")) for share in (50, 80, 95)),
            ]
        )
    heads = [say("predicted by"), say("mean error, days"), say("CRPS, days"), say("in the 50 % band"),
             say("in the 80 % band"), say("in the 95 % band")]  # fmt: skip
    return sheet(say("When items are paid: forecast and truth"), heads, rows)


def leads(board: Json, told: Told) -> Sheet:
    """The error of weekly receipts by weeks ahead."""
    say = told.language.say
    errors = {(row["by"], row["lead_weeks"]): row["wape"] for row in board["leads"]}
    names = list(dict.fromkeys(row["by"] for row in board["leads"]))
    rows = [[told.name("by", name), *(told.share(errors.get((name, week))) for week in LEADS)] for name in names]
    heads = [say("predicted by"), *(say("week {week}", week=week) for week in LEADS)]
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
    """Successive forecasts of the same week, eight weeks before until one, and what came."""
    say = told.language.say
    ours = [row for row in board["countdown"] if row["by"] == "solvent"]
    if not ours:
        return None
    ahead = sorted({row["lead_weeks"] for row in ours}, reverse=True)
    rows: list[Row] = []
    for week, of_week in _by(ours, "week_upto").items():
        known = {row["lead_weeks"]: row["forecast"] for row in of_week}
        came = Cell(told.brief(of_week[0]["actual"]), "right strong")
        rows.append([told.day(week), *(told.brief(known.get(lead)) for lead in ahead), came])
    before = [say("1 week before") if lead == 1 else say("{week} weeks before", week=lead) for lead in ahead]
    heads = [say("week to"), *before, say("actual")]
    return sheet(say("Countdown: how the forecast of a week closed in"), heads, rows)


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


def health(cash: Json, told: Told) -> Sheet:
    """The company's check, the worst first."""
    say = told.language.say
    tier = {"red": "tier tier-red", "orange": "tier tier-orange", "yellow": "tier tier-yellow",
            "green": "tier tier-green", "unknown": "none"}  # fmt: skip
    rows: list[Row] = []
    for row in cash["health"]:
        why = told.problem(row["why"])
        rows.append(
            [
                Cell(told.name("severity", row["severity"]), tier[row["severity"]]),
                Cell(told.sentence(row["code"]) + (f" – {why}" if why else ""), "wrap"),
                Cell(told.sentence(row["action"]), "wrap"),
                told.figure(row["figure"], row["unit"]),
                told.figure(row["line"], row["unit"]),
            ]
        )
    heads = [say("colour"), say("finding"), say("next"), say("figure"), say("line")]
    return sheet(say("Company health check"), heads, rows, left=3)


@dataclass(frozen=True)
class Indicator:
    """One indicator. trend: ``better``, ``worse``, ``same`` or empty; target: what it is held against."""

    name: str
    now: str
    before: str
    year: str
    trend: str
    word: str
    target: str
    spark: str


INDICATORS = (
    ("dso_days", "Receivable days (DSO)", "days", False),
    ("countback_days", "Receivable days by countback", "days", False),
    ("dio_days", "Inventory days (DIO)", "days", False),
    ("stock_turnover", "Inventory turnover, times a year", "times", True),
    ("dpo_days", "Payable days (DPO)", "days", None),
    ("ccc_days", "Cash conversion cycle, days", "days", False),
    ("late_share", "Paid late, share of the money due", "share", False),
    ("default_rate", "Default rate", "share", False),
)
"""Column, what it is called, its unit, and whether more of it is better; None: neither."""
STEADY = 0.02
"""A change of less than this share against the mean of the three months before counts as none."""


def indicators(cash: Json, told: Told) -> Sequence[Indicator]:
    """The core indicators: now, three months before, a year before, whether it gets better, and its target."""
    rows, say = cash["indicators"], told.language.say
    if not rows:
        return []
    made = []
    for column, name, unit, more in INDICATORS:
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
                _target(column, cash, told),
                spark(values),
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


def _target(column: str, cash: Json, told: Told) -> str:
    """The line of the health check behind an indicator, where there is one."""
    found = {row["code"]: row for row in cash["health"]}
    dso = found.get("liquidity.health.dso")
    if column == "countback_days" and dso is not None and dso["evidence"].get("mean_days") and dso["line"] is not None:
        most = dso["evidence"]["mean_days"] * (1 + dso["line"])
        return told.language.say("at most {figure}", figure=told.days(most))
    return "–"


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
