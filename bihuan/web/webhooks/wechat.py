"""/in/wechat/: where WeChat knocks. Checked first, kept second, answered third; who they are is looked up last."""

import logging
import secrets
import time
from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bihuan.ground.worktime.clock import now
from bihuan.registers.channels.wechat.account import Account, callback_account
from bihuan.registers.channels.wechat.callback import (
    WINDOW_SECONDS,
    Callback,
    echo_of,
    opened,
    reply,
)
from bihuan.registers.channels.wechat.signing import NotTheirs
from bihuan.registers.channels.wechat.tags import MOST_BYTES
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.picking_up import want_file
from bihuan.service.notices.chatting import answer_to
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.web.webhooks")
WRONG = Throttle(name="wechat-wrong", times=60, seconds=60)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def knock(request: HttpRequest) -> HttpResponse:
    """GET: WeChat looks whether we hold the token. POST: a message or an event."""
    account = callback_account()
    if account is None or WRONG.spent(request):
        return HttpResponseForbidden()
    try:
        if request.method == "GET":
            said = echo_of(request.GET.dict(), account=account, now=time.time())
            return _said(said)
        return _said(taken(request.GET.dict(), _body(request), account=account, now=now()))
    except NotTheirs as refused:
        WRONG.count(request)
        log.warning("A knock that is not WeChat's was refused: %s", refused.code)
        return HttpResponseForbidden()


def taken(query: Mapping[str, str], body: bytes, *, account: Account, now: datetime) -> str:
    """Keep the message and answer it; NotTheirs unless it is WeChat's. The same once more is answered alike."""
    heard = opened(query, body, account=account, now=time.time(), remember=_remember)
    kept = keep("wechat", heard.xml, once=heard.once, now=now)
    want_file("wechat", kept.message.id, said=heard.told, now=now)
    words = answer_to(heard.told, now=now)
    return _answered(heard, words, account=account)


def _answered(heard: Callback, words: str, *, account: Account) -> str:
    return reply(heard, words, account=account, at=int(time.time()), nonce=secrets.token_hex(8))


def _body(request: HttpRequest) -> bytes:
    """What was sent, to our limit."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotTheirs("too_large")
    return body


def _remember(mark: str, digest: str) -> bool:
    """Whether a nonce is new, or came with the same message before: WeChat delivers up to three times."""
    key = f"wechat-nonce:{mark}"
    if cache.add(key, digest, 2 * WINDOW_SECONDS):
        return True
    return bool(cache.get(key) == digest)


def _said(words: str) -> HttpResponse:
    kind = "application/xml" if words.startswith("<xml>") else "text/plain"
    return HttpResponse(words, content_type=f"{kind}; charset=utf-8")
