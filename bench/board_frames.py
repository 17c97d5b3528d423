"""Whether the board of a large day stutters: `python -m bench.board_frames [--people 60] [--visits 500]`.

One service point with so many technicians and visits and 100 cases that wait, in a real Chromium. Printed: statements
and milliseconds of the page, milliseconds until the chart is drawn anew, and the frames while a case is carried over
the rows for some seconds. Headless Chromium draws 60 frames a second at most; a frame over 50 ms is felt.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house

WAITING = 100
SECONDS = 4  # of carrying
DRAWN, FRAME = 400, 50  # milliseconds

WATCH = """() => {
  window.benchFrames = [];
  let last = performance.now();
  const frame = (at) => {
    window.benchFrames.push(at - last);
    last = at;
    if (window.benchRuns) requestAnimationFrame(frame);
  };
  window.benchRuns = true;
  requestAnimationFrame((at) => { last = at; requestAnimationFrame(frame); });
}"""
ANEW = """async () => {
  const answer = await fetch(document.getElementById("plan").dataset.address, { headers: { "HX-Request": "true" } });
  const html = await answer.text();
  const began = performance.now();
  const after = (ready) => () => requestAnimationFrame(() => setTimeout(ready));
  const done = new Promise((ready) => document.addEventListener("htmx:load", after(ready), { once: true }));
  const plan = document.getElementById("plan");
  htmx.trigger(document, "htmx:beforeSwap", { target: plan });
  htmx.swap(plan, html, { swapStyle: "outerHTML", settleDelay: 0, swapDelay: 0 });
  await done;
  return [performance.now() - began, html.length];
}"""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=60)
    asked.add_argument("--visits", type=int, default=500)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(house.environment(Path(folder)))
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        house.ready()
        node, person, day = _day(told.people, told.visits)
        print(f"{told.people} technicians, {told.visits} visits, {WAITING} cases that wait")
        _page(node, person, day)
        with _served() as address:
            return 0 if _measured(address, node, person, day) else 1


def _day(people: int, visits: int) -> tuple[Any, Any, str]:
    from django.utils.timezone import localdate, localtime

    from bihuan.ground.worktime import clock
    from bihuan.registers.access.roles import Role
    from bihuan.registers.customers.models import Place
    from bihuan.registers.staff.models import Busy
    from bihuan.service.cases.models import Case
    from bihuan.service.dispatch.models import Assignment, Visit
    from bihuan.service.dispatch.slots import slots_on
    from tests.makers import a_case, a_technician, company

    made, now = company(), clock.now()
    crew = [a_technician(made.own) for _ in range(people - len(made.technicians))] + made.technicians
    day = localdate(now) + timedelta(days=1)
    zone = localtime(now).tzinfo
    assert zone is not None
    slots = slots_on(day, zone)
    cases = [a_case(made, now=now, words="冰箱漏水了") for _ in range(visits + WAITING)]
    for at, case in enumerate(cases):
        Place.objects.filter(id=case.place_id).update(
            latitude=30.2 + at * 37 % 100 / 500, longitude=120.0 + at * 61 % 100 / 400
        )
    Case.objects.update(node=made.own, stands_at="to_assign")
    Case.objects.filter(id__in=[case.id for case in cases[:visits]]).update(stands_at="booked")
    for at, case in enumerate(cases[:visits]):
        technician, turn = crew[at % people], at // people
        arrives = slots[0].begins + timedelta(minutes=80 * turn)
        slot = next(one for one in reversed(slots) if one.begins <= arrives)
        Assignment.objects.create(
            case=case, technician=technician, state=Assignment.ACCEPTED, made_at=now, answer_by=now
        )
        visit = Visit.objects.create(
            case=case,
            number=1,
            technician=technician,
            state=Visit.BOOKED,
            slot_from=slot.begins,
            slot_until=slot.ends,
            made_at=now,
        )
        begins, ends = arrives - timedelta(minutes=15), arrives + timedelta(minutes=60)
        Busy.objects.create(
            technician=technician,
            why=Busy.VISIT,
            subject_id=visit.id,
            begins=int(begins.timestamp()),
            ends=int(ends.timestamp()),
        )
    return made.own, made.people[Role.SERVICE_POINT_DISPATCHER], day.isoformat()


def _page(node: Any, person: Any, day: str) -> None:
    """Statements and time of the page as the server makes it."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    address = f"/dispatch/plan/{node.id}?day={day}"
    assert client.get(address).status_code == 200
    times = [house.timed(lambda: client.get(address)) for _ in range(10)]
    asked = house.statements(lambda: client.get(address))
    print(f"page: {asked} statements, median {sorted(times)[5]:.0f} ms, reference {house.reference():.0f} ms")


@contextmanager
def _served() -> Iterator[str]:
    from bihuan.management.commands.serve import commands

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = commands("127.0.0.1", port)["web"]
    web = subprocess.Popen(list(command), env={**os.environ, "PORT": str(port)}, start_new_session=True)
    address, opened = f"http://127.0.0.1:{port}", build_opener(ProxyHandler({})).open
    try:
        for _ in range(300):
            try:
                opened(f"{address}/look/language", timeout=5).close()
                break
            except URLError as fault:
                if hasattr(fault, "code"):
                    break
                time.sleep(0.2)
        yield address
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()


def _measured(address: str, node: Any, person: Any, day: str) -> bool:
    from playwright.sync_api import sync_playwright

    from tests.served import cookie_of

    cookie: Any = cookie_of(person, address)
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.context.add_cookies([cookie])
        page.goto(f"{address}/dispatch/plan/{node.id}?day={day}")
        page.locator("canvas").wait_for()
        nodes = page.evaluate("document.querySelectorAll('#plan *').length")
        drawn, length = zip(*(page.evaluate(ANEW) for _ in range(5)), strict=True)
        print(f"page in the browser: {nodes} elements, {length[0] // 1024} KB")
        quick = house.gate("drawn anew, ms, median of 5", sorted(drawn)[2], DRAWN)
        page.locator(".plan-item").first.hover()
        page.mouse.down()
        box = page.locator(".plan-scroll").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 200, box["y"] + 60)
        page.evaluate(WATCH)
        until, at = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            at += 1
            page.mouse.move(
                box["x"] + 200 + at * 7 % (box["width"] - 220), box["y"] + 40 + at * 5 % (box["height"] - 80)
            )
        frames = sorted(page.evaluate("() => { window.benchRuns = false; return window.benchFrames; }"))
        page.keyboard.press("Escape")
        chromium.close()
    print(f"carried for {SECONDS} s: {len(frames)} frames, median {frames[len(frames) // 2]:.1f} ms")
    calm = house.gate("95 % of frames, ms", house.p95(frames), FRAME)
    print(f"longest frame {frames[-1]:.1f} ms")
    return quick and calm


if __name__ == "__main__":
    sys.exit(main())
