"""The registers of people: who signs in, which technicians there are, what they can, may, and when they work."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access import people, queries
from bihuan.registers.access.masking import masked_phone
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.rules import read_phone
from bihuan.registers.staff import keeping as staff
from bihuan.registers.staff import queries as technicians
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers import settings_uses as used
from bihuan.web.managers.settings_filters import (
    Filter,
    Head,
    active,
    at_node,
    in_use,
    lasting,
    of,
    of_category,
)
from bihuan.web.managers.settings_register import (
    Register,
    choice,
    clock_time,
    day,
    moment_field,
    number_choice,
)


class PersonForm(TidyForm):
    login = forms.CharField(label=_("Sign-in name"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Mobile phone"), max_length=32, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=chosen.role_choices, widget=forms.CheckboxSelectMultiple
    )
    node_id = number_choice(_("Node"), chosen.nodes)
    department = choice(_("Department"), chosen.departments, required=False, blank=_("none"))
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[
            ("", _("as the browser asks")),
            ("zh-hans", "简体中文"),
            ("zh-hant", "繁體中文"),
            ("en", "English"),
        ],
        required=False,
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        read = read_phone(typed) if typed else None
        if typed and read is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return read.number if read else ""


class TechnicianForm(TidyForm):
    person_id = number_choice(_("Person"), chosen.technician_people)
    node_id = number_choice(_("Service point"), chosen.points)
    number = forms.CharField(label=_("Work number"), max_length=32)
    latitude = forms.FloatField(label=_("Starts from: latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(
        label=_("Starts from: longitude"), required=False, min_value=-180, max_value=180
    )
    max_jobs = forms.IntegerField(label=_("Visits a day at most"), min_value=0, max_value=50)


class SkillForm(TidyForm):
    technician_id = number_choice(_("Technician"), chosen.technicians)
    category = choice(_("Category"), chosen.category_codes)
    kind = choice(_("Kind of work"), chosen.kinds)
    level = forms.IntegerField(label=_("Level (1 to 3)"), min_value=1, max_value=3)


class CertificateForm(TidyForm):
    technician_id = number_choice(_("Technician"), chosen.technicians)
    kind = choice(_("Certificate"), chosen.certificates)
    number = forms.CharField(label=_("Number"), max_length=60)
    valid_until = day(_("Last valid day"))


class ShiftForm(TidyForm):
    technician_id = number_choice(_("Technician"), chosen.technicians)
    weekday = number_choice(_("Weekday"), lambda: chosen.WEEKDAYS)
    begins = clock_time(_("Begins"))
    ends = clock_time(_("Ends"))


class LeaveForm(TidyForm):
    technician_id = number_choice(_("Technician"), chosen.technicians)
    begins = moment_field(_("From"))
    ends = moment_field(_("Until"))


def _leave(row: Any) -> dict[str, Any]:
    return {
        "technician_id": row.technician_id,
        "begins": _at(row.begins),
        "ends": _at(row.ends),
    }


def _at(seconds: int) -> datetime:
    return localtime(datetime.fromtimestamp(seconds, UTC)).replace(tzinfo=None)


def _give_leave(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    if row_id is not None:
        staff.take_leave_back(row_id)
    return staff.give_leave(told["technician_id"], begins=told["begins"], ends=told["ends"])


def _keep_person(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    """Who leaves, or goes to customers no more, hands over first what waits for them."""
    before = queries.people_listed().filter(pk=row_id).first() if row_id is not None else None
    leaves = before is not None and before.is_active and not told["is_active"]
    if before is not None and Role.TECHNICIAN in before.roles and Role.TECHNICIAN not in told["roles"]:
        leaves = True
    if leaves and (stops := [use for use in used.person(before, now) if use.stops]):
        raise ValidationError([f"{use.what}: {use.count}. {use.first}" for use in stops])
    return people.keep_person(viewer, row_id, now=now, **told)


_ROLE = Filter(
    name="role",
    label=_("Role"),
    choices=chosen.role_choices,
    keep=lambda rows, value, today: rows.annotate(held=Cast("roles", TextField())).filter(
        held__contains=f'"{value}"'
    ),
)
_TECHNICIAN = Head[Any](
    _("Technician"), lambda row: row.technician.person.name, key="technician__person__name"
)
_ONE = of("technician", _("Technician"), chosen.technicians, column="technician_id")
_AT = at_node("technician__node_id")

REGISTERS = (
    Register(
        code="people",
        title=_("People"),
        about=_("Who may sign in, in which roles, for which node."),
        group=_("People"),
        icon="users",
        rows=queries.people_listed,
        columns=(
            Head(_("Sign-in name"), lambda row: row.login, key="login"),
            Head(_("Name"), lambda row: row.name, key="name"),
            Column(_("Roles"), lambda row: "、".join(str(chosen.ROLES[role]) for role in row.roles)),
            Head(_("Node"), lambda row: row.node.name, key="node__name"),
            Column(_("Phone"), lambda row: masked_phone(row.phone)),
        ),
        form=PersonForm,
        keep=_keep_person,
        out=lambda viewer, row_id, now: people.deactivate(viewer, row_id, now=now),
        back=lambda viewer, row_id, now: people.keep_person(viewer, row_id, now=now, is_active=True),
        uses=used.person,
        filters=(active(), at_node(), _ROLE),
        key=("login", "id"),
        personal=frozenset({"name", "phone", "email"}),
        name=lambda row: row.name,
    ),
    Register(
        code="technicians",
        title=_("Technicians"),
        about=_("Who goes to customers, from which service point."),
        group=_("People"),
        icon="tool",
        rows=technicians.technicians_listed,
        columns=(
            Head(_("Work number"), lambda row: row.number, key="number"),
            Head(_("Name"), lambda row: row.person.name, key="person__name"),
            Head(_("Service point"), lambda row: row.node.name, key="node__name"),
            Head(_("Visits a day at most"), lambda row: row.max_jobs, key="max_jobs"),
        ),
        form=TechnicianForm,
        keep=lambda viewer, row_id, told, now: staff.keep_technician(row_id, **told),
        out=lambda viewer, row_id, now: staff.retire_technician(row_id, now=now),
        back=lambda viewer, row_id, now: staff.unretire_technician(row_id),
        uses=used.technician,
        filters=(in_use(), at_node()),
        row_links=lambda row: (
            (reverse("managers:settings_technician", args=[row.pk]), _("Everything on one page"), "id"),
        ),
        key=("number", "id"),
        personal=frozenset({"latitude", "longitude"}),
        name=lambda row: row.person.name,
    ),
    Register(
        code="skills",
        title=_("Skills"),
        about=_("What each technician can, at which level."),
        group=_("People"),
        icon="star",
        rows=technicians.skills_listed,
        columns=(
            _TECHNICIAN,
            Head(_("Category"), lambda row: chosen.category_word(row.category), key="category"),
            Head(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind), key="kind"),
            Head(_("Level"), lambda row: row.level, key="level"),
        ),
        form=SkillForm,
        keep=lambda viewer, row_id, told, now: staff.keep_skill(row_id, **told),
        out=lambda viewer, row_id, now: staff.drop_skill(row_id),
        out_deed="removed",
        uses=used.skill,
        filters=(_AT, _ONE, of_category(), of("kind", _("Kind of work"), chosen.kinds)),
        links=(("managers:settings_skills", _("Skills at a glance"), "layout-kanban"),),
        key=("technician_id", "category", "id"),
        name=lambda row: row.technician.person.name,
    ),
    Register(
        code="certificates",
        title=_("Certificates"),
        about=_("Permits and the last day each is valid."),
        group=_("People"),
        icon="id-badge-2",
        rows=technicians.certificates_listed,
        columns=(
            _TECHNICIAN,
            Head(_("Certificate"), lambda row: chosen.word(chosen.certificates(), row.kind), key="kind"),
            Head(_("Last valid day"), lambda row: row.valid_until, key="valid_until"),
        ),
        form=CertificateForm,
        keep=lambda viewer, row_id, told, now: staff.keep_certificate(row_id, **told),
        out=lambda viewer, row_id, now: staff.drop_certificate(row_id, now=now),
        out_about=_("It counts no more. It can be given back."),
        back=lambda viewer, row_id, now: staff.give_certificate_back(row_id),
        uses=used.certificate,
        filters=(lasting(), in_use(), _AT, _ONE, of("kind", _("Certificate"), chosen.certificates)),
        key=("valid_until", "id"),
        personal=frozenset({"number"}),
        name=lambda row: row.technician.person.name,
    ),
    Register(
        code="shifts",
        title=_("Shifts"),
        about=_("The hours each technician works, by weekday."),
        group=_("People"),
        icon="calendar-time",
        rows=technicians.shifts_listed,
        columns=(
            _TECHNICIAN,
            Head(_("Weekday"), lambda row: chosen.word(chosen.WEEKDAYS, row.weekday), key="weekday"),
            Column(_("Begins"), lambda row: f"{row.begins:%H:%M}"),
            Column(_("Ends"), lambda row: f"{row.ends:%H:%M}"),
        ),
        form=ShiftForm,
        keep=lambda viewer, row_id, told, now: staff.keep_shift(row_id, **told),
        out=lambda viewer, row_id, now: staff.drop_shift(row_id),
        out_deed="removed",
        filters=(_AT, _ONE, of("weekday", _("Weekday"), lambda: chosen.WEEKDAYS)),
        key=("technician_id", "weekday", "id"),
        name=lambda row: row.technician.person.name,
    ),
    Register(
        code="leave",
        title=_("Leave"),
        about=_("When a technician is away and gets no visits."),
        group=_("People"),
        icon="beach",
        rows=technicians.leave_listed,
        columns=(
            _TECHNICIAN,
            Head(_("From"), lambda row: f"{_at(row.begins):%Y-%m-%d %H:%M}", key="begins"),
            Head(_("Until"), lambda row: f"{_at(row.ends):%Y-%m-%d %H:%M}", key="ends"),
        ),
        form=LeaveForm,
        keep=_give_leave,
        out=lambda viewer, row_id, now: staff.take_leave_back(row_id),
        out_deed="removed",
        filters=(_AT, _ONE),
        links=(("managers:settings_leave", _("Calendar of leave"), "calendar"),),
        key=("-begins", "-id"),
        values=_leave,
        name=lambda row: row.technician.person.name,
    ),
)
