"""Turns: one request works at a time, the others wait in line: first come, first served.

The threads of a process share one interpreter. Several at work push each other off it: eight readers of a list got two
thirds as many answers from six threads as from one, and each waited half as long again. Whoever takes long holds up
nobody for more than a moment: who has waited so long goes on without a turn.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

AT_ONCE = 1
PATIENCE = 0.2
"""Seconds after which a request goes on without a turn."""
FILE = 100_000
"""From so many bytes on what is sent is a file: it may come slowly, and waits for nobody."""


class Line:
    """So many have a turn; who waits gets the next one in the order of asking.

    >>> line = Line(1)
    >>> line.enter(0), line.enter(0)
    (True, False)
    >>> line.leave()
    >>> line.enter(0)
    True
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def enter(self, patience: float) -> bool:
        """True with a turn, which must be given back; False: none came in so many seconds."""
        mine = threading.Event()
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(mine)
        if mine.wait(patience):
            return True
        with self._guard:
            if mine.is_set():  # it came between the end of waiting and here
                return True
            self._waiting.remove(mine)
        return False

    def leave(self) -> None:
        """Give a turn back: to the first who waits, if any."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


_line = Line(AT_ONCE)
_mine = threading.local()


class Turns:
    """Middleware, behind the one that serves files of the pages: those need no turn."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        _mine.turn = told.isdigit() and int(told) < FILE and _line.enter(PATIENCE)
        try:
            return self.answer(request)
        finally:
            give_up()


def give_up() -> None:
    """What comes now takes long, such as a list of a million rows as a file: let others go ahead."""
    if getattr(_mine, "turn", False):
        _mine.turn = False
        _line.leave()
