"""Asking about complaints."""

from bihuan.service.cases.models import Case
from bihuan.service.complaints.models import Complaint


def about_of(case_id: int) -> Case | None:
    """The case that a complaint is about."""
    found = Complaint.objects.select_related("about_case").filter(case_id=case_id).first()
    return found.about_case if found else None


def complaints_about(case_id: int) -> list[Case]:
    """The complaints that a customer made about a case, newest first."""
    rows = Complaint.objects.select_related("case").filter(about_case_id=case_id).order_by("-id")
    return [row.case for row in rows]
