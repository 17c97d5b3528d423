"""The promises of cases that leave the house: nobody was ever promised anything that way. The journal keeps that they
were made."""

from collections.abc import Iterable

from bihuan.service.commitments.models import Difference, Promise, Rest


def forget_promises(case_ids: Iterable[int]) -> None:
    """Remove the promises and rests of these cases, with their ladders."""
    wanted = list(case_ids)
    Difference.objects.filter(promise__case_id__in=wanted).delete()
    Promise.objects.filter(case_id__in=wanted).delete()
    Rest.objects.filter(case_id__in=wanted).delete()
