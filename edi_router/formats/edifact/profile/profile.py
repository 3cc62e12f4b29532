"""A profile, read, compared with its directory, and ready to check messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.faults import Fault, FaultList, Place, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.layout import Layout
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.formats.edifact.profile.check import Check, Demand, Together, spot
from edi_router.formats.edifact.profile.lint import line_place, lint
from edi_router.formats.edifact.profile.model import Form, ProfileFile
from edi_router.formats.edifact.profile.paths import asked, is_qualified, parse_downwards
from edi_router.formats.edifact.profile.rows import Accepts, acceptor
from edi_router.formats.edifact.profile.shape import Walk
from edi_router.paths import Node

FOLDER = "schemas/profiles"
LIMIT = 1000
"""Faults kept for one message; all are counted."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A profile for the messages of one layout."""

    assured: frozenset[str]
    accepts: Accepts | None


@dataclass(frozen=True, eq=False)
class Profile:
    """A profile, ready to check messages of its kind."""

    file: ProfileFile
    name: str
    demands: tuple[Demand, ...]
    dependencies: tuple[Together, ...]
    assured: frozenset[str]
    """The lines whose part the directory makes mandatory in its place."""
    _accepts: dict[Layout, Accepts | None] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The profile's id."""
        return self.file.profile

    @property
    def kind(self) -> Kind:
        """The message it is for, with its directory."""
        return Kind.parse(self.file.for_)

    def fits(self, root: Node) -> bool:
        """Whether it is for the message, by the definition that the message was checked by."""
        layout = root.layout if isinstance(root, MessageNode) else None
        return layout is not None and self.is_for(layout)

    def is_for(self, layout: Layout) -> bool:
        """Whether it is for messages of this definition."""
        return self.kind.includes(Kind("edifact", layout.definition.type, layout.definition.directory))

    def accepts(self, layout: Layout) -> Accepts | None:
        """The function that says of the rows of a message whether it follows the profile, made once."""
        if layout not in self._accepts:
            self._accepts[layout] = acceptor(self.demands, self.dependencies, layout, self.assured)
        return self._accepts[layout]

    def check(self, root: Node, known: Iterable[Fault] = ()) -> FaultList:
        """Everything in the message that the profile does not allow; nothing for a message it is not for.

        `known` are the faults found by the directory: at their places nothing is reported again.
        """
        faults = FaultList(LIMIT)
        if not isinstance(root, MessageNode) or root.layout is None or not self.fits(root):
            return faults
        accepts = self.accepts(root.layout)
        rows = root.rows() if accepts is not None else None
        if accepts is not None and rows is not None and accepts(rows):
            return faults
        taken = frozenset(spot(fault.place) for fault in known)
        found = Check(root, root.layout.definition, self.assured, taken)
        faults.extend(found.faults(self.demands, self.dependencies))
        return faults


def load_profile(text: str, file: str, definitions: Definitions) -> tuple[Profile | None, list[Fault]]:
    """The profile in the text of a file, compared with its directory, or what is wrong with it."""
    model, node, faults = read_model(ProfileFile, text, file)
    if model is None or node is None:
        return None, faults
    profile, more = _made(model, node, file, definitions)
    return profile, [*faults, *more]


def profile_named(tree: Tree, id: str, definitions: Definitions) -> tuple[Profile | None, list[Fault]]:
    """The profile of that id in the tree; a fault when it is not there."""
    name = f"{FOLDER}/{id}.yaml"
    if tree.find(name) is None:
        values = {"what": "profile", "name": id}
        hint = did_you_mean(id, profile_names(tree))
        return None, [Fault("config-unknown-name", Place(name), values, hint=hint)]
    return load_profile(tree.text(name), tree.display(name), definitions)


def profile_names(tree: Tree) -> list[str]:
    """The ids of all profiles of the tree, by the names of their files."""
    return [name.removeprefix(f"{FOLDER}/").removesuffix(".yaml") for name in tree.names(FOLDER, ".yaml")]


def load_profiles(tree: Tree, definitions: Definitions) -> tuple[dict[str, Profile], list[Fault]]:
    """All profiles of the tree by id, and everything that is wrong with their files."""
    profiles: dict[str, Profile] = {}
    faults: list[Fault] = []
    for id in profile_names(tree):
        profile, found = load_named_profile(tree, id, definitions)
        faults += found
        if profile is not None:
            profiles[profile.id] = profile
    return profiles, faults


def load_named_profile(tree: Tree, id: str, definitions: Definitions) -> tuple[Profile | None, list[Fault]]:
    """The profile in the file of that id, which must be there and be named after it."""
    name = f"{FOLDER}/{id}.yaml"
    model, node, faults = read_model(ProfileFile, tree.text(name), tree.display(name))
    if model is None or node is None:
        return None, faults
    if model.profile != id:
        faults.append(Fault("profile-file-name", place_of(node, ["profile"]), {"profile": model.profile}))
    profile, found = _made(model, node, tree.display(name), definitions)
    return profile, faults + found


def _made(
    model: ProfileFile, node: ConfigNode, file: str, definitions: Definitions
) -> tuple[Profile | None, list[Fault]]:
    kind = Kind.parse(model.for_)
    definition = definitions.message_of(kind.qualifier or "", kind.name)
    if definition is None:
        values = {"type": kind.name, "directory": kind.qualifier or ""}
        return None, [Fault("profile-directory-missing", place_of(node, ["for"]), values)]
    faults = lint(model, definition, definitions, node)
    if any(is_error(fault) for fault in faults):
        return None, faults
    short = file.replace("\\", "/").rpartition("/")[2]
    demands = _demands(model, node, short)
    walk = Walk(definitions, definition)
    assured = frozenset(demand.asked.text for demand in demands if _assured(demand, walk))
    return Profile(model, file, demands, _dependencies(model, node, short), assured), faults


def _demands(model: ProfileFile, node: ConfigNode, short: str) -> tuple[Demand, ...]:
    return tuple(
        Demand(
            asked(text),
            line,
            f"{short}:{line_place(node, text).line}",
            Form.parse(line.form) if line.form is not None else None,
            frozenset(line.codes),
        )
        for text, line in model.lines.items()
    )


def _dependencies(model: ProfileFile, node: ConfigNode, short: str) -> tuple[Together, ...]:
    return tuple(
        Together(
            each,
            parse_downwards(each.in_) if each.in_ else None,
            tuple(parse_downwards(text, from_message=True) for text in each.of),
            f"{short}:{place_of(node, ['dependencies', at]).line}",
        )
        for at, each in enumerate(model.dependencies)
    )


def _assured(demand: Demand, walk: Walk) -> bool:
    """Whether the directory makes the part mandatory wherever the line asks for it."""
    walk.walk(demand.asked.whole)
    rest = walk.way[len(demand.asked.scope.steps) + 1 :]
    steps = demand.asked.rest.steps
    return all(shape.mandatory for shape in rest) and not any(map(is_qualified, steps))
