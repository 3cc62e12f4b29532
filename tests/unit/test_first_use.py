"""What a package shows and imports at its first use: each name is there, and nothing that is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import edi_router
from edi_router.first_use import at_first_use

ROOT = Path(edi_router.__file__).parent
PACKAGES = sorted(
    ".".join(("edi_router", *path.parent.relative_to(ROOT).parts))
    for path in ROOT.rglob("__init__.py")
    if "__getattr__ = at_first_use(" in path.read_text(encoding="utf-8")
)
PROGRAM = "import {0} as package; [getattr(package, name) for name in package.__all__]; print(*dir(package))"


def test_the_packages_are_found() -> None:
    assert {"edi_router", "edi_router.config", "edi_router.library", "edi_router.rules"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_all_that_a_package_shows_can_be_asked_for(package: str) -> None:
    """In a process of its own, where nothing was imported yet; and no name is that of a module."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(package)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(import_module(package).__all__) <= set(done.stdout.split())
    folder = ROOT.joinpath(*package.split(".")[1:])
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not modules & named_for_types(folder / "__init__.py")


def named_for_types(file: Path) -> set[str]:
    """What is imported for type checkers alone."""
    blocks = [each for each in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(each, ast.If)]
    found = {
        name.name
        for block in blocks
        for each in block.body
        if isinstance(each, ast.ImportFrom)
        for name in each.names
    }
    assert found
    return found


def test_a_name_is_imported_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    get = at_first_use("edi_router.faults", {".reasons": ("reason_in",)})
    monkeypatch.setattr(edi_router.faults, "reason_in", None, raising=False)  # and taken away at the end
    found = get("reason_in")
    assert found is import_module("edi_router.faults.reasons").reason_in is edi_router.faults.reason_in
    with pytest.raises(AttributeError, match=r"module 'edi_router\.faults' has no attribute 'nothing'"):
        get("nothing")
