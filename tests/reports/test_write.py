"""One report, four forms: each is read back, and says the same to the last digit as the assessment."""

import re
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import docx
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from corpora.frames import empty
from matcher import Assessment
from reports import write_report
from reports.annual import annual_report
from reports.content import HIDDEN, Document, Table, clean, shown
from reports.fonts import NoFont, faces
from reports.render.word_template import write_template
from reports.write import FORMATS, UnknownFormat, rendered
from tests.reports.hostile import NAMES, hostile_assessment
from tests.reports.reading import docx_tables, expected, figures_in, html_tables, pdf_numbers, xlsx_tables


@pytest.fixture(scope="module")
def internal(city: Assessment) -> Document:
    return annual_report(city, "internal", "zh", earlier=city)


@pytest.fixture(scope="module")
def files(internal: Document) -> dict[str, bytes]:
    return {form: rendered(internal, form) for form in FORMATS}


@pytest.fixture(scope="module")
def hostile() -> Document:
    return annual_report(hostile_assessment(), "internal", "zh")


@pytest.fixture(scope="module")
def hostile_files(hostile: Document) -> dict[str, bytes]:
    return {form: rendered(hostile, form) for form in FORMATS}


def named(document: Document, key: str) -> Table:
    return next(table for table in document.tables() if table.key == key)


def test_every_table_of_word_html_and_excel_reads_back_as_it_was_written(
    internal: Document, files: dict[str, bytes]
) -> None:
    wanted = [expected(table) for table in internal.tables()]
    assert len(wanted) >= 25
    assert docx_tables(files["docx"]) == wanted
    assert html_tables(files["html"]) == wanted
    assert xlsx_tables(files["xlsx"], internal) == wanted


def test_every_figure_of_the_tables_stands_in_the_pdf(internal: Document, files: dict[str, bytes]) -> None:
    found = pdf_numbers(files["pdf"])
    for table in internal.tables():
        numbers = [i for i, column in enumerate(table.columns) if column.kind in ("persons", "rate")]
        wanted = figures_in(" ".join(row[i] for row in table.texts() for i in numbers))
        assert wanted <= found, (table.key, wanted - found)


def test_the_school_list_has_the_figures_of_the_assessment(city: Assessment, internal: Document) -> None:
    table = named(internal, "school")
    keys = [column.key for column in table.columns]
    rows = {row.values[keys.index("program_id")]: dict(zip(keys, row.values, strict=True)) for row in table.rows}
    assert len(rows) == len(city.programs)
    for program in city.programs.itertuples():
        row = rows[program.program_id]
        assert shown(row["supply"], "persons") == shown(program.supply, "persons")
        assert shown(row["rate"], "rate") == shown(program.placeable_rate, "rate")
        assert shown(row["employment_mean"], "rate") == shown(program.employment_mean, "rate")
        if not empty(program.placeable_rate):
            exact = Decimal(str(program.placeable_rate)) * 100
            assert Decimal(shown(row["rate"], "rate").rstrip("%")) == exact


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_certificates_add_up_in_the_report(city: Assessment, edition: str) -> None:
    document = annual_report(city, edition, "en")  # type: ignore[arg-type]
    table = named(document, "certificates")
    keys = [column.key for column in table.columns]
    supply, posts = keys.index("supply"), keys.index("posts")
    sums = {supply: Decimal(0), posts: Decimal(0)}
    seen = 0
    for row in table.rows:
        if row.role == "group":
            sums = {supply: Decimal(0), posts: Decimal(0)}
        elif row.role == "total":
            assert {place: Decimal(shown(row.values[place], "persons")) for place in sums} == sums
            seen += 1
        else:
            for place in sums:
                if row.values[place] is not None:
                    sums[place] += Decimal(shown(row.values[place], "persons"))
    certified = [b for b in city.blocks if b["certified"]]
    assert seen == len(certified) if edition == "internal" else 0 < seen <= len(certified)


def test_the_public_edition_names_no_institution_and_shows_no_small_cell(city: Assessment) -> None:
    document = annual_report(city, "public", "zh")
    text = rendered(document, "html").decode()
    institutions = set(city.programs["institution"].dropna())
    assert not [name for name in institutions if name in text]
    assert not [p for p in city.programs["program_id"] if re.search(rf"\b{p}\b", text)]
    keys = {"students", "enrolled", "graduates", "supply"}
    hidden = 0
    for table in document.tables():
        for place, column in enumerate(table.columns):
            if column.key.split("_")[0] not in keys or column.kind not in ("count", "persons"):
                continue
            for row in table.rows:
                value = row.values[place]
                hidden += value is HIDDEN
                if value is not HIDDEN and not empty(value):
                    assert value == 0 or float(value) >= 10, (table.key, row)
    assert hidden > 0


def test_both_languages_have_the_same_tables_and_figures(city: Assessment) -> None:
    zh, en = (list(annual_report(city, "internal", language).tables()) for language in ("zh", "en"))
    # A document that was not read itself is said to be so in the language of the report.
    for said, other, tables in (("转引，原文待核", "original not read", zh), ("original not read", "转引", en)):
        assert said in str(tables)
        assert other not in str(tables)
    assert [t.key for t in zh] == [t.key for t in en]
    for first, second in zip(zh, en, strict=True):
        kinds = [i for i, c in enumerate(first.columns) if c.kind != "text"]
        assert [[r[i] for i in kinds] for r in first.texts()] == [[r[i] for i in kinds] for r in second.texts()]
        if first.key not in ("parameters", "documents", "manifest", "coverage", "sources"):
            assert not [
                c.head for c in second.columns if re.search("[\u4e00-\u9fff]", c.head) and c.key[:6] != "region"
            ]


