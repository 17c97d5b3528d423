"""What the company calls itself."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.registers.organisation.naming import NAMELESS, company_name, forget_name
from tests.makers import company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BIHUAN_COMPANY", "")
    forget_name()


def test_the_head_office_names_the_company_and_is_remembered() -> None:
    assert company_name() == NAMELESS
    made = company()
    assert company_name() == made.head.name
    with CaptureQueriesContext(connection) as seen:
        assert company_name() == made.head.name
    assert len(seen) == 0
    forget_name()


def test_a_name_of_the_installation_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    company()
    monkeypatch.setattr(settings, "BIHUAN_COMPANY", "澄川")
    assert company_name() == "澄川"
