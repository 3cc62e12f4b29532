"""A message whose directory is not here: the fault names the nearest one by date that has its type."""

import json

import pytest

from edi_router import check as check_data
from edi_router.config import Tree
from edi_router.faults import Fault, render
from edi_router.formats.edifact.directory import Definitions, definitions_in, definitions_over
from edi_router.formats.edifact.nearest import nearest


def here(**messages: str) -> Definitions:
    """Directories with messages: ``D96B="CODECO COARRI"``."""
    shape = {"version": "D", "release": "", "agency": "UN", "name": "", "content": []}
    files = {f"{name}/about.json": b"{}" for name in messages}
    files |= {
        f"{name}/messages/{type}.json": json.dumps(shape | {"type": type}).encode()
        for name, types in messages.items()
        for type in types.split()
    }
    return definitions_in(files)


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ("D97A", "D96B"), ("D96A", "D96B"), ("D95A", "D95B"), ("S93A", "D95B"), ("D99B", "D01B"), ("D88A", "D95B"),
        ("D10A", "D01B"), ("D12B", "D21B"), ("D77Z", "D95B"), ("D99Z", "D01B"), ("D30A", "D21B"),
        ("DD97A", None), ("2912", None), ("", None),
    ],
)  # fmt: skip
def test_the_nearest_by_date_is_named(directory: str, expected: str | None) -> None:
    definitions = here(D95B="CODECO", D96B="CODECO", D01B="CODECO", D21B="CODECO")
    assert nearest(definitions, directory, "CODECO") == expected


def test_only_directories_with_the_message_count_and_of_two_the_later() -> None:
    definitions = here(D96A="CUSCAR", D96B="CODECO", D98A="CUSCAR CODECO", D01B="CUSCAR")
    assert nearest(definitions, "D97A", "CUSCAR") == "D98A"
    assert nearest(definitions, "D96B", "CUSCAR") == "D96A"
    assert nearest(definitions, "D97A", "ORDERS") is None
    assert nearest(definitions, "D97A", "../CUSCAR") is None
    assert nearest(here(D96B="CODECO", D97B="CODECO"), "D97A", "CODECO") == "D97B"


def told(header: str, **options: str) -> list[Fault]:
    data = f"UNB+UNOC:3+A:ZZ+B:ZZ+260314:0800+1'UNH+1+{header}'BGM+1'UNT+3+1'UNZ+1+1'"
    return check_data(data.encode(), **options)  # type: ignore[arg-type]


def test_the_fault_names_it_and_the_option_and_still_the_import() -> None:
    (fault,) = told("CODECO:D:97A:UN")
    assert fault.code == "definition-missing"
    english, chinese = render(fault), render(fault, "zh")
    for text in (english, chinese):
        assert "--check-as D96B" in text
        assert "directory import d97a.zip" in text
    assert "nearest by date" in english
    assert "日期最接近" in chinese
    assert "definition-missing" not in [each.code for each in told("CODECO:D:97A:UN", check_as="D96B")]


def test_without_such_a_directory_nothing_is_said_of_one() -> None:
    (fault,) = told("ORDERS:D:97A:UN")
    assert render(fault) == (
        "No definition of ORDERS in D97A: only the syntax is checked. "
        "To check all of it: edi-router directory import d97a.zip"
    )
    assert "--check-as" not in render(fault, "zh")
    assert "[" not in render(fault) + render(fault, "zh")


def test_where_it_cannot_be_imported_the_nearest_is_named_too() -> None:
    """A whole release that no longer has the type."""
    definitions = here(D97A="CUSDEC", D96B="CODECO")
    files = {"D97A/about.json": json.dumps({"whole": True, "messages": ["CUSDEC"]}).encode()}
    both = Definitions(lambda name: files.get(name) or definitions._read(name))
    from edi_router.formats.edifact import read
    from edi_router.formats.edifact.check import check

    data = b"UNB+UNOC:3+A:ZZ+B:ZZ+260314:0800+1'UNH+1+CODECO:D:97A:UN'BGM+1'UNT+3+1'UNZ+1+1'"
    (message,) = next(iter(read(data))).messages()
    (fault,) = check(message, both).faults
    assert fault.code == "message-type-unknown"
    assert render(fault).endswith("D96B is the nearest by date: try --check-as D96B.")


def test_what_is_meant_in_capitals_comes_instead_of_it() -> None:
    found = [fault for fault in told("codeco:D:96B:UN") if fault.code == "definition-missing"]
    assert [(fault.hint, "near" in fault.values) for fault in found] == [("CODECO D96B", False)]


def test_of_the_shipped_directories_each_is_found() -> None:
    definitions = definitions_over(Tree.over_shipped())
    assert nearest(definitions, "D00B", "CUSDEC") == "D01B"
    assert nearest(definitions, "D95A", "COARRI") == "D95B"
    assert nearest(definitions, "D95A", "CUSDEC") == "D96B"
    assert nearest(definitions, "D05B", "GOVCBR") == "D21B"
