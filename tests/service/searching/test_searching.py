"""Cases are found by any word, by whoever may see them, from the moment they are written until the customer goes."""

from datetime import datetime
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.ground.searching.tokens import contains, normal
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import EVERYTHING, Viewer
from bihuan.registers.customers.actions import write_serials
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import note
from bihuan.service.notices.forgetting import forget_customer
from bihuan.service.searching import queries, triggers
from bihuan.service.searching.building import build, keep_index
from bihuan.service.searching.indexing import mark_stale
from bihuan.service.searching.mending import mend_customer
from bihuan.service.searching.models import Building, Words
from bihuan.service.searching.queries import KEY, hits, is_built, newest, ranks, terms_of
from tests.makers import NOW, Company, a_case, company, later

PHONE = "13977778888"
WORDS = "机器突然不制冷了，型号KFR-35GW，家里电话13611112222"


@pytest.fixture
def made(db: None) -> Company:
    return company()


def found(viewer: Viewer, asked: str) -> list[str]:
    """The numbers of the cases, as the page shows them."""
    terms = terms_of(asked, viewer)
    rows = newest(terms, viewer).order_by(*KEY)[:20] if terms else []
    return [hit.case.number for hit in hits(rows, terms, viewer)]


@pytest.mark.demand("S3-88")
@pytest.mark.parametrize(
    "asked",
    [
        *("制", "制冷", "不制冷", "突然不制冷了", "35gw", "kfr35", "KFR-35", "ｋｆｒ", "制冷 KFR", "澄川"),
        *("SN98765", "sn98765", "98765", "JD-20261111", "jd20261111", "20261111", "139****8888", "8888"),
        *(
            "13977778888",
            "139 7777 8888",
            "+8613977778888",
            "13611112222",
            "张三丰",
            "三丰",
            "8号楼",
            "文新街道",
        ),
    ],
)
def test_a_case_is_found_by_what_was_said_and_by_its_numbers(made: Company, asked: str) -> None:
    address = AddressTold(city="杭州市", district="西湖区", street="文新街道", door="文三路8号楼")
    case = a_case(
        made, words=WORDS, phone=PHONE, name="张三丰", outside_number="JD-20261111", address=address
    )
    a_case(
        made,
        words="洗衣机漏水",
        phone="13511110000",
        name="李四",
        address=AddressTold(),
        machine=MachineTold(),
    )
    assert found(made.viewer(Role.AGENT), asked) == [case.number]
    assert found(made.viewer(Role.AGENT), case.number.lower()) == [case.number]


def test_all_words_must_stand_in_one_case_and_mere_signs_find_nothing(made: Company) -> None:
    a_case(made, words="冰箱不制冷")
    for asked in ("制冷 漏水", "冷制", "！？", '"', "AND", "NEAR(", "制冷* OR", "13977770000", "1397777"):
        assert found(made.viewer(Role.AGENT), asked) == [], asked


@pytest.mark.demand("S3-88")
def test_whoever_may_not_look_customers_up_finds_no_name_and_no_number(made: Company) -> None:
    case = a_case(made, words=WORDS, phone=PHONE, name="张三丰")
    approver = made.viewer(Role.APPROVER)
    assert not approver.may("customer.look_up")
    assert found(approver, "不制冷") == found(approver, "139****8888") == [case.number]
    for asked in ("张三丰", "三丰", PHONE, "13611112222", "1361111", "文一西路"):
        assert found(approver, asked) == [], asked


def test_the_index_holds_no_phone_number_and_no_name(made: Company) -> None:
    a_case(made, words=WORDS, phone=PHONE, name="欧阳三丰")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tokens FROM searching_words")
        held = str(cursor.fetchall())
    assert [one for one in (PHONE, "7777888", "13611112222", "欧阳三", "1111222") if one in held] == []


@pytest.mark.demand("S3-88")
def test_nobody_finds_what_they_may_not_see(made: Company) -> None:
    theirs = a_case(made, words="冰箱不制冷")
    Case.objects.filter(id=theirs.id).update(node=made.authorised)
    mine = a_case(made, words="空调不制冷")
    Case.objects.filter(id=mine.id).update(node=made.own)
    point, technician = made.viewer(Role.SERVICE_POINT_DISPATCHER), made.viewer(Role.TECHNICIAN)
    assert found(point, "不制冷") == [mine.number]
    assert found(technician, "不制冷") == []
    Case.objects.filter(id=theirs.id).update(technician_person=made.people[Role.TECHNICIAN])
    assert found(technician, "不制冷") == [theirs.number]
    assert found(made.viewer(Role.AGENT), "不制冷") == [mine.number, theirs.number]


