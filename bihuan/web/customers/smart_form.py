"""/report/smart: a smart appliance that will not be set up, join the network or link with others. Beside the form for
faults: other questions, first help at once, and somebody who guides by phone."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from bihuan.service.cases.topics import NETWORKS, PHONES, SMART
from bihuan.service.intake.told import FileTold, Told
from bihuan.web.customers.report_form import WebReportForm, form_page, told_of
from bihuan.web.look.doors import customer_page


class SmartForm(WebReportForm):
    """The form for faults, with what matters for a machine on a network."""

    topic = forms.ChoiceField(label=gettext_lazy("What does not work"))
    phone_system = forms.ChoiceField(label=gettext_lazy("Your phone's system"), required=False)
    network = forms.ChoiceField(
        label=gettext_lazy("Your network"),
        required=False,
        help_text=gettext_lazy("Most machines join a network of 2.4 GHz only."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("topic", [("", "–"), *SMART.items()])
        self.choose("phone_system", [("", "–"), *PHONES.items()])
        self.choose("network", [("", "–"), *NETWORKS.items()])


def smart_told(held: dict[str, Any], files: tuple[FileTold, ...]) -> Told:
    """What the form says: technical support, by phone first."""
    told = told_of(held, files)
    asked = {name: held[name] for name in ("topic", "phone_system", "network") if held[name]}
    return replace(told, kind="support", way="remote", asked=told.asked | asked)


@customer_page
def smart(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the private page of the case."""
    return form_page(
        request, SmartForm, told=smart_told, template="customers/report_smart.html", page="report_smart"
    )
