"""/feedback: 客户反馈 / 意见建议. Three questions, confirmed with a number and a private page; with scripts off."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from bihuan.service.cases.topics import FEEDBACK
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.told import FileTold, Told
from bihuan.web.customers.report_form import MOST_FILES, files_of, privacy_words, sent_on
from bihuan.web.customers.sending import Sent, advice_on, answered
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted


class FeedbackForm(TidyForm):
    """What kind, what it is about, the words, and how to answer; name and case number if they like."""

    kind = forms.ChoiceField(
        label=gettext_lazy("This is"),
        choices=[
            ("suggestion", gettext_lazy("A suggestion or an opinion")),
            ("complaint", gettext_lazy("A complaint that I want answered")),
        ],
        initial="suggestion",
    )
    topic = forms.ChoiceField(label=gettext_lazy("What it is about"))
    words = forms.CharField(
        label=pgettext_lazy("feedback", "Your words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "5"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Your phone"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Phone or e-mail: one of them, so that we can answer."),
    )
    email = forms.CharField(label=gettext_lazy("Or your e-mail"), required=False, max_length=254)
    name = forms.CharField(label=gettext_lazy("Your name"), required=False, max_length=120)
    number = forms.CharField(
        label=gettext_lazy("Number of the case, if you have one"), required=False, max_length=40
    )
    consent_service = forms.BooleanField(
        label=gettext_lazy("You may use what I wrote here to look into it and to answer me.")
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("topic", [("", "–"), *FEEDBACK.items()])
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["email"].widget.attrs |= {"inputmode": "email", "autocomplete": "email"}
        self.fields["name"].widget.attrs["autocomplete"] = "name"


@customer_page
def feedback(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the private page on which the answer will stand."""
    if request.method != "POST":
        counted("feedback", moment(request))
        return _page(request, FeedbackForm(initial={"key": uuid4().hex}))
    form = FeedbackForm(request.POST)
    files, trouble = files_of(request)
    if trouble:
        form.add_error(None, trouble)
    sent = Sent(
        page="feedback",
        form=form,
        take=lambda: sent_on(request, form, told_of(form.cleaned_data, files), scope="feedback-form"),
        draw=lambda status: _page(request, form, status=status),
        files=files,
    )
    return answered(request, sent)


def told_of(held: dict[str, Any], files: tuple[FileTold, ...]) -> Told:
    """What the form says, as a report."""
    return Told(
        words=held["words"],
        channel="web",
        kind=held["kind"],
        phone=held["phone"],
        email=held["email"],
        name=held["name"],
        asked={name: held[name].strip() for name in ("topic", "number") if held[name].strip()},
        consents={"service": True},
        language=get_language() or "",
        files=files,
    )


def _page(request: HttpRequest, form: FeedbackForm, *, status: int = 200) -> HttpResponse:
    words = str(form.data.get("words", ""))[:LONGEST_WORDS] if form.is_bound else ""
    context = {
        "form": form,
        "advice": advice_on(words),
        "privacy": privacy_words(),
        "most_files": MOST_FILES,
    }
    return render(request, "customers/feedback.html", context, status=status)
