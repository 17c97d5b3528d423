"""Where the words are shown: every page that lists or opens what came in, and who looks at it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench.hostile.payloads import Payload

VISITOR = "visitor"
TAKE = "button[value=take]"


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A sort of page. `who`: a role, a visitor, or a customer by their cookie. `paged`: its next pages as well.
    `press`: what to press first, where a page asks before it shows."""

    name: str
    who: str
    paths: tuple[str, ...]
    paged: bool = False
    press: str = ""


LISTS = (
    ("desk", "supervisor", "/desk/"),
    ("todo", "agent", "/todo/"),
    ("cases", "supervisor", "/desk/cases"),
    ("search", "supervisor", f"/desk/search?q={quote('不制冷')}"),
    ("messages", "supervisor", "/desk/messages"),
    ("chats", "agent", "/desk/chats"),
    ("calls", "agent", "/desk/calls"),
    ("hotline", "agent", "/desk/hotline"),
    ("ring-backs", "agent", "/desk/ring-backs"),
    ("orders", "supervisor", "/desk/orders"),
    ("social", "supervisor", "/desk/social"),
    ("social, others", "supervisor", "/desk/social?which=others"),
    ("customers", "supervisor", "/desk/customers"),
    ("complaints", "supervisor", "/desk/complaints"),
    ("callbacks", "supervisor", "/desk/callbacks"),
    ("handover", "agent", "/desk/handover"),
    ("dispatch board", "dispatcher", "/dispatch/"),
    ("service point", "service_point_dispatcher", "/dispatch/point"),
    ("technician's day", "technician", "/field/"),
    ("technician, coming", "technician", "/field/coming/"),
    ("outbox", "supervisor", "/manage/outbox"),
    ("closing", "manager", "/manage/closing"),
    ("wall", "manager", "/manage/"),
    ("day", "manager", "/manage/day"),
    ("rows", "manager", "/manage/rows"),
    ("promises", "manager", "/manage/promises"),
    ("kept", "manager", "/manage/kept/rows"),
    ("improvement", "manager", "/manage/improvement"),
    ("online", "manager", "/manage/online"),
    ("hotline figures", "manager", "/manage/hotline"),
    ("operations", "administrator", "/manage/operations"),
    ("sorting", "manager", "/manage/sorting"),
    ("channels", "administrator", "/manage/channels"),
    ("doctor", "administrator", "/manage/doctor"),
    ("reveals", "manager", "/settings/reveals"),
    ("history", "administrator", "/settings/history"),
    ("inbox", "supervisor", "/me/inbox"),
    ("lists", "supervisor", "/desk/tables/problems"),
    ("lists", "supervisor", "/desk/tables/service-log"),
    ("lists", "supervisor", "/desk/tables/issues"),
    ("lists", "supervisor", "/desk/tables/progress"),
    ("lists", "supervisor", "/desk/tables/callbacks"),
    ("lists", "supervisor", "/desk/tables/improvements"),
    ("lists", "supervisor", "/desk/tables/week"),
)
PAPERS = ("registration", "order", "diagnosis", "execution", "questionnaire", "callback", "complaint")
FILES = (
    "/desk/queue",
    "/desk/cases",
    "/desk/tables/problems",
    "/desk/tables/service-log",
    "/desk/tables/issues",
    "/desk/tables/progress",
    "/desk/tables/callbacks",
    "/manage/rows",
    "/manage/promises",
    "/manage/kept/rows",
    "/manage/online",
    "/manage/hotline",
)
ASKED_FILES = ("/desk/customers", "/desk/messages", "/desk/social", "/desk/orders", "/desk/search?q=zq")


def lists() -> Iterator[Surface]:
    for name, who, path in LISTS:
        yield Surface(name=name, who=who, paths=(path,), paged=True)


