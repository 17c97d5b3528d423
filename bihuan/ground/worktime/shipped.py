"""The calendars that come with the product. People may change them; loading never changes them back."""

from dataclasses import dataclass

from bihuan.ground.worktime.reading import WEEKDAYS

type Written = dict[str, list[list[str]]]


@dataclass(frozen=True, kw_only=True)
class ShippedCalendar:
    code: str
    name: str
    week: Written
    timezone: str = "Asia/Shanghai"
    follows_holidays: str = ""


def _on(days: tuple[str, ...], *intervals: tuple[str, str]) -> Written:
    return {day: [list(pair) for pair in intervals] for day in days}


_OFFICE = (("09:00", "12:00"), ("13:00", "18:00"))

SHIPPED = (
    ShippedCalendar(code="24x7", name="全天候", week=_on(WEEKDAYS, ("00:00", "24:00"))),
    ShippedCalendar(
        code="cn-office",
        name="办公时间（含调休）",
        week=_on((*WEEKDAYS[:5], "workday"), *_OFFICE),
        follows_holidays="CN",
    ),
    # every working day whole: "five working days" are five times twenty-four of its hours
    ShippedCalendar(
        code="cn-workdays",
        name="整工作日（含调休）",
        week=_on((*WEEKDAYS[:5], "workday"), ("00:00", "24:00")),
        follows_holidays="CN",
    ),
    # outside quiet hours: when a customer may be called or written to
    ShippedCalendar(code="cn-contact", name="可联系客户时间", week=_on(WEEKDAYS, ("09:00", "21:00"))),
    ShippedCalendar(code="cn-field", name="上门服务时间", week=_on(WEEKDAYS, ("08:00", "20:00"))),
)
