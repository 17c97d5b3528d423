"""The columns that the files of customers, machines and cases have alike."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from bihuan.registers.customers.rules import read_email
from bihuan.registers.parts.queries import categories_listed
from bihuan.service.imports import reading
from bihuan.service.imports.reading import Cell, Unreadable
from bihuan.service.imports.target import Field

LONGEST_PLACE, LONGEST_DOOR = 60, 200


def email(cell: Cell) -> str | None:
    """An e-mail address in lower case."""
    told = reading.half(cell)
    if told.lower() in reading.NONE_WORDS:
        return None
    found = read_email(told)
    if found is None:
        raise Unreadable("no_email")
    return found


def past_day(cell: Cell) -> date | None:
    """A day that a machine was bought on."""
    found = reading.day(cell)
    if found is not None and found.year < 1980:
        raise Unreadable("no_day")
    return found


def family_words() -> Sequence[str]:
    """The product families of the catalogue, for a template's choice."""
    return [row.name_zh for row in categories_listed()]


NAME = Field(
    code="name",
    zh="客户姓名",
    en="Customer",
    reads=reading.text(120),
    also=("姓名", "联系人", "用户姓名", "客户名称", "用户名", "用户", "客户", "收件人", "name"),
    example="李春梅",
)
PHONE = Field(
    code="phone",
    zh="手机",
    en="Phone",
    reads=reading.phones,
    required=True,
    also=("联系电话", "电话", "手机号", "手机号码", "客户电话", "用户电话", "联系方式", "电话1", "mobile"),
    example="13900001234",
    note=_("The phone is what a customer is known by: one phone, one customer."),
)
SECOND = Field(
    code="second_phone",
    zh="座机",
    en="Second phone",
    reads=reading.phones,
    also=("固定电话", "备用电话", "其他电话", "电话2", "第二电话", "家庭电话", "landline"),
    example="0571-88001234",
)
EMAIL = Field(
    code="email",
    zh="邮箱",
    en="E-mail",
    reads=email,
    also=("电子邮箱", "邮件", "电子邮件", "email"),
    example="chunmei@example.com",
)
ADDRESS = Field(
    code="address",
    zh="地址",
    en="Address",
    reads=reading.text(LONGEST_DOOR),
    also=("详细地址", "客户地址", "用户地址", "服务地址", "安装地址", "家庭住址", "住址", "上门地址"),
    example="浙江省杭州市西湖区文新街道文一西路1号2幢301室",
    note=_("In one cell from province to door, or in columns of their own."),
)
CITY = Field(
    code="city",
    zh="城市",
    en="City",
    reads=reading.text(LONGEST_PLACE),
    also=("市", "所在城市", "地级市"),
    example="",
)
DISTRICT = Field(
    code="district",
    zh="区县",
    en="District",
    reads=reading.text(LONGEST_PLACE),
    also=("区", "县", "区/县", "区域", "所在区"),
    example="",
)
STREET = Field(
    code="street",
    zh="街道",
    en="Street",
    reads=reading.text(LONGEST_PLACE),
    also=("街道/乡镇", "乡镇", "镇", "街道乡镇"),
    example="",
)
DOOR = Field(
    code="door",
    zh="门牌",
    en="Door",
    reads=reading.text(LONGEST_DOOR),
    also=("门牌号", "楼栋门牌", "小区门牌", "小区楼栋"),
    example="",
)
CATEGORY = Field(
    code="category",
    zh="产品品类",
    en="Product family",
    reads=reading.text(40),
    also=("品类", "产品", "产品类别", "产品名称", "家电", "机型", "产品类型", "电器"),
    example="空调",
    options=family_words,
)
BRAND = Field(
    code="brand", zh="品牌", en="Brand", reads=reading.text(60), also=("产品品牌", "厂家"), example="澄川"
)
MODEL = Field(
    code="model",
    zh="型号",
    en="Model",
    reads=reading.code(60),
    also=("产品型号", "规格型号", "机器型号"),
    example="KFR-35GW",
)
SERIAL = Field(
    code="serial",
    zh="机身编码",
    en="Serial number",
    reads=reading.code(60),
    also=("序列号", "条码", "机号", "机器编码", "SN", "S/N", "产品编码", "机身号", "内机编码", "内机条码"),
    example="CC2024050001",
    note=_("A machine is known by its serial number; without one by brand and model of its owner."),
)
OUTDOOR = Field(
    code="outdoor_serial",
    zh="外机编码",
    en="Serial of the outdoor unit",
    reads=reading.code(60),
    also=("外机条码", "外机序列号", "室外机编码"),
    example="",
)
BOUGHT_ON = Field(
    code="bought_on",
    zh="购买日期",
    en="Bought on",
    reads=past_day,
    also=("购机日期", "购买时间", "购机时间", "销售日期", "发票日期"),
    example="2024-05-01",
)
BOUGHT_AT = Field(
    code="bought_at",
    zh="购买渠道",
    en="Bought at",
    reads=reading.text(40),
    also=("购机渠道", "购买商场", "销售渠道", "经销商"),
    example="",
)
COVER_UNTIL = Field(
    code="cover_until",
    zh="保修到期",
    en="Warranty until",
    reads=reading.day,
    also=("保修期至", "质保到期", "保修截止", "保修截止日期", "质保期至"),
    example="",
    note=_("Left empty it is reckoned from the day of purchase and the catalogue."),
)
EXTENDED_UNTIL = Field(
    code="extended_until",
    zh="延保到期",
    en="Extended until",
    reads=reading.day,
    also=("延保期至", "延保截止", "延保截止日期"),
    example="",
)
PERSON = (NAME, PHONE, SECOND, EMAIL)
PLACE = (ADDRESS, CITY, DISTRICT, STREET, DOOR)
MACHINE = (
    CATEGORY,
    BRAND,
    MODEL,
    SERIAL,
    OUTDOOR,
    BOUGHT_ON,
    BOUGHT_AT,
    COVER_UNTIL,
    EXTENDED_UNTIL,
)
