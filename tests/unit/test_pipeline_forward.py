"""An EDIFACT message that is passed on without a mapping goes in an interchange of ours, with its values kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.formats.edifact import Interchange, Message, read
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.partners import Directory, Status
from edi_router.partners.model import Delivery, Identification
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.forward import forward
from edi_router.pipeline.model import Decision, MessageOutcome
from tests.unit.test_pipeline import CUSDEC, NOW, one, run

CHINESE = CUSDEC.replace(b"UNOC", b"UNOY").replace(b"EXAMPLE STAR", "示例之星".encode())
GROUPED = (
    CUSDEC.replace(b"UNH+1+CUSDEC:D:96B:UN'", b"UNG+CUSDEC+ENTA+EDIROUTER+260314:0930+1+UN+D:96B'UNH+1+CUSDEC'")
    .replace(b"UNZ+", b"UNE+1+1'UNZ+")
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


def passing_on(
    configuration: Configuration, encoding: str | None = None, edifact: object = None
) -> Configuration:
    """The configuration with ENT-A's CUSDEC passed on to TERM, and TERM's `edifact`."""
    partners = dict(configuration.directory.partners)
    ent, term = partners["ENT-A"], partners["TERM"]
    deliver = Delivery.model_validate({"to": "TERM"})
    agreements = tuple(
        each.model_copy(update={"deliver": (deliver,), "profile": None})
        if each.id == "ent-a-cusdec"
        else each
        for each in ent.agreements
    )
    partners["ENT-A"] = ent.model_copy(update={"agreements": agreements})
    partners["TERM"] = term.model_copy(
        update={
            "edifact": EdifactSettings.model_validate(edifact or {}),
            "encoding": encoding,
            "identifications": (Identification(id="TERMINAL", qualifier="ZZ"),),
        }
    )
    return replace(configuration, directory=Directory(partners.values()))


def sealed(outcome: MessageOutcome, number: int = 12) -> tuple[Interchange, Message, bytes]:
    """The one output, read back; it has no fault of its own."""
    assert outcome.decision is Decision.ACCEPTED, outcome
    [output] = outcome.outputs
    assert output.content is None
    assert output.unsealed is not None
    assert output.unsealed.stream == "edifact:TERM"
    assert (output.unsealed.sender, output.unsealed.recipient) == ("EDIROUTER", "TERMINAL")
    content = output.unsealed.seal(number)
    [interchange] = list(read(content))
    [message] = list(interchange.messages())
    assert [*interchange.faults, *message.faults] == []
    return interchange, message, content


def said(message: Message) -> list[object]:
    return [segment.canonical() for segment in message.segments]


def original(content: bytes) -> Message:
    [interchange] = list(read(content))
    [message] = list(interchange.messages())
    return message


@pytest.mark.parametrize("edifact", [{}, {"version": "4"}, {"service": ":|.? ~", "newline": True}])
def test_it_goes_from_us_to_the_partner_and_says_the_same(
    shipped: Configuration, edifact: dict[str, object]
) -> None:
    [message] = one(run(CUSDEC, passing_on(shipped, edifact=edifact))).messages
    interchange, forwarded, _ = sealed(message)
    parties = (interchange.sender, interchange.sender_qualifier, interchange.recipient)
    assert parties == ("EDIROUTER", "ZZ", "TERMINAL")
    assert (interchange.control_reference, interchange.test) == ("12", False)
    assert said(forwarded) == said(original(CUSDEC))


def test_a_test_interchange_stays_one(shipped: Configuration) -> None:
    configuration = passing_on(shipped)
    partners = dict(configuration.directory.partners)
    partners["TERM"] = partners["TERM"].model_copy(update={"status": Status.TEST})
    content = (shipped_directory() / "samples/day/ENT-A/0930-cusdec-test.edi").read_bytes()
    [message] = one(run(content, replace(configuration, directory=Directory(partners.values())))).messages
    assert sealed(message)[0].test


@pytest.mark.parametrize(
    ("content", "syntax"),
    [(CUSDEC, "UNOC"), (CHINESE, "UNOY"), (CUSDEC.replace(b"STAR", b"ST\xc4R"), "UNOC")],
)
def test_the_level_is_one_that_has_its_characters(
    shipped: Configuration, content: bytes, syntax: str
) -> None:
    [message] = one(run(content, passing_on(shipped))).messages
    interchange, forwarded, _ = sealed(message)
    assert interchange.syntax == syntax
    assert said(forwarded) == said(original(content))


@pytest.mark.parametrize(
    ("syntax", "character", "within"),
    [("UNOC", "示", "iso8859-1"), ("UNOB", "Ä", "UNOB"), ("UNOA", "a", "UNOA")],
)
def test_what_a_named_level_does_not_have_is_told_where_it_stands(
    shipped: Configuration, syntax: str, character: str, within: str
) -> None:
    content = CHINESE.replace("示例之星".encode(), character.encode())
    [message] = one(run(content, passing_on(shipped, edifact={"syntax": syntax}))).messages
    assert (message.decision, message.reason, message.outputs) == (Decision.REJECTED, "not mappable", ())
    [fault] = message.faults
    assert fault.code == "character-not-encodable"
    assert (fault.values["character"], fault.values["encoding"]) == (character, within)
    assert fault.place.offset == content.index(b":::" + character.encode()) + 3
    assert (fault.place.tag, fault.place.element, fault.place.component) == ("TDT", 8, 4)


def test_an_agreed_encoding_is_kept(shipped: Configuration) -> None:
    [message] = one(run(CHINESE, passing_on(shipped, "gb18030"))).messages
    [output] = message.outputs
    assert output.unsealed is not None
    content = output.unsealed.seal(3)
    assert "示例之星".encode("gb18030") in content
    [interchange] = list(read(content, encoding="gb18030"))
    assert [said(each) for each in interchange.messages()] == [said(original(CHINESE))]
    assert interchange.syntax == "UNOC"


def test_the_version_of_the_group_goes_into_the_header(shipped: Configuration) -> None:
    [message] = one(run(GROUPED, passing_on(shipped))).messages
    _, forwarded, content = sealed(message)
    assert b"UNG" not in content
    assert said(forwarded) == said(original(CUSDEC))


def test_repeats_need_a_partner_whose_syntax_has_them(shipped: Configuration) -> None:
    content = CUSDEC.replace(b"UNA:+.? '", b"UNA:+.?*'").replace(b"UNOC:3", b"UNOC:4")
    content = content.replace(b"260314:0930", b"20260314:0930", 1)
    message = original(content.replace(b"GIS+22'", b"GIS+22*23'"))
    [segment] = [each for each in message.segments if each.tag == "GIS"]
    envelope = EdifactSettings().envelope(("A", ""), ("B", ""))
    _, [fault] = forward(message, envelope, NOW, level_named=False)
    assert fault.code == "repetition-not-possible"
    assert fault.place == segment.place(1)
    four = EdifactSettings.model_validate({"version": "4"}).envelope(("A", ""), ("B", ""))
    seal, faults = forward(message, four, NOW, level_named=False)
    assert faults == []
    assert said(original(seal(1))) == said(message)
