"""XML as the nodes that paths walk over."""

from edi_router.faults import Place
from edi_router.formats.xml import ElementNode, XmlDocument, parse
from edi_router.paths.node import Node

TEXT = b"""<m:MetaData xmlns:m="urn:m" xmlns="urn:d" id="7" blank=" ">
  <Declaration><No>1</No></Declaration>
  <Declaration>
    <No> 2 </No><Empty/><Blank>  </Blank>
    <Note>a<!-- remark -->b<?pi x?>c</Note>
    <m:No>3</m:No>
  </Declaration>
</m:MetaData>"""


def document() -> XmlDocument:
    found, faults = parse(TEXT)
    assert found is not None
    assert not faults
    return found


def test_elements_and_attributes_are_nodes() -> None:
    root = document().node()
    assert isinstance(root, Node)
    assert isinstance(root.children("@id")[0], Node)
    assert root.name == "MetaData"
    assert root.parent is None
    assert root.value() is None
    assert root.children("@id")[0].value() == "7"
    assert root.children("@id")[0].parent is root
    assert root.children("@id")[0].children("x") == ()


def test_children_are_found_by_local_name_in_order() -> None:
    second = document().node().children("Declaration")[1]
    assert [child.value() for child in second.children("No")] == [" 2 ", "3"]
    assert second.children("no") == ()
    assert isinstance(second, ElementNode)
    assert second.names() == ["No", "Empty", "Blank", "Note"]


def test_empty_and_blank_texts_are_missing() -> None:
    root = document().node()
    second = root.children("Declaration")[1]
    assert [second.children(name)[0].value() for name in ("Empty", "Blank")] == [None, None]
    assert root.children("@blank")[0].value() is None


def test_comments_do_not_cut_a_text() -> None:
    assert document().node().children("Declaration")[1].children("Note")[0].value() == "abc"


def test_the_same_node_is_given_again() -> None:
    root = document().node()
    assert root.children("Declaration")[0] is root.children("Declaration")[0]
    assert root.children("Declaration")[0].parent is root


def test_places_have_line_and_path() -> None:
    root = document().node()
    second = root.children("Declaration")[1]
    assert root.place() == Place(line=1, xpath="/MetaData")
    assert root.children("@id")[0].place() == Place(line=1, xpath="/MetaData/@id")
    assert second.children("No")[1].place() == Place(line=6, xpath="/MetaData/Declaration[2]/No[2]")
    assert second.children("Note")[0].place() == Place(line=5, xpath="/MetaData/Declaration[2]/Note")


def test_lines_beyond_65535_are_right() -> None:
    found, _ = parse(b"<a>" + b"\n<b/>" * 70_000 + b"</a>")
    assert found is not None
    assert found.node().children("b")[-1].place().line == 70_001
