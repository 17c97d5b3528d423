"""What follows the divisions in an address: road, estate, building, door, and where that ends."""

import re

LONGEST = 80  # characters of road and door

_HARD = re.compile(r"[\n\r\t\0。；;！!？?【】\[\]{}<>《》:：]")
_SOFT = re.compile(r"[\s,，、~…]")
_LEAD = re.compile(r"[\s,，、/|>\-－—_·.）)]*")
_TOKEN = re.compile(
    r"\d+\s*(?:号楼|号院|号|弄|幢|栋|座|单元|室|楼|层|[Ff]\b|门|铺|#|组|区|期|村|房)?(?:\s*[-－—/、]\s*\d+)*\s*(?:号楼|号|室|房)?"
    r"|[A-Za-z]\d*(?:座|栋|幢|区|单元|室)|[A-Za-z]?\d+[A-Za-z]?(?![A-Za-z])"
    r"|[一二三四五六七八九十百东西南北甲乙丙丁]+(?:号楼|幢|栋|单元|楼|层|室|区|期|组|座|号)"
    r"|(?:小区|花园|花苑|公寓|新村|家园|家属院|大院|大厦|大楼|广场|中心|超市|饭店|酒店|餐厅|宾馆|学校|小学|中学|医院"
    r"|工业园|软件园|产业园|科技园|商铺|店面|门面|宿舍|社区|公馆|雅居|名邸|山庄|别墅|胡同|大道|大街|天地|半岛|国际|华府"
    r"|苑|园|村|寓|城|府|庭|湾|里|庄|邸|墅|郡|轩|阁|居|台|院|坊|组|屯|巷|弄|路|街|桥头|门口|隔壁|对面|旁边|楼下|楼上)"
)
_NOT_A_DOOR = re.compile(
    r"坏[了掉的]?|漏[水电气氟]|维修|安装|报修|预约|电话|手机|[今明后]天|[上下]午|晚上|周[一二三四五六日末]|星期|师傅|麻烦|家里|我家|这里|这边"
    r"|你[们好]|空调|冰箱|洗衣机|热水器|电视|型号|购[买于]|买的|不[^\d]{1,2}|没[有人]|有人|先生|女士|小姐|收件|块钱|\d+元|分钟|小时"
    r"|\d+年|\d+日|\d+号(?=[上下中]午|全天|都|晚上)|[我他她]们?的?|请|了"
)


def after(text: str, at: int) -> int:
    """Where the words after the divisions begin."""
    lead = _LEAD.match(text, at)
    return lead.end() if lead else at


def looks_like_a_place(text: str, at: int) -> bool:
    """Whether an address goes on here: a road, an estate or a number soon after."""
    hard = _HARD.search(text, at)
    window = text[at : min(hard.start() if hard else at + 16, at + 16)]
    return bool(re.search(r"路|街|道|巷|弄|号|幢|栋|座|苑|园|村|镇|小区|花|府|庭|湾|\d", window))


def ends_at(text: str, at: int) -> int:
    """Where the road and the door end: at a hard stop, or after the last part that looks like one of an address."""
    hard = _HARD.search(text, at, at + LONGEST)
    limit = min(hard.start() if hard else at + LONGEST, len(text))
    stop, begin = at, at
    while begin < limit:
        soft = _SOFT.search(text, begin, limit)
        piece_end = soft.start() if soft else limit
        attached = begin == at and at > 0 and not _SOFT.match(text[at - 1])
        kept = _kept(text[begin:piece_end], shortest=0 if attached else 4 if begin == at else LONGEST)
        if kept:
            stop = begin + kept
        if kept < piece_end - begin or (soft is None):
            break
        begin = piece_end + 1
        while begin < limit and _SOFT.match(text, begin):
            begin += 1
    return stop


def _kept(piece: str, *, shortest: int) -> int:
    """How many characters of a piece belong to an address. One of at least `shortest` may be the bare name of an
    estate, without any word that says so."""
    wrong = _NOT_A_DOOR.search(piece)
    held = piece[: wrong.start()] if wrong else piece
    end = max((hit.end() for hit in _TOKEN.finditer(held)), default=0)
    if end:
        closing = len(held) - end <= 1 and held.endswith(("）", ")"))
        return len(held) if closing else end
    return len(held) if not wrong and shortest <= len(held) <= 12 else 0
