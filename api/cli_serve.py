"""The service on the command line: `duikou serve`, `duikou worker`, `duikou keys`, `duikou audit`."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from api.options import OUT_FOLDER, language_option, say
from corpora.faults import Unusable


def state_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--data and --database, laid over the environment."""
    for option in (
        click.option("--database", default=None, metavar="URL", help="数据库，默认内置 / database, embedded unless told"),
        click.option(
            "--data", type=OUT_FOLDER, default=None, metavar="DIR",
            help="数据文件夹 / folder of the service's data",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(short_help="启动服务 / the service, over HTTP and in the browser")
@click.option("--host", default=None, help="监听地址，默认 127.0.0.1 / address")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="端口，默认 8000 / port")
@click.option(
    "--workers", type=click.IntRange(0, 64), default=None, help="后台作业进程数，默认 1 / processes that do jobs"
)
@click.option("--open", "open_access", is_flag=True, default=None, help="本机免密钥 / no keys, on this machine only")
@state_options
@language_option
def serve(lang: str, **given: Any) -> None:
    """启动服务：网页与 HTTP 接口。The service: pages and HTTP.

    \b
    第一次启动会给出一个管理员密钥，并用示例城市作第一次分析。其余设置见 docs/service.md（DUIKOU_ 环境变量）。
    The first start prints one admin key and assesses the illustrative city. Other settings: docs/service.md (DUIKOU_...).
    """
    import uvicorn

    from api.http.app import create_app
    from api.state.database import Database
    from api.welcome import first_start, greeting
    from api.work.processes import WorkerProcesses

    settings = _settings(given)
    database = Database(settings.database_url)
    database.migrate()
    token = first_start(database, settings)
    database.close()
    for line in greeting(settings, token, lang):
        click.echo(line)
    workers = WorkerProcesses(settings.workers)
    workers.start()
    several = settings.processes > 1
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "access_log": False,
        "log_level": "warning",
        # Longer than the pauses of people and of common proxies, so that no request meets a closing connection.
        "timeout_keep_alive": 75,
    }
    try:
        if several:
            uvicorn.run("api.http.app:app_of_environment", factory=True, workers=settings.processes, **options)
        else:
            uvicorn.run(create_app(settings), **options)
    finally:
        workers.stop()


@click.command(short_help="后台作业进程 / does the jobs of a service")
@state_options
@language_option
def worker(lang: str, **given: Any) -> None:
    """执行作业的进程，可在别的机器上，共用数据库与数据文件夹。Does jobs, on this machine or another that shares database and folder."""
    from api.work.processes import run_worker

    settings = _settings(given)
    text = ("等待作业；Ctrl+C 结束", "waiting for jobs; Ctrl+C ends it")
    click.echo(text[0 if lang == "zh" else 1], err=True)
    run_worker(settings)


@click.group(short_help="访问密钥 / keys of the service")
def keys() -> None:
    """访问密钥：新建、列出、吊销。Keys of the service: create, list, revoke.

    \b
      duikou keys create 市教育局 --role bureau
      duikou keys create 某职业技术学院 --role planner --institution 某职业技术学院 --days 365
    """


@keys.command(short_help="新建密钥，只显示一次 / a key, shown once")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(["viewer", "planner", "bureau", "admin"]), required=True,
    help="查看 viewer，规划 planner，主管部门 bureau，管理员 admin",
)  # fmt: skip
@click.option("--region", "regions", multiple=True, help="只限这些地区，可重复 / only these regions")
@click.option("--institution", "institutions", multiple=True, help="只限这些院校，可重复 / only these institutions")
@click.option("--days", type=click.IntRange(1), default=None, help="有效天数 / valid for so many days")
@state_options
@language_option
def create(
    name: str, role: Any, regions: tuple[str, ...], institutions: tuple[str, ...], days: int | None, lang: str,
    **given: Any,
) -> None:  # fmt: skip
    """新建一个密钥。只在此显示一次，库中只存其散列值。A key; shown here once, kept as a hash."""
    from api.access import SERVICE
    from api.state.keys import Keys
    from api.state.models import now

    with _database(given).write() as session:
        until = now() + timedelta(days=days) if days else None
        key, token = Keys(session, SERVICE).create(name, role, regions, institutions, until)
    click.echo(token)
    text = (f"密钥编号 {key.id}；请现在保存，以后无法再看到", f"id {key.id}; keep it now, it is not shown again")
    click.echo(say(lang, *text), err=True)


@keys.command("list", short_help="已有密钥 / the keys there are")
@state_options
@language_option
def list_keys(lang: str, **given: Any) -> None:
    """列出密钥：编号、名称、角色、范围、有效期。Keys with role, scope and how long they hold."""
    from api.access import SERVICE
    from api.state.keys import Keys
    from api.state.models import now

    with _database(given).read() as session:
        for key in Keys(session, SERVICE).all():
            scope = "、".join((*key.regions, *key.institutions)) or say(lang, "不限", "all")
            if key.revoked_at is not None:
                state = say(lang, "已吊销", "revoked")
            elif key.expires_at is not None:
                over = key.expires_at <= now()
                state = f"{say(lang, '已过期' if over else '有效至', 'expired' if over else 'until')} {key.expires_at:%Y-%m-%d}"
            else:
                state = say(lang, "长期有效", "no end")
            click.echo(f"{key.id}  {key.role:<7}  {state}  {scope}  {key.name}")


@keys.command(short_help="吊销密钥 / end a key")
@click.argument("key_id")
@state_options
@language_option
def revoke(key_id: str, lang: str, **given: Any) -> None:
    """吊销一个密钥，立即生效。Ends a key at once, with its browser sessions."""
    from api.access import SERVICE
    from api.state.keys import Keys

    with _database(given).write() as session:
        found = Keys(session, SERVICE).revoke(key_id)
    if found is None:
        raise Unusable(f"没有密钥 {key_id}（duikou keys list）", f"no key {key_id} (duikou keys list)")
    click.echo(say(lang, f"已吊销 {found.name}", f"{found.name} revoked"))


@click.group(short_help="审计日志 / the audit log")
def audit() -> None:
    """审计日志：逐条以散列值相接。The audit log, each line chained to the one before."""


@audit.command(short_help="复核审计日志 / does the chain hold")
@state_options
@language_option
def verify(lang: str, **given: Any) -> None:
    """从头复核日志的每一条；有改动、缺失或插入则退出码 1。Re-checks every line; exit 1 if one was changed, removed or put in."""
    from api.access import SERVICE
    from api.state.audit import Audit

    with _database(given).read() as session:
        number, faults = Audit(session, SERVICE).faults()
    for fault in faults:
        click.echo(f"✗ {fault[lang]}")
    if faults:
        sys.exit(1)
    click.echo(say(lang, f"✓ {number} 条记录前后相接，无改动", f"✓ {number} lines follow each other unchanged"))


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    for command in (serve, worker, keys, audit):
        group.add_command(command)


def _settings(given: dict[str, Any]) -> Any:
    """The settings, with the options of the command line; processes started from here find both in the environment."""
    from api.settings import read_settings

    chosen = {name: value for name, value in given.items() if value is not None}
    settings = read_settings(**chosen)
    os.environ.update({f"DUIKOU_{name.upper()}": str(value) for name, value in chosen.items()})
    return settings


def _database(given: dict[str, Any]) -> Any:
    from api.state.database import Database

    database = Database(_settings(given).database_url)
    database.migrate()
    return database
