"""`{% load look %}`: the parts that pages are made of. How each is used stands in its docstring."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.forms.widgets import CheckboxInput
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bihuan.web.look import words
from bihuan.web.look.charts import Chart
from bihuan.web.look.forms import control, described_by

register = template.Library()

PROMISE_STATES = {
    "kept": ("circle-check", gettext_lazy("On time")),
    "running": ("clock", gettext_lazy("Running")),
    "at_risk": ("alert-triangle", gettext_lazy("At risk")),
    "broken": ("alert-octagon", gettext_lazy("Broken")),
    "resting": ("player-pause", gettext_lazy("Paused")),
    "void": ("x", gettext_lazy("Not asked for any more")),
}
URGENCIES = {
    "urgent": ("flame", gettext_lazy("Urgent")),
    "high": ("arrow-up", gettext_lazy("High")),
    "normal": ("minus", pgettext_lazy("urgency", "Medium")),
    "low": ("arrow-down", gettext_lazy("Low")),
}
STAGE_WORDS = {"done": gettext_lazy("done"), "current": gettext_lazy("now"), "next": gettext_lazy("to come")}


def _of(thing: Any, name: str, default: Any = "") -> Any:
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


def _plain(word: Any) -> str:
    return str(getattr(word, "value", word) or "")


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """An outline icon; with `label` it speaks for itself, without it is decoration. `size`: sm, lg."""
    worn = f"icon icon-{size}" if size else "icon"
    at = f"{static('built/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', worn, label, at
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"/></svg>', worn, at
    )


@register.simple_tag
def promise_chip(promise: Any = None, *, state: str = "", words: str = "") -> SafeString:
    """How a promise stands: an icon of its own shape, its state for screen readers, its words for all."""
    stands = _plain(state or _of(promise, "state")).lower().replace("-", "_")
    picture, name = PROMISE_STATES.get(stands, PROMISE_STATES["running"])
    said = words or str(_of(promise, "words"))
    return format_html(
        '<span class="promise promise-{}">{}<span class="{}">{}</span>{}</span>',
        stands.replace("_", "-") if stands in PROMISE_STATES else "running",
        icon(picture),
        "visually-hidden" if said else "",
        name,
        format_html(" <span>{}</span>", said) if said else "",
    )


@register.simple_tag
def urgency_badge(urgency: Any) -> SafeString:
    """How urgent a case is: word and arrow; an unknown word is shown as it is."""
    word = _plain(urgency).lower()
    picture, name = URGENCIES.get(word, ("minus", word))
    worn = word if word in URGENCIES else "normal"
    return format_html('<span class="urgency urgency-{}">{}{}</span>', worn, icon(picture), name)


@register.inclusion_tag("look/parts/track.html")
def track(stages: Iterable[Any]) -> dict[str, Any]:
    """Where a case stands on its card: stages with `name`, `state` (done, current, next), maybe `guide`."""
    shown = []
    for stage in stages:
        state = _plain(_of(stage, "state", "next"))
        shown.append(
            {
                "name": _of(stage, "name"),
                "state": state,
                "guide": _of(stage, "guide"),
                "said": STAGE_WORDS.get(state, ""),
            }
        )
    return {"stages": shown}


@register.inclusion_tag("look/parts/empty_state.html")
def empty_state(
    title: str, text: str = "", icon: str = "inbox", url: str = "", action: str = ""
) -> dict[str, Any]:
    """A designed nothing: what is not here, why that is fine, and at most one thing to do."""
    return {"title": title, "text": text, "picture": icon, "url": url, "action": action}


@register.inclusion_tag("look/parts/pager.html", takes_context=True)
def pager(context: Context, page: Any, name: str = "after", lane: str = "") -> dict[str, Any]:
    """Links to the neighbours of a keyset page, with the other parameters of the address kept. `lane`: the one that
    is shown, which the address need not name."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def link(token: str | None) -> str:
        if not token or query is None:
            return ""
        query[name] = token
        if lane:
            query["lane"] = lane
        return f"?{query.urlencode()}"

    return {"previous": link(page.previous), "next": link(page.next)}


