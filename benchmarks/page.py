"""A result of all benchmarks -> README.md with its table and plots, beside the result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figures import Figure, figures, spelled
from plots import plots

SHOWN = {"missed": "**missed**", "least held": "least held, aim missed"}


def write_page(result: Mapping[str, Any], folder: Path) -> Path:
    """Writes README.md and its plots into `folder`; the page."""
    rows = figures(result["parts"])
    pictures = {}
    for plot in plots(result["parts"], rows):
        (folder / plot.file).write_text(plot.svg, encoding="utf-8")
        pictures[plot.file] = plot.title
    # Drawn by its own benchmark.
    if (folder / "placement_growth.svg").is_file():
        pictures["placement_growth.svg"] = "What placement costs against size"
    file = folder / "README.md"
    file.write_text(page(result, rows, pictures), encoding="utf-8")
    return file


def page(result: Mapping[str, Any], rows: list[Figure], pictures: Mapping[str, str]) -> str:
    """The page as Markdown. `pictures`: file name -> title, in order."""
    machine, parts = result["machine"], result["parts"]
    lines = [
        f"# Speed, {result['date']}",
        "",
        "Written by `python benchmarks/run.py`; every figure is of the result beside this page, and each comparison is of one run.",
        "A missed target stands as missed, and what was not measured as not measured.",
        "",
    ]
    if result.get("quick"):
        lines += ["**Small sizes, to see that every benchmark runs: no figures to quote.**", ""]
    lines += [
        f"Machine: {machine['processor']}, {machine['cores']} cores, {' '.join(machine['flags']) or 'no wide products'}; load at start "
        f"{machine['load_at_start'][0]}; Python {machine['python']}, "
        + ", ".join(
            f"{name} {machine[name]}" for name in ("numpy", "torch", "openvino", "faiss-cpu") if name in machine
        )
        + ".",
        f"Peers: {peers_of(parts)}.",
        "",
        counted(rows),
        "",
    ]
    for file, title in pictures.items():
        lines += [f"![{title}]({file})", ""]
    for area in dict.fromkeys(row.area for row in rows):
        lines += [
            f"## {area}",
            "",
            "| | figure | peer or limit in the same run | compared | aim | least | |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [line(row) for row in rows if row.area == area]
        lines.append("")
    lines += ["## Commands", "", "| command | took | |", "| --- | --- | --- |"]
    for told in parts.values():
        seconds = f"{told['seconds'] / 60:.1f} min" if "seconds" in told else ""
        said = str(told.get("said", "")).strip().splitlines()
        status = (
            told["status"]
            if told["status"] == "measured"
            else f"**{told['status']}** {said[-1] if said else ''}".strip()
        )
        lines.append(f"| `{told['command']}` | {seconds} | {status} |")
    return "\n".join(lines) + "\n"


def line(row: Figure) -> str:
    goal, value = row.goal, row.value
    compared = "" if value is None else goal.told(value) if goal else f"{spelled(value)}x" if row.beside else ""
    aim, least = (goal.told(goal.aim), goal.told(goal.least)) if goal else ("", "")
    cells = (row.what, row.own, row.beside, compared, aim, least, SHOWN.get(row.verdict, row.verdict))
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def counted(rows: list[Figure]) -> str:
    verdicts = [row.verdict for row in rows if row.goal]
    told = [
        f"{verdicts.count(name)} {name}"
        for name in ("aim held", "least held", "missed", "not measured")
        if name in verdicts
    ]
    return f"Of {len(verdicts)} targets: {', '.join(told)}."


def peers_of(parts: Mapping[str, Any]) -> str:
    """The peers' versions as the results have them, or why there are none."""
    for name in ("text_search", "vector_search"):
        told = (parts.get(name, {}).get("found") or {}).get("peers")
        if isinstance(told, Mapping):
            return ", ".join(f"{package} {number}" for package, number in told.items())
    return "left out (no `--peers`)"
