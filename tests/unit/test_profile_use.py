"""Profiles in use: an agreement names one, CONTRL tells its faults, and right messages stay in the fast lane."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.library import Checker, checker
from edi_router.partners import load_partners
from edi_router.pipeline.configuration import load_configuration
from edi_router.pipeline.model import Decision, FileOutcome, Incoming, Prior, Sent
from edi_router.pipeline.process import process

PARTNER = """\
id: ENT
name: {en: Example, zh: 示例}
status: live
role: enterprise
agreements:
  - id: one
    receives: CUSRES D96B
    profile: %s
    deliver: {to: ENT}
"""


@dataclass
class View:
    """A ledger that has met nothing."""

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        return None

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        return None

    def sent_document(self, partner: str, numbers: object) -> Sent | None:
        return None


def processed(content: bytes) -> FileOutcome:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    digest = hashlib.sha256(content).hexdigest()
    now = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
    incoming = Incoming("f" * 24, "ENT-A", "in", content, digest, now, "2026-03-14")
    return process(incoming, configuration, View())


def test_the_agreement_names_the_profile_and_contrl_tells_its_faults(root: Path) -> None:
    day = (root / "samples/day/ENT-A/0800-cusdec.edi").read_bytes()
    broken = day.replace(b"LOC+36+HK'\r\n", b"").replace(b"LOC+36+HK'\n", b"").replace(b"UNT+48", b"UNT+47")
    assert broken != day
    (right,) = processed(day).interchanges
    assert right.messages[0].decision is Decision.ACCEPTED
    (outcome,) = processed(broken).interchanges
    (message,) = outcome.messages
    assert message.decision is Decision.REJECTED
    (fault,) = message.faults
    lines = (root / "schemas/profiles/cusdec-single-window.yaml").read_text("utf-8").splitlines()
    line = lines.index("  - kind: D5") + 1
    assert (fault.code, fault.rule) == ("profile-dependent-missing", f"cusdec-single-window.yaml:{line}")
    (answer,) = outcome.acknowledgements
    assert answer.unsealed is not None
    assert b"UCS+11+13'" in answer.unsealed.seal(1)


@pytest.mark.parametrize(("profile", "code"), [
    ("answer", None), ("anser", "config-unknown-name"), ("other", "profile-wrong-message"),
    ("any", None), ("newer", "profile-wrong-message"),
])  # fmt: skip
def test_lint_of_an_agreement(tmp_path: Path, profile: str, code: str | None) -> None:
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners/ENT.yaml").write_text(PARTNER % profile, encoding="utf-8")
    known = {"answer": "CUSRES D96B", "any": "CUSRES", "other": "CUSDEC D96B", "newer": "CUSRES D01B"}
    kinds = {name: Kind.parse(text) for name, text in known.items()}
    _, faults = load_partners(Tree((tmp_path,)), {}, (), kinds)
    assert [(fault.code, fault.place.line) for fault in faults] == ([] if code is None else [(code, 8)])
    if code == "config-unknown-name":
        assert faults[0].hint == "answer"


def test_the_directory_that_is_checked_by_counts(tmp_path: Path) -> None:
    (tmp_path / "partners").mkdir()
    text = (PARTNER % "newer").replace("    profile", "    check_as: D01B\n    profile")
    (tmp_path / "partners/ENT.yaml").write_text(text, encoding="utf-8")
    _, faults = load_partners(Tree((tmp_path,)), {}, (), {"newer": Kind.parse("CUSRES D01B")})
    assert faults == []


def test_right_messages_are_not_made_into_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "profile: p\nfor: CUSRES D96B\nlines:\n  FTX[d4451='AAI']: {status: R, max: 1}\n"
        "  BGM/C106/d1004: {status: R, form: an2}\n"
    )
    made = checker(profile=profile)
    whole: list[str] = []
    message = Checker.message

    def counted(self: Checker, one: object, *rest: object) -> object:
        whole.append(one.reference)  # type: ignore[attr-defined]
        return message(self, one, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Checker, "message", counted)
    text = "X" * 70
    body = "".join(
        f"UNH+{number}+CUSRES:D:96B:UN'BGM+963+{'A1' if number != 1900 else 'A12'}+11'FTX+AAI+++{text}:{text}'"
        f"UNT+4+{number}'"
        for number in range(1, 2001)
    )
    data = f"UNB+UNOC:3+A+B+260314:0930+1'{body}UNZ+2000+1'".encode()
    (fault,) = made.report(data).faults
    assert (fault.code, fault.rule, fault.place.segment) == ("profile-too-long", "p.yaml:5", 2)
    assert len(whole) < 1900
    assert whole[-1] == "1900"
