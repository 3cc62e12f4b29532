"""Hardened reading: real encodings, exact places, and nothing that hostile bytes could do."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import CATALOGUE, render
from edi_router.formats.xml import Limits, parse
from tests.support.effort import examples

ORDER = '<?xml version="1.0" encoding="{}"?>\n<单证>\n  <品名>活性酵母</品名></单证>\n'


def codes(data: bytes, limits: Limits | None = None) -> list[str]:
    document, faults = parse(data, limits)
    assert (document is None) == bool(faults)
    for fault in faults:
        assert CATALOGUE[fault.code].fields <= set(fault.values)
        assert "?" not in render(fault, "zh").replace(fault.values.get("problem", ""), "")
    return [fault.code for fault in faults]


@pytest.mark.parametrize("declared", ["UTF-8", "GB18030", "GBK", "gb2312", "utf-8"])
def test_declared_encodings_are_read(declared: str) -> None:
    document, faults = parse(ORDER.format(declared).encode(declared))
    assert not faults
    assert document is not None
    assert document.node().children("品名")[0].value() == "活性酵母"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(codec: str) -> None:
    declared = "UTF-8" if codec == "utf-8-sig" else "UTF-16"
    document, _ = parse(ORDER.format(declared).encode(codec))
    assert document is not None
    assert document.local == "单证"


def test_utf_16_without_a_mark_and_without_a_declaration() -> None:
    document, _ = parse("<单证/>".encode("utf-16-le"))
    assert document is not None
    assert document.encoding == "utf-16-le"


def test_the_name_has_the_namespace() -> None:
    document, _ = parse(b'<a:Order xmlns:a="urn:x"/>')
    assert document is not None
    assert (document.name, document.local, document.namespace) == ("{urn:x}Order", "Order", "urn:x")


@pytest.mark.parametrize(
    ("data", "line", "column", "offset"),
    [
        (b"<a>\n <b></c></a>", 2, 9, 12),
        ("<a>\n <货>酵母</b></a>".encode(), 2, 11, 20),
        ("<a>\n <货>酵母</b></a>".encode("utf-16"), 2, 11, 30),
        ('<?xml version="1.0" encoding="GB18030"?>\n <货>酵母</b>'.encode("gb18030"), 2, 11, 54),
    ],
)
def test_malformed_has_line_column_and_offset_in_bytes(
    data: bytes, line: int, column: int, offset: int
) -> None:
    (fault, *_) = parse(data)[1]
    assert fault.code == "xml-malformed"
    assert (fault.place.line, fault.place.column, fault.place.offset) == (line, column, offset)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>", b"<a", b"text", b"<a/><b/>", b"<a>&undefined;</a>", b"<a x='1' x='2'/>", b"<x:a/>",
        b"<a>&</a>", b"\n<?xml version='1.0'?><a/>", b"<a>&#0;</a>", b"<a>]]></a>", b"<!-- comment -->",
    ],
)  # fmt: skip
def test_malformed(data: bytes) -> None:
    assert set(codes(data)) == {"xml-malformed"}


def test_several_mistakes_are_told_at_once() -> None:
    assert codes(b"<a x='1' x='2'>\n<b y='1' y='2'/></a>") == ["xml-malformed", "xml-malformed"]


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>
<lolz>&c;</lolz>"""
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml-empty"),
        (b" \n\t", "xml-empty"),
        (b"\xef\xbb\xbf", "xml-empty"),
        (LAUGHS, "xml-doctype"),
        (EXTERNAL, "xml-doctype"),
        (b"<!-- x --><?pi x?>\n<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>", "xml-doctype"),
        (b"<a>" * 100_000, "xml-limit"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "xml-limit"),
        (b"<a>" * 250 + b"</a>" * 250, "xml-limit"),
        (b"<a " + b" ".join(b'a%d="x"' % n for n in range(1000)) + b"/>", "xml-limit"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "xml-limit"),
        (b"<a>\x00</a>", "xml-character"),
        (b"<a>\x01</a>", "xml-character"),
        ("<a>\ufffe</a>".encode(), "xml-character"),
        (b"<?xml version='1.0' encoding='UTF-8'?><a>\xd6\xd0</a>", "xml-encoding"),
        ("<?xml version='1.0' encoding='GB18030'?><a>酵</a>".encode()[:-5] + b"\xff</a>", "xml-encoding"),
        (b"\xff\xfe<\x00a", "xml-encoding"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "xml-encoding-unknown"),
        (b"<?xml version='1.0' encoding='zip'?><a/>", "xml-encoding-unknown"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "xml-encoding-conflict"),
        ("<?xml version='1.0' encoding='GB18030'?><a/>".encode("utf-8-sig"), "xml-encoding-conflict"),
    ],
)
def test_hostile_bytes_are_faults(data: bytes, code: str) -> None:
    started = time.process_time()
    assert codes(data)[0] == code
    assert time.process_time() - started < 5


