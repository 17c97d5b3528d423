"""Asks at a terminal what a company says of itself, each question until its answer can be taken."""

from collections.abc import Callable
from dataclasses import replace

from bihuan.web.managers.founding import Founding, base_profiles, calendars, faults
from bihuan.web.managers.founding_form import brands_of

QUESTIONS = (
    ("company", "Name of the company"),
    ("hotline", "Hotline (may be empty)"),
    ("brands", "Brands, commas between (may be empty)"),
    ("tree", "Regions and service points, one a line; an empty line ends"),
    ("office_hours", "Hours of the office"),
    ("field_hours", "Hours of visits"),
    ("profile", "Commitment profile"),
    ("login", "Your sign-in name"),
    ("name", "Your name"),
    ("phone", "Your mobile phone (may be empty)"),
)


def ask_all(founding: Founding, *, say: Callable[[str], None]) -> Founding:
    """The same founding with everything asked; what is known already stands in brackets and is taken by Enter."""
    say("Press Enter to take what stands in [brackets].")
    say(f"Calendars: {', '.join(card.code for card in calendars())}")
    say(f"Profiles: {', '.join(name for name, _title in base_profiles())}")
    for field, question in QUESTIONS:
        while True:
            if field == "name" and not founding.name:
                founding = replace(founding, name=founding.login)
            founding = _with(founding, field, _ask(founding, field, question))
            sentence = faults(founding).get(field, "")
            if not sentence:
                break
            say(sentence)
    return founding


def _ask(founding: Founding, field: str, question: str) -> str:
    if field == "tree":
        return _lines(founding.tree, question)
    held = getattr(founding, field)
    default = ", ".join(held) if field == "brands" else str(held)
    typed = input(f"{question} [{default}]: " if default else f"{question}: ").strip()
    return typed or default


def _lines(held: str, question: str) -> str:
    lines: list[str] = []
    print(f"{question}:")
    while line := input("  ").rstrip():
        lines.append(line)
    return "\n".join(lines) or held


def _with(founding: Founding, field: str, told: str) -> Founding:
    if field == "brands":
        return replace(founding, brands=brands_of(told))
    return replace(founding, **{field: told})  # type: ignore[arg-type]  # every other field is text
