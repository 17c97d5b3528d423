"""A polite closing (谢谢, all good now) is no complaint: it opens nothing again. Pure.

Words count as polite only when nothing else is left of them: "谢谢，可还是不制冷" says more than thanks.
"""

import re

_CLOSING = (
    "谢谢", "多谢", "感谢", "辛苦", "再见", "收到", "好的", "好了", "修好", "可以了", "没问题", "解决", "正常",
    "满意", "thank you", "thanks", "thx", "ok", "okay", "great", "perfect", "all good", "good", "fine", "well done",
    "solved", "works now", "bye",
)  # fmt: skip
_BESIDE = (
    "师傅", "客服", "服务", "你们", "您们", "大家", "非常", "十分", "特别", "现在", "已经", "已", "帮助", "帮忙",
    "麻烦", "客气", "你", "您", "很", "太", "都", "啦", "了", "呀", "哦", "嗯", "的", "it", "many", "very much",
    "so much", "a lot", "again", "for your help", "for the help", "everyone", "now", "all", "have a nice day",
    "kind regards", "best regards",
)  # fmt: skip


def _any_of(phrases: tuple[str, ...]) -> str:
    """The longest first; English ones as whole words."""
    marks = sorted(phrases, key=len, reverse=True)
    return "|".join(rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in marks)


_CLOSINGS = re.compile(_any_of(_CLOSING))
_ALL = re.compile(_any_of(_CLOSING + _BESIDE))
LONGEST = 200


def only_thanks(words: str) -> bool:
    """Whether somebody only says thank you, or that all is well; a question or anything else is more than that."""
    told = words.strip().lower()
    if not told or len(told) > LONGEST or "?" in told or "？" in told:
        return False
    return bool(_CLOSINGS.search(told)) and not any(sign.isalnum() for sign in _ALL.sub("", told))
