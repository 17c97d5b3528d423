"""Where every page, the API and the health check are."""

from allauth.account.views import login
from django.urls import URLPattern, URLResolver, include, path, re_path

from bihuan.web.api.handlers import nothing_here
from bihuan.web.look import home
from bihuan.web.look.accounts import nothing_by_mail
from bihuan.web.look.first_run import company_first
from bihuan.web.look.health import healthz
from bihuan.web.managers import founding_urls, settings_urls
from bihuan.web.managers import urls as managers

MANAGERS: list[URLPattern | URLResolver] = [
    path("", include(founding_urls.urlpatterns)),
    path("manage/", include(managers.urlpatterns)),
    path("settings/", include(settings_urls.urlpatterns)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", healthz, name="healthz"),
    re_path(r"^accounts/(email|password/reset|confirm-email)/", nothing_by_mail),
    path("accounts/login/", company_first(login), name="account_login"),
    path("accounts/", include("allauth.urls")),
    path("look/", include("bihuan.web.look.urls")),
    path("me/", include("bihuan.web.look.me_urls")),
    path("desk/", include("bihuan.web.agents.urls")),
    path("todo/", include("bihuan.web.agents.todo_urls")),
    path("dispatch/", include("bihuan.web.dispatchers.urls")),
    path("field/", include("bihuan.web.technicians.urls")),
    path("", include((MANAGERS, "managers"))),
    path("api/v1/", include("bihuan.web.api.urls")),
    path("in/", include("bihuan.web.webhooks.urls")),
    re_path(r"^api(?:/.*)?$", nothing_here),
    path("", include("bihuan.web.customers.urls")),
]
