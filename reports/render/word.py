"""A report as a Word document on the template of the product or of an office (see `word_template`).

The body is written as WordprocessingML at once: real headings with bookmarks, a table of contents, captions with
sequence fields, tables whose header repeats on every page, pages turned for wide tables.
"""

from copy import deepcopy
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docxtpl import DocxTemplate

from reports.content import GAP, Document, Figure, Paragraph, Section, Table, clean
from reports.render.word_template import template
from reports.words import word

TOC, BODY = "\ue001", "\ue002"
PORTRAIT, LANDSCAPE = 156, 257
TALLEST = 150
RIGHT = '<w:jc w:val="right"/>'
FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
STYLES = {"body": "Body Text", "item": "List Bullet", "note": "Report Note", "warning": "Report Warning"}


def docx(document: Document, own: Path | None = None) -> bytes:
    """The whole file.

    Args:
        own: an office's template with the same fields; that of the product if None.
    """
    made = DocxTemplate(str(own) if own else BytesIO(template()))
    fields = {
        "title": clean(document.title),
        "subtitle": [clean(line) for line in document.subtitle],
        "label": clean(document.label),
        "header": clean(document.header),
        "contents": word("contents", document.language),
        "toc_place": TOC,
        "body_place": BODY,
    }
    made.render(fields, autoescape=True)
    writer = _Writer(made.docx, document)
    places = {p.text: p._element for p in made.docx.paragraphs if p.text in (TOC, BODY)}
    for marker, elements in ((TOC, writer.contents), (BODY, writer.body)):
        if marker in places:
            for element in elements():
                places[marker].addprevious(element)
            places[marker].getparent().remove(places[marker])
    made.docx.core_properties.title = clean(document.title)
    made.docx.core_properties.author = "duikou"
    made.docx.core_properties.language = "zh-CN" if document.language == "zh" else "en-GB"
    made.docx.core_properties.created = made.docx.core_properties.modified = datetime.fromisoformat(document.day)
    stream = BytesIO()
    made.docx.save(stream)
    return _undated(stream)


def _undated(stream: BytesIO) -> bytes:
    """The archive without the hour at which each part was put in."""
    found = BytesIO()
    with ZipFile(stream) as written, ZipFile(found, "w", ZIP_DEFLATED) as kept:
        for part in written.namelist():
            kept.writestr(ZipInfo(part), written.read(part), ZIP_DEFLATED)
    return found.getvalue()


