"""The reply for people: what a declarant reads, held by golden texts; what must never stand in it; when it comes."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from edi_router.config import Tree
from edi_router.engine.refuse import refuse
from edi_router.faults import CATALOGUE, Fault, Place, Severity
from edi_router.formats.edifact import names_zh
from edi_router.partners.replies import Replies
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, FileOutcome, Incoming
from edi_router.pipeline.replies import with_replies
from edi_router.pipeline.reply_remedies import _NOT_THEIRS, _TOLD, OURS, told
from edi_router.pipeline.reply_text import width
from tests.support import replies as support
from tests.support.cli import edi_router
from tests.support.replies import FOLDER, SAMPLES, cases, changed, processed, replies, text_of
from tests.support.workspaces import Place as Workplace
from tests.support.workspaces import deployment
from tests.unit.test_pipeline import MET, USED, View

GOOD = (SAMPLES / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
THREE = (SAMPLES / "day" / "ENT-A" / "0815-cusdec-three.edi").read_bytes()
BROKEN = (SAMPLES / "day" / "ENT-A" / "0950-declaration-broken.xml").read_bytes()


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return support.shipped()


def asked(configuration: Configuration, partner: str = "ENT-A", **settings: object) -> Configuration:
    """The partner gets replies, in English and as a text unless `settings` say otherwise."""
    model = Replies.model_validate({"language": "en", "forms": ["text"], **settings})
    return changed(configuration, partner, replies=model)


def text(outcome: FileOutcome) -> str:
    """The one text of an outcome."""
    [reply] = [each for each in replies(outcome) if each.format == "text"]
    assert reply.content is not None
    return reply.content.decode("utf-8")


# --- what is read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", cases())
def test_the_texts_are_those_that_were_read(shipped: Configuration, case: str, language: str) -> None:
    golden = (FOLDER / f"{case}.{language}.txt").read_text(encoding="utf-8")
    assert text_of(shipped, case, language) == golden


@pytest.mark.parametrize("case", cases())
def test_the_caret_stands_under_what_is_wrong(shipped: Configuration, case: str) -> None:
    """Also behind Chinese characters, which take two columns."""
    lines = text_of(shipped, case, "zh").splitlines()
    carets = [(at, line) for at, line in enumerate(lines) if re.fullmatch(r" *\^+ \(\d+\)", line)]
    assert carets
    found = {"cusdec": "72O", "crew-list": "1975-02-02", "declaration": "15.03.2026"}.get(case)
    if found is None:
        return
    under = []
    for at, caret in carets:
        above = next(line for line in reversed(lines[:at]) if not re.match(r" *(\^|\(\d+\))", line))
        start, end = caret.index("^"), caret.rindex("^") + 1
        columns = [width(above[:index]) for index in range(len(above) + 1)]
        under.append(above[columns.index(start) : columns.index(end)] if end in columns else "")
    assert found in under


def test_the_page_needs_nothing_else(shipped: Configuration) -> None:
    for case, (partner, name, content) in cases().items():
        outcome = processed(asked(shipped, partner, forms=["html"], language="zh"), partner, name, content)
        [reply] = replies(outcome)
        assert reply.content is not None
        page = html.document_fromstring(reply.content.decode())
        assert page.get("lang") == "zh"
        assert not page.xpath("//script|//link|//img|//@src"), case
        targets = page.xpath("//a/@href")
        assert targets
        assert all(page.xpath(f"//*[@id='{target[1:]}']") for target in targets), case
        assert page.xpath("//mark")
        faults = page.xpath("//div[@class='f']")
        assert len(faults) == text_of(shipped, case, "zh").count("影响"), case


def test_what_the_file_says_is_no_markup(shipped: Configuration) -> None:
    content = GOOD.replace(b"LOC+36+HK", b"LOC+36+<b>H</b>&").replace(b"GIS+22", b"GIS+<script>")
    outcome = processed(asked(shipped, forms=["html"]), "ENT-A", "<i>.edi", content)
    [reply] = replies(outcome)
    assert reply.content is not None
    page = html.document_fromstring(reply.content.decode())
    assert not page.xpath("//script|//b|//i[text()='.edi']")
    assert "<b>H</b>&" in page.text_content()


def test_encodings(shipped: Configuration) -> None:
    partner, name, content = cases()["crew-list"]
    for encoding, codec in (("utf-8", "utf-8"), ("utf-8-bom", "utf-8-sig"), ("gb18030", "gb18030")):
        settings = asked(shipped, partner, language="zh", encoding=encoding, forms=["text", "html"])
        first, page = replies(processed(settings, partner, name, content))
        assert first.content is not None
        assert page.content is not None
        assert first.content.decode(codec).startswith("未接受")
        assert (first.name, page.name) == (f"reply_{'f' * 24}-1.txt", f"reply_{'f' * 24}-1.html")
        assert "未接受" in html.document_fromstring(page.content).text_content()
    assert first.content.count(b"\r\n") == first.content.count(b"\n")


# --- what must not stand in it -----------------------------------------------------------------------------------


def test_no_secret_is_told(shipped: Configuration) -> None:
    transfer = (SAMPLES / "good" / "transfer-order.xml").read_bytes()
    unb = b"+ENTA00000001++++1'"
    assert unb in GOOD
    crew = cases()["crew-list"][2]
    files = {
        "4829密": ("CIQ-YC", transfer.replace(b"482913", "4829密".encode())),
        "482913": ("CIQ-YC", transfer.replace(b"</Goods>", b"")),  # cannot be read
        "482914": ("CIQ-YC", transfer.replace(b"<Password>482913", b"<Pass'word>482914")),
        "77": ("CIQ-YC", transfer.replace(b"<Password>482913</Password>", b"<Password>77</Password>")),
        "OPENSESAME": (
            "ENT-A",
            GOOD.replace(unb, b"+ENTA00000001+OPENSESAME+++1'").replace(b"+ENTA:", b"+EVIL:"),
        ),
        "X0000001": ("SHIPLINE", crew),
        "X0000002": ("SHIPLINE", crew.replace(b",P,X0000002", b",P,X0000002,one,more")),
    }
    for secret, (partner, content) in files.items():
        settings = asked(shipped, partner, forms=["text", "html"], when="always")
        made = replies(processed(settings, partner, "in", content))
        assert len(made) == 2, secret
        for each in made:
            assert each.content is not None
            shown = each.content.decode()
            assert re.search(rf"(?<!\d){re.escape(secret)}(?!\d)", shown) is None, secret
            assert "••••••" in shown, secret


def sent_back() -> list[str]:
    """The codes that a declarant may read."""
    inner = ("config-", "channel-", "import-", "path-", "function-unknown", "function-argument", "fragment-")
    return [code for code in CATALOGUE if code not in OURS and not code.startswith(inner)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_remedies_speak_to_the_sender(language: str) -> None:
    for code in sent_back():
        text, remedy = told(code)
        said = remedy.en + (text.en if text is not None else "")
        assert not any(each in remedy.en for each in _NOT_THEIRS if each not in ("sender",)), code
        assert "edi-router" not in said, code
        assert ".yaml" not in said, code
        assert remedy[language], code


def test_texts_use_values_that_there_are() -> None:
    ours = {"kind", "hint", "name", "parent", "expected", "problem_zh", "text_zh", "limit", "type"}
    fields = string.Formatter()
    for code, texts in _TOLD.items():
        known = set(CATALOGUE[code].fields) | ours
        zh = {name for _, name, _, _ in fields.parse(CATALOGUE[code].text.zh) if name}
        for each in (text for text in texts if text is not None):
            for said in (each.en, each.zh):
                used = {name for _, name, _, _ in fields.parse(said) if name}
                assert used <= known | zh, (code, used - known)


def test_chinese_names_are_of_things_that_exist() -> None:
    tree = Tree.over_shipped()
    known = {"UNA"}
    for directory in ("D95B", "D96B", "D01B", "D21B", "service-3", "service-4"):
        for kind in ("segments", "elements", "composites"):
            known |= set(json.loads(tree.read(f"schemas/edifact/{directory}/{kind}.json")))
    assert set(names_zh.SEGMENTS) <= known
    assert set(names_zh.ELEMENTS) <= known


# --- when it comes, and what it says to do -----------------------------------------------------------------------


def test_good_news_only_to_who_wants_it(shipped: Configuration) -> None:
    assert replies(processed(asked(shipped), "ENT-A", "in", GOOD)) == []
    assert replies(processed(shipped, "ENT-A", "in", BROKEN)) == []
    told_all = text(processed(asked(shipped, when="always"), "ENT-A", "in", GOOD))
    assert told_all.startswith("Accepted: in")
    assert "Nothing has to be done." in told_all


def test_some_documents_of_several(shipped: Configuration) -> None:
    """What was accepted must not be sent again, and its reference is used up (decision 6)."""
    said = text(processed(asked(shipped), "ENT-A", "in", THREE.replace(b"BGM+830+", b"BGX+830+", 1)))
    assert said.startswith("Partly accepted")
    assert "Accepted: 2 of 3 documents." in said
    assert "Send only these again, in a new file under a new" in said
    assert said.count("The document with the errors marked") == 1


def test_repeats(shipped: Configuration) -> None:
    always = asked(shipped, when="always")
    again = text(processed(always, "ENT-A", "in", GOOD, View(MET)))
    assert again.startswith("Received before")
    assert replies(processed(asked(shipped), "ENT-A", "in", GOOD, View(MET))) == []
    used = text(processed(asked(shipped), "ENT-A", "in", GOOD, View(USED)))
    assert "The number ENTA00000001 was used before: received on 2026-03-13" in used
    assert "Give it a number that was not used before" in " ".join(used.split())


def test_what_cannot_be_answered_by_contrl(shipped: Configuration) -> None:
    """The sender is known by the channel, so people can be told."""
    content = GOOD.replace(b"+ENTA00000001+", b"+" + b"R" * 60 + b"+", 1)
    outcome = processed(asked(shipped), "ENT-A", "in", content)
    [interchange] = outcome.interchanges
    assert interchange.decision is Decision.HELD
    assert [each.format for each in interchange.acknowledgements] == ["text"]
    assert text(outcome).startswith("Could not be read")


def test_what_holds_a_document_is_our_affair(shipped: Configuration) -> None:
    orders = (SAMPLES / "day" / "ENT-A" / "0920-orders.edi").read_bytes()
    assert replies(processed(asked(shipped), "ENT-A", "in", orders)) == []
    said = text(processed(asked(shipped, when="always"), "ENT-A", "in", orders))
    assert said.startswith("Received, being looked at")
    assert "agreement" not in said


def test_files_that_are_nothing(shipped: Configuration) -> None:
    for content, code in ((b"", "file-empty"), (b"\x89PNG\r\n\x1a\n" + bytes(range(40)), "")):
        outcome = processed(asked(shipped), "ENT-A", "in", content)
        assert outcome.interchanges == ()
        assert text(outcome).startswith("Could not be read")
        assert not code or outcome.faults[0].code == code
        assert outcome.told[0].messages == ()


def test_many_faults_and_many_lines_are_cut(shipped: Configuration) -> None:
    """400 wrong lines are not told one by one, and what stands far from a fault is left out."""
    many = GOOD.replace(b"GIS+22'", b"GIS+22'" + b"LOC+999+CN'\n" * 400)
    said = text(processed(asked(shipped), "ENT-A", "in", many))
    assert "more errors are not listed" in said
    assert "lines left out" in said
    assert len(said) < 40_000


def test_a_message_is_found_in_its_interchange(shipped: Configuration) -> None:
    """The second interchange of a file is marked in its own segments."""
    bad = GOOD.replace(b"ENTA00000001", b"ENTA00000009").replace(b"LOC+9+", b"LOC+999+")
    said = text(processed(asked(shipped), "ENT-A", "in", GOOD + b"\n" + bad))
    assert "LOC+999+CNTAO'    [Place/location identification]" in said


def test_one_line_files_are_marked_at_the_element(shipped: Configuration) -> None:
    partner, name, content = cases()["declaration"]
    flat = re.sub(rb">\s+<", b"><", content)
    said = text(processed(asked(shipped, partner), partner, name, flat))
    assert "Found there  18 t" in said
    assert "…" in said


def test_a_place_beyond_the_file_does_no_harm(shipped: Configuration) -> None:
    outcome = processed(asked(shipped), "ENT-A", "in", BROKEN)
    far = replace(
        outcome, told=(), faults=(Fault("xml-malformed", Place(line=10**6, column=9), {"problem": "x"}),)
    )
    incoming = Incoming("f", "ENT-A", "in", BROKEN, "0", support.NOW, "2026-03-14")
    assert "is damaged here: x" in text(with_replies(far, incoming, asked(shipped)))


def test_every_broken_sample_has_its_reply(shipped: Configuration) -> None:
    """Whatever a file is, its sender is told, and nothing of ours with it."""
    settings = asked(shipped, when="always", forms=["text", "html"])
    for path in sorted((SAMPLES / "bad").glob("*/*.*")):
        if path.parent.name not in ("edifact", "envelope", "file", "xml"):
            continue
        outcome = processed(settings, "ENT-A", path.name, path.read_bytes())
        acknowledges = any(m.type == "CONTRL" for each in outcome.interchanges for m in each.messages)
        made = replies(outcome)
        assert made or acknowledges, path
        for each in made:
            assert each.content is not None
            assert "edi-router " not in each.content.decode(), path


# --- the engine and the command ----------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    (tmp_path / "partners").mkdir()
    shipped_file = Tree.over_shipped().text("partners/ENT-A.yaml")
    extra = "replies: {language: zh, forms: [text, html]}\n"
    (tmp_path / "partners" / "ENT-A.yaml").write_text(shipped_file + extra, encoding="utf-8")
    with deployment(tmp_path) as opened:
        yield opened


def test_an_unreadable_file_is_told_once(place: Workplace) -> None:
    place.drop("ENT-A", "broken.xml", BROKEN)
    place.engine.until_idle()
    names = sorted(place.inbox("ENT-A"))
    assert [name.rpartition(".")[2] for name in names] == ["html", "txt"]
    [file] = place.ledger.ls("file")
    assert (file["state"], file["reason"]) == ("held", "xml-malformed")
    assert [each["name"] for each in place.ledger.show(file["id"])["outputs"]] == names
    place.ledger.release(file["id"], "clerk", "once more")
    assert place.engine.until_idle().problems == []
    assert sorted(place.inbox("ENT-A")) == names
    assert place.ledger.show(file["id"])["state"] == "held"
    assert place.ledger.books().balanced


def test_the_clerks_words(place: Workplace) -> None:
    orders = (SAMPLES / "day" / "ENT-A" / "0920-orders.edi").read_bytes()
    place.drop("ENT-A", "orders.edi", orders)
    place.engine.until_idle()
    [held] = place.ledger.ls("message", state="held")
    engine = place.engine
    words = "请改用 CUSDEC"
    made = refuse(
        place.ledger, engine.archive, engine.configuration, engine.registers, held["id"], "clerk", words
    )
    assert made == 3  # CONTRL, the text, the page
    place.engine.until_idle()
    said = place.inbox("ENT-A")[f"reply_{held['id']}-refusal.txt"].decode()
    assert f"人工审核退回：{words}" in said
    assert "审核时间" in said
    assert "重新发送，编号可保持不变。" in said


def test_validate_writes_replies(tmp_path: Path) -> None:
    _, name, content = cases()["cusdec"]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = tmp_path / "a" / name, tmp_path / "b" / name
    first.write_bytes(content)
    second.write_bytes(GOOD)
    into = tmp_path / "replies"
    ran = edi_router("validate", "--json", "--reply", into, first, second)
    assert ran.code == 1
    wanted = [f"{name}.reply.txt", f"{name}.reply.html", f"{name}.reply-2.txt", f"{name}.reply-2.html"]
    assert [Path(path).name for each in ran.lines for path in each["reply"]] == wanted
    said = (into / wanted[0]).read_text(encoding="utf-8")
    assert said.startswith("Errors found: ")
    assert "To be\ncorrected: 4 errors." in said or "To be corrected: 4 errors." in said
    assert str(tmp_path) not in said
    assert "BGM+830+YC20260314000022" in said
    assert (into / wanted[2]).read_text(encoding="utf-8").startswith("No errors found")


def test_errors_only_are_refused() -> None:
    """What is ours to deal with is no error that rejects a document."""
    rejecting = {code for code in OURS if CATALOGUE[code].severity is Severity.ERROR}
    assert all(code.startswith(("route-", "destination-", "test-")) for code in rejecting)
