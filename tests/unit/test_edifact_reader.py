"""The EDIFACT reader on sound, odd and broken input."""

import io
import tracemalloc
import warnings

import pytest

from edi_router.faults import is_error
from edi_router.formats.edifact import Separators, read, write_segments
from edi_router.formats.edifact.bridge import to_pydifact

HEAD = b"UNB+UNOC:3+A:14+B:14+240102:1200+7'"
BODY = b"UNH+1+CUSDEC:D:96B:UN'BGM+929+X+9'UNT+3+1'"
TAIL = b"UNZ+1+7'"
PLAIN = HEAD + BODY + TAIL


def told(data, encoding=None):
    """Messages as lists of raw texts, and the codes of all faults, by interchange."""
    out = []
    for interchange in read(io.BytesIO(data), encoding=encoding):
        texts, codes = [], []
        for message in interchange.messages():
            texts.append([segment.text for segment in message.segments])
            codes += [fault.code for fault in message.faults]
        out.append((texts, codes + [fault.code for fault in interchange.faults]))
    return out


def one(data, encoding=None):
    (interchange,) = read(data, encoding=encoding)
    return interchange, list(interchange.messages())


PLAIN_TEXTS = [["UNH+1+CUSDEC:D:96B:UN", "BGM+929+X+9", "UNT+3+1"]]


def test_a_sound_interchange():
    interchange, (message,) = one(PLAIN)
    assert (interchange.syntax, interchange.syntax_version, interchange.encoding) == ("UNOC", 3, "iso8859-1")
    assert (interchange.sender, interchange.sender_qualifier) == ("A", "14")
    assert (interchange.recipient, interchange.control_reference) == ("B", "7")
    assert (interchange.date, interchange.time, interchange.test) == ("240102", "1200", False)
    assert (message.type, message.directory, message.agency) == ("CUSDEC", "D96B", "UN")
    assert message.reference == "1"
    assert (message.offset, message.length, message.position) == (len(HEAD), len(BODY), 1)
    assert [segment.number for segment in message.segments] == [1, 2, 3]
    assert not interchange.faults
    assert not message.faults


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_between_segments_are_no_fault(end):
    data = PLAIN.replace(b"'", b"'" + end)
    interchange, (message,) = one(data)
    assert [segment.text for segment in message.segments] == PLAIN_TEXTS[0]
    assert [segment.line for segment in message.segments] == [2, 3, 4]
    assert {segment.column for segment in message.segments} == {1}
    assert not interchange.faults


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"\xef\xbb\xbf" + PLAIN, ["byte-order-mark"]),
        (b"  \r\n\t" + PLAIN + b"\r\n \r\n", []),
        (b"POST /x\r\n\r\n" + PLAIN, ["junk-before-interchange"]),
        (PLAIN + b"\x1a", ["junk-after-interchange"]),
        (PLAIN + b"trailing words", ["junk-after-interchange"]),
        (PLAIN[:-1], ["end-not-terminated"]),
        (PLAIN[:-1] + b"\n", ["end-not-terminated"]),
        (PLAIN[:-1] + b" \r\n\x1a", ["end-not-terminated", "junk-after-interchange"]),
        (b"UNA:+.? 'UNA:+.? '" + PLAIN, ["una-repeated"]),
        (PLAIN.replace(b"BGM", b"'BGM"), ["segment-empty"]),
        (PLAIN.replace(b"BGM", b"   BGM"), ["segment-indented"]),
        (HEAD + BODY, ["interchange-trailer-missing"]),
        (HEAD + BODY.replace(b"UNT+3+1'", b"") + TAIL, ["message-trailer-missing"]),
        (BODY, ["interchange-header-missing"]),
        (PLAIN.replace(b"UNT+3", b"UNT+4"), ["message-count-wrong"]),
        (PLAIN.replace(b"UNT+3", b"UNT+x"), ["message-count-wrong"]),
        (PLAIN.replace(b"UNT+3+1", b"UNT+3+2"), ["message-reference-differs"]),
        (PLAIN.replace(b"UNZ+1", b"UNZ+2"), ["interchange-count-wrong"]),
        (PLAIN.replace(b"UNZ+1+7", b"UNZ+1+8"), ["interchange-reference-differs"]),
        (PLAIN.replace(b"BGM", b"bgm"), ["segment-tag-invalid"]),
        (PLAIN.replace(b"+X+", b"+X\nY+"), ["control-character"]),
        (PLAIN.replace(b"+X+", b"+X\tY+"), ["control-character"]),
        (PLAIN.replace(b"X+9'", b"X+9\n"), ["terminator-suspected"]),
        (PLAIN.replace(b"UNOC", b"UNOA").replace(b"+X+", b"+x+"), ["character-outside-repertoire"]),
        (PLAIN.replace(b"UNOC", b"UNOB").replace(b"+X+", b"+x@+"), ["character-outside-repertoire"]),
        (PLAIN.replace(b"UNOC", b"UNOY").replace(b"+X+", b"+\xe4+"), ["byte-not-decodable"]),
        (PLAIN.replace(b"UNOC", b"UNOX"), ["character-set-assumed"]),
        (PLAIN.replace(b"UNOC", b"XYZA"), ["syntax-identifier-unknown"]),
        (PLAIN.replace(b"UNOC:3", b"UNOC:9"), ["syntax-version-unknown"]),
        (HEAD + b"UNZ+0+7'", ["interchange-empty"]),
        (HEAD + BODY + b"FTX+A'" + TAIL, ["segment-outside-message"]),
        (HEAD + BODY + BODY + b"UNZ+2+7'", ["message-reference-repeated"]),
        (HEAD + BODY.replace(b"UNH+1+CUSDEC:D:96B:UN'", b"") + TAIL, ["message-header-missing"]),
        (HEAD + b"UNO+1+A+B+5'\x00''''UNP+5+1'" + TAIL, ["object-skipped"]),
    ],
)  # fmt: skip
def test_each_irregularity_is_told_once(data, codes):
    ((_, found),) = told(data)
    assert found == codes


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "edifact-empty"),
        (b" \r\n ", "edifact-empty"),
        (b"<?xml version='1.0'?><a/>", "not-edifact"),
        (b"PK\x03\x04" + bytes(1000), "not-edifact"),
        (PLAIN.decode().encode("utf-16"), "encoded-utf-16"),
        (PLAIN.decode().encode("utf-16-be"), "encoded-utf-16"),
    ],
)
def test_what_is_no_edifact(data, code):
    assert told(data) == [([], [code])]


