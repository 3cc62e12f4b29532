"""`edi-router console`: the web pages and the API."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say


@click.command(
    help=say(
        "Serve the console and the API of the workspace, until SIGTERM. The engine runs beside it: `edi-router run`.\n\n"
        "Who logs in needs an account: `edi-router user add`. Without --host it listens on this machine only; to serve "
        "others give it a certificate (--certificate, --key), or put a proxy before it that has one.\n\n"
        "\b\nExample: edi-router --workspace DIR console --port 8443",
        "提供工作区的控制台和 API，直到收到 SIGTERM。引擎另行运行：`edi-router run`。\n\n"
        "登录需要账号：`edi-router user add`。不带 --host 时仅监听本机；若供他人使用，请给出证书（--certificate、--key），"
        "或在前面放置带证书的代理。\n\n"
        "\b\n示例：edi-router --workspace DIR console --port 8443",
    )
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help=say("The port; 0 for any that is free.", "端口；0 表示任一空闲端口。"))  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True,
              help=say("The address to listen on.", "监听地址。"))  # fmt: skip
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help=say("Serve HTTPS with this certificate chain (PEM).", "使用此证书链（PEM）提供 HTTPS。"))  # fmt: skip
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help=say("Its private key (PEM), which only its owner may read.", "其私钥（PEM），仅所有者可读。"))  # fmt: skip
@options.lang_option
@click.pass_context
def console(ctx: click.Context, port: int, host: str, certificate: Path | None, key: Path | None) -> None:
    """Open the workspace and serve."""
    from edi_router.console.serve import serve
    from edi_router.engine.preload import GARBAGE
    from edi_router.engine.round import ConfigurationFaulty
    from edi_router.engine.workspace import WorkspaceError

    if (certificate is None) != (key is None):
        raise click.UsageError(
            say("--certificate and --key go together", "--certificate 与 --key 必须同时给出")
        )
    if key is not None and key.stat().st_mode & 0o077:
        raise click.UsageError(
            say(f"others may read {key}; run: chmod 600 {key}", f"他人可读 {key}；请执行：chmod 600 {key}")
        )
    place = workspace.needed(ctx)
    gc.set_threshold(*GARBAGE)
    tls = (certificate, key) if certificate is not None and key is not None else None

    def ready(address: str, accounts: int) -> None:
        print(say(f"console: {address}", f"控制台：{address}"), flush=True)
        if not accounts:
            add = f"{output.program()} --workspace {place.root} user add NAME --role operator"
            print(
                say(f"nobody can log in yet; add an account: {add}", f"尚无账号可登录；请添加：{add}"),
                flush=True,
            )

    try:
        serve(place, host, port, tls, ready)
    except ConfigurationFaulty as error:
        import sys

        output.print_faults(error.faults, stream=sys.stderr)
        output.fail(str(error), output.FINDINGS)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
