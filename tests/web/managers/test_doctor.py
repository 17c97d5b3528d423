"""The doctor: each check is made to fail, and then to pass."""

import io
import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.journal import running
from bihuan.ground.journal.models import Entry, Reaction, Watch
from bihuan.ground.vault import backups
from bihuan.ground.worktime import clock
from bihuan.ground.worktime.models import WorkCalendar
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Coverage, Node
from bihuan.registers.organisation.naming import forget_name
from bihuan.registers.parts.models import Category, Price, Product
from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import activate, forget_cached
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import ChannelState
from bihuan.web.look import health
from bihuan.web.managers import doctor_channels, doctor_company, doctor_house
from bihuan.web.managers.doctor_all import GROUPS, counted, examine, forget_findings, open_findings
from bihuan.web.managers.doctor_finding import Asked, Named, State
from tests.makers import NOW, a_case, a_person, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

Usage = namedtuple("Usage", "total used free")
FINE, MISSING, BROKEN = State.FINE, State.MISSING, State.BROKEN


@pytest.fixture(autouse=True)
def _english_and_nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BIHUAN_COMPANY", "")
    monkeypatch.setattr(settings, "BIHUAN_HOTLINE", "")
    forget_findings()
    forget_name()


def state(check: Callable[..., Asked]) -> State:
    forget_name()
    forget_cached()
    return check(NOW).state


class TestTheCompany:
    def test_a_demo_waits_for_ones_own(self) -> None:
        assert state(doctor_company.whose) == FINE
        company()
        Person.objects.update(demo=True)
        assert state(doctor_company.whose) == MISSING

    def test_name_and_hotline(self) -> None:
        assert (state(doctor_company.name), state(doctor_company.hotline)) == (MISSING, MISSING)
        company()
        assert (state(doctor_company.name), state(doctor_company.hotline)) == (FINE, MISSING)
        Node.objects.filter(kind=Node.HEAD_OFFICE).update(phone="400-123-4567")
        assert state(doctor_company.hotline) == FINE

    def test_one_administrator_is_one_too_few(self) -> None:
        made = company()
        assert state(doctor_company.administrators) == MISSING
        a_person(Role.ADMINISTRATOR, node=made.head)
        assert state(doctor_company.administrators) == FINE

    def test_somebody_must_take_reports_and_somebody_send_them_on(self) -> None:
        company()
        assert state(doctor_company.desks) == FINE
        for person in Person.objects.all():
            if {Role.DISPATCHER, Role.SUPERVISOR} & set(person.roles):
                person.is_active = False
                person.save()
        told = doctor_company.desks(NOW)
        assert (told.state, told.said) == (
            MISSING, "Roles that nobody has: nobody sends cases on (dispatcher).",
        )  # fmt: skip

    def test_who_cannot_sign_in(self) -> None:
        made = company()
        assert state(doctor_company.locked_out) == FINE  # people of the demo need no second factor
        Person.objects.update(demo=False)
        assert state(doctor_company.locked_out) == MISSING  # their second factors are not set up
        agent = Person.objects.get(id=made.people[Role.AGENT].id)
        agent.set_unusable_password()
        agent.save()
        told = doctor_company.locked_out(NOW)
        assert (told.state, told.said) == (BROKEN, f"Cannot sign in: {agent.name} (no password).")

    def test_technicians_sign_in_by_a_phone_of_their_own(self) -> None:
        made = company()
        one, two = made.technicians[0].person, made.technicians[1].person
        for person in (one, two):
            person.set_unusable_password()
            person.phone = "+8613800138000"
            person.save()
        assert "a phone that another has too" in doctor_company.locked_out(NOW).said
        two.phone = ""
        two.save()
        told = doctor_company.locked_out(NOW)
        assert told.said == f"Cannot sign in: {two.name} (no phone for the code)."

    def test_catalogue_and_prices(self) -> None:
        assert (state(doctor_company.brands_served), state(doctor_company.prices)) == (BROKEN, MISSING)
        company()
        assert (state(doctor_company.brands_served), state(doctor_company.prices)) == (FINE, FINE)
        Price.objects.update(valid_until=date(2021, 1, 1))
        assert state(doctor_company.prices) == MISSING
        Product.objects.all().delete()
        assert state(doctor_company.brands_served) == MISSING
        Category.objects.update(retired_at=NOW)
        assert state(doctor_company.brands_served) == BROKEN

    def test_days_off_of_this_year_and_in_autumn_of_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = {localdate(NOW).year}
        monkeypatch.setattr(doctor_company, "is_published", lambda year: year in known)
        assert state(doctor_company.holidays) == MISSING
        assert doctor_company.holidays(NOW - timedelta(days=90)).state == FINE
        known.add(localdate(NOW).year + 1)
        assert state(doctor_company.holidays) == FINE
        known.clear()
        assert state(doctor_company.holidays) == BROKEN

    def test_blanks_of_the_profile_in_force(self) -> None:
        assert state(doctor_company.promises) == FINE
        blank = next(
            name
            for name in ProfileVersion.objects.filter(sort="base").values_list("name", flat=True)
            if "XX" in ProfileVersion.objects.filter(name=name).order_by("-version")[0].text
        )
        activate(blank, now=NOW)
        assert state(doctor_company.promises) == MISSING


