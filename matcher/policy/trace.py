"""A verdict as one line of traces.jsonl: every clause with its figures, its parameter and the document behind it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from matcher.policy.data_checks import DATA_CHECKS
from matcher.policy.facts import Facts
from matcher.policy.measures import Measure
from matcher.policy.needed import needed
from matcher.policy.parameters import UNVERIFIED, Values
from matcher.policy.reasons import number_text, reason
from matcher.policy.rules import Clause, Finding
from matcher.policy.verdict import Verdict
from matcher.policy.words import CLAUSE_NAMES, MEASURE_NAMES, SCOPE_NAMES, Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def trace_record(verdict: Verdict, facts: Facts, values: Values, as_of: date) -> dict[str, Any]:
    """Everything behind one verdict; plain values alone."""
    wanted = needed(verdict, facts, as_of)
    pooled = verdict.pooled
    return {
        "program_id": verdict.program_id,
        "name": facts.name,
        "flag": verdict.flag,
        "flag_probability": verdict.flag_probability,
        "flag_shares": dict(verdict.flag_shares),
        "as_of": as_of.isoformat(),
        "pack": values.pack.name,
        "pack_status": values.pack.status,
        "carried_by": list(verdict.carried_by),
        "also_fires": list(verdict.also_fires),
        "notices": list(verdict.notices),
        "blocked_by": list(verdict.blocked_by),
        "reason": {language: reason(verdict, facts, values, language) for language in LANGUAGES},
        "needed_data": {"zh": [n.zh for n in wanted], "en": [n.en for n in wanted]},
        "needed": [asdict(n) for n in wanted],
        "documents": list(facts.documents),
        "missing_skills": list(facts.missing_skills),
        "grounds": [
            {"ground": g.name, "flag": g.flag, "holds": g.holds, "clauses": _clauses(g.clauses, values)}
            for g in verdict.grounds
        ],
        "guards": _clauses(verdict.guards, values),
        "regulations": [_finding(f, values) for f in verdict.findings],
        "rule_verdict": rule_verdict(verdict, values),
        "measure": _measure(verdict.measure),
        "predecessors": list(facts.predecessors),
        "pooled": None
        if pooled is None
        else {
            "with": list(facts.pooled_with),
            "flag": pooled.flag,
            "grounds": [
                {"ground": g.name, "flag": g.flag, "holds": g.holds, "clauses": _clauses(g.clauses, values)}
                for g in pooled.grounds
            ],
            "guards": _clauses(pooled.guards, values),
        },
        # What would change the flag, where that was searched (matcher.counterfactual).
        "counterfactuals": [],
        # For the bureau alone, with the college's explanation; never a ground, never in a public report.
        "data_checks": [{"check": name, **DATA_CHECKS[name]} for name in facts.data_checks],
        "text_changed": facts.text_changed,
        "links_in_new_sentences": [asdict(link) for link in facts.new_links],
    }


def rule_verdict(verdict: Verdict, values: Values) -> dict[str, Any] | None:
    """What the pack's regulations say, in their words, with clause and status; None where none applies."""
    regulations = values.pack.regulations or {}
    holding = [regulations[f.regulation] for f in verdict.holding]
    if not holding:
        return None
    unverified = values.pack.status == "unverified"
    found: dict[str, Any] = {"regulations": [r.name for r in holding], "status": values.pack.status}
    for language, joint in (("zh", "；"), ("en", "; ")):
        warning = (f"（{UNVERIFIED['zh']}）" if language == "zh" else f" ({UNVERIFIED['en']})") if unverified else ""
        found[language] = joint.join(dict.fromkeys(r.verdict[language] for r in holding))
        found[f"clause_{language}"] = joint.join(dict.fromkeys(r.reference.text(language) for r in holding)) + warning
    return found


def clause_sentence(clause: Clause, language: Language) -> str:
    """A clause of the trace: what was asked, what was found."""
    zh = language == "zh"
    limit = "–" if clause.limit is None else number_text(clause.limit)
    asked = CLAUSE_NAMES[clause.name][language].format(limit=limit)
    if clause.needs_scope:
        scope = SCOPE_NAMES[clause.needs_scope][language]
        return f"{asked}：未判定，数据须声明含{scope}" if zh else f"{asked}: not run, the tables must hold {scope}"
    if clause.value is None and clause.holds is None:
        return f"{asked}{'：无数据' if zh else ': no data'}"
    if clause.value is None:
        return asked
    doubtful = clause.decided_on in ("posterior", "draws")
    above = isinstance(clause.value, float) and clause.value > 0.99
    found = ">0.99" if doubtful and above else number_text(clause.value)
    return f"{asked}{'：实际为' if zh else ': found '}{found}"


def _clauses(clauses: Sequence[Clause], values: Values) -> list[dict[str, Any]]:
    return [
        {
            "clause": c.name,
            "holds": c.holds,
            "value": c.value,
            "limit": c.limit,
            "decided_on": c.decided_on,
            "needs_scope": c.needs_scope,
            "parameter": c.parameter,
            "reference": str(values.dated(c.parameter).reference) if c.parameter else "",
            "zh": clause_sentence(c, "zh"),
            "en": clause_sentence(c, "en"),
        }
        for c in clauses
    ]


def _finding(finding: Finding, values: Values) -> dict[str, Any]:
    regulation = (values.pack.regulations or {})[finding.regulation]
    return {
        "regulation": finding.regulation,
        "gives": finding.gives,
        "holds": finding.holds,
        "verdict": dict(regulation.verdict),
        "reference": str(regulation.reference),
        "clauses": _clauses(finding.clauses, values),
    }


def _measure(measure: Measure | None) -> dict[str, Any] | None:
    if measure is None:
        return None
    return {
        "step": measure.step,
        **MEASURE_NAMES[measure.step],
        "because": measure.because,
        "after": measure.after,
        "due": measure.due.isoformat() if measure.due else None,
        "held_back": measure.held_back,
    }
