"""Bytes of a text file -> text and delimiter, without asking the owner which encoding their program wrote.

UTF-8 is strict enough to recognise itself. GB18030 and Big5 both accept nearly everything, so both are tried and the
reading with more everyday characters is kept: a wrong reading consists of rare ones.
"""

import codecs
import csv
import io
import re
from functools import cache
from statistics import median
from typing import Final

DELIMITERS: Final = (",", "\t", ";")
ENOUGH_COMMON: Final = 0.6
SAMPLE: Final = 20_000
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Undecodable(ValueError):
    """Bytes that are no text in UTF-8, GB18030 or Big5."""


@cache
def common_characters() -> frozenset[str]:
    """First-level characters of GB2312 (rows 16 to 55) and Big5 (A440 to C67E), and Chinese punctuation."""
    simplified = bytes(b for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for b in (row, cell))
    tails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    traditional = bytes(b for lead in range(0xA4, 0xC7) for tail in tails for b in (lead, tail))
    marks = "，。、；：？！（）《》“”‘’【】—…·～％＋－／０１２３４５６７８９"
    texts = (simplified.decode("gb2312", "ignore"), traditional.decode("big5", "ignore"), marks)
    return frozenset("".join(texts))


def _common_share(text: str) -> float:
    foreign = re.sub(r"[\x00-\x7f]+", "", text)[:SAMPLE]
    known = common_characters()
    return sum(character in known for character in foreign) / len(foreign) if foreign else 1.0


def decode(data: bytes) -> str:
    """The text of a file.

    Raises:
        Undecodable: no reading makes sense.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as fault:
                raise Undecodable(str(fault)) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    readings = []
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.append((_common_share(text), text))
    best = max(readings, key=lambda reading: reading[0], default=(0.0, ""))
    if best[0] < ENOUGH_COMMON:
        raise Undecodable("neither UTF-8 nor GB18030 nor Big5")
    return best[1]


def delimiter(text: str, records: int = 20) -> str:
    """The delimiter that cuts the first records evenly, and among those the widest; a comma where none stands out.

    Cells may be full of the other marks (skills separated by semicolons): a wrong delimiter then cuts one record into
    many fields and the next into few, or leaves quotation marks inside of fields.
    """
    head = text[:100_000]

    def width(mark: str) -> tuple[float, float]:
        widths = []
        try:
            for record in csv.reader(io.StringIO(head), delimiter=mark):
                if record:
                    widths.append(len(record))
                if len(widths) == records:
                    break
        except csv.Error:
            pass
        if not widths:
            return 0, 0
        typical = median(widths)
        even = sum(w == typical for w in widths) / len(widths)
        return (even if typical > 1 else 0), typical

    return max(DELIMITERS, key=width)
