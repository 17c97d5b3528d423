"""Many cases at once: a few are made by the real actions, then copied row by row with their numbers, times, keys
and hash chains made anew. What the actions write is what the copies have, because nothing here knows their shape.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils.timezone import localdate

from bihuan.ground.journal.chain import Link, canonical, hash_of
from bihuan.ground.journal.models import Chain, Entry
from bihuan.ground.vault.actions import SealedBy, blind, fingerprint, keys, signature
from bihuan.ground.vault.models import Key
from bihuan.registers.customers.models import Consent, Contact, Customer, Machine, Place, Serial
from bihuan.service.cases.models import Case, Correction, Note, Numbering, Tick, Triage
from bihuan.service.cases.rules import number_for
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.fieldwork.models import Check, Quote, QuoteLine, Reading, Sheet, Tried, UsedPart, Work
from bihuan.service.improvement.models import DayFact, Happened
from bihuan.service.intake.actions import link_token
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.satisfaction.models import Attempt, Callback, Survey
from bihuan.service.searching.models import Words

COPIED: tuple[type[models.Model], ...] = (
    *(Key, Customer, Contact, Consent, Place, Machine, Serial),
    *(RawMessage, Chain, Report, Case, Triage, Correction, Tick, Note, Promise, Rest),
    *(Offer, Assignment, Visit, Work, Check, Reading, Tried, Quote, QuoteLine, UsedPart, Sheet),
    *(Survey, Callback, Attempt),
)
"""Every table of a case's story but its entries, each after those it points to."""

WRITTEN: tuple[type[models.Model], ...] = (*COPIED, Entry)

NAMED_IN_ENTRIES: dict[str, type[models.Model]] = {
    "promise_id": Promise,
    "promises": Promise,
    "note_id": Note,
    "offer_id": Offer,
    "assignment_id": Assignment,
    "visit_id": Visit,
    "work_id": Work,
    "quote_id": Quote,
    "sheet_id": Sheet,
    "survey_id": Survey,
    "callback_id": Callback,
    "customer_id": Customer,
}
MOMENTS_IN_ENTRIES = frozenset({"slot_from", "slot_until", "answer_by", "expected_at"})  # epoch seconds
BATCH = 400  # households written together


@dataclass
class Row:
    """One row to copy: what the database takes, and which columns are made anew."""

    own: int
    values: list[Any]
    links: list[tuple[int, str, int]]  # column, table it points to, number there
    moments: list[tuple[int, datetime]]
    sealed: list[tuple[int, str]]  # column, what follows the key's number


@dataclass
class Household:
    """One customer with everything that was ever told of their cases."""

    rows: dict[str, list[Row]]
    entries: dict[int, list[Entry]]  # by chain
    key: Key
    begins: datetime


@dataclass
class Copies:
    """Where numbering has come to, table by table and day by day."""

    next_id: dict[str, int]
    days: dict[Any, int] = field(default_factory=dict)
    made: int = 0


def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def column(model: type[models.Model], name: str) -> int:
    return next(at for at, one in enumerate(columns(model)) if one.attname == name)


def household(customer_id: int) -> Household:
    """Read everything of this customer, as templates."""
    found: dict[str, list[int]] = {"customers_customer": [customer_id]}
    customer = Customer.objects.select_related("key").get(id=customer_id)
    found["vault_key"] = [customer.key_id]
    reports = Report.objects.filter(customer_id=customer_id)
    found["intake_rawmessage"] = list(reports.values_list("raw_id", flat=True))
    found["journal_chain"] = list(reports.values_list("chain_id", flat=True))
    rows: dict[str, list[Row]] = {}
    for model in COPIED:
        table = model._meta.db_table
        if table not in found:
            found[table] = _ids_below(model, found)
        rows[table] = [_row(one) for one in model._default_manager.filter(pk__in=found[table]).order_by("pk")]
    entries = {
        chain: list(Entry.objects.filter(chain_id=chain).order_by("seq")) for chain in found["journal_chain"]
    }
    begins = min(one.recorded_at for story in entries.values() for one in story)
    return Household(rows=rows, entries=entries, key=customer.key, begins=begins)


def _ids_below(model: type[models.Model], found: dict[str, list[int]]) -> list[int]:
    """The rows of a table that point to rows found before: by the case where they can, else by any parent."""
    links = [
        one
        for one in columns(model)
        if one.is_relation and one.related_model in COPIED and one.related_model is not model
    ]
    name = next((one.name for one in links if one.related_model is Case), links[0].name)
    parent = model._meta.get_field(name).related_model
    assert isinstance(parent, type) and issubclass(parent, models.Model)
    wanted = {f"{name}_id__in": found[parent._meta.db_table]}
    return list(model._default_manager.filter(**wanted).values_list("pk", flat=True))


