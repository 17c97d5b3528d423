"""The forms about one case, filled from what is known or empty: what to write by hand when there is no machine at hand.

Masked whoever prints them: a paper lies about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.masking import masked_words
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machine_cards, shown
from bihuan.registers.knowledge.queries import symptoms_named
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import notes_of
from bihuan.service.cases.words import CHANNELS, CLOSED_HOW, KINDS, OUTCOMES, URGENCIES, WAYS
from bihuan.service.complaints.queries import about_of
from bihuan.service.dispatch.queries import visits_of
from bihuan.service.fieldwork.queries import (
    lines_of,
    opened,
    quote_of,
    readings_of,
    tried_of,
    used_parts,
    work_of,
)
from bihuan.service.fieldwork.words import COVERS
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.hearing import hearing_of
from bihuan.service.satisfaction.queries import attempts_of, callbacks_of, latest_survey, remedy_of
from bihuan.service.satisfaction.words import CAUSES, FAULTS, RATINGS, RESULTS
from bihuan.web.agents.record_table import contact_kind
from bihuan.web.agents.rows import families, in_language, is_chinese
from bihuan.web.agents.tables.table import Form, Section
from bihuan.web.look.words import money

BOXES = "1 □   2 □   3 □   4 □   5 □"
YES_NO = _("yes □   no □")


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _customer(case: Any) -> Section:
    who = shown([case.customer])[case.customer_id] if case else None
    return Section(
        title=_("Customer"),
        lines=(
            (_("Name"), who.name if who else ""),
            (_("Contact"), who.phone or str(contact_kind({})) if who else ""),
            (_("Address"), who.address if who else ""),
        ),
    )


def _machine(case: Any, now: datetime) -> Section:
    card = machine_cards([case.machine], day=localdate(now))[0] if case and case.machine else None
    family = families().get(card.category, card.category) if card else ""
    return Section(
        title=_("Appliance"),
        lines=(
            (
                _("Brand, model"),
                " ".join(part for part in (card.brand, family, card.model) if part) if card else "",
            ),
            (_("Serial number"), "、".join(card.serials.values()) if card else ""),
            (_("Bought on"), f"{card.bought_on:%Y-%m-%d}" if card and card.bought_on else ""),
        ),
    )


def _report(case: Any, viewer: Viewer, now: datetime) -> Section:
    words = standard = ""
    if case:
        hand = keys(case.customer.key)
        words = hearing_of(viewer, case, hand, now=now).on_paper(words_of(case.report, hand).words)
        named = symptoms_named(case.report.symptoms)
        standard = "、".join(in_language(named.get(code)) or code for code in case.report.symptoms)
    return Section(
        title=_("What was reported"),
        lines=(
            (_("Received at"), _moment(case.report.received_at) if case else ""),
            (_("Came in by"), str(CHANNELS.get(case.channel, case.channel)) if case else ""),
            (_("Kind of work"), str(KINDS.get(case.kind, case.kind)) if case else ""),
            (_("Urgency"), str(URGENCIES.get(case.urgency, case.urgency)) if case else ""),
            (_("In the customer's own words"), words),
            (_("Standard description"), standard),
        ),
    )


def diagnosis(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """诊断与方案表."""
    work = work_of(case) if case else None
    quote = quote_of(work)
    cause, plan, fallback = _on_paper(case, work, "cause_sealed", "plan_sealed", "fallback_sealed")
    minutes = quote.expected_minutes if quote else None
    return (
        _machine(case, now),
        _report(case, viewer, now),
        Section(
            title=_("Diagnosis and solution"),
            lines=(
                (_("Fault reproduced"), _yes(work.reproduced) if work else str(YES_NO)),
                (_("Cause"), cause),
                (_("Solution"), plan),
                (_("If it fails"), fallback),
                (_("Parts and price"), _priced(quote)),
                (_("Sum"), money(quote.total_fen) if quote else ""),
                (_("Cover"), str(COVERS.get(quote.cover, quote.cover)) if quote else ""),
                (_("Promised time"), str(_("%s minutes") % minutes) if minutes else ""),
                (_("Customer agreed at"), _moment(quote.answered_at) if quote else ""),
            ),
        ),
    )


def execution(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """派工/服务执行单."""
    work = work_of(case) if case else None
    visits = visits_of(case.id) if case else []
    visit = visits[-1] if visits else None
    slot = (
        f"{_moment(visit.slot_from)}–{localtime(visit.slot_until):%H:%M}"
        if visit and visit.slot_until
        else ""
    )
    _cause, plan, _fallback = _on_paper(case, work, "cause_sealed", "plan_sealed", "fallback_sealed")
    quote = quote_of(work)
    return (
        _customer(case),
        _machine(case, now),
        Section(
            title=_("Visit"),
            lines=(
                (_("Technician"), visit.technician.person.name if visit else ""),
                (_("Agreed time"), slot),
                (_("Arrived"), _moment(work.arrived_at) if work else ""),
                (_("Finished"), _moment(work.finished_at) if work else ""),
            ),
        ),
        Section(
            title=_("Work"),
            lines=(
                (_("What was done"), plan),
                (_("Readings"), _readings(work)),
                (_("Parts used"), _parts(work)),
                (_("Tests of each complained point"), _tests(work)),
                (_("Outcome"), str(OUTCOMES.get(work.outcome, "")) if work else ""),
                (_("Charges"), money(quote.total_fen) if quote else ""),
            ),
        ),
    )


def questionnaire(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """满意度调查表 / 满意度问卷."""
    survey = latest_survey(case.id) if case else None
    answered = survey is not None and survey.answered_at is not None
    asked = [(title, str(getattr(survey, code)) if answered else BOXES) for code, title in RATINGS.items()]
    solved = _yes(survey.solved) if survey is not None and survey.solved is not None else str(YES_NO)
    return (
        Section(
            title=_("Please tell us how we did: 1 is very poor, 5 is very good"),
            lines=((_("Was the problem solved?"), solved), *asked, (_("What should we do better?"), "")),
        ),
    )


def callback(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """回访记录."""
    rows = callbacks_of(case.id) if case else []
    found = rows[-1] if rows else None
    hand = keys(case.customer.key) if case else None
    name = hand.open(case.customer.name_sealed) or "" if hand else ""
    remedy = remedy_of(found, hand) if found and hand else ""
    tries = attempts_of(found.id) if found else []
    told = "；".join(f"{_moment(one.at)} {RESULTS.get(one.result, one.result)}" for one in tries)
    return (
        _customer(case),
        Section(
            title=_("Callback"),
            lines=(
                (_("Why we ring"), str(CAUSES.get(found.cause, "")) if found else ""),
                (_("Opened"), _moment(found.opened_at) if found else ""),
                (_("Tries"), told),
                (_("Reason"), str(FAULTS.get(found.fault, "")) if found else ""),
                (_("Remedy"), masked_words(remedy, name=name)),
                (_("Solved now"), _yes(found.solved) if found else str(YES_NO)),
                (_("Second score"), str(found.score or "") if found else BOXES),
            ),
        ),
    )


def complaint(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """投诉处理单."""
    about = about_of(case.id) if case else None
    written = _written(case)
    return (
        _customer(case),
        _report(case, viewer, now),
        Section(
            title=_("Handling"),
            lines=(
                (_("About case"), about.number if about else ""),
                (_("Investigation"), written.get(Need.INVESTIGATION_WRITTEN, "")),
                (_("Plan"), written.get(Need.PLAN_WRITTEN, "")),
                (_("Answer to the customer"), written.get(Need.ANSWERED, "")),
                (_("Closed"), _moment(case.closed_at) if case else ""),
                (_("The customer"), str(CLOSED_HOW.get(case.closed_how, "")) if case else ""),
            ),
        ),
    )


def registration(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """客户信息登记表."""
    return (
        _customer(case),
        _machine(case, now),
        Section(
            title=_("Consents"),
            lines=(
                (_("Calls may be recorded"), str(YES_NO)),
                (_("Offers and tips may be sent"), str(YES_NO)),
            ),
        ),
    )


def order(case: Any, viewer: Viewer, now: datetime) -> Sequence[Section]:
    """服务工单."""
    return (
        _customer(case),
        _machine(case, now),
        _report(case, viewer, now),
        Section(
            title=_("Order"),
            lines=(
                (_("Way"), str(WAYS.get(case.way, case.way)) if case else ""),
                (_("Service point"), case.node.name if case else ""),
                (_("Responsible"), case.owner.name if case and case.owner else ""),
                (_("Technician"), case.technician_person.name if case and case.technician_person else ""),
                (_("Outcome"), str(OUTCOMES.get(case.outcome, "")) if case else ""),
            ),
        ),
    )


def _on_paper(case: Any, work: Any, *fields: str) -> list[str]:
    """A visit's sealed words as they may be printed."""
    if work is None:
        return ["" for _field in fields]
    name = keys(case.customer.key).open(case.customer.name_sealed) or ""
    return [
        masked_words(words, name=name) for words in opened(work, *(getattr(work, field) for field in fields))
    ]


