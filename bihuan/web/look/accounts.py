"""How staff sign in: nobody signs up by themselves, and some roles need a second factor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from bihuan.web.look.errors import not_found
from bihuan.web.look.whence import whence


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the package ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """By which failed sign-ins are counted."""
        return whence(request) or "nowhere"


def nothing_by_mail(request: HttpRequest, what: str) -> HttpResponse:
    """Staff have no e-mail here: an administrator sets a password anew, so these pages of the package are none."""
    return not_found(request)
