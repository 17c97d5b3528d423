"""A card from its TOML text. Whatever the card does not know is refused with a sentence for its author."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from bihuan.ground.process.card import STAGES, Card, Move, Place, Said
from bihuan.ground.process.sentence import Sentence, _, sentence

CARD_KEYS = {
    "name",
    "version",
    "kind",
    "title_zh",
    "title_en",
    "starts_at",
    "ends",
    "clock_rests_at",
    "places",
    "moves",
    "reopens",
}
PLACE_KEYS = {"title_zh", "title_en", "guide_zh", "guide_en", "standard_zh", "standard_en", "stage"}
MOVE_KEYS = {
    "title_zh",
    "title_en",
    "leaves",
    "reaches",
    "needs",
    "unticks",
    "allowed_to",
    "asks_reason",
    "outcome",
}


class CardRefused(ValueError):
    """The text is no card; the message says what is wrong and where (`sentence`: to be said in any language)."""

    def __init__(self, words: str, **facts: Any) -> None:
        self.sentence = Sentence(words, facts)
        super().__init__(str(self.sentence))


@lru_cache(maxsize=64)
def read_card(text: str) -> Card:
    """The card a TOML text describes; CardRefused when it is no card. Whether it is sound: `steps.faults`."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise CardRefused(_("The card is no TOML: %(fault)s."), fault=fault) from fault
    name = _text(told, "name", sentence(_("The card")))
    where = sentence(_("The card %(name)s"), name=name)
    _known(told, CARD_KEYS, where)
    return Card(
        name=name,
        version=_version(told, where),
        kind=_text(told, "kind", where),
        title=_said(told, "title", where),
        starts_at=_text(told, "starts_at", where),
        places=tuple(
            _place(key, value, sentence(_("%(card)s, place %(name)s"), card=where, name=key))
            for key, value in _table(told, "places", where)
        ),
        ends=frozenset(_words(told, "ends", where)),
        moves=tuple(
            _move(key, value, sentence(_("%(card)s, move %(name)s"), card=where, name=key))
            for key, value in _table(told, "moves", where)
        ),
        reopens=tuple(
            _move(key, value, sentence(_("%(card)s, reopening %(name)s"), card=where, name=key))
            for key, value in _table(told, "reopens", where)
        ),
        clock_rests_at=frozenset(_words(told, "clock_rests_at", where)),
    )


def read_card_file(path: Path) -> Card:
    """The card in a file; its name must be the file's."""
    card = read_card(path.read_text("utf-8"))
    if card.name != path.stem:
        raise CardRefused(
            _("The card %(name)s stands in a file called %(file)s."), name=card.name, file=path.name
        )
    return card


def _place(name: str, told: dict[str, Any], where: Sentence) -> Place:
    _known(told, PLACE_KEYS, where)
    stage = _text(told, "stage", where)
    if stage not in STAGES:
        raise CardRefused(
            _("%(where)s: the stage %(stage)r is none of %(known)s."),
            where=where,
            stage=stage,
            known=", ".join(STAGES),
        )
    return Place(
        name=name,
        title=_said(told, "title", where),
        guide=_said(told, "guide", where),
        standard=_said(told, "standard", where),
        stage=stage,
    )


def _move(name: str, told: dict[str, Any], where: Sentence) -> Move:
    _known(told, MOVE_KEYS, where)
    asks_reason = told.get("asks_reason", False)
    if not isinstance(asks_reason, bool):
        raise CardRefused(_("%(where)s: asks_reason is true or false."), where=where)
    return Move(
        name=name,
        title=_said(told, "title", where),
        leaves=frozenset(_words(told, "leaves", where)),
        reaches=_text(told, "reaches", where),
        needs=frozenset(_words(told, "needs", where)),
        unticks=frozenset(_words(told, "unticks", where)),
        allowed_to=frozenset(_words(told, "allowed_to", where)),
        asks_reason=asks_reason,
        outcome=_text(told, "outcome", where) if "outcome" in told else "",
    )


def _known(told: dict[str, Any], keys: set[str], where: Sentence) -> None:
    for key in told:
        if key not in keys:
            words = _("%(where)s: nobody knows the word %(key)r; known are %(known)s.")
            raise CardRefused(words, where=where, key=key, known=", ".join(sorted(keys)))


def _version(told: dict[str, Any], where: Sentence) -> int:
    version = told.get("version")
    if type(version) is not int or version < 1:
        raise CardRefused(_("%(where)s: the version is a whole number from 1 on."), where=where)
    return version


def _said(told: dict[str, Any], key: str, where: Sentence) -> Said:
    """Words in both languages; an empty one is left for `faults` to name."""
    both = [told.get(f"{key}_zh", ""), told.get(f"{key}_en", "")]
    if not all(isinstance(words, str) for words in both):
        raise CardRefused(_("%(where)s: %(key)s_zh and %(key)s_en are texts."), where=where, key=key)
    return Said(zh=both[0].strip(), en=both[1].strip())


def _text(told: dict[str, Any], key: str, where: Sentence) -> str:
    words = told.get(key)
    if not isinstance(words, str) or not words:
        raise CardRefused(_("%(where)s: %(key)s is missing."), where=where, key=key)
    return words


def _words(told: dict[str, Any], key: str, where: Sentence) -> list[str]:
    words = told.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise CardRefused(_("%(where)s: %(key)s is a list of words."), where=where, key=key)
    return words


def _table(told: dict[str, Any], key: str, where: Sentence) -> list[tuple[str, dict[str, Any]]]:
    table = told.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, dict) for value in table.values()):
        raise CardRefused(_("%(where)s: %(key)s is a table of tables."), where=where, key=key)
    return list(table.items())