def test_other_separators_of_una():
    data = b"UNA|~,! #UNB~UNOC|3~A~B~240102|1200~7#UNH~1~CUSDEC|D|96B|UN#FTX~a!~b!|c'+:~d#UNT~3~1#UNZ~1~7#"
    interchange, (message,) = one(data)
    assert interchange.separators == Separators("|", "~", ",", "!", "", "#")
    assert message.segments[1].elements() == ((("a~b|c'+:",),), (("d",),))
    assert not interchange.faults


def test_each_interchange_starts_anew():
    custom = b"UNA|~,! #UNB~UNOC|3~A~B~240102|1200~7#UNH~1~CUSDEC|D|96B|UN#BGM~929~X~9#UNT~3~1#UNZ~1~7#"
    parts = told(PLAIN + b"\r\n" + custom + PLAIN + b"UNA:+,? '" + PLAIN)
    assert [codes for _, codes in parts] == [[], [], [], []]
    assert [len(texts) for texts, _ in parts] == [1, 1, 1, 1]


def test_an_interchange_without_trailer_ends_at_the_next():
    (first, second) = told(HEAD + BODY + b"UNA:+.? '" + PLAIN)
    assert first == (PLAIN_TEXTS, ["interchange-trailer-missing"])
    assert second == (PLAIN_TEXTS, [])


def test_a_lost_terminator_before_the_next_interchange():
    first, second = told(PLAIN[:-1] + b"\r\nUNA:+.? '\r\n" + PLAIN)
    assert first[0] == second[0] == PLAIN_TEXTS
    assert first[1] == ["end-not-terminated"]


def test_a_message_without_trailer_ends_at_the_next():
    texts, codes = told(HEAD + BODY.replace(b"UNT+3+1'", b"") + BODY.replace(b"+1", b"+2") + b"UNZ+2+7'")[0]
    assert [len(message) for message in texts] == [2, 3]
    assert codes == ["message-trailer-missing"]


def test_truncation_at_every_byte():
    whole = PLAIN.replace(b"X", b"it?'s ??")
    for at in range(1, len(whole)):
        assert any(codes for _, codes in told(whole[:at])), at


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r\n\r\n"])
def test_a_file_that_ends_without_a_terminator(end):
    for data, code, tag in (
        (PLAIN[:-1] + end, "end-not-terminated", "UNZ"),
        (HEAD + BODY[:-1] + end, "segment-not-terminated", "UNT"),
        (HEAD + BODY[: BODY.index(b"'UNT")] + end, "segment-not-terminated", "BGM"),
    ):
        interchange, (message,) = one(data)
        [fault] = [*interchange.faults, *message.faults]
        assert (fault.code, fault.place.tag) == (code, tag)
        assert fault.place.offset == data.index(tag.encode())
        last = interchange.trailer or message.segments[-1]
        assert last.text.encode() + end == data[last.offset :]


