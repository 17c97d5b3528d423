"""Reads the house's own code for laws that no import linter sees. Used by test_laws.py."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import ForeignKey, Model, OneToOneField

ROOT = Path(__file__).parent.parent / "bihuan"
FLOORS = ("ground", "registers", "service", "web")


def our_models() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if model.__module__.startswith("bihuan."):
            yield model


def upward_accessors() -> list[str]:
    """Foreign keys with a reverse accessor: `case.visit_set` would be an import upward that nobody sees."""
    return [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey | OneToOneField) and field.remote_field.related_name != "+"
    ]


def sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text("utf-8")


def upward_lookups() -> list[str]:
    """`filter(**{"+__x": …})` silently works although there is no accessor."""
    return [str(path.relative_to(ROOT)) for path, text in sources() if '"+__' in text or "'+__" in text]


def module_names() -> set[str]:
    """The file names that rooms use."""
    return {path.stem for path, _ in sources()}
