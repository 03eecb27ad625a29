"""Work spread over a Dask cluster, or done here where none is named.

A task writes what it made to a place that driver and workers share and hands back its path: a worker that is killed
costs the tasks it had in hand, and a run that was stopped finds what is there. The place is a folder or any address that
fsspec opens, such as an object store.

    DUIKOU_CLUSTER=tcp://scheduler:8786  DUIKOU_SHARED=/shared/duikou  duikou assess ...
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from indexes import shared_files

if TYPE_CHECKING:
    from corpora.faults import Unusable
    from indexes.encoder import Encoder

CLUSTER: Final = "DUIKOU_CLUSTER"
SHARED: Final = "DUIKOU_SHARED"
CONNECT_SECONDS: Final = 30
T = TypeVar("T")
R = TypeVar("R")


def cluster_address() -> str | None:
    """The scheduler named by DUIKOU_CLUSTER, if any."""
    return os.environ.get(CLUSTER) or None


def shared_place() -> str:
    """The place that DUIKOU_SHARED names, which driver and workers share.

    Raises:
        Unusable: it is not set.
    """
    place = os.environ.get(SHARED)
    if not place:
        raise _unusable(
            f"使用集群时须用 {SHARED} 指明各机共用的位置：文件夹，或 s3:// 等地址",
            f"with a cluster, name in {SHARED} the place that all machines share: a folder, or an address such as s3://...",
        )
    return place


def spread(work: Callable[[T], R], items: Sequence[T], address: str | None = None) -> Iterator[tuple[int, R]]:
    """(position, result) of every item, as they come; in order and in this process without a cluster.

    Args:
        work: with `items`, whatever pickle carries; the same result whoever computes it. A task whose worker died is
            given to another.
        address: of the scheduler.

    Raises:
        Unusable: no Dask here, no scheduler there, or a task that killed its worker again and again.
    """
    if address is None:
        yield from ((at, work(item)) for at, item in enumerate(items))
        return
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise _unusable(
            "使用集群需要 Dask：pip install 'duikou[cluster]'", "a cluster needs Dask: pip install 'duikou[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as fault:
        raise _unusable(
            f"连不上集群 {address}（{CLUSTER}）：{fault}", f"no cluster answers at {address} ({CLUSTER}): {fault}"
        ) from None
    try:
        futures = {future: at for at, future in enumerate(client.map(work, list(items), pure=False))}
        for future in as_completed(futures, loop=client.loop):
            try:
                yield futures[future], future.result()
            except KilledWorker as fault:
                raise _unusable(
                    f"集群上有任务多次使工作进程退出（多为内存不足）：{fault}",
                    f"a task ended its worker several times, for want of memory as a rule: {fault}",
                ) from None
            # What was read is let go of: the scheduler forgets it.
            future.release()
    finally:
        client.close()


class ClusterEncoder:
    """An encoder whose chunks of texts are encoded by the workers of a cluster; a chunk is the same vectors anywhere.

    Attributes:
        fingerprint, dimension: of the encoder of this machine; a worker with another one refuses.
    """

    def __init__(self, encoder: "Encoder", model: str | None, address: str, shared: str) -> None:
        self._encoder, self._model, self._address, self._shared = encoder, model, address, shared.rstrip("/")

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """As every encoder does; a question of a few texts is not sent around."""
        return self._encoder.encode(texts)

    def encode_chunks(self, chunks: Sequence[Sequence[str]]) -> Iterator[tuple[int, np.ndarray]]:
        """(position, vectors) of every chunk, as workers finish them."""
        tasks = [(self._model, self.fingerprint, tuple(chunk), self._shared) for chunk in chunks]
        for at, path in spread(encode_chunk, tasks, self._address):
            yield at, shared_files.read_array(path)


def encode_chunk(task: tuple[str | None, str, tuple[str, ...], str]) -> str:
    """Encodes a chunk on a worker and writes it; returns the path. What is there already is left.

    Args:
        task: model as `load_encoder` takes it, fingerprint, texts, shared place.

    Raises:
        Unusable: the worker's model is another than the driver's.
    """
    model, fingerprint, texts, shared = task
    digest = hashlib.sha256("\0".join((fingerprint, *texts)).encode()).hexdigest()[:32]
    path = f"{shared}/{fingerprint}/{digest}.npy"
    if shared_files.exists(path):
        return path
    encoder = own_encoder(model)
    if encoder.fingerprint != fingerprint:
        raise _unusable(
            f"工作进程的模型（{encoder.fingerprint}）与主程序（{fingerprint}）不同：各机应装同一版本、同类处理器",
            f"a worker has another model ({encoder.fingerprint}) than this machine ({fingerprint}): install the same "
            "versions on all, on processors of one kind",
        )
    shared_files.write_array(path, encoder.encode(list(texts)))
    return path


@cache
def own_encoder(model: str | None) -> "Encoder":
    """The encoder of this process, loaded once."""
    from indexes.encoder import choose_encoder

    return choose_encoder(model).encoder


def _unusable(zh: str, en: str) -> "Unusable":
    # Imported where it is needed: the first answer of a service does not wait for pandas.
    from corpora.faults import Unusable

    return Unusable(zh, en)
