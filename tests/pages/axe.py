"""What a browser test asks of a page: that axe finds nothing, and that a tour may keep its picture."""

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, without: list[str] | None = None) -> list[str]:
    """One sentence for each thing axe finds: rule, where, and why. Empty when the page is accessible.

    `without` leaves out parts of the page by CSS selector. Needs no exception from the CSP.
    """
    page.evaluate(AXE.read_text("utf-8"))
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    context: dict[str, Any] = {"exclude": [[each] for each in without or []]}
    script = "([context, options]) => axe.run(context.exclude.length ? context : document, options)"
    found = page.evaluate(script, [context, options])
    return [_sentence(rule["id"], node) for rule in found["violations"] for node in rule["nodes"]]


def _sentence(rule: str, node: dict[str, Any]) -> str:
    why = " ".join(str(node.get("failureSummary", "")).split())
    return f"{rule} at {' '.join(map(str, node['target']))}: {why} in {node['html'][:160]}"


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window; 0 means that nothing scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def shots(page: Page, name: str) -> list[Path]:
    """Keep the page as PNG when TOUR_DIR is set: desktop and phone, light and dark, in the language it is in.

    Leaves the window as it found it. Without TOUR_DIR it does nothing and costs nothing.
    """
    folder = os.environ.get("TOUR_DIR")
    if not folder:
        return []
    before = page.viewport_size
    was = page.evaluate("document.documentElement.dataset.bsTheme")
    language = page.evaluate("document.documentElement.lang")
    kept: list[Path] = []
    page.evaluate("window.scrollTo(0, 0)")
    for width, height in ((1440, 900), (360, 780)):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            page.wait_for_timeout(350)  # charts redraw, transitions end
            path = (
                Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.{language}.{width}.{theme}.png"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=True)
            kept.append(path)
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", was)
    if before:
        page.set_viewport_size(before)
    return kept
