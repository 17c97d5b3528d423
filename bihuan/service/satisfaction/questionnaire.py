"""What a customer is asked after the work: few questions, each on its scale. Pure; checked when the house starts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bihuan.service.satisfaction.rules import RATINGS
from bihuan.service.satisfaction.scales import FIVE_POINTS, Scale, is_attainable

LEAST, MOST = 5, 8  # questions: fewer say too little, more are left half answered


@dataclass(frozen=True)
class Question:
    """One question. No scale: answered in the customer's own words."""

    code: str
    scale: Scale | None = None


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """The questions in their order, and the mean of each rating that we aim at."""

    questions: tuple[Question, ...]
    target_mean: float

    @property
    def scales(self) -> frozenset[Scale]:
        return frozenset(one.scale for one in self.questions if one.scale)


ASKED = Questionnaire(
    questions=(*(Question(code, FIVE_POINTS) for code in RATINGS), Question("words")), target_mean=4.5
)


def faults_of(asked: Questionnaire) -> list[str]:
    """What is wrong with a questionnaire, one sentence each; nothing when it may be used."""
    return [*_length(asked.questions), *_content(asked.questions), *_targets(asked)]


def _length(questions: Sequence[Question]) -> list[str]:
    count = len(questions)
    if LEAST <= count <= MOST:
        return []
    return [f"The questionnaire asks {count} questions; {LEAST} to {MOST} are allowed."]


def _content(questions: Sequence[Question]) -> list[str]:
    found = [
        f"'{code}' is asked {times} times."
        for code, times in Counter(one.code for one in questions).items()
        if times > 1
    ]
    if all(one.scale for one in questions):
        found.append("No question can be answered in the customer's own words.")
    return found


def _targets(asked: Questionnaire) -> list[str]:
    if len(asked.scales) > 1:
        names = ", ".join(sorted(scale.code for scale in asked.scales))
        return [f"One target stands for ratings on different scales: {names}."]
    return [
        f"A mean of {asked.target_mean} is unattainable on {scale.code}: choose one below {scale.best}."
        for scale in asked.scales
        if not is_attainable(asked.target_mean, scale)
    ]