class TestServicePoints:
    def test_points_their_coverage_and_their_technicians(self) -> None:
        assert (state(doctor_company.points), state(doctor_company.manned)) == (BROKEN, BROKEN)
        company()
        assert [state(check) for check in (doctor_company.points, doctor_company.coverage)] == [FINE, FINE]
        assert state(doctor_company.manned) == FINE
        gone = Coverage.objects.order_by("id")[0]
        name = gone.node.name
        gone.delete()
        told = doctor_company.coverage(NOW)
        assert (told.state, told.said) == (MISSING, f"Without any district they serve: {name}.")
        Technician.objects.filter(node__authorised=True).update(retired_at=NOW)
        assert state(doctor_company.manned) == MISSING

    def test_a_technician_without_skills_shifts_or_phone(self) -> None:
        made = company()
        for technician in made.technicians:
            technician.person.phone = f"+86138001380{technician.id % 100:02d}"
            technician.person.save()
        assert state(doctor_company.abilities) == FINE
        one = made.technicians[0]
        Skill.objects.filter(technician=one).delete()
        Shift.objects.filter(technician=one).delete()
        told = doctor_company.abilities(NOW)
        assert (told.state, told.said) == (
            MISSING, f"no skills: {one.person.name}; no shifts: {one.person.name}.",
        )  # fmt: skip

    def test_permits_that_run_out_within_thirty_days(self) -> None:
        made, today = company(), localdate(NOW)
        Certificate.objects.update(valid_until=today + timedelta(days=31))
        assert state(doctor_company.permits) == FINE
        one = Certificate.objects.create(
            technician=made.technicians[0], kind="welding", number="1", valid_until=today + timedelta(days=30)
        )
        assert state(doctor_company.permits) == MISSING
        Certificate.objects.filter(id=one.id).update(valid_until=today - timedelta(days=1))
        assert state(doctor_company.permits) == BROKEN
        Certificate.objects.create(
            technician=made.technicians[0], kind="welding", number="2", valid_until=date(2040, 1, 1)
        )
        assert state(doctor_company.permits) == FINE


class TestTheInstallation:
    def test_a_database_behind_the_product(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(health._seen, "unapplied", False)
        assert state(doctor_house.database) == FINE
        monkeypatch.setattr(doctor_house, "unapplied_migrations", lambda: True)
        assert state(doctor_house.database) == BROKEN

    def test_a_clock_that_does_not_sweep(self) -> None:
        Watch.objects.all().delete()
        assert state(doctor_house.clock) == BROKEN
        Watch.objects.create(name="reactions", ran_at=NOW)
        running.say_running("here:1", began_at=NOW, now=NOW)
        assert doctor_house.clock(NOW).said == "1 clock runs."
        assert doctor_house.clock(NOW + timedelta(hours=1)).state == BROKEN

    def test_work_that_waits_too_long_or_failed(self) -> None:
        assert state(doctor_house.worker) == FINE
        a_case(company())
        entry = Entry.objects.order_by("id")[0]
        later = NOW + timedelta(days=365)
        Reaction.objects.update(state=Reaction.DONE)
        Notice.objects.update(state=Notice.SENT, next_at=later)
        assert state(doctor_house.worker) == FINE
        owed = Reaction.objects.create(entry=entry, name="x", attempts=1, next_at=NOW - timedelta(hours=1))
        assert "Work waits for longer than it should" in doctor_house.worker(NOW).said
        Reaction.objects.filter(id=owed.id).update(state=Reaction.FAILED)
        assert doctor_house.worker(NOW).said == "1 reaction failed and waits for a person."

    def test_a_clock_that_somebody_moved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert state(doctor_house.moved_time) == FINE
        monkeypatch.setattr(settings, "BIHUAN_CLOCK", "/some/file")
        assert state(doctor_house.moved_time) == MISSING

    def test_a_database_whose_time_is_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        there = doctor_house.database_time()
        monkeypatch.setattr(doctor_house, "time", lambda: there + 60.5)
        told = doctor_house.moved_time(NOW)
        assert (told.state, "60 seconds apart" in told.said) == (BROKEN, True)

    def test_calendars_of_another_zone(self) -> None:
        assert state(doctor_house.zone) == FINE
        WorkCalendar.objects.filter(code="cn-office").update(timezone="Europe/Berlin")
        assert state(doctor_house.zone) == MISSING

    @pytest.mark.parametrize(("gigabytes", "wanted"), [(0.5, BROKEN), (3, MISSING), (50, FINE)])
    def test_room_on_the_disk(self, monkeypatch: pytest.MonkeyPatch, gigabytes: float, wanted: State) -> None:
        free = int(gigabytes * 1024**3)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free * 2, free, free))
        assert state(doctor_house.disk) == wanted

    def test_secrets_that_others_can_read(self) -> None:
        path = Path(settings.BIHUAN_DATA) / "secrets"
        assert state(doctor_house.secrets) == FINE
        os.chmod(path, 0o644)
        try:
            assert state(doctor_house.secrets) == BROKEN
        finally:
            os.chmod(path, 0o600)

    def test_a_backup_that_is_missing_old_or_not_kept_apart(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(settings, "BIHUAN_DATA", tmp_path)
        assert (state(doctor_house.backup), state(doctor_house.backup_apart)) == (BROKEN, MISSING)
        folder = tmp_path / "one"
        folder.mkdir()
        for age, wanted in (
            (timedelta(hours=3), FINE),
            (timedelta(hours=40), MISSING),
            (timedelta(days=8), BROKEN),
        ):
            backups.note_last(folder, at=NOW - age)
            assert state(doctor_house.backup) == wanted
        assert "same disk" in doctor_house.backup_apart(NOW).said
        (folder / backups.KEYS_FILE).touch()
        assert "keys lie in the same folder" in doctor_house.backup_apart(NOW).said

    def test_the_way_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for address, wanted in (
            ("http://127.0.0.1:8000", MISSING),
            ("http://service.example", BROKEN),
            ("https://service.example", FINE),
        ):
            monkeypatch.setattr(settings, "BIHUAN_ADDRESS", address)
            assert state(doctor_house.way_in) == wanted
        assert state(doctor_house.proxies) == BROKEN
        monkeypatch.setattr(settings, "BIHUAN_PROXIES", 1)
        assert state(doctor_house.proxies) == FINE

    def test_the_names_it_answers_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "BIHUAN_ADDRESS", "https://service.example")
        monkeypatch.setattr(settings, "CSRF_TRUSTED_ORIGINS", ["https://service.example"])
        monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1"])
        assert state(doctor_house.hosts) == BROKEN
        monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1", "service.example"])
        assert state(doctor_house.hosts) == FINE
        monkeypatch.setattr(settings, "CSRF_TRUSTED_ORIGINS", [])
        assert state(doctor_house.hosts) == BROKEN
        monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
        assert state(doctor_house.hosts) == BROKEN


