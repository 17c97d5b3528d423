"""The chains of many cases at once, as the ledger reads them: only the entries that its clauses listen to."""

import json
from collections import defaultdict
from collections.abc import Iterable

from bihuan.ground.journal.event import KINDS
from bihuan.ground.journal.models import Entry
from bihuan.service.cases.events import (
    CaseBroughtIn,
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseRested,
    CaseResumed,
    CaseUnmerged,
)
from bihuan.service.commitments.events import BreachWithdrawn, PromisesMade, PromisesVoided
from bihuan.service.commitments.ledger import EXCHANGING, Happened

ALWAYS_READ = EXCHANGING | {
    CaseOpened.kind,
    CaseBroughtIn.kind,
    CaseRested.kind,
    CaseResumed.kind,
    CaseMerged.kind,
    CaseUnmerged.kind,
    CaseClosed.kind,
}
TOLD_ALREADY = frozenset({PromisesMade.kind, PromisesVoided.kind, BreachWithdrawn.kind})

type Stories = dict[int, list[Happened]]


def stories_of(chains: Iterable[int], kinds: Iterable[str]) -> Stories:
    """Chain → its entries of these kinds and of those that every case has, in the order written. One statement.

    What was brought in from another system counts from the moment when that was done.
    """
    found: Stories = defaultdict(list)
    wanted = Entry.objects.filter(chain_id__in=list(chains), kind__in=sorted({*kinds, *ALWAYS_READ}))
    rows = wanted.order_by("chain_id", "seq").values_list(
        "chain_id", "kind", "version", "body", "happened_at", "recorded_at"
    )
    for chain, kind, version, body, happened_at, recorded_at in rows.iterator(chunk_size=2000):
        event = KINDS[kind].read(json.loads(body)["facts"], version=version)
        told = Happened(
            kind=kind,
            facts=vars(event),
            happened_at=recorded_at if kind == CaseBroughtIn.kind else happened_at,
            recorded_at=recorded_at,
            version=version,
        )
        found[chain or 0].append(told)
    return found
