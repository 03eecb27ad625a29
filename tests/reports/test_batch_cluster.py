"""A batch whose regions are done by the workers of a cluster: the same files, though a worker is killed."""

from pathlib import Path

import pytest

from reports import run_batch
from reports.batch import Batch, Outcome
from tests.matcher.test_assessment import small
from tests.reports.regions import three_regions, write_region
from tests.workers import kill_one, two_workers


def files_of(batch: Batch) -> dict[str, bytes]:
    """Every file but the record, which tells how long each region took."""
    files = sorted(f for f in batch.folder.rglob("*") if f.is_file() and f.name != "manifest.json")
    return {f.relative_to(batch.folder).as_posix(): f.read_bytes() for f in files}


def run(place: str | Path, out: str | Path, told: object = None) -> Batch:
    return run_batch(
        place, out, as_of="2026-10-15", forms=("html", "xlsx"), counterfactuals=False, label={"zh": "虚构", "en": "made up"},
        told=told,
    )  # type: ignore[arg-type]  # fmt: skip


def test_workers_write_what_one_machine_writes_though_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = three_regions(tmp_path / "各市")
    for name in ("丁市", "戊市", "己市"):
        write_region(place / name, demands=small()["demands"].assign(openings=[40 + ord(name[0]) % 7, 50]))
    alone = run(place, tmp_path / "一台")
    with two_workers() as cluster:
        monkeypatch.setenv("DUIKOU_CLUSTER", cluster)
        seen: list[str] = []

        def told(outcome: Outcome, done: int, of: int, left: float | None) -> None:
            if not seen:
                kill_one(cluster)
            seen.append(outcome.region)
            assert (done, of) == (len(seen), 6)

        together = run(place, tmp_path / "集群", told)
    assert sorted(seen) == sorted(o.region for o in together.regions)
    assert [(o.region, o.status, o.flags) for o in together.regions] == [
        (o.region, o.status, o.flags) for o in alone.regions
    ]
    assert files_of(together) == files_of(alone)
    assert "丙市/assessment/matches.parquet" in files_of(together)
