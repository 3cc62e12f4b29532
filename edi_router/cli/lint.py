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
        "of the deployment with the mappings that use them. PATH is a workspace, a mapping's "
        "folder or a mapping file; without it, the workspace, else the shipped configuration.\n\n"
        "\b\nExamples:\n"
        "  edi-router lint\n"
        "  edi-router lint mappings/cusdec-eciq",
        "检查整套配置：设置、伙伴及协议、报文类型、配置规范、映射、代码表和规则；每个错误都指出文件、行和列；"
        "并列出本部署自有的 Python 函数和 XSLT 步骤及使用它们的映射。"
        "PATH 为工作区、映射目录或映射文件；省略时为当前工作区，否则为自带配置。\n\n"
        "\b\n示例：\n"
        "  edi-router lint\n"
        "  edi-router lint mappings/cusdec-eciq",
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

    tree, ids = target(ctx, path)
    faults = lint_mappings(tree, ids) if ids else lint_everything(tree)
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
    if not folder.is_dir() or not any((folder / name).exists() for name in _MARKS):
        told = say(f"{path} is neither a workspace nor a mapping", f"{path} 既不是工作区也不是映射")
        raise click.UsageError(told)
    return Tree.over_shipped(folder), []


_MARKS = ("edi-router.yaml", "mappings", "partners", "schemas")


def lint_mappings(tree: Tree, ids: list[str]) -> list[Fault]:
    """The faults of some mappings."""
    from edi_router.mapping.lint import lint_all

    return lint_all(tree, ids)


def lint_everything(tree: Tree) -> list[Fault]:
    """The faults of the whole configuration, each once, by file and line."""
    from datetime import UTC, date, datetime

    from edi_router.config.ignored import ignored
    from edi_router.formats.xml.sources import SchemaError
    from edi_router.mapping.lint import lint_all
    from edi_router.partners import expired_leniencies
    from edi_router.partners.security import expired_certificates
    from edi_router.pipeline.configuration import load_configuration

    try:
        configuration, faults = load_configuration(tree, whole=True)
    except SchemaError as error:
        configuration, faults = None, [error.fault]
    if configuration is not None:
        faults += expired_certificates(tree, configuration.certificates, datetime.now(UTC))
    faults = [*faults, *ignored(tree), *expired_leniencies(tree, date.today()), *lint_all(tree)]
    faults = _first_causes(faults)
    once = {(fault.code, fault.place, str(fault.values)): fault for fault in faults}
    return sorted(once.values(), key=_by_place)


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
