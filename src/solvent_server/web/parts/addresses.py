"""Addresses: of pages, by name; a list has hundreds of links, so the part before what differs is found once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

SAFE = "!$&'()*+,;=/~:@"
"""What stands in a path as it is (RFC 3986), beside letters and digits."""
MARK = "KEY"


def address_of(name: str, company: str, *parts: Any) -> str:
    """The address of one of a company's pages.

    Args:
        parts: what the address ends on; a text at the end, as of a customer, is put in without looking the page up
            again.
    """
    if parts and isinstance(parts[-1], str) and parts[-1]:
        around = _around(name, company, *parts[:-1])
        if around is not None:
            return around[0] + quote(parts[-1], safe=SAFE) + around[1]
    return _whole(name, company) if not parts else reverse(name, args=(company, *parts))


@lru_cache(maxsize=4096)
def _whole(name: str, company: str) -> str:
    return reverse(name, args=(company,))


@lru_cache(maxsize=4096)
def _around(name: str, company: str, *parts: Any) -> tuple[str, str] | None:
    """What stands before and after the last part; None where it is no free text."""
    try:
        before, mark, after = reverse(name, args=(company, *parts, MARK)).rpartition(MARK)
    except NoReverseMatch:
        return None
    return (before, after) if mark else None
