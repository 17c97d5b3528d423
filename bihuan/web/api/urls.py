"""Addresses of the API. Whatever is refused here leaves in one shape, unknown addresses too."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from bihuan.web.api import cases, orders, reports, surveys, visits
from bihuan.web.api.door import api
from bihuan.web.api.handlers import nothing_here
from bihuan.web.api.refusals import in_one_shape

for each in (reports, orders, cases, visits, surveys):
    api.add_router("", each.router)


def _shaped(pattern: URLPattern) -> URLPattern:
    pattern.callback = in_one_shape(pattern.callback)
    return pattern


_found, _app, _namespace = api.urls
_patterns = [_shaped(pattern) for pattern in _found if isinstance(pattern, URLPattern)]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_patterns, _app), namespace=_namespace)),
    re_path(r"^.*$", nothing_here),
]
