"""The public application: the API and the pages."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from services.chassis.http.safe_headers import SafeHeaders
from services.contracts.envelope import LARGEST_SUBMISSION
from services.ingest.entrypoints.http.answer_uploads import AnswerUploads
from services.ingest.entrypoints.http.api.assignments import AssignmentApi
from services.ingest.entrypoints.http.api.conversation import ConversationApi
from services.ingest.entrypoints.http.api.handing_in import HandingIn
from services.ingest.entrypoints.http.api.keys import Callers
from services.ingest.entrypoints.http.api.page import ApiPage
from services.ingest.entrypoints.http.api.problems import Refusals, too_large
from services.ingest.entrypoints.http.api.questions import PartnerApi, QuestionApi
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.body_limit import BodyLimit
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import (
    LARGEST_FILE,
    MOST_FILES,
    UPLOADS,
    UPLOADS_EACH,
    FileDownloads,
)
from services.ingest.entrypoints.http.pages.ask import AskPage
from services.ingest.entrypoints.http.pages.asker import AskerPages
from services.ingest.entrypoints.http.pages.desk import DeskPages
from services.ingest.entrypoints.http.pages.law import LawPages
from services.ingest.entrypoints.http.pages.rendering import ROOT, SitePages
from services.ingest.entrypoints.http.pages.respondent import RespondentPages
from services.ingest.entrypoints.http.places import Places

LARGEST_BODY, LARGEST_FORM = LARGEST_SUBMISSION, MOST_FILES * LARGEST_FILE + 1_000_000
"""Bytes of one request, without and with files."""

TAKE_FILES = re.compile(r"/questions(?:/published)?|/r/[^/]+/answer|/files/answers/[^/]+/[^/]+/[^/]+")


ABOUT = """
Questions and answers of a network of libraries, for programs that do not speak AMQP.

* **Your key** comes from the network: `Authorization: Bearer …`. Questions may be asked without one.
* **`Idempotency-Key`**: make one for each thing you hand in, and send the same again when you heard nothing.
  What was stored is then told again, and nothing is doubled.
* **What you were asked**: `GET /api/v1/assignments`, from the `next` of your last call. It skips nothing.
* **As quick as you like**: who answers before we know ourselves that the question is theirs waits for that,
  ten seconds at most. A call that broke off is made again, with the same key.
* **Refusals** are problems (RFC 9457): `detail` says what is wrong, `errors` which field.
"""


def public_app(door: DoorContext) -> FastAPI:
    app = FastAPI(
        title="Sésame",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    pages = SitePages(door.intake.public_url, door.face, door.zone, own=door.page_folder)
    callers = Callers(door)
    together = IntakeBatches(door.begin, door.intake)
    app.router.routes += QuestionApi(door, callers, together).routes()
    handing_in = HandingIn(door)
    app.include_router(PartnerApi(door, callers, handing_in).routes())
    app.include_router(ConversationApi(door, callers, handing_in).routes())
    app.include_router(AssignmentApi(door, callers).routes())
    app.router.routes += ApiPage(app.openapi, pages, door.intake.public_url).routes()
    app.router.routes += AskPage(door, pages, together).routes()
    app.router.routes += AskerPages(door, pages).routes()
    app.router.routes += RespondentPages(door, pages).routes()
    app.router.routes += DeskPages(door, pages, together).routes()
    app.router.routes += FileDownloads(door).routes()
    app.router.routes += AnswerUploads(door).routes()
    app.router.routes += [*LawPages(pages, door.law).routes(), door.face.route()]
    app.mount("/static", StaticFiles(directory=ROOT / "static"))
    for kind, answer in Refusals(pages).handlers().items():
        app.add_exception_handler(kind, answer)
    _guard(app, door, pages)
    return app


def _guard(app: FastAPI, door: DoorContext, pages: SitePages) -> None:
    """What every request passes before a route sees it."""
    app.add_middleware(
        SafeHeaders, headers={"cache-control": "no-store", "x-content-type-options": "nosniff"}, under="/api/"
    )
    app.add_middleware(
        BodyLimit,
        most=LARGEST_BODY,
        most_with_files=LARGEST_FORM,
        take_files=TAKE_FILES,
        refuse=too_large(pages),
        places=Places(UPLOADS, UPLOADS_EACH),
        sender_of=door.limits.sender,
    )
