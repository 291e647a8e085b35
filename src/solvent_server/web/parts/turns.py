"""Turns: one request works at a time, the others wait in line: first come, first served.

The threads of a process share one interpreter. Several at work push each other off it: eight readers of a list got two
thirds as many answers from six threads as from one, and each waited half as long again. Whoever takes long holds up
nobody for more than a moment: then its turn is over, and it goes on beside the next.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from django.http import HttpRequest, HttpResponse

LASTS = 0.1
"""Seconds that a turn lasts; most pages take a tenth of it."""


class Line:
    """One has the turn; the others get it in the order of asking."""

    def __init__(self, lasts: float) -> None:
        self._lasts = lasts
        self._guard = threading.Lock()
        self._whose: threading.Event | None = None
        self._since = 0.0
        self._waiting: deque[threading.Event] = deque()

    def enter(self) -> threading.Event:
        """Wait for the turn; what comes back is to be given to ``leave``."""
        mine = threading.Event()
        with self._guard:
            if self._whose is None:
                self._gets(mine)
                return mine
            self._waiting.append(mine)
        while not mine.wait(max(self._since + self._lasts - monotonic(), 0.001)):
            with self._guard:
                if not mine.is_set() and self._waiting[0] is mine and monotonic() >= self._since + self._lasts:
                    self._gets(self._waiting.popleft())
        return mine

    def leave(self, mine: threading.Event) -> None:
        """Done: the next one's turn, unless this one's was over already."""
        with self._guard:
            if self._whose is mine:
                self._whose = None
                if self._waiting:
                    self._gets(self._waiting.popleft())

    def _gets(self, one: threading.Event) -> None:
        self._whose, self._since = one, monotonic()
        one.set()


_line = Line(LASTS)


class Turns:
    """Middleware, behind the one that serves files of the pages: those need no turn."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mine = _line.enter()
        try:
            return self.answer(request)
        finally:
            _line.leave(mine)
