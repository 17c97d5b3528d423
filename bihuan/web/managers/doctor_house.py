"""What the doctor looks at in the installation itself: database, clocks, disk, secrets, backups, the way in."""

import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.journal.queries import failed_reactions
from bihuan.ground.journal.running import clocks_alive
from bihuan.ground.vault import backups
from bihuan.ground.worktime.queries import all_calendars
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.web.look.duties import clock_trouble, duties, limit
from bihuan.web.look.health import unapplied_migrations
from bihuan.web.look.navigation import address
from bihuan.web.managers.doctor_finding import Asked, Named, broken, fine, missing, register

GIGABYTE = 1024**3
LEAST, LITTLE = 1 * GIGABYTE, 5 * GIGABYTE  # free space: below the first nothing may be taken any more
APART_SECONDS = 5.0
BACKUP_AGE, BACKUP_OLD = timedelta(hours=36), timedelta(days=7)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def database(now: datetime) -> Asked:
    """Whether the tables are those that this version asks for, and their guards stand."""
    if unapplied_migrations():
        return broken(_("The database is older than the product. Run make upgrade."))
    lost = [*journal_triggers.missing(connection), *staff_triggers.missing(connection)]
    if lost:
        return broken(
            _("The database has lost guards of its own: %(names)s. Run manage.py migrate.")
            % {"names": ", ".join(lost)}
        )
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    return fine(_("%(name)s, up to date.") % {"name": name})


def clock(now: datetime) -> Asked:
    """Whether a clock sweeps."""
    url = address("managers:operations")
    if clock_trouble(now):
        return broken(
            _(
                "No clock has swept lately: nothing that falls due is announced. Start the product by "
                "make run, or manage.py clock."
            ),
            url,
        )
    count = len(clocks_alive(now, within=limit()))
    return fine(ngettext("%(count)s clock runs.", "%(count)s clocks run.", count) % {"count": count}, url)


def worker(now: datetime) -> Asked:
    """Whether what events wake is carried out in time."""
    url = address("managers:operations")
    owed = duties(now)
    if owed["reaction"].late or owed["notice"].late:
        return broken(
            _("Work waits for longer than it should: the worker is not running, or cannot keep up."), url
        )
    failed = len(failed_reactions())
    if failed:
        said = ngettext(
            "%(count)s reaction failed and waits for a person.",
            "%(count)s reactions failed and wait for a person.",
            failed,
        )
        return broken(said % {"count": failed}, url)
    return fine(_("Nothing waits for long."), url)


def moved_time(now: datetime) -> Asked:
    """Whether this machine and the database agree on the time, and nobody moved the clock."""
    if settings.BIHUAN_CLOCK:
        return missing(_("The clock is moved by BIHUAN_CLOCK. That is for demonstrations only."))
    apart = seconds_apart(database_time(), time())
    if apart > APART_SECONDS:
        return broken(
            _("This machine and the database are %(seconds)s seconds apart. Let both keep time by NTP.")
            % {"seconds": int(apart)}
        )
    return fine(_("%(time)s here, and the database agrees.") % {"time": localtime(now).strftime("%H:%M")})


def database_time() -> float:
    """What the database takes for now, in epoch seconds."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        else:
            cursor.execute("SELECT strftime('%s', 'now')")
        return float(cursor.fetchone()[0])


def seconds_apart(one: float, other: float) -> float:
    return abs(one - other)


def zone(now: datetime) -> Asked:
    """Whether the calendars run in the installation's zone."""
    others = sorted({card.timezone for card in all_calendars() if not card.retired} - {settings.TIME_ZONE})
    if others:
        facts = {"zone": settings.TIME_ZONE, "others": ", ".join(others)}
        return missing(
            _(
                "The installation lives in %(zone)s, but calendars in %(others)s. Set BIHUAN_TIME_ZONE, "
                "or mend the calendars."
            )
            % facts,
            register("calendars"),
        )
    return fine(settings.TIME_ZONE)


def disk(now: datetime) -> Asked:
    """Whether there is room for what comes in."""
    free = shutil.disk_usage(settings.BIHUAN_DATA).free
    facts = {"free": f"{free / GIGABYTE:.1f}"}
    if free < LEAST:
        return broken(
            _("Only %(free)s GB are free in the data folder. Make room now, or nothing can be written down.")
            % facts
        )
    if free < LITTLE:
        return missing(_("%(free)s GB are free in the data folder. Make room before it gets tight.") % facts)
    return fine(_("%(free)s GB are free.") % facts)


def secrets(now: datetime) -> Asked:
    """Whether only its owner can read the file of secrets."""
    path = Path(settings.BIHUAN_DATA) / "secrets"
    if not path.exists():
        return fine(_("They come from the environment."))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return broken(
            _("Others on this machine can read %(path)s. Run chmod 600 on it.") % {"path": path.name}
        )
    return fine(
        _(
            "Only the owner can read them. Keep a copy apart from the backups: without it no personal "
            "data can be read."
        )
    )


