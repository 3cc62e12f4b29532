"""`edi-router`: the command. Verbs are imported only when they are used."""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import sys
from pathlib import Path

import click

from edi_router.cli import troubles
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.output import FINDINGS, SYSTEM, USAGE, fail, trouble_with

if LANGUAGE == "zh":
    from edi_router.cli.click_zh import speak_chinese

    speak_chinese()

VERBS = {
    "demo": ("edi_router.cli.demo", say("a sample day over real SFTP, from drop to books", "通过真实 SFTP 演示样例日的全过程")),
    "simulate": ("edi_router.cli.simulate", say("a made-up day of all flows, of any size", "生成任意规模的模拟业务日")),
    "new": ("edi_router.cli.new", say("make a workspace, a mapping, a layout or a partner", "新建工作区、映射、布局或伙伴")),
    "lint": ("edi_router.cli.lint", say("check a configuration before it runs", "运行前检查配置")),
    "schema": ("edi_router.cli.schema", say("JSON Schema of configuration files", "配置文件的 JSON Schema")),
    "show": ("edi_router.cli.show", say("a file with names, or what became of a message", "显示文件内容及名称，或报文的去向")),
    "test": ("edi_router.cli.test", say("run the golden cases of mappings", "运行映射的标准用例")),
    "validate": ("edi_router.cli.validate", say("check files, name every fault with its place", "校验文件并指出每个错误的位置")),
    "convert": ("edi_router.cli.convert", say("map files", "按映射转换文件")),
    "trace": ("edi_router.cli.trace", say("where every output value comes from", "追踪每个输出值的来源")),
    "coverage": ("edi_router.cli.coverage", say("what of a mapping its cases prove", "映射的用例覆盖了什么")),
    "replay": ("edi_router.cli.replay", say("what a changed mapping makes of past input", "用历史输入比对修改后的映射")),
    "doc": ("edi_router.cli.doc", say("the sheet of a mapping for the partner", "生成给伙伴的映射说明表")),
    "directory": ("edi_router.cli.directory", say("import and show UN/EDIFACT directories", "导入和显示 UN/EDIFACT 目录")),
    "check": ("edi_router.cli.check", say("is this machine ready, do all partners answer", "检查本机环境和伙伴通道")),
    "calendar": ("edi_router.cli.calendar", say("opening hours, holidays and worked days", "查看日历：开放时间、节假日与调休")),
    "run": ("edi_router.cli.run", say("receive, process and deliver", "接收、处理并投递")),
    "console": ("edi_router.cli.console", say("web pages and the API", "网页控制台和 API")),
    "worker": ("edi_router.cli.worker", say("work together with other hosts", "与其他主机共同工作")),
    "cluster": ("edi_router.cli.cluster", say("workers on many hosts: how they stand", "多主机工作进程的状态")),
    "tonight": ("edi_router.cli.tonight", say("the nightly exchange on one screen", "一屏查看夜间交换")),
    "batch": ("edi_router.cli.batch", say("batches: what went together; close one by hand", "批次：查看与手动关闭")),
    "ls": ("edi_router.cli.ls", say("files, messages and deliveries of the ledger", "列出台账中的文件、报文和投递")),
    "register": ("edi_router.cli.register", say("transfers, licences and whatever else is remembered", "登记簿：转单、许可证等")),
    "progress": ("edi_router.cli.progress", say("how far a declaration, transfer or payment has come", "查询各类业务的办理进度")),
    "books": ("edi_router.cli.books", say("the books of a day: does everything balance", "当日账簿：收支是否平衡")),
    "fsck": ("edi_router.cli.fsck", say("is everything kept that the ledger knows of", "核对台账所载内容是否完好")),
    "support-bundle": ("edi_router.cli.support_bundle", say("one message, masked, to look into", "导出脱敏的排查包")),
    "retain": ("edi_router.cli.retain", say("remove what was settled long ago", "清除早已了结的内容")),
    "report": ("edi_router.cli.report", say("online share, months, volumes, time limits", "网上占比、月度汇总、业务量、时限")),
    "retry": ("edi_router.cli.retry", say("try failed deliveries and files again", "重试失败的投递和文件")),
    "pause": ("edi_router.cli.operate", say("stop exchanging with a partner", "暂停与伙伴的交换")),
    "resume": ("edi_router.cli.operate", say("exchange with a paused partner again", "恢复与伙伴的交换")),
    "release": ("edi_router.cli.operate", say("process a held message again", "放行被搁置的报文")),
    "reject": ("edi_router.cli.operate", say("refuse a held message", "退回被搁置的报文")),
    "waive": ("edi_router.cli.operate", say("wait no longer for acknowledgements of something sent", "不再等待某项内容的回执")),
    "reload": ("edi_router.cli.operate", say("have the running engine take up a new configuration", "让引擎载入新配置")),
    "user": ("edi_router.cli.user", say("accounts of the console", "控制台账号")),
    "token": ("edi_router.cli.token", say("tokens of programs that call the API", "程序调用 API 的令牌")),
    "webhook": ("edi_router.cli.webhook", say("tell partners' programs what happens", "将事件通知伙伴的程序")),
    "explain": ("edi_router.cli.explain", say("a fault code: cause and remedy", "解释错误代码：原因与处理")),
}  # fmt: skip


