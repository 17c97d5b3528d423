"""How Alibaba Cloud wants a request signed: version 3, ACS3-HMAC-SHA256.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from bihuan.registers.channels.aliyun.account import Account

ALGORITHM = "ACS3-HMAC-SHA256"


def query_of(params: Mapping[str, str]) -> str:
    """The parameters as their canonical query: sorted, every sign but letters, digits and -_.~ in per cents."""
    return "&".join(
        f"{quote(name, safe='-_.~')}={quote(params[name], safe='-_.~')}" for name in sorted(params)
    )


def signed_headers(
    *,
    account: Account,
    host: str,
    action: str,
    version: str,
    params: Mapping[str, str],
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """The headers of a POST without a body to `/` that asks for `action`. `at`: the wall clock in UTC."""
    nothing = sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    asked = "\n".join(("POST", "/", query_of(params), lines, names, nothing))
    made = hmac.new(
        account.key_secret.encode(), f"{ALGORITHM}\n{sha256(asked.encode()).hexdigest()}".encode(), sha256
    ).hexdigest()
    return headers | {
        "Authorization": f"{ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={made}"
    }
