"""Posts of social networks: each once, judged by rules that people keep, and corrected by people."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.message import Unreadable
from bihuan.registers.channels.social.reader import READER
from bihuan.service.cases.models import Case
from bihuan.service.imports.allowed import may_bring_in
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.social.actions import PostTold, keep_rule, rules_in_force, take_post
from bihuan.service.social.models import Post
from bihuan.service.social.queries import shown
from bihuan.service.social.rules import Rule, judge
from tests.makers import NOW, Company, company, settle
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked

OURS = "澄川空调三天就不制冷，客服电话打不通"


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.BIHUAN_DATA = tmp_path


def some_rules(made: Company) -> None:
    viewer = made.viewer(Role.ADMINISTRATOR)
    told: dict[str, Any] = {"name": "招聘", "words": ["招聘"], "about_us": False, "rank": 1}
    keep_rule(viewer, None, now=NOW, **told)
    told = {"name": "品牌故障", "words": ["澄川"], "excludes": ["股票"], "kind": "repair", "urgency": "high"}
    keep_rule(viewer, None, now=NOW, **told)


def a_post(words: str = OURS, id: str = "1001", **more: Any) -> tuple[Post, bool]:
    told = PostTold(**({"platform": "微博", "user": "西湖边的猫", "words": words, "id": id} | more))
    return take_post(told, rules=rules_in_force(), now=NOW)


@pytest.mark.django_db
@pytest.mark.demand("S3-14", "S3-190", "S2-20")
class TestPosts:
    def test_a_post_about_us_becomes_a_report_of_its_own_channel(self) -> None:
        some_rules(company())
        a_post()
        settle()
        case = Case.objects.get()
        assert (case.channel, case.kind, case.urgency) == ("social", "repair", "high")
        assert RawMessage.objects.get().state == "report"

    def test_the_same_post_twice_is_one(self) -> None:
        some_rules(company())
        first, again = a_post(), a_post()
        settle()
        assert (first[1], again[1], first[0].id == again[0].id) == (True, False, True)
        assert (Post.objects.count(), RawMessage.objects.count(), Report.objects.count()) == (1, 1, 1)

    def test_without_a_number_what_it_says_makes_it_the_same(self) -> None:
        some_rules(company())
        at = datetime(2026, 11, 20, tzinfo=UTC)
        one, same = a_post(id="", posted_at=at), a_post(id="", posted_at=at)
        other = a_post(id="", posted_at=at, user="别人")
        assert (same[0].id == one[0].id, other[0].id == one[0].id) == (True, False)

    def test_only_the_address_of_a_page_leads_to_the_post(self) -> None:
        page = "https://weibo.example/1"
        told = ("data:text/html,<script>1</script>", "javascript:1", "//evil.example", "", page)
        for at, address in enumerate(told):
            a_post(id=str(at), url=address)
        assert [one.url for one in shown(list(Post.objects.order_by("id")))] == ["", "", "", "", page]

    def test_what_is_not_about_us_is_kept_with_the_rule_that_said_so_and_opens_nothing(self) -> None:
        some_rules(company())
        a_post("澄川招聘安装师傅", id="1")
        a_post("今天天气真好", id="2")
        a_post("澄川股票涨了", id="3")
        settle()
        found = {one.message.state: one for one in Post.objects.select_related("message", "rule")}
        assert (set(found), Case.objects.count()) == ({"automatic"}, 0)
        assert [one.rule.name if one.rule else "" for one in Post.objects.order_by("id")] == ["招聘", "", ""]

    def test_a_person_corrects_and_both_judgements_stay(self) -> None:
        made = company()
        some_rules(made)
        post, _ = a_post("买的空调坏了没人管", id="9")
        settle()
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(Person.objects.get(id=made.people[Role.AGENT].id))
        assert "买的空调坏了没人管" in client.get("/desk/social?which=others").content.decode()
        answer = client.post(f"/desk/social/{post.id}/say", {"about": "us"})
        case = Case.objects.get()
        post.refresh_from_db()
        assert answer.headers["Location"] == f"/desk/case/{case.number}"
        assert (post.judged, post.about_us, post.corrected_by_id) == (False, True, made.people[Role.AGENT].id)
        assert client.post(f"/desk/social/{post.id}/say", {"about": "us"}).status_code == 409
        assert (RawMessage.objects.get().state, Case.objects.count()) == ("report", 1)

    def test_a_list_in_gbk_is_looked_at_with_the_rules_named_and_brought_in_once(self) -> None:
        made = company()
        some_rules(made)
        viewer = made.viewer(Role.SUPERVISOR)
        assert not may_bring_in(made.viewer(Role.DISPATCHER), "social_posts")
        rows = [
            ["来源平台", "昵称", "帖子", "微博ID", "原文链接", "发布时间"],
            ["微博", "西湖边的猫", OURS, "1001", "https://weibo.example/1", "2026-11-20 09:30"],
            ["抖音", "路人甲", "今天天气真好", "1002", "", "2026-11-20 10:00"],
            ["微博", "西湖边的猫", OURS, "1001", "", "2026-11-20 09:30"],
        ]
        file = sheets.csv(rows, encoding="gb18030")
        assert looked(viewer, "social_posts", file).looked == {"new": 2, "same": 1}
        assert Post.objects.count() == 0
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(Person.objects.get(id=made.people[Role.SUPERVISOR].id))
        assert client.get("/desk/social").content.decode().count("?kind=social_posts") == 2
        assert brought_in(viewer, "social_posts", file).written == {"new": 2, "same": 1}
        assert brought_in(viewer, "social_posts", file).written == {"same": 3}
        settle()
        assert (Case.objects.count(), RawMessage.objects.count()) == (1, 2)


@pytest.mark.demand("S3-14")
class TestRules:
    def test_the_first_rule_that_fits_decides(self) -> None:
        first = Rule(id=1, name="a", words=("空调",), excludes=("招聘",), about_us=False)
        second = Rule(id=2, name="b", words=("KFR 35",))
        assert judge("ｋｆｒ３５ 坏了", [first, second]).rule == second
        assert judge("空调 KFR35", [first, second]).rule == first
        assert judge("空调招聘", [first, second]).rule is None

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused_with_a_code(self, raw: bytes) -> None:
        try:
            READER.read(raw)
        except Unreadable as unreadable:
            assert unreadable.code in {"no_json", "no_post", "no_words"}
