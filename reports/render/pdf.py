"""A report as a tagged PDF (PDF/UA-1) with bookmarks, set by Typst from report.typ; the words travel as data, never as markup."""

import json
import unicodedata
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reports.content import Block, Document, Figure, Paragraph, Section, clean
from reports.fonts import faces
from reports.words import word

SQUARE = "□"
# Width of the text in mm, as the page's margins in report.typ leave it.
PORTRAIT, LANDSCAPE = 156.0, 261.0
# Up to so many columns letters are so large, in points.
SIZES = ((7, 9.0), (10, 7.8), (10_000, 6.8))


def pdf(document: Document) -> bytes:
    """The whole file.

    Raises:
        reports.fonts.NoFont: this machine has no face for Chinese characters.
    """
    import typst

    found = faces()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        layout = place / "report.typ"
        layout.write_bytes((files("reports") / "templates" / "report.typ").read_bytes())
        data = json.dumps({**_data(document), "faces": asdict(found)}, ensure_ascii=False)
        texts = {"document.json": data, **{f"{f.key}.svg": f.chart.svg() for f in document.figures()}}
        # PDF/UA wants a shape for every character. Where no face has one for a symbol, a square stands for it; a script
        # that no face has leaves the file tagged, and without the claim.
        bare = {name: _without_symbols(text) for name, text in texts.items()}
        attempts: list[tuple[dict[str, str], Any]] = [(texts, ["ua-1"]), (bare, ["ua-1"]), (texts, [])]
        for contents, standards in attempts:
            for name, content in contents.items():
                (place / name).write_text(content, encoding="utf-8")
            try:
                return bytes(typst.compile(str(layout), format="pdf", pdf_standards=standards))
            except typst.TypstError as fault:
                if "could not be displayed" not in str(fault):
                    raise
        raise AssertionError("without a standard no character is refused")


def _without_symbols(text: str) -> str:
    """Emoji and their like as squares; what joins or colours them is dropped."""
    kinds = {character: unicodedata.category(character) for character in set(text) if ord(character) > 0x2000}
    gone = {c for c, kind in kinds.items() if kind == "Cf" or c in "\ufe0e\ufe0f" or 0x1F3FB <= ord(c) <= 0x1F3FF}
    squares = {c for c, kind in kinds.items() if kind == "So" and ord(c) > 0xFFFF} - gone
    return text.translate({ord(c): SQUARE if c in squares else None for c in squares | gone})


def _data(document: Document) -> dict[str, Any]:
    """The document as report.typ reads it."""
    captions = document.captions()
    return {
        "title": clean(document.title),
        "subtitle": [clean(line) for line in document.subtitle],
        "label": clean(document.label),
        "header": clean(document.header),
        "day": [int(part) for part in document.day.split("-")],
        "language": document.language,
        "contents": word("contents", document.language),
        "definitions_title": word("definitions", document.language),
        "definitions": [[clean(a), clean(b)] for a, b in document.definitions],
        "sections": [
            {
                "title": clean(section.title),
                "level": section.level,
                "new_page": section.new_page,
                "wide": section.wide,
                "blocks": [_block(block, captions, document, section) for block in section.blocks],
            }
            for section in document.sections
        ],
    }


def _block(block: Block, captions: dict[str, str], document: Document, section: Section) -> dict[str, Any]:
    """A block; a figure that others follow may move to where a page has room, one that ends a section stays."""
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "role": block.role, "text": clean(block.text)}
    if isinstance(block, Figure):
        return {
            "type": "figure",
            "file": f"{block.key}.svg",
            "caption": clean(captions[block.key]),
            "aspect": block.aspect,
            "last": block is section.blocks[-1],
            "alt": clean(block.chart.title),
            "note": clean(block.chart.note),
        }
    size = next(points for most, points in SIZES if len(block.columns) <= most)
    widths = block.widths(LANDSCAPE if section.wide else PORTRAIT, size)
    return {
        "type": "table",
        "caption": clean(captions[block.key]),
        "size": size,
        "columns": [
            {"head": clean(column.head), "right": column.kind != "text", "width": width}
            for column, width in zip(block.columns, widths, strict=True)
        ],
        "rows": [{"role": row.role, "texts": texts} for row, texts in zip(block.rows, block.texts(), strict=True)],
        "note": clean(document.note_under(block)),
    }
