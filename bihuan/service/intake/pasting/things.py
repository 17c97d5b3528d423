# ruff: noqa: E501 (a pattern reads better in one line)
"""The appliance in a message: family, brand, model, serial, code shown; the order it was bought with."""

import re
from collections.abc import Iterable
from functools import lru_cache

from bihuan.registers.knowledge.matching import Phrase, find, longest, phrase
from bihuan.service.intake.pasting.labels import Labelled, of_kind
from bihuan.service.intake.pasting.values import Heard, Known

BRANDS: tuple[tuple[str, tuple[str, ...]], ...] = (  # as the trade writes them → how else they are written
    ("美的", ("midea",)), ("海尔", ("haier",)), ("格力", ("gree",)), ("海信", ("hisense",)), ("TCL", ()),
    ("奥克斯", ("aux",)), ("长虹", ("changhong",)), ("志高", ("chigo",)), ("科龙", ("kelon",)), ("容声", ("ronshen",)),
    ("小天鹅", ("littleswan", "little swan")), ("西门子", ("siemens",)), ("博世", ("bosch",)), ("松下", ("panasonic",)),
    ("三菱", ("mitsubishi",)), ("大金", ("daikin",)), ("日立", ("hitachi",)), ("三星", ("samsung",)), ("LG", ()),
    ("方太", ("fotile",)), ("老板", ("robam",)), ("万和", ("vanward",)), ("万家乐", ("macro",)), ("林内", ("rinnai",)),
    ("能率", ("noritz",)), ("A.O.史密斯", ("a.o.史密斯", "ao史密斯", "a.o史密斯", "a.o. smith", "ao smith", "史密斯")),
    ("华帝", ("vatti",)), ("云米", ("viomi",)), ("小米", ("米家", "xiaomi")), ("统帅", ("leader",)), ("卡萨帝", ("casarte",)),
    ("美菱", ("meiling",)), ("帅康", ("sacon",)), ("火星人", ("marssenger",)), ("格兰仕", ("galanz",)), ("惠而浦", ("whirlpool",)),
    ("樱花", ("sakura",)), ("春兰", ()), ("新飞", ()), ("扬子", ()), ("荣事达", ("royalstar",)), ("东芝", ("toshiba",)),
    ("夏普", ("sharp",)), ("威能", ("vaillant",)), ("阿里斯顿", ("ariston",)), ("华凌", ()), ("约克", ("york",)), ("麦克维尔", ("mcquay",)),
)  # fmt: skip
_GOES_ON = r"(?!广场|大厦|路|大道|花园|小区|公寓|工业园|城|街)"
_NOT_BEFORE = {
    "美的": "完优甜精最健",
    "老板": "",
    "万和": "千",
    "小米": "",
    "三星": "",
    "日立": "",
    "统帅": "",
    "能率": "功可效性",
}
_BOSS = r"(?:(?<=品牌[: ])老板|(?<=品牌:[ ])老板|老板(?=的?[A-Z0-9]|牌|的(?:油|烟|燃|灶|电)|大?吸?抽?油烟机|烟机|燃?煤?[气灶]|灶|电器|消毒|蒸|集成|热水))"
_MODEL = re.compile(
    r"(?<![A-Za-z0-9\-])(?:[A-Z]{2,4}-(?=[A-Z]{2,4}-))?(?:[A-Za-z]{2,6}[-/]?[A-Za-z0-9]*\d[A-Za-z0-9]*|[A-Za-z]\d{2,}[A-Za-z0-9]+|[A-Za-z]{1,5}-[A-Za-z0-9]*\d[A-Za-z0-9]*"
    r"|\d{2}-[A-Z]{1,4}\d+[A-Z0-9]*)(?:[-/][A-Za-z0-9]+){0,3}(?:\([A-Za-z0-9]{1,4}\))?(?![A-Za-z0-9])"
)
_ANY_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-/.]{2,40}(?:\([A-Za-z0-9]{1,6}\))?")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{5,39}")
_ORDER = re.compile(r"[A-Za-z]{0,6}[-_]?\d[\dA-Za-z\-]{5,40}")
_CASE_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}20\d{9}(?!\d)")
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])\d{14,30}(?!\d)")
_CODE = re.compile(
    r"(?:显示|报警?|跳|出现|代码|故障码|报错|error|code|shows?)\s{0,2}(?:了|为|是|代码|故障)?\s{0,2}(?P<code>[A-Za-z]{1,2}\d{1,3}|\d{1,2}[A-Za-z]?|dE|[A-Z]{2})(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9\-])(?P<bare>[EFHPCU]\d{1,2})(?![A-Za-z0-9\-])",
    re.I,
)
_BOUGHT_AT = {
    "online": r"京东|天猫|淘宝|拼多多|抖音|唯品会|网上|网购|苏宁易购|官网|官方旗舰店|旗舰店",
    "store": r"苏宁|国美|专卖店|实体店|商场|五星电器|大卖场",
    "second_hand": r"二手",
    "project": r"精装房|开发商|房东",
}
_KINDS = (
    ("relocation", r"移机|拆装|移装|挪机|搬家拆"),
    ("installation", r"安装(?!于|师傅|的时候)|装机|上门装|还没装|装一?下|install(?:ation|ed)?\b"),
    ("cleaning", r"清洗|保养|深度清洁|清理|cleaning"),
    ("return_exchange", r"退货|换货|退机|换机|退款"),
    ("complaint", r"投诉"),
)
_URGENT = re.compile(
    r"(?:很急|急急|加急|紧急|赶紧|马上|立刻|尽快|越快越好|速来|快来|危险|urgent|asap|emergency|害怕|不敢(?:用|开))|急(?=[!！。,\s]|$)"
)