def _some(rows: Iterable[Any], most: int) -> list[Any]:
    """Spread over all of them, where they are more than there is time for."""
    held = list(rows)
    step = max(1, -(-len(held) // most))
    return held[::step]


def details(most: int) -> Iterator[Surface]:
    """What opens one of them: at most so many of each, spread over all channels and payloads."""
    from bihuan.service.cases.models import Case
    from bihuan.service.intake.calls.models import Call, RingBack
    from bihuan.service.intake.chats.models import Chat
    from bihuan.service.intake.models import RawMessage
    from bihuan.service.intake.queries import link_of
    from bihuan.service.orders.models import Order
    from bihuan.service.satisfaction.models import Callback

    cases = list(Case.objects.select_related("report").order_by("id"))
    every, fewer = _some(cases, most), _some(cases, max(4, most // 4))
    reveal = "form[action$='/reveal'] button"
    yield _staff("case", "supervisor", (f"/desk/case/{one.number}" for one in every), press=reveal)
    claim = "form[action$='/claim'] button"
    yield _staff("case, taken", "agent", (f"/desk/case/{one.number}" for one in every), press=claim)
    yield _staff("case, quality", "quality_inspector", (f"/desk/case/{one.number}" for one in fewer))
    yield _staff("case: mails", "supervisor", _mails(most), press="main form button[type=submit]")
    yield _staff("case: sorting", "supervisor", (f"/desk/case/{one.number}/sorting" for one in fewer))
    yield _staff("case: record", "supervisor", (f"/desk/case/{one.number}/record" for one in fewer))
    yield _staff("case: support", "supervisor", (f"/desk/case/{one.number}/support" for one in fewer))
    yield _staff("case: by phone", "agent", (f"/desk/case/{one.number}/phone" for one in fewer))
    papers = [f"/desk/case/{one.number}/paper/{PAPERS[at % 7]}" for at, one in enumerate(every)]
    yield _staff("case: papers", "supervisor", _some(papers, most // 2 or 1))
    yield _staff(
        "receipt", "agent", (f"/desk/store/receipt/{one.number}" for one in _of(cases, "store", most))
    )
    yield _staff("job order", "supervisor", (f"/dispatch/{one.number}/job-order" for one in fewer))
    yield _staff("offer", "dispatcher", (f"/dispatch/{one.number}/offer" for one in fewer))
    yield _staff("assign", "service_point_dispatcher", (f"/dispatch/{one.number}/assign" for one in fewer))
    yield _staff("book", "dispatcher", (f"/dispatch/{one.number}/book" for one in fewer))
    held = [one for one in cases if one.technician_person_id]
    yield _staff("technician's visit", "technician", (f"/field/{one.number}/" for one in _some(held, most)))
    customers = sorted({one.customer_id for one in cases})
    yield _staff(
        "customer", "supervisor", (f"/desk/customers/{one}" for one in _some(customers, most)), press=reveal
    )
    yield _staff("outbox, in full", "supervisor", ("/manage/outbox",), press="form[action$='/full'] button")
    yield _staff(
        "message", "supervisor", _ids("/desk/messages/", RawMessage.objects.filter(state="quarantined"), most)
    )
    yield _staff("chat", "agent", _ids("/desk/chats/", Chat.objects.all(), most))
    yield _staff("chat: case", "agent", _ids("/desk/chats/", Chat.objects.all(), most // 4, "/case"))
    yield _staff("call", "agent", _ids("/desk/calls/", Call.objects.all(), most))
    hear = "form[action$='/recording'] button"
    yield _staff("recording", "supervisor", _ids("/desk/calls/", Call.objects.all(), most), press=hear)
    yield _staff("ring-back", "agent", _ids("/desk/ring-backs/", RingBack.objects.all(), most), press=TAKE)
    yield _staff("order", "supervisor", _ids("/desk/orders/", Order.objects.all(), most))
    ring = "form[action$='/take'] button"
    yield _staff(
        "callback", "callback_agent", _ids("/desk/callbacks/", Callback.objects.all(), most), press=ring
    )
    own = [urlsplit(link_of(one.report)).path for one in every]
    yield _staff("private page", VISITOR, own)
    forms = [f"{path}/{('add', 'cancel', 'complain', 'slot')[at % 4]}" for at, path in enumerate(own)]
    yield _staff("private forms", VISITOR, _some(forms, most // 4 or 1))
    yield _staff("survey, verified", VISITOR, _links(most))


def _of(cases: Sequence[Any], channel: str, most: int) -> list[Any]:
    return _some([one for one in cases if one.channel == channel], most)


def _mails(most: int) -> list[str]:
    from bihuan.service.cases.models import Case

    rows = Case.objects.filter(channel="mail").order_by("id")
    return [f"/desk/case/{one.number}/mails" for one in _some(rows, most)]


def _ids(before: str, rows: Any, most: int, after: str = "") -> list[str]:
    numbers = rows.order_by("id").values_list("id", flat=True)
    return [f"{before}{number}{after}" for number in _some(numbers, most or 1)]


def _links(most: int) -> list[str]:
    from bihuan.service.fieldwork.models import Sheet
    from bihuan.service.fieldwork.sheets import verify_address
    from bihuan.service.satisfaction.asking import link_of
    from bihuan.service.satisfaction.models import Survey

    surveys = [urlsplit(link_of(one)).path for one in Survey.objects.filter(confirm_asked_at__isnull=False)]
    sheets = [urlsplit(verify_address(one)).path for one in Sheet.objects.select_related("work")]
    return [*_some(surveys, most // 4 or 1), *_some(sheets, most // 4 or 1)]


def _staff(name: str, who: str, paths: Iterable[str], *, press: str = "") -> Surface:
    return Surface(name=name, who=who, paths=tuple(paths), press=press)


def reflected(way: str, payloads: Sequence[Payload]) -> Iterator[Surface]:
    """Pages that say again what was asked of them."""
    said = [one.at(way) for one in payloads if "\x00" not in one.text]

    def asked(path: str, name: str, **more: str) -> tuple[str, ...]:
        return tuple(f"{path}?{urlencode(more | {name: text})}" for text in said)

    yield _staff("search, asked", "supervisor", asked("/desk/search", "q"))
    yield _staff("paste, asked", "agent", asked("/desk/paste", "text"))
    yield _staff("orders, asked", "supervisor", asked("/desk/orders", "q")[::4])
    yield _staff("sign in, next", VISITOR, asked("/accounts/login/", "next")[::2])
    yield _staff("list, after", "supervisor", asked("/desk/cases", "after")[::8])
    yield _staff("report, code", VISITOR, asked("/report/", "p")[::8])
    yield _staff("settings, asked", "administrator", asked("/settings/products", "q")[::8])
    yield _staff("no such page", VISITOR, tuple(f"/c/{quote(text, safe='')}" for text in said)[::4])
