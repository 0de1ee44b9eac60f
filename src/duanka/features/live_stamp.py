"""A number that changes with the compiled code of the live host, and with all that is frozen into it.

Numba keeps compiled code by the date of one file. The live host's stands in several and freezes
layouts and column maps, so what is kept is kept under this number too.
"""

from __future__ import annotations

import zlib
from types import CodeType, ModuleType
from typing import Any

import numpy as np


def stamp_of(*modules: ModuleType) -> int:
    """The number of these modules' compiled functions, plain numbers and arrays.

    Example:
        >>> from duanka.features import flags
        >>> stamp_of(flags) == stamp_of(flags)
        True
    """
    told = [
        f"{module.__name__}.{name}={_told(value)}"
        for module in modules
        for name, value in sorted(vars(module).items())
        if not name.startswith("__")
    ]
    return zlib.crc32("\n".join(told).encode())


def _told(value: Any) -> str:
    if isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, np.ndarray):
        return f"{value.shape}{zlib.crc32(value.tobytes())}"
    if isinstance(value, tuple):
        return ",".join(_told(part) for part in value)
    function = getattr(value, "py_func", None)
    if function is None:
        return ""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return _code(function.__code__) + ",".join(_told(cell) for cell in cells)


def _code(code: CodeType) -> str:
    constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
    return f"{code.co_code.hex()}{code.co_names}{constants}"
