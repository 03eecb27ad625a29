"""Candidates -> matches -> placement -> flags; the public Python API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.assessment import Assessment, assess, load_assessment, match

__all__ = ["Assessment", "assess", "load_assessment", "match"]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: importing a room of the matcher does not read the tables' schema or pandas.
    if name in __all__:
        import matcher.assessment

        return getattr(matcher.assessment, name)
    raise AttributeError(f"module 'matcher' has no attribute {name!r}")
