"""An assessment as one self-contained HTML page: opens offline, prints well, needs nothing beside itself."""

from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from matcher.assessment import Assessment
from matcher.policy.reasons import FLAG_NAMES, NOTICES, rate_text
from reports.charts import chain_bars
from reports.words import word

# The order in which a reader wants them: what to do more of, what to mend, what to stop, what cannot be said.
SHOWN_FLAGS = ("prioritize", "expand", "upgrade", "phase_out", "maintain", "insufficient_evidence")
CASES = 3
CERTIFICATES = 12


def strongest_cases(assessment: Assessment, flag: str, number: int = CASES) -> pd.DataFrame:
    """The programs that show a flag most clearly: most room to grow, or least of it."""
    rows = assessment.programs[assessment.programs["flag"] == flag].copy()
    blocked = rows["notices"].str.contains("guard_blocks").fillna(False)
    keys = {
        "prioritize": -rows["headroom"].fillna(0),
        "expand": -rows["headroom"].fillna(0),
        "phase_out": rows["placeable_rate"].fillna(1),
        "upgrade": rows["placeable_rate"].fillna(1),
        "maintain": -blocked.astype(float),
        "insufficient_evidence": rows["supply"].fillna(0).astype(float),
    }
    order = keys[flag].astype(float).sort_values(kind="stable").index
    return rows.loc[order].head(number)


def page(assessment: Assessment, language: str = "zh") -> str:
    """HTML of the whole page in one language (zh or en)."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    flags: list[dict[str, Any]] = [
        {"key": flag, "name": FLAG_NAMES[flag][language], "count": int((assessment.programs["flag"] == flag).sum())}
        for flag in SHOWN_FLAGS
    ]
    manifest = assessment.manifest
    has_chains = assessment.inputs["demands"][["chain", "stage"]].notna().all(axis=1).any()
    return environment.get_template("page.html.j2").render(
        w=lambda key, **figures: word(key, language, **figures),
        language=language,
        label=(manifest.get("label") or {}).get(language, ""),
        as_of=manifest["as_of"],
        pack=manifest["policy"]["title"][language],
        unverified=manifest["policy"]["status"] == "unverified",
        flags=flags,
        total=len(assessment.programs),
        chart=chain_bars(assessment, language).svg() if has_chains else "",
        cases=[
            (flag, [_row(r, language) for r in _records(strongest_cases(assessment, flag["key"]))]) for flag in flags
        ],
        programs=[_row(r, language) for r in _records(assessment.programs)],
        blocks=_certificates(assessment, language),
        warnings=[warning[language] for warning in manifest["warnings"]],
        version=manifest["versions"]["duikou"],
    )


def _row(record: dict[str, Any], language: str) -> dict[str, Any]:
    interval = ""
    if not pd.isna(record["employment_mean"]):
        low, high = record["employment_low"], record["employment_high"]
        interval = f"{record['employment_mean']:.0%} ({low:.0%}–{high:.0%})"
    notices = [NOTICES[key][language] for key in str(record["notices"] or "").split(";") if key]
    return {
        "id": record["program_id"],
        "name": record["name"],
        "institution": "" if pd.isna(record["institution"]) else record["institution"],
        "region": "" if pd.isna(record["region"]) else record["region"],
        "key": record["flag"],
        "flag": FLAG_NAMES[record["flag"]][language],
        "supply": "" if pd.isna(record["supply"]) else f"{record['supply']:.2f}",
        "rate": "–" if pd.isna(record["placeable_rate"]) else rate_text(float(record["placeable_rate"])),
        "rate_value": None if pd.isna(record["placeable_rate"]) else float(record["placeable_rate"]),
        "employment": interval,
        "reason": record["reason" if language == "zh" else "reason_en"],
        "notices": notices,
    }


def _certificates(assessment: Assessment, language: str) -> list[dict[str, Any]]:
    """The certified blocks with the most persons left, with names beside the ids."""
    names = assessment.programs.set_index("program_id")
    posts = assessment.inputs["demands"].set_index("demand_id")
    by_id = {b["block"]: b for b in assessment.blocks}
    certified = sorted((b for b in assessment.blocks if b["certified"]), key=lambda b: -b["cannot_be_placed"])
    found = []
    for block in certified[:CERTIFICATES]:
        closed = [block, *(by_id[b] for b in block["worse_blocks"])]
        programs = [
            (
                r["program_id"],
                names.loc[r["program_id"], "institution"],
                names.loc[r["program_id"], "name"],
                r["supply"],
            )
            for b in closed
            for r in b["programs"]
        ]
        demands = [
            (r["demand_id"], posts.loc[r["demand_id"], "occupation"], posts.loc[r["demand_id"], "region"], r["posts"])
            for b in closed
            for r in b["demands"]
        ]
        found.append(
            {
                "block": block["block"],
                "title": ("、" if language == "zh" else ", ").join(dict.fromkeys(name for _, _, name, _ in programs)),
                "rate": rate_text(block["rate"]),
                "programs": programs,
                "demands": demands,
                "supply": sum(b["supply"] for b in closed),
                "posts": sum(b["posts"] for b in closed),
                "left": block["cannot_be_placed"],
            }
        )
    return found


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]
