"""The Word template of the product, made by code: styles, cover, headers and fields, no words of a report.

`duikou template report` writes it for an office to adapt: what has to stay are the fields {{ title }}, {{ header }},
{{ contents }}, {{ label }} and the loop over `subtitle`, a paragraph with {{ toc_place }} and one with {{ body_place }}.
Styles are found by name; one that is missing is Normal.

Measures follow the national format of official documents (GB/T 9704): A4, 37 mm above and 28 mm to the left, running
text in 16 points of FangSong on lines of 28 points, headings in SimHei and KaiTi, page numbers between dashes outside.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document as open_docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

# (Latin, Chinese): the customary faces; a machine without them shows its own, named as alternatives in the font table.
TEXT, HEI, KAI, SONG = (
    ("Times New Roman", "仿宋"),
    ("Arial", "黑体"),
    ("Times New Roman", "楷体"),
    ("Times New Roman", "宋体"),
)
ALTERNATIVES = {
    "仿宋": "Noto Serif CJK SC",
    "黑体": "Noto Sans CJK SC",
    "楷体": "Noto Serif CJK SC",
    "宋体": "Noto Serif CJK SC",
}
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}


def write_template(file: Path) -> Path:
    """Writes the template for an office to adapt."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(template())
    return file


@cache
def template() -> bytes:
    """The template as a file's content."""
    document = open_docx()
    for relation in list(document.part.package.rels.values()):
        # The picture of an empty page that the library puts in.
        if relation.reltype.endswith("/thumbnail"):
            document.part.package.rels.pop(relation.rId)
    for paragraph in list(document.paragraphs):
        paragraph._element.getparent().remove(paragraph._element)
    section = document.sections[0]
    section.page_width, section.page_height, section.orientation = Mm(210), Mm(297), WD_ORIENT.PORTRAIT
    for side, measure in MARGINS.items():
        setattr(section, side, Mm(measure))
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    section.different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = True
    _styles(document)
    _alternatives(document)
    _cover(document)
    for header in (section.header, section.even_page_header):
        paragraph = header.paragraphs[0]
        paragraph.style = document.styles["Header"]
        paragraph.add_run("{{ header }}")
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _page_number(footer.paragraphs[0], document, side)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _cover(document: Any) -> None:
    document.add_paragraph("{{ title }}", style="Title")
    document.add_paragraph("{%p for line in subtitle %}", style="Subtitle")
    document.add_paragraph("{{ line }}", style="Subtitle")
    document.add_paragraph("{%p endfor %}", style="Subtitle")
    document.add_paragraph("{%p if label %}", style="Subtitle")
    document.add_paragraph("{{ label }}", style="Report Label")
    document.add_paragraph("{%p endif %}", style="Subtitle")
    heading = document.add_paragraph("{{ contents }}", style="TOC Heading")
    heading.paragraph_format.page_break_before = True
    document.add_paragraph("{{ toc_place }}")
    document.add_paragraph("{{ body_place }}")


def _styles(document: Any) -> None:
    # Punctuation takes its Chinese shapes from the language, not from the face.
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    _font(document.styles["Normal"], TEXT, 16)
    body = _style(document, "Body Text", TEXT, 16)
    _lines(body, 28)
    body.paragraph_format.first_line_indent = Pt(32)
    item = _style(document, "List Bullet", TEXT, 16)
    _lines(item, 28)
    note = _style(document, "Report Note", TEXT, 10.5, colour="55606D")
    note.paragraph_format.space_before = note.paragraph_format.space_after = Pt(4)
    for name in ("Report Warning", "Report Label"):
        warning = _style(document, name, KAI, 14)
        _lines(warning, 24)
        _shade(warning, "FFF7DF", "C58B00")
        warning.paragraph_format.space_before = warning.paragraph_format.space_after = Pt(6)
    title = _style(document, "Title", HEI, 24)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(150), Pt(60)
    _lines(title, 40)
    _without_border(title)
    subtitle = _style(document, "Subtitle", KAI, 15)
    subtitle.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _lines(subtitle, 26)
    for name, face, size in (
        ("Heading 1", HEI, 16),
        ("Heading 2", KAI, 16),
        ("Heading 3", TEXT, 16),
        ("TOC Heading", HEI, 18),
    ):
        heading = _style(document, name, face, size, bold=name == "Heading 3")
        _lines(heading, 30)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(4)
        heading.paragraph_format.keep_with_next = True
    caption = _style(document, "Caption", HEI, 10.5)
    caption.paragraph_format.space_before = caption.paragraph_format.space_after = Pt(6)
    _style(document, "Table Text", SONG, 9)
    _style(document, "Table Text Small", SONG, 7)
    for name in ("Header", "Footer"):
        _style(document, name, SONG, 9 if name == "Header" else 14, colour="55606D" if name == "Header" else None)
    for level, indent in ((1, 0), (2, 16)):
        entry = _style(document, f"TOC {level}", TEXT, 12)
        entry.paragraph_format.left_indent = Pt(indent)
        entry.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        _lines(entry, 20)


def _style(
    document: Any, name: str, face: tuple[str, str], size: float, *, bold: bool = False, colour: str | None = None
) -> Any:
    """The style of this name, made where it is missing, in this face."""
    known = {style.name: style for style in document.styles}
    style = known.get(name) or document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    _font(style, face, size)
    style.font.bold, style.font.italic = bold, False
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.0
    style.font.color.rgb = RGBColor.from_string(colour or "000000")
    return style


def _font(style: Any, face: tuple[str, str], size: float) -> None:
    style.font.name, style.font.size = face[0], Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{attribute}"), None)
    fonts.set(qn("w:eastAsia"), face[1])
    fonts.set(qn("w:hint"), "eastAsia")


def _lines(style: Any, points: float) -> None:
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = Pt(points)


def _shade(style: Any, fill: str, bar: str) -> None:
    properties = style.element.get_or_add_pPr()
    border = OxmlElement("w:pBdr")
    left = OxmlElement("w:left")
    for key, value in (("val", "single"), ("sz", "24"), ("space", "6"), ("color", bar)):
        left.set(qn(f"w:{key}"), value)
    border.append(left)
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{key}"), value)
    spacing = properties.find(qn("w:spacing"))
    for element in (border, shade):
        if spacing is not None:
            spacing.addprevious(element)
        else:
            properties.append(element)


def _without_border(style: Any) -> None:
    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        border.getparent().remove(border)


def _alternatives(document: Any) -> None:
    """Free faces for machines without the customary ones."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/fontTable")), None)
    if part is None:
        return
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", entries.encode() + b"</w:fonts>")


def _page_number(paragraph: Any, document: Any, side: Any) -> None:
    paragraph.style = document.styles["Footer"]
    paragraph.alignment = side
    paragraph.add_run("— ")
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run()
        if kind == "text":
            run.text = text or ""
        elif kind is None:
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {text} "
            run._element.append(code)
        else:
            character = OxmlElement("w:fldChar")
            character.set(qn("w:fldCharType"), kind)
            run._element.append(character)
    paragraph.add_run(" —")
