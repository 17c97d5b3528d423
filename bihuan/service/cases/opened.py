"""Whether work has begun in a young installation."""

from bihuan.service.cases.models import Case


def any_case() -> bool:
    """Whether any case was ever opened here."""
    return Case.objects.exists()
