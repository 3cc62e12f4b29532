"""An agreement that delivers nothing: it names the directory by which answers of another release are read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edi_router.config import shipped_directory
from edi_router.formats.answer import Answer
from edi_router.partners.model import Agreement
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, MessageOutcome, Reference, Sent
from tests.support import replies
from tests.unit.test_pipeline import View, changed, one, run

APERAK = (
    (shipped_directory() / "samples" / "good" / "aperak.edi")
    .read_bytes()
    .replace(b"EXSENDER+EXRECEIVER", b"ENTA:ZZ+EDIROUTER:ZZ")
)
FOREIGN = APERAK.replace(b"APERAK:D:96B", b"APERAK:D:96A")
READ_AS = Agreement(id="their-answers", receives="APERAK D96A", check_as="D96B")


class Known(View):
    """A ledger that knows one number of what was sent."""

    def sent_document(self, partner: str, numbers: object) -> Sent | None:
        assert isinstance(numbers, tuple)
        return Sent("out-1", None) if Reference("any", "TRN000017") in numbers else None


@pytest.fixture(scope="module")
def agreed() -> Configuration:
    shipped = replies.shipped()
    before = shipped.directory.partners["ENT-A"].agreements
    return changed(shipped, "ENT-A", agreements=(*before, READ_AS))


def came(data: bytes, configuration: Configuration, view: View) -> MessageOutcome:
    [message] = one(run(data, configuration, view=view)).messages
    return message


def test_an_answer_is_read_by_the_directory_that_it_names(agreed: Configuration) -> None:
    message = came(FOREIGN, agreed, Known())
    assert (message.decision, message.outputs) == (Decision.ACCEPTED, ())
    assert [each.answer for each in message.answers] == [Answer.REJECTED]
    assert [fault.code for fault in message.faults] == ["answer-rejects"]


def test_without_it_nothing_is_read_in_it() -> None:
    message = came(FOREIGN, replies.shipped(), Known())
    assert (message.decision, message.answers) == (Decision.HELD, ())


def test_what_answers_nothing_is_held_all_the_same(agreed: Configuration) -> None:
    message = came(FOREIGN, agreed, View())
    assert (message.decision, message.reason) == (Decision.HELD, "route-none")


def test_an_agreement_must_do_something() -> None:
    with pytest.raises(ValidationError, match="at least one delivery or register"):
        Agreement(id="nothing", receives="APERAK")
