"""Addresses under /settings/import."""

from django.urls import URLPattern, path

from bihuan.web.managers import imports, imports_run

urlpatterns: list[URLPattern] = [
    path("import", imports.start, name="imports"),
    path("import/template/<slug:kind>", imports.template, name="import_template"),
    path("import/<int:import_id>", imports_run.run, name="import"),
    path("import/<int:import_id>/errors.xlsx", imports_run.errors, name="import_errors"),
    path("import/<int:import_id>/<slug:deed>", imports_run.do, name="import_do"),
]
