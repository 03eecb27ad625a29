"""Widths of a table's columns on paper: all of the page, and no word of a header over its neighbour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.content import Column, Row, Table

PAGE, SIZE = 156.0, 9.0
# A bold letter of a sans face is about half as wide as the type is high.
LETTER_MM = 0.5 * SIZE * 25.4 / 72


def table(heads: list[str], values: list[object], shares: list[float]) -> Table:
    kinds = ["text" if isinstance(value, str) else "count" for value in values]
    columns = [Column(f"c{i}", h, k, w) for i, (h, k, w) in enumerate(zip(heads, kinds, shares, strict=True))]  # type: ignore[arg-type]
    return Table("t", "t", tuple(columns), (Row(tuple(values)),))


def test_short_columns_keep_room_for_their_words_and_long_texts_take_the_rest() -> None:
    heads = ["Code", "Name", "Region", "Programs", "Reason"]
    values: list[object] = ["460301", "机电一体化技术", "中心城区", 2, "因为" * 200]
    widths = table(heads, values, [0.5, 2.0, 0.4, 0.2, 5.0]).widths(PAGE, SIZE)
    assert sum(widths) == pytest.approx(PAGE)
    assert all(width > len(head) * LETTER_MM for width, head in zip(widths, heads, strict=True))
    assert max(widths) == widths[4]


def test_a_figure_is_never_broken_and_a_chinese_header_has_more_than_a_character_a_line() -> None:
    widths = table(["招生计划人数", "说明"], [1_234_567, "说" * 500], [0.01, 9.0]).widths(PAGE, SIZE)
    assert widths[0] > max(7 * LETTER_MM, 3 * SIZE * 25.4 / 72)


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=300), st.floats(0.1, 9)), min_size=1, max_size=20))
def test_any_table_fills_the_page(columns: list[tuple[str, str, float]]) -> None:
    widths = table([h for h, _, _ in columns], [v for _, v, _ in columns], [w for _, _, w in columns]).widths(
        PAGE, SIZE
    )
    assert sum(widths) == pytest.approx(PAGE)
    assert min(widths) > 0
