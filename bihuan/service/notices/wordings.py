"""The texts that an administrator wrote in place of shipped ones: remembered in this process, so that a message
costs no statement; every few seconds one small question asks whether a row changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from django.db.models import Max, Q, QuerySet

from bihuan.service.notices.models import Wording
from bihuan.service.notices.rules import Blanks, blanks_of
from bihuan.service.notices.texts import Parts, shipped
from bihuan.service.notices.words import KINDS

KEPT_SECONDS = 5.0
LANGUAGES = ("zh-hans", "zh-hant", "en")
type Message = tuple[str, str, str]  # audience, kind, language


@dataclass
class _Remembered:
    own: Mapping[Message, Parts] = field(default_factory=dict)
    mark: datetime | None = None
    looked_at: float = field(default=float("-inf"))


_remembered = _Remembered()


def parts_of(audience: str, kind: str, *, language: str) -> Parts:
    """The text in force: an own one of this language, else, for Traditional Chinese, that of Simplified, else the
    shipped one. A language that nobody writes in reads English."""
    own = _own()
    for tried in _languages(language):
        if (found := own.get((audience, kind, tried))) is not None:
            return found
    return shipped_parts(audience, kind, language=language)


def shipped_parts(audience: str, kind: str, *, language: str) -> Parts:
    """The text as it ships."""
    parts = shipped()[audience][kind]
    tongue = "zh" if language.startswith("zh") else "en"
    return Parts(subject=parts[f"subject_{tongue}"], words=parts[tongue])


def blanks_for(audience: str, kind: str, *, language: str) -> Blanks:
    """Which placeholders a text of this message must have and may have: those of the shipped one."""
    parts = shipped_parts(audience, kind, language=language)
    return Blanks(subject=blanks_of(parts.subject), words=blanks_of(parts.words))


def forget() -> None:
    """Read the rows anew at the next question: something was changed here."""
    _remembered.looked_at = float("-inf")
    _remembered.mark = None
    _remembered.own = {}


def wordings_listed(search: str = "") -> QuerySet[Wording]:
    """Every text, own and shipped, for its register."""
    found = Wording.objects.all()
    if not search:
        return found
    wanted = search.casefold()
    titled = [kind for kind, title in KINDS.items() if wanted in str(title).casefold()]
    said = Q(pk__in=[])
    for audience, kinds in shipped().items():
        for kind, parts in kinds.items():
            if any(wanted in part.casefold() for part in parts.values()):
                said |= Q(audience=audience, kind=kind, words="")
    return found.filter(
        Q(kind__icontains=search)
        | Q(kind__in=titled)
        | Q(words__icontains=search)
        | Q(subject__icontains=search)
        | said
    )


def _languages(language: str) -> tuple[str, ...]:
    if language == "zh-hant":
        return ("zh-hant", "zh-hans")
    return ("zh-hans",) if language.startswith("zh") else ("en",)


def _own() -> Mapping[Message, Parts]:
    held, at = _remembered, monotonic()
    if at - held.looked_at < KEPT_SECONDS:
        return held.own
    mark: datetime | None = Wording.objects.aggregate(changed=Max("changed_at"))["changed"]
    if mark is None or mark != held.mark:
        held.own = {
            (row.audience, row.kind, row.language): Parts(subject=row.subject, words=row.words)
            for row in Wording.objects.exclude(words="")
        }
        held.mark = mark
    held.looked_at = at
    return held.own
