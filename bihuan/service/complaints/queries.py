"""Asking about complaints."""

from collections.abc import Iterable

from bihuan.service.cases.models import Case
from bihuan.service.complaints.models import Complaint, OfficialNotice


def about_of(case_id: int) -> Case | None:
    """The case that a complaint is about."""
    found = Complaint.objects.select_related("about_case").filter(case_id=case_id).first()
    return found.about_case if found else None


def abouts_of(case_ids: Iterable[int]) -> dict[int, Case]:
    """Complaint's case id → the case that it is about, where there is one: one statement however many."""
    rows = Complaint.objects.select_related("about_case").filter(case_id__in=list(case_ids))
    return {row.case_id: row.about_case for row in rows if row.about_case is not None}


def complaints_about(case_id: int) -> list[Case]:
    """The complaints that a customer made about a case, newest first."""
    rows = Complaint.objects.select_related("case").filter(about_case_id=case_id).order_by("-id")
    return [row.case for row in rows]


def notices_of(case_id: int) -> list[OfficialNotice]:
    """What authorities wrote about a case: what is to be answered soonest first, then what was answered."""
    rows = OfficialNotice.objects.filter(case_id=case_id).order_by("answer_by", "id")
    return sorted(rows, key=lambda row: row.answered_at is not None)
