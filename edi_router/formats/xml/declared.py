"""What a schema declares, as far as a proof that a document is valid needs it; for the rest it raises `Beyond`.

A content model is taken when it is a sequence of places, at each of which elements of one or several names stand so and
so many times, no name at two places. That is what message schemas are made of; anything else is left to the
validator, as are attributes and elements of XML Schema that are not named here: their absence is part of the proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.lexical import Simple, built_in, restricted, union
from edi_router.formats.xml.sources import XSD, Sources
from edi_router.formats.xml.xpath import is_element, local_name

_NAMED = ("element", "complexType", "simpleType")
_FACETS = (
    "length", "minLength", "maxLength", "pattern", "enumeration", "totalDigits", "fractionDigits",
    "minInclusive", "minExclusive", "maxInclusive", "maxExclusive",
)  # fmt: skip
Name = tuple[str, str]
"""A namespace and a local name."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a content model: elements of these names, from `least` to `most` (None: any number) together."""

    names: tuple[str, ...]
    least: int
    most: int | None


class Declarations:
    """The components that the documents of a schema declare at their top."""

    def __init__(self, sources: Sources) -> None:
        self._found: dict[tuple[str, Name], tuple[etree._Element, str, bool]] = {}
        self._simple: dict[Name, Simple] = {}
        roots = {address: etree.fromstring(content) for address, content in sources.documents.items()}
        self._adopted = _adopted(roots, sources.top)
        for root in roots.values():
            space = root.get("targetNamespace", "") or self._adopted
            qualified = root.get("elementFormDefault", "unqualified") == "qualified"
            if root.get("attributeFormDefault", "unqualified") != "unqualified":
                raise Beyond("qualified attributes")
            for child in root:
                if is_element(child):
                    self._top(child, space, qualified)

    def _top(self, child: etree._Element, space: str, qualified: bool) -> None:
        kind = local_name(str(child.tag))
        if kind in _NAMED:
            key = kind, (space, child.get("name", ""))
            if key in self._found:
                raise Beyond(f"two of {key}")
            self._found[key] = child, space, qualified
        elif kind not in ("annotation", "import", "include"):
            raise Beyond(kind)

    def root(self, name: str, space: str) -> Declared:
        """The element that a document may begin with."""
        return self.element((space, name))

    def element(self, name: Name) -> Declared:
        """An element declared at the top."""
        return Declared(self, *self._get("element", name))

    def has(self, kind: str, name: Name) -> bool:
        """Whether there is such a component."""
        return (kind, self._whole(name)) in self._found

    def complex_type(self, name: Name) -> tuple[etree._Element, str, bool]:
        """A named complex type, with its namespace and whether its elements are qualified."""
        return self._get("complexType", name)

    def simple_type(self, name: Name) -> Simple:
        """A simple type, built in or named."""
        if name not in self._simple:
            self._simple[name] = (
                built_in(name[1]) if name[0] == XSD else self.simple(self._get("simpleType", name)[0])
            )
        return self._simple[name]

    def simple(self, node: etree._Element) -> Simple:
        """The simple type that a node defines."""
        _only(node, ("name",))
        (body,) = _parts(node, ("restriction", "union"), 1)
        if local_name(str(body.tag)) == "union":
            _only(body, ("memberTypes",))
            members = [
                self.simple_type(_qualified(body, each)) for each in body.get("memberTypes", "").split()
            ]
            return union(members + [self.simple(each) for each in _parts(body, ("simpleType",))])
        _only(body, ("base",))
        facets = _parts(body, (*_FACETS, "simpleType"))
        inner = [each for each in facets if local_name(str(each.tag)) == "simpleType"]
        if bool(inner) == ("base" in body.attrib) or len(inner) > 1:
            raise Beyond("a restriction of two types")
        base = self.simple(inner[0]) if inner else self.simple_type(_qualified(body, body.get("base", "")))
        return restricted(base, [_facet(each) for each in facets if each not in inner])

    def _get(self, kind: str, name: Name) -> tuple[etree._Element, str, bool]:
        found = self._found.get((kind, self._whole(name)))
        if found is None:
            raise Beyond(f"no {kind} {name[1]}")
        return found

    def _whole(self, name: Name) -> Name:
        """The name with the namespace of the schema that includes one without."""
        return name[0] or self._adopted, name[1]


