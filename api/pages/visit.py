"""What every page route starts from: who reads, in which language, within which frame; and how a page is answered."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api.access import Caller
from api.answers.tables import Tables
from api.http.callers import TheDatabase, TheStore, Viewer
from api.http.problem import PROBLEMS, Problem
from api.http.reading import TheRow
from api.logs import log, where
from api.pages.render import LANGUAGES, Frame, choose_language, heading, render
from api.state.database import Database
from api.state.models import AssessmentRow
from api.store import Store
from api.views import tables_of, visible
from corpora import BadTable
from corpora.faults import Unusable
from matcher.assessment import Assessment
from matcher.policy.words import Language

LANGUAGE = "duikou_language"
YEAR = 365 * 24 * 3600
# Ends of the addresses that only forms are sent to.
ACTIONS = ("what-if", "reviews", "rounds", "recompute", "check", "cancel", "demo", "logout")
SHOWN_ERRORS = (400, 403, 404, 409, 413, 422, 429, 500, 503)


@dataclass(frozen=True)
class Visit:
    """One request for a page by somebody known."""

    request: Request
    who: Caller
    frame: Frame
    database: Database
    store: Store

    @property
    def language(self) -> Language:
        return self.frame.language

    def show(self, template: str, here: str, status: int = 200, **views: Any) -> Response:
        """The page as an answer."""
        return page_response(render(template, self.frame.on(here), **views), status)


@dataclass(frozen=True)
class Reader(Visit):
    """A visit to the pages of one assessment."""

    row: AssessmentRow
    assessment: Assessment

    @property
    def base(self) -> str:
        return f"/assessments/{self.row.id}"

    @property
    def tables(self) -> Tables:
        """With the figures of the whole market where they follow from all of its programs."""
        return tables_of(self.store, self.row.id, self.who)


def language_of(request: Request) -> Language:
    """The language of this request's page."""
    asked, kept = request.query_params.get("lang"), request.cookies.get(LANGUAGE)
    return choose_language(asked, kept, request.headers.get("accept-language"))


def visit(request: Request, who: Viewer, database: TheDatabase, store: TheStore) -> Visit:
    """A visit; whoever is not logged in is sent to the login page (`PageRoute`)."""
    return Visit(request, who, frame_of(request, who), database, store)


def reader(row: TheRow, begun: Annotated[Visit, Depends(visit)]) -> Reader:
    """A visit to an assessment within the reader's scope, as the reader may see it."""
    assessment = visible(begun.store, row.id, begun.who)
    frame = replace(begun.frame, assessment=heading(assessment, row.id, row.title, begun.language))
    return Reader(begun.request, begun.who, frame, begun.database, begun.store, row, assessment)


async def form_of(request: Request) -> FormData:
    """The fields of a form, as sent."""
    return await request.form()


AForm = Annotated[FormData, Depends(form_of)]
AVisit = Annotated[Visit, Depends(visit)]
AReader = Annotated[Reader, Depends(reader)]


def frame_of(request: Request, who: Caller | None) -> Frame:
    """The frame of a page; without a caller, that of the login and error pages."""
    query = "&".join(f"{quote(k)}={quote(v)}" for k, v in request.query_params.multi_items() if k != "lang")
    language, path = language_of(request), quote(_page_of(request))
    if who is None:
        return Frame(language=language, path=path, query=query)
    csrf = getattr(request.state, "csrf", "")
    return Frame(
        language=language, path=path, query=query, who=who.name, role=who.role, csrf=csrf,
        may_plan=who.is_at_least("planner"),
    )  # fmt: skip


def _page_of(request: Request) -> str:
    """Path of the page that was asked for; of a form's answer that of the page the form stands on."""
    before, _, last = request.url.path.rpartition("/")
    return before or "/" if request.method == "POST" and last in ACTIONS else request.url.path


def page_response(html: str, status: int = 200) -> Response:
    """HTML that nobody between keeps."""
    return HTMLResponse(html, status, headers={"Cache-Control": "private, no-store"})


def to(path: str) -> Response:
    """On to another page after a form."""
    return RedirectResponse(path, 303)


@dataclass(frozen=True)
class ErrorView:
    """What an error page says; `detail` in place of the general text."""

    status: int
    detail: str
    request: str


def error_page(request: Request, status: int, zh: str = "", en: str = "") -> Response:
    """An error as a page."""
    language = language_of(request)
    shown = status if status in SHOWN_ERRORS else 500 if status >= 500 else 400
    view = ErrorView(shown, zh if language == "zh" else en, str(request.scope.get("request_id", "")))
    html = render("error", frame_of(request, getattr(request.state, "caller", None)), error=view)
    return page_response(html, status)


class PageRoute(APIRoute):
    """A route whose errors are pages, which sends whoever is not logged in to the login page, and which remembers a language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                response = await answer(request)
            except Exception as fault:
                response = _instead(request, fault)
            if request.query_params.get("lang") in LANGUAGES:
                response.set_cookie(LANGUAGE, request.query_params["lang"], max_age=YEAR, samesite="lax", httponly=True)
            return response

        return page


def _instead(request: Request, fault: Exception) -> Response:
    """The answer in place of one that could not be given."""
    if isinstance(fault, Problem) and fault.code == "no-key":
        there = request.url.path if request.method == "GET" else "/"
        return to(f"/login?next={quote(there, safe='/')}")
    if isinstance(fault, Problem):
        return error_page(request, PROBLEMS[fault.code][0], fault.zh, fault.en)
    if isinstance(fault, BadTable):
        return error_page(request, 400, fault.message("zh"), fault.message("en"))
    if isinstance(fault, Unusable):
        return error_page(request, 400, fault.zh, fault.en)
    if isinstance(fault, RequestValidationError):
        return error_page(request, 422)
    if isinstance(fault, HTTPException):
        # A form that the server library cannot read: too many fields, one that is too long, no boundary.
        return error_page(request, fault.status_code)
    log.error("internal fault", **where(fault))
    return error_page(request, 500)
