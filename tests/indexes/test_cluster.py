"""A cluster of worker processes on this machine: the same vectors, whoever makes them, and though one is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpora.faults import Unusable
from indexes.cluster import ClusterEncoder, cluster_address, encode_chunk, spread
from indexes.encoder import choose_encoder, load_encoder
from indexes.vector_cache import VectorCache
from tests.workers import kill_one, two_workers

TEXTS = [
    f"第{n}号工位{what}，记录并复检" for n in range(24) for what in ("焊接车架", "装配减速器", "调试机器人", "检验叶片")
]
CHUNKS = [TEXTS[start : start + 8] for start in range(0, len(TEXTS), 8)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with two_workers() as address:
        yield address


def test_vectors_and_their_order_are_those_of_one_machine(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = VectorCache(tmp_path / "alone", choose_encoder().encoder).encode(TEXTS)
    monkeypatch.setenv("DUIKOU_CLUSTER", cluster)
    monkeypatch.setenv("DUIKOU_SHARED", f"file://{tmp_path}/shared")
    encoder = load_encoder()
    assert isinstance(encoder, ClusterEncoder)
    seen: list[tuple[int, int]] = []
    together = VectorCache(tmp_path / "together", encoder).encode(TEXTS, lambda done, of: seen.append((done, of)))
    assert together.tobytes() == alone.tobytes()
    assert seen[-1] == (len(TEXTS), len(TEXTS))
    assert list((tmp_path / "shared").rglob("*.npy")), "each task wrote its chunk"
    assert not list((tmp_path / "shared").rglob("*.part"))


def test_a_worker_killed_in_the_middle_costs_its_chunks_alone(cluster: str, tmp_path: Path) -> None:
    own = choose_encoder().encoder
    encoder = ClusterEncoder(own, None, cluster, str(tmp_path))
    found: dict[int, Any] = {}
    for at, vectors in encoder.encode_chunks(CHUNKS):
        if not found:
            kill_one(cluster)
        found[at] = vectors
    assert sorted(found) == list(range(len(CHUNKS)))
    for at, chunk in enumerate(CHUNKS):
        assert found[at].tobytes() == own.encode(chunk).tobytes()


def test_what_an_earlier_run_wrote_is_not_made_again(tmp_path: Path) -> None:
    own = choose_encoder().encoder
    task = (None, own.fingerprint, tuple(CHUNKS[0]), str(tmp_path))
    path = Path(encode_chunk(task))
    np.save(path, np.ones((8, 2), np.float32))
    assert encode_chunk(task) == str(path)
    assert np.load(path).shape == (8, 2), "left as it was"


def test_a_worker_with_another_model_refuses(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="another model"):
        encode_chunk((None, "0123456789abcdef-fp32", ("焊接",), str(tmp_path)))


def test_without_a_cluster_work_is_done_here_in_order() -> None:
    assert cluster_address() is None
    assert list(spread(str.upper, ["a", "b"])) == [(0, "A"), (1, "B")]


def test_no_scheduler_and_no_shared_place_are_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexes.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(Unusable, match=r"no cluster answers at tcp://127\.0\.0\.1:9 \(DUIKOU_CLUSTER\)"):
        list(spread(str.upper, ["a"], "tcp://127.0.0.1:9"))
    monkeypatch.setenv("DUIKOU_CLUSTER", "tcp://127.0.0.1:9")
    with pytest.raises(Unusable, match="DUIKOU_SHARED"):
        load_encoder()


def test_a_fault_of_a_task_reaches_the_driver_as_it_was(cluster: str) -> None:
    with pytest.raises(Unusable) as fault:
        list(spread(_refuse, ["表"], cluster))
    assert fault.value.message("zh") == "表不可用"


def _refuse(name: str) -> str:
    raise Unusable(f"{name}不可用", f"{name} is unusable")
