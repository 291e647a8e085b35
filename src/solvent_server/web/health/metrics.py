"""Metrics: the counts and the state in the text format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import solvent
from solvent_server.web.health import counts, state

TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[str, Sequence[tuple[str, str]], float]


def text() -> str:
    """All of it."""
    return "".join(f"{line}\n" for line in (*_requests(), *_state()))


def _requests() -> Iterator[str]:
    told = counts.total()
    answered = [name.split(" ")[1:] for name in told if name.startswith("requests ")]
    yield from family(
        "solvent_requests_total", "counter", "Requests answered, by page and kind of answer.",
        [("", (("view", view), ("status", status)), told[f"requests {view} {status}"])
         for view, status in sorted(map(tuple, answered))],
    )  # fmt: skip
    buckets: list[Sample] = [
        ("_bucket", (("le", f"{bound:g}"),), told.get(f"bucket {bound}", 0.0)) for bound in counts.BOUNDS
    ]
    count = told.get("count", 0.0)
    buckets += [("_bucket", (("le", "+Inf"),), count), ("_sum", (), told.get("seconds", 0.0)), ("_count", (), count)]
    yield from family("solvent_request_duration_seconds", "histogram", "Seconds until a request was answered.", buckets)


def _state() -> Iterator[str]:
    now = state.ready()

    def gauge(name: str, says: str, samples: Sequence[Sample]) -> Iterator[str]:
        return family(f"solvent_{name}", "gauge", says, samples)

    yield from gauge("build_info", "The version that answers.", [("", (("version", solvent.__version__),), 1.0)])
    yield from gauge("ready", "1 where the part is as it should be.",
                     [("", (("part", part),), float(well)) for part, well in now.parts.items()])  # fmt: skip
    yield from gauge("disk_free_bytes", "Bytes left where the data lie.", [("", (), float(now.free))])
    if now.worker is not None:
        yield from gauge("worker_beat_age_seconds", "Seconds since a worker was heard of.", [("", (), now.worker)])
    if not now.migrated:
        return
    ages: list[Sample] = [("", (("company", code),), age) for code, age in now.assessed.items() if age is not None]
    yield from gauge("assessment_age_seconds", "Seconds since the newest assessment.", ages)
    asked: list[Sample] = [("", (("what", what), ("state", how)), float(n)) for what, how, n in state.errands()]
    yield from gauge("errands", "Errands, by kind and state.", asked)
    yield from gauge("errand_oldest_wait_seconds", "Seconds the oldest errand has waited.", [("", (), state.waiting())])
    yield from gauge("schedule_failing", "Schedules whose newest run failed.",
                     [("", (("what", what),), float(n)) for what, n in sorted(state.failing().items())])  # fmt: skip
    since = state.since_backup()
    if since is not None:
        yield from gauge("backup_age_seconds", "Seconds since the newest backup of this store.", [("", (), since)])


def family(name: str, kind: str, says: str, samples: Sequence[Sample]) -> Iterator[str]:
    """The lines of one family; none where there is no sample.

    >>> list(family("up", "gauge", "Lives.", [("", (("who", 'a "b"'),), 1.0)]))
    ['# HELP up Lives.', '# TYPE up gauge', 'up{who="a \\\\\\\\"b\\\\\\\\""} 1']
    """
    if not samples:
        return
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{name}{suffix}{'{' + told + '}' if told else ''} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
