"""/in/sms/PROVIDER/KEY: where the providers of SMS tell what became of a message, and what somebody answered."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bihuan.ground.worktime.clock import now
from bihuan.registers.channels.sms.account import is_theirs
from bihuan.registers.channels.sms.incoming import MOST_BYTES
from bihuan.service.notices.sms_door import take_told
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.web.webhooks")
WRONG = Throttle(name="sms-wrong", times=20, seconds=60)
PROVIDERS = {"aliyun": "aliyun_sms", "tencent": "tencent_sms"}
ANSWERS = {"aliyun": {"code": 0, "msg": "OK"}, "tencent": {"result": 0, "errmsg": "OK"}}


@csrf_exempt
@require_POST
def knock(request: HttpRequest, house: str, key: str) -> HttpResponse:
    """Answered once all of it is kept. Whoever guesses is slowed down; the provider is heard all the same, though both
    may come from one address."""
    if house not in PROVIDERS or not is_theirs(key):
        if not WRONG.count(request):
            return HttpResponse(status=429)
        log.warning("A knock that is no provider's of SMS was refused.")
        return HttpResponseForbidden()
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    take_told(PROVIDERS[house], body, now=now())
    return JsonResponse(ANSWERS[house])
