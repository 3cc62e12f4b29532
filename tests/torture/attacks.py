"""Hostile files: mutations of the samples, attacks on XML readers, things that grow, names that are traps."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterator

from tests.torture.stage import SAMPLES

_WORDS = (
    b"'", b"+", b":", b"?", b"?'", b"UNH+", b"UNT+", b"UNZ+", b"UNB+UNOA:1+", b"UNA:+.? '", b"<", b">", b"&", b"]]>",
    b"<!--", b"<![CDATA[", b"<!DOCTYPE a [", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\xf0\x9f\x98\x80", b",",
    b'"', b";", b"9" * 40, b"-1", b"1e999", b"NaN", b"\xd6\xd0",
)  # fmt: skip
SECRET = b"root:x:0:0"
"""What a reader that follows references to files of this machine would give away."""


def seeds() -> list[bytes]:
    """The samples, good and bad, that are small enough."""
    paths = (path for folder in ("good", "bad", "day") for path in sorted((SAMPLES / folder).rglob("*")))
    return [path.read_bytes() for path in paths if path.is_file() and 0 < path.stat().st_size < 8000]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A sample with one to six changes: bytes flipped, parts cut out, doubled or moved, words put in."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        end = min(len(made), at + chance.choice((1, 2, 8, 60, 400)))
        kind = chance.randrange(7)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del made[at:end]
        elif kind == 2:
            made[at:at] = made[at:end]
        elif kind == 3:
            made[at:at] = chance.choice(_WORDS)
        elif kind == 4:
            del made[at:]
        elif kind == 5:
            made[at:end] = chance.randbytes(end - at)
        else:
            part = made[at:end]
            del made[at:end]
            place = chance.randrange(len(made) + 1)
            made[place:place] = part
    return bytes(made)


def xml_attacks() -> Iterator[tuple[str, bytes]]:
    """The known attacks on readers of XML."""
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    order = b"<TransferOrder><Head>%s</Head></TransferOrder>"
    yield "billion-laughs", b'<!DOCTYPE a [<!ENTITY l0 "lol">' + laughs + b"]>" + order % b"&l9;"
    yield "quadratic", b'<!DOCTYPE a [<!ENTITY q "%s">]>' % (b"q" * 50_000) + order % (b"&q;" * 20_000)
    for name, place in (
        ("file", b"file:///etc/passwd"),
        ("http", b"http://127.0.0.1:9/x"),
        ("ftp", b"ftp://127.0.0.1/x"),
    ):
        yield f"entity-{name}", b'<!DOCTYPE a [<!ENTITY x SYSTEM "%s">]>' % place + order % b"&x;"
        yield f"doctype-{name}", b'<!DOCTYPE a SYSTEM "%s">' % place + order % b"1"
        yield f"parameter-{name}", b'<!DOCTYPE a [<!ENTITY %% x SYSTEM "%s"> %%x;]>' % place + order % b"1"
        include = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="%s" parse="text"/>' % place
        yield f"xinclude-{name}", order % include
        yield (
            f"schema-{name}",
            (
                b'<TransferOrder xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:noNamespaceSchemaLocation="%s"/>'
                % place
            ),
        )
        yield f"stylesheet-{name}", b'<?xml-stylesheet type="text/xsl" href="%s"?>' % place + order % b"1"
    yield "deep", b"<a>" * 200_000 + b"</a>" * 200_000
    yield "deep-known", b"<TransferOrder>" + b"<Head>" * 100_000
    yield "attributes", b"<TransferOrder %s/>" % b" ".join(b'a%d="1"' % n for n in range(100_000))
    yield "same-attribute", b'<TransferOrder a="1" a="2"/>'
    yield (
        "namespaces",
        b"<TransferOrder %s/>" % b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(20_000)),
    )
    yield "long-name", b"<" + b"a" * 5_000_000 + b"/>"
    yield "long-text", order % (b"x" * 20_000_000)
    yield "comments", b"<TransferOrder>" + b"<!---->" * 500_000 + b"</TransferOrder>"
    yield "references", order % (b"&#65;" * 500_000)
    yield "wrong-encoding", b'<?xml version="1.0" encoding="UTF-7"?><TransferOrder/>'
    yield "utf-16", '<?xml version="1.0" encoding="UTF-16"?><TransferOrder/>'.encode("utf-16")
    yield "utf-32", '<?xml version="1.0" encoding="UTF-32"?><TransferOrder/>'.encode("utf-32")
    yield "unfinished", b"<TransferOrder><Head>" + b"<![CDATA[" * 1000
    yield "version-1.1", b'<?xml version="1.1"?><TransferOrder>\x01</TransferOrder>'


def edifact_attacks() -> Iterator[tuple[str, bytes]]:
    """EDIFACT that grows, never ends or means itself."""
    head = b"UNB+UNOC:3+ENTA:ZZ+EDIROUTER:ZZ+260314:0930+X1'UNH+1+CUSDEC:D:96B:UN'BGM+830+1+9'"
    yield "no-end", head + b"LOC+9+CNTAO'" * 20_000
    yield "one-segment", head + b"FTX+AAA+++" + b"x" * 20_000_000
    yield "elements", head + b"LOC" + b"+" * 400_000 + b"'"
    yield "components", head + b"LOC" + b":" * 400_000 + b"'"
    yield "releases", head + b"FTX+AAA+++" + b"?'" * 500_000 + b"'"
    yield "una-same", b"UNA++++++" + head
    yield "una-letters", b"UNAABCDEF" + head
    yield "binary", head + b"UNO+1+99999999999'" + b"\x00" * 1000
    yield "empty", b"'" * 1_000_000
    yield "reference", head.replace(b"X1", b"../../../etc/passwd") + b"UNT+3+1'UNZ+1+../../../etc/passwd'"


def bombs() -> Iterator[tuple[str, bytes]]:
    """Archives that grow a thousandfold, that hold themselves in turn, or whose names leave their folder."""
    zeros = bytes(1 << 20)
    flat, nested, outside = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(flat, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("a.edi", "w") as entry:
        for _ in range(300):
            entry.write(zeros)
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as outer:
        for number in range(20):
            outer.writestr(f"{number}.zip", flat.getvalue())
    with zipfile.ZipFile(outside, "w") as trap:
        trap.writestr("../../../../tmp/edi-router-was-here", b"x")
    yield "zip-bomb", flat.getvalue()
    yield "zip-in-zip", nested.getvalue()
    yield "zip-outside", outside.getvalue()
    yield "gzip-bomb", gzip.compress(zeros * 100)


def names() -> Iterator[bytes]:
    """Names that are traps for shells, screens, logs, folders and databases; as bytes, for some are no text."""
    yield from (
        b"..edi",
        b"...",
        b"..\\..\\x.edi",
        b"a\nb.edi",
        b"\n",
        b" ",
        b" a.edi ",
        b"-rf",
        b"--help",
        b"~",
        b"*",
    )
    yield from (
        b"$(reboot).edi",
        b"`id`.edi",
        b"a;b.edi",
        b"a'b\"c.edi",
        b"%s%n.edi",
        b"a\x1b[31mred.edi",
        b"\x7f\x01.edi",
    )
    yield from (
        b"x" * 255,
        b"x" * 251 + b".edi",
        "报关单".encode() * 28,
        "报关单.edi".encode("gb18030"),
        b"\xff\xfe.edi",
    )
    yield from (
        "a\u202eide.b.edi".encode(),
        "\u2028.edi".encode(),
        b"con.edi",
        b"a:b.edi",
        b"<b>x.edi",
        b"'; DROP TABLE file; --",
    )
