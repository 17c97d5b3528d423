"""Addresses of these pages."""

from django.urls import URLPattern

app_name = "technicians"
urlpatterns: list[URLPattern] = []