@lru_cache(maxsize=8)
def _families(known: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Phrase, ...]:
    return tuple(phrase(code, said) for code, words in known for said in words)


def products_in(text: str, known: Known) -> list[Heard]:
    """The families named in a folded, lowered text, in reading order."""
    named = tuple((one.code, one.said) for one in known.knowledge.families)
    hits = longest(find(_families(named), text))
    return [Heard("product", hit.code, (hit.start, hit.end)) for hit in hits]


@lru_cache(maxsize=8)
def _brand_patterns(more: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for name, others in (*more, *BRANDS):
        words = sorted({name.lower(), *(word.lower() for word in others)}, key=len, reverse=True)
        spelt = "|".join(_spelling(word, name) for word in words)
        made.append((name, re.compile(spelt, re.I)))
    return tuple(made)


def _spelling(word: str, name: str) -> str:
    if word == "老板":
        return _BOSS
    if word.isascii():
        return rf"(?<![a-z]){re.escape(word)}(?![a-z])"
    before = _NOT_BEFORE.get(name, "")
    return (rf"(?<![{before}])" if before else "") + re.escape(word) + _GOES_ON


def brands_in(text: str, known: Known) -> list[Heard]:
    """The brands named in a folded, lowered text, in reading order, the longest spelling at each place."""
    found: list[Heard] = []
    for name, pattern in _brand_patterns(known.brands):
        found += [Heard("brand", name, hit.span()) for hit in pattern.finditer(text)]
    found.sort(key=lambda one: (one.span[0], -one.span[1]))
    kept: list[Heard] = []
    for one in found:
        if not kept or one.span[0] >= kept[-1].span[1]:
            kept.append(one)
    return kept


def models_in(text: str, labels: Iterable[Labelled], known: Known) -> list[Heard]:
    """Model numbers: behind their label, of the catalogue, or made like one."""
    found = []
    for one in of_kind(labels, "model"):
        hit = _ANY_MODEL.search(text, *one.value)
        if hit and re.search(r"\d", hit.group()):
            found.append(Heard("model", hit.group(), hit.span()))
    for model in known.models:
        at = text.lower().find(model.lower()) if len(model) > 3 else -1
        if at >= 0:
            found.append(Heard("model", text[at : at + len(model)], (at, at + len(model))))
    for hit in _MODEL.finditer(text):
        told = hit.group()
        if len(told) >= 4 and re.search(r"\d", told) and not re.fullmatch(r"[A-Za-z]\d{1,2}[A-Za-z]?", told):
            found.append(Heard("model", told, hit.span()))
    return found


def serial_in(text: str, labels: Iterable[Labelled]) -> list[Heard]:
    """Serial numbers, which stand behind their label only."""
    hits = [_SERIAL.search(text, *one.value) for one in of_kind(labels, "serial")]
    found = [
        Heard("serial", hit.group(), hit.span()) for hit in hits if hit and re.search(r"\d{3}", hit.group())
    ]
    loose = re.compile(
        r"(?:SN码?|S/N|序列号|机身编?码|条码)(?:是|为)?\s{0,3}[:]?\s{0,3}([A-Za-z0-9]{8,39})", re.I
    )
    return found or [Heard("serial", hit.group(1), hit.span(1)) for hit in loose.finditer(text)]


def orders_in(text: str, labels: Iterable[Labelled]) -> list[Heard]:
    """Order numbers of elsewhere: behind their label, or a number too long to be anything else."""
    found = []
    for one in of_kind(labels, "order"):
        hit = _ORDER.search(text, *one.value)
        if hit and hit.start() - one.value[0] <= 3:
            found.append(Heard("order", hit.group(), hit.span()))
    if not found:
        found = [Heard("order", hit.group(), hit.span()) for hit in _LONG_NUMBER.finditer(text)]
    return found


def case_numbers_in(text: str) -> list[Heard]:
    """Numbers of our own cases that the message names."""
    return [Heard("case_number", hit.group(), hit.span()) for hit in _CASE_NUMBER.finditer(text)]


def codes_in(text: str) -> list[Heard]:
    """Codes that a machine shows: E1, F13, dE."""
    return [
        Heard("error_code", hit["code"] or hit["bare"], hit.span("code") if hit["code"] else hit.span("bare"))
        for hit in _CODE.finditer(text)
    ]


def kinds_in(text: str) -> list[Heard]:
    """The kind of work that is asked for, where the words name one that is not a repair."""
    return [Heard("kind", kind, hit.span()) for kind, words in _KINDS for hit in re.finditer(words, text)]


def bought_at_in(text: str) -> list[Heard]:
    """Where it was bought: the code of the channel."""
    found = []
    for code, words in _BOUGHT_AT.items():
        for hit in re.finditer(words, text):
            near = text[max(0, hit.start() - 8) : hit.end() + 8]
            if re.search(r"买|购|下单|订单|渠道|订的|售后|装的", near):
                found.append(Heard("bought_at", code, hit.span()))
    return found


def urgent_in(text: str) -> list[Heard]:
    return [Heard("urgent", hit.group(), hit.span()) for hit in _URGENT.finditer(text)]
