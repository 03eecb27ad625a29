"""A table as a page of JSON, or all of it as a file."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Query, Response

from api.answers.tables import Table, chosen, exported

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
    table: Table,
    response: Response,
    name: str,
    shape: Any,
    sort: str | None,
    offset: int,
    limit: int,
    wanted: Mapping[str, Sequence[str]] | None = None,
    text: str | None = None,
    searched: Sequence[str] = (),
) -> Response:
    """The answer to a request for a table."""
    places = chosen(table.frame, wanted or {}, text, searched, sort)
    if shape == "json":
        return plain(
            {"total": len(places), "offset": offset, "items": table.page(places[offset : offset + limit])}, response
        )
    headers = {"Content-Disposition": f'attachment; filename="{name}.{shape}"'}
    return plain(exported(table.frame.loc[places], shape), response, MEDIA[shape], headers)


def plain(
    content: Any, response: Response, media: str = "application/json", headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that goes out as it is: rows come from validated tables and need no second look."""
    body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    kept = {k: v for k, v in response.headers.items() if k in ("etag", "cache-control")}
    return Response(body, media_type=media, headers={**kept, **(headers or {})})
