"""/report/delivery, /report/recycling, /report/warranty: what is ordered and no fault. Each asks what its own work
needs and becomes a case on its own card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy

from bihuan.service.cases.topics import ALONG, CARRIED, STARTS, TAKEN_DOWN, YEARS
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.told import FileTold, Told
from bihuan.web.customers.report_form import Tell, WebReportForm, form_page, told_of
from bihuan.web.look.doors import customer_page


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """One kind of work that is ordered: its card, who sees to it, and how its page reads."""

    kind: str
    way: str
    department: str
    page: str
    title: Lazy
    intro: Lazy
    proof: Lazy


DELIVERY = Ordered(
    kind="delivery",
    way="on_site",
    department="logistics",
    page="report_delivery",
    title=gettext_lazy("Have something delivered"),
    intro=gettext_lazy("For goods that you bought. We ring you to agree on a two-hour slot."),
    proof=gettext_lazy("A photo of the order or invoice"),
)
RECYCLING = Ordered(
    kind="recycling",
    way="on_site",
    department="logistics",
    page="report_recycling",
    title=gettext_lazy("Have an old appliance taken away"),
    intro=gettext_lazy("We name the price before we come, and it is not changed at the door."),
    proof=gettext_lazy("Photos of the old machine and its rating plate"),
)
EXTENSION = Ordered(
    kind="extended_warranty",
    way="remote",
    department="customer_service",
    page="report_extension",
    title=gettext_lazy("Extend a warranty"),
    intro=gettext_lazy(
        "We look whether it can be done and send you terms and price. Nothing is bought by this form."
    ),
    proof=gettext_lazy("Photos of the invoice and the rating plate"),
)


class OrderForm(WebReportForm):
    """The form for faults without the fault: words are free, `OWN` is what this work needs."""

    ordered: Ordered
    OWN: Mapping[str, Mapping[str, Lazy]] = {}
    order_number = forms.CharField(label=gettext_lazy("Number of the order"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in self.OWN.items():
            self.choose(name, [("", "–"), *choices.items()])
        words = self.fields["words"]
        words.label, words.help_text, words.required = (
            gettext_lazy("Anything else we should know?"),
            "",
            False,
        )
        words.widget.attrs["rows"] = "3"
        self.fields["category"].required = True

    def clean_words(self) -> str:
        """What they wrote; the name of the work where they wrote nothing."""
        return str(self.cleaned_data["words"]).strip() or str(self.ordered.title)[:LONGEST_WORDS]

    def own(self) -> list[forms.BoundField]:
        """The questions of this work, in order."""
        return [self[name] for name in self.OWN]

    def home(self) -> bool:
        """Whether somebody comes."""
        return self.ordered.way == "on_site"


class DeliveryForm(OrderForm):
    ordered = DELIVERY
    OWN = {"carried": CARRIED, "along": ALONG}
    carried = forms.ChoiceField(label=gettext_lazy("Way up"), required=False)
    along = forms.ChoiceField(label=gettext_lazy("Besides"), required=False)


class RecyclingForm(OrderForm):
    ordered = RECYCLING
    OWN = {"starts": STARTS, "taken_down": TAKEN_DOWN, "carried": CARRIED}
    starts = forms.ChoiceField(label=gettext_lazy("The old machine"))
    taken_down = forms.ChoiceField(label=gettext_lazy("Taking down"), required=False)
    carried = forms.ChoiceField(label=gettext_lazy("Way up"), required=False)


class ExtensionForm(OrderForm):
    ordered = EXTENSION
    OWN = {"years": YEARS}
    years = forms.ChoiceField(label=gettext_lazy("Wished extension"))
    serial = forms.CharField(label=gettext_lazy("Serial number, as the rating plate says"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bought_on"].required = True


def _telling(kind: type[OrderForm]) -> Tell:
    """How this form is told as a report."""

    def told(held: dict[str, Any], files: tuple[FileTold, ...]) -> Told:
        said = told_of(held, files)
        asked = {
            name: held[name].strip() for name in (*kind.OWN, "order_number") if held.get(name, "").strip()
        }
        machine = said.machine
        if serial := held.get("serial", "").strip():
            machine = replace(machine, serials={**machine.serials, "whole": serial})
        what = kind.ordered
        return replace(
            said,
            kind=what.kind,
            way=what.way,
            department=what.department,
            asked=said.asked | asked,
            machine=machine,
        )

    return told


def _page(request: HttpRequest, kind: type[OrderForm]) -> HttpResponse:
    page = kind.ordered.page
    return form_page(request, kind, told=_telling(kind), template="customers/report_order.html", page=page)


@customer_page
def delivery(request: HttpRequest) -> HttpResponse:
    """Goods that were bought are to be brought."""
    return _page(request, DeliveryForm)


@customer_page
def recycling(request: HttpRequest) -> HttpResponse:
    """An old machine is to be taken away."""
    return _page(request, RecyclingForm)


@customer_page
def extension(request: HttpRequest) -> HttpResponse:
    """A warranty is to be made longer."""
    return _page(request, ExtensionForm)
