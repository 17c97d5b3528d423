"""Correcting what we know of a customer: the name, and the ways to reach them."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import blind, keys_for
from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.registers.customers.actions import reach_by, rename
from bihuan.registers.customers.models import Contact, Customer, CustomerSession, CustomerSignIn


class ContactTaken(LostRace):
    """Another customer is reached this way; two customers never share a number."""

    def __init__(self, field: str) -> None:
        said = _("Another customer is reached this way. Look them up instead.")
        super().__init__(said, fields={field: said})


class ContactWrong(Refusal):
    def __init__(self, field: str) -> None:
        said = _("This is neither a phone number nor an e-mail address.")
        super().__init__(said, fields={field: said})


@transaction.atomic
def mend(customer: Customer, *, name: str = "", phone: str = "", email: str = "") -> None:
    """Change what is given; what is left empty stays as it was."""
    if name.strip():
        rename(customer, name)
    for field, told in (("phone", phone), ("email", email)):
        if told.strip():
            _reach(customer, field, told)


def _reach(customer: Customer, field: str, told: str) -> None:
    """The new number in place of the old one of its kind."""
    read = reach_by(phone=told) if field == "phone" else reach_by(email=told)
    if not read:
        raise ContactWrong(field)
    mark = blind(read[0].kind, read[0].value)
    holder = Contact.objects.filter(blind=mark).values_list("customer_id", flat=True).first()
    if holder == customer.id:
        return
    if holder is not None:
        raise ContactTaken(field)
    hand = keys_for([customer.key_id])
    Contact.objects.filter(customer=customer, kind=read[0].kind).delete()
    CustomerSession.objects.filter(customer=customer).delete()  # whoever has the old number is out
    CustomerSignIn.objects.filter(
        customer=customer
    ).delete()  # and stays so: codes on their way count no more
    try:
        with transaction.atomic():
            sealed = hand.seal(customer.key_id, read[0].value)
            Contact.objects.create(customer=customer, kind=read[0].kind, sealed=sealed, blind=mark)
    except IntegrityError:
        raise ContactTaken(field) from None
