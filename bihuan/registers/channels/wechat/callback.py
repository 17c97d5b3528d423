"""One knock of WeChat's at our door: is it theirs, is it fresh, and what is its key. Everything is checked before a
single word is read, and whatever cannot be checked is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from bihuan.registers.channels.wechat.account import Account
from bihuan.registers.channels.wechat.signing import NotTheirs, decrypt, encrypt, is_signed, signature_of
from bihuan.registers.channels.wechat.tags import NoTags, read_tags, write_tags

WINDOW_SECONDS = 600  # how far their clock and ours may differ, and how long a nonce is remembered

type Remember = Callable[[str, str], bool]
"""(mark of a nonce, digest of a body) → whether this nonce is new, or came with this very body before."""


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A knock that is theirs: the message in clear, its key, and who wrote it."""

    xml: bytes = field(repr=False)
    once: str = field(repr=False)
    told: Mapping[str, str] = field(repr=False)
    sealed: bool  # it came encrypted, so the answer must go the same way

    @property
    def sender(self) -> str:
        return self.told.get("FromUserName", "")


def echo_of(query: Mapping[str, str], *, account: Account, now: float) -> str:
    """What we answer when WeChat looks whether we hold the token; NotTheirs otherwise."""
    _in_time(query, now=now)
    if not is_signed(query.get("signature", ""), account.token, query["timestamp"], query.get("nonce", "")):
        raise NotTheirs("signature")
    return query.get("echostr", "")[:200]


def sealed_echo(query: Mapping[str, str], *, account: Account, now: float) -> str:
    """The same look, as WeCom does it: what is to be echoed comes sealed."""
    _in_time(query, now=now)
    sealed = query.get("echostr", "")
    parts = (account.token, query["timestamp"], query.get("nonce", ""), sealed)
    if not sealed or not is_signed(query.get("msg_signature", ""), *parts):
        raise NotTheirs("signature")
    clear = decrypt(sealed, aes_key=account.aes_key, app_id=account.app_id)
    return clear.decode(errors="replace")[:200]


def opened(
    query: Mapping[str, str], body: bytes, *, account: Account, now: float, remember: Remember
) -> Callback:
    """The knock in clear, NotTheirs unless every check holds. `now`: the wall clock in epoch seconds."""
    _in_time(query, now=now)
    at, nonce = query["timestamp"], query.get("nonce", "")
    if account.encrypts:
        xml = _unsealed(query, body, account=account)
    else:
        if not is_signed(query.get("signature", ""), account.token, at, nonce):
            raise NotTheirs("signature")
        xml = body
    if not nonce or not remember(f"{at}.{nonce}"[:200], sha256(xml).hexdigest()):
        raise NotTheirs("used_before")
    told = _told(xml)
    return Callback(xml=xml, once=key_of(told, xml), told=told, sealed=account.encrypts)


def _unsealed(query: Mapping[str, str], body: bytes, *, account: Account) -> bytes:
    """The message inside an encrypted knock."""
    try:
        sealed = read_tags(body).get("Encrypt", "")
    except NoTags as fault:
        raise NotTheirs("not_xml") from fault
    parts = (account.token, query["timestamp"], query.get("nonce", ""), sealed)
    if not sealed or not is_signed(query.get("msg_signature", ""), *parts):
        raise NotTheirs("signature")
    return decrypt(sealed, aes_key=account.aes_key, app_id=account.app_id)


def _in_time(query: Mapping[str, str], *, now: float) -> None:
    at = query.get("timestamp", "")
    if not (at.isascii() and at.isdecimal() and len(at) <= 12):
        raise NotTheirs("no_time")
    if abs(now - int(at)) > WINDOW_SECONDS:
        raise NotTheirs("too_old")


def _told(xml: bytes) -> dict[str, str]:
    """What a message of theirs says; nothing where it cannot be read: it is kept for a person all the same."""
    try:
        return read_tags(xml)
    except NoTags:
        return {}


def key_of(told: Mapping[str, str], xml: bytes) -> str:
    """By what the same message is known when it is delivered again: its number; an event's sender, moment and name."""
    if told.get("MsgId"):
        return f"message {told['MsgId']}"
    if told.get("Event") and told.get("FromUserName"):
        parts = ("FromUserName", "CreateTime", "Event", "EventKey", "MsgID")
        return "event " + " ".join(told.get(name, "") for name in parts)
    return f"bytes {sha256(xml).hexdigest()}"


def reply(to: Callback, words: str, *, account: Account, at: int, nonce: str) -> str:
    """The answer in the same breath (被动回复): a text to whoever wrote, sealed when the knock was. Empty words answer
    `success`, which WeChat takes as nothing to say. `at`: epoch seconds."""
    if not words or not to.sender:
        return "success"
    clear = write_tags(
        {
            "ToUserName": to.sender,
            "FromUserName": to.told.get("ToUserName", ""),
            "CreateTime": at,
            "MsgType": "text",
            "Content": words,
        }
    )
    return sealed_reply(clear, account=account, at=at, nonce=nonce) if to.sealed else clear


def sealed_reply(clear: str, *, account: Account, at: int, nonce: str) -> str:
    """An answer, or in the demo and in tests a knock, as AES mode wants it."""
    sealed = encrypt(clear.encode(), aes_key=account.aes_key, app_id=account.app_id)
    made = signature_of(account.token, str(at), nonce, sealed)
    return write_tags({"Encrypt": sealed, "MsgSignature": made, "TimeStamp": at, "Nonce": nonce})
