"""Reading an assessment: found within the caller's scope, seen through its view, and not sent again where nothing changed."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Response

from api.access import Caller
from api.answers.tables import Tables
from api.http.bodies import Id
from api.http.callers import TheDatabase, TheStore, Viewer
from api.http.problem import not_found
from api.state.assessments import Assessments
from api.state.models import AssessmentRow
from api.state.reviews import Reviews
from api.store import Store
from api.views import tables_of, view_key, visible
from matcher.assessment import Assessment

AssessmentId = Annotated[Id, Path(description="Of an assessment.")]


class Unchanged(Exception):
    """The client has what it asks for."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@dataclass(frozen=True)
class Reading:
    """An assessment that the caller may read; its view is made when first looked at."""

    row: AssessmentRow
    who: Caller
    store: Store

    @property
    def view(self) -> Assessment:
        return visible(self.store, self.row.id, self.who)

    @property
    def tables(self) -> Tables:
        return tables_of(self.store, self.row.id, self.who)


def row_of(assessment_id: AssessmentId, who: Viewer, database: TheDatabase) -> AssessmentRow:
    """The row of an assessment, or the problem that there is none."""
    with database.read() as session:
        return _found(Assessments(session, who).get(assessment_id))


def _found(row: AssessmentRow | None) -> AssessmentRow:
    if row is None:
        raise not_found("这个分析结果", "assessment")
    return row


TheRow = Annotated[AssessmentRow, Depends(row_of)]


def reading(
    assessment_id: AssessmentId, request: Request, response: Response, who: Viewer, database: TheDatabase, store: TheStore,
    if_none_match: Annotated[str | None, Header(description="ETag of an answer that the client has.")] = None,
) -> Reading:  # fmt: skip
    """An assessment never changes; what is said beside it (reviews, recomputed ones) does, and so does what one may see."""
    with database.read() as session:
        row = _found(Assessments(session, who).get(assessment_id))
        said = Reviews(session, who).stamp(row.id)
    parts = (row.id, said, view_key(who), request.url.path, request.url.query, version("duikou"))
    etag = f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'
    if if_none_match is not None and etag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        raise Unchanged(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return Reading(row, who, store)


TheReading = Annotated[Reading, Depends(reading)]
