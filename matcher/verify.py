"""Re-checks an assessment from its folder alone: sums and set membership, no solver, no model.

Supply and posts are computed anew from the input tables, edges anew from the matches' p, levels and regions; then every
certificate, the assignment, the published figures and the manifest's counts are added up. File hashes, and the manifest's
seal, catch what no sum can see.
"""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from corpora.frames import empty, rows
from corpora.issues import Words
from corpora.schema import empty_frame
from matcher.assessment import INPUTS, Assessment
from matcher.folder import FORMAT, MANIFEST, SEAL, as_shown, load_folder, seal_of, sha256
from matcher.matching.records import MATCH_COLUMNS
from matcher.matching.reviews import Correction, reviewed
from matcher.placement.agreements import contracted, serve_first
from matcher.placement.certificate import check_certificates, check_numbers
from matcher.placement.quantities import demand_posts, observed_placements
from matcher.policy.earlier import filed_texts, text_hash
from matcher.policy.kept import Kept
from matcher.policy.lineage import carried_age, carried_history
from matcher.policy.pack import Values, pack_warnings, recorded_pack
from matcher.policy.statements import bureau_reviews
from matcher.prepare import classified_matches, cohorts, completed, prepared_demands, seekers

# Shares of draws are printed to the last digit of a float.
SAME = 1e-6


def verify_folder(folder: Path) -> list[Words]:
    """Everything that does not hold, one sentence each in both languages; an empty list means that all certificates stand.

    Raises:
        matcher.folder.FolderFault: no readable assessment.
    """
    assessment = load_folder(folder)
    changed = _changed_files(folder, assessment.manifest)
    try:
        return [*changed, *recheck(assessment), *_check_copies(folder, assessment)]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        # Files as they were written can be added up; what else is in them is anybody's guess.
        if not changed:
            raise
        return [
            *changed,
            Words(
                f"文件已被改动，其余无法核算：{type(fault).__name__} {fault}",
                f"nothing more can be added up with files that were changed: {type(fault).__name__} {fault}",
            ),
        ]


def recheck(assessment: Assessment) -> list[Words]:
    """The sums of an assessment against its own inputs; see `verify_folder`."""
    manifest = assessment.manifest
    day = date.fromisoformat(manifest["as_of"])
    horizon = manifest["horizon"]
    values = recorded_pack(manifest["policy"], day).on(day)
    faults = _changed_policy(manifest, values)
    tables = {kind: assessment.inputs.get(kind, empty_frame(kind)) for kind in INPUTS}
    programs = carried_age(completed(tables["programs"], []), tables["predecessors"])
    demands = prepared_demands(tables["demands"], horizon or day.year, values)
    outcomes = cohorts(carried_history(tables["outcomes"], tables["predecessors"]), programs, [])
    current = demands[demands["role"] == "current"]

    written = assessment.matches
    floor = values.number("match.floor")
    modelled = written.dropna(subset="p_model")
    given = tables["matches"]
    judged, correction = reviewed(
        modelled.assign(p=modelled["p_model"].astype(float))[MATCH_COLUMNS],
        bureau_reviews(tables["reviews"], programs),
        0.0 if len(given) else floor,
    )
    anew = classified_matches(judged, programs, demands, tables["flows"], values)
    claims = ["program_id", "demand_id", "p", "edge", "why_not"]
    said, found = ({tuple(row) for row in rows(table[claims])} for table in (written, anew))
    for program, demand in sorted({(row[0], row[1]) for row in said ^ found}):
        faults.append(
            Words(
                f"对接 {program} - {demand}：按其 p、层次、地区或审核得不出所写的结果",
                f"link {program} - {demand}: its p, level, region or review does not give what is written",
            )
        )

    years = int(values.number("supply.years"))
    supplies = seekers(tables["students"], outcomes, programs, years, day, horizon, manifest["intake"], Kept())
    looking = {str(p): int(s) for p, s in zip(supplies["program_id"], supplies["supply"], strict=True)}
    listed = demand_posts(current, tables["other_supply"])
    if len(given):
        links = sorted(zip(given["program_id"], given["demand_id"], strict=True))
        if links != sorted(zip(modelled["program_id"], modelled["demand_id"], strict=True)):
            faults.append(
                Words(
                    "matches.parquet 中的对接不是所给定的对接",
                    "matches.parquet does not hold the links that were given",
                )
            )
    edges = [
        (str(p), str(d))
        for p, d, edge in zip(anew["program_id"], anew["demand_id"], anew["edge"], strict=True)
        if edge and p in looking and d in listed
    ]
    served = serve_first(contracted(tables["agreements"], horizon or day.year), looking, listed, edges)
    persons = {p: n / 100 for p, n in served.less_persons(looking).items()}
    posts = {d: n / 100 for d, n in served.less_posts(listed).items()}
    assignment = [tuple(row) for row in rows(assessment.placement)]
    observed = served.less_persons(observed_placements(outcomes, day.year, years))
    if unread := check_numbers(assessment.blocks):
        faults += unread
    else:
        faults += check_certificates(assessment.blocks, edges, persons, posts, assignment)
        faults += _check_findings(assessment.blocks, observed, values)
    faults += _check_published(assessment, persons, posts)
    return faults + _check_counts(assessment, demands, correction) + _check_told(assessment)


