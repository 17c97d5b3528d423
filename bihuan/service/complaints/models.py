"""Which complaint is about which case, and what authorities want answered. Where a complaint stands is told by its
own case and card."""

from django.db import models

from bihuan.registers.access.models import Person
from bihuan.service.cases.models import Case


class Complaint(models.Model):
    """A case of the kind complaint, and the case that hurt the customer, where there is one."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    about_case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "complaints"


class OfficialNotice(models.Model):
    """What an authority wrote about a case: its own number (sealed), and by when it is to be answered."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.CharField(max_length=24)
    number_sealed = models.TextField(blank=True, default="")
    received_on = models.DateField()
    answer_by = models.DateTimeField()
    noted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    noted_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "complaints"
        constraints = (
            models.UniqueConstraint(
                fields=("case", "authority", "received_on", "answer_by"),
                name="complaints_notice_once",
            ),
        )
