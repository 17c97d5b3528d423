"""Addresses under /settings."""

from django.urls import URLPattern, path

from bihuan.web.managers import profiles, settings, settings_personal

urlpatterns: list[URLPattern] = [
    path("", settings.index, name="settings"),
    path("history", settings.history, name="settings_all_changes"),
    path("reveals", settings_personal.reveals, name="settings_reveals"),
    path("customers/forget", settings_personal.forget, name="settings_forget"),
    path("people/<int:row_id>/password", settings_personal.password, name="settings_password"),
    path("commitments", profiles.profiles, name="profiles"),
    path("commitments/differences", profiles.differences, name="profile_differences"),
    path("commitments/<slug:name>/activate", profiles.activate, name="profile_activate"),
    path("commitments/<slug:name>/withdraw", profiles.withdraw, name="profile_withdraw"),
    path("commitments/<slug:name>/<int:version>", profiles.profile, name="profile"),
    path("<slug:code>", settings.rows, name="settings_rows"),
    path("<slug:code>/add", settings.row, name="settings_add"),
    path("<slug:code>/history", settings.history, name="settings_changes"),
    path("<slug:code>/<int:row_id>", settings.row, name="settings_row"),
    path("<slug:code>/<int:row_id>/out", settings.out, name="settings_out"),
    path("<slug:code>/<int:row_id>/history", settings.history, name="settings_row_changes"),
]
