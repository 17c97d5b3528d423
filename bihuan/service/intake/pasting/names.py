# ruff: noqa: E501 (a pattern reads better in one line)
"""Who it is: a name behind its label, a surname with a title, a name beside the phone."""

import re
from collections.abc import Iterable, Sequence

from bihuan.service.intake.pasting.folding import TAKEN
from bihuan.service.intake.pasting.labels import Labelled, of_kind
from bihuan.service.intake.pasting.values import Heard, Span

_DOUBLE = "欧阳|司马|诸葛|上官|东方|令狐|皇甫|尉迟|公孙|慕容|司徒|呼延|独孤|南宫|夏侯|端木|西门|百里|轩辕|长孙|宇文|闻人|申屠|公冶"
_SINGLE = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖仪覃付代芦闫揭邸岳帅缑亢况有琴商牟佘佴伯赏"
_SURNAME = rf"(?:{_DOUBLE}|[{_SINGLE}])"
_TITLE = r"(?:先生|女士|小姐姐?|太太|阿姨|叔叔|老师|师傅|经理|老板娘?|主任|医生|大爷|大妈|大姐|大哥|奶奶|爷爷|总|工|姐|哥|生|太)"
_TITLED = re.compile(
    rf"(?P<name>{_SURNAME}[㐀-鿿𠀀-𳎯]{{0,2}}?{_TITLE})(?![㐀-鿿𠀀-𳎯]{{0,1}}(?:产|活|程|作|日|病))"
)
_SIMPLE = re.compile(rf"{_SURNAME}[㐀-鿿𠀀-𳎯]{{0,2}}(?:{_TITLE})?")
_SAID = re.compile(
    rf"(?:[我她他]叫|名叫|大名|名字叫|我的名字是|我是(?!{_SURNAME}?[㐀-鿿𠀀-𳎯]{{0,6}}(?:街道|小区|的))|姓名是?|客户(?:叫|是)?|收件人|贵姓[:是]?)\s{{0,2}}"
    rf"(?P<name>{_SURNAME}[㐀-鿿𠀀-𳎯]{{1,3}}?)(?=[\s,，。;、\d{TAKEN}(（|]|家住|住在?|电话|手机|[先女小]|来电|$)"
)
_BY_SURNAME = re.compile(
    rf"(?:我|她|他|客户|阿姨|免贵|本人|老公|老婆)?(?<!贵)姓\s?[:：]?\s?(?P<name>{_SURNAME}|[㐀-鿿𠀀-𳎯])(?![名氏])"
)
_LATIN = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}")
_LATIN_SAID = re.compile(
    r"(?:my name is|name is|name:?|contact(?: person)?:?|i am|this is)\s{1,2}(?P<name>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2})"
)
_PARTS = re.compile(rf"[^\s,;/|。、!！?？:()\[\]【】<>{TAKEN}]+")
_NO_NAME = re.compile(
    r"[的了吗呢吧啊请来去不没坏修漏装报约买能要可在有是到给帮]|客服|客户|麻烦|前台|来电|联系|侬好|危险|谢谢|多谢|你好|您好|电话|手机|地址|空调|冰箱|小区|街道|社区|上午|下午|时间|师傅|急|随时|已|收到"
    r"|漏水|安装|维修|清洗|老婆|老公|爸|妈|微信|备用|物业|花园|公寓|新村|广场|大厦|家里|品牌|型号|什么|怎么|明天|今天"
)
_NO_SURNAME = frozenset("从应都能相后有边那和与到向通公时过")  # alone they are words, not names
_LITTLE = re.compile(rf"(?:我是|叫我|的|^|[\s,，。])(?P<name>小{_SURNAME})(?![㐀-鿿𠀀-𳎯])")
_VOCATIVE = re.compile(r"\s?(?:你好|您好|在吗|帮忙|麻烦|请|辛苦|好[,，!]|,|，)?(?:您好|你好|在吗|帮忙|麻烦)")
_STAFF = re.compile(r"(?:师傅|工|经理|老师)$")


def name_in(text: str, masked: str, labels: Sequence[Labelled], phones: Sequence[Span]) -> Heard | None:
    """The customer's name in a folded text; `masked` is the text without what was understood already."""
    return (
        _by_label(text, masked, labels)
        or _spoken(masked)
        or _titled(masked, phones)
        or _little(masked)
        or _beside(masked, phones)
        or _surname(masked)
        or _alone(masked)
    )


