"""The description of the interface as docs/openapi.json has it; `make openapi` writes it anew."""

import json
import sys
import tempfile
from pathlib import Path

from api.http.app import create_app
from api.settings import Settings


def described() -> str:
    """JSON in a fixed order, so that a change shows as a few lines."""
    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data=Path(folder))).openapi()
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(described(), encoding="utf-8")
