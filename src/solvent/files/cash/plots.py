"""Plots: the cash line as a picture, SVG or PNG by the name of the file; the same bytes for the same figures.

matplotlib draws (the extra ``plots``); Chinese comes from a font package, so that no font of the machine decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from solvent.base.problem import SolventError
from solvent.files.language import Language

FORMS = (".svg", ".png", ".pdf")
_INK, _LINE, _FLOOR, _OTHER = "#1f2933", "#1b6ca8", "#c0392b", "#7f8c8d"
_BANDS = ((0.05, 0.95, 0.14), (0.10, 0.90, 0.20), (0.25, 0.75, 0.30))


@dataclass(frozen=True)
class Fan:
    """One cash line with its bands, in main units of a currency.

    days: ends of weeks. bands: share to the balance at each day; 0.5 is the line. other: a second line, of what would
    be without the change that is asked about.
    """

    title: str
    currency: str
    days: Sequence[date]
    bands: Mapping[float, Sequence[float]]
    floor: float | None = None
    orange: float | None = None
    other: Sequence[float] | None = None


def check_plot(path: Path) -> None:
    """Refuse a plot that cannot be made, before any figure is computed.

    Raises:
        SolventError: the ending is none of FORMS, or matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMS:
        raise SolventError("files.plot_form", path.name, known=", ".join(FORMS))
    if find_spec("matplotlib") is None or find_spec("pylopdf_fonts_zh_cn") is None:
        raise SolventError("files.plot_lacks", path.name, extra="plots")


def draw_fan(fan: Fan, path: Path, language: Language) -> None:
    """Write the picture."""
    check_plot(path)
    import matplotlib  # noqa: PLC0415 - an extra: only who draws needs it

    matplotlib.use("Agg")
    from matplotlib import dates, font_manager, ticker  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    face = files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf")
    font_manager.fontManager.addfont(str(face))
    settings: Any = {"font.family": "Noto Sans SC", "svg.hashsalt": "solvent", "axes.unicode_minus": False}
    with matplotlib.rc_context(settings):
        picture = Figure(figsize=(10, 5), dpi=120, layout="constrained")
        axes: Any = picture.subplots()
        for low, high, weight in _BANDS:
            if low in fan.bands and high in fan.bands:
                label = language.say("{share} of paths", share=language.share(high - low))
                axes.fill_between(
                    fan.days, fan.bands[low], fan.bands[high], color=_LINE, alpha=weight, lw=0, label=label
                )
        axes.plot(fan.days, fan.bands[0.5], color=_LINE, lw=2, label=language.say("median"))
        if fan.other is not None:
            axes.plot(fan.days, fan.other, color=_OTHER, lw=1.5, ls="--", label=language.say("without the change"))
        if fan.floor is not None:
            axes.axhline(fan.floor, color=_FLOOR, lw=1.5, label=language.say("floor"))
        if fan.orange is not None:
            axes.axhline(fan.orange, color="#e67e22", lw=1, ls=":", label=language.say("orange line"))
        axes.axhline(0, color=_INK, lw=0.6)
        _dress(axes, fan, language, dates, ticker)
        told = {"Date": None} if path.suffix.lower() in (".svg", ".pdf") else {"Software": None}
        if path.suffix.lower() == ".pdf":
            told = {"CreationDate": None}
        picture.savefig(path, metadata=told)


def _dress(axes: Any, fan: Fan, language: Language, dates: Any, ticker: Any) -> None:
    axes.set_title(fan.title, loc="left", color=_INK, fontsize=13)
    axes.set_ylabel(language.currency(fan.currency))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: language.brief(value)))
    axes.xaxis.set_major_locator(dates.WeekdayLocator(byweekday=dates.SU, interval=max(1, len(fan.days) // 9)))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: language.short_day(dates.num2date(value))))
    axes.margins(x=0.01)
    axes.grid(axis="y", color="#e4e7eb", lw=0.8)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=6, frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
