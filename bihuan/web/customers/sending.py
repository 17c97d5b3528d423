"""What the customers' forms have in common when they are sent: mistakes cost nothing, what was typed is never lost,
and who filled in what no person sees is thanked while a person looks at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.channels.message import IncomingFile, IncomingMessage
from bihuan.registers.knowledge.queries import hazards_in, knowledge
from bihuan.service.intake.setting_aside import set_aside
from bihuan.service.intake.told import FileTold
from bihuan.web.look.doors import moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.throttle import Throttle

HIDDEN = "blank"  # no person sees this field, and no browser has anything of this name to fill in
FROM_HERE = Throttle(
    name="forms-from-here", times=120, seconds=600
)  # an office or a carrier shares an address
BY_ONE = Throttle(name="forms-by-one", times=8, seconds=600)  # one number or mailbox at that address
READ = {"category", "brand", "model"}  # what the reader of a form that was set aside puts where it belongs
PLAIN = {"words", "name", "phone", "email", "kind"}
NOT_SAID = {"key", "p"}


class TooOften(Refusal):
    status = 429

    def __init__(self) -> None:
        super().__init__(
            _("Several reports came from here within minutes. Please wait a little, or ring us.")
        )


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form that came in: how it is taken in (None with what is wrong said on it), and how it is drawn again."""

    page: str
    form: TidyForm
    take: Callable[[], HttpResponse | None]
    draw: Callable[[int], HttpResponse]
    files: tuple[FileTold, ...] = ()
    channel: str = "web"


def answered(request: HttpRequest, sent: Sent) -> HttpResponse:
    """Take a form in. Only what was accepted counts; whoever sent too much gets their form back, filled in."""
    form = sent.form
    if not form.is_valid():
        return sent.draw(422)
    who = form.cleaned_data.get("phone", "").strip() or form.cleaned_data.get("email", "").strip()
    if FROM_HERE.spent(request) or (who and BY_ONE.spent(request, who)):
        form.add_error(None, str(TooOften()))
        return sent.draw(429)
    answer = _thanked(request, sent) if request.POST.get(HIDDEN) else sent.take()
    if answer is None:
        return sent.draw(422)
    FROM_HERE.count(request)
    if who:
        BY_ONE.count(request, who)
    return answer


def _thanked(request: HttpRequest, sent: Sent) -> HttpResponse:
    held = sent.form.cleaned_data
    key = str(held.get("key", "")) or uuid4().hex
    message = IncomingMessage(
        words="\n".join(filter(None, (str(held.get("words", "")), *_besides(sent.form)))),
        name=str(held.get("name", "")),
        phone=str(held.get("phone", "")),
        email=str(held.get("email", "")),
        kind=str(held.get("kind", "")),
        told={part: held[part] for part in READ if held.get(part)},
        files=tuple(IncomingFile(name=one.name, media=one.media, content=one.content) for one in sent.files),
    )
    set_aside(sent.channel, sent.page, message, key=key, now=moment(request))
    context = {"advice": advice_on(str(held.get("words", "")))}
    return render(request, "customers/report_thanks.html", context)


def _besides(form: TidyForm) -> list[str]:
    """Everything else that was typed or chosen, as lines that a person reads."""
    left = set(form.fields) - PLAIN - READ - NOT_SAID
    told: Mapping[str, object] = form.cleaned_data
    chosen = {name: dict(getattr(form.fields[name], "choices", ())) for name in left}
    return [
        f"{form[name].label}: {chosen[name].get(told[name], told[name])}"
        for name in form.fields
        if name in left and told.get(name) and not name.startswith("consent_")
    ]


def advice_on(words: str) -> list[str]:
    """What to do at once about every danger that these words speak of, in the reader's language."""
    heard = set(hazards_in(words)) if words else set()
    chinese = (get_language() or "en").startswith("zh")
    return [one.advice_zh if chinese else one.advice_en for one in knowledge().hazards if one.code in heard]
