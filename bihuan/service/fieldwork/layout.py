"""What the printed sheet says, in the reader's language: facts in, words out."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bihuan.registers.knowledge.reading import shipped
from bihuan.service.cases.words import KINDS, OUTCOMES
from bihuan.service.fieldwork.sheets import Facts
from bihuan.service.fieldwork.words import COVERS, FREE_BECAUSE, ITEMS, OLD_PARTS, OPINIONS, UNITS


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def said(pair: Facts) -> str:
    """The words of a pair in the reader's language."""
    return str(pair["zh"] if is_chinese() else pair["en"])


def yuan(fen: int) -> str:
    """Fen as yuan: 123450 is ¥1,234.50."""
    return f"¥{fen // 100:,}.{fen % 100:02d}"


def clock(iso: str) -> str:
    """A moment of the facts on the wall clock."""
    return localtime(datetime.fromisoformat(iso)).strftime("%Y-%m-%d %H:%M") if iso else "–"


def laid_out(facts: Facts) -> dict[str, Any]:
    """Everything the template prints, as text."""
    return {
        "lang": "zh" if is_chinese() else "en",
        "words": _heads(),
        "company": facts["company"],
        "sheet": facts["sheet"],
        "signed": clock(facts["signed_at"]),
        "outcome": str(OUTCOMES.get(facts["outcome"], facts["outcome"])),
        "customer": _customer(facts),
        "machine": _machine(facts),
        "said": facts["words"][:400],
        "work": _work(facts),
        "diagnosis": _diagnosis(facts),
        "points": [[point_words(point), _passed(point["passed"])] for point in facts["points"]],
        "readings": [[one["name"], f"{one['value']} {one['unit']}".strip()] for one in facts["readings"]],
        "parts": [_part(part) for part in facts["parts"]],
        "charges": [charge_row(line) for line in facts["charges"]],
        "total": yuan(facts["total_fen"]),
        "consent": _consent(facts),
        "opinion": str(OPINIONS.get(facts["opinion"]["code"], facts["opinion"]["code"])),
        "opinion_words": facts["opinion"]["words"],
        "notes": _notes(facts),
        "footer": _("Keep this sheet. Hotline and complaints: %(hotline)s") % {"hotline": facts["hotline"]},
    }


def _heads() -> dict[str, Any]:
    return {
        "title": _("Service sheet"),
        "check": _("Scan to check this sheet"),
        "customer": _("Customer"),
        "machine": _("Appliance"),
        "said": _("In the customer's words:"),
        "work": _("Work"),
        "tests": _("Function tests"),
        "test_heads": [_("Point"), _("Result")],
        "readings": _("Key readings"),
        "parts": _("Parts used"),
        "part_heads": [_("Number"), _("Part name"), _("Serial"), _("Quantity"), _("Old part")],
        "charges": _("Charges"),
        "charge_heads": [_("Item"), _("Content"), _("Price"), _("Quantity"), _("Amount")],
        "no_charges": _("Nothing is charged."),
        "total": _("Total"),
        "opinion": _("Customer's opinion and signature"),
        "signature": _("Customer's signature"),
    }


def _customer(facts: Facts) -> list[list[str]]:
    who = facts["customer"]
    return [
        [_("Name"), who["name"] or "–"],
        [_("Phone"), who["phone"] or "–"],
        [_("Address"), who["address"] or "–"],
        [_("Case"), facts["case"]],
    ]


def family_words(code: str) -> str:
    """The appliance family in the reader's language."""
    found = next((family for family in shipped().families if family.code == code), None)
    return (found.zh if is_chinese() else found.en) if found else code


def _machine(facts: Facts) -> list[list[str]]:
    machine = facts["machine"]
    rows = [
        [
            _("Appliance"),
            " ".join(filter(None, (machine["brand"], family_words(machine["category"])))) or "–",
        ],
        [_("Model"), machine["model"] or "–"],
        [_("Warranty"), str(COVERS.get(machine["cover"], ""))],
    ]
    return rows + [[str(UNITS.get(unit, unit)), number] for unit, number in machine["serials"].items()]


def _work(facts: Facts) -> list[list[str]]:
    minutes = facts["minutes"]
    return [
        [_("Kind of work"), str(KINDS.get(facts["kind"], facts["kind"]))],
        [_("Service point"), facts["node"]],
        [_("Technician"), facts["technician"]],
        [_("Arrived"), clock(facts["arrived_at"])],
        [_("Signed"), clock(facts["signed_at"])],
        [_("Minutes of work"), str(minutes) if minutes else "–"],
    ]


def _diagnosis(facts: Facts) -> list[list[str]]:
    told = facts["diagnosis"]
    seen = {True: _("Yes"), False: _("No")}.get(told["reproduced"], "")
    rows = [
        [_("Fault seen:"), seen],
        [_("Cause:"), told["cause"]],
        [_("Done:"), told["plan"]],
        [_("If it comes back:"), told["fallback"]],
    ]
    return [row for row in rows if row[1]]


def point_words(point: Facts) -> str:
    """What was tested for one complained point."""
    return said(point) or _("The appliance as a whole")


def _passed(passed: bool | None) -> str:
    return {True: _("Works"), False: _("Does not work")}.get(passed, _("Not tested"))  # type: ignore[arg-type]


def _part(part: Facts) -> list[str]:
    return [
        part["number"],
        said(part),
        part["serial"] or "–",
        str(part["quantity"]),
        str(OLD_PARTS.get(part["old_part"], "")),
    ]


def charge_row(line: Facts) -> list[str]:
    """One charged line: item, content, price, quantity, amount; a free one says why."""
    amount = yuan(line["charged_fen"])
    if line["free_because"]:
        amount = f"{amount} · {FREE_BECAUSE.get(line['free_because'], '')}"
    return [
        str(ITEMS.get(line["item"], line["item"])),
        said(line),
        yuan(line["unit_fen"]),
        str(line["quantity"]),
        amount,
    ]


def _consent(facts: Facts) -> str:
    consent = facts["consent"]
    if consent["state"] != "consented" or consent["how"] == "free":
        return ""
    return _("The customer agreed to %(sum)s before the work, %(when)s.") % {
        "sum": yuan(consent["total_fen"]),
        "when": clock(consent["at"]),
    }


def _notes(facts: Facts) -> list[str]:
    found = []
    if facts["repair_holds_until"]:
        found.append(
            _(
                "This repair is under warranty until %(day)s: if the same fault comes back, mending it is free."
            )
            % {"day": facts["repair_holds_until"]}
        )
    if any(
        check["sort"] == "closing" and check["code"] == "shown" and check["state"] == "yes"
        for check in facts["checks"]
    ):
        found.append(_("Use and care were explained."))
    safety = [check["state"] for check in facts["checks"] if check["sort"] == "safety"]
    if safety and all(state in {"yes", "none"} for state in safety):
        found.append(_("All safety steps were carried out."))
    if facts["photos"]:
        found.append(_("Photos kept with this case: %(count)s.") % {"count": len(facts["photos"])})
    found.append(_("An invoice is given on request."))
    return found
