"""The page of all benchmarks says what was measured, missed, left out and failed; and its plots are drawn."""

import re
from pathlib import Path
from typing import Any

import pytest
from figures import Goal, figures, spelled
from page import write_page
from run import PARTS, Part, printed_lines, run


def measured(found: dict[str, Any]) -> dict[str, Any]:
    return {"status": "measured", "command": "python benchmarks/x.py", "seconds": 90.0, "found": found}


def way(wall: float, times: float) -> dict[str, float]:
    return {"wall_s": wall, "times_sentence_transformers": times}


MACHINE = {"processor": "Example", "cores": 2, "flags": ["avx2"], "load_at_start": [0.1], "python": "3.11.7"}
PARTS_FOUND: dict[str, Any] = {
    "encoding": measured(
        {
            "many": {
                "ways": {"duikou": way(2.0, 5.0), "matrix_products": way(1.0, 10.0)},
                "texts_a_second": {"duikou": 500.0, "sentence_transformers": 100.0},
                "share_of_limit": 0.5,
            }
        }
    ),
    "index": measured({"near": {"near_ms": 1.0, "flat_ms": 20.0, "times_flat": 20.0, "recall_100_held_out": 0.991}}),
    "report": measured({"processor_seconds": 30.0, "gigabytes": 1.2}),
    "vector_search": measured(
        {
            "rows": 1000,
            "peers": "left out: no --peers PYTHON was given",
            "ways": {
                "flat": {"ms": 9.0, "recall_100": 1.0, "build_s": 0.1, "disk_mb": 1.5, "ms_over_that_of_duikou": 9.0},
                "duikou": {"ms": 1.0, "recall_100": 0.993, "build_s": 2.0, "disk_mb": 2.0},
            },
        }
    ),
    "growth": measured(
        {
            "sizes": [
                {"rows": 100, "build_s": 0.01, "kind": "exact", "scan_ms": 0.1, "duikou_ms": 0.1},
                {"rows": 100_000, "build_s": 9.0, "kind": "IVF1024,SQ8", "scan_ms": 60.0, "duikou_ms": 1.0},
            ],
            "powers": {"scan_ms": None},
        }
    ),
    "load": {"status": "failed", "command": "python benchmarks/service/load.py", "said": "Traceback\nOSError: port taken"},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = {"date": "2026-11-25", "machine": MACHINE, "parts": PARTS_FOUND}
    return write_page(result, tmp_path_factory.mktemp("page")).parent


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def row(page: str, starting: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| {starting}"))


def test_a_figure_stands_beside_its_peer_and_its_target(page: str) -> None:
    line = row(page, "encoding many texts")
    assert "500 texts/s | SentenceTransformer: 100 texts/s | 5x | 8x | 4x | least held, aim missed" in line


def test_a_missed_target_is_shown_as_missed(page: str) -> None:
    assert row(page, "one query, one thread").endswith("| **missed** |")


def test_what_was_not_measured_says_so(page: str) -> None:
    assert row(page, "200 draws of a city").endswith("| not measured |")
    assert row(page, "one question to its ten nearest").endswith("| not measured |")
    assert "Peers: left out" in page


def test_a_failed_part_is_named_with_its_reason(page: str) -> None:
    assert "**failed** OSError: port taken" in row(page, "`python benchmarks/service/load.py`")


def test_the_plots_of_what_was_measured_are_drawn(page: str, folder: Path) -> None:
    for name in ("targets.svg", "vector_search.svg", "growth.svg"):
        assert f"({name})" in page
        assert (folder / name).read_text(encoding="utf-8").startswith("<svg")


def test_a_result_without_anything_is_a_page_of_targets(tmp_path: Path) -> None:
    page = write_page({"date": "2026-11-25", "machine": MACHINE, "parts": {}}, tmp_path).read_text(encoding="utf-8")
    assert all(figure.verdict == "not measured" for figure in figures({}))
    assert re.search(r"Of (\d+) targets: \1 not measured\.", page)


def test_less_is_better_where_a_target_is_a_limit() -> None:
    time = Goal(20, 60, "s", at_most=True)
    verdicts = {
        value: next(f for f in figures({"placement": measured({"city": {"median": {"wall_s": value}}})}) if f.goal == time).verdict
        for value in (19, 40, 61)
    }  # fmt: skip
    assert verdicts == {19: "aim held", 40: "least held", 61: "missed"}


def test_numbers_have_three_digits() -> None:
    assert [spelled(x) for x in (0.0042, 0.5, 1.61, 93.5, 1158.1, 1_000_000)] == [
        "0.004", "0.5", "1.61", "93.5", "1,158", "1,000,000",
    ]  # fmt: skip


def test_printed_lines_are_read() -> None:
    assert printed_lines('read {"p50": 80}\nlimit: 0.88 s, 0.80 s of processor time; aim 1.0 s\nerrors {}') == {
        "read": {"p50": 80},
        "limit": 0.88,
        "errors": {},
    }


def test_one_part_is_run_and_a_failing_one_is_told_apart(tmp_path: Path) -> None:
    told = run(next(part for part in PARTS if part.name == "import"), True, None, tmp_path)
    assert told["status"] == "measured"
    assert told["found"]["matcher"] > 0
    broken = run(Part("import", "import_time.py", 1, 1, quick=("many",)), True, None, tmp_path)
    assert broken["status"] == "failed"
    assert "many" in broken["said"]
    assert run(Part("gone", "gone.py", 1, 1), True, None, tmp_path)["status"] == "not there"
