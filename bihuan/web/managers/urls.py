"""Addresses of these pages."""

from django.urls import URLPattern, path, re_path

from bihuan.web.managers import (
    backups,
    cards,
    improvement,
    kept,
    kept_rows,
    mending,
    operations,
    outbox,
    promises,
    rows,
    wall,
    what_if,
)

app_name = "managers"
urlpatterns: list[URLPattern] = [
    path("outbox", outbox.outbox, name="outbox"),
    path("outbox/<int:notice_id>/again", outbox.again, name="outbox_again"),
    path("outbox/<int:notice_id>/full", outbox.in_full, name="outbox_full"),
    path("", wall.wall, name="wall"),
    path("rows", rows.rows, name="rows"),
    re_path(r"^rows\.(?P<ending>csv|xlsx)$", rows.rows_file, name="rows_file"),
    path("promises", promises.promises, name="promises"),
    re_path(r"^promises\.(?P<ending>csv|xlsx)$", promises.promises_file, name="promises_file"),
    path("kept", kept.kept, name="kept"),
    re_path(r"^kept\.(?P<ending>csv|xlsx)$", kept.kept_file, name="kept_file"),
    path("kept/rows", kept_rows.kept_rows, name="kept_rows"),
    re_path(r"^kept/rows\.(?P<ending>csv|xlsx)$", kept_rows.kept_rows_file, name="kept_rows_file"),
    path("what-if", what_if.what_ifs, name="what_ifs"),
    path("what-if/<int:what_if_id>", what_if.what_if, name="what_if"),
    path("what-if/<int:what_if_id>/metrics.csv", what_if.what_if_file, name="what_if_file"),
    path("what-if/<int:what_if_id>/cases.csv", what_if.what_if_cases, name="what_if_cases"),
    path("improvement", improvement.improvement, name="improvement"),
    path("improvement/new", improvement.propose, name="propose"),
    path("improvement/<int:proposal_id>", improvement.proposal, name="proposal"),
    path("operations", operations.operations, name="operations"),
    path("backups", backups.backups, name="backups"),
    path("backups/make", backups.make, name="make_backup"),
    path("backups/<str:name>", backups.backup, name="backup"),
    path("operations/promise/<int:promise_id>/mend", mending.mend_promise, name="mend_promise"),
    path("operations/verify", operations.verify, name="verify"),
    path("operations/<int:reaction_id>/again", operations.again, name="run_again"),
    path("cards", cards.cards, name="cards"),
    path("cards/<slug:name>", cards.cards, name="card"),
]