class Declared:
    """An element that a schema declares."""

    def __init__(
        self,
        declarations: Declarations,
        node: etree._Element,
        space: str,
        qualified: bool,
        local: bool = False,
    ) -> None:
        _only(node, ("name", "type", "minOccurs", "maxOccurs") if local else ("name", "type"))
        self._declarations = declarations
        self._node = node
        self._space = space
        self._qualified = qualified
        self.name = node.get("name", "")
        self.namespace = space if qualified or not local else ""
        self._inside: dict[str, tuple[etree._Element, str, bool]] = {}
        self._read = False

    @cached_property
    def _type(self) -> Simple | tuple[etree._Element, str, bool]:
        """Its simple type, or the node of its complex one with where that stands."""
        inner = _parts(self._node, ("complexType", "simpleType"))
        if bool(inner) == ("type" in self._node.attrib) or len(inner) > 1:
            raise Beyond(f"the type of {self.name}")
        if inner:
            if local_name(str(inner[0].tag)) == "simpleType":
                return self._declarations.simple(inner[0])
            return inner[0], self._space, self._qualified
        name = _qualified(self._node, self._node.get("type", ""))
        if name[0] == XSD or self._declarations.has("simpleType", name):
            return self._declarations.simple_type(name)
        return self._declarations.complex_type(name)

    @cached_property
    def _content(self) -> tuple[Simple | None, list[etree._Element], tuple[etree._Element, str, bool] | None]:
        """The type of its text, the declarations of its attributes, and its content model."""
        if isinstance(self._type, Simple):
            return self._type, [], None
        node, space, qualified = self._type
        _only(node, ("name",))
        parts = _parts(node, ("sequence", "choice", "attribute", "simpleContent"))
        attributes = [each for each in parts if local_name(str(each.tag)) == "attribute"]
        models = [each for each in parts if each not in attributes]
        if len(models) > 1:
            raise Beyond(f"the content of {self.name}")
        if not models:
            return None, attributes, None
        if local_name(str(models[0].tag)) != "simpleContent":
            return None, attributes, (models[0], space, qualified)
        _only(models[0], ())
        (body,) = _parts(models[0], ("extension",), 1)
        _only(body, ("base",))
        base = _qualified(body, body.get("base", ""))
        if base[0] != XSD and not self._declarations.has("simpleType", base):
            raise Beyond("an extended complex type")
        return self._declarations.simple_type(base), attributes + _parts(body, ("attribute",)), None

    @property
    def text(self) -> Simple | None:
        """The type of its text; None for an element that holds elements, or nothing."""
        return self._content[0]

    @cached_property
    def attributes(self) -> dict[str, tuple[Simple, bool]]:
        """The type of each attribute by its name, and whether it has to be there."""
        found: dict[str, tuple[Simple, bool]] = {}
        for node in self._content[1]:
            _only(node, ("name", "type", "use"))
            inner = _parts(node, ("simpleType",))
            if bool(inner) == ("type" in node.attrib) or len(inner) > 1 or "name" not in node.attrib:
                raise Beyond("an attribute")
            kind = (
                self._declarations.simple(inner[0])
                if inner
                else self._declarations.simple_type(_qualified(node, node.get("type", "")))
            )
            use = node.get("use", "optional")
            if use not in ("optional", "required") or node.get("name") in found:
                raise Beyond("an attribute")
            found[node.get("name", "")] = kind, use == "required"
        return found

    @cached_property
    def places(self) -> list[Place]:
        """The content model of an element that holds elements."""
        model = self._content[2]
        places = [] if model is None else list(self._places(*model))
        names = [name for place in places for name in place.names]
        if len(set(names)) < len(names):
            raise Beyond(f"a name at two places of {self.name}")
        return places

    def child(self, name: str) -> Declared:
        """The element of that name in it."""
        self.places  # noqa: B018 - reads what is inside
        found = self._inside.get(name)
        if found is None:
            raise Beyond(f"no {name} in {self.name}")
        node, space, qualified = found
        if "ref" in node.attrib:
            return self._declarations.element(_referred(node))
        return Declared(self._declarations, node, space, qualified, local=True)

    def _places(self, node: etree._Element, space: str, qualified: bool) -> Iterator[Place]:
        _only(node, ("minOccurs", "maxOccurs"))
        least, most = _occurs(node)
        kind = local_name(str(node.tag))
        parts = _parts(node, ("element", "sequence", "choice"))
        if kind == "choice":
            yield self._choice(parts, least, most, space, qualified)
            return
        inner: list[Place] = []
        for part in parts:
            if local_name(str(part.tag)) == "element":
                inner.append(Place((self._named(part, space, qualified),), *_occurs(part)))
            else:
                inner += self._places(part, space, qualified)
        if most != 1 or (least != 1 and any(place.least for place in inner)):
            raise Beyond(f"a repeated sequence in {self.name}")
        yield from inner

    def _choice(
        self, parts: list[etree._Element], least: int, most: int | None, space: str, qualified: bool
    ) -> Place:
        """A choice of single elements, any of which may stand in each of its turns."""
        names = []
        for part in parts:
            low, high = _occurs(part)
            if local_name(str(part.tag)) != "element" or high != 1:
                raise Beyond(f"a choice in {self.name}")
            names.append(self._named(part, space, qualified))
            least = least if low else 0
        if not names:
            raise Beyond(f"an empty choice in {self.name}")
        return Place(tuple(names), least, most)

    def _named(self, node: etree._Element, space: str, qualified: bool) -> str:
        """The local name of an element in a content model, which is remembered."""
        _only(node, ("ref", "name", "type", "minOccurs", "maxOccurs"))
        name = _referred(node)[1] if "ref" in node.attrib else node.get("name", "")
        if name in self._inside:
            raise Beyond(f"a name at two places of {self.name}")
        self._inside[name] = node, space, qualified
        return name


