"""A customer rings: the form beside the call, who is calling, what lies in the words, restate and confirm."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.queries import Person
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.naming import company_name
from bihuan.registers.organisation.queries import coverage_of, head_office, service_points
from bihuan.registers.parts.queries import brands
from bihuan.service.cases.queries import case_of_report
from bihuan.service.cases.talking import call_began
from bihuan.service.commitments.queries import promises_of
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import ReportRefused, sentence_of
from bihuan.service.intake.rules import faults_of
from bihuan.service.intake.told import FileTold
from bihuan.web.agents.caller import Caller, caller_of
from bihuan.web.agents.calls import FIELDS, call_of, since, taken
from bihuan.web.agents.facts import machines_shown
from bihuan.web.agents.heard import Heard, heard_in, script_line
from bihuan.web.agents.on_the_line import known_by_phone, message_of, taken_at
from bihuan.web.agents.report_form import ASKED, LARGEST_FILE, MEDIA, MOST_FILES, ReportForm, told_of
from bihuan.web.agents.restating import fee_of, restated
from bihuan.web.agents.rows import departments
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.files import name_said
from bihuan.web.look.words import local_time


@staff_page("report.take")
def report(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The form; its buttons look up the caller, judge the words, check all, or save."""
    if request.method != "POST":
        known = known_by_phone(request.GET, viewer)
        customer = {"channel": "hotline", "way": "on_site", "city": usual_city()} | known.fields
        return _form_page(request, viewer, ReportForm(initial=customer), data=known.data)
    if "use_machine" in request.POST:
        return _form_page(
            request, viewer, ReportForm(initial=_with_machine(request, viewer)), data=request.POST
        )
    match request.POST.get("do", "check"):
        case "save":
            return _save(request, viewer)
        case "check":
            return _check(request, viewer)
    initial: dict[str, Any] = {name: request.POST.get(name, "") for name in request.POST}
    initial["symptoms"] = request.POST.getlist("symptoms")
    return _form_page(request, viewer, ReportForm(initial=initial), data=request.POST)