def _changed_files(folder: Path, manifest: dict[str, Any]) -> list[Words]:
    faults: list[Words] = []
    if SEAL not in manifest:
        faults.append(
            Words(
                f"{MANIFEST} 没有封签：被人去掉，或本结果由较早的版本写出",
                f"{MANIFEST} has no seal: it was taken out, or an earlier version wrote this folder",
            )
        )
    elif manifest[SEAL] != seal_of(manifest):
        faults.append(
            Words(
                f"{MANIFEST} 不是当时写出的文件：封签与内容不符",
                f"{MANIFEST} is not the file that was written: its seal does not fit what it says",
            )
        )
    listed = manifest.get("files", {})
    faults += [
        Words(
            f"{name} 是每份结果都有的文件，{MANIFEST} 却没有列出",
            f"{name} is a part of every assessment and {MANIFEST} does not name it",
        )
        for name in sorted(FORMAT - listed.keys())
    ]
    for name, expected in sorted(listed.items()):
        file = folder / name
        if not file.is_file():
            faults.append(Words(f"缺 {name}", f"{name} is missing"))
        elif sha256(file) != expected:
            faults.append(
                Words(
                    f"{name} 不是当时写出的文件：哈希值已变",
                    f"{name} is not the file that was written: its hash has changed",
                )
            )
    present = {f.relative_to(folder).as_posix() for f in (folder / "inputs").glob("*.parquet")}
    faults += [
        Words(f"{name} 原不属于本结果", f"{name} was not part of the assessment")
        for name in sorted(present - listed.keys())
    ]
    return faults


def _check_counts(assessment: Assessment, demands: pd.DataFrame, correction: Correction) -> list[Words]:
    """What the manifest counts, counted anew."""
    anew: dict[str, dict[str, int]] = {
        "flags": assessment.flag_counts(),
        "counts": {kind: len(table) for kind, table in assessment.inputs.items() if len(table)},
        "demand_roles": {str(role): int(n) for role, n in demands["role"].value_counts().items()},
        "reviews": {"confirmed": correction.confirmed, "rejected": correction.rejected},
    }
    faults: list[Words] = []
    for name, found in anew.items():
        written = assessment.manifest[name]
        # Of the reviews the manifest says more than their number.
        for key in sorted(found.keys() if name == "reviews" else written.keys() | found.keys()):
            if written.get(key) != found.get(key):
                faults.append(
                    Words(
                        f"{MANIFEST}：{name}.{key} 为 {written.get(key)}，按各表应为 {found.get(key)}",
                        f"{MANIFEST}: {name}.{key} is {written.get(key)}, the tables give {found.get(key)}",
                    )
                )
    return faults


