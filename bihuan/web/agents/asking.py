"""The questions of a report by name, and the words for where a machine is used."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.knowledge.queries import knowledge
from bihuan.web.agents.rows import in_language

QUESTIONS: dict[str, Lazy] = {
    "what": _("Which machine"),
    "happened": _("What happened"),
    "when": _("When"),
    "where": _("Where"),
    "who": _("Who"),
    "how": _("How"),
    "trigger": _("What went before"),
}


def environment_words(code: str) -> str:
    """A place of use in the reader's language; a text that is no code stays as it is."""
    known = next((one for one in knowledge().script.environment if one.code == code), None)
    return in_language(known) if known else code
