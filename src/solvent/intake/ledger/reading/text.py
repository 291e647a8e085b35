"""Text: delimited files as rows of cells. A quote that is never closed costs its own row, not the rest of the file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import polars as pl

from solvent.intake.ledger.reading.encoding import blocks
from solvent.intake.ledger.reading.raw import (
    LONGEST,
    MORE,
    ROW,
    STRIP,
    Body,
    Line,
    Raw,
    clean,
    cleaned,
    filled,
    folded,
    frame_of,
    gathered,
    names,
)
from solvent.intake.limits import Limits

DELIMITERS = (",", ";", "\t", "|")
SPAN = 20
"""Lines that one quoted cell may run over; nobody types a longer note into a ledger."""
SPAN_CHARACTERS = 5_000
_HEAD_LINES, _HEAD_CHARACTERS = 2_000, 500_000
_TRIED = 300
_DECLARED = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)

Record = tuple[int, int, list[str]]
"""First line, last line, cells; lines counted from 0 within their block."""


@dataclass(frozen=True)
class Shape:
    """How the lines of a file divide: the delimiter, and how many cells a row has as a rule."""

    delimiter: str
    width: int


def text_grid(
    name: str, data: bytes, encoding: tuple[str, int], *, known: Callable[[str], bool], limits: Limits
) -> tuple[Raw, Shape]:
    """The one grid of a text file.

    Args:
        encoding: codec and length of its mark, as ``encoding_of`` found them.
        known: says whether a cell is a header word; the delimiter that shows the most of them is the right one.
    """
    codec, skip = encoding
    lines = list(islice(chain.from_iterable(blocks(data, codec, skip)), _HEAD_LINES))
    while len(lines) > 1 and sum(map(len, lines)) > _HEAD_CHARACTERS:
        lines = lines[: len(lines) // 2]
    declared = _DECLARED.match(lines[0].strip(STRIP)) if lines else None
    shape = _shape(lines, known, declared.group(1) if declared else None, limits.columns)
    rows = [line for line in _records(lines, shape, limits.columns) if not (declared and line.row == 1)]
    head = _healed(rows, shape, known)

    def body(after: int, width: int) -> Body:
        return gathered(_parts(data, codec, skip, Shape(shape.delimiter, width), after), width, limits.rows)

    return Raw(name, tuple(head[: limits.head_rows + MORE]), body, typed=False, encoding=codec), shape


def _shape(lines: Sequence[str], known: Callable[[str], bool], declared: str | None, most: int) -> Shape:
    """The delimiter by evidence: header words first, then how evenly it divides the lines."""
    tried = [line for line in lines if line.strip(STRIP)][:_TRIED]
    best, score = Shape(declared or ",", 1), -1.0
    for delimiter in (declared,) if declared else DELIMITERS:
        widths = Counter(_widths(tried, delimiter))
        divided = [(count, width) for width, count in widths.items() if width > 1]
        if not divided:
            continue
        count, width = max(divided)
        shape = Shape(delimiter, width)
        words = max(
            (len({c for c in line.cells if c and known(c)}) for line in _records(tried, shape, most)), default=0
        )
        here = 3.0 * words + 10 * count / len(tried) + min(width, 20) / 20
        if here > score:
            best, score = shape, here
    return best


def _healed(lines: list[Line], shape: Shape, known: Callable[[str], bool]) -> list[Line]:
    """The rows, with a header joined again that a stray end of line cut in two.

    Two neighbours are its halves when they come out as wide as a row, and show more header words joined than apart.
    Without it every row beneath would be wider than its header.
    """
    for place, (first, second) in enumerate(pairwise(lines)):
        adjacent = first.end + 1 == second.row
        if adjacent and len(first.cells) < shape.width == len(first.cells) + len(second.cells) - 1:
            cells = (*first.cells[:-1], first.cells[-1] + second.cells[0], *second.cells[1:])
            one, other, whole = (_words(part, known) for part in (first.cells, second.cells, cells))
            if whole > max(one + other, 1) or (one and other and whole == one + other):
                return [*lines[:place], Line(first.row, second.end, cells), *lines[place + 2 :]]
    return lines


def _words(cells: Sequence[str], known: Callable[[str], bool]) -> int:
    """How many different header words stand in a row."""
    return len({cell for cell in map(folded, cells) if cell and known(cell)})


def _widths(lines: Sequence[str], delimiter: str) -> Iterator[int]:
    """How many cells each row has, quotes over lines believed."""
    odd = [number for number, line in enumerate(lines) if line.count('"') % 2]
    pairs = zip(odd[::2], odd[1::2], strict=False)
    runs = {first: last for first, last in pairs if last - first <= SPAN}
    number = 0
    while number < len(lines):
        last = runs.get(number, number)
        joined = _joined(lines[number : last + 1], Shape(delimiter, 0)) if last > number else None
        yield len(joined or _alone(lines[number], Shape(delimiter, 0)))
        number = last + 1 if joined else number + 1


def _records(lines: Sequence[str], shape: Shape, most: int) -> list[Line]:
    """The filled rows among a few lines; of a row wider than ``most`` only so much that it can be told."""
    odd = [number for number, line in enumerate(lines) if line.count('"') % 2]
    mended, _ = _mended(lines, odd, shape, final=True)
    taken = {number for first, last, _ in mended for number in range(first, last + 1)}
    found = mended + [(n, n, _alone(line, shape)) for n, line in enumerate(lines) if n not in taken]
    rows = (Line(first + 1, last + 1, tuple(map(cleaned, cells[: most + 1]))) for first, last, cells in sorted(found))
    return [line for line in rows if any(line.cells)]


def _alone(line: str, shape: Shape) -> list[str]:
    """The cells of a line that stands for itself. With an open quote: as quoted if that fits, else cell by cell."""
    if '"' not in line:
        return line.split(shape.delimiter)
    try:
        rows = list(csv.reader([line], delimiter=shape.delimiter, skipinitialspace=True))
    except csv.Error:
        rows = []
    if len(rows) == 1 and (line.count('"') % 2 == 0 or len(rows[0]) == shape.width):
        return rows[0]
    cells = line.split(shape.delimiter)
    return [c[1:-1].replace('""', '"') if len(c) > 1 and c[0] == c[-1] == '"' else c for c in cells]


def _mended(lines: Sequence[str], odd: Sequence[int], shape: Shape, *, final: bool) -> tuple[list[Record], int]:
    """The rows that begin in lines with an odd number of quotes, and how many lines of the block they let us use.

    A quoted cell may run over lines; then the next line with an odd number of quotes closes it. It is believed when
    the quotes are in order and the row comes out as wide as its neighbours, or when the lines inside do not look like
    rows themselves. Otherwise the quote is a stray one and its line stands for itself.
    """
    records: list[Record] = []
    taken = -1
    for position, number in enumerate(odd):
        if number <= taken:
            continue
        closing = odd[position + 1] if position + 1 < len(odd) else None
        if closing is None and not final and len(lines) - number <= SPAN:
            return records, number
        cells = _joined(lines[number : closing + 1], shape) if closing and closing - number <= SPAN else None
        taken = closing if cells is not None and closing else number
        records.append((number, taken, _alone(lines[number], shape) if cells is None else cells))
    return records, len(lines)


def _joined(lines: Sequence[str], shape: Shape) -> list[str] | None:
    """The lines as one row, or None where they are none. A shape of width 0 takes any width."""
    if sum(map(len, lines)) > SPAN_CHARACTERS:
        return None
    ended = [f"{line}\n" for line in lines[:-1]] + [lines[-1]]
    try:
        rows = list(csv.reader(ended, delimiter=shape.delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
    if len(rows) != 1:
        return None
    looks_like_a_row = max(2, shape.width // 2)
    inner = (line.count(shape.delimiter) + 1 for line in lines[1:])
    fits = shape.width in (0, len(rows[0])) or all(count < looks_like_a_row for count in inner)
    return rows[0] if fits else None


def _parts(data: bytes, codec: str, skip: int, shape: Shape, after: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The rows after line ``after``, block by block."""
    kept: list[str] = []
    first = 1
    stream = blocks(data, codec, skip)
    block = next(stream, None)
    while block is not None:
        following = next(stream, None)
        lines = kept + block
        unread = max(0, min(after + 1 - first, len(lines)))
        lines, first = lines[unread:], first + unread
        rows, ragged, used = _block(lines, first, shape, final=following is None)
        yield rows, ragged
        kept, first = lines[used:], first + used
        block = following


