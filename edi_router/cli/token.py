"""`edi-router token`: tokens with which programs call the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.operate import who
from edi_router.cli.report import known_partner
from edi_router.cli.user import fit, moment
from edi_router.console.access.passwords import PREFIX, fingerprint, secret
from edi_router.console.access.roles import MAY, PARTNERS_MAY, PERMISSIONS, Role

if TYPE_CHECKING:
    from edi_router.ledger.tokens import Token

DAY = 86_400_000_000
"""Microseconds."""


@click.group(
    help=say(
        "Tokens with which programs call the API: what each may do, and until when.\n\n"
        "A token of an account may do no more than the account, one of a partner sees what is the partner's.\n\n"
        "Example: edi-router --workspace DIR token ls",
        "程序调用 API 的令牌：每个令牌可做什么、有效至何时。\n\n"
        "账号的令牌权限不超过该账号；伙伴的令牌只能查看该伙伴的内容。\n\n示例：edi-router --workspace DIR token ls",
    )
)
def token() -> None:
    """The group; each verb below."""


@token.command(
    help=say(
        "Make a token and print it, this once: the ledger keeps its hash alone.\n\n"
        "Example: edi-router --workspace DIR token add erp --partner ENT-A --scope submit --scope progress --days 90",
        "新建令牌并显示一次：台账中只保存其哈希值。\n\n"
        "示例：edi-router --workspace DIR token add erp --partner ENT-A --scope submit --scope progress --days 90",
    )
)
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(PERMISSIONS),
    help=say("What it may do (repeatable).", "允许的操作（可重复）。"),
)  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, 3650), required=True, help=say("For how many days.", "有效天数。")
)
@click.option("--account", help=say("The account whose rights bound it.", "所属账号，权限不超过该账号。"))
@click.option("--partner", help=say("The partner it belongs to.", "所属伙伴。"))
@options.json_option
@options.lang_option
@click.pass_context
def add(
    ctx: click.Context, name: str, scopes: tuple[str, ...], days: int, account: str | None,
    partner: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Add a token."""
    name = fit(name)
    if account is not None and partner is not None:
        raise click.UsageError(
            say("give --account or --partner, not both", "--account 与 --partner 只能给出一个")
        )
    if partner is not None:
        known_partner(workspace.tree(ctx), partner)
    with workspace.ledger(ctx) as ledger:
        account = None if account is None else fit(account)
        owner = None if account is None else ledger.account(account)
        if account is not None and owner is None:
            output.fail(say(f"there is no account {account}", f"没有账号 {account}"), output.FINDINGS)
        _within(scopes, None if owner is None else owner.role, partner)
        if any(each.name == name for each in ledger.tokens()):
            output.fail(say(f"there is a token {name}", f"令牌 {name} 已存在"), output.FINDINGS)
        presented = PREFIX + secret()
        scopes = tuple(sorted(set(scopes)))
        made = ledger.add_token(name, fingerprint(presented), scopes, days * DAY, who(), account, partner)
    if as_json:
        output.emit({"verb": "add", **_shape(made), "token": presented})
        return
    print(presented)
    until = moment(made.expires, workspace.needed(ctx).settings().zone)
    note = say(
        f"This is shown once. It ends {until}; send it as: Authorization: Bearer TOKEN",
        f"仅显示这一次，有效至 {until}；使用方式：Authorization: Bearer TOKEN",
    )
    click.echo(note, err=True)


@token.command(
    help=say(
        "All tokens, without what is presented.\n\nExample: edi-router --workspace DIR token ls",
        "列出全部令牌（不含令牌本身）。\n\n示例：edi-router --workspace DIR token ls",
    )
)
@options.json_option
@options.lang_option
@click.pass_context
def ls(ctx: click.Context, as_json: bool) -> None:
    """List the tokens."""
    with workspace.ledger(ctx) as ledger:
        tokens = ledger.tokens()
    if as_json:
        for each in tokens:
            output.emit(_shape(each))
        return
    zone = workspace.needed(ctx).settings().zone
    heads = (
        say("token", "令牌"), say("of", "所属"), say("scopes", "权限"), say("expires", "有效至"), say("last used", "最近使用"),
    )  # fmt: skip
    output.table(heads, (
        [
            each.name, each.account or each.partner or "", " ".join(each.scopes), moment(each.expires, zone),
            moment(each.used, zone),
        ]
        for each in tokens
    ))  # fmt: skip


@token.command(
    help=say(
        "Remove a token: it is of no use from now on.\n\nExample: edi-router --workspace DIR token rm erp",
        "删除令牌，立即失效。\n\n示例：edi-router --workspace DIR token rm erp",
    )
)
@click.argument("name")
@options.json_option
@options.lang_option
@click.pass_context
def rm(ctx: click.Context, name: str, as_json: bool) -> None:
    """Remove a token."""
    from edi_router.ledger.errors import NotFound

    name = fit(name)
    with workspace.ledger(ctx) as ledger:
        try:
            ledger.remove_token(name, who())
        except NotFound:
            output.fail(say(f"there is no token {name}", f"没有令牌 {name}"), output.FINDINGS)
    if as_json:
        output.emit({"verb": "rm", "name": name})
    else:
        print(say(f"{name} is removed", f"{name} 已删除"))


def _within(scopes: tuple[str, ...], role: str | None, partner: str | None) -> None:
    """End the command when a scope is more than the account's role, or any partner, may do."""
    if role is None and partner is None:
        return
    most = PARTNERS_MAY if role is None else MAY[Role(role)]
    over = sorted(set(scopes) - most)
    if over:
        whose = say("a partner", "伙伴") if role is None else role
        text = say(f"{whose} may not: {', '.join(over)}", f"{whose} 无权：{'、'.join(over)}")
        raise click.UsageError(text)


def _shape(token: Token) -> dict[str, Any]:
    from edi_router.ledger.store import instant

    return {
        "name": token.name, "account": token.account, "partner": token.partner, "scopes": list(token.scopes),
        "created": instant(token.created).isoformat(), "expires": instant(token.expires).isoformat(),
        "used": None if token.used is None else instant(token.used).isoformat(),
    }  # fmt: skip
