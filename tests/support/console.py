"""Applications with the console's access control for tests: a small site, accounts, and clients that log in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Form, Request, UploadFile
from fastapi.testclient import TestClient

from edi_router.console import access
from edi_router.console.access.passwords import Passwords, fingerprint, secret
from edi_router.console.access.roles import PERMISSIONS, Permission
from edi_router.console.site import Site
from edi_router.engine.workspace import Workspace
from edi_router.formats.documents import DocumentTypes
from edi_router.ledger import Ledger
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.series import Partners, load_exchange
from tests.support.workspaces import prepare

QUICK = Passwords(memory=8, passes=1)
"""Of tests: to hash a password as it should be would take longer than a page."""
PASSWORD = "correct horse battery"
HASH = QUICK.hash(PASSWORD)
DAY = 86_400_000_000


@dataclass(frozen=True)
class Shown(Partners):
    """Settings and partners, and the document types that may be asked for."""

    documents: DocumentTypes


class PartnersAlone(Workspace):
    """A workspace of which nothing is loaded but settings and partners: that is all that access control asks for."""

    def configuration(self) -> tuple[Configuration | None, list[Any]]:
        loaded, faults = load_exchange(self.tree)
        if loaded is None:
            return None, faults
        shown = Shown(loaded.settings, loaded.directory, loaded.calendars, DocumentTypes(self.tree))
        return cast(Configuration, shown), faults


def application(root: Path, ledger: Ledger, body_limit: int = 1000) -> FastAPI:
    """A console with a page and a form for each permission, and a call that shows a message."""
    prepare(root)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    workspace = PartnersAlone.at(root)
    app.state.site = Site(workspace, ledger, workspace.open_archive())
    access.install(app, body_limit=body_limit, passwords=QUICK)
    for word in PERMISSIONS:
        _routes(app, word)

    @app.get("/api/v1/messages/{id}")
    def message(id: str, sight: Annotated[access.Sight, Depends(access.seeing("see"))]) -> dict[str, Any]:
        return {"reference": sight.message(id)["reference"]}

    @app.post("/upload")
    async def upload(
        file: UploadFile, who: Annotated[access.Principal, Depends(access.allowed("submit"))]
    ) -> dict[str, int]:
        return {"size": len(await file.read())}

    access.check_routes(app)
    return app


def _routes(app: FastAPI, word: Permission) -> None:
    guard = [Depends(access.allowed(word))]

    @app.get(f"/{word}", dependencies=guard)
    def look(request: Request) -> str:
        who = request.state.who
        return f"{who.by} {request.state.csrf if who.session else ''}"

    @app.post(f"/{word}", dependencies=guard)
    def act(request: Request, value: Annotated[str, Form()] = "") -> str:
        return f"{request.state.who.by} {value}"


def account(ledger: Ledger, name: str, role: str, partner: str | None = None) -> None:
    """An account whose password is `PASSWORD`."""
    ledger.add_account(name, HASH, role, partner, None, "test")


def token(ledger: Ledger, name: str, *scopes: str, **of: str | None) -> dict[str, str]:
    """A token for a day; returns the header that presents it."""
    presented = secret()
    ledger.add_token(name, fingerprint(presented), scopes, DAY, "test", **of)
    return {"Authorization": f"Bearer {presented}"}


class Requests(TestClient):
    """A client that follows no redirects and tells where its requests come from."""

    def __init__(self, app: FastAPI, base_url: str = "http://console.test") -> None:
        super().__init__(app, base_url, follow_redirects=False, headers={"Sec-Fetch-Site": "same-origin"})

    def log_in(self, name: str, password: str = PASSWORD, next: str = "/see") -> Any:
        """Load the form, fill it in and send it."""
        csrf = self.form_token("/login")
        form = {"name": name, "password": password, "csrf": csrf, "next": next}
        return self.post("/login", data=form)

    def form_token(self, path: str) -> str:
        """The token in the form of a page."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.get(path).text)
        assert found is not None
        return found[1]

    @property
    def csrf(self) -> str:
        """The token of the session."""
        return str(self.get("/see").json()).partition(" ")[2]
