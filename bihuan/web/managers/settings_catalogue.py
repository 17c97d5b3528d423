"""The registers of things: categories, products, parts, prices with their days, permits asked for, stock."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts import actions, queries
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.words import money
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers import settings_uses as used
from bihuan.web.managers.settings_filters import (
    Filter,
    Head,
    at_node,
    in_use,
    lasting,
    of,
    of_category,
    on_day,
)
from bihuan.web.managers.settings_register import Register, choice, day, number_choice, yes_no


class CategoryForm(TidyForm):
    code = forms.SlugField(label=_("Code"), max_length=40)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    units = forms.MultipleChoiceField(
        label=_("Units with a serial of their own"),
        choices=chosen.UNITS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    runs_on = forms.MultipleChoiceField(
        label=_("Runs on"), choices=chosen.ENERGIES, required=False, widget=forms.CheckboxSelectMultiple
    )
    safe_years = forms.IntegerField(label=_("Years of safe use"), required=False, min_value=1, max_value=40)


class ProductForm(TidyForm):
    brand = forms.CharField(label=_("Brand"), max_length=60)
    model = forms.CharField(label=_("Model"), max_length=60)
    category_id = number_choice(_("Category"), chosen.category_numbers)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    warranty_months = forms.IntegerField(label=_("Warranty in months"), min_value=0, max_value=240)


class PartForm(TidyForm):
    number = forms.CharField(label=_("Part number"), max_length=40)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120)
    category_id = number_choice(_("Category"), chosen.category_numbers, required=False)
    by_serial = forms.BooleanField(label=_("Each one is followed by its serial"), required=False)

    fits = forms.CharField(
        label=_("Made for these models"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Brand and model, one a line. Empty: every model."),
    )


BASES = (("law", _("the law")), ("brand", _("the brand")), ("own", _("ourselves")))


class WarrantyForm(TidyForm):
    category_id = number_choice(_("Category"), chosen.category_numbers)
    brand = forms.CharField(
        label=_("Brand"), max_length=60, required=False, help_text=_("Empty: every brand.")
    )
    model = forms.CharField(
        label=_("Model"), max_length=60, required=False, help_text=_("Empty: every model.")
    )
    component_zh = forms.CharField(
        label=_("Component (Chinese)"),
        max_length=60,
        help_text=_("Such as the compressor of a refrigerator."),
    )
    component_en = forms.CharField(label=_("Component (English)"), max_length=60)
    months = forms.IntegerField(label=_("Months"), min_value=0, max_value=600)
    basis = forms.ChoiceField(label=_("Asked by"), choices=BASES)
    source = forms.CharField(
        label=_("Source"),
        max_length=120,
        required=False,
        help_text=_("Where this stands: a page, a paragraph."),
    )


class PriceForm(TidyForm):
    item = forms.ChoiceField(label=_("Item"), choices=chosen.PRICE_ITEMS)
    code = forms.CharField(label=_("Code or part number"), max_length=40, required=False)
    category = choice(_("Category"), chosen.category_codes, required=False)
    kind = choice(_("Kind of work"), chosen.kinds, required=False)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120)
    yuan = forms.DecimalField(label=_("Price in yuan"), min_value=0, max_value=999_999, decimal_places=2)
    valid_from = day(_("First day"))
    valid_until = day(_("Last day"), required=False, help_text=_("Empty: until further notice."))


class RequirementForm(TidyForm):
    category = choice(_("Category"), chosen.category_codes, required=False)
    kind = choice(_("Kind of work"), chosen.kinds, required=False)
    certificate = choice(_("Certificate"), chosen.certificates)
    holder = forms.ChoiceField(
        label=_("Held by"), choices=chosen.HOLDERS, required=False, initial=chosen.HOLDERS[0][0]
    )

    def clean_holder(self) -> str:
        return str(self.cleaned_data["holder"] or chosen.HOLDERS[0][0])


class StockForm(TidyForm):
    part_id = number_choice(_("Part"), chosen.parts)
    node_id = number_choice(_("Service point"), chosen.points)
    technician_id = number_choice(_("In the van of"), chosen.technicians, required=False)
    quantity = forms.IntegerField(label=_("Counted"), min_value=0, max_value=1_000_000)


def _price(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in PriceForm.base_fields if name != "yuan"}
    return told | {"yuan": f"{row.fen / 100:.2f}"}


def _keep_price(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    fen = int(told.pop("yuan") * 100)
    return actions.keep_price(row_id, now=now, fen=fen, **told)


def _part(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in PartForm.base_fields if name != "fits"}
    return told | {"fits": "\n".join(row.fits)}


def _keep_part(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    lines = [" ".join(line.split()) for line in told.pop("fits").splitlines()]
    return actions.keep_part(row_id, fits=list(dict.fromkeys(line for line in lines if line)), **told)


def _component(row: Any) -> str:
    return str(row.component_zh if chosen.in_chinese() else row.component_en)


def _brands() -> list[tuple[str, str]]:
    return [(brand, brand) for brand in queries.brands()]


_BY_SERIAL = Filter(
    name="serial",
    label=_("By serial"),
    choices=lambda: (("yes", _("yes")), ("no", _("no"))),
    keep=lambda rows, value, today: rows.filter(by_serial=value == "yes"),
)
_EMPTY = Filter(
    name="left",
    label=_("Counted"),
    choices=lambda: (("none", _("none left")), ("some", _("something left"))),
    keep=lambda rows, value, today: (
        rows.filter(quantity__gt=0) if value == "some" else rows.filter(quantity__lte=0)
    ),
)


def _category(row: Any) -> str:
    return chosen.category_word(row.category)


REGISTERS = (
    Register(
        code="categories",
        title=_("Categories"),
        about=_("Families of appliances."),
        group=_("Catalogue"),
        icon="category",
        rows=queries.categories_listed,
        columns=(
            Head(_("Code"), lambda row: row.code, key="code"),
            Head(pgettext_lazy("of a thing", "Name"), chosen.named, key="name_zh"),
            Column(
                _("Runs on"), lambda row: "、".join(chosen.word(chosen.ENERGIES, one) for one in row.runs_on)
            ),
            Head(_("Years of safe use"), lambda row: row.safe_years or "", key="safe_years", empty=0),
        ),
        form=CategoryForm,
        keep=lambda viewer, row_id, told, now: actions.keep_category(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_category(row_id, now=now),
        back=lambda viewer, row_id, now: actions.unretire_category(row_id),
        uses=used.category,
        filters=(in_use(),),
        key=("code", "id"),
        name=chosen.named,
    ),
    Register(
        code="products",
        title=_("Products"),
        about=_("Brands and models, and how long their warranty is."),
        group=_("Catalogue"),
        icon="device-tv",
        rows=queries.products_listed,
        columns=(
            Head(_("Brand"), lambda row: row.brand, key="brand"),
            Head(_("Model"), lambda row: row.model, key="model"),
            Head(_("Category"), lambda row: chosen.named(row.category), key="category__code"),
            Head(_("Warranty in months"), lambda row: row.warranty_months, key="warranty_months"),
        ),
        form=ProductForm,
        keep=lambda viewer, row_id, told, now: actions.keep_product(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_product(row_id, now=now),
        back=lambda viewer, row_id, now: actions.unretire_product(row_id),
        uses=used.product,
        filters=(in_use(), of("brand", _("Brand"), _brands), of_category("category__code")),
        row_links=lambda row: (
            (
                reverse("managers:settings_model", args=[row.pk]),
                _("Warranty and symptoms at a glance"),
                "eye",
            ),
        ),
        key=("brand", "model", "id"),
        name=lambda row: f"{row.brand} {row.model}",
    ),
    Register(
        code="warranty",
        title=_("Warranty of components"),
        about=_(
            "Components that are covered for longer or shorter than the appliance, as law or brand says."
        ),
        group=_("Catalogue"),
        icon="shield",
        rows=queries.warranties_listed,
        columns=(
            Head(_("Category"), lambda row: chosen.named(row.category), key="category__code"),
            Head(_("Brand"), lambda row: row.brand, key="brand"),
            Head(_("Model"), lambda row: row.model, key="model"),
            Head(_("Component"), _component, key="component_zh"),
            Head(_("Months"), lambda row: row.months, key="months"),
            Head(_("Asked by"), lambda row: chosen.word(BASES, row.basis), key="basis"),
            Column(_("Source"), lambda row: row.source),
        ),
        form=WarrantyForm,
        keep=lambda viewer, row_id, told, now: actions.keep_warranty(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_warranty(row_id, now=now),
        back=lambda viewer, row_id, now: actions.unretire_warranty(row_id),
        filters=(in_use(), of_category("category__code"), of("basis", _("Asked by"), lambda: BASES)),
        key=("category_id", "brand", "model", "id"),
        name=lambda row: f"{chosen.named(row.category)} · {_component(row)}",
    ),
    Register(
        code="parts",
        title=_("Parts"),
        about=_("Spare parts, and which are followed by serial."),
        group=_("Catalogue"),
        icon="components",
        rows=queries.parts_listed,
        columns=(
            Head(_("Part number"), lambda row: row.number, key="number"),
            Head(pgettext_lazy("of a thing", "Name"), chosen.named, key="name_zh"),
            Head(
                _("Category"),
                lambda row: chosen.named(row.category) if row.category else "",
                key="category__code",
                empty="",
            ),
            Head(_("By serial"), lambda row: yes_no(row.by_serial), key="by_serial"),
            Column(_("Made for"), lambda row: "、".join(row.fits)),
        ),
        form=PartForm,
        keep=_keep_part,
        out=lambda viewer, row_id, now: actions.retire_part(row_id, now=now),
        back=lambda viewer, row_id, now: actions.unretire_part(row_id),
        uses=used.part,
        filters=(in_use(), of_category("category__code"), _BY_SERIAL),
        key=("number", "id"),
        values=_part,
        name=lambda row: f"{row.number} {chosen.named(row)}",
    ),
    Register(
        code="prices",
        title=_("Prices"),
        about=_("The published price list, each line with the days it holds."),
        group=_("Catalogue"),
        icon="coin-yuan",
        rows=queries.prices_listed,
        columns=(
            Head(_("Item"), lambda row: chosen.word(chosen.PRICE_ITEMS, row.item), key="item"),
            Head(pgettext_lazy("of a thing", "Name"), chosen.named, key="name_zh"),
            Head(_("Code"), lambda row: row.code, key="code"),
            Head(_("Category"), _category, key="category"),
            Head(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind), key="kind"),
            Head(_("Price"), lambda row: money(row.fen), key="fen"),
            Head(_("First day"), lambda row: row.valid_from, key="valid_from"),
            Head(_("Last day"), lambda row: row.valid_until or "", key="valid_until", empty=date.max),
        ),
        form=PriceForm,
        keep=_keep_price,
        out=lambda viewer, row_id, now: actions.end_price(row_id, now=now),
        out_deed="ended",
        out_about=_("It is not offered any more from today on; one that has not begun goes."),
        filters=(
            on_day("valid_from", "valid_until"),
            lasting("valid_from"),
            of("item", _("Item"), lambda: chosen.PRICE_ITEMS),
            of_category(every=True),
        ),
        row_links=lambda row: (
            (
                reverse("managers:settings_price", args=[row.pk]),
                _("New price from a day on"),
                "calendar-plus",
            ),
        ),
        key=("item", "code", "id"),
        values=_price,
        name=chosen.named,
    ),
    Register(
        code="requirements",
        title=_("Permits asked for"),
        about=_("Which certificate a kind of work needs."),
        group=_("Catalogue"),
        icon="shield-check",
        rows=queries.requirements_listed,
        columns=(
            Head(_("Category"), _category, key="category"),
            Head(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind), key="kind"),
            Head(
                _("Certificate"),
                lambda row: chosen.word(chosen.certificates(), row.certificate),
                key="certificate",
            ),
            Head(_("Held by"), lambda row: chosen.word(chosen.HOLDERS, row.holder), key="holder"),
        ),
        form=RequirementForm,
        keep=lambda viewer, row_id, told, now: actions.keep_requirement(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_requirement(row_id),
        out_deed="removed",
        uses=used.requirement,
        filters=(of_category(every=True), of("certificate", _("Certificate"), chosen.certificates)),
        key=("category", "id"),
        name=lambda row: row.certificate,
    ),
    Register(
        code="stock",
        title=_("Stock"),
        about=_("What lies at a service point or in a van."),
        group=_("Catalogue"),
        icon="packages",
        rows=queries.stock_listed,
        columns=(
            Head(_("Part"), lambda row: f"{row.part.number} {chosen.named(row.part)}", key="part__number"),
            Head(_("Service point"), lambda row: row.node.name, key="node__name"),
            Column(_("In the van of"), lambda row: row.technician.person.name if row.technician else ""),
            Head(_("Counted"), lambda row: row.quantity, key="quantity"),
        ),
        form=StockForm,
        keep=lambda viewer, row_id, told, now: actions.keep_stock(row_id, **told),
        filters=(
            at_node(),
            of("technician", _("In the van of"), chosen.technicians, column="technician_id"),
            _EMPTY,
        ),
        key=("node_id", "part_id", "id"),
        name=lambda row: f"{row.node.name} · {row.part.number}",
    ),
)
