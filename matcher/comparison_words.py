"""What changed for a program and why, in Chinese and English."""

from collections.abc import Mapping
from typing import Any

from corpora.frames import empty
from corpora.schema import TABLES
from matcher.policy.reasons import FLAG_NAMES, rate_text
from matcher.rerun import DAY, MATCHES, PARAMETER, POLICY


def input_name(part: str, language: str) -> str:
    """An input as reports call it."""
    zh = language == "zh"
    if part in TABLES and part != MATCHES:
        return TABLES[part].zh if zh else TABLES[part].en.lower()
    names = {MATCHES: ("匹配", "matches"), POLICY: ("政策规则集", "policy"), DAY: ("分析日期", "the day")}
    if part in names:
        return names[part][0 if zh else 1]
    return f"{'参数' if zh else 'parameter '}{part.removeprefix(PARAMETER)}"


def sentence(record: Mapping[str, Any], reproduced: bool, language: str) -> str:
    """One program's change and its causes."""
    zh = language == "zh"
    what = _what(record, language)
    if record["changed"] in ("added", "removed", "p"):
        return what
    if not reproduced:
        open_causes = (
            "本版本重算不能得到原结果，原因不作判断" if zh else "this version does not reproduce it: causes stay open"
        )
        return f"{what}{'；' if zh else '; '}{open_causes}"
    return f"{what}{'；' if zh else '; '}{_why(record, language)}"


def _what(record: Mapping[str, Any], language: str) -> str:
    zh = language == "zh"
    if record["changed"] == "added":
        return "新列入" if zh else "newly listed"
    if record["changed"] == "removed":
        return "不再列入" if zh else "no longer listed"
    parts = []
    kinds = record["changed"].split(";")
    if "flag" in kinds:
        before, after = FLAG_NAMES[record["flag_a"]][language], FLAG_NAMES[record["flag_b"]][language]
        parts.append(f"分析建议由{before}变为{after}" if zh else f"flag from {before} to {after}")
    if "rate" in kinds:
        before, after = _rate(record["rate_a"]), _rate(record["rate_b"])
        parts.append(f"岗位容纳率由{before}变为{after}" if zh else f"rate from {before} to {after}")
    if "block" in kinds:
        before, after = record["block_a"] or "–", record["block_b"] or "–"
        parts.append(f"供需关联组由{before}变为{after}" if zh else f"block from {before} to {after}")
    if "p" in kinds:
        gained, lost, moved = record["links_gained"], record["links_lost"], record["p_changed"]
        parts.append(
            f"对接岗位增{gained}减{lost}（{moved}对匹配概率有变）"
            if zh
            else f"links +{gained} -{lost} ({moved} pairs with another p)"
        )
    return ("，" if zh else ", ").join(parts)


def _why(record: Mapping[str, Any], language: str) -> str:
    zh = language == "zh"

    def names(key: str) -> list[str]:
        parts = [p for p in record[key].split(";") if p]
        # A parameter says more than the pack it belongs to.
        if any(p.startswith(PARAMETER) for p in parts):
            parts = [p for p in parts if p != POLICY]
        return [input_name(p, language) for p in parts]

    alone, moves, undone = names("alone"), names("moves"), names("undone_by")
    joint = "、" if zh else ", "
    if alone:
        each = ("任何一项都足以" if zh else "each of them does ") if len(alone) > 1 else ("足以" if zh else "does ")
        text = (
            f"{joint.join(alone)}的变化，单独{each}造成这一结果"
            if zh
            else f"a change of {joint.join(alone)} {each}it alone"
        )
    elif moves:
        text = (
            f"由{joint.join(moves)}等共同造成，单换任一项都得不到这一结果"
            if zh
            else f"{joint.join(moves)} move it, and none alone brings it about"
        )
    else:
        text = "单换任一项都不变，由几项共同造成" if zh else "no single input moves it: several do together"
    if undone and undone != alone:
        text += (
            f"；恢复{joint.join(undone)}中任一项即回到原结果"
            if zh
            else f"; taking back {' or '.join(undone)} undoes it"
        )
    return text


def _rate(rate: Any) -> str:
    return "–" if empty(rate) else rate_text(float(rate))
