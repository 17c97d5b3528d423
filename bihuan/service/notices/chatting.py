"""What is answered in the chat in the same breath: a greeting, where a menu leads, that the words were taken.

The answer to one message is always the same, however often WeChat delivers it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from bihuan.registers.channels.models import Follower
from bihuan.registers.channels.wechat import menu
from bihuan.registers.channels.wechat.binding import BindingRefused, bind, unbind_chat
from bihuan.registers.channels.wechat.followers import hear
from bihuan.registers.channels.wechat.reader import PROBE, binding_code, is_unbinding
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.chat_cases import goes_on_with, lines_of_open
from bihuan.service.notices.texts import filled
from bihuan.service.notices.wordings import parts_of

USUAL_LANGUAGE = "zh-hans"
HOW = {"click": "click", "subscribe": "follow", "scan": "scan", "unsubscribe": "leave"}
TAPPED = {  # what a menu's entry answers, and where it leads
    menu.REPORT: ("chat_report", "/report/"),
    menu.PROGRESS: ("chat_progress", "/track/"),
    menu.MACHINES: ("chat_machines", "/my"),
    menu.COMPLAIN: ("chat_complain", "/feedback"),
    menu.BIND: ("chat_bind", "/my/wechat"),
    menu.PERSON: ("chat_person", ""),
}


def answer_to(told: Mapping[str, str], message: RawMessage, *, now: datetime) -> str:
    """Hear whoever wrote or tapped and say what the chat answers; empty where there is nothing to say. `message` is
    what was kept of it."""
    openid, kind = told.get("FromUserName", "").strip(), told.get("MsgType", "").lower()
    if not openid or not kind or len(openid) > 128 or PROBE.fullmatch(told.get("Content", "")):
        return ""
    event = told.get("Event", "").lower()
    how = HOW.get(event, "") if kind == "event" else Follower.MESSAGE
    if not how:
        return ""
    row = hear(openid, how, now=now)
    language = (row.customer.language if row.customer else "") or USUAL_LANGUAGE
    if kind == "event":
        return _to_event(event, told.get("EventKey", ""), row, language=language)
    words = told.get("Content", "") if kind == "text" else ""
    return _about_binding(openid, words, language=language, now=now) or _taken(
        openid, message, language=language
    )


def _to_event(event: str, key: str, row: Follower, *, language: str) -> str:
    if event in {"subscribe", "scan"}:
        return _said("chat_welcome", language=language)
    if event != "click":
        return ""
    if key == menu.PROGRESS and (links := lines_of_open(row, language=language) or _last_link(row)):
        return _said("chat_progress", language=language, link="\n".join(["", *links]))
    kind, path = TAPPED.get(key, ("chat_person", ""))
    return _said(kind, language=language, link=f"{settings.BIHUAN_ADDRESS}{path}" if path else "")


def _about_binding(openid: str, words: str, *, language: str, now: datetime) -> str:
    """What a code that binds, or the wish to be bound no more, is answered; empty for all other words."""
    if code := binding_code(words):
        try:
            bind(openid, code, now=now)
        except BindingRefused:
            return _said("chat_not_bound", language=language, link=f"{settings.BIHUAN_ADDRESS}/my/wechat")
        return _said("chat_bound", language=language)
    if is_unbinding(words):
        unbind_chat(openid, now=now)
        return _said("chat_unbound", language=language)
    return ""


def _taken(openid: str, message: RawMessage, *, language: str) -> str:
    """That the words were taken: for the case that they go on with, else for one whose number follows."""
    case = goes_on_with(message, openid)
    if case is None:
        return _said("chat_received", language=language)
    return _said("chat_joined", language=language, link=link_of(case.report), number=case.number)


def _last_link(row: Follower) -> list[str]:
    """The private page of the newest report of whoever bound this chat."""
    if row.customer is None or row.customer.forgotten_at is not None:
        return []
    report = Report.objects.filter(customer=row.customer, joins__isnull=True).order_by("-id").first()
    return [link_of(report)] if report is not None else []


def _said(kind: str, *, language: str, link: str = "", **fill: str) -> str:
    return filled(parts_of("customer", kind, language=language), fill=fill, link=link).words
