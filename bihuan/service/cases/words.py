"""The codes of a case in the words of the trade."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bihuan.ground.process.card import Card, Said

KINDS: dict[str, Lazy] = {
    "repair": _("Repair"),
    "installation": _("Installation"),
    "relocation": _("Relocation"),
    "cleaning": _("Cleaning"),
    "inspection": _("Inspection"),
    "support": _("Technical support"),
    "consultation": _("Consultation"),
    "suggestion": _("Suggestion"),
    "complaint": _("Complaint"),
    "return_exchange": _("Return or exchange"),
    "maintenance": _("Maintenance"),
    "delivery": _("Delivery"),
    "recycling": _("Recycling"),
    "extended_warranty": _("Extended warranty"),
}
WAYS: dict[str, Lazy] = {
    "on_site": _("On site"),
    "carry_in": _("Carried in"),
    "mail_in": _("Sent in"),
    "collected": _("Collected"),
    "remote": _("Remote"),
}
WISHES: dict[str, Lazy] = {
    "repair": pgettext_lazy("wish", "Repair"),
    "exchange": _("Exchange"),
    "refund": _("Refund"),
    "compensation": _("Compensation"),
    "apology": _("Apology"),
    "advice": _("Advice"),
}
URGENCIES: dict[str, Lazy] = {
    "urgent": _("Urgent"),
    "high": _("High"),
    "normal": pgettext_lazy("urgency", "Medium"),
    "low": _("Low"),
}
GRADES: dict[str, Lazy] = {
    "general": pgettext_lazy("grade", "General"),
    "complex": pgettext_lazy("grade", "Complex"),
    "major": pgettext_lazy("grade", "Major"),
}
CHANNELS: dict[str, Lazy] = {
    "hotline": _("Phone"),
    "web": _("Web form"),
    "qr": _("Scanned code"),
    "app": _("App"),
    "mail": _("E-mail"),
    "wechat": _("WeChat"),
    "sms": _("SMS"),
    "chat": _("Online chat"),
    "store": _("Store"),
    "slip": _("Service sheet"),
    "callback": _("Callback"),
    "third_party": _("Platform"),
    "social": _("Social media"),
}
OUTCOMES: dict[str, Lazy] = {  # the outcomes that the cards' moves declare
    "finished": pgettext_lazy("outcome of a visit", "Work done"),
    "waiting": _("Waits for a part"),
    "second_visit": _("Second visit needed"),
    "customer_absent": _("Customer not at home"),
    "declined": _("Repair declined by the customer"),
    "no_fault": _("No fault found, use explained"),
    "collected": _("Taken to the workshop"),
    "exchange_advised": _("Inspected: exchange advised"),
    "withdrawn": _("Cancelled by the customer"),
    "site_not_ready": _("Site not ready"),
    "taken_down": _("Taken down, to be put up elsewhere"),
    "solved_remotely": _("Solved by phone"),
    "answered": _("Answered"),
    "visit_needed": _("A visit is needed"),
    "adopted": _("Suggestion adopted"),
    "set_aside": _("Suggestion set aside"),
    "not_granted": _("Not granted"),
}
HOLD_REASONS: dict[str, Lazy] = {
    "customer": _("Waiting for the customer"),
    "parts": _("Waiting for parts"),
    "supplier": _("Waiting for the supplier"),
    "force_majeure": _("Force majeure"),
}
CLOSED_HOW: dict[str, Lazy] = {
    "confirmed": _("Confirmed by the customer"),
    "no_answer": pgettext_lazy("closing", "No answer"),
    "withdrawn": _("Withdrawn"),
    "turned_over": _("Carried on in another case"),
    "merged": _("The same as another case"),
}
SUPPORT_WAYS: dict[str, Lazy] = {
    "remote_guidance": _("Guidance by phone"),
    "on_site_repair": _("Repair on site"),
    "part_replacement": _("Replace a part"),
}
NEEDS: dict[str, Lazy] = {
    "service_point_accepted": _("the service point's acceptance"),
    "technician_assigned": _("a technician"),
    "technician_accepted": _("the technician's acceptance"),
    "slot_agreed": _("an agreed time"),
    "arrived": _("the technician's arrival"),
    "diagnosis_written": _("the diagnosis"),
    "quote_consented": _("the customer's consent to the quote"),
    "functions_tested": _("a function test for every complained point"),
    "customer_signed": _("the customer's signature"),
    "remote_checklist_done": _("the remote checklist"),
    "follow_up_opened": _("the case that carries this on"),
    "machine_received": _("the machine and a receipt for it"),
    "plan_approved": _("the approval of the plan"),
    "remedy_done": _("the remedy, carried out"),
    "suggestion_weighed": _("what we think of the suggestion"),
    "solved_confirmed": _("the customer's word that it is solved"),
    "answer_accepted": _("the customer's acceptance of the answer"),
    "review_decided": _("the decision of the review"),
    "refund_or_exchange_done": _("the refund or exchange"),
    "cover_extended": _("the extension, agreed to, paid and registered"),
    "investigation_written": _("the investigation"),
    "plan_written": _("the plan"),
    "answered": _("the answer to the customer"),
    "callback_done": _("the callback"),
}


def said(words: Said) -> str:
    """The card's words in the reader's language."""
    return words.in_(get_language() or "en")


def place_title(card: Card, place: str) -> str:
    return said(card.place(place).title)


def move_title(card: Card, move: str) -> str:
    return said(card.move(move).title)


def need_words(needs: frozenset[str]) -> list[str]:
    return [str(NEEDS.get(need, need)) for need in sorted(needs)]
