"""Functions compiled to machine code once and kept in the user's cache folder (docs/adr/0004).

Importing this module imports numba, about half a second; modules that need a kernel import it inside the function that
runs it, so that `import matcher` stays light.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numba

from indexes.cache import cache_folder


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled by numba, without the interpreter's lock, and cached on disk.

    The uncompiled function stays in reach as `.py_func`: run on arrays of Python integers it has no largest number.
    A folder that cannot be written only costs the time to compile.
    """
    # numba reads its folder when a function is decorated; the setting of a user's own kernels stays as it was.
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = before or str(cache_folder() / "kernels" / version("duikou"))
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)
    finally:
        numba.config.CACHE_DIR = before
