"""Every error in one shape, RFC 9457 problem+json: what happened, in Chinese and English, and what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.logs import log, where
from corpora import BadTable
from corpora.faults import Unusable

MEDIA_TYPE = "application/problem+json"
# Code -> status, title in Chinese and English. The code ends the problem's type.
PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "unusable-input": (400, "输入不可用", "Input that cannot be used"),
    "no-key": (401, "需要密钥", "A key is needed"),
    "not-allowed": (403, "无此权限", "Not allowed"),
    "not-found": (404, "没有这个资源", "Nothing is here"),
    "method-not-allowed": (405, "不支持这种请求方法", "No such method here"),
    "conflict": (409, "与现状冲突", "It conflicts with what is there"),
    "too-large": (413, "内容过大", "Too large"),
    "wrong-media-type": (415, "不支持的内容类型", "Unsupported media type"),
    "invalid-request": (422, "请求格式有误", "The request is not well formed"),
    "too-many-requests": (429, "请求过于频繁", "Too many requests"),
    "internal": (500, "内部错误", "Internal fault"),
    "not-ready": (503, "尚未就绪", "Not ready"),
}
_BY_STATUS = {status: code for code, (status, _, _) in PROBLEMS.items()}


class FieldError(BaseModel):
    """One field of a request that is not well formed."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["没有这个资源"])
    title_en: str = Field(examples=["Nothing is here"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["没有这个分析结果"])
    detail_en: str = Field(examples=["no such assessment"])
    instance: str = Field(description="Id of the request, also in the log.", examples=["/requests/3f2a9c0d4b1e8f67"])
    errors: list[FieldError] = []


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, code: str, zh: str, en: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code, self.zh, self.en, self.headers = code, zh, en, dict(headers or {})


def not_found(zh: str, en: str) -> Problem:
    """Nothing there, or nothing that this caller may know of: the same answer."""
    return Problem("not-found", f"没有{zh}，或不在您的权限范围内", f"no such {en}, or not within your scope")


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The errors an operation documents, beside those of all operations."""
    found = {}
    for code in codes:
        status, zh, en = PROBLEMS[code]
        found[status] = {
            "description": f"{zh} / {en}",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
    return found  # type: ignore[return-value]


def body_of(code: str, zh: str, en: str, request_id: str, errors: Sequence[FieldError] = ()) -> bytes:
    """The bytes of a problem."""
    status, title, title_en = PROBLEMS[code]
    body = ProblemBody(
        type=f"/problems/{code}",
        title=title,
        title_en=title_en,
        status=status,
        detail=zh,
        detail_en=en,
        instance=f"/requests/{request_id}",
        errors=list(errors),
    )
    return body.model_dump_json().encode()


def answer(
    request: Request,
    code: str,
    zh: str,
    en: str,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response of a problem."""
    content = body_of(code, zh, en, request.scope.get("request_id", ""), errors)
    return Response(content, PROBLEMS[code][0], dict(headers or {}), MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Turns every exception into a problem; the text of one that nobody foresaw stays inside."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, fault: Problem) -> Response:
        return answer(request, fault.code, fault.zh, fault.en, headers=fault.headers)

    @app.exception_handler(BadTable)
    async def _bad_table(request: Request, fault: BadTable) -> Response:
        return answer(request, "unusable-input", fault.message("zh"), fault.message("en"))

    @app.exception_handler(Unusable)
    async def _unusable(request: Request, fault: Unusable) -> Response:
        return answer(request, "unusable-input", fault.zh, fault.en)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, fault: RequestValidationError) -> Response:
        errors = [FieldError(field=".".join(map(str, e["loc"])), message=str(e["msg"])) for e in fault.errors()]
        named = ", ".join(e.field for e in errors[:5])
        return answer(request, "invalid-request", f"请检查：{named}", f"look at: {named}", errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, fault: HTTPException) -> Response:
        code = _BY_STATUS.get(fault.status_code, "unusable-input" if fault.status_code < 500 else "internal")
        _, zh, en = PROBLEMS[code]
        return answer(request, code, zh, en, headers=fault.headers)

    @app.exception_handler(Exception)
    async def _bug(request: Request, fault: Exception) -> Response:
        log.error("internal fault", **where(fault))
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return answer(
            request,
            _BY_STATUS[status],
            "请把请求编号告诉管理员，日志中有出错位置",
            "tell the admin the id of the request; the log has the place",
        )
