"""Vectors as the log keeps them: most values are nought or missing, and two bits say so of each."""

# ruff: noqa: ANN001, ANN202 - compiled by numba, which infers types

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_NAN = int(np.array(np.nan, np.float32).view(np.uint32))
_WORD = 32


def packed(X: Matrix) -> bytes:
    """The rows in fewer bytes; `unpacked` gives them back to the bit.

    Source: the two marks of each value stand first, row after row: 1 not nought, 2 and not the usual NaN;
    behind all marks stand the values that have both.
    """
    bits = np.ascontiguousarray(X, np.float32).view(np.uint32)
    marks = 2 * (-(-bits.shape[1] // _WORD))
    out = np.empty(len(bits) * marks + bits.size, np.uint32)
    size = _pack(bits, marks, out)
    return out[:size].tobytes()


def unpacked(kept: bytes, rows: int, width: int) -> Matrix:
    """The rows that were packed. Shapes: (rows, width)."""
    marks = 2 * (-(-width // _WORD))
    out = np.empty((rows, width), np.uint32)
    _unpack(np.frombuffer(kept, np.uint32), marks, out)
    return out.view(np.float32)


@nb.njit(cache=True, nogil=True)
def _pack(bits, marks, out):  # type: ignore[no-untyped-def]
    at = np.uint64(len(bits) * marks)
    one = np.uint64(1)
    for row in range(len(bits)):
        mine, told = bits[row], out[row * marks : (row + 1) * marks]
        for word in range(marks // 2):
            begin, some, other = word * _WORD, np.uint32(0), np.uint32(0)
            for k in range(min(_WORD, mine.size - begin)):
                value = mine[begin + k]
                is_some = np.uint32(value != 0)
                is_other = is_some & np.uint32(value != _NAN)
                some |= is_some << np.uint32(k)
                other |= is_other << np.uint32(k)
                out[at] = value
                at += one if is_other else np.uint64(0)
            told[2 * word], told[2 * word + 1] = some, other
    return at


@nb.njit(cache=True, nogil=True)
def _unpack(kept, marks, out):  # type: ignore[no-untyped-def]
    at = len(out) * marks
    for row in range(len(out)):
        for column in range(out.shape[1]):
            word, bit = column // _WORD, np.uint32(column % _WORD)
            some = kept[row * marks + 2 * word] >> bit & np.uint32(1)
            other = kept[row * marks + 2 * word + 1] >> bit & np.uint32(1)
            out[row, column] = kept[at] if other else _NAN if some else 0
            at += other
