"""Figures by the letter: rates and head counts of single years as reported, never smoothed."""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction

from matcher.policy.facts import ReportedYear

# Persons that a rate counts, of how many; None where the table does not report them.
Counted = Callable[[ReportedYear], tuple[int, int] | None]


def counted(counts: str, basis: str) -> Counted:
    """How a rate is counted.

    Args:
        counts: "employed", or "destinations": employed and further study together.
        basis: "initial", "year_end", or "any".
    """

    def of(year: ReportedYear) -> tuple[int, int] | None:
        if not year.graduates or year.employed is None or (basis != "any" and year.basis != basis):
            return None
        number = year.employed
        # Where both together exceed the graduates, further study must already be among the employed.
        if counts == "destinations" and number + (year.further_study or 0) <= year.graduates:
            number += year.further_study or 0
        return number, year.graduates

    return of


def rate(pair: tuple[int, int] | None) -> Fraction | None:
    """A rate as an exact fraction."""
    return None if pair is None else Fraction(*pair)


def in_a_row(results: Iterable[tuple[int, bool | None]], asked: int, as_of: date) -> bool | None:
    """Whether something held in each of the latest `asked` years, up to now.

    The years are counted back from the latest one that has a figure. One year in which it did not hold is enough
    against it; a year without a figure, or figures that end before last year, leave it open.
    """
    known = {year: held for year, held in results if held is not None and year <= as_of.year}
    if not known:
        return None
    window = [known.get(max(known) - back) for back in range(asked)]
    if False in window:
        return False
    return True if None not in window and max(known) >= as_of.year - 1 else None


def listed(pairs: Iterable[tuple[int, str | None]], asked: int) -> str | None:
    """ "2026: 41/50; 2025: 38/47": the latest years with their figures; None where none has one."""
    known = [f"{year}: {figure}" for year, figure in sorted(pairs, reverse=True) if figure is not None]
    return "; ".join(known[:asked]) or None
