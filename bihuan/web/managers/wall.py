"""主管看板: the trade's figures of today against yesterday and last week, then what is late, then how it goes."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.improvement.queries import Compared, Trends, figures_now, late_cases, trends
from bihuan.service.improvement.rules import AGES
from bihuan.service.improvement.words import DEFINITIONS, TITLES
from bihuan.web.look.charts import Chart, Series
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.managers.case_lines import lines
from bihuan.web.managers.filters import chosen

FIRST = ("opened", "done", "broken", "chased", "complaints")
GOOD = {"done": "up", "opened": ""}
ICONS = {
    "opened": "inbox",
    "done": "circle-check",
    "broken": "alert-octagon",
    "chased": "repeat",
    "complaints": "message-exclamation",
}
TELLING = 5  # fewer decided promises make no headline


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure as the page shows it."""

    label: str
    figure: int | str
    definition: str
    url: str = ""
    yesterday: int | None = None
    last_week: int | None = None
    good: str = "down"
    unit: str = ""
    icon: str = ""


@staff_page("figures.read")
def wall(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The whole wall: at most a dozen statements, however much work there is."""
    now = moment(request)
    scope, filters = chosen(request, viewer)
    figures, held = figures_now(scope, now=now), trends(scope, now=now)
    late = [(case, case.next_due_at) for case in late_cases(scope, now=now)]
    context = {
        "filters": filters,
        "today": [_tile(name, figures[name], filters.query) for name in FIRST],
        "unfinished": [_tile(age, figures[age], filters.query) for age, *_rest in AGES],
        "month": _month(held, filters.query),
        "late": lines(late, now=now),
        "charts": _charts(figures, held, now),
    }
    return render(request, "managers/wall.html", context)


def _tile(name: str, compared: Compared, query: str) -> Tile:
    return Tile(
        label=str(TITLES[name]),
        figure=compared.today,
        yesterday=compared.yesterday,
        last_week=compared.last_week,
        definition=str(DEFINITIONS[name]),
        url=f"{reverse('managers:rows')}?figure={name}" + (f"&{query}" if query else ""),
        good=GOOD.get(name, "down"),
        icon=ICONS.get(name, "clock"),
    )


def _month(held: Trends, query: str) -> list[Tile]:
    """Promises kept, satisfaction and phone solutions of the last thirty days, each with its number."""
    promises, scores = held.all_promises(), held.satisfaction()
    overall = scores.means.get("overall")
    numbers = {"answered": scores.answered, "asked": scores.asked, "response": _percent(scores.response)}
    return [
        Tile(
            label=str(TITLES["kept"]),
            figure=_percent(promises.rate),
            unit=f"n = {promises.decided}",
            definition=str(DEFINITIONS["kept"]),
            url=reverse("managers:kept") + (f"?{query}" if query else ""),
            icon="target",
        ),
        Tile(
            label=str(TITLES["satisfaction"]),
            figure=_percent(scores.top_two),
            unit=_("%(answered)s of %(asked)s answered (%(response)s)") % numbers,
            definition=str(DEFINITIONS["satisfaction"]),
            icon="mood-smile",
        ),
        Tile(
            label=_("Mean score"),
            figure="–" if overall is None else f"{overall:.2f}",
            unit=f"n = {scores.answered}",
            definition=_("Mean of the overall rating, 1 to 5 points, last 30 days."),
            icon="star",
        ),
        Tile(
            label=str(TITLES["remote"]),
            figure=_percent(held.by_phone()),
            unit=f"n = {held.total('done')}",
            definition=str(DEFINITIONS["remote"]),
            icon="phone-check",
        ),
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}%"


def _charts(figures: dict[str, Compared], held: Trends, now: datetime) -> list[tuple[str, Chart]]:
    return [
        ("open-by-age", _by_age(figures)),
        ("in-and-out", _in_and_out(held)),
        ("promises-kept", _promises(held)),
        ("satisfaction", _scores(held)),
    ]


def _by_age(figures: dict[str, Compared]) -> Chart:
    total, old = figures["unfinished"].today, figures["over_72"].today
    says = ngettext(
        "%(total)s case is not done; older than 72 hours: %(old)s.",
        "%(total)s cases are not done; older than 72 hours: %(old)s.",
        total,
    ) % {"total": total, "old": old}
    names = ["≤ 24 h", "24–48 h", "48–72 h", "> 72 h"]
    counts = [figures[age].today for age, *_rest in AGES]
    return Chart(says=says, kind="bar", labels=names, series=[Series(str(TITLES["unfinished"]), counts)])


def _in_and_out(held: Trends) -> Chart:
    opened, done = held.total("opened"), held.total("done")
    says = _("In the last 30 days %(opened)s cases came in and the work of %(done)s was done.")
    return Chart(
        says=says % {"opened": opened, "done": done},
        kind="line",
        labels=[f"{day:%m-%d}" for day in held.days],
        series=[Series(_("Came in"), held.line("opened")), Series(_("Done"), held.line("done"))],
    )


def _promises(held: Trends) -> Chart:
    rows = held.promises()
    titles = _titles()
    worst = next((one for one in rows if one.rate is not None and one.decided >= TELLING), None)
    if worst is None:
        says = _("Too few promises were decided in the last 30 days to say which is kept least.")
    else:
        facts = {
            "clause": titles.get(worst.about, worst.about),
            "rate": _percent(worst.rate),
            "n": worst.decided,
        }
        says = _("Kept least in the last 30 days: %(clause)s, %(rate)s of %(n)s.") % facts
    labels = [f"{titles.get(one.about, one.about)} (n={one.decided})" for one in rows]
    return Chart(
        says=says, kind="bar", unit="%", labels=labels, series=[Series(_("Kept"), [one.rate for one in rows])]
    )


def _titles() -> dict[str, str]:
    """What a clause is about → its name in the reader's language; the plain clause before its variants."""
    found: dict[str, str] = {}
    for clause in commitments_in_force().base().clauses:
        found.setdefault(clause.metric, said(clause.title))
    return found


def _scores(held: Trends) -> Chart:
    """Weekly, for a day has too few answers to say anything."""
    labels, means = [], []
    days = held.days
    for start in range(len(days) % 7, len(days), 7):
        week = days[start : start + 7]
        answered = sum(held.by_day.get("answered", {}).get(day, 0) for day in week)
        points = sum(held.by_day.get("points:overall", {}).get(day, 0) for day in week)
        labels.append(f"{week[0]:%m-%d}–{week[-1]:%m-%d}")
        means.append(round(points / answered, 2) if answered else None)
    scores = held.satisfaction()
    facts = {"answered": scores.answered, "asked": scores.asked}
    says = _("Mean overall score week by week; %(answered)s of %(asked)s customers answered.") % facts
    return Chart(says=says, kind="line", labels=labels, series=[Series(_("Mean score"), means)])
