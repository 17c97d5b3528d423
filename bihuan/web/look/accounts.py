"""How staff sign in: nobody signs up by themselves, and some roles need a second factor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the package ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
