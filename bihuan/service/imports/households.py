"""What the files of customers, machines and cases have alike: somebody, how they are reached, where they live, a
machine of theirs; and how what they made is taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.ground import divisions
from bihuan.registers.access.masking import masked_name, masked_phone
from bihuan.registers.customers.bringing_in import Meet, Placed, place_line, reach_values
from bihuan.registers.customers.households import Home, HouseholdTold, Picture
from bihuan.registers.customers.models import Contact
from bihuan.registers.customers.rules import read_email
from bihuan.registers.customers.taking_out import (
    facts_of,
    put_back_customers,
    put_back_machines,
    take_out_contacts,
    take_out_customers,
    take_out_machines,
    take_out_places,
    take_out_serials,
)
from bihuan.registers.customers.told import AddressTold, MachineTold, Reach
from bihuan.registers.organisation.queries import served_cities
from bihuan.registers.parts.queries import categories_listed
from bihuan.service.imports import reading
from bihuan.service.imports.reading import Cell, Unreadable
from bihuan.service.imports.target import (
    Candidate,
    Choice,
    Field,
    Kept,
    Line,
    Made,
    State,
    Take,
    Trouble,
    Written,
)

LONGEST_PLACE, LONGEST_DOOR = 60, 200

WORDS: dict[str, Promise] = {
    "other_name": _("This phone belongs to %(known)s here; the file calls its owner %(told)s."),
    "two_customers": _("The two numbers of this row belong to two customers here."),
    "phone_taken": _("Its phones belong to other customers, and a phone is one customer."),
    "contact_elsewhere": _("Another customer is reached by one of these numbers; it stays with them."),
    "serial_elsewhere": _("Another customer has a machine with this serial number too."),
    "unreachable": _("There is neither a phone nor an e-mail address."),
    "address_unsure": _("The district is not certain from this address: it was kept whole."),
    "address_unread": _("No city or district was found in this address: it was kept whole."),
    "category_unknown": _("“%(told)s” is no product family of the catalogue; the family was left empty."),
    "no_email": _("%(field)s is no e-mail address."),
    "day_ahead": _("%(field)s lies in the future."),
}


def email(cell: Cell) -> str | None:
    """An e-mail address in lower case."""
    told = reading.half(cell)
    if told.lower() in reading.NONE_WORDS:
        return None
    found = read_email(told)
    if found is None:
        raise Unreadable("no_email")
    return found


def past_day(cell: Cell) -> date | None:
    """A day that a machine was bought on."""
    found = reading.day(cell)
    if found is not None and found.year < 1980:
        raise Unreadable("no_day")
    return found


def family_words() -> Sequence[str]:
    """The product families of the catalogue, for a template's choice."""
    return [row.name_zh for row in categories_listed()]