def test_word_has_headings_contents_captions_page_numbers_and_repeating_headers(
    internal: Document, files: dict[str, bytes]
) -> None:
    file = docx.Document(BytesIO(files["docx"]))
    headings = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert [h[:2] for h in headings[:7]] == ["一、", "二、", "三、", "四、", "五、", "六、", "七、"]
    assert sum(h.startswith("附件") for h in headings) == 7
    xml = zipfile.ZipFile(BytesIO(files["docx"])).read("word/document.xml").decode()
    assert 'TOC \\o "1-2"' in xml
    assert xml.count("<w:tblHeader/>") == len(list(internal.tables()))
    captions = [p.text for p in file.paragraphs if p.style.name == "Caption"]
    assert len(captions) == len(list(internal.tables())) + len(list(internal.figures()))
    assert "PAGE" in file.sections[0].footer._element.xml
    assert any(s.page_width > s.page_height for s in file.sections)
    assert 'w:eastAsia="仿宋"' in file.styles.element.xml
    assert len(file.inline_shapes) == len(list(internal.figures()))


def test_an_office_keeps_the_fields_and_replaces_the_rest(internal: Document, tmp_path: Path) -> None:
    own = write_template(tmp_path / "own.docx")
    file = docx.Document(str(own))
    file.paragraphs[0].insert_paragraph_before("示例市教育局")
    file.save(str(own))
    made = docx.Document(BytesIO(rendered(internal, "docx", own)))
    assert made.paragraphs[0].text == "示例市教育局"
    assert internal.title in [p.text for p in made.paragraphs]
    assert len(made.tables) == len(list(internal.tables()))


def test_excel_has_filters_frozen_headers_charts_and_definitions(internal: Document, files: dict[str, bytes]) -> None:
    book = zipfile.ZipFile(BytesIO(files["xlsx"]))
    sheets = [book.read(n).decode() for n in book.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml", n)]
    tables = list(internal.tables())
    assert len(sheets) == len(tables) + 2
    assert sum("<pane " in s for s in sheets) == len(tables)
    assert sum("<autoFilter " in s for s in sheets) >= len(tables) - 1
    assert sum(n.startswith("xl/charts/chart") for n in book.namelist()) == sum(bool(t.bars) for t in tables)
    assert sum("<conditionalFormatting" in s for s in sheets) >= 5
    last = CalamineWorkbook.from_filelike(BytesIO(files["xlsx"])).sheet_names[-1]
    assert last == "指标说明"


def test_the_pdf_is_tagged_with_bookmarks_and_claims_accessibility(files: dict[str, bytes]) -> None:
    reader = pypdf.PdfReader(BytesIO(files["pdf"]))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert any(t.startswith("四、") for t in titles)


def test_html_needs_nothing_from_elsewhere(files: dict[str, bytes]) -> None:
    text = files["html"].decode()
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)
    assert "@import" not in text
    assert "<script" not in text


def test_hostile_names_are_texts_in_every_form(hostile: Document, hostile_files: dict[str, bytes]) -> None:
    wanted = [expected(table) for table in hostile.tables()]
    assert docx_tables(hostile_files["docx"]) == wanted
    assert html_tables(hostile_files["html"]) == wanted
    assert xlsx_tables(hostile_files["xlsx"], hostile) == wanted
    names = {cell for table in wanted for row in table for cell in row}
    # What joins an emoji to the next is dropped where tables are read.
    assert {clean(name).replace("\u200d", "") for name in NAMES} <= names


def test_hostile_files_are_well_formed(hostile_files: dict[str, bytes]) -> None:
    for form in ("docx", "xlsx"):
        for name in (archive := zipfile.ZipFile(BytesIO(hostile_files[form]))).namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
    formulas = re.findall(
        r"<f>(.*?)</f>",
        "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")),
    )
    assert all(re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)", formula) for formula in formulas)
    assert "<script>alert" not in hostile_files["html"].decode()
    reader = pypdf.PdfReader(BytesIO(hostile_files["pdf"]))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    for name in ("@SUM(A1:A9)", "{{title}}", "$x^2$", "+1+1"):
        assert name in text


def test_the_suffix_says_the_form(city: Assessment, tmp_path: Path) -> None:
    file = write_report(city, tmp_path / "a" / "报告.xlsx", language="en")
    assert CalamineWorkbook.from_path(str(file)).sheet_names[0] == "Report"
    with pytest.raises(UnknownFormat) as fault:
        write_report(city, tmp_path / "report.odt")
    assert "docx, xlsx, pdf, html" in fault.value.message("zh")


def test_a_machine_without_chinese_faces_is_told_which_package_to_install() -> None:
    with pytest.raises(NoFont) as fault:
        faces(frozenset({"DejaVu Sans", "Liberation Serif"}))
    assert "fonts-noto-cjk" in fault.value.message("zh")
    assert "fonts-noto-cjk" in fault.value.message("en")
    assert faces(frozenset({"Noto Sans CJK SC"})).text == "Noto Sans CJK SC"
    assert faces(frozenset({"FangSong", "SimHei", "KaiTi"})).sub_heading == "KaiTi"
