"""Settings of the service, from the environment (`DUIKOU_...`); docs/service.md describes each."""

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpora.faults import Unusable

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """One field a setting; `data` is read from DUIKOU_DATA, and so on."""

    model_config = SettingsConfigDict(env_prefix="DUIKOU_", frozen=True, extra="ignore")

    data: Path = Field(
        default_factory=lambda: user_data_path("duikou"),
        description="Folder of assessments, uploads, reports and the embedded database.",
    )
    database: str = Field(
        default="",
        description="URL of a database, such as postgresql+psycopg://user@host/name; the embedded one in `data` if empty.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    processes: int = Field(default=1, ge=1, le=64, description="Processes that answer HTTP.")
    workers: int = Field(
        default=1, ge=0, le=64, description="Processes that do jobs beside the server; 0 where `duikou worker` does."
    )
    open_access: bool = Field(
        default=False, description="No keys: whoever reaches the loopback address may do everything. Refused elsewhere."
    )
    lease_seconds: float = Field(
        default=60, gt=0, description="A job whose worker has not been heard of for so long is taken up by another."
    )
    attempts: int = Field(default=5, ge=1, description="A job that ended its worker so many times has failed.")
    session_hours: float = Field(default=12, gt=0, description="How long a browser stays logged in.")
    rate: str = Field(default="1200/minute", description="Requests of one key, or of one address without a key.")
    login_rate: str = Field(default="10/minute", description="Wrong keys from one address.")
    body_kb: int = Field(default=256, ge=1, description="Largest JSON body or form, in units of 1024 bytes.")
    upload_mb: int = Field(default=50, ge=1, description="Largest table that can be uploaded, in units of 1024² bytes.")
    unpacked_mb: int = Field(default=500, ge=1, description="Largest size of a workbook once unpacked.")
    upload_rows: int = Field(default=500_000, ge=1, description="Most rows of an uploaded table.")
    cors: tuple[str, ...] = Field(
        default=(),
        description='Origins whose pages may call the service, as JSON: ["https://a.example"]. None if empty.',
    )
    kept_in_memory: int = Field(
        default=24, ge=1, description="Assessments, views of them and their tables that a process keeps in memory."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_format: Literal["json", "text"] = Field(
        default="text", description="One JSON object a line, or text for people."
    )

    @model_validator(mode="after")
    def _open_only_at_home(self) -> "Settings":
        if self.open_access and self.host not in LOOPBACK:
            raise ValueError(
                f"open_access is refused on {self.host}: it is for a loopback address ({', '.join(LOOPBACK)})"
            )
        return self

    @property
    def database_url(self) -> str:
        """The URL of the database, embedded or not."""
        return self.database or f"sqlite:///{(self.data / 'duikou.sqlite').resolve().as_posix()}"


def read_settings(**given: object) -> Settings:
    """Settings of the environment, with what the command line gives laid over.

    Raises:
        Unusable: a setting that cannot be, by its name.
    """
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as fault:
        found = "; ".join(
            f"{'DUIKOU_' + str(e['loc'][0]).upper() + ': ' if e['loc'] else ''}{e['msg']}" for e in fault.errors()
        )
        raise Unusable(f"设置有误：{found}（见 docs/service.md）", f"settings: {found} (docs/service.md)") from None
