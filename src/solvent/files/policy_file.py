"""Policy files: every term as one complete TOML file, a company's dated overrides, and the presets by stage.

A policy file is a list of overrides: ``[["measures.aging"]]``, an optional ``since`` (the day from which it holds;
without it, always), and terms. ``solvent policy`` prints the file that says what holds today; a preset is such a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from solvent.base.plugs import whole
from solvent.base.problem import PolicyError
from solvent.base.terms import FAMILIES, Override, Policy, Terms, terms_of

PRESETS = ("micro", "start_up", "growth", "multinational")


def read_policy(as_of: date, path: Path | None = None, preset: str | None = None) -> Policy:
    """The policy of a day: the defaults, a preset's overrides on them, and a file's overrides on both.

    Raises:
        PolicyError: a file is missing or not TOML, or names a family, term or value that does not exist.
    """
    layers: list[dict[str, list[Override]]] = []
    if preset is not None:
        if preset not in PRESETS:
            raise PolicyError("policy.preset_unknown", preset, known=", ".join(PRESETS))
        layers.append(parse(files("solvent.files").joinpath(f"presets/{preset}.toml").read_text("utf-8"), preset))
    if path is not None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyError("policy.file_unreadable", str(path), error=str(error)) from error
        layers.append(parse(text, str(path)))
    merged: dict[str, list[Override]] = {}
    for layer in layers:
        for key, entries in layer.items():
            merged.setdefault(key, []).extend(entries)
    if set(merged) - set(FAMILIES):
        families()
    return Policy(as_of, merged)


def families() -> Mapping[str, type[Terms]]:
    """Every family of terms of Solvent by key: all rooms of the library are imported, each brings its own."""
    whole("solvent", without=("files",))
    import_module("solvent.files.guard.limits")
    return {key: kind for key, kind in sorted(FAMILIES.items()) if kind.__module__.startswith("solvent")}


def parse(text: str, place: str) -> dict[str, list[Override]]:
    """The overrides of one policy file, by family."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError("policy.file_unreadable", place, error=str(error)) from error
    return {key: [_override(key, entry, place) for entry in _entries(key, value, place)] for key, value in told.items()}


def complete(policy: Policy) -> str:
    """Every term as it stands on the policy's day, as one policy file; unit and source beside each."""
    lines = [f"# Every term of Solvent as it stands on {policy.as_of.isoformat()}."]
    for key, kind in families().items():
        says = (kind.__doc__ or "").strip().splitlines()[0]
        lines += ["", f"# {says}", f'[["{key}"]]']
        stands = policy.terms(kind)
        for name, term in terms_of(kind).items():
            value = _toml(getattr(stands, name))
            lines.append(f"{name} = {value}  # {term.metadata['unit']}; {term.metadata['source']}")
    return "\n".join(lines) + "\n"


def _entries(key: str, value: Any, place: str) -> list[Mapping[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, dict) for entry in entries):
        raise PolicyError("policy.family_shape", place, family=key)
    return entries


def _override(key: str, entry: Mapping[str, Any], place: str) -> Override:
    since = entry.get("since", date.min)
    if type(since) is not date:
        raise PolicyError("policy.since_no_day", f"{place}: {key}", value=str(since))
    return since, {name: value for name, value in entry.items() if name != "since"}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)
