"""The look: shells without findings, words for times and sums, lists that never count, safe files."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from playwright.sync_api import Page as Window
from pytest_django.live_server_helper import LiveServer

from bihuan.web.look import listing, words
from bihuan.web.look.charts import Chart, Series
from bihuan.web.look.export import Column, csv_response, safe, xlsx_response
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.navigation import NAVIGATION, links
from bihuan.web.look.reading import accepted_language, chosen_language, chosen_theme, known_language
from bihuan.web.look.words import local_time, money, words_left
from tests.pages.axe import ROOT, overflow, shots, violations
from tests.pages.look_pages import ReportForm

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
SHELLS = ["staff", "customer", "technician", "plain", "print"]


def drawn(source: str, **context: Any) -> str:
    return engines["django"].from_string("{% load look %}" + source).render(context)


# Reading: language and theme


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-TW", "zh-hant"),
        ("zh-Hans-HK", "zh-hans"),
        ("fr, de;q=0.9, zh-HK;q=0.1", "zh-hant"),
        ("en;q=0.2, zh;q=0.9", "zh-hans"),
        ("zh;q=0, en", "en"),
        ("fr-FR", "en"),
        ("", "en"),
        (";;;q=x,,", "en"),
    ],
)
def test_the_browser_says_the_language_and_an_unknown_one_is_english(header: str, language: str) -> None:
    assert chosen_language([], header) == language


def test_what_a_reader_chose_goes_before_what_the_browser_asks() -> None:
    assert chosen_language([None, "zh-hant"], "en") == "zh-hant"
    assert chosen_language(["klingon", "en"], "zh-CN") == "en"


@given(st.text(max_size=80))
def test_no_header_can_upset_the_choice(header: str) -> None:
    assert accepted_language(header) in {None, "zh-hans", "zh-hant", "en"}
    assert known_language(header) in {None, "zh-hans", "zh-hant", "en"}
    assert chosen_theme(header) in {"auto", "light", "dark"}


@pytest.mark.urls("tests.pages.look_pages")
def test_choosing_language_and_theme_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/look/language", {"language": "zh-hans", "next": "/show/plain"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/show/plain")
    client.post("/look/theme", {"theme": "dark", "next": "https://elsewhere.example/"})
    shown = client.get("/show/customer").content.decode()
    assert '<html lang="zh-Hans" data-bs-theme="dark" data-theme="dark">' in shown


@pytest.mark.urls("tests.pages.look_pages")
def test_a_foreign_address_and_an_unknown_choice_are_not_followed(client: Client) -> None:
    answer = client.post("/look/theme", {"theme": "pink", "next": "//elsewhere.example/x"})
    assert (answer.headers["Location"], dict(answer.cookies)) == ("/", {})


# Words


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=1, minutes=20), "1 h 20 min left"),
        (timedelta(hours=2), "2 h left"),
        (timedelta(seconds=59), "under 1 min left"),
        (timedelta(0), "under 1 min left"),
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h left"),
        (timedelta(days=1), "1 d left"),
        (-timedelta(minutes=5), "5 min late"),
    ],
)
def test_time_left_is_said_in_words(left: timedelta, said: str) -> None:
    with translation.override("en"):
        assert words_left(left) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON + timedelta(hours=3, minutes=30), "Today 15:30"),
        (NOON + timedelta(hours=12), "Tomorrow 00:00"),
        (NOON - timedelta(hours=13), "Yesterday 23:00"),
        (NOON + timedelta(days=2), "25 Nov 12:00"),
        (NOON + timedelta(days=60), "22 Jan 2027 12:00"),
    ],
)
def test_a_moment_is_said_as_seen_from_now_in_the_installations_zone(moment: datetime, said: str) -> None:
    with translation.override("en"):
        assert local_time(moment, NOON) == said


def test_day_words_need_no_clock() -> None:
    with translation.override("en"):
        assert words.day_words(date(2026, 11, 22), date(2026, 11, 23)) == "Yesterday"


@pytest.mark.parametrize(
    ("fen", "said"), [(123450, "¥1,234.50"), (5, "¥0.05"), (-250, "-¥2.50"), (0, "¥0.00")]
)
def test_money_is_shown_from_whole_fen(fen: int, said: str) -> None:
    assert money(fen) == said


# Parts


@pytest.mark.parametrize(
    ("state", "worn", "name"),
    [
        ("kept", "promise-kept", "On time"),
        ("at_risk", "promise-at-risk", "At risk"),
        ("broken", "promise-broken", "Broken"),
        ("resting", "promise-resting", "Paused"),
    ],
)
def test_a_promise_is_never_told_by_colour_alone(state: str, worn: str, name: str) -> None:
    with translation.override("en"):
        html = drawn("{% promise_chip promise %}", promise={"state": state, "words": "12 min left"})
    assert worn in html
    assert f'<span class="visually-hidden">{name}</span>' in html
    assert "#" in re.findall(r'<use href="([^"]+)"', html)[0]
    assert "<span>12 min left</span>" in html


def test_words_of_people_are_escaped() -> None:
    html = drawn("{% promise_chip state='kept' words=w %}{% urgency_badge w %}", w="<script>")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_the_track_says_where_the_case_stands() -> None:
    stages = [{"name": "Accept", "state": "done"}, {"name": "Book", "state": "current"}]
    html = drawn("{% track stages %}", stages=stages)
    assert re.findall(r'<li class="([^"]+)"( aria-current="step")?', html) == [
        ("track-done", ""),
        ("track-current", ' aria-current="step"'),
    ]


def test_a_figure_stands_against_yesterday_and_last_week() -> None:
    with translation.override("en"):
        html = drawn("{% kpi 'New today' 15 yesterday=12 last_week=20 good='down' %}")
    assert re.findall(
        r'kpi-delta kpi-(\w+)">.*?<span>([^<]+)</span> <span class="kpi-past">([^<]+)<', html
    ) == [
        ("bad", "+3", "yesterday 12"),
        ("good", "-5", "last week 20"),
    ]


def test_a_field_ties_its_help_and_errors_to_its_control() -> None:
    form = ReportForm({"words": "", "wish": "repair"})
    html = drawn("{% field form.phone %}", form=form)
    assert 'aria-describedby="id_phone_help id_phone_errors"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control is-invalid"' in html
    assert '<label class="form-label required" for="id_phone">' in html


def test_radio_choices_are_one_group_with_a_legend() -> None:
    html = drawn("{% field form.score %}", form=ReportForm())
    assert (html.count("<fieldset"), html.count("<legend"), html.count('type="radio"')) == (1, 1, 5)


def test_a_plain_form_wears_bootstraps_classes() -> None:
    worn = {name: field.widget.attrs["class"] for name, field in ReportForm().fields.items()}
    assert worn == {
        "words": "form-control",
        "phone": "form-control",
        "bought": "form-control",
        "wish": "form-select",
        "score": "form-check-input",
        "consent": "form-check-input",
    }
    assert issubclass(ReportForm, TidyForm)


def test_a_chart_hands_its_numbers_over_and_keeps_them_in_a_table() -> None:
    chart = Chart("Less came in.", ["Mon", "Tue"], [Series("In", [3, None])], unit="%")
    html = drawn("{% chart chart name='c' %}", chart=chart)
    assert '<script id="c" type="application/json">' in html
    assert re.findall(r"<td class=\"num\">([^<]+)</td>", html) == ["3%", "–"]


def test_a_chart_refuses_rows_of_another_length() -> None:
    with pytest.raises(ValueError, match="1 numbers for 2 labels"):
        Chart("x", ["a", "b"], [Series("In", [1])])


def test_the_pager_keeps_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/cases?kind=repair&after=old")
    tag = engines["django"].from_string("{% load look %}{% pager page %}")
    html = tag.render({"page": SimpleNamespace(previous=None, next="tok")}, request)
    assert re.findall(r'<a [^>]*href="([^"]+)"', html) == ["?kind=repair&amp;after=tok"]


def test_every_icon_that_pages_name_is_in_the_sprite() -> None:
    web = ROOT / "bihuan" / "web"
    sprite = (web / "look" / "static" / "built" / "icons.svg").read_text("utf-8")
    have = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {entry.icon for entry in NAVIGATION}
    for path in [*web.rglob("*.html"), *web.rglob("*.py")]:
        named |= set(
            re.findall(r"""(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""", path.read_text("utf-8"))
        )
    assert named - have == set()


# Navigation


@pytest.mark.urls("tests.pages.look_pages")
def test_only_pages_that_exist_and_are_open_to_the_role_are_offered() -> None:
    with translation.override("en"):
        shown = links({"dispatcher"}, "/dispatchers/board")
    assert [(link.label, link.here) for link in shown] == [("Cases", False), ("Dispatch board", True)]
    assert links(set(), "/") == []


# Lists


def sessions(count: int) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = [
        Session(session_key=f"{n:032d}", session_data="", expire_date=begin + timedelta(minutes=n // 3))
        for n in range(count)
    ]
    Session.objects.bulk_create(made)


ORDERS = [("-expire_date", "-session_key"), ("expire_date", "session_key"), ("expire_date", "-session_key")]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ORDERS)
def test_pages_follow_each_other_without_gap_or_repetition_and_lead_back(key: tuple[str, ...]) -> None:
    sessions(23)
    whole = list(Session.objects.order_by(*key))
    seen: list[Session] = []
    token, pages = None, []
    while True:
        leaf = listing.page(Session.objects.all(), key, token, 5)
        pages.append(leaf.rows)
        seen += leaf.rows
        token = leaf.next
        if token is None:
            break
    assert seen == whole
    back = leaf
    for expected in reversed(pages[:-1]):
        assert back.previous is not None
        back = listing.page(Session.objects.all(), key, back.previous, 5)
        assert back.rows == expected
    assert back.previous is None


@pytest.mark.django_db
def test_a_page_is_one_statement_and_never_a_count() -> None:
    sessions(9)
    first = listing.page(Session.objects.all(), ORDERS[0], None, 3)
    with CaptureQueriesContext(connection) as asked:
        listing.page(Session.objects.all(), ORDERS[0], first.next, 3)
    assert [("COUNT" in each["sql"].upper()) for each in asked.captured_queries] == [False]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "a" * 700, "WzEsMl0", "W10", "bnVsbA", "eyJhIjoxfQ", "𠮷"])
def test_a_token_that_cannot_be_read_shows_the_first_page(token: str) -> None:
    sessions(4)
    assert listing.page(Session.objects.all(), ORDERS[0], token, 3) == listing.page(
        Session.objects.all(), ORDERS[0], None, 3
    )


@pytest.mark.django_db
def test_a_token_made_for_another_order_shows_the_first_page() -> None:
    sessions(8)
    token = listing.page(Session.objects.all(), ORDERS[0], None, 3).next
    assert listing.page(Session.objects.all(), ORDERS[1], token, 3) == listing.page(
        Session.objects.all(), ORDERS[1], None, 3
    )


@given(st.text(max_size=300))
def test_no_token_can_upset_a_list(token: str) -> None:
    assert listing.read_token(token, ORDERS[0]) is None


# Files

RISKY = ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "＋1", "－1", "＠a", " =1", "\u3000=1"]


@pytest.mark.parametrize("text", RISKY)
def test_no_cell_becomes_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_plain_cells_stay_as_they_are() -> None:
    cells = ["冰箱", "a=b", None, 5, -5, Decimal("1.50"), date(2026, 11, 23), NOON, True]
    assert [safe(cell) for cell in cells] == [
        "冰箱", "a=b", "", "5", "-5", "1.50", "2026-11-23", "2026-11-23 12:00:00", "1",
    ]  # fmt: skip


COLUMNS: list[Column[tuple[str, int]]] = [
    Column("单号", lambda row: row[0]),
    Column("n", lambda row: row[1]),
]


def test_csv_opens_in_excel_with_chinese_and_no_formula() -> None:
    answer = csv_response("工单", COLUMNS, [('𠮷,"x"', 1), ("=cmd", -2)])
    body = b"".join(answer)
    assert body.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == [
        ["单号", "n"],
        ['𠮷,"x"', "1"],
        ["'=cmd", "-2"],
    ]
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%E5%B7%A5%E5%8D%95.csv")


def test_xlsx_holds_the_same_rows_with_numbers_as_numbers() -> None:
    answer = xlsx_response("cases", COLUMNS, [("AF1", 1), ("=1+1", -2)])
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert sheet is not None
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [
        ["单号", "n"],
        ["AF1", 1],
        ["'=1+1", -2],
    ]


# Refusals


@pytest.mark.urls("tests.pages.look_pages")
def test_a_refusal_says_its_sentence_on_a_page_and_in_a_fragment(client: Client) -> None:
    sentence = "Case 17 cannot be closed: it still needs the signature."
    whole = client.get("/refused")
    part = client.get("/refused", headers={"HX-Request": "true"})
    assert (whole.status_code, part.status_code) == (409, 409)
    assert sentence in whole.content.decode()
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert sentence in part.content.decode()


@pytest.mark.urls("tests.pages.look_pages")
def test_missing_and_broken_pages_stay_calm(client: Client) -> None:
    assert client.get("/nowhere", headers={"Accept-Language": "en"}).status_code == 404
    assert client.get("/broken").status_code == 500


def test_no_template_of_the_look_carries_inline_style_or_script() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=")
    found = [
        path.name
        for path in Path(ROOT, "bihuan/web/templates/look").rglob("*.html")
        if inline.search(path.read_text("utf-8"))
    ]
    assert found == []


# In a real browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_has_no_findings_in_any_theme_or_width(
    page: Window, live_server: LiveServer, shell: str
) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/show/{shell}")
            assert (violations(page), overflow(page)) == ([], 0)
    shots(page, f"look-{shell}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
def test_the_keyboard_walks_the_rows_and_finds_the_search(page: Window, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/show/staff")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "AF20261123017"
    page.keyboard.press("Enter")
    page.wait_for_url("**#AF20261123017")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
def test_a_signature_is_kept_as_a_picture_and_can_be_cleared(page: Window, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/show/technician")
    pad = page.locator(".sign-pad").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 20, pad["y"] + 20)
    page.mouse.down()
    page.mouse.move(pad["x"] + 120, pad["y"] + 60, steps=5)
    page.mouse.up()
    field = page.locator("input[name=signature]")
    assert field.input_value().startswith("data:image/png;base64,")
    page.locator("[data-sign-clear]").click()
    assert field.input_value() == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
def test_the_customers_shell_works_with_scripts_off(browser: Any, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB", color_scheme="dark")
    window = context.new_page()
    window.goto(f"{live_server.url}/show/customer")
    window.get_by_role("button", name="繁體中文").click()
    assert window.locator("html").get_attribute("lang") == "zh-Hant"
    assert window.locator("html").get_attribute("data-bs-theme") == "light"
    context.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
def test_a_refusal_of_a_fragment_is_said_above_and_leaves_the_page_as_it_was(
    page: Window, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/show/staff")
    page.locator("[hx-post]").click()
    page.locator("#messages [role=alert]").wait_for()
    said = page.locator("#messages").inner_text().strip()
    assert said == "Case 17 cannot be closed: it still needs the signature."
    assert page.locator("[hx-post]").count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_in_looks_like_the_rest_and_says_what_is_wrong(page: Window, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    assert (violations(page), overflow(page)) == ([], 0)
    page.locator("input[name=login]").fill("nobody")
    page.locator("input[name=password]").fill("not-the-word")
    page.locator("main button.btn-primary").click()
    page.locator("[data-form-errors]").wait_for()
    assert violations(page) == []
    shots(page, "sign-in")


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.pages.look_pages")
def test_a_chart_that_htmx_swaps_in_is_drawn(page: Window, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/show/staff")
    page.evaluate("void htmx.ajax('GET', '/part', '.page-aside')")
    page.locator("[data-chart=swapped] svg path").first.wait_for(state="attached")
    assert page.locator("[data-chart=swapped] svg").count() == 1
