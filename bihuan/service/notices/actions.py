"""Writing notices down. Nothing is sent here: a notice is a row first, and `sending` hands it on."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault.actions import keys, new_key
from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.queries import reach_of
from bihuan.registers.customers.rules import language_of
from bihuan.service.cases.models import Case
from bihuan.service.notices.habits import ways_to
from bihuan.service.notices.models import Notice
from bihuan.service.notices.reaching import carrier_for
from bihuan.service.notices.rules import is_direct
from bihuan.service.notices.sending import after_quiet_hours
from bihuan.service.notices.short_links import link_for
from bihuan.service.notices.storing import keep_notice
from bihuan.service.notices.texts import dressed, filled, signed
from bihuan.service.notices.wordings import parts_of


def tell_customer(
    case: Case, kind: str, *, about: str, fill: Mapping[str, str], link: str, language: str, now: datetime
) -> Notice | None:
    """Write down what the customer of a case is to be told; None when they were forgotten or told already.

    Waits for the morning when it is not a direct answer to what they did. Without a mobile or mail address the
    notice is given up at once: somebody must ring.
    """
    customer = case.customer
    if customer.forgotten_at is not None:
        return None
    hand = keys(customer.key)
    kind, channel, address = carrier_for(
        customer, hand, kind=kind, came_by=case.channel, language=language, now=now
    )
    link = link_for(channel, link, customer=customer, hand=hand, now=now)
    text = filled(parts_of("customer", kind, language=language), fill=fill, link=link)
    made = Notice(
        about=about,
        receiver=f"customer:{customer.id}",
        channel=channel,
        kind=kind,
        case=case,
        customer=customer,
        language=language,
        next_at=now if is_direct(kind, came_by=case.channel) else after_quiet_hours(now),
        made_at=now,
    )
    if channel == Notice.CALL:
        made.state, made.trouble = Notice.GIVEN_UP, "no_address"
    return keep_notice(
        made,
        hand,
        customer.key_id,
        address=address,
        subject=text.subject,
        words=dressed(text.words, channel, language=language),
        now=now,
        fill={**fill, "link": link},
    )


def language_for(case: Case) -> str:
    """The language the customer of a case is written to in."""
    customer = case.customer
    return language_of(customer.language, reach_of(customer.id, keys(customer.key)).get("mobile", ""))


def tell_person(
    person: Person,
    kind: str,
    *,
    about: str,
    fill: Mapping[str, str],
    link: str,
    case: Case | None,
    now: datetime,
    channels: Collection[str] = (),
) -> list[Notice]:
    """Tell a member of staff: on their page, and by what else reaches them.

    By which channels and when, they wished themselves, or the house says for their role (`habits`). `channels` (page,
    sms) names the ways instead; on the page where none of them reaches the person. The words name a number and a
    district, never a customer.
    """
    language = person.language or "zh-hans"
    text = filled(parts_of("staff", kind, language=language), fill=fill, link=link)
    key = case.customer.key if case is not None else new_key(now=now)
    if key.wrapped is None:
        key = new_key(now=now)
    hand = keys(key)
    kept = []
    for way in ways_to(person, kind, channels=channels, now=now):
        made = Notice(
            about=about,
            receiver=f"person:{person.id}",
            channel=way.channel,
            kind=kind,
            case=case,
            person=person,
            language=language,
            presses=way.presses,
            next_at=way.at,
            made_at=now,
        )
        if way.channel == Notice.PAGE:  # it is there as soon as it is a row
            made.state, made.sent_at, made.provider = Notice.SENT, now, Notice.PAGE
        kept.append(
            keep_notice(
                made,
                hand,
                key.id,
                address=way.address,
                subject=text.subject,
                words=_said(text.words, way.channel, case=case, language=language),
                now=now,
                fill={**fill, "link": link},
            )
        )
    return [one for one in kept if one is not None]


def _said(words: str, channel: str, *, case: Case | None, language: str) -> str:
    """The text as a channel carries it. A browser shows a number and a district: others may look at the screen."""
    if channel == Notice.SMS:
        return signed(words, language=language)
    if channel == Notice.PUSH:
        return f"{case.number} {case.district}".strip() if case is not None else ""
    return words


def send_sign_in_code(person: Person, *, code: str, link: str, now: datetime) -> Notice:
    """Send a technician the code that lets them in; goes out at once."""
    about = f"code:{person.id}:{int(now.timestamp() * 1000)}"
    return tell_person(
        person, "sign_in_code", about=about, fill={"code": code}, link=link, case=None, now=now
    )[0]


def send_customer_code(customer: Customer, *, code: str, about: str, now: datetime) -> Notice | None:
    """Send a customer the code that lets them in, by SMS and at once; None when they have no mobile number."""
    hand = keys(customer.key)
    address = reach_of(customer.id, hand).get("mobile", "")
    if not address:
        return None
    language = language_of(customer.language, address)
    text = filled(parts_of("customer", "sign_in_code", language=language), fill={"code": code})
    made = Notice(
        about=about,
        receiver=f"customer:{customer.id}",
        channel=Notice.SMS,
        kind="sign_in_code",
        customer=customer,
        language=language,
        next_at=now,
        made_at=now,
    )
    words = signed(text.words, language=language)
    return keep_notice(
        made,
        hand,
        customer.key_id,
        address=address,
        subject=text.subject,
        words=words,
        now=now,
        fill={"code": code},
    )


@transaction.atomic
def try_again(notice_id: int, *, now: datetime) -> bool:
    """A person asks for another try of a notice that was given up. False when it was not."""
    given_up = Notice.objects.filter(id=notice_id, state=Notice.GIVEN_UP, fell_to="").exclude(
        channel=Notice.CALL
    )
    return bool(given_up.update(state=Notice.WAITING, attempts=0, next_at=now, trouble=""))
