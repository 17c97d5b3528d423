"""`make tour`: a picture of every page a role can reach, in both languages, light and dark, desk and phone.

`python -m tests.tour [--out FOLDER] [--url ADDRESS --data FOLDER] [--roles a,b] [--quick]`. Without `--url`
it starts the product with a fresh demo company. It signs in as one demo person per role, follows links from
the first page, and keeps one page for each address pattern. The role `customer` opens the private links, and
some roles stop at a case of every place (`tests/stops.py`). `index.html` shows them all.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.stops import OWN, Stop, stops_of

ROOT = Path(__file__).resolve().parent.parent
OWN_COOKIE = "bihuan_my"
LANGUAGES = ("zh-hans", "en")
THEMES = ("light", "dark")
WINDOWS = {"desk": (1440, 900), "phone": (360, 780)}
LEAVES = re.compile(
    r"logout|sign-?out|download|/template/|\.(pdf|csv|xlsx|png|json)$|/api/|/healthz|/static/|export"
)
PATIENCE_SECONDS = 120


@contextmanager
def product() -> Iterator[tuple[str, Path]]:
    """Start Bihuan with a demo company on a free port; gives its address and data folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bihuan-tour-") as folder:
        environ = {**os.environ, "BIHUAN_DATA": folder, "PORT": str(port), "HOST": "127.0.0.1"}
        environ.pop("DATABASE_URL", None)
        process = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=environ)
        try:
            wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", Path(folder)
        finally:
            process.terminate()
            process.wait()


def wait_for(address: str) -> None:
    """Until /healthz answers 200; raises TimeoutError."""
    opened, until = build_opener(ProxyHandler({})).open, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with opened(f"{address}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise TimeoutError("The product did not become ready.")


def sessions(data: Path) -> dict[str, str]:
    """Role to the session key of its first demo person."""
    os.environ.update(BIHUAN_DATA=str(data), DJANGO_SETTINGS_MODULE="bihuan.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django  # the data folder must be known first

    django.setup()
    from bihuan.management.commands.demo_logins import first_of_each_role

    return {str(role): session_of(person.pk) for role, person in first_of_each_role()}


def session_of(person_id: int) -> str:
    """A session key of this person; Django must be set up."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    person = get_user_model()._default_manager.get(pk=person_id)
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def pattern_of(path: str) -> str:
    """Pages that differ by number or token only are one page."""
    short = re.sub(r"\d+", "N", path)
    return re.sub(r"(?<=/)[A-Za-z0-9_-]{16,}(?=/|$)", "T", short)


def pages_within_reach(page: Page, address: str, start: str, limit: int) -> dict[str, str]:
    """Address pattern to the first path found that has it, breadth first from `start`."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting and len(found) < limit:
        path = waiting.pop(0)
        if pattern_of(path) in found:
            continue
        answer = page.goto(urljoin(address, path))
        if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        found[pattern_of(path)] = path
        hrefs: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for parts in map(urlsplit, hrefs):
            same = f"{parts.scheme}://{parts.netloc}" == address
            if same and not LEAVES.search(parts.path) and pattern_of(parts.path) not in found:
                waiting.append(parts.path)
    return found


def name_of(pattern: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", pattern).strip("-") or "home"


def signed_in(browser: Browser, address: str, session: str, language: str, theme: str) -> BrowserContext:
    context = browser.new_context(locale="zh-CN" if language.startswith("zh") else "en-GB")
    who = {OWN_COOKIE: session.removeprefix(OWN)} if session.startswith(OWN) else {"sessionid": session}
    cookies = {"language": language, "theme": theme, **(who if session else {})}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    return context


def photograph(page: Page, address: str, stop: Stop, target: Path, window: tuple[int, int]) -> None:
    page.set_viewport_size({"width": window[0], "height": window[1]})
    page.goto(urljoin(address, stop.path))
    if stop.opened:
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    page.wait_for_timeout(250)  # charts and icons settle
    page.screenshot(path=target, full_page=True)


def tour_of(
    browser: Browser, address: str, role: str, session: str, out: Path, *, limit: int, quick: bool
) -> int:
    """Every page of one role; gives how many."""
    stops = [*by_links(browser, address, role, session, limit), *stops_of(role, session_of)]
    (out / role).mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for theme in THEMES[:1] if quick else THEMES:
            for who in dict.fromkeys(stop.session or session for stop in stops):
                context = signed_in(browser, address, "" if who == "-" else who, language, theme)
                page = context.new_page()
                for stop in (one for one in stops if (one.session or session) == who):
                    for window, size in WINDOWS.items():
                        target = out / role / f"{stop.name}.{language}.{theme}.{window}.png"
                        try:
                            photograph(page, address, stop, target, size)
                        except BrowserError as error:
                            print(f"{role} {stop.path}: {str(error).splitlines()[0]}", flush=True)
                context.close()
    print(f"{role}: {len(stops)} pages", flush=True)
    return len(stops)


def by_links(browser: Browser, address: str, role: str, session: str, limit: int) -> list[Stop]:
    """The pages that a role finds by itself; a customer has no first page."""
    if role == "customer":
        return []
    scout = signed_in(browser, address, session, "zh-hans", "light")
    found = pages_within_reach(scout.new_page(), address, "/" if session else "/accounts/login/", limit)
    scout.close()
    return [Stop(name=name_of(pattern), path=path) for pattern, path in found.items()]


def write_index(out: Path) -> None:
    """One page that shows every picture."""
    figures = "\n".join(
        f'<figure><a href="{path}"><img src="{path}" loading="lazy" width="320"></a>'
        f"<figcaption>{path}</figcaption></figure>"
        for path in sorted(escape(str(each.relative_to(out))) for each in out.rglob("*.png"))
    )
    style = "body{display:flex;flex-wrap:wrap;font:12px sans-serif}figure{margin:8px;width:320px}"
    page = f"<!doctype html><meta charset=utf-8><title>Bihuan</title><style>{style}</style>\n{figures}\n"
    (out / "index.html").write_text(page, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "tour")
    parser.add_argument("--url", help="a running product; needs --data")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--roles", default="")
    parser.add_argument("--limit", type=int, default=80, help="most pages of one role")
    parser.add_argument("--quick", action="store_true", help="light only")
    options = parser.parse_args()
    if options.url and options.data:
        return walk(options.url.rstrip("/"), options.data, options)
    with product() as (address, data):
        return walk(address, data, options)


def walk(address: str, data: Path, options: argparse.Namespace) -> int:
    chosen = set(filter(None, options.roles.split(",")))
    people = {"visitor": "", "customer": "", **sessions(data)}
    total = 0
    with sync_playwright() as play:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for role, session in people.items():
            if not chosen or role in chosen:
                total += tour_of(
                    browser, address, role, session, options.out, limit=options.limit, quick=options.quick
                )
        browser.close()
    write_index(options.out)
    print(f"{total} pages, {len(list(options.out.rglob('*.png')))} pictures in {options.out}")
    return 0 if total else 1


if __name__ == "__main__":
    sys.exit(main())
