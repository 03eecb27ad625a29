"""The pages of an assessment over HTTP, for reading."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote

from anyio import from_thread
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from api.http.bodies import Id
from api.http.problem import answer as problem
from api.http.problem import not_found
from api.http.questions import ComparisonAnswer, WhatIfRequest, ask_what_if, compare
from api.http.reviews import ReviewBody, list_reviews, list_rounds
from api.pages import desk, what_if
from api.pages.comparing import comparison_view
from api.pages.demands import DemandQuery, demands_view
from api.pages.meaning import program_nearness
from api.pages.overview import changes_between, overview
from api.pages.policies import pack, pack_lines, pack_view
from api.pages.program import NoProgram, program_view
from api.pages.programs import ProgramQuery, programs_view
from api.pages.render import render, with_query
from api.pages.reviewing import reviews_view
from api.pages.visit import AForm, AReader, AVisit, PageRoute, Reader, Visit, error_page, page_response, to
from api.pages.work import AssessmentLine, moment
from api.state.assessments import Assessments
from api.state.jobs import ENDED, Jobs
from api.views import visible
from matcher.policy.pack import shipped_packs

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN_MATCHES = 5
LISTED = 200
# Sent by the page's script, which wants the answer alone.
FRAGMENT = "x-fragment"


def install(app: FastAPI) -> None:
    """Adds the pages, their stylesheet and script, and error pages for addresses that are nobody's."""
    # Before the assessments: /assessments/new is no assessment.
    for forms in (desk.router, router):
        app.include_router(forms, max_body_size=app.state.settings.body_kb << 10)
    app.include_router(desk.uploads, max_body_size=(app.state.settings.upload_mb << 20) + (1 << 16))
    app.mount("/static", StaticFiles(directory=str(files("api.pages") / "static")), name="static")

    @app.exception_handler(404)
    async def _nowhere(request: Request, fault: HTTPException) -> Response:
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/"):
            return error_page(request, 404)
        return problem(request, "not-found", "没有这个资源", "Nothing is here")


@router.get("/")
def start(visit: AVisit) -> Response:
    """The latest assessment; before there is one, the job that makes it."""
    with visit.database.read() as session:
        latest, _ = Assessments(session, visit.who).page(0, 1)
        if latest:
            return to(f"/assessments/{latest[0].id}")
        running, _ = Jobs(session, visit.who).page(None, 0, 1)
        if running and running[0].kind == "demo" and running[0].state not in ENDED:
            return to(f"/jobs/{running[0].id}")
    return to("/assessments")


@router.get("/assessments")
def list_assessments(visit: AVisit) -> Response:
    return visit.show("assessments", "assessments", assessments=assessment_lines(visit))


@router.get("/assessments/{assessment_id}")
def show_overview(reader: AReader) -> Response:
    """With what changed since the assessment before it, or since the one that it recomputes."""
    with reader.database.read() as session:
        rows, _ = Assessments(session, reader.who).page(0, LISTED)
    earlier = [row for row in rows if row.created_at < reader.row.created_at]
    before = next((row for row in earlier if row.id == reader.row.parent), earlier[0] if earlier else None)
    changes = None
    if before is not None:
        link = with_query("/compare", {"from": before.id, "to": reader.row.id})
        changes = changes_between(visible(reader.store, before.id, reader.who), reader.assessment, link)
    view = overview(reader.assessment, reader.base, reader.language, changes, reader.tables.chains.frame)
    return reader.show("overview", "overview", view=view)


@router.get("/assessments/{assessment_id}/programs")
def show_programs(reader: AReader) -> Response:
    query = ProgramQuery.of(reader.request.query_params.multi_items())
    encoder = reader.request.app.state.encoder
    near = None
    if query.meaning and query.q and encoder.fingerprint:
        near = program_nearness(reader.assessment.inputs["programs"], query.q, encoder.get())
    view = programs_view(
        reader.assessment, query, f"{reader.base}/programs", reader.language, near, bool(encoder.fingerprint)
    )
    return reader.show("programs", "programs", view=view)


@router.get("/assessments/{assessment_id}/programs/{program_id:path}")
def show_program(program_id: str, reader: AReader) -> Response:
    """Whoever may move the sliders will: what the first answer needs is computed while the page is read."""
    if reader.who.is_at_least("planner"):
        turns = reader.request.app.state.turns
        from_thread.run_sync(turns.prepare, reader.store.load(reader.row.id))
    return reader.show("program", "programs", **_program(reader, program_id, {}, None))