def test_the_bytes_of_a_wrong_encoding_have_their_place() -> None:
    (fault,) = parse(b"<?xml version='1.0' encoding='UTF-8'?>\n<a>abc\xd6\xd0</a>")[1]
    assert (fault.place.line, fault.place.column, fault.place.offset) == (2, 7, 45)
    assert fault.values == {"encoding": "UTF-8", "bytes": "D6"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("before", "line", "column"), [(b"\n", 2, 1), (b"\r\n\r\n", 3, 1), (b"  ", 1, 3), (b"\n \t", 2, 3)]
)
@pytest.mark.parametrize("encoding", ["GB2312", "UTF-8"])
def test_white_space_before_the_declaration_is_the_cause(
    encoding: str, before: bytes, line: int, column: int, mark: bytes
) -> None:
    """Its encoding does not count there: not the first Chinese character is wrong."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<货物><名>中</名></货物>'
    document, (fault,) = parse(mark + before + text.encode(encoding))
    assert document is None
    assert fault.code == "xml-malformed"
    assert (fault.place.line, fault.place.column, fault.place.offset) == (line, column, len(mark + before))
    assert "white space stands before the XML declaration" in render(fault)
    assert "XML 声明之前有空白" in render(fault, "zh")


def test_white_space_before_a_document_without_declaration_is_allowed() -> None:
    for before in ("\n", "  <!-- <?xml ?> -->", "\n<?xml-stylesheet href='a'?>"):
        document, faults = parse(f"{before}<A>中</A>".encode())
        assert (document is not None, faults) == (True, []), before


def test_a_character_has_its_place() -> None:
    (fault,) = parse("<a>\n酵\x0b</a>".encode())[1]
    assert (fault.place.line, fault.place.column, fault.place.offset) == (2, 2, 7)
    assert fault.values["character"] == "U+000B"


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(size=20), "size"),
        (Limits(depth=3), "depth"),
        (Limits(elements=3), "elements"),
        (Limits(attributes=1), "attributes"),
        (Limits(text=5), "text"),
    ],
)
def test_every_limit_is_kept(limits: Limits, what: str) -> None:
    data = b"<a>\n<b>\n<c>\n<d x='1' y='2'>123456</d></c></b></a>"
    assert parse(data)[0] is not None
    (fault,) = parse(data, limits)[1]
    assert fault.code == "xml-limit"
    assert fault.values["what"] == what
    if what != "size":
        assert fault.place.line == 4


@pytest.mark.parametrize("leaf", ["<b/>", "<b></b>", "<b>1</b>"])
@pytest.mark.parametrize("more", [0, 9000])
def test_a_document_may_be_as_deep_as_the_limit_and_no_deeper(leaf: str, more: int) -> None:
    depth = Limits().depth
    for around, good in ((depth - 1, True), (depth, False)):
        text = "<a>" * around + leaf + " " * more + "</a>" * around
        document, faults = parse(text.encode())
        assert (document is not None) == good
        assert [fault.values["what"] for fault in faults] == ([] if good else ["depth"])


def test_tags_in_comments_and_text_do_not_count() -> None:
    data = b"<a><!-- <b><b><b> --><![CDATA[<b><b><b>]]><?x <b><b>?><c/></a>"
    assert parse(data, Limits(elements=2))[0] is not None


def test_xinclude_and_stylesheets_are_left_alone() -> None:
    data = (
        b'<?xml-stylesheet href="file:///etc/passwd"?>'
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        b'<xi:include href="file:///etc/passwd" parse="text"/></a>'
    )
    document, _ = parse(data)
    assert document is not None
    assert document.node().children("include")[0].value() is None


@settings(max_examples=examples(300))
@given(st.binary(max_size=60).map(lambda tail: b"<a>" + tail) | st.binary(max_size=60))
def test_any_bytes_give_a_document_or_faults(data: bytes) -> None:
    codes(data)


TOKENS = ["<a>", "</a>", "<b x='", "'", '"', "/>", ">", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "&",
          ";", "&#x41;", "<!DOCTYPE a", "酵", "\n", "xmlns='u'", "x:a"]  # fmt: skip


@settings(max_examples=examples(300))
@given(st.lists(st.sampled_from(TOKENS), max_size=25), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_any_tokens_give_a_document_or_faults(tokens: list[str], codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{codec}"?>{"".join(tokens)}'
    document, faults = parse(text.encode(codec), Limits(depth=3, elements=5, attributes=2, text=20))
    assert (document is None) == bool(faults)
    for fault in faults:
        assert fault.place.offset is None or fault.place.offset <= len(text.encode(codec))
