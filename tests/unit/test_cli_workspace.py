"""The verbs around a configuration: new, lint, test, check, explain; and the help of all."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest

from edi_router.cli.reference import commands
from edi_router.faults import CATALOGUE
from tests.support.cli import edi_router, process


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "router"
    assert edi_router("new", "project", folder).code == 0
    return folder


def test_a_new_project_is_right(project: Path) -> None:
    names = sorted(path.name for path in project.iterdir())
    folders = ["mappings", "partners", "registers", "samples", "schemas"]
    assert names == sorted([".gitignore", "README.md", "edi-router.yaml", *folders])
    assert "var/" in (project / ".gitignore").read_text().split()
    assert edi_router("--workspace", project, "lint", "--json").json["faults"] == []


def test_the_settings_of_a_new_project_are_the_defaults(project: Path) -> None:
    from edi_router.config import read_model
    from edi_router.partners.settings import Settings

    text = (project / "edi-router.yaml").read_text()
    lines = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if re.match(r"# (  |[a-z_]+:)", line) and not line.startswith("# database")
    ]
    settings, _, faults = read_model(Settings, "\n".join(lines), "edi-router.yaml")
    assert faults == []
    assert settings is not None
    assert set(Settings.model_fields) - settings.model_fields_set == {"database"}
    defaults = Settings()
    for name in set(Settings.model_fields) - {"name", "database", "channels"}:
        assert getattr(settings, name) == getattr(defaults, name), name


def test_a_project_is_not_overwritten(project: Path) -> None:
    assert edi_router("new", "project", project).code == 2


@pytest.mark.slow
def test_a_new_mapping_can_be_filled_in(project: Path) -> None:
    made = edi_router("--workspace", project, "new", "mapping", "my-map", "--json").json["made"]
    assert made[0] == str(project / "mappings/my-map/mapping.yaml")
    shape = edi_router("lint", project / "mappings/my-map", "--json").json
    assert shape["faults"] == []
    assert edi_router("--workspace", project, "new", "mapping", "my-map").code == 2
    assert edi_router("--workspace", project, "new", "mapping", "My map").code == 2
    assert edi_router("--workspace", project, "new", "mapping", "other", "--to", "nothing.xsd").code == 2
    assert edi_router("--workspace", project, "new", "mapping", "other", "--from", "what").code == 2


@pytest.mark.parametrize("xsd", ["xml/dec-message.xsd", "xml/transfer-order.xsd", "xml/gate-release.xsd"])
def test_a_new_mapping_of_every_target_loads(project: Path, xsd: str) -> None:
    arguments = ["--from", "xml {urn:x}Order", "--to", xsd]
    assert edi_router("--workspace", project, "new", "mapping", "m", *arguments).code == 0
    assert edi_router("lint", project / "mappings/m", "--json").json["faults"] == []


@pytest.mark.parametrize(
    "target",
    [
        "CUSRES D96B",
        "CODECO D01B",
        "SANCRT D21B",
        "CUSDEC D96B",
        "csv certificate-origin",
        "records codeco-flat",
    ],
)
def test_a_new_mapping_that_writes_no_xml_lints_clean(project: Path, target: str) -> None:
    arguments = ["--from", "xml Order", "--to", target]
    assert edi_router("--workspace", project, "new", "mapping", "m", *arguments).code == 0
    assert edi_router("lint", project / "mappings/m", "--json").json["faults"] == []


def test_a_new_mapping_to_what_is_not_here(project: Path) -> None:
    for target in ("CUSRES D96A", "CUSRES", "csv nothing", "rubbish"):
        assert edi_router("--workspace", project, "new", "mapping", "m", "--to", target).code == 2


def test_a_new_partner_is_a_right_draft(project: Path) -> None:
    assert edi_router("--workspace", project, "new", "partner", "ENT-B").code == 0
    assert edi_router("--workspace", project, "lint", "--json").json["faults"] == []
    assert edi_router("--workspace", project, "new", "partner", "ENT-B").code == 2
    assert edi_router("--workspace", project, "new", "partner", "ent b").code == 2


def test_new_outside_of_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDI_ROUTER_WORKSPACE", raising=False)
    assert edi_router("new", "partner", "ENT-B").code == 2


def test_lint_names_file_line_and_column(project: Path) -> None:
    (project / "partners/X.yaml").write_text("id: X\nname: {en: x, zh: x}\nstatus: lve\nrole: x\n")
    ran = edi_router("--workspace", project, "lint", "--json")
    assert ran.code == 1
    (fault,) = ran.json["faults"]
    assert fault["file"].endswith("partners/X.yaml")
    assert fault["place"] == {"line": 3, "column": 9}
    assert "X.yaml:3:9" in edi_router("--workspace", project, "lint").out


def test_lint_of_a_schema_that_is_not_there(project: Path) -> None:
    folder = project / "schemas/documents"
    folder.mkdir()
    (folder / "x.yaml").write_text("id: x\nfor: xml X\nschema: xml/nothing.xsd\n")
    ran = edi_router("--workspace", project, "lint", "--json")
    assert ran.code == 1
    assert ran.json["fault_count"] >= 1


def test_lint_of_what_is_no_configuration(tmp_path: Path) -> None:
    assert edi_router("lint", tmp_path).code == 2
    assert edi_router("lint", tmp_path / "nothing").code == 2


def test_the_shipped_configuration_is_right() -> None:
    assert edi_router("lint", "--json").json["faults"] == []


def test_golden_cases_fail_and_are_accepted(project: Path, root: Path) -> None:
    folder = project / "mappings/cusdec-eciq"
    shutil.copytree(root / "mappings/cusdec-eciq", folder)
    case = folder / "cases/full/out.xml"
    case.write_text(case.read_text().replace("<DeclCode>", "<DeclCode>9"))
    ran = edi_router("test", folder)
    assert ran.code == 1
    assert "-    <DeclCode>9" in ran.out
    accepted = edi_router("--workspace", project, "test", "cusdec-eciq", "--accept", "--json")
    assert accepted.code == 0
    assert [each["case"] for each in accepted.lines if each["accepted"]] == ["full"]
    assert edi_router("test", folder / "mapping.yaml").code == 0


def test_only_the_cases_of_the_workspace_run(project: Path, root: Path) -> None:
    empty = edi_router("--workspace", project, "test")
    assert empty.code == 0
    assert empty.out.startswith("0 cases")
    assert "edi-router test --all" in empty.out
    shutil.copytree(root / "mappings/cusdec-eciq/cases/full", project / "mappings/cusdec-eciq/cases/mine")
    shutil.copytree(root / "schemas/rules/cases/codeco", project / "schemas/rules/cases/codeco")
    run = {
        (each["mapping"], each["case"]) for each in edi_router("--workspace", project, "test", "--json").lines
    }
    assert {mapping for mapping, _ in run} == {"cusdec-eciq", "rules/codeco"}
    assert {("cusdec-eciq", "mine"), ("cusdec-eciq", "full")} <= run


def test_check_of_machine_and_workspace(project: Path) -> None:
    edi_router("--workspace", project, "new", "partner", "ENT-B")
    file = project / "partners/ENT-B.yaml"
    file.write_text(file.read_text().replace("status: draft", "status: live"))
    ran = edi_router("--workspace", project, "check", "--json")
    states = {line["what"]: line["state"] for line in ran.lines}
    assert ran.code == 1
    assert states["ENT-B"] == "failed"
    for name in ("out", "in"):
        (project / "exchange/ENT-B" / name).mkdir(parents=True)
    ran = edi_router("--workspace", project, "check", "--json")
    assert ran.code == 0, ran.out
    assert {line["what"]: line["state"] for line in ran.lines}["ENT-B"] == "ok"


def test_check_tells_of_too_little_room_as_the_engine_does(project: Path) -> None:
    settings = project / "edi-router.yaml"
    before = settings.read_text()
    settings.write_text(before + "\nminimum_free_megabytes: 10000000\n")
    ran = edi_router("--workspace", project, "check", "--json")
    assert ran.code == 1
    [room] = [line for line in ran.lines if line["what"] == "room"]
    assert room["state"] == "failed"
    assert "with less than 10,000,000 nothing is received" in room["text"]
    settings.write_text(before)
    told = edi_router("--workspace", project, "check", "--json").lines
    assert [line["state"] for line in told if line["what"] == "room"] == ["ok"]


def test_a_ledger_newer_than_the_program_is_refused_in_words(project: Path) -> None:
    assert edi_router("--workspace", project, "ls").code == 0
    with closing(sqlite3.connect(project / "var/ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '0099'")
    for verb in (["ls"], ["run", "--once"], ["books"], ["tonight"]):
        ran = edi_router("--workspace", project, *verb)
        assert (ran.code, "Traceback" in ran.err) == (3, False), ran.err
        assert "at revision 0099, which this version" in ran.err
    assert "结构版本为 0099" in process("--workspace", project, "ls", lang="zh").err


def test_a_lost_secret_key_is_told_in_words(project: Path) -> None:
    (project / "var").mkdir(exist_ok=True)
    (project / "var/secret.key").write_text("ab" * 32)
    (project / "var/secret.key").chmod(0o644)
    ran = edi_router("--workspace", project, "fsck")
    assert ran.code == 3
    assert "others may read" in ran.err
    assert "Traceback" not in ran.err


def test_books_of_a_day_that_has_not_come_are_no_empty_page(project: Path) -> None:
    for day in ("2999-01-01", "9999-12-31"):
        ran = edi_router("--workspace", project, "books", day)
        assert (ran.code, ran.out) == (2, "")
        assert f"{day} has not come yet" in ran.err
    assert edi_router("--workspace", project, "books", "2026-03-14").code == 0


def test_check_of_a_broken_configuration(project: Path) -> None:
    (project / "partners/X.yaml").write_text("id: X\n")
    assert edi_router("--workspace", project, "check").code == 1


def test_explain() -> None:
    shape = edi_router("explain", "Element-Too-Long", "--json").json
    assert shape["code"] == "element-too-long"
    assert "0085" in edi_router("explain", "element-too-long").out
    assert len(edi_router("explain", "--json").lines) == len(CATALOGUE)
    assert "element-too-long" in edi_router("explain", "elment-too-long").err


VERBS = dict(commands())


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_has_an_example_and_explains_its_options(name: str) -> None:
    command = VERBS[name]
    assert "Example" in (command.help or "") or "示例" in (command.help or "")
    assert all(each.help for each in command.params if isinstance(each, click.Option))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_in_both_languages(lang: str) -> None:
    script = (
        "import click\nfrom edi_router.cli.reference import commands\n"
        "for name, command in commands():\n"
        "    helps = [command.help or ''] + [p.help or '' for p in command.params if isinstance(p, click.Option)]\n"
        "    print(name, ascii(' '.join(helps)))\n"
        "    assert {'en': 'Example', 'zh': '\\u793a\\u4f8b'}['LANG'] in helps[0], name\n"
        "    chinese = [any('\\u4e00' <= c <= '\\u9fff' for c in h) for h in helps]\n"
        "    assert all(chinese) if 'LANG' == 'zh' else not any(chinese), (name, helps)\n"
    )
    environment = {**os.environ, "EDI_ROUTER_LANG": lang}
    command = [sys.executable, "-c", script.replace("LANG", lang)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_verb_and_option_is_documented(root: Path) -> None:
    text = (root / "docs/cli.md").read_text()
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    for name, command in VERBS.items():
        assert name in sections, f"make docs/cli.md again: {name} is not in it"
        for option in command.params:
            if isinstance(option, click.Option):
                told = f"make docs/cli.md again: {name} {option.opts[0]} is not in it"
                assert f"`{option.opts[0]}" in sections[name], told


def test_the_reference_is_the_one_of_the_command(root: Path) -> None:
    made = process(module="edi_router.cli.reference").out
    told = "run: EDI_ROUTER_LANG=en python -m edi_router.cli.reference > docs/cli.md"
    assert made == (root / "docs/cli.md").read_text(), told
