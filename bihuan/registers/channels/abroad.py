"""Which houses abroad this installation hands personal data to, as far as their names tell. Asks nobody."""

import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

AT_HOME = (  # houses whose service for China stands in China
    ".cn",
    ".aliyuncs.com",
    ".tencentcloudapi.com",
    ".weixin.qq.com",
    ".dingtalk.com",
    ".qq.com",
    ".163.com",
    ".126.com",
    ".aliyun.com",
    ".mxhichina.com",
    ".jd.com",
    ".tmall.com",
    ".taobao.com",
    ".suning.com",
)
OWN = ("localhost", "127.0.0.1", "::1")


def is_at_home(host: str) -> bool:
    """Whether a host is known to stand in China, or in the house itself: a name without a dot."""
    named = host.lower().rstrip(".")
    own = named in OWN or "." not in named or named.endswith((".local", ".internal", ".lan"))
    return own or any(f".{named}".endswith(end) for end in AT_HOME)


def handed_to(addresses: Iterable[str] = ()) -> list[str]:
    """The hosts that are handed what names customers and are not known to stand in China: where mail is sent and
    read, hosts that the installation allows, and those of `addresses` (where platforms are told)."""
    named = [os.environ.get(f"BIHUAN_{kind}_HOST", "").strip() for kind in ("SMTP", "IMAP")]
    named += sorted(settings.BIHUAN_CHANNEL_HOSTS)
    named += [urlsplit(one).hostname or "" for one in addresses]
    return sorted({one for one in named if one and not is_at_home(one)})
