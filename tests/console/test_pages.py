"""The pages over the sample day: each opens for those who may see it, in both languages."""

from collections.abc import Callable

import pytest

from edi_router.ledger.searching import KINDS, STATES
from tests.support.pages import Browser
from tests.support.story import GOOD, sample
from tests.support.workspaces import Place

Browse = Callable[..., Browser]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_today_tells_what_waits(browse: Browse, language: str) -> None:
    here = browse("operator", language)
    page = here.go("/")
    assert page.get("lang") == ("zh-CN" if language == "zh" else "en")
    assert ("messages held: " in here.text) == (language == "en")
    assert ("被搁置" in here.text) == (language == "zh")
    assert page.find(".//svg") is not None
    assert "/partners/ENT-A" in here.links()


def test_a_search_by_a_number_opens_what_has_it(browse: Browse) -> None:
    here = browse()
    here.go("/search?q=ENTA00000004")
    assert here.response.url.path.startswith("/show/")
    here.go("/search?q=nothing-has-this")
    assert "Nothing has the number" in here.text


def test_lists_are_paged_and_kept(browse: Browse) -> None:
    here = browse()
    here.go("/search")
    first = here.links("/show/")
    assert len(first) == 50
    [following] = [each for each in here.links("/search?") if "after=" in each]
    here.go(following)
    second = here.links("/show/")
    assert second
    assert not set(first) & set(second)
    here.go("/search?state=held")
    here.send("/search/saved", name="what is held")
    assert "what is held" in here.text
    here.send("/search/forget", name="what is held")
    assert "what is held" not in here.text


def test_everything_of_the_day_can_be_opened(browse: Browse) -> None:
    here = browse()
    opened = 0
    for kind in ("message", "file", "output"):
        here.go(f"/search?kind={kind}")
        for link in here.links("/show/")[::7]:
            here.go(link)
            opened += 1
            assert here.page.find(".//ol[@class='timeline']/li") is not None
    assert opened > 20


def test_a_refused_message_tells_why_where_and_what_to_do(browse: Browse) -> None:
    here = browse()
    here.go("/search?state=rejected&partner=ENT-A")
    here.go(here.links("/show/")[0])
    assert "What is wrong" in here.text
    assert "To do:" in here.text
    assert here.page.findall(".//div[@class='marked-line']//mark")


def hold(place: Place) -> str:
    """A declaration that waits for a clerk: its firm is not trusted to declare directly."""
    place.drop("ENT-B", "1.xml", sample("eentdeclio.xml", DeclRegNo="4205000002"))
    assert place.engine.until_idle().problems == []
    return str(place.ledger.ls("message", state="held")[0]["id"])


def test_a_held_message_is_released_with_a_reason(own: tuple[Place, Browse]) -> None:
    place, browse = own
    held = hold(place)
    here = browse()
    here.go(f"/show/{held}")
    here.press("Release", 422, reason="")
    assert place.ledger.show(held)["state"] == "held"
    here.go(f"/show/{held}")
    here.press("Release", reason="seen the paper")
    assert place.ledger.show(held)["state"] == "released"
    [decision] = [each for each in place.ledger.show(held)["decisions"] if each["verb"] == "release"]
    assert decision["reason"] == "seen the paper"
    assert decision["by"].startswith("operator@")


def test_each_value_of_an_output_leads_to_its_source(browse: Browse) -> None:
    here = browse()
    here.go("/search?type=CUSDEC&state=completed")
    here.go(here.links("/show/")[0])
    here.go(here.links("/trace/")[0])
    values = here.page.findall(".//section[@class='side out']//a[@data-p]")
    assert len(values) > 20
    for value in values:
        for id in value.get("data-p").split():
            assert here.page.get_element_by_id(id) is not None


@pytest.mark.parametrize("name", ["cusdec-import.edi", "transfer-order.xml"])
def test_a_document_is_tried_out_and_kept_nowhere(browse: Browse, day: Place, name: str) -> None:
    before = day.ledger.counts()
    here = browse("integrator")
    here.go("/try")
    here.send("/try", text=(GOOD / name).read_text(encoding="utf-8"))
    assert "no fault" in here.text
    assert here.page.findall(".//section[@class='side out']//a[@data-p]")
    assert day.ledger.counts() == before


def test_a_faulty_document_is_marked_where_it_is_wrong(browse: Browse) -> None:
    here = browse("integrator", "zh")
    here.go("/try")
    text = (GOOD / "cusdec-import.edi").read_text(encoding="utf-8").replace("BGM+", "BGM+XXXXX", 1)
    here.send("/try", text=text)
    assert "处理办法" in here.text
    assert here.page.findall(".//div[@class='marked-line']//mark")


def test_a_flat_file_is_tried_by_its_layout(browse: Browse) -> None:
    here = browse("integrator")
    here.go("/try")
    here.send("/try", text=(GOOD / "licence-csv.csv").read_text(encoding="gb18030"), layout="licence")
    assert "csv licence" in here.text
    assert "no fault" in here.text


def test_every_entry_of_every_register_can_be_opened(browse: Browse, day: Place) -> None:
    here = browse("operator", "zh")
    here.go("/registers")
    opened = 0
    for name in sorted({name for name, _, _ in day.ledger.register_counts()}):
        assert f"/registers/{name}" in here.links("/registers/")
    for name in sorted({name for name, _, _ in day.ledger.register_counts()}):
        here.go(f"/registers/{name}")
        here.go(here.links(f"/registers/{name}/")[0])
        assert here.page.find(".//ol[@class='timeline']/li") is not None
        opened += 1
    assert opened > 10


@pytest.mark.parametrize("kind", KINDS)
def test_search_offers_the_states_that_there_are(browse: Browse, day: Place, kind: str) -> None:
    offered = [each.get("value") for each in browse().go(f"/search?kind={kind}").iter("option")]
    assert set(STATES[kind]) <= set(offered)
    with day.ledger.read() as connection:
        column = "answer" if kind == "acknowledgement" else "state"
        met = {row[0] for row in connection.exec_driver_sql(f"SELECT DISTINCT {column} FROM {kind}")}
    assert met
    assert met <= set(offered)
    shown = {each.text for each in browse("operator", "zh").go(f"/search?kind={kind}").iter("option")}
    assert not {each for each in shown if each in STATES[kind]}, "each has a Chinese word"