class TestChannels:
    def test_what_nobody_carries_and_what_fails(self) -> None:
        sms = doctor_channels.channel(None)
        assert sms.state == MISSING
        told = {one.code: one.check(NOW).state for one in doctor_channels.CHANNELS}
        assert (told["sms"], told["mail"], told["robots"]) == (MISSING, MISSING, MISSING)

    def test_a_channel_whose_last_attempt_failed_is_broken_until_one_goes_through(self) -> None:
        works = {"channel": "sms", "provider": "aliyun_sms", "set_up": True, "last_trouble": "", "waiting": 0}
        failed = ChannelState(**works, last_sent=NOW - timedelta(days=1), last_failed=NOW)  # type: ignore[arg-type]
        mended = ChannelState(**works, last_sent=NOW, last_failed=NOW - timedelta(days=1))  # type: ignore[arg-type]
        unused = ChannelState(**works, last_sent=None, last_failed=None)  # type: ignore[arg-type]
        states = [doctor_channels.channel(one).state for one in (failed, mended, unused)]
        assert states == [BROKEN, FINE, FINE]


class TestThePage:
    def test_the_page_the_card_and_the_command_say_the_same(self, client: Client) -> None:
        made = company()
        Person.objects.update(demo=True)
        client.force_login(made.people[Role.ADMINISTRATOR])
        page = client.get("/manage/doctor", headers={"accept-language": "en"}).content.decode()
        assert "Found your own in its place" in page
        found = counted(examine(clock.now()))
        forget_findings()
        card = client.get("/settings/", headers={"accept-language": "en"}).content.decode()
        assert f"{found.missing} things are still missing." in card
        assert open_findings(clock.now()) == found
        out = io.StringIO()
        with pytest.raises(SystemExit):
            call_command("doctor", "--json", stdout=out)
        told = json.loads(out.getvalue())
        assert len(told) == sum(len(checks) for _, checks in GROUPS)
        assert sum(one["state"] == "missing" for one in told) == found.missing

    def test_a_manager_gets_no_links_to_settings(self, client: Client) -> None:
        made = company()
        Person.objects.update(demo=True)
        client.force_login(made.people[Role.MANAGER])
        page = client.get("/manage/doctor").content.decode()
        assert 'href="/settings/people"' not in page
        assert 'id="locked_out"' in page

    def test_the_first_week_of_an_empty_company_and_of_one_at_work(self, client: Client) -> None:
        made = company()
        Person.objects.update(demo=True)
        client.force_login(made.people[Role.ADMINISTRATOR])
        steps = client.get("/manage/doctor").context["steps"]
        assert [step.done for step in steps][:4] == [False, True, False, True]  # no hotline, no phones

    def test_a_check_that_fails_is_a_finding_and_stops_no_other(self) -> None:
        def fails(now: object) -> Asked:
            raise OSError("the disk is gone")

        finding = Named(code="disk", title="Disk", check=fails).ask(NOW)
        assert (finding.state, finding.said) == (BROKEN, "This could not be looked at: OSError.")
