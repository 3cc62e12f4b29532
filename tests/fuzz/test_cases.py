"""What must hold for every file, held for the seeds of fuzzing and for what it has found."""

from pathlib import Path

import pytest

from edi_router.formats.edifact.importer import import_release
from tests.fuzz import holds, seeds

FILES = seeds.files() | {path.name: path.read_bytes() for path in (Path(__file__).parent / "cases").iterdir()}
RELEASES = seeds.releases()


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_nothing_but_faults_in_it(name: str) -> None:
    holds.file_holds(FILES[name])


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_gives_nothing_but_findings(name: str) -> None:
    holds.release_holds(RELEASES[name])


def test_the_seeds_of_releases_are_read() -> None:
    """A seed that says nothing to the importer would leave its code unreached."""
    found = {name: {what for what, n in imported.counts.items() if n} for name, imported in _imported()}
    assert found == {
        "TESTIT_D.95B": {"messages"}, "EDSD.95B": {"segments"}, "TRCD.95B": {"composites"},
        "EDED.95B": {"elements"}, "UNCL.95B": {"code lists", "codes"}, "cp437": {"messages"},
        "utf-8": {"messages"}, "zip": {"messages"}, "nested": {"segments"},
    }  # fmt: skip


def _imported():  # type: ignore[no-untyped-def]
    for seed, data in RELEASES.items():
        name, _, text = data.partition(b"\n")
        packed = data if data[:2] == b"PK" else holds.packed(name.decode().strip(), text)
        yield seed, import_release(packed, "a.zip")
