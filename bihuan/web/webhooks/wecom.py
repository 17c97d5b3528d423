"""/in/wecom/: where WeCom says that a customer wrote by 微信客服. The words themselves are asked for afterwards."""

import logging
import time

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bihuan.registers.channels.wechat.callback import opened, sealed_echo
from bihuan.registers.channels.wechat.signing import NotTheirs
from bihuan.registers.channels.wechat.tags import MOST_BYTES
from bihuan.registers.channels.wecom_kf.account import kf_account
from bihuan.service.intake.kf_pulling import pull_soon
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.web.webhooks")
WRONG = Throttle(name="wecom-wrong", times=60, seconds=60)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def knock(request: HttpRequest) -> HttpResponse:
    """GET: WeCom looks whether we hold token and key. POST: there is something to ask for."""
    held = kf_account()
    if held is None:
        return HttpResponseForbidden()
    account, query = held.for_callbacks, request.GET.dict()
    try:
        if request.method == "GET":
            said = sealed_echo(query, account=account, now=time.time())
            return HttpResponse(said, content_type="text/plain; charset=utf-8")
        body = request.read(MOST_BYTES + 1)
        heard = opened(query, body, account=account, now=time.time(), remember=lambda mark, digest: True)
    except NotTheirs as refused:
        if not WRONG.count(request):  # whoever guesses is slowed down, never the house itself
            return HttpResponse(status=429)
        log.warning("A knock that is not WeCom's was refused: %s", refused.code)
        return HttpResponseForbidden()
    if heard.told.get("Event") == "kf_msg_or_event":
        pull_soon.enqueue(heard.told.get("Token", "")[:200])
    return HttpResponse("success", content_type="text/plain; charset=utf-8")
