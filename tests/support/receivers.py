"""A receiver of webhook calls for tests: a server that remembers what came, and answers as it is told."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from edi_router.config import shipped_directory
from tests.support.http_servers import certificate, serving

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD4B8KpVZXTVs="


@dataclass
class Call:
    """One call, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def type(self) -> str:
        return str(self.json["type"])


@dataclass
class Receiver:
    """What came, and what is to be answered."""

    folder: Path
    port: int = 0
    scheme: str = "https"
    calls: list[Call] = field(default_factory=list)
    answers: list[int | bytes] = field(default_factory=list)
    """What to answer next: a status, raw bytes instead of an answer, or 0 to close the connection; then 204."""
    connections: set[tuple[str, int]] = field(default_factory=set)
    taken: Callable[[], None] = lambda: None
    """Called when a call has come, before it is answered."""
    elsewhere: list[str] = field(default_factory=list)
    """Paths that nobody was to ask for."""

    def webhook(self, events: str = "[message.completed, message.rejected]", more: str = "") -> str:
        """The part of a partner's file that names this receiver."""
        port = f"{self.scheme}://127.0.0.1:{self.port}/hook?key=1"
        ca = f", ca_file: {self.folder / 'server.pem'}" if self.scheme == "https" else ", plain_http: yes"
        return f'  - {{id: erp, url: "{port}", events: {events}, secrets: {{env: HOOK}}{ca}{more}}}\n'

    def types(self) -> list[str]:
        return [each.type for each in self.calls]


@contextmanager
def receiver(folder: Path, scheme: str = "https") -> Iterator[Receiver]:
    """A receiver on this machine, its certificate in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Receiver(folder, scheme=scheme)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/hook?key=1":
                here.elsewhere.append(self.path)
            here.connections.add(self.client_address)
            here.calls.append(Call({name.lower(): value for name, value in self.headers.items()}, body))
            here.taken()
            answer = here.answers.pop(0) if here.answers else 204
            if isinstance(answer, bytes) or answer == 0:
                self.close_connection = True
                self.wfile.write(answer or b"")
                return
            self.send_response(answer)
            if answer in (301, 307):
                self.send_header("Location", f"{scheme}://127.0.0.1:{here.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            here.elsewhere.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *values: object) -> None:
            pass

    context = None
    if scheme == "https":
        certificate(folder, "server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
    with serving(Handler, context) as here.port:
        yield here


def with_webhooks(root: Path, hooks: str, partner: str = "ENT-A") -> None:
    """Give a partner of the sample deployment in `root` webhooks."""
    text = (shipped_directory() / "partners" / f"{partner}.yaml").read_text(encoding="utf-8")
    path = root / "partners" / f"{partner}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}webhooks:\n{hooks}", encoding="utf-8")


def verification() -> Callable[[str, dict[str, str], bytes, float], bool]:
    """The function that docs/webhooks.md gives to receivers."""
    page = Path(__file__).parents[2] / "docs" / "webhooks.md"
    found = re.search(
        r"^```python verify\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    verified: Callable[[str, dict[str, str], bytes, float], bool] = names["verified"]
    return verified