def test_the_cut_by_node_comes_before_the_end_of_the_page(made: Company) -> None:
    mine = a_case(made, words="冰箱不制冷")
    Case.objects.filter(id=mine.id).update(node=made.own)
    for _ in range(3):
        a_case(made, words="冰箱不制冷")
    viewer = made.viewer(Role.SERVICE_POINT_DISPATCHER)
    rows = newest(terms_of("制冷", viewer), viewer).order_by(*KEY)[:1]
    assert [row.case_id for row in rows] == [mine.id]


@pytest.mark.parametrize("enough", [1, 99])  # along the rows from the newest on; by the index first
def test_whichever_way_is_gone_a_page_holds_the_same(
    made: Company, monkeypatch: pytest.MonkeyPatch, enough: int
) -> None:
    monkeypatch.setattr(queries, "ENOUGH", enough)
    words = ("冰箱不制冷", "空调漏水", "空调不制冷", "空调不制冷", "洗衣机异响")
    cases = [a_case(made, words=said, phone=PHONE) for said in words]
    Case.objects.filter(id__in=[case.id for case in cases[:3]]).update(node=made.own)
    agent, point = made.viewer(Role.AGENT), made.viewer(Role.SERVICE_POINT_DISPATCHER)
    for viewer in (agent, point):
        for asked in ("制冷", "不制冷 空调", "不", "骙", PHONE):
            terms = terms_of(asked, viewer)
            wanted = {"open": True}
            there = [row.case_id for row in ranks(terms, viewer, wanted).order_by(*KEY)]
            assert [row.case_id for row in newest(terms, viewer, wanted).order_by(*KEY)] == there, asked
            before = newest(terms, viewer, wanted).filter(case_id__lt=cases[3].id).order_by(*KEY)[:1]
            assert [row.case_id for row in before] == [one for one in there if one < cases[3].id][:1], asked
    assert found(agent, "不制冷 空调") == [cases[3].number, cases[2].number]
    assert found(point, "制冷") == [cases[2].number, cases[0].number]


def test_the_newest_comes_first_and_filters_are_kept(made: Company) -> None:
    second, first = a_case(made, words="不制冷", now=NOW), a_case(made, words="不制冷", now=later(hours=2))
    viewer = made.viewer(Role.AGENT)
    assert found(viewer, "制冷") == [first.number, second.number]
    Case.objects.filter(id=first.id).update(open=False)
    terms = terms_of("制冷", viewer)
    assert [row.case_id for row in ranks(terms, viewer, {"open": False})] == [first.id]


def test_a_note_is_found_at_once_and_what_a_rolled_back_one_said_is_not(made: Company) -> None:
    case, viewer = a_case(made), made.viewer(Role.AGENT)
    note(case, "压缩机启动电容坏了，回电13612345678", by=viewer.actor, now=NOW)
    assert found(viewer, "启动电容") == found(viewer, "13612345678") == [case.number]
    with pytest.raises(RuntimeError), transaction.atomic():
        note(case, "毛细管堵塞", by=viewer.actor, now=NOW)
        raise RuntimeError
    assert found(viewer, "毛细管") == []


def test_what_is_corrected_is_found_after_the_next_round_of_the_clock(made: Company) -> None:
    case, viewer = a_case(made, phone=PHONE, name="张三丰"), made.viewer(Role.AGENT)
    mend_customer(case.customer, name="王重阳", phone="13755556666")
    keep_index(NOW)
    assert found(viewer, "王重阳") == found(viewer, "13755556666") == [case.number]
    assert found(viewer, "张三丰") == found(viewer, PHONE) == []
    assert case.machine is not None
    write_serials(case.machine, {"whole": "XX-20260001"})
    mark_stale([case.customer_id])
    keep_index(NOW)
    assert found(viewer, "XX20260001") == [case.number]


def test_what_a_customer_tells_anew_is_learned_for_their_earlier_cases(made: Company) -> None:
    first = a_case(made, phone=PHONE, name="")
    second = a_case(made, phone=PHONE, name="张三丰", now=later(hours=1))
    keep_index(NOW)
    assert found(made.viewer(Role.AGENT), "张三丰") == [second.number, first.number]


