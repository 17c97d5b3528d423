"""Surveys: what customers answered; and answering one, by its private token alone."""

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from bihuan.ground.journal.event import Actor
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.queries import case_by_number
from bihuan.service.satisfaction.asking import answer, survey_by_token
from bihuan.service.satisfaction.hearing import hearing_of
from bihuan.service.satisfaction.queries import SurveyView, surveys_of
from bihuan.service.satisfaction.rules import RATINGS
from bihuan.web.api.door import WRONG_TOKENS, viewer_at
from bihuan.web.api.refusals import TooOften
from bihuan.web.api.shapes import AnswerIn, SurveyOut, everywhere
from bihuan.web.look.doors import moment

router = Router(tags=["surveys"])


@router.get(
    "/cases/{number}/surveys", response={200: list[SurveyOut], **everywhere()}, summary="Surveys of a case"
)
def surveys(request: HttpRequest, number: str) -> list[SurveyOut]:
    """Newest first; ratings are null while unanswered. What the customer wrote is read by whoever holds the case or
    its callback; `wrote` tells the others that there is something."""
    viewer = viewer_at(request)
    case = case_by_number(viewer, number)
    if viewer.is_staff:
        viewer.must("survey.read")
    hand = keys(case.customer.key)
    hearing = hearing_of(viewer, case, hand, now=moment(request))
    return [_out(each, words=hearing.thought(each.words)) for each in surveys_of(case.id, hand)]


@router.post(
    "/surveys/{token}",
    response={201: SurveyOut, **everywhere(409, 422)},
    auth=None,
    summary="Answer a survey, once",
)
def answer_one(request: HttpRequest, token: str, given: AnswerIn) -> Status[SurveyOut]:
    """The token of the private link is what lets the customer in; a second answer is refused."""
    if WRONG_TOKENS.spent(request):
        raise TooOften
    try:
        survey = survey_by_token(token)
    except NotFound:
        WRONG_TOKENS.count(request)
        raise
    case = survey.case
    by = Actor(kind="customer", id=case.customer_id)
    ratings = {name: int(getattr(given, name)) for name in RATINGS}
    answer(survey, ratings, words=given.words, by=by, now=moment(request))
    kept = next(each for each in surveys_of(case.id, keys(case.customer.key)) if each.id == survey.id)
    return Status(201, _out(kept, words=kept.words))


def _out(view: SurveyView, *, words: str) -> SurveyOut:
    """`words` as this reader may see them; `wrote` says whether there are any."""
    return SurveyOut(
        sent_at=view.sent_at,
        answered_at=view.answered_at,
        solved=view.solved,
        ratings=view.ratings,
        words=words,
        wrote=bool(view.words),
    )
