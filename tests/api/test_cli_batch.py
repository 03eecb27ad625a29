"""`duikou batch` as a stranger meets it: exit codes, progress, and a batch that is killed and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.command_line import duikou
from tests.reports.regions import three_regions

OPTIONS = ("--as-of", "2026-10-15", "--format", "docx,xlsx,html", "--no-counterfactuals")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_regions(tmp_path_factory.mktemp("batch") / "各市")


def results(folder: Path) -> dict[str, bytes]:
    """Every file but the record, whose seconds differ."""
    return {
        f.relative_to(folder).as_posix(): f.read_bytes()
        for f in folder.rglob("*")
        if f.is_file() and f.name != "manifest.json"
    }


def statuses(folder: Path) -> dict[str, str]:
    record = folder / "manifest.json"
    if not record.is_file():
        return {}
    return {r["region"]: r["status"] for r in json.loads(record.read_text(encoding="utf-8"))["regions"]}


def test_a_batch_that_is_killed_goes_on_to_the_same_bytes(place: Path) -> None:
    whole, cut = place.with_name("whole"), place.with_name("cut")
    done = duikou(place, "batch", place, "--out", whole, *OPTIONS)
    assert done.returncode == 1, done.stderr
    assert "未完成 1 个地区：乙市" in done.stdout
    for line in ("[1/3] 丙市：完成", "约剩", "[2/3] 乙市：数据未通过检查", "约30", "[3/3] 甲市：完成"):
        assert line in done.stderr
    assert str(whole / "overview-public-zh.html") in done.stdout

    words = [sys.executable, "-m", "api.cli", "batch", str(place), "--out", str(cut), *OPTIONS]
    running = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=dict(os.environ))
    while "丙市" not in statuses(cut):
        assert running.poll() is None, "it ended before a region was done"
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert "甲市" not in statuses(cut)
    first = (cut / "丙市" / "report-public-zh.docx").stat().st_mtime_ns

    done = duikou(place, "batch", place, "--out", cut, *OPTIONS)
    assert done.returncode == 1, done.stderr
    assert "[1/3] 丙市：未变，不再重做" in done.stderr
    assert (cut / "丙市" / "report-public-zh.docx").stat().st_mtime_ns == first
    assert results(cut) == results(whole)


def test_a_batch_without_faults_ends_with_0_and_speaks_english(place: Path, tmp_path: Path) -> None:
    (tmp_path / "regions").mkdir()
    (tmp_path / "regions" / "甲市").symlink_to(place / "甲市")
    done = duikou(tmp_path, "batch", "regions", "--out", "out", *OPTIONS, "--edition", "internal", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "[1/1] 甲市: done" in done.stderr
    assert (tmp_path / "out" / "overview-internal-en.xlsx").is_file()


def test_help_says_what_a_region_is_and_how_to_go_on(tmp_path: Path) -> None:
    told = duikou(tmp_path, "batch", "--help").stdout
    for words in ("每个地区一个子文件夹", "one subfolder of tables a region", "Run it again to go on", "--edition"):
        assert words in told


def test_what_cannot_be_is_one_clear_line(place: Path, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("mine")
    for words, says in (
        ((place, "--out", tmp_path), "不是批量分析的结果文件夹"),
        ((place, "--out", tmp_path / "o", "--format", "odt"), "没有 odt 格式"),
        ((tmp_path, "--out", tmp_path / "o"), "own.csv：看不出是哪张表"),
    ):
        done = duikou(tmp_path, "batch", *words)
        assert done.returncode == 2
        assert says in done.stderr
