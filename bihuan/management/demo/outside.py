"""Who sends the demo company work from outside: platforms, retailers, a government hotline, and posts about it."""

from datetime import datetime
from typing import Any

from bihuan.registers.access.viewer import EVERYTHING
from bihuan.service.orders.keeping import keep_platform
from bihuan.service.social.actions import keep_rule

PLATFORMS: tuple[dict[str, Any], ...] = (
    {
        "code": "jd",
        "name": "京东",
        "promise_days": 2,
        "kinds": {"送装一体": "installation", "京东维修": "repair"},
    },
    {
        "code": "tmall",
        "name": "天猫",
        "promise_days": 3,
        "columns": {"number": ["交易编号"], "phone": ["买家手机"]},
    },
    {"code": "suning", "name": "苏宁", "promise_days": 2},
    {
        "code": "12345",
        "name": "12345 热线",
        "kind": "complaint",
        "authority": "hotline_12345",
        "promise_days": 5,
    },
)
RULES: tuple[dict[str, Any], ...] = (
    {"name": "招聘和广告", "words": ["招聘", "加盟", "转让"], "about_us": False, "rank": 1},
    {"name": "安全隐患", "words": ["漏电", "冒烟", "起火", "爆炸"], "urgency": "urgent", "rank": 10},
    {"name": "投诉", "words": ["投诉", "曝光", "维权"], "kind": "complaint", "rank": 20},
    {"name": "品牌", "words": ["澄川", "栎合", "霁屿"], "rank": 50},
)


def found_outside(*, now: datetime) -> None:
    """The platforms and the keyword rules of the demo."""
    for told in PLATFORMS:
        keep_platform(EVERYTHING, None, now=now, **told)
    for told in RULES:
        keep_rule(EVERYTHING, None, now=now, **told)