class _Writer:
    """Writes the elements of one document; styles are found by name in its template."""

    def __init__(self, file: Any, document: Document) -> None:
        self.file, self.document = file, document
        self.ids = {style.name: style.style_id for style in file.styles}
        self.numbering = document.numbering()
        self.broken = False
        # Headings with their bookmark, in order.
        self.headings = [(f"_Toc{number:05d}", section) for number, section in enumerate(document.sections, 1)]
        self.headings.append(("_Toc00000", Section(word("definitions", document.language), 1, new_page=True)))

    def contents(self) -> list[Any]:
        """The table of contents: filled in, and a field that Word brings up to date."""
        entries = [(mark, section) for mark, section in self.headings if section.level < 3]
        found = []
        for number, (mark, section) in enumerate(entries):
            start = _field_start(' TOC \\o "1-2" \\h \\z \\u ') if number == 0 else ""
            end = FIELD_END if number == len(entries) - 1 else ""
            page = _field(f" PAGEREF {mark} \\h ", " ")
            link = f'<w:hyperlink w:anchor="{mark}" w:history="1">{_run(section.title)}<w:r><w:tab/></w:r>{page}</w:hyperlink>'
            found.append(self._paragraph(f"TOC {section.level}", start + link + end))
        return found

    def body(self) -> list[Any]:
        """Everything after the contents."""
        found: list[Any] = []
        turned = False
        for mark, section in self.headings[:-1]:
            if section.wide or turned:
                found.append(self._break(turned))
            first = not found
            found.append(self._heading(mark, section, (section.new_page or first) and not (section.wide or turned)))
            turned = section.wide
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    found.append(self._paragraph(STYLES[block.role], _run(block.text)))
                elif isinstance(block, Figure):
                    found += self._figure(block)
                else:
                    found += self._table(block, LANDSCAPE if section.wide else PORTRAIT)
        if turned:
            found.append(self._break(turned))
        found.append(self._heading(*self.headings[-1], not turned))
        for term, meaning in self.document.definitions:
            found.append(self._paragraph("Body Text", f"{_run(f'{term}  ', bold=True)}{_run(meaning)}"))
        if self.broken:
            last = self.file.element.body.sectPr
            for element in last.findall(qn("w:titlePg")):
                last.remove(element)
        return found

    def _paragraph(self, style: str, runs: str, extra: str = "") -> Any:
        name = f'<w:pStyle w:val="{self.ids[style]}"/>' if style in self.ids else ""
        return parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{name}{extra}</w:pPr>{runs}</w:p>")

    def _heading(self, mark: str, section: Section, new_page: bool) -> Any:
        number = int(mark.removeprefix("_Toc"))
        runs = (
            f'<w:bookmarkStart w:id="{number}" w:name="{mark}"/>{_run(section.title)}<w:bookmarkEnd w:id="{number}"/>'
        )
        return self._paragraph(f"Heading {section.level}", runs, "<w:pageBreakBefore/>" if new_page else "")

    def _break(self, turned: bool) -> Any:
        """Ends a run of pages of one orientation."""
        properties = deepcopy(self.file.element.body.sectPr)
        if self.broken:
            # Only the cover has no header.
            for element in properties.findall(qn("w:titlePg")):
                properties.remove(element)
        self.broken = True
        if turned:
            size, margins = properties.find(qn("w:pgSz")), properties.find(qn("w:pgMar"))
            width, height = size.get(qn("w:w")), size.get(qn("w:h"))
            size.set(qn("w:w"), height)
            size.set(qn("w:h"), width)
            size.set(qn("w:orient"), "landscape")
            for side in ("top", "bottom", "left", "right"):
                margins.set(qn(f"w:{side}"), str(int(Mm(20).twips)))
            for side in ("header", "footer"):
                margins.set(qn(f"w:{side}"), str(int(Mm(10).twips)))
        paragraph = parse_xml(f"<w:p {nsdecls('w')}><w:pPr/></w:p>")
        paragraph.pPr.append(properties)
        return paragraph

    def _caption(self, key: str, keep: bool) -> Any:
        label, number, text = self.numbering[key]
        sequence = _field(f" SEQ {label.strip()} \\* ARABIC ", str(number))
        runs = f"{_run(label)}{sequence}{_run(GAP[self.document.language] + text)}"
        return self._paragraph("Caption", runs, "<w:keepNext/>" if keep else "")

    def _figure(self, figure: Figure) -> list[Any]:
        width = min(PORTRAIT, TALLEST * figure.aspect)
        inline = self.file.part.new_pic_inline(BytesIO(figure.chart.png()), Mm(width), None)
        inline.docPr.set("descr", clean(figure.chart.title))
        picture = self._paragraph("Normal", "<w:r/>", '<w:keepNext/><w:jc w:val="center"/>')
        drawing = parse_xml(f"<w:drawing {nsdecls('w')}/>")
        drawing.append(inline)
        picture.r_lst[0].append(drawing)
        note = self._paragraph("Report Note", _run(figure.chart.note))
        return [picture, self._caption(figure.key, keep=True), note]

    def _table(self, table: Table, width: int) -> list[Any]:
        style = self.ids.get("Table Text Small" if width == LANDSCAPE else "Table Text", "")
        # Twentieths of a point; letters are as large as the template's styles have them.
        widths = [int(56.7 * mm) for mm in table.widths(width, 7 if width == LANDSCAPE else 9)]
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        right = [column.kind != "text" for column in table.columns]
        head = _row(style, [c.head for c in table.columns], widths, right, "head")
        rows = [
            _row(style, texts, widths, right, row.role) for row, texts in zip(table.rows, table.texts(), strict=True)
        ]
        element = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>'
            '<w:top w:val="single" w:sz="10" w:space="0" w:color="1D2733"/>'
            '<w:bottom w:val="single" w:sz="10" w:space="0" w:color="1D2733"/>'
            '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D9DEE4"/></w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>'
            f"</w:tblCellMar><w:tblCaption w:val={quoteattr(clean(table.caption))}/></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{head}{''.join(rows)}</w:tbl>"
        )
        note = self._paragraph("Report Note", _run(self.document.note_under(table)))
        return [self._caption(table.key, keep=True), element, note]


def _row(style: str, texts: list[str], widths: list[int], right: list[bool], role: str) -> str:
    fill = {"head": "F4F6F8", "group": "EEF3F8"}.get(role)
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    rule = (
        '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="1D2733"/></w:tcBorders>'
        if role == "head"
        else ""
    )
    place = '<w:vAlign w:val="bottom"/>' if role == "head" else ""
    repeat = "<w:tblHeader/>" if role == "head" else ""
    cells = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rule}{shade}{place}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f"{RIGHT if aligned else ''}</w:pPr>{_run(text, bold=role != 'body')}</w:p></w:tc>"
        for text, width, aligned in zip(texts, widths, right, strict=True)
    ]
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(cells)}</w:tr>"


def _run(text: str, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(_kept(text))}</w:t></w:r>'


def _kept(text: str) -> str:
    """Cleaned, with the spaces at either end that set a term apart."""
    return f"{' ' if text[:1] == ' ' else ''}{clean(text)}{' ' if text[-1:] == ' ' else ''}" if text.strip() else text


def _field_start(code: str) -> str:
    # Page numbers are known to the word processor alone: it is asked to fill them in.
    dirty = ' w:dirty="true"' if "TOC" in code else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{dirty}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(code)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _field(code: str, shown: str) -> str:
    return f"{_field_start(code)}{_run(shown)}{FIELD_END}"