GARBAGE = (200_000, 20, 20)
"""After how many new objects Python looks for garbage; each further number is of the one before it.

That is more than a command makes until it has all that it needs. What runs on and on looks more often: `engine.preload`.
"""


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of use."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb; a wrong one is told with the nearest right one."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(VERBS[cmd_name][0])
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with "did you mean"."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = say(f"; did you mean {near[0]}?", f"；是否为 {near[0]}？") if near else ""
            raise click.UsageError(say(f"no verb {args[0]}", f"没有动词 {args[0]}") + hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with one line each, without importing any."""
        with formatter.section(say("Verbs", "动词")):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=say(
        "Translate, check and route EDI messages between customs, CIQ bureaus, banks and enterprises.\n\n"
        "Try: edi-router demo",
        "在海关、检验检疫机构、银行与企业之间转换、校验并路由 EDI 报文。\n\n试试：edi-router demo",
    ),
)
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EDI_ROUTER_WORKSPACE",
    help=say(
        "The deployment's folder (or EDI_ROUTER_WORKSPACE).", "部署目录（或环境变量 EDI_ROUTER_WORKSPACE）。"
    ),
)
@click.option("--lang", type=click.Choice(["en", "zh"]), help=say("Language of the screen.", "界面语言。"))
@click.version_option(package_name="edi-router", prog_name="edi-router")
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None, lang: str | None) -> None:
    """The command itself; its help text is the decorator's."""
    ctx.obj = workspace


def main() -> None:
    """The entry point: exit codes 0 fine, 1 findings, 2 usage, 3 system."""
    # A configuration is hundreds of thousands of objects that stay: to look for garbage among them after each 700
    # new ones, as Python does, takes a quarter of the loading; to look among all of it at the end, where everything
    # goes in any case, a sixth of a short run.
    gc.set_threshold(*GARBAGE)
    atexit.register(gc.freeze)
    # To look for plug-ins of pydantic, of which we use none, is to read about every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese texts and odd file names, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except click.Abort:
        fail(say("interrupted", "已中断"), SYSTEM)
    except click.ClickException as error:
        error.show()
        sys.exit(FINDINGS)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(SYSTEM)
    except Exception as error:
        told = _trouble(error)
        if told is None:
            raise
        fail(told, SYSTEM)


def _trouble(error: Exception) -> str | None:
    """What to say of an error that is the machine's or the deployment's; None for a bug, which shows its trace.

    By name, not by class: importing the ledger only to catch its errors would slow every verb.
    """
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    text = " ".join(str(error).split("\n[SQL")[0].split("(Background on this error")[0].split())
    if kinds & {"edi_router.ledger.errors.LedgerError", "edi_router.engine.errors.WorkspaceError"}:
        return troubles.told(text)
    if kinds & {"edi_router.ledger.archive.Corrupt", "edi_router.ledger.archive.Missing"}:
        return say(f"the archive is damaged: {text}", f"档案库已损坏：{text}")
    if "sqlalchemy.exc.NoSuchModuleError" in kinds or "sqlalchemy.exc.ArgumentError" in kinds:
        return say(f"the database URL cannot be used: {text}", f"数据库地址无法使用：{text}")
    if "sqlalchemy.exc.SQLAlchemyError" in kinds or "sqlite3.Error" in kinds:
        return say(f"the ledger cannot be used: {text}", f"台账无法使用：{text}")
    if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("psycopg"):
        return say(
            "PostgreSQL needs the driver psycopg: pip install 'edi-router[postgresql]'",
            "使用 PostgreSQL 需要安装驱动 psycopg：pip install 'edi-router[postgresql]'",
        )
    return trouble_with(error) if isinstance(error, OSError) else None


if __name__ == "__main__":
    main()
