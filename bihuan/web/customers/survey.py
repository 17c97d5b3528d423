"""/s/TOKEN: four ratings and an open question, answered once, without login and without scripts.

Opening the page changes nothing: mail gateways and phones follow links before people do.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.ground.journal.event import Actor
from bihuan.service.intake.queries import link_of
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.errors import RatingsMissing
from bihuan.service.satisfaction.rules import LONGEST_WORDS
from bihuan.service.satisfaction.words import RATINGS
from bihuan.web.customers.about import hours_of_clause
from bihuan.web.customers.door import linked_page
from bihuan.web.look.doors import moment
from bihuan.web.look.naming import family_name

POINTS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One rating as the page asks it; `chosen` is what was ticked before an error, "" for nothing."""

    name: str
    title: str
    chosen: str
    error: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The survey, the thanks after it, or the same form with what is still missing."""
    asked = asking.survey_by_token(token)
    if request.method != "POST":
        return _shown(request, asked, {})
    ratings = {name: int(value) for name in RATINGS if (value := request.POST.get(name, "")) in POINTS}
    by = Actor(kind="customer", id=asked.case.customer_id)
    try:
        asking.answer(asked, ratings, words=request.POST.get("words", ""), by=by, now=moment(request))
    except RatingsMissing as refusal:
        return _shown(request, asked, dict(refusal.fields), status=422)
    return redirect("customers:survey", token=token)


def _shown(request: HttpRequest, asked: Any, errors: dict[str, str], *, status: int = 200) -> HttpResponse:
    questions = [
        Question(
            name=name, title=str(title), chosen=request.POST.get(name, ""), error=str(errors.get(name, ""))
        )
        for name, title in RATINGS.items()
    ]
    context = {
        "asked": asked,
        "what": what_was_done(asked),
        "ring_within": hours_of_clause("callback"),
        "questions": questions,
        "points": POINTS,
        "words": request.POST.get("words", "")[:LONGEST_WORDS],
        "longest": LONGEST_WORDS,
        "wrong": [question for question in questions if question.error],
        "case_link": link_of(asked.case.report),
    }
    return render(request, "customers/survey.html", context, status=status)


def what_was_done(asked: Any) -> str:
    """The machine the service was about, without any name: 澄川 冰箱."""
    return " ".join(part for part in (asked.brand, family_name(asked.category)) if part) or _("your request")
