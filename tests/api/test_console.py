"""What the command line prints can be read: no figure is torn apart at the end of a line."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from api.console import Sentence

SAID = (
    "可达岗位的100%在战略产业链（集成电路），增长低估值+6.3%，可增招空间214.25人 [需求数据偏少：实际落实多于所列岗位]",
    "104.33 graduates of 3 programs a year look for 3.2 posts (3%, certain to >99%); at least 101.13 find none, 2024–2026",
)


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize("width", range(14, 60))
def test_a_sentence_is_folded_but_no_number_is(text: str, width: int) -> None:
    shown = io.StringIO()
    Console(file=shown, width=width, highlight=False).print(Sentence(Text(text)))
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert max(map(cell_len, lines)) <= width
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    figure = r"[+>]?\d[\d.%–]*"
    assert re.findall(figure, "\n".join(lines)) == re.findall(figure, text)
    assert not [line for line in lines if line[0] in "，。；、）"]
