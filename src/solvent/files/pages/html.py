"""Html: a document as one self-contained page to print: its own small style sheet, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from solvent.files.pages.told import Cell, Page, Part

STYLE = """
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --rule: #d9dee5; --band: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.5rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.55 system-ui, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; padding-top: .6rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
.day { color: var(--soft); margin: 0 0 1.2rem; }
.ways { font-size: .86rem; margin: 0 0 1.2rem; } .ways a { color: #155e75; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.figure { border: 1px solid var(--rule); border-radius: .4rem; padding: .6rem .8rem; break-inside: avoid;
  container-type: inline-size; }
.figure dt { font-size: .82rem; color: var(--soft); }
.figure dd { margin: 0; }
.figure .value { font-size: 1.05rem; font-size: clamp(.85rem, 8.2cqi, 1.15rem); font-weight: 600; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.figure .base { font-size: .75rem; color: var(--soft); }
.scroll { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 .35rem; }
th, td { padding: .32rem 1.1rem .32rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; min-width: 3.5em; }
th { font-weight: 600; color: var(--soft); border-bottom-color: var(--ink); }
tr > :last-child { padding-right: 0; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
p.watch, p.bad, p.good { border-left: .3rem solid; padding: .3rem .8rem; background: var(--band); }
p.good { border-color: #2e7d4f; } p.watch { border-color: #b26a00; } p.bad { border-color: #b3261e; }
.tier { border-left: .7rem solid; padding-left: .4rem; white-space: nowrap; }
.green { border-color: #2e7d4f; } .yellow { border-color: #e3b505; }
.orange { border-color: #e07a1f; } .red { border-color: #b3261e; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
.cover { display: grid; align-content: center; min-height: 45vh; border-left: .5rem solid var(--ink);
  padding-left: 2rem; }
.cover .company { font-size: 1.2rem; margin: 0 0 2rem; color: var(--soft); } .cover h1 { font-size: 2.4rem; }
.picture { margin: 1rem 0; break-inside: avoid; } .picture svg { display: block; width: 100%; height: auto; }
.picture figcaption { font-size: .82rem; color: var(--soft); }
@media screen and (max-width: 44rem) {
  body { padding: 1rem .9rem 3rem; } .cover { min-height: 14rem; padding-left: 1rem; } .cover h1 { font-size: 1.7rem; }
  .figures { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
  .scroll table { width: max-content; min-width: 100%; }
  th, td { overflow-wrap: normal; max-width: 16rem; } caption { max-width: 90vw; }
}
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; } .ways { display: none; }
  h2, h3, caption { break-after: avoid; } tr, li, .figure { break-inside: avoid; }
  thead { display: table-header-group; } .scroll { overflow: visible; }
  .cover { min-height: 22cm; break-after: page; } .booklet h2 { break-before: page; border: 0; margin-top: 0; }
  .booklet .cover + h2 { break-before: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def html(
    page: Page, *, cover: str | None = None, pictures: Mapping[str, tuple[str, str]] | None = None,
    ways: Sequence[tuple[str, str]] = (), icon: str = "",
) -> str:  # fmt: skip
    """The page as HTML; every text is escaped, so a name is only ever a name.

    Args:
        cover: whose report it is; it gets a first page of its own, and each part a new page. None: no cover.
        ways: links over the page, text and address, that are not printed: back, and the same as a file.
        icon: address of the page's icon; empty: it has none.
        pictures: text of a heading to a drawing that stands under it, as SVG of ours, and what it shows.
    """
    language = "zh-CN" if page.language.code == "zh" else "en-GB"
    title = escape(page.title)
    body = "\n".join(line for part in page.parts for line in _part(part, pictures or {}))
    head = f'<h1>{title}</h1>\n<p class="day">{escape(page.day)}</p>'
    if cover is not None:
        head = f'<div class="cover"><p class="company">{escape(cover)}</p>\n{head}</div>'
    links = " · ".join(f'<a href="{escape(to)}">{escape(text)}</a>' for text, to in ways)
    over = f'<nav class="ways" aria-label="{title}">{links}</nav>\n' if ways else ""
    images = "; img-src 'self'" if icon else ""
    mark = f'<link rel="icon" href="{escape(icon)}">\n' if icon else ""
    shape = ' class="booklet"' if cover is not None else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'{images}\">\n"
        f"<title>{title}</title>\n{mark}<style>{STYLE}</style>\n</head>\n<body>\n{over}<main{shape}>\n"
        f"{head}\n{body}\n</main>\n</body>\n</html>\n"
    )


def _part(part: Part, pictures: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    if part.kind == "heading":
        level = min(max(part.level, 2), 6)
        yield f"<h{level}>{escape(part.text)}</h{level}>"
        if part.text in pictures:
            drawing, says = pictures[part.text]
            yield f'<figure class="picture">{drawing}<figcaption>{escape(says)}</figcaption></figure>'
    elif part.kind == "paragraph":
        mark = f"<strong>{escape(part.mark)}</strong> " if part.mark else ""
        shade = f' class="{part.tone}"' if part.tone != "plain" else ""
        yield f"<p{shade}>{mark}{escape(part.text)}</p>"
    elif part.kind == "list":
        tag = "ol" if part.level else "ul"
        yield f"<{tag}>"
        yield from (f"<li>{escape(line)}</li>" for line in part.lines)
        yield f"</{tag}>"
    elif part.kind == "figures":
        yield '<dl class="figures">'
        for name, cell, base in part.figures:
            told = f'<dd class="value">{_inside(cell)}</dd>'
            under = f'<dd class="base">{escape(base)}</dd>' if base else ""
            yield f'<div class="figure"><dt>{escape(name)}</dt>{told}{under}</div>'
        yield "</dl>"
    else:
        yield from _table(part)


def _table(part: Part) -> Iterator[str]:
    named = f' role="region" aria-label="{escape(part.text)}"' if part.text else ""
    yield f'<div class="scroll" tabindex="0"{named}><table>'
    if part.text:
        yield f"<caption>{escape(part.text)}</caption>"
    heads = "".join(f'<th scope="col"{_side(head)}>{escape(head.text)}</th>' for head in part.heads)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in part.rows:
        yield "<tr>" + "".join(f"<td{_side(cell)}>{_inside(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _side(cell: Cell) -> str:
    return ' class="right"' if cell.right else ""


def _inside(cell: Cell) -> str:
    return f'<span class="tier {cell.colour}">{escape(cell.text)}</span>' if cell.colour else escape(cell.text)
