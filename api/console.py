"""What the command line says: tables on stdout, progress and faults on stderr, in Chinese or English."""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from matcher.assessment import Assessment
from matcher.evaluation import Evaluation
from matcher.offer import overlaps
from matcher.policy.reasons import FLAG_NAMES, NOTICES
from reports.batch import Batch, Outcome
from reports.page import SHOWN_FLAGS, strongest_cases

COLOURS: Mapping[str, str] = {
    "prioritize": "blue",
    "expand": "cyan",
    "upgrade": "yellow",
    "phase_out": "red",
    "maintain": "default",
    "insufficient_evidence": "magenta",
}
STEPS: Mapping[str, Mapping[str, str]] = {
    "encode": {"zh": "编码文本", "en": "encoding texts"},
    "reference names": {"zh": "编码参照名称", "en": "encoding reference names"},
    "score": {"zh": "匹配打分", "en": "scoring matches"},
    "place": {"zh": "公平配置与核算", "en": "placing and adding up"},
    "draw": {"zh": "抽样推演", "en": "drawing markets"},
    "counterfactuals": {"zh": "查找怎样会改变结论", "en": "finding what would change each flag"},
    "confirm": {"zh": "逐条重算反事实", "en": "assessing each counterfactual again"},
    "skills": {"zh": "比对课程与技能", "en": "comparing courses and skills"},
    "compare": {"zh": "逐项换入重算", "en": "assessing again, one input exchanged"},
}
TEXTS: Mapping[str, Mapping[str, str]] = {
    "flag": {"zh": "分析建议", "en": "Flag"},
    "programs": {"zh": "专业点", "en": "Programs"},
    "share": {"zh": "占比", "en": "Share"},
    "strongest": {"zh": "各类最突出的专业点", "en": "The strongest cases"},
    "program": {"zh": "专业", "en": "Program"},
    "why": {"zh": "一句话理由", "en": "Why, in one line"},
    "written": {"zh": "结果文件夹", "en": "Folder"},
    "page": {"zh": "网页报告", "en": "Page"},
    "check": {"zh": "复核", "en": "Re-check it"},
}


# What stays on one line: a number with sign and unit, a Latin word, each with the marks and spaces behind it.
_UNBROKEN = re.compile(r"(?:[!-~–—]+|\S|^)[，。；、：）】》\]),.;]*\s*", re.DOTALL)


class Sentence:
    """A text folded between Chinese characters or Latin words, never within a number."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        breaks, at, room = list[int](), 0, options.max_width
        for piece in _UNBROKEN.findall(self._text.plain):
            if cell_len(piece.rstrip()) > room and at:
                breaks.append(at)
                room = options.max_width
            at, room = at + len(piece), room - cell_len(piece)
        for line in self._text.divide(breaks):
            line.rstrip()
            yield line


class Steps(AbstractContextManager["Steps"]):
    """A bar a step on a terminal; nothing where stderr is a file."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> "Steps":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, step: str, done: int, of: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(STEPS[step][self._language], total=of)
        self._progress.update(self._tasks[step], completed=done, total=of)  # type: ignore[arg-type]


