"""Work: queues by reason, and many things put back to work at once, after a look and only once."""

from collections.abc import Callable

import pytest

from edi_router.ledger import Ledger
from tests.support.pages import Browser
from tests.support.story import GOOD, sample
from tests.support.workspaces import Place

Browse = Callable[..., Browser]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_queue_opens_and_counts_by_reason(browse: Browse, day: Place, language: str) -> None:
    here = browse("operator", language)
    held = len(day.ledger.ls("message", state="held"))
    here.go("/queues?queue=held")
    assert len(here.links("/show/message/")) == held > 1
    assert "destination-unknown" in here.text
    assert ("does not serve" in here.text) == (language == "en")
    narrowed = next(each for each in here.links("/queues?") if "code=destination-unknown" in each)
    here.go(narrowed)
    assert len(here.links("/show/message/")) == 1
    for queue in ("files", "deliveries", "rejected"):
        here.go(f"/queues?queue={queue}")
        assert bool(here.links("/show/")) == (queue == "files")
    here.go("/queues?queue=other", 404)


def test_who_may_look_and_who_may_act(browse: Browse) -> None:
    for name, seen, acting in (("auditor", 200, 403), ("bureau", 404, 403), ("operator", 200, 200)):
        here = browse(name)
        here.go("/queues", seen)
        assert (here.links("/queues/look") != []) == (acting == 200)
        here.go("/queues/look", acting)


def given_up(place: Place) -> list[str]:
    """Deliveries that were given up: somebody's disk was full."""
    place.ledger.pause("CIQ-QD", "its disk is full")
    for name in ("cusdec-import.edi", "cusdec-own-separators.edi", "cusdec-syntax4-chinese.edi"):
        place.drop("ENT-A", name, (GOOD / name).read_bytes())
    assert place.engine.until_idle().problems == []
    place.ledger.resume("CIQ-QD")
    return fail_all(place.ledger)


def fail_all(ledger: Ledger) -> list[str]:
    ids = [row.id for row in ledger.due(limit=1000)]
    for id in ids:
        claimed = ledger.claim_delivery(id)
        assert claimed is not None
        ledger.failed(id, claimed.fence, "no space left")
    return ids


def states(place: Place, ids: list[str]) -> set[str]:
    return {place.ledger.show(id, "delivery")["state"] for id in ids}


def test_given_up_deliveries_are_tried_again_once_with_a_reason(own: tuple[Place, Browse]) -> None:
    place, browse = own
    failed = given_up(place)
    assert len(failed) >= 2
    anna, li = browse(), browse("operator", "zh")
    anna.go("/queues?queue=deliveries&partner=CIQ-QD")
    assert "no space left" in anna.text
    anna.go(anna.links("/queues/look")[0])
    li.go("/queues/look?queue=deliveries&partner=CIQ-QD")
    anna.press("Try again", 422, reason=" ")
    assert states(place, failed) == {"failed"}, "without a reason nothing is done"
    anna.press("Try again", reason="its disk was emptied")
    assert f"{len(failed)} put back to work" in anna.text
    assert states(place, failed) == {"waiting"}
    li.press("重试", reason="我也重试")
    assert "此操作先前已执行" in li.text
    assert "its disk was emptied" in li.text
    assert place.engine.until_idle().problems == []
    assert states(place, failed) == {"delivered"}
    decisions = [each for each in place.ledger.decisions() if each.verb == "retry"]
    assert sorted(each.subject for each in decisions if each.kind == "delivery") == sorted(failed)
    assert {each.reason for each in decisions} == {"its disk was emptied"}
    assert all(each.by.startswith("operator@") for each in decisions)
    assert place.ledger.books().balanced


def test_what_changed_since_the_look_is_looked_at_again(own: tuple[Place, Browse]) -> None:
    place, browse = own
    failed = given_up(place)
    here = browse()
    here.go("/queues/look?queue=deliveries")
    place.ledger.retry(failed[0], "wang")
    here.press("Try again", 409, reason="mended")
    assert "has changed since you looked" in here.text
    assert states(place, failed) == {"waiting", "failed"}
    here.press("Try again")
    assert states(place, failed) == {"waiting"}


def test_held_messages_are_released_together(own: tuple[Place, Browse]) -> None:
    place, browse = own
    for at in range(2):
        place.drop(
            "ENT-B", f"{at}.xml", sample("eentdeclio.xml", DeclRegNo="4205000002", EntUuid=f"{at:032}")
        )
    place.drop("ENT-A", "broken.xml", b"<a>")
    assert place.engine.until_idle().problems == []
    here = browse("operator", "zh")
    here.go("/queues/look?queue=held&partner=ENT-B")
    here.press("放行并重试", reason="已核实")
    assert len(place.ledger.ls("message", state="released")) == 2
    assert [each["name"] for each in place.ledger.ls("file", state="held")] == ["broken.xml"]
    decisions = [each for each in place.ledger.decisions(kind="message") if each.verb == "release"]
    assert [each.reason for each in decisions] == ["已核实", "已核实"]