def backup(now: datetime) -> Asked:
    """Whether there is a fresh one."""
    url = address("managers:backups")
    newest = backups.last()
    if newest is None:
        return broken(_("No backup was made yet. Run make backup, or let one be made every night."), url)
    age = now - newest[0].astimezone(UTC)
    facts = {"when": localtime(newest[0]).strftime("%Y-%m-%d %H:%M")}
    if age > BACKUP_OLD:
        return broken(_("The newest backup is of %(when)s: too old.") % facts, url)
    if age > BACKUP_AGE:
        return missing(_("The newest backup is of %(when)s. Let one be made every night.") % facts, url)
    return fine(_("The newest is of %(when)s.") % facts, url)


def backup_apart(now: datetime) -> Asked:
    """Whether the backup outlives this disk, and the keys lie apart from it."""
    url = address("managers:backups")
    newest = backups.last()
    if newest is None or not Path(newest[1]).exists():
        return missing(
            _("No backup lies where it was made; see to it that it is copied to another machine."), url
        )
    folder = Path(newest[1])
    if (folder / backups.KEYS_FILE).exists():
        return missing(
            _(
                "The keys lie in the same folder as the newest backup. Move keys.bak to another place: "
                "only then is a forgotten customer forgotten there too."
            ),
            url,
        )
    if os.stat(folder).st_dev == os.stat(settings.BIHUAN_DATA).st_dev:
        return missing(
            _(
                "The backup lies on the same disk as the data. Name another one in BIHUAN_BACKUPS, or "
                "copy it elsewhere."
            ),
            url,
        )
    return fine(_("It lies on another disk, the keys apart from it."), url)


def way_in(now: datetime) -> Asked:
    """Whether people reach the product, and nobody listens on the way."""
    parts = urlsplit(settings.BIHUAN_ADDRESS)
    host = parts.hostname or ""
    if host in LOOPBACK:
        return missing(
            _(
                "The address is %(address)s: only this machine can open it, and links in messages lead "
                "nowhere. Set BIHUAN_ADDRESS."
            )
            % {"address": settings.BIHUAN_ADDRESS}
        )
    if parts.scheme != "https":
        return broken(
            _(
                "The address is not https: passwords and personal data travel readable. Put a proxy with "
                "TLS in front and set BIHUAN_ADDRESS."
            )
        )
    return fine(settings.BIHUAN_ADDRESS)


def hosts(now: datetime) -> Asked:
    """Whether the product answers to its own name, and to no other."""
    host = urlsplit(settings.BIHUAN_ADDRESS).hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        return broken(_("The product answers to any host name. Name yours in BIHUAN_HOSTS."))
    names = {name.strip("[]") for name in settings.ALLOWED_HOSTS}
    if host not in names and not any(name.startswith(".") and host.endswith(name) for name in names):
        return broken(_("The product does not answer to %(host)s. Add it to BIHUAN_HOSTS.") % {"host": host})
    if settings.BIHUAN_ADDRESS not in settings.CSRF_TRUSTED_ORIGINS:
        return broken(
            _("Forms sent from %(address)s are refused: it is no trusted origin.")
            % {"address": settings.BIHUAN_ADDRESS}
        )
    return fine(", ".join(sorted(names - LOOPBACK)) or host)


def proxies(now: datetime) -> Asked:
    """Behind TLS there is a proxy: tries must be counted by the client's address, not by the proxy's."""
    if settings.BIHUAN_ADDRESS.startswith("https://") and settings.BIHUAN_PROXIES == 0:
        return broken(
            _(
                "TLS ends in a proxy, but BIHUAN_PROXIES is 0: all visitors share one allowance of tries. "
                "Set it to 1."
            )
        )
    return fine()


HOUSE = (
    Named(code="database", title=gettext_lazy("Database"), check=database),
    Named(code="clock", title=gettext_lazy("Clock"), check=clock),
    Named(code="worker", title=gettext_lazy("Worker"), check=worker),
    Named(code="time", title=gettext_lazy("Time"), check=moved_time),
    Named(code="zone", title=gettext_lazy("Time zone"), check=zone),
    Named(code="disk", title=gettext_lazy("Disk"), check=disk),
    Named(code="secrets", title=gettext_lazy("Secrets"), check=secrets),
    Named(code="backup", title=gettext_lazy("Backup"), check=backup),
    Named(code="backup_apart", title=gettext_lazy("Backup kept apart"), check=backup_apart),
    Named(code="way_in", title=gettext_lazy("Address"), check=way_in),
    Named(code="hosts", title=gettext_lazy("Host names"), check=hosts),
    Named(code="proxies", title=gettext_lazy("Proxies"), check=proxies),
)
