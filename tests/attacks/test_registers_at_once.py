"""Administrators at the same instant: of two who change one entry the second is told, nothing is there twice."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Coverage, Node
from bihuan.registers.parts.actions import follow_price
from bihuan.registers.parts.models import Price
from bihuan.registers.staff.models import Skill
from bihuan.service.cases.keeping import put_in_force, upload_card
from bihuan.service.cases.models import CardVersion
from bihuan.web.managers.settings_all import REGISTERS
from bihuan.web.managers.settings_row import ChangedMeanwhile, keep_row
from tests import makers
from tests.attacks.test_promises_at_once import at_once
from tests.makers import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_change_one_entry_at_once_one_is_kept_and_the_other_told() -> None:
    made = makers.company()
    register, viewer = REGISTERS["nodes"], made.viewer(Role.ADMINISTRATOR)
    row = register.find(made.own.pk)
    told, seen = register.initial(row), register.mark(row)

    def change(capacity: int) -> Any:
        changed = told | {"daily_capacity": capacity}
        return keep_row(viewer, register, made.own.pk, changed, seen=seen, now=NOW)

    failed = at_once(*(partial(change, capacity) for capacity in (50, 60, 70)))
    assert [type(one) for one in failed] == [ChangedMeanwhile, ChangedMeanwhile]
    assert Change.objects.count() == 1
    assert Change.objects.get().after == {"daily_capacity": Node.objects.get(pk=made.own.pk).daily_capacity}


def test_the_same_line_added_by_two_at_once_is_there_once() -> None:
    made = makers.company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    skill = {
        "technician_id": made.technicians[0].pk,
        "category": "gas_cooker",
        "kind": "installation",
        "level": 2,
    }
    Skill.objects.filter(technician=made.technicians[0]).delete()
    where = {
        "node_id": made.own.pk, "city": "杭州市", "district": "拱墅区", "street": "", "category": "", "kind": "",
    }  # fmt: skip
    for code, told in (("skills", skill), ("coverage", where)):
        deed = partial(keep_row, viewer, REGISTERS[code], None, told, now=NOW)
        failed = at_once(deed, deed, deed)
        assert [type(one) for one in failed] == [ValidationError, ValidationError], code
    assert Skill.objects.filter(technician=made.technicians[0]).count() == 1
    assert Coverage.objects.filter(district="拱墅区").count() == 1


def test_of_new_prices_from_one_day_on_one_holds() -> None:
    makers.company()
    price = Price.objects.get(item="visit")
    first = localdate(NOW) + timedelta(days=30)
    deeds = [partial(follow_price, price.pk, valid_from=first, fen=fen, now=NOW) for fen in (4000, 5000)]
    failed = at_once(*deeds)
    assert [type(one) for one in failed] == [ValidationError]
    rows = Price.objects.filter(item="visit").order_by("valid_from")
    assert [row.valid_until for row in rows] == [first - timedelta(days=1), None]


def test_of_versions_of_a_card_put_in_force_at_once_one_is() -> None:
    makers.company()
    held = CardVersion.objects.get(name="repair", active=True)
    for version in (held.version + 1, held.version + 2):
        upload_card(held.text.replace(f"version = {held.version}", f"version = {version}", 1), now=NOW)
    versions = (held.version, held.version + 1, held.version + 2)
    assert at_once(*(partial(put_in_force, "repair", version) for version in versions)) == []
    assert CardVersion.objects.filter(name="repair", active=True).count() == 1
