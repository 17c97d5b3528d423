"""Who was asked, who goes and when: offers to service points, assignments to technicians, visits to customers."""

from django.db import models
from django.db.models import F, Q

from bihuan.registers.customers.models import Customer, Machine
from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.modes import AFTER_GRAB, AUTOMATIC, MANUAL, MODES


class DispatchPolicy(models.Model):
    """How a node and all below it dispatch; the nearest one upwards holds. Minutes are of contact hours.

    `grab_cap`: jobs that one technician may grab in a day. `grab_then`: the mode for what nobody grabbed.
    """

    node = models.OneToOneField(Node, on_delete=models.CASCADE, related_name="+")
    auto_offer = models.BooleanField(default=True)
    mode = models.CharField(max_length=10, default=MANUAL)
    point_minutes = models.PositiveSmallIntegerField(default=30)
    technician_minutes = models.PositiveSmallIntegerField(default=15)
    grab_minutes = models.PositiveSmallIntegerField(default=20)
    grab_cap = models.PositiveSmallIntegerField(default=3)
    grab_then = models.CharField(max_length=10, default=AUTOMATIC)

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.CheckConstraint(
                condition=Q(point_minutes__gte=1, technician_minutes__gte=1, grab_minutes__gte=1),
                name="dispatch_policy_gives_time",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=MODES, grab_then__in=AFTER_GRAB), name="dispatch_policy_mode"
            ),
        )


class Offer(models.Model):
    """One service point was asked to take a case. `words_sealed` with the customer's key: why it was returned."""

    OPEN, ACCEPTED, RETURNED, RECALLED, WITHDRAWN = "open", "accepted", "returned", "recalled", "withdrawn"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=OPEN)
    automatic = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(default=0)  # person; 0 = the house
    reason = models.CharField(max_length=32, blank=True, default="")
    words_sealed = models.TextField(blank=True, default="")

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(state__in=("open", "accepted")),
                name="dispatch_one_standing_offer",
            ),
        )
        indexes = (
            models.Index(fields=("answer_by",), condition=Q(state="open"), name="dispatch_offer_due"),
            models.Index(fields=("node", "state"), name="dispatch_offer_node"),
        )


