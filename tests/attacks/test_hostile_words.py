"""Hostile words stay words: a few of the corpus by three channels, in a real browser. `bench/xss.py` sends them all."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from bench.hostile.browser import LISTENS, LOOKS, Looker
from bench.hostile.channels import CHANNELS
from bench.hostile.house import found_house, mouthfuls
from bench.hostile.payloads import corpus
from bench.xss import in_csv, in_xlsx
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.queries import link_of
from bihuan.web.look.export import Column, csv_lines, xlsx_response
from tests.makers import settle
from tests.served import cookie_of

FEW = (
    "<img src=x onerror=«x»>",
    '"><img src=x onerror=«x»>',
    '<p x-data x-init="«x»">1',
    "{{6*7}}",
    "javascript:«x»",
)
WAYS = ("fm", "ap", "ma")
MUTATED = """<svg><style><img title="</style><img src onerror=«x»>">"""  # sleeps until a sanitiser wakes it


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_hostile_words_of_three_channels_are_shown_as_words(
    browser: Browser, live_server: LiveServer, settings: Any, tmp_path: Any
) -> None:
    settings.BIHUAN_DATA = tmp_path
    cache.clear()
    here = found_house(clock.now())
    chosen = [one for one in corpus() if one.text.removeprefix("«m»=") in FEW]
    for way in WAYS:
        for mouth in mouthfuls(way, chosen, together=len(chosen)):
            assert CHANNELS[way][1](here, mouth), way
    settle(clock.now())
    looker = Looker(browser, live_server.url, [cookie_of(here.made.people[Role.SUPERVISOR], live_server.url)])
    cases = list(Case.objects.select_related("report").order_by("id"))
    paths = [f"/desk/case/{one.number}" for one in cases]
    paths += [urlsplit(link_of(cases[0].report)).path, f"/desk/search?q={quote(chosen[0].at('fm'))}"]
    seen = [looker.look(path) for path in paths]
    looker.close()
    assert [one for one in seen if not one.clean] == []
    shown = {way: set().union(*(one.shown.get(way, ()) for one in seen)) for way in WAYS}
    assert {way: len(numbers) >= len(chosen) - 1 for way, numbers in shown.items()} == dict.fromkeys(
        WAYS, True
    )


def test_a_page_that_lets_markup_through_is_found_out(browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script(LISTENS)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    missed = []
    for payload in (one for one in corpus() if one.sort in {"script", "event", "svg, mathml", "style"}):
        page.goto("about:blank")
        page.set_content(f"<p>{payload.at('aa')}</p>", wait_until="commit")
        told = page.evaluate(LOOKS)
        if not (told["found"] or told["told"]):
            missed.append(payload.text)
    context.close()
    assert missed == [MUTATED]


def test_a_formula_in_a_file_is_found_out_and_our_files_hold_none() -> None:
    said = [one.at("aa") for one in corpus() if one.sort in {"sheet", "header"}]
    assert len(in_csv("\r\n".join(["=1+1", "＝1+1", "'=1+1", "calm"]).encode())[0]) == 2
    columns = [Column[str]("words", lambda row: row)]
    told = in_csv("".join(csv_lines(columns, said)).encode())
    assert (told[0], told[1].count("zqaa")) == ([], sum(one.count("zqaa") for one in said))
    book: Any = xlsx_response("x", columns, said)
    assert in_xlsx(b"".join(book.streaming_content))[0] == []
