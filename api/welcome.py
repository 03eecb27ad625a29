"""The first start of the service: one admin key, something to look at, and what to open."""

from collections.abc import Iterator

from sqlalchemy import exists, select

from api.access import SERVICE
from api.settings import Settings
from api.state.database import Database
from api.state.jobs import Jobs
from api.state.keys import Keys
from api.state.models import AssessmentRow, CorpusRow, Job, Key

NAME = "第一个管理员 / first admin"


def first_start(database: Database, settings: Settings) -> str | None:
    """On an empty state: the token of one admin key (none where no keys are asked for), and the illustrative city as a job."""
    with database.write() as session:
        if not session.scalar(select(exists().where(Job.id.is_not(None)))) and not any(
            session.scalar(select(exists().where(table.id.is_not(None)))) for table in (AssessmentRow, CorpusRow)
        ):
            Jobs(session, SERVICE).submit("demo", {})
        if settings.open_access or session.scalar(select(exists().where(Key.id.is_not(None)))):
            return None
        return Keys(session, SERVICE).create(NAME, "admin")[1]


def greeting(settings: Settings, token: str | None, lang: str) -> Iterator[str]:
    """What `duikou serve` prints: what to open, the key, and what is going on."""
    zh = lang == "zh"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    yield f"{'打开' if zh else 'Open'}      {address}/"
    if token:
        yield f"{'密钥' if zh else 'Key'}      {token}"
        yield "          " + ("只显示这一次，请现在保存" if zh else "shown only this once: keep it now")
    elif settings.open_access:
        yield "          " + (
            "免密钥：任何能在本机打开此地址的人都可做任何操作"
            if zh
            else "no keys: whoever opens this address on this machine may do everything"
        )
    yield f"{'接口' if zh else 'API'}      {address}/docs"
    yield f"{'数据' if zh else 'Data'}      {settings.data.resolve()}"
