"""The page of speed results says what was measured, what was missed and what was not measured."""

import json
from pathlib import Path

import results_page
import run


def results(folder: Path) -> Path:
    ways = {"duikou": {"times_sentence_transformers": 1.6}, "sentence_transformers": {}}
    rates = {"duikou": 93.5, "sentence_transformers": 58.9}
    many = {"texts_a_second": rates, "ways": ways, "top_10_overlap": 1.0}
    old = {"many": {**many, "texts_a_second": {"duikou": 1.0, "sentence_transformers": 1.0}}}
    found = {
        "encoding-2026-11-20": old,
        "encoding-2026-11-25": {"machine": {"processor": "a processor", "load_at_start": [1]}, "many": many},
        "encoding-2026-11-26-loaded": old,
        "index-2026-11-25": {
            "near": {"near_ms": 1.0, "recall_100_held_out": 0.991, "flat_ms": 250.0, "times_flat": 250.0},
            "map": {"median_ms": 0.5},
            "growth": {
                str(rows): {"flat_ms": rows / 1e4, "index_ms": rows / 1e5, "build_s": rows / 1e3} for rows in (100, 1000)
            },
        },
    }  # fmt: skip
    for name, content in found.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_the_latest_result_of_each_is_held_against_what_was_asked(tmp_path: Path) -> None:
    results_page.write_page(results(tmp_path))
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines() if line.startswith("| ")}
    assert "93.5 texts/s" in lines["encoding many texts"]
    assert lines["encoding many texts"].endswith("| **missed** |")
    assert lines["one query among 1,000,000 vectors"].endswith("| aim |")
    assert lines["opening an index of 1,000,000"].endswith("| least |")
    assert lines["building an index from texts"].endswith("| **not measured** |")
    assert "a processor" in page
    for plot in ("ratios.svg", "growth.svg"):
        assert plot in page
        assert "<svg" in (tmp_path / plot).read_text(encoding="utf-8")


def test_every_part_that_can_be_run_is_there() -> None:
    for part in run.PARTS:
        for script, *_ in (part.command, part.small):
            assert (run.HERE.parent / script).is_file(), script
    assert len({part.name for part in run.PARTS}) == len(run.PARTS)
