"""A console served to a real Chromium: what a run found, its cases in a ledger, a user of each role."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from duanka.jobs import open_cases
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.store.ledger import Ledger, Viewer
from duanka.web import serving
from duanka.web.console import make_console
from duanka.web.findings import Findings
from duanka.web.people import ROLES, add_user
from ledgers import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

WORD = "correct horse battery"
USERS = (*ROLES, "officer_2")
PATIENCE_MS = 120_000
SIZE = {"width": 1366, "height": 768}


class Clock:
    """An instant that tests move."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Town:
    """A console that is served, and what it stands on."""

    address: str
    book: Ledger
    clock: Clock
    findings: Findings


@dataclass
class Visit:
    """A browser's window of its own cookies, and what went wrong in it: faults in scripts, strange hosts."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def enters(self, name: str) -> Page:
        """The page after entering, wherever the reader was going."""
        if "/login" not in self.page.url:
            self.go("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", WORD)
        self.page.click("main button")
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self.page

    def sends(self, what: str | Locator) -> None:
        """What is clicked leads to a page, and it is there."""
        found = self.page.locator(what) if isinstance(what, str) else what
        with self.page.expect_navigation():
            found.click()

    def says_why(self, why: str) -> None:
        """A purpose is given where one is asked for."""
        if self.page.locator('form[action="/purpose"]').count():
            self.page.fill('form[action="/purpose"] [name="purpose"]', why)
            self.sends('form[action="/purpose"] button')

    def _heard(self, said: ConsoleMessage) -> None:
        # A page that says 403 or 409 is what was asked for; Chromium calls it an error as well.
        if said.type in ("error", "warning") and "status of 4" not in said.text:
            self.faults.append(said.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")) and urlsplit(request.url).netloc != urlsplit(self.address).netloc:  # fmt: skip
            self.faults.append(f"another host: {request.url}")


def chromium() -> str:
    """Where Debian's Chromium is; a machine without it fails the tests, loudly."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "Chromium is missing: on Debian, apt-get install chromium"
        raise RuntimeError(message)
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visit(opened: Browser, town: Town, *, size: dict[str, int] | None = None) -> Iterator[Visit]:
    """A window nobody has used before."""
    context = opened.new_context(viewport=size or SIZE, bypass_csp=False, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    made = Visit(context.new_page(), town.address)
    made.page.on("console", made._heard)
    made.page.on("pageerror", lambda error: made.faults.append(str(error)))
    made.page.on("request", made._asked)
    yield made
    context.close()


@contextmanager
def served(out: Path, data: Path, folder: Path) -> Iterator[Town]:
    """The console of a run on a free port, its findings opened as cases, everybody of USERS let in."""
    findings = Findings(out, data)
    as_of = findings.one("score")["as_of"]
    assert isinstance(as_of, datetime)
    clock, book, policy = (
        Clock(as_of + timedelta(hours=1)),
        ledger("sqlite", folder),
        dated.load([]),
    )
    for name in USERS:
        add_user(book, Viewer(name, (name.removesuffix("_2"),), ("*",), ("*",)), WORD, at=clock())
    judged = open_cases.Judged(out, data, "")
    open_cases.open_cases(judged, book, policy, now=clock(), say=Progress())
    with on_a_port(make_console(findings, book, policy, clock=clock)) as address:
        yield Town(address, book, clock, findings)
    book.close()


@contextmanager
def on_a_port(app: Any) -> Iterator[str]:
    """The address at which the app is served, on a free port."""
    place, up = serving.Place(port=0), threading.Event()
    server = serving.server_of(app, place, announce=up.set)
    with serving.listen(place) as listener:
        thread = threading.Thread(target=serving.serve, args=(server, listener))
        thread.start()
        assert up.wait(60)
        try:
            yield serving.address(listener, place)
        finally:
            server.should_exit = True
            thread.join(60)
