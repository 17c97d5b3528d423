"""What the shipped knowledge is made of: symptoms, hazards, checklists, codes, scripts, prices.

Plain frozen values. `reading.py` fills them from TOML; an installation may fill them from its own rows.
Money is whole fen, time is minutes unless a name says otherwise.
"""

from dataclasses import dataclass

URGENCIES = ("urgent", "high", "normal", "low")
GENERAL = "general"


@dataclass(frozen=True)
class Family:
    """A family of appliances and the words by which customers name it."""

    code: str
    zh: str
    en: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Symptom:
    """A standard symptom. `function` is what must be tested on site before the work is done."""

    code: str
    family: str
    zh: str
    en: str
    said: tuple[str, ...]
    function: str
    function_en: str
    remote: bool
    core: bool
    urgency: str


@dataclass(frozen=True)
class Vague:
    """Phrases that say too little, and the question that leads to a symptom."""

    said: tuple[str, ...]
    ask_zh: str
    ask_en: str


@dataclass(frozen=True)
class Hazard:
    """Words of danger. `kind` is electric, gas, fire, poison, water, burst or injury."""

    code: str
    kind: str
    zh: str
    en: str
    said: tuple[str, ...]
    advice_zh: str
    advice_en: str


@dataclass(frozen=True)
class Step:
    """One question of a checklist. `solves`: a good answer here may end the case by phone. `gate`: only a yes leads
    on; any other answer ends the guidance."""

    ask_zh: str
    ask_en: str
    if_yes_zh: str
    if_yes_en: str
    if_no_zh: str
    if_no_en: str
    solves: bool = False
    gate: bool = False


@dataclass(frozen=True)
class Checklist:
    """A short list an agent goes through by phone. `never` says what nobody may be asked to do."""

    code: str
    family: str
    zh: str
    en: str
    symptoms: tuple[str, ...]
    never_zh: str
    never_en: str
    step: tuple[Step, ...]


@dataclass(frozen=True)
class ErrorCode:
    """What a brand's machine shows, what it means, and whether a phone call may cure it."""

    brand: str
    family: str
    code: str
    zh: str
    en: str
    cause_zh: str
    cause_en: str
    advice_zh: str
    advice_en: str
    remote: bool
    safety: bool


@dataclass(frozen=True)
class Line:
    """A sentence for staff or customers. `family` or `energy` narrows where it is used; "" is everywhere."""

    code: str
    zh: str
    en: str
    family: str = ""
    energy: str = ""
    families: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consent:
    """A consent the customer may give or withhold. `required`: the service cannot be given without it."""

    kind: str
    required: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Script:
    """All sentences of desks and doorsteps."""

    prompt: tuple[Line, ...]
    line: tuple[Line, ...]
    consent: tuple[Consent, ...]
    callback: tuple[Line, ...]
    conduct: tuple[Line, ...]
    safety_step: tuple[Line, ...]
    environment: tuple[Line, ...]
    advice: tuple[Line, ...]
    closing: tuple[Line, ...]


@dataclass(frozen=True)
class Department:
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Route:
    """Which department owns a kind of problem. `level` is the three-level word: urgent, important, plain.

    The same problem in the schemes that others count by: `sort` (fault, complaint, inquiry, suggestion), `service`
    (technique, part, attitude, communication, charging, waiting; "" where no service went wrong) and `area`
    (product_quality, service_quality, after_sales).
    """

    problem: str
    zh: str
    en: str
    department: str
    level: str
    said: tuple[str, ...] = ()
    sort: str = ""
    service: str = ""
    area: str = ""


@dataclass(frozen=True)
class Mark:
    """Words by which a message is sorted. `about` is what they tell of, `means` what they tell:

    kind, wish: a kind of work, a wish; impact: stop, weighs or slight; again: the customer asks again ("chase");
    supposed: what is only imagined or asked about danger ("danger"). `means` "" is for longer words that mean
    nothing of the sort. `weak`: heard only where no fault is named. Of several the first in the list counts.
    """

    code: str
    about: str
    means: str
    zh: str
    en: str
    said: tuple[str, ...]
    weak: bool = False


@dataclass(frozen=True)
class Solution:
    """A way to answer a kind of case, and the code of what to do if it fails ("" for none)."""

    code: str
    zh: str
    en: str
    kinds: tuple[str, ...]
    fallback: str


@dataclass(frozen=True)
class Labour:
    """The price of one piece of work in fen, and the minutes it is planned with."""

    family: str
    kind: str
    code: str
    zh: str
    en: str
    fen: int
    minutes: int


@dataclass(frozen=True)
class Fee:
    """A charge that is no labour. `told_at` is booking or site: when the customer must have heard it."""

    code: str
    zh: str
    en: str
    fen: int
    told_at: str


@dataclass(frozen=True)
class Part:
    """A spare part. `serial`: each piece is known by its own number."""

    number: str
    family: str
    zh: str
    en: str
    fen: int
    serial: bool


@dataclass(frozen=True)
class Certificate:
    """A paper the law or the trade asks for before certain work."""

    code: str
    zh: str
    en: str
    years: int


@dataclass(frozen=True)
class Required:
    """What work of one family and kind asks of a technician: least skill level (1–3) and papers."""

    family: str
    kind: str
    level: int
    certificates: tuple[str, ...]
    only_when: str = ""


@dataclass(frozen=True)
class ServiceLife:
    """After how many years of use a warning is due. `checked`: a person compared it with the standard."""

    family: str
    fuel: str
    years: int
    source: str
    checked: bool
    zh: str
    en: str


@dataclass(frozen=True)
class GuaranteeTerm:
    """Periods of the three guarantees. Shipped empty until a person has checked the official annex."""

    family: str
    whole_months: int
    main_part_months: int
    daily_rate_basis_points: int
    source: str


@dataclass(frozen=True)
class Standard:
    """How work on one family is done, for some kinds of work and symptoms (empty: every one), with what to bring.

    `plain` may be said or shown to the customer. `special`: technical support is asked before leaving.
    """

    code: str
    family: str
    symptoms: tuple[str, ...]
    kinds: tuple[str, ...]
    zh: str
    en: str
    steps_zh: tuple[str, ...]
    steps_en: tuple[str, ...]
    plain_zh: str
    plain_en: str
    tools_zh: tuple[str, ...]
    tools_en: tuple[str, ...]
    papers_zh: tuple[str, ...]
    papers_en: tuple[str, ...]
    parts: tuple[str, ...]
    special: bool = False


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything known, in one value; compared by identity, so that what is built from it can be kept."""

    families: tuple[Family, ...]
    symptoms: tuple[Symptom, ...]
    vague: tuple[Vague, ...]
    hazards: tuple[Hazard, ...]
    not_meant: tuple[str, ...]
    checklists: tuple[Checklist, ...]
    error_codes: tuple[ErrorCode, ...]
    script: Script
    departments: tuple[Department, ...]
    routes: tuple[Route, ...]
    solutions: tuple[Solution, ...]
    urgent_families: tuple[str, ...]
    marks: tuple[Mark, ...]
    labour: tuple[Labour, ...]
    fees: tuple[Fee, ...]
    parts: tuple[Part, ...]
    certificates: tuple[Certificate, ...]
    required: tuple[Required, ...]
    service_life: tuple[ServiceLife, ...]
    guarantee: tuple[GuaranteeTerm, ...]
    standards: tuple[Standard, ...]
