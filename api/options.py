"""Options that several files of commands share."""

from collections.abc import Callable
from typing import Any

import click


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--lang zh|en, Chinese unless told otherwise (or DUIKOU_LANG)."""
    return click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="DUIKOU_LANG", show_default=True,
        help="语言 / language of what is printed",
    )(command)  # fmt: skip
