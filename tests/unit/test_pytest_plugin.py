"""The pytest plug-in in real runs of pytest, and `edi-router test --watch`."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from edi_router.config import shipped_directory

ROOT = Path(__file__).parents[2]


@cache
def plugin() -> tuple[str, ...]:
    """How the plug-in is loaded: by its entry point where the package is installed with it, else by name."""
    code = "from importlib.metadata import entry_points as e; print(*(each.name for each in e(group='pytest11')))"
    # Asked elsewhere: metadata in the checkout may be older than the installation.
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(sys.prefix), capture_output=True, text=True, check=True
    )
    return () if "edi_router" in done.stdout.split() else ("-p", "edi_router.pytest_plugin")


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """pytest of a process of its own, with the plug-in and without our own settings."""
    quiet = ("-p", "no:cacheprovider", "-p", "no:randomly")
    command = [sys.executable, "-m", "pytest", *quiet, *plugin(), *arguments]
    environment = {**os.environ, "EDI_ROUTER_LANG": "en"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the shipped mapping of transfers as its own, and a test of its own."""
    copy = tmp_path / "mappings" / "receipt-dec"
    shutil.copytree(shipped_directory() / "mappings" / "receipt-dec", copy)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")
    return tmp_path


def test_cases_are_tests_of_a_workspace(project: Path) -> None:
    (project / "edi-router.yaml").write_text("name: x\n")
    code, told = run(project, "-v")
    assert code == 0, told
    assert "receipt-dec/received PASSED" in told
    assert "test_own.py::test_own PASSED" in told


def test_a_failing_case_shows_its_difference(project: Path) -> None:
    out = project / "mappings/receipt-dec/cases/received/out.xml"
    out.write_text(out.read_text().replace("accepted", "excepted"))
    code, told = run(project, "--edi-router", "mappings")
    assert code == 1
    assert "-  <ErrorMessage>excepted</ErrorMessage>" in told
    assert "+  <ErrorMessage>accepted</ErrorMessage>" in told
    assert "edi-router test receipt-dec --accept" in told
    assert "Traceback" not in told


def test_a_faulty_mapping_is_told_at_its_line(project: Path) -> None:
    file = project / "mappings/receipt-dec/mapping.yaml"
    file.write_text(file.read_text().replace("from: Received", "form: Received"))
    code, told = run(project, "--edi-router", "mappings")
    assert code == 1
    assert "config-unknown-key" in told


def test_the_ini_option_switches_it_on(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nedi_router_cases = true\n")
    assert "receipt-dec/refused" in run(project, "-v")[1]


def test_elsewhere_it_does_nothing(project: Path) -> None:
    code, told = run(project, "-v")
    assert code == 0
    assert "receipt-dec" not in told
    assert "1 passed" in told


def test_it_is_declared() -> None:
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg", encoding="utf-8")
    assert "edi_router = edi_router.pytest_plugin" in declared["options.entry_points"]["pytest11"]


def test_it_imports_nothing_until_there_is_a_case() -> None:
    code = "import sys, edi_router.pytest_plugin; print('edi_router.mapping' in sys.modules, 'lxml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_watch_runs_again_when_a_file_changes(project: Path) -> None:
    (project / "edi-router.yaml").write_text("name: x\n")
    command = [sys.executable, "-m", "edi_router.cli.main", "test", "receipt-dec", "--watch"]
    environment = {**os.environ, "EDI_ROUTER_LANG": "en", "PYTHONUNBUFFERED": "1"}
    log = project / "log"
    with log.open("w") as stream:
        watching = subprocess.Popen(command, cwd=project, env=environment, stdout=stream, stderr=stream)
        try:
            count = len(list((project / "mappings/receipt-dec/cases").iterdir()))
            waited(log, f"{count} cases: {count} passed")
            out = project / "mappings/receipt-dec/cases/received/out.xml"
            out.write_text(out.read_text().replace("accepted", "excepted"))
            waited(log, f"{count} cases: {count - 1} passed, 1 failed")
        finally:
            watching.terminate()
            watching.wait(20)
    assert "changed" in log.read_text()


def waited(log: Path, text: str) -> None:
    until = time.monotonic() + 60
    while text not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
