"""In which language and theme a reader wants the pages: choices over what browser and person say."""

from collections.abc import Iterable

LANGUAGES = ("zh-hans", "zh-hant", "en")
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
COOKIE_AGE = 365 * 24 * 3600  # seconds

_TRADITIONAL = {"hant", "tw", "hk", "mo"}


def known_language(tag: str) -> str | None:
    """The shipped language a tag such as `zh-CN` or `zh_Hant_HK` means, or None for one we do not speak."""
    first, *rest = tag.strip().lower().replace("_", "-").split("-")
    if first == "en":
        return "en"
    if first == "zh":
        return "zh-hant" if _TRADITIONAL & set(rest) and "hans" not in rest else "zh-hans"
    return None


def accepted_language(header: str) -> str | None:
    """The best shipped language of an Accept-Language header (at most 20 of its parts are read), or None."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")[:20]):
        tag, _, quality = part.partition(";")
        wishes.append((-_weight(quality), place, tag))
    known = (known_language(tag) for weight, _, tag in sorted(wishes) if weight < 0)
    return next((language for language in known if language), None)


def _weight(quality: str) -> float:
    name, _, number = quality.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0


def chosen_language(said: Iterable[str | None], header: str) -> str:
    """The first known language among what was said, else the browser's wish, else English."""
    for tag in said:
        if tag and (language := known_language(tag)):
            return language
    return accepted_language(header) or "en"


def chosen_theme(cookie: str | None) -> str:
    """`auto`, `light` or `dark`; anything else is `auto`."""
    return cookie if cookie in THEMES else "auto"
