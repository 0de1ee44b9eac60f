"""What the log keeps of a batch: the events as they came, the answers given, the vectors they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from duanka.intercept.answers import Answer  # noqa: TC001 - msgspec looks it up
from duanka.intercept.events import decode
from duanka.intercept.hot_path import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.intercept.events import Event


class Vectors(msgspec.Struct, array_like=True):
    """The vectors of one kind by position in the batch; float32, row after row."""

    kind: str
    where: list[int]
    width: int
    values: bytes


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
        return [
            Asked(
                v.kind,
                tuple(v.where),
                np.frombuffer(v.values, np.float32).reshape(-1, v.width),
            )
            for v in self.vectors
        ]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Batch)


def encode(
    now: int, events: Sequence[Event], answers: Mapping[int, Answer], asked: Sequence[Asked]
) -> bytes:
    """The record of a batch as bytes."""
    vectors = [Vectors(a.kind, list(a.where), a.X.shape[1], a.X.tobytes()) for a in asked]
    return _ENCODER.encode(Batch(now, [e.raw for e in events], dict(answers), vectors))


def read(payload: bytes) -> Batch:
    """The batch that a record of the log tells."""
    return _DECODER.decode(payload)
