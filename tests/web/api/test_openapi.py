"""The described API is the real one: generated requests find no crash and no answer outside the description."""

import json
import os
import re
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import ValidationError
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.service.intake.told import WAYS
from bihuan.web.api.shapes import AnswerIn
from bihuan.wsgi import application
from tests.makers import NOW, a_case, company

SCHEMA = "/api/v1/openapi.json"


@pytest.mark.django_db
def test_the_description_is_there_and_names_every_resource() -> None:
    told = json.loads(Client().get(SCHEMA).content)
    assert told["openapi"].startswith("3.")
    assert set(told["paths"]) >= {
        "/api/v1/reports",
        "/api/v1/cases",
        "/api/v1/cases/{number}",
        "/api/v1/cases/{number}/moves",
        "/api/v1/cases/{number}/notes",
        "/api/v1/cases/{number}/chase",
        "/api/v1/cases/{number}/promises",
        "/api/v1/cases/{number}/visits",
        "/api/v1/cases/{number}/surveys",
        "/api/v1/surveys/{token}",
    }
    body = told["paths"]["/api/v1/reports"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert (body["additionalProperties"], body["required"]) == (False, ["words"])
    assert "$ref" not in json.dumps(body)


@pytest.mark.django_db
def test_what_the_rules_hold_to_stands_in_the_description_too() -> None:
    told = json.loads(Client().get(SCHEMA).content)
    body = told["paths"]["/api/v1/reports"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    words, way = body["properties"]["words"], body["properties"]["way"]
    assert (words["minLength"], words["maxLength"]) == (1, 20_000)
    told_from = [bool(re.search(words["pattern"], said)) for said in ("漏水", " 漏\n", " \n", "漏\x00", "")]
    assert told_from == [True, True, False, False, False]
    assert (way["enum"], way["default"], way["maxLength"]) == (["", *WAYS], "", 40)
    rating = told["components"]["schemas"]["AnswerIn"]["properties"]["speed"]
    assert (rating["type"], rating["minimum"], rating["maximum"]) == ("integer", 1, 5)


@pytest.mark.parametrize(("sent", "read"), [(3, 3), (3.0, 3), (3.5, None), ("3", None), (True, None)])
def test_a_whole_number_is_one_however_json_writes_it(sent: object, read: int | None) -> None:
    told = {"speed": sent, "effect": 1, "attitude": 1, "overall": 1}
    try:
        found = AnswerIn.model_validate_json(json.dumps(told)).speed
    except ValidationError:
        found = None
    assert found == read


@pytest.mark.django_db(transaction=True)
def test_generated_requests_find_no_crash_and_no_undescribed_answer() -> None:
    cache.clear()
    made = company()
    case = a_case(made)
    token = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    schema = schemathesis.openapi.from_wsgi(SCHEMA, application, config=SchemathesisConfig())
    headers = {"Authorization": f"Bearer {token}"}
    found: list[str] = []
    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):

        @settings(
            max_examples=12 if os.environ.get("CI") else 25,  # `bench/api_fuzz.py` does it at length
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def probe(generated: Any) -> None:
            if "number" in generated.path_parameters and len(str(generated.body)) % 2:
                generated.path_parameters["number"] = case.number
            answer = generated.call(headers=headers)
            where = f"{generated.method} {generated.path} → {answer.status_code}"
            if answer.status_code >= 500:
                found.append(f"{where}: {generated.body!r:.300}")
            elif answer.status_code >= 400 and set(answer.json()) != {"message", "fields"}:
                found.append(f"{where}: another shape")

        given(generated=operation.as_strategy())(probe)()
    assert found == []
