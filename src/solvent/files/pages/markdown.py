"""Markdown: a document as Markdown that any reader of it shows alike; no text can become mark-up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from solvent.files.pages.told import Page, Part

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_BEGINS = re.compile(r"^([-+=]+|\d+[.)])(?=\s|$)")
_LINKS = re.compile(r"(?i)\b(javascript|data|vbscript):")


def markdown(page: Page) -> str:
    """The page as Markdown."""
    lines = [f"# {escaped(page.title)}", "", escaped(page.day), ""]
    for part in page.parts:
        lines += [*_part(part), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Text that stays text: marks are escaped, and so is what would begin a list or a line.

    >>> escaped("<b>*5*</b> | [x](javascript:y)"), escaped("1. Ltd"), escaped("- Ltd")
    ('\\\\<b\\\\>\\\\*5\\\\*\\\\</b\\\\> \\\\| \\\\[x\\\\](javascript\\\\:y)', '1\\\\. Ltd', '\\\\- Ltd')
    """
    plain = _MARKS.sub(r"\\\1", " ".join(text.split()))
    plain = _LINKS.sub(lambda found: found.group(1) + "\\:", plain)
    return _BEGINS.sub(lambda found: f"{found.group(1)[:-1]}\\{found.group(1)[-1]}", plain)


def _part(part: Part) -> Iterator[str]:
    if part.kind == "heading":
        yield f"{'#' * min(max(part.level, 2), 6)} {escaped(part.text)}"
    elif part.kind == "paragraph":
        yield (f"> **{escaped(part.mark)}** " if part.mark else "") + escaped(part.text)
    elif part.kind == "list":
        for place, line in enumerate(part.lines, 1):
            yield f"{f'{place}.' if part.level else '-'} {escaped(line)}"
    elif part.kind == "figures":
        for name, cell, base in part.figures:
            under = f" ({escaped(base)})" if base else ""
            yield f"- **{escaped(name)}**: {escaped(cell.text)}{under}"
    else:
        yield from _table(part)


def _table(part: Part) -> Iterator[str]:
    if part.text:
        yield f"**{escaped(part.text)}**"
        yield ""
    yield "| " + " | ".join(escaped(head.text) for head in part.heads) + " |"
    yield "|" + "|".join("---:" if head.right else "---" for head in part.heads) + "|"
    for row in part.rows:
        yield "| " + " | ".join(escaped(cell.text) for cell in row) + " |"
