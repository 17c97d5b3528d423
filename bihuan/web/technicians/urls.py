"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.technicians import sign_in

app_name = "technicians"
urlpatterns: list[URLPattern] = [
    path("sign-in", sign_in.ask, name="sign_in"),
    path("sign-in/code", sign_in.check, name="sign_in_code"),
    path("sign-in/link/<str:token>", sign_in.by_link, name="sign_in_link"),
]
