"""Who comes, and whether they may: every page's door says its action, and this asks for it.

A session is read anew at every request, so whoever was removed or signed out is gone at once, and so is
whoever has no library left in the network.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from services.chassis.http.client_addresses import ClientAddresses, sender_of
from services.chassis.messaging.transaction import Begin, Unit
from services.workspace.domain.roles import Member, PermittedAction, libraries, may
from services.workspace.handlers.signing_in import SignInRules, digest_of, former_seal_of, is_over, seal_of
from services.workspace.pages.pages import WorkspacePages
from services.workspace.store import people, sessions

COOKIE = "sesame"
SEEN_EVERY = timedelta(minutes=1)
MOST_FIELDS = 100
UNSEEN = frozenset({"Cc", "Cs"})
"""Of Unicode's categories: controls, and halves of letters."""
LARGEST_FORM, LARGEST_FILES = 1_000_000, 31_000_000
"""Bytes of a form, without and with files."""
COOKIE_SECONDS = 30 * 86400
"""Longer than a session: one that timed out must still be known, to save what its person wrote."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person signed in, with the seal that their forms bear. `over`: their session timed out, and nothing
    else: it may still save what they wrote, and do nothing more. No `members`: their library
    left the network."""

    person: UUID
    session: UUID
    name: str
    mail: str
    language: str
    members: tuple[Member, ...]
    seal: str
    id_token: str | None = field(default=None, repr=False)
    over: bool = False

    @property
    def libraries(self) -> tuple[str, ...]:
        return libraries(self.members)

    def may(self, action: PermittedAction, partner: str | None = None) -> bool:
        return may(self.members, action, partner)


RouteHandler = Callable[[Request, Visitor, FormData], Awaitable[Response]]


class GuardedRoute(Route):
    """A route that only those who may do its action come through."""

    action: PermittedAction


