"""Limits on time: they stretch with the machine, and still say no to what is slow."""

from __future__ import annotations

import time

import pytest

import pace


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_work_beyond_the_line_is_told_and_work_within_it_is_not() -> None:
    with pace.within(0.5):
        busy(0.01)
    with pytest.raises(AssertionError, match="the loop took"), pace.within(0.005, "the loop"):
        busy(pace.seconds(0.02, now=True) * 4)


def test_a_wait_is_not_work() -> None:
    with pace.within(0.05):
        time.sleep(0.2)


@pytest.mark.parametrize(("took", "slower"), [(0.5, 1.0), (1.0, 1.0), (3.0, 3.0)], ids=["faster", "alike", "slower"])
def test_a_limit_stretches_as_the_machine_does(monkeypatch: pytest.MonkeyPatch, took: float, slower: float) -> None:
    clock = iter([0.0, took * pace.REFERENCE])
    monkeypatch.setattr(pace, "_measured", [1.0])
    monkeypatch.setattr(pace.time, "process_time", lambda: next(clock))
    assert pace.seconds(2.0) == 2.0
    assert pace.seconds(2.0, now=True) == pytest.approx(2.0 * slower)
    assert pace.seconds(2.0) == pytest.approx(2.0 * slower)


def test_one_of_the_tries_has_to_keep_to_the_line() -> None:
    long = iter([0.06, 0.06, 0.0])
    pace.quick(0.05, lambda: busy(pace.seconds(next(long))), 3)
    assert next(long, None) is None, "the line is passed twice before"
    with pytest.raises(AssertionError, match="the quickest of 2 took"):
        pace.quick(0.005, lambda: busy(pace.seconds(0.08)), 2)
