"""The plan of a day in a real browser: a case is moved by mouse and by key, and taken back."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Place
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.planning.intending import intended_for
from tests.pages.axe import overflow, shots, violations
from tests.pages.test_dispatching import enter
from tests.pages.test_plan_board import at, not_the_best, staged, tomorrow


@pytest.mark.demand("U-01")
def test_a_case_is_dragged_to_a_technician_moved_by_key_and_taken_back(
    page: Page, live_server: LiveServer
) -> None:
    told = staged()
    made, waits = told["made"], told["waits"]
    Place.objects.filter(id__in=Case.objects.values("place_id")).update(latitude=30.29, longitude=120.11)
    enter(page, live_server, made, Role.SERVICE_POINT_DISPATCHER, "zh-hans")
    page.goto(
        f"{live_server.url}{reverse('dispatchers:plan', args=[made.own.id])}?day={tomorrow().isoformat()}"
    )
    item = page.locator(f".plan-item[data-case='{waits.number}']")
    other = not_the_best(made, waits)
    row = page.locator(f".plan-row[data-technician='{other.id}'] .plan-track")
    expect(page.locator("canvas")).to_be_visible()
    item.hover()
    page.mouse.down()
    box = row.bounding_box()
    assert box is not None
    for part in (0.3, 0.45, 0.5):  # 14:00 is at the half of the day from 7 to 21
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2, steps=3)
    expect(page.locator("#plan-said .plan-line").first).to_contain_text("14:00")
    page.mouse.up()
    page.locator("dialog[open] [name=why_not_best]").select_option(
        "nearer"
    )  # somebody else comes first for it
    page.locator("dialog[open] .btn-primary").click()
    block = page.locator(f".plan-block.is-meant[data-case='{waits.number}']")
    expect(block).to_be_visible()
    meant = intended_for(waits.id)
    assert meant is not None and meant.begins == at(14)
    block.focus()
    page.keyboard.press("Enter")
    for _ in range(8):  # quarters of an hour
        page.keyboard.press("ArrowRight")
    expect(page.locator("#plan-said .plan-line").first).to_contain_text("16:00")
    page.keyboard.press("Enter")
    expect(block).to_have_attribute("data-arrives", str(16 * 60))
    page.keyboard.press("Control+z")
    expect(block).to_have_attribute("data-arrives", str(14 * 60))
    page.locator("[data-plan-undo] button").click()
    expect(item).to_be_visible()
    lifted_by_a_finger(page, item, row)
    assert violations(page) == []
    shots(page, "plan-board")
    page.set_viewport_size({"width": 360, "height": 780})
    assert overflow(page) == 0
    assert violations(page) == []
    told_of = {
        "case": waits.number,
        "technician": made.technicians[0].id,
        "day": tomorrow(),
        "at": at(14).isoformat(),
    }
    for name in ("plan_move", "plan_print"):
        page.goto(
            f"{live_server.url}{reverse(f'dispatchers:{name}', args=[made.own.id])}?{urlencode(told_of)}"
        )
        assert (overflow(page), violations(page)) == (0, [])
    enter(page, live_server, made, Role.DISPATCHER, "zh-hans")
    page.goto(live_server.url + reverse("dispatchers:plan_nodes"))
    assert (overflow(page), violations(page)) == (0, [])


def lifted_by_a_finger(page: Page, item: Locator, row: Locator) -> None:
    """A finger that rests on a case lifts it; let go beside the chart it is put back."""
    hand = page.context.new_cdp_session(page)
    item.scroll_into_view_if_needed()
    begins, over = item.bounding_box(), row.bounding_box()
    assert begins is not None and over is not None
    at = {"x": begins["x"] + 20, "y": begins["y"] + 20}
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(page.locator(".plan-item.is-held")).to_be_visible()
    there = {"x": over["x"] + over["width"] / 2, "y": over["y"] + over["height"] / 2}
    hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
    expect(page.locator("#plan-said .plan-line").first).to_contain_text("14:00")
    hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".is-held")).to_have_count(0)
    expect(page.locator("#plan-said")).to_be_hidden()
