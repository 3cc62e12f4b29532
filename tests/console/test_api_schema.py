"""The API against its own description: whatever fits it is answered as it says, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)  # fmt: skip

from tests.support.console import token
from tests.support.pages import Browser
from tests.support.programs import V1
from tests.support.story import sample
from tests.support.workspaces import Place

EXAMPLES = 4
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, ignored_auth,
]  # fmt: skip
SCOPES = ("see", "search", "progress", "books", "submit", "retry", "decide")


@pytest.mark.slow
def test_what_is_described_is_what_is_answered(own: tuple[Place, Callable[..., Browser]]) -> None:
    place, browse = own
    place.drop("CIQ-YC", "order.xml", sample("transfer-order.xml"))
    place.drop("ENT-A", "odd.bin", b"\1" * 40)
    place.engine.until_idle()
    app: Any = browse().client.app
    headers = token(place.ledger, "schema", *SCOPES)
    schema = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", app)
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        _try(operation, headers)
        tried.append(operation.label)
    assert len(tried) == sum(len(methods) for methods in app.openapi()["paths"].values())


def _try(operation: Any, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def holds(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    holds()
