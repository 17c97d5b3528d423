"""One model of the catalogue at a glance: its warranty part by part, what it can suffer from, what mends it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.uses import machines_of
from bihuan.registers.knowledge.queries import symptoms_for
from bihuan.registers.parts.queries import parts_for, parts_that_fit, prices_on, warranty_terms
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_all import REGISTERS, row_of
from bihuan.web.managers.settings_catalogue import BASES


@require_GET
@staff_page("settings.change")
def model(request: HttpRequest, viewer: Viewer, row_id: int) -> HttpResponse:
    """What the catalogue knows about one model."""
    row = row_of(REGISTERS["products"], row_id)
    code, today = row.category.code, localdate(moment(request))
    terms = warranty_terms(category_code=code, brand=row.brand, model=row.model)
    told = {
        "row": row,
        "name": f"{row.brand} {row.model}",
        "category": chosen.named(row.category),
        "machines": machines_of(product_id=row.pk),
        "terms": [
            (
                one,
                one.component_zh if chosen.in_chinese() else one.component_en,
                chosen.word(BASES, one.basis),
            )
            for one in terms
        ],
        "symptoms": [(one.code, chosen.named(one)) for one in symptoms_for(code)],
        "parts": [
            (one, chosen.named(one))
            for one in parts_that_fit(parts_for(code), brand=row.brand, model=row.model)
        ],
        "prices": [
            (one, chosen.named(one)) for one in prices_on(today, category_code=code) if one.item != "part"
        ],
    }
    return render(request, "managers/settings_model.html", told)