@dataclass(frozen=True)
class Guard:
    begin: Begin
    rules: SignInRules
    pages: WorkspacePages
    secure: bool
    callers: ClientAddresses

    @property
    def cookie(self) -> str:
        """The prefix binds it to this host and to TLS; browsers refuse it without."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE

    def get(self, path: str, action: PermittedAction, answer: RouteHandler) -> GuardedRoute:
        return self._route(path, action, answer, "GET", lenient=False)

    def post(
        self,
        path: str,
        action: PermittedAction,
        answer: RouteHandler,
        *,
        lenient: bool = False,
        files: int = 0,
    ) -> GuardedRoute:
        """`lenient`: also for a session that timed out; the answer must look at `over`. `files`: at most."""
        return self._route(path, action, answer, "POST", lenient=lenient, files=files)

    def _route(
        self,
        path: str,
        action: PermittedAction,
        answer: RouteHandler,
        method: str,
        *,
        lenient: bool,
        files: int = 0,
    ) -> GuardedRoute:
        async def endpoint(request: Request) -> Response:
            visitor = await self.visitor(request)
            if visitor is None or (visitor.over and not lenient):
                return self.to_sign_in(request)
            if names_nothing(request):
                return self.pages.message(visitor, "missing", 404)
            if method != "POST":
                return await self._passed(request, visitor, action, FormData(), answer)
            if is_too_large(request, files):
                return self.pages.message(visitor, "too_large", 413)
            async with request.form(max_fields=MOST_FIELDS, max_files=files) as form:
                if not is_sealed(request, form, visitor.seal, former_seal_of(request.cookies[self.cookie])):
                    return self.pages.message(visitor, "stale", 403)
                return await self._passed(request, visitor, action, form, answer)

        route = GuardedRoute(path, endpoint, methods=[method])
        route.action = action
        return route

    async def _passed(
        self,
        request: Request,
        visitor: Visitor,
        action: PermittedAction,
        form: FormData,
        answer: RouteHandler,
    ) -> Response:
        if not visitor.members:
            return await self._told_of_leaving(visitor)
        if not visitor.may(action):
            return self.pages.message(visitor, "forbidden", 403)
        return await answer(request, visitor, form)

    async def _told_of_leaving(self, visitor: Visitor) -> Response:
        """They see why, and their session ends with it."""
        async with self.begin() as unit:
            await sessions.end(unit.db, visitor.session, visitor.person, unit.now)
        return self.let_out(self.pages.message(visitor, "library_left", 403))

    async def visitor(self, request: Request) -> Visitor | None:
        """None for who was never in, signed out or was removed."""
        cookie = request.cookies.get(self.cookie)
        if not cookie:
            return None
        async with self.begin() as unit:
            row = await sessions.opened(unit.db, digest_of(cookie))
            if row is None or row["ended_at"] is not None:
                return None
            over = is_over(row["expires_at"], row["ended_at"], unit.now)
            if not over:
                await self._seen(unit, row["id"], row["seen_at"])
            members = await people.members(unit.db, row["person"])
        return Visitor(
            person=row["person"],
            session=row["id"],
            name=row["name"],
            mail=row["mail"],
            language=row["language"],
            members=members,
            seal=seal_of(self.rules.key, row["person"]),
            id_token=row["id_token"],
            over=over,
        )

    async def _seen(self, unit: Unit, session: UUID, seen_at: datetime) -> None:
        if unit.now - seen_at >= SEEN_EVERY:
            await sessions.seen(unit.db, session, unit.now, unit.now + self.rules.idle)

    def to_sign_in(self, request: Request) -> Response:
        """Back to where they were, once they are in; a script is told instead of led."""
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"code": "signed_out"}, 401)
        there = (
            request.url.path if request.method == "GET" else request.headers.get("x-page", page_of(request))
        )
        query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(there + query, safe='')}", 303)

    def network_of(self, request: Request) -> str:
        """For limits: where the request came from."""
        return sender_of(self.callers.address(request))

    def let_in(self, response: Response, cookie: str) -> Response:
        response.set_cookie(
            self.cookie,
            cookie,
            httponly=True,
            secure=self.secure,
            samesite="lax",
            path="/",
            max_age=COOKIE_SECONDS,
        )
        return response

    def let_out(self, response: Response) -> Response:
        response.delete_cookie(self.cookie, httponly=True, secure=self.secure, samesite="lax", path="/")
        return response


def page_of(request: Request) -> str:
    """Where the form of this request stands: the page of its question, or the lists."""
    question = request.path_params.get("id")
    return f"/questions/{question}" if isinstance(question, UUID) else "/questions"


def is_sealed(request: Request, form: FormData, *seals: str) -> bool:
    """With one of these."""
    given = form.get("seal") or request.headers.get("x-seal") or ""
    return isinstance(given, str) and any(
        hmac.compare_digest(given.encode(), seal.encode()) for seal in seals
    )


def names_nothing(request: Request) -> bool:
    """Whether its address has a letter in it that no database takes: then it is of nothing here."""
    asked = (request.scope["path"], *request.query_params.values())
    return any("\0" in one for one in asked)


def is_too_large(request: Request, files: int) -> bool:
    """By what it says of itself; a form that does not say how long it is counts as too long."""
    length = request.headers.get("content-length", "")
    most = LARGEST_FILES if files else LARGEST_FORM
    return not (length.isascii() and length.isdigit() and len(length) < 12 and int(length) <= most)


def is_from_here(request: Request) -> bool:
    """For forms that come before any session: no other site may send them (Fetch Metadata; by Origin where a
    browser says nothing of that kind)."""
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")


def word(form: FormData, name: str, most: int = 500) -> str:
    """One field as one line of text, without what nobody can see or no database takes: a stranger's words may
    come to a terminal, too."""
    value = form.get(name, "")
    line = " ".join(value[:most].split()) if isinstance(value, str) else ""
    return "".join(sign for sign in line if unicodedata.category(sign) not in UNSEEN).strip()


def words(form: FormData, name: str, most: int) -> str:
    """As typed, line ends as one, without what no database takes."""
    value = form.get(name, "")
    text = value if isinstance(value, str) else ""
    whole = text.replace("\0", "").replace("\r\n", "\n")
    return whole.encode("utf-8", "ignore").decode()[:most]


def safe_path(wish: str) -> str:
    """Where to go after signing in: a path of ours and nothing else."""
    ours = wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return wish if ours else "/questions"


def partners_of(known: Sequence[str], asked: str | None) -> Sequence[str]:
    """The libraries whose lists are shown: the one asked for, where it is one of those, or all of them."""
    return (asked,) if asked is not None and asked in known else known
