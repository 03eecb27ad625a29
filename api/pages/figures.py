"""How figures are written on pages: the same rounding as in files, with signs that read well and print well."""

from typing import Any

from corpora.frames import empty
from matcher.policy.reasons import rate_text

NONE = "–"


def persons(value: Any) -> str:
    """Persons or posts a year to the hundredth that placement computes in; "–" where unknown."""
    return NONE if empty(value) else f"{float(value):,.2f}"


def whole(value: Any) -> str:
    """A count; "–" where unknown."""
    return NONE if empty(value) else f"{int(value):,}"


def rate(value: Any) -> str:
    """A placeable rate in whole percent, rounded down."""
    return NONE if empty(value) else rate_text(float(value))


def share(value: Any) -> str:
    """A share in whole percent."""
    return NONE if empty(value) else f"{float(value):.0%}"


def certainty(value: Any) -> str:
    """A probability: never 100 % and never 0 %, since no estimate is."""
    if empty(value):
        return NONE
    if float(value) > 0.99:
        return ">99%"
    if float(value) < 0.01:
        return "<1%"
    return f"{float(value):.0%}"


def signed(value: Any, digits: int = 2) -> str:
    """A difference with its sign, the minus as long as the plus."""
    if empty(value):
        return NONE
    number = round(float(value), digits)
    return "0" if number == 0 else f"{number:+,.{digits}f}".replace("-", "−")
