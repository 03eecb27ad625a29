"""Every notebook runs on the real encoder, opens as a notebook, and has a page that is not older than it."""

import ast
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from notebooks.render import PAGES, digest, opened, page, run, scripts

LARGEST_PAGE = 150_000
# What a user may import: the public API, and what a notebook of data is written with.
PUBLIC = {"corpora", "corpora.starter", "matcher", "reports", "indexes.encoder", "pandas", "numpy"}
STANDARD = {"os", "hashlib", "itertools", "collections.abc"}
# What a reader came for: words that the cells of a notebook show, and how many charts.
SHOWS = {
    "01_first_look": (["核定过剩", "分析建议", "网约配送员", "assessment.json"], 2),
    "02_one_program": (["判定过程", "供需核算表", "怎样会改变结论", "对接最好的岗位"], 2),
    "03_other_rules": (["暂停招生", "待核", "shandong-2017", "参数surplus.rate"], 1),
    "04_own_crosswalk": (["仅对应表", "康复辅助技术咨询师", "文本加复核"], 0),
    "05_english": (["Registered Nursing", "phase out", "Flag"], 1),
    "06_own_encoder": (["急诊护士", "False", "未校准"], 0),
    "07_intake_plan": (["岗位容纳率即可达到90%", "最高岗位容纳率", "停招"], 1),
}


def test_every_notebook_has_its_expectations() -> None:
    assert [script.stem for script in scripts()] == sorted(SHOWS)


@pytest.mark.parametrize("script", scripts(), ids=lambda s: s.stem)
def test_it_runs_and_shows_what_it_promises(script: Path) -> None:
    notebook = run(script)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    complaints = [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert complaints == []
    text, drawings = page(script, notebook)
    words, number = SHOWS[script.stem]
    assert [word for word in words if word not in _outputs(outputs)] == []
    assert len(drawings) == number
    assert str(Path.home()) not in text


@pytest.mark.parametrize("script", scripts(), ids=lambda s: s.stem)
def test_it_uses_the_public_interface_alone(script: Path) -> None:
    found = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    assert found <= PUBLIC | STANDARD


@pytest.mark.parametrize("script", scripts(), ids=lambda s: s.stem)
def test_it_opens_as_a_notebook(script: Path, tmp_path: Path) -> None:
    jupytext.write(opened(script), tmp_path / "notebook.ipynb")
    notebook = nbformat.read(tmp_path / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert {cell.cell_type for cell in notebook.cells} == {"markdown", "code"}


@pytest.mark.parametrize("script", scripts(), ids=lambda s: s.stem)
def test_every_paragraph_has_its_english_line(script: Path) -> None:
    for cell in opened(script).cells:
        if cell.cell_type == "markdown":
            paragraphs = [p for p in cell.source.split("\n\n") if not p.startswith("#")]
            assert [bool(re.search("[\u4e00-\u9fff]", p)) for p in paragraphs] == [True, False], cell.source
            assert re.fullmatch(r"\*.*\*", paragraphs[1])


@pytest.mark.parametrize("script", scripts(), ids=lambda s: s.stem)
def test_its_page_is_not_older_than_the_script(script: Path) -> None:
    rendered = PAGES / f"{script.stem}.md"
    head = rendered.read_text(encoding="utf-8").splitlines()[0]
    assert digest(script) in head, f"{script.name} has changed: make notebooks"
    for file in PAGES.glob(f"{script.stem}*"):
        assert file.stat().st_size < LARGEST_PAGE, file.name


def test_no_page_is_left_of_a_notebook_that_is_gone() -> None:
    known = {script.stem for script in scripts()}
    assert {re.sub(r"(-\d+)?\.(md|svg)$", "", f.name) for f in PAGES.iterdir() if f.name != "README.md"} == known


def _outputs(outputs: list[Any]) -> str:
    parts = [o.get("text", "") for o in outputs]
    for output in outputs:
        parts += [v for form, v in output.get("data", {}).items() if form.startswith("text/")]
    return "\n".join(parts)
