"""Satisfaction as an app: the questionnaire is checked whenever the house starts."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from bihuan.service.satisfaction.questionnaire import ASKED, faults_of


def check_questionnaire(**_: Any) -> list[CheckMessage]:
    """Each fault of the questionnaire in use as an error that stops the start."""
    return [Error(fault, id="satisfaction.E001") for fault in faults_of(ASKED)]


class SatisfactionConfig(AppConfig):
    name = "bihuan.service.satisfaction"

    def ready(self) -> None:
        register(check_questionnaire)