@pytest.mark.demand("S3-185")
def test_a_forgotten_customer_leaves_nothing_in_the_index(made: Company) -> None:
    case, other = a_case(made, words=WORDS, phone=PHONE), a_case(made, words="空调不制冷")
    Case.objects.filter(id=case.id).update(open=False)
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    assert list(Words.objects.values_list("case_id", flat=True)) == [other.id]
    for asked in ("kfr", PHONE, "张三丰"):
        assert case.number not in found(EVERYTHING, asked), asked
    assert found(EVERYTHING, "不制冷") == [other.number]
    call_command("rebuild_search", stdout=open("/dev/null", "w"))  # noqa: SIM115
    assert found(EVERYTHING, "kfr") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM searching_found WHERE searching_found MATCH '\"kfr\"'")
            assert cursor.fetchone() == (0,)


def test_a_case_that_goes_takes_its_words_with_it(made: Company) -> None:
    case = a_case(made, words=WORDS)
    with transaction.atomic():
        Words.objects.filter(case=case).delete()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM searching_found WHERE searching_found MATCH '\"kfr\"'")
                assert cursor.fetchone() == (0,)
    assert found(EVERYTHING, "kfr") == []


def test_what_is_missing_is_built_batch_by_batch_and_goes_on_where_it_stopped(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [a_case(made, words=f"第{at}台不制冷") for at in range(5)]
    Words.objects.all().delete()
    monkeypatch.setattr("bihuan.service.searching.building.BATCH", 2)
    assert not is_built()
    at = build()
    assert at is not None and (at.made, at.wanted) == (2, 5)
    assert found(EVERYTHING, "不制冷") == [case.number for case in cases[:2:-1]]
    while build() is not None:
        continue
    assert is_built()
    assert found(EVERYTHING, "不制冷") == [case.number for case in cases[::-1]]
    assert keep_index(NOW) == ""


def test_making_it_anew_leaves_everything_found_meanwhile(
    made: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    case = a_case(made, words=WORDS)
    call_command("rebuild_search")
    assert "Every case can be found." in capsys.readouterr().out
    assert found(EVERYTHING, "kfr") == [case.number]
    Building.objects.all().delete()
    call_command("rebuild_search", "--resume")
    assert found(EVERYTHING, "kfr") == [case.number]


@pytest.mark.django_db(transaction=True)
def test_what_is_written_at_once_by_many_and_while_the_index_is_built_is_all_found() -> None:
    made = company()
    case, by = a_case(made), made.actor(Role.AGENT)
    Words.objects.all().delete()
    words = ("甲乙", "丙丁", "戊己", "庚辛")

    def write(said: str) -> None:
        try:
            note(Case.objects.select_related("customer").get(id=case.id), said, by=by, now=NOW)
        finally:
            connection.close()

    def make() -> None:
        try:
            keep_index(NOW)
        finally:
            connection.close()

    threads = [Thread(target=write, args=(said,)) for said in words[:2]]
    threads += [Thread(target=make), *(Thread(target=write, args=(said,)) for said in words[2:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found(EVERYTHING, said) for said in words] == [[case.number]] * 4


def test_all_parts_of_the_index_are_there(made: Company) -> None:
    assert triggers.missing(connection) == []


@settings(max_examples=25)
@given(
    st.lists(st.text("甲乙丙丁戊qxz-，", min_size=1, max_size=12), min_size=1, max_size=4),
    st.text("甲乙丙丁戊qxz-，", min_size=1, max_size=4),
)
@pytest.mark.django_db
def test_the_answer_is_what_reading_every_text_would_give(texts: list[str], asked: str) -> None:
    with transaction.atomic():
        cases = _many(texts)
        term = normal(asked)
        truth = {number for number, text in cases.items() if contains(normal(text), term)}
        told = set(found(EVERYTHING, asked))
        sayable = any(sign.isalnum() for sign in asked)
        assert told & cases.keys() == (truth if sayable else set())
        transaction.set_rollback(True)


def _many(texts: list[str]) -> dict[str, str]:
    """number → words, of fresh cases whose other facts hold none of these signs."""
    made = company()
    found: dict[str, str] = {}
    at: datetime = NOW
    for text in texts:
        case = a_case(made, words="无")
        note(case, text, by=made.actor(Role.AGENT), now=at)
        found[case.number] = text
    return found
