"""The shapes that go in and out. What comes in is read strictly: an unknown field is refused, never guessed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

from bihuan.service.cases.words import KINDS
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.told import CHANNELS, URGENCIES, WAYS, WISHES


def readable(text: str) -> str:
    """Text that a database can keep: no NUL, no half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("unreadable", "This holds signs that cannot be written down.")
    return text


type Readable = Annotated[str, AfterValidator(readable)]
type Short = Annotated[str, StringConstraints(max_length=60), AfterValidator(readable)]
type Code = Annotated[str, StringConstraints(max_length=40), AfterValidator(readable)]
type Long = Annotated[str, StringConstraints(max_length=200), AfterValidator(readable)]


def day(value: Any) -> Any:
    """2026-05-31 as a day; nothing else is guessed to be one."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == 10 else value
    except ValueError:
        raise PydanticCustomError("date_parsing", "This is not a day.") from None


type Day = Annotated[date, BeforeValidator(day)]


def whole(value: Any) -> Any:
    """1.0 is a whole number in JSON as 1 is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole)]

# What the rules hold to besides, told to whoever reads the description; their sentences say it better than a shape's.
READABLE: dict[str, Any] = {"pattern": r"^[^\x00]*$"}
WRITTEN: dict[str, Any] = {"minLength": 1, "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}


def one_of(codes: Iterable[str], *, empty: bool = True) -> dict[str, Any]:
    return {"enum": [*([""] if empty else []), *codes]}


CONSENTS = ("service", "recording", "marketing")


class Strict(Schema):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AddressIn(Strict):
    city: Short = ""
    district: Short = ""
    street: Short = ""
    door: Long = ""
    latitude: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)


class MachineIn(Strict):
    category: Code = ""
    brand: Short = ""
    model: Short = ""
    serial: Short = ""
    serials: dict[Annotated[str, StringConstraints(max_length=16), AfterValidator(readable)], Short] = Field(
        default_factory=dict, max_length=10
    )
    bought_on: Day | None = None
    about_years: Whole | None = Field(None, json_schema_extra={"minimum": 0, "maximum": 50})
    bought_at: Code = ""
    extended_until: Day | None = None


class AttachmentIn(Strict):
    name: Long
    type: Annotated[str, StringConstraints(max_length=80), AfterValidator(readable)] = (
        "application/octet-stream"
    )
    base64: str


def sort_of(value: Any) -> str:
    """A machine or an address may come as an object or, from a simple sender, as one line of text."""
    return "text" if isinstance(value, str) else "nothing" if value is None else "object"


class ReportIn(Strict):
    """A customer's words and a way to reach them; everything else may be missing."""

    words: Readable = Field(json_schema_extra=WRITTEN | {"maxLength": LONGEST_WORDS})
    phone: Short = ""
    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(readable)] = ""
    name: Annotated[str, StringConstraints(max_length=120), AfterValidator(readable)] = ""
    channel: Code = Field("", json_schema_extra=one_of(CHANNELS))
    address: Annotated[
        Annotated[AddressIn, Tag("object")] | Annotated[Long, Tag("text")] | Annotated[None, Tag("nothing")],
        Discriminator(sort_of),
    ] = None
    machine: Annotated[
        Annotated[MachineIn, Tag("object")] | Annotated[Short, Tag("text")] | Annotated[None, Tag("nothing")],
        Discriminator(sort_of),
    ] = None
    attachments: list[AttachmentIn] = Field(default_factory=list, max_length=50)
    kind: Code = Field("", json_schema_extra=one_of(KINDS))
    wish: Code = Field("", json_schema_extra=one_of(WISHES))
    way: Code = Field("", json_schema_extra=one_of(WAYS))
    urgency: Code = Field("", json_schema_extra=one_of(URGENCIES))
    began_on: Day | None = None
    error_code: Annotated[str, StringConstraints(max_length=20), AfterValidator(readable)] = ""
    outside_number: Short = ""
    language: Annotated[str, StringConstraints(max_length=10), AfterValidator(readable)] = ""
    consents: dict[str, bool] = Field(
        default_factory=dict,
        max_length=3,
        json_schema_extra={"propertyNames": one_of(CONSENTS, empty=False)},
    )


