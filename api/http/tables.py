"""A table as a page of JSON, or all of it as a file."""

from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import Query, Response
from fastapi.responses import Response as PlainResponse

from api.answers.tables import exported, ordered, records
from api.http.bodies import Page

MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Shape = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format", description="A page, or all rows as a file.")]
Sort = Annotated[
    str | None,
    Query(
        max_length=200, description="Columns separated by commas, a minus before those that fall.", examples=["-supply"]
    ),
]
Search = Annotated[str | None, Query(alias="q", max_length=100, description="Text that a row must hold.")]
Values = Annotated[list[str], Query(max_length=50)]
Row = dict[str, Any]
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}
    }
}


def shown(
    table: pd.DataFrame, response: Response, name: str, shape: Any, sort: str | None, offset: int, limit: int
) -> Any:
    """The answer to a request for a table."""
    table = ordered(table, sort)
    if shape == "json":
        return Page[Row](total=len(table), offset=offset, items=records(table.iloc[offset : offset + limit]))
    headers = {k: v for k, v in response.headers.items() if k in ("etag", "cache-control")}
    headers["Content-Disposition"] = f'attachment; filename="{name}.{shape}"'
    return PlainResponse(exported(table, shape), media_type=MEDIA[shape], headers=headers)
