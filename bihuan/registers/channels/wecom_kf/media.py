"""Fetching what a customer sent by 微信客服: picture, voice, film or file, which lie with WeCom for three days.

https://developer.work.weixin.qq.com/document/path/90254
"""

from urllib.parse import urlencode

from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.registers.channels.wechat.errors import TOKEN_ENDED, judged
from bihuan.registers.channels.wechat.media import Fetched, RefusedInWords, fetch_picture
from bihuan.registers.channels.wecom_kf.account import HOSTS, kf_account
from bihuan.registers.channels.wecom_kf.asking import kf_token, kf_token_ended


def fetch_kf_media(media_id: str) -> Fetched:
    """The file of this number; NotSent when it should be tried again, NeverSent when it is gone."""
    account = kf_account()
    if account is None:
        raise NeverSent("account_missing")
    for last in (False, True):
        query = urlencode({"access_token": kf_token(account), "media_id": media_id})
        try:
            return fetch_picture(f"{account.address}/cgi-bin/media/get?{query}", hosts=HOSTS)
        except RefusedInWords as refused:
            if refused.number not in TOKEN_ENDED or last:
                raise judged(refused.number) from refused
            kf_token_ended(account)
    raise NotSent("token_ended")
