"""Before there is a company: every door of the staff leads to the page on which it is founded."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from bihuan.registers.access.signing_in import anybody_known
from bihuan.registers.organisation.founded import has_company

START = "managers:start"


def waits_for_company() -> bool:
    """Whether this installation has nobody who could sign in, and no head office. One statement where it has."""
    return not anybody_known() and not has_company()


def company_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that is of no use before there is a company: until then it leads to the first page."""

    @wraps(view)
    def enter(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        return redirect(START) if waits_for_company() else view(request, *args, **kwargs)

    return enter