def _adopted(roots: Mapping[str, etree._Element], top: str) -> str:
    """The namespace that documents without one are in, because one that has it includes them."""
    spaces = set() if roots[top].get("targetNamespace") else {""}
    for root in roots.values():
        space = root.get("targetNamespace", "")
        for child in root:
            location = child.get("schemaLocation", "") if is_element(child) else ""
            if location not in roots or roots[location].get("targetNamespace"):
                continue
            if local_name(str(child.tag)) != "include":
                spaces.add("")
            elif space:
                spaces.add(space)
    if len(spaces) > 1:
        raise Beyond("one schema in several namespaces")
    return next(iter(spaces), "")


def _referred(node: etree._Element) -> Name:
    if "name" in node.attrib or "type" in node.attrib:
        raise Beyond("a reference with more")
    return _qualified(node, node.get("ref", ""))


def _parts(node: etree._Element, kinds: Collection[str], count: int | None = None) -> list[etree._Element]:
    """The elements inside, annotations aside, if they are of no other kinds."""
    found = [child for child in node if is_element(child) and local_name(str(child.tag)) != "annotation"]
    if any(local_name(str(child.tag)) not in kinds for child in found):
        raise Beyond(", ".join(local_name(str(child.tag)) for child in found))
    if count is not None and len(found) != count:
        raise Beyond(f"{len(found)} in {local_name(str(node.tag))}")
    return found


def _only(node: etree._Element, names: Collection[str]) -> None:
    """Raise Beyond for an attribute that means more than is looked at here."""
    more = [str(name) for name in node.attrib if name not in names and name != "id"]
    if more:
        raise Beyond(f"{more[0]} of {local_name(str(node.tag))}")


def _facet(node: etree._Element) -> tuple[str, str]:
    _only(node, ("value", "fixed"))
    return local_name(str(node.tag)), node.get("value", "")


def _occurs(node: etree._Element) -> tuple[int, int | None]:
    low, high = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
    if not low.isdecimal() or not (high.isdecimal() or high == "unbounded"):
        raise Beyond("an occurrence")
    return int(low), None if high == "unbounded" else int(high)


def _qualified(node: etree._Element, name: str) -> Name:
    """Namespace and local name of what an attribute of the node names."""
    prefix, _, local = name.strip().rpartition(":")
    space = node.nsmap.get(prefix or None)
    if prefix and space is None:
        raise Beyond(f"the prefix {prefix}")
    return space or "", local
