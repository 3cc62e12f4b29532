"""Every file of `samples/bad` gives the faults of its table, at the places of its table, and no others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from edi_router.cli.samples import Sample, place_in, samples
from edi_router.config import shipped_directory
from edi_router.faults import CATALOGUE
from tests.support.cli import edi_router

BAD = shipped_directory() / "samples" / "bad"
SAMPLES = samples()
BESIDE = (
    "expected.tsv", "xsd/order.xsd", "xsd/order.xml", "rules/response.yaml", "profile/response.yaml",
    "mapping/edi-router.yaml", "records/fixed.yaml", "records/gate.yaml", "records/goods.yaml", "mapping/mappings/",
    "mapping/schemas/", "routing/edi-router.yaml", "routing/partners/",
    "security/edi-router.yaml", "security/partners/", "security/certificates/",
    "registers/edi-router.yaml", "registers/partners/", "registers/registers/",
)  # fmt: skip
"""What lies there and is no sample: what samples are checked against."""
NEVER_ALONE = {
    # What is too deep is read as an empty value, which no model takes.
    "config-depth": {"config-value"},
}
"""Codes that cannot come alone, and what comes with them."""


def name(sample: Sample) -> str:
    return sample.name


@pytest.mark.parametrize("sample", SAMPLES, ids=name)
def test_a_sample_gives_its_faults_at_their_places_and_no_others(sample: Sample) -> None:
    found = sorted((fault.code, place_in(sample, fault)) for fault in sample.faults())
    assert found == sorted((each.code, each.place) for each in sample.expected)
    others = {each.code for each in sample.expected} - {sample.code}
    assert others == NEVER_ALONE.get(sample.code, set())


def test_the_first_sample_of_a_code_is_named_after_it() -> None:
    first = {sample.code: sample for sample in reversed(SAMPLES)}
    assert [Path(sample.name).stem for sample in first.values()] == list(first)


def test_every_file_is_a_sample_or_is_known() -> None:
    names = {sample.name for sample in SAMPLES}
    files = {path.relative_to(BAD).as_posix() for path in BAD.rglob("*") if path.is_file()}
    unknown = {
        file for file in files
        if file not in names and not file.startswith(BESIDE)
        and "/".join(file.split("/")[:2]) not in names
    }  # fmt: skip
    assert not unknown
    assert all((BAD / sample.name).exists() for sample in SAMPLES)


def test_no_sample_stands_twice() -> None:
    assert max(Counter(map(name, SAMPLES)).values()) == 1


def shown() -> list[Sample]:
    """Two of each area and kind that one command shows."""
    by_kind: dict[tuple[str, str], list[Sample]] = {}
    for sample in SAMPLES:
        if sample.command.startswith("edi-router"):
            by_kind.setdefault((sample.name.split("/")[0], sample.kind), []).append(sample)
    return [sample for group in by_kind.values() for sample in group[:2]]


@pytest.mark.parametrize("sample", shown(), ids=name)
def test_the_command_prints_the_fault(
    sample: Sample, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    ran = edi_router(*sample.command.split()[1:])
    severities = {CATALOGUE[each.code].severity for each in sample.expected}
    assert ran.code in ((1, 2) if "error" in severities else (0,))
    told = ran.out + ran.err
    assert all(f"{each.code}: " in told for each in sample.expected)


def test_the_files_they_are_checked_against_are_right(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    schema = "samples/bad/xsd/order.xsd"
    assert edi_router("validate", "--schema", schema, "samples/bad/xsd/order.xml").code == 0
    for folder in ("mapping", "routing"):
        assert edi_router("lint", f"samples/bad/{folder}").code == 0
