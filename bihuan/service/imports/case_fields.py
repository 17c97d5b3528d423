"""The columns of files of cases, open and past."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from bihuan.service.imports import reading
from bihuan.service.imports.case_words import (
    CHANNEL_WORDS,
    HOLD_WORDS,
    KIND_WORDS,
    ON_HOLD,
    OUTCOME_WORDS,
    STATE_WORDS,
    URGENCY_WORDS,
    WAY_WORDS,
)
from bihuan.service.imports.reading import Cell, Reader, Unreadable, plain
from bihuan.service.imports.target import Field

LONGEST_WORDS = 20_000


def _guessed(known: dict[str, tuple[str, ...]]) -> Reader:
    """As `one_of`, but words that are not known are handed on as they stand, for whoever knows more."""
    by_word = {plain(word): code for code, its in known.items() for word in (code, *its)}

    def read(cell: Cell) -> str | None:
        told = reading.half(cell)
        return by_word.get(plain(told), told[:60]) if told.lower() not in reading.NOTHING else None

    return read


def score(cell: Cell) -> int | None:
    """A score of one to five, as a number, as stars or in words."""
    told = reading.half(cell)
    if told.lower() in reading.NONE_WORDS:
        return None
    words = {"非常满意": 5, "很满意": 5, "满意": 4, "一般": 3, "不满意": 2, "非常不满意": 1, "很不满意": 1}
    stars = told.count("★") or told.count("⭐")
    bare = told.removesuffix("分").removesuffix("星")
    found: Any = words.get(told) or stars or (int(bare) if bare.isdecimal() else 0)
    if not 1 <= found <= 5:
        raise Unreadable("no_score")
    return int(found)


STATES = dict(STATE_WORDS) | {f"{ON_HOLD}:{reason}": its for reason, its in HOLD_WORDS.items()}
"""A state that says what is waited for carries the reason: `on_hold:parts`."""

NUMBER = Field(
    code="number",
    zh="原工单号",
    en="Number there",
    reads=reading.code(60),
    required=True,
    also=("工单号", "单号", "工单编号", "服务单号", "订单号", "派工单号", "原单号", "编号"),
    example="WX20240501001",
    note=_("By this number a case is known again: bringing the file in once more doubles nothing."),
)
KIND = Field(
    code="kind",
    zh="服务类型",
    en="Kind of work",
    reads=reading.one_of(KIND_WORDS),
    also=("工单类型", "类型", "业务类型", "服务项目", "维修类型"),
    example="维修",
    options=lambda: [its[0] for its in KIND_WORDS.values()],
)
WAY = Field(
    code="way",
    zh="服务方式",
    en="Way",
    reads=reading.one_of(WAY_WORDS),
    also=("服务形式",),
    example="上门",
    options=lambda: [its[0] for its in WAY_WORDS.values()],
)
WORDS_OF = Field(
    code="words",
    zh="问题描述",
    en="Customer's words",
    reads=reading.words(LONGEST_WORDS),
    also=("故障描述", "故障现象", "用户描述", "客户诉求", "报修内容", "服务内容", "问题", "描述", "备注"),
    example="空调不制冷，内机滴水",
)
STATE = Field(
    code="state",
    zh="工单状态",
    en="State",
    reads=_guessed(STATES),
    also=("状态", "当前状态", "处理状态", "进度", "环节"),
    example="待派工",
)
POINT = Field(
    code="point",
    zh="网点",
    en="Service point",
    reads=reading.text(120),
    also=("服务网点", "服务商", "网点名称", "服务站", "承接网点", "网点编码"),
    example="",
    note=_("Name or code, as in the register of service points."),
)
TECHNICIAN = Field(
    code="technician",
    zh="师傅",
    en="Technician",
    reads=reading.text(60),
    also=("服务师傅", "工程师", "服务人员", "维修师傅", "服务工程师", "上门师傅", "维修工"),
    example="",
    note=_("Name, number or phone, as in the register of technicians."),
)
OPENED = Field(
    code="opened_at",
    zh="报修时间",
    en="Opened at",
    reads=reading.moment,
    required=True,
    also=("受理时间", "创建时间", "登记时间", "建单时间", "接单时间", "下单时间", "报修日期", "受理日期"),
    example="2026-11-20 09:30",
)
URGENCY = Field(
    code="urgency",
    zh="紧急程度",
    en="Urgency",
    reads=reading.one_of(URGENCY_WORDS),
    also=("优先级", "级别", "紧急度"),
    example="中",
    options=lambda: [its[0] for its in URGENCY_WORDS.values()],
)
CHANNEL = Field(
    code="channel",
    zh="来源渠道",
    en="Channel",
    reads=reading.one_of(CHANNEL_WORDS),
    also=("渠道", "来源", "工单来源", "报修渠道"),
    example="电话",
    options=lambda: [its[0] for its in CHANNEL_WORDS.values()],
)
HOLD = Field(
    code="hold",
    zh="挂起原因",
    en="Held because",
    reads=_guessed(dict(HOLD_WORDS)),
    also=("暂停原因", "等待原因"),
    example="",
    options=lambda: [its[0] for its in HOLD_WORDS.values()],
)
DONE = Field(
    code="done_at",
    zh="完工时间",
    en="Done at",
    reads=reading.moment,
    also=("完成时间", "完工日期", "完成日期", "服务完成时间"),
    example="2024-05-02 15:40",
)
CLOSED = Field(
    code="closed_at",
    zh="结案时间",
    en="Closed at",
    reads=reading.moment,
    also=("关闭时间", "结单时间", "归档时间", "结案日期", "回访时间"),
    example="2024-05-03 10:00",
)
OUTCOME = Field(
    code="outcome",
    zh="处理结果",
    en="Outcome",
    reads=_guessed(dict(OUTCOME_WORDS)),
    also=("服务结果", "结果", "维修结果", "完工结果"),
    example="已修复",
)
FEE = Field(
    code="fee",
    zh="收费金额",
    en="Paid",
    reads=reading.money,
    also=("费用", "收费", "金额", "总费用", "服务费", "维修费"),
    example="120.00",
)
SCORE = Field(
    code="score",
    zh="满意度",
    en="Score",
    reads=score,
    also=("评分", "评价", "客户评分", "满意度评分", "回访结果"),
    example="5",
)
OPEN_CASE = (NUMBER, OPENED, KIND, WAY, WORDS_OF, STATE, POINT, TECHNICIAN, URGENCY, CHANNEL, HOLD)
PAST_CASE = (
    NUMBER,
    OPENED,
    KIND,
    WAY,
    WORDS_OF,
    STATE,
    POINT,
    TECHNICIAN,
    CHANNEL,
    DONE,
    CLOSED,
    OUTCOME,
    FEE,
    SCORE,
)
