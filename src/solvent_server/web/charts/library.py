"""Library: the addresses of the chart library and of our script for it, where they were built."""

from __future__ import annotations

from pathlib import Path

from django.templatetags.static import static

BUNDLE = "vendor/echarts.js"
OURS = "solvent/charts.js"
FOLDER = Path(__file__).parents[1] / "static"


def built() -> bool:
    """True where the chart library was bundled; without it pages show their tables and still pictures."""
    return (FOLDER / BUNDLE).is_file()


def scripts() -> list[str]:
    """What a page with charts loads, in this order; nothing where the library was not built.

    A server that was started before it was built does not know it yet: then too there is nothing.
    """
    if not built():
        return []
    try:
        return [static(BUNDLE), static(OURS)]
    except ValueError:
        return []
