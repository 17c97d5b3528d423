"""The lines of a chat as its two sides see them, and a picture or file of one."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bihuan.ground.vault.inspecting import PICTURES
from bihuan.ground.vault.scanning import NotScanned, found_in
from bihuan.ground.vault.stripping import NotAPicture, without_metadata
from bihuan.registers.knowledge.queries import knowledge
from bihuan.service.cases.errors import FileHurts, FileNotLookedThrough
from bihuan.service.cases.queries import case_for_link, case_of_report
from bihuan.service.intake.chats.queries import LineShown, file_of, lines_of
from bihuan.service.intake.chats.rules import LARGEST_FILE
from bihuan.service.intake.chats.writing import Line
from bihuan.service.intake.queries import report
from bihuan.service.intake.told import FileTold
from bihuan.web.look.files import name_said

SENT_BY_SCRIPT = "X-Chat"
MOST_FILES = 4  # sent at once


def lines_in(request: HttpRequest, *, longest: int) -> list[Line]:
    """What was sent at once: words, and each file as a line of its own. `longest`: signs of the browser's own mark."""
    once, words = (request.POST.get("once", "") or uuid4().hex)[:longest], request.POST.get("words", "")
    sent = request.FILES.getlist("files")[:MOST_FILES]
    told = [Line(once=once, words=words)] if words.strip() or not sent else []
    for number, one in enumerate(sent):
        content = one.read(LARGEST_FILE + 1)
        file = FileTold(name=name_said(one.name), media=str(one.content_type), content=content)
        told.append(Line(once=f"{once}.{number}", file=file))
    return told


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One line on the page: `side` is mine, theirs, house or danger."""

    id: int
    place: int
    side: str
    name: str
    words: str
    link: str
    file: str
    is_picture: bool
    at: datetime


def bubbles_of(chat: object, *, me: str, link: str = "") -> list[Bubble]:
    """The lines of a chat for its customer or its agent; `link` is where what came of it is seen."""
    told = [_bubble(one, me=me, link=link) for one in lines_of(chat)]  # type: ignore[arg-type]
    return [one for one in told if one is not None]


def _bubble(line: LineShown, *, me: str, link: str) -> Bubble | None:
    side, words, leads = "mine" if line.who == me else "theirs", line.words, ""
    if line.who == "house":
        code, _colon, more = line.words.partition(":")
        side, words = ("danger" if code == "danger" else "house"), house_words(code, more, me=me)
        leads = link if code == "case" else ""
        if not words:
            return None
    return Bubble(
        id=line.id,
        place=line.place,
        side=side,
        name=line.name,
        words=words,
        link=leads,
        file=line.file,
        is_picture=line.is_picture,
        at=line.at,
    )


def house_words(code: str, more: str, *, me: str) -> str:
    """The sentence of a code for one side; empty where that side need not know."""
    agent = me == "agent"
    match code:
        case "taken":
            return _("An agent has taken the chat.") if agent else _("An agent is here for you now.")
        case "asked_over":
            return (
                _("A colleague was asked to take over.")
                if agent
                else _("You are being handed on to a colleague. Please wait a moment.")
            )
        case "declined":
            return _("The chat was not handed on.") if agent else ""
        case "queued":
            return (
                _("The chat lies in the queue again.")
                if agent
                else _("You wait in the queue again, at your old place. We have told our people.")
            )
        case "left" if more == "message":
            return (
                _("The customer left a message.")
                if agent
                else _("Your words are kept as a message; we answer you at the number or address you gave.")
            )
        case "left":
            return _("The customer waits no longer.") if agent else _("You wait no longer.")
        case "ended":
            return _("This chat is over.")
        case "danger":
            return advice_of(more)
        case "case":
            return _case_words(more, agent=agent)
    return ""


def _case_words(report_id: str, *, agent: bool) -> str:
    told = int(report_id) if report_id.isdecimal() else 0
    case = case_of_report(told) if agent or not told else case_for_link(report(told))
    if case is None:
        return _("We wrote this down; a person looks at it.")
    return _("We wrote this down under number %(number)s.") % {"number": case.number}


def advice_of(hazard: str) -> str:
    """What to do at once about this danger, in the reader's language."""
    found = next((one for one in knowledge().hazards if one.code == hazard), None)
    if found is None:
        return ""
    return str(found.advice_zh if is_chinese() else found.advice_en)


def script_words(code: str) -> str:
    """A sentence of the script in the reader's language; empty when there is none."""
    found = next((one for one in knowledge().script.line if one.code == code), None)
    if found is None:
        return ""
    return str(found.zh if is_chinese() else found.en)


def is_chinese() -> bool:
    return (get_language() or "en").startswith("zh")


def _looked_through(content: bytes) -> None:
    """Nothing is handed out that the installation's virus scanner has not looked through, as with files of a case."""
    if not settings.BIHUAN_CLAMAV:
        return
    try:
        hurts = found_in(content, at=settings.BIHUAN_CLAMAV)
    except NotScanned:
        raise FileNotLookedThrough from None
    if hurts:
        raise FileHurts(hurts)


def file_response(chat: object, line_id: int) -> HttpResponse:
    """A file of a chat: a picture drawn anew without what its camera noted, all else as bytes to be kept."""
    row, name, content = file_of(chat, line_id)  # type: ignore[arg-type]
    _looked_through(content)
    media = "application/octet-stream"
    if row.media in PICTURES:
        try:
            content, media = without_metadata(content)
        except NotAPicture:
            pass  # then it is bytes like any other
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
