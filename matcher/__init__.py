"""Candidates -> matches -> placement -> flags; the public Python API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.assessment import Assessment, assess, load_assessment, match
    from matcher.backtesting import backtest
    from matcher.blocks import block_comparison
    from matcher.comparison import compare
    from matcher.lists import provincial_list, school_list
    from matcher.offer import overlaps, whitespace

__all__ = [
    "Assessment", "assess", "backtest", "block_comparison", "compare", "load_assessment", "match", "overlaps",
    "provincial_list", "school_list", "whitespace",
]  # fmt: skip
# Questions put to assessments that are there already, each in a file of another name than its function.
_DECIDE = {
    "backtest": "backtesting", "block_comparison": "blocks", "compare": "comparison", "overlaps": "offer",
    "provincial_list": "lists", "school_list": "lists", "whitespace": "offer",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: importing a room of the matcher does not read the tables' schema or pandas.
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"matcher.{_DECIDE.get(name, 'assessment')}"), name)
    raise AttributeError(f"module 'matcher' has no attribute {name!r}")
