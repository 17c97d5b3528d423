"""Writing the journal down. The only way in.

Entries written inside one `writing()` block (and `record` opens one) reach the database together: one lock a
chain, one insert, one update of the head, however many events an action records.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from bihuan.ground.journal.chain import canonical, hash_of
from bihuan.ground.journal.entries import link_of
from bihuan.ground.journal.event import Actor, Event, Fact
from bihuan.ground.journal.models import Chain, Entry, Reaction
from bihuan.ground.journal.reactions import ask_for
from bihuan.ground.journal.story import STORY


@dataclass
class _Book:
    """What this transaction has recorded and not yet written."""

    depth: int = 0
    lines: list[tuple[Entry, list[str]]] = field(default_factory=list)
    heads: dict[int, tuple[int, str]] = field(default_factory=dict)


_books = threading.local()


def _book() -> _Book:
    if not hasattr(_books, "open"):
        _books.open = _Book()
    book: _Book = _books.open
    return book


def record(
    event: Event,
    *,
    by: Actor,
    now: datetime,
    chain: int | None = None,
    happened_at: datetime | None = None,
    at_hand: object = None,
) -> None:
    """Write down what happened, then wake whoever waits for it.

    Must run inside a transaction. `happened_at` defaults to `now`; a fact from the future is written as now.
    Entries of no chain prove nothing about their order; entries of one chain are linked by hash.
    """
    happened = min(happened_at or now, now)
    fact = Fact(event=event, by=by, chain=chain, happened_at=happened, recorded_at=now, at_hand=at_hand)
    with writing() as book:
        book.lines.append((_entry(fact, book), STORY.later(event)))
        for react in STORY.at_once(event):
            react(fact)


def record_all(events: Sequence[Event], *, by: Actor, now: datetime, chain: int | None = None) -> None:
    """Several events at the price of one."""
    with writing():
        for event in events:
            record(event, by=by, now=now, chain=chain)


@contextmanager
def writing() -> Iterator[_Book]:
    """Gather what is recorded inside and write it at the end of the outermost block.

    When an exception leaves the block, what was recorded inside is dropped too: put a savepoint around it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The journal is written inside a transaction only.")
    book = _book()
    if book.depth == 0:
        book.lines, book.heads = [], {}
    mark, heads = len(book.lines), dict(book.heads)
    book.depth += 1
    try:
        yield book
    except BaseException:
        del book.lines[mark:]
        book.heads = heads
        raise
    else:
        if book.depth == 1:
            _write(book)
    finally:
        book.depth -= 1


def open_chain() -> int:
    """A new, empty chain for a new story. Returns its number."""
    head = Chain.objects.create()
    if connection.in_atomic_block and _book().depth:
        _book().heads[head.id] = (0, "")
    return head.id


def open_chains(count: int) -> list[int]:
    """So many new, empty chains at the price of one."""
    heads = Chain.objects.bulk_create([Chain() for _ in range(count)])
    if connection.in_atomic_block and _book().depth:
        _book().heads |= {head.id: (0, "") for head in heads}
    return [head.id for head in heads]


def lock_chains(chains: Iterable[int]) -> None:
    """For a transaction that touches several chains: lock them first, always in ascending order."""
    book = _book()
    if not book.depth:
        raise RuntimeError("Lock chains inside a writing() block.")
    wanted = sorted(set(chains) - set(book.heads))
    for head in Chain.objects.select_for_update().filter(id__in=wanted).order_by("id"):
        book.heads[head.id] = (head.length, head.last)


def hold_chain(chain: int) -> None:
    """Lock a story before touching any row it speaks of, so that all who change one case queue in one order.

    For the first line of an action that updates rows before it records. Where the database has one writer at a
    time nothing is asked.
    """
    if connection.features.has_select_for_update:
        Chain.objects.select_for_update().only("id").filter(id=chain).first()


def hold_free_chains(chains: Iterable[int]) -> set[int]:
    """Lock those of these stories that nobody holds at the moment, and say which: for a sweep that may come back to
    the others. Where the database has one writer at a time that is all of them."""
    wanted = sorted(set(chains))
    if not connection.features.has_select_for_update_skip_locked:
        return set(wanted)
    free = Chain.objects.select_for_update(skip_locked=True).filter(id__in=wanted).order_by("id")
    return set(free.values_list("id", flat=True))


def _entry(fact: Fact[Event], book: _Book) -> Entry:
    body = canonical({"facts": fact.event.facts(), "by": [fact.by.kind, fact.by.id]})
    entry = Entry(
        chain_id=fact.chain,
        kind=fact.event.kind,
        version=fact.event.version,
        subject_id=fact.event.subject_id,
        body=body,
        actor_kind=fact.by.kind,
        actor_id=fact.by.id,
        happened_at=fact.happened_at,
        recorded_at=fact.recorded_at,
    )
    if fact.chain is not None:
        if fact.chain not in book.heads:
            lock_chains([fact.chain])
        seq, entry.previous = book.heads[fact.chain]
        entry.seq = seq + 1
        entry.hash = hash_of(link_of(entry))
        book.heads[fact.chain] = (entry.seq, entry.hash)
    return entry


_HEAD = "UPDATE journal_chain SET length = %s, last = %s WHERE id = %s"


def _write(book: _Book) -> None:
    lines, heads = book.lines, book.heads
    book.lines, book.heads = [], {}
    if not lines:
        return
    entries = Entry.objects.bulk_create([entry for entry, _ in lines])
    chains = sorted({entry.chain_id for entry in entries if entry.chain_id})
    if chains:
        with connection.cursor() as cursor:  # a sweep ends a hundred chains at once
            cursor.executemany(_HEAD, [(*heads[chain], chain) for chain in chains])
    owed = [
        Reaction(entry=entry, name=name, next_at=entry.recorded_at)
        for entry, (_, names) in zip(entries, lines, strict=True)
        for name in names
    ]
    if owed:
        ask_for((reaction.id, reaction.name) for reaction in Reaction.objects.bulk_create(owed))
