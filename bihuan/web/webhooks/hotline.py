"""Where the telephone system knocks: POST /in/hotline/ signed, or /in/hotline/SECRET/ where it can only call an
address. The answer says the caller's place in the queue and how long it takes, to be spoken."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.registers.channels.hotline.account import account
from bihuan.registers.channels.hotline.telling import LARGEST
from bihuan.service.intake.calls.knocking import Forged, knock, knock_by_path
from bihuan.web.look.doors import moment
from bihuan.web.look.throttle import Throttle

log = logging.getLogger("bihuan.webhooks")
WRONG = Throttle(name="webhook-hotline", times=20, seconds=600)
TIMESTAMP, SIGNATURE = "X-Bihuan-Timestamp", "X-Bihuan-Signature"


@csrf_exempt
@require_POST
def hotline(request: HttpRequest) -> HttpResponse:
    """One signed event, as JSON or as a form."""
    timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    return _answered(
        request,
        lambda raw: knock(raw, timestamp=timestamp, signature=signature, by=account(), now=moment(request)),
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hotline_by_path(request: HttpRequest, secret: str) -> HttpResponse:
    """One event of a telephone system that cannot sign; asked for by GET, the event stands in the query."""
    return _answered(
        request, lambda raw: knock_by_path(raw, secret=secret, by=account(), now=moment(request))
    )


def _answered(request: HttpRequest, knocked: Callable[[bytes], dict[str, Any]]) -> HttpResponse:
    """What the telephone system is told. Whoever guesses is slowed down; the true one is heard all the same, though
    both come from one address."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > LARGEST:
        return HttpResponse(status=413)
    try:
        raw = request.body if request.method == "POST" else request.META.get("QUERY_STRING", "").encode()
    except UnreadablePostError:
        return HttpResponse(status=400)
    if len(raw) > LARGEST:
        return HttpResponse(status=413)
    try:
        return JsonResponse(knocked(raw))
    except Forged:
        if not WRONG.count(request):
            return HttpResponse(status=429)
        log.warning("hotline: a wrong signature, or none is set up")
        return HttpResponse(status=403)
