"""Worker processes beside the server: started with it, started again when one dies, ended with it."""

import os
import signal
import subprocess
import sys
import threading

from api.logs import configure_logs, log
from api.settings import Settings, read_settings
from api.state.database import Database
from api.work.worker import Worker

WATCH_SECONDS = 0.5
END_SECONDS = 20.0
_CHILD = "from api.work.processes import run_child; run_child()"


class WorkerProcesses:
    """So many processes that do jobs. A job that kills its process takes nothing else with it."""

    def __init__(self, number: int) -> None:
        self._children: list[subprocess.Popen[bytes]] = []
        self._number = number
        self._ending = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="workers", daemon=True)

    def start(self) -> None:
        self._children = [self._new() for _ in range(self._number)]
        self._watcher.start()

    def stop(self) -> None:
        """Lets every worker put its job back, then ends it."""
        self._ending.set()
        if self._watcher.is_alive():
            self._watcher.join()
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _new(self) -> subprocess.Popen[bytes]:
        # A pipe that nobody writes to: it closes when this process ends, however it ends.
        return subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE)

    def _watch(self) -> None:
        while not self._ending.wait(WATCH_SECONDS):
            for place, child in enumerate(self._children):
                if child.poll() is not None:
                    log.warning("worker ended, started again", code=child.returncode)
                    self._children[place] = self._new()


def run_worker(settings: Settings, with_parent: bool = False) -> None:
    """Does jobs in this process until it is told to end (SIGTERM, SIGINT).

    Args:
        with_parent: end as well when standard input closes, which is when the process that started this one is gone.
    """
    configure_logs(settings)
    database = Database(settings.database_url)
    database.migrate()
    worker = Worker(settings, database)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if with_parent:
        threading.Thread(target=_until_alone, args=(worker,), daemon=True).start()
    log.info("worker started", worker=worker.name)
    worker.run()
    database.close()


def _until_alone(worker: Worker) -> None:
    os.read(0, 1)
    worker.stop()


def run_child() -> None:
    """A worker of `WorkerProcesses`, with the settings of the environment."""
    run_worker(read_settings(), with_parent=True)
