"""Two worker processes on this machine, as a cluster has them, for tests that kill one."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client, LocalCluster


@contextmanager
def two_workers() -> Iterator[str]:
    """Address of the scheduler; the workers end with it."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:  # type: ignore[no-untyped-call]
        yield str(cluster.scheduler_address)


def kill_one(address: str) -> None:
    """Ends one worker at once, whatever it has in hand."""
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        pids: dict[str, int] = client.run(os.getpid)
    os.kill(min(pids.values()), signal.SIGKILL)
