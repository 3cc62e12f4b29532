"""The dependencies that every route has one of: who asks, and whether he may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from edi_router.console.access import sessions
from edi_router.console.access.forgery import SAFE, posted, same
from edi_router.console.access.passwords import fingerprint
from edi_router.console.access.principal import Principal, of_account, of_token
from edi_router.console.access.problems import Refusal
from edi_router.console.access.roles import Permission
from edi_router.console.access.sight import Sight
from edi_router.console.view import site
from edi_router.ledger.tenancy import Viewer

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_GUARDS: set[Callable[..., Any]] = set()
_OPEN = "__edi_router_open__"
OPEN_MOUNTS = frozenset({"/static"})


def who(request: Request) -> Principal:
    """Who makes the request: a token in `Authorization`, else a session. Raises Refusal when nobody does."""
    principal = _bearer(request) if "authorization" in request.headers else _session(request)
    request.state.who = principal
    return principal


def _bearer(request: Request) -> Principal:
    scheme, _, presented = request.headers["authorization"].partition(" ")
    found = site(request).ledger.token(fingerprint(presented.strip())) if scheme.lower() == "bearer" else None
    principal = None if found is None else of_token(*found, sessions.address(request))
    if principal is None:
        raise Refusal("token-invalid")
    return principal


def _session(request: Request) -> Principal:
    login = sessions.find(request, site(request).ledger)
    principal = None if login is None else of_account(login.account, sessions.address(request), login.id)
    if login is None or principal is None:
        raise Refusal("login-needed")
    request.state.csrf = login.csrf
    return principal


@cache
def allowed(permission: Permission) -> Callable[..., Principal]:
    """The guard of a route: who asks, when he may do this.

    Raises Refusal otherwise, and when a session's request that changes something carries not its token. Whatever is
    not GET or HEAD is a decision in the ledger, as is every refusal of somebody known.
    """

    def check(
        request: Request,
        principal: Annotated[Principal, Depends(who)],
        given: Annotated[str, Depends(posted)],
    ) -> Principal:
        ledger, path = site(request).ledger, request.url.path
        changes = request.method not in SAFE
        if changes and principal.session and not same(given, request.state.csrf):
            ledger.decide("request", path, "refused", principal.by, "form-outdated")
            raise Refusal("form-outdated")
        if not principal.may(permission):
            ledger.decide("request", path, "refused", principal.by, permission)
            raise Refusal("not-allowed")
        if changes:
            ledger.decide("request", path, permission, principal.by)
        return principal

    _GUARDS.add(check)
    return check


@cache
def seeing(permission: Permission) -> Callable[..., Sight]:
    """The guard of a route that reads: as `allowed`, and gives what the one who asks may see."""

    guard = Depends(
        allowed(permission)
    )  # a default, since an annotation is read without this function's names

    def check(request: Request, principal: Principal = guard) -> Sight:
        return sight(request, principal)

    _GUARDS.add(check)
    return check


def sight(request: Request, principal: Principal) -> Sight:
    """What a principal sees. A partner that is configured no more is known by its id alone."""
    here = site(request)
    if principal.partner is None:
        return Sight(here.ledger)
    partner = here.configuration.directory.partners.get(principal.partner)
    return Sight(here.ledger, Viewer(principal.partner, frozenset(partner.codes if partner else ())))


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark a route that needs no login; `check_routes` asks for it where there is no guard."""
    setattr(endpoint, _OPEN, True)
    return endpoint


def check_routes(app: FastAPI) -> None:
    """RuntimeError when a route of the application has no guard and is not marked as open to all."""
    bare = sorted(_bare(app.routes))
    if bare:
        raise RuntimeError(f"routes without a guard: {', '.join(bare)}")


def included(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route of an application, those of the routers that it includes too."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:  # newer versions of FastAPI keep a router as it was included
            yield from included(router.routes)
        else:
            yield route


def _bare(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in included(routes):
        if isinstance(route, APIRoute):
            if not (_guarded(route.dependant) or getattr(route.endpoint, _OPEN, False)):
                yield f"{'/'.join(sorted(route.methods or ()))} {route.path}"
        elif not (isinstance(route, Mount) and route.path in OPEN_MOUNTS):
            yield f"{type(route).__name__} {getattr(route, 'path', '')}"


def _guarded(dependant: Any) -> bool:
    return any(each.call in _GUARDS or _guarded(each) for each in dependant.dependencies)
