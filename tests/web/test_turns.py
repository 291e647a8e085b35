"""Turns: who waits gets the next turn in the order of asking, and whoever takes long holds up nobody."""

import threading
from time import monotonic

import pytest
from django.http import HttpRequest, HttpResponse

from pace import seconds
from solvent_server.web.parts import turns
from solvent_server.web.parts.turns import Line, Turns


def until(true: object, count: float = 20) -> None:
    """Wait until something is so."""
    end = monotonic() + seconds(count)
    while not true():
        assert monotonic() < end, "it never came about"
        threading.Event().wait(0.001)


def test_turns_come_in_the_order_of_asking() -> None:
    line, order, threads = Line(seconds(60)), [], []
    first = line.enter()
    for number in range(6):

        def ask(number: int = number) -> None:
            mine = line.enter()
            order.append(number)
            line.leave(mine)

        threads.append(threading.Thread(target=ask))
        threads[-1].start()
        until(lambda number=number: len(line._waiting) > number)
    assert not order
    line.leave(first)
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    assert line._whose is None, "the last one gave the turn back"


def test_who_takes_long_loses_the_turn_once_and_gives_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_line", Line(0.05))
    begun, done = threading.Event(), threading.Event()

    def long(request: HttpRequest) -> HttpResponse:
        begun.set()
        assert done.wait(seconds(60))
        return HttpResponse("long")

    thread = threading.Thread(target=lambda: Turns(long)(HttpRequest()))
    thread.start()
    assert begun.wait(seconds(60))
    short = Turns(lambda request: HttpResponse("short"))
    for _ in range(3):
        assert short(HttpRequest()).content == b"short"
    mine = turns._line.enter()
    done.set()
    thread.join()
    assert turns._line._whose is mine, "whose turn was over takes none from others when it ends"
    turns._line.leave(mine)
    assert turns._line._whose is None


def test_one_who_waits_behind_others_stays_in_line() -> None:
    """The turn of one who took too long goes to the first in line, not to whoever notices first."""
    line, order, go = Line(0.05), [], threading.Event()
    line.enter()

    def ask(number: int) -> None:
        mine = line.enter()
        order.append(number)
        go.wait(seconds(60))
        line.leave(mine)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for number, thread in enumerate(threads):
        thread.start()
        until(lambda number=number: len(line._waiting) + len(order) > number)
    until(lambda: len(order) == 3)
    go.set()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2]


def test_a_turn_comes_back_from_what_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_line", Line(seconds(60)))

    def broken(request: HttpRequest) -> HttpResponse:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011 (it has no words)
            Turns(broken)(HttpRequest())
    assert turns._line._whose is None
