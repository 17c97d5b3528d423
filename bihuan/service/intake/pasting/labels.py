# ruff: noqa: E501 (a pattern reads better in one line)
"""Words before a value that say what it is: 收货人, 联系电话, 订单编号. Of platforms, sheets and people alike."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.service.intake.pasting.values import Span

_WORDS: dict[str, str] = {
    "name": "客户姓名|客户名称|客户名|顾客姓名|收货人姓名|收货人|收件人姓名|收件人|联系人姓名|联系人|报修人姓名|报修人|用户姓名|用户名|姓名|名字"
    "|称呼|先生贵姓|贵姓|顾客|用户|客户|名称|my name is|contact name|customer|contact|name",
    "phone": "客户电话|客户手机号?|联系电话|联系方式|联系手机|联系号码|手机号码?|电话号码|报修电话|顾客电话|收件人电话|收货人电话|收货电话|备用电话"
    "|电话是|号码是|手机是|电话|手机|号码|固话|座机|联系|来电|微信同号|telephone|mobile|phone|tel|cell",
    "order": "订单编号|订单号码?|服务单号|售后单号?|维修单号|工单编号|工单号|平台单号|外部单号|订单|单号|order number|order no|order",
    "province": "省份|(?<![一-龥])省",
    "city": "城市|(?<![一-龥])市",
    "district": "所在区县|区县|(?<![一-龥])区",
    "street": "所在街道|街道|乡镇",
    "address": "收货人?地址|收件人?地址|收货人地址|收件人地址|详细地址|服务地址|上门地址|联系地址|送货地址|报修地址|安装地址|客户地址|家庭住址|所在地区|收货地区"
    "|地址是|地址在|地址|住址|区域|地区|门牌|位置|address|addr",
    "product": "商品名称|服务商品|购买商品|商品信息|商品品类|产品品类|产品名称|报修产品|产品类型|产品类别|产品型号|家电|电器|商品|产品|品类|机器|appliance|product",
    "brand": "品牌型号|产品品牌|品牌|brand",
    "model": "内机型号|外机型号|规格型号|机型|型号|model",
    "serial": "产品序列号|序列号|机身编码|机身条码|机身号|机编|条形码|条码|SN码|S/N|SN|serial number|serial",
    "fault": "故障描述|故障现象|问题描述|报修内容|服务内容|故障|现象|问题|症状|描述|备注|留言|说明|fault|problem|issue|remark|note",
    "kind": "服务类型|服务项目|服务要求|业务类型|服务|诉求|报修|要求|安装类型",
    "time": "预约上门时间|期望上门时间|希望上门时间|要求上门时间|希望时间|预约时间|预约日期|预约时段|上门时间|上门日期|服务时间|要求日期|期望时间|方便时间|得闲时间|有空时间"
    "|日期|时段|时间|预约|time",
    "bought": "购买日期|购机日期|购买时间|下单时间|purchase date|bought on",
    "bought_at": "购买渠道|购买平台|购买商城|渠道来源|渠道",
    "number": "序号|编号|行号",
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label with its value: where both stand."""

    kind: str
    label: Span
    value: Span


_ONE = {kind: re.compile(words, re.I) for kind, words in _WORDS.items()}
_ALL = "|".join(
    f"(?P<{kind}>{words})" for kind, words in sorted(_WORDS.items(), key=lambda pair: pair[0] != "address")
)
_WITH_COLON = re.compile(rf"(?<![A-Za-z])(?:{_ALL})[ \t]{{0,3}}[:=]", re.I)
_STRONG = {
    "name": "客户姓名|收货人姓名|收货人|收件人|联系人|报修人|顾客姓名|姓名|客户(?=[ \t])|my name is",
    "phone": "联系电话|联系方式|手机号码|手机号|报修电话|顾客电话",
    "order": "订单编号|订单号|服务单号|售后单|工单编号|工单号|单号",
    "address": "收货地址|详细地址|服务地址|报修地址|送货地址|地址|住址",
    "product": "商品名称|购买商品|服务商品|报修产品|商品品类|产品|商品",
    "brand": "品牌",
    "model": "型号|机型",
    "serial": "序列号|SN码|SN",
    "fault": "故障描述|故障现象|报修内容|问题描述|备注",
    "kind": "服务类型|服务项目|服务要求",
    "time": "预约上门时间|期望上门时间|希望时间|预约时间|上门时间|预约|时间",
    "bought_at": "购买渠道",
}
_WITH_SPACE = re.compile(
    r"(?<![^\s,;，|/\]】)(])(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _STRONG.items())
    + r")(?=[ \t]{1,3}\S)",
    re.I,
)
_ENDS = re.compile(r"[\n;|\t]")


def kind_of(label: str) -> str:
    """What a column of this heading holds; empty where nobody knows."""
    word = label.strip().strip(":*").lower()
    for kind, pattern in _ONE.items():
        if pattern.fullmatch(word):
            return kind
    return ""


def labelled(text: str) -> list[Labelled]:
    """Every label of a folded text with its value: up to the next label, a line's end, a semicolon."""
    hits = [*_WITH_COLON.finditer(text)]
    taken = {at for hit in hits for at in range(*hit.span())}
    hits += [hit for hit in _WITH_SPACE.finditer(text) if taken.isdisjoint(range(*hit.span()))]
    hits.sort(key=lambda hit: hit.start())
    found = []
    for hit, after in zip(hits, [*hits[1:], None], strict=False):
        stop = after.start() if after else len(text)
        ends = _ENDS.search(text, hit.end(), stop)
        stop = ends.start() if ends else stop
        begin = hit.end()
        while begin < stop and text[begin] in " \t:":
            begin += 1
        while stop > begin and text[stop - 1] in " \t,/、。":
            stop -= 1
        found.append(Labelled(str(hit.lastgroup), hit.span(), (begin, stop)))
    return found


def of_kind(found: Iterable[Labelled], *kinds: str) -> list[Labelled]:
    return [one for one in found if one.kind in kinds and one.value[1] > one.value[0]]
