"""Hostile words through every channel, and every page that shows them opened in a real browser.

`python bench/xss.py [--together N] [--most N] [--ways fm,ma] [--part N]` founds a house on SQLite, sends the corpus of
`bench/hostile/payloads.py` by every channel at its own door, lets the worker's reactions run, then opens lists, single
pages, customers' and technicians' pages and papers in Chromium, and reads the files that lists are saved as. One table
says how many payloads of each channel stood as words on each surface; a line says how many pages were looked at, how
often something ran, was drawn as markup, or was stopped by the content policy alone. All of these must be 0.

What many pages would show the same way is opened for some of them (`--most` of a sort, spread over all), since each
look takes a third of a second; lists are opened to their last page. `--together` payloads are said in one message.
"""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bench.hostile.payloads import Payload, corpus

REFLECTED = "rf"


@dataclass
class Sheet:
    """What was seen, surface by surface."""

    looks: Counter[str] = field(default_factory=Counter)
    shown: dict[str, dict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)  # pages that refused who looked

    def note(self, surface: str, seen: Any) -> None:
        self.looks[surface] += 1
        for way, numbers in seen.shown.items():
            self.shown[surface][way] |= numbers
        for sort, said in (("ran", seen.ran), ("policy", seen.policy), ("markup", seen.markup)):
            self.counts[sort] += len(said)
            for one in said:
                self.blame(f"{surface} {sort}: {one}", seen.path)
        if 400 <= seen.status < 500:
            self.closed[surface] += 1
        if seen.status >= 500:
            self.counts["broken"] += 1
            self.blame(f"{surface} answered {seen.status}", seen.path)

    def blame(self, what: str, where: str) -> None:
        if len(self.wrong[what]) < 3:
            self.wrong[what].append(where)


def send(
    here: Any, payloads: Sequence[Payload], ways: Sequence[str], *, together: int
) -> dict[str, Counter[str]]:
    """Every payload by every way. What is refused in company is sent once more alone."""
    from bench.hostile.channels import CHANNELS, ROOM
    from bench.hostile.house import mouthfuls

    told: dict[str, Counter[str]] = {}
    for way in ways:
        name, carry = CHANNELS[way]
        began, counts = time.monotonic(), Counter[str]()
        for mouth in mouthfuls(way, payloads, together=min(together, ROOM.get(way, together))):
            if _carried(here, carry, mouth, counts):
                counts["taken"] += len(mouth.payloads)
                continue
            for at, alone in enumerate(mouth.payloads):
                single = type(mouth)(
                    way=way, at=mouth.at * 100 + at + 5000, payloads=(alone,), short=mouth.short
                )
                counts["taken" if _carried(here, carry, single, counts) else "refused"] += 1
        told[name] = counts
        say("sent", way=name, seconds=round(time.monotonic() - began, 1), **counts)
    return told


def _carried(here: Any, carry: Any, mouth: Any, counts: Counter[str]) -> bool:
    try:
        return bool(carry(here, mouth))
    except Exception as fault:
        counts["accidents"] += 1
        print(f"{mouth.way} {mouth.at}: {type(fault).__name__}: {str(fault)[:200]}", file=sys.stderr)
        return False


def settle() -> int:
    """Let the reactions run until none waits. How many have trouble."""
    from bihuan.ground.journal.models import Reaction
    from bihuan.ground.journal.reactions import carry_out
    from bihuan.ground.worktime import clock

    for _ in range(12):
        waiting = list(Reaction.objects.filter(state=Reaction.WAITING, trouble="").order_by("id"))
        if not waiting:
            break
        for one in waiting:
            carry_out(one.id, now=clock.now())
    troubled = Reaction.objects.exclude(trouble="")
    for one in troubled[:5]:
        print(one.trouble[-600:], file=sys.stderr)
    return int(troubled.count())


