"""What every shell needs to know: theme, language, where one may go, who is reading."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language

from bihuan.ground.worktime.clock import now
from bihuan.registers.organisation.naming import company_hotline, company_name
from bihuan.web.look.navigation import Link, address, links
from bihuan.web.look.reading import THEME_COOKIE, chosen_theme


@dataclass(frozen=True, slots=True)
class Language:
    """A language in its own name, as its readers look for it. `tag` is what `lang=` says."""

    code: str
    tag: str
    name: str


SPOKEN = (
    Language("zh-hans", "zh-Hans", "简体中文"),
    Language("zh-hant", "zh-Hant", "繁體中文"),
    Language("en", "en", "English"),
)


class Look:
    """Read lazily by the templates, so that a fragment pays for nothing it does not show."""

    languages = SPOKEN

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme(self) -> str:
        """What the reader chose: auto, light or dark."""
        return chosen_theme(self._request.COOKIES.get(THEME_COOKIE))

    @property
    def painted(self) -> str:
        """What the server can already paint; `auto` becomes dark only in the browser."""
        return "dark" if self.theme == "dark" else "light"

    @cached_property
    def language(self) -> Language:
        code = get_language() or "en"
        return next((spoken for spoken in SPOKEN if spoken.code == code), SPOKEN[-1])

    @cached_property
    def viewer_name(self) -> str:
        person = getattr(self._request, "user", None)
        if person is None or not person.is_authenticated:
            return ""
        return str(getattr(person, "name", "") or person.get_username())

    @cached_property
    def roles(self) -> frozenset[str]:
        return roles_of(self._request)

    @cached_property
    def navigation(self) -> list[Link]:
        return links(self.roles, self._request.path)

    @cached_property
    def pastes(self) -> str:
        """Where pasted messages go, for those who take reports; empty for others."""
        return address("agents:paste") if self.roles & {"agent", "supervisor"} else ""

    @cached_property
    def hotline_strip(self) -> str:
        """Where the hotline's strip is asked for, for those who take calls; empty for others."""
        takes = self.roles & {"agent", "supervisor", "callback_agent"}
        return address("agents:hotline") if takes else ""

    @cached_property
    def bottom(self) -> list[Link]:
        return links(self.roles, self._request.path, place="bottom")

    @cached_property
    def company(self) -> str:
        return company_name()

    @cached_property
    def hotline(self) -> str:
        return company_hotline()

    @cached_property
    def urls(self) -> dict[str, str]:
        """Addresses of pages that may not be there yet; an empty string hides their link."""
        names = {
            "home": "home",
            "search": "agents:search",
            "manifest": "agents:manifest",
            "sign_in": "account_login",
            "sign_out": "account_logout",
            "security": "mfa_index",
            "commitments": "customers:commitments",
            "privacy": "customers:privacy",
            "report": "customers:report",
            "feedback": "customers:feedback",
            "ring_back": "customers:ring_back",
            "chat": "customers:chat",
            "track": "customers:lookup",
            "my": "customers:my",
            "technicians": "technicians:sign_in",
            "inbox": "me:inbox",
            "unread": "me:unread",
            "told": "me:told",
            "language": "look:language",
            "theme": "look:theme",
        }
        return {key: address(name) for key, name in names.items()}


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The reader's roles as plain words; nobody signed in has none."""
    viewer = getattr(request, "viewer", None) or getattr(request, "user", None)
    roles: Collection[Any] = getattr(viewer, "roles", None) or ()
    return frozenset(str(getattr(role, "value", role)) for role in roles)


def look(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `look` (see Look) and `now`, the one instant of this request."""
    return {"look": Look(request), "now": getattr(request, "now", None) or now()}
