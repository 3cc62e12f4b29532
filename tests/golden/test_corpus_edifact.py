"""The verdict on every EDIFACT file of the corpus is the one that was reviewed (`corpus-edifact.tsv`)."""

from pathlib import Path

import pytest

from edi_router.faults import CATALOGUE
from edi_router.formats.edifact.directory import Definitions
from tests.golden.corpus_edifact import names, read_table, released, shipped, verdict


@pytest.mark.corpus
def test_the_table_has_every_file(corpus: Path) -> None:
    assert names(corpus / "edifact") == list(read_table())


@pytest.mark.corpus
def test_the_verdict_by_the_shipped_directories(corpus: Path) -> None:
    definitions = shipped()
    found = {name: _row(corpus / "edifact" / name, definitions) for name in read_table()}
    assert found == {name: row[:3] for name, row in read_table().items()}


@pytest.mark.corpus
@pytest.mark.unece
@pytest.mark.slow
def test_the_verdict_by_the_full_releases(corpus: Path, unece: Path) -> None:
    definitions = released(unece)
    found = {name: _row(corpus / "edifact" / name, definitions) for name in read_table()}
    assert found == {
        name: (*row[:2], row[2] if row[3] == "=" else row[3]) for name, row in read_table().items()
    }


def test_the_table_names_codes_of_the_catalogue() -> None:
    cells = [cell for row in read_table().values() for cell in row[2:] if cell not in ("", "=")]
    codes = {part.split(" ")[0] for cell in cells for part in cell.split("; ")}
    assert codes <= set(CATALOGUE)
    assert len(codes) > 20


def _row(path: Path, definitions: Definitions) -> tuple[str, str, str]:
    interchanges, messages, codes = verdict(path.read_bytes(), definitions)
    return str(interchanges), str(messages), codes