def looker_of(browser: Any, address: str, here: Any, who: str) -> Any:
    from bench.hostile.browser import Looker
    from bihuan.registers.access.roles import Role
    from tests.served import cookie_of

    cookies = [] if who == "visitor" else [cookie_of(here.made.people[Role(who)], address)]
    return Looker(browser, address, cookies)


def look(browser: Any, address: str, here: Any, surfaces: Iterable[Any], sheet: Sheet, *, pages: int) -> None:
    """Open every page of these surfaces; of one list so many at most."""
    from playwright.sync_api import Error

    lookers: dict[str, Any] = {}
    for surface in surfaces:
        began, waiting = time.monotonic(), list(surface.paths)
        done: set[str] = set()
        while waiting and len(done) < max(pages, len(surface.paths)):
            path = waiting.pop(0)
            done.add(path)
            looker = lookers.get(surface.who) or looker_of(browser, address, here, surface.who)
            lookers[surface.who] = looker
            try:
                seen = looker.look(path, press=surface.press)
            except Error as fault:
                sheet.counts["unseen"] += 1
                sheet.blame(f"{surface.name} could not be opened: {str(fault)[:120]}", path)
                looker.close()
                del lookers[surface.who]
                continue
            sheet.note(surface.name, seen)
            if surface.paged:
                waiting += [each for each in seen.onward if each not in done]
        say("looked", at=surface.name, pages=len(done), seconds=round(time.monotonic() - began, 1))
    for one in lookers.values():
        one.close()


def read_files(here: Any, sheet: Sheet) -> None:
    """Lists as files: no cell is a formula, whoever wrote its words."""
    from bench.hostile.house import client
    from bench.hostile.surfaces import ASKED_FILES, FILES
    from bihuan.registers.access.roles import Role

    wanted = [f"{path}.{ending}" for path in FILES for ending in ("csv", "xlsx")]
    wanted += [
        f"{path}{'&' if '?' in path else '?'}format={ending}"
        for path in ASKED_FILES
        for ending in ("csv", "xlsx")
    ]
    for path in wanted:
        answer = client(here.made.people[Role.SUPERVISOR]).get(path)
        if answer.status_code != 200:
            sheet.blame(f"file answered {answer.status_code}", path)
            continue
        if "html" in answer["Content-Type"]:
            continue  # this list is kept as no file
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        formulas, texts = in_csv(raw) if "csv" in answer["Content-Type"] else in_xlsx(raw)
        from bench.hostile.browser import Seen, shown_in

        sheet.note("files", Seen(path=path, shown=shown_in(texts), markup=tuple(formulas)))


def in_csv(raw: bytes) -> tuple[list[str], str]:
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    risky = [cell for cell in cells if is_formula(cell)]
    return [f"formula {cell[:60]!r}" for cell in risky], "\n".join(cells)


def is_formula(cell: str) -> bool:
    """As spreadsheets see it: full-width signs count as their narrow twins, white space before them is skipped."""
    begins = cell.lstrip(" \u3000\u200b\ufeff")[:1] or cell[:1]
    number = cell.lstrip("-+").replace(".", "", 1).replace("%", "").isdigit()
    return begins in set("=+-@＝＋－＠\t\r\n") and not number


def in_xlsx(raw: bytes) -> tuple[list[str], str]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(raw))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    formulas = [f"formula {str(cell.value)[:60]!r}" for cell in cells if cell.data_type == "f"]
    links = [f"link {cell.hyperlink.target}" for cell in cells if cell.hyperlink is not None]
    return formulas + links, "\n".join(str(cell.value) for cell in cells)


