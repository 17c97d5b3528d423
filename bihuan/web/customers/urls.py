"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.customers import confirm, quote, slot, survey, verify

app_name = "customers"
urlpatterns: list[URLPattern] = [
    path("s/<str:token>", survey.survey, name="survey"),
    path("s/<str:token>/solved", confirm.confirm, name="confirm"),
    path("c/<str:token>/slot", slot.slot, name="slot"),
    path("c/<str:token>/quote", quote.quote, name="quote"),
    path("c/<str:token>/sheet.pdf", verify.sheet, name="sheet"),
    path("v/<str:token>", verify.verify, name="verify"),
]
