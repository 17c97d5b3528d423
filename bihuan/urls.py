"""The root of all addresses."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("bihuan.web.urls"))]

handler400 = "bihuan.web.look.errors.bad_request"
handler403 = "bihuan.web.look.errors.forbidden"
handler404 = "bihuan.web.look.errors.not_found"
handler500 = "bihuan.web.look.errors.server_error"