class PhoneFirst(models.Model):
    """A new case that phone guidance may solve: nobody is asked by itself before `until`, unless it is sent on."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "dispatch"


class Assignment(models.Model):
    """One technician was given a case. Only an accepted one lets them see the customer in full."""

    OFFERED, ACCEPTED, REFUSED = "offered", "accepted", "refused"
    RECALLED, WITHDRAWN, FINISHED = "recalled", "withdrawn", "finished"
    STANDING = (OFFERED, ACCEPTED)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=OFFERED)
    automatic = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(default=0)  # person; 0 = the house
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, default="")
    words_sealed = models.TextField(blank=True, default="")

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(state__in=("offered", "accepted")),
                name="dispatch_one_standing_technician",
            ),
        )
        indexes = (
            models.Index(fields=("answer_by",), condition=Q(state="offered"), name="dispatch_assigned_due"),
            models.Index(fields=("technician", "state"), name="dispatch_assigned_to"),
        )


class Visit(models.Model):
    """One trip to a customer. `number` counts within the case from 1. A booked one has its slot and takes Busy time.

    `evening_due_at` and `hours_due_at` are when a reminder is owed; null once it was given or is not wanted.
    """

    PLANNED, BOOKED, ON_THE_WAY, ARRIVED = "planned", "booked", "on_the_way", "arrived"
    FINISHED, MISSED, WITHDRAWN = "finished", "missed", "withdrawn"
    OPEN = (PLANNED, BOOKED, ON_THE_WAY, ARRIVED)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=PLANNED)
    slot_from = models.DateTimeField(null=True)
    slot_until = models.DateTimeField(null=True)
    booked_at = models.DateTimeField(null=True)
    by_customer = models.BooleanField(default=False)
    moved_by_customer = models.PositiveSmallIntegerField(default=0)
    moved_by_us = models.PositiveSmallIntegerField(default=0)  # each counts as an appointment not kept
    fee_told_fen = models.PositiveIntegerField(default=0)  # the fee for looking, as told when this was agreed
    late_said_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)  # when the technician now says they will come
    late_reason = models.CharField(max_length=32, blank=True, default="")
    evening_due_at = models.DateTimeField(null=True)
    hours_due_at = models.DateTimeField(null=True)
    set_off_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="dispatch_visit_number_once"),
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(state__in=("planned", "booked", "on_the_way", "arrived")),
                name="dispatch_one_open_visit",
            ),
            models.CheckConstraint(
                condition=Q(slot_from__isnull=True, slot_until__isnull=True)
                | Q(slot_until__gt=F("slot_from")),
                name="dispatch_slot_forwards",
            ),
        )
        indexes = (
            models.Index(fields=("technician", "slot_from"), name="dispatch_visit_when"),
            models.Index(
                fields=("evening_due_at",),
                condition=Q(evening_due_at__isnull=False),
                name="dispatch_evening_due",
            ),
            models.Index(
                fields=("hours_due_at",), condition=Q(hours_due_at__isnull=False), name="dispatch_hours_due"
            ),
        )


class Mate(models.Model):
    """The second technician of a case that takes two. `made_by` 0: the house chose for the agreed time, and chooses
    anew when that changes. Their time stands in Busy under the same visit as the first one's. `reason`: why they
    refused; blank where they did not."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(default=0)  # person; 0 = the house
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, default="")
    words_sealed = models.TextField(blank=True, default="")

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_at__isnull=True), name="dispatch_one_mate"
            ),
        )
        indexes = (models.Index(fields=("case", "-id"), name="dispatch_mates_of"),)


class TechnicianWish(models.Model):
    """A technician whom a customer asks for or does not want, for one case or for all (`case` null), days inclusive."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    wanted = models.BooleanField()
    reason = models.CharField(max_length=32)
    until = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(default=0)  # person; 0 = the house
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "dispatch"
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "technician"),
                condition=Q(ended_at__isnull=True, case__isnull=True),
                name="dispatch_one_wish",
            ),
            models.UniqueConstraint(
                fields=("case", "technician"),
                condition=Q(ended_at__isnull=True, case__isnull=False),
                name="dispatch_one_wish_a_case",
            ),
        )
        indexes = (models.Index(fields=("customer", "technician"), name="dispatch_wishes_of"),)


class UpkeepPlan(models.Model):
    """Periodic maintenance of one machine: every so many months, begun so many days ahead. `contract` blank: by the
    category's interval. Ended when the machine or its owner is gone, the contract is over, or somebody stops it."""

    machine = models.OneToOneField(Machine, on_delete=models.CASCADE, related_name="+")
    months = models.PositiveSmallIntegerField()
    lead_days = models.PositiveSmallIntegerField(default=14)
    next_due = models.DateField()
    contract = models.CharField(max_length=60, blank=True, default="")
    until = models.DateField(null=True)  # last day of the contract
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=16, blank=True, default="")  # stopped, over, retired

    class Meta:
        app_label = "dispatch"
        constraints = (models.CheckConstraint(condition=Q(months__gte=1), name="dispatch_upkeep_moves_on"),)
        indexes = (
            models.Index(
                fields=("next_due",), condition=Q(ended_at__isnull=True), name="dispatch_upkeep_due"
            ),
        )


class UpkeepTurn(models.Model):
    """One due date of a plan, and the case that was made for it. Never two for one date."""

    plan = models.ForeignKey(UpkeepPlan, on_delete=models.CASCADE, related_name="+", db_index=False)
    due = models.DateField()
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "dispatch"
        constraints = (models.UniqueConstraint(fields=("plan", "due"), name="dispatch_upkeep_turn_once"),)
