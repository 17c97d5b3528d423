"""What feedback is about, and what goes wrong with a smart appliance: codes that forms send, in the reader's words."""

from collections.abc import Mapping

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FEEDBACK: dict[str, Lazy] = {
    "quality": _("Quality of the service"),
    "speed": _("How long it took"),
    "prices": _("Prices of parts and work"),
    "attitude": _("How I was treated"),
    "product": _("The product itself"),
    "online": _("Website, app or messages"),
    "other": _("Something else"),
}
SMART: dict[str, Lazy] = {
    "setting": _("Setting it up"),
    "network": _("Connecting it to the network"),
    "linking": _("Linking it with the app, a speaker or other machines"),
    "offline": _("It goes offline again and again"),
    "update": _("An update failed"),
    "account": _("Account or sharing with the family"),
}
PHONES: dict[str, Lazy] = {"ios": _("iPhone"), "android": _("Android"), "harmony": _("HarmonyOS")}
NETWORKS: dict[str, Lazy] = {
    "2_4": _("2.4 GHz"),
    "5": _("5 GHz"),
    "both": _("Both under one name"),
    "unknown": pgettext_lazy("network", "I do not know"),
}
TOPICS: dict[str, Lazy] = {**FEEDBACK, **SMART}


def topics_told(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a form said beside the words, each with its question; what was not said is left out."""
    told = (
        (_("About"), TOPICS.get(asked.get("topic", ""))),
        (_("Phone system"), PHONES.get(asked.get("phone_system", ""))),
        (_("Network at home"), NETWORKS.get(asked.get("network", ""))),
        (_("Case that it is about"), asked.get("number", "")),
    )
    return [(str(question), str(words)) for question, words in told if words]
