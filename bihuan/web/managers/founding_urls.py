"""Addresses of founding a company and of looking after it: they stand before the registers' own."""

from django.urls import URLPattern, path

from bihuan.web.managers import doctor, founding_anew, founding_page

urlpatterns: list[URLPattern] = [
    path("start", founding_page.start, name="start"),
    path("start/going/<str:token>", founding_anew.going, name="founding_going"),
    path("manage/doctor", doctor.doctor, name="doctor"),
    path("settings/demo", founding_anew.anew, name="founding_anew"),
]
