"""Plugs: the pieces of a family, found by file: a new one is a file in the family's folder, and nothing else."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType


@cache
def family(package: str, group: str = "") -> Mapping[str, ModuleType]:
    """Every room of a package by its name, in the order of the names; each is imported.

    Args:
        group: installed packages add rooms of their own by entry points of this group; a name of ours stays ours.

    >>> "calendar" in family("solvent.base")
    True
    """
    home = import_module(package)
    names = sorted(found.name for found in pkgutil.iter_modules(home.__path__) if not found.ispkg)
    ours = {name: import_module(f"{package}.{name}") for name in names}
    added = {point.name: point.load() for point in entry_points(group=group)} if group else {}
    return dict(sorted({**added, **ours}.items()))


@cache
def whole(package: str, *, without: tuple[str, ...] = ()) -> int:
    """Import every room of a package, and of the packages in it; gives how many. What each brings is there afterwards.

    Args:
        without: names of packages directly inside that are left alone.
    """
    home, count = import_module(package), 0
    for found in pkgutil.iter_modules(home.__path__):
        if found.name in without or found.name == "__main__":
            continue
        import_module(f"{package}.{found.name}")
        count += 1 + (whole(f"{package}.{found.name}") if found.ispkg else 0)
    return count


@cache
def usable(library: str) -> bool:
    """Whether an extra's library can be loaded here: it is installed, and so is what it needs of the system."""
    try:
        import_module(library)
    except (ImportError, OSError):
        return False
    return True