@router.post("/assessments/{assessment_id}/programs/{program_id:path}/what-if")
def show_what_if(program_id: str, reader: AReader, form: AForm) -> Response:
    """Only the answer where the page's script asks for it, else the whole page with it."""
    given = {key: str(value) for key, value in form.items()}
    if program_id not in set(reader.assessment.programs["program_id"]):
        raise not_found("这个专业点", "program")
    moved = what_if.asked(_sliders(reader, program_id, given), program_id)
    found = None
    if not moved.nothing:
        body = WhatIfRequest(**asdict(moved))
        turns = reader.request.app.state.turns
        told = from_thread.run(ask_what_if, body, reader.row, reader.who, reader.store, turns)
        counts = told.counts_from, told.counts_to
        found = what_if.answer(reader.assessment, program_id, told.programs, counts, reader.language)
    if FRAGMENT in reader.request.headers:
        return page_response(render("answer", reader.frame, answer=found))
    return reader.show("program", "programs", **_program(reader, program_id, given, found))


def _program(
    reader: Reader, program_id: str, given: Mapping[str, str], answer: what_if.Answer | None
) -> dict[str, Any]:
    """What the page of a program shows.

    Raises:
        Problem: no such program within the reader's scope.
    """
    try:
        view = program_view(reader.assessment, program_id, reader.language, scoped=reader.who.scoped)
    except NoProgram:
        raise not_found("这个专业点", "program") from None
    said: list[ReviewBody] = []
    if reader.who.is_at_least("planner"):
        said = list_reviews(reader.row, reader.who, reader.database, program_id).items
    rounds = list_rounds(reader.row, reader.who, reader.database).items
    action = f"{reader.base}/programs/{quote(program_id, safe='')}/reviews"
    return {
        "view": view,
        "shown_matches": SHOWN_MATCHES,
        "sliders": _sliders(reader, program_id, given),
        "answer": answer,
        "reviews": reviews_view(view, said, rounds, reader.who, action, reader.base, date.today()),
    }


def _sliders(reader: Reader, program_id: str, given: Mapping[str, str]) -> tuple[what_if.Slider, ...]:
    """None where the reader may not ask; a reader with a scope changes no openings, since they concern others too."""
    if not reader.who.is_at_least("planner"):
        return ()
    return what_if.sliders(reader.assessment, program_id, given, reader.language, openings=not reader.who.scoped)


@router.get("/assessments/{assessment_id}/demands")
def show_demands(reader: AReader) -> Response:
    query = DemandQuery.of(reader.request.query_params.multi_items())
    empty_posts = reader.tables.whitespace.frame
    view = demands_view(reader.assessment, query, f"{reader.base}/demands", reader.language, empty_posts)
    return reader.show("demands", "demands", view=view)


@router.get("/compare")
def show_comparison(
    visit: AVisit,
    first: Annotated[Id | None, Query(alias="from")] = None,
    second: Annotated[Id | None, Query(alias="to")] = None,
) -> Response:
    """Two chosen assessments; the latest two are offered. What takes long is a job whose page comes back here."""
    choices = assessment_lines(visit)
    offered = (choices[1].id, choices[0].id) if len(choices) > 1 else ("", "")
    chosen = (first or offered[0], second or offered[1])
    view = None
    if first and second and first != second:
        found = compare(first, second, visit.who, visit.database, visit.store)
        if not isinstance(found, ComparisonAnswer):
            return to(f"/jobs/{found.headers['Location'].rsplit('/', 1)[-1]}")
        sides = [visible(visit.store, one, visit.who) for one in chosen]
        view = comparison_view(sides[0], sides[1], found.programs, found.inputs, found.not_reproduced, visit.language)
    link = f"/assessments/{chosen[1]}"
    return visit.show("compare", "comparison", view=view, choices=choices, chosen=chosen, link=link)


@router.get("/policies")
def list_policies(visit: AVisit) -> Response:
    return visit.show("policies", "policies", packs=pack_lines(visit.language))


@router.get("/policies/{name}")
def show_policy(name: str, visit: AVisit, as_of: date | None = None) -> Response:
    if name not in shipped_packs():
        raise not_found("这个规则集", "policy pack")
    return visit.show("policy", "policies", view=pack_view(pack(name), as_of or date.today(), visit.language))


def assessment_lines(visit: Visit) -> tuple[AssessmentLine, ...]:
    """The assessments within the reader's scope, the latest first."""
    with visit.database.read() as session:
        repository = Assessments(session, visit.who)
        rows, _ = repository.page(0, LISTED)
        flags = repository.flags([row.id for row in rows])
        return tuple(
            AssessmentLine(row.id, row.title, row.as_of, row.policy, moment(row.created_at), flags.get(row.id, {}),
                           row.parent or "")
            for row in rows
        )  # fmt: skip