NAME = Field(
    code="name",
    zh="客户姓名",
    en="Customer",
    reads=reading.text(120),
    also=("姓名", "联系人", "用户姓名", "客户名称", "用户名", "用户", "客户", "收件人", "name"),
    example="李春梅",
)
PHONE = Field(
    code="phone",
    zh="手机",
    en="Phone",
    reads=reading.phones,
    required=True,
    also=("联系电话", "电话", "手机号", "手机号码", "客户电话", "用户电话", "联系方式", "电话1", "mobile"),
    example="13900001234",
    note=_("The phone is what a customer is known by: one phone, one customer."),
)
SECOND = Field(
    code="second_phone",
    zh="座机",
    en="Second phone",
    reads=reading.phones,
    also=("固定电话", "备用电话", "其他电话", "电话2", "第二电话", "家庭电话", "landline"),
    example="0571-88001234",
)
EMAIL = Field(
    code="email",
    zh="邮箱",
    en="E-mail",
    reads=email,
    also=("电子邮箱", "邮件", "电子邮件", "email"),
    example="chunmei@example.com",
)
ADDRESS = Field(
    code="address",
    zh="地址",
    en="Address",
    reads=reading.text(LONGEST_DOOR),
    also=("详细地址", "客户地址", "用户地址", "服务地址", "安装地址", "家庭住址", "住址", "上门地址"),
    example="浙江省杭州市西湖区文新街道文一西路1号2幢301室",
    note=_("In one cell from province to door, or in columns of their own."),
)
CITY = Field(
    code="city",
    zh="城市",
    en="City",
    reads=reading.text(LONGEST_PLACE),
    also=("市", "所在城市", "地级市"),
    example="",
)
DISTRICT = Field(
    code="district",
    zh="区县",
    en="District",
    reads=reading.text(LONGEST_PLACE),
    also=("区", "县", "区/县", "区域", "所在区"),
    example="",
)
STREET = Field(
    code="street",
    zh="街道",
    en="Street",
    reads=reading.text(LONGEST_PLACE),
    also=("街道/乡镇", "乡镇", "镇", "街道乡镇"),
    example="",
)
DOOR = Field(
    code="door",
    zh="门牌",
    en="Door",
    reads=reading.text(LONGEST_DOOR),
    also=("门牌号", "楼栋门牌", "小区门牌", "小区楼栋"),
    example="",
)
CATEGORY = Field(
    code="category",
    zh="产品品类",
    en="Product family",
    reads=reading.text(40),
    also=("品类", "产品", "产品类别", "产品名称", "家电", "机型", "产品类型", "电器"),
    example="空调",
    options=family_words,
)
BRAND = Field(
    code="brand", zh="品牌", en="Brand", reads=reading.text(60), also=("产品品牌", "厂家"), example="澄川"
)
MODEL = Field(
    code="model",
    zh="型号",
    en="Model",
    reads=reading.code(60),
    also=("产品型号", "规格型号", "机器型号"),
    example="KFR-35GW",
)
SERIAL = Field(
    code="serial",
    zh="机身编码",
    en="Serial number",
    reads=reading.code(60),
    also=("序列号", "条码", "机号", "机器编码", "SN", "S/N", "产品编码", "机身号", "内机编码", "内机条码"),
    example="CC2024050001",
    note=_("A machine is known by its serial number; without one by brand and model of its owner."),
)
OUTDOOR = Field(
    code="outdoor_serial",
    zh="外机编码",
    en="Serial of the outdoor unit",
    reads=reading.code(60),
    also=("外机条码", "外机序列号", "室外机编码"),
    example="",
)
BOUGHT_ON = Field(
    code="bought_on",
    zh="购买日期",
    en="Bought on",
    reads=past_day,
    also=("购机日期", "购买时间", "购机时间", "销售日期", "发票日期"),
    example="2024-05-01",
)
BOUGHT_AT = Field(
    code="bought_at",
    zh="购买渠道",
    en="Bought at",
    reads=reading.text(40),
    also=("购机渠道", "购买商场", "销售渠道", "经销商"),
    example="",
)
COVER_UNTIL = Field(
    code="cover_until",
    zh="保修到期",
    en="Warranty until",
    reads=reading.day,
    also=("保修期至", "质保到期", "保修截止", "保修截止日期", "质保期至"),
    example="",
    note=_("Left empty it is reckoned from the day of purchase and the catalogue."),
)
EXTENDED_UNTIL = Field(
    code="extended_until",
    zh="延保到期",
    en="Extended until",
    reads=reading.day,
    also=("延保期至", "延保截止", "延保截止日期"),
    example="",
)
PERSON = (NAME, PHONE, SECOND, EMAIL)
PLACE = (ADDRESS, CITY, DISTRICT, STREET, DOOR)
MACHINE = (
    CATEGORY,
    BRAND,
    MODEL,
    SERIAL,
    OUTDOOR,
    BOUGHT_ON,
    BOUGHT_AT,
    COVER_UNTIL,
    EXTENDED_UNTIL,
)


def phone_key(values: Mapping[str, Any]) -> str:
    """The first number of a row."""
    numbers = values.get("phone") or values.get("second_phone") or ()
    return str(numbers[0]) if numbers else ""


