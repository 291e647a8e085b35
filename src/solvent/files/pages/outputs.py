"""Outputs: a document to the screen, or as HTML, Markdown and JSON into files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from solvent.documents.content import Document, plain
from solvent.files.language import Language
from solvent.files.pages.html import html
from solvent.files.pages.markdown import markdown
from solvent.files.pages.told import Page, told
from solvent.files.screen import Screen, write_json

COLOURS = {"green": "green", "yellow": "yellow", "orange": "dark_orange", "red": "bold red"}
TONES = {"plain": "", "good": "green", "watch": "yellow", "bad": "bold red"}


def add_document(parser: ArgumentParser, language: Language) -> None:
    """HTML, Markdown and JSON instead of the screen."""
    text = language.say("write it as {form} to this file, - for standard output")
    for name, form in (("html", "HTML"), ("markdown", "Markdown"), ("json", "JSON")):
        parser.add_argument(f"--{name}", metavar="FILE", nargs="?", const="-", help=text.format(form=form))


def deliver(document: Document, args: Namespace, screen: Screen) -> None:
    """The document where the arguments want it, in the language of the screen; the screen where they want nothing."""
    page = told(document, screen.language)
    if args.html is not None:
        _write(html(page), args.html)
    if args.markdown is not None:
        _write(markdown(page), args.markdown)
    if args.json is not None:
        write_json(plain(document), args.json)
    if args.html is None and args.markdown is None and args.json is None:
        show(page, screen)


def _write(text: str, to: str) -> None:
    if to == "-":
        sys.stdout.write(text)
    else:
        Path(to).write_text(text, "utf-8")


def show(page: Page, screen: Screen) -> None:
    """The page on the screen."""
    screen.heading(page.title)
    screen.line(page.day, style="dim")
    for part in page.parts:
        if part.kind == "heading":
            screen.heading(part.text)
        elif part.kind == "paragraph":
            screen.line(f"{part.mark} {part.text}".strip(), style=TONES[part.tone])
        elif part.kind == "list":
            for place, line in enumerate(part.lines, 1):
                screen.line(f"{f'{place}.' if part.level else '-'} {line}")
        elif part.kind == "figures":
            rows = [(name, cell.text, base) for name, cell, base in part.figures]
            screen.coloured(("", "", ""), rows, ["default"] * len(rows))
        else:
            screen.line()
            if part.text:
                screen.line(part.text, style="bold")
            left = next((place for place, head in enumerate(part.heads) if head.right), len(part.heads))
            heads = [head.text for head in part.heads]
            screen.table(heads, [[cell.text for cell in row] for row in part.rows], left=left)
