"""The columns of lists of staff."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.queries import service_points
from bihuan.service.imports import reading, staff_reading
from bihuan.service.imports.target import Field


def point_names() -> Sequence[str]:
    """The names of the service points in use, for the template."""
    return [node.name for node in service_points()]


def _certificate_names() -> Sequence[str]:
    return [one.zh for one in knowledge().certificates]


FIELDS = (
    Field(
        code="name",
        zh="姓名",
        en="Name",
        reads=reading.text(120),
        required=True,
        also=("人员姓名", "员工姓名", "师傅姓名", "师傅", "工程师", "工程师姓名", "维修工姓名"),
        example="示例师傅（可删除此行）",
    ),
    Field(
        code="phone",
        zh="手机号",
        en="Mobile phone",
        reads=reading.phone,
        also=("手机", "电话", "联系电话", "手机号码", "联系方式", "师傅电话"),
        example="138 0000 0000",
        note=_("The same phone is the same person. Technicians sign in with it."),
    ),
    Field(
        code="number",
        zh="工号",
        en="Work number",
        reads=reading.code(32),
        also=("员工编号", "人员编号", "师傅编号", "工程师编号", "编号"),
        example="T-EXAMPLE",
    ),
    Field(
        code="login",
        zh="登录名",
        en="Sign-in name",
        reads=reading.code(64),
        also=("账号", "帐号", "用户名", "登录账号"),
        note=_("Left empty, the work number is used."),
    ),
    Field(
        code="roles",
        zh="角色",
        en="Roles",
        reads=staff_reading.roles,
        also=("岗位", "职务", "职位", "工种", "身份"),
        example="师傅",
        note=_("Several are divided by 、. Left empty, the person is a technician."),
        options=lambda: [words[0] for code, words in staff_reading.ROLES.items() if code != "administrator"],
    ),
    Field(
        code="point",
        zh="所属网点",
        en="Service point",
        reads=reading.text(120),
        also=("网点", "网点名称", "服务网点", "所属服务商", "服务商", "网点编码", "部门", "所属单位"),
        example="示例网点",
        note=_("Its name or its code, as it was brought in."),
        options=point_names,
    ),
    Field(
        code="skills",
        zh="技能",
        en="Skills",
        reads=staff_reading.skills,
        also=("服务技能", "擅长品类", "服务品类", "专业", "可接工种", "技能品类"),
        example="空调安装、冰箱维修2级",
        note=_("Category and kind of work, divided by 、 — a level from 1 to 3 may follow."),
    ),
    Field(
        code="permits",
        zh="证书",
        en="Certificates",
        reads=staff_reading.permits,
        also=("资质证书", "持证情况", "资格证书", "证件"),
        example="低压电工证 T123456 2027-12-31",
        note=_("Kind, number and last day; several are divided by ；"),
    ),
    Field(
        code="certificate",
        zh="证书类型",
        en="Certificate",
        reads=reading.text(60),
        also=("证书名称", "证件类型", "资质类型"),
        options=_certificate_names,
        note=_("Or one certificate in three columns of its own."),
    ),
    Field(
        code="certificate_number",
        zh="证书编号",
        en="Certificate number",
        reads=reading.code(60),
        also=("证书号", "证书号码", "证件编号"),
    ),
    Field(
        code="certificate_until",
        zh="证书有效期至",
        en="Certificate valid until",
        reads=reading.day,
        also=("证书到期日", "证书有效期", "有效期至", "到期日期"),
    ),
    Field(
        code="shifts",
        zh="班次",
        en="Shifts",
        reads=staff_reading.shifts,
        also=("工作时间", "上班时间", "排班", "出勤时间"),
        example="周一至周五 09:00-18:00",
    ),
    Field(
        code="max_jobs",
        zh="日上门上限",
        en="Visits a day at most",
        reads=reading.count(50, units=("单", "单/天", "个")),
        also=("日接单量", "每日上限", "每日上门上限"),
        example="8",
    ),
)
