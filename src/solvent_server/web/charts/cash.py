"""Cash: the cash line with its fan, what flows in and out week by week, and forecasts beside what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from solvent.files.language import Language
from solvent_server.web.charts.chart import Chart, Key, band, bars, chart, levels, line, places, points, told

SPAN = ((0.05, 0.95), (0.10, 0.90), (0.25, 0.75))
"""Shares of paths between which each band lies, the widest first."""
SHADES = (0.13, 0.28, 0.48)
WAYS = {"floor": ("--red", "solid"), "orange": ("--orange", "dotted"), "reserve": ("--yellow", "mixed")}
NAMES = {"floor": "floor", "orange": "orange line", "reserve": "first reserve"}


@dataclass(frozen=True)
class Weeks:
    """A cash line. bands: share of paths to the balance at each day, main units. lines: kind to its balance.

    chances: of falling under the floor in each week; alpha: from which a week is marked. other: the median without a
    change. to: address of the rows behind each day.
    """

    days: Sequence[date]
    bands: Mapping[float, Sequence[float]]
    lines: Mapping[str, float | None]
    chances: Sequence[float | None] = ()
    alpha: float | None = None
    other: Sequence[float] = ()
    to: Sequence[str] = ()


def fan(name: str, caption: str, weeks: Weeks, language: Language) -> Chart | None:
    """The cash line with its bands and levels; None without a day.

    The first week with a chance of a gap has a triangle on the line, the others have one at the foot.
    """
    if not weeks.days:
        return None
    known = {kind: level for kind, level in weeks.lines.items() if level is not None}
    middle, bands = weeks.bands[0.5], weeks.bands
    (low, high), stack = SPAN[0], "fan"
    edges = [low, *(bottom for bottom, _ in SPAN[1:]), *(top for _, top in reversed(SPAN[1:])), high]
    shades = [*SHADES, *reversed(SHADES[:-1])]
    parts = [band("from", bands[low], 0, stack)]
    for under, over, shade in zip(edges, edges[1:], shades, strict=False):
        parts.append(band(f"to-{over}", _above(bands[under], bands[over]), shade, stack))
    series = [
        *parts,
        *(line(kind, [level] * len(weeks.days), *WAYS[kind], silent=True) for kind, level in known.items()),
        *([line("other", weeks.other, "--faint", "dashed")] if weeks.other else []),
        line("middle", middle, "--lead", width=2.5),
    ]
    lowest = min(*bands[low], 0.0, *known.values(), *weeks.other)
    highest = max(*bands[high], 0.0, *known.values(), *weeks.other)
    axis = levels(lowest, highest, language.brief)
    marked = _marked(weeks)
    if marked:
        at_foot = [[place, axis["min"]] for place in marked[1:]]
        series.append(points("first", [[marked[0], middle[marked[0]]]], "--red", "triangle", 14, z=5))
        series.append(points("marked", at_foot, "--red", "triangle", 8, z=5, symbolOffset=[0, -5]))
    option = chart(
        x=places([language.short_day(day) for day in weeks.days], edge=True),
        y=axis,
        series=series,
        solvent={"tips": [_tip(place, weeks, language) for place in range(len(weeks.days))], "to": list(weeks.to)},
    )
    say = language.say
    legend = [
        Key("middle", say("median")),
        *([Key("other", say("median without the change"))] if weeks.other else []),
        Key("3", say("half of all paths")),
        Key("2", say("8 of 10 paths")),
        Key("1", say("9 of 10 paths")),
        *(Key(kind, say(NAMES[kind])) for kind in known),
        *([Key("marked", say("week with a chance of a gap"))] if marked else []),
    ]
    return Chart(name, caption, _summary(weeks, marked, language), option, legend)


def _above(under: Sequence[float], over: Sequence[float]) -> list[float]:
    return [round(top - bottom, 2) for bottom, top in zip(under, over, strict=True)]


def _marked(weeks: Weeks) -> list[int]:
    """Places of the weeks whose chance of a gap counts."""
    if weeks.alpha is None:
        return []
    return [place for place, chance in enumerate(weeks.chances) if chance is not None and chance >= weeks.alpha]


def _tip(place: int, weeks: Weeks, language: Language) -> str:
    say, brief = language.say, language.brief
    spans = {"half of all paths": SPAN[2], "8 of 10 paths": SPAN[1], "9 of 10 paths": SPAN[0]}
    chance = weeks.chances[place] if place < len(weeks.chances) else None
    return told(
        say("week to {day}", day=language.day(weeks.days[place])),
        f"{say('median')}  {brief(weeks.bands[0.5][place])}",
        f"{say('median without the change')}  {brief(weeks.other[place])}" if weeks.other else "",
        *(f"{say(text)}  {brief(weeks.bands[low][place])} – {brief(weeks.bands[high][place])}"
          for text, (low, high) in spans.items()),
        "" if chance is None else f"{say('chance under the floor')}  {language.share(chance)}",
    )  # fmt: skip


def _summary(weeks: Weeks, marked: Sequence[int], language: Language) -> str:
    """What the picture shows, in words."""
    say, middle = language.say, weeks.bands[0.5]
    low = min(range(len(middle)), key=lambda place: middle[place])
    text = say(
        "The median goes from {first} to {last}; it is lowest in the week to {day} with {low}.",
        first=language.brief(middle[0]),
        last=language.brief(middle[-1]),
        day=language.day(weeks.days[low]),
        low=language.brief(middle[low]),
    )
    if not marked:
        return text
    more = say(
        "{count} weeks have a chance of a gap of {alpha} or more, the first is that to {day}.",
        count=language.count(len(marked)),
        alpha=language.share(weeks.alpha),
        day=language.day(weeks.days[marked[0]]),
    )
    return text + ("" if language.code == "zh" else " ") + more


def flows(
    days: Sequence[date],
    money_in: Sequence[float],
    money_out: Sequence[float],
    language: Language,
    to: Sequence[str] = (),
) -> Chart | None:
    """What comes in over the line, what goes out under it, and what is left, week by week; means over all paths."""
    if not days:
        return None
    say, brief = language.say, language.brief
    net = [round(one + other, 2) for one, other in zip(money_in, money_out, strict=True)]
    tips = [
        told(
            say("week to {day}", day=language.day(day)),
            f"{say('money in')}  {brief(coming)}",
            f"{say('money out')}  {brief(going)}",
            f"{say('net cash flow')}  {brief(left)}",
        )
        for day, coming, going, left in zip(days, money_in, money_out, net, strict=True)
    ]
    option = chart(
        x=places([language.short_day(day) for day in days]),
        y=levels(min(0.0, *money_out, *net), max(0.0, *money_in, *net), brief),
        series=[
            bars("in", money_in, "--lead", stack="flows", barMaxWidth=34),
            bars("out", money_out, "--orange", "stripes", stack="flows", barMaxWidth=34),
            line("net", net, "--ink", "solid", symbol="circle", width=1.5),
        ],
        solvent={"tips": tips, "to": list(to)},
    )
    worst = min(range(len(net)), key=lambda place: net[place])
    summary = say(
        "In {count} weeks {coming} come in and {going} go out; the week to {day} leaves least: {left}.",
        count=len(days),
        coming=brief(sum(money_in)),
        going=brief(-sum(money_out)),
        day=language.day(days[worst]),
        left=brief(net[worst]),
    )
    legend = [Key("in", say("money in")), Key("out", say("money out")), Key("net", say("net cash flow"))]
    return Chart("flows", say("Money in and out, week by week"), summary, option, legend)


def against(
    spans: Sequence[tuple[date, date]],
    forecast: Sequence[float],
    actual: Sequence[float],
    language: Language,
    made_on: date,
) -> Chart | None:
    """Forecast beside actual receipts, week by week."""
    if not spans:
        return None
    say, brief = language.say, language.brief
    texts = [f"{language.short_day(first)} – {language.short_day(last)}" for first, last in spans]
    tips = [
        told(text, f"{say('forecast')}  {brief(hoped)}", f"{say('actual')}  {brief(came)}",
             f"{say('difference')}  {brief(came - hoped)}")
        for text, hoped, came in zip(texts, forecast, actual, strict=True)
    ]  # fmt: skip
    option = chart(
        x=places([language.short_day(first) for first, _ in spans]),
        y=levels(min(0.0, *forecast, *actual), max(0.0, *forecast, *actual), brief),
        series=[
            bars("forecast", forecast, "--faint", "stripes", barMaxWidth=26),
            bars("actual", actual, "--lead", barMaxWidth=26),
        ],
        solvent={"tips": tips, "to": []},
    )
    summary = say(
        "Over these weeks {forecast} were expected and {actual} came.",
        forecast=brief(sum(forecast)),
        actual=brief(sum(actual)),
    )
    caption = say("Receipts of items open on {day}: actual against forecast", day=language.day(made_on))
    legend = [Key("forecast", say("forecast")), Key("actual", say("actual"))]
    return Chart("against", caption, summary, option, legend, 16)


FORECASTERS: Sequence[tuple[str, str, str]] = (
    ("--lead", "solid", "circle"), ("--orange", "dotted", "triangle"), ("--green", "dashed", "rect"),
    ("--faint", "mixed", "diamond"),
)  # fmt: skip
"""How the lines of those who forecast are drawn, ours first."""


def leads(weeks: Sequence[int], errors: Mapping[str, Sequence[float | None]], language: Language) -> Chart | None:
    """The error of weekly receipts by weeks ahead, a line for each who forecasts.

    Args:
        errors: what each is called to its error, as a share of what came, at each of ``weeks``; ours first.
    """
    known = [error for row in errors.values() for error in row if error is not None]
    if not known or len(errors) > len(FORECASTERS):
        return None
    say = language.say
    tips = [
        told(say("week {week}", week=week), *(f"{name}  {language.share(row[place])}" for name, row in errors.items()))
        for place, week in enumerate(weeks)
    ]
    option = chart(
        x=places([say("week {week}", week=week) for week in weeks]),
        y=levels(0.0, max(known), lambda share: language.number(share * 100, 0) + "%"),
        series=[line(f"by-{place}", row, *FORECASTERS[place][:2], symbol=FORECASTERS[place][2])
                for place, row in enumerate(errors.values())],
        solvent={"tips": tips, "to": []},
    )  # fmt: skip
    first, row = next(iter(errors.items()))
    summary = say(
        "{name} is off by {share} one week ahead; the lower the line, the better.",
        name=first,
        share=language.share(row[0]),
    )
    legend = [
        Key(f"line of{colour.removeprefix('-')}{'' if way == 'solid' else ' way-' + way}", name)
        for name, (colour, way, _) in zip(errors, FORECASTERS, strict=False)
    ]
    return Chart("leads", say("Error of weekly receipts by weeks ahead"), summary, option, legend, 16)
