"""What WeChat's refusals mean: whether one may pass, and in a word why.

https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
"""

from datetime import timedelta

from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.registers.channels.robots import BUSY

TOKEN_ENDED = frozenset({40001, 40014, 42001, 41001})
CODES = {  # their number → our word; a star: it may pass by itself
    -1: "*busy_there",
    45009: "*day_limit",
    45011: "*rate_limited",
    40001: "*token_ended",
    40014: "*token_ended",
    42001: "*token_ended",
    41001: "*token_ended",
    40013: "account_refused",
    40125: "account_refused",
    48001: "account_refused",
    48004: "account_refused",
    50002: "account_refused",
    40164: "our_address_refused",
    61004: "our_address_refused",
    40003: "wechat_gone",
    43004: "wechat_gone",
    43019: "wechat_gone",
    43101: "wechat_refuses",
    45015: "wechat_window",
    45047: "wechat_share",
    40037: "template_refused",
    47003: "template_refused",
    40007: "file_gone",
    87014: "text_refused",
    45002: "text_refused",
    95000: "account_refused",  # from here on 微信客服: no such desk
    95001: "wechat_share",
    95002: "wechat_window",
    95018: "wechat_refuses",  # somebody answers by hand there just now
}
WAITS = {"*rate_limited": BUSY, "*day_limit": timedelta(hours=1)}


def judged(code: object) -> NotSent:
    """The refusal that a number of theirs means."""
    if not isinstance(code, int):
        return NotSent("unreadable_answer")
    word = CODES.get(code, "")
    said = f"{word.lstrip('*') or 'refused'} {code}"
    return NotSent(said, again_after=WAITS.get(word)) if word.startswith("*") else NeverSent(said)
