"""Which complaint is about which case. Where a complaint stands is told by its own case and card."""

from django.db import models

from bihuan.service.cases.models import Case


class Complaint(models.Model):
    """A case of the kind complaint, and the case that hurt the customer, where there is one."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    about_case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "complaints"
