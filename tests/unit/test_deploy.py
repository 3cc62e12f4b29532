"""The files under deploy/: systemd reads the units, the command takes what they give it, their variables and parts are there."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from edi_router.cli.main import cli
from edi_router.ledger import Ledger
from tests.conftest import need
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import prepare

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
PROGRAM = "/opt/edi-router/bin/edi-router"
VARIABLE = re.compile(r"EDI_ROUTER_[A-Z_]+")


def taken(arguments: list[str]) -> click.Context:
    """What the command makes of these arguments, without doing it. Raises click.UsageError for what it does not know."""
    context = cli.make_context("edi-router", list(arguments))
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        assert name is not None
        command, context = found, found.make_context(name, rest, parent=context)
    return context


def test_an_option_that_does_not_exist_is_refused() -> None:
    for wrong in (["worker", "--proceses", "4"], ["wroker"], ["worker", "--processes", "many"]):
        with pytest.raises(click.UsageError):
            taken(["--workspace", "/srv/edi", *wrong])


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / name)
    return parser["Service"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_reads_the_unit(name: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    need(program, "apt-get install systemd")
    assert program is not None
    here = shutil.which("edi-router", path=str(Path(sys.executable).parent))
    assert here is not None
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert PROGRAM in text
    (tmp_path / name).write_text(text.replace(PROGRAM, here), encoding="utf-8")
    command = [program, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_the_command_takes_what_the_unit_gives_it(name: str) -> None:
    service = unit(name)
    values = {"EDI_ROUTER_PROCESSES": "4"}
    program, *arguments = shlex.split(
        re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], service["ExecStart"])
    )
    assert program == PROGRAM
    context = taken(arguments)
    workspace = context.find_root().params["workspace"]
    assert workspace is not None
    # What is written is written below `var`, which the unit lets it.
    assert service["ReadWritePaths"] in (str(workspace), f"{workspace}/var")
    verbs = {
        "edi-router.service": "run", "edi-router-worker.service": "worker", "edi-router-console.service": "console",
    }  # fmt: skip
    assert context.info_name == verbs[name]
    if service.get("ExecReload", "").startswith(PROGRAM):
        assert taken(shlex.split(service["ExecReload"])[1:]).info_name == "reload"


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_without_its_environment_and_is_never_given_up(name: str) -> None:
    """A variable in a command without a value is an empty argument; after five quick ends systemd gives a service up."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    service = unit(name)
    given = dict(each.split("=", 1) for each in service.get("Environment", "").split())
    for variable in re.findall(r"\$\{(\w+)\}", service["ExecStart"]):
        assert given[variable]
    head = text.partition("[Service]")[0]
    assert "StartLimitIntervalSec=0" in head
    assert service["Restart"] == "always"
    assert "file:///usr/share/doc" not in text  # nothing is installed there


def test_each_variable_is_read_by_the_program_or_filled_in_here() -> None:
    files = [*DEPLOY.iterdir(), ROOT / "docs" / "cluster.md"]
    named = {found for path in files for found in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    read = {
        found
        for path in (ROOT / "edi_router").rglob("*.py")
        for found in re.findall(rf'"({VARIABLE.pattern})"', path.read_text(encoding="utf-8"))
    }
    filled = {
        found
        for path in DEPLOY.iterdir()
        if path.suffix != ".md"
        for found in re.findall(rf"\$\{{({VARIABLE.pattern})", path.read_text(encoding="utf-8"))
    }
    assert named >= {"EDI_ROUTER_DATABASE", "EDI_ROUTER_SECRET_KEY"}
    assert sorted(named - read - filled) == []


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def built(compose: dict[str, Any]) -> list[tuple[str, str]]:
    """The steps by which the image is made, instruction and rest."""
    text = compose["services"]["worker"]["build"]["dockerfile_inline"].replace("$$", "$")
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in text.splitlines() if line]


def test_the_compose_file_names_only_what_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        assert set(service.get("depends_on", ())) <= set(services)
        named = {volume.partition(":")[0] for volume in service["volumes"] if volume[0] not in "./$"}
        assert named <= set(compose["volumes"])
    context = taken(["--workspace", "/srv/edi", *services["worker"]["command"]])
    assert context.info_name == "worker"
    for variable, value in services["worker"]["environment"].items():
        assert (variable, value) == ("EDI_ROUTER_LOG", "json")
    # A container gets as long for the step in hand as a unit does.
    assert unit("edi-router-worker.service")["TimeoutStopSec"] == "120"
    assert services["worker"]["stop_grace_period"] == "2m"


def test_the_image_is_made_of_what_the_project_has(compose: dict[str, Any]) -> None:
    build = compose["services"]["worker"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    steps = dict(built(compose))
    assert list(steps) == ["FROM", "COPY", "RUN", "ENTRYPOINT"]
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg")
    version = re.fullmatch(r"python:3\.(\d+)-slim", steps["FROM"])
    assert version is not None
    assert f"Programming Language :: Python :: 3.{version[1]}" in settings["metadata"]["classifiers"]
    source, target = steps["COPY"].split()
    assert source == "."
    words = shlex.split(steps["RUN"])
    assert words[:3] == ["pip", "install", "--constraint"]
    assert (ROOT / Path(words[3]).relative_to(target)).is_file()
    package = re.fullmatch(rf"{re.escape(target)}\[(\w+)\]", words[4])
    assert package is not None
    assert package[1] in settings["options.extras_require"]


def test_secrets_get_neither_into_the_image_nor_into_git(compose: dict[str, Any]) -> None:
    folders = {str(Path(each["file"]).parent) for each in compose["secrets"].values()}
    assert folders == {"secrets"}
    for name in (".dockerignore", ".gitignore"):
        assert "deploy/secrets/" in (ROOT / name).read_text(encoding="utf-8").splitlines(), name


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_container_begins_with_its_secrets(
    compose: dict[str, Any], postgresql: PostgreSQL, postgresql_template: str, tmp_path: Path
) -> None:
    """The entry point itself, with other folders, and a database on a socket."""
    name = postgresql.create(postgresql_template)
    (tmp_path / "key").write_text("ab" * 32)
    (tmp_path / "database").write_text("secret")
    prepare(tmp_path / "w")
    [entry] = [json.loads(rest) for step, rest in built(compose) if step == "ENTRYPOINT"]
    replaced = {
        "/run/secrets": str(tmp_path), "/srv/edi": str(tmp_path / "w"),
        "@database/edi": f"@/{name}?host={postgresql.folder}", "//edi:": "//postgres:",
    }  # fmt: skip
    for before, after in replaced.items():
        assert before in entry[2]
        entry[2] = entry[2].replace(before, after)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*entry, "cluster", "setup"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    with Ledger.open(postgresql.url(name)) as ledger, ledger.engine.connect() as connection:
        jobs = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"
        assert connection.exec_driver_sql(jobs).scalar() is True


def test_the_table_of_the_files_is_whole() -> None:
    told = set(
        re.findall(r"^\| `([^`]+)` \|", (DEPLOY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert told == {path.name for path in DEPLOY.iterdir()} - {"README.md"}
