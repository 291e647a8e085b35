"""Logs: one JSON object a line, with the number of the request, and no secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
_NAMES = re.compile(r"pass(word|wd)?|secret|token|authorization|cookie|session|csrf|credential|api.?key|^key$", re.I)
_INSIDE = (
    re.compile(r"(\w+://[^:/\s]+:)[^@/\s]+(@)"),
    re.compile(r"((?:bearer|basic)\s+)[\w.~+/=-]+()", re.I),
    re.compile(r"((?:password|passwd|secret|token|sessionid|api_?key)\s*[=:]\s*)[^\s&;,\"']+()", re.I),
)


def redacted(logger: object, method: str, event: Any) -> Any:
    """A line of the log in which whatever may be a secret is covered: by its name, or by what it looks like.

    >>> redacted(None, "", {"event": "in", "password": "x", "facts": {"Cookie": "a"}, "url": "db://me:pw@host/x"})
    {'event': 'in', 'password': '[hidden]', 'facts': {'Cookie': '[hidden]'}, 'url': 'db://me:[hidden]@host/x'}
    """
    return {name: HIDDEN if _NAMES.search(str(name)) else _covered(value) for name, value in event.items()}


def _covered(value: Any) -> Any:
    if isinstance(value, str):
        for pattern in _INSIDE:
            value = pattern.sub(rf"\1{HIDDEN}\2", value)
        return value
    if isinstance(value, Mapping):
        return redacted(None, "", value)
    return [_covered(one) for one in value] if isinstance(value, list | tuple) else value


def formatter() -> logging.Formatter:
    """What Django's own lines and ours are written by."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redacted,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def of_requests() -> Any:
    """The logger of requests."""
    return structlog.get_logger("solvent.request")
