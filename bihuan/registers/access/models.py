"""People who sign in, the tokens of programs, remembered devices, and who looked behind a mask."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from bihuan.registers.organisation.models import Node


class People(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login=username)


class Person(AbstractBaseUser):
    """Somebody who works here: login, roles, language, and the node whose work they see."""

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=32, blank=True, default="", db_index=True)  # E.164
    email = models.EmailField(blank=True, default="")  # where notices go by mail; nobody signs in with it
    roles = models.JSONField(default=list)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        app_label = "access"

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A program's right to call the API in one role. Only its fingerprint is kept."""

    fingerprint = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=32)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    customer_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20, blank=True, default="")
    platform = models.CharField(max_length=24, blank=True, default="")  # it sends orders of this one alone
    name = models.CharField(max_length=60, blank=True, default="")  # of the program, where it is one
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # last, to the minute

    class Meta:
        app_label = "access"

    @property
    def retired_at(self) -> datetime | None:
        """Out of use, as registers call it."""
        return self.revoked_at


class TokenDay(models.Model):
    """How much one program sent on one day. A reading for its page, not the truth: that is in the journal."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "access"
        constraints = (models.UniqueConstraint(fields=("token", "day"), name="access_token_day"),)


class SignInCode(models.Model):
    """A short code or one-time link sent to a technician's phone. Five wrong tries end it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    link_fingerprint = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "access"


class Device(models.Model):
    """A phone that stays signed in for 30 days, unless its service point revokes it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, unique=True)
    told = models.CharField(max_length=120, blank=True, default="")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "access"


class Reveal(models.Model):
    """Somebody looked behind the mask of a customer they do not work for, and said why."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        app_label = "access"


class Change(models.Model):
    """One change of a register or setting: who, when, and what it was before and after. Nothing personal."""

    register = models.CharField(max_length=32)
    row = models.CharField(max_length=160)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )  # none: the clock
    at = models.DateTimeField()
    deed = models.CharField(max_length=16)  # added, changed, retired, removed, activated
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        app_label = "access"
        indexes = (models.Index(fields=("register", "row", "-id"), name="access_change_of_row"),)
