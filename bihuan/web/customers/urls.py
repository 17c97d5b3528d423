"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.customers import (
    about,
    again,
    asking,
    confirm,
    lookup,
    my_data,
    quote,
    report_form,
    slot,
    survey,
    tracking,
    verify,
)

app_name = "customers"
urlpatterns: list[URLPattern] = [
    path("c/<str:token>", tracking.track, name="case"),
    path("c/<str:token>/chase", tracking.chase, name="chase"),
    path("c/<str:token>/cancel", asking.cancel, name="cancel"),
    path("c/<str:token>/complain", asking.complain, name="complain"),
    path("c/<str:token>/add", asking.add, name="add"),
    path("c/<str:token>/again", again.again, name="again"),
    path("c/<str:token>/consents", my_data.consents, name="consents"),
    path("c/<str:token>/my-data", my_data.ask, name="my_data"),
    path("report/", report_form.report, name="report"),
    path("track/", lookup.lookup, name="lookup"),
    path("promises", about.commitments, name="commitments"),
    path("privacy", about.privacy, name="privacy"),
    path("s/<str:token>", survey.survey, name="survey"),
    path("s/<str:token>/solved", confirm.confirm, name="confirm"),
    path("c/<str:token>/slot", slot.slot, name="slot"),
    path("c/<str:token>/quote", quote.quote, name="quote"),
    path("c/<str:token>/sheet.pdf", verify.sheet, name="sheet"),
    path("v/<str:token>", verify.verify, name="verify"),
]
