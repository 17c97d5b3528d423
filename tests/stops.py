"""Where the tour stops besides following links: pages that depend on where a case stands, and private links.

A customer follows no links between cases, and one address pattern looks different at every place of a case: so
the demo company is asked for one case at each place, and for the same addresses that the product would send.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

OWN = "own:"  # a session of a customer's own pages, not of staff
WRONG = "this-link-was-never-given-to-anybody"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One picture. `opened` unfolds everything first; `session` when somebody else than usual must look."""

    name: str
    path: str
    opened: bool = False
    session: str = ""


def first_of_each[T](rows: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    """The first row for every value of `key`, in the order met."""
    found: dict[Hashable, T] = {}
    for row in rows:
        found.setdefault(key(row), row)
    return list(found.values())


def path_of(address: str) -> str:
    """An absolute address of the product as a path of whatever address it answers at now."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def stops_of(role: str, enter: Callable[[int], str]) -> list[Stop]:
    """What this role sees beyond its links. `enter` gives a session of a person; Django must be set up."""
    if role == "customer":
        return [
            *open_pages(),
            *tracked(),
            *slots_and_quotes(),
            *surveys(),
            *sheets(),
            *own_pages(),
            *wrong_links(),
        ]
    if role == "technician":
        return [*jobs(enter), *signing_in()]
    if role == "manager":
        return [*promises_of_a_manager(), *what_ifs(), *days()]
    if role == "administrator":
        return [*profiles(), *imports_under_way(), *registers()]
    if role == "service_point_dispatcher":
        return [*going_away(), *better_plans()]
    if role == "agent":
        return [*cases_at_each_place(), *remote_guidance(), *waiting_lists(), *pasted(), *searches()]
    return []


def searches() -> list[Stop]:
    """What was found by words, by a masked phone, and nothing."""
    asked = {"words": "不制冷", "phone": "138****", "nothing": "没有人这样说过"}
    return [
        Stop(name=f"search-{name}", path=f"/desk/search?{urlencode({'q': words})}")
        for name, words in asked.items()
    ]


def pasted() -> list[Stop]:
    """Copied messages as they are read: one that is whole, one whose place must be chosen."""
    text = (
        "李敏 13800137001 西湖区文新街道骆家庄8幢 海尔空调不制冷 明天上午 门口有两只石狮子\n"
        "王先生 13800137002 鼓楼区中山路1号 热水器漏水 周六"
    )
    return [Stop(name="pasted", path=f"/desk/paste?{urlencode({'text': text})}")]


def open_pages() -> list[Stop]:
    paths = {
        "report": "/report/",
        "report-smart": "/report/smart",
        "report-delivery": "/report/delivery",
        "report-recycling": "/report/recycling",
        "report-warranty": "/report/warranty",
        "feedback": "/feedback",
        "callback": "/callback",
        "play-phone": "/play/phone",
        "lookup": "/track/",
        "chat": "/chat",
        "play-chat": "/play/chat",
        "promises": "/promises",
        "privacy": "/privacy",
        "play-mailbox": "/play/mailbox",
        "play-wechat": "/play/wechat",
        "play-sms": "/play/sms",
    }
    return [Stop(name=name, path=path) for name, path in paths.items()]


def tracked() -> list[Stop]:
    """The tracking page at every place of every kind of work; its small forms once."""
    from bihuan.service.cases.models import Case
    from bihuan.service.intake.queries import link_of

    rows = Case.objects.select_related("report").order_by("-id")
    shown = [
        Stop(name=f"track-{case.kind}-{case.stands_at}", path=path_of(link_of(case.report)), opened=True)
        for case in first_of_each(rows.filter(open=True), lambda case: (case.kind, case.stands_at))
    ]
    ended = first_of_each(rows.filter(open=False), lambda case: (case.kind == "repair", case.stands_at))
    shown += [
        Stop(name=f"track-{case.kind}-{case.stands_at}", path=path_of(link_of(case.report))) for case in ended
    ]
    forms = [("cancel", "to_assign"), ("complain", "done"), ("add", "to_assign"), ("again", "closed")]
    for name, place in forms:
        for case in rows.filter(kind="repair", stands_at=place)[:1]:
            shown.append(Stop(name=name, path=f"{path_of(link_of(case.report))}/{name}"))
    return shown


def own_pages() -> list[Stop]:
    """The pages of a customer who signed in, one with cases of both sorts if there is such; the public checks."""
    from django.db.models import Count
    from django.http import HttpResponse

    from bihuan.ground.worktime import clock
    from bihuan.registers.customers.scan_codes import LeadsTo, codes_for
    from bihuan.registers.customers.signing_in import open_session
    from bihuan.registers.customers.warranty import token_of
    from bihuan.service.cases.models import Case
    from bihuan.web.customers.my_door import COOKIE, keep_cookie

    doors = {"my-sign-in": "/my/sign-in", "my-code": "/my/code"}
    found = [Stop(name=name, path=path) for name, path in doors.items()]
    rows = Case.objects.filter(machine__isnull=False).values("customer_id").annotate(n=Count("id"))
    most = rows.order_by("-n", "-customer_id").first()
    if most is None:
        return found
    now, case = clock.now(), Case.objects.filter(customer_id=most["customer_id"], machine__isnull=False)[0]
    clear = open_session(case.customer, remember=False, now=now)
    keep_cookie(answer := HttpResponse(), COOKIE, clear)
    session = OWN + answer.cookies[COOKIE].value
    paths = {
        "my": "/my",
        "my-wechat": "/my/wechat",
        "my-machine": f"/my/machines/{case.machine_id}",
        "my-fault": f"/my/machines/{case.machine_id}/report",
        "my-register": "/my/machines/new",
        "my-data": "/my/data",
    }
    found += [Stop(name=name, path=path, session=session) for name, path in paths.items()]
    [code] = codes_for([LeadsTo(purpose="sticker", category="refrigerator", serial="DEMO0001")], now=now)
    assert case.machine_id is not None
    public = {"warranty": f"/w/{token_of(case.machine_id)}", "scanned": f"/m/{code.code}"}
    return found + [Stop(name=name, path=path) for name, path in public.items()]


def slots_and_quotes() -> list[Stop]:
    from bihuan.service.dispatch.models import Visit
    from bihuan.service.fieldwork.models import Quote
    from bihuan.service.intake.queries import link_of

    visits = Visit.objects.select_related("case__report").filter(case__open=True).order_by("-id")
    found = [
        Stop(name=f"slot-{visit.state}", path=f"{path_of(link_of(visit.case.report))}/slot")
        for visit in first_of_each(visits.filter(state__in=Visit.OPEN), lambda visit: visit.state)
    ]
    quotes = Quote.objects.select_related("work__case__report").exclude(state=Quote.REPLACED).order_by("-id")
    return found + [
        Stop(
            name=f"quote-{quote.state}-{quote.answered_how or 'open'}",
            path=f"{path_of(link_of(quote.work.case.report))}/quote",
        )
        for quote in first_of_each(quotes, lambda quote: (quote.state, quote.answered_how))
    ]


def surveys() -> list[Stop]:
    """The two questions: not yet answered, answered, dropped."""
    from bihuan.service.satisfaction.asking import link_of
    from bihuan.service.satisfaction.models import Survey

    rows = Survey.objects.filter(confirm_asked_at__isnull=False).order_by("-id")
    asked = first_of_each(rows, lambda row: (row.answered_at is None, row.dropped_at is None))
    found = [
        Stop(
            name=f"survey-{'open' if row.answered_at is None else 'answered'}{'-dropped' * bool(row.dropped_at)}",
            path=path_of(link_of(row)),
        )
        for row in asked
    ]
    words = {None: "open", True: "yes", False: "no"}
    return found + [
        Stop(name=f"solved-{words[row.solved]}", path=f"{path_of(link_of(row))}/solved")
        for row in first_of_each(rows.filter(dropped_at__isnull=True), lambda row: row.solved)
    ]


def sheets() -> list[Stop]:
    from bihuan.service.fieldwork.models import Sheet
    from bihuan.service.fieldwork.sheets import verify_address

    rows = Sheet.objects.select_related("work").order_by("-id")[:200]
    return [
        Stop(name=f"verify-{sheet.work.outcome}", path=path_of(verify_address(sheet)))
        for sheet in first_of_each(rows, lambda sheet: sheet.work.outcome)
    ]


def wrong_links() -> list[Stop]:
    ways = {"case": "c", "survey": "s", "sheet": "v"}
    return [Stop(name=f"wrong-{name}", path=f"/{way}/{WRONG}") for name, way in ways.items()]


def jobs(enter: Callable[[int], str]) -> list[Stop]:
    """A technician's pages at every place of a case, each seen by whoever has it, folded and unfolded."""
    from bihuan.service.cases.models import Case
    from bihuan.service.dispatch.models import Assignment

    rows = Case.objects.filter(technician_person_id__isnull=False).order_by("-id")
    held = first_of_each(rows.filter(open=True), lambda case: (case.kind, case.stands_at))
    found = []
    for case in held:
        session = enter(case.technician_person_id or 0)
        path, name = f"/field/{case.number}/", f"{case.kind}-{case.stands_at}"
        found += [
            Stop(name=f"job-{name}", path=path, session=session),
            Stop(name=f"job-{name}-unfolded", path=path, session=session, opened=True),
            Stop(name=f"today-with-{name}", path="/field/", session=session),
        ]
        if case.stands_at == "on_site":
            found.append(Stop(name=f"sign-{name}", path=f"{path}sign", session=session))
    offered = Assignment.objects.filter(state=Assignment.OFFERED).select_related("technician").order_by("-id")
    for one in offered[:1]:
        session = enter(one.technician.person_id)
        found.append(Stop(name="today-with-an-offer", path="/field/", session=session, opened=True))
    return found


def going_away() -> list[Stop]:
    """Somebody's leave with the visits that fall into it, and the case of one of them with all its forms open."""
    from bihuan.registers.access.models import Person
    from bihuan.service.dispatch.models import Visit

    found = []
    here = Person.objects.filter(login__startswith="point-").order_by("id").values("node")[:1]
    rows = Visit.objects.select_related("case").filter(state=Visit.BOOKED, technician__node__in=here)
    for visit in rows.order_by("-id")[:1]:
        span = {"technician": visit.technician_id, "begins": "2020-01-01T00:00", "ends": "2020-04-01T00:00"}
        if visit.slot_from is not None:
            day = visit.slot_from.date()
            span |= {"begins": f"{day}T00:00", "ends": f"{day}T23:59"}
        found.append(Stop(name="leave-asked", path=f"/dispatch/leave?{urlencode(span)}", opened=True))
        path = f"/dispatch/{visit.case.number}/assign"
        found.append(Stop(name="assign-unfolded", path=path, opened=True))
    return found


def better_plans() -> list[Stop]:
    """Tomorrow planned anew for the service point of the demo's dispatcher, once with everybody, once without one."""
    from django.utils.timezone import localdate

    from bihuan.ground.worktime import clock
    from bihuan.registers.access.models import Person
    from bihuan.registers.access.queries import viewer_of
    from bihuan.registers.staff.queries import technicians_at_work
    from bihuan.service.dispatch.planning import proposing, solving

    person = Person.objects.filter(login__startswith="point-", node__isnull=False).order_by("id").first()
    if person is None or person.node_id is None:
        return []
    now, node_id, found = clock.now(), person.node_id, []
    here = [one.id for one in technicians_at_work() if one.node_id == node_id]
    for name, without in (("proposal", []), ("proposal-if-away", here[:1])):
        tomorrow = localdate(now) + timedelta(days=1)
        [asked] = proposing.ask(viewer_of(person), node_id, [tomorrow], now=now, without=without)
        while solving.carry_on(asked.id, now=now, seconds=60):
            pass
        found.append(Stop(name=name, path=f"/dispatch/proposals/{asked.id}"))
    return [*found, Stop(name="proposals", path=f"/dispatch/plan/{node_id}/propose")]


def signing_in() -> list[Stop]:
    """Seen by nobody yet."""
    ways = {"phone": "/field/sign-in", "link": f"/field/sign-in/link/{WRONG}"}
    return [Stop(name=f"sign-in-{name}", path=path, session="-") for name, path in ways.items()]


def cases_at_each_place() -> list[Stop]:
    from bihuan.service.cases.models import Case

    rows = Case.objects.order_by("-open", "-id")
    return [
        Stop(name=f"case-{case.kind}-{case.stands_at}", path=f"/desk/case/{case.number}", opened=True)
        for case in first_of_each(rows, lambda case: (case.kind, case.stands_at))
    ]


def remote_guidance() -> list[Stop]:
    from bihuan.service.cases.models import Case

    return [
        Stop(name=f"by-phone-{case.stands_at}", path=f"/desk/case/{case.number}/phone")
        for case in Case.objects.filter(stands_at="remote").order_by("-id")[:1]
    ]


def promises_of_a_manager() -> list[Stop]:
    """The boards whose tabs and rows differ by what follows the address only."""
    paths = {
        f"promises-{state}": f"/manage/promises?state={state}" for state in ("broken", "at_risk", "ahead")
    }
    paths |= {
        "kept": "/manage/kept",
        "kept-three-months": "/manage/kept?span=3",
        "kept-rows": "/manage/kept/rows",
    }
    return [Stop(name=name, path=path) for name, path in paths.items()]


def days() -> list[Stop]:
    """The large screen, the day before with its report, and the rows of a figure."""
    from django.utils.timezone import localdate

    from bihuan.ground.worktime import clock

    yesterday = (localdate(clock.now()) - timedelta(days=1)).isoformat()
    paths = {"day-wall": "/manage/day?wall=1", "day-before": f"/manage/day/{yesterday}"}
    paths["day-rows"] = f"/manage/day/{yesterday}/rows?figure=opened"
    return [Stop(name=name, path=path) for name, path in paths.items()]


def waiting_lists() -> list[Stop]:
    """The lanes of one's own list, and the note to the next shift."""
    paths = {f"todo-{lane}": f"/todo/?lane={lane}" for lane in ("mine", "silent", "put_off")}
    paths["shift"] = "/desk/handover"
    return [Stop(name=name, path=path) for name, path in paths.items()]


def what_ifs() -> list[Stop]:
    """The form, and last month under the first profile that is not in force, reckoned to its end."""
    from datetime import timedelta

    from django.utils import timezone

    from bihuan.management.commands.demo_logins import first_of_each_role
    from bihuan.registers.access.queries import viewer_of
    from bihuan.registers.access.roles import Role
    from bihuan.service.commitments import trying_out

    now = timezone.now()
    month = (timezone.localdate(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    found = [Stop(name="what-if", path="/manage/what-if")]
    name, version, _profile = trying_out.profiles_to_try()[0]
    manager = dict(first_of_each_role()).get(Role.MANAGER)
    if manager is not None:
        row = trying_out.ask(viewer_of(manager), name, version, month, now=now)
        trying_out.carry_on(row, now=now, seconds=20)
        found.append(Stop(name="what-if-result", path=f"/manage/what-if/{row.id}"))
    return found


def profiles() -> list[Stop]:
    """One version of every profile, and the two that are compared first."""
    from bihuan.service.commitments.models import ProfileVersion

    rows = first_of_each(ProfileVersion.objects.order_by("name", "-version"), lambda row: row.name)
    paths = {f"profile-{row.name}": f"/settings/commitments/{row.name}/{row.version}" for row in rows}
    paths["profile-differences"] = "/settings/commitments/differences"
    return [Stop(name=name, path=path) for name, path in paths.items()]


def imports_under_way() -> list[Stop]:
    """A list of service points at each step of bringing it in: its columns, the dry run, the end."""
    from django.utils import timezone

    from bihuan.management.commands.demo_logins import first_of_each_role
    from bihuan.registers.access.queries import viewer_of
    from bihuan.registers.access.roles import Role
    from bihuan.service.imports import actions
    from bihuan.service.imports.running import finish
    from bihuan.service.imports.target import Take

    now, viewer = timezone.now(), viewer_of(dict(first_of_each_role())[Role.ADMINISTRATOR])
    told = "网点名称,网点编码,电话,城市,服务区域,备注\n示范网点,TOUR1,13800138000,上海市,浦东新区,新\n"
    told += "缺电话网点,TOUR2,123,上海市,黄浦区,\n"
    stops = [Stop(name="imports", path="/settings/import")]
    for name in ("columns", "looked", "done"):
        run = actions.receive(viewer, "service_points", told.encode("gb18030"), file_name="网点.csv", now=now)
        if name != "columns":
            columns = {int(at): code for at, code in run.mapping.items()}
            actions.map_columns(viewer, run.id, columns, now=now)
            finish(run.id, now=now)
        if name == "done":
            actions.confirm(viewer, run.id, take=Take.OURS, now=now)
            finish(run.id, now=now)
        stops.append(Stop(name=f"import-{name}", path=f"/settings/import/{run.id}"))
    return stops


def registers() -> list[Stop]:
    """Every register's list with the form of its first entry, and the pages beside them."""
    from bihuan.web.managers.settings_all import REGISTERS

    found = []
    for code, register in REGISTERS.items():
        found.append(Stop(name=f"register-{code}", path=f"/settings/{code}"))
        row = register.rows("").order_by("pk").first()
        if row is not None:
            found.append(Stop(name=f"register-{code}-one", path=f"/settings/{code}/{row.pk}"))
    technician = REGISTERS["technicians"].rows("").order_by("pk").first()
    price, product = (REGISTERS[code].rows("").order_by("pk").first() for code in ("prices", "products"))
    served = REGISTERS["coverage"].rows("").order_by("pk").first()
    paths = {
        "skills-table": "/settings/skills/table",
        "leave-calendar": "/settings/leave/calendar",
        "cards-kept": "/settings/cards",
        "card-kept": "/settings/cards/repair/1",
        "card-upload": "/settings/process/upload",
        "register-print": "/settings/parts?format=print",
    }
    if technician is not None:
        paths["technician-whole"] = f"/settings/technicians/{technician.pk}/whole"
    if price is not None and product is not None:
        paths["price-next"] = f"/settings/prices/{price.pk}/next"
        paths["model-at-a-glance"] = f"/settings/products/{product.pk}/glance"
    if served is not None:
        where = f"city={served.city}&district={served.district}"
        paths["coverage-gaps"] = f"/settings/coverage/ground?{where}"
        paths["coverage-streets"] = f"/settings/coverage/streets?{where}"
    return [*found, *(Stop(name=name, path=path) for name, path in paths.items())]
