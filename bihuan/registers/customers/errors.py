"""Refusals about customers."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal


class CustomerForgotten(Refusal):
    """The key is destroyed: nothing of theirs can be read or written any more."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This customer was forgotten, as they asked: nothing about them can be read or written any more."
            )
        )
