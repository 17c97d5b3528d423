"""What customers write on the service sheet and in surveys: channels of their own, in which no word is lost.

Whoever asks for something there has reported it: the words join their case, and whoever answers for it is told. What
asks for nothing is kept and counted as answered: the survey and the sheet are where it is read.
"""

import json
from datetime import datetime

from bihuan.ground.journal.event import Actor, Event, Fact
from bihuan.ground.vault.actions import keys, tie
from bihuan.registers.knowledge.queries import hazards_in, symptoms_in
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork.events import OpinionGiven
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.fieldwork.sheets import facts_of
from bihuan.service.intake.actions import receive
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import settle
from bihuan.service.intake.told import Told
from bihuan.service.satisfaction.events import SurveyAnswered
from bihuan.service.satisfaction.models import Survey
from bihuan.service.satisfaction.rules import sounds_like_asking
from bihuan.service.satisfaction.thanks import only_thanks

SLIP, CALLBACK = "slip", "callback"


def hear_sheet(fact: Fact[OpinionGiven]) -> None:
    """What a customer wrote beside their opinion on the sheet."""
    sheet = Sheet.objects.select_related("case__customer__key").filter(id=fact.event.sheet_id).first()
    facts = facts_of(sheet) if sheet is not None else None
    if sheet is None or facts is None:
        return
    words = str(facts.get("opinion", {}).get("words", ""))
    _hear(sheet.case, words, channel=SLIP, once=f"sheet:{sheet.id}", fact=fact)


def hear_survey(fact: Fact[SurveyAnswered]) -> None:
    """What a customer wrote in a survey."""
    survey = Survey.objects.select_related("case__customer__key").filter(id=fact.event.survey_id).first()
    if survey is None:
        return
    words = keys(survey.case.customer.key).open(survey.words_sealed) or ""
    _hear(survey.case, words, channel=CALLBACK, once=f"survey:{survey.id}", fact=fact)


def asks(words: str) -> bool:
    """Whether these words ask for something: a danger, a fault, or a wish or question by how they sound."""
    if only_thanks(words):
        return False
    return bool(hazards_in(words) or symptoms_in(words)) or sounds_like_asking(words)


def _hear[E: Event](case: Case, words: str, *, channel: str, once: str, fact: Fact[E]) -> None:
    if not words.strip() or case.customer.forgotten_at is not None:
        return
    raw = json.dumps({"case": case.number, "words": words}, ensure_ascii=False).encode()
    message, fresh = keep(channel, raw, once=once, now=fact.recorded_at, received_at=fact.happened_at)
    if fresh:
        _place(case, words, message, by=fact.by, now=fact.recorded_at)


def _place(case: Case, words: str, message: RawMessage, *, by: Actor, now: datetime) -> None:
    if not asks(words):
        tie(message.key_id, under=case.customer.key_id)
        settle(message, RawMessage.ANSWERED, reason="comment", by=by, now=now)
        return
    told = Told(
        words=words.strip(),
        channel=message.channel,
        customer_id=case.customer_id,
        joins=case.report_id,
        language=case.customer.language,
    )
    receive(told, by=by, node=head_office(), now=now, message=message)
