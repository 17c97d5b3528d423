"""One shape for every refusal of the API: `{"message", "fields"}`, in the reader's language."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.errors import NotFound, Refusal

LOG = logging.getLogger("bihuan.api")


class TooLarge(Refusal):
    status = 413

    def __init__(self) -> None:
        super().__init__(
            _("This is too large: at most 20 MiB in one request. Send large files by multipart.")
        )


class BrokenJson(Refusal):
    status = 400

    def __init__(self) -> None:
        super().__init__(_("The body is not JSON that can be read."))


class TooOften(Refusal):
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many tries from this address. Wait a few minutes."))


SENTENCES = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("There is no field of this name."),
    "string_type": gettext_lazy("This must be a text."),
    "string_too_long": gettext_lazy("This is too long; at most %(max_length)s characters."),
    "string_too_short": gettext_lazy("This must not be empty."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "float_type": gettext_lazy("This must be a number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "list_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "too_long": gettext_lazy("These are too many; at most %(max_length)s."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "date_type": gettext_lazy("This is not a day; write it as 2026-05-31."),
    "date_parsing": gettext_lazy("This is not a day; write it as 2026-05-31."),
    "date_from_datetime_parsing": gettext_lazy("This is not a day; write it as 2026-05-31."),
    "unreadable": gettext_lazy("This holds signs that cannot be written down."),
}


def refusal(message: str, *, status: int, fields: Mapping[str, str] | None = None) -> JsonResponse:
    """The one shape."""
    said = {"message": message, "fields": dict(fields or {})}
    response = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refused(said: Refusal) -> JsonResponse:
    return refusal(str(said), status=said.status, fields=said.fields)


def invalid(errors: list[dict[str, Any]]) -> JsonResponse:
    """What pydantic found, a sentence a field; broken JSON is another status."""
    if any(error["type"] == "json_invalid" for error in errors):
        return refused(BrokenJson())
    fields = {place_of(error["loc"]): sentence(error) for error in errors}
    if not any(fields):
        return refusal(_("The body must be a JSON object."), status=422)
    return refusal(_("This was not accepted yet: please mend the marked fields."), status=422, fields=fields)


def place_of(path: tuple[int | str, ...]) -> str:
    """`machine.bought_on`, `attachments.0.name`: where a sender finds it in their own body."""
    told = path[2:] if path[:1] == ("body",) else path  # "body" is followed by our own name of the parameter
    inside = [str(part) for part in told if part not in {"query", "path", "text", "object"}]
    return ".".join(inside)


def sentence(error: Mapping[str, Any]) -> str:
    found = SENTENCES.get(error["type"])
    if found is None:
        return _("This value is not one that can be used here.")
    params: dict[str, Any] = error.get("ctx", {})
    return str(found) % params


def in_one_shape(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whatever a view answers or raises, a refusal leaves in the one shape."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except RequestDataTooBig:
            return refused(TooLarge())
        except SuspiciousOperation:
            return refusal(_("This request cannot be read."), status=400)
        except Http404:
            return refused(NotFound())
        if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(
            "application/json"
        ):
            return response
        said = refusal(generally(response.status_code), status=response.status_code)
        if "Allow" in response.headers:
            said.headers["Allow"] = response.headers["Allow"]
        return said

    setattr(answered, "csrf_exempt", True)  # noqa: B010 (a bearer token is no cookie)
    return answered


def generally(status: int) -> str:
    """What a status means when nobody said more."""
    match status:
        case 404:
            return _("There is nothing here, or it is not yours to see.")
        case 405:
            return _("This address does not take that method.")
        case 400:
            return _("This request cannot be read.")
    return _("This was refused.")


def accident(request: HttpRequest, error: Exception) -> HttpResponse:
    """Something broke on our side: where, without its words, goes to the log."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}" if last else ""
    LOG.error("%s at %s", type(error).__qualname__, where)
    return refusal(broken(), status=500)


def broken() -> str:
    return _("Something went wrong on our side. Nothing was changed; please try again later.")
