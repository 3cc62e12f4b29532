"""A browser without a window: pages over ASGI, read as HTML, forms filled and sent as a person would."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html

from edi_router.ledger import Ledger
from tests.support.console import PASSWORD, account

ACCOUNTS = {
    "operator": ("operator", None), "integrator": ("integrator", None), "auditor": ("auditor", None),
    "bureau": ("bureau", "CIQ-QD"), "enterprise": ("enterprise", "ENT-A"),
    "origin": ("bureau", "CIQ-YC"), "stranger": ("enterprise", "ENT-B"),
}  # fmt: skip
"""Role and partner by the name of the account."""


def accounts(ledger: Ledger) -> None:
    """Make the accounts of `ACCOUNTS`."""
    for name, (role, partner) in ACCOUNTS.items():
        account(ledger, name, role, partner)


class Browser:
    """Somebody who is logged in and looks at pages."""

    def __init__(self, app: FastAPI, name: str, language: str = "en") -> None:
        self.client = TestClient(app, "https://console.example", headers={"accept-language": language})
        self.go("/login")
        self.send("/login", name=name, password=PASSWORD)
        assert self.response.url.path != "/login", self.text

    def go(self, path: str, status: int = 200) -> html.HtmlElement:
        """Open a page; it has to be answered with this status."""
        return self._read(self.client.get(path), status)

    def send(self, action: str, status: int = 200, **fields: str | list[str]) -> html.HtmlElement:
        """Fill in the first form of this page that goes to `action`, and send it."""
        form = next(form for form in self.page.forms if (form.action or "").partition("?")[0] == action)
        unknown = set(fields) - {
            each.get("name") for each in form.iter("input", "select", "textarea", "button")
        }
        assert not unknown, f"the form has no {unknown}"
        return self._submit(form, form.action, fields, status)

    def press(self, button: str, status: int = 200, **fields: str | list[str]) -> html.HtmlElement:
        """Press the first button that begins with this text, its form filled in with these fields."""
        pressed = next(
            each
            for each in self.page.iter("button")
            if " ".join(each.text_content().split()).startswith(button)
        )
        form = next(pressed.iterancestors("form"))
        own = {pressed.get("name"): pressed.get("value", "")} if pressed.get("name") else {}
        return self._submit(form, pressed.get("formaction") or form.action or "", {**own, **fields}, status)

    def _submit(
        self, form: html.FormElement, action: str, fields: dict[str, str | list[str]], status: int
    ) -> html.HtmlElement:
        values: dict[str, str | list[str]] = {}
        for name, value in form.form_values():
            if isinstance(name, str):
                known = values.get(name)
                values[name] = (
                    value if known is None else [*([known] if isinstance(known, str) else known), value]
                )
        target = urljoin(str(self.response.url), action)
        if (form.method or "GET").upper() == "GET":
            return self._read(self.client.get(target, params=values | fields), status)
        return self._read(self.client.post(target, data=values | fields), status)

    def _read(self, response: Any, status: int) -> html.HtmlElement:
        self.response = response
        if response.headers.get("content-type", "").startswith("text/html"):
            self.page = html.fromstring(response.text)
        assert response.status_code == status, (
            f"{response.status_code} {response.url}: {response.text[:2000]}"
        )
        return self.page

    @property
    def text(self) -> str:
        """What the page says, its blanks made one."""
        main = self.page.find(".//main")
        return " ".join((main if main is not None else self.page).text_content().split())

    def links(self, begin: str = "/") -> list[str]:
        """The addresses that the page's content leads to, beginning so."""
        main = self.page.find(".//main")
        found = [each.get("href") for each in main.iter("a")]
        return list(dict.fromkeys(each for each in found if each and each.startswith(begin)))
