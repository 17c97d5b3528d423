"""What a customer reads about where their case stands: plain words, no jargon."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

STAGES: dict[str, Lazy] = {
    "received": _("We have your report"),
    "dispatched": _("Choosing a technician"),
    "booked": _("Time agreed"),
    "on_the_way": _("On the way to you"),
    "in_service": _("Being worked on"),
    "done": _("Work done"),
    "closed": _("Settled"),
}
# What happens next: by place where a place says more, else by stage.
NEXT: dict[str, Lazy] = {
    "received": _("We look at your report and arrange the service."),
    "dispatched": _("A technician is being chosen for you."),
    "to_book": _("A technician is found. Without a time from you, we ring you to agree on one."),
    "booked": _("The technician comes in the agreed time. You get a message when they set off."),
    "on_the_way": _("The technician is on the way. Please keep your phone near."),
    "in_service": _("We are working on it and tell you as soon as there is news."),
    "on_site": _("The technician is with you. Paid work begins only after you agree to the quote."),
    "on_hold": _("Work has to wait for the moment. We tell you as soon as it goes on."),
    "remote": _("We guide you by phone first; if that does not help, a technician comes."),
    "done": _("The work is done. If something is still wrong, tell us here."),
    "to_call_back": _("Somebody rings you to hear what was not right."),
    "closed": _("This case is settled. If the trouble returns, tell us here."),
    "withdrawn": _("This case was cancelled; nobody will come."),
    "awaiting_customer": _("We have answered. Please tell us whether you accept."),
}
# Where nobody comes (a question, a suggestion, a complaint, an exchange) the same stages read differently.
STAGES_WITHOUT_VISIT: dict[str, Lazy] = {
    "dispatched": _("Being looked into"),
    "booked": _("Waiting for the machine"),
    "in_service": _("Being settled"),
    "done": _("Answered"),
}
NEXT_WITHOUT_VISIT: dict[str, Lazy] = {
    "received": _("We are reading your words and answer you."),
    "dispatched": _("We are looking into it and tell you what we found."),
    "booked": _("Please hand the machine over as agreed. We go on as soon as it is here."),
    "done": _("We have answered. If something is still wrong, tell us here."),
    "withdrawn": _("This case was cancelled."),
}
CANCEL_REASONS: dict[str, Lazy] = {
    "works_again": _("It works again"),
    "no_time": _("I have no time"),
    "other_help": _("I found other help"),
    "too_expensive": _("It costs too much"),
    "waited_too_long": _("I waited too long"),
    "other": _("Another reason"),
}
SAID: dict[str, Lazy] = {
    "chased": _("We have heard you. Whoever is responsible was told that you are waiting."),
    "chased_already": _("Your last reminder is with us; somebody is on it."),
    "chase_ended": _(
        "This case is settled, so there is nothing to remind us of. If trouble is back, tell us here."
    ),
    "waits": _("Thank you for waiting. Our technician knows."),
    "cancelled": _("Your case is cancelled. Nobody will come."),
    "complained": _("Your complaint is written down; a named person deals with it until it is settled."),
    "hear": _("Written down. This is how often we tell you from now on."),
    "consents": _("Written down. Your newest answer counts from now on."),
    "data_asked": _("Your request is written down. Whoever is responsible answers you."),
    "data_often": _("Your last requests are with us; somebody is on them."),
    "added": _("Thank you. It was added to your case."),
    "again": _("Your case is open again. Somebody rings you to put it right."),
    "again_anew": _("Your new report is written down. Its progress stands here."),
}
CERTIFICATES: dict[str, Lazy] = {
    "electrician": _("Electrician's permit"),
    "low_voltage_electrician": _("Electrician's permit"),
    "refrigeration": _("Refrigeration permit"),
    "height": _("Permit for work at height"),
    "gas": _("Gas appliance permit"),
}
COVERS: dict[str, Lazy] = {
    "in": _("Under warranty"),
    "extended": _("Under extended warranty"),
    "out": _("Warranty has ended"),
    "unknown": _("Warranty not known yet"),
}