def show(assessment: Assessment, language: str, written: Mapping[str, str]) -> None:
    """Counts by flag, the strongest cases, and where the files are."""
    # Wide enough for a sentence where the output is a file and has no width of its own.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    t: Callable[[str], str] = lambda key: TEXTS[key][language]  # noqa: E731
    manifest = assessment.manifest
    title = manifest["policy"]["title"][language]
    console.print(f"\n[bold]{'分析日期' if language == 'zh' else 'As of'} {manifest['as_of']}[/bold] · {title}")
    if label := (manifest.get("label") or {}).get(language):
        console.print(f"[yellow]{label}[/yellow]")
    counts = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    counts.add_column(t("flag"))
    counts.add_column(t("programs"), justify="right")
    counts.add_column("")
    total = max(1, len(assessment.programs))
    for flag in SHOWN_FLAGS:
        number = int((assessment.programs["flag"] == flag).sum())
        bar = "█" * round(40 * number / total) or ("▏" if number else "")
        counts.add_row(
            Text(FLAG_NAMES[flag][language], style=f"bold {COLOURS[flag]}"), str(number), Text(bar, style=COLOURS[flag])
        )
    console.print(counts)
    console.print(f"\n[bold]{t('strongest')}[/bold]")
    cases = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    cases.add_column(t("flag"), no_wrap=True)
    cases.add_column(t("program"), max_width=36)
    cases.add_column(t("why"))
    for flag in SHOWN_FLAGS:
        for place, row in enumerate(strongest_cases(assessment, flag, 2).to_dict("records")):
            name = f"{row['name']} · {row['institution']}" if isinstance(row["institution"], str) else str(row["name"])
            why = Text(str(row["reason" if language == "zh" else "reason_en"]))
            for key in str(row["notices"] or "").split(";"):
                # The sentence itself already says that a guard stands against a phase-out.
                if key and key != "guard_blocks":
                    why.append(f" [{NOTICES[key][language]}]", style="dim")
            head = Text(FLAG_NAMES[flag][language] if place == 0 else "", style=f"bold {COLOURS[flag]}")
            cases.add_row(head, Sentence(Text(name)), Sentence(why))
    console.print(cases)
    console.print(f"\n{_offer(assessment, language)}")
    for warning in manifest["warnings"]:
        console.print(f"[dim]· {warning[language]}[/dim]")
    console.print()
    for key, value in written.items():
        console.print(f"{t(key)}{'：' if language == 'zh' else ': '}{value}", soft_wrap=True)


def _offer(assessment: Assessment, language: str) -> str:
    """One line on what the offer lacks and what it has several times over."""
    empty, twice = assessment.demands[assessment.demands["whitespace"] > 0], overlaps(assessment)
    without = empty[empty["block"].isna()]
    posts, unserved = empty["whitespace"].sum(), without["whitespace"].sum()
    if language == "zh":
        return f"岗位空缺 {posts:.0f} 个/年，其中 {unserved:.0f} 个尚无对口毕业生；布点集中 {len(twice)} 处（duikou whitespace）"
    return (
        f"{posts:.0f} posts a year stay empty, {unserved:.0f} of them without a program that has graduates; {len(twice)} overlaps "
        "(duikou whitespace)"
    )


def told_batch(language: str) -> Callable[[Outcome, int, int, float | None], None]:
    """Says on stderr what became of each region, and how long the others will take."""
    words: Mapping[str, Mapping[str, str]] = {
        "done": {"zh": "完成", "en": "done"},
        "found": {"zh": "未变，不再重做", "en": "unchanged, not done again"},
        "unusable": {"zh": "数据未通过检查", "en": "tables cannot be used"},
        "failed": {"zh": "未能完成", "en": "could not be done"},
        "left": {"zh": "，约剩{time}", "en": ", about {time} left"},
    }
    console = Console(stderr=True, highlight=False, soft_wrap=True)

    def tell(outcome: Outcome, number: int, of: int, seconds: float | None) -> None:
        status = outcome.status if outcome.fresh else "found"
        took = f" {_span(outcome.seconds, language)}" if outcome.fresh else ""
        left = words["left"][language].format(time=_span(seconds, language)) if seconds and number < of else ""
        console.print(f"[{number}/{of}] {outcome.region}{'：' if language == 'zh' else ': '}{words[status][language]}{took}{left}",
                      markup=False)  # fmt: skip
        if outcome.message:
            console.print(f"  {outcome.message[language]}", markup=False)

    return tell


def _span(seconds: float, language: str) -> str:
    """Seconds as a reader counts them."""
    zh = language == "zh"
    if seconds < 90:
        return f"{seconds:.0f} 秒" if zh else f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} 分钟" if zh else f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} 小时" if zh else f"{seconds / 3600:.1f} h"


