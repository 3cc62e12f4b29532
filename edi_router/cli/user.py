"""`edi-router user`: the accounts of the console."""

from __future__ import annotations

import getpass
import sys
import warnings
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.operate import who
from edi_router.cli.report import known_partner
from edi_router.console.access.passwords import Passwords, Unfit, account_name
from edi_router.console.access.roles import OF_A_PARTNER, Role

if TYPE_CHECKING:
    from edi_router.ledger.accounts import Account

_STDIN = click.option(
    "--password-stdin",
    is_flag=True,
    help=say(
        "Read the password from standard input, one line, instead of asking for it.",
        "从标准输入读取一行密码，而不提示输入。",
    ),
)


@click.group(
    help=say(
        "Accounts of the console: who may log in, in which role, for which partner.\n\n"
        "operator runs the exchange, integrator makes mappings and partners, auditor only looks; bureau and enterprise "
        "belong to a partner and see what is its. Every change is kept in the ledger.\n\n"
        "Example: edi-router --workspace DIR user ls",
        "控制台账号：谁可以登录、以何角色、代表哪个伙伴。\n\n"
        "operator 负责运行，integrator 负责映射与伙伴配置，auditor 只能查看；bureau 与 enterprise 属于某个伙伴，"
        "只能查看该伙伴的内容。每次变更均记入台账。\n\n示例：edi-router --workspace DIR user ls",
    )
)
def user() -> None:
    """The group; each verb below."""


@user.command(
    help=say(
        "Make an account; its password is asked for.\n\n"
        "Example: edi-router --workspace DIR user add anna --role enterprise --partner ENT-A",
        "新建账号，并提示输入密码。\n\n示例：edi-router --workspace DIR user add anna --role enterprise --partner ENT-A",
    )
)
@click.argument("name")
@click.option(
    "--role",
    required=True,
    type=click.Choice([each.value for each in Role]),
    help=say("What it is for.", "角色。"),
)
@click.option(
    "--partner",
    help=say(
        "The partner it belongs to: for bureau and enterprise, and for them alone.",
        "所属伙伴；仅用于 bureau 和 enterprise。",
    ),
)
@click.option("--language", type=click.Choice(["zh", "en"]), help=say("Of the pages.", "页面语言。"))
@_STDIN
@options.json_option
@options.lang_option
@click.pass_context
def add(
    ctx: click.Context, name: str, role: str, partner: str | None, language: str | None,
    password_stdin: bool, as_json: bool,
) -> None:  # fmt: skip
    """Add an account."""
    name = fit(name)
    if (role in OF_A_PARTNER) != (partner is not None):
        wanted = say(f"role {role} needs --partner", f"角色 {role} 需要 --partner")
        unwanted = say(f"role {role} belongs to no partner", f"角色 {role} 不属于任何伙伴")
        raise click.UsageError(wanted if partner is None else unwanted)
    if partner is not None:
        known_partner(workspace.tree(ctx), partner)
    with workspace.ledger(ctx) as ledger:
        if ledger.account(name) is not None:
            output.fail(say(f"there is an account {name}", f"账号 {name} 已存在"), output.FINDINGS)
        ledger.add_account(name, _hashed(password_stdin), role, partner, language, who())
        made = ledger.account(name)
    assert made is not None
    _told(as_json, "add", made, say(f"{name} may log in as {role}", f"{name} 可以 {role} 角色登录"))


@user.command(
    help=say(
        "All accounts.\n\nExample: edi-router --workspace DIR user ls",
        "列出全部账号。\n\n示例：edi-router --workspace DIR user ls",
    )
)
@options.json_option
@options.lang_option
@click.pass_context
def ls(ctx: click.Context, as_json: bool) -> None:
    """List the accounts."""
    with workspace.ledger(ctx) as ledger:
        accounts = ledger.accounts()
    zone = workspace.needed(ctx).settings().zone
    if as_json:
        for each in accounts:
            output.emit(_shape(each))
        return
    heads = (
        say("account", "账号"), say("role", "角色"), say("partner", "伙伴"), say("state", "状态"), say("since", "创建时间"),
    )  # fmt: skip
    output.table(heads, (
        [each.name, each.role, each.partner or "", _state(each), moment(each.created, zone)] for each in accounts
    ))  # fmt: skip


@user.command(
    help=say(
        "Keep an account out; its sessions end at once.\n\nExample: edi-router --workspace DIR user disable anna",
        "停用账号，其会话立即结束。\n\n示例：edi-router --workspace DIR user disable anna",
    )
)
@click.argument("name")
@options.json_option
@options.lang_option
@click.pass_context
def disable(ctx: click.Context, name: str, as_json: bool) -> None:
    """Disable an account."""
    _switch(ctx, name, True, as_json)


