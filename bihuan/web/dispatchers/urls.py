"""Addresses of these pages."""

from django.urls import URLPattern

app_name = "dispatchers"
urlpatterns: list[URLPattern] = []
