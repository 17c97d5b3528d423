"""One pasted report as a form: what was read stands in it, a person confirms."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.words import CHANNELS, KINDS, URGENCIES
from bihuan.service.dispatch.words import SUITS, slot_words
from bihuan.service.intake.pasting.values import Card, Window
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.told import Told
from bihuan.web.agents.report_form import BOUGHT_AT, appliances
from bihuan.web.look.forms import TidyForm

LONGEST_TEXT = 4_000
MOST_CARDS = 30  # on one page
_MOMENT = "%Y-%m-%dT%H:%M"


class CardForm(TidyForm):
    """What one message says. Only the words and a phone are asked for."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_TEXT, strip=False)
    sent_at = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40)
    city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=60)
    district = forms.CharField(label=gettext_lazy("District"), required=False, max_length=60)
    street = forms.CharField(label=gettext_lazy("Street or town"), required=False, max_length=60)
    door = forms.CharField(label=gettext_lazy("Road, house and door"), required=False, max_length=200)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=60)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=60)
    serial = forms.CharField(label=gettext_lazy("Serial number"), required=False, max_length=60)
    error_code = forms.CharField(label=gettext_lazy("Error code shown"), required=False, max_length=20)
    words = forms.CharField(
        label=gettext_lazy("In the customer's own words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    wished_from = forms.DateTimeField(label=gettext_lazy("Wished from"), required=False)
    wished_until = forms.DateTimeField(label=gettext_lazy("Wished until"), required=False)
    bought_on = forms.DateField(label=gettext_lazy("Bought on"), required=False)
    bought_at = forms.ChoiceField(label=gettext_lazy("Bought where"), required=False)
    outside_number = forms.CharField(
        label=gettext_lazy("Order number elsewhere"), required=False, max_length=60
    )
    channel = forms.ChoiceField(label=gettext_lazy("Came in by"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind of work"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), required=False)
    join = forms.CharField(required=False, max_length=20)  # the open case that this asks about again

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none, judged = [("", "–")], [("", _("as the words say"))]
        self.choose("category", none + appliances(categories()))
        self.choose("bought_at", none + list(BOUGHT_AT.items()))
        self.choose("channel", list(CHANNELS.items()))
        self.choose("kind", judged + list(KINDS.items()))
        self.choose("urgency", judged + list(URGENCIES.items()))
        for name in ("wished_from", "wished_until"):
            self.fields[name].widget = forms.DateTimeInput(
                format=_MOMENT, attrs={"type": "datetime-local", "class": "form-control"}
            )
        self.fields["bought_on"].widget = forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}
        )
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}
        for name, listed in (("city", "cities"), ("brand", "brands")):
            self.fields[name].widget.attrs["list"] = listed

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        begins, ends = held.get("wished_from"), held.get("wished_until")
        if begins and ends and ends < begins:
            self.add_error("wished_until", _("The wished time cannot end before it begins."))
        return held


def initial_of(card: Card) -> dict[str, Any]:
    """What was read, as the fields of the form."""
    place = card.place
    others = "".join("\n" + _("Another number: %(phone)s") % {"phone": one} for one in card.phones[1:])
    return {
        "text": card.text,
        "sent_at": card.sent_at.isoformat() if card.sent_at else "",
        "name": card.name,
        "phone": card.phones[0] if card.phones else "",
        "city": place.city,
        "district": place.district,
        "street": place.street,
        "door": place.door,
        "category": card.product if card.product in dict(appliances(categories())) else "",
        "brand": card.brand,
        "model": card.model,
        "serial": card.serial,
        "error_code": card.error_code,
        "words": card.words + others,
        "wished_from": _wall(card.wish.begins) if card.wish else "",
        "wished_until": _wall(card.wish.ends) if card.wish else "",
        "bought_on": card.bought_on or "",
        "bought_at": card.bought_at,
        "outside_number": card.order,
        "channel": "third_party" if card.order else "wechat",
        "kind": card.kind,
        "urgency": "high" if card.urgent and not card.hazards else "",
        "join": "",
    }


def _wall(value: datetime) -> str:
    return value.astimezone(get_current_timezone()).strftime(_MOMENT)


def told_of_card(form: CardForm) -> Told:
    """What a valid form says, as a report."""
    held = form.cleaned_data
    wish = _window(held)
    asked = {"suits": suits_of(wish), "wished": wished_words(wish)} if wish else {}
    return Told(
        words=held["words"],
        channel=held["channel"],
        phone=held["phone"],
        name=held["name"],
        kind=held["kind"],
        urgency=held["urgency"],
        error_code=held["error_code"],
        asked={name: value for name, value in asked.items() if value},
        machine=MachineTold(
            category=held["category"],
            brand=held["brand"],
            model=held["model"],
            serials={"whole": held["serial"]} if held["serial"] else {},
            bought_on=held["bought_on"],
            bought_at=held["bought_at"],
        ),
        address=AddressTold(
            city=held["city"], district=held["district"], street=held["street"], door=held["door"]
        ),
        outside_number=held["outside_number"],
    )


def _window(held: dict[str, Any]) -> Window | None:
    begins, ends = held.get("wished_from"), held.get("wished_until")
    return Window(begins, ends or begins) if begins else None


def wished_words(wish: Window) -> str:
    """The window in words, in the installation's zone: 24 Nov 12:00–18:00."""
    zone = get_current_timezone()
    if wish.begins.astimezone(zone).date() == wish.ends.astimezone(zone).date():
        return str(slot_words(wish.begins, wish.ends))
    return " – ".join(f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (wish.begins, wish.ends))


def suits_of(wish: Window) -> str:
    """The part of the day that the dispatch board sorts by; empty for a whole day."""
    begins, ends = (one.astimezone(get_current_timezone()) for one in (wish.begins, wish.ends))
    if begins.date() != ends.date():
        return "weekend" if {begins.weekday(), ends.weekday()} <= {5, 6} else ""
    for code, first, last in (("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24)):
        if first <= begins.hour and (ends.hour, ends.minute) <= (last, 0):
            return code if code in SUITS else ""
    return ""
