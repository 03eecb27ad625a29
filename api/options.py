"""Options and words that several files of commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
# A folder that may be there or not.
OUT_FOLDER = click.Path(file_okay=False, path_type=Path)


class OrAddress(click.Path):
    """A path, or an address such as s3://bucket/2026, which stays a text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if "://" in str(value) else super().convert(value, param, ctx)


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--lang zh|en, Chinese unless told otherwise (or DUIKOU_LANG)."""
    return click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="DUIKOU_LANG", show_default=True,
        help="语言 / language of what is printed",
    )(command)  # fmt: skip


def say(lang: str, zh: str, en: str) -> str:
    """The sentence in the language asked for."""
    return zh if lang == "zh" else en
