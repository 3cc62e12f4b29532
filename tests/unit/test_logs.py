"""The log: every line says what it is about, nothing of it comes from messages, and no name can forge a line."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from edi_router.cli import logs
from edi_router.config import shipped_directory
from edi_router.engine.about import about
from tests.support.cli import edi_router
from tests.support.workspaces import Place, deployment, prepare

CUSDEC = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
THREE = (shipped_directory() / "samples" / "day" / "ENT-A" / "0815-cusdec-three.edi").read_bytes()
FAULTY = (shipped_directory() / "samples" / "day" / "ENT-A" / "0900-cusdec-four-faults.edi").read_bytes()
HOSTILE = 'a\n{"event": "accepted", "message": "forged"}\r\x1b[31m\u202e\u2028 x=1.edi'


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with deployment(tmp_path / "ws") as made:
        yield made


def lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a log, each of which must be one JSON object."""
    return [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]


def test_every_line_of_a_message_carries_its_id(place: Place, tmp_path: Path) -> None:
    place.drop("ENT-A", "a.edi", THREE)
    place.drop("ENT-A", "b.edi", FAULTY)
    with logs.written("json", logging.INFO, tmp_path / "log"):
        place.engine.round()
    told = [line for line in lines(tmp_path / "log") if line["logger"].startswith("edi_router")]
    for message in place.ledger.ls("message"):
        own = [line for line in told if message["id"] in line.get("messages", [line.get("message")])]
        decision = "accepted" if message["state"] == "completed" else message["state"]
        assert own[0]["event"] == decision
        assert {(line["partner"], line["file"], line["type"]) for line in own[:1]} == {
            ("ENT-A", message["file"], "CUSDEC")
        }
        shown = place.ledger.show(message["id"])
        assert {line["delivery"] for line in own[1:]} == {row["id"] for row in shown["deliveries"]}
        assert [line["event"] for line in own[1:]] == ["delivered"] * len(shown["deliveries"])
        faults = {fault["code"] for fault in shown["faults"] if fault["subject"] == message["id"]}
        assert set(own[0].get("faults", ())) == faults
    files = {row["id"] for row in place.ledger.ls("file")}
    assert {line["file"] for line in told if line["event"] == "received"} == files
    assert all(line["node"] and line["timestamp"].endswith("Z") and line["level"] for line in told)


@pytest.mark.parametrize("format", logs.FORMATS)
def test_a_file_name_cannot_forge_a_line(place: Place, tmp_path: Path, format: str) -> None:
    file = tmp_path / "log"
    with logs.written(format, logging.INFO, file):
        place.drop("ENT-A", HOSTILE, b"<a>")
        place.engine.round()
        with about(name=HOSTILE):
            logging.getLogger("edi_router").error("%s is left in the outbox", HOSTILE)
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) == text.count("\n")  # U+2028 and the like would end a line for some
    assert not set(text) & set("\x1b\r\u202e\u2028")
    if format == "json":
        told = lines(file)
        assert [line["name"] for line in told if line["level"] == "error"] == [HOSTILE]
        [received] = [line for line in told if line["event"] == "received"]
        assert received["name"] == place.ledger.ls("file")[0]["name"]
        assert not any(line["event"] == "accepted" or line.get("message") == "forged" for line in told)
    else:
        begin = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (INFO|ERROR) ")
        assert all(begin.match(line) for line in text.splitlines())
        assert json.dumps('\n{"event": "accepted"')[1:-1] in text


def test_what_a_bug_quotes_stays_out_of_the_log(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edi_router.engine import work

    def broken(*arguments: object) -> None:
        raise ValueError("the password is 'PASSWORD1'")

    monkeypatch.setattr(work, "process", broken)
    place.drop("ENT-A", "a.edi", CUSDEC)
    with logs.written("json", logging.DEBUG, tmp_path / "log"):
        [problem] = place.engine.round().problems
    assert "PASSWORD1" in problem  # to the person who runs it, and in the ledger
    assert "PASSWORD1" not in (tmp_path / "log").read_text()
    told = lines(tmp_path / "log")
    [error] = [line for line in told if line["level"] == "error" and line["logger"].endswith("steps")]
    assert re.search(r"a\.edi: ValueError at test_logs\.py:\d+ broken$", error["event"])
    [file] = place.ledger.ls("file")
    assert (error["file"], error["partner"], error["name"]) == (file["id"], "ENT-A", "a.edi")
    [debug] = [line for line in told if "errors" in line]
    assert debug["errors"][0]["error"] == "ValueError"


@pytest.mark.parametrize("format", logs.FORMATS)
def test_errors_are_told_with_their_way_and_without_data(format: str) -> None:
    shown = []
    row = {"content": "PASSWORD1"}
    try:
        try:
            raise IntegrityError("INSERT", row, Exception("Key (PASSWORD1) exists"))
        except IntegrityError as error:
            raise OperationalError("INSERT", row, Exception("database is locked")) from error
    except OperationalError:
        record = logging.getLogger().makeRecord(
            "edi_router", logging.ERROR, "f", 1, "broken off", (), sys.exc_info()
        )
        shown = logs.formatter(format).format(record)
    assert "PASSWORD1" not in shown
    assert "database is locked" in shown
    assert re.search(r"test_logs\.py:\d+ test_errors_are_told", shown)
    assert "IntegrityError" in shown


def test_a_line_for_people() -> None:
    record = logging.makeLogRecord({"msg": "received", "levelname": "INFO", "created": 0.5})
    with about(partner="ENT-A", file="f1", name="申报 1.edi", messages=["m1", "m2"], size=0):
        line = logs.formatter("text").format(record)
    assert line[19:] == '.500 INFO received partner=ENT-A file=f1 name="申报 1.edi" messages=m1,m2'


def test_names_hold_within_their_block_only() -> None:
    with about(partner="A", file="f"):
        with about(partner="B"):
            pass
        line = logs.formatter("json").format(logging.makeLogRecord({"msg": "x", "levelname": "INFO"}))
    assert (json.loads(line)["partner"], json.loads(line)["file"]) == ("A", "f")
    assert "partner" not in logs.formatter("json").format(logging.makeLogRecord({"levelname": "INFO"}))


def test_bytes_that_are_no_text_are_json_for_every_reader() -> None:
    with about(name="a\udcd6", messages=["\udcd6"]):
        line = logs.formatter("json").format(logging.makeLogRecord({"msg": "\udcd6", "levelname": "INFO"}))
    told = json.loads(line)
    assert (told["name"], told["messages"], told["event"]) == ("a\\udcd6", ["\\udcd6"], "\\udcd6")


def test_a_log_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    prepare(tmp_path / "ws")
    ran = edi_router("--workspace", tmp_path / "ws", "run", "--once", "--log-file", tmp_path / "no" / "log")
    assert (ran.code, "no/log" in ran.err) == (3, True)


@pytest.mark.parametrize("address", ["x", "1.2.3.4", "127.0.0.1:65536", "a b:80", ":80", "http://a:80"])
def test_an_address_that_is_none(tmp_path: Path, address: str) -> None:
    ran = edi_router("--workspace", tmp_path, "run", "--metrics", address)
    assert ran.code == 2
    assert "127.0.0.1:9464" in ran.err


def test_other_verbs_do_not_wait_for_structlog_and_prometheus() -> None:
    code = (
        "import sys, edi_router.cli.main, edi_router.cli.run, edi_router.engine.service, edi_router.engine.refuse;"
        "print([name for name in ('structlog', 'prometheus_client', 'wsgiref') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