def test_una_that_lost_its_space():
    interchange, messages = one(b"UNA:+.?'" + PLAIN)
    assert [fault.code for fault in interchange.faults] == ["una-invalid"]
    assert [[segment.text for segment in message.segments] for message in messages] == PLAIN_TEXTS


@pytest.mark.parametrize("una", [b"UNA++.? '", b"UNA:+.", b"UNA:+.? A"])
def test_a_useless_una_is_told_and_the_default_used(una):
    ((texts, codes),) = told(una + b"\r\n" + PLAIN)
    assert texts == PLAIN_TEXTS
    assert codes == ["una-invalid"]


def test_separators_without_una_are_guessed():
    data = PLAIN.replace(b"+", b"|").replace(b":", b"^").replace(b"'", b"~")
    interchange, (message,) = one(data)
    assert message.type == "CUSDEC"
    assert [fault.code for fault in interchange.faults] == ["separators-guessed"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_instead_of_terminators(end):
    ((texts, codes),) = told(PLAIN.replace(b"'", end))
    assert texts == PLAIN_TEXTS
    assert codes == ["separators-guessed"]


def test_level_b_without_una():
    data = PLAIN.replace(b"UNOC", b"UNOB").translate(bytes.maketrans(b"+:'", b"\x1d\x1f\x1c"))
    interchange, (message,) = one(data)
    assert message.segments[1].get(2) == "X"
    assert not interchange.faults
    assert not message.faults


def test_repetition_is_for_version_4():
    body = PLAIN.replace(b"+X+", b"+X*Y+")
    assert one(body)[1][0].segments[1].get(2) == "X*Y"
    four = body.replace(b"UNOC:3", b"UNOC:4")
    assert one(four)[1][0].segments[1].elements()[1] == (("X",), ("Y",))
    assert one(b"UNA:+.? '" + four)[1][0].segments[1].get(2) == "X*Y"
    assert one(b"UNA:+.?|'" + four)[0].separators.repetition == "|"


def test_groups():
    group = b"UNG+CUSDEC+S+R+240102:1200+5+UN+D:96B'"
    interchange, messages = one(HEAD + group + BODY + b"UNE+1+5'" + TAIL)
    assert interchange.group_count == 1
    assert messages[0].group is not None
    assert messages[0].group.reference == "5"
    assert not interchange.faults


@pytest.mark.parametrize(
    ("inside", "codes"),
    [
        (b"GROUP" + BODY + b"UNE+2+5'", ["group-count-wrong"]),
        (b"GROUP" + BODY + b"UNE+1+6'", ["group-reference-differs"]),
        (b"GROUP" + BODY, ["group-trailer-missing"]),
        (b"GROUPUNE+0+5'", ["group-empty"]),
        (BODY + b"UNE+1+5'", ["group-header-missing"]),
        (b"GROUP" + BODY + b"UNE+1+5'" + BODY.replace(b"+1", b"+2"), ["groups-and-messages-mixed"]),
        (b"GROUP" + BODY.replace(b"CUSDEC", b"CUSRES") + b"UNE+1+5'", ["group-types-mixed"]),
    ],
)
def test_broken_groups(inside, codes):
    inside = inside.replace(b"GROUP", b"UNG+CUSDEC+S+R+240102:1200+5+UN+D:96B'")
    ((_, found),) = told(HEAD + inside + TAIL)
    assert found == codes


def test_a_released_terminator_at_the_block_border():
    for size in range(4080, 4110):
        text = "A" * size + "'B"
        data = PLAIN.replace(b"X", text.replace("'", "?'").encode())
        assert one(data)[1][0].segments[1].get(2) == text


def test_characters_cut_at_the_block_border():
    for size in range(4085, 4100):
        text = "A" * size + "中文"
        data = PLAIN.replace(b"UNOC", b"UNOY").replace(b"X", text.encode())
        _, (message,) = one(data)
        assert message.segments[1].get(2) == text
        assert message.segments[2].offset == data.index(b"UNT")
        assert not message.faults


def test_gb18030_is_decoded_before_it_is_split():
    text = "丂|盶"  # 丂 ends in @, others in | and ~
    data = b"UNA^|.? ~UNB|UNOC^3|A|B|240102^1200|7~UNH|1|CUSDEC^D^96B^UN~FTX|"
    data += text.replace("|", "?|").encode("gb18030") + "镽亊".encode("gb18030") + b"~UNT|3|1~UNZ|1|7~"
    interchange, (message,) = one(data, encoding="gb18030")
    assert message.segments[1].get(1) == text + "镽亊"
    assert not interchange.faults
    assert not message.faults


def test_the_encoding_is_guessed_for_the_reader():
    _, (message,) = one(PLAIN.replace(b"X", "上海".encode("gb18030")).replace(b"UNOC", b"UNOA"))
    (fault,) = message.faults
    assert fault.hint == "gb18030"
    assert fault.values["count"] == "4"
    assert (fault.place.element, fault.place.offset) == (2, PLAIN.index(b"X"))


def test_an_unusable_encoding_is_the_callers_mistake():
    for encoding in ("utf-16", "nonsense", "cp037", "base64"):
        with pytest.raises(ValueError, match="cannot be used"):
            read(PLAIN, encoding=encoding)


def test_positions_with_released_characters():
    data = b"UNB+UNOY:3+A+B+240102:1200+7'\r\nUNH+1+CUSDEC:D:96B:UN'\r\n"
    data += "NAD+中?'文:x+b?+b:yy'\r\nUNT+3+1'\r\nUNZ+1+7'".encode()
    _, (message,) = one(data)
    segment = message.segments[1]
    place = segment.place(2, 2)
    assert data[place.offset :].startswith(b"yy'")
    assert (place.line, place.column, place.segment, place.tag) == (3, 17, 2, "NAD")
    assert segment.place(1, 2).offset == data.index(b"x+b")
    assert segment.place(3).offset == data.index(b"'\r\nUNT")


def test_memory_does_not_grow_with_the_file():
    class Endless(io.RawIOBase):
        """An interchange of `count` messages made as it is read."""

        def __init__(self, count):
            self.parts = iter([HEAD, *(b"UNH+%d+A:D:96B:UN'BGM+1'UNT+3+%d'" % (n, n) for n in range(count))])

        def read(self, size=-1):
            out = b""
            for part in self.parts:
                out += part
                if len(out) >= size:
                    break
            return out

    def peak(count):
        tracemalloc.start()
        for interchange in read(Endless(count)):
            for _ in interchange.messages():
                pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(20_000) < peak(4_000) + 3_000_000  # the references compared take some


def test_a_segment_without_end_is_cut():
    interchange, (message,) = one(HEAD + b"UNH+1+A:D:96B:UN'FTX+" + b"x" * (5 << 20) + b"'UNT+3+1'" + TAIL)
    assert [fault.code for fault in message.faults] == ["segment-over-limit"]
    assert [segment.tag for segment in message.segments] == ["UNH", "FTX", "UNT"]
    assert not interchange.faults


def test_all_messages_of_a_list_of_interchanges():
    interchanges = list(read(PLAIN + PLAIN))
    assert [len(list(interchange.messages())) for interchange in interchanges] == [1, 1]


def _all(data):
    """Every segment in order, every fault, and how the last interchange is written."""
    segments, faults, encoding, marks = [], [], "", Separators()
    for interchange in read(data):
        encoding, marks, group = interchange.encoding, interchange.separators, None
        segments += [interchange.header] if interchange.header else []
        for message in interchange.messages():
            if message.group is not group:
                segments += [group.trailer] if group and group.trailer else []
                group = message.group
                segments += [group.header] if group else []
            segments += message.segments
            faults += message.faults
        segments += [group.trailer] if group and group.trailer else []
        segments += [interchange.trailer] if interchange.trailer else []
        faults += interchange.faults
    return segments, faults, encoding, marks


def _pydifact(data: bytes, encoding: str):
    from pydifact.parser import Parser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [segment for segment in Parser().parse(data.decode(encoding)) if segment.tag != "UNA"]
        except Exception:
            return None


@pytest.mark.corpus
def test_corpus(corpus):
    files = [path for path in sorted((corpus / "edifact").iterdir()) if path.suffix != ".tsv"]
    clean = compared = 0
    for path in files:
        data = path.read_bytes()
        segments, faults, encoding, marks = _all(data)
        for segment in segments:
            raw = segment.text.encode(encoding, "surrogateescape")
            assert data[segment.offset : segment.offset + len(raw)] == raw, path.name
        if any(is_error(fault) for fault in faults):
            continue
        clean += 1
        again = write_segments(segments, marks, encoding, una=True)
        if any(fault.code == "object-skipped" for fault in faults):
            continue
        assert [s.canonical() for s in _all(again)[0]] == [s.canonical() for s in segments], path.name
        theirs = _pydifact(data, encoding)
        if theirs is not None:
            compared += 1
            ours = [(segment.tag, _trim(segment.elements)) for segment in to_pydifact(segments)]
            assert ours == [(segment.tag, _trim(segment.elements)) for segment in theirs], path.name
    assert len(files) == 185
    assert clean >= 100
    assert compared >= 70


def _trim(elements):
    out = [[*element] if isinstance(element, list) else [element] for element in elements]
    for element in out:
        while element and not element[-1]:
            element.pop()
    while out and not out[-1]:
        out.pop()
    return out
