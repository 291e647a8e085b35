"""Turns: who waits gets the next turn in order; something long gives its own up, and holds nobody up for ever."""

import threading
from time import monotonic

from django.http import HttpRequest, HttpResponse
from tests.pace import seconds

from solvent_server.web.parts import turns
from solvent_server.web.parts.turns import Line, Turns, give_up


def test_turns_come_in_the_order_of_asking():
    line, order = Line(1), []
    assert line.enter(0)
    threads = []
    for number in range(6):

        def ask(number: int = number) -> None:
            assert line.enter(seconds(10))
            order.append(number)
            line.leave()

        threads.append(threading.Thread(target=ask))
        threads[-1].start()
        until = monotonic() + seconds(10)
        while len(line._waiting) <= number and monotonic() < until:
            threading.Event().wait(0.001)
    line.leave()
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    assert line.enter(0), "the last one gave its turn back"


def test_who_waits_in_vain_leaves_the_line_as_it_was():
    line = Line(1)
    assert line.enter(0)
    assert not line.enter(0.01)
    line.leave()
    assert line.enter(0)
    assert not line.enter(0)


def test_what_takes_long_lets_others_go_ahead(monkeypatch):
    monkeypatch.setattr(turns, "_line", Line(1))
    monkeypatch.setattr(turns, "PATIENCE", seconds(30))
    begun, done = threading.Event(), threading.Event()

    def long(request: HttpRequest) -> HttpResponse:
        give_up()
        begun.set()
        done.wait(seconds(30))
        return HttpResponse("long")

    thread = threading.Thread(target=lambda: Turns(long)(HttpRequest()))
    thread.start()
    assert begun.wait(seconds(30))
    since = monotonic()
    assert Turns(lambda request: HttpResponse("short"))(HttpRequest()).content == b"short"
    assert monotonic() - since < seconds(20), "it waited for the long one"
    done.set()
    thread.join()
    assert turns._line.enter(0), "each gave its turn back once"
    assert not turns._line.enter(0), "and not twice"


def test_a_turn_comes_back_from_what_breaks(monkeypatch):
    monkeypatch.setattr(turns, "_line", Line(1))

    def broken(request: HttpRequest) -> HttpResponse:
        raise ValueError

    for _ in range(2):
        try:
            Turns(broken)(HttpRequest())
        except ValueError:
            continue
    assert turns._line.enter(0)
