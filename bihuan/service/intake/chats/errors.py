"""Refusals about chats."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class ChatTakenBy(LostRace):
    def __init__(self, name: str) -> None:
        if name:
            super().__init__(_("%(name)s has taken this chat already.") % {"name": name})
        else:
            super().__init__(_("This chat does not wait any more."))


class ChatOver(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This chat is over. Please begin another."))


class ChatNotYours(Refusal):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Only the agent who has this chat may do that. Take it first."))


class TooManyChats(Refusal):
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(
            _("You have %(most)s chats already. End one before you take another.") % {"most": most}
        )


class LineRefused(Refusal):
    """A line without words or file, or one that is too long."""

    def __init__(self, most: int) -> None:
        sentence = _("Write something, at most %(most)s characters.") % {"most": most}
        super().__init__(sentence, fields={"words": sentence})


class FileRefused(Refusal):
    def __init__(self) -> None:
        sentence = _("Only photos, videos, sounds and PDFs of up to 10 MB can be sent here.")
        super().__init__(sentence, fields={"files": sentence})


class TooMuch(Refusal):
    """A chat has room for so many lines and files."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("This chat is full. Please begin another, or ring us."))


class NobodyToAsk(Refusal):
    def __init__(self) -> None:
        sentence = _("Choose a colleague who may take chats, other than yourself.")
        super().__init__(sentence, fields={"to": sentence})


class EndWithoutReason(Refusal):
    def __init__(self) -> None:
        sentence = _("Say in a few words what came of this chat.")
        super().__init__(sentence, fields={"why": sentence})


class ReachWrong(Refusal):
    def __init__(self) -> None:
        sentence = _("A phone number or an e-mail address is needed, so that we can answer.")
        super().__init__(sentence, fields={"phone": sentence})


class ScoreWrong(Refusal):
    def __init__(self) -> None:
        sentence = _("Choose a number from 1 to 5.")
        super().__init__(sentence, fields={"score": sentence})


class CaseMadeAlready(LostRace):
    def __init__(self) -> None:
        super().__init__(_("A case came of this chat already."))
