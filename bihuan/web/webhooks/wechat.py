"""/in/wechat/: where WeChat knocks. What is not theirs is refused, and only its kind is written down."""

import logging
import time

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bihuan.ground.worktime.clock import now
from bihuan.registers.channels.wechat.account import callback_account
from bihuan.registers.channels.wechat.callback import echo_of
from bihuan.registers.channels.wechat.signing import NotTheirs
from bihuan.registers.channels.wechat.tags import MOST_BYTES
from bihuan.service.notices.chat_door import take_knock
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.web.webhooks")
WRONG = Throttle(name="wechat-wrong", times=60, seconds=60)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def knock(request: HttpRequest) -> HttpResponse:
    """GET: WeChat looks whether we hold the token. POST: a message or an event; answered once it is kept."""
    account = callback_account()
    if account is None:
        return HttpResponseForbidden()
    try:
        if request.method == "GET":
            return _said(echo_of(request.GET.dict(), account=account, now=time.time()))
        return _said(take_knock(request.GET.dict(), _body(request), account=account, now=now()))
    except NotTheirs as refused:
        if not WRONG.count(request):  # whoever guesses is slowed down, never the house itself
            return HttpResponse(status=429)
        log.warning("A knock that is not WeChat's was refused: %s", refused.code)
        return HttpResponseForbidden()


def _body(request: HttpRequest) -> bytes:
    """What was sent, to our limit."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotTheirs("too_large")
    return body


def _said(words: str) -> HttpResponse:
    kind = "application/xml" if words.startswith("<xml>") else "text/plain"
    return HttpResponse(words, content_type=f"{kind}; charset=utf-8")
