"""Steps whose inputs are what they were give what they gave: a what-if computes again what its change can touch."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from matcher.policy.parameters import DatedValue, PolicyPack, Values

T = TypeVar("T")


_Held = tuple[tuple[Any, ...], tuple[Any, ...], Any]


class Kept:
    """The first and the latest result of every step: questions change now this and now that of one and the same assessment.

    A step is a function of its arguments alone that changes none of them; nobody changes its result. Frames and arrays
    are compared by content, and of a policy the rules and those parameters that the step asked for.
    """

    def __init__(self) -> None:
        # Of each step: what was given, that as watched, what came out.
        self._found: dict[Hashable, tuple[_Held, ...]] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing was computed yet."""
        return not self._found

    def __call__(self, step: Callable[..., T], *given: Any, key: Hashable = None) -> T:
        """step(*given), computed where something differs from the last time.

        Args:
            key: tells apart what one function is asked for; of each the first and the latest are kept.
        """
        return self._latest(step, given, key, lambda held, used: step(*used))

    def onward(self, step: Callable[..., T], *given: Any) -> T:
        """The same of a step that can go on from its first result: as `before` it is given (arguments, result), or None."""
        return self._latest(
            step, given, None, lambda held, used: step(*used, before=None if held is None else (held[0], held[2]))
        )

    def _latest(self, step: Callable[..., T], given: tuple[Any, ...], key: Hashable, run: Callable[..., T]) -> T:
        name = (step.__module__, step.__qualname__, key)
        held = self._found.get(name, ())
        for then, watched, result in reversed(held):
            if _fits(then, watched, given):
                same: T = result
                return same
        used = tuple(v.watched() if isinstance(v, Values) else v for v in given)
        found = run(held[0] if held else None, used)
        # One assignment: whoever asks at the same moment meets the old ones whole or the new ones.
        self._found[name] = (*held[:1], (given, used, found))
        return found


def _fits(held: tuple[Any, ...], watched: tuple[Any, ...], given: tuple[Any, ...]) -> bool:
    return len(held) == len(given) and all(
        isinstance(b, Values) and _same_policy(a, b, used.notes or {}) if isinstance(a, Values) else _same(a, b)
        for a, b, used in zip(held, given, watched, strict=True)
    )


def _same_policy(a: Values, b: Values, asked: Mapping[str, DatedValue | None]) -> bool:
    if a is b:
        return True
    rules = all(
        getattr(a.pack, part.name) == getattr(b.pack, part.name)
        for part in fields(PolicyPack)
        if part.name != "parameters"
    )
    return rules and a.day == b.day and all(b.in_force.get(name) == value for name, value in asked.items())


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, pd.DataFrame | pd.Series):
        return bool(a.equals(b))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if is_dataclass(a):
        return all(_same(getattr(a, part), getattr(b, part)) for part in _parts(a.__class__))
    return bool(a == b)


@cache
def _parts(of: Any) -> tuple[str, ...]:
    return tuple(part.name for part in fields(of))
