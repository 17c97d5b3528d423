"""Addresses that exist only in tests: each shell of the look, filled with every part it offers."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import translation

from bihuan.ground.worktime.clock import now
from bihuan.web.look import errors
from bihuan.web.look.charts import Chart, Series
from bihuan.web.look.forms import TidyForm

STAFF = ("agent", "supervisor", "dispatcher", "manager", "administrator")


def said(english: str, chinese: str) -> str:
    """Sample content in the language of the page."""
    return chinese if translation.get_language() == "zh-hans" else english


class ReportForm(TidyForm):
    words = forms.CharField(widget=forms.Textarea)
    phone = forms.CharField(help_text="11")
    bought = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    wish = forms.ChoiceField(choices=[("repair", "维修"), ("replace", "换货"), ("refund", "退货")])
    score = forms.ChoiceField(choices=[(str(n), str(n)) for n in range(1, 6)], widget=forms.RadioSelect)
    consent = forms.BooleanField()


def part(name: str) -> str:
    """The sample page for a shell; lives in tests/pages/shells."""
    return (Path(__file__).parent / "shells" / f"{name}.html").read_text("utf-8")


def show(request: HttpRequest, name: str) -> HttpResponse:
    roles = ("technician",) if name == "technician" else STAFF
    if name not in {"customer", "plain"}:
        person = SimpleNamespace(
            is_authenticated=True, name="王芳", roles=roles, language="", is_anonymous=False
        )
        setattr(request, "user", person)  # noqa: B010
    if name != "print":
        messages.success(request, said("The case was assigned.", "已派给网点。"))
    text = engines["django"].from_string(part(name)).render(sample(), request)
    return HttpResponse(text)


def sample() -> dict[str, Any]:
    chips = [
        ("AF20261123017", "broken", said("20 min late", "已超时 20 分")),
        ("AF20261123016", "at_risk", said("12 min left", "还剩 12 分")),
        ("AF20261123015", "running", said("1 h 20 min left", "还剩 1 小时 20 分")),
        ("AF20261123014", "kept", said("kept", "按时")),
        ("AF20261123013", "resting", said("waiting for a part", "等配件")),
    ]
    english = ["Accept", "Assign", "Book", "Visit", "On site", "Done", "Closed"]
    names = said(
        " ".join(english).replace("On site", "Working"), "待接单 待派工 待预约 待上门 服务中 完工 已结案"
    ).split()
    states = ["done", "done", "current", *["next"] * 4]
    days = [str(day) for day in range(1, 11)]
    return {
        "number": "AF20261123017",
        "kind": said("Repair", "维修工单"),
        "fault": said("The fridge stopped cooling", "冰箱突然不制冷了，冷藏室有水"),
        "left": said("12 min left", "首次联系 还剩 12 分"),
        "call": said("Call", "打电话"),
        "assign": said("Assign", "派单"),
        "stages": [{"name": name, "state": state} for name, state in zip(names, states, strict=True)],
        "tiles": [
            (said("New today", "今日进单"), 15, "down"),
            (said("Done today", "今日完工"), 9, "up"),
            (said("Late", "超时"), 12, "down"),
            (said("Chased", "催单"), 3, "down"),
        ],
        "rows": chips,
        "bars": Chart(
            said("Fewer cases came in than were done.", "本周完工多于进单。"),
            days,
            [Series(said("In", "进单"), range(3, 13)), Series(said("Done", "完工"), range(12, 2, -1))],
        ),
        "share": Chart(
            said("Most are fridges.", "冰箱最多。"), ["A", "B"], [Series("n", [7, 3])], kind="ring"
        ),
        "form": ReportForm({"words": "", "phone": "12", "wish": "repair"}, prefix="f"),
        "page": SimpleNamespace(previous="a", next="b"),
        "colours": [
            "blue",
            "green",
            "yellow",
            "red",
            "orange",
            "secondary",
            "azure",
            "purple",
            "primary",
            "teal",
        ],
        "levels": ["urgent", "high", "normal", "low"],
        "soon": now() + timedelta(hours=2),
    }


def part_of_a_page(request: HttpRequest) -> HttpResponse:
    source = "{% load look %}{% chart bars name='swapped' %}"
    return HttpResponse(engines["django"].from_string(source).render(sample(), request))


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def broken(request: HttpRequest) -> HttpResponse:
    return errors.server_error(request)


def refused(request: HttpRequest) -> HttpResponse:
    return errors.refused(
        request, "Case 17 cannot be closed: it still needs the signature.", back="/show/plain"
    )


def some(names: str, app: str) -> tuple[list[Any], str]:
    return [path(f"{app}/{name}", missing, name=name) for name in names.split()], app


urlpatterns = [
    path("show/<str:name>", show, name="show"),
    path("broken", broken),
    path("refused", refused),
    path("part", part_of_a_page),
    path("look/", include("bihuan.web.look.urls")),
    path("", include(some("desk report cases callbacks complaints customers search", "agents"))),
    path("", include(some("board service_point", "dispatchers"))),
    path("", include(some("wall operations outbox cards settings", "managers"))),
    path("", include(some("today coming van me", "technicians"))),
    path("", include(some("commitments privacy", "customers"))),
]
handler404 = "bihuan.web.look.errors.not_found"
handler500 = "bihuan.web.look.errors.server_error"
