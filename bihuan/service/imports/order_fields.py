"""The columns of the lists of orders that platforms hand out."""

from dataclasses import replace

from bihuan.registers.customers.rules import read_phone
from bihuan.service.imports import reading
from bihuan.service.imports.case_fields import WAY
from bihuan.service.imports.household_fields import (
    BRAND,
    CATEGORY,
    MODEL,
    NAME,
    PHONE,
    PLACE,
    SERIAL,
)
from bihuan.service.imports.reading import Cell, Unreadable
from bihuan.service.imports.target import Field
from bihuan.service.imports.words import field_name
from bihuan.service.orders.rules import private_phone


def buyer_phone(cell: Cell) -> str | None:
    """A buyer's number with its extension: behind one private number stand many people."""
    told = private_phone(reading.half(cell))
    if told.lower() in reading.NONE_WORDS:
        return None
    if read_phone(told) is not None:
        return told
    found = reading.phone(cell)
    if found is None:
        raise Unreadable("no_phone")
    return found


NUMBER = Field(
    code="number",
    zh="平台订单号",
    en="Order number",
    reads=reading.code(60),
    required=True,
    also=("订单号", "订单编号", "服务单号", "工单号", "单号", "外部单号", "父订单号", "交易号", "平台单号"),
    example="JD2026112200001",
    note="",
)
KIND = Field(
    code="kind",
    zh="服务类型",
    en="Kind of work",
    reads=reading.text(60),
    also=("订单类型", "业务类型", "工单类型", "服务项目", "服务名称", "类型"),
    example="安装",
)
WORDS_OF = Field(
    code="words",
    zh="买家留言",
    en="Buyer's words",
    reads=reading.words(20_000),
    also=(
        "备注",
        "客户备注",
        "买家备注",
        "问题描述",
        "故障描述",
        "诉求内容",
        "反映内容",
        "留言",
        "描述",
        "订单备注",
    ),
    example="周末在家，来前请电话联系",
)
ORDERED = Field(
    code="ordered_at",
    zh="下单时间",
    en="Ordered at",
    reads=reading.moment,
    also=("订单时间", "创建时间", "付款时间", "派单时间", "转办时间", "下单日期"),
    example="2026-11-20 09:30",
)
PROMISED = Field(
    code="promised_on",
    zh="承诺日期",
    en="Promised day",
    reads=reading.day,
    also=(
        "要求完成时间",
        "预约日期",
        "预约时间",
        "承诺完成时间",
        "办结期限",
        "截止时间",
        "期望上门时间",
        "最晚完成时间",
    ),
    example="2026-11-25",
)
INVOICE = Field(
    code="invoice",
    zh="发票号",
    en="Invoice number",
    reads=reading.code(60),
    also=("发票号码", "购买凭证号", "凭证号", "小票号"),
    example="",
)
PROOF = Field(
    code="proof",
    zh="购买凭证",
    en="Proof of purchase",
    reads=reading.text(500),
    also=("凭证链接", "发票图片", "凭证图片", "发票链接", "购买凭证链接"),
    example="",
)
ORDER = (
    NUMBER,
    KIND,
    replace(NAME, also=(*NAME.also, "收货人", "收件人姓名", "买家姓名", "顾客姓名")),
    replace(
        PHONE,
        reads=buyer_phone,
        also=(*PHONE.also, "收货人电话", "收件人电话", "买家电话", "虚拟号", "隐私号码"),
    ),
    replace(PLACE[0], also=(*PLACE[0].also, "收货地址", "收件地址", "收件人地址")),
    *PLACE[1:],
    replace(CATEGORY, also=(*CATEGORY.also, "商品类目", "类目")),
    BRAND,
    replace(MODEL, also=(*MODEL.also, "商品型号", "规格")),
    SERIAL,
    WORDS_OF,
    WAY,
    ORDERED,
    PROMISED,
    INVOICE,
    PROOF,
)


def heads_of_fields() -> dict[str, str]:
    """Our fields of an order with their heads in the reader's language, for a platform's own heads."""
    return {one.code: field_name(one) for one in ORDER}
