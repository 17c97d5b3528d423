"""Phone guidance on a case: one safe step at a time, then solved by phone, or sent on with what was tried."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number, open_moves_of
from bihuan.service.cases.remote import (
    ANSWERS,
    PLACE,
    GasByPhone,
    Guidance,
    answer_step,
    burns_gas,
    guidances_of,
)
from bihuan.web.agents.heard import script_line
from bihuan.web.agents.rows import in_language, is_chinese
from bihuan.web.agents.telling import STEP_ANSWERS
from bihuan.web.look.doors import moment, staff_page


@staff_page("case.remote")
def remote(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The step to ask now; a POST is its answer."""
    held = case_by_number(viewer, number)
    if request.method == "POST":
        step = request.POST.get("step", "0")
        code = request.POST.get("checklist", "")
        after = answer_step(
            held,
            code[:60],
            int(step) if step.isdecimal() and len(step) < 4 else 0,
            request.POST.get("answer", "")[:20],
            by=viewer.actor,
            now=moment(request),
        )
        if after.stopped:
            messages.warning(request, _("Stopped. Send it on to dispatch; nothing more is tried by phone."))
        return redirect(f"{request.path}?list={after.checklist.code}")
    lists = guidances_of(held)
    asked = request.GET.get("list", "")
    chosen = next((one for one in lists if one.checklist.code == asked), lists[0] if lists else None)
    context = {
        "case": held,
        "at_place": held.stands_at == PLACE,
        "lists": [(one.checklist.code, in_language(one.checklist), one is chosen) for one in lists],
        "chosen": _shown(chosen) if chosen else None,
        "gas": str(GasByPhone(held.number)) if burns_gas(held) else "",
        "opening": script_line("remote_first"),
        "answers": [(code, STEP_ANSWERS[code]) for code in ANSWERS],
        "moves": {one.move.name for one in open_moves_of(held, viewer) if not one.lacks},
    }
    return render(request, "agents/remote.html", context)


def _shown(guidance: Guidance) -> dict[str, object]:
    """A checklist as the page shows it, in the reader's language."""
    zh, step = is_chinese(), guidance.step
    last = guidance.tried[-1] if guidance.tried else None
    return {
        "code": guidance.checklist.code,
        "name": in_language(guidance.checklist),
        "never": guidance.checklist.never_zh if zh else guidance.checklist.never_en,
        "at": guidance.at,
        "of": len(guidance.checklist.step),
        "ask": "" if step is None else (step.ask_zh if zh else step.ask_en),
        "if_yes": "" if step is None else (step.if_yes_zh if zh else step.if_yes_en),
        "if_no": "" if step is None else (step.if_no_zh if zh else step.if_no_en),
        "solves": step is not None and step.solves,
        "solved": guidance.solved,
        "stopped": guidance.stopped,
        "done": guidance.done,
        "before": _advice(last, zh=zh) if last and not guidance.done else "",
        "tried": [
            (n, one.ask_zh if zh else one.ask_en, STEP_ANSWERS[answer]) for n, one, answer in guidance.tried
        ],
    }


def _advice(tried: tuple[int, object, str], *, zh: bool) -> str:
    """What the last answer means for the customer."""
    _number, step, answer = tried
    if answer not in {"yes", "no"}:
        return ""
    return str(getattr(step, f"if_{answer}_{'zh' if zh else 'en'}"))