def _check_told(assessment: Assessment) -> list[Words]:
    """What the manifest and the traces both tell."""
    manifest = assessment.manifest
    faults: list[Words] = []
    draws, earlier = manifest["draws"], manifest["earlier"]
    policy = manifest["policy"]
    told = {"as_of": manifest["as_of"], "pack": policy["pack"], "pack_status": policy["status"]}
    for trace in assessment.traces:
        program = trace["program_id"]
        for key, said in told.items():
            if trace[key] != said:
                faults.append(
                    Words(
                        f"{MANIFEST}：{key} 为 {said}，{program} 的判定过程为 {trace[key]}",
                        f"{MANIFEST}: {key} is {said}, the trace of {program} says {trace[key]}",
                    )
                )
        if any(abs(draws * share - round(draws * share)) > SAME for share in trace["flag_shares"].values()):
            faults.append(
                Words(
                    f"{MANIFEST}：{program} 各结论的占比不是 {draws} 次抽样所能有的",
                    f"{MANIFEST}: the flag shares of {program} are none of {draws} draws",
                )
            )
        if trace["counterfactuals"] and not manifest["counterfactuals"]:
            faults.append(
                Words(
                    f"{MANIFEST}：称未查找怎样会改变结论，{program} 的判定过程却列有",
                    f"{MANIFEST}: counterfactuals were not searched, the trace of {program} lists some",
                )
            )
        before = earlier["measures"].get(program, "")
        if trace["measure"] and trace["measure"]["after"] != before:
            after = trace["measure"]["after"]
            faults.append(
                Words(
                    f"{MANIFEST}：{program} 上次的处置为“{before}”，其判定过程接续的是“{after}”",
                    f"{MANIFEST}: the earlier measure of {program} is '{before}', its trace follows '{after}'",
                )
            )
        if trace["text_changed"] != (program in earlier["texts"]):
            faults.append(
                Words(
                    f"{MANIFEST}：{program} 上次的文本与其判定过程相矛盾",
                    f"{MANIFEST}: the earlier text of {program} and its trace contradict each other",
                )
            )
    return faults


def _check_copies(folder: Path, assessment: Assessment) -> list[Words]:
    """What stands in two files says the same in both."""
    faults: list[Words] = []
    flags = {trace["program_id"]: trace["flag"] for trace in assessment.traces}
    for row in rows(assessment.programs):
        if flags.get(str(row.program_id)) != row.flag:
            faults.append(
                Words(
                    f"programs：{row.program_id} 的结论为 {row.flag}，与其判定过程不同",
                    f"programs: the flag of {row.program_id} is {row.flag}, its trace gives another",
                )
            )
    for name in ("programs", "demands", "skills"):
        if not (folder / f"{name}.csv").is_file():
            continue
        shown = pd.read_csv(folder / f"{name}.csv", dtype="string", keep_default_na=False, encoding="utf-8-sig")
        if as_shown(getattr(assessment, name)) != shown.to_csv(index=False):
            faults.append(
                Words(f"{name}.csv 与 {name}.parquet 内容不同", f"{name}.csv and {name}.parquet do not say the same")
            )
    return faults


def _changed_policy(manifest: dict[str, Any], values: Values) -> list[Words]:
    """A certificate speaks for the parameters it was made with; a newer pack is another assessment."""
    policy, pack = manifest["policy"], values.pack
    says = {
        "status": pack.status,
        "title": dict(pack.title),
        "lineage": list(pack.lineage),
        "texts": dict(pack.texts or {}),
    }
    faults = [
        Words(
            f"{MANIFEST}：政策的 {key} 与规则集 {pack.name} 不同",
            f"{MANIFEST}: {key} of the policy is not what pack {pack.name} says",
        )
        for key in says
        if policy[key] != says[key]
    ]
    written = policy["parameters"]
    now = {name: values.dated(name) for name in sorted(pack.parameters) if values.has(name)}
    for name in sorted(written.keys() | now.keys()):
        if name not in written or name not in now:
            where = Words("本版本的规则集", "this version's pack") if name in written else Words(MANIFEST, MANIFEST)
            faults.append(Words(f"{where.zh} 中没有参数 {name}", f"parameter {name} is missing in {where.en}"))
            continue
        value, reference = json.loads(json.dumps(now[name].value)), str(now[name].reference)
        if written[name]["value"] != value:
            faults.append(
                Words(
                    f"参数 {name} 当时为 {written[name]['value']}，本版本的规则集中为 {value}",
                    f"parameter {name} was {written[name]['value']} and is {value} in this version's pack",
                )
            )
        if written[name]["reference"] != reference:
            faults.append(
                Words(
                    f"参数 {name} 的依据写为“{written[name]['reference']}”，本版本的规则集中为“{reference}”",
                    f"parameter {name} rests on {written[name]['reference']!r}, in this version's pack on {reference!r}",
                )
            )
    faults += [
        Words(f"{MANIFEST} 缺少提示：{w['zh']}", f"{MANIFEST} lacks the warning: {w['en']}")
        for w in pack_warnings(values)
        if w not in manifest["warnings"]
    ]
    return faults


