"""Writing notices down. Nothing is sent here: a notice is a row first, and `sending` hands it on."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault.actions import SealedBy, keys, new_key
from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.queries import reach_of
from bihuan.registers.customers.rules import language_of
from bihuan.service.cases.models import Case
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import DIRECT, way_to
from bihuan.service.notices.sending import after_quiet_hours, hand_on, say_given_up
from bihuan.service.notices.texts import filled, letter, signed
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
    channel, address = way_to(reach_of(customer.id, hand))
    text = filled(parts_of("customer", kind, language=language), fill=fill, link=link)
    words = {"sms": signed, "mail": letter}.get(channel, lambda said, language: said)(
        text.words, language=language
    )
    made = Notice(
        about=about,
        receiver=f"customer:{customer.id}",
        channel=channel,
        kind=kind,
        case=case,
        customer=customer,
        language=language,
        next_at=now if kind in DIRECT else after_quiet_hours(now),
        made_at=now,
    )
    if channel == Notice.CALL:
        made.state, made.trouble = Notice.GIVEN_UP, "no_address"
    return _keep(made, hand, customer.key_id, address=address, subject=text.subject, words=words, now=now)


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
    """Tell a member of staff: on their page, and by SMS as well when it is urgent and we know a number.

    `channels` (page, sms) names the ways instead; on the page where none of them reaches the person. The words name
    a number and a district, never a customer.
    """
    language = person.language or "zh-hans"
    text = filled(parts_of("staff", kind, language=language), fill=fill, link=link)
    ways = _ways_to(person, kind, channels)
    key = case.customer.key if case is not None else new_key(now=now)
    if key.wrapped is None:
        key = new_key(now=now)
    hand = keys(key)
    kept = []
    for channel, address in ways:
        said = signed(text.words, language=language) if channel == Notice.SMS else text.words
        made = Notice(
            about=about,
            receiver=f"person:{person.id}",
            channel=channel,
            kind=kind,
            case=case,
            person=person,
            language=language,
            next_at=now,
            made_at=now,
        )
        kept.append(_keep(made, hand, key.id, address=address, subject=text.subject, words=said, now=now))
    return [one for one in kept if one is not None]


def _ways_to(person: Person, kind: str, channels: Collection[str]) -> list[tuple[str, str]]:
    """Channels and addresses by which somebody is told."""
    page, phone = (Notice.PUSH, person.login), (Notice.SMS, person.phone)
    if kind == "sign_in_code":
        return [phone]
    wanted = channels or (("page", "sms") if kind in BY_PHONE_TOO else ("page",))
    ways = [page] if "page" in wanted else []
    if "sms" in wanted and person.phone:
        ways.append(phone)
    return ways or [page]


BY_PHONE_TOO = frozenset({"urgent_case", "assigned", "broken", "not_solved"})


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
    return _keep(made, hand, customer.key_id, address=address, subject=text.subject, words=words, now=now)


@transaction.atomic
def _keep(
    made: Notice, hand: SealedBy, key_id: int, *, address: str, subject: str, words: str, now: datetime
) -> Notice | None:
    """Store it unless its event was told already, and hand it on when its time has come."""
    made.receiver_sealed = hand.seal(key_id, address)
    made.subject_sealed = hand.seal(key_id, subject)
    made.words_sealed = hand.seal(key_id, words)
    Notice.objects.bulk_create([made], ignore_conflicts=True)
    kept = Notice.objects.get(about=made.about, receiver=made.receiver, channel=made.channel)
    if kept.words_sealed != made.words_sealed:  # sealed anew each time, so equal only when it is this one
        return None
    made.id = kept.id
    if kept.state == Notice.WAITING and kept.next_at <= now:
        hand_on([kept])
    if kept.state == Notice.GIVEN_UP:
        say_given_up(made, now=now)
    return kept


@transaction.atomic
def try_again(notice_id: int, *, now: datetime) -> bool:
    """A person asks for another try of a notice that was given up. False when it was not."""
    given_up = Notice.objects.filter(id=notice_id, state=Notice.GIVEN_UP).exclude(channel=Notice.CALL)
    return bool(given_up.update(state=Notice.WAITING, attempts=0, next_at=now, trouble=""))