@register.inclusion_tag("look/parts/field.html")
def field(bound: BoundField, label: str = "", wide: bool = True, help: bool = True) -> dict[str, Any]:
    """A form field with label, control, help and errors; `wide=False`: no margin, `help=False`: no help."""
    if not help:
        bound.help_text = ""
    return {
        "bound": bound,
        "label": label or bound.label,
        "control": control(bound),
        "notes": " ".join(f"{bound.auto_id}_{part}" for part in described_by(bound)),
        "group": bound.use_fieldset,
        "check": isinstance(bound.field.widget, CheckboxInput),
        "hidden": bound.is_hidden,
        "margin": wide,
    }


@register.inclusion_tag("look/parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form in its own order, hidden ones too."""
    return {"form": form}


@register.inclusion_tag("look/parts/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What stands in the way, above the form, each with a link to its field."""
    wrong = [bound for bound in form if bound.errors]
    return {"general": form.non_field_errors(), "wrong": wrong}


@register.inclusion_tag("look/parts/kpi.html")
def kpi(
    label: str,
    figure: Any,
    yesterday: int | None = None,
    last_week: int | None = None,
    url: str = "",
    definition: str = "",
    good: str = "",
    unit: str = "",
    icon: str = "",
    past: bool = False,
) -> dict[str, Any]:
    """A figure against yesterday and the same day last week; `good` says whether up or down is welcome. `past`: it is
    one of an earlier day, whose yesterday is the day before."""
    before = [(_("the day before") if past else _("yesterday"), yesterday)]
    before.append((_("a week before") if past else _("last week"), last_week))
    deltas = [_delta(name, figure, past, good) for name, past in before if past is not None]
    return {
        "label": label, "figure": figure, "deltas": deltas, "url": url,
        "definition": definition, "unit": unit, "picture": icon,
    }  # fmt: skip


def _delta(name: str, figure: Any, past: int, good: str) -> dict[str, Any]:
    change = figure - past if isinstance(figure, int | float) else 0
    way = "up" if change > 0 else "down" if change < 0 else "same"
    mood = "plain" if way == "same" or good not in {"up", "down"} else "good" if way == good else "bad"
    pictures = {"up": "trending-up", "down": "trending-down", "same": "minus"}
    return {
        "name": name,
        "past": past,
        "change": f"{change:+}" if change else "0",
        "mood": mood,
        "icon": pictures[way],
    }


@register.inclusion_tag("look/parts/chart.html")
def chart(chart: Chart, name: str = "") -> dict[str, Any]:
    """A chart with its sentence, and behind it the table it was drawn from; `name` is unique on the page."""
    return {
        "chart": chart,
        "drawn": chart.drawn(),
        "table": chart.table(),
        "name": name or f"chart-{id(chart)}",
    }


@register.inclusion_tag("look/parts/signature_pad.html")
def signature_pad(name: str = "signature", label: str = "", errors: Iterable[str] = ()) -> dict[str, Any]:
    """A box to sign in; the hidden input `name` holds a PNG data URL, or nothing while it is empty."""
    return {"name": name, "label": label or _("Signature"), "errors": list(errors)}


@register.simple_tag
def demo_runs() -> bool:
    """Whether this is the demo, where a visitor may play the customer."""
    return bool(settings.BIHUAN_DEMO)


@register.simple_tag
def look_script(name: str) -> SafeString:
    """A script of the look that a page asks for: charts or sign."""
    return format_html('<script src="{}" defer></script>', static(f"built/{name}.js"))


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | None) -> SafeString:
    """A moment in words, readable by machines too; nothing for None."""
    if value is None:
        return mark_safe("")
    said = words.local_time(value, context.get("now") or value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), said)


@register.filter
def words_left(left: timedelta | None) -> str:
    """`{{ promise.left|words_left }}`; empty for None."""
    return "" if left is None else words.words_left(left)


@register.filter
def words_span(span: timedelta | None) -> str:
    """`{{ visit.took|words_span }}`; empty for None."""
    return "" if span is None else words.words_span(span)


@register.filter
def local_time(value: datetime | None, now: datetime | None = None) -> str:
    """`{{ case.opened_at|local_time:now }}`; without `now` the date is always said."""
    if value is None:
        return ""
    return words.local_time(value, now or value - timedelta(days=400))


@register.filter
def clock_time(value: datetime | None) -> str:
    """`{{ slot.begins|clock_time }}`; empty for None."""
    return "" if value is None else words.clock_time(value)


@register.filter
def money(fen: int | None) -> str:
    """`{{ quote.total|money }}` for whole fen; a dash for None."""
    return "–" if fen is None else words.money(fen)
