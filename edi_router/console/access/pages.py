"""`/login`, `/logout`, and the account's own page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from edi_router.console.access import sessions
from edi_router.console.access.entering import Locked, Wrong, enter
from edi_router.console.access.forgery import same
from edi_router.console.access.guard import allowed, open_to_all, who
from edi_router.console.access.passwords import Passwords, Unfit, secret
from edi_router.console.access.principal import Principal
from edi_router.console.access.problems import Refusal, own
from edi_router.console.view import View, show, site
from edi_router.ledger.errors import Refused

router = APIRouter()
Text = Annotated[str, Form()]
Somebody = Annotated[Principal, Depends(allowed("see"))]


def passwords(request: Request) -> Passwords:
    """How this console hashes passwords."""
    found = request.app.state.passwords
    assert isinstance(found, Passwords)
    return found


@router.get("/login")
@open_to_all
def login(request: Request, next: str = "/") -> Response:
    """The form; who is logged in already goes on."""
    try:
        who(request)
    except Refusal:  # no session, or one of an account that may do nothing here any more
        return _form(request, next)
    return RedirectResponse(own(next), 303)


@router.post("/login")
@open_to_all
def log_in(
    request: Request, name: Text = "", password: Text = "", csrf: Text = "", next: Text = "/"
) -> Response:
    """Begin a session, or show the form again with what is wrong."""
    view, ledger = View(request), site(request).ledger
    if not same(csrf, sessions.cookie(request, sessions.FORM) or ""):
        return _form(request, next, view.say(
            "The form was outdated, or the browser keeps no cookies. Try again.", "表单已过期或浏览器禁用了 Cookie，请重试。"
        ), 403)  # fmt: skip
    try:
        account, kept = enter(ledger, passwords(request), name, password, sessions.address(request))
        answer = RedirectResponse(own(next), 303)
        sessions.begin(request, answer, ledger, account, kept, f"{account}@{sessions.address(request)}")
    except (Wrong, Refused):
        return _form(request, next, view.say("Name or password is wrong.", "账号或密码不正确。"), 401, name)
    except Locked as lock:
        text = view.say(
            f"Too many tries. Wait {lock.seconds} seconds and try again.",
            f"尝试次数过多，请等待 {lock.seconds} 秒后重试。",
        )
        page = _form(request, next, text, 429, name)
        page.headers["retry-after"] = str(lock.seconds)
        return page
    return answer


@router.post("/logout")
def log_out(request: Request, who: Somebody) -> Response:
    """End the session."""
    answer = RedirectResponse("/login", 303)
    sessions.end(request, answer, site(request).ledger, who.by)
    return answer


@router.get("/account")
def account(request: Request, who: Somebody) -> Response:
    """Who one is here, and the form for another password."""
    return show(request, "account.html", {"problem": ""})


@router.post("/account/password")
def change_password(
    request: Request, who: Somebody, old: Text = "", new: Text = "", again: Text = ""
) -> Response:
    """Set another password, which ends all sessions of the account; the old one is asked for, throttled as a login."""
    if not who.session:
        raise Refusal("not-allowed")
    view, ledger = View(request), site(request).ledger
    try:
        if new != again:
            raise Unfit("The two new passwords differ.", "两次输入的新密码不一致。")
        hashed = passwords(request).hash(new)
        enter(ledger, passwords(request), who.name, old, who.address)
    except Unfit as unfit:
        return show(request, "account.html", {"problem": view.say(unfit.en, unfit.zh)}, 422)
    except Wrong:
        text = view.say("The old password is wrong.", "原密码不正确。")
        return show(request, "account.html", {"problem": text}, 403)
    except Locked as lock:
        text = view.say(
            f"Too many tries. Wait {lock.seconds} seconds.", f"尝试次数过多，请等待 {lock.seconds} 秒。"
        )
        return show(request, "account.html", {"problem": text}, 429)
    ledger.change_password(who.name, hashed, who.by)
    answer = RedirectResponse("/login", 303)
    sessions.drop_cookie(request, answer, sessions.SESSION)
    return answer


def _form(request: Request, next: str, problem: str = "", status: int = 200, name: str = "") -> Response:
    """The login form with its token, which the browser has to send back in a cookie too."""
    token = sessions.cookie(request, sessions.FORM) or secret()
    request.state.csrf = token
    page = show(request, "login.html", {"next": own(next), "problem": problem, "name": name}, status)
    sessions.set_cookie(request, page, sessions.FORM, token)
    return page
