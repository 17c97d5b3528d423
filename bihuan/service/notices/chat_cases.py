"""Which cases are a chat's: the open ones, for whoever asks how they stand, and the one that new words go on with."""

from bihuan.registers.channels.models import Follower
from bihuan.registers.channels.wechat.followers import KIND
from bihuan.registers.customers.models import Contact
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of, case_of_report
from bihuan.service.intake.following_up import followed
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import link_of
from bihuan.service.intake.told import Told

MOST = 5  # cases told in one answer: a chat carries only so many characters


def lines_of_open(row: Follower, *, language: str) -> list[str]:
    """Number, place and private link of each open case of whoever writes in this chat, the newest first."""
    own = Contact.objects.filter(kind=KIND, blind=row.blind).values("customer_id")
    cases = Case.objects.filter(open=True, merged_into=None, customer__forgotten_at=None)
    mine = cases.filter(customer_id=row.customer_id) if row.customer_id else cases.filter(customer_id__in=own)
    found = mine.select_related("report").order_by("-opened_at", "-id")[:MOST]
    return [f"{one.number} {_place(one, language=language)} {link_of(one.report)}" for one in found]


def goes_on_with(message: RawMessage, openid: str) -> Case | None:
    """The case that this message's words join, or will once they are read; None where they open one of their own.
    The same before and after they were read."""
    report = Report.objects.filter(raw_id=message.id).first()
    if report is not None:
        return case_of_report(report.id) if report.joins_id is not None else None
    told = Told(words="", channel=KIND, handle=(KIND, openid))
    joins = followed(told, now=message.received_at).joins
    return case_of_report(joins) if joins is not None else None


def _place(case: Case, *, language: str) -> str:
    return card_of(case).place(case.stands_at).title.in_(language)
