"""Screen: what a command shows: tables in colour, problems in sentences, progress, and JSON or CSV instead."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.table import Table as RichTable

from solvent.base.problem import Problem
from solvent.files.language import Language

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Screen:
    """Where a command writes: figures to standard output, problems and progress to standard error."""

    language: Language
    out: Console = field(default_factory=lambda: Console(highlight=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    @property
    def width(self) -> int:
        """Columns of the screen."""
        return self.out.width

    def line(self, text: str = "", style: str = "") -> None:
        """One line of our own text, already in the reader's language."""
        self.out.print(escape(text), style=style or None)

    def heading(self, text: str) -> None:
        """A heading, with an empty line before it."""
        self.out.print()
        self.out.print(escape(self.language.say(text)), style="bold cyan")

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        left: int = 1,
        styles: Sequence[str] = (),
        bars: bool = False,
    ) -> None:
        """A table: the first ``left`` columns are text, the others figures aligned right; ``bars`` draws the last."""
        shown = RichTable(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for place, head in enumerate(heads):
            style = styles[place] if place < len(styles) else ""
            text = place < left or (bars and place == len(heads) - 1)
            justify: Literal["left", "right"] = "left" if text else "right"
            shown.add_column(escape(self.language.say(head)), justify=justify, style=style, overflow="fold")
        for row in rows:
            shown.add_row(*(escape(cell) for cell in row))
        self.out.print(shown)

    def coloured(self, heads: Sequence[str], rows: Sequence[Sequence[str]], colours: Sequence[str]) -> None:
        """A table of text whose rows have a colour of their own, in the first column; the word stands there too."""
        shown = RichTable(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for head in heads:
            shown.add_column(escape(self.language.say(head)) if head else "", overflow="fold")
        for row, colour in zip(rows, colours):
            shown.add_row(f"[{colour}]{escape(row[0])}[/]", *(escape(cell) for cell in row[1:]))
        self.out.print(shown)

    def problems(self, problems: Iterable[Problem], *, most: int = 12) -> None:
        """Problems in sentences; beyond ``most`` only how many more there are."""
        every = list(problems)
        for problem in every[:most]:
            self.err.print("[yellow]![/] " + escape(self.language.problem(problem)))
        if len(every) > most:
            more = self.language.say("… and {count} more; --json tells all.", count=len(every) - most)
            self.err.print(escape(more), style="yellow")

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A spinner on standard error while something takes its time; nothing where that is no terminal."""
        with self.err.status(escape(self.language.say(text))):
            yield

    @contextmanager
    def progress(self, text: str) -> Iterator[Any]:
        """A bar on standard error: gives a function ``(done, total)``."""
        bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=self.err
        )
        with bar:
            task = bar.add_task(escape(self.language.say(text)), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def write_json(value: object, to: str) -> None:
    """JSON to a file, or to standard output for ``-``."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
    if to == "-":
        sys.stdout.write(text)
    else:
        Path(to).write_text(text, "utf-8")


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[object]], to: str) -> None:
    """CSV that a spreadsheet opens safely and in Chinese: UTF-8 with a mark, no cell that could become a formula."""
    if to == "-":
        _csv(heads, rows, sys.stdout)
    else:
        with Path(to).open("w", encoding="utf-8-sig", newline="") as file:
            _csv(heads, rows, file)


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]], file: Any) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def safe_cell(cell: object) -> str:
    """A cell as text; one that a spreadsheet would run as a formula gets an apostrophe, a plain number does not."""
    text = "" if cell is None else str(cell)
    if text.startswith(FORMULA) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
