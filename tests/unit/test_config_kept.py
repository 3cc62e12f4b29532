"""What was made of a configuration tree is kept while the tree answers as it did, and no longer."""

from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.config.noted import Kept
from edi_router.mapping.reading import read_definition


class Making:
    """Counts how often something is made of the files `a.txt` and those below `more`."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.kept: Kept[str] = Kept(2)
        self.times = 0

    def get(self, name: str = "it") -> str:
        return self.kept.get(self.tree, (name,), self._make)

    def _make(self, tree: Tree) -> str:
        self.times += 1
        found = tree.find("b.txt")
        texts = [tree.read(name).decode() for name in tree.names("more")]
        return f"{tree.text('a.txt')} {found is not None} {tree.display('a.txt')} {texts}"


@pytest.fixture
def making(tmp_path: Path) -> Making:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "more").mkdir()
    return Making(Tree((tmp_path,)))


def test_it_is_made_once(making: Making) -> None:
    assert making.get() == making.get()
    assert making.times == 1


@pytest.mark.parametrize("name", ["a.txt", "b.txt", "more/c.txt"])
def test_it_is_made_anew_when_a_file_is_another(making: Making, name: str) -> None:
    (making.tree.layers[0] / "more/d.txt").write_text("two")
    before = making.get()
    (making.tree.layers[0] / name).write_text("uno")  # as long as the text before
    assert making.get() != before
    (making.tree.layers[0] / "more/d.txt").write_text("due")
    making.get()
    assert making.times == 3


def test_it_is_made_anew_for_another_tree_and_working_directory(
    making: Making, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = making.get()
    monkeypatch.chdir(tmp_path)  # where the file has another name
    assert making.get() != before
    making.tree = Tree((tmp_path / "over", tmp_path))
    making.get()
    assert making.times == 2, "a layer without files changes nothing"
    (tmp_path / "over").mkdir()
    (tmp_path / "over/a.txt").write_text("mine")
    assert making.get().startswith("mine")


def test_what_could_not_be_made_is_not_kept(making: Making) -> None:
    (making.tree.layers[0] / "a.txt").unlink()
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            making.get()
    assert making.times == 2


def test_a_file_that_has_gone_is_told_as_at_first(making: Making) -> None:
    making.get()
    (making.tree.layers[0] / "a.txt").unlink()
    with pytest.raises(FileNotFoundError):
        making.get()


def test_only_so_many_are_kept(making: Making) -> None:
    for name in ("x", "y", "z", "x"):
        making.get(name)
    assert making.times == 4


def test_a_mapping_is_read_anew_when_its_fragment_has_changed(tmp_path: Path) -> None:
    folder = tmp_path / "mappings/fragments"
    folder.mkdir(parents=True)
    text = "id: m\nfrom: CUSDEC D96B\nto: x.xsd\noutput:\n  Root:\n    use: shared/part\n"
    tree = Tree((tmp_path,))

    def elements(name: str) -> list[str]:
        (folder / "shared.yaml").write_text(f"fragments:\n  part: {{do: {{{name}: BGM/d1004}}}}\n")
        definition, faults = read_definition(text, "m.yaml", tree)
        assert definition is not None, faults
        return [item.name for item in definition.output.do or ()]

    assert elements("One") == ["One"]
    assert elements("Two") == ["Two"]
    first, _ = read_definition(text, "m.yaml", tree)
    second, faults = read_definition(text, "m.yaml", tree)
    assert first is second
    faults.append(None)  # type: ignore[arg-type]  # the list is the caller's
    assert read_definition(text, "m.yaml", tree)[1] == []
