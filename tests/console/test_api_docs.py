"""The commands of docs/api.md are run as they stand there: by a shell, with curl, against a console under HTTPS."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from edi_router.config import shipped_directory
from edi_router.console.app import create_app
from edi_router.console.site import Site
from tests.conftest import ROOT, need
from tests.support.console import QUICK
from tests.support.http_servers import certificate
from tests.support.workspaces import Place, deployment

HOST = "edi.example"
"""Where the page has its console."""
DAY = shipped_directory() / "samples" / "day" / "ENT-A"
Command = tuple[str, str]
"""What is typed, and the answer that the page shows; empty when it shows none."""


def commands(page: str) -> list[Command]:
    """The commands of a page's console blocks, in their order."""
    found: list[Command] = []
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            end = next(index for index, line in enumerate(lines) if not line.endswith("\\"))
            found.append(("\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])))
    return found


@contextmanager
def served(place: Place, folder: Path) -> Iterator[None]:
    """The console of a deployment under HTTPS, and in `folder` a `.curlrc` that leads curl to it."""
    certificate(folder, "console", HOST)
    app = create_app(Site(place.workspace, place.ledger, place.workspace.open_archive(), place.clock), QUICK)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(
            app, log_config=None, lifespan="off", ssl_certfile=folder / "console.pem",
            ssl_keyfile=folder / "console.key", timeout_graceful_shutdown=10,
        ))  # fmt: skip
        port = listener.getsockname()[1]
        (folder / ".curlrc").write_text(
            f'connect-to = "{HOST}:443:127.0.0.1:{port}"\ncacert = "{folder / "console.pem"}"\n'
            "silent\nshow-error\nfail-with-body\n"
        )
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="console", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(60)


def typed(command: str, folder: Path, known: Mapping[str, str]) -> str:
    """What a command answers; it has to go well."""
    program = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(folder), "CURL_HOME": str(folder), "PATH": program, **known}
    ran = subprocess.run(
        ["bash", "-euc", command], capture_output=True, text=True, check=False, cwd=folder, env=environment,
        timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def test_every_command_of_the_page_works_as_it_stands_there(tmp_path: Path) -> None:
    need(shutil.which("curl"), "apt-get install curl")
    shown = commands("api.md")
    assert len(shown) >= 10
    assert {command.split()[0] for command, _ in shown} == {"curl", "edi-router"}
    shutil.copy(DAY / "0845-declaration.xml", tmp_path / "order.xml")
    with deployment(tmp_path / "ws") as place, served(place, tmp_path):
        known = {"EDI_ROUTER_WORKSPACE": str(place.root)}
        for name in ("0920-orders.edi", "0930-cusdec-test.edi"):
            place.drop("ENT-A", name, (DAY / name).read_bytes())
        place.engine.until_idle()
        first, _ = place.ledger.ls("message", state="held")
        known["HELD"] = first["id"]
        for command, example in shown:
            answer = typed(command, tmp_path, known)
            if "token add" in command:
                known["TOKEN" if " erp " in command else "DESK"] = answer.strip()
                continue
            told = json.loads(answer)
            if example:
                wanted = json.loads(example)
                assert {name: type(value) for name, value in told.items()} == {
                    name: type(value) for name, value in wanted.items()
                }
                assert all(told[name] == value for name, value in wanted.items() if isinstance(value, bool))
            if "/files" in command and "--data-binary" in command:
                known["FILE"] = told["file"]
                place.engine.until_idle()
                [message] = place.ledger.ls("message", type="MetaData")
                known["MESSAGE"] = message["id"]
            elif "/files/" in command:
                assert (told["state"], [each["state"] for each in told["messages"]]) == (
                    "processed",
                    ["completed"],
                )
            elif "/find" in command:
                assert known["MESSAGE"] in {each["id"] for each in told["items"]}
            elif "/messages?" in command:
                assert [each["id"] for each in told["items"]] == [known["MESSAGE"]]
            elif "/acknowledgements" in command:
                assert told.get("made") or told["items"]
            elif "/preview" in command:
                known["DIGEST"] = told["digest"]
        verbs = {(each.verb, each.reason) for each in place.ledger.decisions() if each.kind == "message"}
        assert verbs == {("release", "the agreement is added")}
        assert place.ledger.ls("message", state="held") == []
        assert {each["state"] for each in place.ledger.ls("message")} == {"released", "completed"}
