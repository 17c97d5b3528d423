"""The work that a report became, where it stands, who holds it."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Q

from bihuan.ground.journal.models import Chain
from bihuan.ground.vault.models import Key
from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer, Machine, Place
from bihuan.registers.organisation.models import Node
from bihuan.service.intake.models import Report

NO_DUTY = datetime(9999, 1, 1, tzinfo=UTC)  # sorts after every promise


class CardVersion(models.Model):
    """A process card as it was when a case began under it. Never changed; a new text is a new version."""

    name = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    text = models.TextField()
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="cases_card_once"),)


class Numbering(models.Model):
    """How many cases a day has had. Drawn last in the transaction; gaps are allowed."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        app_label = "cases"


class Case(models.Model):
    """One piece of work. `node` does it now (head office until a service point is chosen); `owner` answers for
    it to the end. `next_due_at` is a reading of the promises, for sorting."""

    number = models.CharField(max_length=24, unique=True)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    next_owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    technician_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    mate_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the second technician, where it takes two
    department = models.CharField(max_length=40, blank=True, default="")
    card = models.CharField(max_length=32)
    card_version = models.PositiveIntegerField()
    stands_at = models.CharField(max_length=32)
    stands_since = models.DateTimeField()
    kind = models.CharField(max_length=32)
    way = models.CharField(max_length=16)
    wish = models.CharField(max_length=16, blank=True, default="")
    urgency = models.CharField(max_length=8)
    grade = models.CharField(max_length=8, default="general")  # general, complex, major
    channel = models.CharField(max_length=20)
    category = models.CharField(max_length=40, blank=True, default="")
    brand = models.CharField(max_length=60, blank=True, default="")
    symptom = models.CharField(max_length=60, blank=True, default="")
    problem = models.CharField(max_length=24, blank=True, default="")  # what sort of problem: a route's code
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+"
    )  # the same report came twice: that case goes on
    city = models.CharField(max_length=60, blank=True, default="")
    district = models.CharField(max_length=60, blank=True, default="")
    street = models.CharField(max_length=60, blank=True, default="")
    outside_number = models.CharField(max_length=60, blank=True, default="", db_index=True)
    outcome = models.CharField(max_length=32, blank=True, default="")
    hold_reason = models.CharField(max_length=32, blank=True, default="")
    closed_how = models.CharField(
        max_length=16, blank=True, default=""
    )  # confirmed, no_answer, withdrawn, merged
    chases = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    open = models.BooleanField(default=True)
    next_due_at = models.DateTimeField(default=NO_DUTY)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        indexes = (
            models.Index(fields=("next_due_at", "id"), condition=Q(open=True), name="cases_queue"),
            models.Index(
                fields=("owner", "next_due_at", "id"), condition=Q(open=True), name="cases_queue_owner"
            ),
            models.Index(
                fields=("node", "next_due_at", "id"), condition=Q(open=True), name="cases_queue_node"
            ),
            models.Index(
                fields=("stands_at", "next_due_at", "id"), condition=Q(open=True), name="cases_queue_place"
            ),
            models.Index(
                fields=("technician_person", "id"), condition=Q(open=True), name="cases_of_technician"
            ),
            models.Index(
                fields=("mate_person", "id"),
                condition=Q(open=True, mate_person__isnull=False),
                name="cases_of_mate",
            ),
            models.Index(
                fields=("next_owner", "id"),
                condition=Q(open=True, next_owner__isnull=False),
                name="cases_handed_over",
            ),
            models.Index(fields=("customer", "-id"), name="cases_of_customer"),
            models.Index(fields=("-opened_at", "-id"), name="cases_newest"),
            models.Index(fields=("node", "-opened_at", "-id"), name="cases_newest_node"),
            models.Index(fields=("done_at",), condition=Q(done_at__isnull=False), name="cases_done"),
        )


