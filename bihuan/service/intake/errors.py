"""Why a report was not accepted, in the reader's language."""

from collections.abc import Sequence

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal
from bihuan.service.intake.rules import Fault

SENTENCES = {
    "no_phone": gettext_lazy(
        "This is not a phone number. A Chinese mobile has 11 digits; others begin with + and the country code."
    ),
    "no_email": gettext_lazy("This is not an e-mail address."),
    "unreachable": gettext_lazy("A phone number or an e-mail address is needed, so that we can answer."),
    "no_words": gettext_lazy("Say what happened, in the customer's own words."),
    "too_long": gettext_lazy("This is too long; at most %(most)s characters."),
    "vague": gettext_lazy("This does not say yet what the machine does or does not do. Ask: %(question)s"),
    "unknown": gettext_lazy("“%(value)s” is not one of the choices."),
    "future": gettext_lazy("This day lies in the future."),
    "too_old": gettext_lazy("This day lies too far in the past."),
    "before_purchase": gettext_lazy("The fault cannot have begun before the machine was bought."),
    "impossible_age": gettext_lazy("The age must lie between 0 and 50 years."),
}


class ReportRefused(Refusal):
    """The report has faults; each field says its own."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        told = {fault.field: sentence_of(fault) for fault in faults}
        super().__init__(_("The report was not accepted yet: please mend the marked fields."), fields=told)


def sentence_of(fault: Fault) -> str:
    params = dict(fault.params)
    if fault.code == "vague":
        params["question"] = params["zh" if (get_language() or "en").startswith("zh") else "en"]
    return str(SENTENCES[fault.code]) % params


class SameKeyOtherBody(Refusal):
    """An idempotency key came back with another request."""

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was already used for a different request. Use a new key."))


class ReasonMissing(Refusal):
    """A message leaves the quarantine with a reason only."""

    def __init__(self) -> None:
        sentence = _("Say why: nothing leaves the quarantine without a reason.")
        super().__init__(sentence, fields={"why": sentence})


class MessageSettledMeanwhile(Refusal):
    """Somebody else decided about this message first."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Somebody has dealt with this message meanwhile. Look at the list again."))
