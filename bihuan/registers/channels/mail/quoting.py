"""Which words of a mail are new, and which are the message that it answers.

Every client marks the old message in its own way: `> ` before each line, a line of dashes with a title (QQ, Foxmail),
a sentence that ends with “wrote:” (163, Gmail, Apple), or a block of From, Sent, To, Subject (Outlook).
"""

import re

_RULED = re.compile(
    r"\s*>?\s*[-—=_]{2,}\s*(?:原始邮件|原始郵件|回复的原邮件|回复的邮件|原邮件|原郵件|原始訊息|原始信息|original\s+message|"
    r"original\s+e?-?mail|ursprüngliche nachricht)\s*[-—=_]{2,}.{0,20}",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\s*(?:(?:在|于|於)\s?.{4,260}(?:写道|寫道|编写|编写|写到)\s?[:：]?|.{1,200}(?:于|於|在)\s?\d{4}.{3,120}(?:写道|寫道)\s?[:：]?"
    r"|on\b.{6,260}\bwrote\s?:?|.{3,200}\d{4}.{0,120}(?:写道|寫道)\s?[:：]|am\b.{6,260}\bschrieb.{0,160}:)\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\*{0,2}(?:发件人|发送人|寄件者|寄件人|發件人|from)\*{0,2}\s?[:：]", re.IGNORECASE)
_BESIDE = re.compile(
    r"\s*\*{0,2}(?:发送时间|发送日期|发件时间|日期|时间|收件人|抄送|主题|寄件日期|傳送時間|收件者|副本|主旨|發送時間|主題|日期|sent|date|to|cc|subject)"
    r"\*{0,2}\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[-_—=*]{3,}\s*")
_FORWARD = re.compile(r"\s*(?:fwd?|fw|wg|转发|轉發|轉寄)\s*[:：]", re.IGNORECASE)
LOOKED_AT = 400  # characters of one line
BLOCK = 7  # lines within which a block of From, Sent, To, Subject stands


def is_forward(subject: str) -> bool:
    """Whether somebody hands on a message: what stands below is then what they want to say."""
    return bool(_FORWARD.match(subject))


def new_words(text: str) -> str:
    """The text without the message that it answers; empty when nothing else stands there."""
    lines = text.split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if (ends := _wrote_until(lines, at)) and _answers_within(lines, ends):
            at = ends  # the old words are marked line by line, and answers may stand between them
        elif ends or _begins_old(lines, at):
            break
        elif _quoted(lines[at]):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1][:LOOKED_AT])):
        kept.pop()
    return tidy("\n".join(kept))


def _quoted(line: str) -> bool:
    return line[:3].lstrip()[:1] in {">", "＞"}


def _wrote_until(lines: list[str], at: int) -> int:
    """The line after “X wrote:”, which may be broken over three lines; 0 when that does not stand here."""
    if not lines[at].strip():
        return 0
    whole = ""
    for end in range(at, min(at + 3, len(lines))):
        line = lines[end][:LOOKED_AT]
        if (end > at and not line.strip()) or len(whole) > LOOKED_AT:
            return 0
        whole = f"{whole} {line.lstrip('>＞ ').strip()}".strip()
        if "：" in whole[-2:] or ":" in whole[-2:] or whole.endswith(("道", "wrote", "到")):
            return end + 1 if _WROTE.fullmatch(whole) and _named(whole) else 0
    return 0


def _named(sentence: str) -> bool:
    """Whether it names a time or an address, as clients do; a customer's own “he wrote:” does not."""
    return bool(re.search(r"\d{4}|@|\d{1,2}[:：]\d{2}", sentence))


def _answers_within(lines: list[str], at: int) -> bool:
    """Whether the old message is marked line by line from here on."""
    following = next((line for line in lines[at : at + 20] if line.strip()), "")
    return _quoted(following)


def _begins_old(lines: list[str], at: int) -> bool:
    line = lines[at][:LOOKED_AT]
    if _RULED.fullmatch(line):
        return True
    if not _FROM.match(line):
        return False
    beside = sum(bool(_BESIDE.match(one[:LOOKED_AT])) for one in lines[at + 1 : at + 1 + BLOCK])
    return beside >= 2


def tidy(text: str) -> str:
    """Lines without spaces at their ends, never more than one empty line together."""
    lines = [line.rstrip() for line in text.replace("\u00a0", " ").split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
