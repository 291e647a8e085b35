"""Send: each owner's digest to the targets that ask for it, and which cases have then been told.

A case counts as told when every target that wanted it took it; otherwise it is told again next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import polars as pl

from solvent.base.plugs import usable
from solvent.base.problem import Problem, SolventError
from solvent.files.notify.digest import Day, Digest, digests, only
from solvent.files.notify.hook import post
from solvent.files.notify.targets import Notify, Target

Post = Callable[..., Problem | None]
LIBRARY = "apprise"
MAIL = ("mailto://", "mailtos://")


@dataclass(frozen=True)
class Delivered:
    """What became of one digest at one target. problem: None: it was taken."""

    target: str
    owner: str
    cases: Sequence[str]
    problem: Problem | None


def planned(news: pl.DataFrame, notify: Notify, day: Day) -> Iterator[tuple[Target, Digest]]:
    """Which digest goes where."""
    for digest in digests(news, day, notify.languages):
        for target in notify.targets:
            if target.owners and digest.owner not in target.owners:
                continue
            part = only(digest, news, target.least, day, notify.languages)
            if part is not None:
                yield target, part


def deliver(news: pl.DataFrame, notify: Notify, day: Day, *, hook: Post = post) -> Sequence[Delivered]:
    """Send every digest; one target that fails stops no other.

    Raises:
        SolventError: a target needs a library that is not installed.
    """
    if any(target.kind == "apprise" for target in notify.targets) and not usable(LIBRARY):
        raise SolventError("notify.no_library", "", library=LIBRARY)
    done = []
    for target, digest in planned(news, notify, day):
        sent = [_one(target, digest, url, hook) for url in target.urls]
        problem = next((said for said in sent if said is not None), None)
        done.append(Delivered(target.name, digest.owner, digest.cases, problem))
    return done


def told_cases(done: Sequence[Delivered]) -> Sequence[str]:
    """The cases that everybody was told who asked for them."""
    failed = {case for sent in done if sent.problem is not None for case in sent.cases}
    return sorted({case for sent in done for case in sent.cases} - failed)


def _one(target: Target, digest: Digest, url: str, hook: Post) -> Problem | None:
    if target.kind == "hook":
        return hook(url, target.secret, digest.body, place=target.name)
    library: Any = import_module(LIBRARY)
    sender = library.Apprise()
    if not sender.add(url):
        return Problem("notify.address_unknown", target.name)
    mail = url.startswith(MAIL)
    form = library.NotifyFormat.HTML if mail else library.NotifyFormat.TEXT
    taken = sender.notify(title=digest.title, body=digest.html if mail else digest.text, body_format=form)
    return None if taken else Problem("notify.not_taken", target.name)
