"""A question, and how it is put to either database's index: the same terms, two languages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bihuan.ground.searching.tokens import ASIDE, needed, normal

LONGEST_QUESTION = 120  # characters
MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the question. `ways` are sets of tokens; one set found whole is enough. `exact` are tokens that
    nothing but the very number has."""

    text: str
    ways: tuple[tuple[str, ...], ...]
    exact: frozenset[str] = frozenset()


def words_in(asked: str) -> list[str]:
    """The words of a question, normalised, each once."""
    return list(dict.fromkeys(normal(asked[:LONGEST_QUESTION]).split()))[:MOST_TERMS]


def term_of(word: str, *, aside: bool, exact: frozenset[str] = frozenset()) -> Term | None:
    """A normalised word as a term; None where it holds nothing that could be found. `aside`: it may also be looked
    for among what only some may search by."""
    plain = needed(word)
    ways = [plain] if plain else []
    if aside and plain:
        ways.append(tuple(ASIDE + one for one in plain))
    ways += [(one,) for one in sorted(exact)]
    return Term(word, tuple(ways), exact) if ways else None


def for_sqlite(terms: Sequence[Term]) -> str:
    """An FTS5 expression. Every token is quoted: nothing a person types is read as its language."""
    return _expression(terms, " AND ", " OR ", _fts5)


def for_postgresql(terms: Sequence[Term]) -> str:
    """A tsquery, each lexeme quoted."""
    return _expression(terms, " & ", " | ", _lexeme)


def _expression(terms: Sequence[Term], both: str, either: str, say: Callable[[str], str]) -> str:
    return both.join(
        f"({either.join(f'({both.join(say(token) for token in way)})' for way in term.ways)})"
        for term in terms
    )


def _fts5(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