def _block(lines: list[str], first: int, shape: Shape, *, final: bool) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The rows of one block, those that are too wide, and how many of its lines were used."""
    frame = pl.DataFrame({ROW: pl.int_range(first, first + len(lines), eager=True), "line": lines}, schema_overrides={
        "line": pl.String
    })  # fmt: skip
    if not any('"' in line for line in lines):
        return *_split(frame, shape), len(lines)
    mark = re.escape(shape.delimiter)
    cell = f'(?:"[^"{mark}]*"|[^"{mark}]*)'
    line = pl.col("line")
    odd = (line.str.count_matches('"', literal=True) % 2 == 1).alias("odd")
    orderly = line.str.contains(f"^{cell}(?:{mark}{cell})*$").alias("orderly")
    frame = frame.with_columns(odd, orderly)
    mended, used = _mended(lines, frame.get_column("odd").arg_true().to_list(), shape, final=final)
    taken = pl.Series([first + n for start, end, _ in mended for n in range(start, end + 1)], dtype=pl.Int64)
    frame = frame.head(used).filter(~pl.col(ROW).is_in(taken.implode()))
    plain = frame.filter("orderly").select(ROW, line.str.replace_all('"', "", literal=True))
    quoted = frame.filter(~pl.col("orderly")).select(ROW, "line")
    records = [(first + start, cells) for start, _, cells in mended] + _quoted(quoted, shape)
    rows, ragged = _split(plain, shape)
    more, beyond = frame_of(records, shape.width, shape.delimiter)
    return pl.concat([rows, more]).sort(ROW), pl.concat([ragged, beyond]).sort(ROW), used


def _quoted(frame: pl.DataFrame, shape: Shape) -> list[tuple[int, Sequence[str]]]:
    """Rows with quotes in other places than around whole cells, each line by itself."""
    lines = frame.get_column("line").to_list()
    try:
        cells = list(csv.reader(lines, delimiter=shape.delimiter, skipinitialspace=True))
    except csv.Error:
        cells = []
    if len(cells) != len(lines):
        cells = [_alone(line, shape) for line in lines]
    return list(zip(frame.get_column(ROW).to_list(), cells, strict=True))


def _split(frame: pl.DataFrame, shape: Shape) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines without quotes as a clean frame, and those with something beyond its last column."""
    cells = pl.col("line").str.split(shape.delimiter)
    frame = frame.with_columns(cells.alias("cells"))
    wide = frame.filter(pl.col("cells").list.len() > shape.width)
    beyond = wide.filter(
        pl.col("cells").list.slice(shape.width).list.join("").str.strip_chars(STRIP).str.len_bytes() > 0
    )
    if beyond.height:
        frame = frame.join(beyond, on=ROW, how="anti", maintain_order="left")
    rows = frame.select(
        ROW, *(pl.col("cells").list.get(n, null_on_oob=True).alias(name) for n, name in enumerate(names(shape.width)))
    )
    ragged = beyond.select(ROW, pl.col("line").str.head(LONGEST).alias("cells"))
    return filled(clean(rows)), ragged
