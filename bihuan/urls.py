"""The root of all addresses."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("bihuan.web.urls"))]

handler400 = "bihuan.web.api.handlers.bad_request"
handler403 = "bihuan.web.api.handlers.forbidden"
handler404 = "bihuan.web.api.handlers.not_found"
handler500 = "bihuan.web.api.handlers.server_error"
