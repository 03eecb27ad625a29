"""Counterfactuals in one sentence, in Chinese and in English."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcher.counterfactual import Counterfactual
from matcher.policy.reasons import number_text
from matcher.policy.words import FLAG_NAMES, Language

_CHANGES: Mapping[str, Mapping[Language, str]] = {
    "graduates": {"zh": "年毕业生{before}→{after}人", "en": "{before} → {after} graduates a year"},
    "openings": {"zh": "“{post}”年招聘{before}→{after}人", "en": "'{post}': {before} → {after} openings a year"},
    "employed": {
        "zh": "最近一届就业{before}→{after}人",
        "en": "{before} → {after} employed of the latest cohort",
    },
    "match": {"zh": "不认可与“{post}”的匹配", "en": "the match with '{post}' rejected"},
}


def sentence(found: Counterfactual, post: str, language: Language) -> str:
    """What would have to change, and which flag would follow."""
    change = _CHANGES[found.kind][language].format(
        before=number_text(found.before), after=number_text(found.after), post=post
    )
    flag = FLAG_NAMES[found.flag][language]
    if language == "zh":
        return f"{change}：{flag}{'（再变多则复原）' if found.returns else ''}"
    return f"{change}: {flag}{' (and back, farther on)' if found.returns else ''}"


def records(found: Sequence[Counterfactual], post_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Counterfactuals as plain values for traces.jsonl.

    Args:
        post_of: demand -> the occupation's name.
    """
    return [
        {
            "kind": one.kind,
            "demand_id": one.demand,
            "before": one.before,
            "after": one.after,
            "flag": one.flag,
            "returns": one.returns,
            "zh": sentence(one, post_of(one.demand) if one.demand else "", "zh"),
            "en": sentence(one, post_of(one.demand) if one.demand else "", "en"),
        }
        for one in found
    ]