class RefusalOut(Schema):
    message: str
    fields: dict[str, str]


class PromiseOut(Schema):
    about: str
    due: datetime | None
    words: str


class ReportOut(Schema):
    number: str | None
    link: str
    promises: list[PromiseOut]


class Titled(Schema):
    """A code, and what people call it in the reader's language."""

    code: str
    title: str


class ContactOut(Schema):
    name: str
    phone: str
    address: str
    full: bool


class CaseLine(Schema):
    number: str
    kind: Titled
    urgency: Titled
    grade: Titled
    place: Titled
    stage: str
    open: bool
    category: str
    brand: str
    symptom: str
    district: str
    node: str
    chases: int
    opened_at: datetime
    done_at: datetime | None
    closed_at: datetime | None
    next_due_at: datetime | None
    customer: ContactOut


class CaseList(Schema):
    cases: list[CaseLine]
    next: str | None
    previous: str | None


class MoveOut(Schema):
    """`lacks` is empty when the move can be taken now."""

    name: str
    title: str
    reaches: str
    asks_reason: bool
    lacks: list[Titled]


class PromiseLine(Schema):
    about: str
    title: str
    state: str
    public: bool
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    broken_at: datetime | None
    words: str


class CaseOut(CaseLine):
    way: Titled
    wish: str
    outcome: str
    channel: str
    outside_number: str
    owner: str
    words: str
    words_are: Literal["full", "masked", "withheld"]
    moves: list[MoveOut]
    promises: list[PromiseLine]


class MoveIn(Strict):
    move: Code = Field(json_schema_extra=WRITTEN)
    reason: Annotated[str, StringConstraints(max_length=500), AfterValidator(readable)] = ""


class NoteIn(Strict):
    words: Annotated[str, StringConstraints(max_length=5000), AfterValidator(readable)] = Field(
        json_schema_extra=WRITTEN
    )
    contact: Annotated[str, StringConstraints(max_length=16), AfterValidator(readable)] = Field(
        "", json_schema_extra=READABLE
    )
    public: bool = False


class ChasedOut(Schema):
    number: str
    chases: int


class VisitOut(Schema):
    id: int
    case: str
    number: int
    state: str
    technician: str
    slot_from: datetime | None
    slot_until: datetime | None
    expected_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None


class SurveyOut(Schema):
    sent_at: datetime | None
    answered_at: datetime | None
    solved: bool | None
    ratings: dict[str, int | None]
    words: str
    wrote: bool


class AnswerIn(Strict):
    """Four ratings from 1 (bad) to 5 (good), and the customer's own words."""

    speed: Whole = Field(ge=1, le=5)
    effect: Whole = Field(ge=1, le=5)
    attitude: Whole = Field(ge=1, le=5)
    overall: Whole = Field(ge=1, le=5)
    words: Annotated[str, StringConstraints(max_length=2000), AfterValidator(readable)] = Field(
        "", json_schema_extra=READABLE
    )


def everywhere(*more: int) -> dict[int, Any]:
    """The refusals that every address may answer, and those of this one."""
    return dict.fromkeys((400, 401, 403, 404, 429, 500, *more), RefusalOut)


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without references, for a body that is read by hand."""
    shapes = schema.pop("$defs", {})

    def plain(part: Any) -> Any:
        if isinstance(part, list):
            return [plain(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            beside = {name: plain(each) for name, each in part.items() if name != "$ref"}
            return plain(shapes[part["$ref"].rpartition("/")[2]]) | beside
        return {name: plain(each) for name, each in part.items()}

    found: dict[str, Any] = plain(schema)
    return found
