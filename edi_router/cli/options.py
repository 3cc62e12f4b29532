"""Options that several verbs share, and what is made of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from edi_router.cli import output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.library import Checker

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def json_option(function: F) -> F:
    """`--json`."""
    text = say("Print JSON for programs.", "输出供程序读取的 JSON。")
    return click.option("--json", "as_json", is_flag=True, callback=_streams, help=text)(function)


def _streams(ctx: click.Context, parameter: click.Parameter, as_json: bool) -> bool:
    """JSON is UTF-8 whatever the terminal; a character that cannot be written is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="backslashreplace")
    return as_json


def lang_option(function: F) -> F:
    """`--lang` after the verb; the language module has settled it already."""
    text = say("Language of the texts.", "文本的语言。")
    choice = click.Choice(["en", "zh"])
    return click.option("--lang", type=choice, expose_value=False, help=text)(function)


def log_options(function: F) -> F:
    """`--verbose`, `--log-format`, `--log-file`: the log of what runs on and on."""
    form = say(
        "Lines of the log: for people, or a JSON object each (or EDI_ROUTER_LOG).",
        "日志行的格式：供人阅读的文本，或每行一个 JSON 对象（或环境变量 EDI_ROUTER_LOG）。",
    )
    file = say(
        "Append the log to FILE instead of standard error; FILE may be rotated.",
        "将日志追加到 FILE 而非标准错误；FILE 可被轮转。",
    )
    kinds, path = click.Choice(["text", "json"]), click.Path(dir_okay=False, path_type=Path)
    function = click.option("--log-file", type=path, metavar="FILE", help=file)(function)
    function = click.option(
        "--log-format", type=kinds, default="text", show_default=True, envvar="EDI_ROUTER_LOG", help=form
    )(function)
    told = say("Log every step.", "记录每个步骤。")
    return click.option("-v", "--verbose", is_flag=True, help=told)(function)


def definitions_option(function: F) -> F:
    """`--definitions DIR`."""
    text = say(
        "A folder that `directory import --into` has filled, used before the shipped definitions "
        "(repeatable).",
        "由 `directory import --into` 生成的目录，优先于自带定义（可重复）。",
    )
    return click.option("--definitions", type=FOLDER, multiple=True, help=text)(function)


def reading_options(function: F) -> F:
    """`--definitions`, `--check-as`, `--encoding`, `--lenient`: how files are read."""
    as_text = say(
        "Check EDIFACT messages by this directory instead of their own, such as D96B.",
        "按指定目录（如 D96B）而非报文自身的目录校验 EDIFACT 报文。",
    )
    encoding = say(
        "The encoding of EDIFACT files, whatever UNB says, such as gb18030.",
        "EDIFACT 文件的编码（忽略 UNB 的声明），如 gb18030。",
    )
    lenient = say(
        "Tolerate one kind of fault, such as missing-unz, as a partner's file can (repeatable).",
        "容忍一类错误，如 missing-unz，与伙伴文件中的容错项相同（可重复）。",
    )
    function = click.option("--lenient", metavar="NAME", multiple=True, callback=_leniencies, help=lenient)(
        function
    )
    function = click.option("--encoding", metavar="NAME", callback=_encoding, help=encoding)(function)
    function = click.option("--check-as", metavar="DIRECTORY", help=as_text)(function)
    return definitions_option(function)


def layout_option(function: F) -> F:
    """`--layout`."""
    layout = say(
        "FILE is a flat file of this layout: its id, or a layout's file.",
        "FILE 为该布局的平面文件：布局编号或布局文件。",
    )
    return click.option("--layout", metavar="ID|F.yaml", help=layout)(function)


def checking_options(function: F) -> F:
    """`--schema`, `--rules`, `--profile`, `--layout` and those of `reading_options`."""
    profile = say(
        "A profile that documents must follow: its id, or a profile's file (repeatable).",
        "报文须遵守的配置规范：规范编号或规范文件（可重复）。",
    )
    rules = say(
        "A rule file that documents must follow: a file, or the name of one of the configuration, as in rules/cusdec "
        "(repeatable).",
        "报文须遵守的规则文件：文件，或配置中的名称，如 rules/cusdec（可重复）。",
    )
    schema = say(
        "The XSD that XML documents must follow, instead of the one known for them (repeatable: "
        "several make one schema).",
        "XML 文件须遵守的 XSD，代替已知的模式（可重复，多个合为一个）。",
    )
    function = reading_options(function)
    measure = say(
        "Data elements of EDIFACT are as long as their bytes, not their characters.",
        "EDIFACT 数据元的长度按字节而非字符计算。",
    )
    function = layout_option(function)
    function = click.option("--byte-lengths", is_flag=True, help=measure)(function)
    function = click.option(
        "--profile", multiple=True, metavar="ID|F.yaml", callback=_profiles, help=profile
    )(function)
    function = click.option("--rules", multiple=True, metavar="NAME|F.yaml", callback=_rules, help=rules)(
        function
    )
    return click.option("--schema", type=FILE, multiple=True, metavar="F.xsd", help=schema)(function)


