"""Asking what we know: which standard symptoms and dangers lie in a customer's words."""

from collections.abc import Iterable

from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import hazards, standard_symptoms


def symptoms_in(words: str, *, category: str = "") -> list[str]:
    """The codes of the standard symptoms that these words name, most telling first."""
    return [code for code, _phrase in standard_symptoms(words, category or None)]


def hazards_in(words: str) -> list[str]:
    """The kinds of danger that these words name."""
    return [alarm.hazard.code for alarm in hazards(words)]


def core_function_lost(symptoms: Iterable[str]) -> bool:
    """Whether one of these symptoms means that the machine does not do what it is for."""
    wanted = set(symptoms)
    return any(symptom.core for symptom in shipped().symptoms if symptom.code in wanted)
