"""Runs the notebooks and writes them, with their tables and charts, into docs/notebooks: `make notebooks`.

A notebook is a jupytext script in the percent format, numbered in the order of reading; `jupytext --to ipynb` or an
editor that knows the format opens it as a notebook. A page carries the hash of its script, so that a page older than
its script can be told (tests/notebooks).
"""

import hashlib
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient

SCRIPTS = Path(__file__).parent
PAGES = SCRIPTS.parent / "docs" / "notebooks"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# What a cell shows, the richest first.
FORMS = ("image/svg+xml", "text/html", "text/plain")
# A cell reads every text once where nothing is cached yet: minutes on a small machine.
SECONDS = 1800


def scripts() -> list[Path]:
    """The notebooks in the order of reading."""
    return sorted(SCRIPTS.glob("[0-9][0-9]_*.py"))


def opened(script: Path) -> Any:
    """A script as a notebook that has not run."""
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata["kernelspec"] = dict(KERNEL)
    return notebook


def run(script: Path) -> Any:
    """The notebook with what its cells show; files that it writes go into a folder that is then removed.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails.
    """
    notebook = opened(script)
    with tempfile.TemporaryDirectory() as folder:
        place = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=SECONDS, resources=place, extra_arguments=["--log-level=ERROR"]).execute()
    return notebook


def digest(script: Path) -> str:
    """What a page carries of its script."""
    return hashlib.sha256(script.read_bytes()).hexdigest()[:16]


def page(script: Path, notebook: Any) -> tuple[str, Mapping[str, str]]:
    """Markdown of a notebook that has run, and the drawings that it shows by the names of their files."""
    parts = [f"<!-- notebooks/{script.name} {digest(script)}: make notebooks -->"]
    drawings: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            if output.output_type == "stream":
                if output.name == "stdout":
                    parts.append(f"```text\n{output.text.rstrip()}\n```")
                continue
            form = next(form for form in FORMS if form in output.data)
            content = output.data[form]
            if form == "image/svg+xml":
                name = f"{script.stem}-{len(drawings) + 1}.svg"
                # Hundredths of a point are more than an eye can tell, and half the file.
                drawings[name] = re.sub(r"(\d\.\d\d)\d+", r"\1", content)
                words = output.data["text/plain"].rsplit(" (", 1)[0]
                parts.append(f"![{words}]({name})")
            else:
                parts.append(_plain_html(content) if form == "text/html" else f"```text\n{content}\n```")
    return "\n\n".join(parts) + "\n", drawings


def _plain_html(fragment: str) -> str:
    """Markup that a Markdown page takes: without style sheets, indentation and empty lines, each of which ends it."""
    bare = re.sub(r"<style.*?</style>", "", fragment, flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def main(names: list[str]) -> None:
    """Renders the notebooks whose file names hold one of the names; all of them if none is given."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for script in scripts():
        if names and not any(name in script.name for name in names):
            continue
        text, drawings = page(script, run(script))
        for old in PAGES.glob(f"{script.stem}*"):
            old.unlink()
        (PAGES / f"{script.stem}.md").write_text(text, encoding="utf-8", newline="\n")
        for name, drawing in drawings.items():
            (PAGES / name).write_text(drawing, encoding="utf-8", newline="\n")
        print(PAGES / f"{script.stem}.md")


if __name__ == "__main__":
    main(sys.argv[1:])
