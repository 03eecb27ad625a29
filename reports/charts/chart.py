"""What every chart hands on: its table, its Vega-Lite specification, and the ways to show them, all offline.

A chart has three parts: a function of an assessment that gives its table, a function of that table that gives the
specification, and this object. Marks differ in shape, text or brightness, so that none needs its colour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

import altair as alt
import pandas as pd

from reports.words import word

# Okabe and Ito's blue and vermilion: told apart by every common kind of colour vision, and by brightness in print.
SHORT, SURPLUS = "#0072B2", "#D55E00"
INK, SOFT, PALE, GRID = "#1D2733", "#5B6876", "#D9DEE4", "#E9ECEF"
FONT = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Zen Hei',"
    "'Droid Sans Fallback',sans-serif"
)
FLAG_COLOURS = {
    "prioritize": "#004B87",
    "expand": "#3A9BDC",
    "upgrade": "#C99700",
    "maintain": "#9AA5B1",
    "phase_out": "#B23B00",
    "insufficient_evidence": "#6A4C93",
}
FLAG_SHAPES = {
    "prioritize": "triangle-up",
    "expand": "diamond",
    "upgrade": "square",
    "maintain": "circle",
    "phase_out": "triangle-down",
    "insufficient_evidence": "cross",
}


@dataclass(frozen=True)
class Chart:
    """A chart as it is shown.

    Attributes:
        title: what it shows, in words; also its text for those who cannot see it.
        note: how to read it, and what it does not say.
        data: the table behind it, one row a mark.
        spec: its Altair chart.
    """

    title: str
    note: str
    data: pd.DataFrame
    spec: alt.TopLevelMixin

    @cached_property
    def vega_lite(self) -> dict[str, Any]:
        """The Vega-Lite specification with its data inside."""
        return dict(self.spec.to_dict())

    def svg(self) -> str:
        """One self-contained SVG; nothing is fetched."""
        return self._drawing

    def png(self, scale: float = 2.0) -> bytes:
        """A picture of `scale` pixels a point."""
        import vl_convert

        return bytes(vl_convert.svg_to_png(self._drawing, scale=scale))

    @cached_property
    def _drawing(self) -> str:
        import vl_convert

        return str(vl_convert.vegalite_to_svg(self.vega_lite, allowed_base_urls=[]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """For notebooks: a picture, and the specification for those that draw themselves."""
        return {
            "image/svg+xml": self.svg(),
            "application/vnd.vegalite.v6+json": self.vega_lite,
            "text/plain": f"{self.title} ({len(self.data)})",
        }


def drawn(
    title: str, note: str, table: pd.DataFrame, spec: Callable[[pd.DataFrame, str], alt.TopLevelMixin], language: str
) -> Chart:
    """A chart of a table; one without rows says that there is nothing to draw."""
    if len(table):
        return Chart(title, note, table, spec(table, language))
    words = alt.Chart(pd.DataFrame({"text": [word("nothing_to_draw", language)]})).mark_text(fontSize=13, color=SOFT)
    return Chart(title, note, table, styled(words.encode(text="text:N").properties(width=400, height=40)))


def styled(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    """The house's fonts and lines on a finished chart."""
    return (
        chart.configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            titleColor=SOFT,
            labelColor=INK,
            gridColor=GRID,
            domainColor=PALE,
            tickColor=PALE,
        )
        .configure_legend(labelFontSize=11, titleFontSize=11, labelColor=INK, labelLimit=360)
        .configure_header(labelFontSize=12, labelFontWeight="bold", labelColor=INK)
    )


def signed(value: float) -> str:
    """A whole number with its sign, as a mark on a chart carries it."""
    return "0" if abs(value) < 0.5 else f"{value:+,.0f}".replace("-", "−")


def shortened(text: str, characters: int) -> str:
    """A label that fits, cut by an ellipsis: as many Chinese characters, or twice as many Latin letters."""
    widths = [2 if east_asian_width(letter) in "WF" else 1 for letter in text]
    if sum(widths) <= 2 * characters:
        return text
    room = sum(end <= 2 * (characters - 1) for end in accumulate(widths))
    return f"{text[:room]}…"
