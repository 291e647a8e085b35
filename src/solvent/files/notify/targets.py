"""Targets: who is told by which way, out of a notify file; addresses and secrets come from the environment or a file.

A notify file is TOML::

    languages = ["zh", "en"]

    [[target]]
    name = "credit desk, WeCom"
    owners = ["credit", "collections"]   # without it: everybody's cases
    least = "orange"                     # without it: yellow
    kind = "apprise"                     # or "hook"
    url_env = "SOLVENT_WECOM"            # or url_file = "wecom.url", beside this file
    secret_env = "SOLVENT_HOOK_SECRET"   # of a hook; or secret_file

It never lies in the ledger's folder, and no address or secret stands in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solvent.base.problem import SolventError
from solvent.files.language import SPOKEN

KINDS = ("apprise", "hook")
TIERS: Mapping[str, int] = {"yellow": 1, "orange": 2, "red": 3}
KEYS = ("name", "owners", "least", "kind", "url_env", "url_file", "secret_env", "secret_file")


@dataclass(frozen=True)
class Target:
    """One way to tell somebody. owners: empty: everybody's cases. least: the tier from which it is told.

    urls and secret are never shown: not in a message of trouble, not in a dry run.
    """

    name: str
    kind: str
    owners: Sequence[str]
    least: int
    urls: Sequence[str] = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Notify:
    """What a notify file says."""

    languages: Sequence[str]
    targets: Sequence[Target]


def read_notify(
    path: Path, environment: Mapping[str, str], ledger: Path | None = None, *, secrets: bool = True
) -> Notify:
    """The targets of a notify file.

    Args:
        environment: where ``url_env`` and ``secret_env`` are looked up.
        ledger: the ledger that is read; the file must not lie in it.
        secrets: False: addresses and secrets are not read, for a dry run.

    Raises:
        SolventError: the file cannot be read, says something that is not known, or names an address that is not there.
    """
    if ledger is not None and ledger.is_dir() and ledger.resolve() in path.resolve().parents:
        raise SolventError("notify.in_ledger", str(path))
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SolventError("notify.file_unreadable", str(path), error=str(error)) from error
    _known(told, ("languages", "target"), str(path))
    languages = told.get("languages", list(SPOKEN))
    if not isinstance(languages, list) or not languages or not set(languages) <= set(SPOKEN):
        raise SolventError("notify.value_unknown", str(path), key="languages", known=", ".join(SPOKEN))
    entries = told.get("target", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries) or not entries:
        raise SolventError("notify.no_targets", str(path))
    made = [_target(entry, place, path, environment, secrets) for place, entry in enumerate(entries, start=1)]
    return Notify(tuple(languages), tuple(made))


def _target(entry: Mapping[str, Any], place: int, path: Path, environment: Mapping[str, str], secrets: bool) -> Target:
    name = str(entry.get("name", f"target {place}"))
    where = f"{path}: {name}"
    _known(entry, KEYS, where)
    kind, least, owners = entry.get("kind", "apprise"), entry.get("least", "yellow"), entry.get("owners", [])
    if kind not in KINDS:
        raise SolventError("notify.value_unknown", where, key="kind", known=", ".join(KINDS))
    if least not in TIERS:
        raise SolventError("notify.value_unknown", where, key="least", known=", ".join(TIERS))
    if not isinstance(owners, list) or not all(isinstance(owner, str) for owner in owners):
        raise SolventError("notify.value_unknown", where, key="owners", known='["credit", "cfo"]')
    urls, secret = "", ""
    if secrets:
        urls = _secret(entry, "url", where, path, environment)
        if kind == "hook":
            secret = _secret(entry, "secret", where, path, environment)
    return Target(name, kind, tuple(owners), TIERS[least], tuple(urls.split()), secret)


def _secret(entry: Mapping[str, Any], key: str, where: str, path: Path, environment: Mapping[str, str]) -> str:
    """What ``key_env`` or ``key_file`` holds."""
    if f"{key}_env" in entry:
        found = environment.get(str(entry[f"{key}_env"]), "").strip()
    elif f"{key}_file" in entry:
        try:
            found = (path.parent / str(entry[f"{key}_file"])).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
    else:
        raise SolventError("notify.not_named", where, key=key)
    if not found:
        named = entry.get(f"{key}_env", entry.get(f"{key}_file"))
        raise SolventError("notify.not_there", where, key=key, named=str(named))
    return found


def _known(entry: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            raise SolventError("notify.key_unknown", where, key=key, known=", ".join(keys))
