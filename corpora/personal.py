"""Personal data are refused at the door: identity numbers, telephone numbers, students' names.

The product needs counts only. What is found here is named by column and row and never repeated: not in a message, not
in a file of bad rows, not in a snapshot.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from corpora.cells import as_text, plain

_HEADERS: Final = re.compile(
    r"姓名|身份证|证件号|证件号码|手机|电话|联系方式|学号|学籍号|考籍号|考生号|准考证|护照|微信|qq号"
    r"|mobile|phone|^tel(no|number)?$|studentname|nameof(the)?student|student(id|no|number)$"
    r"|idcard|^idn(o|umber)$|identit(y|ication)n|identitycard|passport|surname|firstname|lastname"
)
_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
# Not inside longer runs of letters and digits, such as links and file numbers.
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z_/=.-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z_/=.-])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Fewer digits are no such number, whatever stands between them.
_DIGITS: Final = re.compile(r"(?:\d[ -]*){11}")
_WIDE: Final = {0xFF10 + digit: str(digit) for digit in range(10)}


def is_personal_header(label: str) -> bool:
    return bool(_HEADERS.search(plain(label)))


def is_identity_number(text: str) -> bool:
    """18 characters whose birth date exists and whose last character is the check digit of the others."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return "10X98765432"[total % 11] == text[17].upper()


def holds_personal_value(text: str, telephone: bool = True) -> bool:
    """Whether a text has an identity number in it, or a mobile number where those are looked for."""
    if not _DIGITS.search(text):
        return False
    text = text.translate(_WIDE)
    if telephone and _MOBILE.search(text):
        return True
    return any(is_identity_number(found.group()) for found in _IDENTITY.finditer(text))


def personal_rows(cells: Sequence[Any], telephone: bool = True) -> list[int]:
    """Positions of cells that hold a personal number.

    Args:
        cells: one column.
        telephone: False for identifiers and codes: those of a program are often eleven digits, institution code and
            catalogue code, and look like mobile numbers.
    """
    texts = [as_text(cell) for cell in cells]
    bad = {text for text in set(texts) if len(text) > 10 and holds_personal_value(text, telephone)}
    return [position for position, text in enumerate(texts) if text in bad] if bad else []
