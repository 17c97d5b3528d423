"""What the rules said of a report, kept as its case is opened, beside what whoever wrote it down chose."""

import json
from datetime import datetime

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.knowledge.sorting import Sorted
from bihuan.service.cases.models import Case, Correction, Triage
from bihuan.service.cases.rules import urgency_of

LONGEST = 160


def said_of(found: Sorted, *, forced: bool) -> dict[str, str]:
    """What the rules say, by field; of several symptoms or dangers all, with commas. `forced`: the appliance or its
    code alone makes it urgent."""
    heard = [reason.rule.partition(":")[2] for reason in found.why.get("symptom", ())]
    dangers = list(found.dangers)
    return {
        "kind": found.kind,
        "wish": found.wish,
        "problem": found.problem,
        "department": found.department,
        "category": found.category,
        "symptom": ",".join(heard),
        "danger": ",".join(dangers),
        "impact": found.impact,
        "urgency": urgency_of(
            told="",
            hazards=[*dangers, *(["forced"] if forced else [])],
            core_lost=found.core_lost,
            kind=found.kind,
            impact=found.impact,
        ),
    }


def keep_triage(case: Case, found: Sorted, *, forced: bool, now: datetime) -> None:
    """Keep what the rules said as a case is opened, and where whoever took the report had said otherwise."""
    said, key = said_of(found, forced=forced), case.report.customer.key_id
    why = {name: [[one.rule, one.words] for one in reasons] for name, reasons in found.why.items()}
    sealed = keys_for([key]).seal(key, json.dumps(why, ensure_ascii=False)) if why else ""
    Triage.objects.create(case=case, said=said, why_sealed=sealed, made_at=now)
    if case.report.taken_by_id is not None:
        Correction.objects.bulk_create(_otherwise(case, said, now=now))


def _otherwise(case: Case, said: dict[str, str], *, now: datetime) -> list[Correction]:
    """What the person at the form chose that the rules had said otherwise."""
    report = case.report
    chosen = {
        "kind": report.kind,
        "wish": report.wish,
        "urgency": report.urgency,
        "department": report.department,
        "symptom": ",".join(report.symptoms),
    }
    return [
        Correction(
            case=case,
            field=name,
            said=said[name][:LONGEST],
            put=value[:LONGEST],
            by_id=report.taken_by_id,
            at=now,
        )
        for name, value in chosen.items()
        if value and value != said[name]
    ]