def _check_findings(blocks: list[dict[str, Any]], observed: dict[str, int], values: Values) -> list[Words]:
    """Observed placements, and that a block called certified has nothing against it that can be added up."""
    faults: list[Words] = []
    for block in blocks:
        known = [observed[row["program_id"]] for row in block["programs"] if row["program_id"] in observed]
        total = sum(known) / 100 if known else None
        name = block["block"]
        if block["observed_placed"] != total:
            faults.append(
                Words(
                    f"供需关联组 {name} 的 observed_placed 为 {block['observed_placed']}，按结果表应为 {total}",
                    f"observed_placed of block {name} is {block['observed_placed']}, the outcomes give {total}",
                )
            )
        if block["certified"] != (not block["why_not_certified"]):
            faults.append(
                Words(
                    f"供需关联组 {name}：certified 与 why_not_certified 相矛盾",
                    f"block {name}: certified and why_not_certified contradict each other",
                )
            )
        if not block["certified"]:
            continue
        limit = Decimal(str(values.number("surplus.rate")))
        if not Decimal(str(block["posts"])) < limit * Decimal(str(block["supply"])):
            faults.append(
                Words(
                    f"供需关联组 {name} 已核定过剩，但其岗位并不低于供给的 {limit}",
                    f"block {name} is certified, but its posts are not below {limit} of its supply",
                )
            )
        if total is not None and total > block["posts"]:
            faults.append(
                Words(
                    f"供需关联组 {name} 已核定过剩，但 {block['posts']} 个岗位已见 {total} 人就业",
                    f"block {name} is certified, but {total} placements were observed for {block['posts']} posts",
                )
            )
    return faults


def _check_published(assessment: Assessment, persons: dict[str, float], posts: dict[str, float]) -> list[Words]:
    """The tables that people read against the inputs and the blocks."""
    faults: list[Words] = []
    hashes = {p: text_hash(text) for p, text in filed_texts(assessment.inputs["programs"]).items()}
    rates = {row["program_id"]: (b["block"], b["rate"]) for b in assessment.blocks for row in b["programs"]}
    for row in rows(assessment.programs):
        program = str(row.program_id)
        stated = None if empty(row.supply) else float(row.supply)
        if stated != persons.get(program):
            faults.append(
                Words(
                    f"programs：{program} 的供给为 {stated}，按结果表应为 {persons.get(program)}",
                    f"programs: supply of {program} is {stated}, the outcomes give {persons.get(program)}",
                )
            )
        if str(row.text_hash) != hashes.get(program):
            faults.append(
                Words(
                    f"programs：{program} 的 text_hash 不是其申报文本的",
                    f"programs: text_hash of {program} is not that of its filed text",
                )
            )
        if program in rates and (str(row.block), float(row.placeable_rate)) != rates[program]:
            faults.append(
                Words(
                    f"programs：{program} 在供需关联组 {row.block}，容纳率 {row.placeable_rate}，与 blocks.json 不同",
                    f"programs: {program} is in block {row.block} at {row.placeable_rate}, blocks.json differs",
                )
            )
    for row in rows(assessment.demands):
        demand = str(row.demand_id)
        if float(row.posts) != posts.get(demand):
            faults.append(
                Words(
                    f"demands：{demand} 的岗位数为 {row.posts}，按岗位需求表应为 {posts.get(demand)}",
                    f"demands: posts of {demand} are {row.posts}, the demand table gives {posts.get(demand)}",
                )
            )
    return faults
