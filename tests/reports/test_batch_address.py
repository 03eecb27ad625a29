"""A batch whose tables and results lie in a store that knows names alone, not folders."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner

from api.cli import cli
from corpora.faults import Unusable
from matcher import load_assessment
from reports import run_batch
from reports.batch import Batch, Outcome
from reports.batch.place import Place
from tests.reports.regions import three_regions
from tests.reports.test_batch_cluster import files_of, run
from tests.workers import kill_one, two_workers

STORE = "memory://bucket"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with the tables of three regions, and no copy of it here."""
    monkeypatch.setattr("reports.batch.place.cache_folder", lambda: tmp_path / "copies")
    memory = fsspec.filesystem("memory")
    upload(three_regions(tmp_path / "各市"), f"{STORE}/各市")
    yield STORE
    memory.rm("/bucket", recursive=True)


def upload(folder: Path, address: str) -> None:
    for file in (path for path in folder.rglob("*") if path.is_file()):
        with fsspec.open(f"{address}/{file.relative_to(folder).as_posix()}", "wb") as target:
            target.write(file.read_bytes())


def kept(address: str) -> dict[str, bytes]:
    """Every file at an address but the record."""
    files, start = fsspec.core.url_to_fs(address)
    names = [name for name in files.find(start) if not name.endswith("/manifest.json")]
    return {name[len(start) + 1 :]: files.cat_file(name) for name in names}


def test_the_store_holds_what_a_folder_would_hold(store: str, tmp_path: Path) -> None:
    here = run(tmp_path / "各市", tmp_path / "总览")
    there = run(f"{store}/各市", f"{store}/总览")
    assert [(o.region, o.status, o.message) for o in there.regions] == [
        (o.region, o.status, o.message) for o in here.regions
    ]
    assert {o.status for o in there.regions} == {"done", "unusable"}
    assert kept(f"{store}/总览") == files_of(here)
    assert there.assessment("甲市").programs.equals(here.assessment("甲市").programs)
    # What was brought here is a copy that may go.
    assert not (tmp_path / "memory:").exists()


def test_it_goes_on_from_any_machine_and_does_again_what_the_store_lost(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(f"{store}/各市", f"{store}/总览")
    before = kept(f"{store}/总览")
    monkeypatch.setattr("reports.batch.place.cache_folder", lambda: tmp_path / "another machine")
    again = run(f"{store}/各市", f"{store}/总览")
    assert [o.fresh for o in again.of("done")] == [False, False]
    lost = next(name for name in before if name.startswith("丙市/report"))
    fsspec.filesystem("memory").rm(f"/bucket/总览/{lost}")
    mended = run(f"{store}/各市", f"{store}/总览")
    assert {o.region: o.fresh for o in mended.of("done")} == {"甲市": False, "丙市": True}
    assert kept(f"{store}/总览") == before
    assert len(whole.of("done")) == 2


def test_it_goes_on_after_its_first_region_was_cut_off(store: str) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(f"{store}/各市", f"{store}/总览", as_of="2026-10-15", forms=("html",), progress=interrupted)
    fsspec.filesystem("memory").pipe_file("/bucket/总览/甲市/report-public-zh.html", b"half")
    assert [o.fresh for o in run(f"{store}/各市", f"{store}/总览").of("done")] == [True, True]


def test_the_batch_of_last_year_may_lie_there_too(store: str, tmp_path: Path) -> None:
    here = run(tmp_path / "各市", tmp_path / "上年")
    upload(here.folder, f"{store}/上年")
    settings = {"as_of": "2027-10-15", "forms": ("html",), "counterfactuals": False, "draws": 0}
    expected = run_batch(tmp_path / "各市", tmp_path / "今年", earlier=tmp_path / "上年", **settings)  # type: ignore[arg-type]
    found = run_batch(f"{store}/各市", f"{store}/今年", earlier=f"{store}/上年", **settings)  # type: ignore[arg-type]
    assert kept(f"{store}/今年") == files_of(expected)
    assert len(found.of("done")) == 2


def test_what_is_wrong_with_an_address_is_said(store: str) -> None:
    with pytest.raises(Unusable, match="no regions in memory://bucket/nothing: it takes one subfolder a region"):
        run(f"{store}/nothing", f"{store}/总览")
    with pytest.raises(Unusable, match="nosuch://bucket/总览 cannot be opened: Protocol not known: nosuch"):
        run(f"{store}/各市", "nosuch://bucket/总览")
    with pytest.raises(Unusable, match="memory://bucket/各市 is no folder of a batch and is not empty"):
        run(f"{store}/各市", f"{store}/各市")


def test_no_name_in_a_store_reaches_beyond_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.batch.place.cache_folder", lambda: tmp_path / "copies")
    monkeypatch.setattr("reports.batch.place.shared_files.listed", lambda _: ["甲市/../../../outside.csv"])
    with pytest.raises(Unusable, match="no name may hold"):
        Place.of(f"{STORE}/各市").fetch()
    assert not (tmp_path / "copies").exists()


def test_the_command_takes_addresses_and_names_them(store: str) -> None:
    given = ["batch", f"{store}/各市", "--out", f"{store}/总览", "--format", "html", "--draws", "0", "--lang", "en",
             "--no-counterfactuals", "--as-of", "2026-10-15"]  # fmt: skip
    found = CliRunner().invoke(cli, given)
    assert found.exit_code == 1, "one region has tables that cannot be used"
    assert "memory://bucket/总览/overview-public-en.html" in found.output
    assert "memory://bucket/总览/manifest.json" in found.output


def test_workers_on_other_machines_need_no_folder_in_common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers keep their copies elsewhere than this process, as other machines do; one of them is killed."""
    place = three_regions(tmp_path / "各市")
    alone = run(place, tmp_path / "一台")
    address = f"file://{tmp_path}/store"
    copies_of_workers = [Place.of(f"{address}/{name}").folder for name in ("各市", "总览")]
    upload(place, f"{address}/各市")
    with two_workers() as cluster:
        monkeypatch.setenv("DUIKOU_CLUSTER", cluster)
        monkeypatch.setattr("reports.batch.place.cache_folder", lambda: tmp_path / "copies")

        def told(outcome: Outcome, done: int, of: int, left: float | None) -> None:
            if done == 1:
                kill_one(cluster)

        together: Batch = run(f"{address}/各市", f"{address}/总览", told)
    assert all(folder.is_dir() for folder in copies_of_workers)
    for folder in copies_of_workers:
        shutil.rmtree(folder)
    assert kept(f"{address}/总览") == files_of(alone)
    assert Place.of(f"{address}/总览").folder.is_relative_to(tmp_path / "copies")
    assert (
        load_assessment(together.folder / "甲市" / "assessment").flag_counts() == alone.assessment("甲市").flag_counts()
    )
