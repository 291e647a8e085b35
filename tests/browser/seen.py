"""Seen: a page in a browser that keeps note of what went wrong behind it: errors, refusals, requests, time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlparse

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Response

from pace import NEVER, piece, seconds
from solvent.files.language import Language

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PAGE_SECONDS = 2.0
"""So long may a page take, from the question to the last picture on it."""
WAIT = NEVER / 10
"""So long is something waited for, in seconds on the wall, before it counts as not coming."""
TYPE = "sudo apt-get install chromium"
WIDE, PHONE = (1280, 860), (360, 740)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


def chromium() -> str | None:
    """Where the system's browser is."""
    return shutil.which("chromium")


def launch(playwright: Playwright, folder: Path) -> Browser:
    """The system's browser, with the Chinese letters of a package where the system has none."""
    import pylopdf_fonts_zh_cn  # noqa: PLC0415 (only here)

    fonts = folder / "fonts.conf"
    letters = Path(pylopdf_fonts_zh_cn.__file__).parent
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{letters}</dir></fontconfig>'
    )
    return playwright.chromium.launch(
        executable_path=chromium(), args=list(FLAGS), env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
    )


@dataclass
class Seen:
    """One person in front of one window.

    at: the address of the company. wrong: everything that a reader would not see and a maker must: errors of scripts,
    refusals of the content policy, requests that failed or went elsewhere. slow: pages that took too long, and how
    long. stopped: parts of messages and addresses that a test expects to be refused.
    """

    page: Page
    context: BrowserContext
    at: str
    language: Language
    wrong: list[str] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.set_default_timeout(WAIT * 1000)

    def say(self, text: str, **facts: object) -> str:
        """What the page calls it, in this reader's language."""
        return self.language.say(text, **facts)

    def open(self, where: str) -> Page:
        """Go to a page of the company, as by typing its address, and wait until it stands still."""
        began = perf_counter()
        self.page.goto(self.at + where, wait_until="load")
        took = perf_counter() - began
        assert "/accounts/" not in self.page.url, "whoever sits here is not let in"
        if took > PAGE_SECONDS:
            self.slow[where] = took
        return self.page

    def too_slow(self) -> list[str]:
        """Pages that take too long when nothing but the machine is to blame: tried again, and held against its pace."""
        return [f"{where}: {took:.1f} s" for where, first in self.slow.items() if (took := self._again(where, first))]

    def _again(self, where: str, took: float) -> float:
        for _ in range(5):
            if took <= seconds(PAGE_SECONDS, now=True) * crowd():
                return 0.0
            began = perf_counter()
            self.page.goto(self.at + where, wait_until="load")
            took = min(took, perf_counter() - began)
        return took

    def settle(self) -> None:
        """Wait until nothing is being fetched or laid in its place any more."""
        self.page.wait_for_function(
            "() => document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-settling')"
        )

    def arrive(self, part: str) -> None:
        """Wait for a page whose address holds this."""
        self.page.wait_for_url(lambda url: part in url)
        self.settle()

    def bring(self, name: str, data: bytes) -> None:
        """Choose a file on the import page, have it read, and wait until its page says what was understood."""
        page = self.open("imports/")
        page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
        page.get_by_role("button", name=self.say("Read the files")).click()
        self.arrive("/imports/files/")
        page.locator("#file .lead").wait_for()

    def keys(self, *pressed: str) -> None:
        """Press keys one after the other; what is no name of a key is typed."""
        for key in pressed:
            self.page.keyboard.press(key)

    def tab_to(self, what: str, most: int = 80) -> None:
        """Press Tab until what matches the selector has the focus."""
        for _ in range(most):
            if self.focused(what):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {what}")

    def focused(self, what: str) -> bool:
        """True where what has the focus matches the selector."""
        return bool(self.page.evaluate("what => document.activeElement.matches(what)", what))

    def text(self, what: str = "main") -> str:
        """What a reader reads there, with plain spaces."""
        return " ".join(self.page.locator(what).first.inner_text().split())

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.stopped):
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _failed(self, request: Request) -> None:
        # What is left behind when one goes to the next page is cancelled, and a file that is saved is no page.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"request: {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        url = urlparse(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname != "127.0.0.1":
            self.wrong.append(f"elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not any(part in response.url for part in self.stopped):
            self.wrong.append(f"answer {response.status}: {response.url}")


def crowd() -> float:
    """How many times as long as its work takes a piece of work stays on the machine now, for others want it too."""
    began, worked = perf_counter(), process_time()
    piece()
    return max(1.0, (perf_counter() - began) / (process_time() - worked))


def windows(browser: Browser, at: str, cookie: str, language: str, **how: Any) -> Iterator[Seen]:
    """A window of somebody who is logged in, closed in the end. how: size, dark."""
    width, height = how.get("size", WIDE)
    context = browser.new_context(
        locale=LOCALES[language],
        viewport={"width": width, "height": height},
        color_scheme="dark" if how.get("dark") else "light",
        reduced_motion="reduce",
        has_touch=width < 500,
        accept_downloads=True,
    )
    if cookie:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": at}])
    try:
        yield Seen(context.new_page(), context, at, Language(language))
    finally:
        context.close()