class Reckoning:
    """What is asked once for many rows: the families of the catalogue, the cities that are served."""

    def __init__(self) -> None:
        self.near: Sequence[str] = served_cities()
        self.families: dict[str, str] = {}
        for row in categories_listed():
            for word in (row.code, row.name_zh, row.name_en):
                self.families[reading.plain(word)] = row.code

    def told(self, values: Mapping[str, Any], troubles: list[Trouble]) -> HouseholdTold:
        """One row as what somebody tells; what to know about it is put among the troubles."""
        numbers = (*values.get("phone", ()), *values.get("second_phone", ()))
        reaches = [_reach(number) for number in numbers]
        mail = values.get("email")
        return HouseholdTold(
            name=values.get("name", ""),
            reaches=reach_values(*reaches, Reach(kind=Contact.EMAIL, value=mail) if mail else None),
            address=self.address(values, troubles),
            machine=self._machine(values, troubles),
            cover_until=values.get("cover_until"),
        )

    def address(self, values: Mapping[str, Any], troubles: list[Trouble]) -> AddressTold | None:
        """City to door: from their own columns, or found in the text."""
        split = [values.get(name, "") for name in ("city", "district", "street")]
        text, door = values.get("address", ""), values.get("door", "")
        if not any(split):
            return self._found(text, door, troubles) if text or door else None
        named = divisions.find("".join(split), near=self.near)
        if named is not None and named.sure:
            parts = (named.city, named.district or split[1], named.street or split[2])
        else:
            parts = (split[0], split[1], split[2])
        return AddressTold(
            city=parts[0], district=parts[1], street=parts[2], door=door or _below(text, parts)
        )

    def _found(self, text: str, door: str, troubles: list[Trouble]) -> AddressTold:
        found = divisions.find(text, near=self.near) if text else None
        if found is None:
            troubles.append(Trouble(code="address_unread", field="address"))
            return AddressTold(door=" ".join(part for part in (text, door) if part))
        if not found.sure:
            troubles.append(Trouble(code="address_unsure", field="address"))
            return AddressTold(city=found.city, district=found.district, street=found.street, door=text)
        rest = text[found.span[1] :].strip(" ,，、")
        return AddressTold(
            city=found.city,
            district=found.district,
            street=found.street,
            door=" ".join(part for part in (rest, door) if part),
        )

    def _machine(self, values: Mapping[str, Any], troubles: list[Trouble]) -> MachineTold | None:
        if not any(field.code in values for field in (CATEGORY, BRAND, MODEL, SERIAL, OUTDOOR)):
            return None
        word = values.get("category", "")
        family = self.family(word)
        if word and not family:
            troubles.append(Trouble(code="category_unknown", field="category", params={"told": word}))
        outdoor = values.get("outdoor_serial", "")
        unit = "indoor" if outdoor else "whole"
        serials = {unit: values.get("serial", ""), "outdoor": outdoor}
        return MachineTold(
            category=family,
            brand=values.get("brand", ""),
            model=values.get("model", ""),
            serials={unit: number for unit, number in serials.items() if number},
            bought_on=values.get("bought_on"),
            bought_at=values.get("bought_at", ""),
            extended_until=values.get("extended_until"),
        )

    def family(self, word: str) -> str:
        """The code of a product family by its name, or by a longer name that ends in it (立式冰箱)."""
        told = reading.plain(word)
        if told in self.families:
            return self.families[told]
        longer = (code for name, code in self.families.items() if len(name) > 1 and told.endswith(name))
        return next(longer, "")


def _below(text: str, parts: tuple[str, str, str]) -> str:
    """What of an address stands below the divisions that have columns of their own."""
    for part in parts:
        if part and part in text:
            text = text.split(part, 1)[1]
    return text.strip(" ,，、")


def _reach(number: str) -> Reach:
    mobile = number.startswith("+861") and len(number) == 14
    return Reach(kind=Contact.MOBILE if mobile else Contact.LANDLINE, value=number)


def meet_for(choice: Choice | None, *, ask: bool) -> Meet:
    """What a person chose, as the register of customers has it."""
    if choice is None:
        return Meet.ASK if ask else Meet.OURS
    return {Take.THEIRS: Meet.THEIRS, Take.OURS: Meet.OURS, Take.NEW: Meet.NEW}[choice.take]


def place_all(
    lines: Sequence[Line],
    choices: Mapping[int, Choice],
    picture: Picture,
    tolds: Sequence[HouseholdTold],
    *,
    ask: bool,
    now: datetime,
) -> list[Placed | None]:
    """Each line at its place in the picture; None for one that a person left as it is."""
    found: list[Placed | None] = []
    for line, told in zip(lines, tolds, strict=True):
        choice = choices.get(line.number)
        if choice is not None and choice.take == Take.OURS:
            found.append(None)
            continue
        meet = meet_for(choice, ask=ask)
        found.append(place_line(told, picture, now=now, meet=meet, into=choice.row_id if choice else None))
    return found


def state_of(placed: Placed) -> State:
    if placed.asked:
        return State.DUPLICATE
    if placed.home is None:
        return State.REFUSED
    return State.NEW if placed.new else State.CHANGED if placed.changes else State.SAME


