"""Playing WeChat: a knock as the real one makes it, signed and sealed with the account's own token and key. For the
demo's page, for the probe of the channel, and for tests."""

from collections.abc import Mapping

from bihuan.registers.channels.wechat.account import Account
from bihuan.registers.channels.wechat.callback import sealed_reply
from bihuan.registers.channels.wechat.signing import decrypt, signature_of
from bihuan.registers.channels.wechat.tags import read_tags, write_tags


def message_xml(told: Mapping[str, str | int], *, sender: str, account: Account, at: int) -> bytes:
    """A message or an event as WeChat writes it. `at`: epoch seconds."""
    usual: dict[str, str | int] = {"ToUserName": account.app_id, "FromUserName": sender, "CreateTime": at}
    return write_tags({**usual, **told}).encode()


def knock_of(xml: bytes, *, account: Account, at: int, nonce: str) -> tuple[dict[str, str], bytes]:
    """Query and body of the request by which WeChat hands this over."""
    query = {"timestamp": str(at), "nonce": nonce}
    if not account.encrypts:
        return query | {"signature": signature_of(account.token, str(at), nonce)}, xml
    sealed = read_tags(sealed_reply(xml.decode(), account=account, at=at, nonce=nonce).encode())
    body = write_tags({"ToUserName": account.app_id, "Encrypt": sealed["Encrypt"]}).encode()
    signed = {"signature": signature_of(account.token, str(at), nonce), "encrypt_type": "aes"}
    return query | signed | {"msg_signature": sealed["MsgSignature"]}, body


def answer_in(said: str, *, account: Account) -> str:
    """What the chat answered in the same breath; empty where it said nothing."""
    if not said.startswith("<xml>"):
        return ""
    told = read_tags(said.encode())
    if "Encrypt" in told:
        told = read_tags(decrypt(told["Encrypt"], aes_key=account.aes_key, app_id=account.app_id))
    return told.get("Content", "")
