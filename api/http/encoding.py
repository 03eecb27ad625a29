"""The encoder of a process that answers HTTP: loaded in the background after start, shared by all requests."""

import threading

from api.logs import log, where
from indexes.encoder import Encoder, load_encoder


class SharedEncoder:
    """One encoder a process; whoever asks early waits until it is there."""

    def __init__(self) -> None:
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()
        self.fingerprint: str | None = None

    def load_later(self) -> None:
        threading.Thread(target=self._try, name="encoder", daemon=True).start()

    def get(self) -> Encoder:
        """The encoder, warm.

        Raises:
            FileNotFoundError: its weights are not there.
        """
        with self._lock:
            if self._encoder is None:
                encoder = load_encoder()
                encoder.encode(["对口"])
                self._encoder, self.fingerprint = encoder, encoder.fingerprint
            return self._encoder

    def _try(self) -> None:
        try:
            self.get()
            log.info("encoder loaded", fingerprint=self.fingerprint)
        except Exception as fault:
            log.error("encoder not loaded", **where(fault))
