"""The pytest plug-in: golden cases of a project's own mappings as tests.

A case `mappings/<id>/cases/<name>/` below pytest's root folder is a test when that folder is a workspace of EDI
Router (it has an `edi-router.yaml`), when the ini option `edi_router_cases` is set, or with `--edi-router`.
Elsewhere the plug-in does nothing, and nothing of EDI Router is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from edi_router.mapping.documents import Source

_ROOT = pytest.StashKey[Path | None]()
_SOURCE: pytest.StashKey[Source] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag and the ini option."""
    text = "collect the golden cases in mappings/*/cases of an EDI Router project"
    parser.getgroup("edi-router").addoption("--edi-router", action="store_true", help=text)
    parser.addini("edi_router_cases", text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Find out once whether there is anything to do."""
    root = config.rootpath
    wanted = config.getoption("--edi-router") or config.getini("edi_router_cases")
    on = (wanted or (root / "edi-router.yaml").is_file()) and (root / "mappings").is_dir()
    config.stash[_ROOT] = root if on else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The input of a case stands for the case."""
    root = parent.config.stash.get(_ROOT, None)
    if root is None or not file_path.name.startswith("in.") or not file_path.is_relative_to(root):
        return None
    parts = file_path.relative_to(root).parts
    if len(parts) != 5 or parts[0] != "mappings" or parts[2] != "cases":
        return None
    return CaseFile.from_parent(parent, path=file_path)


class CaseFile(pytest.File):
    """The input file of a case."""

    def collect(self) -> Iterator[pytest.Item]:
        """The one test in it."""
        folder = self.path.parent
        yield CaseItem.from_parent(self, name=f"{folder.parent.parent.name}/{folder.name}")


class Differs(Exception):
    """A case whose outputs are not what is expected; its text is the difference."""


class CaseItem(pytest.Item):
    """One golden case."""

    def runtest(self) -> None:
        """Run the case; Differs when its outputs are not what is expected."""
        from edi_router.faults import render
        from edi_router.mapping.golden import run_case
        from edi_router.mapping.mapping import load

        mapping_id, _, case = self.name.partition("/")
        source = _source(self.config)
        mapping, faults = load(source.tree, mapping_id, source.definitions)
        if mapping is None or faults:
            raise Differs("\n".join(f"{fault.place}: {fault.code}: {render(fault)}" for fault in faults))
        result = run_case(source.tree, source, mapping, case)
        if not result.passed:
            raise Differs(result.difference)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """The difference alone; of anything else its trace."""
        if isinstance(excinfo.value, Differs):
            return f"{excinfo.value}\n(if that is right: edi-router test {self.name.split('/')[0]} --accept)"
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the case stands."""
        return self.path, None, self.name


def _source(config: pytest.Config) -> Source:
    """What reading needs, shared by all cases of a run."""
    if _SOURCE not in config.stash:
        from edi_router.config import Tree
        from edi_router.mapping.documents import Source

        config.stash[_SOURCE] = Source(Tree.over_shipped(config.rootpath))
    return config.stash[_SOURCE]
