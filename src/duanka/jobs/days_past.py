"""Cards judged by how they stood on their heaviest days too: who lives on honestly after misuse is not forgotten.

Windows look back from the instant of judging, so a card misused weeks ago and honest since looks honest.
Each card is therefore asked about once more just after the days on which most moved through it, from
what was known then, and its score lies between what it is now and what it was at its worst.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import vectors
from duanka.features.records import micros
from duanka.features.shards import by_range
from duanka.features.spec import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from duanka.features.asking import Asker
    from duanka.features.catalogue import Subject
    from duanka.features.records import Records
    from duanka.features.room import Room
    from duanka.jobs.judge import Told
    from duanka.policy.dated import Regime

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

PORTION = 100_000
LOCAL = 8 * 3_600_000_000


@dataclass(frozen=True)
class Moments:
    """Cards and the instants at which they are asked about; dense indices and UTC microseconds."""

    card: Ints
    at: Ints


def heaviest_days(
    r: Records, kind: Subject, *, days: int, most: int, room: Room | None = None
) -> Moments:
    """The instants half a day after the last event of each card's heaviest days, before the dataset's instant.

    An account's day weighs what it received, a phone card's how many calls it made. Days are those of
    Asia/Shanghai; nothing before the card was last cleared is held against it. With a `room`, only the
    events of as many cards at once are looked at as it takes.
    """
    moves = r.transfers if kind == "account" else r.calls
    moves = moves.part(slice(int(np.searchsorted(moves.at, r.as_of - days * DAY)), None))
    card = moves.taker if kind == "account" else moves.giver
    whole = room is None or card.size <= room.at_once
    size = (r.accounts if kind == "account" else r.sims).index.size
    ranges = [slice(None)] if room is None or whole else by_range(card, room, size)
    parts = [pl.DataFrame(schema={"card": pl.Int64, "at": pl.Int64})]
    for rows in ranges:
        weight = moves.value[rows] if kind == "account" else np.ones(moves.at[rows].size, np.int64)
        parts.append(_heaviest((card[rows], moves.at[rows], weight), before=r.as_of, most=most))
    found = pl.concat(parts)
    of, when = found["card"].to_numpy(), found["at"].to_numpy()
    kept = when > _cleared_at(r, kind)[of]
    return Moments(of[kept], when[kept])


def _heaviest(events: tuple[Ints, Ints, Ints], *, before: int, most: int) -> pl.DataFrame:
    """By card, then heaviest first, when each of these cards is asked about; events are card, at, weight."""
    card, at, weight = events
    return (
        pl.DataFrame({"card": card, "day": (at + LOCAL) // DAY, "at": at, "weight": weight})
        .filter(pl.col("card") >= 0)
        .group_by("card", "day")
        .agg(pl.col("weight").sum(), pl.col("at").max() + DAY // 2)
        .filter(pl.col("at") < before)
        .sort("card", "weight", "day", descending=[False, True, True])
        .group_by("card", maintain_order=True)
        .head(most)
        .select("card", "at")
    )


def _cleared_at(r: Records, kind: Subject) -> Ints:
    """When each card was last cleared; long ago where it never was."""
    index = (r.accounts if kind == "account" else r.sims).index
    out = np.full(index.size, np.iinfo(np.int64).min, np.int64)
    of_kind = pl.col("card_kind").cast(pl.String) == kind
    cleared = r.frames["label"].filter(of_kind, ~pl.col("implicated"))
    np.maximum.at(out, index.find(cleared["card_id"]), micros(cleared["known_at"]))
    return out


def by_worst(
    told: Told,
    X: Matrix,
    asker: Asker,
    *,
    kind: Subject,
    regime: Regime,
    tell: Callable[[Matrix], Told],
) -> Told:
    """What is told of all cards of a kind, with how each stood at its worst; `X` then holds those vectors.

    The log-odds lie between those of now and those of the worst instant, by policy. Reasons are told
    as of the instant at which the card looked worse.
    """
    share = regime.number("past.worst_share")
    cards = (asker.records.accounts if kind == "account" else asker.records.sims).judged
    when = heaviest_days(
        asker.records,
        kind,
        days=int(regime.number("past.days")),
        most=int(regime.number("past.heaviest")),
        room=asker.room,
    )
    place = np.searchsorted(cards, when.card)
    known = (place < cards.size) & (cards[np.minimum(place, cards.size - 1)] == when.card)
    place, at = place[known], when.at[known]
    if share <= 0 or not place.size:
        return told
    said = {name: dict(getattr(told, name)) for name in ("families", "reasons", "values")}
    worst = told.score.copy()
    ask = vectors.account_vectors if kind == "account" else vectors.sim_vectors
    for begin in range(0, place.size, PORTION):
        part = slice(begin, begin + PORTION)
        then = ask(asker, cards[place[part]], at[part])
        past = tell(then)
        for line in _worse(past.score, place[part], worst):
            row = int(place[part][line])
            worst[row], X[row] = past.score[line], then[line]
            for name, held in said.items():
                held.pop(row, None)
                if (words := getattr(past, name).get(int(line))) is not None:
                    held[row] = words
    score = told.score.copy()
    moved = worst > score
    odds = (1 - share) * _log_odds(score[moved]) + share * _log_odds(worst[moved])
    score[moved] = 1 / (1 + np.exp(-odds))
    return replace(told, score=score, **said)


def _worse(score: NDArray[np.float64], place: Ints, worst: NDArray[np.float64]) -> list[int]:
    """The lines, one a card, at which the card looked worse than at any instant so far."""
    order = np.lexsort((-score, place))
    first = np.ones(order.size, np.bool_)
    first[1:] = place[order][1:] != place[order][:-1]
    best = order[first]
    found: list[int] = best[score[best] > worst[place[best]]].tolist()
    return found


def _log_odds(score: NDArray[np.float64]) -> NDArray[np.float64]:
    sure = np.clip(score, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(sure / (1 - sure)))