class Triage(models.Model):
    """What the rules said of a report as its case was opened. `said` holds codes only; the customer's words that made
    the rules say so are sealed with the customer's key (JSON: field → [[rule, words], …])."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    said = models.JSONField(default=dict)
    why_sealed = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class Correction(models.Model):
    """A person sorted a case otherwise than the rules: what those said, what the person says. Never changed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=16)
    said = models.CharField(max_length=160, blank=True, default="")
    put = models.CharField(max_length=160, blank=True, default="")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        indexes = (models.Index(fields=("-at", "-id"), name="cases_corrections"),)


class Tick(models.Model):
    """One need of a case that is now met."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    need = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = (models.UniqueConstraint(fields=("case", "need"), name="cases_tick_once"),)


class Note(models.Model):
    """What somebody wrote about a case, sealed with the customer's key. `contact`: the customer was spoken to."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    by_kind = models.CharField(max_length=16)
    by_id = models.BigIntegerField()
    words_sealed = models.TextField()
    contact = models.CharField(max_length=16, blank=True, default="")  # phone, sms, mail, chat, visit
    public = models.BooleanField(default=False)
    about = models.CharField(max_length=40, blank=True, default="")  # the need that these words tick, if any
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class Consultation(models.Model):
    """Technical support asked about a case before or during the work, and its answer. Words are sealed.

    `special`: a special or large fault, whose answer needs a contingency plan too. `way`: how it is to be solved.
    """

    REMOTE, ON_SITE, PART = "remote_guidance", "on_site_repair", "part_replacement"
    WAYS = (REMOTE, ON_SITE, PART)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    question_sealed = models.TextField()
    special = models.BooleanField(default=False)
    answered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=20, blank=True, default="")
    answer_sealed = models.TextField(blank=True, default="")
    contingency_sealed = models.TextField(blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(answered_at__isnull=True), name="cases_one_open_consultation"
            ),
        )
        indexes = (
            models.Index(fields=("case", "-id"), name="cases_consultations"),
            models.Index(
                fields=("asked_at", "id"), condition=Q(answered_at__isnull=True), name="cases_to_consult"
            ),
        )


class Follow(models.Model):
    """关注: somebody wants to be told on their page when a case moves."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = (models.UniqueConstraint(fields=("case", "person"), name="cases_follow_once"),)


class Mention(models.Model):
    """Somebody was named in a note, and has not read it while `read_at` is null."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = (models.UniqueConstraint(fields=("note", "person"), name="cases_mention_once"),)
        indexes = (
            models.Index(
                fields=("person", "at"), condition=Q(read_at__isnull=True), name="cases_mention_unread"
            ),
        )


class Snooze(models.Model):
    """Somebody put a case of their list off until a moment. The reason is sealed with the customer's key.

    It wakes by itself: nothing is written at `until`. `ended_at`: taken back, or put off anew, before that.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField()
    reason_sealed = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = (
            models.UniqueConstraint(
                fields=("case", "person"), condition=Q(ended_at__isnull=True), name="cases_snooze_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("person", "until"), condition=Q(ended_at__isnull=True), name="cases_snoozed_by"
            ),
        )


class HandOver(models.Model):
    """交接班: what one person leaves to the next at the end of a shift. Nothing of it changes but that it is taken.

    The words are sealed with a key of the note's own; `to` is empty when it is for whoever comes next.
    """

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    day = models.DateField()
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    words_sealed = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        indexes = (
            models.Index(fields=("node", "-id"), name="cases_hand_overs"),
            models.Index(
                fields=("node", "made_at"), condition=Q(taken_at__isnull=True), name="cases_hand_over_open"
            ),
        )


class HandedItem(models.Model):
    """One case on a hand-over note, as it pressed at that moment. `why`: broken, at_risk, urgent or callback."""

    WHY = ("broken", "at_risk", "urgent", "callback")

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=16)
    due_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = (models.UniqueConstraint(fields=("hand_over", "case"), name="cases_handed_once"),)
