"""What is a low score, when to ask, and when silence closes a case. Values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

RATINGS = ("speed", "effect", "attitude", "overall")
LOW_BELOW = 4
LOW_OPINIONS = frozenset({"fair", "dissatisfied"})  # 一般, 不满意 on the service sheet
CONFIRM_WITHIN = timedelta(minutes=15)
SURVEY_AFTER = timedelta(
    hours=2
)  # well inside the 24 hours promised, and not in the same breath as the confirm
SILENCE = timedelta(hours=72)
LONGEST_WORDS = 2000
ASKING = (
    "?", "？", "请", "希望", "需要", "想要", "能不能", "能否", "可否", "什么时候", "多久", "怎么", "为什么", "还有一",
    "还是不", "还是没", "又坏", "没修好", "没解决", "不好用", "投诉", "退款", "退货", "换货", "赔", "发票", "回电",
    "联系我", "给我", "再来", "另外", "please", "could you", "can you", "when will", "still not", "refund", "call me",
    "complain",
)  # fmt: skip
"""How it sounds when somebody asks for something. Better once too often: a person looks at it."""


@dataclass(frozen=True)
class Reason:
    """Why an answer was not taken: a field and a code; the sentence stands in `errors.py`."""

    field: str
    code: str


def sounds_like_asking(words: str) -> bool:
    """Whether a comment asks for something, by the words that people use for it."""
    told = words.lower()
    return any(mark in told for mark in ASKING)


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


def silent_since(now: datetime) -> datetime:
    """Whoever was asked at or before this moment and said nothing has been silent for 72 hours."""
    return now - SILENCE
