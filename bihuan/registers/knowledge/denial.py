"""Whether a customer says that something is *not* so. Pure.

Only a clear denial counts. A question, a doubt, a look back ("it did not before") or a double denial
is no denial, because an alarm too many costs a phone call and one too few may cost a life.
"""

import re

from bihuan.registers.knowledge.matching import Found, clause_after, clause_before

_SENSED = (
    r"(?:再|有|闻到|闻见|闻出|发现|感觉到?|感到|出现|发生|见到?|看到?|看见|听到|觉得|存在|任何|什么|明显的?"
    r"|一点儿?|丝毫|过|到|了|漏水|异响|、)"
)
_NO_ZH = re.compile(rf"(?:并?没有|并?没|并?未|无|不会|不再|不是|不){_SENSED}*$")
_NO_EN = re.compile(
    r"\b(?:no|not|without|never|isn't|aren't|wasn't|doesn't|don't|didn't|cannot|can't|won't|nor)"
    r"(?:\s+(?:any|a|an|the|more|longer|signs?|trace|of|smell|smelling|see|notice|feel|there|been|be|even"
    r"|[a-z]+\s+(?:or|nor)))*\s+$"
)
_DOUBT_ZH = re.compile(
    r"不知道|不知|不确定|不清楚|不敢说|不能说|说不定|好像|似乎|可能|应该|也许|大概|难道|怀疑|怕|担心|以前|之前|原来|本来|原先"
    r"|昨天|刚买|不是|并非|为什么|怎么"
)
_ASKED_ZH = re.compile(r"有没有?|是不是|会不会|能不能|有无|是否")
_DOUBT_EN = re.compile(
    r"\b(?:not sure|not certain|if|whether|maybe|think|might|could|used to|know|idea|seems?|why|before)\b"
)
_AFTERWARDS = re.compile(r"(?<![什怎多那这])[吗么]|吧|[?？]|才怪|^是不可能|^不可能")
_JOINED = re.compile(r"^\s*(?:[、/]|或者?|和|及|以及|跟|与|也没有?|也不|又不|\bor\b|\bnor\b|\band\b|\s)+$")
_NO_GAP = re.compile(
    r"(?:没有|没|无|闻不到|不)(?:再|会|发|出现|什么|任何)?$|\b(?:not|no|no longer|never)\s+$"
)
_ADJACENT = re.compile(
    r"(?:没有|没|不会|不再|未|无|不)(?:再|出现|发现|任何|什么)*$"
    r"|\b(?:no|not|never|without|doesn't|isn't|no longer|stopped)\s+(?:any\s+)?$"
)


def denied(text: str, found: Found, *, before: Found | None = None, before_denied: bool = False) -> bool:
    """Whether this find is clearly denied; `before` is the find just before it in a list of things."""
    if _AFTERWARDS.search(clause_after(text, found.end)):
        return False
    if before is not None and before_denied and _JOINED.match(text[before.end : found.start]):
        return True
    if any(_NO_GAP.search(gap) and not _ASKED_ZH.search(gap) for gap in found.gaps):
        return True
    ahead = clause_before(text, found.start)
    no = _NO_ZH.search(ahead) or _NO_EN.search(ahead)
    if no is None or _ASKED_ZH.search(ahead):
        return False
    if no.group().startswith("不是") and clause_after(text, found.end).startswith("就是"):
        return False
    earlier = ahead[: no.start()]
    return not (_DOUBT_ZH.search(earlier) or _DOUBT_EN.search(ahead))


def simply_denied(text: str, found: Found) -> bool:
    """Whether a denial stands directly before a symptom ("不漏水", "no leak"); questions are no denial."""
    ahead = clause_before(text, found.start)
    if _ASKED_ZH.search(ahead) or _AFTERWARDS.search(clause_after(text, found.end)):
        return False
    if any(_NO_GAP.search(gap) and not _ASKED_ZH.search(gap) for gap in found.gaps):
        return True
    return _ADJACENT.search(ahead) is not None
