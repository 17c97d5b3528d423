"""What every test stands on: a data folder of its own, a journal that can be emptied, a real browser."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime

DATA = tempfile.mkdtemp(prefix="bihuan-tests-")
os.makedirs(os.path.join(DATA, "static"))
os.environ["BIHUAN_DATA"] = DATA  # before Django reads its settings; secrets are made there
os.environ.setdefault(
    "BIHUAN_TESTS_RUN", DATA
)  # the first process of a run sets it, its workers have it from there
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's synchronous API keeps a loop in this thread
os.environ.setdefault("BIHUAN_DEMO", "1")  # tests may move the clock

import django  # noqa: E402
import pytest  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright  # noqa: E402
from pytest_django.plugin import DjangoDbBlocker  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from bihuan.service.commitments.profiles_in_use import forget_cached  # noqa: E402
from bihuan.shipped import load_shipped  # noqa: E402
from tests import flush, template  # noqa: E402

if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # a test need not survive a power cut
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

settings.BIHUAN_COMPANY = "Bihuan"  # a name that costs no statement, so that counts stay the same
settings.BIHUAN_HOTLINE = "400-000-0000"
# A safe hash takes a third of a second, and a test company has fifteen people.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SHIPPED_AT = datetime(2020, 1, 1, tzinfo=UTC)

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
hypothesis_settings.register_profile(
    "dev", max_examples=50, deadline=None, suppress_health_check=SLOW_IS_FINE
)
hypothesis_settings.register_profile(
    "ci", max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW_IS_FINE
)
hypothesis_settings.register_profile(
    "bench",
    max_examples=int(os.environ.get("BIHUAN_EXAMPLES", "20000")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_configure(config: pytest.Config) -> None:
    flush.open_journal_for_flush()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what knows a database, and of the browser's tests the stories; the rest says the same
    on SQLite, where everything runs."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if os.environ.get("CI"):  # `make drills` runs them all
        drills = [item for item in items if item.get_closest_marker("drill")]
        config.hook.pytest_deselected(items=drills)
        items[:] = [item for item in items if item not in set(drills)]
    on_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    in_ci = bool(os.environ.get("CI"))
    here = [item for item in items if _runs_here(item, on_postgresql=on_postgresql, in_ci=in_ci)]
    if in_ci and not on_postgresql:
        here = _once_where_both_run(here)
    if in_ci:
        here = [item for item in here if not _is_told_again(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(here)])
    items[:] = here


def _runs_here(item: pytest.Item, *, on_postgresql: bool, in_ci: bool) -> bool:
    """Where CI is set the two runs share the work: what knows no database runs beside PostgreSQL, and there the pages
    are left out, which say the same on SQLite."""
    if not in_ci:
        return not on_postgresql or _knows_a_database(item)
    if _is_a_page(item) or item.get_closest_marker("once"):
        return not on_postgresql
    if _is_left_to_postgresql(item):
        return on_postgresql
    return _knows_a_database(item) or on_postgresql == _is_pure(item)


def _once_where_both_run(items: list[pytest.Item]) -> list[pytest.Item]:
    """Of tests that PostgreSQL runs too and that differ only in a parameter, the first: all of them run there."""
    seen: set[str] = set()
    kept = []
    for item in items:
        name = item.nodeid.partition("[")[0]
        if not (_knows_a_database(item) and not _is_a_page(item)) or name not in seen:
            kept.append(item)
        seen.add(name)
    return kept


def _is_told_again(item: pytest.Item) -> bool:
    """A page looked at in a browser for the second time, in another language: the first is the Chinese one."""
    told = getattr(item, "callspec", None)
    languages = {told.params.get("language")} if told is not None else set()
    return bool(item.get_closest_marker("browser")) and bool(languages & {"en", "zh-hant"})


LEFT_TO_POSTGRESQL = {
    "access",  # roles at doors
    "attacks",  # the stricter of the two: it refuses bytes and numbers that the other takes
    "registers",
    "complaints",
    "improvement",
    "imports",
    "notices",
    "satisfaction",
}


def _is_left_to_postgresql(item: pytest.Item) -> bool:
    """Where CI is set: rooms that read and write by the ORM alone, but for tests that commit (races, locks)."""
    if item.get_closest_marker("browser") or not LEFT_TO_POSTGRESQL & set(item.path.parts):
        return False
    marked = item.get_closest_marker("django_db")
    commits = marked is not None and marked.kwargs.get("transaction", False)
    return (
        not commits
        and "transactional_db" not in getattr(item, "fixturenames", ())
        and _knows_a_database(item)
    )


def _is_pure(item: pytest.Item) -> bool:
    """Knows no database and starts no installation of its own: rules, readers, channels."""
    return bool({"ground", "registers", "service"} & set(item.path.parts))


def _is_a_page(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_database") and item.get_closest_marker("django_db"):
        return True
    if item.get_closest_marker("browser"):
        return "stories" not in item.path.parts
    return bool({"web", "pages"} & set(item.path.parts))


def _knows_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_database"):
        return False
    if item.get_closest_marker("browser"):
        return "stories" in item.path.parts
    asked = {"db", "transactional_db", "live_server", "client"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_modify_db_settings: None) -> bool:
    """Whether the test database is there already; asked by `django_db_setup` alone."""
    return django_db_keepdb or (template.is_kept() and template.begin_with_a_copy())


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database begins with what ships: calendars, cards, profiles."""
    with template.one_at_a_time():
        kept = template.is_kept()
        request.getfixturevalue("django_db_setup")  # as pytest-django has it
        with django_db_blocker.unblock():
            if not kept:
                load_shipped(now=SHIPPED_AT)
                template.take(for_workers=hasattr(request.config, "workerinput"))
            flush.remember_what_ships()
    yield
    if not kept:
        with django_db_blocker.unblock():
            template.let_go()


@pytest.fixture(autouse=True)
def _what_ships(request: pytest.FixtureRequest) -> None:
    """Bring it back where a flush took it away: for good in a test that commits, else for this test alone."""
    mark = request.node.get_closest_marker("django_db")
    commits = not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)
    commits = commits or (mark is not None and bool(mark.kwargs.get("transaction")))
    if not (commits or mark or "db" in request.fixturenames):
        return
    request.getfixturevalue("transactional_db" if commits else "db")
    forget_cached()  # what another test's database said
    if flush.FLUSHED["since_loading"]:
        flush.bring_back_what_ships()
        flush.FLUSHED["since_loading"] = not commits


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, once per run."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=path,
            headless=True,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet],
        )
        yield chromium
        chromium.close()


def _is_trouble(said: ConsoleMessage) -> bool:
    """A refusal with status 409 or 422 is an answer like any other, though Chromium prints it in red."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window of 1440 by 900, in Chinese. Errors on the page and breaches of the CSP fail the test."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}
    )
    window = context.new_page()
    window.set_default_timeout(10_000)
    troubles: list[str] = []
    window.on("pageerror", lambda error: troubles.append(str(error)))
    window.on("console", lambda said: troubles.append(said.text) if _is_trouble(said) else None)
    yield window
    context.close()
    assert troubles == []
