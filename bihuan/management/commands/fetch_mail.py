"""`manage.py fetch_mail`: looks into the mailbox again and again and keeps what is new, until it is told to stop. One
of the processes of `serve` where a mailbox is set up. Any number may run at once: one of them reads."""

import logging
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from bihuan.ground.worktime import clock
from bihuan.management.stopping import when_told_to_stop
from bihuan.registers.channels.mail.account import Account, NotSetUp, account
from bihuan.registers.channels.mail.fetching import Round, fetch
from bihuan.service.intake.arriving import keep

log = logging.getLogger("bihuan.mail")

LONGEST_WAIT_SECONDS = 300.0


class Command(BaseCommand):
    help = "Fetch mail: keep what is new in the mailbox, each few seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=15.0, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="one look, then stop; 1 when it failed")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        try:
            held = account()
        except NotSetUp as missing:
            raise CommandError(
                "No mailbox is set up: BIHUAN_IMAP_HOST and BIHUAN_IMAP_USER name it."
            ) from missing
        if once:
            self._once(held)
            return
        stop, failures = when_told_to_stop(), 0
        while not stop.is_set():
            went_well, more = look(held)
            failures = 0 if went_well else failures + 1
            if not more:
                stop.wait(min(every * 2 ** min(failures, 8), LONGEST_WAIT_SECONDS))

    def _once(self, held: Account) -> None:
        more = True
        while more:
            done = fetched(held)
            if done is None:
                self.stdout.write("Another fetcher is at this mailbox.")
                return
            if done.trouble:
                raise CommandError(f"The mailbox cannot be read: {done.trouble}.")
            self.stdout.write(f"{done.fresh} new, {done.known} known, {done.left} left.")
            more = done.more


def fetched(held: Account) -> Round | None:
    """One look into the mailbox."""
    return fetch(held, keep_mail, now=clock.now())


def keep_mail(raw: bytes, once: str, received_at: datetime) -> bool:
    """Keep a mail's very bytes; whether it is new."""
    return keep("mail", raw, once=once, now=clock.now(), received_at=received_at).fresh


def look(held: Account) -> tuple[bool, bool]:
    """One round, whatever may be away: whether it went well, and whether more is waiting. Says what went wrong, never
    what a mail says."""
    close_old_connections()
    try:
        done = fetched(held)
    except DatabaseError as error:
        log.warning("Mail must wait: %s", type(error).__name__)
        connection.close()
        return False, False
    finally:
        close_old_connections()
    if done is not None and done.trouble:
        log.warning("The mailbox cannot be read: %s", done.trouble)
        return False, False
    return True, done is not None and done.more