def show_batch(batch: Batch, language: str) -> None:
    """Regions by flag, and where the files are."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    zh = language == "zh"
    heads = [
        "地区" if zh else "Region",
        "专业点" if zh else "Programs",
        *(FLAG_NAMES[f][language] for f in SHOWN_FLAGS),
    ]
    rows = [
        [
            escape(o.region),
            *([str(o.programs), *(str(o.flags[f]) for f in SHOWN_FLAGS)] if o.status == "done" else ["–"] * (len(heads) - 1)),
        ]
        for o in batch.regions
    ]  # fmt: skip
    _table(console, heads, rows)
    undone = [o.region for o in batch.regions if o.status != "done"]
    if undone:
        names = ("、" if zh else ", ").join(undone)
        note = (
            f"未完成 {len(undone)} 个地区：{names}（原因见 manifest.json）"
            if zh
            else f"not done: {names} (why: manifest.json)"
        )
        console.print(f"[yellow]{escape(note)}[/yellow]", soft_wrap=True)
    for name in (*(file.name for file in batch.overview), "manifest.json"):
        console.print(batch.place.where(name), soft_wrap=True, markup=False)


def show_evaluation(found: Evaluation, language: str) -> None:
    """Figures of every method side by side, then calibration, levels, groups and the pairs without shared words."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
    zh = language == "zh"
    sizes = (found.programs, found.demands, found.pairs)
    console.print(
        "{} 个专业 × {} 条岗位，{} 个配对".format(*sizes) if zh else "{} programs x {} demands, {} pairs".format(*sizes)
    )
    names = {
        "duikou": "对口 / duikou" if zh else "duikou",
        "encoder": "仅编码模型（全文）" if zh else "encoder, whole text",
        "tfidf": "字符 TF-IDF" if zh else "character TF-IDF",
    }
    keys = list(found.methods["duikou"])
    _table(
        console,
        ["", *keys],
        [
            [names[m], *(f"{f.value:.3f}\n[dim]{f.low:.3f}–{f.high:.3f}[/dim]" for f in figures.values())]
            for m, figures in found.methods.items()
        ],
    )
    if found.calibration:
        c = found.calibration
        console.print(f"\nECE {c['ece']} (floor {c['ece_floor']}) · Brier {c['brier']} · n = {c['pairs']}")
        rows = [[str(r["pairs"]), f"{r['p']:.3f}", f"{r['right']:.3f}"] for r in c["reliability"]]  # type: ignore[attr-defined]
        _table(console, ["配对" if zh else "pairs", "p", "实际" if zh else "right"], rows)
    hidden = int(found.low_overlap["pairs"]["pairs"])
    console.print(
        f"\n{'题名与专业文本无两字重合的配对' if zh else 'Pairs whose title shares no two characters with the text'}: {hidden}"
    )
    if hidden:
        low = {m: v for m, v in found.low_overlap.items() if m in names}
        shown = list(low["duikou"])
        _table(console, ["", *shown], [[names[m], *(f"{v[k]:.3f}" for k in shown)] for m, v in low.items()])
    titles = {"major_group": ("按专业大类", "By major group"), "level": ("按层次", "By level")}
    for column, groups in found.groups.items():
        console.print(f"\n{titles[column][0 if zh else 1]}")
        shown = ["programs", "hit@1", "recall@10", "map"]
        rows = [[n, f"{v['programs']:.0f}", *(f"{v[k]:.3f}" for k in shown[1:])] for n, v in groups.items()]
        _table(console, ["", *shown], rows)
    if not found.calibrated:
        console.print(
            "p 未校准：该编码模型没有评分配对" if zh else "p is uncalibrated: this encoder has no graded pairs"
        )


def _table(console: Console, heads: list[str], rows: list[list[str]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
