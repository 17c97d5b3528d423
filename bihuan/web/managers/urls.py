"""Addresses of these pages."""

from django.urls import URLPattern

app_name = "managers"
urlpatterns: list[URLPattern] = []
