"""The documents: every link leads somewhere, every glossary word stands once, the recipes and pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_has_a_picture_and_exactly_two_commands_to_set_up(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    first = text.split("```sh")[1].split("```")[0]
    assert [line.split("#")[0].strip() for line in first.strip().splitlines()] == ["./run demo", "./run test"]
    assert re.search(r"!\[[^\]]+\]\(docs/pictures/[\w-]+\.png\)", text)


def test_a_glossary_word_stands_once_in_each_language() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    rows = [row for row in rows if len(row) >= 3 and not set(row[0]) <= set("-: ") and row[1] != "中文"]
    assert len(rows) > 80
    for column in (0, 1):
        words = [row[column] for row in rows]
        doubled = {word for word in words if words.count(word) > 1}
        assert not doubled, doubled
