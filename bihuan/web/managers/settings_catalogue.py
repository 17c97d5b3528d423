"""The registers of things: categories, products, parts, prices with their days, permits asked for, stock."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts import actions, queries
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.words import money
from bihuan.web.managers import settings_choices as chosen
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


def _category(row: Any) -> str:
    return chosen.word(chosen.category_codes(), row.category)


REGISTERS = (
    Register(
        code="categories",
        title=_("Categories"),
        about=_("Families of appliances."),
        group=_("Catalogue"),
        icon="category",
        rows=queries.categories_listed,
        columns=(
            Column(_("Code"), lambda row: row.code),
            Column(pgettext_lazy("of a thing", "Name"), chosen.named),
            Column(
                _("Runs on"), lambda row: "、".join(chosen.word(chosen.ENERGIES, one) for one in row.runs_on)
            ),
            Column(_("Years of safe use"), lambda row: row.safe_years or ""),
        ),
        form=CategoryForm,
        keep=lambda viewer, row_id, told, now: actions.keep_category(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_category(row_id, now=now),
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
            Column(_("Brand"), lambda row: row.brand),
            Column(_("Model"), lambda row: row.model),
            Column(_("Category"), lambda row: chosen.named(row.category)),
            Column(_("Warranty in months"), lambda row: row.warranty_months),
        ),
        form=ProductForm,
        keep=lambda viewer, row_id, told, now: actions.keep_product(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_product(row_id, now=now),
        key=("brand", "model", "id"),
        name=lambda row: f"{row.brand} {row.model}",
    ),
    Register(
        code="parts",
        title=_("Parts"),
        about=_("Spare parts, and which are followed by serial."),
        group=_("Catalogue"),
        icon="components",
        rows=queries.parts_listed,
        columns=(
            Column(_("Part number"), lambda row: row.number),
            Column(pgettext_lazy("of a thing", "Name"), chosen.named),
            Column(_("Category"), lambda row: chosen.named(row.category) if row.category else ""),
            Column(_("By serial"), lambda row: yes_no(row.by_serial)),
        ),
        form=PartForm,
        keep=lambda viewer, row_id, told, now: actions.keep_part(row_id, **told),
        out=lambda viewer, row_id, now: actions.retire_part(row_id, now=now),
        key=("number", "id"),
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
            Column(_("Item"), lambda row: chosen.word(chosen.PRICE_ITEMS, row.item)),
            Column(pgettext_lazy("of a thing", "Name"), chosen.named),
            Column(_("Code"), lambda row: row.code),
            Column(_("Category"), _category),
            Column(_("Price"), lambda row: money(row.fen)),
            Column(_("First day"), lambda row: row.valid_from),
            Column(_("Last day"), lambda row: row.valid_until or ""),
        ),
        form=PriceForm,
        keep=_keep_price,
        out=lambda viewer, row_id, now: actions.end_price(row_id, now=now),
        out_deed="ended",
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
            Column(_("Category"), _category),
            Column(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind)),
            Column(_("Certificate"), lambda row: chosen.word(chosen.certificates(), row.certificate)),
        ),
        form=RequirementForm,
        keep=lambda viewer, row_id, told, now: actions.keep_requirement(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_requirement(row_id),
        out_deed="removed",
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
            Column(_("Part"), lambda row: f"{row.part.number} {chosen.named(row.part)}"),
            Column(_("Service point"), lambda row: row.node.name),
            Column(_("In the van of"), lambda row: row.technician.person.name if row.technician else ""),
            Column(_("Counted"), lambda row: row.quantity),
        ),
        form=StockForm,
        keep=lambda viewer, row_id, told, now: actions.keep_stock(row_id, **told),
        key=("node_id", "part_id", "id"),
        name=lambda row: f"{row.node.name} · {row.part.number}",
    ),
)