def _row(one: models.Model) -> Row:
    row = Row(own=one.pk, values=[], links=[], moments=[], sealed=[])
    for at, held in enumerate(columns(type(one))):
        value = getattr(one, held.attname)
        row.values.append(held.get_db_prep_save(value, connection))
        if value is None:
            continue
        if held.is_relation and held.related_model in COPIED:
            row.links.append((at, held.related_model._meta.db_table, value))
        elif isinstance(value, datetime) and value.year < 9999:  # the end of all days stays where it is
            row.moments.append((at, value))
        elif isinstance(value, str) and value.startswith("v1."):
            row.sealed.append((at, value.split(".", 2)[2]))
    return row


def copies_after() -> Copies:
    """The first free number of every table, and how many cases each day has had."""
    free = {}
    for model in WRITTEN:
        newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        free[model._meta.db_table] = (newest or 0) + 1
    return Copies(next_id=free, days=dict(Numbering.objects.values_list("day", "last")))


def copy_all(plan: Iterable[tuple[Household, datetime]], copies: Copies) -> int:
    """Write a copy of each household, its first word at the moment given. Returns how many cases that made."""
    for some in batched(plan, BATCH):
        tables: dict[str, list[list[Any]]] = {model._meta.db_table: [] for model in WRITTEN}
        for one, begins in some:
            _copy(one, begins - one.begins, copies, tables)
        with transaction.atomic():
            for model in WRITTEN:
                insert(model, tables[model._meta.db_table])
    _settle_numbers(copies)
    return copies.made


def _copy(one: Household, shift: timedelta, copies: Copies, tables: dict[str, list[list[Any]]]) -> None:
    numbers: dict[tuple[str, int], int] = {}
    for table, rows in one.rows.items():
        for row in rows:
            numbers[table, row.own] = copies.next_id[table]
            copies.next_id[table] += 1
    key = numbers["vault_key", one.key.id]
    hand = keys(Key(id=key, wrapped=one.key.wrapped))
    cases: dict[int, str] = {}
    for table, rows in one.rows.items():
        for row in rows:
            values = list(row.values)
            values[0] = numbers[table, row.own]
            for at, to, old in row.links:
                values[at] = numbers[to, old]
            for at, moment in row.moments:
                values[at] = moment_in(moment + shift)
            for at, body in row.sealed:
                values[at] = f"v1.{key}.{body}"
            if table in ANEW:
                ANEW[table](values, row, shift, copies, hand, cases)
            tables[table].append(values)
    for chain, story in one.entries.items():
        _copy_story(story, numbers["journal_chain", chain], numbers, shift, copies, tables)
    copies.made += len(one.rows["cases_case"])


def moment_in(moment: datetime) -> Any:
    """A moment as the database takes it."""
    return connection.ops.adapt_datetimefield_value(moment)


def _copy_story(
    story: list[Entry],
    chain: int,
    numbers: dict[tuple[str, int], int],
    shift: timedelta,
    copies: Copies,
    tables: dict[str, list[list[Any]]],
) -> None:
    """The entries of one chain, each with the hash that is true of it and of the one before."""
    previous, epoch = "", int(shift.total_seconds())
    for old in story:
        told = json.loads(old.body)
        facts, (actor, actor_id) = told["facts"], told["by"]
        subject = "intake_report" if old.kind.startswith("report.") else "cases_case"
        facts["subject_id"] = numbers[subject, old.subject_id]
        for name, model in NAMED_IN_ENTRIES.items():
            if name in facts:
                facts[name] = _numbers(facts[name], model._meta.db_table, numbers)
        for name in MOMENTS_IN_ENTRIES & facts.keys():
            facts[name] = facts[name] + epoch if facts[name] else facts[name]
        actor_id = numbers["customers_customer", actor_id] if actor == "customer" else actor_id
        link = Link(
            chain=chain,
            seq=old.seq,
            previous=previous,
            kind=old.kind,
            version=old.version,
            body=canonical({"facts": facts, "by": [actor, actor_id]}),
            happened_at=old.happened_at + shift,
            recorded_at=old.recorded_at + shift,
        )
        entry = Entry(
            id=copies.next_id["journal_entry"],
            chain_id=chain,
            seq=old.seq,
            previous=previous,
            hash=hash_of(link),
            kind=old.kind,
            version=old.version,
            subject_id=facts["subject_id"],
            body=link.body,
            actor_kind=actor,
            actor_id=actor_id,
            happened_at=link.happened_at,
            recorded_at=link.recorded_at,
        )
        copies.next_id["journal_entry"] += 1
        previous = entry.hash
        row = [getattr(entry, one) for one in ENTRY_COLUMNS]
        for at in ENTRY_MOMENTS:
            row[at] = moment_in(row[at])
        tables["journal_entry"].append(row)
    _close_chain(tables["journal_chain"], chain, length=len(story), last=previous)


