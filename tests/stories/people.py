"""Who takes part in a story: people with a browser each, and a clock that the story moves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from bihuan.ground.worktime import clock
from bihuan.management.commands.clock import run_sweeps
from bihuan.registers.access.models import Person
from tests.makers import PASSWORD, settle

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}
PICTURES = os.environ.get("BIHUAN_PICTURES", "")  # a folder: the guide's pictures are taken on the way
LANGUAGE = os.environ.get("BIHUAN_PICTURES_LANGUAGE", "zh-CN")
MONDAY_TEN = 2  # o'clock in UTC: ten in Shanghai


class Stage:
    """One story: its browser, its address and its time."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.troubles: list[str] = []
        self.contexts: list[BrowserContext] = []

    def visitor(self, *, phone: bool = True, scripts: bool = True, language: str = "zh-CN") -> Page:
        """Somebody without a login: a customer, with scripts off if wanted."""
        context = self.browser.new_context(
            base_url=self.address,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport=PHONE if phone else DESK,
            java_script_enabled=scripts,
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said))
        return page

    def _hear(self, page: Page, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.troubles.append(f"{page.url}: {said.text}")

    def staff(self, person: Person, *, phone: bool = False, language: str = "zh-CN") -> Page:
        """Somebody who works here, signed in by the form that everybody uses."""
        page = self.visitor(phone=phone, language=language)
        page.goto(reverse("account_login"))
        page.fill("input[name=login]", person.login)
        page.fill("input[name=password]", PASSWORD)
        page.click("form[action$='login/'] button")
        page.wait_for_url(lambda url: "login" not in url)
        return page

    def wait(self, **span: float) -> datetime:
        """Time passes; what is due happens. Returns the present moment."""
        clock.set_offset(clock.offset() + timedelta(**span))
        return self.settle()

    def settle(self) -> datetime:
        """Let the worker and the clock do what waits for them now."""
        for _ in range(3):
            settle(clock.now())
            run_sweeps()
        settle(clock.now())
        return clock.now()


def picture(page: Page, name: str) -> None:
    """What the page shows now, for the guide; nothing in an ordinary run."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.jpg", type="jpeg", quality=70, scale="css")


@contextmanager
def stage(browser: Browser, address: str, folder: Path) -> Iterator[Stage]:
    """A story that begins on the next Monday at ten in Shanghai."""
    offset = folder / "clock"
    settings.BIHUAN_CLOCK, settings.BIHUAN_ADDRESS = str(offset), address
    present = datetime.now(UTC)
    monday = present + timedelta(days=(7 - present.weekday()) % 7 or 7)
    begin = monday.replace(hour=MONDAY_TEN, minute=0, second=0, microsecond=0)
    offset.write_text(str(int((begin - present).total_seconds())), "utf-8")
    play = Stage(browser, address)
    try:
        yield play
        assert play.troubles == []
    finally:
        for context in play.contexts:
            context.close()
        settings.BIHUAN_CLOCK = ""
