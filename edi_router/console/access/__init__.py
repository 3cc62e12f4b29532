"""Who may come into the console and the API, what each may see and do; the one place that decides it.

=========== =========================================================================================
module      holds
=========== =========================================================================================
`roles`     the roles, the permissions as words, and the table of who may do what
`passwords` passwords hashed with argon2id; constant work for names that are not there
`guard`     `who`, `allowed`, `seeing`: the FastAPI dependencies that every route has one of
`forgery`   the token that each form posts, and where a request may come from
`sessions`  the cookie, how a session begins, is found and ends
`sight`     `Sight`: through which pages and the API read messages, files, outputs, register entries
`headers`   security headers, the limit of a request's body
`problems`  refusals: the login page, a page, or problem+json (RFC 9457) under `/api/`
`pages`     `/login`, `/logout`, `/account`
`entering`  name and password, throttled
`principal` `Principal`: who makes a request
`install`   brings all of it into an application
=========== =========================================================================================

For `create_app`::

    app.state.site = site                      # before the first request
    access.install(app)                        # middleware, refusals, /login, /logout
    app.mount("/static", StaticFiles(...))     # open to everyone
    ...                                        # include routers
    access.check_routes(app)                   # RuntimeError when a route has no guard

Where an error is made a page, `problems.wants_json(request)` and `problems.problem(request, status, detail)` make it
problem+json for programs; `headers.protect(answer.headers, scheme)` is for the answer to an exception that nothing
caught, which no middleware sees. `problems.own(path)` keeps a `next` inside the console.

For a page or a call of the API; `Permission` words are in `roles`, the guard is all that a route needs::

    @router.get("/messages/{id}")
    def message(request: Request, id: str, sight: Annotated[Sight, Depends(seeing("see"))]) -> Response:
        return show(request, "message.html", {"message": sight.message(id)})   # NotFound becomes 404

    @router.post("/messages/{id}/release")
    def release(request: Request, id: str, who: Annotated[Principal, Depends(allowed("decide"))],
                reason: Annotated[str, Form()]) -> Response:
        site(request).ledger.release(id, who.by, reason)

`allowed(permission)` gives the `Principal` (or answers 401, 403, or sends to the login page), checks `csrf` of a posted
form (field `csrf`: `{{ view.csrf() }}`; or header `X-CSRF-Token`; not asked of tokens), writes each request that is not
GET or HEAD to the ledger's decisions. `seeing(permission)` does the same and gives the `Sight`. `open_to_all` marks a
route without login. After any of them `request.state.who` is the principal and `request.state.csrf` the form's token.

`Principal`: `name`, `role`, `partner` (None: belongs to no partner, sees everything), `language`, `permissions`,
`address`, `by` (`anna@192.0.2.7`: for the `by` of the ledger's verbs), `may(permission) -> bool`.

`Sight(ledger, viewer)`, where `viewer` is None for who sees everything; what is foreign raises `NotFound` as if it were
not there: `message(id)`, `file(id)`, `interchange(id)`, `output(id)`, `delivery(id)` (dicts as of `Ledger.show`, without
what the viewer may not see), `entry(register, key) -> Entry`, `entry_events(register, key)`,
`entries(register, state, value, only_open, limit, after)`, `find(text) -> ids`, `show(id)`, `progress(number)`,
`ls(kind, state=, partner=, type=, since=, limit=)`, `may_read(kind, id) -> bool` (whether bytes may be shown),
`clause(message_id_column)` and `seen(kind)` for queries of your own, `all` (whether it sees everything).
"""

from edi_router.console.access.guard import allowed, check_routes, open_to_all, seeing, who
from edi_router.console.access.install import install
from edi_router.console.access.principal import Principal
from edi_router.console.access.sight import Sight

__all__ = ["Principal", "Sight", "allowed", "check_routes", "install", "open_to_all", "seeing", "who"]
