"""Options and words that several files of commands share."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from corpora.faults import Unusable

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
# A folder that may be there or not.
OUT_FOLDER = click.Path(file_okay=False, path_type=Path)


class Apart(click.Path):
    """Where something is written that is no assessment: never into the folder of one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from matcher.folder import check_apart

        found = super().convert(value, param, ctx)
        check_apart(Path(os.fsdecode(found)))
        return found


APART_FILE = Apart(dir_okay=False, path_type=Path)
APART_FOLDER = Apart(file_okay=False, path_type=Path)


class OrAddress(click.Path):
    """A path, or an address such as s3://bucket/2026, which stays a text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if "://" in str(value) else super().convert(value, param, ctx)


class Share(click.FloatRange):
    """A share between 0 and 1; the range of click lets nan through."""

    def __init__(self, *, above_zero: bool = False) -> None:
        super().__init__(0, 1, min_open=above_zero)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            name = param.opts[0] if param else "share"
            least = (
                ("应大于 0 且不超过 1", "expected above 0 and at most 1")
                if self.min_open
                else ("应在 0 到 1 之间", "expected 0 to 1")
            )
            raise Unusable(f"{name} 是 {value}；{least[0]}", f"{name} is {value}; {least[1]}")
        return found


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--lang zh|en, Chinese unless told otherwise (or DUIKOU_LANG)."""
    return click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="DUIKOU_LANG", show_default=True,
        help="语言 / language of what is printed",
    )(command)  # fmt: skip


def say(lang: str, zh: str, en: str) -> str:
    """The sentence in the language asked for."""
    return zh if lang == "zh" else en
