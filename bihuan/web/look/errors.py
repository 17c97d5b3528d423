"""Refusals and accidents as pages: what happened, and what to do now. Never a trace, never personal data."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, loader
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "look/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = str(exception or "")
    if said and request.headers.get("HX-Request") == "true":
        return refused(request, said, status=403)
    return render(request, "look/403.html", {"sentence": said}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "look/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: whatever broke must not break this page too."""
    try:
        return HttpResponseServerError(loader.render_to_string("look/500.html"))
    except TemplateDoesNotExist:
        return HttpResponseServerError("500", content_type="text/plain")


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are switched off."""
    sentence = _("This form was open for too long. Please go back, reload the page and send it again.")
    return render(request, "look/403.html", {"sentence": sentence}, status=403)


def refused(request: HttpRequest, sentence: str, *, status: int = 409, back: str = "") -> HttpResponse:
    """A page that says what was refused and what would make it work; `back` is the address to go on."""
    if request.headers.get("X-Chat"):  # the chat's script shows it beside what was not taken
        return JsonResponse({"sentence": sentence}, status=status)
    if request.headers.get("HX-Request") == "true":
        part = render(request, "look/refused.html#sentence", {"sentence": sentence}, status=status)
        part.headers["HX-Retarget"] = "#messages"
        part.headers["HX-Reswap"] = "innerHTML"
        return part
    return render(request, "look/refused.html", {"sentence": sentence, "back": back}, status=status)