def trouble_of(placed: Placed) -> tuple[Trouble, ...]:
    if not placed.why:
        return ()
    known = placed.asked[0] if placed.asked else placed.home
    names = {"known": masked_name(known.name) if known else "", "told": masked_name(placed.told.name)}
    return (Trouble(code=placed.why, params=names if placed.why == "other_name" else {}),)


def candidates_of(homes: Iterable[Home]) -> tuple[Candidate, ...]:
    return tuple(Candidate(id=home.row.id, label=_label(home)) for home in homes if home.row is not None)


def _label(home: Home) -> str:
    phones = [masked_phone(one.value) for one in home.reaches.values() if one.kind != Contact.EMAIL]
    return " ".join((masked_name(home.name), *phones[:2]))


def made_of(placed: Placed) -> tuple[Made, ...]:
    """The rows that a line made and changed, once they are written."""
    home = placed.home
    if home is None or home.row is None:
        return ()
    found: list[Made] = []
    row = home.row
    if placed.new:
        counts = {
            "contacts": len(placed.fresh_contacts),
            "places": int(placed.fresh_spot),
            "machines": int(placed.fresh_thing),
        }
        after = {"name_blind": row.name_blind, **counts}
        found.append(Made(kind="customer", id=row.id, new=True, after=after))
    else:
        if placed.before:
            after = {name: getattr(row, name) for name in placed.before}
            found.append(Made(kind="customer", id=row.id, new=False, before=placed.before, after=after))
        fresh = (home.contacts[mark] for mark in placed.fresh_contacts)
        found += [Made(kind="contact", id=one.id, new=True) for one in fresh if one is not None]
        if placed.fresh_spot and placed.spot is not None and placed.spot.row is not None:
            found.append(Made(kind="place", id=placed.spot.row.id, new=True))
    return (*found, *_machine_of(placed))


def _machine_of(placed: Placed) -> list[Made]:
    thing = placed.thing
    if thing is None:
        return []
    facts = facts_of(thing.row)
    if placed.fresh_thing:
        return [Made(kind="machine", id=thing.row.id, new=True, after=facts)]
    found = []
    if placed.before_machine:
        before = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in placed.before_machine.items()
        }
        after = {name: facts[name] for name in before}
        found.append(Made(kind="machine", id=thing.row.id, new=False, before=before, after=after))
    if placed.fresh_serials:
        units = {"units": sorted(placed.fresh_serials)}
        found.append(Made(kind="serial", id=thing.row.id, new=True, after=units))
    return found


type Row = tuple[str, int]


def take_back(written: Sequence[Written], *, now: datetime) -> list[Kept]:
    """Take back what these lines made of customers, their numbers, places and machines; the newest first."""
    lines = [(line.number, made) for line in written for made in line.made]
    kept: dict[Row, str] = {}

    def of(kind: str, *, new: bool) -> dict[int, Made]:
        return {made.id: made for _, made in lines if made.kind == kind and made.new == new}

    changed, machines = of("customer", new=False), of("machine", new=False)
    _keep(kept, "machine", put_back_machines(_before(machines), _after(machines)), "touched_since")
    take_out_serials({id: tuple(made.after["units"]) for id, made in of("serial", new=True).items()})
    _keep(kept, "machine", take_out_machines(_after(of("machine", new=True))), "used_since")
    _keep(kept, "place", take_out_places(of("place", new=True)), "used_since")
    _keep(kept, "contact", take_out_contacts(of("contact", new=True)), "used_since")
    _keep(kept, "customer", put_back_customers(_before(changed), _after(changed)), "touched_since")
    made = {
        id: {**told, "machines": 0} for id, told in _after(of("customer", new=True)).items()
    }  # gone by now
    _keep(kept, "customer", take_out_customers(made, now=now), "used_since")
    return [
        Kept(number=number, kind=one.kind, id=one.id, trouble=Trouble(code=kept[one.kind, one.id]))
        for number, one in lines
        if (one.kind, one.id) in kept
    ]


def _keep(kept: dict[Row, str], kind: str, ids: Iterable[int], why: str) -> None:
    for one in ids:
        kept[kind, one] = why


def _before(made: Mapping[int, Made]) -> dict[int, Mapping[str, Any]]:
    return {id: one.before for id, one in made.items()}


def _after(made: Mapping[int, Made]) -> dict[int, Mapping[str, Any]]:
    return {id: one.after for id, one in made.items()}
