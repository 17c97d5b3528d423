"""What was done on one visit, or during one stay in the workshop. Customer's and technician's free words are sealed."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.parts.models import Part, Price
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Visit


class Work(models.Model):
    """One visit, or one stay in the workshop, from the call before leaving to its outcome."""

    ON_SITE, WORKSHOP = "on_site", "workshop"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="+")
    technician_person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=12, default=ON_SITE)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # the machine, with a receipt
    receipt_sealed = models.TextField(blank=True, default="")  # looks and accessories of a machine taken in
    reproduced = models.BooleanField(null=True)
    cause_sealed = models.TextField(blank=True, default="")
    plan_sealed = models.TextField(blank=True, default="")
    fallback_sealed = models.TextField(blank=True, default="")
    diagnosed_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=24, blank=True, default="")  # chosen; taken when finished_at is set
    reason_sealed = models.TextField(blank=True, default="")
    inspection_told = models.BooleanField(default=False)  # the fee for looking was told at booking
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "fieldwork"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(finished_at__isnull=True), name="fieldwork_one_open_work"
            ),
        )
        indexes = (
            models.Index(fields=("technician_person", "-finished_at"), name="fieldwork_of_technician"),
        )


class Check(models.Model):
    """One line of a checklist. `sort`: conduct, safety, environment or closing; `state`: yes, no, or not needed."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+", db_index=False)
    sort = models.CharField(max_length=12)
    code = models.CharField(max_length=40)
    state = models.CharField(max_length=4)
    at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"
        constraints = (models.UniqueConstraint(fields=("work", "sort", "code"), name="fieldwork_check_once"),)


class Reading(models.Model):
    """A key figure: what was measured, its value as it was read, its unit."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    value = models.CharField(max_length=40)
    unit = models.CharField(max_length=16, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"


class Tried(models.Model):
    """The function test of one complained point. `point` is a symptom's code, or `whole` for the machine as such."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+", db_index=False)
    point = models.CharField(max_length=40)
    passed = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"
        constraints = (models.UniqueConstraint(fields=("work", "point"), name="fieldwork_point_once"),)


class Quote(models.Model):
    """What the customer was told: cause, plan, how long it takes and what it costs. A later quote replaces an
    earlier one; what one says is never changed, so that it stays clear what was agreed to."""

    OFFERED, CONSENTED, REFUSED, REPLACED = "offered", "consented", "refused", "replaced"

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, default=OFFERED)
    cover = models.CharField(max_length=10)
    not_covered_because = models.CharField(max_length=24, blank=True, default="")
    cause_sealed = models.TextField(blank=True, default="")
    plan_sealed = models.TextField(blank=True, default="")
    expected_minutes = models.PositiveSmallIntegerField(null=True)  # of work, from the customer's yes on
    total_fen = models.PositiveIntegerField()
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_how = models.CharField(max_length=8, blank=True, default="")
    signature_kept_as = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        app_label = "fieldwork"
        constraints = (
            models.UniqueConstraint(
                fields=("work",),
                condition=Q(state__in=("offered", "consented")),
                name="fieldwork_one_quote_counts",
            ),
        )


class QuoteLine(models.Model):
    """One line of the price list as it was when quoted. `free_because`: why nothing is charged for it."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=16)
    code = models.CharField(max_length=40, blank=True, default="")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    quantity = models.PositiveSmallIntegerField()
    unit_fen = models.PositiveIntegerField()
    charged_fen = models.PositiveIntegerField()
    free_because = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        app_label = "fieldwork"
        constraints = (
            models.UniqueConstraint(fields=("quote", "price"), name="fieldwork_price_once_a_quote"),
            models.CheckConstraint(
                condition=Q(charged_fen=0) | Q(charged_fen=models.F("unit_fen") * models.F("quantity")),
                name="fieldwork_charged_as_listed",
            ),
        )


class UsedPart(models.Model):
    """A part that was fitted. `old_part`: kept by the customer, taken back, or there was none."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60, blank=True, default="")
    quantity = models.PositiveSmallIntegerField(default=1)
    shown = models.BooleanField(default=False)
    old_part = models.CharField(max_length=8)
    from_van = models.PositiveSmallIntegerField(default=0)  # by how many the counts were lowered
    from_shelf = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"
        constraints = (
            models.UniqueConstraint(
                fields=("part", "serial"), condition=~Q(serial=""), name="fieldwork_serial_once"
            ),
        )


class Photo(models.Model):
    """A picture taken on site, sealed in the vault. `sha256` is of the clear bytes."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=12)
    media = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    kept_as = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"
        constraints = (models.UniqueConstraint(fields=("work", "sha256"), name="fieldwork_photo_once"),)


class Sheet(models.Model):
    """The service sheet, frozen as the customer signed it. `digest` is of the canonical facts and stands in the
    journal too; `token_print` finds it by the code printed on it."""

    work = models.OneToOneField(Work, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    facts_sealed = models.TextField()
    digest = models.CharField(max_length=64)
    opinion = models.CharField(max_length=16)
    total_fen = models.PositiveIntegerField()
    signature_kept_as = models.CharField(max_length=120)
    signature_digest = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    pdf_kept_as = models.CharField(max_length=120, blank=True, default="")
    pdf_digest = models.CharField(max_length=64, blank=True, default="")
    seed = models.CharField(max_length=32)
    token_print = models.CharField(max_length=64, unique=True)
    signed_at = models.DateTimeField()

    class Meta:
        app_label = "fieldwork"
