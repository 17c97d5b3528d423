"""Fetching what lies in the mailbox: each mail is kept before the server hears of it, and none is ever deleted.

The row of the mailbox says how far it was read. One fetcher reads at a time; should two do so, each mail is still
kept once, by its key. A mail that cannot be kept is tried again each round and does not stop the others.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from bihuan.registers.channels.mail.account import Account
from bihuan.registers.channels.mail.imap import Folder, Trouble
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.models import Mailbox

LEASE = timedelta(minutes=5)
LOOK_BACK = timedelta(days=2)  # how much is read anew when the server has numbered its mails anew
MOST_LEFT = 200  # mails that wait for another try
A_ROUND = 500  # mails that one look takes in; the rest is for the next
NOTED_EVERY = 10  # mails between two notes of how far we are; after a crash at most these are looked at again

type Keep = Callable[[bytes, str, datetime], bool]
"""Keeps the bytes of a mail under its key, with the moment when it came; whether it is new. Raises when it is not
durable."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What became of one look into the mailbox. `trouble` is a word; empty when all went well."""

    fresh: int = 0  # mails kept now
    known: int = 0  # mails that we had already
    left: int = 0  # mails that could not be kept and wait for another try
    more: bool = False  # whether there was more than one look takes in
    trouble: str = ""


def fetch(held: Account, keep: Keep, *, now: datetime) -> Round | None:
    """Keep all that is new; None when another fetcher is at it. Database errors that mean a database which is away
    are raised; nothing is passed over then."""
    row = _taken(held, now)
    if row is None:
        return None
    try:
        with Folder(held) as folder:
            done = _Reading(folder, row, keep, now).read()
        Mailbox.objects.filter(id=row.id).update(fetched_at=now, trouble="")
        return done
    except Trouble as trouble:
        Mailbox.objects.filter(id=row.id).update(failed_at=now, trouble=trouble.code[:60])
        return Round(trouble=trouble.code, left=len(row.left))
    finally:
        Mailbox.objects.filter(id=row.id, taken_by=row.taken_by).update(taken_until=None, taken_by="")


def mailbox_of(held: Account) -> Mailbox | None:
    """The row of this mailbox; None before it was read for the first time."""
    return Mailbox.objects.filter(name=_name(held)).first()


def _name(held: Account) -> str:
    return hashlib.sha256(held.name.encode()).hexdigest()


def _taken(held: Account, now: datetime) -> Mailbox | None:
    """The mailbox, ours for a while; None when somebody else has it."""
    row, _new = Mailbox.objects.get_or_create(name=_name(held))
    me = secrets.token_hex(8)
    free = Q(taken_until__isnull=True) | Q(taken_until__lte=now) | Q(taken_until__gt=now + 2 * LEASE)
    if not Mailbox.objects.filter(free, id=row.id).update(taken_until=now + LEASE, taken_by=me):
        return None
    return Mailbox.objects.get(id=row.id)


class _Reading:
    """One look into an open folder."""

    def __init__(self, folder: Folder, row: Mailbox, keep: Keep, now: datetime) -> None:
        self.folder, self.row, self.keep, self.now = folder, row, keep, now
        self.fresh = self.known = 0

    def read(self) -> Round:
        self.folder.make_kept_folder()
        waiting = self._waiting()
        try:
            for count, number in enumerate(waiting[:A_ROUND], 1):
                if self._take_in(number):
                    self.row.uid = max(self.row.uid, number)
                if count % NOTED_EVERY == 0:
                    self._note()
        finally:
            self._note()
        left = sum(tries > 0 for tries in self.row.left.values())
        return Round(fresh=self.fresh, known=self.known, left=left, more=len(waiting) > A_ROUND)

    def _waiting(self) -> list[int]:
        """The mails to look at: what comes after the last one, and what was left. In a folder that we see for the
        first time, or that was numbered anew, the row is set to its end before anything is read."""
        row = self.row
        if row.uidvalidity == self.folder.uidvalidity:
            return sorted({*map(int, row.left), *self.folder.after(row.uid)})
        highest = self.folder.highest()
        waiting = (
            self.folder.since((row.fetched_at - LOOK_BACK).date()) if row.fetched_at else self.folder.unread()
        )
        row.uidvalidity, row.uid = self.folder.uidvalidity, highest
        row.left = {str(number): 0 for number in waiting if number <= highest}
        self._note()
        return sorted({*waiting, *self.folder.after(highest)})

    def _take_in(self, number: int) -> bool:
        """Keep one mail, then tell the server. False when it has to be left: the next one is not to wait for it."""
        try:
            found = self.folder.fetch(number)
            if found is not None:
                raw, came = found
                fresh = self.keep(raw, key_of(raw), min(came, self.now))
                self.fresh, self.known = self.fresh + fresh, self.known + (not fresh)
                self.folder.mark_kept(number)
        except Trouble as trouble:
            if trouble.code in {"unreachable", "timeout"}:
                raise
            return self._leave(number)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row is where it was, and so is the mail
        except Exception:  # whatever is wrong with this one, the others must not wait
            return self._leave(number)
        self.row.left.pop(str(number), None)
        return True

    def _leave(self, number: int) -> bool:
        """Remember it for the next round. With too many of them the row stays where it is: something else is wrong."""
        tries = self.row.left.get(str(number), 0)
        if not tries and sum(each > 0 for each in self.row.left.values()) >= MOST_LEFT:
            raise Trouble("too_many_left")
        self.row.left[str(number)] = tries + 1
        self.row.uid = max(self.row.uid, number)
        return False

    def _note(self) -> None:
        """How far we are, for as long as the mailbox is ours."""
        Mailbox.objects.filter(id=self.row.id, taken_by=self.row.taken_by).update(
            uidvalidity=self.row.uidvalidity,
            uid=self.row.uid,
            left=self.row.left,
            taken_until=self.now + LEASE,
        )
