"""A text that is not approved goes by another channel, never silently; what an SMS is billed as; short links."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.keeping_templates import drop_template, keep_template
from bihuan.registers.channels.models import MessageTemplate
from bihuan.registers.customers.actions import forget
from bihuan.service.cases.models import Case
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.models import Notice, ShortLink
from bihuan.service.notices.queries import given_up, shown
from bihuan.service.notices.rules import GSM_ONCE, cost_words, segments, way_to
from bihuan.service.notices.sending import send_due
from bihuan.service.notices.short_links import LONGEST, path_of
from tests.makers import NOW, a_case, company, settle

pytestmark = pytest.mark.django_db
KNOWN = frozenset({"number", "link", "token", "words", "slot"})


def told(case: Case) -> list[tuple[str, str, str, str]]:
    rows = Notice.objects.filter(case=case, customer__isnull=False).order_by("id")
    return [(row.channel, row.state, row.trouble, row.fell_to) for row in rows]


def with_aliyun(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BIHUAN_PROVIDERS = {"sms": "aliyun_sms"}
    for name in ("KEY_ID", "KEY_SECRET", "SIGN_NAME"):
        monkeypatch.setenv(f"BIHUAN_ALIYUN_{name}", "x")
    monkeypatch.delenv("BIHUAN_SMS_TEMPLATES", raising=False)


@pytest.mark.parametrize("state", ["draft", "submitted", "refused"])
def test_an_sms_whose_text_is_not_approved_goes_by_mail(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    with_aliyun(settings, monkeypatch)
    MessageTemplate.objects.create(
        provider="aliyun_sms", message="customer.case_opened", code="SMS_1", state=state, changed_at=NOW
    )
    case = a_case(company(), email="zhang@example.com")
    settle()
    send_due(NOW)
    assert told(case) == [
        ("sms", "given_up", "template_waiting", "mail"), ("mail", "waiting", "", ""),
    ]  # fmt: skip
    send_due(NOW)
    assert told(case)[1][:2] == ("mail", "sent")
    mail = shown(Notice.objects.filter(case=case, channel="mail"), links=True)[0]
    assert case.number in (mail.words or "")


def test_where_there_is_no_other_channel_somebody_must_ring(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_aliyun(settings, monkeypatch)
    made = company()
    case = a_case(made)
    settle()
    send_due(NOW)
    assert told(case) == [("sms", "given_up", "no_template", "")]
    assert [one.number for one in given_up(made.viewer(Role.SUPERVISOR)) if one.customer_id] == [case.number]


def test_whoever_got_it_by_another_channel_need_not_be_rung(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_aliyun(settings, monkeypatch)
    made = company()
    a_case(made, email="zhang@example.com")
    settle()
    send_due(NOW)
    assert [one for one in given_up(made.viewer(Role.SUPERVISOR)) if one.customer_id] == []


def test_the_chat_comes_first_then_sms_then_mail_then_a_call() -> None:
    reach = {"mobile": "+861", "email": "a@b.cn", "landline": "+86571"}
    tried: list[str] = []
    for channel in ("wechat", "sms", "mail", "call"):
        assert way_to(reach, chat="o1", without=tried)[0] == channel
        tried.append(channel)


def test_a_short_link_fits_and_leads_to_the_private_page_until_its_customer_is_forgotten() -> None:
    case = a_case(company())
    settle()
    words = shown(Notice.objects.filter(case=case), links=True)[0].words or ""
    token = words.rpartition("/k/")[2]
    assert link_of(case.report).endswith(path_of(token))
    assert len(f"https://fw.example.cn/k/{token}") <= LONGEST
    assert ShortLink.objects.count() == 1
    forget(case.customer, now=NOW)
    with pytest.raises(NotFound):
        path_of(token)


def test_a_text_is_written_down_with_its_state_or_refused_beside_its_field() -> None:
    told = {
        "provider": "aliyun_sms", "message": "customer.booked", "language": "", "code": "", "words": "…",
        "places": "number, token", "state": "submitted", "why": "",
    }  # fmt: skip
    row = keep_template(None, told, known=KNOWN, now=NOW)
    assert row.places == ["number", "token"]
    for change, field in (
        ({"state": "approved"}, "code"),
        ({"places": "number telephone"}, "places"),
        ({"provider": "somebody"}, "provider"),
    ):
        with pytest.raises(ValidationError) as refused:
            keep_template(row.id, told | change, known=KNOWN, now=NOW)
        assert set(refused.value.message_dict) == {field}
    with pytest.raises(ValidationError):
        keep_template(None, told, known=KNOWN, now=NOW)
    drop_template(row.id)
    assert MessageTemplate.objects.count() == 0


@given(st.text(alphabet=sorted(GSM_ONCE), max_size=700))
def test_plain_words_are_billed_by_160_and_153(words: str) -> None:
    assert segments(words) == (1 if len(words) <= 160 else -(-len(words) // 153))


@given(st.text(alphabet="空调不制冷ab1", min_size=1, max_size=400).map(lambda words: f"空{words}"))
def test_chinese_words_are_billed_by_70_and_67(words: str) -> None:
    assert segments(words) == (1 if len(words) <= 70 else -(-len(words) // 67))


def test_doubled_signs_and_pictures_count_twice() -> None:
    assert (segments("€" * 80), segments("€" * 81)) == (1, 2)
    assert (segments("😀" * 35), segments("😀" * 36)) == (1, 2)


@pytest.mark.parametrize(
    "price, said", [("0.045", "¥0.09"), ("0.05", "¥0.1"), ("", ""), ("dear", ""), ("-1", "")]
)
def test_what_two_messages_cost(price: str, said: str) -> None:
    assert cost_words(2, price) == said
