"""What stands in the sidebar and the bottom bar, for which roles. An entry without a page yet is left out."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the shell. `roles` empty means everyone who is signed in; `place` is `side` or `bottom`."""

    label: str | Promise
    url_name: str
    icon: str
    roles: frozenset[str] = frozenset()
    place: str = "side"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with its address, and whether the reader stands on it."""

    label: str
    url: str
    icon: str
    here: bool


def _entry(label: str | Promise, url_name: str, icon: str, *roles: str, place: str = "side") -> Entry:
    return Entry(label, url_name, icon, frozenset(roles), place)


_DESK = ("agent", "callback_agent", "supervisor", "department_owner", "quality_inspector")
_SUPPORT = ("department_owner", "quality_inspector", "supervisor")
_DISPATCH = ("dispatcher", "supervisor")
_POINT = ("service_point_owner", "service_point_dispatcher")
_READERS = ("parts_keeper", "approver", "settlement_clerk")
_LEADS = ("supervisor", "manager", "analyst", "department_owner")

NAVIGATION: tuple[Entry, ...] = (
    _entry(_("To do"), "todo:todo", "list-check"),
    _entry(_("My desk"), "agents:desk", "headset", *_DESK),
    _entry(_("Hotline"), "agents:calls", "headset", "agent", "callback_agent", "supervisor"),
    _entry(_("To ring back"), "agents:ring_backs", "phone-outgoing", "agent", "callback_agent", "supervisor"),
    _entry(_("Chats"), "agents:chats", "message-2", "agent", "supervisor"),
    _entry(_("New report"), "agents:report", "phone-plus", "agent", "supervisor"),
    _entry(_("Store desk"), "agents:store", "building-store", "agent", "supervisor"),
    _entry(_("Paste"), "agents:paste", "clipboard-text", "agent", "supervisor"),
    _entry(_("Unread messages"), "agents:messages", "inbox", "agent", "supervisor", "manager"),
    _entry(_("Cases"), "agents:cases", "list-details", *_DESK, *_LEADS, *_READERS, "dispatcher"),
    _entry(
        _("Tables and forms"), "agents:tables", "file-spreadsheet", *_DESK, *_LEADS, *_POINT, "dispatcher"
    ),
    _entry(_("Orders of platforms"), "agents:orders", "truck", *_DESK, *_LEADS, *_POINT, "dispatcher"),
    _entry(_("Social networks"), "agents:social", "message", "agent", "supervisor", "manager"),
    _entry(_("Callbacks"), "agents:callbacks", "phone-calling", "callback_agent", "supervisor"),
    _entry(_("Technical support"), "agents:consultations", "help", *_SUPPORT),
    _entry(_("Complaints"), "agents:complaints", "message-exclamation", "agent", "approver", *_LEADS),
    _entry(_("Customers"), "agents:customers", "users", *_DESK),
    _entry(_("Dispatch board"), "dispatchers:board", "layout-kanban", *_DISPATCH),
    _entry(_("Plan of the day"), "dispatchers:plan_nodes", "map-2", *_DISPATCH, *_POINT),
    _entry(_("Service point desk"), "dispatchers:service_point", "building-store", *_POINT),
    _entry(_("Leave and stand-ins"), "dispatchers:leave", "beach", "dispatcher", *_POINT),
    _entry(_("Visits against a rule"), "dispatchers:conflicts", "alert-triangle", "dispatcher", *_POINT),
    _entry(_("Visits that will be late"), "dispatchers:late", "clock", "dispatcher", *_POINT),
    _entry(_("Where technicians were"), "dispatchers:positions", "map-pin", "dispatcher", *_POINT),
    _entry(_("Shares of the work"), "dispatchers:shares", "chart-bar", "manager", *_DISPATCH, *_POINT),
    _entry(_("Capacity"), "dispatchers:capacity", "calendar", "manager", *_DISPATCH, *_POINT),
    _entry(
        _("Promises"),
        "managers:promises",
        "alert-triangle",
        "department_owner",
        "manager",
        *_DISPATCH,
        *_POINT,
    ),
    _entry(_("Manager's wall"), "managers:wall", "chart-bar", *_LEADS),
    _entry(_("Day board"), "managers:day", "device-tv", *_LEADS, "service_point_owner"),
    _entry(_("Improvement"), "managers:improvement", "refresh", *_LEADS),
    _entry(_("Doctor"), "managers:doctor", "list-check", "manager", "administrator"),
    _entry(_("Operations"), "managers:operations", "activity-heartbeat", "manager", "administrator"),
    _entry(_("Daily closing"), "managers:closing", "checks", "supervisor", "manager", "administrator"),
    _entry(_("Rules of sorting"), "managers:sorting", "filter", "supervisor", "manager", "administrator"),
    _entry(_("Backups"), "managers:backups", "download", "manager", "administrator"),
    _entry(_("Outbox"), "managers:outbox", "mail-forward", "supervisor", "manager", "administrator"),
    _entry(_("Hotline figures"), "managers:hotline", "gauge", *_LEADS),
    _entry(_("Chat figures"), "managers:chats", "message-2", *_LEADS),
    _entry(_("Choices past the best"), "managers:overrides", "route", *_LEADS),
    _entry(_("Online services"), "managers:online", "device-mobile", *_LEADS),
    _entry(
        _("Posters and codes"),
        "managers:posters",
        "qrcode",
        "agent",
        "supervisor",
        "manager",
        "administrator",
        *_POINT,
    ),
    _entry(_("Process cards"), "managers:cards", "route", *_LEADS, "administrator"),
    _entry(_("Commitment profiles"), "managers:profiles", "checks", *_LEADS, "administrator"),
    _entry(_("Settings"), "managers:settings", "settings", "administrator"),
    _entry(_("My jobs today"), "technicians:today", "calendar-event", "technician"),
    _entry(_("Today"), "technicians:today", "calendar-event", "technician", place="bottom"),
    _entry(_("Coming days"), "technicians:coming", "calendar-week", "technician", place="bottom"),
    _entry(_("My van"), "technicians:van", "truck", "technician", place="bottom"),
    _entry(_("Me"), "technicians:me", "user", "technician", place="bottom"),
)


def links(roles: Collection[str], path: str, *, place: str = "side") -> list[Link]:
    """The entries open to these roles at this place, in order; the longest matching address is `here`."""
    wanted = set(roles)
    open_to = [e for e in NAVIGATION if e.place == place and (not e.roles or e.roles & wanted)]
    found = [(entry, url) for entry in open_to if (url := address(entry.url_name))]
    here = max((url for _, url in found if _under(path, url)), key=len, default="")
    return [Link(str(entry.label), url, entry.icon, url == here) for entry, url in found]


def _under(path: str, url: str) -> bool:
    return path == url or path.startswith(url if url.endswith("/") else url + "/")


def address(url_name: str) -> str:
    """The address of a page by its name, or an empty string while there is no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
