"""The workspace's application: every page in one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.chassis.errors import is_transient
from services.chassis.http.client_addresses import ClientNetwork
from services.workspace.entrypoints.coordinator.applications_page import ApplicationsPage
from services.workspace.entrypoints.coordinator.audit_page import AuditPage
from services.workspace.entrypoints.coordinator.deliveries_page import DeliveriesPage
from services.workspace.entrypoints.coordinator.held_page import HeldPage
from services.workspace.entrypoints.coordinator.libraries_page import LibrariesPage
from services.workspace.entrypoints.coordinator.network_page import NetworkPage
from services.workspace.entrypoints.coordinator.posts_page import PostsPage
from services.workspace.entrypoints.coordinator.release_page import ReleasePage
from services.workspace.entrypoints.coordinator.steering_forms import SteeringForms
from services.workspace.entrypoints.coordinator.weights_page import WeightsPage
from services.workspace.entrypoints.join_page import JoinPage
from services.workspace.entrypoints.library.library_figures import LibraryFigures
from services.workspace.entrypoints.library.library_search import LibrarySearch
from services.workspace.entrypoints.library.library_site import LibrarySite
from services.workspace.entrypoints.library.paragraphs_page import ParagraphsPage
from services.workspace.entrypoints.library.public_data import PublicData
from services.workspace.entrypoints.lists_page import ListsPage
from services.workspace.entrypoints.people_page import PeoplePage
from services.workspace.entrypoints.questions.answer_files import AnswerFiles
from services.workspace.entrypoints.questions.answer_forms import AnswerForms
from services.workspace.entrypoints.questions.question_page import QuestionPage
from services.workspace.entrypoints.questions.streams import Streams
from services.workspace.entrypoints.questions.work_forms import WorkForms
from services.workspace.entrypoints.sign_in.account_page import AccountPage
from services.workspace.entrypoints.sign_in.guard import Guard
from services.workspace.entrypoints.sign_in.identity_provider import IdentityProvider
from services.workspace.entrypoints.sign_in.passkey_page import PasskeyPage
from services.workspace.entrypoints.sign_in.provider_page import ProviderPage
from services.workspace.entrypoints.sign_in.relying_party import RelyingParty
from services.workspace.entrypoints.sign_in.sign_in_page import SignInPage
from services.workspace.pages.pages import STATIC


@dataclass(frozen=True)
class Site:
    guard: Guard
    streams: Streams
    provider: IdentityProvider | None = None
    party: RelyingParty | None = None
    files: AnswerFiles = field(default_factory=AnswerFiles)
    data: PublicData = field(default_factory=PublicData)
    seen_at: tuple[str, str, str] = ("", "", "")
    """Where the public sees form, archive and figures."""
    webhook_networks: Sequence[ClientNetwork] = ()
    """Private ones that libraries' webhooks may lead to."""

    def app(self) -> Starlette:
        return Starlette(
            routes=self.routes(),
            exception_handlers={
                404: self._missing,
                405: self._missing,
                410: self._forgotten,
                HTTPException: self._unreadable,
                500: self._failed,
            },
        )

    def routes(self) -> list[BaseRoute]:
        guard = self.guard
        return [
            Route("/", self._home),
            *(ProviderPage(guard, self.provider).routes() if self.provider else ()),
            *JoinPage(guard).routes(),
            *ApplicationsPage(guard).routes(),
            *(PasskeyPage(guard, self.party).routes() if self.party else ()),
            *SignInPage(guard, self.provider, passkeys=self.party is not None).routes(),
            *ListsPage(guard).routes(),
            *QuestionPage(guard).routes(),
            *WorkForms(guard).routes(),
            *AnswerForms(guard, self.files).routes(),
            *NetworkPage(guard, self.seen_at[0]).routes(),
            *SteeringForms(guard).routes(),
            *LibrariesPage(guard, self.webhook_networks).routes(),
            *WeightsPage(guard).routes(),
            *HeldPage(guard).routes(),
            *ReleasePage(guard).routes(),
            *PostsPage(guard).routes(),
            *DeliveriesPage(guard).routes(),
            *LibrarySite(guard, *self.seen_at).routes(),
            *LibraryFigures(guard, self.data, self.seen_at[2]).routes(),
            *LibrarySearch(guard, self.data).routes(),
            *ParagraphsPage(guard).routes(),
            *PeoplePage(guard).routes(),
            *AuditPage(guard).routes(),
            *AccountPage(guard, passkeys=self.party is not None).routes(),
            *self.streams.routes(guard),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def _home(self, request: Request) -> Response:
        visitor = await self.guard.visitor(request)
        of_the_network = visitor is not None and not visitor.libraries and visitor.may("see the network")
        return RedirectResponse("/network" if of_the_network else "/questions", 303)

    async def _missing(self, request: Request, _error: Exception) -> Response:
        return self.guard.pages.message(await self.guard.visitor(request), "missing", 404, request)

    async def _forgotten(self, request: Request, _error: Exception) -> Response:
        return self.guard.pages.message(await self.guard.visitor(request), "forgotten", 410, request)

    async def _unreadable(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        visitor = await self.guard.visitor(request)
        return self.guard.pages.message(visitor, "unreadable", status, request)

    async def _failed(self, request: Request, error: Exception) -> Response:
        away = is_transient(error)
        return self.guard.pages.message(None, "away" if away else "failed", 503 if away else 500, request)
