"""Coverage down to the street: who serves which street of a district, what is left out, and many streets at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.ground import divisions
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation import actions, queries
from bihuan.registers.organisation.rules import Ground, Line, grounds
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_all import REGISTERS
from bihuan.web.managers.settings_register import choice, number_choice, tell_form

type District = tuple[str, str]  # city, district

MOST = 400  # streets at once
ONLY = (
    ("gaps", gettext_lazy("Streets nobody serves")),
    ("overlaps", gettext_lazy("Streets several serve alike")),
)


class CoverForm(TidyForm):
    node_id = number_choice(gettext_lazy("Service point"), chosen.points)
    city = forms.CharField(label=gettext_lazy("City"), max_length=60)
    district = forms.CharField(label=gettext_lazy("District"), max_length=60)
    category = choice(gettext_lazy("Category"), chosen.category_codes, required=False)
    kind = choice(gettext_lazy("Kind of work"), chosen.kinds, required=False)
    pasted = forms.CharField(
        label=gettext_lazy("Streets"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line, or with commas between. None at all: the whole district."),
    )


def streets_known(city: str, district: str) -> tuple[str, ...]:
    """The streets of the country's table; none where the table does not know the place, or is not built."""
    try:
        return tuple(divisions.streets_of(city, district))
    except divisions.NotBuilt:
        return ()


def districts_known(city: str) -> tuple[str, ...]:
    try:
        return tuple(divisions.districts_of(city))
    except divisions.NotBuilt:
        return ()


@require_GET
@staff_page("settings.change")
def ground(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Every district of the cities that are served: how many streets nobody serves, how many several do. One opened:
    its streets."""
    held = queries.coverage_lines()
    lines, points = [_line(row) for row in held], {row.node_id: row.node.name for row in held}
    cities = sorted({line.city for line in lines})
    city = request.GET.get("city", "")
    city = city if city in cities else (cities[0] if cities else "")
    category = _among(request.GET.get("category", ""), chosen.category_codes())
    kind = _among(request.GET.get("kind", ""), chosen.kinds())
    names = _districts(lines, city)
    found = {
        name: grounds(
            lines, streets_known(city, name), city=city, district=name, category=category, kind=kind
        )
        for name in names
    }
    opened = request.GET.get("district", "")
    opened = opened if opened in found else ""
    told = {
        "cities": cities,
        "city": city,
        "category": category,
        "categories": chosen.category_codes(),
        "kind": kind,
        "kinds": chosen.kinds(),
        "districts": [_district_line(name, rows, points) for name, rows in found.items()],
        "opened": opened,
        "only": _among(request.GET.get("only", ""), ONLY),
        "onlys": ONLY,
        "streets": _street_lines(found.get(opened, []), request.GET.get("only", ""), points),
        "everywhere": queries.uncovering(),
    }
    return render(request, "managers/settings_ground.html", told)


def _line(row: Any) -> Line:
    names = ("node_id", "city", "district", "street", "category", "kind")
    return Line(**{name: getattr(row, name) for name in names})


def _among(value: str, choices: Sequence[tuple[Any, Any]]) -> str:
    return value if value in {str(code) for code, _word in choices} else ""


def _districts(lines: Sequence[Line], city: str) -> list[str]:
    """Every district of a city that is known, and those that only a line names."""
    served = sorted({line.district for line in lines if line.city == city})
    return list(dict.fromkeys([*districts_known(city), *served]))


def _district_line(name: str, rows: Sequence[Ground], points: Mapping[int, str]) -> dict[str, Any]:
    streets = [row for row in rows if row.street]
    counted = streets or list(rows)
    return {
        "name": name,
        "streets": len(streets),
        "gaps": len([row for row in counted if row.is_gap]),
        "overlaps": len([row for row in counted if row.is_overlap]),
        "by": [points[one] for one in sorted({node for row in rows for node in (*row.by, *row.also)})],
    }


def _street_lines(rows: Sequence[Ground], only: str, points: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "street": row.street,
            "by": [points[one] for one in row.by],
            "also": [points[one] for one in row.also],
            "gap": row.is_gap,
            "overlap": row.is_overlap,
        }
        for row in rows
        if not (only == "gaps" and not row.is_gap) and not (only == "overlaps" and not row.is_overlap)
    ]


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def cover(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Many streets of one district at once: ticked from the table, or pasted."""
    sent = request.method == "POST"
    told = (
        request.POST
        if sent
        else {name: request.GET[name] for name in CoverForm.base_fields if name in request.GET}
    )
    form = CoverForm(request.POST) if sent else CoverForm(initial=told)
    city, district = str(told.get("city", "")).strip()[:60], str(told.get("district", "")).strip()[:60]
    ticked = [street[:60] for street in request.POST.getlist("street")[:MOST]]
    if sent and "look" not in request.POST and form.is_valid():
        streets = _streets(ticked, form.cleaned_data.pop("pasted"))
        if _cover(request, viewer, form, streets):
            query = f"?city={form.cleaned_data['city']}&district={form.cleaned_data['district']}"
            return redirect(reverse("managers:settings_ground") + query)
    known = streets_known(city, district)
    served = _served(city, district)
    context = {
        "form": form,
        "district": district,
        "districts": districts_known(city) if city else (),
        "streets": [(street, ", ".join(served.get(street, ())), street in ticked) for street in known],
        "whole": ", ".join(served.get("", ())),
        "strange": _strange(city, district) if district else "",
    }
    failed = form.is_bound and "look" not in request.POST and bool(form.errors)
    return render(request, "managers/settings_cover.html", context, status=422 if failed else 200)


def _streets(ticked: Sequence[str], pasted: str) -> list[str]:
    """The streets that were ticked and those that were pasted, each once."""
    told = pasted
    for sign in ("，", "、", ",", ";", "；", "\t"):
        told = told.replace(sign, "\n")
    lines = [" ".join(line.split())[:60] for line in told.splitlines()]
    return list(dict.fromkeys([*ticked, *(line for line in lines if line)]))[:MOST]


def _served(city: str, district: str) -> Mapping[str, list[str]]:
    """Street → names of the service points that name it; blank: those that serve the whole district."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in queries.coverage_lines():
        if (row.city, row.district) == (city, district) and row.node.name not in found[row.street]:
            found[row.street].append(row.node.name)
    return found


def _strange(city: str, district: str) -> str:
    """A doubt about a name that the country's table does not have; such a name may still be kept."""
    known = districts_known(city)
    if known and district not in known:
        return _(
            "The country's table has no %(district)s in %(city)s. Check the name; it can be kept all the same."
        ) % {
            "district": district,
            "city": city,
        }
    return ""


def _cover(request: HttpRequest, viewer: Viewer, form: TidyForm, streets: Sequence[str]) -> bool:
    told, now, register = dict(form.cleaned_data), moment(request), REGISTERS["coverage"]
    try:
        with transaction.atomic():
            made = actions.cover_streets(told.pop("node_id"), streets=list(streets), **told)
            for row in made:
                note_change(
                    viewer,
                    register="coverage",
                    row=str(row.pk),
                    deed="added",
                    before={},
                    after=register.facts(row),
                    now=now,
                )
    except ValidationError as refused:
        tell_form(form, refused)
        return False
    done = ngettext(
        "%(count)d line of coverage was added.", "%(count)d lines of coverage were added.", len(made)
    )
    messages.success(request, done % {"count": len(made)})
    if (known := max(len(streets), 1) - len(made)) > 0:
        messages.info(request, _("%(count)d were there already.") % {"count": known})
    return True
