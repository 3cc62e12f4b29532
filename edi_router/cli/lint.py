"""`edi-router lint`: a configuration checked before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edi_router.config import Tree
    from edi_router.faults import Fault


@click.command(
    help=say(
        "Check a whole configuration: settings, partners and their agreements, document types, profiles, mappings, "
        "code tables and rules; every fault with file, line and column; and list the Python functions and XSLT steps "
        "of the deployment with the mappings that use them. PATH is a workspace, or a file or "
        "folder of one, such as a mapping, of which the faults are told; without it, the workspace, else the shipped "
        "configuration.\n\n"
        "\b\nExamples:\n"
        "  edi-router lint\n"
        "  edi-router lint mappings/cusdec-eciq\n"
        "  edi-router lint partners/ENT-A.yaml",
        "检查整套配置：设置、伙伴及协议、报文类型、配置规范、映射、代码表和规则；每个错误都指出文件、行和列；"
        "并列出本部署自有的 Python 函数和 XSLT 步骤及使用它们的映射。"
        "PATH 为工作区，或其中的文件或目录（如映射），只列出其中的错误；省略时为当前工作区，否则为自带配置。\n\n"
        "\b\n示例：\n"
        "  edi-router lint\n"
        "  edi-router lint mappings/cusdec-eciq\n"
        "  edi-router lint partners/ENT-A.yaml",
    )
)
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@options.lang_option
@options.json_option
@click.pass_context
def lint(ctx: click.Context, path: Path | None, as_json: bool) -> int:
    """All faults of the configuration."""
    from edi_router.faults import as_json as fault_json
    from edi_router.mapping.own_uses import own_functions

    part = None if path is None else _part(path.resolve())
    tree, ids = target(ctx, path) if part is None else (part, [])
    faults = lint_mappings(tree, ids) if ids else lint_everything(tree)
    if part is not None and path is not None:
        faults = [fault for fault in faults if _is_below(fault, path.resolve())]
    own = own_functions(tree, ids)
    if as_json:
        shapes = [{"file": fault.place.file, **fault_json(fault, LANGUAGE)} for fault in faults]
        where = str(path if path is not None else tree.layers[0])
        code = [{"name": each.name, "file": each.file, "used": list(each.used)} for each in own]
        output.emit({"path": where, "faults": shapes[:1000], "fault_count": len(faults), "own_code": code})
    else:
        output.print_faults(faults)
        for each in own:
            used = ", ".join(each.used) or say("not used", "未使用")
            print(
                say(
                    f"own code: {each.name} of {each.file}: {used}",
                    f"自有代码：{each.file} 的 {each.name}：{used}",
                )
            )
        print(_summary(faults))
    return output.code_for(faults)


def target(ctx: click.Context, path: Path | None) -> tuple[Tree, list[str]]:
    """The configuration tree that `path` belongs to, and the mapping it means (none for the whole tree)."""
    from edi_router.config import Tree

    if path is None:
        return workspace.tree(ctx), []
    path = path.resolve()
    folder = path.parent if path.is_file() else path
    if (folder / "mapping.yaml").is_file() and folder.parent.name == "mappings":
        root = folder.parent.parent
        return Tree.over_shipped(root), [folder.name]
    if not _is_workspace(folder):
        told = say(
            f"{path} is neither a workspace nor a part of one", f"{path} 既不是工作区，也不在工作区之中"
        )
        raise click.UsageError(told)
    return Tree.over_shipped(folder), []


def _part(path: Path) -> Tree | None:
    """The tree of the workspace in which the path is a file or folder of the configuration, other than a mapping."""
    from edi_router.config import Tree

    if (path / "mapping.yaml").is_file() or path.name == "mapping.yaml" or _is_workspace(path):
        return None
    for root in path.parents:
        first = path.relative_to(root).parts[0]
        if first in (*_MARKS, "registers") and _is_workspace(root):
            return Tree.over_shipped(root)
    return None


def _is_workspace(path: Path) -> bool:
    return any((path / name).exists() for name in _MARKS)


def _is_below(fault: Fault, path: Path) -> bool:
    """Whether the fault is one of this file, or of a file in this folder."""
    return fault.place.file is not None and Path(fault.place.file).resolve().is_relative_to(path)


_MARKS = ("edi-router.yaml", "mappings", "partners", "schemas")


def lint_mappings(tree: Tree, ids: list[str]) -> list[Fault]:
    """The faults of some mappings, by file and line."""
    from edi_router.mapping.lint import lint_all

    return sorted(lint_all(tree, ids), key=_by_place)


def lint_everything(tree: Tree) -> list[Fault]:
    """The faults of the whole configuration, each once, by file and line."""
    from datetime import UTC, date, datetime

    from edi_router.config import Tree
    from edi_router.config.ignored import ignored
    from edi_router.formats.xml.sources import SchemaError
    from edi_router.mapping.lint import lint_all
    from edi_router.partners import expired_leniencies
    from edi_router.partners.lint_names import lint_names
    from edi_router.partners.lint_paths import lint_named_paths
    from edi_router.partners.security import expired_certificates
    from edi_router.partners.settings import load_settings
    from edi_router.pipeline.configuration import load_configuration

    try:
        configuration, faults = load_configuration(tree, whole=True)
    except SchemaError as error:
        configuration, faults = None, [error.fault]
    if configuration is not None:
        faults += expired_certificates(tree, configuration.certificates, datetime.now(UTC))
    faults = [*faults, *ignored(tree), *expired_leniencies(tree, date.today()), *lint_all(tree)]
    settings, _ = load_settings(tree)
    samples = settings is None or settings.sample_partners or len(tree.layers) == 1
    faults += lint_named_paths(tree, tree if samples else Tree(tree.layers[:-1]))
    faults += lint_names(tree)
    faults = _first_causes(_where_named(faults))
    once = {(fault.code, fault.place, str(fault.values)): fault for fault in faults}
    return sorted(once.values(), key=_by_place)


def _where_named(faults: Sequence[Fault]) -> list[Fault]:
    """The faults without those of missing rule files that are told where the file is named."""
    told = {fault.values["file"] for fault in faults if fault.code == "rules-missing" and fault.place.line}
    return [
        fault
        for fault in faults
        if fault.code != "rules-missing" or fault.place.line or fault.values["file"] not in told
    ]


def _first_causes(faults: Sequence[Fault]) -> list[Fault]:
    """The faults without those that follow from others: that there is no partner whose file cannot be read."""
    from edi_router.faults import is_error

    broken = {
        Path(fault.place.file).stem
        for fault in faults
        if fault.place.file and is_error(fault) and Path(fault.place.file).parent.name == "partners"
    }
    return [
        fault
        for fault in faults
        if not (
            fault.code == "config-unknown-name"
            and fault.values["what"] == "partner"
            and fault.values["name"] in broken
        )
    ]


def _by_place(fault: Fault) -> tuple[str, int, int]:
    place = fault.place
    return place.file or "", place.line or 0, place.column or 0


def _summary(faults: list[Fault]) -> str:
    if not faults:
        return say("no faults", "无错误")
    files = len({fault.place.file for fault in faults})
    plural = "" if len(faults) == 1 else "s"
    return say(f"{len(faults)} fault{plural} in {files} file(s)", f"{files} 个文件中共 {len(faults)} 个问题")
