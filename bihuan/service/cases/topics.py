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
CARRIED: dict[str, Lazy] = {
    "lift": _("There is a lift"),
    "stairs": _("By the stairs"),
    "ground": _("On the ground floor"),
}
ALONG: dict[str, Lazy] = {
    "nothing": _("Nothing else"),
    "installation": _("Install it too"),
    "old_one": _("Take the old machine along"),
    "both": _("Install it, and take the old machine along"),
}
STARTS: dict[str, Lazy] = {
    "works": _("It works"),
    "partly": _("It works in part"),
    "dead": _("It does not start"),
}
TAKEN_DOWN: dict[str, Lazy] = {
    "down": _("It stands ready"),
    "fixed": _("It must be taken down first"),
}
YEARS: dict[str, Lazy] = {"1": _("One year more"), "2": _("Two years more"), "3": _("Three years more")}
TOPICS: dict[str, Lazy] = {**FEEDBACK, **SMART}


def topics_told(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a form said beside the words, each with its question; what was not said is left out."""
    told = (
        (_("About"), TOPICS.get(asked.get("topic", ""))),
        (_("Phone system"), PHONES.get(asked.get("phone_system", ""))),
        (_("Network at home"), NETWORKS.get(asked.get("network", ""))),
        (_("Case that it is about"), asked.get("number", "")),
        (_("Way up"), CARRIED.get(asked.get("carried", ""))),
        (_("Besides"), ALONG.get(asked.get("along", ""))),
        (_("The old machine"), STARTS.get(asked.get("starts", ""))),
        (_("Taking down"), TAKEN_DOWN.get(asked.get("taken_down", ""))),
        (_("Wished extension"), YEARS.get(asked.get("years", ""))),
        (_("Number of the order"), asked.get("order_number", "")),
    )
    return [(str(question), str(words)) for question, words in told if words]
