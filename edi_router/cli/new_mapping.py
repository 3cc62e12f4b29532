"""`edi-router new mapping`: a mapping to begin with, guessed from names and a sample, or carried over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.new_files import free, told_made, write

if TYPE_CHECKING:
    from edi_router.config import Tree


@click.command(
    help=say(
        "Make a mapping that is right from the first minute: every mandatory target has a line, with a source "
        "guessed by name where one is likely (marked `guess`), else a fixed text (marked `fill in`). A sample "
        "makes the guesses better and becomes the first case. With --like, another mapping is carried over to "
        "the segment groups of another release.\n\n"
        "\b\nExamples:\n"
        "  edi-router new mapping my-map --from 'CUSDEC D96B' --to xml/eciq-declaration.xsd --sample in.edi\n"
        "  edi-router new mapping my-codeco --like codeco-gate --from 'CODECO D01B'",
        "新建映射，一开始即可通过检查并运行：每个必填目标占一行，能按名称推测来源的标注 `guess`，"
        "其余为固定文本并标注 `fill in`。给出样例可提高推测的准确度，样例同时成为第一个用例。"
        "使用 --like 可将另一映射移植到其他版本的段组编号。\n\n"
        "\b\n示例：\n"
        "  edi-router new mapping my-map --from 'CUSDEC D96B' --to xml/eciq-declaration.xsd --sample in.edi\n"
        "  edi-router new mapping my-codeco --like codeco-gate --from 'CODECO D01B'",
    )
)
@click.argument("id")
@click.option(
    "--from",
    "source",
    default="CUSDEC D96B",
    show_default=True,
    metavar="KIND",
    help=say(
        "What it reads: TYPE DIRECTORY, 'xml ROOT', 'csv LAYOUT' or 'records LAYOUT'.",
        "来源：报文类型与目录、'xml 根元素'、'csv 布局' 或 'records 布局'。",
    ),
)
@click.option(
    "--to",
    "target",
    default="xml/eciq-declaration.xsd",
    show_default=True,
    metavar="XSD|KIND",
    help=say(
        "What it makes: an XSD below schemas/, TYPE DIRECTORY, 'csv LAYOUT' or 'records LAYOUT'.",
        "目标：schemas/ 之下的 XSD、报文类型与目录、'csv 布局' 或 'records 布局'。",
    ),
)
@click.option(
    "--schema",
    metavar="XSD",
    help=say(
        "The XSD of an XML source, below schemas/; else that of its document type.",
        "XML 来源的 XSD（schemas/ 之下）；省略时取其单证类型的 XSD。",
    ),
)
@click.option("--root", metavar="NAME", help=say("The root element of the output.", "输出的根元素。"))
@click.option(
    "--sample", type=options.FILE, help=say("A file of what it reads.", "来源的样例文件。"), metavar="FILE"
)
@click.option(
    "--all", "every", is_flag=True, help=say("Write the optional targets too.", "同时写出可选目标。")
)
@click.option(
    "--like",
    metavar="ID",
    help=say("Carry this mapping over instead.", "改为移植该映射。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def mapping(
    ctx: click.Context,
    id: str,
    source: str,
    target: str,
    schema: str | None,
    root: str | None,
    sample: Path | None,
    every: bool,
    like: str | None,
    as_json: bool,
) -> int:
    """A mapping's folder with its file."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", id):
        told = say("an id is of a-z, 0-9 and hyphens", "编号只能由 a-z、0-9 和连字符组成")
        raise click.BadParameter(told, param_hint="ID")
    place = workspace.needed(ctx)
    file = place.root / "mappings" / id / "mapping.yaml"
    free(file)
    if like is not None:
        text, notes = _carried(place.tree, like, id, source)
    else:
        text, notes = _guessed(place.tree, id, (source, target, schema, root), sample, every)
    made = [write(file, text)]
    if sample is not None:
        case = file.parent / "cases" / (sample.stem if re.fullmatch(r"[\w-]+", sample.stem) else "sample")
        made.append(write(case / f"in{_suffix(source)}", sample.read_bytes()))
    else:
        made.append(write(file.parent / "cases" / ".gitkeep", ""))
    following = say(f"next: edi-router lint mappings/{id}", f"下一步：edi-router lint mappings/{id}")
    told_made(made, as_json, "\n".join([*notes, following]))
    return output.FINE


def _suffix(source: str) -> str:
    return {"xml": ".xml", "csv": ".csv", "records": ".txt"}.get(source.split()[0], ".edi")


def _below(tree: Tree, target: str, option: str) -> str:
    """The XSD as mappings name it; a name that there is not is told with the nearest ones, of some sixty."""
    from difflib import get_close_matches

    target = target.removeprefix("./").removeprefix("schemas/")
    if not target.endswith(".xsd") or tree.find(f"schemas/{target}") is not None:
        return target
    known = [name.removeprefix("schemas/") for name in tree.names("schemas", ".xsd")]
    near = ", ".join(get_close_matches(target, known, cutoff=0.7))
    hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
    told = say(f"there is no schemas/{target}", f"没有 schemas/{target}") + hint
    raise click.BadParameter(told, param_hint=option)


def _guessed(
    tree: Tree,
    id: str,
    asked: tuple[str, str, str | None, str | None],
    sample: Path | None,
    every: bool,
) -> tuple[str, list[str]]:
    """The text of a new mapping, and what there is to say of it."""
    from edi_router.mapping.skeleton import Unusable, Wish, schema_of, skeleton

    source, target, schema, root = asked
    target = _below(tree, target, "--to")
    schema = None if schema is None else _below(tree, schema, "--schema")
    wish = Wish(id, source, target, schema or schema_of(tree, source), root, every)
    try:
        made = skeleton(tree, wish, sample.read_bytes() if sample is not None else None)
    except Unusable as error:
        told = say(str(error), error.problem_zh)
        raise click.BadParameter(told, param_hint=error.option) from None
    notes = [
        say(
            f"{made.guesses} guessed, {made.open} to fill in",
            f"推测 {made.guesses} 处，待填 {made.open} 处",
        )
    ]
    notes += [say(f"taken back: {each}", f"已撤回：{each}") for each in made.refuted]
    return made.text, notes


def _carried(tree: Tree, other: str, id: str, source: str) -> tuple[str, list[str]]:
    """The text of a mapping carried over, and what could not be placed."""
    from edi_router.config import did_you_mean
    from edi_router.faults import Fault, render
    from edi_router.mapping import names
    from edi_router.mapping.skeleton_like import carry_over

    known = names(tree)
    if other not in known:
        near = did_you_mean(other, known)
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        told = render(Fault("mapping-missing", values={"mapping": other}), LANGUAGE).rstrip(".。")
        raise click.BadParameter(told + hint, param_hint="--like")
    try:
        carried = carry_over(tree, other, id, source)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--from") from None
    notes = [
        say(
            f"{carried.changed} paths changed, {len(carried.lost)} not placed",
            f"改写路径 {carried.changed} 处，未能移植 {len(carried.lost)} 处",
        )
    ]
    notes += [
        say(
            f"not placed: line {lost.line} of {other}: {lost.path}: {lost.problem}",
            f"未能移植：{other} 第 {lost.line} 行：{lost.path}：{lost.problem}",
        )
        for lost in carried.lost
    ]
    return carried.text, notes
