"""/play/wechat: a visitor of the demo chats with the official account: menu, words, a picture, what comes back.

Each deed is a knock as WeChat makes it, signed with the demo account's token, and goes through WeChat's own door.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound
from bihuan.registers.channels.wechat import menu
from bihuan.registers.channels.wechat.account import callback_account
from bihuan.registers.channels.wechat.playing import answer_in, knock_of, message_xml
from bihuan.service.notices.chat_door import take_knock
from bihuan.service.notices.played import in_chat
from bihuan.web.customers.play import play_page
from bihuan.web.look.doors import moment
from bihuan.web.look.throttle import Throttle

COOKIE, SALT = "play_wechat", "the chat that a visitor plays"
KEPT, LONGEST = 12, 120  # lines of the visitor's own that the cookie remembers, and signs of each
TAPS = {key: name for _title, below in menu.SHOWN for key, name in below}
TRIES = Throttle(name="play-wechat", times=60, seconds=600)
PICTURE = "https://mmbiz.qpic.cn/demo.jpg"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One bubble of the chat."""

    mine: bool
    words: str
    at: datetime
    about: Any = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@play_page
def wechat(request: HttpRequest) -> HttpResponseBase:
    """The chat; its part with the bubbles asks again by itself."""
    openid, said = _held(request)
    if request.method == "POST":
        return _deed(request, openid, said)
    part = "#bubbles" if request.headers.get("HX-Request") == "true" else ""
    context = {"lines": _lines(openid, said), "menu": menu.SHOWN}
    return _kept(render(request, f"customers/play/wechat.html{part}", context), openid, said)


def _deed(request: HttpRequest, openid: str, said: list[list[Any]]) -> HttpResponse:
    """Do what was tapped or written, and remember both sides."""
    told, shown = _told(request)
    at = moment(request).timestamp()
    if told and TRIES.count(request):
        answer = _knock(told, openid=openid, now=moment(request))
        said = [*said, [1, shown[:LONGEST], at]]
        if answer:
            said.append([0, answer[:LONGEST], at])
    return _kept(redirect("customers:play_wechat"), openid, said[-KEPT:])


def _told(request: HttpRequest) -> tuple[dict[str, str | int], str]:
    """The message or event of a deed, and how the chat shows it."""
    number: dict[str, str | int] = {"MsgId": secrets.randbits(62)}
    deed, words = request.POST.get("do", ""), request.POST.get("words", "").replace("\x00", "").strip()[:2000]
    if deed == "write" and words:
        return {**number, "MsgType": "text", "Content": words}, words
    if deed == "picture":
        return {**number, "MsgType": "image", "PicUrl": PICTURE, "MediaId": secrets.token_hex(8)}, "[图片]"
    if deed == "follow":
        return {"MsgType": "event", "Event": "subscribe", "EventKey": ""}, "[关注]"
    if deed in TAPS:
        return {"MsgType": "event", "Event": "CLICK", "EventKey": deed}, f"〔{TAPS[deed]}〕"
    return {}, ""


def _knock(told: dict[str, str | int], *, openid: str, now: datetime) -> str:
    """What the account answers to a knock that carries this."""
    account = callback_account()
    if account is None:
        raise NotFound
    at = int(time.time())
    xml = message_xml(told, sender=openid, account=account, at=at)
    query, body = knock_of(xml, account=account, at=at, nonce=secrets.token_hex(8))
    return answer_in(take_knock(query, body, account=account, now=now), account=account)


def _lines(openid: str, said: list[list[Any]]) -> list[Line]:
    """Both sides in the order of time: what was said here, and what was sent into the chat."""
    own = [Line(mine=bool(mine), words=words, at=datetime.fromtimestamp(at, UTC)) for mine, words, at in said]
    about = {"template": _("Template message"), "service": _("Customer-service message")}
    told = [
        Line(mine=False, words=one.words, at=one.at, about=about.get(one.manner, one.title))
        for one in in_chat(openid)
    ]
    return sorted([*own, *told], key=lambda line: line.at)


def _held(request: HttpRequest) -> tuple[str, list[list[Any]]]:
    """Whose chat this browser plays; a changed cookie is a new one."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
        return str(held["openid"]), list(held["said"])
    except (signing.BadSignature, KeyError, TypeError):
        return f"oPlay{secrets.token_urlsafe(16)}", []


def _kept[R: HttpResponse](response: R, openid: str, said: list[list[Any]]) -> R:
    value = signing.dumps({"openid": openid, "said": said}, salt=SALT, compress=True)
    response.set_cookie(COOKIE, value, max_age=14400, httponly=True, samesite="Lax", path="/play/")
    return response
