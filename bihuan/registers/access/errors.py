"""Refusals about who may do what. The base of every refusal in the house stands here, at the lowest floor
that speaks to people."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


class Refusal(Exception):
    """Something was refused; `str()` is a sentence for the person who must act, in the reader's language.

    `fields` names what to mend: field → sentence. `status` is what the API answers.
    """

    status = 422

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class LostRace(Refusal):
    """Somebody else was faster; the sentence says who or what."""

    status = 409


class NotAllowed(Refusal):
    """This role may not do this."""

    status = 403

    def __init__(self, verb: str) -> None:
        super().__init__(_("Your role does not allow this. Ask an administrator if you need it."))
        self.verb = verb


class NotFound(Refusal):
    """There is no such thing, or not for this viewer: both sound the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is nothing here, or it is not yours to see."))


class NotSignedIn(Refusal):
    """No token, a wrong one, or one that ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("Sign in first, or send a valid token."))
