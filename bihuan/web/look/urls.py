"""Addresses of the reader's own choices."""

from django.urls import path

from bihuan.web.look import choices

app_name = "look"
urlpatterns = [
    path("language", choices.choose_language, name="language"),
    path("theme", choices.choose_theme, name="theme"),
]
