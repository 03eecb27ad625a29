"""Where converted models, vectors and indexes are kept between runs."""

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """DUIKOU_CACHE, else the user's cache folder. Everything in it can be deleted: it is made again."""
    return Path(os.environ.get("DUIKOU_CACHE") or user_cache_path("duikou"))
