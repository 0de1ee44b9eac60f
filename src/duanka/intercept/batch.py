"""What the log keeps of a batch: the events as they came, the answers given, the vectors they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from duanka.intercept import sparse
from duanka.intercept.answers import Answer  # noqa: TC001 - msgspec looks it up
from duanka.intercept.events import decode
from duanka.intercept.hot_path import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from duanka.intercept.events import Event


class Vectors(msgspec.Struct, array_like=True):
    """The vectors of one kind by position in the batch.

    Columns: `form` how `values` stand: 1 as `sparse` packs them, 0 float32, row after row, as logs of older
        versions have them.
    """

    kind: str
    where: list[int]
    width: int
    values: bytes
    form: int = 0

    def rows(self) -> NDArray[np.float32]:
        """The vectors, a row each."""
        if self.form:
            return sparse.unpacked(self.values, len(self.where), self.width)
        return np.frombuffer(self.values, np.float32).reshape(-1, self.width)


class Batch(msgspec.Struct, array_like=True):
    """One record of the log. Units: `now` UTC microseconds by the door's clock when it was taken."""

    now: int
    raws: list[bytes]
    answers: dict[int, Answer]
    vectors: list[Vectors]

    def events(self) -> list[Event]:
        """The events again, as they were read then."""
        return [decode(raw) for raw in self.raws]

    def asked(self) -> list[Asked]:
        """The vectors again, by kind."""
        return [Asked(v.kind, tuple(v.where), v.rows()) for v in self.vectors]


_SPARSE = 1
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Batch)


def encode(
    now: int, events: Sequence[Event], answers: Mapping[int, Answer], asked: Sequence[Asked]
) -> bytes:
    """The record of a batch as bytes."""
    vectors = [
        Vectors(a.kind, list(a.where), a.X.shape[1], sparse.packed(a.X), _SPARSE) for a in asked
    ]
    return _ENCODER.encode(Batch(now, [e.raw for e in events], dict(answers), vectors))


def read(payload: bytes) -> Batch:
    """The batch that a record of the log tells."""
    return _DECODER.decode(payload)
