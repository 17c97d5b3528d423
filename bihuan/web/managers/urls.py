"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.managers import outbox

app_name = "managers"
urlpatterns: list[URLPattern] = [
    path("outbox", outbox.outbox, name="outbox"),
    path("outbox/<int:notice_id>/again", outbox.again, name="outbox_again"),
]