ENTRY_COLUMNS = [one.attname for one in Entry._meta.concrete_fields]
ENTRY_MOMENTS = [ENTRY_COLUMNS.index(name) for name in ("happened_at", "recorded_at")]
CHAIN_LENGTH, CHAIN_LAST = column(Chain, "length"), column(Chain, "last")


def _close_chain(heads: list[list[Any]], chain: int, *, length: int, last: str) -> None:
    head = next(row for row in reversed(heads) if row[0] == chain)
    head[CHAIN_LENGTH], head[CHAIN_LAST] = length, last


def _numbers(old: Any, table: str, numbers: dict[tuple[str, int], int]) -> Any:
    if isinstance(old, list):
        return [numbers[table, one] for one in old]
    return numbers[table, old]


type Anew = Callable[[list[Any], Row, timedelta, Copies, SealedBy, dict[int, str]], None]


def _contact(
    values: list[Any], row: Row, shift: timedelta, copies: Copies, hand: SealedBy, cases: dict[int, str]
) -> None:
    """A phone that nobody else has."""
    phone, key = f"+86186{copies.next_id['customers_contact']:08d}", int(values[SEALED].split(".")[1])
    values[SEALED], values[BLIND] = hand.seal(key, phone), blind(values[CONTACT_KIND], phone)


def _report(
    values: list[Any], row: Row, shift: timedelta, copies: Copies, hand: SealedBy, cases: dict[int, str]
) -> None:
    values[REPORT_SEED] = seed = secrets.token_hex(16)
    values[REPORT_PRINT] = fingerprint(link_token(seed))


def _case(
    values: list[Any], row: Row, shift: timedelta, copies: Copies, hand: SealedBy, cases: dict[int, str]
) -> None:
    opened = next(moment for at, moment in row.moments if at == OPENED_AT)
    day = localdate(opened + shift)
    copies.days[day] = copies.days.get(day, 0) + 1
    values[CASE_NUMBER] = cases[values[0]] = number_for(day, copies.days[day])


def _survey(
    values: list[Any], row: Row, shift: timedelta, copies: Copies, hand: SealedBy, cases: dict[int, str]
) -> None:
    values[SURVEY_SEED] = seed = secrets.token_hex(16)
    values[SURVEY_PRINT] = fingerprint(signature("survey-link", seed))


def _sheet(
    values: list[Any], row: Row, shift: timedelta, copies: Copies, hand: SealedBy, cases: dict[int, str]
) -> None:
    values[SHEET_NUMBER] = f"{cases[values[SHEET_CASE]]}-1"
    values[SHEET_SEED] = seed = secrets.token_hex(16)
    values[SHEET_PRINT] = fingerprint(signature("service-sheet", seed))


SEALED, BLIND, CONTACT_KIND = (column(Contact, name) for name in ("sealed", "blind", "kind"))
REPORT_SEED, REPORT_PRINT = (column(Report, name) for name in ("link_seed", "link_print"))
CASE_NUMBER, OPENED_AT = (column(Case, name) for name in ("number", "opened_at"))
SURVEY_SEED, SURVEY_PRINT = (column(Survey, name) for name in ("link_seed", "link_print"))
SHEET_NUMBER, SHEET_CASE, SHEET_SEED, SHEET_PRINT = (
    column(Sheet, name) for name in ("number", "case_id", "seed", "token_print")
)
ANEW: dict[str, Anew] = {
    "customers_contact": _contact,
    "intake_report": _report,
    "cases_case": _case,
    "satisfaction_survey": _survey,
    "fieldwork_sheet": _sheet,
}


def insert(model: type[models.Model], rows: list[list[Any]]) -> None:
    """Write these rows as fast as the database takes them."""
    if not rows:
        return
    quote = connection.ops.quote_name
    columns_of = [str(one.column) for one in columns(model)]
    table, names = quote(model._meta.db_table), ", ".join(quote(name) for name in columns_of)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([_plain(value) for value in row])
            return
        marks = ", ".join(["%s"] * len(columns(model)))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _plain(value: Any) -> Any:
    """What COPY understands of what psycopg wraps: JSON as its text."""
    held = getattr(value, "obj", value)
    return json.dumps(held, ensure_ascii=False) if isinstance(held, dict | list) else held


def _settle_numbers(copies: Copies) -> None:
    Numbering.objects.bulk_create(
        [Numbering(day=day, last=last) for day, last in copies.days.items()],
        update_conflicts=True,
        update_fields=["last"],
        unique_fields=["day"],
    )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), WRITTEN):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
        else:
            cursor.execute("PRAGMA optimize=0x10002")


def left_out() -> Iterator[str]:
    """The tables that hold something of a case and are not copied."""
    for model in apps.get_models():
        points = any(one.is_relation and one.related_model in (Case, Work, Report) for one in columns(model))
        if (
            points and model not in {*COPIED, Happened, DayFact, Words} and model._default_manager.exists()
        ):  # gathered anew
            yield model._meta.db_table
