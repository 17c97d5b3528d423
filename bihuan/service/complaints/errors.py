"""Why a complaint was not taken, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class WordsNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write something first."), fields={"words": _("Write something first.")})


class NoticeRefused(Refusal):
    """An authority's notice cannot be written down as it was told; the fault comes from the rules."""

    def __init__(self, fault: str) -> None:
        field, sentence = {
            "authority": ("authority", _("Choose which authority wrote.")),
            "number": ("number", _("The authority's number may have at most 60 signs.")),
            "received_on": ("received_on", _("Say on which day the notice came.")),
            "received_when": ("received_on", _("The notice came on a day of the past two years, or today.")),
            "answer_on": ("answer_on", _("Type the last day for the answer from the notice.")),
            "answer_before": (
                "answer_on",
                _("The last day for the answer cannot lie before the notice came."),
            ),
            "answer_far": ("answer_on", _("The last day for the answer lies more than two years ahead.")),
        }[fault]
        super().__init__(sentence, fields={field: sentence})


class NoticeTaken(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(_("This notice is written down on case %(number)s already.") % {"number": number})


class NoticeAnswered(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("Somebody noted already that the notice about case %(number)s was answered.")
            % {"number": number}
        )
