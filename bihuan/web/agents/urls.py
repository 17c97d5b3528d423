"""Addresses of these pages."""

from django.urls import URLPattern

app_name = "agents"
urlpatterns: list[URLPattern] = []
