"""What is done on a case page: each deed is one action, then back to the page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.service.cases import following, mentioning, owning, talking
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.errors import CaseIsMerged
from bihuan.service.cases.queries import card_of, case_by_number
from bihuan.service.cases.revealing import look_behind
from bihuan.service.cases.sorting import correct
from bihuan.service.cases.words import HOLD_REASONS, URGENCIES, move_title
from bihuan.service.notices.answering import LONGEST_ANSWER
from bihuan.web.agents.case import case_page
from bihuan.web.agents.telling import CONTACTS
from bihuan.web.look.doors import moment, staff_page


def _back(held: Any) -> HttpResponse:
    return redirect("agents:case", held.number)


@require_POST
@staff_page("case.move")
def move(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Take one step of the card."""
    held, name = case_by_number(viewer, number), request.POST.get("move", "")[:40]
    code, words = request.POST.get("code", ""), request.POST.get("reason", "")[: talking.LONGEST_NOTE]
    now = moment(request)
    reason = code if code in HOLD_REASONS else words
    talking.move_saying(held, name, doer=Doer.of(viewer), now=now, reason=reason)
    if code in HOLD_REASONS and words.strip():
        talking.note(held, words, by=viewer.actor, now=now)
    messages.success(request, _("Done: %(move)s") % {"move": move_title(card_of(held), name)})
    return _back(held)


@require_POST
@staff_page("case.note")
def note(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Write a note, or write down a contact with the customer; colleagues who are named in it are told."""
    held, contact = case_by_number(viewer, number), request.POST.get("contact", "")
    contact, words = contact if contact in CONTACTS else "", request.POST.get("words", "")
    mentioning.note_mentioning(
        held,
        words,
        by=viewer.actor,
        now=moment(request),
        also=request.POST.get("mention", "")[:60],
        contact=contact,
        plan=request.POST.get("plan", "") == "on",
    )
    messages.success(request, _("Written down."))
    for name in mentioning.names_of_nobody(words):
        messages.warning(
            request, _("@%(name)s is no colleague's name: nobody was told.") % {"name": name[:60]}
        )
    return _back(held)


@require_POST
@staff_page("case.note")
def write(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Write to the customer, by the way that reaches them; what was written stands on the case and on their page."""
    held, words = case_by_number(viewer, number), request.POST.get("words", "")
    if held.merged_into is not None:
        raise CaseIsMerged(held.number, held.merged_into.number)
    if len(words.strip()) > LONGEST_ANSWER:
        raise Refusal(_("At most %(most)s characters, please.") % {"most": LONGEST_ANSWER})
    talking.note(held, words, by=viewer.actor, now=moment(request), public=True)
    messages.success(request, _("Written to the customer. What became of it stands below."))
    return _back(held)


@require_POST
@staff_page("case.chase")
def chase(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The customer asked again."""
    held = case_by_number(viewer, number)
    if not held.open:
        raise Refusal(_("This case is closed. Open it again, or take a new report."))
    words = request.POST.get("words", "")
    times = talking.chase(held, by=viewer.actor, now=moment(request), words=words)
    messages.success(request, _("Written down: the customer asked again (%(times)s).") % {"times": times})
    return _back(held)


@require_POST
@staff_page("case.own")
def claim(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Take a case that nobody owns."""
    held = case_by_number(viewer, number)
    owning.claim(held, person_id=viewer.person_id or 0, by=viewer.actor, now=moment(request))
    messages.success(request, _("You answer for this case now, to its end."))
    return _back(held)


@require_POST
@staff_page("case.hand_over")
def hand_over(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Propose the case to a colleague; until they accept, its owner answers for it."""
    held, asked = case_by_number(viewer, number), request.POST.get("to", "")
    chosen = next((one for one in people_with(Role.AGENT) if str(one.id) == asked), None)
    if chosen is None:
        raise Refusal(_("Choose a colleague."), fields={"to": _("Choose a colleague.")})
    live = request.POST.get("live", "") == "on"
    owning.hand_over(held, to_person_id=chosen.id, by=viewer.actor, now=moment(request), live=live)
    messages.success(request, _("Proposed to %(name)s, who must accept.") % {"name": chosen.name})
    return _back(held)


@require_POST
@staff_page("case.own")
def accept(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Accept a case that was proposed to me."""
    held = case_by_number(viewer, number)
    owning.accept_ownership(held, person_id=viewer.person_id or 0, by=viewer.actor, now=moment(request))
    messages.success(request, _("You answer for this case now, to its end."))
    return _back(held)


@require_POST
@staff_page("case.own")
def urgency(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Change how urgent it is; a word of danger keeps it urgent."""
    held, wanted = case_by_number(viewer, number), request.POST.get("urgency", "")
    if wanted not in URGENCIES:
        raise Refusal(_("Choose one of the four urgencies."))
    if held.report.hazards and wanted != "urgent":
        raise Refusal(_("There was a word of danger in this report: it stays urgent."))
    correct(held, "urgency", wanted, person_id=viewer.person_id or 0, by=viewer.actor, now=moment(request))
    messages.success(request, _("Urgency changed."))
    return _back(held)


@require_POST
@staff_page("case.own")
def grade(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Say how much there is to it."""
    held = case_by_number(viewer, number)
    talking.set_grade(held, request.POST.get("grade", "")[:8], by=viewer.actor, now=moment(request))
    messages.success(request, _("Grade changed."))
    return _back(held)


@require_POST
@staff_page("case.read")
def follow(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Be told on my page when this case moves, or not any more."""
    held = case_by_number(viewer, number)
    if request.POST.get("follow", "") == "off":
        following.unfollow(held, viewer=viewer)
        messages.success(request, _("You do not follow this case any more."))
    else:
        following.follow(held, viewer=viewer, now=moment(request))
        messages.success(request, _("You follow this case: its moves are told on your page."))
    return _back(held)


@require_GET
@staff_page("case.note")
def mentionable(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Colleagues whose name or login begins with what was typed and who may see this case, as options."""
    held = case_by_number(viewer, number)
    found = mentioning.mentionable(held, request.GET.get("mention", ""))
    return render(request, "agents/parts/mentionable.html", {"people": found})


@require_POST
@staff_page("customer.reveal")
def reveal(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show the customer in full, once, for a purpose that is written down."""
    held = case_by_number(viewer, number)
    purpose = request.POST.get("purpose", "")
    look_behind(viewer, held, purpose=purpose, now=moment(request))
    clear = shown([held.customer], full=frozenset({held.customer_id}))[held.customer_id]
    answer = case_page(request, viewer, held, revealed=clear)
    answer.headers["Cache-Control"] = "no-store"
    return answer
