"""Addresses of what concerns whoever is signed in."""

from django.urls import URLPattern, path

from bihuan.web.look import inbox, told

app_name = "me"
urlpatterns: list[URLPattern] = [
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.all_read, name="all_read"),
    path("inbox/<int:notice_id>", inbox.open_notice, name="open"),
    path("unread", inbox.unread, name="unread"),
    path("notices", told.told, name="told"),
    path("browsers", told.subscribe, name="subscribe"),
    path("browsers/<int:browser_id>/stop", told.unsubscribe, name="unsubscribe"),
    path("push-worker.js", told.worker, name="worker"),
]
