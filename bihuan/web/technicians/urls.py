"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.technicians import (
    agreeing,
    customer_screen,
    day,
    files,
    grabs,
    offers,
    positions,
    sign_in,
    visit,
)

app_name = "technicians"
urlpatterns: list[URLPattern] = [
    path("sign-in", sign_in.ask, name="sign_in"),
    path("sign-in/code", sign_in.check, name="sign_in_code"),
    path("sign-in/link/<str:token>", sign_in.by_link, name="sign_in_link"),
    path("", day.today, name="today"),
    path("coming/", day.coming, name="coming"),
    path("van/", day.van, name="van"),
    path("me/", day.me, name="me"),
    path("position/", positions.positions, name="positions"),
    path("position/now", positions.position, name="position"),
    path("offers/<str:number>/accept", offers.accept, name="accept"),
    path("offers/<str:number>/refuse", offers.refuse, name="refuse"),
    path("along/<str:number>/refuse", offers.stay, name="stay"),
    path("grabs/<str:number>/take", grabs.take, name="grab"),
    path("grabs/<str:number>/pass", grabs.leave, name="pass_on"),
    path("<str:number>/", visit.visit, name="visit"),
    path("<str:number>/time", agreeing.agree, name="agree"),
    path("<str:number>/time/keep", agreeing.keep, name="keep_free"),
    path("<str:number>/go/<str:name>", visit.deed, name="deed"),
    path("<str:number>/steps/<str:name>", visit.step, name="step"),
    path("<str:number>/quote", customer_screen.quote, name="quote"),
    path("<str:number>/sign", customer_screen.sign, name="sign"),
    path("<str:number>/photos/<int:photo_id>", files.photo, name="photo"),
    path("<str:number>/sheet.pdf", files.sheet, name="sheet"),
]
