"""Whatever arrives: the CONTRL that answers it has no fault by its own directory, and names only what is there."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.faults import CATALOGUE, Fault, Place
from edi_router.formats.answer import Answer
from edi_router.formats.edifact import read, write_interchange
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.contrl import answerable, contrl
from edi_router.formats.edifact.contrl_read import read_contrl
from edi_router.formats.edifact.directory import definitions_over
from edi_router.partners import Directory
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.model import Decision, Incoming, Prior, Sent
from edi_router.pipeline.process import process
from tests.support.effort import examples

DEFINITIONS = definitions_over(Tree.over_shipped())
CODES = sorted(code for code, entry in CATALOGUE.items() if entry.contrl)
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


class Empty:
    """A ledger that has met nothing."""

    def prior_interchange(self, *key: object) -> Prior | None:
        return None

    def sent_interchange(self, *key: object) -> Sent | None:
        return None

    def sent_document(self, *key: object) -> Sent | None:
        return None


@cache
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


def sound(data: bytes, encoding: str | None = None) -> tuple[str, list[str]]:
    """What the only CONTRL of an interchange says; it has no faults, and pydifact and mock-edi read the same in it."""
    from mockedi import reconcile
    from pydifact.segmentcollection import Interchange as Pydifact

    [interchange] = read(data, encoding=encoding)
    [message] = interchange.messages()
    checked = check(message, DEFINITIONS, syntax_version=interchange.syntax_version)
    assert checked.definition is not None
    found = [*message.faults, *interchange.faults, *checked.faults]
    assert not found, (data, found)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydifact itself
        [theirs] = Pydifact.from_str(data.decode(interchange.encoding)).get_messages()
    assert [segment.tag for segment in theirs.segments] == [segment.tag for segment in message.segments[1:-1]]
    heard = reconcile.answers(
        "EDIFACT",
        "CONTRL",
        message.reference,
        interchange.control_reference,
        data.decode(interchange.encoding),
    )
    told = [(segment.get(1), segment.get(3)) for segment in message.segments if segment.tag == "UCM"]
    assert heard["verdict"] == message.segments[1].get(4)
    assert [(each["control"], each["verdict"]) for each in heard["sets"]] == told
    report = read_contrl(message)
    assert report is not None
    return str(report.answer), [each.reference for each in report.rejected if each.kind == "message"]


# --- from faults -------------------------------------------------------------------------------------------

values = st.text(st.sampled_from("AZaz09 +:'?*é关_\x00\x85"), max_size=40)
names = st.one_of(st.just("ENTA"), values)
number = st.integers(1, 2000)
places = st.builds(
    Place, segment=st.one_of(st.none(), number), tag=st.sampled_from(["UNB", "UNH", "BGM", "UNT", "UNZ", None]),
    element=st.one_of(st.none(), number), component=st.one_of(st.none(), number),
    repeat=st.one_of(st.none(), number),
)  # fmt: skip
faults = st.lists(st.builds(Fault, st.sampled_from(CODES), places), max_size=150)
ONE = "UNH+{}+{}:D:96B:UN'BGM+929+X+9'UNT+3+{}'"


def escaped(value: str) -> str:
    return "".join("?" + character if character in "+:'?*" else character for character in value)


@given(
    parties=st.tuples(names, names, st.one_of(st.just("7"), values)),
    messages=st.lists(st.tuples(st.one_of(st.just("1"), values), st.one_of(st.just("CUSDEC"), values), faults),
                      max_size=4),
    envelope=st.one_of(st.just([]), faults),
    version=st.sampled_from([2, 3, 4]),
    group=st.one_of(st.none(), values),
    receipt=st.booleans(),
)  # fmt: skip
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_of_any_faults(
    parties: tuple[str, str, str],
    messages: list[tuple[str, str, list[Fault]]],
    envelope: list[Fault],
    version: int,
    group: str | None,
    receipt: bool,
) -> None:
    sender, recipient, reference = map(escaped, parties)
    body = "".join(ONE.format(escaped(name), escaped(kind), escaped(name)) for name, kind, _ in messages)
    if group is not None:
        body = f"UNG+CUSDEC+{escaped(group)}+B+240102:1200+{escaped(group)}+UN+D:96B'{body}UNE+1+1'"
    text = f"UNB+UNOY:4+{sender}:{sender}:x+{recipient}+240102:1200+{reference}'{body}UNZ+1+1'"
    interchange = next(iter(read(text.encode())))
    results = [
        (message, found) for message, (_, _, found) in zip(interchange.messages(), messages, strict=False)
    ]
    answer = contrl(interchange, results, envelope, reference="9", version=version, receipt_only=receipt)
    assert bool(answer) == answerable(interchange)
    if not answer:
        return
    told, rejected = sound(write_interchange(
        [answer], syntax="UNOY", syntax_version=version, sender="WE", recipient="THEY", control_reference="1",
        date="20240102" if version == 4 else "240102", time="1200",
    ))  # fmt: skip
    bad = [m.reference for m, found in results if any(CATALOGUE[f.code].severity == "error" for f in found)]
    if receipt:
        assert told == Answer.RECEIVED
    elif told != Answer.REJECTED:
        assert rejected == bad


# --- from bytes --------------------------------------------------------------------------------------------

GOOD = (Tree.over_shipped().read("samples/day/ENT-A/0815-cusdec-three.edi"),)
EDITS = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.integers(0, 30),
        st.binary(max_size=3) | st.sampled_from([b"'", b"+", b"X" * 40, b"UNZ+1+1'", b"UNG+A+B+C+240102:1200+1'"]),
    ),
    max_size=4,
)  # fmt: skip


@given(
    edits=EDITS, contrl_setting=st.sampled_from(["as-received", "2", "3", "4"]),
    kinds=st.sampled_from([("technical",), ("functional",), ("technical", "functional")]),
    version=st.sampled_from([b"1", b"2", b"3", b"4"]), level=st.sampled_from([b"UNOA", b"UNOC", b"UNOY", b"UNOX"]),
    encoding=st.sampled_from([None, "gb18030"]),
)  # fmt: skip
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_of_any_bytes(
    edits: list[tuple[int, int, bytes]],
    contrl_setting: str,
    kinds: tuple[str, ...],
    version: bytes,
    level: bytes,
    encoding: str | None,
) -> None:
    data = GOOD[0].replace(b"UNOC:3", level + b":" + version)
    for at, size, new in edits:
        at %= len(data) + 1
        data = data[:at] + new + data[at + size :]
    partners = dict(shipped().directory.partners)
    changes = {"contrl": contrl_setting, "contrl_kinds": kinds, "encoding": encoding}
    partners["ENT-A"] = partners["ENT-A"].model_copy(update=changes)
    configuration = replace(shipped(), directory=Directory(partners.values()))
    digest = hashlib.sha256(data).hexdigest()
    incoming = Incoming("f" * 24, "ENT-A", "in", data, digest, NOW, "2026-03-14")
    for interchange in process(incoming, configuration, Empty()).interchanges:
        outcome = {each.reference: each.decision for each in interchange.messages}
        for output in interchange.acknowledgements:
            assert output.unsealed is not None
            told, rejected = sound(output.unsealed.seal(7), encoding)
            if output.id.endswith("receipt"):
                assert told == Answer.RECEIVED
            elif told == Answer.REJECTED:
                assert Decision.ACCEPTED not in outcome.values(), (
                    "what is told to be rejected is not delivered"
                )
            else:
                assert {outcome[reference] for reference in rejected} <= {Decision.REJECTED}
                assert len(rejected) == list(outcome.values()).count(Decision.REJECTED) or (
                    interchange.decision is Decision.DUPLICATE
                )
