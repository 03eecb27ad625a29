"""Personal data are refused by column, and no value turns up anywhere."""

from pathlib import Path

import pytest

from corpora import BadTable, inspect_tables, read, write_bad_rows, write_snapshot
from corpora.personal import is_identity_number, is_personal_header
from tests.corpora.files import text_file, workbook

# Made up: the form of an identity number with a right check digit, of a place code that does not exist.
IDENTITY = "99010120050101123"
IDENTITY += "10X98765432"[sum(w * int(d) for w, d in zip((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), IDENTITY, strict=True)) % 11]  # fmt: skip  # noqa: E501
MOBILE = "13900000000"
HEAD = ["专业编号", "年份", "毕业生数"]
ROW = ["P1", "2025", "30"]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("姓名", "张某某"),
        ("学生姓名", "张某某"),
        ("身份证号", "x"),
        ("联系电话", "0551-1"),
        ("手机", ""),
        ("学号", "20230001"),
        ("Name of student", "Zhang"),
        ("备注", IDENTITY),
        ("备注", IDENTITY.lower()),
        ("备注", f"班主任 {MOBILE}"),
        ("备注", "电话：139 0000 0000"),
        ("备注", "+86-139-0000-0000"),
        ("", MOBILE),
        (f"电话{MOBILE}", "x"),
    ],
)
def test_refused_and_never_repeated(tmp_path: Path, label: str, value: str) -> None:
    rows = [[*HEAD, label], [*ROW, value], ["P2", "约2025", "30", ""]]
    for path in (text_file(tmp_path / "a.csv", rows), workbook(tmp_path / "a.xlsx", {"S": rows})):
        corpus = inspect_tables(path, "outcomes")
        assert {issue.code for issue in corpus.issues} == {"personal_data"}
        assert len(corpus.rows) == 0
        assert len(corpus.bad_rows) == corpus.seen == 2
        write_bad_rows(corpus, tmp_path / "bad.csv")
        everything = (tmp_path / "bad.csv").read_text("utf-8-sig") + repr(corpus)
        everything += "".join(issue.message(lang) for issue in corpus.issues for lang in ("zh", "en"))
        assert not value or len(value) < 2 or value not in everything
        assert MOBILE not in everything
        with pytest.raises(BadTable):
            read(path, "outcomes", accept_good_rows=True)
        with pytest.raises(BadTable):
            write_snapshot(corpus, "outcomes", tmp_path / "snapshots")
        assert not (tmp_path / "snapshots").exists()


def test_one_bad_file_refuses_all_that_came_with_it(tmp_path: Path) -> None:
    good = text_file(tmp_path / "good.csv", [HEAD, ROW])
    bad = text_file(tmp_path / "bad.csv", [[*HEAD, "手机"], ["P2", "2025", "3", MOBILE]])
    corpus = inspect_tables([good, bad], "outcomes")
    assert len(corpus.rows) == 0
    assert corpus.issues[0].source == "bad.csv"


def test_numbers_in_workbooks_and_in_cells_beyond_the_header(tmp_path: Path) -> None:
    assert inspect_tables(
        workbook(tmp_path / "a.xlsx", {"S": [[*HEAD, "备注"], [*ROW, float(MOBILE)]]}), "outcomes"
    ).issues[0].code == "personal_data"  # fmt: skip
    corpus = inspect_tables(text_file(tmp_path / "a.csv", [HEAD, [*ROW, MOBILE]]), "outcomes")
    assert [issue.code for issue in corpus.issues] == ["personal_data"]
    assert MOBILE not in repr(corpus)


def test_what_only_looks_like_it_passes(tmp_path: Path) -> None:
    # Institution code and catalogue code: eleven digits like a mobile number.
    rows = [
        ["专业编号", "专业名称", "课程", "说明"],
        ["13742460301", "机电一体化技术", "电工技术", "见 https://a.cn/13900000000"],
    ]
    assert len(read(text_file(tmp_path / "a.csv", rows), "programs")) == 1
    wrong = IDENTITY[:-1] + ("0" if IDENTITY[-1] != "0" else "1")
    assert is_identity_number(IDENTITY)
    assert not is_identity_number(wrong)
    assert not is_identity_number("990101200513011230")
    for label in ("专业名称", "name", "学生数", "在校生数", "program_name", "复核人", "student count", "institution"):
        assert not is_personal_header(label)


def test_a_remark_with_a_telephone_number_is_left_out_and_harmless(tmp_path: Path) -> None:
    rows = [HEAD, ROW, [f"填表人：张某某 {MOBILE}", "", ""]]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "outcomes")
    assert not corpus.issues
    assert MOBILE not in repr(corpus)
