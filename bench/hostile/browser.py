"""Looking at a page as somebody's browser shows it, and asking what became of hostile words.

Words shown as words are what should be. Everything else is a finding: a script that ran, a dialog, a request that only
hostile words ask for, a report of the content policy, markup that was drawn from them, an expression that was worked
out, a header that they made.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MARK = re.compile(r"zq([a-z]{2})(\d{3})z")
WORKED_OUT = re.compile(r"zq[a-z]{2}\d{3}z=(?:13|42|7|36)\b")
SETTLES = 80  # milliseconds for what begins after loading

LISTENS = """
(() => {
  let home;
  try { home = window.top.__told = window.top.__told || []; } catch (fault) { home = []; }
  window.__xss = said => home.push(`ran ${said}`);
  document.addEventListener('securitypolicyviolation', event => home.push(
    `policy ${event.effectiveDirective} ${event.blockedURI} ${(event.sample || '').slice(0, 60)}`
  ));
})();
"""
LOOKS = r"""
() => {
  const found = [], hostile = /__xss|\/canary\/|evil\.invalid/, mark = /zq[a-z]{2}\d{3}z/;
  const acts = /^(on|x-|@|:|\.|hx-on|data-hx|hx-vals|hx-headers|hx-vars|hx-trigger|hx-ext|ng-|style$|srcdoc$)/i;
  const leads = /^(href|src|action|formaction|xlink:href|data|poster|background|srcset|ping|hx-get|hx-post|cite)$/i;
  const odd = /^(plaintext|base|object|embed|applet|marquee|xmp|listing|frameset|math|annotation-xml)$|xss|zq/;
  const texts = [], places = [document];
  while (places.length) {
    const root = places.pop();
    for (const one of root.querySelectorAll('*')) {
      if (one.content && one.localName === 'template') places.push(one.content);
      if (one.localName === 'script' && hostile.test(one.textContent) && one.type !== 'application/json')
        found.push(`script: ${one.textContent.slice(0, 80)}`);
      if (one.localName === 'style' && hostile.test(one.textContent)) found.push('style');
      if (one instanceof HTMLUnknownElement || odd.test(one.localName)) found.push(`element ${one.localName}`);
      if (one.localName === 'meta' && hostile.test(one.content)) found.push('meta');
      if ('value' in one && typeof one.value === 'string') texts.push(one.value);
      for (const each of one.attributes) {
        if (mark.test(each.name)) found.push(`attribute ${each.name}`);
        if (acts.test(each.name) && hostile.test(each.value)) found.push(`${each.name}=${each.value.slice(0, 80)}`);
        if (['id', 'name', 'class', 'for'].includes(each.name) && mark.test(each.value))
          found.push(`${each.name}=${each.value.slice(0, 80)}`);
        if (leads.test(each.name) && mark.test(each.value)) {
          let to = null;
          try { to = new URL(each.value, location.href); } catch (fault) { to = null; }
          const near = to && /^http/.test(to.protocol) && to.origin === location.origin;
          const calm = near && !to.pathname.startsWith('/canary/');
          const said = to && ['tel:', 'mailto:', 'sms:', 'geo:'].includes(to.protocol);  // schemes of our own
          const out = to && ['http:', 'https:'].includes(to.protocol) && one.localName === 'a'
            && /noopener|noreferrer/.test(one.rel) && to.hostname === 'x.example';
          if (!calm && !said && !out) found.push(`${one.localName} ${each.name}=${each.value.slice(0, 80)}`);
        }
        texts.push(each.value);
      }
    }
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const held = walk.currentNode;
      if (held.nodeType === Node.COMMENT_NODE && mark.test(held.data)) found.push('comment');
      if (held.nodeType === Node.TEXT_NODE) texts.push(held.data);
    }
  }
  return {found, told: window.__told || [], texts: texts.filter(text => mark.test(text)).join('\n')};
}
"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at one page. `shown`: way → numbers of the payloads that stand there as words."""

    path: str
    status: int = 0
    shown: dict[str, frozenset[int]] = field(default_factory=dict)
    ran: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.ran or self.policy or self.markup) and self.status < 500


def shown_in(texts: str) -> dict[str, frozenset[int]]:
    told: dict[str, set[int]] = {}
    for way, number in MARK.findall(texts):
        told.setdefault(way, set()).add(int(number))
    return {way: frozenset(numbers) for way, numbers in told.items()}


class Looker:
    """One person's browser. `address` is the house's own."""

    def __init__(self, browser: Any, address: str, cookies: Sequence[Any] = ()) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address, locale="zh-CN", viewport={"width": 1440, "height": 900}
        )
        self.context.add_init_script(LISTENS)
        self.context.add_cookies([{"name": "language", "value": "zh-hans", "url": address}, *cookies])
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.happened: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda fault: self.happened.append(f"fault {str(fault)[:100]}"))
        self.page.on("console", self._console)
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.context.on("page", lambda _page: self.happened.append("ran: a window was opened"))

    def _dialog(self, dialog: Any) -> None:
        self.happened.append(f"ran: dialog {dialog.message[:60]}")
        dialog.dismiss()

    def _console(self, said: Any) -> None:
        if "Content Security Policy" in said.text or "Content-Security-Policy" in said.text:
            self.happened.append(f"policy {said.text[:160]}")

    def _request(self, request: Any) -> None:
        to = urlsplit(request.url)
        here = urlsplit(self.address)
        foreign = to.scheme in {"http", "https", "ws", "wss"} and to.netloc != here.netloc
        if foreign or to.path.startswith("/canary/"):
            self.happened.append(f"ran: asked for {request.url[:100]}")

    def _response(self, response: Any) -> None:
        told = response.headers
        if "x-xss" in told or "zq" in told.get("set-cookie", "") or "bcc" in told:
            self.happened.append("ran: a header of its own")

    def look(self, path: str, *, press: str = "") -> Seen:
        """Open a page, unfold what is folded, and ask it. `press`: a button to press first, that leads to it."""
        self.happened.clear()
        answer = self.page.goto(path, wait_until="load")
        if press:
            self._press(press)
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        self.page.wait_for_timeout(SETTLES)
        told = self.page.evaluate(LOOKS)
        said = [*self.happened, *told["told"]]
        worked = [f"worked out {each}" for each in WORKED_OUT.findall(told["texts"])]
        return Seen(
            path=path,
            status=answer.status if answer else 0,
            shown=shown_in(told["texts"]),
            ran=tuple(one for one in said if one.startswith(("ran", "fault"))),
            policy=tuple(one for one in said if one.startswith("policy")),
            markup=tuple(dict.fromkeys([*told["found"], *worked])),
            onward=tuple(self._onward()),
        )

    def _press(self, press: str) -> None:
        """Press what is there to be pressed, and wait for where it leads."""
        from playwright.sync_api import Error

        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        if not self.page.locator(press).count():
            return
        with suppress(Error):  # what for, where a page asks that before it shows
            self.page.locator("input[name=purpose]").first.fill("核对", timeout=500)
        with suppress(Error), self.page.expect_navigation(wait_until="load", timeout=2_000):
            self.page.locator(press).first.click()

    def _onward(self) -> Iterable[str]:
        hrefs: list[str] = self.page.eval_on_selector_all(
            "a[href*='after=']", "all => all.filter(one => one.rel === 'next').map(one => one.href)"
        )
        return [href.removeprefix(self.address) for href in hrefs]

    def close(self) -> None:
        self.context.close()