def table(sheet: Sheet, ways: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for surface in sheet.looks:
        row: dict[str, Any] = {
            "surface": surface,
            "pages": sheet.looks[surface],
            "4xx": sheet.closed[surface],
        }
        row |= {way: len(sheet.shown[surface].get(way, ())) for way in (*ways, REFLECTED)}
        rows.append(row)
    return rows


def say(event: str, **told: Any) -> None:
    print(json.dumps({"bench": "xss", event: told}, ensure_ascii=False), flush=True)


def trial(arguments: argparse.Namespace) -> int:
    """Send, settle, look; Django is ready on this house's database. 0 when nothing was found."""
    from bench.hostile.channels import CHANNELS
    from bench.hostile.house import found_house, hand_out
    from bench.hostile.surfaces import details, lists, reflected
    from bihuan.ground.worktime import clock
    from bihuan.management.commands.clock import run_sweeps

    payloads = corpus()[:: arguments.part]
    ways = arguments.ways.split(",") if arguments.ways else list(CHANNELS)
    here = found_house(clock.now())
    clock.set_offset(timedelta(days=2))
    say("corpus", payloads=len(payloads), sorts=len({one.sort for one in payloads}), channels=len(ways))
    sent = send(here, payloads, ways, together=arguments.together)
    began = time.monotonic()
    troubled = settle()
    run_sweeps()
    troubled += settle()
    given = hand_out(here, most=arguments.most, now=clock.now())
    troubled += settle()
    say("settled", given=given, seconds=round(time.monotonic() - began, 1), troubled=troubled)
    sheet = Sheet()
    with served() as address, a_browser() as browser:
        asked = () if arguments.ways else reflected(REFLECTED, payloads[:: arguments.asked])
        for surfaces in (asked, lists(), details(arguments.most)):
            look(browser, address, here, surfaces, sheet, pages=arguments.pages)
    read_files(here, sheet)
    return verdict(sheet, sent, ways, troubled)


def served() -> Any:
    from bench.api_fuzz import a_server

    return a_server(os.environ)


def a_browser() -> Any:
    from contextlib import contextmanager

    from playwright.sync_api import sync_playwright

    @contextmanager
    def open_one() -> Any:
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            yield browser
            browser.close()

    return open_one()


def verdict(sheet: Sheet, sent: dict[str, Counter[str]], ways: Sequence[str], troubled: int) -> int:
    from bench.hostile.channels import CHANNELS

    print("columns:", ", ".join(f"{way} {CHANNELS[way][0]}" for way in ways), f"{REFLECTED} asked of a page")
    house.table(table(sheet, ways))
    for what, where in sorted(sheet.wrong.items()):
        print(f"found: {what}  e.g. {where[0][:160]}")
    told = {
        "pages": sum(sheet.looks.values()),
        "sent": sum(one["taken"] + one["refused"] for one in sent.values()),
        "refused": sum(one["refused"] for one in sent.values()),
        "accidents": sum(one["accidents"] for one in sent.values()),
        "troubled": troubled,
        "shown": sum(len(each) for ways in sheet.shown.values() for each in ways.values()),
    }
    gates = {name: sheet.counts[name] for name in ("ran", "policy", "markup", "broken", "unseen")}
    say("verdict", **told, **gates)
    kept = [house.gate(name, count, 0) for name, count in (gates | {"troubled": troubled}).items()]
    return 0 if all(kept) else 1


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--together", type=int, default=4, help="payloads in one message")
    asked.add_argument("--most", type=int, default=120, help="pages of one sort that are opened")
    asked.add_argument("--pages", type=int, default=80, help="pages of one list that are opened")
    asked.add_argument("--asked", type=int, default=1, help="every n-th payload only is asked of a page")
    asked.add_argument("--part", type=int, default=1, help="every n-th payload only")
    asked.add_argument("--ways", default="", help="only these channels, by their two letters")
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = asked.parse_args()
    if arguments.child:
        house.ready()
        return trial(arguments)
    with house.scratch() as folder:
        env = house.environment(Path(folder)) | {
            "BIHUAN_CLOCK": str(Path(folder) / "clock"),
            "BIHUAN_CHAT_CALENDAR": "24x7",
            "BIHUAN_PROBES": "0",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        command = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--child"]
        return subprocess.run(command, env=env, cwd=house.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
