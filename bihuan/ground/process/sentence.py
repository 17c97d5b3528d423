"""What is wrong with a card, as words with blanks: English here, any language for whoever has the translations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


def _(words: str) -> str:
    """Marks words for the translators; who shows them to a reader translates them (`Sentence.said`)."""
    return words


@dataclass(frozen=True)
class Sentence:
    """`facts` fill the blanks of `words`; a fact may be a sentence of its own."""

    words: str
    facts: dict[str, Any] = field(default_factory=dict)

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` turns words into."""
        told = {
            name: fact.said(translate) if isinstance(fact, Sentence) else fact
            for name, fact in self.facts.items()
        }
        return translate(self.words) % told

    def __str__(self) -> str:
        return self.said(lambda words: words)


def sentence(words: str, **facts: Any) -> Sentence:
    return Sentence(words, facts)
