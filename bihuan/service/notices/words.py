"""The codes of notices in the words of whoever reads about them."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CHANNELS: dict[str, Lazy] = {
    "wechat": _("WeChat"),
    "sms": _("SMS"),
    "mail": _("E-mail"),
    "page": _("On their page"),
    "push": _("Push message"),
    "ring": _("Phone call by a machine"),
    "wecom": _("WeCom robot"),
    "dingtalk": _("DingTalk robot"),
    "feishu": _("Feishu robot"),
    "call": _("To be rung"),
}
MANNERS: dict[str, Lazy] = {
    "service": _("Customer-service message"),
    "template": _("Template message"),
}
STATES: dict[str, Lazy] = {
    "waiting": _("Waiting"),
    "sent": _("Sent"),
    "given_up": pgettext_lazy("message", "Given up"),
}
TROUBLES: dict[str, Lazy] = {
    "no_address": _("There is no mobile number and no e-mail address: please ring."),
    "hourly_cap": _("This address has had its share of messages this hour; the rest wait."),
    "daily_cap": _("This address has had its share of messages today. Please ring where it matters."),
    "loop_guard": _(
        "This address has had enough answers to its mail today: perhaps a machine answers there. Please look."
    ),
    "answers_cap": _("Very many mails come in just now; answers to them wait a little."),
    "forgotten": _("The customer was forgotten before this could be sent."),
    "robots_share": _("The robot has had its share of messages this minute; the rest go together."),
    "group_retired": _("The group is not told any more."),
    "rate_limited": _("The provider takes no more for a moment; it is tried again."),
    "day_limit": _("This number has had all messages that the provider allows in a day."),
    "busy_there": _("The provider is busy; it is tried again."),
    "clock_wrong": _("Our clock and the provider's differ too much: set this machine's time."),
    "sign_wrong": _("The signature does not fit: copy the robot's secret or the account's key again."),
    "keyword_missing": _("The robot wants a keyword in every message: let it check the signature instead."),
    "our_address_refused": _("The robot or account allows only certain addresses: add this server's."),
    "no_robot": _("There is no such robot any more: make a new one in the group and copy its address."),
    "text_refused": _("The provider does not carry this text."),
    "no_template": _("No approved SMS template is named for this message."),
    "template_unreadable": _("The list of SMS templates cannot be read, or lacks a place."),
    "template_waiting": _("The provider has not approved a text for this message yet."),
    "not_arrived": _("The provider says that the message did not arrive."),
    "wechat_share": _(
        "WeChat allows no more messages to this chat now, and no template is approved for this one."
    ),
    "wechat_window": _("The customer has not written to us for two days: WeChat allows only templates."),
    "wechat_gone": _("This chat does not follow the official account any more."),
    "wechat_refuses": _("The customer refused such messages in WeChat."),
    "token_ended": _("WeChat wants a new key of access; it is tried again."),
    "template_refused": _("The provider does not accept this template or what it is filled with."),
    "sender_name_refused": _("The provider has not approved the sender's name."),
    "number_refused": _("The provider does not accept this phone number."),
    "account_missing": _("The account with the provider is not set up on this server."),
    "account_refused": _("The provider does not know the account, or it may not send."),
    "no_money": _("The account with the provider has no money left."),
    "no_browser": _("No browser asks to be told any more."),
    "timeout": _("There was no answer in time; it is tried again."),
    "unreachable": _("The provider cannot be reached; it is tried again."),
    "certificate": _("The provider's certificate is not right; it is tried again."),
    "unreadable_answer": _("Something else answered in the provider's place; it is tried again."),
    "status": _("The provider answered with a fault; it is tried again."),
    "address_unknown": _("Nothing answers at this address: copy it again."),
    "address_host": _("This address is none of the provider's, and the installation does not allow it."),
    "address_private": _("The name leads to an address of a private network, which is not allowed."),
    "address_not_https": _("The address must begin with https://."),
    "address_not_http": _("This is no address."),
}
KINDS: dict[str, Lazy] = {
    "case_opened": _("Report received"),
    "complaint_opened": _("Complaint received"),
    "accepted": _("Service point accepted"),
    "assigned": _("Technician chosen"),
    "upkeep_due": _("Maintenance falls due"),
    "stand_in": _("Another technician comes"),
    "booked": _("Visit booked"),
    "unbooked": _("Visit called off"),
    "reminder": _("Reminder"),
    "late": _("Running late"),
    "departed": _("On the way"),
    "quote": _("Quote to consent to"),
    "confirm": _("Is it solved?"),
    "survey": _("Survey"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
    "waiting": _("Has to wait"),
    "resumed": _("Goes on"),
    "progress": _("Progress"),
    "answer": _("Written by a colleague"),
    "still_open": _("Still open, nothing new"),
    "chased": _("Chased"),
    "reopened": _("Reopened"),
    "no_one_home": _("Customer not at home"),
    "urgent_case": _("Urgent case"),
    "new_case": _("New case"),
    "danger": _("Danger"),
    "complaint": _("New complaint"),
    "test": _("Test message"),
    "offered": _("Job offered"),
    "up_for_grabs": _("A job is up for grabs"),
    "goes_along": _("Goes along on a job"),
    "along_booked": _("Time of a job one goes along on"),
    "along_called_off": _("Time of a job one goes along on, called off"),
    "along_with_other": _("Goes along with somebody else"),
    "along_late": _("A job one goes along on begins later"),
    "mate_refused": _("The second technician cannot come"),
    "unassigned": _("Job taken back"),
    "returned": _("Returned by the service point"),
    "at_risk": _("Promise at risk"),
    "day_published": _("The plan of the day is published"),
    "late_foreseen": _("A visit will be late"),
    "not_reached": _("A customer is not reached about a time"),
    "rang": _("We rang about a time"),
    "broken": _("Promise broken"),
    "low_score": _("Low score"),
    "not_solved": _("Still not solved"),
    "mentioned": _("Named in a note"),
    "followed": _("A followed case moved"),
    "customer_wrote": _("The customer wrote"),
    "channel_silent": _("A channel is silent"),
    "transfer_begun": _("A caller is put through to you"),
    "transfer_waiting": _("A transferred caller waits"),
    "ring_back_late": _("A ring-back is late"),
    "chat_waiting": _("A chat waits"),
    "chat_back": _("A chat came back"),
    "day_report": _("Day report"),
    "proposed": _("Asked to take over"),
    "support_asked": _("Technical support asked"),
    "support_answered": _("Technical support answered"),
    "quarantined": _("Report in quarantine"),
    "customer_unreachable": _("Customer cannot be written to"),
    "sign_in_code": _("Sign-in code"),
    "chat_welcome": _("Chat: welcome"),
    "chat_received": _("Chat: message received"),
    "chat_joined": _("Chat: message joins a case"),
    "chat_report": _("Chat: menu, report a fault"),
    "chat_progress": _("Chat: menu, progress"),
    "chat_machines": _("Chat: menu, my machines"),
    "chat_complain": _("Chat: menu, complain"),
    "chat_person": _("Chat: menu, a person"),
    "chat_bind": _("Chat: menu, bind the phone number"),
    "chat_bound": _("Chat: bound"),
    "chat_not_bound": _("Chat: code not right"),
    "chat_unbound": _("Chat: binding ended"),
}

NEWS: dict[str, Lazy] = {
    "urgent": _("Urgent cases and danger"),
    "new": _("New cases"),
    "job": _("Jobs given to me"),
    "returned": _("Returned by service points"),
    "at_risk": _("Promises at risk"),
    "broken": _("Broken promises"),
    "chased": _("Customers who chase"),
    "complaint": _("Complaints"),
    "unsolved": _("Still not solved after a callback"),
    "mentioned": _("Mentions of me"),
    "day_report": _("Day report"),
    "other": _("All other news"),
}
WAYS: dict[str, Lazy] = {
    "push": _("Browser"),
    "sms": _("SMS"),
    "mail": _("E-mail"),
    "ring": _("Phone call"),
}
GROUP_KINDS: dict[str, Lazy] = {
    "wecom": _("WeCom"),
    "dingtalk": _("DingTalk"),
    "feishu": _("Feishu / Lark"),
}


def trouble_words(trouble: str) -> str:
    """What went wrong, for a person; an engineer's word is said as a fault of the provider. What follows the word is
    the provider's own number for it."""
    if not trouble:
        return ""
    word, _blank, number = trouble.partition(" ")
    said = str(TROUBLES.get(word, _("The provider did not take it.")))
    return f"{said} ({number})" if number else said
