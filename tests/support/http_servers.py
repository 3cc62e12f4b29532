"""A partner's HTTPS service for tests: it remembers the keys of requests, and fails as it is told."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edi_router.partners.channels import HttpSettings

TOKEN = "a-token-for-tests"


@dataclass
class Service:
    """What came, and what is to be answered."""

    folder: Path
    port: int = 0
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Name and content by key: what a receiver that keeps keys has taken."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and key of everything that came."""
    answers: list[int] = field(default_factory=list)
    """What to answer next; 0 closes the connection instead. 201 when there is nothing more."""
    taken: Callable[[], None] = lambda: None
    """Called when a document has been taken, before that is answered."""
    clients: list[object] = field(default_factory=list)
    """The subject of the certificate that each client showed."""

    def settings(self, **more: Any) -> HttpSettings:
        """The channel's settings for this service."""
        values = {
            "kind": "http", "url": f"https://127.0.0.1:{self.port}/in?from=us", "ca_file": str(self.folder / "server.pem"),
            "token_file": str(self.folder / "token"), "timeout_seconds": 20,
        }  # fmt: skip
        return HttpSettings.model_validate({k: v for k, v in (values | more).items() if v is not None})

    @property
    def inbox(self) -> dict[str, bytes]:
        """What was taken, by name."""
        return dict(self.kept.values())


@contextmanager
def service(folder: Path, *, clients: bool = False, listen: bool = True) -> Iterator[Service]:
    """A service on this machine, its certificate and the token in `folder`; with `clients` they show one, too."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("server", "client", "other"):
        certificate(folder, name)
    secret(folder / "token", TOKEN + "\n")
    here = Service(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            _answer(self, here)

        do_PUT = do_POST

        def log_message(self, format: str, *values: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "client.pem")
    with serving(Handler, context) as here.port:
        yield here


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve in a thread, with TLS where there is a context; gives the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="service", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _answer(handler: BaseHTTPRequestHandler, here: Service) -> None:
    content = handler.rfile.read(int(handler.headers["Content-Length"]))
    key = handler.headers["Idempotency-Key"]
    here.requests.append((handler.command, handler.path, key))
    here.clients.append(handler.connection.getpeercert())
    status = here.answers.pop(0) if here.answers else 201
    if handler.headers.get("Authorization") not in (f"Bearer {TOKEN}", None):
        status = 401
    if 200 <= status < 300 or status == 0:
        here.kept.setdefault(key, (unquote(handler.headers["File-Name"]), content))
        here.taken()
    if status == 0:
        handler.close_connection = True
        return
    body = b"" if status < 300 else b"because of\x1b[31m a test\n"
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    if status in (301, 307):
        handler.send_header("Location", f"https://127.0.0.1:{here.port}/elsewhere")
    handler.end_headers()
    handler.wfile.write(body)


def secret(path: Path, text: str) -> None:
    """A file that only its owner reads."""
    path.touch(mode=0o600)
    path.write_text(text)


def certificate(folder: Path, name: str, *hosts: str) -> None:
    """A self-signed certificate of this machine, and of these hosts, (`NAME.pem`) with its key (`NAME.key`), in force for a
    day.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (invented)")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, hosts)]
        ), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    secret(folder / f"{name}.key", text)
