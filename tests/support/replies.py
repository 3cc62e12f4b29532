"""The replies that golden files hold: `python -m tests.support.replies` writes them anew, to be read as a person would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edi_router.config import Tree, shipped_directory
from edi_router.partners import Directory
from edi_router.partners.replies import Replies
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.model import FileOutcome, Incoming, LedgerView, Output
from edi_router.pipeline.process import process
from tests.unit.test_pipeline import View

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "replies"
SAMPLES = shipped_directory() / "samples"
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


def declaration() -> bytes:
    """A declaration with values that its schema does not allow, and without its bureau."""
    data = (SAMPLES / "good" / "eentdeclio.xml").read_bytes()
    for old, new in (
        (b"<OrgCode>420500</OrgCode>", b""), (b"<Qty>18000<", b"<Qty>18 t<"),
        (b"<CiqIEFlag>E<", b"<CiqIEFlag>X<"), (b"20260315T00:00:00", b"15.03.2026"),
        (b"<Currency>840<", b"<Curency>840<"), (b"</Currency>", b"</Curency>"),
    ):  # fmt: skip
        assert old in data, old
        data = data.replace(old, new)
    return data


def crew_list() -> bytes:
    """A crew list with three wrong fields; its last column is secret."""
    text = (SAMPLES / "good" / "crew-list.csv").read_bytes().decode("gb18030")
    for old, new in ((",SG,", ",SINGAPORE,"), ("19750202", "1975-02-02"), ("CHIEF ENGINEER", "")):
        assert old in text, old
        text = text.replace(old, new)
    return text.encode("gb18030")


def cases() -> Mapping[str, tuple[str, str, bytes]]:
    """By the name of the golden file: the partner, the file and its bytes."""
    day = SAMPLES / "day" / "ENT-A"
    return {
        "cusdec": ("ENT-A", "0900-cusdec.edi", (day / "0900-cusdec-four-faults.edi").read_bytes()),
        "malformed": ("ENT-A", "0950-declaration.xml", (day / "0950-declaration-broken.xml").read_bytes()),
        "declaration": ("ENT-A", "declaration.xml", declaration()),
        "crew-list": ("SHIPLINE", "船员.csv", crew_list()),
    }


def shipped() -> Configuration:
    """The shipped configuration."""
    configuration, faults = load_configuration(Tree.over_shipped(), Tree.over_shipped())
    assert configuration is not None, faults
    return configuration


def changed(configuration: Configuration, partner: str, **values: object) -> Configuration:
    """The configuration with some values of a partner changed."""
    partners = dict(configuration.directory.partners)
    partners[partner] = partners[partner].model_copy(update=values)
    return replace(configuration, directory=Directory(partners.values()))


def processed(
    configuration: Configuration,
    partner: str,
    name: str,
    content: bytes,
    ledger: LedgerView | None = None,
    **values: object,
) -> FileOutcome:
    """The outcome of a file; `values` are others of `Incoming`."""
    incoming = Incoming(
        "f" * 24, partner, name, content, hashlib.sha256(content).hexdigest(), NOW, "2026-03-14"
    )
    return process(replace(incoming, **values), configuration, ledger or View())  # type: ignore[arg-type]


def replies(outcome: FileOutcome) -> list[Output]:
    """The replies for people among what an outcome made."""
    made = [*outcome.told, *(each for one in outcome.interchanges for each in one.acknowledgements)]
    return [each for each in made if each.format in ("text", "html")]


def text_of(configuration: Configuration, case: str, language: str) -> str:
    """The text of a golden case, its lines ended by a line feed."""
    partner, name, content = cases()[case]
    settings = Replies.model_validate({"language": language, "forms": ["text"]})
    outcome = processed(changed(configuration, partner, replies=settings), partner, name, content)
    [reply] = replies(outcome)
    assert reply.content is not None
    return reply.content.decode("utf-8").replace("\r\n", "\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    loaded = shipped()
    for each in cases():
        for spoken in ("en", "zh"):
            path = FOLDER / f"{each}.{spoken}.txt"
            path.write_text(text_of(loaded, each, spoken), encoding="utf-8")
            print(path)