def _by_label(text: str, masked: str, labels: Iterable[Labelled]) -> Heard | None:
    for one in of_kind(labels, "name"):
        begin, end = one.value
        latin = _LATIN.match(text, begin, end) or re.compile(r"[A-Za-z]+(?: [A-Za-z]+){0,3}").match(
            text, begin, end
        )
        if latin:
            return _heard(latin)
        hit = re.compile(rf"[^\s,;/|。、!?:()\[\]{TAKEN}\d]+").match(masked, begin, end)
        if hit is None:
            continue
        titled = _TITLED.match(hit.group())
        if titled:
            return Heard("name", titled["name"], (begin, begin + titled.end()))
        if len(hit.group()) <= 5 or (simple := _SIMPLE.match(hit.group())) is None:
            return _heard(hit)
        return Heard("name", simple.group(), (begin, begin + simple.end()))
    return None


def _spoken(masked: str) -> Heard | None:
    latin = _LATIN_SAID.search(masked) or re.search(
        r"(?:[Mm]y name is|[Nn]ame is|[Nn]ame|[Cc]ontact|I am|I'm|This is):? (?P<name>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2})",
        masked,
    )
    if latin:
        return Heard("name", latin["name"], latin.span("name"))
    hit = _SAID.search(masked)
    if hit and not _NO_NAME.search(hit["name"]):
        end = hit.end("name")
        title = re.compile(_TITLE).match(masked, end)
        end = title.end() if title else end
        return Heard("name", masked[hit.start("name") : end], (hit.start("name"), end))
    return None


def _little(masked: str) -> Heard | None:
    """小陆: how a young customer is called."""
    hit = _LITTLE.search(masked)
    return Heard("name", hit["name"], hit.span("name")) if hit else None


def _titled(masked: str, phones: Sequence[Span]) -> Heard | None:
    """A surname with a title; the one nearest to the phone, and staff who are only spoken to last."""
    hits = [
        hit
        for hit in _TITLED.finditer(masked)
        if not _NO_NAME.search(hit["name"][:-2] if len(hit["name"]) > 3 else "")
    ]
    hits = [hit for hit in hits if not _VOCATIVE.match(masked, hit.end())]
    if not hits:
        return None
    at = phones[0][0] if phones else 0

    def far(hit: re.Match[str]) -> tuple[bool, int]:
        return bool(_STAFF.search(hit["name"])), min(abs(hit.start() - at), abs(hit.end() - at))

    best = min(hits, key=far)
    return Heard("name", best["name"], best.span("name"))


def _beside(masked: str, phones: Sequence[Span]) -> Heard | None:
    """A short word before or behind the phone that can be a name."""
    words = [hit for hit in _PARTS.finditer(masked) if re.search(r"[㐀-鿿𠀀-𳎯A-Za-z]", hit.group())]
    for begin, end in phones:
        before = [hit for hit in words if hit.end() <= begin][-2:][::-1]
        behind = [hit for hit in words if hit.start() >= end][:1]
        near = [hit for hit in before[:1] if begin - hit.end() <= 8] + [
            hit for hit in behind if hit.start() - end <= 4
        ]
        for hit in (*near, *before[1:]):
            if _may_be_name(hit.group()):
                return _heard(hit)
        for hit in near:
            tail = re.search(rf"{_SURNAME}[㐀-鿿𠀀-𳎯]{{1,2}}$", hit.group()[-3:])
            if tail and len(hit.group()) > 4 and hit.end() == begin and not _NO_NAME.search(tail.group()):
                return Heard("name", tail.group(), (hit.end() - len(tail.group()), hit.end()))
    hit_latin = _LATIN.search(masked)
    return _heard(hit_latin) if hit_latin and phones else None


def _may_be_name(word: str) -> bool:
    return (
        word not in _NO_SURNAME
        and bool(_SIMPLE.fullmatch(word))
        and len(word) <= 4
        and not _NO_NAME.search(word)
    )


def _surname(masked: str) -> Heard | None:
    hit = _BY_SURNAME.search(masked)
    return Heard("name", hit["name"], hit.span("name")) if hit else None


def _alone(masked: str) -> Heard | None:
    """A name standing alone among the words: two signs or more before a single one."""
    names = [hit for hit in _PARTS.finditer(masked) if _may_be_name(hit.group())]
    best = next((hit for hit in names if len(hit.group()) >= 2), names[0] if names else None)
    return _heard(best) if best else None


def name_by_place(masked: str) -> Heard | None:
    """The first word, when it is short and nothing else: a name whose surname we do not know."""
    first = _PARTS.search(masked)
    short = first and re.fullmatch(r"[㐀-鿿𠀀-𳎯]{2,3}", first.group()) and not _NO_NAME.search(first.group())
    return _heard(first) if first and short else None


def _heard(hit: re.Match[str]) -> Heard:
    return Heard("name", hit.group(), hit.span())
