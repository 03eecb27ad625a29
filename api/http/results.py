"""/v1/assessments/{id}/...: everything that an assessment says, page by page or as a file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from api.answers.program import program_detail
from api.answers.tables import Table
from api.http.assessments import AssessmentDetail, detail
from api.http.bodies import Limit, Offset, Page
from api.http.callers import TheDatabase
from api.http.problem import not_found, responses
from api.http.reading import TheReading
from api.http.reviews import ReviewBody, list_reviews
from api.http.tables import FILES, Row, Search, Shape, Sort, Values, plain, shown
from api.state.assessments import Assessments
from matcher.explain import UnknownProgram
from reports.public_tables import public_list

router = APIRouter(prefix="/v1/assessments/{assessment_id}", tags=["assessments"])
FOUND = {**responses("not-found", "unusable-input"), 304: {"description": "Not changed since the ETag given."}}
TABLE = {**FOUND, **FILES}
ProgramId = Annotated[str, Path(min_length=1, max_length=200, examples=["P040"])]
PROGRAM_TEXTS = ("program_id", "name", "institution", "code", "major_group", "reason", "reason_en")
DEMAND_TEXTS = ("demand_id", "occupation", "chain", "segment", "region")


class ProgramDetail(BaseModel):
    """Everything behind one flag. The columns are those of docs/contract.md."""

    program: Row
    filed: Row
    outcomes: list[Row]
    trace: Row
    certificate: Row | None
    matches: list[Row]
    skills: list[Row]
    placed: list[Row]
    reviews: list[ReviewBody]
    override: ReviewBody | None


@router.get("", summary="One assessment", responses=FOUND)
def read_assessment(reading: TheReading, database: TheDatabase) -> AssessmentDetail:
    """With its manifest: versions, policy, parameters, counts, warnings."""
    with database.read() as session:
        repository = Assessments(session, reading.who)
        flags = repository.flags([reading.row.id]).get(reading.row.id, {})
        children = [row.id for row in repository.children(reading.row.id)]
    return detail(reading.row, flags, children, reading.view.manifest)


@router.get("/programs", summary="Programs with their flags", response_model=Page[Row], responses=TABLE)
def list_programs(
    reading: TheReading,
    response: Response,
    flag: Values = [],  # noqa: B006
    region: Values = [],  # noqa: B006
    institution: Values = [],  # noqa: B006
    level: Values = [],  # noqa: B006
    major_group: Values = [],  # noqa: B006
    block: Values = [],  # noqa: B006
    q: Search = None,
    sort: Sort = None,
    offset: Offset = 0,
    limit: Limit = 50,
    shape: Shape = "json",
) -> Any:
    wanted = {
        "flag": flag, "region": region, "institution": institution, "level": level, "major_group": major_group,
        "block": block,
    }  # fmt: skip
    tables = reading.tables
    return shown(tables.programs, response, "programs", shape, sort, offset, limit, wanted, q, PROGRAM_TEXTS)


@router.get(
    "/programs/{program_id:path}", summary="Everything behind one flag", response_model=ProgramDetail, responses=FOUND
)
def read_program(program_id: ProgramId, reading: TheReading, response: Response, database: TheDatabase) -> Any:
    """Figures, trace, certificate, matches with evidence, skills; from planner up also what people said about it.

    An override stands beside the advice: `program.flag` is always what the method says.
    """
    try:
        found = program_detail(reading.tables, program_id)
    except UnknownProgram:
        raise not_found("这个专业点", "program") from None
    said: list[dict[str, Any]] = []
    if reading.who.is_at_least("planner"):
        reviews = list_reviews(reading.row, reading.who, database, program_id).items
        said = [review.model_dump(mode="json") for review in reviews]
    override = next((review for review in reversed(said) if review["kind"] == "override"), None)
    return plain({**found, "reviews": said, "override": override}, response)


@router.get("/demands", summary="Demands with posts and who fills them", response_model=Page[Row], responses=TABLE)
def list_demands(
    reading: TheReading,
    response: Response,
    chain: Values = [],  # noqa: B006
    stage: Values = [],  # noqa: B006
    region: Values = [],  # noqa: B006
    field: Values = [],  # noqa: B006
    q: Search = None,
    sort: Sort = None,
    offset: Offset = 0,
    limit: Limit = 50,
    shape: Shape = "json",
) -> Any:
    wanted = {"chain": chain, "stage": stage, "region": region, "field": field}
    tables = reading.tables
    return shown(tables.demands, response, "demands", shape, sort, offset, limit, wanted, q, DEMAND_TEXTS)


@router.get("/whitespace", summary="Posts that stay empty", response_model=Page[Row], responses=TABLE)
def list_whitespace(
    reading: TheReading, response: Response, sort: Sort = None, offset: Offset = 0, limit: Limit = 50,
    shape: Shape = "json",
) -> Any:  # fmt: skip
    return shown(reading.tables.whitespace, response, "whitespace", shape, sort, offset, limit)


@router.get("/chains", summary="Industry chains by stage", response_model=Page[Row], responses=TABLE)
def list_chains(
    reading: TheReading, response: Response, sort: Sort = None, offset: Offset = 0, limit: Limit = 200,
    shape: Shape = "json",
) -> Any:  # fmt: skip
    """Posts a year, and the graduates that compete for them."""
    return shown(reading.tables.chains, response, "chains", shape, sort, offset, limit)


@router.get("/blocks", summary="Blocks with their certificates", response_model=Page[Row], responses=FOUND)
def list_blocks(
    reading: TheReading,
    response: Response,
    certified: Annotated[bool | None, Query(description="Only those with a certified surplus, or without.")] = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> Any:
    """As in blocks.json. Programs beyond the caller's scope are one sum, `others`."""
    found = [b for b in reading.view.blocks if certified is None or b["certified"] == certified]
    return plain({"total": len(found), "offset": offset, "items": found[offset : offset + limit]}, response)


@router.get("/lists", summary="Provincial or school lists", response_model=Page[Row], responses=TABLE)
def read_list(
    reading: TheReading,
    response: Response,
    kind: Literal["provincial", "school"] = "provincial",
    sort: Sort = None,
    offset: Offset = 0,
    limit: Limit = 200,
    shape: Shape = "json",
) -> Any:
    """Provincial: one row a catalogue program, level and region. School: one row a point, by institution.

    A caller with a scope gets the lists of the programs it sees, so that no figure of another shines through.
    """
    if kind == "school":
        table = reading.tables.school
    elif reading.who.role == "viewer" and not reading.who.scoped:
        whole, key = reading.store.load(reading.row.id), ("public list", reading.row.id)
        table = reading.store.kept(key, lambda: Table(public_list(whole)))
    else:
        table = reading.tables.provincial
    return shown(table, response, f"{kind}_list", shape, sort, offset, limit)
