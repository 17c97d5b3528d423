"""How other systems say what a case is and where it stands, in our words. Pure.

The words of a card's own places count first; these are what the trade writes instead. Everything is compared
half-width, in lower case and without spaces and signs.
"""

from collections.abc import Mapping

from bihuan.ground.process.card import Card

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "repair": ("报修", "维修", "修理", "故障维修", "上门维修", "保内维修", "保外维修", "repair"),
    "installation": ("安装", "新装", "装机", "送货安装", "送装", "送装一体", "installation"),
    "relocation": ("移机", "拆装", "拆机", "拆移机", "relocation"),
    "cleaning": ("清洗保养", "清洗", "深度清洗", "cleaning"),
    "inspection": ("鉴定", "检测", "检测鉴定", "退换机鉴定", "inspection"),
    "support": ("技术支持", "support"),
    "consultation": ("咨询", "产品咨询", "使用咨询", "consultation"),
    "suggestion": ("建议", "意见建议", "suggestion"),
    "complaint": ("投诉", "客诉", "complaint"),
    "return_exchange": ("退换货", "退货", "换货", "退机", "换机", "退换机", "return", "exchange"),
    "maintenance": ("定期保养", "保养", "维护", "维护保养", "保养维护", "巡检", "maintenance"),
    "delivery": ("送货", "配送", "送货上门", "delivery"),
    "recycling": ("回收", "旧机回收", "以旧换新", "recycling"),
    "extended_warranty": ("延保", "延长保修", "extended warranty"),
}
URGENCY_WORDS: Mapping[str, tuple[str, ...]] = {
    "urgent": ("紧急", "特急", "非常紧急", "urgent"),
    "high": ("高", "加急", "急", "较急", "重要", "high"),
    "normal": ("中", "普通", "一般", "正常", "normal", "medium"),
    "low": ("低", "不急", "low"),
}
WAY_WORDS: Mapping[str, tuple[str, ...]] = {
    "on_site": ("上门", "上门服务", "上门维修", "on site"),
    "carry_in": ("送修", "到店", "carry in"),
    "mail_in": ("寄修", "mail in"),
    "collected": ("拉修", "取送", "collected"),
    "remote": ("远程", "电话", "电话指导", "remote"),
}
CHANNEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "hotline": ("电话", "热线", "400", "来电", "客服热线", "phone"),
    "web": ("网页", "官网", "网站", "web"),
    "app": ("App", "应用"),
    "mail": ("邮件", "邮箱", "e-mail"),
    "wechat": ("微信", "公众号", "小程序", "微信公众号", "wechat"),
    "sms": ("短信", "sms"),
    "chat": ("在线客服", "在线", "chat"),
    "store": ("门店", "商场", "经销商", "到店", "store"),
    "third_party": ("第三方平台", "平台", "京东", "天猫", "淘宝", "苏宁", "拼多多", "platform"),
    "social": ("社交媒体", "微博", "抖音", "小红书"),
}
OUTCOME_WORDS: Mapping[str, tuple[str, ...]] = {
    "finished": ("完工", "已完工", "修复", "已修复", "维修完成", "完成", "正常完工", "已解决", "安装完成"),
    "declined": ("客户拒修", "拒修", "客户不修", "报价未修", "未修"),
    "no_fault": ("无故障", "机器正常", "使用指导", "检查正常"),
    "solved_remotely": ("电话解决", "远程解决", "电话指导解决"),
    "exchange_advised": ("鉴定换机", "建议换机", "换机"),
    "answered": ("已答复", "已回复"),
    "withdrawn": ("已取消", "取消", "撤单", "销单", "作废", "客户取消"),
}
HOLD_WORDS: Mapping[str, tuple[str, ...]] = {
    "parts": ("等配件", "待配件", "缺件", "待件", "等件", "配件在途"),
    "customer": ("等客户", "待客户", "客户原因", "客户改期", "客户要求延期", "暂缓"),
    "supplier": ("等厂家", "待厂家", "厂家原因", "等供应商"),
    "force_majeure": ("不可抗力", "天气原因"),
}

TO_ACCEPT, TO_ASSIGN, TO_BOOK, ON_HOLD = "to_accept", "to_assign", "to_book", "on_hold"
FIRST, OVER, GONE = "first", "over", "gone"
STATE_WORDS: Mapping[str, tuple[str, ...]] = {
    FIRST: (
        "新建",
        "待受理",
        "未受理",
        "已受理",
        "已登记",
        "待处理",
        "未处理",
        "待接单",
        "待派单",
        "未派单",
        "new",
    ),
    TO_ASSIGN: ("待派工", "未派工", "待分配", "已接单", "待指派", "网点已接单"),
    TO_BOOK: ("待预约", "已派工", "已派单", "待联系", "已分配", "未预约", "师傅已接单", "改约中"),
    "booked": ("待上门", "已预约", "未上门"),
    "on_site": (
        "服务中",
        "上门中",
        "维修中",
        "处理中",
        "进行中",
        "已上门",
        "已出发",
        "安装中",
        "in progress",
    ),
    ON_HOLD: ("挂起", "暂停", "已挂起", "搁置", "等待中"),
    OVER: (
        "完工",
        "已完工",
        "已完成",
        "完成",
        "待回访",
        "已回访",
        "待结案",
        "已结案",
        "结案",
        "关闭",
        "已关闭",
        "待评价",
        "已评价",
        "归档",
        "closed",
        "done",
    ),
    GONE: ("已取消", "取消", "撤单", "销单", "作废", "已撤销", "已作废", "withdrawn", "cancelled"),
}


def lies_open(card: Card, state: str, *, with_point: bool, with_technician: bool) -> tuple[str, bool]:
    """Where an open case stands on our card, and whether that is earlier than what the other system said: an agreed
    time or a visit under way cannot be carried on, so its technician books anew.

    `state`: one of the states above, or the name of a place of the card itself; empty = not told.
    """
    names = card.place_names
    if TO_ACCEPT not in names:
        kept = state if state in names and state not in card.ends else card.starts_at
        return kept, kept != state and state not in {"", FIRST}
    if state == ON_HOLD and ON_HOLD in names:
        return ON_HOLD, False
    if with_technician and TO_BOOK in names:
        return TO_BOOK, state not in {"", FIRST, TO_ACCEPT, TO_ASSIGN, TO_BOOK}
    if with_point:
        return TO_ASSIGN, state not in {"", FIRST, TO_ACCEPT, TO_ASSIGN}
    return card.starts_at, state not in {"", FIRST, card.starts_at}
