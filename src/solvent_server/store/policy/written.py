"""Written: the changes of a company as the policy file that the command line reads, and such a file read."""

from __future__ import annotations

from datetime import date
from typing import Any

from solvent.base.terms import FAMILIES, Override, terms_of
from solvent.files.policy_file import parse
from solvent_server.store.models import Company
from solvent_server.store.policy import standing


def as_file(company: Company) -> str:
    """Every approved change, dated, as one policy file: read back it is the same policy on every day.

    The preset is written out term by term, so that the file needs nothing beside it.
    """
    told = standing.overrides(company)
    lines = [f"# Policy of {_plain(company.name or company.code)}: every value that differs from Solvent's own."]
    for key, entries in sorted(told.items()):
        for since, values in entries:
            lines += ["", f'[["{key}"]]']
            if since != date.min:
                lines.append(f"since = {since.isoformat()}")
            lines += [_line(key, name, value) for name, value in sorted(values.items())]
    return "\n".join(lines) + "\n"


def read(text: str, name: str) -> dict[str, list[Override]]:
    """What a policy file says, by family.

    Raises:
        PolicyError: it is no TOML, or not of a policy file's shape.
    """
    return parse(text, name)


def _line(key: str, name: str, value: Any) -> str:
    unit = str(terms_of(FAMILIES[key])[name].metadata["unit"])
    return f"{name} = {toml(value)}  # {unit}"


def toml(value: Any) -> str:
    """A value as TOML writes it.

    >>> toml([0.5, 1]), toml(True), toml('a "b"')
    ('[0.5, 1]', 'true', '"a \\\\"b\\\\""')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return repr(value)


def _plain(text: str) -> str:
    """A name on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
