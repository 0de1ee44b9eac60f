"""Cards and events judged a portion at a time, where more were moved than is held at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import asking, catalogue, vectors
from duanka.features.shards import Answered, Asked, Shards

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from duanka.features.asking import Asker
    from duanka.features.catalogue import Subject
    from duanka.jobs.judge import Told

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]
    Teller = Callable[[Matrix], Told]

CARD_ROWS = 20
"""As many events as take the room of one card's vector."""
EVENT_ROWS = 40
"""As many as take that of one transfer's, with what is asked of both its sides."""


def of_cards(asker: Asker, subject: Subject, card: Ints, tell: Teller) -> tuple[Told, Matrix]:
    """What is told of these cards as they stand at the dataset's instant, and their vectors.

    Columns: `tell` says of each row of vectors by itself what there is to say.
    """
    ask = vectors.account_vectors if subject == "account" else vectors.sim_vectors
    at = np.full(card.size, asker.records.as_of, dtype=np.int64)
    step = _step(asker, card.size, CARD_ROWS)
    if step >= card.size:
        X = ask(asker, card, at)
        return tell(X), X
    width = len(catalogue.names_of(subject))
    X = asker.room.array(card.size * width, np.float32).reshape(card.size, width)
    told = []
    for begin in range(0, card.size, step):
        rows = slice(begin, begin + step)
        X[rows] = ask(asker, card[rows], at[rows])
        told.append(tell(X[rows]))
    return joined(told), X


def of_events(asker: Asker, subject: Subject, which: Ints, tell: Teller) -> Told:
    """What is told of these transfers or calls as they stood when each was made.

    Their sides are asked once, range by range of accounts; the answers wait in files for their turn.
    """
    ask = vectors.transfer_vectors if subject == "transfer" else vectors.call_vectors
    step = _step(asker, which.size, EVENT_ROWS)
    if subject == "call" or step >= which.size:
        return tell(ask(asker, which))
    t, s = asker.records.transfers, asker.streams
    key = np.concatenate([t.giver[which], t.taker[which]])
    at = np.concatenate([t.at[which], t.at[which]])
    held = [
        stream.ahead(
            (key, at), Asked(how.layout, how.names, asker.threads), room=asker.room, step=step
        )
        for stream, how in ((s.transfers, asking.TRANSFERS), (s.uses, asking.USES))
        if isinstance(stream, Shards)
    ]
    told = []
    for begin in range(0, which.size, step):
        end = min(begin + step, which.size)
        sides = (slice(begin, end), slice(which.size + begin, which.size + end))
        answered = [Answered(tuple(found.rows(side) for side in sides)) for found in held]
        streams = replace(s, transfers=answered[0], uses=answered[1])
        piece = replace(asker, streams=streams)
        told.append(tell(ask(piece, which[begin:end])))
    return joined(told)


def _step(asker: Asker, size: int, rows: int) -> int:
    """How many are judged at once: all, unless the transfers are too many to be held."""
    if not isinstance(asker.streams.transfers, Shards):
        return max(size, 1)
    return max(asker.room.at_once // rows, 1)


def joined(told: Sequence[Told]) -> Told:
    """What was told of one portion after the other, as if of all at once."""
    starts = np.cumsum([0, *(part.score.size for part in told)]).tolist()

    def all_of(name: str) -> dict[int, object]:
        return {
            start + row: said
            for start, part in zip(starts, told, strict=False)
            for row, said in getattr(part, name).items()
        }

    score = np.concatenate([part.score for part in told])
    said = {name: all_of(name) for name in ("families", "reasons", "values")}
    return replace(told[0], score=score, **said)  # type: ignore[arg-type] # as the parts have them


def rows_of(frame: pl.DataFrame, which: Ints) -> pl.DataFrame:
    """These rows of a frame; a stretch of it is not copied."""
    if which.size and which[-1] - which[0] + 1 == which.size:
        return frame.slice(int(which[0]), which.size)
    return frame[which]
