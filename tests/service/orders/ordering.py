"""Orders and platforms as the tests need them."""

from datetime import date
from typing import Any

from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.orders.actions import Taken, take_order
from bihuan.service.orders.keeping import keep_platform
from bihuan.service.orders.models import Platform
from bihuan.service.orders.told import OrderTold
from tests.makers import CITY, DISTRICT, NOW, STREET, Company


def a_platform(made: Company, code: str = "jd", **more: Any) -> Platform:
    told: dict[str, Any] = {"code": code, "name": f"平台{code}", "kinds": {"京东安装": "installation"}} | more
    return keep_platform(made.viewer(Role.ADMINISTRATOR), None, now=NOW, **told)


def an_order(number: str = "JD-1001", **more: Any) -> OrderTold:
    usual: dict[str, Any] = {
        "number": number,
        "kind": "安装",
        "phone": "13800001111-1234",
        "name": "李春梅",
        "words": "新空调，周末送到请联系",
        "machine": MachineTold(category="air_conditioner", brand="澄川", model="AIR123"),
        "address": AddressTold(city=CITY, district=DISTRICT, street=STREET, door="文一西路2号"),
        "promised_on": date(2026, 11, 26),
        "invoice": "INV-20261101",
        "proof": "https://img.example/invoice.jpg",
    }
    return OrderTold(**(usual | more))


def taken(made: Company, platform: Platform, **more: Any) -> Taken:
    return take_order(platform, an_order(**more), by=made.actor(Role.AGENT), now=NOW)