@user.command(
    help=say(
        "Let a disabled account in again.\n\nExample: edi-router --workspace DIR user enable anna",
        "重新启用账号。\n\n示例：edi-router --workspace DIR user enable anna",
    )
)
@click.argument("name")
@options.json_option
@options.lang_option
@click.pass_context
def enable(ctx: click.Context, name: str, as_json: bool) -> None:
    """Enable an account."""
    _switch(ctx, name, False, as_json)


@user.command(
    help=say(
        "Give an account another password; its sessions end at once.\n\nExample: edi-router --workspace DIR user password anna",
        "为账号设置新密码，其会话立即结束。\n\n示例：edi-router --workspace DIR user password anna",
    )
)
@click.argument("name")
@_STDIN
@options.json_option
@options.lang_option
@click.pass_context
def password(ctx: click.Context, name: str, password_stdin: bool, as_json: bool) -> None:
    """Set a password."""
    name = fit(name)
    with workspace.ledger(ctx) as ledger:
        account = _needed(ledger.account(name), name)
        ledger.change_password(name, _hashed(password_stdin), who())
    _told(as_json, "password", account, say(f"{name} has another password", f"{name} 的密码已更改"))


@user.command(
    help=say(
        "Remove an account with its sessions and tokens; what it decided stays in the ledger.\n\n"
        "Example: edi-router --workspace DIR user rm anna",
        "删除账号及其会话和令牌；其操作记录保留在台账中。\n\n示例：edi-router --workspace DIR user rm anna",
    )
)
@click.argument("name")
@options.json_option
@options.lang_option
@click.pass_context
def rm(ctx: click.Context, name: str, as_json: bool) -> None:
    """Remove an account."""
    name = fit(name)
    with workspace.ledger(ctx) as ledger:
        account = _needed(ledger.account(name), name)
        ledger.remove_account(name, who())
    _told(as_json, "rm", account, say(f"{name} is removed", f"{name} 已删除"))


def fit(name: str) -> str:
    """The name as it is kept; ends the command when it cannot be one."""
    try:
        return account_name(name)
    except Unfit as unfit:
        raise click.UsageError(say(unfit.en, unfit.zh)) from None


def moment(at: int | None, zone: Any) -> str:
    """An instant in the business zone, to the minute; empty for None."""
    from edi_router.ledger.store import instant

    return "" if at is None else f"{instant(at).astimezone(zone):%Y-%m-%d %H:%M}"


def _switch(ctx: click.Context, name: str, disabled: bool, as_json: bool) -> None:
    name = fit(name)
    with workspace.ledger(ctx) as ledger:
        _needed(ledger.account(name), name)
        ledger.disable_account(name, disabled, who())
        account = _needed(ledger.account(name), name)
    text = (
        say(f"{name} is kept out", f"{name} 已停用")
        if disabled
        else say(f"{name} may log in", f"{name} 可以登录")
    )
    _told(as_json, "disable" if disabled else "enable", account, text)


def _needed(account: Account | None, name: str) -> Account:
    if account is None:
        output.fail(say(f"there is no account {name}", f"没有账号 {name}"), output.FINDINGS)
    return account


def _hashed(from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = _asked()
    try:
        return Passwords().hash(given)
    except Unfit as unfit:
        output.fail(say(unfit.en, unfit.zh), output.FINDINGS)


def _asked() -> str:
    """The password, typed twice at the terminal. Where it would be shown while it is typed, it is not asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return str(
                click.prompt(say("Password", "密码"), hide_input=True, confirmation_prompt=True, err=True)
            )
        except getpass.GetPassWarning:
            told = say(
                "there is no terminal to ask for the password at; use --password-stdin",
                "没有可输入密码的终端，请使用 --password-stdin",
            )
            raise click.UsageError(told) from None


def _state(account: Account) -> str:
    return say("disabled", "停用") if account.disabled else say("active", "启用")


def _shape(account: Account) -> dict[str, Any]:
    from edi_router.ledger.store import instant

    return {
        "name": account.name, "role": account.role, "partner": account.partner, "language": account.language,
        "disabled": account.disabled, "created": instant(account.created).isoformat(),
        "changed": instant(account.changed).isoformat(),
    }  # fmt: skip


def _told(as_json: bool, verb: str, account: Account, text: str) -> None:
    if as_json:
        output.emit({"verb": verb, **_shape(account)})
    else:
        print(text)
