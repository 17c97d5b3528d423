"""Between the row of an entry and what its hash covers."""

from bihuan.ground.journal.chain import Link
from bihuan.ground.journal.models import Entry


def link_of(entry: Entry) -> Link:
    """The part of an entry that its hash covers."""
    return Link(
        chain=entry.chain_id or 0,
        seq=entry.seq,
        previous=entry.previous,
        kind=entry.kind,
        version=entry.version,
        body=entry.body,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
    )
