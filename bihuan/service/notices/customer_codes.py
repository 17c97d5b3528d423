"""Codes that let customers in. A page only writes down that somebody asked; whether the house knows the number is
looked at by the worker, so that the answer and its time are the same for everybody."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.tasks import task

from bihuan.ground.worktime import clock
from bihuan.registers.customers import signing_in
from bihuan.service.notices.actions import send_customer_code

WAIT = timedelta(seconds=15)  # after this long a sweep does what the engine did not
DROPS_EVERY = 3600  # seconds


@transaction.atomic
def ask_for_code(phone: str, *, now: datetime, quietly: bool = False) -> str:
    """Write down that a browser asked for a code to this number (E.164); returns the browser's secret. `quietly`:
    nothing will be sent, and nobody who asks can tell."""
    asked_id, clear = signing_in.ask_in(phone, now=now, heard=quietly)
    act_on.enqueue(asked_id)
    return clear


@task()
def act_on(asked_id: int) -> None:
    """Called by the engine, as often as it likes."""
    answer(asked_id, now=clock.now())


@transaction.atomic
def answer(asked_id: int, *, now: datetime) -> bool:
    """Send the code, once; False when nobody has the number or it was done before."""
    made = signing_in.code_for(asked_id, now=now)
    if made is None:
        return False
    customer, code = made
    return send_customer_code(customer, code=code, about=f"customer-code:{asked_id}", now=now) is not None


def answer_unheard(now: datetime) -> int:
    """A sweep: what the engine has not acted on, and what has ended long ago. Returns how many codes went out."""
    sent = sum(answer(asked_id, now=now) for asked_id in signing_in.unheard(now, older_than=WAIT))
    if cache.add("customer-sign-ins-dropped", 1, DROPS_EVERY):
        signing_in.drop_ended(now)
    return sent
