"""What is a low score, when to ask, and when silence closes a case. Values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

RATINGS = ("speed", "effect", "attitude", "overall")
LOW_BELOW = 4
LOW_OPINIONS = frozenset({"so_so", "dissatisfied"})
CONFIRM_WITHIN = timedelta(minutes=15)
SURVEY_AFTER = timedelta(hours=2)  # well inside the 24 hours promised, and not in the same breath as the confirm
SILENCE = timedelta(hours=72)
LONGEST_WORDS = 2000


@dataclass(frozen=True)
class Reason:
    """Why an answer was not taken: a field and a code; the sentence stands in `errors.py`."""

    field: str
    code: str


def is_low(ratings: Mapping[str, int]) -> bool:
    """Any of the four under 4: somebody rings."""
    return any(value < LOW_BELOW for value in ratings.values())


def faults_of(ratings: Mapping[str, object]) -> list[Reason]:
    """What keeps these ratings from being an answer: each must be a whole number from 1 to 5."""
    return [
        Reason(name, "no_rating")
        for name in RATINGS
        if not isinstance(ratings.get(name), int)
        or isinstance(ratings.get(name), bool)
        or not 1 <= int(str(ratings[name])) <= 5
    ]


def silent_long_enough(*, asked_at: datetime | None, done_at: datetime, now: datetime) -> bool:
    """72 hours without objection, counted from when the customer was asked."""
    return asked_at is not None and now - max(asked_at, done_at) >= SILENCE
