"""The desk of a bureau and the progress of a case: a person's stories, on a deployment of the test's own."""

from collections.abc import Callable

from tests.support.pages import Browser
from tests.support.story import sample
from tests.support.workspaces import Place

Own = tuple[Place, Callable[..., Browser]]
NUMBER = "4205002604000110"


def values(here: Browser) -> dict[str, str]:
    """What stands in the fields of the form that is open."""
    return {
        each.get("name"): each.get("value") or ""
        for each in here.page.iter("input")
        if (each.get("name") or "").startswith("f.")
    }


def settle(place: Place) -> None:
    assert place.engine.until_idle().problems == []


def test_a_transfer_is_keyed_in_changed_and_cancelled(own: Own) -> None:
    place, browse = own
    here = browse("origin")
    here.go("/desk/key/transfer-order")
    here.press("Check", 422)
    assert len(here.page.findall(".//*[@aria-invalid='true']")) > 10
    typed = fields_of(sample("transfer-order.xml"))
    here.press("Check and hand over", **typed | {"f.DeclNo": "12"}, status=422)
    assert place.ledger.ls("file") == []
    here.press("Check and hand over", **typed)
    assert here.response.url.path.startswith("/show/file/")
    settle(place)
    entry = place.ledger.register_entry("transfer", NUMBER)
    assert entry is not None
    assert entry.state == "received"
    here.go("/desk")
    assert NUMBER in here.text
    here.go(f"/desk/slip/{NUMBER}")
    assert "482913" not in here.response.text
    change = next(each for each in desk_links(here) if each.endswith("function=5"))
    here.go(change)
    assert values(here)["f.Password"] == ""
    assert values(here)["f.DeclNo"] == "420500226000110"
    here.press("Check and hand over", **{"f.PortOrg": "310010", "f.PlannedPort": "310010"})
    settle(place)
    assert place.ledger.register_entry("transfer", NUMBER).value("PortOrg") == "310010"  # type: ignore[union-attr]
    here.go(next(each for each in desk_links(here) if each.endswith("function=1")))
    here.press("Check and hand over")
    settle(place)
    assert place.ledger.register_entry("transfer", NUMBER).state == "cancelled"  # type: ignore[union-attr]


def desk_links(here: Browser) -> list[str]:
    here.go("/desk")
    return here.links("/desk/key/transfer-order?")


def test_a_form_that_is_sent_twice_is_one_document(own: Own) -> None:
    place, browse = own
    here = browse("origin")
    here.go("/desk/key/transfer-order")
    form = here.page
    typed = fields_of(sample("transfer-order.xml")) | {
        "f.Head.MsgId": "d0c4b8f0",
        "f.Head.SendTime": "20260314093000",
    }
    here.press("Check and hand over", **typed)
    first = here.response.url.path
    here.page = form
    here.press("Check and hand over", **typed)
    assert here.response.url.path == first
    assert len(place.ledger.ls("file")) == 1


def test_an_uploaded_file_is_the_bureaus(own: Own) -> None:
    place, browse = own
    here = browse("origin")
    here.go("/desk")
    ticket = here.page.find(".//input[@name='ticket']").get("value")
    csrf = here.page.find(".//input[@name='csrf']").get("value")
    content = {"file": ("../order.xml", sample("transfer-order.xml"))}
    for _ in range(2):
        answer = here.client.post("/desk/upload", data={"ticket": ticket, "csrf": csrf}, files=content)
        assert answer.status_code == 200
    [file] = place.ledger.ls("file")
    assert (file["partner"], file["name"]) == ("CIQ-YC", ".._order.xml")
    settle(place)
    assert place.ledger.register_entry("transfer", NUMBER) is not None


def test_a_firm_follows_its_own_case_only(own: Own) -> None:
    place, browse = own
    place.drop("CIQ-YC", "order.xml", sample("transfer-order.xml"))
    settle(place)
    here = browse("enterprise")
    here.go(f"/progress?number={NUMBER}")
    mine = here.text
    here = browse("bureau", "zh")
    here.go(f"/progress?number={NUMBER}")
    assert "电子转单" in here.text
    stranger = browse("stranger")
    stranger.go(f"/progress?number={NUMBER}")
    assert "Nothing is known" in stranger.text
    stranger.go(f"/registers/transfer/{NUMBER}", 404)
    assert NUMBER not in stranger.text
    assert mine


def fields_of(data: bytes) -> dict[str, str]:
    """The sample as a person would type it, without its number and its time."""
    from lxml import etree

    many = {"Goods", "Container", "Cert", "SpecialCase"}
    found: dict[str, str] = {}

    def take(parent: etree._Element, at: str) -> None:
        counts: dict[str, int] = {}
        for child in parent:
            name = str(child.tag)
            counts[name] = counts.get(name, 0) + 1
            here = f"{at}.{name}" + (f".{counts[name]}" if name in many else "")
            if len(child):
                take(child, here)
            elif name not in ("MsgId", "SendTime"):
                found[here] = child.text or ""

    take(etree.fromstring(data), "f")
    return found
