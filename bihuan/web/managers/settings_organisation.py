"""The registers of the company's tree: nodes, what they serve, for which brands, and how they dispatch."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation import actions, queries
from bihuan.service.dispatch import keeping as dispatch
from bihuan.service.dispatch.modes import AFTER_GRAB
from bihuan.service.dispatch.words import MODE_NAMES
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers import settings_uses as used
from bihuan.web.managers.settings_filters import Head, at_node, in_use, lasting, of, of_category
from bihuan.web.managers.settings_register import Register, choice, day, number_choice, yes_no


class NodeForm(TidyForm):
    kind = choice(_("Kind"), chosen.node_kinds)
    parent_id = number_choice(_("Stands under"), chosen.nodes, required=False)
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    code = forms.CharField(label=_("Code"), max_length=32)
    authorised = forms.BooleanField(label=_("Authorised service point, run by others"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=32, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    daily_capacity = forms.IntegerField(label=_("Cases it can take in a day"), min_value=0, max_value=100_000)


class CoverageForm(TidyForm):
    node_id = number_choice(_("Service point"), chosen.points)
    city = forms.CharField(label=_("City"), max_length=60)
    district = forms.CharField(label=_("District"), max_length=60)
    street = forms.CharField(
        label=_("Street"), max_length=60, required=False, help_text=_("Empty: the whole district.")
    )
    category = choice(_("Category"), chosen.category_codes, required=False)
    kind = choice(_("Kind of work"), chosen.kinds, required=False)


class AuthorisationForm(TidyForm):
    node_id = number_choice(_("Service point"), chosen.points)
    brand = forms.CharField(label=_("Brand"), max_length=60)
    category = choice(_("Category"), chosen.category_codes, required=False)
    valid_from = day(_("First day"))
    valid_until = day(_("Last day"))


class LicenceForm(TidyForm):
    node_id = number_choice(_("Service point"), chosen.points)
    kind = choice(_("Certificate"), chosen.certificates)
    number = forms.CharField(label=_("Number"), max_length=60)
    valid_until = day(_("Last valid day"))


class PolicyForm(TidyForm):
    node_id = number_choice(_("Node"), chosen.nodes)
    auto_offer = forms.BooleanField(label=_("Offer cases to service points by itself"), required=False)
    mode = forms.ChoiceField(
        label=_("How technicians get their jobs"), choices=list(MODE_NAMES.items()), initial="manual"
    )
    point_minutes = forms.IntegerField(
        label=_("Minutes a service point has to answer"), min_value=1, max_value=9999
    )
    technician_minutes = forms.IntegerField(
        label=_("Minutes a technician has to answer"), min_value=1, max_value=9999
    )
    grab_minutes = forms.IntegerField(
        label=_("Minutes a job is up for grabs"), min_value=1, max_value=9999, initial=20
    )
    grab_cap = forms.IntegerField(
        label=_("Jobs one technician may grab in a day"), min_value=0, max_value=99, initial=3
    )
    grab_then = forms.ChoiceField(
        label=_("When nobody grabs it"),
        choices=[(code, MODE_NAMES[code]) for code in AFTER_GRAB],
    )


def category_word(row: Any) -> str:
    return chosen.category_word(row.category)


def _keep_node(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return actions.keep_node(row_id, **told)


REGISTERS = (
    Register(
        code="nodes",
        title=_("Organisation"),
        about=_("Head office, regions, service points and teams."),
        group=_("Organisation"),
        icon="sitemap",
        rows=queries.nodes_listed,
        columns=(
            Head(
                pgettext_lazy("of a thing", "Name"),
                lambda row: "\u2003" * max(row.path.count("/") - 2, 0) + row.name,
                key="name",
            ),
            Head(_("Code"), lambda row: row.code, key="code"),
            Head(_("Kind"), lambda row: chosen.word(chosen.NODE_KINDS, row.kind), key="kind"),
            Column(_("Stands under"), lambda row: row.parent.name if row.parent else ""),
            Head(_("Authorised"), lambda row: yes_no(row.authorised), key="authorised"),
            Head(_("Cases a day"), lambda row: row.daily_capacity, key="daily_capacity"),
        ),
        form=NodeForm,
        keep=_keep_node,
        out=lambda viewer, row_id, now: actions.retire_node(row_id, now=now),
        back=lambda viewer, row_id, now: actions.unretire_node(row_id),
        uses=used.node,
        filters=(in_use(), at_node("id"), of("kind", _("Kind"), chosen.node_kinds)),
        key=("path", "id"),
        personal=frozenset({"phone", "address"}),
        name=lambda row: row.name,
    ),
    Register(
        code="coverage",
        title=_("Coverage"),
        about=_("Which service point serves which district or street."),
        group=_("Organisation"),
        icon="map-pin",
        rows=queries.coverage_listed,
        columns=(
            Head(_("Service point"), lambda row: row.node.name, key="node__name"),
            Head(_("City"), lambda row: row.city, key="city"),
            Head(_("District"), lambda row: row.district, key="district"),
            Head(_("Street"), lambda row: row.street, key="street"),
            Head(_("Category"), category_word, key="category"),
            Head(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind), key="kind"),
        ),
        form=CoverageForm,
        keep=lambda viewer, row_id, told, now: actions.keep_coverage(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_coverage(row_id),
        out_deed="removed",
        uses=used.coverage,
        filters=(at_node(), of_category(every=True)),
        links=(
            ("managers:settings_ground", _("Gaps and overlaps"), "map"),
            ("managers:settings_cover", _("Add many streets"), "list-check"),
        ),
        key=("city", "district", "street", "id"),
        name=lambda row: f"{row.node.name} · {row.district}{row.street}",
    ),
    Register(
        code="authorisations",
        title=_("Authorisations"),
        about=_("For which brands a service point may work, and until when."),
        group=_("Organisation"),
        icon="certificate",
        rows=queries.authorisations_listed,
        columns=(
            Head(_("Service point"), lambda row: row.node.name, key="node__name"),
            Head(_("Brand"), lambda row: row.brand, key="brand"),
            Head(_("Category"), category_word, key="category"),
            Head(_("First day"), lambda row: row.valid_from, key="valid_from"),
            Head(_("Last day"), lambda row: row.valid_until, key="valid_until"),
        ),
        form=AuthorisationForm,
        keep=lambda viewer, row_id, told, now: actions.keep_authorisation(row_id, **told),
        out=lambda viewer, row_id, now: actions.end_authorisation(row_id, now=now),
        out_deed="ended",
        out_about=_("It holds no more from today on."),
        filters=(at_node(), lasting("valid_from"), of_category(every=True)),
        key=("valid_until", "id"),
        name=lambda row: f"{row.node.name} · {row.brand}",
    ),
    Register(
        code="licences",
        title=_("Licences of service points"),
        about=_("What a service point itself is licensed for, and the last day of each licence."),
        group=_("Organisation"),
        icon="certificate",
        rows=queries.licences_listed,
        columns=(
            Head(_("Service point"), lambda row: row.node.name, key="node__name"),
            Head(_("Certificate"), lambda row: chosen.word(chosen.certificates(), row.kind), key="kind"),
            Column(_("Number"), lambda row: row.number),
            Head(_("Last valid day"), lambda row: row.valid_until, key="valid_until"),
        ),
        form=LicenceForm,
        keep=lambda viewer, row_id, told, now: actions.keep_licence(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_licence(row_id, now=now),
        out_about=_("It counts no more. It can be given back."),
        back=lambda viewer, row_id, now: actions.give_licence_back(row_id),
        filters=(
            lasting(),
            in_use(),
            at_node(),
            of("kind", _("Certificate"), chosen.certificates),
        ),
        key=("valid_until", "id"),
        name=lambda row: f"{row.node.name} · {chosen.word(chosen.certificates(), row.kind)}",
    ),
    Register(
        code="dispatch",
        title=_("Dispatch policy"),
        about=_("What goes by itself at a node, and how long an answer may take."),
        group=_("Rules"),
        icon="route",
        rows=dispatch.policies_listed,
        columns=(
            Head(_("Node"), lambda row: row.node.name, key="node__name"),
            Column(_("Offers by itself"), lambda row: yes_no(row.auto_offer)),
            Column(_("How technicians get their jobs"), lambda row: chosen.word(MODE_NAMES, row.mode)),
            Column(_("Service point: minutes"), lambda row: row.point_minutes),
            Column(_("Technician: minutes"), lambda row: row.technician_minutes),
        ),
        form=PolicyForm,
        keep=lambda viewer, row_id, told, now: dispatch.keep_policy(row_id, **told),
        out=lambda viewer, row_id, now: dispatch.drop_policy(row_id),
        out_deed="removed",
        name=lambda row: row.node.name,
    ),
)
