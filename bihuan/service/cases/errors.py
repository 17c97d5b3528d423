"""Why a case cannot do what was asked, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.ground.process.card import Card
from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.cases.words import move_title, need_words, place_title


class MoveLacks(Refusal):
    """The move starts here, but something is still missing."""

    status = 409

    def __init__(self, number: str, card: Card, move: str, lacking: frozenset[str]) -> None:
        super().__init__(
            _("Case %(number)s cannot “%(move)s” yet. It still needs: %(needs)s.")
            % {"number": number, "move": move_title(card, move), "needs": _(", ").join(need_words(lacking))}
        )
        self.lacking = lacking


class MoveElsewhere(Refusal):
    """The case stands where this move does not start."""

    status = 409

    def __init__(self, number: str, card: Card, move: str, place: str) -> None:
        super().__init__(
            _("Case %(number)s stands at “%(place)s”; “%(move)s” does not start there.")
            % {"number": number, "move": move_title(card, move), "place": place_title(card, place)}
        )


class MoveUnknown(Refusal):
    def __init__(self, number: str, move: str) -> None:
        super().__init__(
            _("The card of case %(number)s has no step called “%(move)s”.")
            % {"number": number, "move": move[:40]}
        )


class MoveNotYours(Refusal):
    status = 403

    def __init__(self, number: str, card: Card, move: str) -> None:
        super().__init__(
            _("“%(move)s” on case %(number)s is not for your role.")
            % {"number": number, "move": move_title(card, move)}
        )


class ReasonNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say why: this step needs a reason."), fields={"reason": _("Say why.")})


class HoldReasonNeeded(Refusal):
    """Clocks rest for four reasons only, and one of them must be named."""

    def __init__(self) -> None:
        super().__init__(
            _("Say what is waited for: the customer, parts, the supplier, or force majeure."),
            fields={"reason": _("Say what is waited for.")},
        )


class CaseMovedMeanwhile(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("Somebody moved case %(number)s a moment ago. Look at where it stands now.")
            % {"number": number}
        )


class OwnerNeeded(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s was not proposed to you, or somebody else has it by now.") % {"number": number}
        )


class NoteEmpty(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write something first."), fields={"words": _("Write something first.")})


class GradeUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("Choose one of the three grades: general, complex or major."),
            fields={"grade": _("Choose one of the three grades: general, complex or major.")},
        )


class PlanNotTold(Refusal):
    """A note is to say that the customer knows the plan, but not how they were told."""

    def __init__(self) -> None:
        super().__init__(
            _("Say how the customer was told: by phone, by SMS, by e-mail, by chat or on site."),
            fields={"contact": _("Say how the customer was told.")},
        )


class WriteUpUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This is not written up by hand; it follows from the work itself."))


class NotYourApproval(Refusal):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("A plan is approved by an approver or supervisor, and never by whoever wrote it."))


class SupportLacks(Refusal):
    """A question or an answer of technical support is not whole: field → sentence."""

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()), fields=fields)


class SupportAskedAlready(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("Technical support was asked about case %(number)s already; its answer is awaited.")
            % {"number": number}
        )


class SupportAnsweredAlready(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("Somebody else answered the question about case %(number)s already.") % {"number": number}
        )


class MentionedUnknown(Refusal):
    """The name after an @ is nobody's; it is not said again, for it may be a customer's."""

    def __init__(self) -> None:
        sentence = _("Nobody here has the name or login that stands after the @. Choose one from the list.")
        super().__init__(sentence, fields={"words": sentence})


class MentionedTwofold(Refusal):
    """Two colleagues of one name."""

    def __init__(self, name: str, logins: list[str]) -> None:
        sentence = _("%(name)s is the name of several people. Write @ and a login: %(logins)s.") % {
            "name": name,
            "logins": _(", ").join(logins[:5]),
        }
        super().__init__(sentence, fields={"words": sentence})


class MentionedBlind(Refusal):
    """Somebody was named who may not see the case."""

    status = 403

    def __init__(self, name: str) -> None:
        sentence = _("%(name)s may not see this case, so they cannot be asked to read it.") % {"name": name}
        super().__init__(sentence, fields={"words": sentence})


class SnoozeRefused(Refusal):
    """A case cannot be put off like this: closed, without a reason, or not until then."""

    def __init__(self, what: str) -> None:
        sentences = {
            "closed": _("This case is closed; there is nothing to put off."),
            "reason": _("Say why it is put off."),
            "until": _("Put it off until a moment within the next 14 days."),
        }
        super().__init__(sentences[what], fields={what: sentences[what]})


class HandOverEmpty(Refusal):
    def __init__(self) -> None:
        sentence = _("Nothing of yours presses, so write what the next shift should know.")
        super().__init__(sentence, fields={"words": sentence})


class HandOverPersonal(Refusal):
    """A phone number stands in a note that no customer's key seals."""

    def __init__(self) -> None:
        sentence = _("Leave phone numbers out and name the case by its number; its page has the rest.")
        super().__init__(sentence, fields={"words": sentence})


class HandOverOwn(Refusal):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("You wrote this note yourself; the next shift takes it."))


class HandOverTaken(LostRace):
    def __init__(self) -> None:
        super().__init__(_("Somebody else has taken this note already."))


class FileHurts(Refusal):
    """The virus scanner found something in a file."""

    def __init__(self, found: str) -> None:
        super().__init__(
            _("The virus scanner found %(found)s in this file; it is not handed out.") % {"found": found}
        )


class FileNotLookedThrough(Refusal):
    """The virus scanner has not seen this file yet."""

    def __init__(self) -> None:
        super().__init__(_("The virus scanner has not looked through this file yet. Try again in a minute."))


class CaseIsMerged(LostRace):
    """The case goes on in another one."""

    def __init__(self, number: str, into: str) -> None:
        told = {"number": number, "into": into}
        super().__init__(_("Case %(number)s goes on in case %(into)s: work on that one.") % told)


class WorkIsOver(Refusal):
    """A partner's work on the case is done: nobody there needs to reach the customer any more."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your work on this case is done, so its customer stays masked. Ask head office if you must reach them."
            )
        )


class CannotMerge(Refusal):
    """Two cases cannot be made one; `code` says why."""

    status = 409

    def __init__(self, code: str) -> None:
        super().__init__(
            {
                "itself": _("A case cannot be merged into itself."),
                "customer": _("These cases are of two customers. Only cases of one customer can be merged."),
                "closed": _("Only open cases can be merged."),
                "begun": _(
                    "A technician has this job already. Merge the other case into it, or release them."
                ),
                "platform": _("A platform ordered this case. Merge the other case into it."),
                "apart": _("This case is not merged."),
            }[code]
        )
        self.code = code


class CannotSort(Refusal):
    """A case cannot be sorted so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(
            {
                "unknown": _("Choose one of the list."),
                "begun": _("Work has begun under this kind. Close the case and take a new report instead."),
                "danger": _("These words tell of danger. Say first that there is none."),
                "joined": _("These words have no case of their own to make."),
            }[code]
        )
        self.code = code