def _encoding(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    import codecs

    try:
        return None if value is None else codecs.lookup(value).name
    except LookupError:
        raise click.BadParameter(say(f"no encoding {value}", f"没有编码 {value}")) from None


def _leniencies(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    if names:
        from edi_router.formats.edifact.lenient import Leniency

        known = [each.value for each in Leniency]
        if wrong := next((name for name in names if name not in known), None):
            listed = ", ".join(known)
            told = say(f"no leniency {wrong}; there are {listed}", f"没有容错项 {wrong}；可用：{listed}")
            raise click.BadParameter(told)
    return names


def _rules(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[Path, ...]:
    """Rule files: each a file, or one of the configuration (`schemas/rules/X.yaml`, also as `rules/X`)."""
    return tuple(_rule_file(ctx, name) for name in names)


def _rule_file(ctx: click.Context, name: str) -> Path:
    from edi_router.config import did_you_mean

    if (path := Path(name)).is_file():
        return path
    tree = workspace.tree(ctx)
    asked = f"rules/{name.removeprefix('schemas/').removeprefix('rules/').removesuffix('.yaml')}"
    if (found := tree.find(f"schemas/{asked}.yaml")) is not None:
        return found
    known = [
        each.removeprefix("schemas/").removesuffix(".yaml") for each in tree.names("schemas/rules", ".yaml")
    ]
    hint = did_you_mean(asked, known) or ", ".join(known)
    raise click.BadParameter(
        say(f"there is no rule file {name}; did you mean {hint}?", f"没有规则文件 {name}；可用：{hint}")
    )


def _profiles(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Files are looked for here, ids in the tree."""
    for name in names:
        if Path(name).suffix:
            FILE.convert(name, parameter, ctx)
    return names


def checker(ctx: click.Context, **given: Any) -> Checker:
    """The checker that the options describe; ends the command when one of their files is wrong."""
    from edi_router import library

    with configured():
        for folder in given.get("definitions", ()):
            if (folder / "segments.json").is_file():
                raise click.UsageError(
                    say(
                        f"{folder} is a single directory: name the folder above it",
                        f"{folder} 是单个目录，请指定其上级文件夹",
                    )
                )
        return library.checker(tree=workspace.tree(ctx), **given)


@contextmanager
def configured() -> Iterator[None]:
    """End the command when a schema, mapping, profile or rule file is wrong: its faults, exit code 2."""
    from edi_router.library import ConfigurationError

    try:
        yield
    except ConfigurationError as error:
        output.print_faults(error.faults, stream=sys.stderr)
        output.stop(output.USAGE)


class Inputs:
    """The files named on the command line, opened one by one; one that cannot be is told."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.failed = False

    def __iter__(self) -> Iterator[tuple[str, BinaryIO]]:
        with output.progress(say("reading", "读取"), len(self.names)) as advance:
            for name in self.names:
                stream = self._open(name)
                if stream is not None:
                    with stream:
                        yield name, stream
                advance(Path(name).name)

    def _open(self, name: str) -> BinaryIO | None:
        if name == "-":
            return sys.stdin.buffer
        try:
            return Path(name).open("rb")
        except FileNotFoundError:
            told = say("there is no such file", "文件不存在")
        except IsADirectoryError:
            told = say("is a folder, not a file", "是文件夹而不是文件")
        except OSError as error:
            error.filename = None  # it is told before
            told = output.trouble_with(error)
        print(f"edi-router: {name}: {told}", file=sys.stderr)
        self.failed = True
        return None

    def code(self, findings: bool) -> int:
        """The exit code: 3 when a file could not be read, 1 when something was found, else 0."""
        if self.failed:
            return output.SYSTEM
        return output.FINDINGS if findings else output.FINE


class _Day(click.DateTime):
    """A date, or an instant, told as people know it."""

    def __init__(self, formats: Sequence[str], shown: str) -> None:
        super().__init__(formats)
        self.shown = shown

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What the help calls it."""
        return self.shown

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The instant; what is none is told with an example."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            example = "2026-03-14" if len(self.formats) == 1 else "2026-03-14T08:30:00"
            told = say(f"{value} is no date such as {example}", f"{value} 不是日期，例如 {example}")
            self.fail(told, param, ctx)


DAY = _Day(["%Y-%m-%d"], "DATE")
"""A date."""
MOMENT = _Day(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"], "DATE[TTIME]")
"""A date, or an instant in the business zone."""


def _why(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter(say("say why, the ledger keeps it", "请说明原因，台账会保存"))
    return value


reason_option = click.option(
    "--reason", required=True, callback=_why, help=say("Why; kept in the ledger.", "原因；记入台账。")
)


def _address(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if not value:
        return None
    from edi_router.partners.settings import listening

    try:
        return listening(value)
    except ValueError as error:
        told = say(str(error), "应为端口或 HOST:PORT，例如 9464 或 127.0.0.1:9464")
        raise click.BadParameter(told) from None


metrics_option = click.option(
    "--metrics", metavar="[HOST:]PORT", callback=_address,
    help=say("Serve /metrics, /health and /ready there; without HOST to this machine only "
             "(or metrics_address in the settings).",
             "在此地址提供 /metrics、/health 和 /ready；不带 HOST 时仅限本机（或设置项 metrics_address）。"),
)  # fmt: skip
