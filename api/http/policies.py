"""/v1/policies: the packs, their parameters and rules, each with the document behind it."""

from datetime import date
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http.bodies import Page, Words
from api.http.callers import Viewer
from api.http.problem import not_found, responses
from matcher.policy.pack import PolicyPack, pack_warnings, shipped_pack, shipped_packs

router = APIRouter(prefix="/v1/policies", tags=["policies"])


class PolicyBody(BaseModel):
    """A pack."""

    name: str = Field(examples=["default"])
    status: str = Field(description="in_force, repealed or unverified.")
    title: Words
    lineage: list[str] = Field(description="The pack and those that it extends.")


class ParameterBody(BaseModel):
    """A parameter on a day, and where its value comes from."""

    name: str = Field(examples=["surplus.rate"])
    description: Words
    unit: str
    value: Any
    since: date
    until: date | None
    reference: Words
    set_by: str = Field(description="The pack of the lineage that sets it.")


class RegulationBody(BaseModel):
    """A regulation of a pack, by its own wording."""

    name: str
    verdict: Words
    measure: str | None
    reference: Words


class PolicyDetail(PolicyBody):
    """A pack as it stands on a day."""

    as_of: date
    warnings: list[Words]
    notes: list[Words]
    grounds: list[str]
    guards: list[str]
    parameters: list[ParameterBody]
    regulations: list[RegulationBody]


@router.get("", summary="Policy packs")
def list_policies(who: Viewer) -> Page[PolicyBody]:
    items = [PolicyBody(**_head(name)) for name in shipped_packs()]
    return Page(total=len(items), offset=0, items=items)


@router.get("/{name}", summary="One pack as it stands on a day", responses=responses("not-found"))
def read_policy(
    name: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$", examples=["default"])], who: Viewer,
    as_of: date | None = None,
) -> PolicyDetail:  # fmt: skip
    """Parameters without a value on that day are left out."""
    if name not in shipped_packs():
        raise not_found("这个规则集", "policy pack")
    pack = _pack(name)
    day = as_of or date.today()
    values = pack.on(day)
    parameters = []
    for parameter in pack.parameters.values():
        if values.has(parameter.name):
            dated = values.dated(parameter.name)
            parameters.append(
                ParameterBody(
                    name=parameter.name,
                    description=Words(**parameter.description),
                    unit=parameter.unit,
                    value=dated.value,
                    since=dated.start,
                    until=dated.end,
                    reference=Words(zh=dated.reference.text("zh"), en=dated.reference.text("en")),
                    set_by=parameter.own,
                )
            )
    return PolicyDetail(
        **_head(name),
        as_of=day,
        warnings=[Words(**w) for w in pack_warnings(values)],
        notes=[Words(**n) for n in pack.notes],
        grounds=list(pack.grounds),
        guards=list(pack.guards),
        parameters=parameters,
        regulations=[
            RegulationBody(
                name=r.name,
                verdict=Words(**r.verdict),
                measure=r.measure or None,
                reference=Words(zh=r.reference.text("zh"), en=r.reference.text("en")),
            )
            for r in (pack.regulations or {}).values()
        ],
    )


@cache
def _pack(name: str) -> PolicyPack:
    return shipped_pack(name)


def _head(name: str) -> dict[str, Any]:
    pack = _pack(name)
    return {"name": pack.name, "status": pack.status, "title": Words(**pack.title), "lineage": list(pack.lineage)}
