"""The codes of orders in the words of the trade, and the words of the trade for kinds of work."""

from collections.abc import Mapping

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "repair": ("报修", "维修", "修理", "上门维修", "故障维修", "repair"),
    "installation": (
        "安装",
        "新装",
        "装机",
        "上门安装",
        "安装服务",
        "送装",
        "送装一体",
        "送货安装",
        "installation",
    ),
    "relocation": ("移机", "拆装", "拆移机", "relocation"),
    "cleaning": ("清洗", "清洗保养", "深度清洗", "cleaning"),
    "inspection": ("鉴定", "检测", "退换鉴定", "inspection"),
    "support": ("技术支持", "support"),
    "consultation": ("咨询", "consultation"),
    "suggestion": ("建议", "suggestion"),
    "complaint": ("投诉", "客诉", "举报", "complaint"),
    "return_exchange": ("退货", "换货", "退换货", "退机", "换机", "return", "exchange"),
    "maintenance": ("保养", "维护", "巡检", "maintenance"),
    "delivery": ("送货", "配送", "送货上门", "送货入户", "delivery"),
    "recycling": ("回收", "旧机回收", "旧家电回收", "以旧换新", "recycling", "trade-in"),
    "extended_warranty": ("延保", "延长保修", "延保服务", "extended warranty"),
}
"""What platforms call kinds of work; a platform's own words go before these, and what it was called stays with the
order."""

STATES: dict[str, Lazy] = {
    "received": _("Received"),
    "dispatched": _("Dispatched"),
    "booked": _("Time agreed"),
    "on_the_way": _("On the way"),
    "in_service": _("In service"),
    "on_hold": _("On hold"),
    "done": _("Work done"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
}
STANDINGS: dict[str, Lazy] = {
    "waiting": _("Waits to be told"),
    "sent": _("Told by webhook"),
    "given_up": _("Could not be told"),
    "kept": _("Waits for an export"),
}
FIELDS: dict[str, Lazy] = {
    "kind": _("Kind of work"),
    "words": _("Remark"),
    "name": _("Name"),
    "phone": _("Phone"),
    "address": _("Address"),
    "machine": _("Machine"),
    "ordered_at": _("Ordered at"),
    "promised_on": _("Promised day"),
    "invoice": _("Invoice number"),
    "proof": _("Proof of purchase"),
    "way": _("Way of service"),
    "files": _("Files"),
}
TROUBLES: dict[str, Lazy] = {
    "timeout": _("The platform did not answer in time."),
    "unreachable": _("The platform could not be reached."),
    "certificate": _("The platform's certificate is not valid."),
    "address": _("This address may not be asked."),
    "refused": _("The platform refused it."),
    "no_webhook": _("The platform has no address for this any more."),
    "forgotten": _("Its customer was forgotten."),
}


def trouble_words(code: str) -> str:
    """Why something could not be told, in the reader's language; the code itself where nobody knows more."""
    first = code.split(" ")[0]
    if first == "status":
        return str(TROUBLES["refused"]) + f" ({code.removeprefix('status ')})"
    if first.startswith("address"):
        return str(TROUBLES["address"])
    return str(TROUBLES.get(first, code))