def _written(case: Any) -> dict[str, str]:
    """What was written up for each need, the newest, masked."""
    if case is None:
        return {}
    hand = keys(case.customer.key)
    name = hand.open(case.customer.name_sealed) or ""
    told = [
        (note.about, masked_words(hand.open(note.words_sealed) or "", name=name))
        for note in notes_of(case.id)
    ]
    return dict(reversed([(about, words) for about, words in told if about]))


def _yes(value: bool | None) -> str:
    return "" if value is None else str(_("yes") if value else _("no"))


def _priced(quote: Any) -> str:
    return "；".join(f"{_name(line)} ×{line.quantity} {money(line.charged_fen)}" for line in lines_of(quote))


def _name(line: Any) -> str:
    """A price line's name in the reader's language."""
    return str(line.name_zh if is_chinese() else line.name_en or line.name_zh)


def _readings(work: Any) -> str:
    return "；".join(f"{one.name} {one.value} {one.unit}" for one in readings_of(work)) if work else ""


def _parts(work: Any) -> str:
    return (
        "；".join(f"{one.part.number} ×{one.quantity} {one.serial}" for one in used_parts(work))
        if work
        else ""
    )


def _tests(work: Any) -> str:
    if work is None:
        return ""
    named = symptoms_named(tried_of(work))
    return "；".join(
        f"{in_language(named.get(point)) or _('the whole appliance')}: {_('passed') if well else _('failed')}"
        for point, well in tried_of(work).items()
    )