@require_POST
@staff_page("report.take")
def caller(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who rings from this number, as a fragment; the number travels in the body, never in an address."""
    return render(request, "agents/report.html#caller", {"caller": _caller(request, viewer)})


@require_POST
@staff_page("report.take")
def heard(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What lies in the words typed so far, as a fragment."""
    return render(request, "agents/report.html#heard", {"heard": _heard(request.POST, moment(request))})


def _caller(request: HttpRequest, viewer: Viewer) -> Caller:
    said = request.POST
    return caller_of(said.get("phone", ""), said.get("email", ""), viewer, now=moment(request))


def _heard(data: QueryDict, now: datetime) -> Heard:
    chosen, offered = data.getlist("symptoms"), data.getlist("offered")
    return heard_in(data, chosen, offered, today=localdate(now))


def _check(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everything that is wrong, at its field; when nothing is, the restating page."""
    form = ReportForm(request.POST)
    if not form.is_valid() or not _sound(form, moment(request)):
        return _form_page(request, viewer, form, data=request.POST, status=422)
    return _restate_page(request, form)


def _sound(form: ReportForm, now: datetime) -> bool:
    told = told_of(form, restated=False)
    for fault in faults_of(told, today=localdate(now), strict=True):
        form.blame(fault.field, sentence_of(fault))
    return not form.errors


def _restate_page(
    request: HttpRequest, form: ReportForm, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    found = _heard(request.POST, moment(request))
    kept = [
        (name, value)
        for name in request.POST
        if name not in {"csrfmiddlewaretoken", "do", "files"}
        for value in request.POST.getlist(name)
    ]
    context = {
        "kept": kept,
        "said": restated(form, found, day=localdate(moment(request))),
        "heard": found,
        "form": form,
        "trouble": trouble,
        "most_files": MOST_FILES,
        "wrong": script_line("restate_wrong"),
    }
    return render(request, "agents/report_restate.html", context, status=status)


def _save(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Write it down; sent twice it is one report."""
    form, now = ReportForm(request.POST), moment(request)
    if not form.is_valid() or not _sound(form, now):
        return _form_page(request, viewer, form, data=request.POST, status=422)
    files, trouble = files_of(request)
    if trouble:
        return _restate_page(request, form, trouble=trouble, status=422)
    told = replace(told_of(form, restated=True, files=files), fee_told_fen=fee_of(form, day=localdate(now)))
    key = request.POST.get("key", "")[:64]
    once = (f"desk:{viewer.person_id}", key) if key else None
    try:
        made = receive(
            told,
            by=viewer.actor,
            node=head_office(),
            now=now,
            taken_by=viewer.person_id,
            strict=True,
            once=once,
            message=message_of(request.POST, viewer),
        )
    except ReportRefused as refusal:
        form.blame_all(refusal.fields)
        return _form_page(request, viewer, form, data=request.POST, status=422)
    case = case_of_report(made.id)
    if case is None:
        messages.warning(
            request, _("The report is kept. No case could be opened by itself; a supervisor sees it.")
        )
        return redirect("agents:desk")
    _note_call(request, viewer, case, now)
    _say_what_was_promised(request, case, now)
    return redirect("agents:case", case.number)


def _note_call(request: HttpRequest, viewer: Viewer, case: Any, now: datetime) -> None:
    """How the call began, for a report that came by phone. A greeting that nobody noted proves nothing: then
    neither moment is told, and no promise is made of it."""
    call = call_of(_call_in(request.POST), person_id=viewer.person_id, now=now)
    if call is not None and call.greeted_at is not None and case.channel == "hotline":
        call_began(case, connected_at=call.connected_at, greeted_at=call.greeted_at, by=viewer.actor, now=now)


def _call_in(data: QueryDict) -> dict[str, str]:
    return {name: str(data.get(name, "")) for name in FIELDS}


def _say_what_was_promised(request: HttpRequest, case: Any, now: datetime) -> None:
    """The sentence to say before hanging up: number, who, by when."""
    due = [one.due_at for one in promises_of(case.id, now=now) if one.open and one.public and one.due_at]
    department = departments().get(case.department) or _("The service department")
    by = local_time(min(due), now) if due else _("the end of the day")
    messages.success(request, script_line("promise", number=case.number, department=department, due=by))


def files_of(request: HttpRequest) -> tuple[tuple[FileTold, ...], str]:
    """The photos and files that came along; a sentence instead when one cannot be taken."""
    sent = request.FILES.getlist("files")
    if len(sent) > MOST_FILES:
        return (), _("At most %(most)s files.") % {"most": MOST_FILES}
    for one in sent:
        if (one.size or 0) > LARGEST_FILE:
            return (), _("“%(name)s” is larger than 10 MB.") % {"name": name_said(one.name, longest=60)}
        if one.content_type not in MEDIA:
            return (), _("“%(name)s” is neither a photo, a video nor a PDF.") % {
                "name": name_said(one.name, longest=60)
            }
    return tuple(
        FileTold(name=name_said(one.name), media=str(one.content_type), content=one.read()) for one in sent
    ), ""


def _with_machine(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """The form as typed, with a known machine of this caller put into it."""
    held: dict[str, Any] = {name: request.POST.get(name, "") for name in request.POST}
    held["symptoms"] = request.POST.getlist("symptoms")
    known = _caller(request, viewer)
    wanted = request.POST.get("use_machine", "")
    for one in machines_shown(known.customer_id, day=localdate(moment(request))) if known.customer_id else ():
        if str(one.id) == wanted:
            card = one.card
            numbers = [card.serials.get(unit, "") for unit in ("indoor", "outdoor")]
            held |= {"category": card.category, "brand": card.brand, "model": card.model}
            held |= {"serial": numbers[0] or card.serials.get("whole", ""), "serial_2": numbers[1]}
            held |= {
                "bought_on": card.bought_on,
                "about_years": card.about_years,
                "bought_at": card.bought_at,
            }
            held["extended_until"] = card.extended_until
    return held


def usual_city() -> str:
    """The city that most of the coverage lies in: what to offer before anything is typed."""
    cities = [row.city for row in coverage_of({node.id for node in service_points()})]
    return max(set(cities), key=cities.count) if cities else ""


def _form_page(
    request: HttpRequest, viewer: Viewer, form: ReportForm, *, data: QueryDict, status: int = 200
) -> HttpResponse:
    covered = coverage_of({node.id for node in service_points()})
    agent = cast(Person, request.user).login
    script, now, key = knowledge().script, moment(request), data.get("key") or uuid4().hex
    began = taken_at(data.get("line", ""), viewer, now=now)
    call = data.get("call") or taken(key=key, person_id=viewer.person_id, now=began)
    context = {
        "form": form,
        "key": key,
        "call": call,
        "since": since(_call_in(data) | {"key": key, "call": call}, person_id=viewer.person_id, now=now),
        "greeted_after": data.get("greeted_after", ""),
        "line": data.get("line", ""),
        "ring_back": data.get("ring_back", ""),
        "caller": _caller(request, viewer)
        if request.method == "POST"
        else caller_of(str(form.initial.get("phone", "")), "", viewer, now=now),
        "heard": _heard(data, now) if data.get("words") else None,
        "asked": [form[f"asked_{field}"] for field in ASKED.values()],
        "greeting": script_line("greeting", company=company_name(), agent=agent),
        "identity": script_line("identity"),
        "apology": script_line("apology"),
        "fee_notice": script_line("goodbye"),
        "privacy": script_line("privacy"),
        "consents": [(form[f"consent_{one.kind}"], one.required) for one in script.consent],
        "cities": sorted({row.city for row in covered}),
        "districts": sorted({row.district for row in covered if row.district}),
        "streets": sorted({row.street for row in covered if row.street}),
        "brands": brands(),
        "cancel": reverse("agents:desk"),
    }
    return render(request, "agents/report.html", context, status=status)
