"""/manage/posters: a poster 扫码报修 for a wall, or sheets of stickers for machines, as PDF from the catalogue."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.scan_codes import LeadsTo, ScanCode, address_of, codes_for
from bihuan.registers.customers.serial_lists import MOST, TooMany, Unsound, serials_in
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.naming import company_hotline, company_name
from bihuan.registers.organisation.queries import service_points
from bihuan.registers.parts.queries import product, products
from bihuan.service.imports.book import Book, NoBook
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.naming import family_name
from bihuan.web.managers.poster_pdf import SIZES, Printed, pdf_of, picture_of

LARGEST_LIST = 5 * 1024 * 1024
SAMPLE = "EXAMPLE234"
PACKAGING = "8"  # labels for packaging, by how many are on a sheet
NOTHING: dict[str, Any] = {"what": "poster", "model": "", "category": "", "point": "", "numbers": []}


class PosterForm(TidyForm):
    what = forms.ChoiceField(
        label=gettext_lazy("What to print"),
        choices=[
            ("poster", gettext_lazy("Poster, A4")),
            ("24", gettext_lazy("Stickers, 24 on a sheet (70 × 37 mm)")),
            ("40", gettext_lazy("Stickers, 40 on a sheet (52 × 30 mm)")),
            ("12", gettext_lazy("Stickers, 12 on a sheet (105 × 49 mm)")),
            ("8", gettext_lazy("Labels for packaging, 8 on a sheet (105 × 74 mm)")),
        ],
    )
    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Or only the appliance"), required=False)
    point = forms.ChoiceField(label=gettext_lazy("Service point"), required=False)
    serials = forms.CharField(
        label=gettext_lazy("Serial numbers, for stickers"),
        required=False,
        max_length=100_000,
        help_text=gettext_lazy("One a line, or a range: SN0001-SN0100. Empty: one sheet for the model."),
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    list = forms.FileField(
        label=gettext_lazy("Or a list (Excel or CSV, first column)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "en").startswith("zh")
        self.models = {str(one.id): one for one in products()}
        points = [one for one in service_points() if viewer.nodes is None or one.id in viewer.nodes]
        self.points = {str(one.id): one for one in points}
        families = [one for one in knowledge().families if one.code != "general"]
        none = [("", "–")]
        self.choose("model", none + [(key, f"{one.brand} {one.model}") for key, one in self.models.items()])
        self.choose("category", none + [(one.code, one.zh if chinese else one.en) for one in families])
        self.choose("point", none + [(key, one.name) for key, one in self.points.items()])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        try:
            told["numbers"] = serials_in([*told.get("serials", "").splitlines(), *_listed(told.get("list"))])
        except TooMany:
            raise forms.ValidationError(
                _("At most %(most)s stickers at once. Please print the rest afterwards.") % {"most": MOST}
            ) from None
        except Unsound as wrong:
            raise forms.ValidationError(
                _("“%(line)s” is no serial number: letters, digits and dashes only.") % {"line": str(wrong)}
            ) from None
        except NoBook:
            raise forms.ValidationError(
                _("This list cannot be read. An Excel or CSV file is expected.")
            ) from None
        return told


def _listed(file: Any) -> list[str]:
    """The first column of a list; its head is left out when it holds no digit."""
    if not file:
        return []
    if (file.size or 0) > LARGEST_LIST:
        raise NoBook("too_big")
    found: list[str] = []
    for row in Book(file.read()).rows(0):
        cell = row.cells[0] if row.cells else None
        told = (
            ""
            if cell is None
            else str(int(cell))
            if isinstance(cell, float) and cell.is_integer()
            else str(cell)
        )
        if found or any(sign.isdigit() for sign in told):
            found.append(told)
        if len(found) > MOST:
            raise TooMany
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("poster.print")
def posters(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The form with a picture of what comes out; sent with `pdf`, the file itself."""
    sent = request.method == "POST"
    form = PosterForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        viewer=viewer,
        initial={"what": "poster"},
    )
    shown: dict[str, Any] = {"form": form, "picture": "", "count": 0}
    if sent and not form.is_valid():
        return render(request, "managers/posters.html", shown, status=422)
    told: dict[str, Any] = form.cleaned_data if sent else dict(NOTHING)
    wanted = wanted_of(form, told)
    if sent and request.POST.get("deed") == "pdf":
        codes = [_printed(row, told["what"]) for row in codes_for(wanted, now=moment(request))]
        if told["what"] in SIZES and not told["numbers"]:
            codes *= SIZES[told["what"]].on_a_sheet
        made = pdf_of(told["what"], words_of(told["what"], wanted[0], form, told), codes)
        response = HttpResponse(made, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="codes-{told["what"]}.pdf"'
        return response
    samples = [_sample(one, told["what"]) for one in wanted]
    if told["what"] in SIZES and not told["numbers"]:
        samples *= SIZES[told["what"]].on_a_sheet
    picture = picture_of(told["what"], words_of(told["what"], wanted[0], form, told), samples)
    shown |= {"picture": b64encode(picture).decode(), "count": len(samples)}
    return render(request, "managers/posters.html", shown)


def wanted_of(form: PosterForm, told: dict[str, Any]) -> list[LeadsTo]:
    """What each code leads to: one for a poster or a sheet of one model, one a serial otherwise."""
    model, point = form.models.get(told["model"]), form.points.get(told["point"])
    stickers = told["what"] in SIZES
    one = LeadsTo(
        purpose=ScanCode.STICKER if stickers else ScanCode.POSTER,
        category=model.category.code if model else told["category"],
        brand=model.brand if model else "",
        model=model.model if model else "",
        node_id=point.id if point else None,
    )
    if not stickers or not told["numbers"]:
        return [one]
    return [replace(one, serial=number) for number in told["numbers"]]


def words_of(what: str, first: LeadsTo, form: PosterForm, told: dict[str, Any]) -> dict[str, Any]:
    """The words on the paper, in the reader's language."""
    point = form.points.get(told["point"])
    machine = " ".join(part for part in (first.brand, family_name(first.category), first.model) if part)
    hotline = company_hotline()
    return {
        "title": _("Scan to report a problem"),
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "company": company_name(),
        "big": _("Scan for repair"),
        "small": _("Report a problem, follow it, see your warranty"),
        "lines": [line for line in (machine, point.name if point else "") if line],
        "steps": [
            _("Scan with WeChat or the camera"),
            _("Say what is wrong"),
            _("Follow it on your phone"),
        ],
        "hotline_word": _("Hotline"),
        "hotline": hotline
        if what == "poster"
        else (_("Hotline %(number)s") % {"number": hotline} if hotline else ""),
    }


def _printed(row: ScanCode, what: str) -> Printed:
    return Printed(address=address_of(row), code=row.code, lines=_lines(row, what))


def _sample(one: LeadsTo, what: str) -> Printed:
    """For the picture: nothing is written down until the file is made."""
    row = ScanCode(purpose=one.purpose, code=SAMPLE)
    return Printed(address=address_of(row), code=SAMPLE, lines=_lines(one, what))


def _lines(one: ScanCode | LeadsTo, what: str) -> list[str]:
    """What stands beside the square; on packaging also the terms of the warranty, for whoever unpacks it."""
    head = " ".join(part for part in (one.brand, family_name(one.category)) if part)
    return [line for line in (head, one.model, one.serial, _terms(one) if what == PACKAGING else "") if line]


def _terms(one: ScanCode | LeadsTo) -> str:
    known = product(one.brand, one.model) if one.model else None
    if known is None or not known.warranty_months:
        return ""
    return ngettext("Warranty %(months)s month", "Warranty %(months)s months", known.warranty_months) % {
        "months": known.warranty_months
    }
