"""Programs that call the API with a token, over ASGI."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from edi_router.ledger import Ledger
from tests.support.console import token

V1 = "/api/v1"


class Program:
    """A caller with a token of these scopes; without any it presents none."""

    def __init__(self, app: FastAPI, ledger: Ledger, *scopes: str, **of: str | None) -> None:
        headers = token(ledger, uuid.uuid4().hex, *scopes, **of) if scopes else {}
        self.client = TestClient(
            app, "https://console.example", headers=headers, raise_server_exceptions=False
        )

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """What a call answers; problems have to be problems."""
        return self._read(self.client.get(V1 + path, params=query), status)

    def post(self, path: str, body: object, status: int = 200) -> Any:
        """The same of one that changes something."""
        return self._read(self.client.post(V1 + path, json=body), status)

    def hand_in(self, content: bytes, key: str, status: int = 201, name: str = "a.xml", **query: Any) -> Any:
        """Hand in a file."""
        headers = {"Idempotency-Key": key, "File-Name": name, "Content-Type": "application/octet-stream"}
        answer = self.client.post(V1 + "/files", content=content, headers=headers, params=query)
        return self._read(answer, status)

    @staticmethod
    def _read(answer: Any, status: int) -> Any:
        assert answer.status_code == status, f"{answer.status_code} {answer.url}: {answer.text[:2000]}"
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == status
        return answer.json()
