"""What is done with a knock of WeChat's: checked first, kept second, answered third."""

import logging
import secrets
import time
from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache
from django.db import DatabaseError

from bihuan.registers.channels.wechat.account import Account
from bihuan.registers.channels.wechat.callback import WINDOW_SECONDS, Callback, opened, reply
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.picking_up import want_file
from bihuan.service.notices.chatting import answer_to

log = logging.getLogger("bihuan.service.notices")


def take_knock(query: Mapping[str, str], body: bytes, *, account: Account, now: datetime) -> str:
    """Keep the message and answer it; NotTheirs unless it is WeChat's. The same once more is answered alike. Their
    clock is held against the wall's, not against a demo's."""
    heard = opened(query, body, account=account, now=time.time(), remember=_remember)
    kept = keep("wechat", heard.xml, once=heard.once, now=now)
    want_file("wechat", kept.message.id, said=heard.told, now=now)
    words = _answer(heard, kept.message, now=now)
    return reply(heard, words, account=account, at=int(time.time()), nonce=secrets.token_hex(8))


def _answer(heard: Callback, message: RawMessage, *, now: datetime) -> str:
    """What the chat answers; nothing where that goes wrong: the words are kept, and WeChat must not tell the customer
    that we are out of order."""
    try:
        return answer_to(heard.told, message, now=now)
    except DatabaseError:
        raise  # it may pass: WeChat delivers again
    except Exception as error:
        log.error("A message of WeChat's was kept, and could not be answered: %s", type(error).__name__)
        return ""


def _remember(mark: str, digest: str) -> bool:
    """Whether a nonce is new, or came with the same message before: WeChat delivers up to three times."""
    key = f"wechat-nonce:{mark}"
    if cache.add(key, digest, 2 * WINDOW_SECONDS):
        return True
    return bool(cache.get(key) == digest)
