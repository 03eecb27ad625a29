"""Templates: filled in, they read back; who has not returned one is named."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from corpora import TABLES, inspect_tables, missing_senders, read, write_template
from corpora.cells import as_text, parse_cell
from corpora.issues import Lang
from corpora.template import example
from tests.corpora.files import workbook


def filled(tmp_path: Path, kind: str, lang: Lang, name: str, **values: Any) -> Path:
    """A template with one row entered below the example, as a college would return it."""
    path = write_template(kind, tmp_path / f"template-{name}.xlsx", lang)
    with CalamineWorkbook.from_path(path) as book:
        sheets: dict[str, Any] = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    form = next(iter(sheets))
    sheets[form].append([values.get(column.name, example(column, lang)) for column in TABLES[kind].columns])
    return workbook(tmp_path / f"{name}.xlsx", sheets)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", list(TABLES))
def test_every_template_reads_back(tmp_path: Path, kind: str, lang: Lang) -> None:
    corpus = inspect_tables(filled(tmp_path, kind, lang, "returned"), kind)
    assert not corpus.issues
    assert [notice.code for notice in corpus.notices] == ["example_row"]
    assert len(corpus.rows) == 1
    for column in TABLES[kind].columns:
        value = parse_cell(column, example(column, lang))
        assert as_text(corpus.rows.at[0, column.name]) == as_text(value), column.name


@pytest.mark.parametrize("kind", list(TABLES))
def test_an_empty_template_has_no_data(tmp_path: Path, kind: str) -> None:
    corpus = inspect_tables(write_template(kind, tmp_path / "a.xlsx"), kind)
    assert [issue.code for issue in corpus.issues] == ["no_rows"]
    with CalamineWorkbook.from_path(tmp_path / "a.xlsx") as book:
        form, guide = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
        assert book.sheet_names[1] == "填写说明"
    assert str(form[1][0]).startswith("示例")
    starred = [str(label).endswith("*") for label in form[0]]
    assert starred == [column.required for column in TABLES[kind].columns]
    assert [row[1] for row in guide[2:]] == list(TABLES[kind].names)


def test_checks_and_drop_downs_are_in_the_workbook(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(write_template("demands", tmp_path / "a.xlsx")) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '"上游,中游,下游"' in sheet
    assert sheet.count("<dataValidation ") > 10
    assert 'type="whole"' in sheet
    assert 'state="frozen"' in sheet


def test_two_returned_workbooks_are_one_table_and_the_third_is_missing(tmp_path: Path) -> None:
    one = filled(tmp_path, "programs", "zh", "甲", program_id="A1", institution="甲学院")
    two = filled(tmp_path, "programs", "zh", "乙", program_id="B1", institution="乙学院")
    assert read([one, two], "programs")["program_id"].tolist() == ["A1", "B1"]
    bad = filled(tmp_path, "programs", "zh", "丙", program_id="", institution="丙学院")
    corpus = inspect_tables([one, two, bad], "programs")
    colleges = ["丁学院", "甲学院", "丙学院", "乙学院"]
    assert missing_senders(corpus, colleges, "institution") == ["丁学院"]
    assert missing_senders(corpus.rows, colleges, "institution") == ["丁学院", "丙学院"]
    with pytest.raises(ValueError, match="no column"):
        missing_senders(corpus, colleges, "college")


def test_a_template_needs_a_workbook_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xlsx"):
        write_template("programs", tmp_path / "a.csv")