CUSTOMER, TECHNICIAN, AGENT = _("Customer"), _("Technician"), _("Agent")
FORMS: tuple[Form, ...] = (
    Form(
        code="registration", title=_("Customer registration form"), about=_("Who the customer is, and what they own."),
        sections=registration, signs=(CUSTOMER,),
    ),
    Form(
        code="order", title=_("Service order"), about=_("The whole case on one sheet."), sections=order,
        signs=(AGENT,),
    ),
    Form(
        code="diagnosis", title=_("Diagnosis and solution form"),
        about=_("What is wrong, what helps, what it costs, and that the customer agreed."), sections=diagnosis,
        signs=(TECHNICIAN, CUSTOMER),
    ),
    Form(
        code="execution", title=_("Service execution form"),
        about=_("Who went when, what was done, measured, fitted and tested."), sections=execution,
        signs=(TECHNICIAN, CUSTOMER),
    ),
    Form(
        code="questionnaire", title=_("Satisfaction questionnaire"),
        about=_("The questions, and the answers if there are."), sections=questionnaire,
    ),
    Form(
        code="callback", title=_("Callback record"), about=_("Why we rang, what we heard, what we did about it."),
        sections=callback, signs=(AGENT,),
    ),
    Form(
        code="complaint", title=_("Complaint handling form"),
        about=_("What hurt the customer, what was found, planned and answered."), sections=complaint,
        signs=(AGENT, CUSTOMER),
    ),
)  # fmt: skip
