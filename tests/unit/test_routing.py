"""What a directory remembers of routes: only what nothing in a document can change."""

from edi_router.formats.documents import Kind
from edi_router.formats.xml import parse
from edi_router.partners import Directory, Partner, choose
from edi_router.partners.routing import KINDS
from edi_router.partners.settings import Settings
from edi_router.pipeline.envelopes import Envelopes, envelope_to

ORDER = Kind("xml", "Order", "")


def partner(id, status="live", **values):
    return Partner.model_validate(
        {"id": id, "name": {"en": id, "zh": id}, "role": "enterprise", "status": status, **values}
    )


def agreement(id, *deliver, **values):
    return {"id": id, "receives": "xml Order", "deliver": list(deliver), **values}


def order(text):
    document, faults = parse(f"<Order>{text}</Order>".encode())
    assert document is not None
    assert not faults
    return document.node()


PLAIN = order("")


def test_the_same_route_is_given_again():
    sender = partner("A", agreements=[agreement("one", {"to": "B"}, {"to": "C"})])
    directory = Directory([sender, partner("B"), partner("C", "suspended")])
    first = choose(sender, ORDER, PLAIN, False, directory)
    assert first.found
    assert [leg.destination.id for leg in first.legs] == ["B", "C"]
    assert first.reason == "agreement one: sender A, document xml Order, to B, to C"
    assert choose(sender, ORDER, order("<X>1</X>"), False, directory) is first


def test_a_test_is_never_routed_as_what_is_none():
    sender = partner("A", agreements=[agreement("one", {"to": "B"})])
    directory = Directory([sender, partner("B")])
    for _ in range(2):
        assert choose(sender, ORDER, PLAIN, False, directory).found
        route = choose(sender, ORDER, PLAIN, True, directory)
        assert [fault.code for fault in route.faults] == ["test-to-live"]


def test_conditions_are_asked_of_each_document():
    one = agreement("one", {"to": "B"}, when={"path": "X", "equals": "1"})
    two = agreement("two", {"to": "C"}, when={"path": "X", "equals": "2"})
    sender = partner("A", agreements=[one, two])
    directory = Directory([sender, partner("B"), partner("C")])
    for text, wanted in (("1", "B"), ("2", "C"), ("1", "B")):
        [leg] = choose(sender, ORDER, order(f"<X>{text}</X>"), False, directory).legs
        assert leg.destination.id == wanted
    refused = choose(sender, ORDER, order("<X>3</X>"), False, directory)
    assert [fault.code for fault in refused.faults] == ["route-conditions"]


def test_destinations_in_documents_are_looked_up_in_each():
    sender = partner("A", agreements=[agreement("one", {"to": {"id": "To"}})])
    directory = Directory([sender, partner("B"), partner("C")])
    for wanted in ("B", "C", "B"):
        [leg] = choose(sender, ORDER, order(f"<To>{wanted}</To>"), False, directory).legs
        assert leg.destination.id == wanted
    unknown = choose(sender, ORDER, order("<To>D</To>"), False, directory)
    assert [fault.code for fault in unknown.faults] == ["destination-unknown"]


def test_another_file_of_the_partner_is_another_agreement():
    directory = Directory([partner("B"), partner("C")])
    for wanted in ("B", "C", "B"):
        sender = partner("A", agreements=[agreement("one", {"to": wanted})])
        [leg] = choose(sender, ORDER, PLAIN, False, directory).legs
        assert leg.destination.id == wanted


def test_names_without_end_are_not_kept_without_end():
    sender = partner("A", agreements=[agreement("one", {"to": "B"})])
    directory = Directory([sender, partner("B")])
    for number in range(2 * KINDS + 5):
        kind = Kind("xml", f"Order{number}", "")
        assert [fault.code for fault in choose(sender, kind, PLAIN, False, directory).faults] == [
            "route-none"
        ]
        assert len(directory._agreed) <= KINDS


def test_an_envelope_is_made_once_for_the_files_that_it_comes_from():
    settings = Settings.model_validate({"identifications": [{"id": "US", "qualifier": "ZZ"}]})
    known = Envelopes()
    to = partner("B", encoding="gb18030", identifications=[{"id": "THEM"}])
    made = known.to(to, settings, False)
    assert made == envelope_to(to, settings, False)
    assert known.to(to, settings, False) is made
    assert known.to(to, settings, True) == envelope_to(to, settings, True) != made
    again = partner("B", identifications=[{"id": "OTHERS"}])
    assert known.to(again, settings, False) == envelope_to(again, settings, False) != made
    others = Settings.model_validate({"identifications": [{"id": "WE"}]})
    assert known.to(again, others, False).sender == "WE"
