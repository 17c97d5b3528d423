"""/in/sms/PROVIDER/KEY: where the providers of SMS tell what became of a message, and what somebody answered."""

import logging
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bihuan.ground.worktime.clock import now
from bihuan.registers.channels.sms.account import is_theirs
from bihuan.registers.channels.sms.incoming import (
    MOST_BYTES,
    PROVIDERS,
    RECEIPT,
    NotTold,
    Told,
    items_of,
    receipt_of,
)
from bihuan.service.intake.arriving import keep
from bihuan.service.notices.receipts import hear_receipt, hear_stop
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.web.webhooks")
WRONG = Throttle(name="sms-wrong", times=20, seconds=60)
SHORT = {"aliyun": "aliyun_sms", "tencent": "tencent_sms"}
ANSWERS = {"aliyun_sms": {"code": 0, "msg": "OK"}, "tencent_sms": {"result": 0, "errmsg": "OK"}}


@csrf_exempt
@require_POST
def knock(request: HttpRequest, house: str, key: str) -> HttpResponse:
    """Everything in one knock is kept before it is answered; what cannot be taken apart is kept whole."""
    provider = SHORT.get(house, "")
    if WRONG.spent(request) or provider not in PROVIDERS or not is_theirs(key):
        WRONG.count(request)
        log.warning("A knock that is no provider's of SMS was refused.")
        return HttpResponseForbidden()
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        told = items_of(provider, body)
    except NotTold:
        keep("sms", body, once=f"{provider} whole {hash_of(body)}", now=now())
        return JsonResponse(ANSWERS[provider])
    for one in told:
        _take(one)
    return JsonResponse(ANSWERS[provider])


def _take(one: Told) -> None:
    """Keep it, then act on it: both may be done twice."""
    moment = now()
    keep("sms", one.raw, once=one.once, now=moment)
    if one.what == RECEIPT:
        hear_receipt(one.provider, receipt_of(one), now=moment)
    else:
        hear_stop(one.raw, now=moment)


def hash_of(body: bytes) -> str:
    """The key of what has none."""
    return sha256(body).hexdigest()
