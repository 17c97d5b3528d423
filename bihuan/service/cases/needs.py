"""The words a card may ask for. Each is ticked by the room that knows it; cases never asks them."""

from enum import StrEnum


class Need(StrEnum):
    # cases: the agent's own work on a case
    REMOTE_CHECKLIST_DONE = "remote_checklist_done"  # every step of the phone guidance has an answer
    ANSWERED = "answered"  # the answer went out to the customer
    FOLLOW_UP_OPENED = "follow_up_opened"  # the case that carries this one on is linked to it

    # dispatch: who goes, and when
    SERVICE_POINT_ACCEPTED = "service_point_accepted"
    TECHNICIAN_ASSIGNED = "technician_assigned"
    TECHNICIAN_ACCEPTED = "technician_accepted"
    SLOT_AGREED = "slot_agreed"

    # fieldwork: what was done on site or in the workshop
    ARRIVED = "arrived"
    MACHINE_RECEIVED = "machine_received"  # brought, sent or collected, with a receipt
    DIAGNOSIS_WRITTEN = "diagnosis_written"
    QUOTE_CONSENTED = "quote_consented"  # or nothing to pay; fieldwork asks for it before paid work
    FUNCTIONS_TESTED = "functions_tested"  # one test for every complained point
    CUSTOMER_SIGNED = "customer_signed"

    # satisfaction: what the customer says afterwards
    SOLVED_CONFIRMED = "solved_confirmed"
    CALLBACK_DONE = "callback_done"

    # complaints: complaints, returns and exchanges
    INVESTIGATION_WRITTEN = "investigation_written"
    PLAN_WRITTEN = "plan_written"
    PLAN_APPROVED = "plan_approved"  # or small enough to need nobody's approval
    ANSWER_ACCEPTED = "answer_accepted"
    REMEDY_DONE = "remedy_done"
    REVIEW_DECIDED = "review_decided"
    REFUND_OR_EXCHANGE_DONE = "refund_or_exchange_done"
    COVER_EXTENDED = "cover_extended"  # agreed to, paid and registered

    # improvement: suggestions
    SUGGESTION_WEIGHED = "suggestion_weighed"
