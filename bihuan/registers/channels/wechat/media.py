"""Fetching what a customer sent by WeChat: it lies there for three days, so it is fetched at once and again."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.registers.channels.outward import AddressRefused, NoAnswer, ask
from bihuan.registers.channels.wechat.account import HOSTS, Account
from bihuan.registers.channels.wechat.errors import TOKEN_ENDED, judged
from bihuan.registers.channels.wechat.tokens import access_token, token_ended

MOST_BYTES = 12 * 1024 * 1024
TIMEOUT_SECONDS = 20.0
PICTURES = ("mmbiz.qpic.cn", ".qpic.cn", ".qlogo.cn")
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/speex": "speex",
    "voice/speex": "speex",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "video/mpeg4": "mp4",
}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file as WeChat handed it over; what kind it is, is what WeChat says."""

    media: str
    content: bytes = field(repr=False)

    @property
    def ending(self) -> str:
        return ENDINGS.get(self.media, "bin")


def fetch_media(account: Account, media_id: str) -> Fetched:
    """The file of this number; NotSent when it should be tried again, NeverSent when it is gone."""
    for last in (False, True):
        token = access_token(account)
        query = urlencode({"access_token": token, "media_id": media_id})
        try:
            return fetch_picture(f"{account.address}/cgi-bin/media/get?{query}", hosts=HOSTS)
        except RefusedInWords as refused:
            if refused.number not in TOKEN_ENDED or last:
                raise judged(refused.number) from refused
            token_ended(account, token)
    raise NotSent("token_ended")


def fetch_picture(url: str, *, hosts: tuple[str, ...] = PICTURES) -> Fetched:
    """The file at an address that WeChat named, one of its own houses; looked at like every outgoing request."""
    url = f"https://{url.removeprefix('http://')}" if url.startswith("http://mmbiz.") else url
    try:
        answer = ask(url, hosts=hosts, method="GET", timeout=TIMEOUT_SECONDS, most=MOST_BYTES + 1)
    except AddressRefused as refused:
        raise NeverSent(f"address_{refused.args[0]}") from refused
    except NoAnswer as nothing:
        raise NotSent(str(nothing.args[0])) from nothing
    if answer.status != 200:
        raise NotSent(f"status {answer.status}")
    media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in {"application/json", "text/plain", "text/json"}:
        raise RefusedInWords(answer.told().get("errcode"))
    if not answer.body or len(answer.body) > MOST_BYTES:
        raise NeverSent("file_too_large" if answer.body else "file_empty")
    return Fetched(media=media, content=answer.body)


class RefusedInWords(NotSent):
    """An answer in words where a file was asked for."""

    def __init__(self, number: object) -> None:
        super().__init__("unreadable_answer")
        self.number = number
