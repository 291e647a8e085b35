"""Walls: a process closes itself in, for good, before it touches a byte of somebody else's.

Everything here is done by the child itself, while it is still our own code and has one thread: limits on memory,
processor time, file size and open files, no core dump, no new rights, and no network where the system allows that.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_RIGHTS, _DIE_WITH_PARENT, _KILL = 38, 1, 9


def close_in(limits: Mapping[str, int]) -> list[str]:
    """Put up the walls.

    Args:
        limits: memory, cpu, file, files: bytes of address space, seconds, bytes of one file, open files.

    Returns:
        Which walls this system does not have, of memory, cpu, file, files, network. Never raises.
    """
    missing = _limited(limits)
    if not _alone():
        missing.append("network")
    return missing


def _limited(limits: Mapping[str, int]) -> list[str]:
    try:
        import resource  # noqa: PLC0415 (not on every system)
    except ImportError:
        return ["memory", "cpu", "file", "files"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kinds = {
        "memory": resource.RLIMIT_AS,
        "cpu": resource.RLIMIT_CPU,
        "file": resource.RLIMIT_FSIZE,
        "files": resource.RLIMIT_NOFILE,
    }
    missing = []
    for name, kind in kinds.items():
        soft = limits[name]
        hard = soft + 2 if name == "cpu" else soft
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            missing.append(name)
    return missing


def _alone() -> bool:
    """True where the process now has a network of its own, with nothing in it."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)
        system.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0)
        return bool(system.unshare(_NEW_USER | _NEW_NET) == 0 or system.unshare(_NEW_NET) == 0)
    except (OSError, AttributeError):
        return False
